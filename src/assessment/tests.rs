//! Hand-worked assessments: small runs of one metric whose labels and signals are known.

use chrono::NaiveDate;

use super::{Assessment, AssessmentInput, Baseline, SignalKind, assess};
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::observation::{NATIONAL, Observation};
use crate::period::Period;
use crate::quantity::Status;
use crate::report::input::{Organisation, PeerGroup, RecordedEvent};
use crate::report::sample;

/// A run of CRE-01 (a proportion, higher is better) under construction.
struct Run {
    metrics: Vec<Metric>,
    organisations: Vec<Organisation>,
    peer_groups: Vec<PeerGroup>,
    events: Vec<RecordedEvent>,
    trend: Vec<Period>,
    observations: Vec<Observation>,
}

impl Run {
    fn over(last: &str, periods: i32) -> Self {
        let last: Period = last.parse().unwrap();
        Self {
            metrics: Definitions::built_in().unwrap().metrics,
            organisations: Vec::new(),
            peer_groups: Vec::new(),
            events: Vec::new(),
            trend: last.trend(periods),
            observations: Vec::new(),
        }
    }

    /// Numerators and denominators of a code, up to the last period.
    fn figures(mut self, code: &str, counts: &[(i64, i64)]) -> Self {
        let periods = self.trend[self.trend.len() - counts.len()..].iter();
        self.observations.extend(periods.zip(counts).map(|(period, (x, n))| Observation {
            org_code: code.into(),
            period: *period,
            ..sample::percent(*x, *n)
        }));
        self
    }

    fn peers(mut self, code: &str, peers: &[&str]) -> Self {
        let peers = peers.iter().map(|peer| (*peer).to_owned()).collect();
        self.peer_groups.push(PeerGroup { org_code: code.into(), peers, source: "by hand".into() });
        self
    }

    fn event(mut self, code: &str, day: &str, kind: &str) -> Self {
        let happened_on: NaiveDate = day.parse().unwrap();
        let (kind, description) = (kind.to_owned(), String::new());
        self.events.push(RecordedEvent { org_code: code.into(), happened_on, kind, description });
        self
    }

    fn assess(mut self) -> (Assessment, Vec<Observation>) {
        let found = assess(
            &AssessmentInput {
                metrics: &self.metrics,
                organisations: &self.organisations,
                peer_groups: &self.peer_groups,
                events: &self.events,
                trend: &self.trend,
            },
            &mut self.observations,
        );
        (found, self.observations)
    }
}

/// The last figure's labels as the results write them.
fn labels(observations: &[Observation], code: &str) -> [&'static str; 4] {
    let figure = observations.iter().rev().find(|o| *o.org_code == *code).unwrap();
    let labels = figure.labels.as_deref().copied().unwrap_or_default();
    [
        labels.comparison.map_or("", super::PeerComparison::as_str),
        labels.variation.map_or("", super::VariationLabel::as_str),
        labels.assurance.map_or("", crate::stats::control::Assurance::as_str),
        labels.trend.map_or("", super::TrendVerdict::as_str),
    ]
}

fn rules(found: &Assessment, kind: SignalKind) -> Vec<(&str, String, &str, usize)> {
    let of_kind = found.signals.iter().filter(|signal| signal.kind == kind);
    of_kind.map(|s| (s.org_code.as_str(), s.period.to_string(), s.rule.as_str(), s.points)).collect()
}

/// 720 of 900 against 5,100 of 6,000: lower at 99.8 %, p = 0.00011 (the method handbook's worked example).
fn against_peers(peers: &[&str], last: (i64, i64)) -> (Assessment, Vec<Observation>) {
    Run::over("2025-26Q1", 1)
        .figures("A", &[(720, 900)])
        .figures("B", &[(1_275, 1_500)])
        .figures("C", &[(1_000, 1_500)])
        .figures("D", &[(1_550, 1_500 + 50)])
        .figures("E", &[last])
        .peers("A", peers)
        .assess()
}

