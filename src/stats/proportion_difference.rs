//! The difference of two independent proportions with its interval and the p-value that the interval implies.

use super::counts::Counts;
use super::difference::{Estimate, difference_interval};
use super::proportion::{proportion, wilson_interval};
use super::tails::crossing_from;
use super::widening::Widening;
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, RatioDifference, Status};

/// Smallest deviate tried; its square is still above zero.
const LEAST_DEVIATE: f64 = 1e-100;

/// `a - b` from −1 to 1 with the hybrid score interval (Newcombe, Statistics in Medicine 17, 873–890, 1998, method 10).
///
/// # Errors
/// The errors of [`wilson_interval`], for either side.
pub fn proportion_difference(a: Counts, b: Counts, level: Level) -> Result<Estimate, Status> {
    let exact = RatioDifference::of(a.into(), b.into());
    let (a, b) = (with_wilson(a, level)?, with_wilson(b, level)?);
    let open = difference_interval(a, b);
    let interval = Interval { lower: open.lower.map(|x| x.max(-1.0)), upper: open.upper.map(|x| x.min(1.0)) };
    Ok(Estimate { value: exact.map_or(a.value - b.value, RatioDifference::value), interval })
}

/// The smallest share left out by an interval of [`proportion_difference`] that excludes 0, found by a search on the
/// deviate. It is below 1 less a level exactly when the interval of that level excludes 0; 1 for equal proportions, and
/// 0 below 1e-300.
///
/// # Errors
/// The errors of [`wilson_interval`], for either side.
pub fn proportion_difference_p_value(a: Counts, b: Counts) -> Result<f64, Status> {
    widened_p_value(a, b, Widening::NONE)
}

/// As [`proportion_difference`] for cases that hang together.
///
/// # Errors
/// The errors of [`wilson_interval`], for either side.
pub fn widened_difference(a: Counts, b: Counts, level: Level, widening: Widening) -> Result<Estimate, Status> {
    proportion_difference(a, b, widening.score_level(level))
}

/// As [`proportion_difference_p_value`], of the intervals of [`widened_difference`].
///
/// # Errors
/// The errors of [`wilson_interval`], for either side.
pub fn widened_p_value(a: Counts, b: Counts, widening: Widening) -> Result<f64, Status> {
    let (greater, less) = if is_below(a, b)? { (b, a) } else { (a, b) };
    if !is_below(less, greater)? {
        return Ok(1.0);
    }
    let below_zero = |z: f64| {
        let level = Level::from_deviate(z.max(LEAST_DEVIATE));
        let lower = proportion_difference(greater, less, level).ok().and_then(|found| found.interval.lower);
        -lower.unwrap_or(-1.0)
    };
    Ok(crossing_from(below_zero, 0.0).map_or(0.0, |z| widening.p_value(z / widening.factor())))
}

fn with_wilson(counts: Counts, level: Level) -> Result<Estimate, Status> {
    let Counts { numerator, denominator } = counts;
    let interval = wilson_interval(numerator, denominator, level)?;
    Ok(Estimate { value: real(numerator) / real(denominator), interval })
}

