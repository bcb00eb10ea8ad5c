//! Cases that hang together, such as minutes of one outage or transactions of one user, tell less than as many independent
//! ones. How much less shows in a control chart: σz is how many times further figures vary than independent cases would.

use super::Level;
use super::arithmetic::size;
use super::distributions::{normal_two_sided, normal_upper, student_two_sided, student_upper};

/// How much wider intervals are than independent cases would have them: cases count as 1/σz² of as many, and deviates are
/// those of Student's t, because σz is an estimate from so many figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Widening {
    factor: f64,
    /// `None` for independent cases, whose deviates are normal.
    degrees: Option<f64>,
}

impl Widening {
    /// Independent cases.
    pub const NONE: Self = Self { factor: 1.0, degrees: None };

    /// By the σz of a p′ or u′ chart of so many figures; less variation than chance would give narrows nothing.
    ///
    /// The mean of moving ranges of two has the variance (0.8264·N − 1.082)/(N − 1)² in units of σ² (Cryer and Ryan, Journal
    /// of Quality Technology 22, 1990); the degrees of freedom are those of a standard deviation that is as sure.
    pub fn of_sigma_z(sigma_z: f64, figures: usize) -> Self {
        if !(sigma_z.is_finite() && sigma_z > 1.0 && figures >= 3) {
            return Self::NONE;
        }
        let n = size(figures);
        let variance = (0.8264 * n - 1.082) / (n - 1.0).powi(2) / 1.128_f64.powi(2);
        Self { factor: sigma_z, degrees: Some(0.5 / variance) }
    }

    /// σz; 1 for independent cases.
    pub fn factor(self) -> f64 {
        self.factor
    }

    /// How many independent cases a case is worth.
    pub(super) fn worth(self) -> f64 {
        self.factor.powi(-2)
    }

    /// The level of the normal law whose deviate is that of a level here.
    pub(super) fn deviate_level(self, level: Level) -> Level {
        self.degrees.map_or(level, |degrees| Level::from_deviate(student_upper(level.tail(), degrees)))
    }

    /// The level whose score interval is that of so many independent cases: a score interval of x·w of n·w cases at a deviate
    /// z is that of x of n at z/√w.
    pub(super) fn score_level(self, level: Level) -> Level {
        if self == Self::NONE { level } else { Level::from_deviate(self.deviate_level(level).z() * self.factor) }
    }

    /// The p-value of a normal deviate of independent cases.
    pub(super) fn p_value(self, deviate: f64) -> f64 {
        self.degrees.map_or_else(|| normal_two_sided(deviate), |degrees| student_two_sided(deviate, degrees))
    }

    /// The p-value where independent cases would have `independent`.
    pub(super) fn widened_p(self, independent: f64) -> f64 {
        if self.degrees.is_none() || independent >= 1.0 || independent <= 0.0 {
            return independent;
        }
        self.p_value(normal_upper(independent / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_less_than_chance_is_not_narrowed() {
        assert_eq!(Widening::of_sigma_z(0.4, 36), Widening::NONE);
        assert_eq!(Widening::of_sigma_z(f64::NAN, 36), Widening::NONE);
        assert_eq!(Widening::NONE.score_level(Level::LOOK), Level::LOOK);
    }

    /// σz from 16 figures is as sure as a standard deviation with 11.8 degrees of freedom, from 36 with 27.2.
    #[test]
    fn an_estimate_from_few_figures_widens_more() {
        let degrees = |figures| Widening::of_sigma_z(2.0, figures).degrees.unwrap();
        assert!(
            (degrees(16) - 11.79).abs() < 0.02 && (degrees(36) - 27.19).abs() < 0.05,
            "{} {}",
            degrees(16),
            degrees(36)
        );
        let times = |figures| Widening::of_sigma_z(2.0, figures).score_level(Level::ACT).z() / Level::ACT.z();
        assert!(times(16) > times(36) && times(36) > 2.0 && times(16) < 2.7, "{} {}", times(16), times(36));
    }

    #[test]
    fn the_p_value_is_that_of_the_intervals() {
        let widening = Widening::of_sigma_z(3.0, 16);
        for level in [Level::LOOK, Level::ACT] {
            // A deviate at the edge of the widened interval has the p-value of its level.
            let deviate = widening.deviate_level(level).z();
            assert!((widening.p_value(deviate) - 2.0 * level.tail()).abs() < 1e-9);
            assert!((widening.widened_p(normal_two_sided(deviate)) - 2.0 * level.tail()).abs() < 1e-9);
        }
        assert!((widening.widened_p(1.0) - 1.0).abs() <= 0.0);
    }
}
