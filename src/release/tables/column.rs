//! One column of a result table: what it is, and how its cells are read off rows and written to Parquet and CSV.

use std::borrow::{Borrow, Cow};
use std::fmt::{self, Write as _};
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::catalogue::{ColumnKind, ColumnSpec, Holds};
use crate::contract::days_since_epoch;
use crate::spreadsheet::without_formula;

/// Decimals of values, limits and levels.
pub(super) const SCALE: i8 = 6;
const PRECISION: u8 = 28;

/// A column of rows of type `R`.
pub(super) struct RowColumn<R> {
    pub(super) spec: ColumnSpec,
    pub(super) read: Read<R>,
}

/// What one column reads off a row.
pub(super) enum Read<R> {
    /// A text that the row holds; an empty one is no value.
    Name(fn(&R) -> &str),
    /// An empty text is no value.
    Text(fn(&R) -> Cow<'_, str>),
    Whole(fn(&R) -> Option<i64>),
    Version(fn(&R) -> u32),
    Date(fn(&R) -> Option<NaiveDate>),
    /// Scaled by 10^6.
    Decimal(fn(&R) -> Option<i128>),
}

impl<R> RowColumn<R> {
    /// The documentation may begin with a space, as the text of a comment does.
    pub(super) fn new(name: &'static str, holds: Holds, about: &'static str, read: Read<R>) -> Self {
        Self { spec: ColumnSpec { name, kind: read.kind(), holds, about: about.trim_start() }, read }
    }
}

impl ColumnKind {
    /// The type in memory and in Parquet.
    pub(super) fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Whole => DataType::Int64,
            Self::Version => DataType::Int32,
            Self::Date => DataType::Date32,
            Self::Decimal => DataType::Decimal128(PRECISION, SCALE),
        }
    }
}

impl<R> Read<R> {
    fn kind(&self) -> ColumnKind {
        match self {
            Self::Name(_) | Self::Text(_) => ColumnKind::Text,
            Self::Whole(_) => ColumnKind::Whole,
            Self::Version(_) => ColumnKind::Version,
            Self::Date(_) => ColumnKind::Date,
            Self::Decimal(_) => ColumnKind::Decimal,
        }
    }

    pub(super) fn array<B: Borrow<R>>(&self, rows: &[B]) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(read) => {
                let texts = rows.iter().map(|row| Some(read(row.borrow())).filter(|text| !text.is_empty()));
                Arc::new(texts.collect::<StringArray>())
            }
            Self::Name(read) => {
                let texts = rows.iter().map(|row| Some(read(row.borrow())).filter(|text| !text.is_empty()));
                Arc::new(texts.collect::<StringArray>())
            }
            Self::Whole(read) => Arc::new(rows.iter().map(|row| read(row.borrow())).collect::<Int64Array>()),
            Self::Version(read) => {
                Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| read(row.borrow()).cast_signed())))
            }
            Self::Date(read) => {
                Arc::new(rows.iter().map(|row| read(row.borrow()).map(days_since_epoch)).collect::<Date32Array>())
            }
            Self::Decimal(read) => {
                let values = rows.iter().map(|row| read(row.borrow())).collect::<Decimal128Array>();
                Arc::new(values.with_precision_and_scale(PRECISION, SCALE)?)
            }
        })
    }

    /// The text of a column of texts as the row holds it; empty for other columns.
    pub(super) fn text<'r>(&self, row: &'r R) -> Cow<'r, str> {
        match self {
            Self::Name(read) => Cow::Borrowed(read(row)),
            Self::Text(read) => read(row),
            Self::Whole(_) | Self::Version(_) | Self::Date(_) | Self::Decimal(_) => Cow::Borrowed(""),
        }
    }

    /// The text of one cell; an absent value is empty. Numbers are written into `scratch`.
    pub(super) fn cell<'r>(&self, row: &'r R, scratch: &'r mut String) -> Cow<'r, str> {
        scratch.clear();
        // Writing into a String cannot fail.
        let _ = match self {
            Self::Name(read) => return without_formula(read(row)),
            Self::Text(read) => return safe_text(read(row)),
            Self::Whole(read) => read(row).map_or(Ok(()), |n| write!(scratch, "{n}")),
            Self::Version(read) => write!(scratch, "{}", read(row)),
            Self::Date(read) => read(row).map_or(Ok(()), |date| write!(scratch, "{date}")),
            Self::Decimal(read) => read(row).map_or(Ok(()), |millionths| write_decimal(millionths, scratch)),
        };
        Cow::Borrowed(scratch)
    }
}

/// A name from a submission reaches spreadsheet programs as text, whatever it looks like.
pub(super) fn safe_text(text: Cow<'_, str>) -> Cow<'_, str> {
    let safe = match without_formula(&text) {
        Cow::Owned(safe) => Some(safe),
        Cow::Borrowed(_) => None,
    };
    safe.map_or(text, Cow::Owned)
}

fn write_decimal(millionths: i128, out: &mut String) -> fmt::Result {
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let sign = if millionths < 0 { "-" } else { "" };
    write!(out, "{sign}{whole}")?;
    if part > 0 {
        // Zeros at the end say nothing, and a release has some hundred thousand numbers.
        let digits = format!("{part:06}");
        write!(out, ".{}", digits.trim_end_matches('0'))?;
    }
    Ok(())
}
