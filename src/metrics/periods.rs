//! The period engine: adds months up to review periods and organisations up to aggregates, always from integers.
//! It decides what may be computed from what was returned; the statistics are in `assess`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::assess::{self, DelayStatistic, Series, Totals};
use super::frame::{AbsentReason, BodyMonth, Frame, FrameMember, MonthState, months_used};
use super::monthly::MonthlyRow;
use super::returns::{FigureSource, Grid};
use crate::definitions::model::{BreakdownKind, Grade, Metric};
use crate::vocabulary::body::{Body, NATIONAL, PeerGroup, UNATTRIBUTED};
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::{Category, Coverage, Observation};
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::{Shape, Status, Unit};

/// Breakdown of a status: how many organisations have each grade.
const GRADE: &str = "grade";

/// One body or aggregate that gets figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Organisation code or aggregate code.
    pub code: String,
    /// Organisations that are added up; one for an organisation itself. Ignored for the nation, which adds every row.
    pub members: Vec<String>,
    /// The months in which members belong to it, where these are not all of them.
    pub stays: BTreeMap<String, Vec<Stay>>,
}

/// Months in a row in which an organisation belongs to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub from: Month,
    /// `None` while it still does.
    pub to: Option<Month>,
}

impl Stay {
    /// Whether the month is one of them.
    pub fn holds(&self, month: Month) -> bool {
        self.from <= month && self.to.is_none_or(|to| month <= to)
    }
}

impl Group {
    /// A group whose members belong to it in every month.
    pub fn of(code: impl Into<String>, members: Vec<String>) -> Self {
        Self { code: code.into(), members, stays: BTreeMap::new() }
    }

    /// An organisation by itself.
    pub fn single(code: &str) -> Self {
        Self::of(code, vec![code.to_owned()])
    }

    /// Whether a member belongs to it in some month of a period.
    pub fn holds_in(&self, member: &str, period: Period) -> bool {
        let holds = |stays: &Vec<Stay>| period.months().any(|month| stays.iter().any(|stay| stay.holds(month)));
        self.stays.get(member).is_none_or(holds)
    }
}

/// Organisations, the unattributed rows, the nation, regions and peer groups, in that order. A region holds each
/// organisation in the months in which it belonged there.
pub fn groups(lives: &Lives, peer_groups: &[PeerGroup]) -> Vec<Group> {
    let mut groups: Vec<Group> = lives.codes().map(Group::single).collect();
    groups.push(Group::single(UNATTRIBUTED));
    groups.push(Group::of(NATIONAL, Vec::new()));
    for (region, residences) in lives.regions() {
        let mut group = Group::of(Body::Region(region).to_string(), Vec::new());
        for residence in residences {
            group
                .stays
                .entry(residence.code.to_owned())
                .or_default()
                .push(Stay { from: residence.from, to: residence.to });
        }
        group.members = group.stays.keys().cloned().collect();
        groups.push(group);
    }
    let peers = peer_groups.iter();
    groups.extend(peers.map(|group| Group::of(Body::PeersOf(&group.org_code).to_string(), group.peers.clone())));
    groups
}

/// All that the engine needs for one metric.
#[derive(Debug)]
pub struct PeriodInput<'a> {
    pub metric: &'a Metric,
    /// What must be there for the metric's roll-ups.
    pub sources: &'a [FigureSource],
    pub rows: &'a [MonthlyRow],
    pub grid: &'a Grid,
    pub groups: &'a [Group],
    pub periods: &'a [Period],
}

/// Headline and category observations of every group and period, in a fixed order. A body that neither had to return the
/// metric's datasets nor did has none.
pub fn observe(input: &PeriodInput<'_>) -> Vec<Observation> {
    observe_in(&Frame::of(input), input)
}

/// The same from a frame of the input that is there already.
pub fn observe_in(frame: &Frame<'_>, input: &PeriodInput<'_>) -> Vec<Observation> {
    let series = series_of(input.metric);
    let metric_id: Arc<str> = input.metric.id.as_str().into();
    let mut observations = Vec::new();
    for group in input.groups {
        let org_code: Arc<str> = group.code.as_str().into();
        let members = frame.members_of(group);
        let is_own = |only: &FrameMember<'_>| frame.bodies.get(only.body).is_some_and(|body| **body == group.code);
        let single = matches!(&*members, [only] if is_own(only));
        for period in input.periods {
            let basis = Basis::of(frame, &months_used(input.metric, *period), *period, &members);
            let coverage = Coverage { returned: basis.returned(), expected: basis.expected() };
            if coverage.expected == 0 {
                continue;
            }
            let status = if single { basis.single_status(*period) } else { basis.group_status() };
            // How many organisations have a grade says nothing about one organisation.
            for series in series.iter().filter(|series| !single || series.grade.is_none()) {
                let at = assess::Place { metric_id: &metric_id, org_code: &org_code, period: *period, coverage };
                let observation = match &status {
                    Some(status) => assess::absent(input.metric, series, &at, status.clone()),
                    None => assess::present(input.metric, series, &at, &basis.sum(series, *period)),
                };
                observations.push(observation);
            }
        }
    }
    observations
}

