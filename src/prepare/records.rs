//! Writes the rows of a submission, records or roll-up, into one Parquet file in the types that its contract names.
//! It checks nothing: that is the admission's work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{Field as ArrowField, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::PrepareError;
use crate::contract::file_type;
use crate::definitions::model::{Contract, Field};

/// Rows after which a row group is written out.
const GROUP_ROWS: usize = 262_144;

/// A file being written.
pub(super) struct RecordsFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    rows: u64,
}

impl RecordsFile {
    /// Creates the file with its folders. Every column may be empty in it: `required` is a rule of the admission.
    pub fn create(path: &Path, contract: &Contract) -> Result<Self, PrepareError> {
        let wrong = |source| PrepareError::Write { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(wrong)?;
        }
        let field = |field: &Field| ArrowField::new(&field.name, file_type(field.field_type), true);
        let schema: SchemaRef = Arc::new(Schema::new(contract.fields.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let file = File::create(path).map_err(wrong)?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(|source| parquet_error(path, source))?;
        Ok(Self { path: path.to_owned(), writer, schema, rows: 0 })
    }

    /// Writes columns in the contract's order.
    pub fn write(&mut self, columns: Vec<ArrayRef>) -> Result<(), PrepareError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        let batch = batch.map_err(|source| arrow_error(&self.path, source))?;
        self.rows += u64::try_from(batch.num_rows()).unwrap_or_default();
        self.writer.write(&batch).map_err(|source| parquet_error(&self.path, source))
    }

    /// Writes the footer. Returns the number of rows.
    pub fn close(self) -> Result<u64, PrepareError> {
        self.writer.close().map_err(|source| parquet_error(&self.path, source))?;
        Ok(self.rows)
    }
}

/// Writes rows whose columns are named as the contract's fields; types are those of the engine.
pub fn write_rows(path: &Path, contract: &Contract, batches: &[RecordBatch]) -> Result<(), PrepareError> {
    let mut file = RecordsFile::create(path, contract)?;
    let column = |rows: &RecordBatch, field: &Field| {
        let missing = || ArrowError::SchemaError(format!("column {} is missing", field.name));
        cast(rows.column_by_name(&field.name).ok_or_else(missing)?, &file_type(field.field_type))
    };
    for rows in batches {
        let columns: Result<Vec<_>, _> = contract.fields.iter().map(|field| column(rows, field)).collect();
        file.write(columns.map_err(|source| arrow_error(path, source))?)?;
    }
    file.close()?;
    Ok(())
}

fn arrow_error(path: &Path, source: ArrowError) -> PrepareError {
    PrepareError::Write { path: path.to_owned(), source: std::io::Error::other(source) }
}

fn parquet_error(path: &Path, source: ParquetError) -> PrepareError {
    PrepareError::Write { path: path.to_owned(), source: std::io::Error::other(source) }
}
