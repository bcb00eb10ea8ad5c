//! Writes the rows that break a rule into a file that the force can be sent.
//! The files lie in the work folder, never in a release: they hold record-level rows. A text that is no code of its
//! column is not copied, because nobody knows what it says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, SecondsFormat};

use super::scan::{ORG_CODE, RuleCheck};
use crate::definitions::model::{Contract, Field};
use crate::sources::Submission;
use crate::spreadsheet::without_formula;
use crate::vocabulary::sender_code::SenderCode;

/// Rows written per rule; the finding says how many there are in all.
pub(super) const MOST_ROWS: usize = 1_000;

/// Rows of a file of failing rows whose keys are kept beside it.
const KEYS_SHOWN: usize = 5;

/// Writes rows as CSV and returns the file's path. The batches hold the contract's fields in order.
pub(super) fn write_rows(
    folder: &Path,
    submission: &Submission,
    contract: &Contract,
    check: &RuleCheck,
    batches: &[RecordBatch],
) -> io::Result<PathBuf> {
    let path = folder
        .join(submission.table.folder())
        .join(format!("submitted={}", submission.submitted))
        .join(file_safe(submission.sender_text()))
        .join(file_safe(&submission.period_text()))
        .join(format!("{}.csv", file_safe(&[check.rule.as_str(), check.column.as_str()].join("-"))));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut writer = csv::Writer::from_writer(fs::File::create(&path)?);
    writer.write_record(contract.fields.iter().map(|field| field.name.as_str()))?;
    let shown = ShowableFields { contract, sender: submission.sender() };
    for batch in batches {
        let columns = batch.columns().iter().map(text_as_strings).collect::<io::Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let cells = contract.fields.iter().zip(&columns).map(|(field, column)| shown.cell(field, column, row));
            writer.write_record(cells)?;
        }
    }
    writer.flush()?;
    Ok(path)
}

/// A file of failing rows as it was written, and what tells its first rows from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingFile {
    pub bytes: Vec<u8>,
    /// Rows in the file; of a rule that many rows break it holds the first ones.
    pub rows: usize,
    /// Names of the key columns.
    pub keys: Vec<String>,
    /// The keys of the first rows.
    pub first_rows: Vec<Vec<String>>,
}

impl FailingFile {
    /// Reads a file of failing rows; `keys` are the names of the columns that tell its rows apart.
    ///
    /// # Errors
    /// A file that is not there, cannot be read or is no CSV.
    pub fn read(path: &Path, keys: &[String]) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers()?.clone();
        let keys: Vec<String> =
            header.iter().filter(|name| keys.iter().any(|key| key == name)).map(str::to_owned).collect();
        let records = reader.records().collect::<Result<Vec<_>, _>>()?;
        let key_cells = |record: &csv::StringRecord| {
            let cells = header.iter().zip(record).filter(|(name, _)| keys.iter().any(|key| key == name));
            cells.map(|(_, cell)| cell.to_owned()).collect()
        };
        let first_rows = records.iter().take(KEYS_SHOWN).map(key_cells).collect();
        Ok(Self { rows: records.len(), keys: keys.clone(), first_rows, bytes })
    }
}

/// A column whose text, in whatever encoding, is plain strings.
fn text_as_strings(column: &ArrayRef) -> io::Result<ArrayRef> {
    if matches!(column.data_type(), DataType::Utf8View | DataType::LargeUtf8) {
        return cast(column, &DataType::Utf8).map_err(io::Error::other);
    }
    Ok(ArrayRef::clone(column))
}

/// What may be shown of a submission.
struct ShowableFields<'a> {
    contract: &'a Contract,
    sender: Option<&'a SenderCode>,
}

impl ShowableFields<'_> {
    /// The text of one cell; a null is empty. Values at the ends of their types, which no calendar has, are numbers.
    fn cell(&self, field: &Field, column: &ArrayRef, row: usize) -> String {
        if column.is_null(row) {
            return String::new();
        }
        match column.data_type() {
            DataType::Utf8 => self.text(field, column.as_string::<i32>().value(row)),
            DataType::Int64 => number_cell(field, column.as_primitive::<Int64Type>().value(row)),
            DataType::Boolean => column.as_boolean().value(row).to_string(),
            DataType::Date32 => date_cell(column.as_primitive::<Date32Type>().value(row)),
            DataType::Timestamp(..) => time_cell(column.as_primitive::<TimestampMicrosecondType>().value(row)),
            _ => String::new(),
        }
    }

    /// A text stands as it is where it is one of its column's codes, and in reference data, which are published.
    fn text(&self, field: &Field, text: &str) -> String {
        let is_code = if self.contract.reference && field.valid_values.is_empty() {
            true
        } else if field.name == ORG_CODE {
            self.sender.is_some_and(|sender| sender.as_str() == text)
        } else {
            let listed = field.valid_values.iter().any(|value| value == text);
            listed || field.pattern.as_ref().is_some_and(|pattern| pattern.fits(text))
        };
        if is_code { without_formula(text).into_owned() } else { in_place_of(text, "character") }
    }
}

/// A number stands as it is unless it is none of those that its column may hold.
fn number_cell(field: &Field, number: i64) -> String {
    let text = number.to_string();
    let listed = field.valid_values.is_empty() || field.valid_values.contains(&text);
    let within = field.minimum.is_none_or(|least| least <= number) && field.maximum.is_none_or(|most| number <= most);
    if listed && within { text } else { in_place_of(text.trim_start_matches('-'), "digit") }
}

fn date_cell(days: i32) -> String {
    Date32Type::to_naive_date_opt(days).map_or_else(|| format!("{days} days"), |date| date.to_string())
}

fn time_cell(microseconds: i64) -> String {
    match DateTime::from_timestamp_micros(microseconds) {
        Some(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        None => format!("{microseconds} microseconds"),
    }
}

fn in_place_of(text: &str, unit: &str) -> String {
    match text.chars().count() {
        1 => format!("[1 {unit}]"),
        count => format!("[{count} {unit}s]"),
    }
}

fn file_safe(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    text.trim_end_matches('-').chars().map(safe).collect()
}
