//! The sums that readers can check in published figures: organisations and aggregates, parts and headline, months,
//! quarters and years. A sum that does not hold says nothing and is left out; where the total is larger than what is
//! shown of it, or a month of a quarter is in no edition, the remainder is a cell that nobody sees.

use std::collections::HashMap;

use super::PublicInput;
use super::book::{Book, BookEdition, RowPlace};
use super::columns::CountNames;
use super::counts::{Measure, PeriodCount, RowCount};
use crate::definitions::model::{Aggregation, BreakdownKind};
use crate::metrics::Group;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Period, PeriodType};

/// A sum that was found: rows by position, which count of them, and what the total has besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundSum {
    pub(super) parts: Vec<usize>,
    pub(super) total: usize,
    pub(super) measure: Measure,
    /// What is in the total and in no part; it is never shown.
    pub(super) remainder: i64,
}

/// The organisations of an aggregate.
struct Members<'a, 'b> {
    codes: Vec<&'a BodyId>,
    /// `None` for the nation, to which all belong in every month.
    group: Option<&'b Group>,
}

/// The counts that are looked at where something may be left over.
const COUNTS: [Measure; 3] = [Measure::Numerator, Measure::Rest, Measure::Denominator];

/// Looks for sums in one book.
pub(super) struct SumFinder<'a, 'b> {
    input: &'b PublicInput<'a>,
    book: &'b Book<'a>,
    columns: &'b CountNames<'a>,
    /// Members of each aggregate.
    members: HashMap<&'a BodyId, Members<'a, 'b>>,
    pub(super) found: Vec<FoundSum>,
    /// Sums that do not hold, in words.
    pub(super) unused: Vec<String>,
}

impl<'a, 'b> SumFinder<'a, 'b> {
    pub(super) fn new(input: &'b PublicInput<'a>, book: &'b Book<'a>, columns: &'b CountNames<'a>) -> Self {
        let is_single = |group: &&Group| group.members.first() == Some(&group.code) && group.members.len() == 1;
        let singles: Vec<&BodyId> = input.groups.iter().filter(is_single).map(|group| &group.code).collect();
        let aggregates = input.groups.iter().filter(|group| !is_single(group));
        let members = aggregates
            .map(|group| {
                let own = || group.members.iter().collect();
                let found = if group.code.is_nation() {
                    Members { codes: singles.clone(), group: None }
                } else {
                    Members { codes: own(), group: Some(group) }
                };
                (&group.code, found)
            })
            .collect();
        Self { input, book, columns, members, found: Vec::new(), unused: Vec::new() }
    }

    /// Sums whose total stands in the row.
    pub(super) fn look_at(&mut self, row: usize) {
        let Some(found) = self.book.rows.get(row) else { return };
        let present = found.is_current().then_some(BookEdition::Present);
        let editions: Vec<BookEdition> =
            present.into_iter().chain(found.editions.iter().map(|&edition| BookEdition::Earlier(edition))).collect();
        let place = found.place;
        for edition in editions {
            self.organisations(row, place, edition);
            self.parts(row, place, edition);
        }
        self.shorter_periods(row, place);
    }

    fn organisations(&mut self, row: usize, place: RowPlace<'a>, edition: BookEdition) {
        let Some(members) = self.members.get(place.code) else { return };
        let belongs = |member: &&&BodyId| members.group.is_none_or(|group| group.holds_in(member, place.period));
        let inside = members.codes.iter().filter(belongs);
        let parts: Vec<usize> =
            inside.filter_map(|member| self.book.row(RowPlace { code: member, ..place }, edition)).collect();
        for measure in COUNTS {
            self.add(parts.clone(), row, measure, true);
        }
    }

    fn parts(&mut self, row: usize, place: RowPlace<'a>, edition: BookEdition) {
        let RowPlace { metric, category, period, .. } = place;
        let Some(breakdown) = self.input.metrics.get(metric).and_then(|metric| metric.breakdown.as_ref()) else {
            return;
        };
        for measure in [Measure::Numerator, Measure::Denominator] {
            let keys: Vec<&str> = match (breakdown.kind, category) {
                (BreakdownKind::Parts, None) => breakdown.categories.iter().map(|part| part.key.as_str()).collect(),
                (BreakdownKind::Variants, None) => {
                    self.columns.sums.get(&PeriodCount { metric, period, measure }).cloned().unwrap_or_default()
                }
                _ => continue,
            };
            let rows = keys.iter().filter_map(|key| self.book.row(RowPlace { category: Some(key), ..place }, edition));
            let rows: Vec<usize> = rows.collect();
            if !rows.is_empty() {
                self.add(rows, row, measure, false);
            }
        }
    }

    /// Periods of another kind that make up the row's period, also where some of them are absent. Of a stock only the last
    /// one does.
    fn shorter_periods(&mut self, row: usize, place: RowPlace<'a>) {
        let RowPlace { metric, period, .. } = place;
        let stock = self.input.metrics.get(metric).is_some_and(|metric| metric.aggregation == Aggregation::Stock);
        for kind in
            PeriodType::ALL.into_iter().filter(|kind| (kind.months(), *kind) < (period.kind.months(), period.kind))
        {
            let tiles = tiles(period, kind, stock);
            let versions: Vec<&[usize]> =
                tiles.iter().map(|tile| self.book.versions(RowPlace { period: *tile, ..place })).collect();
            let known: Vec<&[usize]> = versions.iter().copied().filter(|known| !known.is_empty()).collect();
            if known.is_empty() {
                continue;
            }
            // A part that no edition shows is what the others leave of the whole.
            let open = known.len() < versions.len();
            for measure in COUNTS {
                self.add(known.iter().filter_map(|known| known.first().copied()).collect(), row, measure, open);
                self.add(known.iter().filter_map(|known| known.last().copied()).collect(), row, measure, open);
            }
        }
    }

    /// Notes a sum. Without `open` it must hold exactly.
    fn add(&mut self, parts: Vec<usize>, total: usize, measure: Measure, open: bool) {
        let count = |row: &usize| self.book.rows.get(*row).and_then(|row| measure.count(row));
        let Some(whole) = count(&total) else { return };
        let counts: Vec<i64> = parts.iter().filter_map(count).collect();
        let remainder = whole - counts.iter().sum::<i64>();
        let complete = counts.len() == parts.len() && !parts.is_empty();
        // The sums of the two other counts say the same, unless something is left over.
        if measure == Measure::Rest && remainder <= 0 {
            return;
        }
        if complete && (remainder == 0 || (open && remainder > 0)) {
            self.found.push(FoundSum { parts, total, measure, remainder });
        } else if complete {
            self.unused.extend(self.columns.label(self.book, RowCount { row: total, measure }));
        }
    }
}

/// The periods of a kind that make up a period exactly, oldest first; none where they do not.
fn tiles(period: Period, kind: PeriodType, stock: bool) -> Vec<Period> {
    if stock {
        let last = Period::holding(kind, period.last());
        return if last.last() == period.last() { vec![last] } else { Vec::new() };
    }
    let (mut found, mut next) = (Vec::new(), period.first);
    while next <= period.last() {
        let tile = Period { kind, first: next };
        let aligned = kind == PeriodType::Rolling12m || Period::holding(kind, next) == tile;
        if !aligned || tile.last() > period.last() {
            return Vec::new();
        }
        next = tile.last().plus(1);
        found.push(tile);
    }
    found
}
