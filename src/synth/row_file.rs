//! One Parquet file, written row by row in bounded memory.
//! It knows column types, not what the rows mean; every file says in its metadata that it is synthetic.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::SynthError;

/// Rows held in memory before they are encoded.
const BATCH_ROWS: usize = 16_384;
/// Rows after which a row group is written out.
const GROUP_ROWS: usize = 262_144;

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    Int,
    Flag,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since 1970-01-01, UTC.
    Time,
}

impl ColumnType {
    fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Int => DataType::Int64,
            Self::Flag => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    fn cells(self) -> ColumnBuilder {
        match self {
            Self::Text => ColumnBuilder::Text(StringBuilder::new()),
            Self::Int => ColumnBuilder::Int(Int64Builder::new()),
            Self::Flag => ColumnBuilder::Flag(BooleanBuilder::new()),
            Self::Date => ColumnBuilder::Date(Date32Builder::new()),
            Self::Time => ColumnBuilder::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        }
    }
}

/// Whether a column may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// Names, types and needs of a file's columns, in order.
pub type FileColumns = &'static [(&'static str, ColumnType, Need)];

#[derive(Debug)]
enum ColumnBuilder {
    Text(StringBuilder),
    Int(Int64Builder),
    Flag(BooleanBuilder),
    Date(Date32Builder),
    Time(TimestampMicrosecondBuilder),
}

impl ColumnBuilder {
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Int(cells) => Arc::new(cells.finish()),
            Self::Flag(cells) => Arc::new(cells.finish()),
            Self::Date(cells) => Arc::new(cells.finish()),
            Self::Time(cells) => Arc::new(cells.finish()),
        }
    }
}

/// What a finished file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedFile {
    pub rows: u64,
    pub bytes: u64,
}

/// A file being written. Cells are given in column order, then the row is ended; a cell of the wrong type is left out,
/// which the end of the batch reports as columns of unequal length.
#[derive(Debug)]
pub struct RowFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    cells: Vec<ColumnBuilder>,
    column: usize,
    batch_rows: usize,
    rows: u64,
}

impl RowFile {
    /// Creates `path` with its folders.
    pub fn create(path: &Path, columns: FileColumns) -> Result<Self, SynthError> {
        let io = |source| SynthError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let schema = schema_of(columns);
        let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true).with_properties(properties_of(columns));
        let file = File::create(path).map_err(io)?;
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(&schema), options)
            .map_err(|source| SynthError::Parquet { path: path.to_owned(), source })?;
        let cells = columns.iter().map(|(_, kind, _)| kind.cells()).collect();
        Ok(Self { path: path.to_owned(), writer, schema, cells, column: 0, batch_rows: 0, rows: 0 })
    }

    /// The next cell of the row, a text.
    pub fn text<'a>(&mut self, value: impl Into<Option<&'a str>>) {
        if let Some(ColumnBuilder::Text(cells)) = self.next_column() {
            cells.append_option(value.into());
        }
    }

    /// The next cell of the row, a whole number.
    pub fn int(&mut self, value: impl Into<Option<i64>>) {
        if let Some(ColumnBuilder::Int(cells)) = self.next_column() {
            cells.append_option(value.into());
        }
    }

    /// The next cell of the row, a yes or no.
    pub fn flag(&mut self, value: impl Into<Option<bool>>) {
        if let Some(ColumnBuilder::Flag(cells)) = self.next_column() {
            cells.append_option(value.into());
        }
    }

    /// The next cell of the row, days since 1970-01-01.
    pub fn date(&mut self, value: impl Into<Option<i32>>) {
        if let Some(ColumnBuilder::Date(cells)) = self.next_column() {
            cells.append_option(value.into());
        }
    }

    /// The next cell of the row, microseconds since 1970-01-01.
    pub fn time(&mut self, value: impl Into<Option<i64>>) {
        if let Some(ColumnBuilder::Time(cells)) = self.next_column() {
            cells.append_option(value.into());
        }
    }

    fn next_column(&mut self) -> Option<&mut ColumnBuilder> {
        let cells = self.cells.get_mut(self.column);
        self.column += 1;
        cells
    }

    /// Ends the row.
    pub fn end_row(&mut self) -> Result<(), SynthError> {
        self.column = 0;
        self.batch_rows += 1;
        self.rows += 1;
        if self.batch_rows >= BATCH_ROWS { self.write_batch() } else { Ok(()) }
    }

    fn write_batch(&mut self) -> Result<(), SynthError> {
        self.batch_rows = 0;
        let arrays = self.cells.iter_mut().map(ColumnBuilder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|e| self.arrow_error(e))?;
        self.writer.write(&batch).map_err(|e| self.parquet_error(e))
    }

    /// Writes the footer.
    pub fn close(mut self) -> Result<FinishedFile, SynthError> {
        self.write_batch()?;
        self.writer.finish().map_err(|e| self.parquet_error(e))?;
        let bytes = u64::try_from(self.writer.bytes_written()).unwrap_or(u64::MAX);
        Ok(FinishedFile { rows: self.rows, bytes })
    }

    /// Writes the footer and then cuts the file off in the middle, as a broken transfer would.
    pub fn close_cut_off(self) -> Result<FinishedFile, SynthError> {
        let path = self.path.clone();
        let whole = self.close()?;
        let bytes = whole.bytes * 3 / 5;
        let cut = || File::options().write(true).open(&path)?.set_len(bytes);
        cut().map_err(|source| SynthError::Io { path: path.clone(), source })?;
        Ok(FinishedFile { rows: whole.rows, bytes })
    }

    fn parquet_error(&self, source: ParquetError) -> SynthError {
        SynthError::Parquet { path: self.path.clone(), source }
    }

    fn arrow_error(&self, source: ArrowError) -> SynthError {
        SynthError::Parquet { path: self.path.clone(), source: source.into() }
    }
}

fn schema_of(columns: FileColumns) -> SchemaRef {
    let field = |(name, kind, need): &(&'static str, ColumnType, Need)| {
        Field::new(*name, kind.data_type(), *need == Need::Optional)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn properties_of(columns: FileColumns) -> WriterProperties {
    let mark = KeyValue::new("synthetic".to_owned(), "true".to_owned());
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(Some(vec![mark]));
    for (name, kind, _) in columns {
        if *kind == ColumnType::Time {
            // Nearly every instant occurs once and they rise: differences are short, a dictionary is useless.
            let column = ColumnPath::from(*name);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
    }
    properties.build()
}
