//! Few rows that stand for all rows of a submission. A condition on one column is true on one of them if it is true on any row,
//! where it is about a text or a truth value, or holds numbers and dates against limits. The texts of a column are mostly a few
//! that come again and again, so that far fewer values are looked at.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, ByteView, MAX_INLINE_VIEW_LEN, PrimitiveArray, RecordBatch,
    StringViewArray, UInt32Array,
};
use arrow::compute::{interleave, max, min, take};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;

/// Rows stand for others only where they are at most this part of them: they take memory too.
const SHARE: usize = 8;

/// Texts that are remembered as seen, by their place among so many.
const SEEN: usize = 1 << SEEN_BITS;
const SEEN_BITS: u32 = 13;

/// Where a value stands: the batch, and the row in it.
type Position = (usize, usize);

/// Rows that stand for those of `batches`, or these themselves where they would be hardly fewer. The first `own` columns come from
/// the files; the others are the same in every row.
pub(super) fn representatives(batches: &[RecordBatch], own: usize) -> Result<Vec<RecordBatch>, ArrowError> {
    let filled: Vec<&RecordBatch> = batches.iter().filter(|batch| batch.num_rows() > 0).collect();
    let Some(first) = filled.first() else { return Ok(Vec::new()) };
    let most = filled.iter().map(|batch| batch.num_rows()).sum::<usize>() / SHARE;
    let mut columns = Vec::with_capacity(first.num_columns());
    for at in 0..first.num_columns() {
        let parts: Vec<&dyn Array> = filled.iter().map(|batch| batch.column(at).as_ref()).collect();
        let values = if at < own { values_of(&parts, most)? } else { Some(first.column(at).slice(0, 1)) };
        match values {
            Some(values) if values.len() <= most => columns.push(values),
            _ => return Ok(batches.to_vec()),
        }
    }
    let rows = columns.iter().map(Array::len).max().unwrap_or(0);
    let columns = columns.iter().map(|column| filled_up(column, rows)).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![RecordBatch::try_new(first.schema(), columns)?])
}

/// As many values, the first one again and again behind the others.
fn filled_up(values: &ArrayRef, rows: usize) -> Result<ArrayRef, ArrowError> {
    let places = (0..rows).map(|row| u32::try_from(if row < values.len() { row } else { 0 }).unwrap_or(0));
    take(values, &UInt32Array::from_iter_values(places), None)
}

/// The values of a column that stand for all of its values; `None` where they would be more than `most`.
fn values_of(parts: &[&dyn Array], most: usize) -> Result<Option<ArrayRef>, ArrowError> {
    match parts.first().map(|part| part.data_type()) {
        Some(DataType::Utf8View) => {
            distinct_texts(parts, most).map(|positions| interleave(parts, &positions)).transpose()
        }
        Some(DataType::Boolean) => Ok(Some(interleave(parts, &distinct_truths(parts))?)),
        Some(DataType::Int64) => Ok(Some(extremes::<Int64Type>(parts))),
        Some(DataType::Date32) => Ok(Some(extremes::<Date32Type>(parts))),
        Some(DataType::Timestamp(..)) => Ok(Some(extremes::<TimestampMicrosecondType>(parts))),
        _ => Ok(None),
    }
}

/// The least and the greatest value, and a null if there is one.
fn extremes<T: ArrowPrimitiveType<Native: Ord>>(parts: &[&dyn Array]) -> ArrayRef {
    let columns = || parts.iter().map(|part| part.as_primitive::<T>());
    let least = columns().filter_map(min).min();
    let greatest = columns().filter_map(max).max();
    let null = parts.iter().any(|part| part.null_count() > 0).then_some(None);
    let values: PrimitiveArray<T> = [least, greatest].into_iter().flatten().map(Some).chain(null).collect();
    let data_type = parts.first().map_or(T::DATA_TYPE, |part| part.data_type().clone());
    Arc::new(values.with_data_type(data_type))
}

/// Where true, false and null stand first.
fn distinct_truths(parts: &[&dyn Array]) -> Vec<Position> {
    let is_there = |wanted: Option<bool>| {
        parts.iter().enumerate().find_map(|(batch, part)| {
            let values = part.as_boolean();
            values.iter().position(|value| value == wanted).map(|row| (batch, row))
        })
    };
    [Some(true), Some(false), None].into_iter().filter_map(is_there).collect()
}

/// Where each text stands once or more often, and where a null stands; `None` where these are more than `most` places.
fn distinct_texts(parts: &[&dyn Array], most: usize) -> Option<Vec<Position>> {
    let mut positions = Vec::new();
    let mut seen = vec![u128::MAX; SEEN];
    let mut has_null = false;
    for (batch, part) in parts.iter().enumerate() {
        let texts = part.as_string_view();
        let nulls = texts.nulls();
        for (row, view) in texts.views().iter().enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                if !has_null {
                    has_null = true;
                    positions.push((batch, row));
                }
                continue;
            }
            let identity = identity_of(*view, texts);
            if let Some(slot) = seen.get_mut(slot_of(identity))
                && *slot != identity
            {
                *slot = identity;
                positions.push((batch, row));
            }
        }
        if positions.len() > most {
            return None;
        }
    }
    Some(positions)
}

/// What only equal texts have in common: what a short one says, or where a long one lies in memory and how long it is. Equal
/// texts that lie in several places count as different.
fn identity_of(view: u128, texts: &StringViewArray) -> u128 {
    let ByteView { length, buffer_index, offset, .. } = ByteView::from(view);
    if length <= MAX_INLINE_VIEW_LEN {
        return view;
    }
    let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let start = texts.data_buffers().get(place(buffer_index)).map_or(0, |buffer| buffer.as_ptr().addr());
    let address = u128::try_from(start.saturating_add(place(offset))).unwrap_or(0);
    (address << u32::BITS) | u128::from(length)
}

