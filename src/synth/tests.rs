//! Tests of the nation as a whole: same bytes for the same plan, rows where they belong, faults where they are said to be.
//! They read the files back; they test no figure of a metric.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;
use moments::london_day;

pub fn plan(from: &str, to: &str) -> NationPlan {
    NationPlan { from: from.parse().unwrap(), to: to.parse().unwrap(), scale: 0.0002, seed: 11 }
}

pub fn generate(plan: &NationPlan) -> (tempfile::TempDir, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let summary = write_nation(plan, &folder.path().join("nation"), &mut |_| {}).unwrap();
    (folder, summary)
}

/// Every file below a folder, by its path from there.
pub fn files_below(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.insert(path.strip_prefix(folder).unwrap().display().to_string(), path);
        }
    }
    found
}

/// The rows of a file, or nothing when it cannot be read.
pub fn rows_of(path: &Path) -> Option<Vec<RecordBatch>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).ok()?;
    Some(reader.build().unwrap().map(Result::unwrap).collect())
}

pub fn part<'a>(path: &'a str, name: &str) -> &'a str {
    path.split('/').find_map(|part| part.strip_prefix(name)).unwrap_or("")
}

/// Days since 1970-01-01 of every cell of a date or time column.
fn days_of(batch: &RecordBatch, name: &str) -> Vec<i32> {
    let column = batch.column_by_name(name).unwrap();
    match column.as_primitive_opt::<Date32Type>() {
        Some(dates) => dates.iter().flatten().collect(),
        None => column.as_primitive::<TimestampMicrosecondType>().iter().flatten().map(london_day).collect(),
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_does_not() {
    let plan = plan("2024-02", "2024-02");
    let ((one, summary), (two, again)) = (generate(&plan), generate(&plan));
    let ((one, two), (other, _)) =
        ((files_below(one.path()), files_below(two.path())), generate(&NationPlan { seed: 12, ..plan }));
    assert_eq!(summary, again);
    assert_eq!(u64::try_from(one.len()).unwrap(), summary.files + 1);
    assert!(one.keys().eq(two.keys()));
    let bytes = |path: &PathBuf| std::fs::read(path).unwrap();
    assert!(one.values().zip(two.values()).all(|(a, b)| bytes(a) == bytes(b)));
    assert_ne!(files_below(other.path()).keys().collect::<Vec<_>>(), one.keys().collect::<Vec<_>>());
    let metropolitan =
        one.iter().find(|(path, _)| path.contains("rights_requests") && path.contains("E23000001")).unwrap();
    let leap_day: Vec<i32> = rows_of(metropolitan.1).unwrap().iter().flat_map(|b| days_of(b, "received_on")).collect();
    assert!(leap_day.contains(&chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().to_epoch_days()));
}

#[test]
fn rows_lie_in_their_month_keys_are_unique_and_faults_are_where_the_summary_says() {
    let (folder, summary) = generate(&plan("2025-02", "2025-03"));
    let (mut unreadable, mut repeated, mut implausible, mut twice) = (vec![], vec![], vec![], vec![]);
    let mut seen = HashSet::new();
    for (path, file) in files_below(&folder.path().join("nation")) {
        let (org, period) = (part(&path, "org="), part(&path, "period="));
        if org.is_empty() {
            continue;
        }
        let dataset = path.split('/').next().unwrap();
        if !seen.insert((dataset.to_owned(), org.to_owned(), period.to_owned())) {
            twice.push(format!("{dataset} {org} {period}"));
        }
        let Some(batches) = rows_of(&file) else {
            unreadable.push(format!("{dataset} {org} {period}"));
            continue;
        };
        for batch in batches {
            check_days(dataset, &path, &batch);
            if repeats_keys(dataset, &batch) {
                repeated.push(format!("{dataset} {org} {period}"));
            }
            if dataset == "arrest_summons" && created_before_event(&batch) {
                implausible.push(format!("{dataset} {org} {period}"));
            }
        }
    }
    assert_eq!(unreadable, ["court_results E23000024 2025-03"]);
    assert_eq!(repeated, ["arrest_summons E23000032 2025-03"]);
    assert_eq!(implausible, ["arrest_summons E23000003 2025-03"]);
    assert_eq!(twice, ["arrest_summons E23000011 2025-02", "court_results E23000011 2025-02"]);
    assert!(!seen.iter().any(|(_, org, period)| org == "E23000016" && period == "2025-02"));
    assert!(!seen.iter().any(|(dataset, org, _)| org == "E23000039" && dataset == "rights_requests"));
    for named in
        ["E23000024", "E23000032", "E23000003", "E23000011", "E23000016", "E23000039", "E23000018", "E23000013"]
    {
        assert!(summary.faults.iter().any(|fault| fault.contains(named)), "{named} is not in the list of faults");
    }
}

/// The period field lies in the path's month, and nothing that was recorded lies on or after the submitted day.
fn check_days(dataset: &str, path: &str, batch: &RecordBatch) {
    let month: Month = part(path, "period=").parse().unwrap();
    let submitted: chrono::NaiveDate = part(path, "submitted=").parse().unwrap();
    let (begins, snapshot, recorded): (&[&str], bool, &[&str]) = match dataset {
        "transactions" => (&["occurred_at"], false, &[]),
        "arrest_summons" => (&["event_at"], false, &["created_at"]),
        "court_results" => (&["received_at"], false, &["updated_at"]),
        "transaction_audits" => (&["audited_on"], false, &[]),
        "rights_requests" => {
            (&["received_on"], false, &["closed_on", "information_asked_on", "information_received_on"])
        }
        "hearing_messages" => (&["received_at"], false, &[]),
        "access_agreements" => (&["signed_on"], true, &[]),
        "user_accounts" => {
            (&["created_on"], true, &["first_access_on", "last_login_on", "left_on", "closed_on", "trained_on"])
        }
        "impending_prosecutions" => (&["opened_on", "closed_on", "last_investigated_on"], true, &[]),
        "open_cases" => (&["event_at", "received_on"], true, &[]),
        "quality_checks" => (&["resolved_on"], false, &["checked_on"]),
        "incidents" => (&["aware_at"], true, &["ico_notified_at", "closed_on"]),
        "retention_reviews" => (&[], true, &["reviewed_on", "disposed_on"]),
        "governance" => (&["held_on"], false, &[]),
        "outages" => (&["started_at"], true, &["ended_at"]),
        "holdings" | "stated_totals" => (&[], true, &[]),
        _ => panic!("{dataset} is not checked"),
    };
    let span = month.first_day().to_epoch_days()..=month.last_day().to_epoch_days();
    let inside = |day: &i32| span.contains(day) || (snapshot && day <= span.end());
    for name in begins {
        assert!(days_of(batch, name).iter().all(inside), "{path} {name}");
    }
    for name in recorded {
        assert!(days_of(batch, name).iter().all(|day| *day <= submitted.to_epoch_days()), "{path} {name}");
    }
}

fn repeats_keys(dataset: &str, batch: &RecordBatch) -> bool {
    if dataset == "transactions" {
        return false;
    }
    let keys = batch.column(1).as_string::<i32>();
    keys.iter().collect::<HashSet<_>>().len() < keys.len()
}

fn created_before_event(batch: &RecordBatch) -> bool {
    let times = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<TimestampMicrosecondType>().clone();
    times("created_at").iter().zip(&times("event_at")).any(|(created, event)| created.is_some() && created < event)
}

#[test]
fn reason_codes_and_lengths_keep_to_their_ranges() {
    let plan = plan("2025-04", "2025-04");
    let nation = Nation::new(&plan).unwrap();
    let submissions = nation.submissions();
    let largest =
        submissions.iter().find(|s| s.code().as_str() == "E23000001" && s.dataset == Dataset::Transactions).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let mut rows = row_file::RowFile::create(&path, transactions::COLUMNS).unwrap();
    transactions::write(largest, &mut rows).unwrap();
    rows.close().unwrap();
    for batch in rows_of(&path).unwrap() {
        let within = |name: &str, most: i64| {
            let column = batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
            column.iter().flatten().all(|value| (0..=most).contains(&value))
        };
        assert!(within("reason_code", 9) && within("justification_length", 250) && within("response_ms", 60_000));
    }
}

#[test]
fn messages_are_resolved_as_their_exception_allows_and_bodies_outside_the_police_send_their_agreements() {
    let (folder, _) = generate(&plan("2025-02", "2025-02"));
    let (mut ways, mut agreements) = (BTreeMap::new(), BTreeMap::new());
    for (path, file) in files_below(&folder.path().join("nation")) {
        for batch in rows_of(&file).into_iter().flatten() {
            let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
            if path.starts_with("hearing_messages/") {
                for (code, resolution) in text("exception_code").iter().zip(&text("resolution")) {
                    *ways.entry((code.is_some(), resolution.unwrap().to_owned())).or_insert(0) += 1;
                }
            } else if path.starts_with("access_agreements/") {
                agreements.insert(part(&path, "org=").to_owned(), batch.num_rows());
            }
        }
    }
    let met: Vec<(bool, &str)> = ways.keys().map(|(exception, resolution)| (*exception, resolution.as_str())).collect();
    let expected =
        [(false, "automated"), (false, "unresolved"), (true, "manual"), (true, "resubmitted"), (true, "unresolved")];
    assert_eq!(met, expected);
    let most = ways.values().max();
    assert_eq!(ways.get(&(false, "automated".to_owned())), most);
    assert_eq!(agreements.keys().collect::<Vec<_>>(), ["LM-DBS", "LM-DVLA", "LM-EA", "LM-FCA"]);
    assert!(agreements.values().all(|rows| (1..=2).contains(rows)));
}

#[test]
fn plans_that_make_no_sense_are_refused() {
    let refused = |plan: NationPlan| plan.check().is_err();
    assert!(refused(plan("2025-04", "2025-03")));
    assert!(refused(plan("2000-01", "2025-03")));
    for scale in [0.0, -1.0, f64::NAN, 11.0] {
        assert!(refused(NationPlan { scale, ..plan("2025-04", "2025-04") }));
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("real.parquet"), "").unwrap();
    let result = write_nation(&plan("2025-04", "2025-04"), folder.path(), &mut |_| {});
    assert!(matches!(result, Err(SynthError::NotEmpty(_))));
}
