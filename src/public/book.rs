//! The rows of a public edition and of those before it: one for each figure of cases about persons and each pair of counts
//! it has had. It gathers; what follows from what is said elsewhere.

use std::collections::{BTreeSet, HashMap};

use super::{Earlier, PublicInput};
use crate::definitions::model::{Disclosure, Metric};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::{Shape, Status};

/// Which figure a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RowPlace<'a> {
    /// By position.
    pub(super) metric: usize,
    pub(super) category: Option<&'a str>,
    /// Organisation or aggregate.
    pub(super) code: &'a BodyId,
    pub(super) period: Period,
}

impl<'a> RowPlace<'a> {
    fn of(metric: usize, observation: &'a Observation) -> Self {
        let category = observation.category.as_ref().map(|category| category.key.as_str());
        Self { metric, category, code: &observation.org_code, period: observation.period }
    }
}

/// The two counts of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CountPair {
    numerator: i64,
    denominator: Option<i64>,
}

/// What earlier editions did with a figure.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Past {
    /// One showed it with these counts.
    pub(super) shown: bool,
    /// One withheld it, be it with these counts or others.
    pub(super) withheld: bool,
}

/// Which numbers of a figure are counts of cases about persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PersonCounts {
    /// Of a count, or of a rate, whose denominator is exposure.
    Numerator,
    /// Of a share: numerator, rest and denominator.
    All,
    /// Of a share of which the numerator is the organisation's work.
    Denominator,
}

/// One figure with its counts.
#[derive(Debug)]
pub(super) struct BookRow<'a> {
    pub(super) place: RowPlace<'a>,
    pub(super) numerator: i64,
    pub(super) denominator: Option<i64>,
    pub(super) counted: PersonCounts,
    /// Position among the figures of the run; `None` when only earlier editions have these counts.
    pub(super) present: Option<usize>,
    /// A part of the periods of the run that the edition does not show by itself.
    pub(super) piece: bool,
    /// Earlier editions that hold it.
    pub(super) editions: Vec<usize>,
    pub(super) past: Past,
    /// The figure contradicts another and has no value.
    pub(super) contradicted: bool,
}

impl CountPair {
    /// `None` for a figure without counts.
    fn of(observation: &Observation) -> Option<Self> {
        Some(Self { numerator: observation.numerator?, denominator: observation.denominator })
    }
}

impl BookRow<'_> {
    fn counts(&self) -> CountPair {
        CountPair { numerator: self.numerator, denominator: self.denominator }
    }

    /// The numerator, where it is a count of cases about persons.
    pub(super) fn cases(&self) -> Option<i64> {
        (self.counted != PersonCounts::Denominator).then_some(self.numerator)
    }

    /// The other part of the denominator, where it is such a count.
    pub(super) fn rest(&self) -> Option<i64> {
        self.denominator.filter(|_| self.counted == PersonCounts::All).map(|denominator| denominator - self.numerator)
    }

    /// The denominator, where it is such a count.
    pub(super) fn all_cases(&self) -> Option<i64> {
        self.denominator.filter(|_| self.counted != PersonCounts::Numerator)
    }

    /// Whether the counts are those of today, shown or not.
    pub(super) fn is_current(&self) -> bool {
        self.present.is_some() || self.piece
    }

    /// Whether the figure is withheld whatever else is, and with it that of every body of its level: because of its size, or
    /// because it was withheld before.
    pub(super) fn closes_its_level(&self, threshold: i64) -> bool {
        let counts = [self.cases(), self.rest(), self.all_cases()];
        self.past.withheld || counts.into_iter().flatten().any(|count| (1..threshold).contains(&count))
    }
}

/// All rows of metrics that withhold small counts.
#[derive(Debug)]
pub(super) struct Book<'a> {
    pub(super) rows: Vec<BookRow<'a>>,
    /// Rows by place, the present one first.
    places: HashMap<RowPlace<'a>, Vec<usize>>,
    /// Names of the earlier editions.
    pub(super) editions: Vec<&'a str>,
}

/// The edition that is being made, or an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BookEdition {
    Present,
    Earlier(usize),
}

/// Whether the public edition withholds small counts of the metric. A grade is no count.
pub(super) fn is_protected(metric: &Metric) -> bool {
    metric.disclosure.is_of_persons()
}

/// The shape of a metric's figures in a category.
fn shape(metric: &Metric, category: Option<&str>) -> Shape {
    let categories = metric.breakdown.iter().flat_map(|breakdown| &breakdown.categories);
    let own = category.and_then(|key| categories.into_iter().find(|known| known.key == key)?.shape);
    own.unwrap_or(metric.shape)
}

impl<'a> Book<'a> {
    pub(super) fn of(input: &PublicInput<'a>) -> Self {
        let metrics: HashMap<&str, usize> = input
            .metrics
            .iter()
            .enumerate()
            .filter(|(_, metric)| is_protected(metric))
            .map(|(at, metric)| (metric.id.as_str(), at))
            .collect();
        let mut book = Self { rows: Vec::new(), places: HashMap::new(), editions: Vec::new() };
        let wanted = pieces_wanted(input, &metrics);
        for (at, observation) in input.observations.iter().enumerate() {
            if let Some(&metric) = metrics.get(&*observation.metric_id) {
                book.add_present(input.metrics, RowPlace::of(metric, observation), at, observation);
            }
        }
        for observation in input.pieces.iter().filter(|piece| wanted.contains(&piece.period.kind)) {
            if let Some(&metric) = metrics.get(&*observation.metric_id) {
                book.add_piece(input.metrics, RowPlace::of(metric, observation), observation);
            }
        }
        let mut editions: HashMap<&str, usize> = HashMap::new();
        for earlier in input.earlier {
            let edition = *editions.entry(&earlier.release).or_insert_with(|| {
                book.editions.push(&earlier.release);
                book.editions.len() - 1
            });
            let Some(&metric) = metrics.get(&*earlier.metric_id) else { continue };
            let place = RowPlace {
                metric,
                category: earlier.category.as_deref(),
                code: &earlier.org_code,
                period: earlier.period,
            };
            book.add_earlier(input.metrics, place, edition, earlier);
        }
        book
    }

