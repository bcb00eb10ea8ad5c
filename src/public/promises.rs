//! What holds between figures of different metrics by definition: the invariants of the definitions. A reader knows them
//! too, and works out what they limit: no more reports are on PNC within a day than within three.
//!
//! What the larger side has more is a cell that nobody sees and that may be 0, so that the attack has an equation and needs
//! no inequality. Invariants of every metric of a sort say what the sums say already.

use super::PublicInput;
use super::book::{Book, BookEdition, RowPlace};
use super::counts::{CountColumn, RowCount, column};
use crate::definitions::invariant_file::{Invariant, InvariantRelation, Operand};

/// An invariant of one organisation or aggregate, period and edition.
#[derive(Debug)]
pub(super) struct BodyInvariant {
    pub(super) left: RowCount,
    pub(super) relation: InvariantRelation,
    /// Added up.
    pub(super) right: Vec<RowCount>,
    /// What the right side has more.
    pub(super) more: i64,
}

/// All invariants that hold for rows of the book. One that does not says nothing.
pub(super) fn promises(input: &PublicInput<'_>, book: &Book<'_>) -> Vec<BodyInvariant> {
    let mut found = Vec::new();
    for invariant in input.invariants.iter().filter(|invariant| invariant.each.is_none()) {
        let Some(left) = column(input, &invariant.left) else { continue };
        for (at, row) in book.rows.iter().enumerate() {
            if (row.place.metric, row.place.category) != (left.metric, left.category) {
                continue;
            }
            let editions = row.is_current().then_some(BookEdition::Present).into_iter();
            for edition in editions.chain(row.editions.iter().map(|&edition| BookEdition::Earlier(edition))) {
                let count = RowCount { row: at, measure: left.measure };
                found.extend(promise(input, book, invariant, edition, count));
            }
        }
    }
    found
}

fn promise(
    input: &PublicInput<'_>,
    book: &Book<'_>,
    invariant: &Invariant,
    edition: BookEdition,
    left: RowCount,
) -> Option<BodyInvariant> {
    let RowPlace { code, period, .. } = book.rows.get(left.row)?.place;
    let operand = |operand: &Operand| {
        let CountColumn { metric, category, measure } = column(input, operand)?;
        Some(RowCount { row: book.row(RowPlace { metric, category, code, period }, edition)?, measure })
    };
    let right = invariant.right.iter().map(operand).collect::<Option<Vec<_>>>()?;
    let count = |one: &RowCount| one.measure.count(book.rows.get(one.row)?);
    let more = right.iter().map(count).sum::<Option<i64>>()? - count(&left)?;
    let holds = more == 0 || (more > 0 && invariant.relation == InvariantRelation::AtMost);
    holds.then_some(BodyInvariant { left, relation: invariant.relation, right, more })
}
