//! Hand-worked proposals of steps, and run charts.

use super::tests::{Run, two_levels};
use super::{DecisionKind, SignalKind, VariationLabel};
use crate::period::Period;
use crate::quantity::{Status, Unit};
use crate::stats::run_chart::RunSignal;

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn a_proposed_step_has_its_date_its_size_and_who_shares_it() {
    let flat = [(80, 100); 16].map(|(x, n)| (x + (x + n) % 3, n));
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).figures("B", &two_levels()).figures("C", &flat);
    let run = run.decision("B", DecisionKind::Keep, [Some("2024-11-01"), None]);
    let (found, _) = run.decision("A", DecisionKind::Rebase, [Some("2024-11-01"), None]).assess();
    let told: Vec<(&str, &str, usize)> =
        found.steps.iter().map(|step| (&*step.org_code, step.decision.as_str(), step.shared_by)).collect();
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

/// Eleven months without a failure, then thirteen with one of 200 each: too rare for limits.
#[test]
fn a_series_too_rare_for_limits_is_judged_by_its_runs() {
    let counts: Vec<(i64, i64)> = [(200, 200); 11].into_iter().chain([(199, 200); 13]).collect();
    let (found, observations) = Run::over("2025-12", 24).figures("A", &counts).assess();
    assert!(found.charts.is_empty());
    let chart = &found.run_charts[0];
    assert_eq!((chart.first, chart.period, chart.points), (period("2024-01"), period("2025-12"), 24));
    // The median is that of the thirteen; eleven lie off it, in one run. round(log2 11) + 3 = 6; P(Bin(10, 1/2) <= 2) = 0.055.
    let runs = chart.runs;
    assert_eq!((chart.centre, runs.useful, runs.longest, runs.crossings), (99.5, 11, 11, 0));
    assert_eq!((runs.longest_limit, runs.crossings_limit), (Some(6), Some(2)));
    let last = observations.last().and_then(|figure| figure.labels.as_deref()).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("shift"));
    let signal = found.signals.iter().find(|one| one.kind == SignalKind::RunChart).unwrap();
    assert_eq!((signal.rule.as_str(), signal.points), ("long_run_and_few_crossings", 11));
    let family = found.families.iter().find(|family| family.level == "Run chart rules").unwrap();
    assert_eq!((family.tested, family.flagged), (1, 1));
    assert!(family.expected > 0.0 && family.expected < 0.12);
}

#[test]
fn a_count_with_many_zeros_has_no_limits_and_too_few_figures_are_not_judged() {
    let counts = [0, 3, 0, 5, 0, 2, 1, 0, 4, 0, 2, 0, 3, 0, 1, 6, 0, 2, 0, 4];
    let as_count = |mut run: Run| {
        for figure in &mut run.observations {
            (figure.metric_id, figure.unit, figure.denominator) = ("CRE-04".into(), Unit::Records, None);
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
    let last = observations.last().and_then(|figure| figure.labels.as_deref()).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("no_shift"));

    let (found, observations) = as_count(Run::over("2025-08", 20).figures("A", &figures[..5]));
    assert_eq!((found.run_charts[0].points, found.run_charts[0].signal), (5, RunSignal::TooFewPoints));
    let last = observations.last().and_then(|figure| figure.labels.as_deref()).unwrap();
    assert_eq!(last.variation.map(VariationLabel::as_str), Some("cannot_tell"));
}
