//! The machine-readable results of a release: observations and their breakdowns as Parquet and CSV from one row model,
//! written piece by piece.
//! Columns are fixed by `schemas/results.schema.json`; nothing is rounded but to the six decimals of the format.

mod columns;
mod late_columns;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, RecordBatch, RecordBatchReader, StringArray,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use bytes::Bytes;
use chrono::NaiveDate;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use rayon::prelude::*;

use crate::assessment::Assessment;
use crate::assessment::responsibilities::Responsibility;
use crate::contract::days_since_epoch;
use crate::lateness::Lateness;
use crate::spreadsheet::without_formula;
use crate::vocabulary::observation::Observation;

/// Version of the format; it travels in the Parquet metadata and in the run record.
pub const FORMAT_VERSION: &str = "1.7.0";

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

/// Names of the result tables; each is a Parquet and a CSV file of a release.
pub const RESULT_TABLES: [&str; 16] = [
    "observations",
    "breakdowns",
    "responsibilities",
    "signals",
    "comparisons",
    "contributions",
    "ranks",
    "funnels",
    "control_limits",
    "run_charts",
    "trends",
    "change_points",
    "parity",
    "revisions",
    "revision_statistics",
    "completeness",
];

/// Rows that are encoded at once, and those of a Parquet row group.
const BATCH: usize = 65_536;

type Encode<'a> = dyn Fn(&mut (dyn Write + Send)) -> Result<(), ResultsError> + Send + Sync + 'a;

/// One result file, ready to be written.
pub struct ResultFile<'a> {
    /// Path inside the release.
    pub path: String,
    encode: Box<Encode<'a>>,
}

impl fmt::Debug for ResultFile<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ResultFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl ResultFile<'_> {
    /// Encodes the rows into `out`.
    pub fn write(&self, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
        (self.encode)(out)
    }
}

/// What one column of a format reads off a row.
enum Read<R> {
    /// An empty text is no value.
    Text(fn(&R) -> Cow<'_, str>),
    Whole(fn(&R) -> Option<i64>),
    Version(fn(&R) -> u32),
    Date(fn(&R) -> Option<NaiveDate>),
    /// Scaled by 10^6.
    Decimal(fn(&R) -> Option<i128>),
}

type Column<R> = (&'static str, Read<R>);

/// `observations` with the headline figures, `breakdowns` with parts and variants, `responsibilities`, `signals`,
/// `comparisons`, `contributions`, `ranks`, `funnels`, `control_limits`, `run_charts`, `trends`, `change_points` and `parity`; with `lateness` also
/// `revisions`, `revision_statistics` and `completeness`. Each as Parquet and CSV.
pub fn result_files<'a>(
    observations: &'a [Observation],
    responsibilities: &'a [Responsibility],
    assessment: &'a Assessment,
    lateness: Option<&'a Lateness>,
) -> Vec<ResultFile<'a>> {
    let (headlines, parts): (Vec<&Observation>, Vec<&Observation>) =
        observations.iter().partition(|observation| observation.category.is_none());
    let mut files = Vec::from(table("observations", columns::columns().into(), sorted(headlines)));
    files.extend(table("breakdowns", columns::breakdown_columns(), sorted(parts)));
    files.extend(table("responsibilities", columns::responsibility_columns(), responsibilities.iter().collect()));
    files.extend(table("signals", columns::signal_columns(), assessment.signals.iter().collect()));
    files.extend(table("comparisons", columns::comparison_columns(), assessment.comparisons.iter().collect()));
    files.extend(table("contributions", columns::contribution_columns(), assessment.contributions.iter().collect()));
    files.extend(table("ranks", columns::rank_columns(), assessment.ranks.iter().collect()));
    let forces = assessment.funnels.iter().flat_map(|funnel| &funnel.forces);
    files.extend(table("funnels", columns::funnel_columns(), forces.collect()));
    let points = assessment.charts.iter().flat_map(|chart| &chart.points);
    files.extend(table("control_limits", columns::control_columns(), points.collect()));
    files.extend(table("run_charts", columns::run_columns(), assessment.run_charts.iter().collect()));
    files.extend(table("trends", columns::trend_columns(), assessment.trends.iter().collect()));
    files.extend(table("change_points", columns::step_columns(), assessment.steps.iter().collect()));
    files.extend(table("parity", columns::parity_columns(), assessment.parity.iter().collect()));
    if let Some(late) = lateness {
        files.extend(table("revisions", late_columns::revision_columns(), late.revisions.iter().collect()));
        let summaries = late.summaries.iter().collect();
        files.extend(table("revision_statistics", late_columns::summary_columns(), summaries));
        files.extend(table("completeness", late_columns::completeness_columns(), late.completeness.iter().collect()));
    }
    files
}

