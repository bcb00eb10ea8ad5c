//! One column of a result table: what it is, and how its cells are read off rows and written to Parquet and CSV.

use std::borrow::{Borrow, Cow};
use std::fmt::{self, Write as _};
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::catalogue::{ANY, ColumnKind, ColumnSpec, Holds};
use crate::contract::days_since_epoch;
use crate::release::names::Names;
use crate::spreadsheet::without_formula;
use crate::vocabulary::body_id::BodyId;

/// Decimals of values, limits and levels.
pub(super) const SCALE: i8 = 6;
const PRECISION: u8 = 28;

/// A column of rows of type `R`.
pub(super) struct RowColumn<R> {
    pub(super) spec: ColumnSpec,
    pub(super) read: Read<R>,
}

/// Name of the column with the name of the metric in `metric_id`.
const METRIC_NAME: &str = "metric_name";
/// Name of the column with the name of the body in `org_code`.
const BODY_NAME: &str = "org_name";

/// What one column reads off a row.
pub(super) enum Read<R> {
    /// A text that the row holds; an empty one is no value.
    Name(fn(&R) -> &str),
    /// Whom the row is about.
    Body(fn(&R) -> &BodyId),
    /// The name of the metric with this id.
    MetricName(fn(&R) -> &str),
    /// The name of whom the row is about.
    BodyName(fn(&R) -> &BodyId),
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

    /// For a column of ids of metrics or bodies: the column of their names.
    fn of_names(&self) -> Option<Self> {
        let (name, about, read) = match (self.spec.name, &self.read) {
            ("metric_id", Read::Name(read)) => (METRIC_NAME, "Name of the metric.", Read::MetricName(*read)),
            ("org_code", Read::Body(read)) => {
                (BODY_NAME, "Short name of the organisation, or the name of the sum.", Read::BodyName(*read))
            }
            _ => return None,
        };
        Some(Self::new(name, ANY, about, read))
    }
}

/// The columns, each id of a metric or a body with its name beside it.
pub(super) fn with_names<R>(columns: Vec<RowColumn<R>>) -> Vec<RowColumn<R>> {
    columns
        .into_iter()
        .flat_map(|column| {
            let name = column.of_names();
            std::iter::once(column).chain(name)
        })
        .collect()
}

/// The columns of names that a table does not have, for selections of it.
pub(super) fn names_of<R>(columns: &[RowColumn<R>]) -> Vec<RowColumn<R>> {
    let has = |name: &str| columns.iter().any(|column| column.spec.name == name);
    columns.iter().filter_map(RowColumn::of_names).filter(|column| !has(column.spec.name)).collect()
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
            Self::Name(_) | Self::Body(_) | Self::MetricName(_) | Self::BodyName(_) | Self::Text(_) => ColumnKind::Text,
            Self::Whole(_) => ColumnKind::Whole,
            Self::Version(_) => ColumnKind::Version,
            Self::Date(_) => ColumnKind::Date,
            Self::Decimal(_) => ColumnKind::Decimal,
        }
    }

    pub(super) fn array<B: Borrow<R>>(&self, rows: &[B], names: &Names<'_>) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Name(_) | Self::Body(_) | Self::MetricName(_) | Self::BodyName(_) | Self::Text(_) => {
                let texts = rows.iter().map(|row| Some(self.text(row.borrow(), names)).filter(|text| !text.is_empty()));
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
    pub(super) fn text<'r>(&self, row: &'r R, names: &'r Names<'_>) -> Cow<'r, str> {
        match self {
            Self::Name(read) => Cow::Borrowed(read(row)),
            Self::Body(read) => Cow::Borrowed(read(row)),
            Self::MetricName(read) => Cow::Borrowed(names.metric(read(row))),
            Self::BodyName(read) => Cow::Borrowed(names.body(read(row))),
            Self::Text(read) => read(row),
            Self::Whole(_) | Self::Version(_) | Self::Date(_) | Self::Decimal(_) => Cow::Borrowed(""),
        }
    }

    /// The body of a column of bodies; `None` for other columns.
    pub(super) fn body<'r>(&self, row: &'r R) -> Option<&'r BodyId> {
        match self {
            Self::Body(read) => Some(read(row)),
            _ => None,
        }
    }

    /// The text of one cell; an absent value is empty. Numbers are written into `scratch`.
    pub(super) fn cell<'r>(&self, row: &'r R, names: &'r Names<'_>, scratch: &'r mut String) -> Cow<'r, str> {
        scratch.clear();
        // Writing into a String cannot fail.
        let _ = match self {
            Self::Name(_) | Self::Body(_) | Self::MetricName(_) | Self::BodyName(_) | Self::Text(_) => {
                return safe_text(self.text(row, names));
            }
            Self::Whole(read) => read(row).map_or(Ok(()), |n| write!(scratch, "{n}")),
            Self::Version(read) => write!(scratch, "{}", read(row)),
            Self::Date(read) => read(row).map_or(Ok(()), |date| write!(scratch, "{date}")),
            Self::Decimal(read) => read(row).map_or(Ok(()), |millionths| write_decimal(millionths, scratch)),
        };
        Cow::Borrowed(scratch)
    }
}

/// A name from a submission reaches spreadsheet programs as text, whatever it looks like.
fn safe_text(text: Cow<'_, str>) -> Cow<'_, str> {
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
