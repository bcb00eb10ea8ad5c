//! The machine-readable results of a release: observations and their breakdowns as Parquet and CSV from one row model.
//! Columns are fixed by `schemas/results.schema.json`; nothing is rounded but to the six decimals of the format.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::contract::days_since_epoch;
use crate::observation::Observation;
use crate::quantity::Interval;

/// Version of the format; it travels in the Parquet metadata and in the run record.
pub const FORMAT_VERSION: &str = "1.0.0";

/// Decimals of values, limits and levels.
const SCALE: i8 = 6;
const PRECISION: u8 = 28;

/// Results that could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    #[error("results/{file}: {source}")]
    Arrow {
        file: String,
        #[source]
        source: ArrowError,
    },
    #[error("results/{file}: {source}")]
    Parquet {
        file: String,
        #[source]
        source: ParquetError,
    },
    #[error("results/{file}: {source}")]
    Csv {
        file: String,
        #[source]
        source: csv::Error,
    },
}

/// One result file.
#[derive(Debug)]
pub struct ResultFile {
    /// Path inside the release.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// A column of the format, in file order.
enum Column {
    Text(&'static str, Vec<Option<String>>),
    Whole(&'static str, Vec<Option<i64>>),
    Version(&'static str, Vec<i32>),
    Date(&'static str, Vec<i32>),
    /// Scaled by 10^6.
    Decimal(&'static str, Vec<Option<i128>>),
}

/// `observations` with the headline figures, `breakdowns` with parts and variants; each as Parquet and CSV.
pub fn render_results(observations: &[Observation]) -> Result<Vec<ResultFile>, ResultsError> {
    let (headlines, parts): (Vec<&Observation>, Vec<&Observation>) =
        observations.iter().partition(|observation| observation.category.is_none());
    let mut files = render_table("observations", &sorted(headlines), false)?;
    files.extend(render_table("breakdowns", &sorted(parts), true)?);
    Ok(files)
}

/// Sorted by all key columns, so that the same figures give the same bytes.
fn sorted(mut observations: Vec<&Observation>) -> Vec<&Observation> {
    observations.sort_by(|a, b| {
        let key = |o: &Observation| (o.metric_id.clone(), o.category.clone(), o.org_code.clone(), o.period);
        key(a).cmp(&key(b))
    });
    observations
}

fn render_table(name: &str, rows: &[&Observation], with_category: bool) -> Result<Vec<ResultFile>, ResultsError> {
    let mut columns = columns_of(rows);
    if with_category {
        let category = |pick: fn(&crate::observation::Category) -> &String| {
            rows.iter().map(|row| row.category.as_ref().map(|c| pick(c).clone())).collect()
        };
        columns.push(Column::Text("breakdown", category(|c| &c.breakdown)));
        columns.push(Column::Text("category", category(|c| &c.key)));
    }
    let path = |ending: &str| format!("results/{name}.{ending}");
    Ok(vec![
        ResultFile { path: path("parquet"), bytes: parquet_bytes(name, &columns)? },
        ResultFile { path: path("csv"), bytes: csv_bytes(name, &columns, rows.len())? },
    ])
}

fn columns_of(rows: &[&Observation]) -> Vec<Column> {
    let text = |pick: &dyn Fn(&Observation) -> String| {
        rows.iter().map(|row| Some(pick(row)).filter(|t| !t.is_empty())).collect()
    };
    let limit = |pick: fn(&Observation) -> Option<Interval>, side: fn(Interval) -> Option<f64>| {
        rows.iter().map(|row| pick(row).and_then(side).map(scaled)).collect()
    };
    let days =
        |pick: &dyn Fn(&Observation) -> chrono::NaiveDate| rows.iter().map(|row| days_since_epoch(pick(row))).collect();
    let not_assessed = || vec![None; rows.len()];
    vec![
        Column::Text("metric_id", text(&|o| o.metric_id.clone())),
        Column::Version("metric_version", rows.iter().map(|o| o.metric_version.cast_signed()).collect()),
        Column::Text("org_code", text(&|o| o.org_code.clone())),
        Column::Text("period_type", text(&|o| o.period.kind.as_str().to_owned())),
        Column::Text("period", text(&|o| o.period.to_string())),
        Column::Date("period_start", days(&|o| o.period.start())),
        Column::Date("period_end", days(&|o| o.period.end())),
        Column::Whole("numerator", rows.iter().map(|o| o.numerator).collect()),
        Column::Whole("denominator", rows.iter().map(|o| o.denominator).collect()),
        Column::Decimal("value", rows.iter().map(|o| o.value.map(scaled)).collect()),
        Column::Text("unit", text(&|o| o.unit.as_str().to_owned())),
        Column::Text("status", text(&|o| o.status.as_str().to_owned())),
        Column::Decimal("lower_95", limit(|o| o.interval_95, |i| i.lower)),
        Column::Decimal("upper_95", limit(|o| o.interval_95, |i| i.upper)),
        Column::Decimal("lower_998", limit(|o| o.interval_998, |i| i.lower)),
        Column::Decimal("upper_998", limit(|o| o.interval_998, |i| i.upper)),
        Column::Text("method", text(&|o| if o.value.is_some() { o.method.to_owned() } else { String::new() })),
        Column::Decimal("coverage", rows.iter().map(|o| coverage(o)).collect()),
        Column::Decimal("standard_level", rows.iter().map(|o| o.standard.as_ref().map(|s| scaled(s.level))).collect()),
        Column::Text("standard_kind", text(&|o| o.standard.as_ref().map_or_else(String::new, |s| s.kind.to_owned()))),
        Column::Text(
            "standard_met",
            text(&|o| o.standard.as_ref().and_then(|s| s.met).map_or("", met_words).to_owned()),
        ),
        Column::Text("comparison", not_assessed()),
        Column::Text("variation", not_assessed()),
        Column::Text("assurance", not_assessed()),
        Column::Text("trend", not_assessed()),
    ]
}

fn met_words(met: bool) -> &'static str {
    if met { "met" } else { "not_met" }
}

/// Share of the expected organisation-months that were returned.
fn coverage(observation: &Observation) -> Option<i128> {
    let coverage = observation.coverage.filter(|coverage| coverage.expected > 0)?;
    Some(scaled(f64::from(coverage.returned) / f64::from(coverage.expected)))
}

/// A number in millionths, half away from zero.
fn scaled(value: f64) -> i128 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "values are far below 10^20; a larger one would saturate, not wrap"
    )]
    let scaled = (value * 1e6).round() as i128;
    scaled
}

fn parquet_bytes(name: &str, columns: &[Column]) -> Result<Vec<u8>, ResultsError> {
    let file = || format!("{name}.parquet");
    let arrow = |source| ResultsError::Arrow { file: file(), source };
    let arrays = columns.iter().map(|column| Ok((column.name(), column.array()?, true)));
    let arrays = arrays.collect::<Result<Vec<_>, ArrowError>>().map_err(arrow)?;
    let batch = RecordBatch::try_from_iter_with_nullable(arrays).map_err(arrow)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(format!("leds-metrics {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new("format_version".to_owned(), FORMAT_VERSION.to_owned())]))
        .build();
    let encode = || {
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
        writer.write(&batch)?;
        writer.close()?;
        Ok(bytes)
    };
    encode().map_err(|source| ResultsError::Parquet { file: file(), source })
}

fn csv_bytes(name: &str, columns: &[Column], rows: usize) -> Result<Vec<u8>, ResultsError> {
    let wrong = |source| ResultsError::Csv { file: format!("{name}.csv"), source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(Column::name)).map_err(wrong)?;
    for row in 0..rows {
        writer.write_record(columns.iter().map(|column| column.cell(row))).map_err(wrong)?;
    }
    writer.into_inner().map_err(|error| wrong(error.into_error().into()))
}

impl Column {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(name, _)
            | Self::Whole(name, _)
            | Self::Version(name, _)
            | Self::Date(name, _)
            | Self::Decimal(name, _) => name,
        }
    }

    fn array(&self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(_, values) => Arc::new(StringArray::from(values.clone())),
            Self::Whole(_, values) => Arc::new(Int64Array::from(values.clone())),
            Self::Version(_, values) => Arc::new(Int32Array::from(values.clone())),
            Self::Date(_, values) => Arc::new(Date32Array::from(values.clone())),
            Self::Decimal(_, values) => {
                Arc::new(Decimal128Array::from(values.clone()).with_precision_and_scale(PRECISION, SCALE)?)
            }
        })
    }

    /// The text of one cell; an absent value is empty.
    fn cell(&self, row: usize) -> String {
        match self {
            Self::Text(_, values) => values.get(row).cloned().flatten().unwrap_or_default(),
            Self::Whole(_, values) => values.get(row).copied().flatten().map_or_else(String::new, |n| n.to_string()),
            Self::Version(_, values) => values.get(row).map_or_else(String::new, ToString::to_string),
            Self::Date(_, values) => {
                let day = values.get(row).and_then(|days| chrono::NaiveDate::from_epoch_days(*days));
                day.map_or_else(String::new, |day| day.to_string())
            }
            Self::Decimal(_, values) => values.get(row).copied().flatten().map_or_else(String::new, decimal_text),
        }
    }
}

fn decimal_text(millionths: i128) -> String {
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let sign = if millionths < 0 { "-" } else { "" };
    format!("{sign}{whole}.{part:06}")
}