    /// A figure of the run, by its position.
    fn add_present(&mut self, metrics: &[Metric], place: RowPlace<'a>, at: usize, observation: &Observation) {
        let Some(counts) = CountPair::of(observation) else { return };
        let contradicted = matches!(observation.status, Status::Missing(_));
        let row = row(metrics, place, counts);
        self.places.entry(place).or_default().push(self.rows.len());
        self.rows.push(BookRow { present: Some(at), contradicted, ..row });
    }

    /// A part of a period that the edition does not show by itself.
    fn add_piece(&mut self, metrics: &[Metric], place: RowPlace<'a>, observation: &Observation) {
        let Some(counts) = CountPair::of(observation) else { return };
        let known = self.places.entry(place).or_default();
        if known.is_empty() {
            known.push(self.rows.len());
            self.rows.push(BookRow { piece: true, ..row(metrics, place, counts) });
        }
    }

    /// A figure with the counts it has now is the same row; one with others is another row.
    fn add_earlier(&mut self, metrics: &[Metric], place: RowPlace<'a>, edition: usize, earlier: &Earlier) {
        let counts = CountPair { numerator: earlier.numerator, denominator: earlier.denominator };
        let known = self.places.entry(place).or_default();
        let is_same = |row: &BookRow<'_>| row.counts() == counts;
        let same = known.iter().copied().find(|&at| self.rows.get(at).is_some_and(is_same));
        let at = same.unwrap_or(self.rows.len());
        if same.is_none() {
            known.push(at);
            self.rows.push(row(metrics, place, counts));
        }
        if let Some(row) = self.rows.get_mut(at) {
            row.editions.push(edition);
            row.past.shown |= earlier.shown;
        }
        if !earlier.shown {
            for &at in &*known {
                if let Some(row) = self.rows.get_mut(at) {
                    row.past.withheld = true;
                }
            }
        }
    }

    /// The row of a figure in an edition.
    pub(super) fn row(&self, place: RowPlace<'_>, edition: BookEdition) -> Option<usize> {
        self.places.get(&place)?.iter().copied().find(|&at| self.holds(at, edition))
    }

    /// All rows of a figure, the present one first.
    pub(super) fn versions<'p>(&'p self, place: RowPlace<'p>) -> &'p [usize] {
        self.places.get(&place).map_or(&[], Vec::as_slice)
    }

    /// All places with a row.
    pub(super) fn places(&self) -> impl Iterator<Item = RowPlace<'a>> {
        self.places.keys().copied()
    }

    /// Whether an edition holds a row.
    pub(super) fn holds(&self, row: usize, edition: BookEdition) -> bool {
        self.rows.get(row).is_some_and(|row| match edition {
            BookEdition::Present => row.is_current(),
            BookEdition::Earlier(edition) => row.editions.contains(&edition),
        })
    }
}

fn row<'a>(metrics: &[Metric], place: RowPlace<'a>, counts: CountPair) -> BookRow<'a> {
    let CountPair { numerator, denominator } = counts;
    let metric = metrics.get(place.metric);
    let is_share = metric.is_some_and(|metric| shape(metric, place.category) == Shape::Proportion)
        && denominator.is_some_and(|denominator| denominator >= numerator);
    let in_denominator = metric.is_some_and(|metric| metric.disclosure == Disclosure::PersonsInDenominator);
    BookRow {
        place,
        numerator,
        denominator,
        counted: match (is_share, in_denominator) {
            (_, true) => PersonCounts::Denominator,
            (true, false) => PersonCounts::All,
            (false, false) => PersonCounts::Numerator,
        },
        present: None,
        piece: false,
        editions: Vec::new(),
        past: Past::default(),
        contradicted: false,
    }
}

/// The kinds of period whose figures the public editions do not show by themselves and yet give away together. Where they
/// show periods of one kind that have no month in common, none; else the months or quarters that all of them are made of.
fn pieces_wanted(input: &PublicInput<'_>, metrics: &HashMap<&str, usize>) -> BTreeSet<PeriodType> {
    let present =
        input.observations.iter().filter(|one| metrics.contains_key(&*one.metric_id)).map(|one| one.period.kind);
    let earlier = input.earlier.iter().filter(|one| metrics.contains_key(&*one.metric_id)).map(|one| one.period.kind);
    let kinds: BTreeSet<PeriodType> = present.chain(earlier).collect();
    if kinds.len() < 2 && !kinds.contains(&PeriodType::Rolling12m) {
        return BTreeSet::new();
    }
    let months = kinds.iter().any(|kind| kind.months() == 1);
    let years = kinds.iter().any(|kind| kind.months() > 3);
    // A quarter of the financial year is one of the calendar year as well.
    [(months, PeriodType::Month), (years, PeriodType::FyQuarter)]
        .into_iter()
        .filter_map(|(wanted, kind)| wanted.then_some(kind))
        .collect()
}
