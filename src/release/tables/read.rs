//! Rows of a result table as a release published them, by the catalogue's names and types.

use std::fmt::Display;

use arrow::array::{Array, Decimal128Array, Int32Array, Int64Array, RecordBatch, RecordBatchReader, StringArray};
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::catalogue;
use super::catalogue::TableSpec;

/// A result table of a release that does not hold what its reader needs.
#[derive(Debug, thiserror::Error)]
#[error("{path}: this table of a release cannot be used: {message}")]
pub struct UnreadableTable {
    pub path: String,
    pub message: String,
}

/// The rows of one result table of a release.
#[derive(Debug)]
pub struct PublishedRows {
    path: String,
    table: &'static TableSpec,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// Some of the rows, which lie together in the file. Columns are asked for by the catalogue's names.
///
/// A release of an earlier version of the format may lack columns of today. Who asks for a column that is not there is
/// told so; the other columns can be read.
#[derive(Debug, Clone, Copy)]
pub struct RowSlice<'r> {
    of: &'r PublishedRows,
    rows: &'r RecordBatch,
}

impl PublishedRows {
    /// Reads a table from the content of the Parquet file at `path`.
    ///
    /// # Errors
    /// Content that is not Parquet, and a table that the catalogue does not name.
    pub fn read(table: &str, path: impl Display, content: Vec<u8>) -> Result<Self, UnreadableTable> {
        let wrong = |message: String| UnreadableTable { path: path.to_string(), message };
        let spec = catalogue().find(|spec| spec.name == table);
        let table = spec.ok_or_else(|| wrong(format!("{table} is not a result table")))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(content))
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|error| wrong(error.to_string()))?;
        let schema = reader.schema();
        let batches = reader.collect::<Result<_, _>>().map_err(|error| wrong(error.to_string()))?;
        Ok(Self { path: path.to_string(), table, schema, batches })
    }

    /// The rows in pieces, in the order of the file.
    pub fn parts(&self) -> impl Iterator<Item = RowSlice<'_>> {
        self.batches.iter().map(|rows| RowSlice { of: self, rows })
    }

    /// Whether they are the rows of that table.
    pub fn is_of(&self, table: &str) -> bool {
        self.table.name == table
    }

    /// A cell that does not hold what its reader needs.
    pub fn wrong(&self, message: impl Into<String>) -> UnreadableTable {
        UnreadableTable { path: self.path.clone(), message: message.into() }
    }

    /// The columns of the file, and the rows as they lie there.
    pub fn into_batches(self) -> (SchemaRef, Vec<RecordBatch>) {
        (self.schema, self.batches)
    }
}

impl<'r> RowSlice<'r> {
    /// How many rows there are.
    pub fn count(self) -> usize {
        self.rows.num_rows()
    }

    /// A column of texts.
    ///
    /// # Errors
    /// The file does not have the column, or the column is of another type; so for the other types.
    pub fn texts(self, name: &str) -> Result<Texts<'r>, UnreadableTable> {
        Ok(Texts(self.column(name)?))
    }

    /// A column of whole numbers.
    pub fn wholes(self, name: &str) -> Result<Wholes<'r>, UnreadableTable> {
        Ok(Wholes(self.column(name)?))
    }

    /// A column of versions.
    pub fn versions(self, name: &str) -> Result<Versions<'r>, UnreadableTable> {
        Ok(Versions(self.column(name)?))
    }

    /// A column of decimals.
    pub fn decimals(self, name: &str) -> Result<Decimals<'r>, UnreadableTable> {
        Ok(Decimals(self.column(name)?))
    }

    fn column<A: Array + 'static>(self, name: &str) -> Result<&'r A, UnreadableTable> {
        let spec = self.of.table.column(name);
        let array = self.rows.column_by_name(name).zip(spec);
        let (array, spec) = array.ok_or_else(|| self.of.wrong(format!("has no column {name}")))?;
        let wanted = spec.kind.data_type();
        let same = Some(array).filter(|array| *array.data_type() == wanted);
        same.and_then(|array| array.as_any().downcast_ref()).ok_or_else(|| {
            self.of.wrong(format!("column {name} is of the type {}, and not {wanted}", array.data_type()))
        })
    }
}

