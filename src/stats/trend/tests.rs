//! Trends: published numbers, conditions and laws.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::stats::difference::Estimate;
use crate::stats::timeline::tests::months;

/// Published by Public Health England (fingertips-open, `TrendMarkerCalculatorTest`): 2014 to 2018, with limits per 1,000.
const FIVE_YEARS: [(i64, i64); 5] = [(994, 40_299), (1_023, 41_527), (1_199, 42_811), (1_332, 44_064), (1_367, 44_701)];
const FIVE_LIMITS: [(f64, f64, f64); 5] =
    [(24.67, 23.16, 26.25), (24.6, 23.15, 26.19), (28.0, 26.44, 29.64), (30.2, 28.63, 31.9), (30.6, 28.98, 32.25)];

fn point<T>(span: DaySpan, value: T) -> PeriodPoint<T> {
    PeriodPoint { span, reading: PeriodReading::Value(value), provisional: false, break_before: false }
}

/// Points of so many months each, one after the other.
fn points<T: Copy>(length: u32, values: &[T]) -> Vec<PeriodPoint<T>> {
    (0..).zip(values).map(|(index, &value)| point(months(index * length, length), value)).collect()
}

fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
    Estimate { value, interval: Interval { lower: Some(lower), upper: Some(upper) } }
}

fn share(points: &[PeriodPoint<(i64, i64)>]) -> Result<Trend, CannotTell> {
    count_trend(points, CountModel::Proportion, 1000)
}

#[test]
fn five_years_as_published() {
    let trend = share(&points(12, &FIVE_YEARS)).unwrap();
    let near =
        |found: f64, wanted: f64, tolerance: f64| assert!((found - wanted).abs() <= tolerance, "{found} {wanted}");
    near(trend.slope, 0.064_921, 5e-7);
    near(trend.model_error, 0.009_389, 5e-7);
    near(trend.dispersion, 1.649_78, 5e-6);
    near(trend.error, 0.012_059, 5e-7);
    near(trend.statistic, 5.383, 5e-4);
    near(trend.p_value, 0.0126, 5e-5);
    assert_eq!((trend.degrees, trend.outcome, trend.at_act), (3, TrendOutcome::Up, false));
    near(trend.change.value, 7.0, 0.05);
    near(trend.change.look.lower.unwrap(), 2.9, 0.05);
    near(trend.change.look.upper.unwrap(), 11.1, 0.05);
    assert_eq!(trend.outcome.label(Better::Lower), TrendLabel::Worse);
    let limits = FIVE_LIMITS.map(|(value, lower, upper)| estimate(value, lower, upper));
    // The line through the limits has the published chi-square; years differ by more than their limits explain, and that counts here.
    let trend = value_trend(&points(12, &limits)).unwrap();
    near((trend.slope / trend.model_error).powi(2), 46.765_315_792_063_14, 5e-8);
    near(trend.dispersion, 1.586_030, 5e-7);
    near(trend.statistic.powi(2), 46.765_315_792_063_14 / trend.dispersion, 5e-8);
    assert_eq!((trend.degrees, trend.outcome, trend.at_act), (3, TrendOutcome::Up, false));
}

#[test]
fn a_missing_year_is_a_gap() {
    // Exactly ten per cent more each year, 2017 missing.
    let mut of = points(12, &[(10_000, 1), (11_000, 1), (0, 0), (13_310, 1), (14_641, 1), (16_105, 1)]);
    let with_gap = |of: &[PeriodPoint<(i64, i64)>]| count_trend(of, CountModel::Rate, 1).unwrap();
    let expected = 1.1_f64.ln();
    assert!((with_gap(&of).slope - expected).abs() < 1e-4);
    assert_eq!(with_gap(&of).points.len(), 5);
    of.remove(2);
    assert!((with_gap(&of).slope - expected).abs() < 1e-4);
    assert_eq!(with_gap(&of).outcome, TrendOutcome::Up);
}

