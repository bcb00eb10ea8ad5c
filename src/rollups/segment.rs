//! One cache file of a roll-up: rows, each with the fingerprint of its submission, and the list of all fingerprints covered,
//! as Parquet behind the hash of it. Written once under a name made from what it covers, never changed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;

use crate::files::{read_remembered, write_remembered};

/// Name of the column that says which submission a row came from.
pub(super) const FINGERPRINT: &str = "fingerprint";

const COVERED: &str = "leds-metrics:fingerprints";

/// Rows that are read at a time: as many as the engine hands on, which then need not be split. The engine counts the whole
/// memory of a batch for each part of it.
const BATCH_ROWS: usize = 8_192;

const EXTENSION: &str = "rollup";

/// The content of a cache file.
pub(super) struct CachedRows {
    /// The file itself.
    pub path: PathBuf,
    pub fingerprints: Vec<String>,
    pub batches: Vec<RecordBatch>,
}

/// Writes a segment that covers `fingerprints`, including those without rows, and returns its content.
pub(super) fn write(
    folder: &Path,
    rows: &RecordBatch,
    prints: ArrayRef,
    fingerprints: &[&str],
) -> Result<CachedRows, (PathBuf, io::Error)> {
    let joined = fingerprints.join(",");
    let name = blake3::hash(joined.as_bytes()).to_hex();
    let path = folder.join(format!("{name}.{EXTENSION}"));
    let wrong = |error: io::Error| (path.clone(), error);
    let batch = with_prints(rows, prints).map_err(|error| wrong(io::Error::other(error)))?;
    let bytes = encode(&batch, joined).map_err(|error| wrong(io::Error::other(error)))?;
    drop(batch);
    write_remembered(&path, &bytes).map_err(wrong)?;
    // Fresh rows are held as those from the cache are: in small parts that share no memory.
    decode(&path, bytes).map_err(|error| wrong(io::Error::other(error)))
}

fn with_prints(rows: &RecordBatch, prints: ArrayRef) -> Result<RecordBatch, ArrowError> {
    let mut fields: Vec<Field> = rows.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.push(Field::new(FINGERPRINT, DataType::Utf8, false));
    let mut columns = rows.columns().to_vec();
    columns.push(prints);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn encode(batch: &RecordBatch, joined: String) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![KeyValue::new(COVERED.to_owned(), joined)]))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(bytes)
}

/// Reads a whole segment; `None` where the file is damaged.
///
/// # Errors
/// The system does not let the file be read.
pub(super) fn read(path: &Path) -> io::Result<Option<CachedRows>> {
    Ok(read_remembered(path)?.and_then(|bytes| decode(path, bytes).ok()))
}

fn decode(path: &Path, bytes: Vec<u8>) -> Result<CachedRows, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes))?;
    let fingerprints = covered(builder.metadata().file_metadata().key_value_metadata());
    let reader = builder.with_batch_size(BATCH_ROWS).build()?;
    let batches = reader.map(|batch| Ok(compact(&batch?)?)).collect::<Result<Vec<_>, ParquetError>>()?;
    Ok(CachedRows { path: path.to_owned(), fingerprints, batches })
}

/// The same rows in memory of their own: texts are read as views into pages that they share with other batches.
fn compact(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| match column.as_string_view_opt() {
        Some(texts) => Arc::new(texts.gc()) as ArrayRef,
        None => Arc::clone(column),
    });
    RecordBatch::try_new(batch.schema(), columns.collect())
}

/// Reads only which submissions a segment covers; `None` where the file is damaged.
pub(super) fn read_fingerprints(path: &Path) -> io::Result<Option<Vec<String>>> {
    let Some(bytes) = read_remembered(path)? else { return Ok(None) };
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&Bytes::from(bytes)).ok();
    Ok(metadata.map(|metadata| covered(metadata.file_metadata().key_value_metadata())))
}

fn covered(pairs: Option<&Vec<KeyValue>>) -> Vec<String> {
    let value = pairs.into_iter().flatten().find(|pair| pair.key == COVERED).and_then(|pair| pair.value.as_deref());
    value.unwrap_or_default().split(',').filter(|print| !print.is_empty()).map(str::to_owned).collect()
}

/// Segment files of a folder in name order.
pub(super) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
