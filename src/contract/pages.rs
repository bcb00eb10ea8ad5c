//! Counts the values in the pages of a file: a reader stops at the number of rows that the footer states, and would leave out
//! without a word what lies beyond it. Only the headers of pages are read here.

use std::sync::Arc;

use bytes::Bytes;
use bytes::buf::{Buf as _, Reader};
use parquet::column::page::PageReader as _;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::file_bytes::FileBytes;
use crate::sources::SourceFile;

/// Says which column's pages hold another number of values than their row group has rows; `None` where all are as stated.
///
/// # Errors
/// The store does not let the file be read.
pub(super) async fn contradiction_in_pages(
    bytes: &FileBytes<'_>,
    file: &SourceFile,
    metadata: &ParquetMetaData,
) -> Result<Option<String>, object_store::Error> {
    for group in metadata.row_groups() {
        for column in group.columns() {
            let name = column.column_descr().name();
            let Some((start, end)) = bounds(column, file.size) else {
                return Ok(Some(format!("the file is damaged: the pages of its column {name} lie outside it")));
            };
            let bytes = bytes.range(start..end).await?;
            let found = match count_values(Chunk { start, bytes }, column) {
                Ok(found) => found,
                Err(error) => return Ok(Some(format!("the pages of column {name} cannot be read: {error}"))),
            };
            if i64::try_from(found) != Ok(group.num_rows()) {
                return Ok(Some(format!(
                    "the file contradicts itself: a row group says {} rows, but the pages of its column {name} hold {found}",
                    group.num_rows()
                )));
            }
        }
    }
    Ok(None)
}

/// First byte of a column's pages and the one after the last, inside a file of that size.
fn bounds(column: &ColumnChunkMetaData, size: u64) -> Option<(u64, u64)> {
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let start = u64::try_from(start).ok()?;
    let end = start.checked_add(u64::try_from(column.compressed_size()).ok()?)?;
    (start < end && end <= size).then_some((start, end))
}

fn count_values(chunk: Chunk, column: &ColumnChunkMetaData) -> Result<usize, ParquetError> {
    let mut pages = SerializedPageReader::new(Arc::new(chunk), column, 0, None)?;
    let mut values: usize = 0;
    while let Some(page) = pages.peek_next_page()? {
        if !page.is_dict {
            values = values.saturating_add(page.num_levels.unwrap_or_default());
        }
        pages.skip_next_page()?;
    }
    Ok(values)
}

/// The pages of one column, at their place in the file.
struct Chunk {
    start: u64,
    bytes: Bytes,
}

impl Chunk {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let at = start.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        let at = at.filter(|at| *at <= self.bytes.len());
        at.map(|at| self.bytes.slice(at..))
            .ok_or_else(|| ParquetError::EOF("a page lies outside its column".to_owned()))
    }
}

impl Length for Chunk {
    fn len(&self) -> u64 {
        self.start.saturating_add(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX))
    }
}

impl ChunkReader for Chunk {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let rest = self.from(start)?;
        if length > rest.len() {
            return Err(ParquetError::EOF("a page lies outside its column".to_owned()));
        }
        Ok(rest.slice(..length))
    }
}
