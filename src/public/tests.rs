//! Hand-worked patterns, and an attack on nothing but what was published.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::definitions::Definitions;
use crate::definitions::model::{Breakdown, BreakdownCategory, BreakdownKind, Disclosure};
use crate::disclosure::CellProtection;
use crate::vocabulary::observation::{Category, StandardResult};
use crate::vocabulary::quantity::{Interval, Shape, Unit};

const NATIONAL: &str = "NATIONAL";

const Q1: &str = "2025-26Q1";
const RULE: WithholdingRule =
    WithholdingRule { threshold: 5, minimum_denominator: 10, protection: Protection::TwoValues };

fn metric(id: &str, shape: Shape) -> Metric {
    let built_in = Definitions::built_in().unwrap().metrics;
    let mut metric = built_in.into_iter().find(|metric| metric.id == "CRE-01").unwrap();
    (metric.id, metric.shape) = (id.parse().unwrap(), shape);
    (metric.breakdown, metric.disclosure) = (None, Disclosure::Persons);
    metric
}

/// One figure: metric, organisation, period, counts.
fn figure((id, code, period): (&str, &str, &str), numerator: i64, denominator: Option<i64>) -> Observation {
    let float = |count: i64| f64::from(i32::try_from(count).unwrap());
    let value = denominator.map_or(float(numerator), |all| 100.0 * float(numerator) / float(all));
    let limits = Some(Interval { lower: Some(value - 1.0), upper: Some(value + 1.0) });
    Observation {
        metric_id: id.parse().unwrap(),
        metric_version: 1,
        org_code: code.into(),
        period: period.parse().unwrap(),
        category: None,
        numerator: Some(numerator),
        denominator,
        value: Some(value),
        label: None,
        unit: if denominator.is_some() { Unit::Percent } else { Unit::Records },
        status: Status::Value,
        interval_95: limits,
        interval_998: limits,
        method: "wilson",
        coverage: None,
        standard: Some(StandardResult { level: 90.0, kind: "local", met: Some(value >= 90.0) }),
    }
}

fn counts(period: &str, values: &[(&str, i64)]) -> Vec<Observation> {
    values.iter().map(|(code, count)| figure(("CRE-04", code, period), *count, None)).collect()
}

fn shares(id: &str, values: &[(&str, i64, i64)]) -> Vec<Observation> {
    values.iter().map(|(code, x, n)| figure((id, code, Q1), *x, Some(*n))).collect()
}

/// Organisations A to F and the nation, with regions as given.
fn groups(regions: &[(&str, &[&str])]) -> Vec<Group> {
    let group =
        |code: &str, members: &[&str]| Group::of(code.into(), members.iter().map(|member| (*member).into()).collect());
    let mut groups: Vec<Group> = ["A", "B", "C", "D", "E", "F"].iter().map(|code| group(code, &[code])).collect();
    groups.push(group(NATIONAL, &[]));
    groups.extend(regions.iter().map(|(code, members)| group(code, members)));
    groups
}

fn publish(metrics: &[Metric], observations: &[Observation], earlier: &[Earlier]) -> PublicFigures {
    let groups = groups(&[]);
    withhold(&PublicInput { metrics, invariants: &[], groups: &groups, observations, pieces: &[], earlier, rule: RULE })
        .unwrap()
}

/// Organisations whose figure is withheld, as `code` or `metric code`.
fn withheld(found: &PublicFigures) -> Vec<String> {
    let several = found.observations.iter().any(|one| one.metric_id != found.observations[0].metric_id);
    let withheld = found.observations.iter().filter(|one| one.status == Status::Suppressed);
    withheld
        .map(|one| if several { format!("{} {}", one.metric_id, one.org_code) } else { one.org_code.to_string() })
        .collect()
}

fn earlier(release: &str, observation: &Observation, shown: bool) -> Earlier {
    Earlier {
        release: release.into(),
        metric_id: observation.metric_id.clone(),
        category: observation.category.as_ref().map(|category| category.key.as_str().into()),
        org_code: observation.org_code.clone(),
        period: observation.period,
        numerator: observation.numerator.unwrap(),
        denominator: observation.denominator,
        shown,
    }
}

