//! Rows of roll-ups that say which submission each of them came from: by a number in their last column.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, Int32Array, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use arrow::error::ArrowError;

const NUMBER: &str = "submission";

/// The schema of rows of `schema` with numbers.
pub(super) fn numbered_schema(schema: &SchemaRef) -> SchemaRef {
    let number = Arc::new(Field::new(NUMBER, DataType::Int32, false));
    Arc::new(Schema::new(schema.fields().iter().cloned().chain([number]).collect::<Vec<_>>()))
}

/// The rows with these numbers, one for each.
///
/// # Errors
/// Not as many numbers as rows.
pub fn with_numbers(rows: &RecordBatch, numbers: Vec<i32>) -> Result<RecordBatch, ArrowError> {
    let mut columns = rows.columns().to_vec();
    columns.push(Arc::new(Int32Array::from(numbers)));
    RecordBatch::try_new(numbered_schema(&rows.schema()), columns)
}

/// The numbers of numbered rows.
///
/// # Errors
/// Rows without numbers.
pub fn numbers_of(rows: &RecordBatch) -> Result<&[i32], ArrowError> {
    let numbers = rows.columns().last().and_then(|column| column.as_primitive_opt::<Int32Type>());
    let numbers = numbers.ok_or_else(|| ArrowError::SchemaError("no submission numbers".to_owned()))?;
    Ok(numbers.values())
}

/// The same rows in memory of their own: their texts may be views into memory that they share with others.
///
/// # Errors
/// Rows that do not fit their own schema.
pub fn compact(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = rows.columns().iter().map(|column| match column.as_string_view_opt() {
        Some(texts) => Arc::new(texts.gc()) as ArrayRef,
        None => Arc::clone(column),
    });
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(rows.schema(), columns.collect(), &options)
}
