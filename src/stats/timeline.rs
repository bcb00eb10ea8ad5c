//! Periods on the calendar: their order, whether they share days, how long they are and what is missing between them.

use chrono::{Datelike, NaiveDate};

use super::arithmetic::size;
use super::real;

/// Lengths that differ by more than this factor are not one length; months (28 to 31 days) stay within it.
const MOST_UNEQUAL: f64 = 1.15;
/// A gap this far from a whole number of periods is an irregular one.
const MOST_UNEVEN: f64 = 0.15;

/// What is wrong with a sequence of periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimelineError {
    #[error("a period ends on {last}, before it begins on {first}")]
    Reversed { first: NaiveDate, last: NaiveDate },
    #[error("the period beginning on {first} stands after a later one")]
    OutOfOrder { first: NaiveDate },
    /// Rolling and cumulative series, whose neighbouring points share data.
    #[error("the period beginning on {first} shares days with the one before it")]
    Overlapping { first: NaiveDate },
}

/// A period by its first and last day, both inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    first: NaiveDate,
    last: NaiveDate,
}

impl DaySpan {
    /// A period; the last day may be the first.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Result<Self, TimelineError> {
        if first > last { Err(TimelineError::Reversed { first, last }) } else { Ok(Self { first, last }) }
    }

    pub fn first(&self) -> NaiveDate {
        self.first
    }

    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// Its length in days.
    pub fn days(&self) -> i64 {
        (self.last - self.first).num_days() + 1
    }

    /// Its middle in years: the calendar year plus the part of that year gone by, so that the middle of 2016 is 2016.5.
    pub fn middle(&self) -> f64 {
        let start_of = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1);
        let half = self.days() / 2;
        let date = self.first + chrono::Duration::days(half);
        let into_day = if self.days() % 2 == 1 { 0.5 } else { 0.0 };
        let length = match (start_of(date.year()), start_of(date.year() + 1)) {
            (Some(this), Some(next)) => (next - this).num_days(),
            _ => 365,
        };
        f64::from(date.year()) + (f64::from(date.ordinal0()) + into_day) / real(length)
    }

    /// The month (1 to 12) of the first day, which names the season of a month or a quarter.
    pub fn season(&self) -> u32 {
        self.first.month()
    }
}

/// The common length of the periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    Month,
    Quarter,
    Year,
    /// One length that is none of these.
    Other,
    /// No one length.
    Unequal,
}

impl Cadence {
    /// Whether the periods of a year may differ by season.
    pub fn is_seasonal(self) -> bool {
        matches!(self, Self::Month | Self::Quarter)
    }
}

/// How periods lie on the calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodSpacing {
    pub cadence: Cadence,
    /// Whether every gap is a whole number of periods.
    pub even_gaps: bool,
    /// For each period the number of periods missing just before it.
    pub absent_before: Vec<u32>,
}

impl PeriodSpacing {
    /// The layout of periods in order of time.
    ///
    /// # Errors
    /// Periods out of order, and periods that share days.
    pub fn of(spans: &[DaySpan]) -> Result<Self, TimelineError> {
        check_order(spans)?;
        let cadence = cadence(spans);
        let usual = usual_days(cadence, spans);
        let mut even_gaps = true;
        let mut absent_before = vec![0; spans.len().min(1)];
        for (before, after) in spans.iter().zip(spans.iter().skip(1)) {
            let gap = real((after.first - before.last).num_days() - 1);
            let periods = gap / usual;
            even_gaps &= (periods - periods.round()).abs() <= MOST_UNEVEN;
            absent_before.push(if gap > 0.0 { whole(periods).max(1) } else { 0 });
        }
        Ok(Self { cadence, even_gaps, absent_before })
    }

    /// Whether the periods have one length and every gap is a whole number of them.
    pub fn is_regular(&self) -> bool {
        self.cadence != Cadence::Unequal && self.even_gaps
    }

    /// The number of periods missing between the first and the last.
    pub fn absent(&self) -> u32 {
        self.absent_before.iter().sum()
    }
}