#[test]
fn a_small_count_takes_its_level_with_it() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let found = publish(&metrics, &counts(Q1, &[("A", 3), ("B", 20), (NATIONAL, 23)]), &[]);
    assert_eq!(withheld(&found), ["A", "B"]);
    let summary = &found.metrics[0].1;
    assert_eq!((summary.figures_withheld, summary.primary, summary.held_back, summary.safe), (2, 1, 1, 1));
    assert!(summary.exact && found.unused.is_empty());
    // One would do to protect A, and would paint the others: none is shown.
    let found = publish(&metrics, &counts(Q1, &[("A", 3), ("B", 20), ("C", 9), (NATIONAL, 32)]), &[]);
    assert_eq!(withheld(&found), ["A", "B", "C"]);
}

#[test]
fn zeros_are_published_and_large_counts_stay() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let figures = counts(Q1, &[("A", 0), ("B", 20), (NATIONAL, 20)]);
    assert_eq!(publish(&metrics, &figures, &[]).observations, figures);
}

#[test]
fn a_withheld_figure_holds_no_number() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let found = publish(&metrics, &counts(Q1, &[("A", 3), ("B", 20), (NATIONAL, 23)]), &[]);
    for one in found.observations.iter().filter(|one| one.status == Status::Suppressed) {
        assert!(one.numerator.is_none() && one.denominator.is_none() && one.value.is_none() && one.label.is_none());
        assert!(one.interval_95.is_none() && one.interval_998.is_none());
        assert!(one.standard.as_ref().is_none_or(|standard| standard.met.is_none()));
    }
}

#[test]
fn a_small_rest_is_a_small_count() {
    let metrics = [metric("CRE-01", Shape::Proportion)];
    let figures = shares("CRE-01", &[("A", 98, 100), ("B", 50, 80), ("C", 60, 120), (NATIONAL, 208, 300)]);
    let found = publish(&metrics, &figures, &[]);
    assert_eq!(withheld(&found), ["A", "B", "C"]);
    let rest = found.evidence.iter().find(|line| line.hidden == "primary").unwrap();
    assert_eq!((rest.org_code.as_str(), &*rest.measure), ("A", "rest"));
    // A rate has no rest: 98 events for 100 users are no small number.
    let rate = publish(&[metric("CRE-01", Shape::Rate)], &figures, &[]);
    assert!(rate.withheld.is_empty());
}

#[test]
fn counts_of_no_people_are_left_alone() {
    let open = Metric { disclosure: Disclosure::None, ..metric("CRE-04", Shape::Count) };
    let figures = counts(Q1, &[("A", 3), ("B", 20), (NATIONAL, 23)]);
    let found = publish(&[open], &figures, &[]);
    assert_eq!(found.observations, figures);
    assert!(found.metrics.is_empty());
}

#[test]
fn what_was_withheld_stays_withheld_and_what_was_shown_is_no_cover() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let first = counts(Q1, &[("A", 3), ("B", 20), ("C", 30), (NATIONAL, 53)]);
    let before: Vec<Earlier> =
        first.iter().map(|one| earlier("r1", one, !["A", "B"].contains(&&*one.org_code))).collect();
    // Three late records of A: it is no longer small, yet B − A of the first edition must not follow.
    let second = counts(Q1, &[("A", 6), ("B", 20), ("C", 30), (NATIONAL, 56)]);
    // The nation has grown by those three as well.
    assert_eq!(withheld(&publish(&metrics, &second, &before)), ["A", "B", "C", NATIONAL]);

    let shown: Vec<Earlier> =
        counts(Q1, &[("B", 20), (NATIONAL, 20)]).iter().map(|one| earlier("r1", one, true)).collect();
    let late = counts(Q1, &[("A", 3), ("B", 20), (NATIONAL, 23)]);
    assert_eq!(withheld(&publish(&metrics, &late, &shown)), ["A", "B", NATIONAL]);
}

#[test]
fn a_change_of_cover_does_not_open_the_edition_before() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let first = counts(Q1, &[("A", 3), ("B", 20), ("C", 30), (NATIONAL, 53)]);
    let before: Vec<Earlier> =
        first.iter().map(|one| earlier("r1", one, !["A", "B"].contains(&&*one.org_code))).collect();
    // C alone has changed. Were B shown now, the first edition would give A away.
    let second = counts(Q1, &[("A", 3), ("B", 20), ("C", 9), (NATIONAL, 32)]);
    assert_eq!(withheld(&publish(&metrics, &second, &before)), ["A", "B", "C"]);
}

