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

/// Writes rows as CSV: a header, empty cells for no value, six decimals.
pub(super) fn write_csv<'r, R: 'r>(
    name: &str,
    columns: &[(&'static str, Selected<'_, R>)],
    rows: impl Iterator<Item = &'r R>,
    out: &mut (dyn Write + Send),
) -> Result<(), ResultsError> {
    let wrong = |source| ResultsError::Csv { file: format!("{name}.csv"), source };
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(wrong)?;
    let mut scratch = String::new();
    for row in rows {
        for (_, column) in columns {
            writer.write_field(column.cell(row, &mut scratch).as_bytes()).map_err(wrong)?;
        }
        writer.write_record(None::<&[u8]>).map_err(wrong)?;
    }
    writer.flush().map_err(|error| wrong(error.into()))
}
