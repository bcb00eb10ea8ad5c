//! The table of attention, the margin and the cases within reach: hand-worked, and laws that hold for every input.

use proptest::prelude::*;

use super::aspects::{Aspect, AspectFound, AspectLabel, Aspects, Standing};
use super::attention::{Attention, AttentionDecision, DecidedBy};
use super::margin::{Margin, NoMargin};
use super::reach::{to_others, to_standard};
use super::{FigureVerdict, Reach, StandingOut, SubjectCounts, SubjectStanding, VerdictInput, Verdicts};
use crate::assessment::Assessment;
use crate::definitions::Definitions;
use crate::definitions::model::{Comparator, Metric, Standard, StandardKind};
use crate::report::sample;
use crate::stats::benchmark::Strength::{self, Act, Look};
use crate::stats::counts::Counts;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Better, Shape};

fn found(label: AspectLabel, size: f64) -> AspectFound {
    AspectFound { label, size: Some(size), shared: false }
}

#[expect(clippy::unnecessary_wraps, reason = "a comparison of a figure may be absent")]
fn worse(strength: Strength, size: f64) -> Option<AspectFound> {
    Some(found(AspectLabel::StandsOut(Standing::Worse, strength), size))
}

#[expect(clippy::unnecessary_wraps, reason = "a comparison of a figure may be absent")]
fn better(size: f64) -> Option<AspectFound> {
    Some(found(AspectLabel::StandsOut(Standing::Better, Act), size))
}

fn shared(aspect: Option<AspectFound>) -> Option<AspectFound> {
    aspect.map(|found| AspectFound { shared: true, ..found })
}

fn decided(aspects: Aspects) -> (Attention, DecidedBy, Option<f64>) {
    let AttentionDecision { attention, decided_by, size } = AttentionDecision::of(&aspects, Better::Higher);
    (attention, decided_by, size)
}

#[test]
fn a_standing_asks_to_act_and_a_change_alone_to_look() {
    let (none, aspect) = (Aspects::default(), DecidedBy::Aspect);
    let act = Aspects { peers: worse(Act, -2.0), forces: worse(Act, -3.0), year_before: worse(Act, -9.0), ..none };
    assert_eq!(decided(act), (Attention::Act, aspect(Aspect::Forces), Some(3.0)), "the farthest reason to act");
    let change = Aspects { peers: worse(Look, -2.0), year_before: worse(Act, -9.0), ..none };
    assert_eq!(decided(change), (Attention::Look, aspect(Aspect::YearBefore), Some(9.0)));
    let missed = Aspects { standard: worse(Act, -1.5), peers: better(7.0), ..none };
    assert_eq!(decided(missed), (Attention::Act, aspect(Aspect::Standard), Some(1.5)), "a standard stands above peers");
    let good = Aspects { peers: better(1.5), own_past: better(4.0), ..none };
    assert_eq!(decided(good), (Attention::Good, aspect(Aspect::OwnPast), Some(4.0)));
}

#[test]
fn a_shared_change_counts_neither_way() {
    let none = Aspects::default();
    for change in [worse(Act, -9.0), better(9.0)] {
        let only = Aspects { year_before: shared(change), ..none };
        assert_eq!(decided(only), (Attention::None, DecidedBy::SharedCause, None));
    }
    let beside = Aspects { year_before: shared(worse(Act, -9.0)), peers: worse(Look, -2.0), ..none };
    assert_eq!(decided(beside), (Attention::Look, DecidedBy::Aspect(Aspect::Peers), Some(2.0)));
}

#[test]
fn what_does_not_stand_out_is_calm_and_what_cannot_be_told_is_said() {
    let none = Aspects::default();
    for label in [AspectLabel::Close, AspectLabel::Usual, AspectLabel::Unclear, AspectLabel::TooWide] {
        let calm = Aspects { peers: Some(found(label, 0.5)), year_before: Some(AspectFound::CANNOT_TELL), ..none };
        assert_eq!(decided(calm), (Attention::None, DecidedBy::NothingStandsOut, None), "{label:?}");
    }
    let untold = Aspects { peers: Some(AspectFound::CANNOT_TELL), ..none };
    for aspects in [none, untold] {
        assert_eq!(decided(aspects), (Attention::CannotTell, DecidedBy::NothingToCompare, None));
    }
}

fn metric(id: &str) -> Metric {
    Definitions::built_in().unwrap().metrics.into_iter().find(|metric| metric.id == id).unwrap()
}

fn figures(counts: &[(i64, i64)]) -> Vec<Observation> {
    let figure = |(n, (x, of)): (usize, &(i64, i64))| Observation {
        org_code: format!("F{n:02}").into(),
        ..sample::percent(*x, *of)
    };
    counts.iter().enumerate().map(figure).collect()
}