#[test]
fn quarters_do_not_open_a_year_that_is_public() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let year = counts("2024-25", &[("A", 30), ("B", 4), (NATIONAL, 34)]);
    let before: Vec<Earlier> = year.iter().map(|one| earlier("2024-25 r1", one, &*one.org_code == NATIONAL)).collect();
    let quarters: Vec<Observation> =
        [("2024-25Q1", 8, 4), ("2024-25Q2", 7, 0), ("2024-25Q3", 9, 0), ("2024-25Q4", 6, 0)]
            .iter()
            .flat_map(|(period, a, b)| counts(period, &[("A", *a), ("B", *b), (NATIONAL, a + b)]))
            .collect();
    let found = publish(&metrics, &quarters, &before);
    let of = |code: &str| found.observations.iter().filter(|one| &*one.org_code == code && one.value.is_some()).count();
    // All quarters of A would give the year of A, and with the nation that of B.
    assert!(of("A") < 4 && of("B") == 3, "{:?}", withheld(&found));
}

/// Two metrics that differ in their limit have the same denominators; what one shows the other cannot hide.
#[test]
fn a_denominator_is_hidden_everywhere_or_nowhere() {
    let metrics = [metric("CRE-01", Shape::Proportion), metric("CRE-02", Shape::Proportion)];
    let mut figures = shares("CRE-01", &[("A", 0, 3), ("B", 2, 50), ("C", 30, 60), ("D", 40, 90), (NATIONAL, 72, 203)]);
    figures.extend(shares("CRE-02", &[("A", 0, 3), ("B", 30, 50), ("C", 40, 60), ("D", 50, 90), (NATIONAL, 120, 203)]));
    let found = publish(&metrics, &figures, &[]);
    let shown = |code: &str| found.observations.iter().any(|one| &*one.org_code == code && one.denominator.is_some());
    let hidden: Vec<&str> = ["A", "B", "C", "D", NATIONAL].into_iter().filter(|code| !shown(code)).collect();
    assert_eq!(hidden, ["A", "B", "C", "D"]);
}

/// Others show that A has three transactions, so its share is withheld whatever its numerator is: it may be 0 too.
#[test]
fn a_small_denominator_that_others_show_does_not_give_its_numerator_away() {
    let open = Metric { disclosure: Disclosure::None, ..metric("CRE-04", Shape::Count) };
    let metrics = [metric("CRE-01", Shape::Proportion), open];
    let mut figures = counts(Q1, &[("A", 3), ("B", 80), ("C", 90), (NATIONAL, 173)]);
    figures.extend(shares("CRE-01", &[("A", 3, 3), ("B", 20, 80), ("C", 40, 90), (NATIONAL, 63, 173)]));
    let found = publish(&metrics, &figures, &[]);
    assert_eq!(withheld(&found), ["CRE-01 A", "CRE-01 B", "CRE-01 C"]);
    let line =
        |measure: &str| found.evidence.iter().find(|line| &*line.org_code == "A" && line.measure == measure).unwrap();
    let (_, numerator) = line("numerator").ranges.unwrap();
    assert_eq!((line("numerator").hidden, numerator.lower, numerator.upper), ("primary", 0, Some(3)));
    // The rest of what is no count of people is none either.
    assert_eq!((line("rest").hidden, line("denominator").hidden), ("held_back", "already_published"));
    // Other numerators of A are known by then: B shows nothing and the nation nothing else.
    let figures =
        [&figures[..4], &shares("CRE-01", &[("A", 3, 3), ("B", 0, 80), ("C", 0, 90), (NATIONAL, 3, 173)])].concat();
    assert!(
        publish(&metrics, &figures, &[]).evidence.iter().all(|line| line.verdict != Some(CellProtection::Disclosed))
    );
}

