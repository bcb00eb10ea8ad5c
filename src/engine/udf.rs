//! The functions handed in, as `DataFusion` calls them: of one row, and of the rows of a group.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type, UInt64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{ScalarValue, exec_err, internal_err, plan_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, ScalarUDF, Signature, TypeSignature, Volatility,
    create_udf,
};

use super::functions::{AggregateFunction, Answer, Bars, Compute, ScalarFunction};

impl ScalarFunction {
    pub(super) fn to_udf(&'static self) -> ScalarUDF {
        let types = vec![DataType::Float64; self.arguments.len()];
        let gives = match self.compute {
            Compute::Number(_) => DataType::Float64,
            Compute::Text(_) => DataType::Utf8,
        };
        let run = Arc::new(|arguments: &[ColumnarValue]| self.run(arguments));
        create_udf(self.name, types, gives, Volatility::Immutable, run)
    }

    fn run(&self, arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let answers: ArrayRef = match self.compute {
            Compute::Number(compute) => Arc::new(Float64Array::from(self.answers(&arrays, compute)?)),
            Compute::Text(compute) => Arc::new(StringArray::from(self.answers(&arrays, compute)?)),
        };
        if arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_))) {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&answers, 0)?));
        }
        Ok(ColumnarValue::Array(answers))
    }

    fn answers<T>(
        &self,
        arrays: &[ArrayRef],
        compute: fn(&[f64]) -> Answer<T>,
    ) -> Result<Vec<Option<T>>, DataFusionError> {
        let columns: Vec<&Float64Array> = arrays.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        let answer = |row| match numbers(&columns, row).map(|given| compute(&given)).transpose() {
            Ok(answer) => Ok(answer.flatten()),
            Err(wrong) => exec_err!("{}: {wrong}", self.call()),
        };
        (0..columns.first().map_or(0, Array::len)).map(answer).collect()
    }
}

/// A row's numbers; `None` where one is missing.
fn numbers(columns: &[&Float64Array], row: usize) -> Option<Vec<f64>> {
    columns.iter().map(|column| column.is_valid(row).then(|| column.value(row))).collect()
}

impl AggregateFunction {
    pub(super) fn to_udaf(&'static self) -> AggregateUDF {
        let mut types = vec![DataType::Int64];
        types.extend(self.observed.then_some(DataType::Boolean));
        types.push(DataType::Int64);
        types.extend(vec![DataType::Float64; self.settings.len()]);
        let longer = types.iter().cloned().chain([DataType::Float64]).collect();
        let signatures = vec![TypeSignature::Exact(types), TypeSignature::Exact(longer)];
        let signature = Signature::one_of(signatures, Volatility::Immutable);
        AggregateUDF::from(OfHistogram { function: self, signature })
    }
}

/// A function of the rows of a group. Names are unique, so two with one name are the same.
#[derive(Debug)]
struct OfHistogram {
    function: &'static AggregateFunction,
    signature: Signature,
}

impl PartialEq for OfHistogram {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for OfHistogram {}

impl Hash for OfHistogram {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl AggregateUDFImpl for OfHistogram {
    fn name(&self) -> &str {
        self.function.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(DataType::Float64)
    }

    fn accumulator(&self, arguments: AccumulatorArgs) -> Result<Box<dyn Accumulator>, DataFusionError> {
        if arguments.is_distinct {
            return plan_err!("{}: rows that are alike count apart, so DISTINCT is not for it", self.function.call());
        }
        Ok(Box::new(HistogramState::new(self.function)))
    }

    fn state_fields(&self, arguments: StateFieldsArgs) -> Result<Vec<FieldRef>, DataFusionError> {
        let field = |(part, of): (&str, DataType)| {
            Arc::new(Field::new(format_state_name(arguments.name, part), DataType::new_list(of, true), true))
        };
        let parts = [
            ("values", DataType::Int64),
            ("ended", DataType::Boolean),
            ("counts", DataType::UInt64),
            ("settings", DataType::Float64),
        ];
        Ok(parts.into_iter().map(field).collect())
    }
}

/// The bars of a group so far, and the settings that its rows agree on; none before the first row.
#[derive(Debug)]
struct HistogramState {
    function: &'static AggregateFunction,
    bars: Bars,
    settings: Option<Vec<f64>>,
}

impl HistogramState {
    fn new(function: &'static AggregateFunction) -> Self {
        Self { function, bars: Bars::new(), settings: None }
    }