#[test]
fn a_force_worse_than_its_peers_at_the_level_of_action() {
    let (found, observations) = against_peers(&["B", "C", "D", "E"], (1_275, 1_450));
    assert_eq!(labels(&observations, "A")[0], "worse_99_8");
    let signal = found.signals.iter().find(|signal| signal.kind == SignalKind::Peers).unwrap();
    assert_eq!((signal.org_code.as_str(), signal.rule.as_str(), signal.severity_str()), ("A", "worse_99_8", "act"));
    assert!((signal.p_value.unwrap() - 0.000_11).abs() < 0.000_01, "{:?}", signal.p_value);
    assert_eq!(signal.discovery, Some(true));
    let peers = found.families.iter().find(|family| family.level == "99.8%").unwrap();
    assert_eq!((peers.tested, peers.flagged), (1, 1));
    assert!((peers.expected - 0.002).abs() < 1e-12);
}

#[test]
fn too_few_peers_or_too_little_of_them_cannot_tell() {
    let (found, observations) = against_peers(&["B", "C", "D"], (1_275, 1_450));
    assert_eq!(labels(&observations, "A")[0], "cannot_tell");
    assert!(rules(&found, SignalKind::Peers).is_empty());
    assert_eq!(labels(&observations, "B")[0], "", "B has no peers");
}

#[test]
fn a_figure_without_a_value_has_no_label_and_never_a_number() {
    let mut run = Run::over("2025-26Q1", 1).figures("A", &[(1, 2)]).peers("A", &["B", "C", "D", "E"]);
    let figure = &mut run.observations[0];
    figure.status = Status::NotReturned;
    (figure.value, figure.numerator, figure.denominator) = (None, None, None);
    let (found, observations) = run.assess();
    assert_eq!(labels(&observations, "A"), ["cannot_tell", "", "", ""]);
    assert!(found.signals.is_empty() && found.contributions.is_empty() && found.funnels.is_empty());
}

/// Eight months at 80 %, then eight at 90 %: seven on one side of the mean.
fn two_levels() -> Vec<(i64, i64)> {
    let scatter = [0, 2, -2, 1, -1, 2, -2, 0];
    let level = |level: i64| scatter.map(|off| (level + off, 100));
    level(80).into_iter().chain(level(90)).collect()
}

#[test]
fn a_step_is_a_special_cause_a_trend_cannot_be_told_and_the_event_in_its_window_is_named() {
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("A", "2024-11-20", "backlog_clearance");
    let (found, observations) = run.assess();
    assert_eq!(labels(&observations, "A"), ["", "special_cause_improvement", "", "cannot_tell"]);
    let chart = rules(&found, SignalKind::ControlChart);
    assert!(chart.contains(&("A", "2025-06".into(), "run_of_seven_high", 8)), "{chart:?}");
    let steps = rules(&found, SignalKind::ChangePoint);
    assert_eq!(steps, [("A", "2024-11".to_owned(), "step_up", 8)]);
    let step = found.signals.iter().find(|signal| signal.kind == SignalKind::ChangePoint).unwrap();
    assert_eq!(step.event.as_ref().map(|event| event.kind.as_str()), Some("backlog_clearance"));
}

#[test]
fn a_recorded_migration_begins_new_limits() {
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("A", "2024-11-01", "system_migration");
    let (found, observations) = run.assess();
    assert_eq!(labels(&observations, "A")[1], "common_cause");
    assert!(rules(&found, SignalKind::ControlChart).is_empty());
    // Another force's migration changes nothing here.
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("B", "2024-11-01", "system_migration");
    assert_eq!(labels(&run.assess().1, "A")[1], "special_cause_improvement");
}

