//! What was known of a metric's event months on earlier data dates, each as many whole months after the month's end.
//! It looks up and adds integers; how complete they are, and what their changes mean, is worked out elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::assess::{self, Place, Series, Totals};
use super::frame::{Frame, FrameMember};
use super::periods::{Group, series_of};
use super::returns::{FigureSource, Grid, ReturnChanges};
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

/// The days on which an event month is looked at: at each lag, and on the data date if that is later.
#[derive(Debug)]
struct MonthDays {
    lag: u32,
    days: Vec<NaiveDate>,
}

/// What was known of every body, month and lag.
#[derive(Debug)]
pub struct Known<'a> {
    input: KnownInput<'a>,
    headline: Series,
    days: BTreeMap<usize, MonthDays>,
    /// By place of the frame, then day.
    cells: Vec<Option<(i64, i64)>>,
    width: usize,
    /// Of each body: whether anything of it came in or changed after lag 0.
    late: Vec<bool>,
    /// Of a metric whose months grow, between two days that follow each other for some month: for each body, whether
    /// what became of its returns.
    changes: BTreeMap<(NaiveDate, NaiveDate), Vec<ReturnChanges>>,
}

impl<'a> Known<'a> {
    /// `None` for a metric without a headline series.
    pub fn new(input: KnownInput<'a>) -> Option<Self> {
        let headline = series_of(input.metric).into_iter().find(|series| series.category.is_none())?;
        let width = usize::try_from(input.lags).ok()? + 2;
        let days = |(number, month): (usize, &Month)| Some((number, MonthDays::of(*month, input.as_of, input.lags)?));
        let days = input.frame.months.iter().enumerate().filter_map(days).collect();
        let mut known =
            Self { input, headline, days, cells: Vec::new(), width, late: Vec::new(), changes: BTreeMap::new() };
        (known.cells, known.late) = known.look_up();
        known.changes = known.changes_of_returns();
        Some(known)
    }

    fn look_up(&self) -> (Vec<Option<(i64, i64)>>, Vec<bool>) {
        let mut cells = vec![None; self.input.frame.states.len() * self.width];
        let mut late = vec![false; self.input.frame.bodies.len()];
        for (body, late) in late.iter_mut().enumerate() {
            let code = self.input.frame.bodies.get(body).copied();
            let replaced = code.is_some_and(|code| self.input.past.iter().any(|past| past.bodies.contains(code)));
            for (number, month) in &self.days {
                let place = self.input.frame.place(body, *number);
                let cells = cells.iter_mut().skip(place * self.width);
                let days = month.days.iter().zip(cells);
                *late |= if replaced {
                    self.fill(days, (body, *number), month)
                } else {
                    self.fill_once(days, (place, *number))
                };
            }
        }
        (cells, late)
    }

