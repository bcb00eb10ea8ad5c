//! One cache file of a roll-up: its rows, each with the place of its submission among those that it covers, and the
//! fingerprints of these. A Parquet file whose name is the hash (BLAKE3) of what it holds: written once, a part at a time, and
//! never changed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use super::numbered::{compact, numbered_schema, numbers_of, with_numbers};
use crate::engine::RowBatches;

const COVERED: &str = "leds-metrics:fingerprints";

/// Rows that are read at a time: as many as the engine hands on, which then need not be split. The engine counts the whole
/// memory of a batch for each part of it.
const BATCH_ROWS: usize = 8_192;

/// Rows that are held until they are written: a few megabytes.
const GROUP_ROWS: usize = 65_536;

const EXTENSION: &str = "rollup";

/// A cache file that is whole.
#[derive(Debug)]
pub(super) struct RollupSegment {
    pub path: PathBuf,
    /// Of the submissions that it covers, those without rows included, in the order of their numbers.
    pub fingerprints: Vec<String>,
    pub rows: usize,
}

impl RollupSegment {
    /// Looks at a cache file; `None` where it is damaged.
    ///
    /// # Errors
    /// The system does not let the file be read.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?)?;
        if path.file_stem().and_then(|name| name.to_str()) != Some(hasher.finalize().to_hex().as_str()) {
            return Ok(None);
        }
        Self::known(path)
    }

    /// The same of a file whose content need not be looked at again.
    pub fn known(path: &Path) -> io::Result<Option<Self>> {
        let Ok(reader) = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?) else { return Ok(None) };
        let metadata = reader.metadata().file_metadata();
        let Ok(rows) = usize::try_from(metadata.num_rows()) else { return Ok(None) };
        Ok(Some(Self { path: path.to_owned(), fingerprints: covered(metadata.key_value_metadata()), rows }))
    }

    /// The rows of the submissions that are `wanted`, by their numbers, with the columns at these places, in this order.
    ///
    /// # Errors
    /// The file is gone or was changed.
    pub fn read(&self, columns: &[usize], wanted: &[bool]) -> Result<RowBatches, ArrowError> {
        let file = File::open(&self.path).map_err(|error| ArrowError::from_external_error(Box::new(error)))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH_ROWS);
        let number = builder.schema().fields().len() - 1;
        let mut read = columns.to_vec();
        read.push(number);
        read.sort_unstable();
        // The reader gives columns in the order of the file.
        let place = |column: &usize| read.binary_search(column).unwrap_or_default();
        let order: Vec<usize> = columns.iter().map(place).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), read.iter().copied());
        let reader = builder.with_projection(mask).build()?;
        Ok(Box::new(WantedRows { reader, order, wanted: wanted.to_vec() }))
    }
}

/// Rows of a file as they are read, without those that nobody wants.
struct WantedRows {
    reader: ParquetRecordBatchReader,
    /// Where each column lies in what is read; the number is the last there.
    order: Vec<usize>,
    wanted: Vec<bool>,
}

impl WantedRows {
    fn of(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let is_wanted = |number: &i32| usize::try_from(*number).ok().and_then(|at| self.wanted.get(at).copied());
        let mask: BooleanArray =
            numbers_of(batch)?.iter().map(|number| Some(is_wanted(number) == Some(true))).collect();
        let rows = if mask.true_count() == batch.num_rows() { batch } else { &filter_record_batch(batch, &mask)? };
        compact(&rows.project(&self.order)?)
    }
}

impl Iterator for WantedRows {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let batch = self.reader.next()?.and_then(|batch| self.of(&batch));
            if batch.as_ref().map_or(true, |batch| batch.num_rows() > 0) {
                return Some(batch);
            }
        }
    }
}

/// Writes a cache file. Until it is finished nobody sees it.
pub(super) struct SegmentWriter {
    folder: PathBuf,
    writer: ArrowWriter<HashedFile>,
    covered: Vec<String>,
}

impl SegmentWriter {
    /// Begins a file of `folder`, which is written in `scratch`, a folder of the same file system.
    ///
    /// # Errors
    /// Folders that cannot be written.
    pub fn begin(folder: &Path, scratch: &Path, schema: &SchemaRef) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let file = HashedFile { file: NamedTempFile::new_in(scratch)?, hasher: blake3::Hasher::new() };
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(file, numbered_schema(schema), Some(properties)).map_err(as_io)?;
        Ok(Self { folder: folder.to_owned(), writer, covered: Vec::new() })
    }

    /// Takes rows of submissions that nothing was written of so far; `places` says which of them each row came from.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn add(&mut self, submissions: &[&str], rows: &[RecordBatch], places: &[Vec<usize>]) -> io::Result<()> {
        let first = self.covered.len();
        self.covered.extend(submissions.iter().map(|fingerprint| (*fingerprint).to_owned()));
        for (batch, places) in rows.iter().zip(places) {
            let number = |place: &usize| i32::try_from(first + place).map_err(io::Error::other);
            let numbers = places.iter().map(number).collect::<io::Result<Vec<i32>>>()?;
            let rows = with_numbers(batch, numbers).map_err(io::Error::other)?;
            self.writer.write(&rows).map_err(as_io)?;
        }
        Ok(())
    }

    /// Ends the file and lets others see it; `None` where it covers nothing.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn finish(mut self) -> io::Result<Option<RollupSegment>> {
        if self.covered.is_empty() {
            return Ok(None);
        }
        self.writer.append_key_value_metadata(KeyValue::new(COVERED.to_owned(), self.covered.join(",")));
        let HashedFile { file, hasher } = self.writer.into_inner().map_err(as_io)?;
        let path = self.folder.join(format!("{}.{EXTENSION}", hasher.finalize().to_hex()));
        file.persist(&path).map_err(|error| error.error)?;
        RollupSegment::known(&path)
    }
}

/// What the system said, where it was the system.
fn as_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(inner) => io::Error::other(inner),
        },
        error => io::Error::other(error),
    }
}

/// A file that is hashed as it is written.
struct HashedFile {
    file: NamedTempFile,
    hasher: blake3::Hasher,
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn covered(pairs: Option<&Vec<KeyValue>>) -> Vec<String> {
    let value = pairs.into_iter().flatten().find(|pair| pair.key == COVERED).and_then(|pair| pair.value.as_deref());
    value.unwrap_or_default().split(',').filter(|print| !print.is_empty()).map(str::to_owned).collect()
}

/// Cache files of a folder in name order; none where there is no folder.
pub(super) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
