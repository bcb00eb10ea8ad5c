//! One raw column into one field: copied in the contract's type, or made a keyed hash, a length or a verdict.
//! What cannot be used is noted by place and rule, never by value.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use chrono::{DateTime, NaiveDate};

use super::PrepareError;
use super::identifiers::{is_valid_asn, is_valid_pnc_id, long_form};
use super::key::SecretKey;
use super::raw::RawBatch;
use crate::contract::{days_since_epoch, file_type, type_words};
use crate::definitions::model::{FieldType, Method};

/// Problems that are told one by one; the others are counted.
const MOST_LISTED: usize = 20;

/// A cell, or a whole column, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    file: String,
    place: String,
    column: String,
    rule: String,
}

impl std::fmt::Display for CellProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, place, column, rule } = self;
        write!(f, "{file}, {place}, column {column}: {rule}")
    }
}

/// All problems of an extract: how many, and the first of them.
#[derive(Debug, Default)]
pub(super) struct CellProblems {
    count: u64,
    first: Vec<CellProblem>,
}

impl CellProblems {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn into_result(self) -> Result<(), PrepareError> {
        if self.is_empty() { Ok(()) } else { Err(PrepareError::Cells { count: self.count, first: self.first }) }
    }

    fn add(&mut self, file: &Path, place: String, column: &str, rule: String) {
        self.count += 1;
        if self.first.len() < MOST_LISTED {
            let (file, column) = (file.display().to_string(), column.to_owned());
            self.first.push(CellProblem { file, place, column, rule });
        }
    }
}

/// A raw column of a batch.
pub(super) struct RawColumn<'a> {
    pub file: &'a Path,
    pub name: &'a str,
    pub batch: &'a RawBatch,
    pub array: &'a ArrayRef,
}

impl RawColumn<'_> {
    /// The field that `method` makes of the column.
    pub fn make(&self, method: &Method, key: &SecretKey, problems: &mut CellProblems) -> ArrayRef {
        let Some(texts) = self.texts(problems) else {
            return new_null_array(&file_type(method.field_type()), self.array.len());
        };
        match method {
            Method::KeyedHash { domain } => references(&texts, domain, key, &|_| None),
            Method::AsnKeyedHash { domain } => references(&texts, domain, key, &long_form),
            Method::TextLength => {
                let length = |text: &str| i64::try_from(text.trim().chars().count()).unwrap_or(i64::MAX);
                Arc::new(texts.iter().map(|text| text.map(length)).collect::<Int64Array>())
            }
            Method::AsnValid => verdicts(&texts, is_valid_asn),
            Method::PncIdValid => verdicts(&texts, is_valid_pnc_id),
        }
    }

    /// Identifiers and texts are text; some systems number their users.
    fn texts(&self, problems: &mut CellProblems) -> Option<StringArray> {
        let kind = self.array.data_type();
        if is_text(kind) || kind.is_integer() {
            return self.cast(&DataType::Utf8, problems).map(|array| array.as_string::<i32>().clone());
        }
        self.wrong_type("text", problems);
        None
    }

    /// The column in a field's type: as it is, widened without loss, or read from text.
    pub fn copy(&self, field_type: FieldType, problems: &mut CellProblems) -> ArrayRef {
        let target = file_type(field_type);
        let kind = self.array.data_type();
        let fits = match field_type {
            FieldType::String => is_text(kind),
            FieldType::Integer => kind.is_integer() && *kind != DataType::UInt64,
            FieldType::Timestamp => matches!(kind, DataType::Timestamp(_, Some(_))),
            FieldType::Boolean | FieldType::Date => *kind == target,
        };
        let copied = if fits {
            self.cast(&target, problems)
        } else if is_text(kind) {
            self.cast(&DataType::Utf8, problems).map(|array| self.parse(array.as_string::<i32>(), field_type, problems))
        } else {
            self.wrong_type(&type_words(&target), problems);
            None
        };
        copied.unwrap_or_else(|| new_null_array(&target, self.array.len()))
    }

    fn parse(&self, texts: &StringArray, field_type: FieldType, problems: &mut CellProblems) -> ArrayRef {
        match field_type {
            FieldType::String => Arc::new(texts.clone()),
            FieldType::Integer => {
                let rule = "is not a whole number such as 42";
                Arc::new(self.parsed(texts, rule, problems, |text| text.parse().ok()).collect::<Int64Array>())
            }
            FieldType::Boolean => {
                let rule = "is neither true nor false";
                Arc::new(self.parsed(texts, rule, problems, parse_flag).collect::<BooleanArray>())
            }
            FieldType::Date => {
                let rule = "is not a date such as 2025-04-03";
                Arc::new(self.parsed(texts, rule, problems, parse_date).collect::<Date32Array>())
            }
            FieldType::Timestamp => {
                let rule = "is not a timestamp with its offset such as 2025-04-03T09:30:00+01:00";
                let times = self.parsed(texts, rule, problems, parse_time);
                Arc::new(times.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
            }
        }
    }

    /// Empty cells are null; those that cannot be parsed are noted, and null.
    fn parsed<'t, T>(
        &'t self,
        texts: &'t StringArray,
        rule: &'t str,
        problems: &'t mut CellProblems,
        parse: impl Fn(&str) -> Option<T> + 't,
    ) -> impl Iterator<Item = Option<T>> + 't {
        texts.iter().enumerate().map(move |(row, text)| {
            let text = text.map(str::trim).filter(|text| !text.is_empty())?;
            let value = parse(text);
            if value.is_none() {
                problems.add(self.file, self.batch.place(row), self.name, rule.to_owned());
            }
            value
        })
    }

    fn cast(&self, target: &DataType, problems: &mut CellProblems) -> Option<ArrayRef> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let cast = cast_with_options(self.array, target, &strict);
        // The engine's message would hold the value.
        cast.map_err(|_| self.note("holds a value out of range".to_owned(), problems)).ok()
    }

    fn wrong_type(&self, wanted: &str, problems: &mut CellProblems) {
        self.note(format!("has type {}, not {wanted}", type_words(self.array.data_type())), problems);
    }

    fn note(&self, rule: String, problems: &mut CellProblems) {
        problems.add(self.file, format!("from {}", self.batch.place(0)), self.name, rule);
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Keyed hashes; `long_form` gives the one form of identifiers that have several.
fn references(
    texts: &StringArray,
    domain: &str,
    key: &SecretKey,
    long_form: &dyn Fn(&str) -> Option<String>,
) -> ArrayRef {
    let reference = |text: &str| {
        let value = normal_form(text)?;
        Some(key.reference(domain, &long_form(&value).unwrap_or(value)))
    };
    Arc::new(texts.iter().map(|text| text.and_then(reference)).collect::<StringArray>())
}

/// Upper case, with single spaces inside and none around: systems differ in both. `None` when nothing is left.
fn normal_form(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { None } else { Some(words.join(" ").to_uppercase()) }
}

/// Verdicts on identifiers; where there is none, nothing was tested.
fn verdicts(texts: &StringArray, is_valid: fn(&str) -> bool) -> ArrayRef {
    let verdict = |text: &str| Some(text).filter(|text| !text.trim().is_empty()).map(is_valid);
    Arc::new(texts.iter().map(|text| text.and_then(verdict)).collect::<BooleanArray>())
}

fn parse_flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn parse_date(text: &str) -> Option<i32> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(days_since_epoch(date)).filter(|_| text.len() == 10)
}

fn parse_time(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
}
