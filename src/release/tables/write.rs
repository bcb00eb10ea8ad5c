//! Rows of a result table as Parquet and as CSV.

use std::borrow::Borrow;
use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::catalogue::TableSpec;
use super::column::RowColumn;
use super::package::{parquet_metadata, parquet_schema};
use super::{ResultsError, TableContext};
use crate::release::names::Names;

/// Rows that are encoded at once, and those of a Parquet row group.
const BATCH: usize = 65_536;
/// The tables of a release are small and stay for years, so that time is well spent on them.
const ZSTD_LEVEL: i32 = 19;

/// Writes rows as Parquet, with what each column holds, and what the file is.
pub(super) fn write_parquet<R, B: Borrow<R>>(
    table: &TableSpec,
    columns: &[RowColumn<R>],
    (rows, context): (&[B], &TableContext<'_>),
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let file = || format!("{}.parquet", table.name);
    let parquet = |source| ResultsError::Parquet { file: file(), source };
    let schema = Arc::new(parquet_schema(table));
    let batch = |rows: &[B]| -> Result<RecordBatch, ArrowError> {
        let arrays = columns.iter().map(|column| column.read.array(rows, &context.names));
        RecordBatch::try_new(Arc::clone(&schema), arrays.collect::<Result<_, _>>()?)
    };
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(parquet)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(BATCH))
        .set_created_by(format!("leds-metrics {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(parquet_metadata(table, &context.imprint)))
        .build();
    let mut writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(parquet)?;
    for chunk in rows.chunks(BATCH) {
        let batch = batch(chunk).map_err(|source| ResultsError::Arrow { file: file(), source })?;
        writer.write(&batch).map_err(parquet)?;
    }
    writer.close().map_err(parquet)?;
    Ok(())
}

/// Rows of a table as CSV: a header, empty cells for no value, at most six decimals.
pub(super) struct CsvRows<'o> {
    table: &'static str,
    names: &'o Names<'o>,
    writer: csv::Writer<&'o mut (dyn Write + Send)>,
    scratch: String,
}

impl<'o> CsvRows<'o> {
    pub(super) fn new(table: &'static str, names: &'o Names<'o>, out: &'o mut (dyn Write + Send)) -> Self {
        Self { table, names, writer: csv::Writer::from_writer(out), scratch: String::new() }
    }

    pub(super) fn header(&mut self, names: impl Iterator<Item = String>) -> Result<(), ResultsError> {
        let written = self.writer.write_record(names.map(String::into_bytes));
        written.map_err(|source| self.wrong(source))
    }

    /// Adds cells to the row: those of `row`, or empty ones.
    pub(super) fn cells<R>(&mut self, columns: &[&RowColumn<R>], row: Option<&R>) -> Result<(), ResultsError> {
        for column in columns {
            let written = match row {
                Some(row) => self.writer.write_field(column.read.cell(row, self.names, &mut self.scratch).as_bytes()),
                None => self.writer.write_field([]),
            };
            written.map_err(|source| self.wrong(source))?;
        }
        Ok(())
    }

    pub(super) fn end_row(&mut self) -> Result<(), ResultsError> {
        let written = self.writer.write_record(None::<&[u8]>);
        written.map_err(|source| self.wrong(source))
    }

    pub(super) fn finish(mut self) -> Result<(), ResultsError> {
        let written = self.writer.flush();
        written.map_err(|error| self.wrong(error.into()))
    }

    fn wrong(&self, source: csv::Error) -> ResultsError {
        ResultsError::Csv { file: format!("{}.csv", self.table), source }
    }
}