#[test]
fn conditions() {
    use CannotTell as No;
    let years = points(12, &FIVE_YEARS);
    let with = |change: fn(&mut Vec<PeriodPoint<(i64, i64)>>)| {
        let mut of = years.clone();
        change(&mut of);
        share(&of).map(|trend| trend.outcome)
    };
    let short = |have| Err(No::TooFewPeriods { have, need: 5 });
    assert_eq!(with(|of| of[4].provisional = true), short(4));
    assert_eq!(with(|of| of[3].provisional = true), Ok(TrendOutcome::Up));
    assert_eq!(with(Vec::clear), short(0));
    assert_eq!(with(|of| of[2].reading = PeriodReading::Absent), short(4));
    assert_eq!(with(|of| of[2].reading = PeriodReading::Suppressed), Err(No::Suppressed));
    assert_eq!(with(|of| of[2].break_before = true), Err(No::Break));
    assert_eq!(with(|of| of[0].break_before = true), Ok(TrendOutcome::Up));
    assert_eq!(with(|of| of[2].reading = PeriodReading::Value((3, 2))), Err(No::FaultyCounts));
    assert_eq!(with(|of| of.iter_mut().for_each(|p| p.reading = PeriodReading::Value((0, 9)))), Err(No::AllZero));
    assert_eq!(with(|of| of.iter_mut().for_each(|p| p.reading = PeriodReading::Value((9, 9)))), Err(No::AllComplete));
    assert_eq!(with(|of| of[4].span = months(48, 3)), Err(No::UnequalPeriods));
    let rolling: Vec<_> = (0..9).map(|index| point(months(index, 12), (3, 9))).collect();
    assert_eq!(share(&rolling).map_err(No::as_str).err(), Some("overlapping_periods"));
    let sparse: Vec<_> = [0, 12, 24, 36, 72, 84].map(|start| point(months(start, 12), (3, 9))).to_vec();
    assert_eq!(share(&sparse).err(), Some(No::TooManyAbsent { absent: 2, periods: 8 }));
    assert_eq!(share(&points(3, &[(3, 9); 7])).err(), Some(No::TooFewPeriods { have: 7, need: 8 }));
    assert_eq!(share(&points(1, &[(3, 9); 23])).err(), Some(No::TooFewPeriods { have: 23, need: 24 }));
    assert_eq!(share(&points(2, &[(3, 9); 30])).err(), Some(No::UnequalPeriods));
}

/// A season without events, or with nothing else, has no finite effect: the trend is told without seasons.
#[test]
fn a_season_that_cannot_be_estimated_is_left_out() {
    let quarters = |second: i64| -> Vec<(i64, i64)> {
        (0..16).map(|q| if q % 4 == 1 { (second, 50) } else { (3 * q, 50) }).collect()
    };
    let of = |second| share(&points(3, &quarters(second))).unwrap();
    assert_eq!((of(0).seasons, of(0).outcome, of(0).degrees), (Seasons::LeftOut, TrendOutcome::Up, 14));
    assert_eq!((of(50).seasons, of(50).points[0].seasonal), (Seasons::LeftOut, 0.0));
    assert_eq!((of(7).seasons, of(7).degrees), (Seasons::Fitted, 11));
    let rare = |x: i64| (0..36).map(move |n| if n == 20 || n == 31 { (x, 1) } else { (0, 1) }).collect::<Vec<_>>();
    let events = count_trend(&points(1, &rare(1)), CountModel::Rate, 1).unwrap();
    assert_eq!((events.seasons, events.outcome), (Seasons::LeftOut, TrendOutcome::NoEvidence));
    let years = share(&points(12, &FIVE_YEARS)).unwrap();
    assert_eq!(years.seasons, Seasons::None);
}

/// 0 of 1,448 → 1,423 of 1,466: the last April is the only one with an event, so that its season rests on it.
#[test]
fn a_rest_without_a_fit_is_no_evidence_against_a_trend() {
    let share_of = |n: i64| (1_423 * (n - 19).clamp(0, 13) / 13, 1_466);
    let counts: Vec<(i64, i64)> = (0..36).map(share_of).collect();
    let april = |n: usize| counts[n].0;
    assert_eq!((april(0), april(12), april(24) > 0, counts[35]), (0, 0, true, (1_423, 1_466)));
    let trend = share(&points(1, &counts)).unwrap();
    assert_eq!((trend.seasons, trend.outcome, trend.at_act), (Seasons::Fitted, TrendOutcome::Up, true));
}

