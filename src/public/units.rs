//! Rows put together into systems of cells and relations that have nothing to do with each other.

use std::collections::{BTreeMap, BTreeSet};

use super::PublicInput;
use super::book::{Book, BookRow};
use super::cells::{CellPlace, Cells, Draft, draft};
use super::columns::CountNames;
use super::counts::{Measure, RowCount};
use super::promises::{BodyInvariant, promises};
use super::relations::{FoundSum, SumFinder};
use crate::definitions::invariant_file::InvariantRelation::AtMost;
use crate::disclosure::system::{Relation, System, SystemError};
use crate::vocabulary::period::{Period, PeriodType};

/// Cells that may hang together.
#[derive(Debug, Default)]
pub(super) struct ProtectionUnit {
    /// Metric and period, for messages.
    pub(super) name: String,
    pub(super) cells: Cells,
    /// Rows of the edition by position, each with the labels of its counts.
    pub(super) rows: BTreeMap<usize, Vec<String>>,
    relations: Vec<Relation>,
}

impl ProtectionUnit {
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
type UnitKey = (usize, Option<Period>);

/// The units that hold something to be withheld, and the sums that do not hold.
pub(super) fn units(
    input: &PublicInput<'_>,
    book: &Book<'_>,
    columns: &CountNames<'_>,
) -> (Vec<ProtectionUnit>, Vec<String>) {
    let maker = Maker { input, book, columns };
    let kinds: BTreeSet<PeriodType> = book.places().map(|place| place.period.kind).collect();
    let linked = kinds.len() > 1 || kinds.contains(&PeriodType::Rolling12m);
    let key = |row: usize| {
        let place = book.rows.get(row).map(|row| row.place)?;
        Some((columns.family(place.metric), Some(place.period).filter(|_| !linked)))
    };
    let mut finder = SumFinder::new(input, book, columns);
    (0..book.rows.len()).for_each(|row| finder.look_at(row));
    let promises = promises(input, book);
    let changes = maker.changes();
    let mut units: BTreeMap<UnitKey, ProtectionUnit> = maker
        .needed(&promises, &finder.found, &changes)
        .filter_map(key)
        .map(|key| (key, ProtectionUnit::default()))
        .collect();
    for row in 0..book.rows.len() {
        if let Some(unit) = key(row).and_then(|key| units.get_mut(&key)) {
            maker.add_row(unit, row);
        }
    }
    for sum in &finder.found {
        if let Some(unit) = key(sum.total).and_then(|key| units.get_mut(&key)) {
            maker.add_sum(unit, sum);
        }
    }
    for promise in &promises {
        if let Some(unit) = key(promise.left.row).and_then(|key| units.get_mut(&key)) {
            maker.add_promise(unit, promise);
        }
    }
    for change in &changes {
        if let Some(unit) = key(change.now).and_then(|key| units.get_mut(&key)) {
            maker.add_change(unit, *change);
        }
    }
    for &(one, other) in columns.equals() {
        if let Some(unit) = key(one.row).and_then(|key| units.get_mut(&key))
            && let (Some(part), Some(total)) = (columns.label(book, one), columns.label(book, other))
        {
            unit.relations.push(Relation { parts: vec![part], total, offset: 0 });
        }
    }
    let mut unused = finder.unused;
    unused.sort();
    unused.dedup();
    (units.into_values().collect(), unused)
}

/// A count that an earlier edition had otherwise: the rows of today and of then.
#[derive(Debug, Clone, Copy)]
struct Revised {
    now: usize,
    then: usize,
    measure: Measure,
}

impl Revised {
    fn today(self) -> RowCount {
        RowCount { row: self.now, measure: self.measure }
    }

    fn before(self) -> RowCount {
        RowCount { row: self.then, measure: self.measure }
    }
}

/// Makes cells and relations of rows, sums and invariants.
struct Maker<'a, 'b> {
    input: &'b PublicInput<'a>,
    book: &'b Book<'a>,
    columns: &'b CountNames<'a>,
}

impl Maker<'_, '_> {
    fn label(&self, count: RowCount) -> Option<String> {
        self.columns.label(self.book, count)
    }

