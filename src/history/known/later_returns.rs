//! Months that grow with the returns of later months: how far each body's month has come by the returns that are there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::counts::{DayPair, KnownMonth, LagDay, MonthDays};
use super::{Grown, Known};
use crate::metrics::{BodyMonth, FrameMember, Grid, Group, ReturnChanges};

/// The lag that a month had reached in a column.
#[derive(Debug, Clone, Copy)]
struct ReachedLag {
    column: usize,
    lag: u32,
}

impl<'a> Known<'a> {
    /// For each two days that follow each other, what became of each body's returns.
    pub(super) fn changes_of_returns(&self) -> BTreeMap<DayPair, Vec<ReturnChanges>> {
        let Some(grown) = self.input.grown else { return BTreeMap::new() };
        let pairs: BTreeSet<DayPair> = self.months.iter().flat_map(MonthDays::pairs).collect();
        let changes = |pair: DayPair| {
            let (earlier, later) = (self.grid_on(grown, pair.from), self.grid_on(grown, pair.to));
            let bodies = self.input.frame.bodies().iter();
            (pair, bodies.map(|body| later.changes_since(earlier, grown.sources, body)).collect())
        };
        pairs.into_iter().map(changes).collect()
    }

    fn grid_on(&self, grown: Grown<'a>, day: NaiveDate) -> &'a Grid {
        self.past_on(day).map_or(grown.grid, |past| past.grid)
    }

    /// Every event month that has ended, with the bodies apart that have later returns of as many months: a body's month is
    /// at lag k only once its returns of the k months after it were there. Sorted by month. A month that is taken as
    /// complete keeps its lag. Empty for a metric whose months do not grow.
    pub(in crate::history) fn months_by_returns(&self, group: &Group) -> Vec<KnownMonth> {
        let Some(grown) = self.input.grown else { return Vec::new() };
        let members = self.input.frame.members_of(group);
        self.months.iter().flat_map(|month| self.month_by_returns(grown, &members, month)).collect()
    }

    /// One of these months, the highest lag first.
    fn month_by_returns(&self, grown: Grown<'a>, members: &[FrameMember<'_>], month: &MonthDays) -> Vec<KnownMonth> {
        let mut by_lag: BTreeMap<u32, KnownMonth> = BTreeMap::new();
        for member in members.iter().filter(|member| member.counts_in(month.month)) {
            let Some(reached) = self.reached(grown, member.body, month) else { continue };
            let lag = u32::try_from(reached.len().saturating_sub(1)).unwrap_or(u32::MAX);
            let lag = if month.lag >= self.input.lags { month.lag } else { lag };
            let row = by_lag.entry(lag).or_insert_with(|| KnownMonth::empty(month.month, lag, reached.len()));
            let of = BodyMonth { body: member.body, month: month.number };
            for (sum, column) in row.counts.iter_mut().zip(reached) {
                sum.add(self.counts_in(of, column));
            }
            row.now.add(month.last_column().and_then(|last| self.counts_in(of, last)));
        }
        if by_lag.is_empty() {
            by_lag.insert(month.lag, KnownMonth::empty(month.month, month.lag, self.columns_of_lags(month)));
        }
        by_lag.into_values().rev().collect()
    }

    /// For each lag that a body's month has reached by its returns, the column of the first day on which it had.
    fn reached(&self, grown: Grown<'a>, body: usize, month: &MonthDays) -> Option<Vec<usize>> {
        let reached_in = |(column, day): (usize, &NaiveDate)| {
            let passed = LagDay { day: *day, lag: u32::try_from(column).ok()?.min(month.lag) };
            let lag = self.returns_lag(grown, body, month, passed)?;
            Some(ReachedLag { column, lag })
        };
        let reached: Vec<ReachedLag> = month.days.iter().enumerate().filter_map(reached_in).collect();
        let last = *reached.last()?;
        let complete = month.lag >= self.input.lags;
        let most = usize::try_from(if complete { self.input.lags } else { last.lag }).ok()?;
        let first = |at: usize| {
            let one = reached.iter().find(|one| usize::try_from(one.lag).is_ok_and(|lag| lag >= at));
            one.map_or(last.column, |one| one.column)
        };
        Some((0..=most.min(self.lags())).map(first).collect())
    }

    /// Whole months of later returns that were there for a body's month on a day, at most as many as have passed: the returns
    /// of a body that has ended are not waited for. `None` where the month itself was not there.
    fn returns_lag(&self, grown: Grown<'a>, body: usize, month: &MonthDays, passed: LagDay) -> Option<u32> {
        self.at(body, month, passed.day)?;
        let code = *self.input.frame.bodies().get(body)?;
        let grid = self.grid_on(grown, passed.day);
        let is_there = |later: &u32| {
            let later = month.month.plus(i32::try_from(*later).unwrap_or(i32::MAX));
            let mut growing = grown.sources.iter().filter(|source| source.by_other_month);
            let is_used = |source| grid.cell(source, code, later).used_since().is_some_and(|since| since <= passed.day);
            grid.is_outside(code, later) || growing.all(is_used)
        };
        Some((1..=passed.lag).take_while(is_there).last().unwrap_or(0))
    }
}
