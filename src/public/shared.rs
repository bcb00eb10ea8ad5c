//! Counts that are the same thing under several names: the denominators of metrics that differ only in their limit, the
//! headline and its first variant, a share and the rest of its counterpart. What one metric shows another cannot hide, so
//! such counts are one cell.
//!
//! Nothing in the definitions says which counts these are; the figures do. Two columns of an edition and period are *alike*
//! when they agree for every organisation and aggregate, or when their metrics share a roll-up (or are one metric) and they
//! agree for at least half of the organisations and aggregates that both have and that are not 0 in both. Of two columns
//! that are alike, the counts that agree are one cell, body by body; those that differ are two, and a body that only one
//! column has takes nothing from the other.
//!
//! Taking too many counts for the same is safe, taking too few is not. A reader who takes two counts for the same that are
//! not knows one equation more than there is: the attack has it too, so that more is withheld and never less. A reader who
//! knows of an equation that the attack has not can undo the protection. So half is enough, and it does not matter which
//! counts are compared: numerators, rests and denominators are.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::PublicInput;
use super::book::{Book, BookEdition, RowPlace, is_protected};
use super::classes::Classes;
use super::counts::{CountColumn, Measure, PeriodCount, RowCount, Sums, column};
use crate::definitions::model::{BreakdownKind, Metric};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Period;

/// Which counts are one cell.
#[derive(Debug)]
pub(super) struct Shared {
    /// The count whose name a count goes by, where it is not its own.
    first: HashMap<RowCount, RowCount>,
    equals: Vec<(RowCount, RowCount)>,
    /// Counts that metrics show that withhold nothing.
    public: HashSet<RowCount>,
    families: Vec<usize>,
}

impl Shared {
    pub(super) fn first(&self, count: RowCount) -> RowCount {
        self.first.get(&count).copied().unwrap_or(count)
    }

    pub(super) fn equals(&self) -> &[(RowCount, RowCount)] {
        &self.equals
    }

    pub(super) fn is_public(&self, count: RowCount) -> bool {
        self.public.contains(&count)
    }

    pub(super) fn family(&self, metric: usize) -> usize {
        self.families.get(metric).copied().unwrap_or(metric)
    }

    /// Metrics of one invariant are a family: each is worked out from the others.
    fn join_invariants(&mut self, input: &PublicInput<'_>) {
        for invariant in input.invariants {
            let operands = [&invariant.left].into_iter().chain(&invariant.right);
            let metrics: Vec<usize> =
                operands.filter_map(|operand| column(input, operand)).map(|column| column.metric).collect();
            for (one, other) in metrics.iter().zip(metrics.iter().skip(1)) {
                self.join(*one, *other);
            }
        }
    }

    fn join(&mut self, one: usize, other: usize) {
        let (kept, left) = (self.family(one).min(self.family(other)), self.family(one).max(self.family(other)));
        for known in self.families.iter_mut().filter(|known| **known == left) {
            *known = kept;
        }
    }
}

/// A count of a body and the row it stands in; no row where a metric shows it that withholds nothing.
#[derive(Debug, Clone, Copy)]
struct BodyCount<'a> {
    code: &'a BodyId,
    count: i64,
    row: usize,
}

/// The counts of a column in one edition and period, in the order of codes.
type Entries<'a> = Vec<BodyCount<'a>>;

/// Finds the counts that are one cell. `label` names a count by itself: of several that are one, the first name is used.
pub(super) fn shared<'a>(
    input: &PublicInput<'a>,
    book: &Book<'a>,
    sums: &Sums<'a>,
    label: impl Fn(RowCount) -> Option<String>,
) -> Shared {
    let related = Related { metrics: input.metrics, sums };
    let mut found = Shared {
        first: HashMap::new(),
        equals: Vec::new(),
        public: related.public(input, book),
        families: (0..input.metrics.len()).collect(),
    };
    let mut classes = Classes::default();
    let editions = (0..book.editions.len()).map(BookEdition::Earlier);
    for edition in [BookEdition::Present].into_iter().chain(editions) {
        for (period, columns) in tables(book, edition) {
            for Alike { one, other, .. } in related.alike(&columns, period) {
                found.join(one.column.metric, other.column.metric);
                for both in common(one.entries, other.entries).filter(BothEntries::agree) {
                    let our = RowCount { row: both.our.row, measure: one.column.measure };
                    let their = RowCount { row: both.their.row, measure: other.column.measure };
                    classes.unite(our, their, both.our.count, |one, other| related.exclude(book, one, other));
                }
            }
        }
    }
    found.join_invariants(input);
    for members in classes.of_several() {
        let name = members.iter().copied().min_by_key(|&count| label(count));
        found.first.extend(name.into_iter().flat_map(|name| members.iter().map(move |&count| (count, name))));
    }
    found.equals = classes.into_equals();
    found
}

