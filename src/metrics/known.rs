//! What was known of a metric's event months on earlier data dates, each as many whole months after the month's end.
//! It looks up and adds integers; how complete they are, and what their changes mean, is worked out elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::assess::{self, Place};
use super::frame::{BodyMonth, Frame, FrameMember};
use super::groups::Group;
use super::returns::{FigureSource, Grid, ReturnChanges};
use super::series::{Series, series_of};
use super::totals::Totals;
use crate::definitions::model::Metric;
use crate::vocabulary::observation::Coverage;
use crate::vocabulary::period::{Month, Period, PeriodType, months_earlier, whole_months_after};
use crate::vocabulary::quantity::Status;

/// What a metric's figures rested on at an earlier data date, for the bodies of which it was something else than now.
#[derive(Debug)]
pub struct PastFrame<'a> {
    pub day: NaiveDate,
    pub bodies: &'a BTreeSet<String>,
    pub frame: Frame<'a>,
    pub grid: &'a Grid,
}

/// The returns of a metric whose months grow with the returns of later months.
#[derive(Debug, Clone, Copy)]
pub struct Grown<'a> {
    pub sources: &'a [FigureSource],
    /// On the data date.
    pub grid: &'a Grid,
}

/// All that is needed for one metric.
#[derive(Debug)]
pub struct KnownInput<'a> {
    pub metric: &'a Metric,
    pub frame: &'a Frame<'a>,
    /// At most one for each day, oldest first.
    pub past: Vec<PastFrame<'a>>,
    /// `None` where a month rests on its own returns only.
    pub grown: Option<Grown<'a>>,
    pub as_of: NaiveDate,
    /// The longest lag that is looked at, in whole months.
    pub lags: u32,
}

/// Counts at one data date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownCounts {
    /// Organisations whose month was there.
    pub returns: u32,
    /// For a distribution: closed cases.
    pub numerator: i64,
    /// For a distribution: all cases. 0 for a count.
    pub denominator: i64,
}

impl KnownCounts {
    /// Adds one organisation's month, if it was there.
    fn add(&mut self, month: Option<Counts>) {
        if let Some(counts) = month {
            self.returns += 1;
            self.numerator += counts.numerator;
            self.denominator += counts.denominator;
        }
    }
}

/// One event month of one organisation or aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMonth {
    pub month: Month,
    /// Whole months from its end to the data date.
    pub lag: u32,
    /// At each lag from 0 to the longest that is looked at, or to that of the data date.
    pub counts: Vec<KnownCounts>,
    /// On the data date.
    pub now: KnownCounts,
}

/// A figure of an event month on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownFigure {
    pub day: NaiveDate,
    /// Whole months from the end of the event month.
    pub lag: u32,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub value: Option<f64>,
    /// Name of the status in data files.
    pub status: &'static str,
}

/// A change of what was known of an event month from one data date to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownStep {
    pub org_code: Arc<str>,
    pub month: Month,
    pub earlier: KnownFigure,
    pub later: KnownFigure,
    pub why: ReturnChanges,
}

/// The headline's counts of one body and month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    numerator: i64,
    denominator: i64,
}

/// The days on which an event month is looked at: at each lag, and on the data date if that is later. A column of a month is
/// the place of a day among them.
#[derive(Debug)]
struct MonthDays {
    /// Its number in today's frame.
    number: usize,
    month: Month,
    /// On the data date.
    lag: u32,
    days: Vec<NaiveDate>,
}

/// Two days that follow each other among those on which a month is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct DayPair {
    from: NaiveDate,
    to: NaiveDate,
}

/// Where a frame holds a body's month, if it does on the day that is looked at.
#[derive(Debug, Clone, Copy)]
struct Held<'f, 'a> {
    frame: &'f Frame<'a>,
    place: usize,
}

/// What was known of every body, month and lag.
#[derive(Debug)]
pub struct Known<'a> {
    input: KnownInput<'a>,
    headline: Series,
    /// The months that have ended, oldest first.
    months: Vec<MonthDays>,
    /// By place of the frame, then column.
    counts: Vec<Option<Counts>>,
    /// Columns of a place.
    width: usize,
    /// Of each body: whether anything of it came in or changed after lag 0.
    late: Vec<bool>,
    /// Of a metric whose months grow: for each body, what became of its returns between two days.
    changes: BTreeMap<DayPair, Vec<ReturnChanges>>,
}

