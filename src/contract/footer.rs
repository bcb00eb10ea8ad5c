//! Compares a Parquet footer with its contract before the engine sees the file.
//! The engine would truncate or null-fill on a mismatch without a word, so anything not on the list of safe widenings is refused.

use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::file_bytes::FileBytes;
use super::file_type;
use super::pages::contradiction_in_pages;
use crate::definitions::model::Contract;
use crate::sources::{SourceFile, Submission};
use crate::vocabulary::finding::{Finding, FindingLevel};

const MAGIC: &[u8] = b"PAR1";

/// Bytes read from a file's end at first; most footers fit.
const FIRST_READ: u64 = 64 * 1024;

/// What a footer tells about a file that may be read.
pub(super) struct Footer {
    pub rows: u64,
    pub metadata: Arc<ParquetMetaData>,
}

/// Why a footer tells nothing.
pub(super) enum FooterError {
    /// What is wrong with the file.
    Wrong(Vec<Finding>),
    /// The store did not let it be read.
    Unread(object_store::Error),
}

/// Reads the footer of one file and compares it with the contract. All findings of the file are returned together.
pub(super) async fn check_footer(
    bytes: &FileBytes<'_>,
    submission: &Submission,
    file: &SourceFile,
    contract: &Contract,
) -> Result<Footer, FooterError> {
    let refuse = |rule: &str, column: &str, message: String| Finding {
        path: file.path.clone(),
        column: column.to_owned(),
        ..submission.finding(FindingLevel::Blocking, rule, message)
    };
    let one = |message: String| FooterError::Wrong(vec![refuse("parquet", "", message)]);
    if file.size == 0 {
        return Err(one("the file is empty (0 bytes)".to_owned()));
    }
    let Some(metadata) = read_metadata(bytes, file).await.map_err(FooterError::Unread)? else {
        return Err(one(unreadable(bytes, file).await.map_err(FooterError::Unread)?));
    };
    let rows = stated_rows(&metadata).map_err(one)?;
    let description = metadata.file_metadata().schema_descr();
    let schema = match parquet_to_arrow_schema(description, None) {
        Ok(schema) => Arc::new(schema),
        Err(error) => return Err(one(format!("the columns cannot be understood: {error}"))),
    };
    let findings: Vec<Finding> = mismatches(&schema, contract)
        .into_iter()
        .map(|mismatch| refuse(mismatch.rule, &mismatch.column, mismatch.message))
        .collect();
    if !findings.is_empty() {
        return Err(FooterError::Wrong(findings));
    }
    match contradiction_in_pages(bytes, file, &metadata).await.map_err(FooterError::Unread)? {
        Some(message) => Err(one(message)),
        None => Ok(Footer { rows, metadata: Arc::new(metadata) }),
    }
}

/// The number of rows, as footer, row groups and columns state it alike; otherwise what they say.
fn stated_rows(metadata: &ParquetMetaData) -> Result<u64, String> {
    let stated = metadata.file_metadata().num_rows();
    let in_groups: i64 = metadata.row_groups().iter().fold(0, |sum, group| sum.saturating_add(group.num_rows()));
    let contradicting = metadata.row_groups().iter().find_map(|group| {
        let other = group.columns().iter().find(|column| column.num_values() != group.num_rows())?;
        Some(format!(
            "the file contradicts itself: a row group says {} rows, but its column {} says {} values",
            group.num_rows(),
            other.column_descr().name(),
            other.num_values()
        ))
    });
    if let Some(message) = contradicting.filter(|_| is_flat(metadata)) {
        return Err(message);
    }
    let rows = u64::try_from(stated).ok().filter(|_| stated == in_groups);
    rows.ok_or_else(|| {
        format!("the file contradicts itself: its footer says {stated} rows, but its row groups hold {in_groups}")
    })
}

/// Whether each column has one value for each row. Others are refused for their type.
fn is_flat(metadata: &ParquetMetaData) -> bool {
    metadata.file_metadata().schema_descr().columns().iter().all(|column| column.max_rep_level() == 0)
}

