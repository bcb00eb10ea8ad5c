//! Standardisation: what a force's figure would be if its mix of cases were that of a reference.
//! A standardised figure stands beside the crude one; the reference is the caller's to name.

use super::{Level, rate, real};
use crate::vocabulary::quantity::{Interval, Status};

/// A value with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardised {
    pub value: f64,
    pub interval: Interval,
}

impl Standardised {
    /// On another scale; a ratio times the reference rate is the indirectly standardised rate.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let scaled = |limit: f64| limit * factor;
        Self {
            value: self.value * factor,
            interval: Interval { lower: self.interval.lower.map(scaled), upper: self.interval.upper.map(scaled) },
        }
    }
}

/// The indirectly standardised ratio O/E with the exact limits of O divided by E.
///
/// # Errors
/// [`Status::NotApplicable`] when nothing is expected, [`Status::Missing`] for a negative count.
pub fn indirect_ratio(observed: i64, expected: f64, level: Level) -> Result<Standardised, Status> {
    if !(expected.is_finite() && expected > 0.0) {
        return Err(Status::NotApplicable("no cases are expected".to_owned()));
    }
    let interval = rate::count_interval(observed, level)?;
    Ok(Standardised { value: real(observed), interval }.times(1.0 / expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, wanted: f64, within: f64) {
        assert!((found - wanted).abs() <= within, "{found}, not {wanted}");
    }

    /// Test data of `PHEindicatormethods` 2.1.0: an indirectly standardised rate per 100,000 of fewer than ten events, whose
    /// limits are exact there too.
    #[test]
    fn published_indirect_rate() {
        let found = indirect_ratio(9, 835.883_561_231_174, Level::LOOK).unwrap().times(9_349.883_092_211);
        near(found.value, 100.670_658, 1e-6);
        near(found.interval.lower.unwrap(), 46.033_035, 1e-6);
        near(found.interval.upper.unwrap(), 191.104_267, 1e-6);
    }

    #[test]
    fn nothing_expected_or_less_than_nothing_observed_is_no_ratio() {
        for expected in [0.0, f64::NAN] {
            assert!(matches!(indirect_ratio(3, expected, Level::LOOK), Err(Status::NotApplicable(_))));
        }
        assert!(matches!(indirect_ratio(-3, 1.0, Level::LOOK), Err(Status::Missing(_))));
    }
}
