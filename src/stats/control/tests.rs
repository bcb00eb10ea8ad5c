//! Charts of single values and of counts: published numbers and the cases that other tools fail on.

use super::*;
use crate::stats::timeline::tests::{date, months};

fn series(values: &[f64]) -> Vec<ValuePoint> {
    let of = |(month, &value): (u32, &f64)| ValuePoint {
        span: months(month, 1),
        value: Some(value),
        standing: PointUse::Final,
    };
    (0..).zip(values).map(of).collect()
}

fn native(values: &[f64], better: Better) -> ControlAnalysis {
    xmr(&series(values), &ChartSettings::new(better)).unwrap()
}

fn lines(chart: &ControlAnalysis, index: usize) -> Lines {
    chart.points[index].lines.unwrap()
}

#[track_caller]
fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{found}, not {wanted}");
}

/// Twelve values around 10 that no rule marks.
const CALM: [f64; 12] = [10.0, 11.0, 9.0, 10.5, 9.5, 11.0, 9.0, 10.0, 10.5, 9.5, 11.0, 9.0];

#[test]
fn published_limits() {
    // nhspy-plotthedots 0.1.0, test_limits_calculations.py.
    let chart = native(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0], Better::Neutral);
    let found = lines(&chart, 0);
    near(found.centre, 5.5);
    near(found.lower, 2.84);
    near(found.upper, 8.16);
    near(found.near_lower, 3.726_666_666_666_666_6);
    near(found.near_upper, 7.273_333_333_333_333);
    let short = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0];
    let settings = ChartSettings { mode: Mode::MakingDataCount, screen: false, ..ChartSettings::new(Better::Neutral) };
    let found = lines(&xmr(&series(&short), &settings).unwrap(), 0);
    near(found.centre, 3.571_428_571_428_571_6);
    near(found.lower, -6.625_238_095_238_095);
    near(found.upper, 13.768_095_238_095_238);
    assert!(native(&short, Better::Neutral).points.iter().all(|point| point.lines.is_none()));
}

#[test]
fn laney_limits_as_published() {
    // qicharts2 0.8.1, nhs_accidents: waits within four hours, 20 weeks.
    let part = [
        266_501, 264_225, 276_532, 281_461, 269_071, 261_215, 270_409, 279_778, 270_483, 270_320, 267_923, 271_478,
        255_353, 256_820, 261_835, 259_144, 255_910, 260_863, 264_465, 260_989,
    ];
    let whole = [
        280_443, 276_823, 291_681, 296_155, 282_343, 275_888, 283_867, 295_251, 284_468, 282_529, 279_618, 283_932,
        266_629, 268_091, 276_803, 271_578, 266_005, 273_520, 278_574, 273_772,
    ];
    let of = |(month, (&x, &n)): (u32, (&i64, &i64))| CountPoint {
        span: months(month, 1),
        counts: Some((x, n)),
        standing: PointUse::Final,
    };
    let waits: Vec<_> = (0..).zip(part.iter().zip(&whole)).map(of).collect();
    let settings = ChartSettings::new(Better::Higher);
    let share = p_prime(&waits, 1, &settings).unwrap();
    near(lines(&share, 0).centre, 0.952_899_711_344_191_2);
    near(lines(&share, 0).lower, 0.940_129_644_177_514_1);
    near(lines(&share, 0).upper, 0.965_669_778_510_868_2);
    near(lines(&share, 19).near_upper, 0.961_516_187_891_715_8);
    assert!((share.segments[0].sigma_z.unwrap() - 10.640_422).abs() < 5e-7);
    assert!(share.points.iter().all(|p| p.judgement.as_ref().unwrap().signals.is_empty()));
    // The model's own scale divides out, and the multiplier only stretches.
    let rate = u_prime(&waits, 1000, &settings).unwrap();
    near(lines(&rate, 7).lower, 1000.0 * lines(&share, 7).lower);
}

