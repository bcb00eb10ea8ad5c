//! Hand-worked proposals of steps, and run charts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::tests::{Run, two_levels};
use super::{ProposedStep, SignalKind, StepSearch, VariationLabel};
use crate::definitions::model::MetricVersion;
use crate::settings::DecisionKind;
use crate::stats::run_chart::RunSignal;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Status, Unit};

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// Gives CRE-01 another version from a day on.
fn with_version(mut run: Run, day: &str) -> Run {
    let metric = run.metrics.iter_mut().find(|metric| metric.id == "CRE-01").unwrap();
    metric.versions.push(MetricVersion {
        version: 2,
        date: day.parse().unwrap(),
        reason: "by hand".into(),
        rollups: Vec::new(),
        earlier_months: None,
        level_only: None,
        sql: String::new(),
    });
    run
}

#[test]
fn a_proposed_step_has_its_date_its_size_and_who_shares_it() {
    let flat = [(80, 100); 16].map(|(x, n)| (x + (x + n) % 3, n));
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).figures("B", &two_levels()).figures("C", &flat);
    let run = run.decision("B", DecisionKind::Keep, [Some("2024-11-01"), None]);
    let (found, _) = run.decision("A", DecisionKind::Rebase, [Some("2024-11-01"), None]).assess();
    let told: Vec<(&str, &str, usize)> =
        found.steps.iter().map(|step| (step.org_code.as_str(), step.decision.as_str(), step.shared_by)).collect();
    assert_eq!(told, [("A", "accepted", 1), ("B", "refused", 1)], "C has none");
    let step = &found.steps[0];
    // Scatter 0, 2, -2, 1, -1, 2, -2, 0 has variance 18/8; the step is 10: the date is sure to the month.
    assert_eq!(
        (step.period, step.earliest, step.latest),
        (period("2024-11"), Some(period("2024-10")), Some(period("2024-12")))
    );
    assert_eq!((step.periods, step.means, step.adjusted), ((8, 8), (80.0, 90.0), false));
    // 720 of 800 against 640 of 800: Wilson 87.7 to 91.9 and 77.1 to 82.6, squared and added.
    let size = step.size.unwrap();
    assert!(!size.is_ratio && (size.estimate.unwrap() - 10.0).abs() < 1e-9);
    assert!(
        (size.limits.lower.unwrap() - 6.534).abs() < 0.05 && (size.limits.upper.unwrap() - 13.488).abs() < 0.05,
        "{size:?}"
    );
    let signals: Vec<&str> = found
        .signals
        .iter()
        .filter(|one| one.kind == SignalKind::ChangePoint)
        .map(|one| one.org_code.as_str())
        .collect();
    assert_eq!(signals, ["A"], "a refused step is no signal");
    // Three series of 16 points: 9% each of a step by chance alone.
    let family = found.families.iter().find(|family| family.family == "proposed step in a series").unwrap();
    assert_eq!((family.tested, family.flagged), (3, 2));
    assert!((0.25..0.29).contains(&family.expected), "{}", family.expected);
}

#[test]
fn a_step_is_found_across_a_missing_month() {
    let mut run = Run::over("2025-06", 16).figures("A", &two_levels());
    let gap = &mut run.observations[3];
    (gap.status, gap.value, gap.numerator, gap.denominator) = (Status::NotReturned, None, None, None);
    let (found, _) = run.assess();
    let told: Vec<(Period, (usize, usize))> = found.steps.iter().map(|step| (step.period, step.periods)).collect();
    assert_eq!(told, [(period("2024-11"), (7, 8))]);
}

/// The step falls together with another way of counting: the organisation took none, and neither version has it.
#[test]
fn what_changes_with_the_definition_is_no_step() {
    let mut counts = two_levels();
    counts.extend(two_levels().drain(..8).map(|(x, n)| (x + 10, n)));
    let run = with_version(Run::over("2025-06", 24).figures("A", &counts), "2024-03-01");
    let (found, _) = run.assess();
    let told: Vec<&str> = found.trends.iter().map(|trend| trend.steps.as_str()).collect();
    assert_eq!((told, found.steps), (vec!["searched"], Vec::new()));
    // With eight figures before and eight after it neither version is searched.
    let (found, _) = with_version(Run::over("2025-06", 16).figures("A", &two_levels()), "2024-11-01").assess();
    assert_eq!((found.trends[0].steps, found.steps), (StepSearch::TooFew, Vec::new()));
    let mut run = Run::over("2025-06", 20).figures("A", &[two_levels(), two_levels()[..4].to_vec()].concat());
    for gap in &mut run.observations[4..9] {
        (gap.status, gap.value, gap.numerator, gap.denominator) = (Status::NotReturned, None, None, None);
    }
    assert_eq!(run.assess().0.trends[0].steps, StepSearch::Gaps);
}

