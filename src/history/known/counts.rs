//! What was known of an event month, as plain values: its counts at each lag, its figure on a day, and each change of it.

use chrono::NaiveDate;

use crate::metrics::{ReturnChanges, SummedFigure, TotalCounts};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Month, months_earlier, whole_months_after};
use crate::vocabulary::quantity::Status;

/// Counts at one data date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownCounts {
    /// Organisations whose month was there.
    pub returns: u32,
    /// For a distribution: closed cases.
    pub numerator: i64,
    /// For a distribution: all cases. 0 for a count.
    pub denominator: i64,
}

impl KnownCounts {
    /// Adds one organisation's month, if it was there.
    pub(super) fn add(&mut self, month: Option<TotalCounts>) {
        if let Some(counts) = month {
            self.returns += 1;
            self.numerator += counts.numerator;
            self.denominator += counts.denominator;
        }
    }
}

/// One event month of one organisation or aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMonth {
    pub month: Month,
    /// Whole months from its end to the data date.
    pub lag: u32,
    /// At each lag from 0 to the longest that is looked at, or to that of the data date.
    pub counts: Vec<KnownCounts>,
    /// On the data date.
    pub now: KnownCounts,
}

impl KnownMonth {
    /// A month of which nothing was there at any of so many lags.
    pub(super) fn empty(month: Month, lag: u32, lags: usize) -> Self {
        Self { month, lag, counts: vec![KnownCounts::default(); lags], now: KnownCounts::default() }
    }
}

/// A day, and how many whole months it lies after the end of the event month that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LagDay {
    pub day: NaiveDate,
    pub lag: u32,
}

/// A figure of an event month on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownFigure {
    pub at: LagDay,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub value: Option<f64>,
    /// Name of the status in data files.
    pub status: &'static str,
}

impl KnownFigure {
    /// `None` where nobody's month was there: that is no count of 0.
    pub(super) fn of(at: LagDay, figure: Option<SummedFigure>) -> Self {
        let Some(figure) = figure else {
            let status = Status::Missing("no return was there".to_owned()).as_str();
            return Self { at, numerator: None, denominator: None, value: None, status };
        };
        let status = figure.value.as_ref().err().unwrap_or(&Status::Value).as_str();
        let (numerator, denominator) = (figure.numerator, figure.denominator);
        Self { at, numerator, denominator, value: figure.value.ok(), status }
    }
}

/// A change of what was known of an event month from one data date to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownStep {
    pub org_code: BodyId,
    pub month: Month,
    pub earlier: KnownFigure,
    pub later: KnownFigure,
    pub why: ReturnChanges,
}

/// The days on which an event month is looked at: at each lag, and on the data date if that is later. A column of a month is
/// the place of a day among them.
#[derive(Debug)]
pub(super) struct MonthDays {
    /// Its number in today's frame.
    pub(super) number: usize,
    pub(super) month: Month,
    /// On the data date.
    pub(super) lag: u32,
    pub(super) days: Vec<NaiveDate>,
}

/// Two days that follow each other among those on which a month is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DayPair {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

impl MonthDays {
    /// `None` for a month that has not ended on the data date. `lags` is the longest lag that is looked at.
    pub(super) fn of(number: usize, month: Month, as_of: NaiveDate, lags: u32) -> Option<Self> {
        let lag = u32::try_from(whole_months_after(month, as_of)).ok()?;
        let mut days: Vec<NaiveDate> = (0..=lag.min(lags)).map(|at| months_earlier(as_of, lag - at)).collect();
        if lag > lags {
            days.push(as_of);
        }
        Some(Self { number, month, lag, days })
    }

    pub(super) fn last_column(&self) -> Option<usize> {
        self.days.len().checked_sub(1)
    }

    /// Its days, each with the next.
    pub(super) fn pairs(&self) -> impl Iterator<Item = DayPair> {
        self.days.iter().zip(self.days.iter().skip(1)).map(|(from, to)| DayPair { from: *from, to: *to })
    }
}
