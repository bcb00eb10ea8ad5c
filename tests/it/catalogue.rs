//! The catalogue of result tables: `schemas/results.schema.json` and the table of `docs/results.md` are what it gives.
//! `LEDS_METRICS_RENEW=1 cargo test --test it catalogue` writes both anew.

pub mod rows;
mod schema;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leds_metrics::release::tables::{TableSpec, catalogue};
use similar::TextDiff;

/// The environment variable that renews the kept files in place of comparing them.
const RENEW: &str = "LEDS_METRICS_RENEW";

/// First line of the table in `docs/results.md`.
const HEAD: &str = "| table | one row for each |\n|---|---|\n";

#[test]
fn the_schema_of_the_results_is_what_the_catalogue_gives() {
    keep(&repository("schemas/results.schema.json"), &schema::text());
}

#[test]
fn the_documents_list_the_tables_of_the_catalogue() {
    let path = repository("docs/results.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(HEAD).unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let mut lines = String::new();
    for table in catalogue() {
        let _ = writeln!(lines, "| `{}` | {} |", table.name, table.row);
    }
    keep(&path, &format!("{before}{HEAD}{lines}\n{after}"));
}

#[test]
fn every_table_is_described_once_and_whole() {
    let names: Vec<&str> = catalogue().map(|table| table.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    for table in catalogue() {
        let columns: BTreeSet<&str> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(columns.len(), table.columns.len(), "{} names a column twice", table.name);
        assert!(!table.row.is_empty() && !table.sorted_by.is_empty(), "{} is not described", table.name);
        let undescribed = table.columns.iter().find(|column| !column.about.ends_with('.'));
        assert!(undescribed.is_none(), "{}: {undescribed:?} is not described", table.name);
        for column in named(table) {
            assert!(columns.contains(column), "{} has no column {column}", table.name);
        }
    }
}

/// Columns that the order and the rules of a table name.
fn named(table: &TableSpec) -> impl Iterator<Item = &'static str> {
    let conditions = table.rules.iter().flat_map(|rule| [rule.when, rule.then, rule.otherwise].concat());
    table.sorted_by.iter().copied().chain(conditions.map(|condition| condition.column))
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares a file with its text of today, or keeps that text where the environment asks for it.
fn keep(path: &Path, today: &str) {
    if std::env::var_os(RENEW).is_some() {
        fs::write(path, today).unwrap();
        return;
    }
    let kept = fs::read_to_string(path).unwrap();
    if kept != today {
        let diff = TextDiff::from_lines(kept.as_str(), today);
        panic!(
            "{} is not what the catalogue gives:\n{}\nIf that is meant, renew: {RENEW}=1 cargo test --test it catalogue",
            path.display(),
            diff.unified_diff().context_radius(2).header("kept", "today")
        );
    }
}
