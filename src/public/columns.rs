//! Columns of counts and what they are called: which variants add up, and under which label each count of each row is a
//! cell. Counts that are the same thing under several names have one label; `shared` says which.

use std::collections::{BTreeMap, HashMap};

use super::PublicInput;
use super::book::{Book, BookRow, RowPlace};
use super::counts::{CountColumn, Measure, PeriodCount, RowCount, Sums};
use super::shared::{Shared, shared};
use crate::definitions::model::{BreakdownKind, Metric};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Period;

/// Counts of a column in one period by organisation or aggregate.
type CodeCounts<'a> = Vec<(&'a BodyId, i64)>;

/// The names of all counts.
#[derive(Debug)]
pub(super) struct CountNames<'a> {
    ids: Vec<&'a str>,
    pub(super) sums: Sums<'a>,
    shared: Shared,
}

impl<'a> CountNames<'a> {
    pub(super) fn of(input: &PublicInput<'a>, book: &Book<'a>) -> Self {
        let ids: Vec<&str> = input.metrics.iter().map(|metric| metric.id.as_str()).collect();
        let sums = sums(input.metrics, &counts(book));
        let own = |count: RowCount| book.rows.get(count.row).map(|row| own_label(&ids, book, row, count.measure));
        let shared = shared(input, book, &sums, own);
        Self { ids, sums, shared }
    }

    /// Metrics that have counts in common carry the same number.
    pub(super) fn family(&self, metric: usize) -> usize {
        self.shared.family(metric)
    }

    /// Whether a metric that withholds nothing shows the count.
    pub(super) fn is_public(&self, count: RowCount) -> bool {
        self.shared.is_public(count)
    }

    /// Counts that are the same thing, though they stand in one sum and cannot be one cell.
    pub(super) fn equals(&self) -> &[(RowCount, RowCount)] {
        self.shared.equals()
    }

    /// The label of one count of a row.
    pub(super) fn label(&self, book: &Book<'a>, count: RowCount) -> Option<String> {
        let RowCount { row, measure } = self.shared.first(count);
        Some(own_label(&self.ids, book, book.rows.get(row)?, measure))
    }
}

/// What one count of a row is called by itself. Counts of earlier editions that have changed since name their edition.
fn own_label(ids: &[&str], book: &Book<'_>, row: &BookRow<'_>, measure: Measure) -> String {
    let RowPlace { metric, category, code, period } = row.place;
    let id = ids.get(metric).copied().unwrap_or_default();
    let name = format!("{id} {} {} {code} {period}", category.unwrap_or("headline"), measure.as_str());
    match row.editions.first().and_then(|edition| book.editions.get(*edition)).filter(|_| !row.is_current()) {
        Some(edition) => format!("{name} in {edition}"),
        None => name,
    }
}

/// The present columns by period, each in the order of codes.
fn counts<'a>(book: &Book<'a>) -> BTreeMap<(Period, CountColumn<'a>), CodeCounts<'a>> {
    let mut found: BTreeMap<(Period, CountColumn<'a>), CodeCounts<'a>> = BTreeMap::new();
    for row in book.rows.iter().filter(|row| row.is_current()) {
        let RowPlace { metric, category, code, period } = row.place;
        for (measure, count) in Measure::of(row) {
            found.entry((period, CountColumn { metric, category, measure })).or_default().push((code, count));
        }
    }
    for counts in found.values_mut() {
        counts.sort_unstable();
    }
    found
}

/// Variants of a metric that add up to its first one for every organisation and aggregate of a period. A variant that is
/// what the first leaves of the denominator is not among them.
fn sums<'a>(metrics: &'a [Metric], counts: &BTreeMap<(Period, CountColumn<'a>), CodeCounts<'a>>) -> Sums<'a> {
    let mut found = HashMap::new();
    for &(period, CountColumn { metric, category, measure }) in counts.keys() {
        let breakdown = metrics.get(metric).and_then(|metric| metric.breakdown.as_ref());
        let Some(breakdown) = breakdown.filter(|known| known.kind == BreakdownKind::Variants) else { continue };
        let keys: Vec<&str> = breakdown.categories.iter().map(|known| known.key.as_str()).collect();
        let Some((first, others)) = keys.split_first().filter(|(first, _)| category == Some(**first)) else { continue };
        if measure == Measure::Rest {
            continue;
        }
        let of = |key, measure| counts.get(&(period, CountColumn { metric, category: Some(key), measure }));
        let left = of(*first, Measure::Rest);
        let parts: Vec<&str> =
            others.iter().copied().filter(|key| of(*key, measure).is_some() && of(*key, measure) != left).collect();
        let mut sum: BTreeMap<&BodyId, i64> = BTreeMap::new();
        for (code, count) in parts.iter().filter_map(|key| of(*key, measure)).flatten() {
            *sum.entry(code).or_default() += count;
        }
        let holds = of(*first, measure).is_some_and(|whole| {
            whole.iter().all(|(code, count)| sum.get(code) == Some(count)) && sum.len() == whole.len()
        });
        if holds && parts.len() > 1 && sum.values().any(|count| *count > 0) {
            found.insert(PeriodCount { metric, period, measure }, parts);
        }
    }
    found
}
