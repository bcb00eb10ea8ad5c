//! How long cases took, counted in bands.

use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;

/// The cases of one organisation and period whose delay lies in one band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayBand {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    /// Its place among the bands of the metric, from 1.
    pub band: u32,
    pub range: DelayRange,
    pub cases: i64,
}

/// Which delays a band holds, in the unit of its metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayRange {
    /// More than `after`, and not more than `up_to`.
    UpTo {
        after: Option<i64>,
        up_to: i64,
    },
    LongerThan(i64),
    /// The case had not ended when it was submitted.
    NotEnded,
}

impl DelayRange {
    /// The bands that rising last delays make: one up to each, one beyond, and one for what has not ended.
    pub fn bands(edges: &[i64]) -> Vec<Self> {
        let before = std::iter::once(None).chain(edges.iter().copied().map(Some));
        let inner = before.zip(edges).map(|(after, up_to)| Self::UpTo { after, up_to: *up_to });
        let beyond = edges.last().map(|last| Self::LongerThan(*last));
        inner.chain(beyond).chain([Self::NotEnded]).collect()
    }

    /// Whether a delay lies in it; `None` is a case that has not ended.
    pub fn holds(self, delay: Option<i64>) -> bool {
        match (self, delay) {
            (Self::UpTo { after, up_to }, Some(delay)) => after.is_none_or(|after| after < delay) && delay <= up_to,
            (Self::LongerThan(last), Some(delay)) => last < delay,
            (Self::NotEnded, delay) => delay.is_none(),
            (Self::UpTo { .. } | Self::LongerThan(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_delay_lies_in_exactly_one_band() {
        let bands = DelayRange::bands(&[24, 72]);
        assert_eq!(bands.len(), 4);
        let place = |delay| bands.iter().position(|band| band.holds(delay));
        for (delay, expected) in [(-3, 0), (0, 0), (24, 0), (25, 1), (72, 1), (73, 2), (9_000, 2)] {
            assert_eq!(place(Some(delay)), Some(expected), "{delay}");
        }
        assert_eq!(place(None), Some(3));
        for delay in (-5..100).map(Some).chain([None]) {
            assert_eq!(bands.iter().filter(|band| band.holds(delay)).count(), 1, "{delay:?}");
        }
    }
}
