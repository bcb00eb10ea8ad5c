//! Hand-worked assessments: small runs of one metric whose labels and signals are known.

use chrono::NaiveDate;

use super::{
    Against, Assessment, AssessmentInput, Baseline, FigureComparison, Labels, Resting, SignalKind, assess,
    withdraw_open_verdicts,
};
use crate::definitions::Definitions;
use crate::definitions::model::{Comparator, Course, Metric, Standard, StandardKind};
use crate::history::Provisional;
use crate::report::sample;
use crate::settings::{Decision, DecisionKind, ParityWish};
use crate::vocabulary::body::{Organisation, PeerGroup};
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::{Coverage, Observation, StandardResult};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

const NATIONAL: &str = "NATIONAL";

/// A run of CRE-01 (a proportion, higher is better) under construction.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) metrics: Vec<Metric>,
    organisations: Vec<Organisation>,
    peer_groups: Vec<PeerGroup>,
    events: Vec<RecordedEvent>,
    decisions: Vec<Decision>,
    parity: ParityWish,
    trend: Vec<Period>,
    pub(super) observations: Vec<Observation>,
}

impl Run {
    pub(super) fn over(last: &str, periods: i32) -> Self {
        let last: Period = last.parse().unwrap();
        Self {
            metrics: Definitions::built_in().unwrap().metrics,
            organisations: Vec::new(),
            peer_groups: Vec::new(),
            events: Vec::new(),
            decisions: Vec::new(),
            parity: ParityWish::default(),
            trend: last.trend(periods),
            observations: Vec::new(),
        }
    }

    /// Numerators and denominators of a code, up to the last period.
    pub(super) fn figures(mut self, code: &str, counts: &[(i64, i64)]) -> Self {
        let periods = self.trend[self.trend.len() - counts.len()..].iter();
        self.observations.extend(periods.zip(counts).map(|(period, (x, n))| Observation {
            org_code: code.into(),
            period: *period,
            ..sample::percent(*x, *n)
        }));
        self
    }

    pub(super) fn peers(mut self, code: &str, peers: &[&str]) -> Self {
        let peers = peers.iter().map(|peer| (*peer).into()).collect();
        self.peer_groups.push(PeerGroup { org_code: code.into(), peers, source: "by hand".into() });
        self
    }

    pub(super) fn event(mut self, code: &str, day: &str, kind: &str) -> Self {
        let happened_on: NaiveDate = day.parse().unwrap();
        let (kind, description) = (kind.to_owned(), String::new());
        self.events.push(RecordedEvent { org_code: code.into(), happened_on, kind, description });
        self
    }

    /// Decides about the series of a code of CRE-01.
    pub(super) fn decision(mut self, code: &str, kind: DecisionKind, days: [Option<&str>; 2]) -> Self {
        let [from, to] = days.map(|day| day.map(|day| day.parse().unwrap()));
        self.decisions.push(Decision {
            metric: "CRE-01".into(),
            organisation: Some(code.into()),
            kind,
            from,
            to,
            points: None,
            reason: "by hand".into(),
            decided_by: "the test".into(),
        });
        self
    }

    pub(super) fn assess(mut self) -> (Assessment, Vec<Observation>) {
        let found = assess(
            &AssessmentInput {
                metrics: &self.metrics,
                organisations: &self.organisations,
                lives: &Lives::unchanging(&self.organisations),
                peer_groups: &self.peer_groups,
                events: &self.events,
                decisions: &self.decisions,
                parity: &self.parity,
                trend: &self.trend,
                provisional: &Provisional::default(),
            },
            &self.observations,
        );
        withdraw_open_verdicts(&mut self.observations, &found.judgements);
        (found, self.observations)
    }
}