/// The footer's metadata, from the file's end; `None` when there is none that can be read.
async fn read_metadata(
    bytes: &FileBytes<'_>,
    file: &SourceFile,
) -> Result<Option<ParquetMetaData>, object_store::Error> {
    let mut wanted = FIRST_READ.min(file.size);
    loop {
        let tail = bytes.range(file.size - wanted..file.size).await?;
        let mut reader = ParquetMetaDataReader::new();
        match reader.try_parse_sized(&tail, file.size) {
            Ok(()) => return Ok(reader.finish().ok()),
            Err(ParquetError::NeedMoreData(more)) => match u64::try_from(more) {
                Ok(more) if more > wanted && more <= file.size => wanted = more,
                _ => return Ok(None),
            },
            Err(_) => return Ok(None),
        }
    }
}

/// Says in which way a file is not a whole Parquet file, from its first four bytes.
async fn unreadable(bytes: &FileBytes<'_>, file: &SourceFile) -> Result<String, object_store::Error> {
    let start = bytes.range(0..4.min(file.size)).await?;
    Ok(if start.as_ref() == MAGIC {
        format!(
            "the file is truncated or damaged: it begins as Parquet but its footer cannot be read ({} bytes)",
            file.size
        )
    } else {
        "the file is not Parquet".to_owned()
    })
}

struct Mismatch {
    rule: &'static str,
    column: String,
    message: String,
}

fn mismatches(file: &SchemaRef, contract: &Contract) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for field in &contract.fields {
        let Ok(actual) = file.field_with_name(&field.name) else {
            if field.may_be_absent {
                continue;
            }
            let message = format!("column {} is missing", field.name);
            found.push(Mismatch { rule: "missing_column", column: field.name.clone(), message });
            continue;
        };
        let declared = file_type(field.field_type);
        if !is_safe(actual.data_type(), &declared) {
            let message = format!(
                "column {} has type {} but the contract says {}",
                field.name,
                type_words(actual.data_type()),
                type_words(&declared)
            );
            found.push(Mismatch { rule: "column_type", column: field.name.clone(), message });
        }
    }
    for actual in file.fields() {
        let times = file.fields().iter().filter(|other| other.name() == actual.name()).count();
        let known = contract.fields.iter().any(|field| field.name == *actual.name());
        if !known || times > 1 {
            let message = if known {
                format!("column {} stands more than once", actual.name())
            } else {
                format!(
                    "column {} is not in the contract; extra columns are refused because they might identify a person",
                    actual.name()
                )
            };
            found.push(Mismatch { rule: "extra_column", column: actual.name().clone(), message });
        }
    }
    found
}

/// The written list of differences that lose nothing: narrower integers, and text in its other encodings.
/// The order of columns may differ, because they are read by name, and optional columns may hold required fields, because nulls are counted.
fn is_safe(actual: &DataType, declared: &DataType) -> bool {
    match (actual, declared) {
        (DataType::Int8 | DataType::Int16 | DataType::Int32, DataType::Int64)
        | (DataType::LargeUtf8 | DataType::Utf8View, DataType::Utf8) => true,
        (DataType::Timestamp(unit, Some(zone)), DataType::Timestamp(declared_unit, Some(_))) => {
            unit == declared_unit && matches!(zone.as_ref(), "UTC" | "+00:00" | "Z")
        }
        (actual, declared) => actual == declared,
    }
}

/// A type in words.
pub fn type_words(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Int64 => "64-bit integer".to_owned(),
        DataType::Int32 => "32-bit integer".to_owned(),
        DataType::Float64 => "floating-point number (double)".to_owned(),
        DataType::Float32 => "floating-point number (float)".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(unit, Some(_)) => format!("timestamp in {} with time zone UTC", unit_words(*unit)),
        DataType::Timestamp(unit, None) => format!("timestamp in {} without time zone", unit_words(*unit)),
        other => other.to_string(),
    }
}

fn unit_words(unit: arrow::datatypes::TimeUnit) -> &'static str {
    match unit {
        arrow::datatypes::TimeUnit::Second => "seconds",
        arrow::datatypes::TimeUnit::Millisecond => "milliseconds",
        arrow::datatypes::TimeUnit::Microsecond => "microseconds",
        arrow::datatypes::TimeUnit::Nanosecond => "nanoseconds",
    }
}
