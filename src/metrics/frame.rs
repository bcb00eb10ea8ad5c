//! What is known of each body and month for one metric: the sums of its rows, and why a month cannot be used.
//! Built once for all periods; it adds nothing up over bodies or months.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::groups::{Group, Stay};
use super::monthly::MonthlyRow;
use super::returns::{FigureSource, Grid, GridCell};
use super::totals::Totals;
use crate::definitions::model::{Aggregation, Metric};
use crate::sources::MonthSpan;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Month, Period, PeriodType};

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

/// What is known of each body and month, whatever the period. A body and a month are found by their numbers here: a
/// figure of the nation asks for all of them, once for each period.
#[derive(Debug)]
pub struct MonthlyFrame<'a> {
    /// Everybody who had to return the metric's datasets, did so, or has rows; in the order of their codes.
    pub(super) bodies: Vec<&'a BodyId>,
    /// Every month that some period asks for, oldest first.
    pub(super) months: Vec<Month>,
    /// By body, then month.
    pub(super) states: Vec<MonthState>,
    /// Of each category: by body, then month, where there are rows.
    pub(super) totals: BTreeMap<Option<&'a str>, Vec<Option<Totals>>>,
    /// What counts only in periods that cover a longer span: of each category, by the place of the row's body and month.
    longer: BTreeMap<Option<&'a str>, BTreeMap<usize, Vec<LongerTotals>>>,
}

/// Sums of rows of one body and month that count only in periods that cover a longer span.
#[derive(Debug)]
struct LongerTotals {
    span: MonthSpan,
    totals: Totals,
}

impl<'a> MonthlyFrame<'a> {
    /// Everything that the input knows.
    pub fn of(input: &PeriodInput<'a>) -> Self {
        let returned = input.sources.iter().flat_map(|source| input.grid.organisations(source));
        let bodies: BTreeSet<&BodyId> = returned.chain(input.rows.iter().map(|row| &row.org_code)).collect();
        let months: BTreeSet<Month> =
            input.periods.iter().flat_map(|period| months_used(input.metric, *period)).collect();
        let states = bodies.iter().flat_map(|body| months.iter().map(move |month| (*body, *month)));
        let states = states.map(|(body, month)| MonthState::of(input, body, month)).collect();
        let mut frame = Self {
            bodies: bodies.into_iter().collect(),
            months: months.into_iter().collect(),
            states,
            totals: BTreeMap::new(),
            longer: BTreeMap::new(),
        };
        for row in input.rows {
            if let Some(of) = frame.body_month(&row.org_code, row.month) {
                frame.add(frame.place(of), row);
            }
        }
        frame.mark_months_of_longer_spans();
        frame
    }

    fn add(&mut self, place: usize, row: &'a MonthlyRow) {
        let category = row.category.as_deref();
        if let Some(span) = row.longer_span {
            let spans = self.longer.entry(category).or_default().entry(place).or_default();
            if let Some(one) = spans.iter_mut().find(|one| one.span == span) {
                one.totals.add(row.amounts);
            } else {
                let mut totals = Totals::default();
                totals.add(row.amounts);
                spans.push(LongerTotals { span, totals });
            }
            return;
        }
        let category = self.totals.entry(category).or_default();
        category.resize_with(self.states.len(), || None);
        if let Some(totals) = category.get_mut(place) {
            totals.get_or_insert_default().add(row.amounts);
        }
    }

    /// A month that has rows of longer spans only is there in the periods that cover them, and in no other.
    fn mark_months_of_longer_spans(&mut self) {
        for (place, spans) in self.longer.values().flatten() {
            let has_own = self.totals.values().any(|totals| totals.get(*place).is_some_and(Option::is_some));
            if let Some(state) = self.states.get_mut(*place).filter(|_| !has_own) {
                state.within.extend(spans.iter().map(|one| one.span));
                state.expected = true;
            }
        }
    }

    /// The sums of a category at a place that count in a period.
    pub(super) fn totals_in<'s>(
        &'s self,
        category: Option<&'s str>,
        place: usize,
        period: Period,
    ) -> impl Iterator<Item = &'s Totals> {
        let own = self.totals.get(&category).and_then(|totals| totals.get(place)?.as_ref());
        let spans = self.longer.get(&category).and_then(|places| places.get(&place)).into_iter().flatten();
        let covered = spans.filter(move |one| period.covers(one.span.first, one.span.last));
        own.into_iter().chain(covered.map(|one| &one.totals))
    }

    pub(super) fn place(&self, of: BodyMonth) -> usize {
        of.body * self.months.len() + of.month
    }

    /// The codes of its bodies, in order.
    pub fn bodies(&self) -> &[&'a BodyId] {
        &self.bodies
    }

    /// Its months, oldest first.
    pub fn months(&self) -> &[Month] {
        &self.months
    }

    /// The numbers of a body and a month; `None` where the frame lacks one of them.
    pub fn body_month(&self, code: &BodyId, month: Month) -> Option<BodyMonth> {
        let (body, month) = (self.bodies.binary_search(&code).ok()?, self.months.binary_search(&month).ok()?);
        Some(BodyMonth { body, month })
    }

    /// The day from which on a body's month was known as it is here; `None` where it cannot be used by itself.
    pub fn known_on(&self, of: BodyMonth) -> Option<NaiveDate> {
        self.states.get(self.place(of))?.known_on(*self.months.get(of.month)?)
    }

    /// The bodies that a group adds up, with the months of them that count.
    pub fn members_of<'g>(&self, group: &'g Group) -> Vec<FrameMember<'g>> {
        if group.code.is_nation() {
            return (0..self.bodies.len()).map(|body| FrameMember { body, stays: None }).collect();
        }
        let member = |code: &'g BodyId| {
            let body = self.bodies.binary_search(&code).ok()?;
            Some(FrameMember { body, stays: group.stays.get(code).map(Vec::as_slice) })
        };
        group.members.iter().filter_map(member).collect()
    }
}

