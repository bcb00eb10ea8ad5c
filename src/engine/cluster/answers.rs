//! What a worker says of a unit: named parts, each of them bytes.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray as _, BinaryArray, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use arrow::error::ArrowError;

/// A named part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPart {
    pub name: String,
    pub content: Vec<u8>,
}

/// All that a worker said of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitAnswer {
    /// The number that the unit was handed out with.
    pub unit: u64,
    pub parts: Vec<AnswerPart>,
}

/// What a worker does with units.
#[async_trait::async_trait]
pub trait UnitWorker: Debug + Send + Sync {
    /// Works on one unit of a job. Whoever asked does himself what is not answered.
    async fn answer(&self, job: &str, order: &str) -> Vec<AnswerPart>;
}

/// An answer as rows, one for each part and one that ends it.
pub(super) static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let field = |name, data_type| Field::new(name, data_type, false);
    Arc::new(Schema::new(vec![
        field("lane", DataType::UInt64),
        field("unit", DataType::UInt64),
        field("part", DataType::Utf8),
        field("content", DataType::Binary),
    ]))
});

/// The name of the row that ends an answer.
const END: &str = "";

/// An answer, and the lane that it came on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LaneAnswer {
    pub lane: u64,
    pub answer: UnitAnswer,
}

impl LaneAnswer {
    /// The rows of the answer.
    pub(super) fn rows(&self) -> Result<RecordBatch, ArrowError> {
        let parts = &self.answer.parts;
        let rows = parts.len() + 1;
        let number = |number: u64| -> ArrayRef { Arc::new(UInt64Array::from_value(number, rows)) };
        let names = parts.iter().map(|part| part.name.as_str()).chain([END]);
        let contents = parts.iter().map(|part| part.content.as_slice()).chain([&[][..]]);
        let columns: Vec<ArrayRef> = vec![
            number(self.lane),
            number(self.answer.unit),
            Arc::new(StringArray::from_iter_values(names)),
            Arc::new(BinaryArray::from_iter_values(contents)),
        ];
        RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
    }
}

/// Puts answers together of rows that come in, which may belong to several lanes by turns.
#[derive(Debug, Default)]
pub(super) struct Collected {
    unfinished: Vec<LaneAnswer>,
}

impl Collected {
    /// Takes rows, and gives the answers that they end. Rows of another form end nothing.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Vec<LaneAnswer> {
        let [lanes, units, names, contents] = rows.columns() else { return Vec::new() };
        let numbers = |column: &ArrayRef| column.as_primitive_opt::<UInt64Type>().cloned();
        let (Some(lanes), Some(units)) = (numbers(lanes), numbers(units)) else { return Vec::new() };
        let (Some(names), Some(contents)) = (names.as_string_opt::<i32>(), contents.as_binary_opt::<i32>()) else {
            return Vec::new();
        };
        let mut ended = Vec::new();
        for row in 0..rows.num_rows() {
            let (lane, unit) = (lanes.value(row), units.value(row));
            let is_this = |one: &LaneAnswer| one.lane == lane && one.answer.unit == unit;
            let place = self.unfinished.iter().position(is_this).unwrap_or_else(|| {
                self.unfinished.push(LaneAnswer { lane, answer: UnitAnswer { unit, parts: Vec::new() } });
                self.unfinished.len() - 1
            });
            if names.value(row) == END {
                ended.push(self.unfinished.swap_remove(place));
            } else if let Some(one) = self.unfinished.get_mut(place) {
                let part = AnswerPart { name: names.value(row).to_owned(), content: contents.value(row).to_owned() };
                one.answer.parts.push(part);
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lane: u64, unit: u64, names: &[&str]) -> LaneAnswer {
        let part = |name: &&str| AnswerPart { name: (*name).to_owned(), content: format!("{name} of {unit}").into() };
        LaneAnswer { lane, answer: UnitAnswer { unit, parts: names.iter().map(part).collect() } }
    }

    #[test]
    fn answers_come_back_as_they_were_sent_however_their_rows_are_cut() {
        let sent = [answer(0, 3, &["a", "b"]), answer(1, 4, &[]), answer(0, 5, &["a"])];
        let rows: Vec<RecordBatch> = sent.iter().map(|one| one.rows().unwrap()).collect();
        let all = arrow::compute::concat_batches(&SCHEMA, &rows).unwrap();
        for size in 1..=all.num_rows() {
            let mut collected = Collected::default();
            let cuts = (0..all.num_rows()).step_by(size).map(|at| all.slice(at, size.min(all.num_rows() - at)));
            let got: Vec<LaneAnswer> = cuts.flat_map(|rows| collected.take(&rows)).collect();
            assert_eq!(got, sent, "{size} rows at a time");
        }
    }

    #[test]
    fn an_answer_that_breaks_off_is_none() {
        let rows = answer(0, 3, &["a", "b"]).rows().unwrap();
        assert!(Collected::default().take(&rows.slice(0, 2)).is_empty());
    }
}
