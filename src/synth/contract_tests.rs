//! Tests of the nation against the contracts and against itself: columns, senders and deadlines, rules, cases that stay
//! the same from month to month, and totals. They read the files back; they test no figure of a metric.

use std::collections::BTreeSet;

use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::row_file::ColumnType;
use super::tests::{files_below, generate, part, plan, rows_of};
use super::*;
use crate::app::check::{CheckOptions, check};
use crate::definitions::Definitions;
use crate::definitions::model::FieldType;
use crate::settings::Settings;
use crate::vocabulary::finding::FindingLevel;

/// The cells of a row by column, as text; an empty cell is an empty text.
type TestRow = BTreeMap<String, String>;
/// The rows of a dataset by organisation, month and key. The later of two submissions stands.
type Returns = BTreeMap<(String, Month), BTreeMap<String, TestRow>>;

/// What the whole files of `dataset` below `folder` hold.
fn returns_of(folder: &Path, dataset: &str) -> Returns {
    let mut returns = Returns::new();
    for (path, file) in files_below(&folder.join("nation").join(dataset)) {
        let Some(batches) = rows_of(&file) else { continue };
        let rows = batches.iter().flat_map(rows_as_text).map(|row| (row[KEY].clone(), row)).collect();
        returns.insert((part(&path, "org=").to_owned(), part(&path, "period=").parse().unwrap()), rows);
    }
    returns
}

/// Name under which each row also holds its key, which is the second column of every dataset here.
const KEY: &str = "key";