/// Texts of a column; no value is an empty text.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'r>(&'r StringArray);

/// Whole numbers of a column.
#[derive(Debug, Clone, Copy)]
pub struct Wholes<'r>(&'r Int64Array);

/// Versions of a column.
#[derive(Debug, Clone, Copy)]
pub struct Versions<'r>(&'r Int32Array);

/// Decimals of a column, in millionths.
#[derive(Debug, Clone, Copy)]
pub struct Decimals<'r>(&'r Decimal128Array);

impl<'r> Texts<'r> {
    pub fn get(self, row: usize) -> &'r str {
        if self.0.is_null(row) { "" } else { self.0.value(row) }
    }
}

impl Wholes<'_> {
    pub fn get(self, row: usize) -> Option<i64> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

impl Versions<'_> {
    /// `None` for no version, which no release should hold.
    pub fn get(self, row: usize) -> Option<u32> {
        self.0.is_valid(row).then(|| self.0.value(row).cast_unsigned())
    }
}

impl Decimals<'_> {
    /// The number nearest to the six decimals.
    pub fn get(self, row: usize) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "published numbers are far below 2^53 millionths")]
        self.0.is_valid(row).then(|| self.0.value(row) as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::release::tables::OBSERVATIONS;

    fn published(columns: &[(&str, ArrayRef)]) -> PublishedRows {
        let fields = columns.iter().map(|(name, array)| (*name, Arc::clone(array), true));
        let rows = RecordBatch::try_from_iter_with_nullable(fields).unwrap();
        let mut file = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut file, rows.schema(), None).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        PublishedRows::read(OBSERVATIONS, "r1/observations.parquet", file).unwrap()
    }

    #[test]
    fn cells_are_read_by_the_names_and_types_of_the_catalogue() {
        let values = Decimal128Array::from(vec![Some(12_500_000), None]).with_precision_and_scale(28, 6).unwrap();
        let rows = published(&[
            ("org_code", Arc::new(StringArray::from(vec![Some("=E1"), None]))),
            ("metric_version", Arc::new(Int32Array::from(vec![Some(3), None]))),
            ("numerator", Arc::new(Int64Array::from(vec![None, Some(0)]))),
            ("value", Arc::new(values)),
        ]);
        let part = rows.parts().next().unwrap();
        assert_eq!(part.count(), 2);
        assert_eq!([0, 1].map(|row| part.texts("org_code").unwrap().get(row)), ["=E1", ""]);
        assert_eq!([0, 1].map(|row| part.versions("metric_version").unwrap().get(row)), [Some(3), None]);
        assert_eq!([0, 1].map(|row| part.wholes("numerator").unwrap().get(row)), [None, Some(0)]);
        assert_eq!([0, 1].map(|row| part.decimals("value").unwrap().get(row)), [Some(12.5), None]);
    }

    #[test]
    fn a_column_that_is_not_there_or_of_another_type_is_named() {
        let rows = published(&[("numerator", Arc::new(StringArray::from(vec!["1"])))]);
        let part = rows.parts().next().unwrap();
        let told = |error: UnreadableTable| error.to_string();
        assert_eq!(
            told(part.wholes("numerator").unwrap_err()),
            "r1/observations.parquet: this table of a release cannot be used: column numerator is of the type Utf8, and \
             not Int64"
        );
        assert!(told(part.wholes("denominator").unwrap_err()).ends_with("has no column denominator"));
        let no_table = PublishedRows::read(OBSERVATIONS, "x", b"metric_id".to_vec()).unwrap_err();
        assert!(told(no_table).starts_with("x: this table of a release cannot be used: "));
        assert!(PublishedRows::read("figures", "x", Vec::new()).is_err());
    }
}
