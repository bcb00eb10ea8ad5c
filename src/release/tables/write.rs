//! Rows of a result table as Parquet and as CSV.

use std::borrow::Borrow;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::column::RowColumn;
use super::selection::Selected;
use super::{FORMAT_VERSION, ResultsError};

/// Rows that are encoded at once, and those of a Parquet row group.
const BATCH: usize = 65_536;

/// Writes rows as Parquet, with the version of the format.
pub(super) fn write_parquet<R, B: Borrow<R>>(
    name: &str,
    columns: &[RowColumn<R>],
    rows: &[B],
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let file = || format!("{name}.parquet");
    let parquet = |source| ResultsError::Parquet { file: file(), source };
    let batch = |rows: &[B]| batch_of(columns, rows).map_err(|source| ResultsError::Arrow { file: file(), source });
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

fn batch_of<R, B: Borrow<R>>(columns: &[RowColumn<R>], rows: &[B]) -> Result<RecordBatch, ArrowError> {
    let arrays = columns.iter().map(|column| Ok((column.spec.name, column.read.array(rows)?, true)));
    RecordBatch::try_from_iter_with_nullable(arrays.collect::<Result<Vec<_>, ArrowError>>()?)
}

/// Rows of a table as CSV: a header, empty cells for no value, at most six decimals.
pub(super) struct CsvRows<'o> {
    table: &'static str,
    writer: csv::Writer<&'o mut (dyn Write + Send)>,
    scratch: String,
}

impl<'o> CsvRows<'o> {
    pub(super) fn new(table: &'static str, out: &'o mut (dyn Write + Send)) -> Self {
        Self { table, writer: csv::Writer::from_writer(out), scratch: String::new() }
    }

    pub(super) fn header(&mut self, names: impl Iterator<Item = String>) -> Result<(), ResultsError> {
        let written = self.writer.write_record(names.map(String::into_bytes));
        written.map_err(|source| self.wrong(source))
    }

    /// Adds cells to the row: those of `row`, or empty ones.
    pub(super) fn cells<R>(&mut self, columns: &[Selected<'_, R>], row: Option<&R>) -> Result<(), ResultsError> {
        for column in columns {
            let written = match row {
                Some(row) => self.writer.write_field(column.cell(row, &mut self.scratch).as_bytes()),
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