#[test]
fn short_series_have_a_median_and_no_judgement() {
    let chart = native(&CALM[..7], Better::Higher);
    assert_eq!(chart.segments[0].limits, Err(NotJudged::TooFewPoints(7)));
    assert_eq!(chart.segments[0].median, Some(10.0));
    assert_eq!(chart.variation, Err(NotJudged::TooFewPoints(7)));
    assert_eq!(chart.points[0].judgement, Err(NotJudged::TooFewPoints(7)));
    assert_eq!(native(&CALM[..8], Better::Higher).segments[0].notes, [Note::TrialLimits(8)]);
    assert_eq!(native(&[&CALM[..], &[10.0]].concat(), Better::Higher).segments[0].notes, []);
    let none = native(&[], Better::Higher);
    assert_eq!((none.variation, none.segments.len(), none.icon_point), (Err(NotJudged::Missing), 0, None));
}

#[test]
fn constant_series_have_no_variation_and_are_compared_with_the_target() {
    let of = |target, better| {
        let settings = ChartSettings { target, ..ChartSettings::new(better) };
        xmr(&series(&[100.0; 12]), &settings).unwrap()
    };
    let chart = of(Some(95.0), Better::Higher);
    let found = lines(&chart, 3);
    assert_eq!([found.lower.to_bits(), found.upper.to_bits()], [100.0_f64.to_bits(); 2]);
    assert_eq!(chart.variation, Ok(Variation::NoVariation));
    assert!(chart.points.iter().all(|point| point.judgement.as_ref().unwrap().signals.is_empty()));
    assert_eq!(chart.assurance, Ok(Assurance::ConsistentlyMeets));
    assert_eq!(of(Some(100.0), Better::Higher).assurance, Ok(Assurance::ConsistentlyMeets));
    assert_eq!(of(Some(100.0), Better::Lower).assurance, Ok(Assurance::ConsistentlyMeets));
    assert_eq!(of(Some(95.0), Better::Lower).assurance, Ok(Assurance::ConsistentlyFails));
    assert_eq!(of(Some(95.0), Better::Neutral).assurance, Err(NotJudged::NoTarget));
    assert_eq!(of(None, Better::Lower).assurance, Err(NotJudged::NoTarget));
    let tool = ChartSettings { mode: Mode::MakingDataCount, ..ChartSettings::new(Better::Higher) };
    let chart = xmr(&series(&[100.0; 12]), &tool).unwrap();
    assert_eq!((chart.variation, chart.points[0].lines), (Err(NotJudged::NoLimits), None));
    // A share of all or of none, whatever the denominators.
    let all = |x_of: fn(i64) -> i64| {
        let of = |m: u32| CountPoint {
            span: months(m, 1),
            counts: Some((x_of(i64::from(m)), i64::from(m) + 50)),
            standing: PointUse::Final,
        };
        p_prime(&(0..10).map(of).collect::<Vec<_>>(), 100, &ChartSettings::new(Better::Higher)).unwrap()
    };
    for chart in [all(|m| m + 50), all(|_| 0)] {
        assert_eq!((chart.variation, chart.segments[0].sigma_z), (Ok(Variation::NoVariation), None));
    }
}

#[test]
fn one_step_in_a_constant_series_keeps_its_ranges() {
    let chart = native(&[5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0], Better::Higher);
    assert!(chart.segments[0].notes.contains(&Note::LimitsUnscreened));
    near(lines(&chart, 0).upper - lines(&chart, 0).centre, 2.66 * 3.0 / 9.0);
}

