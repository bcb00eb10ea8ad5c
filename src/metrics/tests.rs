//! Tests of the period engine: what is there, what is not, and what an aggregate rests on.

use chrono::NaiveDate;

use super::monthly::{Amounts, MonthlyRow};
use super::{FigureSource, Grid, Group, PeriodInput, observe, prove};
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::engine::{Engine, EngineSettings};
use crate::sources::{MonthSpan, Submission, SubmissionScope, SubmittedTable};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::finding::FindingLevel;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

const NATIONAL: &str = "NATIONAL";

const AS_OF: &str = "2025-07-15";

fn definitions() -> Definitions {
    Definitions::built_in().unwrap()
}

/// What a run need not prove again.
#[tokio::test]
async fn every_built_in_statement_is_proven() {
    let settings = EngineSettings { threads: 2, memory_limit_bytes: 1 << 28, spill_dir: None };
    let mut definitions = definitions();
    let engine = Engine::new(&settings, None).unwrap();
    assert_eq!(prove(&engine, &definitions).await, []);
    // The proof sees what it is there for.
    let version = definitions.metrics[0].versions.last_mut().unwrap();
    version.sql = version.sql.replacen("SELECT", "SELECT 1 AS more,", 1);
    assert_ne!(prove(&engine, &definitions).await, []);
}

fn admission(table: SubmittedTable, org: &str, period: &str) -> Admission {
    let period: Period = period.parse().unwrap();
    let span = MonthSpan { first: period.first, last: period.last() };
    let submission = Submission {
        table,
        submitted: "2025-05-10".parse().unwrap(),
        first_submitted: "2025-05-10".parse().unwrap(),
        scope: Some(SubmissionScope { sender: org.parse().unwrap(), span }),
        files: Vec::new(),
        unusable: Vec::new(),
    };
    Admission { submission, fingerprint: String::new(), files: Vec::new(), findings: Vec::new(), recalled: false }
}

fn records(org: &str, month: &str) -> Admission {
    admission(SubmittedTable::Records("arrest_summons".into()), org, month)
}

fn row(org: &str, month: &str, numerator: i64, denominator: i64) -> MonthlyRow {
    let amounts = Amounts::Counts { numerator, denominator: Some(denominator) };
    MonthlyRow { org_code: org.into(), month: month.parse().unwrap(), category: None, amounts, longer_span: None }
}

/// CRE-01 for two forces that must return and whatever was admitted.
fn figures(rows: &[MonthlyRow], admitted: &[Admission], period: &str) -> Vec<Observation> {
    figures_of("CRE-01", rows, admitted, period)
}

fn figures_of(metric: &str, rows: &[MonthlyRow], admitted: &[Admission], period: &str) -> Vec<Observation> {
    let definitions = definitions();
    let organisations = [Organisation::force("A"), Organisation::force("B")];
    let mut grid = Grid::new(
        &definitions.contracts,
        Lives::unchanging(&organisations).into(),
        AS_OF.parse::<NaiveDate>().unwrap(),
    );
    for admission in admitted {
        grid.enter("arrest_summons", admission, 5);
    }
    let metric: &Metric = definitions.metric(metric).unwrap();
    let source = FigureSource {
        dataset: "arrest_summons".into(),
        rollup_folder: format!("rollup-{}", metric.rollups[0]),
        by_other_month: false,
    };
    let group =
        |code: &str, members: &[&str]| Group::of(code.into(), members.iter().map(|member| (*member).into()).collect());
    let groups = [group("A", &["A"]), group("B", &["B"]), group(NATIONAL, &[])];
    let periods = [period.parse().unwrap()];
    let sources = [source];
    observe(&PeriodInput { metric, sources: &sources, rows, grid: &grid, groups: &groups, periods: &periods })
}

fn of<'o>(observations: &'o [Observation], code: &str) -> &'o Observation {
    observations.iter().find(|observation| *observation.org_code == *code && observation.category.is_none()).unwrap()
}

#[test]
fn a_quarter_without_one_month_is_missing_for_the_force_and_partly_covered_for_the_nation() {
    let rows = [row("A", "2025-04", 1, 2), row("A", "2025-05", 3, 4), row("B", "2025-04", 1, 1)];
    let months = ["2025-04", "2025-05", "2025-06"].map(|month| records("A", month));
    let mut admitted = months.to_vec();
    admitted.push(records("B", "2025-04"));
    let found = figures(&rows, &admitted, "2025-26Q1");
    let a = of(&found, "A");
    assert_eq!((a.numerator, a.denominator, a.status.clone()), (Some(4), Some(6), Status::Value));
    // May's returns were due on 21 June, June's are due on 21 July, after the data date.
    let reason = "not yet due; not returned (May 2025, June 2025)".to_owned();
    assert_eq!(of(&found, "B").status, Status::Missing(reason));
    let nation = of(&found, NATIONAL);
    let coverage = nation.coverage.unwrap();
    assert_eq!((nation.numerator, coverage.returned, coverage.expected), (Some(5), 4, 6));
}

