//! Laws that hold for every input of the statistics, tried on generated ones.
//! Published numbers are tested beside the functions themselves.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::histogram::{DelayReading, Histogram, Percent};
use super::percentile::{percentile, percentile_interval};
use super::proportion::{proportion, wilson_interval};
use super::rate::{count_interval, rate, rate_interval};
use super::survival::SurvivalCurve;
use super::{Level, real};
use crate::vocabulary::quantity::Interval;

fn levels() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::LOOK), Just(Level::ACT), (0.9..0.9999_f64).prop_map(|c| Level::new(c).unwrap())]
}

/// x of n with every size of n alike.
fn shares() -> impl Strategy<Value = (i64, i64)> {
    (0..50_u32).prop_flat_map(|bits| 1..=(1_i64 << bits)).prop_flat_map(|n| (0..=n, Just(n)))
}

fn counts() -> impl Strategy<Value = i64> {
    (0..50_u32).prop_flat_map(|bits| 0..=(1_i64 << bits))
}

/// Rows of delay, closed? and count; some delays are negative, some beyond a cap of 60.
fn rows() -> impl Strategy<Value = Vec<(i64, bool, u64)>> {
    prop::collection::vec((-1..80_i64, prop::bool::weighted(0.7), 0..30_u64), 0..40)
}

fn percents() -> impl Strategy<Value = Percent> {
    (10..=90_u8).prop_map(|p| Percent::new(p).unwrap())
}

fn both(interval: Interval) -> (f64, f64) {
    (interval.lower.unwrap(), interval.upper.unwrap())
}

/// The delays of the closed cases, shortest first.
fn sorted_list(rows: &[(i64, bool, u64)]) -> Vec<i64> {
    let closed = rows.iter().filter(|&&(delay, closed, _)| closed && delay >= 0);
    let mut list: Vec<i64> = closed.flat_map(|&(delay, _, count)| (0..count).map(move |_| delay)).collect();
    list.sort_unstable();
    list
}

/// Whether a limit that may be missing stands on the right side of a number.
fn encloses(interval: Interval, value: f64) -> bool {
    interval.lower.is_none_or(|lower| lower <= value) && interval.upper.is_none_or(|upper| value <= upper)
}

/// Whether the second interval reaches at least as far as the first on both sides; an open side reaches furthest.
fn contains(wide: Interval, narrow: Interval) -> bool {
    let below = |a: Option<f64>, b: Option<f64>| a.is_none_or(|a| b.is_some_and(|b| a <= b));
    below(wide.lower, narrow.lower) && below(wide.upper.map(|x| -x), narrow.upper.map(|x| -x))
}