#[test]
fn a_value_on_a_limit_is_inside_and_on_the_mean_breaks_a_run() {
    let mut values = vec![1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0];
    let baseline = ChartSettings { baseline: Some(12), ..ChartSettings::new(Better::Neutral) };
    values.push(2.0 + 5.32);
    values.push(2.0 + 5.32 + 1e-6);
    let chart = xmr(&series(&values), &baseline).unwrap();
    near(lines(&chart, 0).upper, 7.32);
    let outside = |chart: &ControlAnalysis, index: usize| {
        chart.points[index].judgement.as_ref().unwrap().signals.iter().any(|s| s.rule == ControlRule::OutsideLimits)
    };
    assert!(!outside(&chart, 12) && outside(&chart, 13));
    let runs = |middle: f64| {
        let values = [&values[..12], &[2.5, 2.6, 2.5, middle, 2.5, 2.6, 2.5]].concat();
        let chart = xmr(&series(&values), &baseline).unwrap();
        let judged: Vec<_> = chart.points.iter().filter_map(|p| p.judgement.as_ref().ok()).collect();
        judged.iter().flat_map(|of| &of.signals).filter(|signal| signal.rule == ControlRule::RunOfSeven).count()
    };
    assert_eq!((runs(2.0 + 1e-12), runs(2.1)), (0, 8));
}

#[test]
fn gaps_provisional_and_excluded_points_break_patterns() {
    let mut values = CALM.to_vec();
    values.extend([12.0, 12.1, 12.0, 12.1, 12.0, 12.1, 12.0, 12.1]);
    let baseline = ChartSettings { baseline: Some(12), ..ChartSettings::new(Better::Higher) };
    let runs = |series: &[ValuePoint], settings: &ChartSettings| {
        let chart = xmr(series, settings).unwrap();
        let signals = chart.points.iter().filter_map(|p| p.judgement.as_ref().ok()).flat_map(|of| of.signals.clone());
        signals.filter(|signal| signal.rule == ControlRule::RunOfSeven).count()
    };
    let tool = ChartSettings { mode: Mode::MakingDataCount, ..baseline.clone() };
    let whole = series(&values);
    assert_eq!(runs(&whole, &baseline), 8);
    let without = |change: fn(&mut Vec<ValuePoint>)| {
        let mut series = whole.clone();
        change(&mut series);
        series
    };
    let missing = without(|s| s[16].value = None);
    let absent = without(|s| s.retain(|point| point.span != months(16, 1)));
    let excluded = without(|s| s[16].standing = PointUse::Excluded);
    let provisional = without(|s| s[16].standing = PointUse::Provisional);
    for series in [&missing, &absent, &excluded, &provisional] {
        assert_eq!(runs(series, &baseline), 0);
    }
    assert_eq!([runs(&missing, &tool), runs(&absent, &tool), runs(&excluded, &tool)], [0, 7, 8]);
    let chart = xmr(&missing, &baseline).unwrap();
    assert!(chart.segments[0].notes.contains(&Note::Gap));
    assert_eq!(chart.points[16].judgement, Err(NotJudged::Missing));
    assert_eq!(xmr(&excluded, &baseline).unwrap().points[16].judgement, Err(NotJudged::Excluded));
    assert!(xmr(&absent, &baseline).unwrap().segments[0].notes.contains(&Note::Gap));
}

#[test]
fn no_moving_range_crosses_a_gap() {
    let mut of = series(&[1.0, 2.0, 1.0, 2.0, 1.0, 101.0, 102.0, 101.0, 102.0, 101.0]);
    of.insert(5, ValuePoint { span: months(5, 1), value: None, standing: PointUse::Final });
    of.iter_mut().zip(0..).for_each(|(point, month)| point.span = months(month, 1));
    let chart = xmr(&of, &ChartSettings::new(Better::Neutral)).unwrap();
    near(chart.segments[0].moving_range.unwrap(), 1.0);
}

#[test]
fn a_provisional_last_point_takes_no_icon() {
    let mut of = series(&[&CALM[..], &[99.0]].concat());
    of[12].standing = PointUse::Provisional;
    let chart = xmr(&of, &ChartSettings::new(Better::Lower)).unwrap();
    assert_eq!(chart.icon_point, Some(11));
    assert_eq!(chart.variation, Ok(Variation::Point(PointType::CommonCause)));
    assert_eq!(chart.points[12].judgement, Err(NotJudged::Provisional));
    assert!(chart.points[12].lines.is_some());
    near(lines(&chart, 0).centre, CALM.iter().sum::<f64>() / 12.0);
    of[12].standing = PointUse::Final;
    let chart = xmr(&of, &ChartSettings::new(Better::Lower)).unwrap();
    assert_eq!(chart.variation, Ok(Variation::Point(PointType::SpecialCauseConcern)));
    assert_eq!(chart.icon_point, Some(12));
}

