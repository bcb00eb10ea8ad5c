//! What was known of a metric's event months on earlier data dates, each as many whole months after the month's end.
//! It looks up and adds integers; how complete they are, and what their changes mean, is worked out elsewhere.

mod counts;
mod later_returns;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::definitions::model::Metric;
use crate::metrics::{
    BodyMonth, FigureSource, FrameMember, Grid, Group, Headline, MonthlyFrame, ReturnChanges, TotalCounts, Totals,
};
use crate::vocabulary::body_id::BodyId;

use counts::{DayPair, LagDay, MonthDays};
pub(super) use counts::{KnownCounts, KnownFigure, KnownMonth, KnownStep};

/// What a metric's figures rested on at an earlier data date, for the bodies of which it was something else than now.
#[derive(Debug)]
pub(super) struct PastFrame<'a> {
    pub(super) day: NaiveDate,
    pub(super) bodies: &'a BTreeSet<BodyId>,
    pub(super) frame: MonthlyFrame<'a>,
    pub(super) grid: &'a Grid,
}

/// The returns of a metric whose months grow with the returns of later months.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grown<'a> {
    pub(super) sources: &'a [FigureSource],
    /// On the data date.
    pub(super) grid: &'a Grid,
}

/// All that is needed for one metric.
#[derive(Debug)]
pub(super) struct KnownInput<'a> {
    pub(super) metric: &'a Metric,
    pub(super) frame: &'a MonthlyFrame<'a>,
    /// At most one for each day, oldest first.
    pub(super) past: Vec<PastFrame<'a>>,
    /// `None` where a month rests on its own returns only.
    pub(super) grown: Option<Grown<'a>>,
    pub(super) as_of: NaiveDate,
    /// The longest lag that is looked at, in whole months.
    pub(super) lags: u32,
}

/// What was known of every body, month and lag.
#[derive(Debug)]
pub(super) struct Known<'a> {
    input: KnownInput<'a>,
    headline: Headline<'a>,
    /// The months that have ended, oldest first. Today's frame has others after them, if any.
    months: Vec<MonthDays>,
    /// By number in today's frame.
    bodies: Vec<KnownBody>,
    /// Of a metric whose months grow: for each body, what became of its returns between two days.
    changes: BTreeMap<DayPair, Vec<ReturnChanges>>,
}

/// What was known of one body.
#[derive(Debug)]
struct KnownBody {
    /// Of each month that has ended.
    months: Vec<CountsByDay>,
    /// Whether anything of it came in or changed after lag 0.
    is_late: bool,
}

/// What was known of a body's month on each of its days; without an entry where it was never there.
#[derive(Debug, Default)]
struct CountsByDay {
    /// By column of the month. `None` where it was not there on the day.
    counts: Vec<Option<TotalCounts>>,
    /// Whether it was not the same on all days.
    is_late: bool,
}

/// Where a frame holds a body's month that was there on the day that is looked at.
#[derive(Debug, Clone, Copy)]
struct Held<'f, 'a> {
    frame: &'f MonthlyFrame<'a>,
    /// The day of the frame; `None` for today's.
    day: Option<NaiveDate>,
    of: BodyMonth,
}

impl Held<'_, '_> {
    /// Whether both are the same month of the same frame.
    fn is(&self, other: Held<'_, '_>) -> bool {
        self.day == other.day && self.of == other.of
    }
}

impl<'a> Known<'a> {
    /// `None` for a metric without a headline series.
    pub(super) fn new(input: KnownInput<'a>) -> Option<Self> {
        let headline = Headline::of(input.metric)?;
        let months = input.frame.months().iter().enumerate();
        let months =
            months.filter_map(|(number, month)| MonthDays::of(number, *month, input.as_of, input.lags)).collect();
        let mut known = Self { input, headline, months, bodies: Vec::new(), changes: BTreeMap::new() };
        known.bodies = (0..known.input.frame.bodies().len()).map(|body| known.look_up(body)).collect();
        known.changes = known.changes_of_returns();
        Some(known)
    }

    fn look_up(&self, body: usize) -> KnownBody {
        let code = self.input.frame.bodies().get(body).copied();
        let replaced = code.is_some_and(|code| self.input.past.iter().any(|past| past.bodies.contains(code)));
        let look_up_month =
            |month| if replaced { self.on_each_day(body, month) } else { self.since_one_day(body, month) };
        let months: Vec<CountsByDay> = self.months.iter().map(look_up_month).collect();
        KnownBody { is_late: months.iter().any(|month| month.is_late), months }
    }