/// A step of 1.4 standard deviations: 11.03 / 1.43² = 5.4, so that the date leaves the series six months before it.
#[test]
fn an_open_interval_reaches_to_the_end_of_what_was_searched() {
    let level = |level: i64| [0, 40, -40, 20, -20, 0].map(|off| (level + off, 1000));
    let counts = [&level(800), &level(837), &level(837), &level(837)[3..5]].concat();
    let (found, _) = Run::over("2025-08", 20).figures("A", &counts).event("A", "2024-01-10", "outage").assess();
    let step = &found.steps[0];
    assert_eq!((step.earliest, step.within.0), (None, period("2024-01")), "{step:?}");
    assert_eq!(step.event.as_ref().map(|event| event.kind.as_str()), Some("outage"));
}

/// Three levels of eight months, each ten points above the one before: November 2024 and July 2025.
fn three_levels() -> Vec<(i64, i64)> {
    let last = two_levels().split_off(8).into_iter().map(|(x, n)| (x + 8, n));
    two_levels().into_iter().chain(last).collect()
}

#[test]
fn limits_that_begin_anew_decide_the_nearest_step_only() {
    let steps = |run: Run| -> Vec<(Period, &'static str)> {
        run.assess().0.steps.iter().map(|step| (step.period, step.decision.as_str())).collect()
    };
    let run = Run::over("2026-02", 24).figures("A", &three_levels());
    let (first, second) = (period("2024-11"), period("2025-07"));
    assert_eq!(steps(run.clone()), [(first, "open"), (second, "open")]);
    let decided = run.clone().decision("A", DecisionKind::Rebase, [Some("2024-12-01"), None]);
    assert_eq!(steps(decided), [(first, "accepted"), (second, "open")]);
    // A migration makes the work another: limits begin anew by themselves, unless somebody decides that they go on.
    let moved = run.event("A", "2025-06-20", "system_migration");
    assert_eq!(steps(moved.clone()), [(first, "open"), (second, "recorded")]);
    let kept = moved.decision("A", DecisionKind::Keep, [Some("2025-06-20"), None]);
    assert_eq!(steps(kept), [(first, "open"), (second, "open")]);
}

/// One day lies within the dates of both of two steps that are six months apart: only the nearer one is decided.
#[test]
fn one_day_decides_one_step() {
    let scatter = [0, 6, -6, 3, -3, 0];
    let level = |level: i64| scatter.map(|off| (level + off, 200));
    let counts: Vec<(i64, i64)> = [level(60), level(69), level(78)].concat();
    let run = Run::over("2025-06", 18).figures("A", &counts);
    let (found, _) = run.clone().assess();
    let wide: Vec<(Period, (Period, Period))> = found.steps.iter().map(|step| (step.period, step.within)).collect();
    let [(first, (_, until)), (second, (from, _))] = wide.as_slice() else { panic!("{wide:?}") };
    assert!(from.step(-1) <= *until, "the dates overlap: {wide:?}");
    let day = until.start().to_string();
    let (found, _) = run.decision("A", DecisionKind::Rebase, [Some(&day), None]).assess();
    let accepted: Vec<Period> =
        found.steps.iter().filter(|step| step.decision.as_str() == "accepted").map(|step| step.period).collect();
    let nearer = if (*until).start() - first.start() <= second.start() - until.start() { first } else { second };
    assert_eq!(accepted, [*nearer]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, rng_seed: RngSeed::Fixed(20_250_402), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_dates_of_a_step_hold_it_and_sharing_is_mutual(
        at in prop::collection::vec((6..18_usize, 0..16_i64), 3),
        scatter in prop::collection::vec(-4..5_i64, 72),
    ) {
        let mut run = Run::over("2025-12", 24);
        for (n, (code, (after, size))) in ["A", "B", "C"].into_iter().zip(at).enumerate() {
            let value = |i: usize| 300 + if i < after { 0 } else { size } + scatter[n * 24 + i];
            let counts: Vec<(i64, i64)> = (0..24).map(|i| (value(i), 500)).collect();
            run = run.figures(code, &counts);
        }
        let (found, _) = run.assess();
        let organisations: Vec<&ProposedStep> = found.steps.iter().filter(|step| step.org_code.len() == 1).collect();
        for step in &organisations {
            let (from, to) = step.within;
            prop_assert!(from <= step.period && step.period <= to);
            prop_assert!(step.earliest.is_none_or(|earliest| earliest == from) && step.latest.is_none_or(|latest| latest == to));
            let others: BTreeSet<&str> = organisations
                .iter()
                .filter(|other| other.org_code != step.org_code && other.within.0 <= to && from <= other.within.1)
                .map(|other| other.org_code.as_str())
                .collect();
            prop_assert_eq!(step.shared_by, others.len());
            let (before, after) = step.means;
            let sign = step.size.unwrap().estimate.unwrap();
            prop_assert!(step.adjusted || (after - before) * sign > 0.0, "all denominators are the same");
        }
    }
}

/// Eleven months without a failure, then seven with one of 200 and six with two in turn: too rare for limits.
#[test]
fn a_series_too_rare_for_limits_is_judged_by_its_runs() {
    let failing = (0..13).map(|month| (199 - month % 2, 200));
    let counts: Vec<(i64, i64)> = [(200, 200); 11].into_iter().chain(failing).collect();
    let (found, observations) = Run::over("2025-12", 24).figures("A", &counts).assess();
    assert!(found.charts.is_empty());
    let chart = &found.run_charts[0];
    assert_eq!((chart.first, chart.period, chart.points), (period("2024-01"), period("2025-12"), 24));
    // The median is that of the seven; eleven lie above it in one run, six below. round(log2 17) + 3 = 7; P(Bin(16, 1/2) <= 5)
    // = 0.105, and <= 4 is 0.038.
    let runs = chart.runs;
    assert_eq!((chart.centre, runs.useful, runs.longest, runs.crossings), (99.5, 17, 11, 1));
    assert_eq!((runs.longest_limit, runs.crossings_limit, chart.on_median()), (Some(7), Some(5), 7));
    let last = observations.last().and_then(|figure| found.judgements.of(figure)).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("shift"));
    let signal = found.signals.iter().find(|one| one.kind == SignalKind::RunChart).unwrap();
    assert_eq!((signal.rule.as_str(), signal.points), ("long_run_and_few_crossings", 11));
    let family = found.families.iter().find(|family| family.level == "Run chart rules").unwrap();
    assert_eq!((family.tested, family.flagged), (1, 1));
    assert!(family.expected > 0.0 && family.expected < 0.12);
}

