//! Which columns of counts are the same thing under several names: the denominators of metrics that differ only in their
//! limit, the headline and its first variant, a share and the rest of its counterpart. What one metric shows another
//! cannot hide, so such counts are one cell.
//!
//! Two columns of a period are the same when they agree for every organisation and aggregate.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::PublicInput;
use super::book::{Book, Row, is_protected};
use crate::definitions::model::{BreakdownKind, Metric};
use crate::period::Period;

/// Which count of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Measure {
    Numerator,
    /// The denominator without the numerator.
    Rest,
    Denominator,
}

impl Measure {
    /// The word in data files and labels.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Numerator => "numerator",
            Self::Rest => "rest",
            Self::Denominator => "denominator",
        }
    }

    /// Those a row has, with their counts.
    pub(super) fn of(row: &Row<'_>) -> impl Iterator<Item = (Self, i64)> {
        [(Self::Numerator, Some(row.numerator)), (Self::Rest, row.rest()), (Self::Denominator, row.denominator)]
            .into_iter()
            .filter_map(|(measure, count)| Some((measure, count?)))
    }

    /// The count of a row.
    pub(super) fn count(self, row: &Row<'_>) -> Option<i64> {
        match self {
            Self::Numerator => Some(row.numerator),
            Self::Rest => row.rest(),
            Self::Denominator => row.denominator,
        }
    }
}

/// Metric by position, category, count.
pub(super) type Column<'a> = (usize, Option<&'a str>, Measure);

/// Counts of a column in one period by organisation or aggregate.
type Counts<'a> = Vec<(&'a str, i64)>;