/// The columns of an edition by period. Of an earlier one only the periods in which a count has changed since.
fn tables<'a>(book: &Book<'a>, edition: BookEdition) -> BTreeMap<Period, BTreeMap<CountColumn<'a>, Entries<'a>>> {
    let of_edition = || (0..book.rows.len()).filter(|&row| book.holds(row, edition));
    let changed: BTreeSet<Period> = of_edition()
        .filter_map(|row| book.rows.get(row))
        .filter(|row| edition == BookEdition::Present || !row.is_current())
        .map(|row| row.place.period)
        .collect();
    let mut found: BTreeMap<Period, BTreeMap<CountColumn<'a>, Entries<'a>>> = BTreeMap::new();
    for at in of_edition() {
        let Some(row) = book.rows.get(at).filter(|row| changed.contains(&row.place.period)) else { continue };
        let RowPlace { metric, category, code, period } = row.place;
        for (measure, count) in Measure::of(row) {
            let column = found.entry(period).or_default().entry(CountColumn { metric, category, measure }).or_default();
            column.push(BodyCount { code, count, row: at });
        }
    }
    for column in found.values_mut().flat_map(BTreeMap::values_mut) {
        column.sort_unstable_by_key(|entry| entry.code);
    }
    found
}

/// The bodies that two columns have in common.
fn common<'e, 'a>(ours: &'e Entries<'a>, theirs: &'e Entries<'a>) -> impl Iterator<Item = BothEntries<'a>> {
    let find = |code| theirs.binary_search_by_key(&code, |entry| entry.code).ok().and_then(|at| theirs.get(at));
    ours.iter().filter_map(move |our| find(our.code).map(|their| BothEntries { our: *our, their: *their }))
}

/// What two columns say of one body.
#[derive(Debug, Clone, Copy)]
struct BothEntries<'a> {
    our: BodyCount<'a>,
    their: BodyCount<'a>,
}

impl BothEntries<'_> {
    fn agree(&self) -> bool {
        self.our.count == self.their.count
    }
}

/// A column and its counts.
#[derive(Debug, Clone, Copy)]
struct KnownColumn<'e, 'a> {
    column: CountColumn<'a>,
    entries: &'e Entries<'a>,
}

/// Two columns that may be the same counts.
#[derive(Debug, Clone, Copy)]
struct Alike<'e, 'a> {
    one: KnownColumn<'e, 'a>,
    other: KnownColumn<'e, 'a>,
    /// Whether they agree for every body.
    everywhere: bool,
}

/// A column of a metric that withholds nothing.
struct OpenColumn<'a> {
    /// By position.
    metric: usize,
    entries: Entries<'a>,
}

/// What the definitions say of metrics.
struct Related<'a, 'b> {
    metrics: &'a [Metric],
    sums: &'b Sums<'a>,
}