/// The last figure's labels as the results write them.
fn labels(found: &Assessment, observations: &[Observation], code: &str) -> [&'static str; 4] {
    let figure = observations.iter().rev().find(|o| *o.org_code == *code).unwrap();
    let labels = found.judgements.of(figure).copied().unwrap_or_default();
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

fn labels_of(run: Run, code: &str) -> [&'static str; 4] {
    let (found, observations) = run.assess();
    labels(&found, &observations, code)
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
    assert_eq!(labels(&found, &observations, "A")[0], "worse_99_8");
    let signal = found.signals.iter().find(|signal| signal.kind == SignalKind::Peers).unwrap();
    assert_eq!((signal.org_code.as_str(), signal.rule.as_str(), signal.severity_str()), ("A", "worse_99_8", "act"));
    assert!((signal.p_value.unwrap() - 0.000_11).abs() < 0.000_01, "{:?}", signal.p_value);
    assert_eq!(signal.discovery, Some(true));
    let peers = found.families.iter().find(|family| family.level == "99.8%").unwrap();
    assert_eq!((peers.tested, peers.flagged), (1, 1));
    assert!((peers.expected - 0.002).abs() < 1e-12);
}

fn comparison<'f>(found: &'f Assessment, code: &str, against: Against) -> &'f FigureComparison {
    found.comparisons.iter().find(|one| one.org_code == code && one.against == against).unwrap()
}

fn rounded(numbers: impl IntoIterator<Item = Option<f64>>) -> Vec<String> {
    numbers.into_iter().map(|number| number.map_or(String::new(), |number| format!("{number:.1}"))).collect()
}

/// The method handbook's worked example: -5.0 points, 95 % -7.9 to -2.3, 99.8 % -9.6 to -0.9.
#[test]
fn the_difference_to_peers_has_its_limits_in_points() {
    let (found, _) = against_peers(&["B", "C", "D", "E"], (1_275, 1_450));
    let one = comparison(&found, "A", Against::Peers);
    assert_eq!((one.counts, one.basis.as_str(), one.is_ratio()), (Some((5_100, 6_000)), "by hand", false));
    let (look, act) = (one.look(), one.act());
    let numbers = [one.value, one.estimate(), look.lower, look.upper, act.lower, act.upper];
    assert_eq!(rounded(numbers), ["85.0", "-5.0", "-7.9", "-2.3", "-9.6", "-0.9"]);
}

/// The handbook's four averages, with a fourth peer that has the pooled level and size of the other three.
#[test]
fn four_averages_can_lie_on_both_sides() {
    let (found, _) = Run::over("2025-26Q1", 1)
        .figures("A", &[(180, 200)])
        .figures("B", &[(90, 120)])
        .figures("C", &[(400, 500)])
        .figures("D", &[(60, 80)])
        .figures("E", &[(550, 700)])
        .peers("A", &["B", "C", "D", "E"])
        .assess();
    let one = comparison(&found, "A", Against::Peers);
    assert_eq!(one.resting, Some(Resting { used: 4, of: 4 }));
    // (90 + 75 + 80 + 75 + 78.571...) / 5, without the 90 / 4; 1,280/1,600; 1,100/1,400.
    assert_eq!(rounded(one.averages), ["79.7", "77.1", "80.0", "78.6"]);
}

#[test]
fn a_year_before_is_held_against_unless_the_definition_changed() {
    let run = || Run::over("2025-26Q1", 5).figures("A", &[(700, 1000), (0, 0), (0, 0), (0, 0), (800, 1000)]);
    let (found, _) = run().assess();
    let one = comparison(&found, "A", Against::YearBefore);
    assert_eq!((one.basis.as_str(), one.label.as_str(), one.resting), ("2024-25Q1", "better_99_8", None));
    assert_eq!(rounded([one.estimate()]), ["10.0"]);
    let mut run = run();
    run.observations.last_mut().unwrap().metric_version = 2;
    let (found, _) = run.assess();
    let one = comparison(&found, "A", Against::YearBefore);
    assert_eq!((one.label.as_str(), one.estimate()), ("cannot_tell", None));
    assert_eq!(one.found.as_ref().unwrap_err().reason(), "another version of the definition holds now");
}