/// Period, counts, and what keeps the parts of one sum apart.
type ClassKey<'a, 'c> = (Period, &'c Counts<'a>, Option<(&'a str, Measure)>);

/// Columns that are the same in a period.
struct Class<'a> {
    first: Column<'a>,
    members: Vec<Column<'a>>,
}

/// The names of all counts.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    ids: Vec<&'a str>,
    /// First name of a column in a period, where it is not its own.
    first: HashMap<(Column<'a>, Period), Column<'a>>,
    /// Columns that metrics show that withhold nothing.
    public: HashSet<(Column<'a>, Period)>,
    /// Variants that add up to the first of their metric.
    pub(super) sums: HashMap<(usize, Period, Measure), Vec<&'a str>>,
    /// Metrics that have columns in common carry the same number.
    pub(super) families: Vec<usize>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(input: &PublicInput<'a>, book: &Book<'a>) -> Self {
        let counts = counts(book);
        let shown = shown_by_others(input);
        let mut columns = Self {
            ids: input.metrics.iter().map(|metric| metric.id.as_str()).collect(),
            first: HashMap::new(),
            public: HashSet::new(),
            sums: sums(input.metrics, &counts),
            families: (0..input.metrics.len()).collect(),
        };
        let mut classes: HashMap<ClassKey<'a, '_>, Class<'a>> = HashMap::new();
        for (&(period, column), found) in &counts {
            if found.iter().all(|(_, count)| *count == 0) {
                continue;
            }
            let tag = columns.tag(input.metrics, column, period);
            let class = classes.entry((period, found, tag)).or_insert(Class { first: column, members: Vec::new() });
            // Counts of one figure are never one cell, even where they agree everywhere.
            if class.members.iter().any(|known| (known.0, known.1) == (column.0, column.1)) {
                continue;
            }
            class.members.push(column);
            if class.first != column {
                columns.first.insert((column, period), class.first);
            }
        }
        for ((period, found, _), class) in &classes {
            let only_denominators = class.members.iter().all(|column| column.2 == Measure::Denominator);
            let several = found.iter().filter(|(_, count)| *count > 0).count() > 1;
            if only_denominators && several && shown.contains(&(*period, (*found).clone())) {
                columns.public.insert((class.first, *period));
            }
            for member in &class.members {
                columns.join(class.first.0, member.0);
            }
        }
        columns
    }

    /// What keeps the parts of one sum apart: two of them that agree everywhere are still two cells.
    fn tag(
        &self,
        metrics: &'a [Metric],
        (metric, category, measure): Column<'a>,
        period: Period,
    ) -> Option<(&'a str, Measure)> {
        let category = category?;
        let breakdown = metrics.get(metric)?.breakdown.as_ref()?;
        let in_sum = [Measure::Numerator, Measure::Denominator]
            .iter()
            .any(|measure| self.sums.get(&(metric, period, *measure)).is_some_and(|parts| parts.contains(&category)));
        (breakdown.kind == BreakdownKind::Parts || in_sum).then_some((category, measure))
    }

    fn join(&mut self, one: usize, other: usize) {
        let family = |metric: usize| self.families.get(metric).copied().unwrap_or(metric);
        let (kept, left) = (family(one).min(family(other)), family(one).max(family(other)));
        for known in self.families.iter_mut().filter(|known| **known == left) {
            *known = kept;
        }
    }

    /// The name under which a column is known in a period.
    pub(super) fn first(&self, column: Column<'a>, period: Period) -> Column<'a> {
        self.first.get(&(column, period)).copied().unwrap_or(column)
    }

    /// Whether a metric that withholds nothing shows the column.
    pub(super) fn is_public(&self, column: Column<'a>, period: Period) -> bool {
        self.public.contains(&(self.first(column, period), period))
    }

    /// The label of one count of a row. Counts of earlier editions that have changed since have their own.
    pub(super) fn label(&self, book: &Book<'a>, row: &Row<'a>, measure: Measure) -> String {
        let (metric, category, code, period) = row.place;
        let own = (metric, category, measure);
        let first = if row.present.is_some() { self.first(own, period) } else { own };
        let id = self.ids.get(first.0).copied().unwrap_or_default();
        let name = format!("{id} {} {} {code} {period}", first.1.unwrap_or("headline"), first.2.as_str());
        match row.editions.first().and_then(|edition| book.editions.get(*edition)).filter(|_| row.present.is_none()) {
            Some(edition) => format!("{name} in {edition}"),
            None => name,
        }
    }

    /// The labels of all counts of a row.
    pub(super) fn labels(&self, book: &Book<'a>, row: usize) -> Vec<String> {
        let row = book.rows.get(row);
        row.into_iter().flat_map(|row| Measure::of(row).map(|(measure, _)| self.label(book, row, measure))).collect()
    }
}

/// The present columns by period, each in the order of codes.
fn counts<'a>(book: &Book<'a>) -> BTreeMap<(Period, Column<'a>), Counts<'a>> {
    let mut found: BTreeMap<(Period, Column<'a>), Counts<'a>> = BTreeMap::new();
    for row in book.rows.iter().filter(|row| row.present.is_some()) {
        let (metric, category, code, period) = row.place;
        for (measure, count) in Measure::of(row) {
            found.entry((period, (metric, category, measure))).or_default().push((code, count));
        }
    }
    for counts in found.values_mut() {
        counts.sort_unstable();
    }
    found
}

/// Columns of the metrics that withhold nothing.
fn shown_by_others<'a>(input: &PublicInput<'a>) -> HashSet<(Period, Counts<'a>)> {
    let open: HashSet<&str> =
        input.metrics.iter().filter(|metric| !is_protected(metric)).map(|metric| metric.id.as_str()).collect();
    let mut found: HashMap<(&str, Option<&str>, bool, Period), Counts<'a>> = HashMap::new();
    for observation in input.observations.iter().filter(|observation| open.contains(&*observation.metric_id)) {
        let category = observation.category.as_ref().map(|category| category.key.as_str());
        for (is_numerator, count) in [(true, observation.numerator), (false, observation.denominator)] {
            let Some(count) = count else { continue };
            let key = (&*observation.metric_id, category, is_numerator, observation.period);
            found.entry(key).or_default().push((&observation.org_code, count));
        }
    }
    found
        .into_iter()
        .map(|((_, _, _, period), mut counts)| {
            counts.sort_unstable();
            (period, counts)
        })
        .collect()
}

/// Variants of a metric that add up to its first one for every organisation and aggregate of a period. A variant that is
/// what the first leaves of the denominator is not among them.
fn sums<'a>(
    metrics: &'a [Metric],
    counts: &BTreeMap<(Period, Column<'a>), Counts<'a>>,
) -> HashMap<(usize, Period, Measure), Vec<&'a str>> {
    let mut found = HashMap::new();
    for &(period, (metric, category, measure)) in counts.keys() {
        let breakdown = metrics.get(metric).and_then(|metric| metric.breakdown.as_ref());
        let Some(breakdown) = breakdown.filter(|known| known.kind == BreakdownKind::Variants) else { continue };
        let keys: Vec<&str> = breakdown.categories.iter().map(|known| known.key.as_str()).collect();
        let Some((first, others)) = keys.split_first().filter(|(first, _)| category == Some(**first)) else { continue };
        if measure == Measure::Rest {
            continue;
        }
        let of = |key, measure| counts.get(&(period, (metric, Some(key), measure)));
        let left = of(*first, Measure::Rest);
        let parts: Vec<&str> =
            others.iter().copied().filter(|key| of(*key, measure).is_some() && of(*key, measure) != left).collect();
        let mut sum: BTreeMap<&str, i64> = BTreeMap::new();
        for (code, count) in parts.iter().filter_map(|key| of(*key, measure)).flatten() {
            *sum.entry(code).or_default() += count;
        }
        let holds = of(*first, measure).is_some_and(|whole| {
            whole.iter().all(|(code, count)| sum.get(code) == Some(count)) && sum.len() == whole.len()
        });
        if holds && parts.len() > 1 && sum.values().any(|count| *count > 0) {
            found.insert((metric, period, measure), parts);
        }
    }
    found
}
