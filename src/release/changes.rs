//! What has changed since the last release: its figures and returns beside those of this one. The differences become rows
//! of `results/revisions`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::Serialize;

use super::Release;
use super::last::{LastFigure, LastRelease, RecordedFile, RecordedReturns, ReturnOf};
use super::record::InputFile;
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::definitions::references::RETURNS;
use crate::history::{Changes, Reason, Revision, RevisionKind, RevisionSide, reason_of};
use crate::metrics::{ReturnChanges, groups, months_used, sources_of};
use crate::sources::{MonthSpan, SubmittedTable};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, whole_months_after};

/// Six decimals of a published value leave this much open.
const ROUNDING: f64 = 0.6e-6;

/// What became of a return between two releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnMove {
    /// It is in use and was not there before, or was refused.
    CameIn,
    /// It was in use and was replaced by another that is.
    Replaced,
    /// It was in use and was replaced by one that a check refused.
    Refused,
    /// It was in use and is not there any more.
    Gone,
}

/// A return that came in or changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct MovedReturn<'r> {
    pub(super) of: &'r ReturnOf,
    pub(super) change: ReturnMove,
    /// The day of the later submission; of a return that is gone, of the one that was there.
    pub(super) submitted: NaiveDate,
}

/// The returns that came in or changed.
struct MovedReturns<'r> {
    /// By table, organisation and months.
    all: Vec<MovedReturn<'r>>,
    /// Places in the list, by table and organisation.
    places: BTreeMap<&'r SubmittedTable, BTreeMap<&'r BodyId, Vec<usize>>>,
}

impl<'r> MovedReturns<'r> {
    fn between(then: &'r RecordedReturns, now: &'r RecordedReturns) -> Self {
        let mut all = Vec::new();
        for (of, accepted) in &now.accepted {
            let change = match then.accepted.get(of) {
                None => ReturnMove::CameIn,
                Some(before) if before.hashes != accepted.hashes => ReturnMove::Replaced,
                Some(_) => continue,
            };
            all.push(MovedReturn { of, change, submitted: accepted.submitted });
        }
        for (of, before) in then.accepted.iter().filter(|(of, _)| !now.accepted.contains_key(*of)) {
            let (change, submitted) =
                now.refused.get(of).map_or((ReturnMove::Gone, before.submitted), |day| (ReturnMove::Refused, *day));
            all.push(MovedReturn { of, change, submitted });
        }
        all.sort_by_key(|one| one.of);
        let mut places: BTreeMap<_, BTreeMap<_, Vec<usize>>> = BTreeMap::new();
        for (place, MovedReturn { of: ReturnOf { table, scope }, .. }) in all.iter().enumerate() {
            let sender: &BodyId = &scope.sender;
            places.entry(table).or_default().entry(sender).or_default().push(place);
        }
        Self { all, places }
    }

    /// The places of those that a figure rests on. `members` are the organisations of a sum; `None` stands for all.
    fn behind<'a>(&'a self, basis: &'a ReturnsUsed<'_>, figure: FigureOf<'a>) -> impl Iterator<Item = usize> + 'a {
        let is_member = move |org: &BodyId| figure.members.is_none_or(|members| members.iter().any(|one| one == org));
        let months = basis.months(figure.period);
        let tables = self.places.iter().filter(|(table, _)| basis.reads(table)).map(|(_, by_body)| by_body);
        let places = tables.flatten().filter(move |(org, _)| is_member(org)).flat_map(|(_, places)| places);
        let rests_on = move |place: &usize| {
            self.all.get(*place).is_some_and(|one| months.is_none_or(|months| months.overlaps(one.of.scope.span)))
        };
        places.copied().filter(rests_on)
    }

    /// What became of those that a figure rests on.
    fn changes(&self, basis: &ReturnsUsed<'_>, figure: FigureOf<'_>) -> ReturnChanges {
        let mut found = ReturnChanges::default();
        for one in self.behind(basis, figure).filter_map(|place| self.all.get(place)) {
            match one.change {
                ReturnMove::CameIn => found.arrived = true,
                ReturnMove::Replaced | ReturnMove::Gone => found.corrected = true,
                ReturnMove::Refused => found.refused = true,
            }
            if found.arrived && found.corrected && found.refused {
                break;
            }
        }
        found
    }
}

/// Whose returns of which period a figure rests on.
#[derive(Debug, Clone, Copy)]
struct FigureOf<'m> {
    members: Option<&'m [BodyId]>,
    period: Period,
}