/// Fifteen months of about 89,160 minutes in which service went up and down with its outages.
fn outages() -> Vec<(i64, i64)> {
    let lost = [600, 1_500, 300, 900, 200, 1_400, 700, 100, 1_200, 500, 900, 300, 1_300, 400, 1_000];
    lost.map(|lost| (89_160 - lost, 89_160)).into()
}

#[test]
fn cases_that_hang_together_differ_less_clearly() {
    let (found, _) = Run::over("2025-06", 15).figures("A", &outages()).assess();
    // 300 minutes lost a year before, 1,000 now: as independent minutes clearly worse, by its own chart usual.
    let one = comparison(&found, "A", Against::YearBefore);
    let sigma = found.charts[0].points[0].sigma_z.unwrap();
    assert!(sigma > 10.0, "{sigma}");
    assert_eq!((one.widened_by, one.label.as_str()), (Some(sigma), "no_clear_difference"));
    let since_september = Run::over("2025-06", 15).figures("A", &outages()).decision(
        "A",
        DecisionKind::Rebase,
        [Some("2024-09-01"), None],
    );
    let narrow = comparison(&since_september.assess().0, "A", Against::YearBefore).clone();
    // Limits that begin anew three months later rest on too few figures to tell.
    assert_eq!((narrow.widened_by, narrow.label.as_str()), (None, "worse_99_8"));
    let width = |one: &FigureComparison| one.look().upper.unwrap() - one.look().lower.unwrap();
    let times = width(one) / width(&narrow);
    // Few losses are left when they hang together so much, and σz is an estimate: the score interval is wider still.
    assert!((sigma..2.5 * sigma).contains(&times), "{times} {sigma}");
}

#[test]
fn peers_are_compared_with_the_same_widening() {
    let peers = |mut run: Run| {
        for code in ["B", "C", "D", "E"] {
            run = run.figures(code, &[(88_760, 89_160); 15]);
        }
        run.peers("A", &["B", "C", "D", "E"])
    };
    let (found, _) = peers(Run::over("2025-06", 15).figures("A", &outages())).assess();
    let one = comparison(&found, "A", Against::Peers);
    assert!(one.widened_by.is_some_and(|times| times > 10.0), "{:?}", one.widened_by);
    assert_eq!(one.label.as_str(), "no_clear_difference");
}

#[test]
fn units_that_are_no_cases_are_compared_only_where_a_chart_tells_how_far_they_vary() {
    let year_before = |mut run: Run| {
        run.metrics.iter_mut().find(|metric| metric.id == "CRE-01").unwrap().dependent_units = true;
        let found = run.assess().0;
        assert!(found.ranks.is_empty());
        comparison(&found, "A", Against::YearBefore).clone()
    };
    let long = year_before(Run::over("2025-06", 15).figures("A", &outages()));
    assert_eq!(long.label.as_str(), "no_clear_difference");
    let short = year_before(Run::over("2025-26Q1", 5).figures("A", &outages()[..5]));
    assert_eq!((short.label.as_str(), short.estimate()), ("cannot_tell", None));
    assert!(short.found.unwrap_err().reason().contains("units hang together"));
}