/// One body has no figure in one of the metrics, and one differs. D's denominator is the same in both: were it shown by one
/// and the cover of A in the other, A would follow.
#[test]
fn a_shared_denominator_is_one_cell_although_not_all_bodies_agree() {
    let metrics = [metric("CRE-01", Shape::Proportion), metric("CRE-02", Shape::Proportion)];
    let first = [("A", 0, 3), ("B", 20, 50), ("C", 30, 60), ("D", 25, 55), ("E", 35, 70), (NATIONAL, 110, 238)];
    let second = [("A", 0, 3), ("C", 40, 58), ("D", 45, 55), ("E", 45, 70), (NATIONAL, 130, 186)];
    let found = publish(&metrics, &[shares("CRE-01", &first), shares("CRE-02", &second)].concat(), &[]);
    let shown = |id: &str, code: &str| {
        found
            .observations
            .iter()
            .any(|one| &*one.metric_id == id && &*one.org_code == code && one.denominator.is_some())
    };
    for code in ["A", "D", "E"] {
        assert_eq!(shown("CRE-01", code), shown("CRE-02", code), "{code}");
    }
    assert!(!shown("CRE-01", "A"));
    let covered = |id: &str| ["B", "C", "D", "E", NATIONAL].into_iter().filter(|code| !shown(id, code)).count() > 0;
    assert!(covered("CRE-01") && ["C", "D", "E", NATIONAL].into_iter().any(|code| !shown("CRE-02", code)));
    // Without a roll-up in common nothing says that these are the same counts.
    let mut apart = metrics.clone();
    apart[1].rollups = vec!["another".to_owned()];
    let found = publish(&apart, &[shares("CRE-01", &first), shares("CRE-02", &second)].concat(), &[]);
    let all =
        ["CRE-01 A", "CRE-01 B", "CRE-01 C", "CRE-01 D", "CRE-01 E", "CRE-02 A", "CRE-02 C", "CRE-02 D", "CRE-02 E"];
    assert_eq!(withheld(&found), all);
}

#[test]
fn parts_add_up_to_the_headline() {
    let mut whole = metric("CRE-01", Shape::Count);
    let part = |key: &str| BreakdownCategory {
        key: key.to_owned(),
        title: key.to_owned(),
        shape: None,
        unit: None,
        better: None,
    };
    whole.breakdown = Some(Breakdown {
        column: "court".to_owned(),
        title: "Court".to_owned(),
        kind: BreakdownKind::Parts,
        categories: ["crown", "youth"].map(part).into(),
    });
    let one = |category: Option<&str>, count: i64| Observation {
        category: category.map(|key| Arc::new(Category { breakdown: "court".to_owned(), key: key.to_owned() })),
        ..figure(("CRE-01", "A", Q1), count, None)
    };
    let found = publish(&[whole], &[one(None, 45), one(Some("crown"), 42), one(Some("youth"), 3)], &[]);
    let shown: Vec<bool> = found.observations.iter().map(|one| one.value.is_some()).collect();
    assert_eq!(shown, [true, false, false]);
}

#[test]
fn a_total_with_unseen_parts_is_a_sum_with_a_remainder() {
    let metrics = [metric("CRE-04", Shape::Count)];
    // Two more records come from an organisation whose return is not complete: as few as those of A, and its cover.
    let found = publish(&metrics, &counts(Q1, &[("A", 3), ("B", 20), (NATIONAL, 25)]), &[]);
    assert_eq!(withheld(&found), ["A", "B"]);
    let found = publish(&metrics, &counts(Q1, &[("A", 30), ("B", 20), (NATIONAL, 52)]), &[]);
    assert_eq!(withheld(&found), ["A", "B"]);
    let line = &found.evidence.iter().find(|line| line.hidden == "primary").unwrap();
    assert_eq!((&*line.org_code, &*line.measure), (NATIONAL, "numerator beyond the organisations shown"));
    let found = publish(&metrics, &counts(Q1, &[("A", 3), ("B", 20), (NATIONAL, 22)]), &[]);
    assert_eq!((withheld(&found), found.unused.len()), (vec!["A".to_owned(), "B".to_owned()], 1));
}

#[test]
fn rolling_years_share_months_and_are_withheld_together() {
    let metrics = [metric("CRE-04", Shape::Count)];
    let mut figures = counts("12m-to-2025-03", &[("A", 3), ("B", 20), ("C", 40), (NATIONAL, 63)]);
    figures.extend(counts("12m-to-2025-06", &[("A", 8), ("B", 21), ("C", 40), (NATIONAL, 69)]));
    assert_eq!(withheld(&publish(&metrics, &figures, &[])), ["A", "B", "C", "A", "B", "C"]);
}

#[test]
fn a_figure_that_contradicts_another_names_no_count() {
    let mut figures = counts(Q1, &[("A", 8), ("B", 20), ("C", 40), (NATIONAL, 68)]);
    figures[0].status = Status::Missing("left 8 should be at most right 7".to_owned());
    let found = publish(&[metric("CRE-04", Shape::Count)], &figures, &[]);
    assert!(found.observations[0].numerator.is_none() && !found.observations[0].status.reason().contains('8'));
}

