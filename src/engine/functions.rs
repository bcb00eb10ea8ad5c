//! Functions of one row that statements may call besides the engine's own. What they compute is handed in.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{ScalarValue, exec_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// A function from numbers to a number. Without one of its arguments it has no answer either.
#[derive(Debug)]
pub struct ScalarFunction {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    /// What it gives, in one line.
    pub summary: &'static str,
    /// `None` where there is no answer; an error, in words, where the arguments make no sense. An error ends the statement.
    pub compute: fn(&[f64]) -> Result<Option<f64>, String>,
}

impl ScalarFunction {
    /// Name and arguments as they are called.
    pub fn call(&self) -> String {
        format!("{}({})", self.name, self.arguments.join(", "))
    }

    pub(super) fn to_udf(&'static self) -> ScalarUDF {
        let types = vec![DataType::Float64; self.arguments.len()];
        let run = Arc::new(|arguments: &[ColumnarValue]| self.run(arguments));
        create_udf(self.name, types, DataType::Float64, Volatility::Immutable, run)
    }

    fn run(&self, arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let columns: Vec<&Float64Array> = arrays.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        let rows = columns.first().map_or(0, Array::len);
        let mut answers = Vec::with_capacity(rows);
        for row in 0..rows {
            let given: Option<Vec<f64>> =
                columns.iter().map(|column| column.is_valid(row).then(|| column.value(row))).collect();
            answers.push(match given.map(|given| (self.compute)(&given)).transpose() {
                Ok(answer) => answer.flatten(),
                Err(wrong) => return exec_err!("{}: {wrong}", self.call()),
            });
        }
        let answers = Float64Array::from(answers);
        if arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_))) {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&answers, 0)?));
        }
        Ok(ColumnarValue::Array(Arc::new(answers)))
    }
}