/// 10% to 110% of 1 to 11 tenths, as in the test of the deviation: √9.2 tenths, so that a quarter is 7.58 points.
#[test]
fn the_margin_is_a_part_of_the_deviation_of_organisations() {
    let mut counts: Vec<(i64, i64)> = (1..=11).map(|n| (10 * n, 200)).collect();
    let half = 0.5 * 10.0 * 9.2_f64.sqrt();
    let amount = |counts: &[(i64, i64)]| Margin::of(&metric("CRE-01"), figures(counts).iter(), 0.25).map(|m| m.amount);
    assert!((amount(&counts).unwrap() - 0.25 * half).abs() < 1e-9, "{:?}", amount(&counts));
    // Nine cases are few: the figure tells no spread.
    counts.push((9, 9));
    assert!((amount(&counts).unwrap() - 0.25 * half).abs() < 1e-9, "{:?}", amount(&counts));
    assert_eq!(amount(&counts[..4]), Err(NoMargin::FewValues(4)));
    assert_eq!(amount(&[(1, 20); 8]), Err(NoMargin::NoSpread));
    let own = Metric { margin: Some(2.0), ..metric("CRE-01") };
    assert_eq!(Margin::of(&own, figures(&counts).iter(), 0.25).unwrap().basis.as_str(), "metric");
}

/// Of a rate the margin is a factor: the same factor above and below, as many margins away.
#[test]
fn the_margin_of_a_rate_is_a_factor() {
    let rate = Metric { margin: Some(1.5), shape: Shape::Rate, ..metric("CRE-01") };
    let margin = Margin::of(&rate, std::iter::empty(), 0.25).unwrap();
    assert!(margin.is_factor);
    assert!((margin.between(2.25, 1.0) - 2.0).abs() < 1e-12 && (margin.between(1.0, 2.25) + 2.0).abs() < 1e-12);
}

fn standard(level: f64, comparator: Comparator) -> Standard {
    Standard {
        level,
        comparator,
        from: "2000-01-01".parse().unwrap(),
        to: None,
        kind: StandardKind::Expectation,
        source: String::new(),
        address: String::new(),
        note: String::new(),
        organisations: Vec::new(),
    }
}

/// 77 of 82 is 93.9%: 90% is met, 95% lacks one, 99% lacks five (81.18 means 82).
#[test]
fn so_many_cases_more_would_have_met_the_standard() {
    let more = |level| to_standard(&metric("CRE-01"), 77, Some(82), &standard(level, Comparator::AtLeast));
    assert_eq!([more(90.0), more(95.0), more(99.0), more(100.0)], [None, Some(1), Some(5), Some(5)]);
    let lower = Metric { better: Better::Lower, ..metric("CRE-01") };
    let fewer = |comparator| to_standard(&lower, 10, Some(100), &standard(5.0, comparator));
    assert_eq!([fewer(Comparator::AtMost), fewer(Comparator::Under)], [Some(5), Some(6)]);
    // 720 of 900 where the others have 5,100 of 6,000 = 85%: 765 of 900.
    assert_eq!(to_others(&metric("CRE-01"), Counts::new(720, 900), Counts::new(5_100, 6_000)), Some(45));
    assert_eq!(to_others(&metric("CRE-01"), Counts::new(765, 900), Counts::new(5_100, 6_000)), None);
}

fn labels() -> impl Strategy<Value = AspectLabel> {
    let standings = prop_oneof![Just(Standing::Better), Just(Standing::Worse)];
    let strengths = prop_oneof![Just(Look), Just(Act)];
    prop_oneof![
        (standings, strengths).prop_map(|(standing, strength)| AspectLabel::StandsOut(standing, strength)),
        Just(AspectLabel::Close),
        Just(AspectLabel::Usual),
        Just(AspectLabel::Unclear),
        Just(AspectLabel::CannotTell),
    ]
}

fn some_aspect() -> impl Strategy<Value = Option<AspectFound>> {
    let found = (labels(), prop::option::of(-50.0..50.0_f64));
    prop::option::of(found.prop_map(|(label, size)| AspectFound { label, size, shared: false }))
}

fn all_aspects() -> impl Strategy<Value = Aspects> {
    let changes = (some_aspect(), some_aspect(), any::<bool>(), any::<bool>());
    (some_aspect(), some_aspect(), changes, some_aspect()).prop_map(|(peers, forces, changes, standard)| {
        let (own_past, year_before, own, year) = changes;
        let shared =
            |found: Option<AspectFound>, is_shared: bool| found.map(|f| AspectFound { shared: is_shared, ..f });
        Aspects { peers, forces, own_past: shared(own_past, own), year_before: shared(year_before, year), standard }
    })
}

