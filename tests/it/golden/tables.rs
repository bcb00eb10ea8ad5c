//! Result tables as text: columns and types, counts and digests of all rows by metric, and chosen rows with a line for each
//! cell, so that a changed number is one changed line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::kept::digest;
use crate::support::rows_of;

/// A table up to this length is kept whole.
const SHORT: usize = 24;

/// Of a longer one, at most so many rows are kept.
const MOST_ROWS: usize = 60;

/// Columns that say which row it is, in the order in which they are printed.
const NAMES: [&str; 4] = ["metric_id", "org_code", "category", "period"];

/// Which rows of long tables are kept.
pub struct Chosen<'a> {
    pub metrics: &'a [&'a str],
    pub bodies: &'a [&'a str],
    /// Only rows of this period, where the table has periods.
    pub period: &'a str,
}

/// A result table in words, from its CSV and its Parquet file, which must say the same.
pub fn describe(csv_path: &Path, chosen: &Chosen<'_>) -> String {
    let text = std::fs::read_to_string(csv_path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<Row> = reader.records().map(|record| Row::new(&columns, &record.unwrap())).collect();
    let mut words = String::new();
    write_columns(&csv_path.with_extension("parquet"), &columns, &rows, &mut words);
    write_digests(&rows, &mut words);
    let (kept, how) = kept_rows(&rows, chosen);
    let _ = writeln!(words, "\n{how}");
    for row in kept {
        write_row(row, &mut words);
    }
    words
}

struct Row {
    cells: Vec<(String, String)>,
}

impl Row {
    fn new(columns: &[String], record: &csv::StringRecord) -> Self {
        Self { cells: columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect() }
    }

    fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        self.cells.iter().flat_map(|(_, value)| [value.as_str(), "\u{1f}"]).collect()
    }

    fn is_chosen(&self, chosen: &Chosen<'_>) -> bool {
        let is = |column: &str, among: &[&str]| self.get(column).is_none_or(|value| among.contains(&value));
        is("metric_id", chosen.metrics) && is("org_code", chosen.bodies) && is("period", &[chosen.period])
    }
}

/// Names and types, which the Parquet file states. What it holds is what the CSV file says.
fn write_columns(parquet: &Path, columns: &[String], rows: &[Row], words: &mut String) {
    let schema = ParquetRecordBatchReaderBuilder::try_new(File::open(parquet).unwrap()).unwrap().schema().clone();
    let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, columns.iter().collect::<Vec<_>>(), "{} has other columns than its CSV", parquet.display());
    assert_eq!(rows_of(parquet).len(), rows.len(), "{} has other rows than its CSV", parquet.display());
    words.push_str("Columns:\n");
    for field in schema.fields() {
        let optional = if field.is_nullable() { ", may be empty" } else { "" };
        let _ = writeln!(words, "    {}: {}{optional}", field.name(), field.data_type());
    }
}

/// How many rows there are, with a digest of them all, and by metric.
fn write_digests(rows: &[Row], words: &mut String) {
    let all: String = rows.iter().map(Row::text).collect();
    let _ = writeln!(words, "\nRows: {} in all, digest {}", rows.len(), digest(&all));
    let mut by_metric: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for row in rows {
        let Some(metric) = row.get("metric_id") else { return };
        let (count, text) = by_metric.entry(metric).or_default();
        *count += 1;
        text.push_str(&row.text());
    }
    for (metric, (count, text)) in by_metric {
        let _ = writeln!(words, "    {metric}: {count}, digest {}", digest(&text));
    }
}

fn kept_rows<'r>(rows: &'r [Row], chosen: &Chosen<'_>) -> (Vec<&'r Row>, String) {
    if rows.len() <= SHORT {
        return (rows.iter().collect(), "All rows:".to_owned());
    }
    let found: Vec<&Row> = rows.iter().filter(|row| row.is_chosen(chosen)).take(MOST_ROWS).collect();
    if found.len() >= SHORT / 2 {
        let how =
            format!("Rows of {} for {} in {}:", chosen.metrics.join(", "), chosen.bodies.join(", "), chosen.period);
        return (found, how);
    }
    // Spread over the table, so that every part of a table without the chosen rows is seen.
    let step = rows.len().div_ceil(SHORT);
    (rows.iter().step_by(step).collect(), format!("Every row that comes {step} after the last, from the first on:"))
}

fn write_row(row: &Row, words: &mut String) {
    let name: Vec<&str> = NAMES.iter().filter_map(|column| row.get(column)).filter(|value| !value.is_empty()).collect();
    let _ = writeln!(words, "\n{}", name.join(" · "));
    for (column, value) in &row.cells {
        if !NAMES.contains(&column.as_str()) && !value.is_empty() {
            let _ = writeln!(words, "    {column}: {value}");
        }
    }
}