    /// Where a count stands.
    fn place(&self, count: RowCount) -> Option<CellPlace> {
        let row = self.book.rows.get(count.row)?;
        let metric = self.input.metrics.get(row.place.metric)?;
        let edition = row.editions.first().and_then(|edition| self.book.editions.get(*edition)).copied();
        Some(CellPlace::of(metric, row, count.measure, edition.filter(|_| !row.is_current()).unwrap_or_default()))
    }

    fn count(&self, count: RowCount) -> Option<i64> {
        count.measure.count(self.book.rows.get(count.row)?)
    }

    /// Counts of today beside those of earlier editions that differ in the figure.
    fn changes(&self) -> Vec<Revised> {
        let mut found = Vec::new();
        for place in self.book.places() {
            let Some((&now, earlier)) = self.book.versions(place).split_first() else { continue };
            if !self.book.rows.get(now).is_some_and(BookRow::is_current) {
                continue;
            }
            for &then in earlier {
                let measures = [Measure::Numerator, Measure::Rest, Measure::Denominator];
                found.extend(measures.map(|measure| Revised { now, then, measure }));
            }
        }
        found.sort_unstable_by_key(|change| (change.now, change.then, change.measure));
        found
    }

    /// Rows of figures that must be withheld, and of those that give a small count away when held beside others.
    fn needed<'n>(
        &'n self,
        promises: &'n [BodyInvariant],
        sums: &'n [FoundSum],
        changes: &'n [Revised],
    ) -> impl Iterator<Item = usize> + 'n {
        let threshold = self.input.rule.threshold;
        let is_small = move |count: i64| (1..threshold).contains(&count);
        let must = move |row: &usize| {
            self.book.rows.get(*row).is_some_and(|row| row.contradicted || row.closes_its_level(threshold))
        };
        let remainders = sums.iter().filter(move |sum| is_small(sum.remainder)).map(|sum| sum.total);
        let differences = promises.iter().filter(move |promise| is_small(promise.more)).map(|promise| promise.left.row);
        let size = move |change: &Revised| {
            let counts = self.count(change.today()).zip(self.count(change.before()));
            counts.map_or(0, |(now, then)| (now - then).abs())
        };
        let of_revised = changes.iter().filter(move |change| is_small(size(change))).map(|change| change.now);
        (0..self.book.rows.len()).filter(must).chain(remainders).chain(differences).chain(of_revised)
    }

    /// The cells of a row, and how they make up each other.
    fn add_row(&self, unit: &mut ProtectionUnit, at: usize) {
        let Some(row) = self.book.rows.get(at) else { return };
        let is_public = |measure| self.columns.is_public(RowCount { row: at, measure });
        // With a small denominator that readers know, the figure is withheld whatever its numerator, also if that is 0.
        let small = row.all_cases().is_some_and(|count| (1..self.input.rule.threshold).contains(&count));
        let unseen = small && is_public(Measure::Denominator);
        let mut labels = Vec::new();
        for (measure, count) in Measure::of(row) {
            let one = RowCount { row: at, measure };
            let (Some(label), Some(place)) = (self.label(one), self.place(one)) else { continue };
            if unit.name.is_empty() {
                unit.name = format!("{} in {}", place.metric, place.period);
            }
            let mut cell = draft(self.input.metrics, row, count, self.input.rule, place);
            cell.published = is_public(measure);
            cell.unseen = unseen && measure != Measure::Denominator;
            if measure == Measure::Rest && is_public(Measure::Denominator) {
                // What others show without withholding is no count of cases of people, nor is its rest.
                cell.threshold = 0;
            }
            unit.cells.add(label.clone(), row, cell);
            labels.push(label);
        }
        if row.present.is_some() {
            unit.rows.insert(at, labels.clone());
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

    /// A sum. What the total has besides its parts is a count of cases as well.
    fn add_sum(&self, unit: &mut ProtectionUnit, sum: &FoundSum) {
        let count = |row| RowCount { row, measure: sum.measure };
        let whole = count(sum.total);
        let Some(total) = self.label(whole) else { return };
        let mut parts: Vec<String> = sum.parts.iter().filter_map(|&row| self.label(count(row))).collect();
        if sum.remainder > 0 {
            let place = self.place(whole).map(|place| CellPlace {
                measure: format!("{} beyond the organisations shown", place.measure),
                ..place
            });
            let shown = unit.cells.are_published([&total].into_iter().chain(&parts));
            let cell = Draft { published: shown, ..self.difference(&[whole], sum.remainder, place) };
            let remainder = format!("{total} not in {}", parts.join(", "));
            unit.cells.0.insert(remainder.clone(), cell);
            parts.push(remainder);
        }
        unit.relations.push(Relation { parts, total, offset: 0 });
    }

    /// An invariant as sums, with what one side has more as a cell. That is a count of cases as well: those that were on
    /// PNC within three days and not within one.
    fn add_promise(&self, unit: &mut ProtectionUnit, promise: &BodyInvariant) {
        let Some(left) = self.label(promise.left) else { return };
        let right: BTreeSet<String> = promise.right.iter().filter_map(|&count| self.label(count)).collect();
        if right.len() < promise.right.len() || right.contains(&left) {
            return;
        }
        let right: Vec<String> = right.into_iter().collect();
        let total = right.join(" with ");
        if right.len() > 1 {
            let counts = right.iter().map(|label| unit.cells.0.get(label).map(|cell| cell.value));
            let Some(sum) = counts.sum::<Option<i64>>() else { return };
            unit.cells.0.insert(total.clone(), Draft::unseen(sum, 0, None));
            unit.relations.push(Relation { parts: right.clone(), total: total.clone(), offset: 0 });
        }
        let mut parts = vec![left.clone()];
        if promise.relation == AtMost {
            let (less, more) = (self.place(promise.left), promise.right.first().and_then(|&count| self.place(count)));
            let place = less.zip(more).map(|(less, more)| CellPlace {
                measure: format!("{} beyond {} {}", more.measure, less.figure(), less.measure),
                ..more
            });
            let counts: Vec<RowCount> = [promise.left].into_iter().chain(promise.right.iter().copied()).collect();
            let shown = unit.cells.are_published([&left].into_iter().chain(&right));
            let beyond = format!("{total} beyond {left}");
            let cell = Draft { published: shown, ..self.difference(&counts, promise.more, place) };
            unit.cells.0.insert(beyond.clone(), cell);
            parts.push(beyond);
        }
        unit.relations.push(Relation { parts, total, offset: 0 });
    }

    /// What a count is today and was in an earlier edition. A small change is a small count: 211 breaches and then 210 say
    /// that one was withdrawn.
    fn add_change(&self, unit: &mut ProtectionUnit, change: Revised) {
        let (now, then) = (change.today(), change.before());
        let (Some(today), Some(before)) = (self.count(now), self.count(then)) else { return };
        let (Some(new), Some(old)) = (self.label(now), self.label(then)) else { return };
        if new == old {
            return;
        }
        if today == before {
            if unit.cells.are_published([&old].into_iter()) {
                unit.cells.know(&new);
            }
            unit.relations.push(Relation { parts: vec![old], total: new, offset: 0 });
            return;
        }
        let shown = unit.cells.are_published([&old, &new].into_iter());
        let place = self.place(then).zip(self.place(now)).map(|(then, now)| CellPlace {
            measure: format!("change of the {} since {}", now.measure, then.edition),
            ..now
        });
        let cell = Draft { published: shown, ..self.difference(&[now, then], (today - before).abs(), place) };
        let label = format!("{new} against {old}");
        unit.cells.0.insert(label.clone(), cell);
        let (less, more) = if today < before { (new, old) } else { (old, new) };
        unit.relations.push(Relation { parts: vec![less, label], total: more, offset: 0 });
    }

    /// What some counts leave of others. Where one of them is open to all it is no count of cases of people. Only a small
    /// one has a place in the evidence.
    fn difference(&self, counts: &[RowCount], value: i64, place: Option<CellPlace>) -> Draft {
        let open = counts.iter().any(|&count| self.columns.is_public(count));
        let threshold = if open { 0 } else { self.input.rule.threshold };
        Draft::unseen(value, threshold, place.filter(|_| (1..threshold).contains(&value)))
    }
}