/// A nation of 720 of 900 in which C lacks a return; C usually has 50 cases (the handbook's example: 75.8 to 81.1 %).
fn nation_without_c(level: f64) -> (Labels, Observation) {
    let mut run = Run::over("2025-26Q1", 2)
        .figures("A", &[(400, 500), (400, 500)])
        .figures("B", &[(320, 400), (320, 400)])
        .figures("C", &[(25, 50), (0, 0)])
        .figures(NATIONAL, &[(745, 950), (720, 900)]);
    let missing = run.observations.iter_mut().rfind(|figure| &*figure.org_code == "C").unwrap();
    (missing.status, missing.value, missing.numerator, missing.denominator) = (Status::NotReturned, None, None, None);
    let nation = run.observations.last_mut().unwrap();
    nation.coverage = Some(Coverage { returned: 6, expected: 9 });
    nation.standard = Some(StandardResult { level, kind: "local", met: Some(80.0 >= level) });
    let metric = run.metrics.iter_mut().find(|metric| metric.id == "CRE-01").unwrap();
    metric.standards = vec![Standard {
        level,
        comparator: Comparator::AtLeast,
        from: "2024-01-01".parse().unwrap(),
        to: None,
        kind: StandardKind::Local,
        ..metric.standards[0].clone()
    }];
    let (found, mut observations) = run.assess();
    let nation = observations.pop().unwrap();
    (*found.judgements.of(&nation).unwrap(), nation)
}

#[test]
fn a_verdict_that_missing_returns_could_turn_is_withheld() {
    let (labels, nation) = nation_without_c(78.0);
    let undecided = labels.undecided.unwrap();
    assert_eq!(undecided.cases, 50);
    assert_eq!(rounded([Some(undecided.lowest), Some(undecided.highest)]), ["75.8", "81.1"]);
    assert_eq!(nation.standard.unwrap().met, None);
    // Above or below both ends it stands.
    assert_eq!(nation_without_c(75.0).1.standard.unwrap().met, Some(true));
    assert_eq!(nation_without_c(82.0).1.standard.unwrap().met, Some(false));
}

/// B has no figure now: the nation is compared over A and C alone, 600 of 1,000 against 500 of 1,000.
#[test]
fn a_sum_is_held_against_a_year_before_over_those_that_have_both() {
    let (found, _) = Run::over("2025-26Q1", 5)
        .figures("A", &[(300, 500), (0, 0), (0, 0), (0, 0), (400, 500)])
        .figures("B", &[(90, 100)])
        .figures("C", &[(200, 500), (0, 0), (0, 0), (0, 0), (200, 500)])
        .figures(NATIONAL, &[(500, 1000), (0, 0), (0, 0), (0, 0), (690, 1100)])
        .assess();
    let one = comparison(&found, NATIONAL, Against::YearBefore);
    assert_eq!((one.resting, one.counts), (Some(Resting { used: 2, of: 3 }), Some((500, 1000))));
    assert_eq!(rounded([one.estimate(), one.value]), ["10.0", "50.0"]);
}

#[test]
fn a_difference_inside_the_margin_is_similar_only_where_a_margin_is_stated() {
    let run = |margin| {
        let mut run = Run::over("2025-26Q1", 1).figures("A", &[(8_000, 10_000)]);
        for code in ["B", "C", "D", "E"] {
            run = run.figures(code, &[(8_010, 10_000)]);
        }
        run.metrics.iter_mut().find(|metric| metric.id == "CRE-01").unwrap().margin = margin;
        let (found, _) = run.peers("A", &["B", "C", "D", "E"]).assess();
        comparison(&found, "A", Against::Peers).label.as_str()
    };
    assert_eq!((run(None), run(Some(2.0)), run(Some(0.5))), ("no_clear_difference", "similar", "no_clear_difference"));
}

#[test]
fn too_few_peers_or_too_little_of_them_cannot_tell() {
    let (found, observations) = against_peers(&["B", "C", "D"], (1_275, 1_450));
    assert_eq!(labels(&found, &observations, "A")[0], "cannot_tell");
    assert!(rules(&found, SignalKind::Peers).is_empty());
    assert_eq!(labels(&found, &observations, "B")[0], "", "B has no peers");
}

#[test]
fn a_figure_without_a_value_has_no_label_and_never_a_number() {
    let mut run = Run::over("2025-26Q1", 1).figures("A", &[(1, 2)]).peers("A", &["B", "C", "D", "E"]);
    let figure = &mut run.observations[0];
    figure.status = Status::NotReturned;
    (figure.value, figure.numerator, figure.denominator) = (None, None, None);
    let (found, observations) = run.assess();
    assert_eq!(labels(&found, &observations, "A"), ["cannot_tell", "", "", ""]);
    assert!(found.signals.is_empty() && found.contributions.is_empty() && found.funnels.is_empty());
}