/// Eleven months without a failure, then thirteen with one of 200 each: most figures are the median, so the others can only
/// lie above it.
#[test]
fn figures_on_one_side_of_a_common_value_are_no_shift() {
    let counts: Vec<(i64, i64)> = [(200, 200); 11].into_iter().chain([(199, 200); 13]).collect();
    let (found, observations) = Run::over("2025-12", 24).figures("A", &counts).assess();
    let chart = &found.run_charts[0];
    assert_eq!((chart.centre, chart.runs.useful, chart.signal), (99.5, 11, RunSignal::OneSide));
    assert!(found.signals.iter().all(|signal| signal.kind != SignalKind::RunChart));
    let last = observations.last().and_then(|figure| found.judgements.of(figure)).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("cannot_tell"));
    let family = found.families.iter().find(|family| family.level == "Run chart rules").unwrap();
    assert_eq!((family.tested, family.flagged), (0, 0));
    // The step itself is proposed.
    assert_eq!(found.steps.len(), 1);
}

#[test]
fn a_count_with_many_zeros_has_no_limits_and_too_few_figures_are_not_judged() {
    let counts = [0, 3, 0, 5, 0, 2, 1, 0, 4, 0, 2, 0, 3, 0, 1, 6, 0, 2, 0, 4];
    let as_count = |mut run: Run| {
        for figure in &mut run.observations {
            (figure.metric_id, figure.unit, figure.denominator) = ("CRE-06".parse().unwrap(), Unit::Records, None);
            figure.value = figure.numerator.map(|count| f64::from(i32::try_from(count).unwrap()));
        }
        run.assess()
    };
    let figures: Vec<(i64, i64)> = counts.iter().map(|count| (*count, 100)).collect();
    let (found, observations) = as_count(Run::over("2025-08", 20).figures("A", &figures));
    assert!(found.charts.is_empty() && found.signals.is_empty(), "{:?}", found.signals);
    let chart = &found.run_charts[0];
    // Nine zeros; the tenth and eleventh of all in order are 1 and 1: eighteen lie off it.
    assert_eq!((chart.centre, chart.runs.useful, chart.signal), (1.0, 18, RunSignal::NoEvidence));
    let last = observations.last().and_then(|figure| found.judgements.of(figure)).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("no_shift"));

    let (found, observations) = as_count(Run::over("2025-08", 20).figures("A", &figures[..5]));
    assert_eq!((found.run_charts[0].points, found.run_charts[0].signal), (5, RunSignal::TooFewPoints));
    let last = observations.last().and_then(|figure| found.judgements.of(figure)).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("cannot_tell"));
}