    /// Looks up each day of a month of which something has been replaced.
    fn on_each_day(&self, body: usize, month: &MonthDays) -> CountsByDay {
        let now = month.days.last().and_then(|day| self.at(body, month, *day));
        let now_counts = now.map(|now| self.counts_of(now));
        let mut found = CountsByDay::default();
        for day in &month.days {
            let then = self.at(body, month, *day);
            let differs = self.differs(then, now);
            found.counts.push(if differs { then.map(|then| self.counts_of(then)) } else { now_counts });
            found.is_late |= differs;
        }
        found
    }

    /// The counts known of a month where nothing has been replaced: none before one day, and those of today from then on.
    fn since_one_day(&self, body: usize, month: &MonthDays) -> CountsByDay {
        let (frame, of) = (self.input.frame, BodyMonth { body, month: month.number });
        let Some(known_on) = frame.known_on(of) else { return CountsByDay::default() };
        let counts = self.headline.counts(frame, of);
        let is_there = |day: &NaiveDate| known_on <= *day;
        CountsByDay {
            counts: month.days.iter().map(|day| is_there(day).then_some(counts)).collect(),
            is_late: !month.days.first().is_some_and(is_there) && month.days.last().is_some_and(is_there),
        }
    }

    /// Where a body's month was held on a day; `None` where it was not there.
    fn at(&self, body: usize, month: &MonthDays, day: NaiveDate) -> Option<Held<'_, 'a>> {
        let code = *self.input.frame.bodies().get(body)?;
        let past = self.past_on(day).filter(|past| past.bodies.contains(code));
        let held = if let Some(PastFrame { day, frame, .. }) = past {
            Held { frame, day: Some(*day), of: frame.body_month(code, month.month)? }
        } else {
            Held { frame: self.input.frame, day: None, of: BodyMonth { body, month: month.number } }
        };
        (held.frame.known_on(held.of)? <= day).then_some(held)
    }

    fn past_on(&self, day: NaiveDate) -> Option<&PastFrame<'a>> {
        self.input.past.binary_search_by_key(&day, |past| past.day).ok().and_then(|at| self.input.past.get(at))
    }

    fn counts_of(&self, held: Held<'_, 'a>) -> TotalCounts {
        self.headline.counts(held.frame, held.of)
    }

    fn totals(&self, held: Held<'_, 'a>) -> Totals {
        self.headline.totals(held.frame, held.of)
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
    pub(super) fn is_settled(&self, group: &Group) -> bool {
        let is_late = |member: &FrameMember<'_>| self.bodies.get(member.body).is_some_and(|body| body.is_late);
        !self.input.frame.members_of(group).iter().any(is_late)
    }

    /// Every event month that has ended, oldest first.
    pub(super) fn months(&self, group: &Group) -> Vec<KnownMonth> {
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

    fn lags(&self) -> usize {
        usize::try_from(self.input.lags).unwrap_or(usize::MAX)
    }

    fn sum(&self, members: &[FrameMember<'_>], month: &MonthDays, column: usize) -> KnownCounts {
        let mut sum = KnownCounts::default();
        for member in members.iter().filter(|member| member.counts_in(month.month)) {
            sum.add(self.counts_in(BodyMonth { body: member.body, month: month.number }, column));
        }
        sum
    }

    fn counts_in(&self, of: BodyMonth, column: usize) -> Option<TotalCounts> {
        self.bodies.get(of.body)?.months.get(of.month)?.counts.get(column).copied().flatten()
    }

    /// Every change of the group's figures from one data date to the next, oldest month first.
    pub(super) fn steps(&self, group: &Group) -> Vec<KnownStep> {
        let (members, mut steps) = (self.input.frame.members_of(group), Vec::new());
        for month in &self.months {
            for (column, pair) in month.pairs().enumerate() {
                if self.sum(&members, month, column).returns == 0 {
                    continue;
                }
                let why = self.why_changed(&members, month, pair);
                if why.any() {
                    steps.push(KnownStep {
                        org_code: group.code.clone(),
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

    /// The members' figure of a month as it was in a column.
    fn figure(&self, members: &[FrameMember<'_>], month: &MonthDays, column: usize) -> KnownFigure {
        let day = month.days.get(column).copied().unwrap_or(self.input.as_of);
        let lag = u32::try_from(column).ok().filter(|lag| *lag <= self.input.lags).unwrap_or(month.lag);
        let mut sum = Totals::default();
        let inside = members.iter().filter(|member| member.counts_in(month.month));
        let held = inside.filter_map(|member| self.at(member.body, month, day));
        held.for_each(|held| sum.merge(&self.totals(held)));
        let is_there = self.sum(members, month, column).returns > 0;
        KnownFigure::of(LagDay { day, lag }, is_there.then(|| self.headline.figure(&sum)))
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