impl<'a> Known<'a> {
    /// `None` for a metric without a headline series.
    pub fn new(input: KnownInput<'a>) -> Option<Self> {
        let headline = series_of(input.metric).into_iter().find(|series| series.category.is_none())?;
        let width = usize::try_from(input.lags).ok()? + 2;
        let months = input.frame.months.iter().enumerate();
        let months = months.filter_map(|(number, month)| MonthDays::of(number, *month, &input)).collect();
        let counts = vec![None; input.frame.states.len() * width];
        let late = vec![false; input.frame.bodies.len()];
        let mut known = Self { input, headline, months, counts, width, late, changes: BTreeMap::new() };
        known.look_up();
        known.changes = known.changes_of_returns();
        Some(known)
    }

    /// Fills in the counts of each body, month and column, and which bodies were late.
    fn look_up(&mut self) {
        for body in 0..self.late.len() {
            let code = self.input.frame.bodies.get(body).copied();
            let replaced = code.is_some_and(|code| self.input.past.iter().any(|past| past.bodies.contains(code)));
            for at in 0..self.months.len() {
                let Some(month) = self.months.get(at) else { continue };
                let found = if replaced { self.on_each_day(body, month) } else { self.since_one_day(body, month) };
                let first = self.slot(BodyMonth { body, month: month.number }, 0);
                for (slot, counts) in self.counts.iter_mut().skip(first).zip(found.counts) {
                    *slot = counts;
                }
                if let Some(late) = self.late.get_mut(body) {
                    *late |= found.late;
                }
            }
        }
    }

    /// Looks up each day of a month of which something has been replaced.
    fn on_each_day(&self, body: usize, month: &MonthDays) -> FoundCounts {
        let now = month.days.last().and_then(|day| self.at(body, month, *day));
        let now_counts = now.map(|now| self.counts_of(now));
        let mut found = FoundCounts::default();
        for day in &month.days {
            let then = self.at(body, month, *day);
            let differs = self.differs(then, now);
            found.counts.push(if differs { then.map(|then| self.counts_of(then)) } else { now_counts });
            found.late |= differs;
        }
        found
    }

    /// The counts known of a month where nothing has been replaced: none before one day, and those of today from then on.
    fn since_one_day(&self, body: usize, month: &MonthDays) -> FoundCounts {
        let frame = self.input.frame;
        let place = frame.place(BodyMonth { body, month: month.number });
        let known_on = frame.states.get(place).and_then(|state| state.known_on(month.month));
        let Some(known_on) = known_on else { return FoundCounts::default() };
        let counts = self.counts_of(Held { frame, place });
        let is_there = |day: &NaiveDate| known_on <= *day;
        FoundCounts {
            counts: month.days.iter().map(|day| is_there(day).then_some(counts)).collect(),
            late: !month.days.first().is_some_and(is_there) && month.days.last().is_some_and(is_there),
        }
    }

    /// Where a body's month was held on a day; `None` where it was not there.
    fn at(&self, body: usize, month: &MonthDays, day: NaiveDate) -> Option<Held<'_, 'a>> {
        let code = *self.input.frame.bodies.get(body)?;
        let past = self.past_on(day).filter(|past| past.bodies.contains(code));
        let held = if let Some(PastFrame { frame, .. }) = past {
            let body = frame.bodies.binary_search(&code).ok()?;
            let month = frame.months.binary_search(&month.month).ok()?;
            Held { frame, place: frame.place(BodyMonth { body, month }) }
        } else {
            let frame = self.input.frame;
            Held { frame, place: frame.place(BodyMonth { body, month: month.number }) }
        };
        let known_on = held.frame.states.get(held.place)?.known_on(month.month)?;
        (known_on <= day).then_some(held)
    }