/// Why figures of two releases differ: what became of the returns in between, and whose returns a code stands for.
pub(super) struct MovedBetween<'r> {
    moved: MovedReturns<'r>,
    members: HashMap<&'r BodyId, &'r [BodyId]>,
}

impl<'r> MovedBetween<'r> {
    /// Of a code without members nothing can have moved.
    pub(super) fn new(
        then: &'r RecordedReturns,
        now: &'r RecordedReturns,
        members: HashMap<&'r BodyId, &'r [BodyId]>,
    ) -> Self {
        Self { moved: MovedReturns::between(then, now), members }
    }

    /// Every return that came in or changed, by table, organisation and months.
    pub(super) fn returns(&self) -> &[MovedReturn<'r>] {
        &self.moved.all
    }

    /// Why the figure of a body and period is another one.
    pub(super) fn reason(&self, basis: &ReturnsUsed<'_>, code: &BodyId, at: ChangedAt) -> Reason {
        let returns = self.moved.changes(basis, self.figure(code, at.period));
        reason_of(Changes { definition: at.has_other_version, returns })
    }

    /// The places of the returns behind that, in [`Self::returns`].
    pub(super) fn behind(&self, basis: &ReturnsUsed<'_>, code: &BodyId, period: Period) -> Vec<usize> {
        let mut places: Vec<usize> = self.moved.behind(basis, self.figure(code, period)).collect();
        places.sort_unstable();
        places
    }

    fn figure(&self, code: &BodyId, period: Period) -> FigureOf<'r> {
        let members = (!code.is_nation()).then(|| self.members.get(code).copied()).map(Option::unwrap_or_default);
        FigureOf { members, period }
    }
}

/// Where a figure changed, and whether another version of the metric made it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChangedAt {
    pub(super) period: Period,
    pub(super) has_other_version: bool,
}

/// The returns that figures of a metric rest on.
pub(super) struct ReturnsUsed<'m> {
    metric: &'m Metric,
    /// `None` for all of them.
    tables: Option<BTreeSet<SubmittedTable>>,
    /// Whether cases come in with the returns of any month.
    any_month: bool,
}

impl<'m> ReturnsUsed<'m> {
    pub(super) fn of(metric: &'m Metric, definitions: &Definitions) -> Self {
        let sources = sources_of(metric, definitions);
        let any_month = sources.iter().any(|source| source.by_other_month);
        let datasets = sources.into_iter().map(|source| SubmittedTable::Records(source.dataset));
        let rollups = metric.rollups.iter().cloned().map(SubmittedTable::Rollup);
        let all = metric.rollups.iter().any(|rollup| rollup == RETURNS);
        Self { metric, tables: (!all).then(|| datasets.chain(rollups).collect()), any_month }
    }

    fn reads(&self, table: &SubmittedTable) -> bool {
        self.tables.as_ref().is_none_or(|tables| tables.contains(table))
    }

    /// The months whose returns a figure of the period rests on; `None` for any.
    fn months(&self, period: Period) -> Option<MonthSpan> {
        let first = months_used(self.metric, period).first().map_or(period.first, |month| *month);
        let first = first.plus(-i32::from(self.metric.earlier_months));
        (!self.any_month).then(|| MonthSpan { first, last: period.last() })
    }
}

/// Every headline figure that is not what the last release published. Figures that it did not hold are no change.
pub fn changes_since(
    last: &LastRelease,
    release: &Release,
    inputs: &[InputFile],
    definitions: &Definitions,
) -> Vec<Revision> {
    let files = inputs.iter().map(|file| RecordedFile { path: &file.path, sha256: &file.sha256, used: file.used });
    let now = RecordedReturns::of(files);
    let groups = groups(&release.lives, &release.peer_groups);
    let members: HashMap<&BodyId, &[BodyId]> = groups.iter().map(|one| (&one.code, &*one.members)).collect();
    let moved = MovedBetween::new(&last.returns, &now, members);
    let mut found = Vec::new();
    for of_metric in release.observations.chunk_by(|one, other| one.metric_id == other.metric_id) {
        let Some(first) = of_metric.first() else { continue };
        let Some(published) = last.figures.get(&*first.metric_id) else { continue };
        let Some(metric) = release.metrics.iter().find(|metric| *metric.id == *first.metric_id) else { continue };
        let basis = ReturnsUsed::of(metric, definitions);
        for figure in of_metric.iter().filter(|figure| figure.category.is_none()) {
            let then = published.get(&figure.org_code).and_then(|of_code| of_code.get(&figure.period));
            let Some(then) = then.filter(|then| then.numbers().differ(Numbers::of(figure))) else { continue };
            let at = ChangedAt { period: figure.period, has_other_version: then.version != figure.metric_version };
            let later = side_of(figure, release.as_of);
            found.push(Revision {
                metric_id: figure.metric_id.clone(),
                unit: figure.unit,
                org_code: figure.org_code.clone(),
                period: figure.period,
                kind: RevisionKind::SinceLastRelease,
                earlier_release: last.name.clone(),
                earlier: then.side(figure.period, last.as_of),
                later,
                reason: moved.reason(&basis, &figure.org_code, at),
            });
        }
    }
    found
}