/// Whether the first proportion is below the second, by whole numbers.
fn is_below(a: Counts, b: Counts) -> Result<bool, Status> {
    for counts in [a, b] {
        proportion(counts.numerator, counts.denominator)?;
    }
    let product = |x: i64, n: i64| i128::from(x) * i128::from(n);
    Ok(product(a.numerator, b.denominator) < product(b.numerator, a.denominator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn counts() -> impl Strategy<Value = Counts> {
        (0..30_u32)
            .prop_flat_map(|bits| 1..=(1_i64 << bits))
            .prop_flat_map(|n| (0..=n).prop_map(move |x| Counts::new(x, n)))
    }

    fn limits(a: Counts, b: Counts, level: Level) -> (f64, f64) {
        let interval = proportion_difference(a, b, level).unwrap().interval;
        (interval.lower.unwrap(), interval.upper.unwrap())
    }

    fn excludes_zero((lower, upper): (f64, f64)) -> bool {
        lower > 0.0 || upper < 0.0
    }

    #[test]
    fn published_differences() {
        // Newcombe 1998, table II, method 10, at 95 %; the limits at 99.8 % follow from the same formula.
        let (lower, upper) = limits(Counts::new(6, 7), Counts::new(2, 7), Level::LOOK);
        assert!((lower - 0.0582).abs() < 5e-5 && (upper - 0.8062).abs() < 5e-5, "{lower} {upper}");
        let (lower, upper) = limits(Counts::new(56, 70), Counts::new(48, 80), Level::ACT);
        assert!((lower + 0.033_487).abs() < 5e-7 && (upper - 0.401_812).abs() < 5e-7, "{lower} {upper}");
    }

    #[test]
    fn a_force_against_its_peers() {
        let (force, peers) = (Counts::new(720, 900), Counts::new(5_100, 6_000));
        let p = proportion_difference_p_value(force, peers).unwrap();
        assert!((p - 0.000_11).abs() < 5e-6, "{p}");
        let (lower, upper) = limits(force, peers, Level::ACT);
        assert!((lower + 0.096).abs() < 5e-4 && (upper + 0.009).abs() < 5e-4, "{lower} {upper}");
    }

    #[test]
    fn ends_of_the_p_value() {
        let p = |a, b| proportion_difference_p_value(a, b).unwrap();
        assert!((p(Counts::new(1, 3), Counts::new(2, 6)) - 1.0).abs() <= 0.0);
        assert!(p(Counts::new(0, 1_000_000_000), Counts::new(1_000_000_000, 1_000_000_000)) < 1e-300);
        assert!(proportion_difference_p_value(Counts::new(0, 0), Counts::new(1, 2)).is_err());
        assert!(proportion_difference_p_value(Counts::new(1, 2), Counts::new(3, 2)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn label_and_p_value_agree(a in counts(), b in counts()) {
            let p = proportion_difference_p_value(a, b).unwrap();
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert_eq!(excludes_zero(limits(a, b, Level::LOOK)), p < 0.05);
            prop_assert_eq!(excludes_zero(limits(a, b, Level::ACT)), p < 0.002);
        }

        #[test]
        fn label_and_p_value_agree_where_cases_hang_together(a in counts(), b in counts(), sigma in 1.0..12.0_f64) {
            let widening = Widening::of_sigma_z(sigma, 24);
            let p = widened_p_value(a, b, widening).unwrap();
            for (level, left_out) in [(Level::LOOK, 0.05), (Level::ACT, 0.002)] {
                let Interval { lower, upper } = widened_difference(a, b, level, widening).unwrap().interval;
                let (narrow_lower, narrow_upper) = limits(a, b, level);
                prop_assert!(lower.unwrap() <= narrow_lower && upper.unwrap() >= narrow_upper);
                // At the boundary itself rounding decides.
                if (p - left_out).abs() > 1e-9 {
                    prop_assert_eq!(excludes_zero((lower.unwrap(), upper.unwrap())), p < left_out);
                }
            }
        }

        #[test]
        fn exchange_turns_the_sign_and_keeps_the_p_value(a in counts(), b in counts()) {
            let (lower, upper) = limits(a, b, Level::LOOK);
            let (back_lower, back_upper) = limits(b, a, Level::LOOK);
            prop_assert!((lower + back_upper).abs() < 1e-15 && (upper + back_lower).abs() < 1e-15);
            prop_assert_eq!(proportion_difference_p_value(a, b), proportion_difference_p_value(b, a));
        }

        #[test]
        fn more_cases_narrow_the_interval(a in counts(), b in counts()) {
            let double = |c: Counts| Counts::new(2 * c.numerator, 2 * c.denominator);
            let (lower, upper) = limits(a, b, Level::LOOK);
            let (inner_lower, inner_upper) = limits(double(a), double(b), Level::LOOK);
            prop_assert!(lower <= inner_lower && inner_upper <= upper);
            let (outer_lower, outer_upper) = limits(a, b, Level::ACT);
            prop_assert!(-1.0 <= outer_lower && outer_lower <= lower && upper <= outer_upper && outer_upper <= 1.0);
        }
    }
}