#[test]
fn a_chart_is_kept_with_its_lines_segments_and_reasons() {
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("A", "2024-10-20", "system_migration");
    let (found, observations) = run.assess();
    let [chart] = found.charts.as_slice() else { panic!("{:?}", found.charts) };
    assert_eq!((&*chart.org_code, chart.kind.as_str(), chart.points.len()), ("A", "xmr", 16));
    let starts: Vec<_> = chart.segments.iter().map(|s| (s.periods.clone(), s.start.as_str(), s.trial)).collect();
    assert_eq!(starts, [(0..8, "first_period", true), (8..16, "recorded_event", true)]);
    // Means of eight shares of 100, which add up to 640 and 720.
    assert!((chart.points[0].mean - 80.0).abs() < 1e-9 && (chart.points[15].mean - 90.0).abs() < 1e-9);
    for (point, figure) in chart.points.iter().zip(&observations) {
        assert_eq!((point.period, Some(point.label)), (figure.period, figure.labels.as_ref().unwrap().variation));
    }
    // Seven months after the change are too few: they have no lines, and their segment says so.
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("A", "2024-12-01", "system_migration");
    let (found, _) = run.assess();
    let chart = &found.charts[0];
    assert_eq!((chart.points.len(), chart.segments[1].has_limits, chart.segments[1].usable), (9, false, 7));
    assert!(Run::over("2025-06", 7).figures("A", &[(8, 10); 7]).assess().0.charts.is_empty());
}

/// Two failures of 100 a month: they are charted, and the lines are those of the successes.
#[test]
fn the_lines_of_charted_failures_stand_on_the_scale_of_the_figure() {
    let counts: Vec<(i64, i64)> = (0..16).map(|month| (98 + i64::from(month % 2 == 0), 100)).collect();
    let (found, _) = Run::over("2025-06", 16).figures("A", &counts).assess();
    let chart = &found.charts[0];
    assert_eq!(chart.kind.as_str(), "u_prime_of_failures");
    assert!(chart.points.iter().all(|point| (point.mean - 98.5).abs() < 1e-9 && point.lower < 98.0), "{chart:?}");
}

#[test]
fn short_constant_and_rolling_series() {
    let short = Run::over("2025-06", 7).figures("A", &[(8, 10); 7]).assess().1;
    assert_eq!(labels(&short, "A")[1..], ["cannot_tell", "", "cannot_tell"]);
    let constant = Run::over("2025-06", 16).figures("A", &[(100, 100); 16]).assess().1;
    assert_eq!(labels(&constant, "A")[1], "no_variation");
    let rolling = Run::over("12m-to-2025-06", 16).figures("A", &two_levels()).assess();
    assert_eq!(labels(&rolling.1, "A"), [""; 4]);
    assert!(rolling.0.signals.is_empty());
}

#[test]
fn a_trend_over_nine_quarters() {
    let rising: Vec<(i64, i64)> = (0..9).map(|quarter| (700 + 20 * quarter, 1_000)).collect();
    let (found, observations) = Run::over("2025-26Q1", 9).figures("A", &rising).assess();
    assert_eq!(labels(&observations, "A")[3], "better");
    assert_eq!(rules(&found, SignalKind::Trend), [("A", "2025-26Q1".to_owned(), "better", 9)]);
}

/// Centre 0.9; a force of 30 cases is below 95 % from 22 cases down and below 99.8 % from 20 down (the handbook's example).
#[test]
fn the_funnel_flags_from_its_boundary_counts_on() {
    let label = |x: i64| {
        let rest = 2_700 - x;
        let mut run = Run::over("2025-26Q1", 1).figures("A", &[(x, 30)]);
        for (place, code) in ["B", "C", "D"].iter().enumerate() {
            run = run
                .figures(code, &[(if place == 0 { rest - 1_800 } else { 900 }, if place == 0 { 970 } else { 1_000 })]);
        }
        let (found, _) = run.figures("E", &[(0, 0)]).figures("F", &[(9, 10)]).assess();
        let summary = found.funnels.into_iter().next().unwrap();
        assert_eq!((summary.centre.forces, &summary.dispersion), (5, &None));
        summary.label_of("A").unwrap().as_str()
    };
    assert_eq!([23, 22, 21, 20].map(label), ["within", "below_95", "below_95", "below_99_8"]);
}