/// 107 within a day and 109 within three: two came in between.
#[test]
fn a_small_difference_of_two_metrics_is_a_small_count() {
    let metrics = [metric("CRE-01", Shape::Proportion), metric("CRE-02", Shape::Proportion)];
    let invariants = Definitions::built_in().unwrap().invariants;
    let groups = groups(&[]);
    let publish = |within_three: i64, earlier: &[Earlier]| {
        let day = [("A", 107, 150), ("B", 150, 200), ("C", 220, 300), (NATIONAL, 477, 650)];
        let three = [("A", within_three, 150), ("B", 170, 200), ("C", 250, 300), (NATIONAL, within_three + 420, 650)];
        let figures = [shares("CRE-01", &day), shares("CRE-02", &three)].concat();
        let (observations, rule) = (figures.as_slice(), RULE);
        let found = withhold(&PublicInput {
            metrics: &metrics,
            invariants: &invariants,
            groups: &groups,
            observations,
            pieces: &[],
            earlier,
            rule,
        });
        (figures, found.unwrap())
    };
    let (figures, found) = publish(109, &[]);
    assert_eq!(withheld(&found), ["CRE-01 A", "CRE-01 B", "CRE-01 C"]);
    let line = found.evidence.iter().find(|line| line.hidden == "primary").unwrap();
    assert_eq!(
        (&*line.metric_id, &*line.org_code, &*line.measure),
        ("CRE-02", "A", "numerator beyond CRE-01 numerator")
    );
    // None and many say nothing of anybody.
    assert_eq!(withheld(&publish(107, &[]).1), [""; 0]);
    assert_eq!(withheld(&publish(112, &[]).1), [""; 0]);
    // What an earlier edition shows is known.
    let before: Vec<Earlier> = figures.iter().map(|one| earlier("r1", one, true)).collect();
    let (_, found) = publish(109, &before);
    assert_eq!((withheld(&found).len(), found.evidence[0].hidden), (0, "already_published"));
}

/// A share of A in a period, with those of B and the nation: numerator and rest of A; B has 100 and 20 in each month.
fn shares_of(period: &str, (numerator, rest): (i64, i64), months: i64) -> Vec<Observation> {
    let (other, others_rest) = (100 * months, 20 * months);
    let all = numerator + rest + other + others_rest;
    [("A", numerator, numerator + rest), ("B", other, other + others_rest), (NATIONAL, numerator + other, all)]
        .iter()
        .map(|(code, x, n)| figure(("CRE-01", code, period), *x, Some(*n)))
        .collect()
}

fn all_shown(release: &str, figures: &[Observation]) -> Vec<Earlier> {
    figures.iter().map(|one| earlier(release, one, true)).collect()
}

/// Periods in which an organisation is shown.
fn periods_of(found: &PublicFigures, code: &str) -> Vec<String> {
    let shown = found.observations.iter().filter(|one| &*one.org_code == code && one.numerator.is_some());
    shown.map(|one| one.period.to_string()).collect()
}

fn publish_with(observations: &[Observation], pieces: &[Observation], earlier: &[Earlier]) -> PublicFigures {
    let (metrics, groups) = ([metric("CRE-01", Shape::Proportion)], groups(&[]));
    let (observations, rule) = (observations, RULE);
    withhold(&PublicInput { metrics: &metrics, invariants: &[], groups: &groups, observations, pieces, earlier, rule })
        .unwrap()
}

/// 42 in the quarter, 20 in April and 20 in May: the two of June, which nobody published, are there for everybody.
#[test]
fn a_month_that_no_edition_shows_does_not_follow_from_its_quarter() {
    let months = [("2025-04", (100, 20)), ("2025-05", (100, 20)), ("2025-06", (100, 2))];
    let of = |at: usize| shares_of(months[at].0, months[at].1, 1);
    let quarter = shares_of(Q1, (300, 42), 3);
    let pieces: Vec<Observation> = (0..3).flat_map(of).collect();
    let earlier_months = [all_shown("2025-04 r1", &of(0)), all_shown("2025-05 r1", &of(1))].concat();
    // Whether the run knows June or not.
    for pieces in [&pieces[..], &[]] {
        let found = publish_with(&quarter, pieces, &earlier_months);
        assert_eq!(withheld(&found), ["A", "B"]);
    }
    // With more in June nothing is wrong with it; nor is there with one month alone.
    let fair = shares_of(Q1, (300, 60), 3);
    assert!(publish_with(&fair, &[], &earlier_months).withheld.is_empty());
    assert!(publish_with(&quarter, &[], &earlier_months[..3]).withheld.is_empty());
    // The other way round: the quarter is public, and a month at a time comes after it.
    let first = [all_shown("2025-26Q1 r1", &quarter), all_shown("2025-04 r1", &of(0))].concat();
    assert_eq!(withheld(&publish_with(&of(1), &[], &first)), ["A", "B"]);
    let all: Vec<Observation> = (0..3).flat_map(of).collect();
    let found = publish_with(&all, &[], &all_shown("2025-26Q1 r1", &quarter));
    assert_eq!(periods_of(&found, "A").len(), 1, "{:?}", periods_of(&found, "A"));
    assert_eq!(periods_of(&found, NATIONAL).len(), 3);
}