proptest! {
    /// Without standing and standard nothing asks to act; without a shared change nothing is called shared; the deciding
    /// comparison is one of those that were made, with its own size.
    #[test]
    fn the_decision_rests_on_a_comparison_that_was_made(aspects in all_aspects()) {
        let AttentionDecision { attention, decided_by, size } = AttentionDecision::of(&aspects, Better::Lower);
        if let DecidedBy::Aspect(aspect) = decided_by {
            let one = aspects.get(aspect).unwrap();
            prop_assert_eq!(size, one.size.map(f64::abs));
            prop_assert!(!one.shared);
            let standing = if attention == Attention::Good { Standing::Better } else { Standing::Worse };
            prop_assert_eq!(one.label.standing(), Some(standing));
        } else {
            prop_assert_eq!(size, None);
        }
        let changes = Aspects { peers: None, forces: None, standard: None, ..aspects };
        prop_assert_ne!(AttentionDecision::of(&changes, Better::Lower).attention, Attention::Act);
        prop_assert_eq!(AttentionDecision::of(&aspects, Better::Neutral).attention, Attention::None);
    }

    /// A further comparison in which the figure is worse never makes the verdict milder.
    #[test]
    fn another_bad_comparison_never_soothes(aspects in all_aspects(), size in 1.0..9.0_f64) {
        let before = AttentionDecision::of(&aspects, Better::Higher).attention;
        let after = AttentionDecision::of(&Aspects { peers: worse(Act, size), ..aspects }, Better::Higher).attention;
        prop_assert!(after <= before && after == Attention::Act);
    }

    /// The count within reach is the least that meets the level, tried one by one.
    #[test]
    fn the_cases_within_reach_are_the_fewest_that_do(n in 1..300_i64, part in 0..=300_i64, tenths in 0..=1_000_i32) {
        let (x, metric) = (part.min(n), metric("CRE-01"));
        let level = standard(f64::from(tenths) / 10.0, Comparator::AtLeast);
        let is_met = |x: i64| x * 1_000 >= i64::from(tenths) * n;
        let least = (0..=n - x).find(|more| is_met(x + more)).filter(|more| *more > 0);
        prop_assert_eq!(to_standard(&metric, x, Some(n), &level), least);
    }
}

/// Verdicts are found by metric and code, and a release without comparisons has nothing to compare.
#[test]
fn verdicts_are_looked_up_by_metric_and_body() {
    let metrics = Definitions::built_in().unwrap().metrics;
    let observations = figures(&[(80, 100), (70, 100), (3, 4)]);
    let period = observations[0].period;
    let assessment = Assessment::default();
    let input =
        VerdictInput { metrics: &metrics, organisations: &[], assessment: &assessment, period, margin_percent: 25 };
    let verdicts = Verdicts::of(&input, &observations);
    let told =
        |code: &str| verdicts.get("CRE-01", &code.into()).map(|one: &FigureVerdict| (one.attention, one.decided_by));
    assert_eq!(told("F00"), Some((Attention::CannotTell, DecidedBy::NothingToCompare)));
    assert_eq!(told("F02"), Some((Attention::CannotTell, DecidedBy::FewCases)));
    assert_eq!((told("F03"), verdicts.get("CRE-02", &"F00".into())), (None, None));
    assert_eq!(verdicts.of_metric("CRE-01").len(), 3);
    assert_eq!(verdicts.of_body(&"F01".into()).map(|one| one.reach).collect::<Vec<_>>(), [Reach::default()]);
}

#[test]
fn every_metric_has_a_subject_or_says_that_it_is_not_ranked() {
    for metric in Definitions::built_in().unwrap().metrics {
        assert!(metric.subject.is_some() != metric.not_ranked.is_some(), "{} has neither, or both", metric.id);
        assert!(metric.better != Better::Neutral || metric.not_ranked.is_some(), "{} has no better side", metric.id);
    }
}

/// A verdict whose comparisons are given; it is decided as those of a release are.
fn verdict(metric_id: &str, subject: Option<&str>, org_code: &str, aspects: Aspects) -> FigureVerdict {
    let AttentionDecision { attention, decided_by, size } = AttentionDecision::of(&aspects, Better::Higher);
    FigureVerdict {
        metric_id: metric_id.parse().unwrap(),
        org_code: org_code.into(),
        period: "2025-04".parse().unwrap(),
        subject: subject.map(Into::into),
        attention,
        decided_by,
        size,
        margin: Err(NoMargin::FewValues(0)),
        aspects,
        reach: Reach::default(),
    }
}

