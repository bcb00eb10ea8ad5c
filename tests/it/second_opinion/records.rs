//! Rows of a Parquet file as plain values, looked up by the names of their columns.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use chrono::NaiveDate;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Text(String),
    Number(i64),
    Flag(bool),
    Day(NaiveDate),
    /// Microseconds since 1970 in UTC.
    Instant(i64),
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    names: Arc<Vec<String>>,
    values: Vec<Value>,
}

impl Row {
    pub fn value(&self, name: &str) -> &Value {
        let place = self.names.iter().position(|n| n == name).unwrap_or_else(|| panic!("there is no column {name}"));
        &self.values[place]
    }

    /// The text of a column, empty for none.
    pub fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Text(text) => text,
            Value::Null => "",
            other => panic!("{name} holds {other:?}"),
        }
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        match self.value(name) {
            Value::Number(number) => Some(*number),
            Value::Null => None,
            other => panic!("{name} holds {other:?}"),
        }
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name) {
            Value::Flag(flag) => Some(*flag),
            Value::Null => None,
            other => panic!("{name} holds {other:?}"),
        }
    }

    pub fn day(&self, name: &str) -> Option<NaiveDate> {
        match self.value(name) {
            Value::Day(day) => Some(*day),
            Value::Null => None,
            other => panic!("{name} holds {other:?}"),
        }
    }

    pub fn instant(&self, name: &str) -> Option<i64> {
        match self.value(name) {
            Value::Instant(instant) => Some(*instant),
            Value::Null => None,
            other => panic!("{name} holds {other:?}"),
        }
    }

    /// Whether the text of a column is one of those given.
    pub fn is(&self, name: &str, texts: &[&str]) -> bool {
        texts.contains(&self.text(name))
    }
}

/// All rows of a file; `None` when it is no whole Parquet file.
pub fn read(path: &Path) -> Option<Vec<Row>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).ok()?.build().ok()?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.ok()?;
        let names = Arc::new(batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>());
        let columns: Vec<ArrayRef> = batch.columns().iter().map(plain).collect();
        for row in 0..batch.num_rows() {
            let values = columns.iter().map(|column| value(column, row)).collect();
            rows.push(Row { names: Arc::clone(&names), values });
        }
    }
    Some(rows)
}

/// The same column in one of the five types that [`value`] knows.
fn plain(column: &ArrayRef) -> ArrayRef {
    let wanted = match column.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::Int8 | DataType::Int16 | DataType::Int32 => DataType::Int64,
        same => same.clone(),
    };
    cast(column, &wanted).unwrap()
}

fn value(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => Value::Text(column.as_string::<i32>().value(row).to_owned()),
        DataType::Int64 => Value::Number(column.as_primitive::<Int64Type>().value(row)),
        DataType::Boolean => Value::Flag(column.as_boolean().value(row)),
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            Value::Day(Date32Type::to_naive_date_opt(days).unwrap())
        }
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            Value::Instant(column.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        other => panic!("a column of {other}"),
    }
}