#[test]
fn three_public_quarters_do_not_give_the_fourth_of_a_year_away() {
    let quarters: Vec<Earlier> = ["2024-25Q1", "2024-25Q2", "2024-25Q3"]
        .iter()
        .flat_map(|quarter| all_shown(quarter, &shares_of(quarter, (300, 20), 3)))
        .collect();
    let year = |rest: i64| shares_of("2024-25", (1200, rest), 12);
    assert_eq!(withheld(&publish_with(&year(63), &[], &quarters)), ["A", "B"]);
    assert!(publish_with(&year(80), &[], &quarters).withheld.is_empty());
    // The other way round.
    let last = shares_of("2024-25Q3", (300, 20), 3);
    let before = [all_shown("2024-25 r1", &year(63)), quarters[..6].to_vec()].concat();
    assert_eq!(withheld(&publish_with(&last, &[], &before)), ["A", "B"]);
}

/// What two rolling years do not share is the first quarter of the one and the last of the other. The first is public.
#[test]
fn rolling_years_that_overlap_do_not_give_a_quarter_away() {
    let rests = [20, 20, 20, 20, 2];
    let names = ["2024-25Q1", "2024-25Q2", "2024-25Q3", "2024-25Q4", "2025-26Q1"];
    let quarters: Vec<Observation> =
        names.iter().zip(rests).flat_map(|(name, rest)| shares_of(name, (300, rest), 3)).collect();
    let years = [shares_of("12m-to-2025-03", (1200, 80), 12), shares_of("12m-to-2025-06", (1200, 62), 12)].concat();
    let first = all_shown("2024-25Q1 r1", &quarters[..3]);
    let found = publish_with(&years, &quarters, &first);
    assert!(periods_of(&found, "A").is_empty() && periods_of(&found, NATIONAL).len() == 2, "{:?}", withheld(&found));
    // Alone they say of the two quarters only how much they differ.
    assert!(publish_with(&years, &quarters, &[]).withheld.is_empty());
}

/// 211 breaches in one revision and 210 in the next: one was withdrawn.
#[test]
fn a_small_change_between_revisions_is_a_small_count() {
    let first = shares_of(Q1, (200, 11), 3);
    let before = all_shown("2025-26Q1 r1", &first);
    assert_eq!(withheld(&publish_with(&shares_of(Q1, (200, 10), 3), &[], &before)), ["A", "B", NATIONAL]);
    assert!(publish_with(&first, &[], &before).withheld.is_empty());
    assert!(publish_with(&shares_of(Q1, (200, 18), 3), &[], &before).withheld.is_empty());
}

/// Of an organisation's work only the number of cases decides.
#[test]
fn figures_of_work_are_withheld_by_their_denominator_alone() {
    let metrics = [Metric { disclosure: Disclosure::Work, ..metric("CRE-01", Shape::Proportion) }];
    let figures = shares(
        "CRE-01",
        &[("A", 9, 9), ("B", 0, 9), ("C", 10, 10), ("D", 2, 10), ("E", 99, 100), (NATIONAL, 120, 138)],
    );
    let found = publish(&metrics, &figures, &[]);
    assert_eq!(withheld(&found), ["A", "B"]);
    assert!(found.withheld.is_empty() && found.few_cases.len() == 2 && found.evidence.is_empty());
}

