//! The rows of a query as a table, CSV, JSON or Parquet. It changes no value, except that no text in a CSV is a formula.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions, StringArray};
use arrow::compute::cast;
use arrow::csv;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::json::ArrayWriter;
use arrow::util::pretty::pretty_format_batches_with_schema;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use super::QueryResult;
use crate::files::Watched;
use crate::spreadsheet::without_formula;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Aligned text for reading.
    Table,
    Csv,
    /// One array of objects.
    Json,
    Parquet,
}

/// Rows that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

impl OutputError {
    /// Whether the reader of the output went away.
    pub fn is_closed_output(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

/// The rows with each text as a spreadsheet program may read it; numbers and dates stay as they are.
fn texts_without_formulas(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let safe = |column: &ArrayRef| -> Result<ArrayRef, ArrowError> {
        if !matches!(column.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
            return Ok(ArrayRef::clone(column));
        }
        let texts = cast(column, &DataType::Utf8)?;
        let texts = texts.as_string::<i32>().iter().map(|text| text.map(without_formula));
        cast(&(Arc::new(texts.collect::<StringArray>()) as ArrayRef), column.data_type())
    };
    let columns = batch.columns().iter().map(safe).collect::<Result<Vec<_>, _>>()?;
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(batch.schema(), columns, &rows)
}

/// Writes all rows, with their column names also where there is no row.
pub fn write_rows(result: &QueryResult, format: RowFormat, out: &mut (dyn Write + Send)) -> Result<(), OutputError> {
    let mut out = Watched::new(out);
    let written = write_all_rows(result, format, &mut out).and_then(|()| Ok(out.flush()?));
    out.into_failure().map_or(written, |failure| Err(OutputError::Write(failure)))
}

fn write_all_rows(result: &QueryResult, format: RowFormat, out: &mut (dyn Write + Send)) -> Result<(), OutputError> {
    match format {
        RowFormat::Table => {
            let table = pretty_format_batches_with_schema(result.schema.clone(), &result.batches)?;
            writeln!(out, "{table}")?;
        }
        RowFormat::Csv => {
            let names: Vec<&str> = result.schema.fields().iter().map(|field| field.name().as_str()).collect();
            let mut header = ::csv::Writer::from_writer(&mut *out);
            header
                .write_record(names.iter().map(|name| without_formula(name).into_owned()))
                .map_err(std::io::Error::from)?;
            header.flush()?;
            drop(header);
            let mut writer = csv::WriterBuilder::new().with_header(false).build(out);
            for batch in &result.batches {
                writer.write(&texts_without_formulas(batch)?)?;
            }
        }
        RowFormat::Json => {
            let mut writer = ArrayWriter::new(&mut *out);
            result.batches.iter().try_for_each(|batch| writer.write(batch))?;
            writer.finish()?;
            writeln!(out)?;
        }
        RowFormat::Parquet => {
            let mut writer = ArrowWriter::try_new(out, result.schema.clone(), None)?;
            result.batches.iter().try_for_each(|batch| writer.write(batch))?;
            writer.close()?;
        }
    }
    Ok(())
}