#[test]
fn nothing_returned_is_not_returned_and_nothing_counted_is_not_applicable() {
    let found = figures(&[], &[records("A", "2025-04")], "2025-04");
    assert_eq!(of(&found, "A").status, Status::NotApplicable("no cases".into()));
    assert_eq!(of(&found, "B").status, Status::NotReturned);
    assert_eq!(of(&found, NATIONAL).status, Status::NotApplicable("no cases".into()));
}

#[test]
fn a_refused_return_says_so_and_is_not_in_the_nation() {
    let mut refused = records("B", "2025-04");
    let finding = refused.submission.finding(FindingLevel::Blocking, "unique", "twice".into());
    refused.findings.push(finding);
    let rows = [row("A", "2025-04", 1, 2), row("B", "2025-04", 9, 9)];
    let found = figures(&rows, &[records("A", "2025-04"), refused], "2025-04");
    assert_eq!(
        of(&found, "B").status,
        Status::Missing("the return of arrest summons failed a check (April 2025)".into())
    );
    assert_eq!((of(&found, NATIONAL).numerator, of(&found, NATIONAL).denominator), (Some(1), Some(2)));
}

#[test]
fn a_roll_up_of_a_year_counts_in_that_year_only() {
    let year = admission(SubmittedTable::Rollup("arrest_summons_delay".into()), "A", "2024");
    let rows = [row("A", "2024-01", 70, 100)];
    let found = figures(&rows, std::slice::from_ref(&year), "2024");
    assert_eq!((of(&found, "A").numerator, of(&found, "A").denominator), (Some(70), Some(100)));
    let found = figures(&rows, &[year], "2024Q1");
    let reason = "returned only for 2024-01 to 2024-12 as a whole (January 2024, February 2024, March 2024)".to_owned();
    assert_eq!(of(&found, "A").status, Status::Missing(reason));
    assert_eq!(of(&found, NATIONAL).status, Status::NotReturned);
}

#[test]
fn a_numerator_above_its_denominator_is_refused_in_words() {
    let found = figures(&[row("A", "2025-04", 3, 2)], &[records("A", "2025-04")], "2025-04");
    assert!(
        matches!(&of(&found, "A").status, Status::Missing(reason) if reason.contains("not from 0 to the denominator")),
        "{:?}",
        of(&found, "A").status
    );
    assert!(of(&found, "A").value.is_none());
}

#[test]
fn a_historical_standard_holds_only_for_its_dates() {
    let level = |period: &str| {
        let month = period.parse::<Period>().unwrap();
        let found = figures(&[row("A", period, 9, 10)], &[records("A", &month.to_string())], period);
        of(&found, "A").standard.clone().map(|standard| (standard.level, standard.kind, standard.met))
    };
    assert_eq!(level("2023-03"), Some((90.0, "historical", Some(true))));
    // It ended on 4 April 2023.
    assert_eq!(level("2023-04"), None);
    assert_eq!(level("2025-04"), None);
}

#[test]
fn a_backlog_needs_the_month_before_too() {
    let backlog =
        MonthlyRow { amounts: Amounts::Counts { numerator: 7, denominator: None }, ..row("A", "2025-04", 7, 0) };
    let alone = figures_of("CRE-04", std::slice::from_ref(&backlog), &[records("A", "2025-04")], "2025-04");
    let reason = "needs March 2025 too (April 2025)".to_owned();
    assert_eq!(of(&alone, "A").status, Status::Missing(reason));
    assert_eq!(of(&alone, NATIONAL).status, Status::NotReturned);
    let both = [records("A", "2025-03"), records("A", "2025-04")];
    assert_eq!(of(&figures_of("CRE-04", &[backlog], &both, "2025-04"), "A").value, Some(7.0));
}

#[test]
fn a_backlog_of_roll_ups_needs_the_month_before_as_one_of_records_does() {
    let backlog =
        MonthlyRow { amounts: Amounts::Counts { numerator: 7, denominator: None }, ..row("A", "2025-04", 7, 0) };
    let rollup = |period: &str| admission(SubmittedTable::Rollup("arrest_summons_backlog".into()), "A", period);
    let value = |months: &[&str]| {
        let admitted: Vec<Admission> = months.iter().map(|month| rollup(month)).collect();
        of(&figures_of("CRE-04", std::slice::from_ref(&backlog), &admitted, "2025-04"), "A").value
    };
    assert_eq!(value(&["2025-03", "2025-04"]), Some(7.0));
    assert_eq!(value(&["2025-02", "2025-04"]), None, "March is not there");
    assert_eq!(value(&["2025-04"]), Some(7.0), "the first return of a body may hold all that came before");
}