fn gathered(mut figures: Vec<FigureVerdict>) -> Verdicts {
    figures.sort_by(|a, b| (&a.metric_id, &a.org_code).cmp(&(&b.metric_id, &b.org_code)));
    Verdicts { figures, shared: Vec::new() }
}

/// Two metrics of lateness, one of accuracy, one of quality, one that is not ranked.
fn of_one_body() -> Verdicts {
    let (none, late) = (Aspects::default(), Some("Late"));
    gathered(vec![
        verdict("M-1", late, "F1", Aspects { peers: worse(Look, -2.0), forces: worse(Look, -5.0), ..none }),
        verdict("M-2", late, "F1", Aspects { peers: worse(Act, -3.0), year_before: better(2.0), ..none }),
        verdict(
            "M-3",
            Some("Accuracy"),
            "F1",
            Aspects { peers: worse(Look, -7.0), standard: worse(Look, -1.0), ..none },
        ),
        verdict(
            "M-4",
            Some("Quality"),
            "F1",
            Aspects { own_past: better(4.0), year_before: shared(worse(Act, -9.0)), ..none },
        ),
        verdict("M-5", None, "F1", Aspects { peers: worse(Act, -9.0), standard: worse(Act, -9.0), ..none }),
    ])
}

#[test]
fn a_body_is_worse_in_so_many_subjects() {
    let verdicts = of_one_body();
    let summary = verdicts.summary_of(&"F1".into());
    let told = |subjects: &[SubjectStanding<'_>]| -> Vec<(Option<String>, Vec<String>)> {
        let figure = |one: &StandingOut<'_>| format!("{} {}", one.verdict.metric_id, one.aspect.as_str());
        let of = |one: &SubjectStanding<'_>| (one.subject.map(str::to_owned), one.figures.iter().map(figure).collect());
        subjects.iter().map(of).collect()
    };
    let some = |subject: &str, figures: &[&str]| {
        (Some(subject.to_owned()), figures.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    };
    let worse = [some("Accuracy", &["M-3 peers"]), some("Late", &["M-1 forces", "M-2 peers"])];
    assert_eq!(told(&summary.worse_than_others), worse);
    assert!(summary.worse_than_year_before.is_empty(), "a shared change is nobody's");
    assert_eq!(told(&summary.better_than_year_before), [some("Late", &["M-2 year_before"])]);
    let missed = told(&summary.not_met);
    assert_eq!(missed, [(None, vec!["M-5 standard".to_owned()]), some("Accuracy", &["M-3 standard"])]);
    assert_eq!(summary.subjects, SubjectCounts { act: 1, look: 1, good: 1, none: 0, cannot_tell: 0 });
    assert_eq!((summary.subjects_worse(), summary.subjects_better(), summary.subjects.told()), (2, 1, 3));
}

#[test]
fn forces_to_look_at_first_have_the_most_subjects_to_act_on() {
    let none = Aspects::default();
    let act = |metric: &str, subject: &str, code: &str, size: f64| {
        verdict(metric, Some(subject), code, Aspects { peers: worse(Act, size), ..none })
    };
    let mut figures = of_one_body().figures;
    figures.extend(["M-1", "M-2", "M-3", "M-4"].map(|metric| act(metric, metric, "F2", -2.0)));
    figures.push(act("M-1", "Late", "X1", -50.0));
    figures.push(verdict("M-1", Some("Late"), "F3", Aspects { peers: better(2.0), ..none }));
    figures.push(verdict("M-1", Some("Late"), "NATIONAL", Aspects { year_before: worse(Look, -1.5), ..none }));
    figures.push(verdict("M-2", Some("Late"), "NATIONAL", Aspects { year_before: better(1.5), ..none }));
    let verdicts = gathered(figures);
    let nation = verdicts.national_summary(|code| code.starts_with('F'));
    let codes: Vec<&str> = nation.forces.iter().map(|force| force.org_code.as_str()).collect();
    assert_eq!(codes, ["F2", "F1"], "X1 is no force, F3 is good");
    let reasons =
        |at: usize| -> Vec<&str> { nation.forces[at].reasons.iter().map(|one| &*one.verdict.metric_id).collect() };
    assert_eq!(reasons(0), ["M-1", "M-2", "M-3"], "at most three");
    assert_eq!(reasons(1), ["M-2", "M-3"], "to act before the farther one to look; one for each subject");
    let sizes = |subjects: &[SubjectStanding<'_>]| -> Vec<Option<f64>> {
        subjects.iter().map(|one| one.farthest().and_then(StandingOut::size)).collect()
    };
    assert_eq!((sizes(&nation.improved), sizes(&nation.worsened)), (vec![Some(1.5)], vec![Some(1.5)]));
}
