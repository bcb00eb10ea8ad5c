//! A count or a rate and its exact Poisson interval.
//! Both are on the scale of the multiplier that the caller names; nothing is rounded.

use super::distributions::{poisson_mean_lower, poisson_mean_upper};
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, Status};

/// `multiplier · events / exposure`; there may be more events than exposure.
///
/// # Errors
/// As [`rate_interval`].
pub fn rate(events: i64, exposure: i64, multiplier: u32) -> Result<f64, Status> {
    check_exposure(exposure)?;
    Ok(real(check_events(events)?) * real(multiplier) / real(exposure))
}

/// The exact interval of a Poisson mean from one count (Garwood, Biometrika 28, 1936):
/// χ²(α/2; 2x)/2 to χ²(1 − α/2; 2x + 2)/2, with 0 below a count of 0.
///
/// # Errors
/// [`Status::Missing`] for a negative count, which is a fault of the data.
pub fn count_interval(events: i64, level: Level) -> Result<Interval, Status> {
    let (events, tail) = (check_events(events)?, level.tail());
    Ok(Interval { lower: Some(poisson_mean_lower(events, tail)), upper: Some(poisson_mean_upper(events, tail)) })
}

/// The interval of [`count_interval`] times `multiplier / exposure`; the exposure is known without error.
///
/// # Errors
/// [`Status::NotApplicable`] for an exposure of 0 or less, [`Status::Missing`] for a negative count.
pub fn rate_interval(events: i64, exposure: i64, multiplier: u32, level: Level) -> Result<Interval, Status> {
    check_exposure(exposure)?;
    let mean = count_interval(events, level)?;
    let per_exposure = |limit: f64| limit * real(multiplier) / real(exposure);
    Ok(Interval { lower: mean.lower.map(per_exposure), upper: mean.upper.map(per_exposure) })
}

fn check_exposure(exposure: i64) -> Result<(), Status> {
    if exposure > 0 { Ok(()) } else { Err(Status::NotApplicable("the denominator is not above zero".to_owned())) }
}

fn check_events(events: i64) -> Result<u64, Status> {
    u64::try_from(events).map_err(|_| Status::Missing("the count is below zero".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_limits(interval: &Interval, lower: f64, upper: f64) {
        let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() <= 1e-9 * wanted.abs();
        assert!(near(interval.lower, lower) && near(interval.upper, upper), "{interval:?}, not {lower} to {upper}");
    }

    #[test]
    fn limits_as_published() {
        // Test data of PHEindicatormethods 2.1.0 (exact below 10), per 100.
        let of = |x, level| rate_interval(x, 100, 100, level).unwrap();
        assert_limits(&of(1, Level::LOOK), 0.025_317_807_984_289_897, 5.571_643_390_938_898);
        assert_limits(&of(1, Level::ACT), 0.001_000_500_333_583_534_4, 9.233_413_476_451_585);
        assert_limits(&of(5, Level::LOOK), 1.623_486_390_118_42, 11.668_332_079_322_669);
        assert_limits(&of(5, Level::ACT), 0.739_371_731_917_839, 16.454_745_203_680_105);
    }

    #[test]
    fn limits_at_larger_counts() {
        for (x, lower, upper) in [(20, 12.216_520, 30.888_378), (65, 50.165_628, 82.847_836)] {
            let found = count_interval(x, Level::LOOK).unwrap();
            assert!((found.lower.unwrap() - lower).abs() < 5e-7 && (found.upper.unwrap() - upper).abs() < 5e-7);
        }
    }

    #[test]
    fn no_events_still_have_an_upper_limit() {
        // The upper limit of a count of 0 is −ln(α/2).
        assert_limits(&count_interval(0, Level::LOOK).unwrap(), 0.0, -(0.025_f64.ln()));
        assert_eq!(count_interval(0, Level::LOOK).unwrap().lower, Some(0.0));
        assert_eq!(rate(0, 7, 1000), Ok(0.0));
        assert_eq!(rate(3, 2, 100), Ok(150.0));
    }

    #[test]
    fn no_exposure_and_faulty_counts_have_a_status() {
        for exposure in [0, -1, i64::MIN] {
            assert!(matches!(rate_interval(3, exposure, 100, Level::LOOK), Err(Status::NotApplicable(_))));
            assert!(matches!(rate(3, exposure, 100), Err(Status::NotApplicable(_))));
        }
        assert!(matches!(count_interval(-1, Level::LOOK), Err(Status::Missing(_))));
        assert!(matches!(rate(i64::MIN, 5, 100), Err(Status::Missing(_))));
    }

    #[test]
    fn every_count_has_finite_limits_round_it() {
        for x in [0, 1, 2, 9_998, 9_999, 10_000, 10_001, 1 << 40, i64::MAX] {
            for level in [Level::LOOK, Level::ACT, Level::new(0.9).unwrap(), Level::new(1.0 - 1e-16).unwrap()] {
                let found = count_interval(x, level).unwrap();
                let (lower, upper) = (found.lower.unwrap(), found.upper.unwrap());
                assert!(lower.is_finite() && upper.is_finite(), "{x} {level:?} {found:?}");
                assert!((0.0..=real(x)).contains(&lower) && upper > real(x), "{x} {level:?} {found:?}");
            }
        }
    }
}