    fn add(&mut self, bar: (i64, bool), count: u64) -> Result<(), DataFusionError> {
        let sum = self.bars.entry(bar).or_default();
        match sum.checked_add(count) {
            Some(added) => *sum = added,
            None => return exec_err!("{}: the counts are too large to be added", self.function.call()),
        }
        Ok(())
    }

    fn agree(&mut self, settings: &[f64]) -> Result<(), DataFusionError> {
        let kept = self.settings.get_or_insert_with(|| settings.to_vec());
        if kept.iter().map(|x| x.to_bits()).eq(settings.iter().map(|x| x.to_bits())) {
            return Ok(());
        }
        let names = self.function.settings.join(", ");
        exec_err!("{}: {names} and {} must be the same in all rows", self.function.call(), self.function.optional)
    }
}

impl Accumulator for HistogramState {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<(), DataFusionError> {
        let (values, observed, counts, settings) = match columns {
            [values, observed, counts, settings @ ..] if self.function.observed => {
                (values, Some(observed.as_boolean()), counts, settings)
            }
            [values, counts, settings @ ..] if !self.function.observed => (values, None, counts, settings),
            _ => return internal_err!("{} lacks an argument", self.function.name),
        };
        let (values, counts) = (values.as_primitive::<Int64Type>(), counts.as_primitive::<Int64Type>());
        let settings: Vec<&Float64Array> = settings.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        for row in 0..values.len() {
            let ended = observed.map_or(Some(true), |column| column.is_valid(row).then(|| column.value(row)));
            let (Some(ended), Some(given)) = (ended, numbers(&settings, row)) else { continue };
            if values.is_null(row) || counts.is_null(row) {
                continue;
            }
            let Ok(count) = u64::try_from(counts.value(row)) else {
                return exec_err!("{}: count {} is below zero", self.function.call(), counts.value(row));
            };
            self.agree(&given)?;
            self.add((values.value(row), ended), count)?;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue, DataFusionError> {
        let Some(settings) = &self.settings else { return Ok(ScalarValue::Float64(None)) };
        match (self.function.compute)(&self.bars, settings) {
            Ok(answer) => Ok(ScalarValue::Float64(answer)),
            Err(wrong) => exec_err!("{}: {wrong}", self.function.call()),
        }
    }

    fn size(&self) -> usize {
        // A node of the tree is half empty at worst.
        let bar = 2 * size_of::<((i64, bool), u64)>();
        let settings = self.settings.as_ref().map_or(0, Vec::capacity);
        size_of_val(self) + self.bars.len() * bar + settings * size_of::<f64>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>, DataFusionError> {
        let values: Int64Array = self.bars.keys().map(|(value, _)| *value).collect();
        let ended: BooleanArray = self.bars.keys().map(|(_, ended)| Some(*ended)).collect();
        let counts: UInt64Array = self.bars.values().copied().collect();
        let settings: Float64Array = self.settings.iter().flatten().copied().collect();
        let parts: [ArrayRef; 4] = [Arc::new(values), Arc::new(ended), Arc::new(counts), Arc::new(settings)];
        Ok(parts.into_iter().map(|part| SingleRowListArrayBuilder::new(part).build_list_scalar()).collect())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<(), DataFusionError> {
        let [values, ended, counts, settings] = states else {
            return internal_err!("{} lacks a part of its state", self.function.name);
        };
        for row in 0..values.len() {
            let part = |list: &ArrayRef| list.as_list::<i32>().value(row);
            let (values, ended, counts, settings) = (part(values), part(ended), part(counts), part(settings));
            let settings: Vec<f64> = settings.as_primitive::<Float64Type>().iter().flatten().collect();
            if settings.is_empty() {
                continue;
            }
            self.agree(&settings)?;
            let keys = values.as_primitive::<Int64Type>().iter().flatten().zip(ended.as_boolean().iter().flatten());
            for (bar, count) in keys.zip(counts.as_primitive::<UInt64Type>().iter().flatten()) {
                self.add(bar, count)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SUM: AggregateFunction = AggregateFunction {
        name: "weighted",
        observed: true,
        settings: &["factor"],
        optional: "more",
        summary: "sum of ended values times their counts",
        compute: |bars, settings| {
            let [factor] = settings else { return Err("takes one".to_owned()) };
            let ended = bars.iter().filter(|((_, ended), _)| *ended);
            let sum: i64 = ended.map(|((value, _), count)| value * i64::try_from(*count).unwrap()).sum();
            Ok((sum > 0).then(|| factor * f64::from(i32::try_from(sum).unwrap())))
        },
    };

    type Row = (Option<i64>, Option<bool>, Option<i64>, Option<f64>);

    fn rows(rows: &[Row]) -> Vec<ArrayRef> {
        vec![
            Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.1).collect::<BooleanArray>()),
            Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.3).collect::<Float64Array>()),
        ]
    }

    fn of(batch: &[ArrayRef]) -> Result<HistogramState, DataFusionError> {
        let mut state = HistogramState::new(&SUM);
        state.update_batch(batch).map(|()| state)
    }

    fn words(result: Result<impl Sized, DataFusionError>) -> String {
        result.err().unwrap().strip_backtrace()
    }

    #[test]
    fn parts_of_a_group_are_merged_and_rows_without_an_argument_left_out() {
        let full = |value, ended, count| (Some(value), Some(ended), Some(count), Some(2.0));
        let mut parts = [
            of(&rows(&[full(3, true, 4), full(3, false, 9), (None, Some(true), Some(1), Some(2.0))])).unwrap(),
            of(&rows(&[])).unwrap(),
            of(&rows(&[full(3, true, 1), full(5, true, 1), (Some(7), Some(true), Some(1), None)])).unwrap(),
        ];
        let mut whole = HistogramState::new(&SUM);
        assert_eq!(whole.evaluate().unwrap(), ScalarValue::Float64(None));
        for part in &mut parts {
            let state: Vec<ArrayRef> =
                part.state().unwrap().iter().map(|part| part.to_array_of_size(1).unwrap()).collect();
            whole.merge_batch(&state).unwrap();
        }
        assert_eq!(whole.evaluate().unwrap(), ScalarValue::Float64(Some(40.0)));
        assert_eq!(whole.evaluate().unwrap(), ScalarValue::Float64(Some(40.0)));
        assert!(whole.size() > parts[1].size());
    }

    #[test]
    fn what_makes_no_sense_is_an_error_that_names_the_function() {
        let row = |value, count, factor| (Some(value), Some(true), Some(count), Some(factor));
        let call = "weighted(value, observed, count, factor [, more])";
        let negative = words(of(&rows(&[row(1, -2, 1.0)])));
        assert!(negative.contains(&format!("{call}: count -2 is below zero")), "{negative}");
        let differing = words(of(&rows(&[row(1, 2, 1.0), row(1, 2, 3.0)])));
        assert!(differing.contains(&format!("{call}: factor and more must be the same in all rows")), "{differing}");
        let mut two_settings = rows(&[row(1, 2, 1.0)]);
        two_settings.push(Arc::new(Float64Array::from(vec![1.0])));
        let wrong = words(of(&two_settings).unwrap().evaluate());
        assert!(wrong.contains(&format!("{call}: takes one")), "{wrong}");
        let mut large = of(&rows(&[row(1, i64::MAX, 1.0), row(1, i64::MAX, 1.0)])).unwrap();
        let again = large.update_batch(&rows(&[row(1, i64::MAX, 1.0)]));
        assert!(words(again).contains("too large"));
    }

    #[test]
    fn a_text_is_an_answer_too() {
        static SIGN: ScalarFunction = ScalarFunction {
            name: "sign_of",
            arguments: &["x"],
            summary: "its sign",
            compute: Compute::Text(|a| Ok(a.first().filter(|x| **x != 0.0).map(|x| if *x > 0.0 { "+" } else { "-" }))),
        };
        let column = Float64Array::from(vec![Some(2.0), None, Some(0.0), Some(-1.0)]);
        let ColumnarValue::Array(signs) = SIGN.run(&[ColumnarValue::Array(Arc::new(column))]).unwrap() else {
            panic!("one answer for four rows")
        };
        let signs: Vec<Option<&str>> = signs.as_string::<i32>().iter().collect();
        assert_eq!(signs, [Some("+"), None, None, Some("-")]);
    }
}