/// Eight months at 80 %, then eight at 90 %: seven on one side of the mean.
pub(super) fn two_levels() -> Vec<(i64, i64)> {
    let scatter = [0, 2, -2, 1, -1, 2, -2, 0];
    let level = |level: i64| scatter.map(|off| (level + off, 100));
    level(80).into_iter().chain(level(90)).collect()
}

#[test]
fn a_step_is_a_special_cause_a_trend_cannot_be_told_and_the_event_in_its_window_is_named() {
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("A", "2024-11-20", "backlog_clearance");
    let (found, observations) = run.assess();
    assert_eq!(labels(&found, &observations, "A"), ["", "special_cause_improvement", "", "cannot_tell"]);
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
    assert_eq!(labels(&found, &observations, "A")[1], "common_cause");
    assert!(rules(&found, SignalKind::ControlChart).is_empty());
    // Another force's migration changes nothing here.
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("B", "2024-11-01", "system_migration");
    assert_eq!(labels_of(run, "A")[1], "special_cause_improvement");
}

#[test]
fn an_accepted_proposal_begins_new_limits_and_a_refused_one_is_gone() {
    let run = || Run::over("2025-06", 16).figures("A", &two_levels());
    let accepted = run().decision("A", DecisionKind::Rebase, [Some("2024-11-01"), None]);
    assert_eq!(labels_of(accepted, "A")[1], "common_cause");
    // What was decided about another series changes nothing here.
    let other = run().decision("B", DecisionKind::Rebase, [Some("2024-11-01"), None]);
    assert_eq!(labels_of(other, "A")[1], "special_cause_improvement");
    let (found, _) = run().decision("A", DecisionKind::Keep, [Some("2024-11-15"), None]).assess();
    assert!(rules(&found, SignalKind::ChangePoint).is_empty());
}

/// 0.9 less 1.96 and 3.09 standard errors of 30 cases: 0.793 and 0.731. 23 of 30 are 0.767.
#[test]
fn other_packages_judge_beside_and_change_nothing() {
    let mut run = Run::over("2025-06", 16).figures("A", &two_levels()).figures("B", &[(23, 30)]).event(
        "A",
        "2024-11-01",
        "system_migration",
    );
    let (x, n) = *two_levels().last().unwrap();
    run = run.figures("C", &[(9_000 - x - 23, 10_000 - n - 30)]);
    let alone = run.clone().assess();
    assert!(alone.0.parity.is_empty());
    let both = || vec!["CRE-01".to_owned()];
    run.parity = ParityWish { as_phe: both(), as_making_data_count: both() };
    let (found, observations) = run.assess();
    assert_eq!((&found.signals, &observations), (&alone.0.signals, &alone.1));
    let of = |mode: &str, code: &str| {
        let rows = found.parity.iter().filter(|row| row.mode.as_str() == mode && row.org_code == code);
        rows.map(|row| (row.period.to_string(), row.label, row.variation)).collect::<Vec<_>>()
    };
    assert_eq!(of("as_phe", "B"), [("2025-06".to_owned(), "Low (0.025)", None)]);
    // The recorded migration begins no new limits by that package's rules.
    let series = of("as_making_data_count", "A");
    assert_eq!(series.len(), 16);
    let last = ("2025-06".to_owned(), "special_cause_improvement", Some("special_cause_improvement"));
    assert_eq!(series.last(), Some(&last));
}

#[test]
fn limits_can_be_kept_through_a_recorded_migration() {
    let run = Run::over("2025-06", 16).figures("A", &two_levels()).event("A", "2024-11-01", "system_migration");
    let kept = run.decision("A", DecisionKind::Keep, [Some("2024-11-01"), None]);
    assert_eq!(labels_of(kept, "A")[1], "special_cause_improvement");
}

