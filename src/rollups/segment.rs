//! One cache file of a roll-up: rows, each with the fingerprint of its submission, and the list of all fingerprints covered.
//! Written once under a name made from its content's identity, never changed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;

/// Name of the column that says which submission a row came from.
pub(super) const FINGERPRINT: &str = "fingerprint";

const COVERED: &str = "leds-metrics:fingerprints";

/// The content of a cache file.
pub(super) struct Segment {
    pub fingerprints: Vec<String>,
    pub batches: Vec<RecordBatch>,
}

/// Writes a segment that covers `fingerprints`, including those without rows, and returns its content.
pub(super) fn write(
    folder: &Path,
    rows: &RecordBatch,
    prints: ArrayRef,
    fingerprints: &[&str],
) -> Result<Segment, (PathBuf, io::Error)> {
    let joined = fingerprints.join(",");
    let name = blake3::hash(joined.as_bytes()).to_hex();
    let path = folder.join(format!("{name}.parquet"));
    let wrong = |error: io::Error| (path.clone(), error);
    let batch = with_prints(rows, prints).map_err(|error| wrong(io::Error::other(error)))?;
    let bytes = encode(&batch, joined).map_err(|error| wrong(io::Error::other(error)))?;
    crate::files::write_atomically(&path, &bytes).map_err(wrong)?;
    let fingerprints = fingerprints.iter().map(|print| (*print).to_owned()).collect();
    Ok(Segment { fingerprints, batches: vec![batch] })
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

/// Reads a whole segment.
pub(super) fn read(path: &Path) -> io::Result<Segment> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?).map_err(io::Error::other)?;
    let fingerprints = covered(builder.metadata().file_metadata().key_value_metadata());
    let reader = builder.with_batch_size(65_536).build().map_err(io::Error::other)?;
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    Ok(Segment { fingerprints, batches })
}

/// Reads only which submissions a segment covers.
pub(super) fn read_fingerprints(path: &Path) -> io::Result<Vec<String>> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&File::open(path)?).map_err(io::Error::other)?;
    Ok(covered(metadata.file_metadata().key_value_metadata()))
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
        if path.extension().is_some_and(|extension| extension == "parquet") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