fn rows_as_text(batch: &arrow::array::RecordBatch) -> Vec<TestRow> {
    let options = FormatOptions::default();
    let schema = batch.schema();
    let columns: Vec<(&str, ArrayFormatter<'_>)> = (schema.fields().iter().zip(batch.columns()))
        .map(|(field, column)| (field.name().as_str(), ArrayFormatter::try_new(column.as_ref(), &options).unwrap()))
        .collect();
    let row = |number: usize| {
        let cells = columns.iter().map(|(name, cells)| ((*name).to_owned(), cells.value(number).to_string()));
        let mut row: TestRow = cells.collect();
        row.insert(KEY.to_owned(), columns[1].1.value(number).to_string());
        row
    };
    (0..batch.num_rows()).map(row).collect()
}

#[test]
fn columns_senders_and_deadlines_are_those_of_the_contracts() {
    let definitions = Definitions::built_in().unwrap();
    let nation = Nation::new(&plan("2025-03", "2025-03")).unwrap();
    for dataset in Dataset::ALL {
        let name = dataset.as_str();
        let contract = definitions.contract(name).unwrap_or_else(|| panic!("{name} has no contract"));
        let kind = |field| match field {
            FieldType::String => ColumnType::Text,
            FieldType::Integer => ColumnType::Int,
            FieldType::Boolean => ColumnType::Flag,
            FieldType::Date => ColumnType::Date,
            FieldType::Timestamp => ColumnType::Time,
        };
        let fields: Vec<_> =
            contract.fields.iter().map(|f| (f.name.as_str(), kind(f.field_type), f.required)).collect();
        let columns = work::columns(dataset).iter();
        let columns: Vec<_> = columns.map(|(n, kind, need)| (*n, *kind, *need == row_file::Need::Required)).collect();
        assert_eq!(columns, fields, "{name}");
        assert_eq!(Some(dataset.deadline_days()), contract.deadline_days.map(u64::from), "{name}");
        for member in nation.members.iter().filter(|member| !member.is_unattributed()) {
            let expected = contract.expected_from.contains(&member.body.kind);
            assert_eq!(member.submits(dataset), expected, "{name} {}", member.body.code);
        }
    }
}

#[test]
fn the_rules_of_the_contracts_hold_but_for_the_planted_faults() {
    let (folder, _) = generate(&plan("2025-02", "2025-03"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let found = runtime.block_on(async {
        let context = crate::app::Context::with(None, Settings::default()).await.unwrap();
        let options = CheckOptions {
            source: folder.path().join("nation").as_path().into(),
            work: folder.path().join("work"),
            date: crate::intake::DataDate { as_of: None, today: "2025-12-01".parse().unwrap() },
            quiet: true,
        };
        check(&context, &options).await.unwrap()
    });
    let broken: BTreeSet<String> = (found.findings.iter())
        .filter(|finding| finding.level != FindingLevel::Reconciliation)
        .map(|finding| {
            format!("{} {} {}", finding.dataset, finding.org_code.as_deref().unwrap_or_default(), finding.rule)
        })
        .collect();
    let planted = [
        "arrest_summons E23000003 created_before_event",
        "arrest_summons E23000032 unique",
        "court_results E23000024 parquet",
    ];
    assert_eq!(broken.iter().map(String::as_str).collect::<Vec<_>>(), planted);
}

/// A dataset whose cases are listed in several months: columns that never change, columns that are set once, and the
/// column that says that a case is over, with the months after which it must be listed no more.
type Lasting = (&'static str, &'static [&'static str], &'static [&'static str], fn(&TestRow) -> bool);

const LASTING: [Lasting; 4] = [
    ("impending_prosecutions", &["opened_on"], &["closed_on"], |row| row["closed_on"].is_empty()),
    ("incidents", &["aware_at", "notifiable", "category"], &["ico_notified_at", "closed_on", "outcome"], |row| {
        row["closed_on"].is_empty()
    }),
    (
        "retention_reviews",
        &["kind", "due_on", "wrongly_deleted"],
        &["reviewed_on", "decision", "rationale_recorded", "disposed_on"],
        |row| row["disposed_on"].is_empty() && row["decision"] != "retain",
    ),
    ("outages", &["system", "started_at", "planned"], &["ended_at"], |row| row["ended_at"].is_empty()),
];

#[test]
fn a_case_is_the_same_in_every_month_and_is_listed_while_it_is_open() {
    let (folder, _) = generate(&NationPlan { scale: 0.001, ..plan("2025-01", "2025-04") });
    for (dataset, fixed, set_once, open) in LASTING {
        let returns = returns_of(folder.path(), dataset);
        let (mut met_again, mut closed_since) = (0, 0);
        for ((org, month), rows) in &returns {
            let Some(next) = returns.get(&(org.clone(), month.plus(1))) else { continue };
            for (key, row) in rows {
                let Some(again) = next.get(key) else {
                    assert!(!open(row), "{dataset} {org} {month}: {key} is open and then gone");
                    continue;
                };
                met_again += 1;
                closed_since += usize::from(open(row) && !open(again));
                assert!(fixed.iter().all(|name| row[*name] == again[*name]), "{row:?} became {again:?}");
                let kept = |name: &&str| row[*name].is_empty() || row[*name] == again[*name];
                assert!(set_once.iter().all(kept), "{row:?} became {again:?}");
                if dataset == "impending_prosecutions" {
                    assert!(open(row) && row["last_investigated_on"] <= again["last_investigated_on"], "{again:?}");
                }
            }
        }
        assert!(met_again > 0 && (closed_since > 0 || dataset == "outages"), "{dataset}: no case is listed twice");
    }
}

#[test]
fn stated_totals_count_the_last_returns_but_for_the_planted_ones() {
    let (folder, summary) = generate(&plan("2025-02", "2025-03"));
    let stated = returns_of(folder.path(), "stated_totals");
    let mut differing = Vec::new();
    let sent = |dataset: &Dataset| *dataset != Dataset::StatedTotals && dataset.is_sent_for("2025-03".parse().unwrap());
    for dataset in Dataset::ALL.into_iter().filter(sent) {
        // Rows, not keys: one force repeats some.
        let mut held: BTreeMap<(String, Month), usize> = BTreeMap::new();
        for (path, file) in files_below(&folder.path().join("nation").join(dataset.as_str())) {
            let Some(batches) = rows_of(&file) else { continue };
            let rows = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
            held.insert((part(&path, "org=").to_owned(), part(&path, "period=").parse().unwrap()), rows);
        }
        for ((org, month), rows) in held {
            let Some(totals) = stated.get(&(org.clone(), month)) else {
                assert!(!org.starts_with('E') && !org.starts_with('W'), "{org} states nothing for {month}");
                continue;
            };
            let records: i64 = totals[dataset.as_str()]["records"].parse().unwrap();
            let more = records - i64::try_from(rows).unwrap();
            if more != 0 {
                differing.push(format!("{} {org} {month} {more}", dataset.as_str()));
            }
        }
    }
    let planted = [
        "arrest_summons E23000020 2025-03 3",
        "user_accounts E23000029 2025-02 -12",
        "hearing_messages E23000035 2025-03 2",
    ];
    assert_eq!(differing, planted);
    assert_eq!(summary.faults.iter().filter(|fault| fault.contains("stated_totals")).count(), planted.len());
}