#[test]
fn an_excluded_period_is_not_judged() {
    let run = Run::over("2025-06", 16).figures("A", &two_levels());
    let excluded = run.decision("A", DecisionKind::Exclude, [Some("2025-06-01"), Some("2025-06-30")]);
    assert_eq!(labels_of(excluded, "A")[1], "cannot_tell");
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
        assert_eq!((point.period, Some(point.label)), (figure.period, found.judgements.of(figure).unwrap().variation));
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
    let short = Run::over("2025-06", 7).figures("A", &[(8, 10); 7]);
    assert_eq!(labels_of(short, "A")[1..], ["cannot_tell", "", "cannot_tell"]);
    let constant = Run::over("2025-06", 16).figures("A", &[(100, 100); 16]);
    assert_eq!(labels_of(constant, "A")[1], "no_variation");
    let rolling = Run::over("12m-to-2025-06", 16).figures("A", &two_levels()).assess();
    assert_eq!(labels(&rolling.0, &rolling.1, "A"), [""; 4]);
    assert!(rolling.0.signals.is_empty());
}

#[test]
fn a_trend_over_nine_quarters() {
    let rising: Vec<(i64, i64)> = (0..9).map(|quarter| (700 + 20 * quarter, 1_000)).collect();
    let (found, observations) = Run::over("2025-26Q1", 9).figures("A", &rising).assess();
    assert_eq!(labels(&found, &observations, "A")[3], "better");
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
        summary.label_of(&"A".into()).unwrap().as_str()
    };
    assert_eq!([23, 22, 21, 20].map(label), ["within", "below_95", "below_95", "below_99_8"]);
}

/// Twelve forces of 400 cases each that differ more than chance: the line at a force's size is the line that labels it.
#[test]
fn the_funnel_drawn_at_a_size_is_the_one_that_labels_there() {
    let mut run = Run::over("2025-26Q1", 1);
    for place in 0..12 {
        run = run.figures(&format!("F{place:02}"), &[(280 + 7 * place, 400)]);
    }
    let (found, _) = run.assess();
    let funnel = &found.funnels[0];
    let spread = funnel.beyond_chance().unwrap();
    assert!(spread.phi > spread.by_chance.unwrap() && spread.trimmed >= 2, "{spread:?}");
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
    assert_eq!(funnel.label_of(&"F00".into()).unwrap().as_str(), "within");
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
fn a_series_that_can_only_rise_has_a_trend_and_no_limits() {
    let rising: Vec<(i64, i64)> = (0..24).map(|n| (100 + 30 * n, 1_000)).collect();
    let run = || Run::over("2025-12", 24).figures("A", &rising);
    let (charted, observations) = run().assess();
    assert_eq!(charted.charts.len(), 1);
    assert!(charted.signals.iter().any(|signal| signal.kind == SignalKind::ControlChart));
    assert_ne!(labels(&charted, &observations, "A")[1], "");
    let mut monotone = run();
    monotone
        .metrics
        .iter_mut()
        .filter(|metric| metric.id == "CRE-01")
        .for_each(|metric| metric.course = Course::Monotone);
    let (found, observations) = monotone.assess();
    assert!(found.charts.is_empty() && found.run_charts.is_empty());
    let of_charts = [SignalKind::ControlChart, SignalKind::RunChart];
    assert!(!found.signals.iter().any(|signal| of_charts.contains(&signal.kind)), "{:?}", found.signals);
    assert_eq!(labels(&found, &observations, "A"), ["", "", "", "better"]);
}

#[test]
fn the_order_of_figures_changes_nothing() {
    let run = || Run::over("2025-06", 16).figures("A", &two_levels()).figures("B", &two_levels()[..8]);
    let mut turned = run();
    turned.observations.reverse();
    assert_eq!(run().assess().0, turned.assess().0);
}