    fn past_on(&self, day: NaiveDate) -> Option<&PastFrame<'a>> {
        self.input.past.binary_search_by_key(&day, |past| past.day).ok().and_then(|at| self.input.past.get(at))
    }

    /// The parts of the headline in one place.
    fn parts<'f>(&'f self, held: Held<'f, 'a>) -> impl Iterator<Item = &'f Totals> {
        let totals = self.headline.from.iter().filter_map(move |category| held.frame.totals.get(&category.as_deref()));
        totals.filter_map(move |totals| totals.get(held.place)?.as_ref())
    }

    fn counts_of(&self, held: Held<'_, 'a>) -> Counts {
        let mut sum = Counts::default();
        for (numerator, denominator) in self.parts(held).map(|totals| totals.counts(self.headline.shape)) {
            sum.numerator += numerator;
            sum.denominator += denominator;
        }
        sum
    }

    fn totals(&self, held: Held<'_, 'a>) -> Totals {
        let mut sum = Totals::default();
        self.parts(held).for_each(|totals| sum.merge(totals));
        sum
    }

    fn differs(&self, then: Option<Held<'_, 'a>>, now: Option<Held<'_, 'a>>) -> bool {
        match (then, now) {
            (Some(then), Some(now)) if then.is(now) => false,
            (Some(then), Some(now)) => self.totals(then) != self.totals(now),
            (None, None) => false,
            _ => true,
        }
    }

    /// Whether everything that is known of the group was known at lag 0 as it is now.
    pub fn is_settled(&self, group: &Group) -> bool {
        let late = |member: &FrameMember<'_>| self.late.get(member.body).is_some_and(|late| *late);
        !self.input.frame.members_of(group).iter().any(late)
    }

    /// Every event month that has ended, oldest first.
    pub fn months(&self, group: &Group) -> Vec<KnownMonth> {
        let members = self.input.frame.members_of(group);
        let settled = self.is_settled(group);
        let known = |month: &MonthDays| {
            let now = self.sum(&members, month, month.last_column()?);
            let sum = |column| if settled { now } else { self.sum(&members, month, column) };
            let counts = (0..self.columns_of_lags(month)).map(sum).collect();
            Some(KnownMonth { month: month.month, lag: month.lag, counts, now })
        };
        self.months.iter().filter_map(known).collect()
    }

    /// Columns of the lags that are looked at, without that of a later data date.
    fn columns_of_lags(&self, month: &MonthDays) -> usize {
        month.days.len().min(self.lags().saturating_add(1))
    }

    fn sum(&self, members: &[FrameMember<'_>], month: &MonthDays, column: usize) -> KnownCounts {
        let mut sum = KnownCounts::default();
        for member in members.iter().filter(|member| member.counts_in(month.month)) {
            sum.add(self.counts_in(BodyMonth { body: member.body, month: month.number }, column));
        }
        sum
    }

    fn slot(&self, of: BodyMonth, column: usize) -> usize {
        self.input.frame.place(of) * self.width + column
    }

    fn counts_in(&self, of: BodyMonth, column: usize) -> Option<Counts> {
        self.counts.get(self.slot(of, column)).copied().flatten()
    }

    /// Every change of the group's figures from one data date to the next, oldest month first.
    pub fn steps(&self, group: &Group) -> Vec<KnownStep> {
        let (members, mut steps) = (self.input.frame.members_of(group), Vec::new());
        let org_code: Arc<str> = group.code.as_str().into();
        for month in &self.months {
            for (column, pair) in month.pairs().enumerate() {
                if self.sum(&members, month, column).returns == 0 {
                    continue;
                }
                let why = self.why_changed(&members, month, pair);
                if why.any() {
                    steps.push(KnownStep {
                        org_code: Arc::clone(&org_code),
                        month: month.month,
                        earlier: self.figure(&members, month, column),
                        later: self.figure(&members, month, column + 1),
                        why,
                    });
                }
            }
        }
        steps
    }

    fn changes_of_returns(&self) -> BTreeMap<DayPair, Vec<ReturnChanges>> {
        let Some(grown) = self.input.grown else { return BTreeMap::new() };
        let pairs: BTreeSet<DayPair> = self.months.iter().flat_map(MonthDays::pairs).collect();
        let changes = |pair: DayPair| {
            let (earlier, later) = (self.grid_on(grown, pair.from), self.grid_on(grown, pair.to));
            let bodies = self.input.frame.bodies.iter();
            (pair, bodies.map(|body| later.changes_since(earlier, grown.sources, body)).collect())
        };
        pairs.into_iter().map(changes).collect()
    }

    fn grid_on(&self, grown: Grown<'a>, day: NaiveDate) -> &'a Grid {
        self.past_on(day).map_or(grown.grid, |past| past.grid)
    }

    /// What became of the returns behind the members' month between two days.
    fn why_changed(&self, members: &[FrameMember<'_>], month: &MonthDays, pair: DayPair) -> ReturnChanges {
        let mut why = ReturnChanges::default();
        for member in members.iter().filter(|member| member.counts_in(month.month)) {
            let (before, after) = (self.at(member.body, month, pair.from), self.at(member.body, month, pair.to));
            if self.differs(before, after) {
                let by_returns = self.changes.get(&pair).and_then(|bodies| bodies.get(member.body)).copied();
                why = why.and(by_returns.filter(ReturnChanges::any).unwrap_or_else(|| became(before, after)));
            }
        }
        why
    }

    /// Whole months of later returns that were there for a body's month on a day, at most `most`: the returns of a body that
    /// has ended are not waited for. `None` where the month itself was not there.
    fn returns_lag(&self, grown: Grown<'a>, body: usize, month: &MonthDays, at: LagDay) -> Option<u32> {
        self.at(body, month, at.day)?;
        let code = *self.input.frame.bodies.get(body)?;
        let grid = self.grid_on(grown, at.day);
        let is_there = |later: &u32| {
            let later = month.month.plus(i32::try_from(*later).unwrap_or(i32::MAX));
            let mut growing = grown.sources.iter().filter(|source| source.by_other_month);
            let is_used = |source| grid.cell(source, code, later).used_since().is_some_and(|since| since <= at.day);
            grid.is_outside(code, later) || growing.all(is_used)
        };
        Some((1..=at.most).take_while(is_there).last().unwrap_or(0))
    }

    /// Every event month that has ended, with the bodies apart that have later returns of as many months: a body's month is
    /// at lag k only once its returns of the k months after it were there. Sorted by month. A month that is taken as
    /// complete keeps its lag. Empty for a metric whose months do not grow.
    pub fn months_by_returns(&self, group: &Group) -> Vec<KnownMonth> {
        let Some(grown) = self.input.grown else { return Vec::new() };
        let members = self.input.frame.members_of(group);
        self.months.iter().flat_map(|month| self.month_by_returns(grown, &members, month)).collect()
    }

    /// One of these months, the highest lag first.
    fn month_by_returns(&self, grown: Grown<'a>, members: &[FrameMember<'_>], month: &MonthDays) -> Vec<KnownMonth> {
        let none = |lag, columns| KnownMonth {
            month: month.month,
            lag,
            counts: vec![KnownCounts::default(); columns],
            now: KnownCounts::default(),
        };
        let mut by_lag: BTreeMap<u32, KnownMonth> = BTreeMap::new();
        for member in members.iter().filter(|member| member.counts_in(month.month)) {
            let Some(reached) = self.reached(grown, member.body, month) else { continue };
            let lag = u32::try_from(reached.len().saturating_sub(1)).unwrap_or(u32::MAX);
            let lag = if month.lag >= self.input.lags { month.lag } else { lag };
            let row = by_lag.entry(lag).or_insert_with(|| none(lag, reached.len()));
            let of = BodyMonth { body: member.body, month: month.number };
            for (sum, column) in row.counts.iter_mut().zip(reached) {
                sum.add(self.counts_in(of, column));
            }
            row.now.add(month.last_column().and_then(|last| self.counts_in(of, last)));
        }
        if by_lag.is_empty() {
            by_lag.insert(month.lag, none(month.lag, self.columns_of_lags(month)));
        }
        by_lag.into_values().rev().collect()
    }

    /// For each lag that a body's month has reached by its returns, the column of the first day on which it had.
    fn reached(&self, grown: Grown<'a>, body: usize, month: &MonthDays) -> Option<Vec<usize>> {
        let reached_in = |(column, day): (usize, &NaiveDate)| {
            let most = u32::try_from(column).ok()?.min(month.lag);
            let lag = self.returns_lag(grown, body, month, LagDay { day: *day, most })?;
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

    fn lags(&self) -> usize {
        usize::try_from(self.input.lags).unwrap_or(usize::MAX)
    }

    /// The members' figure of a month as it was in a column.
    fn figure(&self, members: &[FrameMember<'_>], month: &MonthDays, column: usize) -> KnownFigure {
        let day = month.days.get(column).copied().unwrap_or(self.input.as_of);
        let mut sum = Totals::default();
        let inside = members.iter().filter(|member| member.counts_in(month.month));
        let held = inside.filter_map(|member| self.at(member.body, month, day));
        held.for_each(|held| sum.merge(&self.totals(held)));
        let coverage = Coverage { returned: self.sum(members, month, column).returns, expected: 0 };
        let period = Period { kind: PeriodType::Month, first: month.month };
        let at = Place { metric_id: &"".into(), org_code: &"".into(), period, coverage };
        let figure = if coverage.returned == 0 {
            // Nobody's month was there: that is no count of 0.
            assess::absent(self.input.metric, &self.headline, &at, Status::Missing("no return was there".to_owned()))
        } else {
            assess::present(self.input.metric, &self.headline, &at, &sum)
        };
        let lag = u32::try_from(column).ok().filter(|lag| *lag <= self.input.lags).unwrap_or(month.lag);
        KnownFigure {
            day,
            lag,
            numerator: figure.numerator,
            denominator: figure.denominator,
            value: figure.value,
            status: figure.status.as_str(),
        }
    }
}

/// What was known of a body's month in each column; none where it was never there.
#[derive(Debug, Default)]
struct FoundCounts {
    counts: Vec<Option<Counts>>,
    /// Whether it was not the same on all days.
    late: bool,
}

/// A day, and the longest lag that a month can have reached on it.
#[derive(Debug, Clone, Copy)]
struct LagDay {
    day: NaiveDate,
    most: u32,
}

/// The lag that a month had reached in a column.
#[derive(Debug, Clone, Copy)]
struct ReachedLag {
    column: usize,
    lag: u32,
}

impl Held<'_, '_> {
    /// Whether both are the same place of the same frame.
    fn is(&self, other: Held<'_, '_>) -> bool {
        std::ptr::addr_eq(self.frame, other.frame) && self.place == other.place
    }
}

/// What became of a month that differs between two days. A metric whose months grow with later returns knows better.
fn became(before: Option<Held<'_, '_>>, after: Option<Held<'_, '_>>) -> ReturnChanges {
    match (before, after) {
        (None, _) => ReturnChanges { arrived: true, ..ReturnChanges::default() },
        (Some(_), Some(_)) => ReturnChanges { corrected: true, ..ReturnChanges::default() },
        // It was replaced by one that a check refused: nothing else takes a month away.
        (Some(_), None) => ReturnChanges { refused: true, ..ReturnChanges::default() },
    }
}

impl MonthDays {
    /// `None` for a month that has not ended on the data date.
    fn of(number: usize, month: Month, input: &KnownInput<'_>) -> Option<Self> {
        let KnownInput { as_of, lags, .. } = *input;
        let lag = u32::try_from(whole_months_after(month, as_of)).ok()?;
        let mut days: Vec<NaiveDate> = (0..=lag.min(lags)).map(|at| months_earlier(as_of, lag - at)).collect();
        if lag > lags {
            days.push(as_of);
        }
        Some(Self { number, month, lag, days })
    }

    fn last_column(&self) -> Option<usize> {
        self.days.len().checked_sub(1)
    }

    /// Its days, each with the next.
    fn pairs(&self) -> impl Iterator<Item = DayPair> {
        self.days.iter().zip(self.days.iter().skip(1)).map(|(from, to)| DayPair { from: *from, to: *to })
    }
}
