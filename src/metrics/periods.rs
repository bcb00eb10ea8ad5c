//! The period engine: adds months up to review periods and organisations up to aggregates, always from integers.
//! It decides what may be computed from what was returned; the statistics are in `assess`.

use std::collections::BTreeSet;

use super::assess;
use super::frame::{AbsentReason, BodyMonth, FrameMember, MonthState, MonthlyFrame, PeriodInput, months_used};
use super::series::{MetricSeries, series_of};
use super::totals::Totals;
use crate::vocabulary::observation::{Coverage, Observation};
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::Status;

/// Headline and category observations of every group and period, in a fixed order. A body that neither had to return the
/// metric's datasets nor did has none.
pub fn observe(input: &PeriodInput<'_>) -> Vec<Observation> {
    observe_in(&MonthlyFrame::of(input), input)
}

/// The observations of a metric, from a frame of its input that is there already.
pub fn observe_in(frame: &MonthlyFrame<'_>, input: &PeriodInput<'_>) -> Vec<Observation> {
    let series = series_of(input.metric);
    let mut observations = Vec::new();
    for group in input.groups {
        let members = frame.members_of(group);
        let is_own = |only: &FrameMember<'_>| frame.bodies.get(only.body).is_some_and(|body| **body == group.code);
        let single = matches!(&*members, [only] if is_own(only));
        for period in input.periods {
            let basis = PeriodBasis::of(frame, &months_used(input.metric, *period), *period, &members);
            let coverage = Coverage { returned: basis.returned(), expected: basis.expected() };
            if coverage.expected == 0 {
                continue;
            }
            let status = if single { basis.single_status(*period) } else { basis.group_status() };
            // How many organisations have a grade says nothing about one organisation.
            for series in series.iter().filter(|series| !single || series.grade.is_none()) {
                let at = assess::ObservationPlace {
                    metric_id: &input.metric.id,
                    org_code: &group.code,
                    period: *period,
                    coverage,
                };
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

/// What a period's figure can rest on: usable organisation-months, and how many there should be.
struct PeriodBasis<'f, 'a> {
    frame: &'f MonthlyFrame<'a>,
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

impl<'f, 'a> PeriodBasis<'f, 'a> {
    fn of(frame: &'f MonthlyFrame<'a>, months: &[Month], period: Period, members: &[FrameMember<'_>]) -> Self {
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

    fn sum(&self, series: &MetricSeries, period: Period) -> Totals {
        let mut sum = Totals::default();
        for category in &series.from {
            for place in self.usable() {
                self.frame.totals_in(category.as_deref(), place, period).for_each(|part| sum.merge(part));
            }
        }
        sum
    }
}