proptest! {
    // The same cases in every run, so that a failure is one for everybody; nothing is written beside the sources.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_proportion_lies_in_its_interval_and_both_on_the_scale((x, n) in shares(), level in levels()) {
        let (lower, upper) = both(wilson_interval(x, n, level).unwrap());
        let value = proportion(x, n).unwrap();
        prop_assert!(0.0 <= lower && lower <= value && value <= upper && upper <= 1.0, "{lower} {value} {upper}");
        prop_assert!(lower < upper);
    }

    #[test]
    fn the_complement_has_the_mirrored_interval((x, n) in shares(), level in levels()) {
        let (lower, upper) = both(wilson_interval(x, n, level).unwrap());
        let (mirror_lower, mirror_upper) = both(wilson_interval(n - x, n, level).unwrap());
        prop_assert!((lower - (1.0 - mirror_upper)).abs() <= 1e-15 && (upper - (1.0 - mirror_lower)).abs() <= 1e-15);
    }

    #[test]
    fn a_higher_level_gives_a_wider_interval((x, n) in shares(), count in counts()) {
        let wilson = |level| wilson_interval(x, n, level).unwrap();
        prop_assert!(contains(wilson(Level::ACT), wilson(Level::LOOK)));
        let poisson = |level| count_interval(count, level).unwrap();
        prop_assert!(contains(poisson(Level::ACT), poisson(Level::LOOK)));
    }

    #[test]
    fn doubling_narrows((x, n) in shares(), count in counts(), level in levels()) {
        let width = |interval| { let (lower, upper) = both(interval); upper - lower };
        prop_assert!(width(wilson_interval(2 * x, 2 * n, level).unwrap()) < width(wilson_interval(x, n, level).unwrap()));
        let rate = |twice| width(rate_interval(count * twice, 1000 * twice, 1000, level).unwrap());
        prop_assert!(rate(2) < rate(1));
    }

    #[test]
    fn a_rate_lies_in_its_interval_and_scales(x in counts(), t in 1..1_i64 << 40, level in levels()) {
        let (lower, upper) = both(rate_interval(x, t, 1000, level).unwrap());
        let value = rate(x, t, 1000).unwrap();
        prop_assert!(0.0 <= lower && lower <= value && value < upper, "{lower} {value} {upper}");
        let (count_lower, count_upper) = both(count_interval(x, level).unwrap());
        let scale = 1000.0 / real(t);
        prop_assert!((lower - count_lower * scale).abs() <= 1e-14 * lower);
        prop_assert!((upper - count_upper * scale).abs() <= 1e-14 * upper);
    }

    #[test]
    fn one_more_event_moves_both_limits_up(x in counts(), level in levels()) {
        let (lower, upper) = both(count_interval(x, level).unwrap());
        let (next_lower, next_upper) = both(count_interval(x + 1, level).unwrap());
        prop_assert!(lower < next_lower && upper < next_upper);
    }

    #[test]
    fn the_order_of_rows_is_irrelevant(mut rows in rows(), p in percents(), level in levels()) {
        let one = Histogram::new(rows.iter().copied(), Some(60));
        rows.reverse();
        // Splitting a row must not matter either.
        let split = rows.iter().flat_map(|&(delay, closed, n)| [(delay, closed, n / 2), (delay, closed, n - n / 2)]);
        let other = Histogram::new(split, Some(60));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(percentile_interval(&one, p, level), percentile_interval(&other, p, level));
        prop_assert_eq!(SurvivalCurve::new(&one), SurvivalCurve::new(&other));
    }

    #[test]
    fn a_percentile_lies_between_its_limits_and_is_never_nan(rows in rows(), p in percents(), level in levels()) {
        for cap in [None, Some(60)] {
            let histogram = Histogram::new(rows.iter().copied(), cap);
            let found = percentile_interval(&histogram, p, level);
            prop_assert_eq!(found.is_none(), histogram.closed() == 0);
            let reading = percentile(&histogram, p);
            prop_assert_eq!(reading == DelayReading::NoCases, histogram.closed() == 0);
            if let (Some(value), Some(found)) = (reading.value(), found) {
                prop_assert!((0.0..80.0).contains(&value));
                prop_assert!(encloses(found.interval, value), "{value} {found:?}");
            }
        }
    }

    #[test]
    fn coverage_keeps_the_level_and_a_higher_one_reaches_further(rows in rows(), p in percents()) {
        let histogram = Histogram::new(rows, None);
        let at = |level| percentile_interval(&histogram, p, level);
        if let (Some(narrow), Some(wide)) = (at(Level::LOOK), at(Level::ACT)) {
            prop_assert!((0.95 - 1e-9..=1.0).contains(&narrow.coverage), "{narrow:?}");
            prop_assert!((0.998 - 1e-9..=1.0).contains(&wide.coverage), "{wide:?}");
            prop_assert!(contains(wide.interval, narrow.interval));
        }
    }

    #[test]
    fn percentiles_of_a_histogram_are_those_of_the_sorted_list(rows in rows(), p in percents()) {
        let list = sorted_list(&rows);
        let found = percentile(&Histogram::new(rows, None), p);
        let Some(last) = list.len().checked_sub(1) else {
            prop_assert_eq!(found, DelayReading::NoCases);
            return Ok(());
        };
        let (below, hundredths) = (last * usize::from(p.number()) / 100, last * usize::from(p.number()) % 100);
        let (low, high) = (real(list[below]), real(list[(below + 1).min(last)]));
        let wanted = low + (high - low) * real(hundredths as u64) / 100.0;
        prop_assert!((found.value().unwrap() - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found:?} {wanted}");
    }

    #[test]
    fn a_survival_percentile_lies_between_its_limits(rows in rows(), p in percents(), level in levels()) {
        for cap in [None, Some(60)] {
            let curve = SurvivalCurve::new(&Histogram::new(rows.iter().copied(), cap));
            let interval = curve.percentile_interval(p, level);
            if let Some(value) = curve.percentile(p).value() {
                prop_assert!(encloses(interval, value), "{value} {interval:?}");
            }
            // Where the curve ends at 0 it has no limits, so the narrower interval may have lost its lower one.
            let at = |level| curve.percentile_interval(p, level);
            let (wide, mut narrow) = (at(Level::ACT), at(Level::LOOK));
            narrow.lower = narrow.lower.or(wide.lower);
            prop_assert!(contains(wide, narrow), "{wide:?} {narrow:?}");
        }
    }

    #[test]
    fn a_survival_curve_falls_inside_its_limits(rows in rows(), level in levels()) {
        let curve = SurvivalCurve::new(&Histogram::new(rows, Some(60)));
        let mut before = 1.0;
        for step in curve.steps() {
            prop_assert!((0.0..before).contains(&step.open_share), "{step:?}");
            before = step.open_share;
            let limits = step.limits(level);
            prop_assert_eq!(limits.is_none(), step.open_share <= 0.0);
            let (lower, upper) = limits.unwrap_or((0.0, 1.0));
            prop_assert!((0.0..=step.open_share).contains(&lower) && (step.open_share..=1.0).contains(&upper));
        }
    }

    #[test]
    fn without_open_cases_the_survival_percentile_is_the_inverse_with_steps_halved(rows in rows(), p in percents()) {
        let rows: Vec<(i64, bool, u64)> = rows.into_iter().map(|(delay, _, count)| (delay, true, count)).collect();
        let list = sorted_list(&rows);
        if list.len() >= 5 {
            let hundredths = list.len() * usize::from(p.number());
            let (below, above) = (list[hundredths.div_ceil(100) - 1], list[hundredths / 100]);
            let wanted = DelayReading::Value(real(below + above) / 2.0);
            prop_assert_eq!(SurvivalCurve::new(&Histogram::new(rows, None)).percentile(p), wanted);
        }
    }
}