/// A body and a month by their numbers in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyMonth {
    pub body: usize,
    pub month: usize,
}

/// A body that a group adds up, by its number.
#[derive(Debug, Clone, Copy)]
pub struct FrameMember<'g> {
    pub body: usize,
    /// `None` where all of its months count.
    stays: Option<&'g [Stay]>,
}

impl FrameMember<'_> {
    /// Whether the body belongs to the group in a month.
    pub fn counts_in(&self, month: Month) -> bool {
        self.stays.is_none_or(|stays| stays.iter().any(|stay| stay.holds(month)))
    }
}

/// One month of one body: why it cannot be used at all, and the longer spans for which alone it was returned.
#[derive(Debug, Default)]
pub(super) struct MonthState {
    absent: Vec<AbsentReason>,
    within: Vec<MonthSpan>,
    /// The day from which on all that the month rests on was there as it is now; `None` where it rests on no submission.
    known_on: Option<NaiveDate>,
    /// Whether the body had to return it.
    pub(super) expected: bool,
    /// Whether the body did not exist in it, and returned nothing for it.
    pub(super) outside: bool,
}

impl MonthState {
    /// Returns of earlier months are needed where the metric counts them here.
    fn of(input: &PeriodInput<'_>, body: &BodyId, month: Month) -> Self {
        let mut state = Self::default();
        let metric = input.metric;
        let own = metric.own_rollups_at(month);
        let is_outside = input.grid.is_outside(body, month);
        let sources = || input.sources.iter().filter(|source| own.is_none_or(|own| source.is_of(own)));
        state.expected = sources().any(|source| input.grid.expects(&source.dataset, body, month));
        for source in sources() {
            match input.grid.cell(source, body, month) {
                GridCell::NotExpected if is_outside => state.outside = true,
                GridCell::Refused { .. } => state.absent.push(AbsentReason::Refused(source.dataset.replace('_', " "))),
                GridCell::NotYetDue => state.absent.push(AbsentReason::NotYetDue),
                GridCell::NotReturned | GridCell::NotExpected => state.absent.push(AbsentReason::NotReturned),
                GridCell::Accepted { span, submitted, .. } => state.add(span, submitted),
            }
            if input.grid.rests_on_earlier(source, body, month) {
                let earlier = (1..=i32::from(metric.earlier_months_at(month))).map(|n| month.plus(-n));
                // A body that had not begun yet has nothing to bring from there.
                for earlier in earlier.filter(|earlier| !input.grid.is_outside(body, *earlier)) {
                    match input.grid.cell(source, body, earlier) {
                        GridCell::Accepted { span, submitted, .. } => state.add(span, submitted),
                        _ => state.absent.push(AbsentReason::EarlierMonth(earlier)),
                    }
                }
            }
        }
        state
    }

    /// The day from which on the month's figure was known as it is now; `None` where it cannot be used by itself.
    fn known_on(&self, month: Month) -> Option<NaiveDate> {
        let alone = Period { kind: PeriodType::Month, first: month };
        self.known_on.filter(|_| self.is_usable_in(alone))
    }

    fn add(&mut self, span: MonthSpan, submitted: NaiveDate) {
        self.known_on = self.known_on.max(Some(submitted));
        if span.first != span.last {
            self.within.push(span);
        }
    }

    /// A month returned for a longer span counts only in a period that covers the whole span.
    pub(super) fn is_usable_in(&self, period: Period) -> bool {
        self.absent.is_empty() && !self.outside && self.within.iter().all(|span| period.covers(span.first, span.last))
    }

    pub(super) fn reasons_in(&self, period: Period) -> impl Iterator<Item = AbsentReason> {
        let uncovered = self.within.iter().filter(move |span| !period.covers(span.first, span.last));
        self.absent.iter().cloned().chain(uncovered.map(|span| AbsentReason::OnlyLonger(span.text())))
    }
}

/// The months whose rows a figure of the period adds up.
pub fn months_used(metric: &Metric, period: Period) -> Vec<Month> {
    match metric.aggregation {
        Aggregation::Flow => period.months().collect(),
        Aggregation::Stock => vec![period.last()],
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AbsentReason {
    Refused(String),
    OnlyLonger(String),
    /// Records of this earlier month count here too, and are not there.
    EarlierMonth(Month),
    NotYetDue,
    NotReturned,
}

impl AbsentReason {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Refused(dataset) => format!("the return of {dataset} failed a check"),
            Self::OnlyLonger(span) => format!("returned only for {span} as a whole"),
            Self::EarlierMonth(month) => format!("needs {} too", month.words()),
            Self::NotYetDue => "not yet due".to_owned(),
            Self::NotReturned => "not returned".to_owned(),
        }
    }
}
