//! Rows put together into systems of cells and relations that have nothing to do with each other.

use std::collections::{BTreeMap, BTreeSet};

use super::PublicInput;
use super::book::Book;
use super::cells::{Cells, Draft, draft};
use super::columns::{Columns, Measure};
use super::promises::{Promise, promises};
use super::relations::{Finder, Sum};
use crate::definitions::invariant_file::Relation::AtMost;
use crate::disclosure::system::{Relation, System, SystemError};
use crate::period::{Period, PeriodType};

/// Cells that may hang together.
#[derive(Debug, Default)]
pub(super) struct Unit {
    /// Metric and period, for messages.
    pub(super) name: String,
    pub(super) cells: Cells,
    relations: Vec<Relation>,
}

impl Unit {
    pub(super) fn system(&self) -> Result<System, SystemError> {
        System::new(self.cells.finished(), &self.relations, &[])
    }

    /// Labels in words: metric, organisation and period.
    pub(super) fn places(&self, labels: &[String]) -> String {
        let mut places: BTreeSet<String> = BTreeSet::new();
        for label in labels {
            let place = self.cells.0.get(label).and_then(|cell| cell.place.as_ref());
            places.insert(place.map_or_else(
                || label.clone(),
                |place| format!("{} of {} in {}", place.metric, place.code, place.period),
            ));
        }
        places.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// Family of metrics and period; no period where earlier editions of other kinds of period link them.
type Key = (usize, Option<Period>);

/// The units that hold something to be withheld, and the sums that do not hold.
pub(super) fn units(input: &PublicInput<'_>, book: &Book<'_>, columns: &Columns<'_>) -> (Vec<Unit>, Vec<String>) {
    let kinds: BTreeSet<PeriodType> = book.places().map(|place| place.3.kind).collect();
    let linked = kinds.len() > 1;
    let key = |row: usize| {
        let place = book.rows.get(row).map(|row| row.place)?;
        Some((columns.family(place.0), Some(place.3).filter(|_| !linked)))
    };
    let needs = |row: &usize| book.rows.get(*row).is_some_and(|row| row.must_be_withheld(input.rule.threshold));
    let needed: BTreeSet<Key> = (0..book.rows.len()).filter(needs).filter_map(key).collect();
    let mut units: BTreeMap<Key, Unit> = needed.into_iter().map(|key| (key, Unit::default())).collect();
    let mut finder = Finder::new(input, book, columns);
    for row in 0..book.rows.len() {
        let Some(unit) = key(row).and_then(|key| units.get_mut(&key)) else { continue };
        add_row(unit, input, (book, columns), row);
        finder.look_at(row);
    }
    let mut unused = finder.unused;
    unused.sort();
    unused.dedup();
    for sum in finder.found {
        if let Some(unit) = key(sum.total).and_then(|key| units.get_mut(&key)) {
            add_sum(unit, (book, columns), &sum);
        }
    }
    for promise in promises(input, book) {
        if let Some(unit) = key(promise.left.0).and_then(|key| units.get_mut(&key)) {
            add_promise(unit, (book, columns), &promise);
        }
    }
    for &(one, other) in columns.equals() {
        if let Some(unit) = key(one.0).and_then(|key| units.get_mut(&key))
            && let (Some(part), Some(total)) = (columns.label(book, one), columns.label(book, other))
        {
            unit.relations.push(Relation { parts: vec![part], total, offset: 0 });
        }
    }
    (units.into_values().collect(), unused)
}

/// The cells of a row, and how they make up each other.
fn add_row(unit: &mut Unit, input: &PublicInput<'_>, (book, columns): (&Book<'_>, &Columns<'_>), at: usize) {
    let Some(row) = book.rows.get(at) else { return };
    let Some(metric) = input.metrics.get(row.place.0) else { return };
    if unit.name.is_empty() {
        unit.name = format!("{} in {}", metric.id, row.place.3);
    }
    let edition = row.editions.first().and_then(|edition| book.editions.get(*edition)).copied();
    let edition = edition.filter(|_| row.present.is_none()).unwrap_or_default();
    let is_public = |measure| columns.is_public((at, measure));
    // With a small denominator that readers know, the figure is withheld whatever its numerator, also if that is 0.
    let small = row.denominator.is_some_and(|count| (1..input.rule.threshold).contains(&count));
    let unseen = small && is_public(Measure::Denominator);
    let mut labels = Vec::new();
    for (measure, count) in Measure::of(row) {
        let Some(label) = columns.label(book, (at, measure)) else { continue };
        let mut cell = draft(metric, row, (measure, count), input.rule, edition);
        cell.published = is_public(measure);
        cell.unseen = unseen && measure != Measure::Denominator;
        if measure == Measure::Rest && is_public(Measure::Denominator) {
            // What others show without withholding is no count of cases of people, nor is its rest.
            cell.threshold = 0;
        }
        unit.cells.add(label.clone(), row, cell);
        labels.push(label);
    }
    if let [numerator, rest, denominator] = labels.as_slice() {
        unit.relations.push(Relation {
            parts: vec![numerator.clone(), rest.clone()],
            total: denominator.clone(),
            offset: 0,
        });
        unit.cells.tie(numerator, rest);
    }
}

/// An invariant as sums, with what one side has more as a cell that nobody sees.
fn add_promise(unit: &mut Unit, (book, columns): (&Book<'_>, &Columns<'_>), promise: &Promise) {
    let Some(left) = columns.label(book, promise.left) else { return };
    let mut right: Vec<String> = promise.right.iter().filter_map(|&count| columns.label(book, count)).collect();
    let total = match right.as_slice() {
        [one] if *one == left => return,
        [one] => one.clone(),
        _ => {
            right.sort();
            let labels = right.len();
            right.dedup();
            if right.len() < labels {
                return;
            }
            let counts = right.iter().map(|label| unit.cells.0.get(label).map(|cell| cell.value));
            let Some(sum) = counts.sum::<Option<i64>>() else { return };
            let total = right.join(" with ");
            unit.cells.0.insert(total.clone(), Draft::remainder(sum));
            unit.relations.push(Relation { parts: right, total: total.clone(), offset: 0 });
            total
        }
    };
    let mut parts = vec![left];
    if promise.relation == AtMost {
        let more = format!("{total} beyond {}", parts.join(""));
        unit.cells.0.insert(more.clone(), Draft::remainder(promise.more));
        parts.push(more);
    }
    unit.relations.push(Relation { parts, total, offset: 0 });
}

fn add_sum(unit: &mut Unit, (book, columns): (&Book<'_>, &Columns<'_>), sum: &Sum) {
    let label = |row: &usize| columns.label(book, (*row, sum.measure));
    let Some(total) = label(&sum.total) else { return };
    let mut parts: Vec<String> = sum.parts.iter().filter_map(label).collect();
    if sum.remainder > 0 {
        let remainder = format!("{total} not in {}", parts.join(", "));
        unit.cells.0.insert(remainder.clone(), Draft::remainder(sum.remainder));
        parts.push(remainder);
    }
    unit.relations.push(Relation { parts, total, offset: 0 });
}
