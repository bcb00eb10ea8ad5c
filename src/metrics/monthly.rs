//! A metric's result rows as plain Rust: organisation, month, category and integers.
//! Only reads Arrow columns; it adds nothing up.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use arrow::error::ArrowError;

use crate::definitions::model::Metric;
use crate::sources::MonthSpan;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::Shape;

/// A result that breaks the promise of the metric's definition.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    #[error("the rows cannot be read any more")]
    Unread(#[source] ArrowError),
    #[error("column {0} is missing from the result or has another type")]
    Column(String),
    #[error("column {column} is empty in a row of {org_code}")]
    Null { column: String, org_code: BodyId },
    #[error("column {column} holds “{value}”, which is not a category of the metric")]
    Category { column: String, value: String },
}

/// The integers of one row, by shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amounts {
    /// Proportion, rate or count; a count has no denominator.
    Counts { numerator: i64, denominator: Option<i64> },
    /// One bin of a delay histogram.
    Delay { value: i64, observed: bool, count: i64 },
    /// The grade of one organisation.
    Grade(i64),
}

/// One row of a metric's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyRow {
    pub org_code: BodyId,
    pub month: Month,
    /// Key of the category; `None` when the metric has no breakdown.
    pub category: Option<String>,
    pub amounts: Amounts,
    /// The months that must all lie in a period for the row to count there; `None` where its own month is enough.
    pub longer_span: Option<MonthSpan>,
}

/// Reads all rows of a metric's result.
pub(super) fn read_rows(metric: &Metric, batches: &[RecordBatch]) -> Result<Vec<MonthlyRow>, ResultError> {
    let mut rows = Vec::new();
    for batch in batches {
        let columns = MonthlyColumns::of(metric, batch)?;
        for row in 0..batch.num_rows() {
            rows.push(columns.row(metric, row)?);
        }
    }
    Ok(rows)
}

struct MonthlyColumns {
    org_code: StringViewArray,
    month: Date32Array,
    category: Option<StringViewArray>,
    amounts: AmountColumns,
}

enum AmountColumns {
    Counts { numerator: Int64Array, denominator: Option<Int64Array> },
    Delay { value: Int64Array, observed: BooleanArray, count: Int64Array },
    Grade(Int64Array),
}

impl MonthlyColumns {
    fn of(metric: &Metric, batch: &RecordBatch) -> Result<Self, ResultError> {
        let integer = |name: &str| column(batch, name, &DataType::Int64).map(|c| c.as_primitive::<Int64Type>().clone());
        let text = |name: &str| column(batch, name, &DataType::Utf8View).map(|c| c.as_string_view().clone());
        let amounts = if batch.column_by_name("value").is_some() {
            let observed = column(batch, "observed", &DataType::Boolean)?.as_boolean().clone();
            AmountColumns::Delay { value: integer("value")?, observed, count: integer("count")? }
        } else if metric.shape == Shape::Status {
            AmountColumns::Grade(integer("grade")?)
        } else {
            let denominator = batch.column_by_name("denominator").map(|_| integer("denominator")).transpose()?;
            AmountColumns::Counts { numerator: integer("numerator")?, denominator }
        };
        Ok(Self {
            org_code: text("org_code")?,
            month: column(batch, "month", &DataType::Date32)?.as_primitive::<Date32Type>().clone(),
            category: (metric.breakdown.as_ref().filter(|_| metric.shape != Shape::Status))
                .map(|breakdown| text(&breakdown.column))
                .transpose()?,
            amounts,
        })
    }

    fn row(&self, metric: &Metric, row: usize) -> Result<MonthlyRow, ResultError> {
        let org_code = BodyId::from(if self.org_code.is_null(row) { "" } else { self.org_code.value(row) });
        let null = |column: &str| ResultError::Null { column: column.to_owned(), org_code: org_code.clone() };
        if org_code.is_empty() {
            return Err(null("org_code"));
        }
        let day = (!self.month.is_null(row)).then(|| Date32Type::to_naive_date_opt(self.month.value(row))).flatten();
        let month = Month::of(day.ok_or_else(|| null("month"))?);
        let category = self.category(metric, row, &null)?;
        let integer = |array: &Int64Array, name: &str| {
            if array.is_null(row) { Err(null(name)) } else { Ok(array.value(row)) }
        };
        let amounts = match &self.amounts {
            AmountColumns::Counts { numerator, denominator } => Amounts::Counts {
                numerator: integer(numerator, "numerator")?,
                denominator: denominator.as_ref().filter(|array| !array.is_null(row)).map(|array| array.value(row)),
            },
            AmountColumns::Delay { value, observed, count } => Amounts::Delay {
                value: integer(value, "value")?,
                observed: observed.value(row),
                count: integer(count, "count")?,
            },
            AmountColumns::Grade(grade) => Amounts::Grade(known_grade(metric, integer(grade, "grade")?)?),
        };
        Ok(MonthlyRow { org_code, month, category, amounts, longer_span: None })
    }

    fn category(
        &self,
        metric: &Metric,
        row: usize,
        null: &dyn Fn(&str) -> ResultError,
    ) -> Result<Option<String>, ResultError> {
        let (Some(column), Some(breakdown)) = (&self.category, &metric.breakdown) else { return Ok(None) };
        if column.is_null(row) {
            return Err(null(&breakdown.column));
        }
        let value = column.value(row);
        if breakdown.categories.iter().any(|category| category.key == value) {
            Ok(Some(value.to_owned()))
        } else {
            Err(ResultError::Category { column: breakdown.column.clone(), value: value.to_owned() })
        }
    }
}

fn known_grade(metric: &Metric, level: i64) -> Result<i64, ResultError> {
    if metric.grades.iter().any(|grade| grade.level == level) {
        Ok(level)
    } else {
        Err(ResultError::Category { column: "grade".to_owned(), value: level.to_string() })
    }
}

pub(super) fn column(batch: &RecordBatch, name: &str, data_type: &DataType) -> Result<ArrayRef, ResultError> {
    let found = batch.column_by_name(name).ok_or_else(|| ResultError::Column(name.to_owned()))?;
    cast(found, data_type).map_err(|_| ResultError::Column(name.to_owned()))
}
