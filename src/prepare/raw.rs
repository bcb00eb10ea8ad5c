//! Raw extracts as batches of columns: CSV, where every cell is text, and Parquet. It reads in bounded memory, only the
//! columns that are asked for, and says where each row stands. It gives no cell a meaning.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::PrepareError;

/// Rows held in memory at a time.
const BATCH_ROWS: usize = 8_192;

/// An opened extract of which only the columns' names are known.
pub(super) struct RawFile {
    path: PathBuf,
    columns: Vec<String>,
    reader: Reader,
}

enum Reader {
    Csv(csv::Reader<File>),
    Parquet(ParquetRecordBatchReaderBuilder<File>),
}

/// Some rows of the columns that were asked for, in the order asked for.
pub(super) struct RawBatch {
    pub columns: Vec<ArrayRef>,
    rows: usize,
    places: Places,
}

/// Where the rows of a batch stand.
enum Places {
    /// Line of the file on which each row begins.
    Lines(Vec<u64>),
    /// Number of the first row, from 1.
    From(u64),
}

impl RawBatch {
    /// Number of rows, known even when no column was asked for.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Where a row of the batch stands in its file, in words.
    pub fn place(&self, row: usize) -> String {
        match &self.places {
            Places::Lines(lines) => format!("line {}", lines.get(row).copied().unwrap_or_default()),
            Places::From(first) => format!("row {}", first + u64::try_from(row).unwrap_or_default()),
        }
    }
}

impl RawFile {
    /// Opens a file and reads its columns' names.
    pub fn open(path: &Path) -> Result<Self, PrepareError> {
        let format = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let open = || File::open(path).map_err(|source| PrepareError::Read { path: path.to_owned(), source });
        let (columns, reader) = match format.as_deref() {
            Some("csv") => {
                let mut reader = csv::ReaderBuilder::new().from_reader(open()?);
                let header = reader.byte_headers().map_err(|error| csv_error(path, &error))?;
                let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_owned();
                (header.iter().map(name).collect(), Reader::Csv(reader))
            }
            Some("parquet") => {
                let builder = ParquetRecordBatchReaderBuilder::try_new(open()?)
                    .map_err(|source| PrepareError::Parquet { path: path.to_owned(), source })?;
                let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
                (columns, Reader::Parquet(builder))
            }
            _ => return Err(PrepareError::Format(path.to_owned())),
        };
        Ok(Self { path: path.to_owned(), columns, reader })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of all columns in the file's order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, with the columns at these positions only.
    pub fn batches(self, wanted: &[usize]) -> Result<RawBatches, PrepareError> {
        let Self { path, columns, reader } = self;
        let named = |at: &usize| (*at, columns.get(*at).cloned().unwrap_or_default());
        let wanted: Vec<(usize, String)> = wanted.iter().map(named).collect();
        let rows = match reader {
            Reader::Csv(reader) => Rows::Csv(reader, csv::ByteRecord::new()),
            Reader::Parquet(builder) => {
                let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().map(|(at, _)| *at));
                let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
                let reader = reader.map_err(|source| PrepareError::Parquet { path: path.clone(), source })?;
                Rows::Parquet(reader)
            }
        };
        Ok(RawBatches { path, wanted, rows, next_row: 1, ended: false })
    }
}

/// The rows of an extract, a batch at a time.
pub(super) struct RawBatches {
    path: PathBuf,
    /// Positions and names of the columns asked for.
    wanted: Vec<(usize, String)>,
    rows: Rows,
    next_row: u64,
    ended: bool,
}

enum Rows {
    Csv(csv::Reader<File>, csv::ByteRecord),
    Parquet(ParquetRecordBatchReader),
}

impl Iterator for RawBatches {
    type Item = Result<RawBatch, PrepareError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = match &mut self.rows {
            Rows::Csv(reader, record) => read_csv(reader, record, &self.wanted, &self.path).transpose(),
            Rows::Parquet(reader) => reader.next().map(|batch| {
                let batch = batch.map_err(|source| PrepareError::Rows { path: self.path.clone(), source })?;
                let first = self.next_row;
                self.next_row += u64::try_from(batch.num_rows()).unwrap_or_default();
                let columns = in_order(batch.columns(), &self.wanted);
                Ok(RawBatch { columns, rows: batch.num_rows(), places: Places::From(first) })
            }),
        };
        self.ended = !matches!(batch, Some(Ok(_)));
        batch
    }
}

/// A projection returns its columns in the file's order; this puts them into the order asked for.
fn in_order(columns: &[ArrayRef], wanted: &[(usize, String)]) -> Vec<ArrayRef> {
    let mut sorted: Vec<usize> = wanted.iter().map(|(at, _)| *at).collect();
    sorted.sort_unstable();
    let at = |(wanted, _): &(usize, String)| sorted.binary_search(wanted).ok().and_then(|at| columns.get(at)).cloned();
    wanted.iter().filter_map(at).collect()
}

/// The next rows as columns of text; an empty cell is null. `None` at the end of the file.
fn read_csv(
    reader: &mut csv::Reader<File>,
    record: &mut csv::ByteRecord,
    wanted: &[(usize, String)],
    path: &Path,
) -> Result<Option<RawBatch>, PrepareError> {
    let mut cells: Vec<StringBuilder> = wanted.iter().map(|_| StringBuilder::new()).collect();
    let mut lines = Vec::new();
    while lines.len() < BATCH_ROWS && reader.read_byte_record(record).map_err(|error| csv_error(path, &error))? {
        let line = record.position().map_or(0, csv::Position::line);
        for ((at, name), builder) in wanted.iter().zip(&mut cells) {
            let Ok(text) = std::str::from_utf8(record.get(*at).unwrap_or_default()) else {
                let rule = format!("column {name}: is not UTF-8 text");
                return Err(PrepareError::Csv { path: path.to_owned(), line, rule });
            };
            builder.append_option(Some(text).filter(|text| !text.is_empty()));
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let columns = cells.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
    Ok(Some(RawBatch { columns, rows: lines.len(), places: Places::Lines(lines) }))
}

/// The error in own words, which hold no cell.
fn csv_error(path: &Path, error: &csv::Error) -> PrepareError {
    let line = error.position().map_or(0, csv::Position::line);
    let rule = match error.kind() {
        csv::ErrorKind::Io(source) => {
            let source = std::io::Error::new(source.kind(), source.to_string());
            return PrepareError::Read { path: path.to_owned(), source };
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} cells, but the first line has {expected_len}")
        }
        _ => "the row cannot be read as CSV".to_owned(),
    };
    PrepareError::Csv { path: path.to_owned(), line, rule }
}