/// Headline first, then each category. A distribution also gets its median, and its percentile over closed cases alone; a
/// status the number of organisations at each grade.
pub(super) fn series_of(metric: &Metric) -> Vec<Series> {
    let headline = |categories: Vec<Option<String>>| Series {
        category: None,
        from: categories,
        shape: metric.shape,
        unit: metric.unit,
        delay: metric.percentile.map(DelayStatistic::WithOpenCases),
        grade: None,
    };
    if metric.shape == Shape::Status {
        let bodies_at = |grade: &Grade| Series {
            category: Some(Arc::new(Category { breakdown: GRADE.to_owned(), key: grade.key.clone() })),
            shape: Shape::Count,
            unit: Unit::Organisations,
            grade: Some(grade.level),
            ..headline(vec![None])
        };
        return std::iter::once(headline(vec![None])).chain(metric.grades.iter().map(bodies_at)).collect();
    }
    if let Some(percent) = metric.percentile {
        let statistic = |key: &str, delay| Series {
            category: Some(Arc::new(Category { breakdown: "statistic".to_owned(), key: key.to_owned() })),
            delay: Some(delay),
            ..headline(vec![None])
        };
        return vec![
            headline(vec![None]),
            statistic("median", DelayStatistic::WithOpenCases(50)),
            statistic("percentile_of_closed_cases", DelayStatistic::ClosedOnly(percent)),
        ];
    }
    let Some(breakdown) = &metric.breakdown else { return vec![headline(vec![None])] };
    let keys = || breakdown.categories.iter().map(|category| Some(category.key.clone()));
    let of_headline = match breakdown.kind {
        BreakdownKind::Parts => keys().collect(),
        BreakdownKind::Variants => keys().take(1).collect(),
    };
    let categories = breakdown.categories.iter().map(|category| Series {
        category: Some(Arc::new(Category { breakdown: breakdown.column.clone(), key: category.key.clone() })),
        from: vec![Some(category.key.clone())],
        shape: category.shape.unwrap_or(metric.shape),
        unit: category.unit.unwrap_or(metric.unit),
        delay: None,
        grade: None,
    });
    std::iter::once(headline(of_headline)).chain(categories).collect()
}

/// What a period's figure can rest on: usable organisation-months, and how many there should be.
struct Basis<'f, 'a> {
    frame: &'f Frame<'a>,
    /// Body by body, the months that the metric asks for.
    months: Vec<BasisMonth<'f>>,
}

/// A month of a body in a period.
struct BasisMonth<'f> {
    month: Month,
    /// Its place in the frame.
    place: usize,
    state: &'f MonthState,
    usable: bool,
}

impl<'f, 'a> Basis<'f, 'a> {
    fn of(frame: &'f Frame<'a>, months: &[Month], period: Period, members: &[FrameMember<'_>]) -> Self {
        let mut basis = Self { frame, months: Vec::with_capacity(members.len() * months.len()) };
        for member in members {
            for month in months.iter().copied().filter(|month| member.counts_in(*month)) {
                let Ok(number) = frame.months.binary_search(&month) else { continue };
                let place = frame.place(BodyMonth { body: member.body, month: number });
                let Some(state) = frame.states.get(place) else { continue };
                basis.months.push(BasisMonth { month, place, state, usable: state.is_usable_in(period) });
            }
        }
        basis
    }

    fn usable(&self) -> impl Iterator<Item = usize> {
        self.months.iter().filter(|one| one.usable).map(|one| one.place)
    }

    fn returned(&self) -> u32 {
        u32::try_from(self.usable().count()).unwrap_or(u32::MAX)
    }

    /// Organisation-months that should be there, and those that are there although nobody asked for them.
    fn expected(&self) -> u32 {
        let expected = self.months.iter().filter(|one| one.usable || one.state.expected);
        u32::try_from(expected.count()).unwrap_or(u32::MAX)
    }

    /// Why one organisation has no figure; `None` when every month in which it existed is there.
    fn single_status(&self, period: Period) -> Option<Status> {
        let absent: Vec<&BasisMonth<'_>> = self.months.iter().filter(|one| !one.usable && !one.state.outside).collect();
        if absent.is_empty() {
            return None;
        }
        let reasons: BTreeSet<AbsentReason> = absent.iter().flat_map(|one| one.state.reasons_in(period)).collect();
        if self.usable().next().is_none() && reasons.iter().all(|reason| *reason == AbsentReason::NotReturned) {
            return Some(Status::NotReturned);
        }
        let months: Vec<String> = absent.iter().map(|one| one.month.words()).collect();
        let words = reasons.iter().map(AbsentReason::words).collect::<Vec<_>>().join("; ");
        Some(Status::Missing(format!("{words} ({})", months.join(", "))))
    }

    /// An aggregate is given as soon as anything was returned; its coverage says on what it rests.
    fn group_status(&self) -> Option<Status> {
        self.usable().next().is_none().then_some(Status::NotReturned)
    }

    fn sum(&self, series: &Series, period: Period) -> Totals {
        let mut sum = Totals::default();
        for category in &series.from {
            for place in self.usable() {
                self.frame.totals_in(category.as_deref(), place, period).for_each(|part| sum.merge(part));
            }
        }
        sum
    }
}