#[test]
fn values_need_limits() {
    let of = |change: fn(&mut Estimate)| {
        let mut values = [estimate(10.0, 9.0, 11.0); 5];
        change(&mut values[3]);
        value_trend(&points(12, &values)).map(|trend| trend.outcome)
    };
    assert_eq!(of(|_| ()), Ok(TrendOutcome::NoEvidence));
    assert_eq!(of(|e| e.interval.upper = None), Err(CannotTell::MissingLimits));
    assert_eq!(of(|e| e.interval.upper = Some(9.0)), Err(CannotTell::ZeroWidthLimits));
    assert_eq!(of(|e| e.value = f64::NAN), Err(CannotTell::NotANumber));
}

#[test]
fn degenerate_series_have_an_answer() {
    let with = |reading| {
        let of =
            |index: u32| PeriodPoint { span: months(12 * index, 12), reading, provisional: false, break_before: false };
        share(&(0..6).map(of).collect::<Vec<_>>()).map(|trend| (trend.outcome, trend.slope.abs() < 1e-9))
    };
    assert_eq!(with(PeriodReading::Suppressed), Err(CannotTell::Suppressed));
    assert_eq!(with(PeriodReading::Absent), Err(CannotTell::TooFewPeriods { have: 0, need: 5 }));
    assert_eq!(with(PeriodReading::Value((0, 0))), Err(CannotTell::TooFewPeriods { have: 0, need: 5 }));
    assert_eq!(with(PeriodReading::Value((7, 20))), Ok((TrendOutcome::NoEvidence, true)));
    // The first events in the last year: the line would have to be infinitely steep.
    let late = [(0, 50), (0, 50), (0, 50), (0, 50), (9, 50)];
    assert_eq!(share(&points(12, &late)), Err(CannotTell::NoFit));
    // A single event, and none without it.
    let single = [(0, 50), (0, 50), (1, 50), (0, 50), (0, 50)];
    let outcome = |pairs: &[(i64, i64)]| share(&points(12, pairs)).map(|trend| trend.outcome);
    assert!(matches!(outcome(&single), Ok(TrendOutcome::NoEvidence)));
    assert!(matches!(value_trend(&points(12, &[estimate(0.0, -1.0, 1.0); 5])), Err(CannotTell::AllZero)));
    assert!(matches!(value_trend(&[]), Err(CannotTell::TooFewPeriods { .. })));
}

#[test]
fn a_slope_that_rests_on_one_period() {
    // Nine figures that fall slowly and are not sure, then one that is sure and higher.
    let unsure =
        [10.4, 10.3, 10.3, 10.2, 10.2, 10.1, 10.1, 10.0, 10.0].map(|value| estimate(value, value - 3.0, value + 3.0));
    let all = [&unsure[..], &[estimate(13.0, 12.0, 14.0)]].concat();
    let trend = value_trend(&points(12, &all)).unwrap();
    assert_eq!(trend.outcome, TrendOutcome::RestsOnOnePeriod);
    assert!((trend.statistic - 3.009_509).abs() < 5e-7, "{trend:?}");
}

/// Months of delays with a season and no trend, and with both.
#[test]
fn delays_have_seasons_too() {
    let months = |growth: f64| -> Vec<Estimate> {
        let season = |n: usize| if n % 12 < 6 { 8.0 } else { 0.0 };
        let of = |n: usize| 20.0 + season(n) + growth * f64::from(u32::try_from(n).unwrap()) + [0.3, -0.2, -0.1][n % 3];
        (0..36).map(|n| estimate(of(n), of(n) - 2.0, of(n) + 2.0)).collect()
    };
    let level = value_trend(&points(1, &months(0.0))).unwrap();
    assert_eq!((level.seasons, level.outcome, level.degrees), (Seasons::Fitted, TrendOutcome::NoEvidence, 23));
    assert!((level.points[0].seasonal - level.points[6].seasonal - 8.0).abs() < 0.5);
    let rising = value_trend(&points(1, &months(0.2))).unwrap();
    assert_eq!(rising.outcome, TrendOutcome::Up);
    assert!((rising.change.value - 7.0).abs() < 0.2, "{:?}", rising.change);
}

