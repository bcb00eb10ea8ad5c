//! The ratio of two rates, or of two counts, with exact limits and p-values given the sum of the events.

use super::counts::Counts;
use super::proportion::exact_log_odds;
use super::tails::{Chance, ln_binomial_at_least, ln_binomial_at_most};
use super::widening::Widening;
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, Status};

/// A ratio with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatio {
    /// `None` without events below the line: the ratio is then beyond every number.
    pub value: Option<f64>,
    /// The lower limit is 0 without events above the line; there is no upper limit without events below it.
    pub interval: Interval,
}

/// The ratio of the rate of `first` to that of `second`, each as events and exposure.
///
/// Of k = x₁ + x₀ events, x₁ is binomial with π = λ₁t₁/(λ₁t₁ + λ₀t₀); the exact limits of π give those of the ratio by
/// π/(1 − π) · t₀/t₁ (Clopper and Pearson, Biometrika 26, 1934; Przyborowski and Wilenski, Biometrika 31, 1940).
///
/// # Errors
/// [`Status::NotApplicable`] for an exposure of 0 or less, [`Status::Missing`] for a negative count,
/// [`Status::CannotTell`] without any event.
pub fn rate_ratio(first: Counts, second: Counts, level: Level) -> Result<RateRatio, Status> {
    widened_ratio(first, second, level, Widening::NONE)
}

/// As [`rate_ratio`] for events that hang together: each counts as the share of an independent one that it is worth.
///
/// # Errors
/// As [`rate_ratio`].
pub fn widened_ratio(first: Counts, second: Counts, level: Level, widening: Widening) -> Result<RateRatio, Status> {
    check(first, second)?;
    let worth = |events: i64| real(events) * widening.worth();
    let level = widening.deviate_level(level);
    let (log_lower, log_upper) = exact_log_odds(worth(first.numerator), worth(second.numerator), level);
    let scale = real(second.denominator) / real(first.denominator);
    let ratio = |log_odds: f64| log_odds.exp() * scale;
    let value = (second.numerator > 0).then(|| real(first.numerator) / real(second.numerator) * scale);
    Ok(RateRatio {
        value,
        interval: Interval { lower: Some(log_lower.map_or(0.0, ratio)), upper: log_upper.map(ratio) },
    })
}

/// The ratio `a / b` of two counts of different things, such as results entered for each new case, with exact limits.
///
/// # Errors
/// [`Status::NotApplicable`] when `b` is 0, [`Status::Missing`] for a negative count.
pub fn ratio_of_counts(a: i64, b: i64, level: Level) -> Result<RateRatio, Status> {
    if b == 0 {
        return Err(Status::NotApplicable("the denominator is not above zero".to_owned()));
    }
    rate_ratio(Counts::new(a, 1), Counts::new(b, 1), level)
}

/// The central p-value for equal rates: twice the smaller tail of the binomial with π₀ = t₁/(t₁ + t₀), at most 1. It is
/// below 1 less a level when the interval of [`rate_ratio`] at that level excludes 1.
///
/// # Errors
/// As [`rate_ratio`].
pub fn central_p_value(first: Counts, second: Counts) -> Result<f64, Status> {
    widened_p_value(first, second, Widening::NONE)
}

/// As [`central_p_value`], of the intervals of [`widened_ratio`].
///
/// # Errors
/// As [`rate_ratio`].
pub fn widened_p_value(first: Counts, second: Counts, widening: Widening) -> Result<f64, Status> {
    check(first, second)?;
    let (x, k, chance) = given_sum(first, second);
    let (x, k) = (x * widening.worth(), k * widening.worth());
    let smaller = ln_binomial_at_most(x, k, chance).min(ln_binomial_at_least(x, k, chance));
    Ok(widening.widened_p((2.0 * smaller.exp()).min(1.0)))
}

fn check(first: Counts, second: Counts) -> Result<(), Status> {
    if first.denominator <= 0 || second.denominator <= 0 {
        return Err(Status::NotApplicable("the denominator is not above zero".to_owned()));
    }
    match (first.numerator, second.numerator) {
        (x, y) if x < 0 || y < 0 => Err(Status::Missing("the count is below zero".to_owned())),
        (0, 0) => Err(Status::CannotTell("no events on either side".to_owned())),
        _ => Ok(()),
    }
}