    /// Looks up each day of a month of which something has been replaced. Whether it is not the same on all of them.
    fn fill<'c>(
        &self,
        days: impl Iterator<Item = (&'c NaiveDate, &'c mut Option<(i64, i64)>)>,
        (body, number): (usize, usize),
        month: &MonthDays,
    ) -> bool {
        let now = month.days.last().and_then(|day| self.at(body, number, *day));
        let now_counts = now.map(|now| self.counts(now));
        let mut late = false;
        for (day, cell) in days {
            let then = self.at(body, number, *day);
            let differs = self.differs(then, now);
            *cell = if differs { then.map(|then| self.counts(then)) } else { now_counts };
            late |= differs;
        }
        late
    }

    /// The same where nothing has been replaced: the month is not there before one day, and as it is now from then on.
    fn fill_once<'c>(
        &self,
        days: impl Iterator<Item = (&'c NaiveDate, &'c mut Option<(i64, i64)>)>,
        (place, number): (usize, usize),
    ) -> bool {
        let frame = self.input.frame;
        let known_on = frame.months.get(number).zip(frame.states.get(place));
        let Some(known_on) = known_on.and_then(|(month, state)| state.known_on(*month)) else { return false };
        let counts = self.counts((frame, place));
        let (mut before, mut after) = (false, false);
        for (day, cell) in days {
            let known = known_on <= *day;
            *cell = known.then_some(counts);
            (before, after) = (before || !known, known);
        }
        before && after
    }

    /// The frame and the place in it that held a body's month on a day; `None` where it was not there.
    fn at(&self, body: usize, month: usize, day: NaiveDate) -> Option<(&Frame<'a>, usize)> {
        let code = *self.input.frame.bodies.get(body)?;
        let past = self.past_on(day).filter(|past| past.bodies.contains(code));
        let (frame, place) = match past {
            Some(past) => {
                let body = past.frame.bodies.binary_search(&code).ok()?;
                let month = past.frame.months.binary_search(self.input.frame.months.get(month)?).ok()?;
                (&past.frame, past.frame.place(body, month))
            }
            None => (self.input.frame, self.input.frame.place(body, month)),
        };
        let month = *self.input.frame.months.get(month)?;
        let known_on = frame.states.get(place)?.known_on(month)?;
        (known_on <= day).then_some((frame, place))
    }

    fn past_on(&self, day: NaiveDate) -> Option<&PastFrame<'a>> {
        self.input.past.binary_search_by_key(&day, |past| past.day).ok().and_then(|at| self.input.past.get(at))
    }

    /// The parts of the headline in one place.
    fn parts<'f>(&'f self, (frame, place): (&'f Frame<'a>, usize)) -> impl Iterator<Item = &'f Totals> {
        let categories = self.headline.from.iter().filter_map(|category| frame.totals.get(&category.as_deref()));
        categories.filter_map(move |totals| totals.get(place)?.as_ref())
    }

    fn counts(&self, place: (&Frame<'a>, usize)) -> (i64, i64) {
        let counts = self.parts(place).map(|totals| totals.counts(self.headline.shape));
        counts.fold((0, 0), |(numerator, denominator), (n, d)| (numerator + n, denominator + d))
    }

    fn totals(&self, place: (&Frame<'a>, usize)) -> Totals {
        let mut sum = Totals::default();
        self.parts(place).for_each(|totals| sum.merge(totals));
        sum
    }

    fn differs(&self, then: Option<(&Frame<'a>, usize)>, now: Option<(&Frame<'a>, usize)>) -> bool {
        match (then, now) {
            (Some(then), Some(now)) if std::ptr::eq(then.0, now.0) && then.1 == now.1 => false,
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
        let lags = self.lags();
        let settled = self.is_settled(group);
        let month = |(number, days): (&usize, &MonthDays)| {
            let now = self.sum(&members, (*number, days.days.len().checked_sub(1)?));
            let sum = |column| if settled { now } else { self.sum(&members, (*number, column)) };
            let counts = (0..days.days.len().min(lags.saturating_add(1))).map(sum).collect();
            Some(KnownMonth { month: *self.input.frame.months.get(*number)?, lag: days.lag, counts, now })
        };
        self.days.iter().filter_map(month).collect()
    }

    fn sum(&self, members: &[FrameMember<'_>], (month, column): (usize, usize)) -> KnownCounts {
        let mut sum = KnownCounts::default();
        let Some(of) = self.input.frame.months.get(month).copied() else { return sum };
        for member in members.iter().filter(|member| member.counts_in(of)) {
            self.add(&mut sum, (member.body, month, column));
        }
        sum
    }

    /// Every change of the group's figures from one data date to the next, oldest month first.
    pub fn steps(&self, group: &Group) -> Vec<KnownStep> {
        let (members, mut steps) = (self.input.frame.members_of(group), Vec::new());
        let org_code: Arc<str> = group.code.as_str().into();
        for (number, days) in &self.days {
            let Some(month) = self.input.frame.months.get(*number) else { continue };
            for (column, pair) in days.days.windows(2).enumerate() {
                let [from, to] = pair else { continue };
                if self.sum(&members, (*number, column)).returns == 0 {
                    continue;
                }
                let mut why = ReturnChanges::default();
                for member in members.iter().filter(|member| member.counts_in(*month)) {
                    let (before, after) = (self.at(member.body, *number, *from), self.at(member.body, *number, *to));
                    if self.differs(before, after) {
                        why = why.and(self.why(member.body, (before.is_some(), after.is_some()), (*from, *to)));
                    }
                }
                if why.any() {
                    let figure = |day, column| self.figure(&members, (*number, *month), (day, column), days);
                    let (earlier, later) = (figure(*from, column), figure(*to, column + 1));
                    let org_code = Arc::clone(&org_code);
                    steps.push(KnownStep { org_code, month: *month, earlier, later, why });
                }
            }
        }
        steps
    }

    fn changes_of_returns(&self) -> BTreeMap<(NaiveDate, NaiveDate), Vec<ReturnChanges>> {
        let Some(grown) = self.input.grown else { return BTreeMap::new() };
        let pairs = self.days.values().flat_map(|month| month.days.windows(2));
        let pairs: BTreeSet<(NaiveDate, NaiveDate)> =
            pairs.filter_map(|pair| pair.first().copied().zip(pair.last().copied())).collect();
        let of = |(from, to): (NaiveDate, NaiveDate)| {
            let (earlier, later) = (self.grid_on(grown, from), self.grid_on(grown, to));
            let bodies = self.input.frame.bodies.iter();
            ((from, to), bodies.map(|body| later.changes_since(earlier, grown.sources, body)).collect())
        };
        pairs.into_iter().map(of).collect()
    }

    fn grid_on(&self, grown: Grown<'a>, day: NaiveDate) -> &'a Grid {
        self.past_on(day).map_or(grown.grid, |past| past.grid)
    }

    /// What became of the returns behind a body's month that differs between two days, on which it was there or not. What
    /// grows with later returns was there before and is no correction.
    fn why(&self, body: usize, there: (bool, bool), days: (NaiveDate, NaiveDate)) -> ReturnChanges {
        let changes = self.changes.get(&days).and_then(|bodies| bodies.get(body)).copied();
        changes.filter(ReturnChanges::any).unwrap_or(match there {
            (false, _) => ReturnChanges { arrived: true, ..ReturnChanges::default() },
            (true, true) => ReturnChanges { corrected: true, ..ReturnChanges::default() },
            // It was replaced by one that a check refused: nothing else takes a month away.
            (true, false) => ReturnChanges { refused: true, ..ReturnChanges::default() },
        })
    }

    /// Whole months of later returns that were there for a body's month on a day, at most `most`: the returns of a body that
    /// has ended are not waited for. `None` where the month itself was not there.
    fn returns_lag(&self, grown: Grown<'a>, (body, number): (usize, usize), day: NaiveDate, most: u32) -> Option<u32> {
        self.at(body, number, day)?;
        let (code, month) = (*self.input.frame.bodies.get(body)?, *self.input.frame.months.get(number)?);
        let grid = self.grid_on(grown, day);
        let is_there = |later: &u32| {
            let later = month.plus(i32::try_from(*later).unwrap_or(i32::MAX));
            let growing = grown.sources.iter().filter(|source| source.by_other_month);
            grid.is_outside(code, later)
                || growing
                    .into_iter()
                    .all(|source| grid.cell(source, code, later).used_since().is_some_and(|at| at <= day))
        };
        Some((1..=most).take_while(is_there).last().unwrap_or(0))
    }

    /// Every event month that has ended, with the bodies apart that have later returns of as many months: a body's month is
    /// at lag k only once its returns of the k months after it were there. Sorted by month. A month that is taken as
    /// complete keeps its lag. Empty for a metric whose months do not grow.
    pub fn months_by_returns(&self, group: &Group) -> Vec<KnownMonth> {
        let Some(grown) = self.input.grown else { return Vec::new() };
        let members = self.input.frame.members_of(group);
        let mut found = Vec::new();
        for (number, days) in &self.days {
            let Some(month) = self.input.frame.months.get(*number).copied() else { continue };
            let mut by_lag: BTreeMap<u32, KnownMonth> = BTreeMap::new();
            for member in members.iter().filter(|member| member.counts_in(month)) {
                let Some(reached) = self.reached(grown, (member.body, *number), days) else { continue };
                let lag = u32::try_from(reached.len().saturating_sub(1)).unwrap_or(u32::MAX);
                let lag = if days.lag >= self.input.lags { days.lag } else { lag };
                let row = by_lag.entry(lag).or_insert_with(|| KnownMonth {
                    month,
                    lag,
                    counts: vec![KnownCounts::default(); reached.len()],
                    now: KnownCounts::default(),
                });
                for (sum, column) in row.counts.iter_mut().zip(&reached) {
                    self.add(sum, (member.body, *number, *column));
                }
                if let Some(last) = days.days.len().checked_sub(1) {
                    self.add(&mut row.now, (member.body, *number, last));
                }
            }
            if by_lag.is_empty() {
                let counts = vec![KnownCounts::default(); days.days.len().min(self.lags() + 1)];
                by_lag.insert(days.lag, KnownMonth { month, lag: days.lag, counts, now: KnownCounts::default() });
            }
            found.extend(by_lag.into_values().rev());
        }
        found
    }

    /// For each lag that a body's month has reached by its returns, the column of the first day on which it had.
    fn reached(&self, grown: Grown<'a>, (body, number): (usize, usize), days: &MonthDays) -> Option<Vec<usize>> {
        let columns: Vec<(usize, u32)> = (days.days.iter().enumerate())
            .filter_map(|(column, day)| {
                let passed = u32::try_from(column).ok()?.min(days.lag);
                Some((column, self.returns_lag(grown, (body, number), *day, passed)?))
            })
            .collect();
        let (last, lag) = columns.last().copied()?;
        let complete = days.lag >= self.input.lags;
        let most = usize::try_from(if complete { self.input.lags } else { lag }).ok()?;
        let first = |at: usize| {
            let reached = columns.iter().find(|(_, lag)| usize::try_from(*lag).is_ok_and(|lag| lag >= at));
            reached.map_or(last, |(column, _)| *column)
        };
        Some((0..=most.min(self.lags())).map(first).collect())
    }

    fn lags(&self) -> usize {
        usize::try_from(self.input.lags).unwrap_or(usize::MAX)
    }

    fn add(&self, sum: &mut KnownCounts, (body, month, column): (usize, usize, usize)) {
        let cell = self.input.frame.place(body, month) * self.width + column;
        if let Some((numerator, denominator)) = self.cells.get(cell).copied().flatten() {
            sum.returns += 1;
            sum.numerator += numerator;
            sum.denominator += denominator;
        }
    }

    fn figure(
        &self,
        members: &[FrameMember<'_>],
        (number, month): (usize, Month),
        (day, column): (NaiveDate, usize),
        days: &MonthDays,
    ) -> KnownFigure {
        let mut sum = Totals::default();
        let inside = members.iter().filter(|member| member.counts_in(month));
        let found = inside.filter_map(|member| self.at(member.body, number, day));
        found.for_each(|place| sum.merge(&self.totals(place)));
        let coverage = Coverage { returned: self.sum(members, (number, column)).returns, expected: 0 };
        let period = Period { kind: PeriodType::Month, first: month };
        let at = Place { metric_id: &"".into(), org_code: &"".into(), period, coverage };
        let figure = if coverage.returned == 0 {
            // Nobody's month was there: that is no count of 0.
            assess::absent(self.input.metric, &self.headline, &at, Status::Missing("no return was there".to_owned()))
        } else {
            assess::present(self.input.metric, &self.headline, &at, &sum)
        };
        let lag = u32::try_from(column).ok().filter(|lag| *lag <= self.input.lags).unwrap_or(days.lag);
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

impl MonthDays {
    /// `None` for a month that has not ended on the data date.
    fn of(month: Month, as_of: NaiveDate, lags: u32) -> Option<Self> {
        let lag = u32::try_from(whole_months_after(month, as_of)).ok()?;
        let mut days: Vec<NaiveDate> = (0..=lag.min(lags)).map(|at| months_earlier(as_of, lag - at)).collect();
        if lag > lags {
            days.push(as_of);
        }
        Some(Self { lag, days })
    }
}