fn check_order(spans: &[DaySpan]) -> Result<(), TimelineError> {
    for (before, after) in spans.iter().zip(spans.iter().skip(1)) {
        if after.first < before.first {
            return Err(TimelineError::OutOfOrder { first: after.first });
        }
        if after.first <= before.last {
            return Err(TimelineError::Overlapping { first: after.first });
        }
    }
    Ok(())
}

fn cadence(spans: &[DaySpan]) -> Cadence {
    let days = || spans.iter().map(DaySpan::days);
    let (Some(shortest), Some(longest)) = (days().min(), days().max()) else { return Cadence::Other };
    match (shortest, longest) {
        (28.., ..=31) => Cadence::Month,
        (90.., ..=92) => Cadence::Quarter,
        (365.., ..=366) => Cadence::Year,
        _ if real(longest) <= MOST_UNEQUAL * real(shortest) => Cadence::Other,
        _ => Cadence::Unequal,
    }
}

fn usual_days(cadence: Cadence, spans: &[DaySpan]) -> f64 {
    const YEAR: f64 = 365.25;
    match cadence {
        Cadence::Month => YEAR / 12.0,
        Cadence::Quarter => YEAR / 4.0,
        Cadence::Year => YEAR,
        Cadence::Other | Cadence::Unequal => {
            real(spans.iter().map(DaySpan::days).sum::<i64>()) / size(spans.len().max(1))
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of periods; `as` saturates")]
fn whole(periods: f64) -> u32 {
    periods.round() as u32
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    /// `length` months from the `index`-th month after January 2015 on.
    pub fn months(index: u32, length: u32) -> DaySpan {
        let start = |months| date(2015, 1, 1) + chrono::Months::new(months);
        DaySpan::new(start(index), start(index + length) - chrono::Days::new(1)).unwrap()
    }

    #[test]
    fn middles() {
        for year in 0..8 {
            assert!((months(12 * year, 12).middle() - (2015.5 + f64::from(year))).abs() < 1e-12);
        }
        let day = DaySpan::new(date(2015, 1, 1), date(2015, 1, 1)).unwrap();
        assert!((day.middle() - (2015.0 + 0.5 / 365.0)).abs() < 1e-12);
        assert!(DaySpan::new(date(2015, 1, 2), date(2015, 1, 1)).is_err());
    }

    #[test]
    fn lengths_and_gaps() {
        let all: Vec<_> = (0..60).map(|m| months(m, 1)).collect();
        let layout = PeriodSpacing::of(&all).unwrap();
        assert_eq!((layout.cadence, layout.absent(), layout.is_regular()), (Cadence::Month, 0, true));
        for missing in 1..58 {
            let some: Vec<_> = (0..60).filter(|&m| m == 0 || m > missing).map(|m| months(m, 1)).collect();
            let layout = PeriodSpacing::of(&some).unwrap();
            assert_eq!((layout.absent_before[1], layout.is_regular()), (missing, true), "{missing}");
        }
        let quarters: Vec<_> = (0..20).map(|q| months(3 * q, 3)).collect();
        assert_eq!(PeriodSpacing::of(&quarters).unwrap().cadence, Cadence::Quarter);
        let mixed = [months(0, 1), months(1, 3)];
        assert_eq!(PeriodSpacing::of(&mixed).unwrap().cadence, Cadence::Unequal);
        let shifted = [months(0, 1), DaySpan::new(date(2015, 2, 12), date(2015, 3, 13)).unwrap()];
        let layout = PeriodSpacing::of(&shifted).unwrap();
        assert_eq!((layout.cadence, layout.even_gaps, layout.absent_before), (Cadence::Month, false, vec![0, 1]));
        assert_eq!(PeriodSpacing::of(&[]).unwrap().absent_before, Vec::<u32>::new());
    }

    #[test]
    fn shared_days_and_disorder_are_refused() {
        let rolling: Vec<_> = (0..9).map(|m| months(m, 12)).collect();
        assert!(matches!(PeriodSpacing::of(&rolling), Err(TimelineError::Overlapping { .. })));
        let cumulative = [months(0, 1), months(0, 2)];
        assert!(matches!(PeriodSpacing::of(&cumulative), Err(TimelineError::Overlapping { .. })));
        assert!(matches!(PeriodSpacing::of(&[months(3, 1), months(2, 1)]), Err(TimelineError::OutOfOrder { .. })));
    }
}