/// The percentile of the same cases would be the delay of a case whose rank follows from their number.
#[test]
fn metrics_of_one_set_of_cases_are_withheld_together() {
    let work = |id, shape| Metric { disclosure: Disclosure::Work, ..metric(id, shape) };
    let metrics = [work("CRE-01", Shape::Proportion), work("CRE-03", Shape::Distribution)];
    let figures = [
        shares("CRE-01", &[("A", 8, 9), ("B", 8, 11), (NATIONAL, 16, 20)]),
        shares("CRE-03", &[("A", 9, 10), ("B", 12, 12), (NATIONAL, 21, 22)]),
    ]
    .concat();
    let (invariants, groups) = (Definitions::built_in().unwrap().invariants, groups(&[]));
    let (observations, rule) = (figures.as_slice(), RULE);
    let found = withhold(&PublicInput {
        metrics: &metrics,
        invariants: &invariants,
        groups: &groups,
        observations,
        pieces: &[],
        earlier: &[],
        rule,
    });
    assert_eq!(withheld(&found.unwrap()), ["CRE-01 A", "CRE-03 A"]);
}

/// Denominators of A and B are the same in two metrics, those of C are not. Every way to fill what neither shows, as the
/// values that A, B, the two of C and the two of the nation can have.
fn values_of_shared(known: [Option<i64>; 6]) -> [BTreeSet<i64>; 6] {
    let mut found: [BTreeSet<i64>; 6] = Default::default();
    let choices = |at: usize| known[at].map_or(0..=14, |value| value..=value);
    for a in choices(0) {
        for b in choices(1) {
            for one in choices(2) {
                for other in choices(3) {
                    let world = [a, b, one, other, a + b + one, a + b + other];
                    if world.iter().zip(known).all(|(value, known)| known.is_none_or(|known| known == *value)) {
                        found.iter_mut().zip(world).for_each(|(found, value)| found.extend([value]));
                    }
                }
            }
        }
    }
    found
}

/// Counts of three bodies and their sum in two metrics, the first never above the second: every way to fill what is not
/// shown with 0 to 9, as the values that each can have, and last what the second has more.
fn values_of_ordered(known: [[Option<i64>; 4]; 2]) -> [[BTreeSet<i64>; 4]; 3] {
    let fill = |known: [Option<i64>; 4]| {
        let choices = move |at: usize| known[at].map_or(0..=9_i64, |value| value..=value);
        let worlds =
            choices(0).flat_map(move |a| choices(1).flat_map(move |b| choices(2).map(move |c| [a, b, c, a + b + c])));
        worlds.filter(|world| known[3].is_none_or(|total| total == world[3])).collect::<Vec<_>>()
    };
    let (ones, others) = (fill(known[0]), fill(known[1]));
    let mut found: [[BTreeSet<i64>; 4]; 3] = Default::default();
    for one in &ones {
        for other in others.iter().filter(|other| one.iter().zip(*other).all(|(one, other)| one <= other)) {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                for (found, value) in found.iter_mut().zip([*one, *other, other - one]) {
                    found[at].insert(value);
                }
            }
        }
    }
    found
}

const ORGANISATIONS: [&str; 4] = ["A", "B", "C", "D"];

