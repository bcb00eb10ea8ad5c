//! Whole delays with their counts, and what can be read off them.
//! It sorts and adds; it computes no statistic and knows no unit until a reading is put into words.

use crate::vocabulary::quantity::{Status, Unit};

/// A whole percentile from the 1st to the 99th.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u8);

impl Percent {
    /// The 50th.
    pub fn median() -> Self {
        Self(50)
    }

    /// `None` outside 1 to 99.
    pub fn new(percent: u8) -> Option<Self> {
        (1..=99).contains(&percent).then_some(Self(percent))
    }

    /// The number, 1 to 99.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The percentile as a share, above 0 and below 1.
    pub fn share(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// A delay read off a histogram or a curve, in its unit, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DelayReading {
    Value(f64),
    /// At or beyond this, where the histogram is capped.
    MoreThan(i64),
    /// Too many cases are still open for the curve to come down to it.
    NotReached,
    /// Fewer than five closed cases.
    TooFewClosed,
    NoCases,
}

impl DelayReading {
    /// The number, when there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The state of a figure that is this reading, its reason in words.
    pub fn status(self, unit: Unit) -> Status {
        match self {
            Self::Value(_) => Status::Value,
            Self::MoreThan(least) => Status::CannotTell(format!("more than {least} {}", unit.words())),
            Self::NotReached => Status::CannotTell("not reached: too many cases are still open".to_owned()),
            Self::TooFewClosed => Status::CannotTell("fewer than 5 closed cases".to_owned()),
            Self::NoCases => Status::NotApplicable("no cases".to_owned()),
        }
    }
}

/// One bar: cases closed after, and cases open since, `delay` whole hours or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bin {
    pub(super) delay: i64,
    pub(super) closed: u64,
    pub(super) open: u64,
}

/// Delays in ascending order, each once. At the cap stand all cases that lasted so long or longer.
/// Negative delays are faulty records: they take part in nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    bins: Vec<Bin>,
    cap: Option<i64>,
}

impl Histogram {
    /// From rows of (delay, closed?, count) in any order; equal delays are added and those beyond `cap` join it.
    pub fn new(rows: impl IntoIterator<Item = (i64, bool, u64)>, cap: Option<i64>) -> Self {
        let mut histogram = Self { bins: Vec::new(), cap };
        for (delay, closed, count) in rows {
            let delay = cap.map_or(delay, |cap| delay.min(cap));
            if delay >= 0 && count > 0 {
                let (closed, open) = if closed { (count, 0) } else { (0, count) };
                histogram.bins.push(Bin { delay, closed, open });
            }
        }
        histogram.bins.sort_unstable_by_key(|bin| bin.delay);
        histogram.bins.dedup_by(|next, kept| {
            let same = next.delay == kept.delay;
            if same {
                kept.closed = kept.closed.saturating_add(next.closed);
                kept.open = kept.open.saturating_add(next.open);
            }
            same
        });
        histogram
    }

    /// Closed cases, those at the cap included.
    pub fn closed(&self) -> u64 {
        self.bins.iter().fold(0, |sum, bin| sum.saturating_add(bin.closed))
    }

    /// Cases still open.
    pub fn open(&self) -> u64 {
        self.bins.iter().fold(0, |sum, bin| sum.saturating_add(bin.open))
    }

    pub(super) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Whether `delay` stands for itself and everything longer.
    pub(super) fn is_capped(&self, delay: i64) -> bool {
        self.cap.is_some_and(|cap| delay >= cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_added_capped_and_the_negative_ones_left_out() {
        let rows =
            [(9, true, 1), (3, false, 2), (-1, true, 4), (3, true, 5), (12, false, 6), (3, true, 1), (7, true, 0)];
        let histogram = Histogram::new(rows, Some(9));
        let bins = [Bin { delay: 3, closed: 6, open: 2 }, Bin { delay: 9, closed: 1, open: 6 }];
        assert_eq!(histogram.bins(), bins);
        assert_eq!((histogram.closed(), histogram.open()), (7, 8));
    }

    #[test]
    fn readings_without_a_number_say_why() {
        assert_eq!(DelayReading::MoreThan(730).status(Unit::Days).reason(), "more than 730 days");
        assert!(matches!(DelayReading::NoCases.status(Unit::Days), Status::NotApplicable(_)));
        assert!(matches!(DelayReading::NotReached.status(Unit::Hours), Status::CannotTell(_)));
        assert_eq!(DelayReading::Value(3.0).status(Unit::Hours), Status::Value);
    }

    #[test]
    fn percentiles_are_from_the_first_to_the_ninety_ninth() {
        assert!(Percent::new(0).is_none() && Percent::new(100).is_none() && Percent::new(255).is_none());
        assert_eq!(Percent::new(90).map(Percent::number), Some(90));
    }
}