/// The events of the first, all events, and the chance of an event to be the first's when the rates are equal.
fn given_sum(first: Counts, second: Counts) -> (f64, f64, Chance) {
    let all = i128::from(first.numerator) + i128::from(second.numerator);
    (real(first.numerator), real(all), Chance::of_parts(first.denominator, second.denominator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn near(found: f64, wanted: f64) -> bool {
        (found / wanted - 1.0).abs() <= 1e-9
    }

    #[test]
    fn published_ratio() {
        // R help page of poisson.test: 11 cases in 800 person-years against 21 in 3,011.
        let (first, second) = (Counts::new(11, 800), Counts::new(21, 3_011));
        let found = rate_ratio(first, second, Level::LOOK).unwrap();
        assert!(near(found.value.unwrap(), 1.971_488_095_238_095_3), "{found:?}");
        assert!(near(found.interval.lower.unwrap(), 0.858_426_403_391_639_2), "{found:?}");
        assert!(near(found.interval.upper.unwrap(), 4.277_265_943_654_071), "{found:?}");
        assert!(near(central_p_value(first, second).unwrap(), 0.112_017_319_575_399_39));
    }

    #[test]
    fn two_counts_are_both_random() {
        let found = rate_ratio(Counts::new(81, 1), Counts::new(64, 1), Level::LOOK).unwrap();
        assert!((found.value.unwrap() - 1.27).abs() < 5e-3, "{found:?}");
        assert!((found.interval.lower.unwrap() - 0.90).abs() < 5e-3, "{found:?}");
        assert!((found.interval.upper.unwrap() - 1.79).abs() < 5e-3, "{found:?}");
        let p = central_p_value(Counts::new(81, 1), Counts::new(64, 1)).unwrap();
        assert!((p - 0.184).abs() < 5e-4, "{p}");
    }

    /// σz of 2: four events tell as much as one independent one, so 44 against 84 is as unsure as 11 against 21. From very many
    /// figures σz is sure, and the limits are those of the published example.
    #[test]
    fn events_that_hang_together_are_worth_less() {
        let widening = Widening::of_sigma_z(2.0, 1_000_000_000);
        let found = widened_ratio(Counts::new(44, 800), Counts::new(84, 3_011), Level::LOOK, widening).unwrap();
        // Student's t with so many degrees of freedom is worked out to some millionths.
        let close = |found: f64, wanted: f64| (found / wanted - 1.0).abs() < 1e-5;
        assert!(close(found.interval.lower.unwrap(), 0.858_426_403_391_639_2), "{found:?}");
        assert!(close(found.interval.upper.unwrap(), 4.277_265_943_654_071), "{found:?}");
        let p = widened_p_value(Counts::new(44, 800), Counts::new(84, 3_011), widening).unwrap();
        assert!(close(p, 0.112_017_319_575_399_39), "{p}");
    }

    #[test]
    fn none_on_one_side_leaves_a_limit_out() {
        let found = rate_ratio(Counts::new(5, 100), Counts::new(0, 100), Level::LOOK).unwrap();
        assert_eq!((found.value, found.interval.upper), (None, None));
        // Five of five: the lower limit of the share is 0.025^(1/5).
        let share = 0.025_f64.powf(0.2);
        assert!(near(found.interval.lower.unwrap(), share / (1.0 - share)), "{found:?}");
        let found = rate_ratio(Counts::new(0, 100), Counts::new(5, 100), Level::LOOK).unwrap();
        assert_eq!((found.value, found.interval.lower), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let of = |x1, t1, x0, t0| rate_ratio(Counts::new(x1, t1), Counts::new(x0, t0), Level::LOOK);
        assert!(matches!(of(0, 5, 0, 5), Err(Status::CannotTell(_))));
        assert!(matches!(of(1, 0, 2, 5), Err(Status::NotApplicable(_))));
        assert!(matches!(of(-1, 5, 2, 5), Err(Status::Missing(_))));
        assert!(matches!(ratio_of_counts(3, 0, Level::LOOK), Err(Status::NotApplicable(_))));
        assert!(matches!(ratio_of_counts(0, 0, Level::LOOK), Err(Status::NotApplicable(_))));
        assert_eq!(ratio_of_counts(0, 4, Level::LOOK).unwrap().value, Some(0.0));
    }

    fn sides() -> impl Strategy<Value = (Counts, Counts)> {
        let events = || (0..20_u32).prop_flat_map(|bits| 0..=(1_i64 << bits));
        let exposure = || (0..30_u32).prop_flat_map(|bits| 1..=(1_i64 << bits));
        (events(), exposure(), events(), exposure())
            .prop_filter("some event", |(x, _, y, _)| x + y > 0)
            .prop_map(|(x, t, y, u)| (Counts::new(x, t), Counts::new(y, u)))
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn interval_and_central_p_value_agree((a, b) in sides()) {
            let p = central_p_value(a, b).unwrap();
            for (level, left_out) in [(Level::LOOK, 0.05), (Level::ACT, 0.002)] {
                let found = rate_ratio(a, b, level).unwrap();
                let Interval { lower, upper } = found.interval;
                prop_assert_eq!(lower.unwrap() > 1.0 || upper.is_some_and(|upper| upper < 1.0), p < left_out);
                if let Some(value) = found.value {
                    prop_assert!(lower.unwrap() <= value && upper.unwrap() >= value, "{found:?}");
                }
            }
        }

        #[test]
        fn interval_and_p_value_agree_where_events_hang_together((a, b) in sides(), sigma in 1.0..12.0_f64) {
            let widening = Widening::of_sigma_z(sigma, 24);
            let p = widened_p_value(a, b, widening).unwrap();
            for (level, left_out) in [(Level::LOOK, 0.05), (Level::ACT, 0.002)] {
                let Interval { lower, upper } = widened_ratio(a, b, level, widening).unwrap().interval;
                let excludes = lower.unwrap() > 1.0 || upper.is_some_and(|upper| upper < 1.0);
                prop_assert!((p - left_out).abs() <= 1e-9 || excludes == (p < left_out), "{p} {lower:?} {upper:?}");
                let narrow = rate_ratio(a, b, level).unwrap().interval;
                prop_assert!(lower <= narrow.lower);
                prop_assert!(upper.is_none_or(|upper| narrow.upper.is_some_and(|narrow| narrow <= upper)));
            }
        }

        #[test]
        fn exchange_inverts_the_ratio((a, b) in sides()) {
            let (forth, back) = (rate_ratio(a, b, Level::LOOK).unwrap(), rate_ratio(b, a, Level::LOOK).unwrap());
            if let (Some(upper), Some(lower)) = (forth.interval.upper, back.interval.lower) {
                prop_assert!((upper * lower - 1.0).abs() < 1e-9, "{forth:?} {back:?}");
            }
            prop_assert!((central_p_value(a, b).unwrap() - central_p_value(b, a).unwrap()).abs() < 1e-9);
        }
    }
}
