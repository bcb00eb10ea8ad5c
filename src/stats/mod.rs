//! The statistics: pure functions from integers to a value, an interval or a stated reason why there is none.
//! Nothing here knows a metric, reads data or rounds; a missing answer is a status, never a number.

mod arithmetic;
pub mod as_phe;
pub mod benchmark;
pub mod change_point;
pub mod chart_choice;
pub mod control;
pub mod count_ratio;
pub mod counts;
pub mod decomposition;
pub mod difference;
mod distributions;
pub mod draws;
pub mod false_alarm;
pub mod funnel;
pub mod histogram;
pub mod incomplete;
pub mod late;
mod linear;
pub mod multiplicity;
pub mod neighbours;
pub mod overdispersion;
pub mod peers;
pub mod percentile;
pub mod proportion;
pub mod proportion_difference;
pub mod quantile_groups;
pub mod ranks;
pub mod rate;
pub mod rate_ratio;
pub mod revision;
pub mod run_chart;
pub mod spread;
pub mod standardise;
pub mod survival;
mod tails;
pub mod targets;
pub mod timeline;
pub mod trend;
pub mod widening;

#[cfg(test)]
mod properties;

/// A confidence level that is not one.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a confidence level lies from 0.9 to below 1, and {0} does not")]
pub struct LevelError(pub f64);

/// A two-sided confidence level, as a share from 0.9 to below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    confidence: f64,
    /// Kept, because a curve asks for it at every step.
    z: f64,
}

impl Level {
    /// 95 %: worth a look.
    pub const LOOK: Self = Self { confidence: 0.95, z: 1.959_963_984_540_054 };
    /// 99.8 %: worth acting on.
    pub const ACT: Self = Self { confidence: 0.998, z: 3.090_232_306_167_813 };

    /// Another level. 1 is refused: only the whole scale holds the truth for certain.
    pub fn new(confidence: f64) -> Result<Self, LevelError> {
        if !(0.9..1.0).contains(&confidence) {
            return Err(LevelError(confidence));
        }
        Ok(Self { confidence, z: distributions::normal_upper((1.0 - confidence) / 2.0) })
    }

    /// The level at which a two-sided interval is as wide as `z` ≥ 0 deviates; it may lie below 0.9.
    pub fn from_deviate(z: f64) -> Self {
        Self { confidence: 1.0 - distributions::normal_two_sided(z), z }
    }

    /// Probability left out on each side: half of one minus the level.
    fn tail(self) -> f64 {
        (1.0 - self.confidence) / 2.0
    }

    /// Standard normal deviate that leaves [`Level::tail`] above it; 1.96 at 95 %.
    fn z(self) -> f64 {
        self.z
    }
}

/// An integer on the real line.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts below 2^53 are exact; a relative error of 1e-16 is harmless above"
)]
pub(crate) fn real(integer: impl Into<i128>) -> f64 {
    integer.into() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_levels_have_their_deviates() {
        for named in [Level::LOOK, Level::ACT] {
            let computed = Level::new(named.confidence).unwrap();
            assert!((computed.z() - named.z()).abs() < 1e-13, "{computed:?} {named:?}");
        }
    }

    #[test]
    fn levels_outside_ninety_to_below_a_hundred_are_refused() {
        for refused in [1.0, 0.899, 95.0, 0.0, -0.95, f64::NAN, f64::INFINITY] {
            assert!(Level::new(refused).is_err(), "{refused}");
        }
        assert!(Level::new(0.9).is_ok() && Level::new(0.999_999).is_ok());
    }
}