#[test]
fn limits_restart_and_no_rule_crosses() {
    let values = [&CALM[..], &CALM.map(|value| value + 50.0)[..]].concat();
    let settings =
        ChartSettings { rebase: vec![date(2015, 12, 15), date(2030, 1, 1)], ..ChartSettings::new(Better::Higher) };
    let chart = xmr(&series(&values), &settings).unwrap();
    assert_eq!(chart.segments.iter().map(|s| s.points.clone()).collect::<Vec<_>>(), [0..12, 12..24]);
    near(lines(&chart, 12).centre - lines(&chart, 11).centre, 50.0);
    assert!(chart.points.iter().all(|point| point.judgement.as_ref().unwrap().signals.is_empty()));
    let late = ChartSettings { rebase: vec![date(2016, 8, 1)], ..ChartSettings::new(Better::Higher) };
    let chart = xmr(&series(&values), &late).unwrap();
    assert_eq!((chart.variation, chart.icon_point), (Err(NotJudged::TooFewPoints(5)), None));
    assert!(chart.points[0].judgement.is_ok() && chart.points[20].judgement.is_err());
}

#[test]
fn what_is_refused() {
    let settings = ChartSettings::new(Better::Higher);
    let of = |spans: &[DaySpan]| {
        let point = |&span| ValuePoint { span, value: Some(1.0), standing: PointUse::Final };
        xmr(&spans.iter().map(point).collect::<Vec<_>>(), &settings)
    };
    let rolling: Vec<_> = (0..20).map(|m| months(m, 12)).collect();
    assert!(matches!(of(&rolling), Err(ControlError::Timeline(TimelineError::Overlapping { .. }))));
    assert_eq!(of(&[months(0, 1), months(1, 3)]), Err(ControlError::Irregular));
    let allowed = ChartSettings { allow_irregular: true, ..settings.clone() };
    let mut values = series(&CALM);
    values[11].span = months(11, 3);
    assert!(xmr(&values, &allowed).unwrap().segments[0].notes.contains(&Note::Irregular));
    let short = ChartSettings { baseline: Some(11), ..settings.clone() };
    assert_eq!(xmr(&values, &short), Err(ControlError::ShortBaseline(11)));
    assert!(matches!(xmr(&series(&[1.0, f64::NAN]), &settings), Err(ControlError::NotANumber(_))));
    let counted = |x, n| [CountPoint { span: months(0, 1), counts: Some((x, n)), standing: PointUse::Final }];
    assert!(matches!(p_prime(&counted(3, 2), 1, &settings), Err(ControlError::FaultyCounts(_))));
    assert!(matches!(u_prime(&counted(-1, 2), 1, &settings), Err(ControlError::FaultyCounts(_))));
    assert!(u_prime(&counted(3, 2), 1, &settings).is_ok());
    assert_eq!(p_prime(&counted(0, 0), 1, &settings).unwrap().points[0].value, None);
}

#[test]
fn a_point_in_patterns_of_both_directions_keeps_both() {
    let values = [&CALM[..], &[13.0, 12.5, 12.0, 11.6, 11.4, 11.2, 11.1]].concat();
    let settings = ChartSettings { baseline: Some(12), ..ChartSettings::new(Better::Higher) };
    let chart = xmr(&series(&values), &settings).unwrap();
    let last = chart.points[18].judgement.as_ref().unwrap();
    assert_eq!(last.signals[0], RuleSignal { rule: ControlRule::TrendOfSeven, direction: SignalDirection::Low });
    assert_eq!(last.signals[1], RuleSignal { rule: ControlRule::RunOfSeven, direction: SignalDirection::High });
    assert_eq!(chart.variation, Ok(Variation::Point(PointType::SpecialCauseConcern)));
}