/// A figure of this release as one side of a revision.
fn side_of(now: &Observation, as_of: NaiveDate) -> RevisionSide {
    RevisionSide {
        as_of,
        lag: lag(now.period, as_of),
        numerator: now.numerator,
        denominator: now.denominator,
        value: now.value,
        status: now.status.as_str().to_owned(),
    }
}

/// Whole months from a period's end to the day on which its figure was known; `None` for a day before that end.
fn lag(period: Period, as_of: NaiveDate) -> Option<u32> {
    u32::try_from(whole_months_after(period.last(), as_of)).ok()
}

impl LastFigure {
    /// It as one side of a revision.
    fn side(&self, period: Period, as_of: NaiveDate) -> RevisionSide {
        RevisionSide {
            as_of,
            lag: lag(period, as_of),
            numerator: self.numerator,
            denominator: self.denominator,
            value: self.value,
            status: self.status.clone(),
        }
    }

    /// What stands there of it.
    pub(super) fn numbers(&self) -> Numbers<'_> {
        let Self { version: _, numerator, denominator, value, unit: _, status } = self;
        Numbers { numerator: *numerator, denominator: *denominator, value: *value, status }
    }
}

/// What a figure is, apart from where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'f> {
    numerator: Option<i64>,
    denominator: Option<i64>,
    value: Option<f64>,
    status: &'f str,
}

impl<'f> Numbers<'f> {
    fn of(figure: &'f Observation) -> Self {
        let Observation { numerator, denominator, value, status, .. } = figure;
        Self { numerator: *numerator, denominator: *denominator, value: *value, status: status.as_str() }
    }

    /// Whether another figure stands here now. What had no number then and has none now has not changed: only a day passed by
    /// which its return was due.
    pub(super) fn differ(self, now: Numbers<'_>) -> bool {
        let same_value = match (self.value, now.value) {
            (Some(then), Some(now)) => (then - now).abs() <= ROUNDING,
            (None, None) => true,
            _ => false,
        };
        let counts = (self.numerator, self.denominator);
        let same_counts = counts == (now.numerator, now.denominator);
        let empty = self.value.is_none() && counts == (None, None);
        !(same_counts && same_value && (empty || self.status == now.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> MonthSpan {
        span(text, text)
    }

    fn span(first: &str, last: &str) -> MonthSpan {
        MonthSpan { first: first.parse().unwrap(), last: last.parse().unwrap() }
    }

    #[test]
    fn a_figure_rests_on_its_own_returns_and_on_the_earlier_ones_that_it_counts() {
        let definitions = Definitions::built_in().unwrap();
        let basis = |id: &str| {
            ReturnsUsed::of(definitions.metrics.iter().find(|metric| metric.id == id).unwrap(), &definitions)
        };
        let april: Period = "2025-04".parse().unwrap();
        let quarter: Period = "2025-26Q1".parse().unwrap();
        let (arrests, sharing, returns) = (basis("CRE-01"), basis("SHA-04"), basis("REP-01"));
        let rests_on = |basis: &ReturnsUsed<'_>, period: Period, span: MonthSpan| {
            basis.months(period).is_none_or(|months| months.overlaps(span))
        };
        assert!(rests_on(&arrests, april, month("2025-04")) && !rests_on(&arrests, april, month("2025-03")));
        assert!(!rests_on(&arrests, april, month("2025-05")) && rests_on(&arrests, quarter, month("2025-05")));
        assert!(rests_on(&arrests, april, span("2025-01", "2025-12")));
        assert!(sharing.metric.earlier_months == 4 && rests_on(&sharing, april, month("2024-12")));
        assert!(!rests_on(&sharing, april, month("2024-11")));
        let records = |name: &str| SubmittedTable::Records(name.to_owned());
        assert!(arrests.reads(&records("arrest_summons")) && !arrests.reads(&records("governance")));
        assert!(returns.reads(&records("governance")));
    }
}