/// The place at which an identity is remembered: the upper bits of a product with the golden ratio (Knuth, The Art of Computer
/// Programming, volume 3, section 6.4).
fn slot_of(identity: u128) -> usize {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let [low, high] = [identity, identity >> 64].map(|half| u64::try_from(half & u128::from(u64::MAX)).unwrap_or(0));
    let mixed = (low ^ high.rotate_left(32)).wrapping_mul(GOLDEN);
    usize::try_from(mixed >> (u64::BITS - SEEN_BITS)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use arrow::array::{BooleanArray, Date32Array, Int64Array};
    use arrow::datatypes::{Field, Schema};
    use proptest::prelude::*;

    use super::*;

    const TEXTS: [&str; 6] = ["", "a", "ab", "twelve bytes", "thirteen byte", "thirteen bits"];

    fn table(texts: &[Option<String>], numbers: &[Option<i64>], truths: &[Option<bool>]) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(texts.iter().map(Option::as_deref).collect::<StringViewArray>()),
            Arc::new(Int64Array::from(numbers.to_vec())),
            Arc::new(BooleanArray::from(truths.to_vec())),
            Arc::new(Date32Array::from(vec![7; texts.len()])),
        ];
        let field = |(at, column): (usize, &ArrayRef)| Field::new(format!("c{at}"), column.data_type().clone(), true);
        let schema = Schema::new(columns.iter().enumerate().map(field).collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), columns).unwrap()
    }

    fn texts_of(batches: &[RecordBatch]) -> BTreeSet<Option<String>> {
        let texts = |batch: &RecordBatch| -> Vec<Option<String>> {
            batch.column(0).as_string_view().iter().map(|text| text.map(str::to_owned)).collect()
        };
        batches.iter().flat_map(texts).collect()
    }

    fn truths_of(batches: &[RecordBatch]) -> BTreeSet<Option<bool>> {
        batches.iter().flat_map(|batch| batch.column(2).as_boolean().iter().collect::<Vec<_>>()).collect()
    }

    fn numbers_of(batches: &[RecordBatch]) -> Vec<Option<i64>> {
        batches
            .iter()
            .flat_map(|batch| batch.column(1).as_primitive::<Int64Type>().iter().collect::<Vec<_>>())
            .collect()
    }

    fn least_and_greatest(batches: &[RecordBatch]) -> (Option<i64>, Option<i64>, bool) {
        let numbers = numbers_of(batches);
        let there = || numbers.iter().flatten().copied();
        (there().min(), there().max(), numbers.contains(&None))
    }

    #[test]
    fn eight_thousand_rows_of_three_texts_become_three_rows() {
        let long = "a reference that no view holds by itself";
        let texts: Vec<_> =
            ["PNC", "LEDS", long].iter().cycle().take(8_000).map(|text| Some((*text).to_owned())).collect();
        let numbers: Vec<_> = (0..8_000).map(Some).collect();
        let batch = table(&texts, &numbers, &vec![Some(true); 8_000]);
        // Each of the long ones lies in a place of its own here, as a reader of plain pages leaves them.
        let rows = representatives(std::slice::from_ref(&batch), 3).unwrap();
        assert_eq!(rows[0].num_rows(), 8_000);
        let places = UInt32Array::from_iter_values((0..8_000).map(|row| row % 3));
        let shared: Vec<ArrayRef> = batch.columns().iter().map(|column| take(column, &places, None).unwrap()).collect();
        let batch = RecordBatch::try_new(batch.schema(), shared).unwrap();
        let rows = representatives(&[batch.slice(0, 5_000), batch.slice(5_000, 3_000)], 3).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].num_rows(), 3);
        assert_eq!(texts_of(&rows), texts_of(&[batch]));
    }

    #[test]
    fn no_rows_stand_for_no_rows() {
        let empty = table(&[], &[], &[]);
        assert!(representatives(&[empty], 3).unwrap().is_empty());
        assert!(representatives(&[], 3).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_value_that_decides_is_lost(
            rows in prop::collection::vec(
                (
                    prop::option::weighted(0.9, 0..TEXTS.len()),
                    prop::option::weighted(0.9, -3..3_i64),
                    prop::option::of(any::<bool>()),
                ),
                0..400,
            ),
            copies in 1..40_usize,
            cut in 0..400_usize,
        ) {
            let (mut texts, mut numbers, mut truths) = (Vec::new(), Vec::new(), Vec::new());
            for (text, number, truth) in rows {
                texts.push(text.map(|at| TEXTS[at].to_owned()));
                numbers.push(number);
                truths.push(truth);
            }
            let batch = table(&texts, &numbers, &truths);
            let cut = cut.min(batch.num_rows());
            let halves = [batch.slice(0, cut), batch.slice(cut, batch.num_rows() - cut)];
            let batches: Vec<RecordBatch> = halves.iter().cycle().take(2 * copies).cloned().collect();
            let found = representatives(&batches, 3).unwrap();
            prop_assert_eq!(texts_of(&found), texts_of(&batches));
            prop_assert_eq!(truths_of(&found), truths_of(&batches));
            prop_assert_eq!(least_and_greatest(&found), least_and_greatest(&batches));
            let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
            prop_assert!(rows(&found) * SHARE <= rows(&batches) || rows(&found) == rows(&batches));
        }
    }
}
