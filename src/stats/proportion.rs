//! A proportion, its Wilson score interval and, for audit, its exact interval.
//! Both are on the scale from 0 to 1; per cent and rounding belong to the caller.

use super::tails::{Chance, crossing_from, ln_binomial_at_least, ln_binomial_at_most};
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, Status};

/// `numerator / denominator`, from 0 to 1.
///
/// # Errors
/// As [`wilson_interval`].
pub fn proportion(numerator: i64, denominator: i64) -> Result<f64, Status> {
    check(numerator, denominator)?;
    Ok(real(numerator) / real(denominator))
}

/// The Wilson score interval (Wilson, JASA 22, 1927; method 3 of Newcombe, Statistics in Medicine 17, 857–872, 1998), from
/// 0 to 1; exactly 0 below no cases and exactly 1 above all of them.
///
/// With x of n and the deviate z the lower limit is the smaller root of (n + z²)p² − (2x + z²)p + x²/n = 0, the
/// upper limit the greater one. Each is written without a difference of near-equal numbers.
///
/// # Errors
/// [`Status::NotApplicable`] for a denominator of 0; [`Status::Missing`] when the numerator is not from 0 to the
/// denominator, which is a fault of the data.
pub fn wilson_interval(numerator: i64, denominator: i64, level: Level) -> Result<Interval, Status> {
    check(numerator, denominator)?;
    let lower = lower_limit(numerator, denominator, level);
    let others = denominator - numerator;
    let upper = if numerator > others {
        1.0 - lower_limit(others, denominator, level)
    } else {
        upper_limit(numerator, denominator, level)
    };
    Ok(Interval { lower: Some(lower), upper: Some(upper) })
}

/// The exact interval (Clopper and Pearson, Biometrika 26, 1934), from 0 to 1: the proportions at which as many cases or
/// more, and as many or fewer, have the probability left out on one side. 0 below no cases and 1 above all of them.
///
/// # Errors
/// As [`wilson_interval`].
pub fn exact_proportion_interval(numerator: i64, denominator: i64, level: Level) -> Result<Interval, Status> {
    check(numerator, denominator)?;
    let (lower, upper) = exact_log_odds(real(numerator), real(denominator - numerator), level);
    let share = |log_odds| Chance::from_log_odds(log_odds).of;
    Ok(Interval { lower: Some(lower.map_or(0.0, share)), upper: Some(upper.map_or(1.0, share)) })
}

/// The exact limits as logarithms of odds, for `x` cases against `others`, which are not both 0 and need not be whole.
/// `None` where the proportion is 0 below or 1 above.
pub(super) fn exact_log_odds(x: f64, others: f64, level: Level) -> (Option<f64>, Option<f64>) {
    let (cases, ln_tail) = (x + others, level.tail().ln());
    let guess = ((x + 0.5) / (others + 0.5)).ln();
    let at_least = |log_odds| ln_binomial_at_least(x, cases, Chance::from_log_odds(log_odds)) - ln_tail;
    let at_most = |log_odds| ln_tail - ln_binomial_at_most(x, cases, Chance::from_log_odds(log_odds));
    let lower = if x > 0.0 { crossing_from(at_least, guess) } else { None };
    let upper = if others > 0.0 { crossing_from(at_most, guess) } else { None };
    (lower, upper)
}

fn check(numerator: i64, denominator: i64) -> Result<(), Status> {
    match (numerator, denominator) {
        (0, 0) => Err(Status::NotApplicable("no cases".to_owned())),
        (x, n) if x < 0 || x > n => Err(Status::Missing("the numerator is not from 0 to the denominator".to_owned())),
        _ => Ok(()),
    }
}

fn lower_limit(numerator: i64, denominator: i64, level: Level) -> f64 {
    let (x, n) = (real(numerator), real(denominator));
    2.0 * x * (x / n) / twice_upper_root(numerator, denominator, level)
}

/// Good to rounding up to half of the cases; above, 1 less the lower limit of the others is exact at the end.
fn upper_limit(numerator: i64, denominator: i64, level: Level) -> f64 {
    let z = level.z();
    twice_upper_root(numerator, denominator, level) / (2.0 * (real(denominator) + z * z))
}

/// 2x + z² + z√(z² + 4x(1 − x/n)), from which both roots follow.
fn twice_upper_root(numerator: i64, denominator: i64, level: Level) -> f64 {
    let (x, z) = (real(numerator), level.z());
    let others = real(denominator - numerator) / real(denominator);
    2.0 * x + z * z + z * (z * z + 4.0 * x * others).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(x: i64, n: i64, level: Level) -> (f64, f64) {
        let interval = wilson_interval(x, n, level).unwrap();
        (interval.lower.unwrap(), interval.upper.unwrap())
    }

    #[test]
    fn published_limits() {
        // Newcombe 1998, table I, method 3.
        for (x, n, lower, upper) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = limits(x, n, Level::LOOK);
            assert!((found.0 - lower).abs() <= 5e-5 && (found.1 - upper).abs() <= 5e-5, "{x}/{n}: {found:?}");
        }
        let found = limits(81, 263, Level::ACT);
        assert!((found.0 - 0.228_036).abs() < 5e-7 && (found.1 - 0.401_389).abs() < 5e-7, "{found:?}");
    }

    #[test]
    fn published_exact_limits() {
        // Newcombe 1998, table I, method 5.
        for (x, n, lower, upper) in
            [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)]
        {
            let found = exact_proportion_interval(x, n, Level::LOOK).unwrap();
            assert!((found.lower.unwrap() - lower).abs() <= 5e-5, "{x}/{n}: {found:?}");
            assert!((found.upper.unwrap() - upper).abs() <= 5e-5, "{x}/{n}: {found:?}");
        }
    }

    #[test]
    fn exact_limits_at_the_ends_are_roots_of_the_tail() {
        for n in [1_i32, 20, 1_000_000] {
            let found = exact_proportion_interval(0, i64::from(n), Level::LOOK).unwrap();
            let wanted = -(0.025_f64.ln() / f64::from(n)).exp_m1();
            assert_eq!(found.lower, Some(0.0));
            assert!((found.upper.unwrap() / wanted - 1.0).abs() < 1e-12, "{found:?}, not {wanted}");
            let all = exact_proportion_interval(i64::from(n), i64::from(n), Level::LOOK).unwrap();
            assert_eq!(all.upper, Some(1.0));
            assert!((all.lower.unwrap() + wanted - 1.0).abs() < 1e-14, "{all:?}");
        }
        assert!(exact_proportion_interval(0, 0, Level::LOOK).is_err());
    }

    #[test]
    fn ends_are_exact() {
        for n in [1, 3, 20, 1_000_000, 1_000_000_000_000] {
            assert_eq!(limits(0, n, Level::LOOK).0.to_bits(), 0.0_f64.to_bits());
            assert_eq!(limits(n, n, Level::ACT).1.to_bits(), 1.0_f64.to_bits());
            assert!(limits(0, n, Level::LOOK).1 > 0.0 && limits(n, n, Level::LOOK).0 < 1.0);
        }
    }

    #[test]
    fn no_cases_and_faulty_rows_have_a_status() {
        assert!(matches!(wilson_interval(0, 0, Level::LOOK), Err(Status::NotApplicable(_))));
        for (x, n) in [(5, 4), (-1, 4), (1, 0), (0, -1), (-2, -1), (i64::MIN, i64::MAX)] {
            assert!(matches!(wilson_interval(x, n, Level::LOOK), Err(Status::Missing(_))), "{x}/{n}");
            assert!(proportion(x, n).is_err());
        }
    }
}