/// Every way to fill the withheld organisations of published counts with 0 to 14, as ranges.
fn ranges_from_published(
    published: &BTreeMap<String, Option<i64>>,
    sums: &[(&str, &[&str])],
) -> BTreeMap<String, (i64, i64)> {
    let unknown: Vec<&str> = ORGANISATIONS.into_iter().filter(|code| published[*code].is_none()).collect();
    let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for code in 0..15_i64.pow(u32::try_from(unknown.len()).unwrap()) {
        let mut rest = code;
        let mut world: BTreeMap<&str, i64> =
            ORGANISATIONS.iter().filter_map(|code| Some((*code, published[*code]?))).collect();
        for name in &unknown {
            world.insert(name, rest % 15);
            rest /= 15;
        }
        let fits = sums.iter().all(|(total, parts)| {
            let sum: i64 = parts.iter().map(|part| world[part]).sum();
            published[*total].is_none_or(|total| total == sum)
        });
        if fits {
            let totals = sums.iter().map(|(total, parts)| (*total, parts.iter().map(|part| world[part]).sum()));
            for (name, value) in world.iter().map(|(name, value)| (*name, *value)).chain(totals) {
                let range = found.entry(name.to_owned()).or_insert((value, value));
                *range = (range.0.min(value), range.1.max(value));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

    /// The attacker has the published figures and nothing else.
    #[test]
    fn no_small_count_follows_from_what_is_published(values in prop::collection::vec(0..12_i64, 4)) {
        let sums: [(&str, &[&str]); 4] = [(NATIONAL, &ORGANISATIONS), ("REGION:N", &["A", "B"]), ("REGION:S", &["C", "D"]), ("PEERS:A", &["B", "C"])];
        let truth: BTreeMap<&str, i64> = ORGANISATIONS.into_iter().zip(values).collect();
        let mut figures: Vec<(&str, i64)> = truth.iter().map(|(code, count)| (*code, *count)).collect();
        figures.extend(sums.iter().map(|(total, parts)| (*total, parts.iter().map(|part| truth[part]).sum())));
        let observations = counts(Q1, &figures);
        let groups = groups(&sums[1..]);
        let metrics = [metric("CRE-04", Shape::Count)];
        let found = withhold(&PublicInput { metrics: &metrics, invariants: &[], groups: &groups, observations: &observations, pieces: &[], earlier: &[], rule: RULE }).unwrap();
        let published: BTreeMap<String, Option<i64>> = found.observations.iter().map(|one| (one.org_code.to_string(), one.numerator)).collect();
        let ranges = ranges_from_published(&published, &sums);
        for (code, count) in figures {
            if (1..5).contains(&count) {
                prop_assert_eq!(published[code], None);
                prop_assert!(ranges[code].0 < ranges[code].1, "{} follows from {:?}", code, published);
            }
        }
        let shown = ORGANISATIONS.iter().filter(|code| published[**code].is_some()).count();
        prop_assert!(shown == 0 || shown == ORGANISATIONS.len(), "{shown} organisations are shown");
    }

    #[test]
    fn no_small_count_follows_from_what_two_metrics_share(a in 1..12_i64, b in 1..12_i64, c in 3..12_i64, less in 1..3_i64) {
        let of_share = |id| Metric { disclosure: Disclosure::PersonsInDenominator, ..metric(id, Shape::Proportion) };
        let metrics = [of_share("CRE-01"), of_share("CRE-02")];
        let of = |id, c: i64| shares(id, &[("A", 20, a), ("B", 30, b), ("C", 40, c), (NATIONAL, 90, a + b + c)]);
        let found = publish(&metrics, &[of("CRE-01", c), of("CRE-02", c - less)].concat(), &[]);
        let shown = |metric: usize, code: usize| found.observations[metric * 4 + code].denominator;
        let known = [shown(0, 0).or(shown(1, 0)), shown(0, 1).or(shown(1, 1)), shown(0, 2), shown(1, 2), shown(0, 3), shown(1, 3)];
        let truth = [a, b, c, c - less, a + b + c, a + b + c - less];
        for ((values, truth), known) in values_of_shared(known).iter().zip(truth).zip(known) {
            prop_assert!(truth > 4 || (known.is_none() && values.len() > 1), "{truth} follows from {:?}", withheld(&found));
        }
    }

    #[test]
    fn no_small_count_follows_from_what_holds_by_definition(small in prop::collection::vec(1..8_i64, 3), more in prop::collection::vec(0..6_i64, 3)) {
        let metrics = [metric("CRE-01", Shape::Count), metric("CRE-02", Shape::Count)];
        let invariants = Definitions::built_in().unwrap().invariants;
        let large: Vec<i64> = small.iter().zip(more).map(|(small, more)| small + more).collect();
        let truth = [small, large].map(|values| [values[0], values[1], values[2], values.iter().sum()]);
        let figures: Vec<Observation> = ["CRE-01", "CRE-02"].into_iter().zip(truth).flat_map(|(id, values)| {
            ["A", "B", "C", NATIONAL].into_iter().zip(values).map(move |(code, count)| figure((id, code, Q1), count, None))
        }).collect();
        let groups = groups(&[]);
        let found = withhold(&PublicInput { metrics: &metrics, invariants: &invariants, groups: &groups, observations: &figures, pieces: &[], earlier: &[], rule: RULE }).unwrap();
        let shown = |metric: usize| [0, 1, 2, 3].map(|code| found.observations[metric * 4 + code].numerator);
        let values = values_of_ordered([shown(0), shown(1)]);
        let differences = [0, 1, 2, 3].map(|at| truth[1][at] - truth[0][at]);
        for (count, values) in truth.iter().chain([&differences]).flatten().zip(values.iter().flatten()) {
            prop_assert!(!(1..5).contains(count) || values.len() > 1, "{count} follows from {:?}", withheld(&found));
        }
    }
}