impl<'a> Related<'a, '_> {
    /// Pairs of columns that are alike. Those that agree everywhere come first: they hardly do by chance.
    fn alike<'e>(&self, columns: &'e BTreeMap<CountColumn<'a>, Entries<'a>>, period: Period) -> Vec<Alike<'e, 'a>> {
        let columns: Vec<KnownColumn<'e, 'a>> =
            columns.iter().map(|(column, entries)| KnownColumn { column: *column, entries }).collect();
        let mut found = Vec::new();
        for (at, &one) in columns.iter().enumerate() {
            for &other in columns.iter().skip(at + 1) {
                // Counts of one figure, and of one sum, have relations of their own.
                let share_a_rollup = self.share_a_rollup(one.column.metric, other.column.metric);
                if !self.are_apart(one.column, other.column, period)
                    && let Some(everywhere) = agree(one.entries, other.entries, share_a_rollup)
                {
                    found.push(Alike { one, other, everywhere });
                }
            }
        }
        found.sort_by_key(|pair| std::cmp::Reverse(pair.everywhere));
        found
    }

    fn share_a_rollup(&self, one: usize, other: usize) -> bool {
        let rollups =
            |metric: usize| self.metrics.get(metric).map(|metric| metric.rollups.as_slice()).unwrap_or_default();
        one == other || rollups(one).iter().any(|rollup| rollups(other).contains(rollup))
    }

    /// Whether two columns belong to one figure, or to one sum of parts or variants.
    fn are_apart(&self, one: CountColumn<'a>, other: CountColumn<'a>, period: Period) -> bool {
        one.metric == other.metric
            && (one.category == other.category || self.is_part(one, period) || self.is_part(other, period))
    }

    fn is_part(&self, column: CountColumn<'a>, period: Period) -> bool {
        let CountColumn { metric, category, .. } = column;
        let Some(category) = category else { return false };
        let breakdown = self.metrics.get(metric).and_then(|metric| metric.breakdown.as_ref());
        let adds_up = |measure| {
            self.sums.get(&PeriodCount { metric, period, measure }).is_some_and(|parts| parts.contains(&category))
        };
        breakdown.is_some_and(|breakdown| breakdown.kind == BreakdownKind::Parts)
            || [Measure::Numerator, Measure::Denominator].into_iter().any(adds_up)
    }

    /// Whether two counts cannot be one cell, because a relation may hold both.
    fn exclude(&self, book: &Book<'a>, one: RowCount, other: RowCount) -> bool {
        let place = |count: RowCount| book.rows.get(count.row).map(|row| row.place);
        let (Some(first), Some(second)) = (place(one), place(other)) else { return true };
        let column =
            |place: RowPlace<'a>, measure| CountColumn { metric: place.metric, category: place.category, measure };
        let (ours, theirs) = (column(first, one.measure), column(second, other.measure));
        ours != theirs && self.are_apart(ours, theirs, first.period)
    }

    /// Denominators that a metric shows that withholds nothing, and as far as they are known what they were before. A
    /// numerator that agrees with such a column is a count of people all the same.
    fn public(&self, input: &PublicInput<'a>, book: &Book<'a>) -> HashSet<RowCount> {
        let open = self.open(input);
        let mut found = HashSet::new();
        for (period, columns) in tables(book, BookEdition::Present) {
            let of_denominators = columns.iter().filter(|(column, _)| column.measure == Measure::Denominator);
            for (column, entries) in of_denominators {
                let is_alike = |shown: &&OpenColumn<'a>| {
                    agree(entries, &shown.entries, self.share_a_rollup(column.metric, shown.metric)).is_some()
                };
                for shown in open.get(&period).into_iter().flatten().filter(is_alike) {
                    let same = common(entries, &shown.entries).filter(BothEntries::agree);
                    let rows = same.filter_map(|both| Some(book.versions(book.rows.get(both.our.row)?.place)));
                    found.extend(rows.flatten().map(|&row| RowCount { row, measure: Measure::Denominator }));
                }
            }
        }
        found
    }

    /// Columns of the metrics that withhold nothing, by period.
    fn open(&self, input: &PublicInput<'a>) -> BTreeMap<Period, Vec<OpenColumn<'a>>> {
        let open: HashMap<&str, usize> = (0..)
            .zip(self.metrics)
            .filter(|(_, metric)| !is_protected(metric))
            .map(|(at, metric)| (metric.id.as_str(), at))
            .collect();
        let mut columns: BTreeMap<(Period, CountColumn<'a>), Entries<'a>> = BTreeMap::new();
        for observation in input.observations {
            let Some(&metric) = open.get(&*observation.metric_id) else { continue };
            let category = observation.category.as_ref().map(|category| category.key.as_str());
            let counts = [(Measure::Numerator, observation.numerator), (Measure::Denominator, observation.denominator)];
            for (measure, count) in counts.into_iter().filter_map(|(measure, count)| Some((measure, count?))) {
                let column =
                    columns.entry((observation.period, CountColumn { metric, category, measure })).or_default();
                column.push(BodyCount { code: &observation.org_code, count, row: usize::MAX });
            }
        }
        let mut found: BTreeMap<Period, Vec<OpenColumn<'a>>> = BTreeMap::new();
        for ((period, CountColumn { metric, .. }), mut entries) in columns {
            entries.sort_unstable_by_key(|entry| entry.code);
            found.entry(period).or_default().push(OpenColumn { metric, entries });
        }
        found
    }
}

/// Whether two columns are alike, and if so whether they agree everywhere.
fn agree(ours: &Entries<'_>, theirs: &Entries<'_>, share_a_rollup: bool) -> Option<bool> {
    let equal = |(our, their): (&BodyCount<'_>, &BodyCount<'_>)| (our.count, our.code) == (their.count, their.code);
    if ours.len() == theirs.len() && ours.iter().zip(theirs).all(equal) {
        return (share_a_rollup || ours.iter().any(|our| our.count > 0)).then_some(true);
    }
    if !share_a_rollup {
        return None;
    }
    let (mut same, mut different) = (0_usize, 0_usize);
    for both in common(ours, theirs) {
        match (both.agree(), both.our.count) {
            (true, 0) => {}
            (true, _) => same += 1,
            (false, _) => different += 1,
        }
    }
    (same >= different).then_some(false)
}