/// Twelve forces of 400 cases each that differ far more than chance: the line at a force's size is the line that labels it.
#[test]
fn the_funnel_drawn_at_a_size_is_the_one_that_labels_there() {
    let mut run = Run::over("2025-26Q1", 1);
    for place in 0..12 {
        run = run.figures(&format!("F{place:02}"), &[(240 + 10 * place, 400)]);
    }
    let (found, _) = run.assess();
    let funnel = &found.funnels[0];
    let spread = funnel.beyond_chance().unwrap();
    assert!(spread.phi > 1.0 && spread.trimmed >= 2, "{spread:?}");
    assert!(funnel.words().unwrap().starts_with("forces typically differ by about"));
    assert_eq!(funnel.forces.len(), 12);
    for force in &funnel.forces {
        assert_eq!(funnel.limits_at(force.size), Some(force.limits()));
        let (wide, plain) = (force.adjusted.unwrap().0, force.plain);
        assert!(wide.look.lower < plain.look.lower && wide.act.upper > plain.act.upper, "{force:?}");
        let outside = force.value > wide.act.upper.unwrap() || force.value < wide.act.lower.unwrap();
        assert_eq!(outside, force.label().as_str().ends_with("99_8"));
    }
    // By chance alone the outermost are far outside; allowing for the spread they are not.
    assert_eq!(funnel.forces[0].plain_label.as_str(), "below_99_8");
    assert_eq!(funnel.label_of("F00").unwrap().as_str(), "within");
}

/// R₀ = 0.755, R₁ = 0.800: rate effects +2.25, −1.00, +1.20 and mix effects +0.475, 0, +1.575 (the handbook's example).
#[test]
fn contributions_add_up_to_the_national_change() {
    let (found, _) = Run::over("2025-26Q1", 2)
        .figures("A", &[(320, 400), (425, 500)])
        .figures("B", &[(225, 250), (215, 250)])
        .figures("C", &[(210, 350), (160, 250)])
        .figures(NATIONAL, &[(755, 1_000), (800, 1_000)])
        .assess();
    let parts: Vec<_> =
        found.contributions.iter().map(|c| (c.org_code.as_str(), c.rate_effect, c.mix_effect)).collect();
    let expected = [("A", 2.25, 0.475), ("B", -1.0, 0.0), ("C", 1.2, 1.575)];
    for ((code, rate, mix), (wanted, rate_wanted, mix_wanted)) in parts.iter().zip(expected) {
        assert_eq!(*code, wanted);
        assert!((rate - rate_wanted).abs() < 1e-9 && (mix - mix_wanted).abs() < 1e-9, "{parts:?}");
    }
    assert_eq!(parts.len(), 3);
    assert!(found.contributions.iter().all(|c| c.baseline == Baseline::PeriodBefore));
}

/// Intervals that hold together: 95 of 100 is clearly better than 50 of 100, and 52 is not clearly better than 50.
#[test]
fn places_are_open_where_intervals_meet() {
    let run = Run::over("2025-26Q1", 1).figures("A", &[(52, 100)]).figures("B", &[(95, 100)]);
    let (found, _) = run.figures("C", &[(50, 100)]).figures("D", &[(0, 0)]).assess();
    let places: Vec<_> = found
        .ranks
        .iter()
        .map(|place| (&*place.org_code, place.rank.rank, place.rank.at_least, place.rank.at_most))
        .collect();
    assert_eq!(places, [("A", 2, 2, 3), ("B", 1, 1, 1), ("C", 3, 2, 3)]);
}

#[test]
fn the_order_of_figures_changes_nothing() {
    let run = || Run::over("2025-06", 16).figures("A", &two_levels()).figures("B", &two_levels()[..8]);
    let mut turned = run();
    turned.observations.reverse();
    assert_eq!(run().assess().0, turned.assess().0);
}