#[test]
fn degenerate_series_have_an_answer_in_every_chart() {
    let all_missing: Vec<_> =
        (0..20).map(|m| ValuePoint { span: months(m, 1), value: None, standing: PointUse::Final }).collect();
    let two_valued: Vec<f64> = (0..20).map(|i| f64::from(i % 3 / 2)).collect();
    for mode in [Mode::Native, Mode::MakingDataCount] {
        let settings = ChartSettings { mode, target: Some(1.0), ..ChartSettings::new(Better::Lower) };
        let empty = xmr(&[], &settings).unwrap();
        assert_eq!((empty.variation, empty.assurance), (Err(NotJudged::Missing), Err(NotJudged::Missing)));
        let none = xmr(&all_missing, &settings).unwrap();
        assert!(none.variation.is_err() && none.points.iter().all(|p| p.judgement == Err(NotJudged::Missing)));
        let one = xmr(&series(&[3.0]), &settings).unwrap();
        assert!(one.variation.is_err() && one.assurance.is_err() && one.points[0].lines.is_none());
        let two = xmr(&series(&two_valued), &settings).unwrap();
        assert!(two.variation.is_ok() && two.points.iter().all(|point| point.lines.is_some()));
        let counted = |counts: fn(u32) -> Option<(i64, i64)>| -> Vec<CountPoint> {
            (0..20).map(|m| CountPoint { span: months(m, 1), counts: counts(m), standing: PointUse::Final }).collect()
        };
        for counts in [counted(|_| None), counted(|_| Some((0, 0)))] {
            for chart in [p_prime(&counts, 100, &settings).unwrap(), u_prime(&counts, 100, &settings).unwrap()] {
                assert!(chart.variation.is_err() && chart.points.iter().all(|point| point.lines.is_none()));
            }
        }
        // Nothing in the baseline, something later: the limits have no width and the later points lie outside.
        let late = counted(|m| Some((i64::from(m > 14), 40)));
        let fixed = ChartSettings { baseline: Some(12), ..settings.clone() };
        let chart = p_prime(&late, 100, &fixed).unwrap();
        assert_eq!(chart.variation, Ok(Variation::Point(PointType::SpecialCauseConcern)));
        assert!(chart.points[3].judgement.as_ref().unwrap().signals.is_empty());
    }
}

/// `NHSRplotthedots` leaves a missing value out of the moving ranges on both sides; only an absent row is passed over.
#[test]
fn a_value_that_is_missing_has_no_range_on_either_side_in_either_mode() {
    let values = [Some(1.0), Some(2.0), None, Some(4.0), Some(5.0), Some(4.0), Some(3.0), Some(2.0), Some(3.0)];
    let point = |(number, value)| ValuePoint { span: months(number, 1), value, standing: PointUse::Final };
    let series: Vec<ValuePoint> = (0_u32..).zip(values).map(point).collect();
    let without: Vec<ValuePoint> = series.iter().copied().filter(|one| one.value.is_some()).collect();
    let range = |mode, series: &[ValuePoint]| {
        let settings =
            ChartSettings { mode, screen: false, allow_irregular: true, ..ChartSettings::new(Better::Higher) };
        xmr(series, &settings).unwrap().segments[0].moving_range.unwrap()
    };
    // 1, then 1, 1, 1, 1, 1; the step from 2 to 4 is none.
    for mode in [Mode::Native, Mode::MakingDataCount] {
        assert!((range(mode, &series) - 1.0).abs() < 1e-12, "{mode:?}");
    }
    assert!((range(Mode::Native, &without) - 1.0).abs() < 1e-12);
    assert!((range(Mode::MakingDataCount, &without) - 8.0 / 7.0).abs() < 1e-12, "an absent row is passed over");
}