fn table<'a, R: Sync>(name: &'static str, columns: Vec<Column<R>>, rows: Vec<&'a R>) -> [ResultFile<'a>; 2] {
    let path = |ending: &str| format!("results/{name}.{ending}");
    let table = Arc::new((columns, rows));
    let same = Arc::clone(&table);
    [
        ResultFile { path: path("parquet"), encode: Box::new(move |out| write_parquet(name, &same.0, &same.1, out)) },
        ResultFile { path: path("csv"), encode: Box::new(move |out| write_csv(name, &table.0, &table.1, out)) },
    ]
}

/// Rows of a result table that was published before, from the content of the file at `path`.
pub fn read_table(path: &Path, content: Vec<u8>) -> Result<(SchemaRef, Vec<RecordBatch>), ResultsError> {
    let wrong = |source: ParquetError| ResultsError::Parquet { file: path.display().to_string(), source };
    let content = Bytes::from(content);
    let reader = ParquetRecordBatchReaderBuilder::try_new(content).and_then(ParquetRecordBatchReaderBuilder::build);
    let reader = reader.map_err(wrong)?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<_, _>>();
    Ok((schema, batches.map_err(|source| ResultsError::Arrow { file: path.display().to_string(), source })?))
}

/// Sorted by all key columns, so that the same figures give the same bytes.
fn sorted<'o>(mut observations: Vec<&'o Observation>) -> Vec<&'o Observation> {
    observations.par_sort_unstable_by(|a, b| {
        let key = |o: &'o Observation| (&o.metric_id, &o.category, &o.org_code, o.period);
        key(a).cmp(&key(b))
    });
    observations
}

fn write_parquet<R>(
    name: &str,
    columns: &[Column<R>],
    rows: &[&R],
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let file = || format!("{name}.parquet");
    let parquet = |source| ResultsError::Parquet { file: file(), source };
    let batch = |rows| batch_of(columns, rows).map_err(|source| ResultsError::Arrow { file: file(), source });
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(BATCH))
        .set_created_by(format!("leds-metrics {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new("format_version".to_owned(), FORMAT_VERSION.to_owned())]))
        .build();
    let mut writer = ArrowWriter::try_new(out, batch(&[])?.schema(), Some(properties)).map_err(parquet)?;
    for chunk in rows.chunks(BATCH) {
        writer.write(&batch(chunk)?).map_err(parquet)?;
    }
    writer.close().map_err(parquet)?;
    Ok(())
}

fn batch_of<R>(columns: &[Column<R>], rows: &[&R]) -> Result<RecordBatch, ArrowError> {
    let arrays = columns.iter().map(|(name, read)| Ok((*name, read.array(rows)?, true)));
    RecordBatch::try_from_iter_with_nullable(arrays.collect::<Result<Vec<_>, ArrowError>>()?)
}

fn write_csv<R>(
    name: &str,
    columns: &[Column<R>],
    rows: &[&R],
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let wrong = |source| ResultsError::Csv { file: format!("{name}.csv"), source };
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(wrong)?;
    let mut scratch = String::new();
    for row in rows {
        for (_, read) in columns {
            writer.write_field(read.cell(row, &mut scratch).as_bytes()).map_err(wrong)?;
        }
        writer.write_record(None::<&[u8]>).map_err(wrong)?;
    }
    writer.flush().map_err(|error| wrong(error.into()))
}

impl<R> Read<R> {
    fn array(&self, rows: &[&R]) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(read) => {
                let texts = rows.iter().map(|row| Some(read(row)).filter(|text| !text.is_empty()));
                Arc::new(texts.collect::<StringArray>())
            }
            Self::Whole(read) => Arc::new(rows.iter().map(|row| read(row)).collect::<Int64Array>()),
            Self::Version(read) => {
                Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| read(row).cast_signed())))
            }
            Self::Date(read) => {
                Arc::new(rows.iter().map(|row| read(row).map(days_since_epoch)).collect::<Date32Array>())
            }
            Self::Decimal(read) => {
                let values = rows.iter().map(|row| read(row)).collect::<Decimal128Array>();
                Arc::new(values.with_precision_and_scale(PRECISION, SCALE)?)
            }
        })
    }

    /// The text of one cell; an absent value is empty. Numbers are written into `scratch`.
    fn cell<'r>(&self, row: &'r R, scratch: &'r mut String) -> Cow<'r, str> {
        scratch.clear();
        // Writing into a String cannot fail.
        let _ = match self {
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
    write!(out, "{sign}{whole}.{part:06}")
}