/// Limits that are too narrow for how much the delays of months differ: χ² alone would find a trend.
#[test]
fn delays_that_vary_more_than_their_limits_say_give_no_trend() {
    let values = [10.0, 14.0, 9.0, 15.0, 11.0, 16.0, 10.0, 15.0].map(|value| estimate(value, value - 1.0, value + 1.0));
    let trend = value_trend(&points(12, &values)).unwrap();
    assert!((trend.slope / trend.model_error).powi(2) > 9.5 && trend.dispersion > 20.0, "{trend:?}");
    assert_eq!(trend.outcome, TrendOutcome::NoEvidence);
}

#[test]
fn the_season_is_no_trend() {
    // Four quarters that repeat, and the same with ten per cent more each year.
    let season = [400, 900, 600, 1_300];
    let quarters = |growth: f64| -> Vec<(i64, i64)> {
        #[expect(clippy::cast_possible_truncation, reason = "a count")]
        let of = |q: i32| {
            (
                (f64::from(season[q.rem_euclid(4).unsigned_abs() as usize]) * growth.powf(f64::from(q) / 4.0)).round()
                    as i64,
                1,
            )
        };
        (0..16).map(of).collect()
    };
    let level = count_trend(&points(3, &quarters(1.0)), CountModel::Rate, 1).unwrap();
    assert!(level.slope.abs() < 1e-9 && level.outcome == TrendOutcome::NoEvidence, "{level:?}");
    assert_eq!(level.degrees, 11);
    let rising = count_trend(&points(3, &quarters(1.1)), CountModel::Rate, 1).unwrap();
    assert!((rising.slope - 1.1_f64.ln()).abs() < 1e-3 && rising.outcome == TrendOutcome::Up);
    // Figures less their season lie on the line.
    let adjusted: Vec<f64> = level.points.iter().map(|point| point.value - point.seasonal).collect();
    assert!(adjusted.iter().all(|value| (value - adjusted[0]).abs() < 1e-6 * adjusted[0]), "{adjusted:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_complement_has_the_opposite_trend(counts in prop::collection::vec((1..200_i64, 1..200_i64), 8..20)) {
        let of = |pairs: Vec<(i64, i64)>| share(&points(3, &pairs));
        let one = of(counts.iter().map(|&(x, rest)| (x, x + rest)).collect());
        let other = of(counts.iter().map(|&(x, rest)| (rest, x + rest)).collect());
        match (one, other) {
            (Ok(one), Ok(other)) => {
                prop_assert!((one.slope + other.slope).abs() <= 1e-8 * one.slope.abs().max(1.0));
                prop_assert!((one.p_value - other.p_value).abs() < 1e-7);
                prop_assert!((one.change.value + other.change.value).abs() < 1e-6);
            }
            (one, other) => prop_assert_eq!(one.err(), other.err()),
        }
    }

    #[test]
    fn the_change_has_the_sign_of_the_slope_and_lies_in_its_intervals(
        counts in prop::collection::vec((0..50_i64, 1..200_i64), 5..12),
    ) {
        for (length, model) in [(12, CountModel::Rate), (3, CountModel::Rate), (12, CountModel::Proportion)] {
            let pairs: Vec<_> = counts.iter().map(|&(x, rest)| (x, x + rest)).collect();
            let Ok(trend) = count_trend(&points(length, &pairs), model, 100) else { continue };
            let FittedChange { value, look, act } = trend.change;
            prop_assert!(value * trend.slope >= 0.0, "{trend:?}");
            prop_assert!(act.lower <= look.lower && look.lower <= Some(value) && Some(value) <= look.upper && look.upper <= act.upper);
            let fitted: f64 = trend.points.iter().map(|p| p.fitted).sum();
            prop_assert!(fitted.is_finite() && (0.0..=1.0).contains(&trend.p_value));
        }
    }
}
