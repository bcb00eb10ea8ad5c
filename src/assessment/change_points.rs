//! Steps that a series seems to have taken, as proposals: when, how large, who else took one then, what is on record.
//! Nothing follows from a proposal by itself; a named person accepts it with a decision to rebase, or refuses it.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::control::SegmentStart;
use super::series::CodeSeries;
use super::signals::{LinkedEvent, Signal, SignalKind, event_between};
use crate::stats::Level;
use crate::stats::benchmark::Strength;
use crate::stats::change_point::{ChangePoint, LEAST_SEGMENT, MOST_BREAKS, change_points, seasonal_change_points};
use crate::stats::count_ratio::ratio_of_count_ratios;
use crate::stats::counts::Counts;
use crate::stats::proportion_difference::widened_difference;
use crate::stats::rate_ratio::widened_ratio;
use crate::stats::trend::Trend;
use crate::stats::widening::Widening;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, RatioDifference, Shape, Unit};

/// At most one period in so many may lack a figure between the first and the last.
const MOST_ABSENT: usize = 5;

/// What was decided about a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepDecision {
    /// Nothing yet.
    Open,
    /// Limits begin anew there: a named person has decided so.
    Accepted,
    /// Limits begin anew there with a recorded event that makes the work another.
    Recorded,
    /// Limits go on through it.
    Refused,
}

impl StepDecision {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Recorded => "recorded",
            Self::Refused => "refused",
        }
    }
}

/// How the level after a step compares with that before, on the counts of both stretches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepSize {
    /// A difference in the metric's unit, or a ratio.
    pub estimate: Option<f64>,
    /// The difference of two shares in whole numbers; `None` of a ratio.
    pub difference: Option<RatioDifference>,
    /// 95 %.
    pub limits: Interval,
    pub is_ratio: bool,
}

/// A step that the series of an organisation, a region or the nation seems to have taken.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedStep {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub unit: Unit,
    /// The first period of the new level.
    pub period: Period,
    /// 95 % interval of that period; a side is `None` where it leaves what was searched, or where there is none at all.
    pub earliest: Option<Period>,
    pub latest: Option<Period>,
    /// Whether the date has an interval: not where a level does not vary.
    pub has_interval: bool,
    /// First and last period that the new level may begin with; an open side reaches to the end of what was searched.
    pub within: (Period, Period),
    /// Periods with a figure before and after, up to the next step.
    pub periods: (usize, usize),
    /// Mean of the figures before and after, seasons taken out where `adjusted`.
    pub means: (f64, f64),
    pub adjusted: bool,
    /// `None` for figures without counts of their own, such as delays.
    pub size: Option<StepSize>,
    /// Other organisations with a step of the same metric whose interval meets this one.
    pub shared_by: usize,
    /// An event on record within the interval.
    pub event: Option<LinkedEvent>,
    pub decision: StepDecision,
}

impl ProposedStep {
    /// The days between which the level changed: from the period before the earliest to the end of the latest.
    fn window(&self) -> RangeInclusive<NaiveDate> {
        self.within.0.step(-1).start()..=self.within.1.end()
    }

    fn meets(&self, other: &Self) -> bool {
        self.within.0.first <= other.within.1.first && other.within.0.first <= self.within.1.first
    }

    /// A proposal that nobody has refused, as a signal.
    pub(super) fn signal(&self) -> Option<Signal> {
        let (before, after) = self.means;
        (self.decision != StepDecision::Refused).then(|| Signal {
            metric_id: self.metric_id.clone(),
            org_code: self.org_code.clone(),
            period: self.period,
            kind: SignalKind::ChangePoint,
            rule: if after > before { "step_up" } else { "step_down" }.to_owned(),
            points: self.periods.1,
            severity: Strength::Look,
            p_value: None,
            discovery: None,
            event: self.event.clone(),
        })
    }
}

/// Counts for each step of a metric how many other organisations took one at the time.
pub(super) fn count_shared(steps: &mut [ProposedStep]) {
    let shared: Vec<usize> = steps
        .iter()
        .map(|step| {
            let others =
                steps.iter().filter(|other| other.org_code.is_organisation() && other.org_code != step.org_code);
            let mut codes: Vec<&BodyId> =
                others.filter(|other| step.meets(other)).map(|other| &other.org_code).collect();
            codes.dedup();
            codes.len()
        })
        .collect();
    for (step, shared) in steps.iter_mut().zip(shared) {
        step.shared_by = shared;
    }
}

/// Whether a series was searched for steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepSearch {
    /// No stretch between two definitions of the metric has enough final figures.
    TooFew,
    /// A stretch has, but too many periods between them have none.
    Gaps,
    Searched,
}

impl StepSearch {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooFew => "too_few_points",
            Self::Gaps => "gaps",
            Self::Searched => "searched",
        }
    }
}

/// What the search of a series found.
pub(super) struct SeriesSteps {
    pub(super) search: StepSearch,
    /// Of each stretch that was searched: its final figures, and whether it seems to have a step.
    pub(super) stretches: Vec<(usize, bool)>,
    pub(super) steps: Vec<ProposedStep>,
}

/// Final figures that a stretch needs to be searched.
pub const LEAST_SEARCHED: usize = 2 * LEAST_SEGMENT;

/// What else is known of a series that is searched for steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepBasis<'t> {
    pub(super) trend: Option<&'t Trend>,
    /// How far its cases hang together.
    pub(super) widening: Widening,
}

/// The steps of a series up to the position of its last final figure. Periods without a final figure are left out. Each
/// version of the metric is searched by itself: what changed with the definition is no step of the organisation.
pub(super) fn proposed_steps(series: &CodeSeries<'_>, last: usize, basis: StepBasis<'_>) -> SeriesSteps {
    let final_figures: Vec<usize> =
        (0..=last).filter(|at| series.is_final(*at) && series.value(*at).is_some()).collect();
    let mut all = SeriesSteps { search: StepSearch::TooFew, stretches: Vec::new(), steps: Vec::new() };
    for stretch in final_figures.chunk_by(|one, next| !(one + 1..=*next).any(|at| series.breaks_at(at))) {
        let (outcome, found) = search_stretch(series, stretch, basis);
        all.search = all.search.max(outcome);
        if outcome == StepSearch::Searched {
            all.stretches.push((stretch.len(), !found.is_empty()));
        }
        all.steps.extend(found);
    }
    decide(series, &mut all.steps);
    all
}

/// The steps between positions with a final figure, if they are enough.
fn search_stretch(series: &CodeSeries<'_>, present: &[usize], basis: StepBasis<'_>) -> (StepSearch, Vec<ProposedStep>) {
    if present.len() < LEAST_SEARCHED {
        return (StepSearch::TooFew, Vec::new());
    }
    let span = present.first().zip(present.last()).map_or(0, |(first, last)| last + 1 - first);
    if (span - present.len()) * MOST_ABSENT > span {
        return (StepSearch::Gaps, Vec::new());
    }
    let fitted = |at: &usize| {
        let point =
            basis.trend.and_then(|trend| trend.points.iter().find(|point| Some(&point.span) == series.span(*at)));
        point.map_or(0.0, |point| point.seasonal)
    };
    let values: Vec<f64> = present.iter().filter_map(|at| series.value(*at)).collect();
    let guess: Vec<f64> = present.iter().map(fitted).collect();
    let found = if guess.iter().any(|added| *added != 0.0) {
        let seasons: Vec<u32> = present.iter().filter_map(|at| Some(series.span(*at)?.season())).collect();
        seasonal_change_points(&values, &seasons, &guess, LEAST_SEGMENT, MOST_BREAKS)
    } else {
        change_points(&values, LEAST_SEGMENT, MOST_BREAKS).map(|found| (found, Vec::new()))
    };
    let Ok((found, season)) = found else { return (StepSearch::Gaps, Vec::new()) };
    let adjusted = season.iter().any(|added| *added != 0.0);
    let ends: Vec<usize> = found.changes.iter().map(|change| change.after).chain([present.len()]).collect();
    let mut start = 0;
    let mut steps = Vec::new();
    for (change, end) in found.changes.iter().zip(ends.iter().skip(1)) {
        let parts = (present.get(start..change.after), present.get(change.after..*end));
        if let (Some(before), Some(after)) = parts {
            let found = step(series, (change, adjusted), (before, after), present);
            steps
                .extend(found.map(|found| ProposedStep { size: size(series, before, after, basis.widening), ..found }));
        }
        start = change.after;
    }
    (StepSearch::Searched, steps)
}

fn step(
    series: &CodeSeries<'_>,
    (change, adjusted): (&ChangePoint, bool),
    (before, after): (&[usize], &[usize]),
    present: &[usize],
) -> Option<ProposedStep> {
    let begins = |periods: usize| series.period(*present.get(periods)?);
    let (period, figure) = (begins(change.after)?, series.figure(*after.first()?)?);
    let side = |side: Option<usize>| side.and_then(begins);
    let (earliest, latest) = change.interval.map_or((None, None), |(from, to)| (side(from), side(to)));
    let within = if change.interval.is_some() {
        (earliest.or_else(|| begins(0))?, latest.or_else(|| series.period(*present.last()?))?)
    } else {
        (period, period)
    };
    let mut found = ProposedStep {
        metric_id: figure.metric_id.clone(),
        org_code: figure.org_code.clone(),
        unit: figure.unit,
        period,
        earliest,
        latest,
        has_interval: change.interval.is_some(),
        within,
        periods: (before.len(), after.len()),
        means: change.means,
        adjusted,
        size: None,
        shared_by: 0,
        event: None,
        decision: StepDecision::Open,
    };
    let window = found.window();
    found.event = event_between(series.events(), &found.org_code, (*window.start(), *window.end()));
    Some(found)
}

/// Notes what was decided. Where limits begin anew on a day within the dates of several steps, the nearest is meant.
fn decide(series: &CodeSeries<'_>, steps: &mut [ProposedStep]) {
    for step in &mut *steps {
        if series.decided().keeps_through(step.period) {
            step.decision = StepDecision::Refused;
        }
    }
    for (day, start) in series.rebase() {
        let decision = match start {
            SegmentStart::Decision => StepDecision::Accepted,
            SegmentStart::Event(_) => StepDecision::Recorded,
            SegmentStart::FirstPeriod | SegmentStart::NewDefinition => continue,
        };
        let meant = steps.iter_mut().filter(|step| step.window().contains(&day));
        let nearest = meant.min_by_key(|step| (step.period.start() - day).num_days().abs());
        if let Some(step) = nearest.filter(|step| matches!(step.decision, StepDecision::Open | StepDecision::Recorded))
        {
            step.decision = decision;
        }
    }
}

/// Newcombe's interval of the difference of two proportions, the exact one of the ratio of two rates or counts,
/// and of two ratios of counts.
fn size(series: &CodeSeries<'_>, before: &[usize], after: &[usize], widening: Widening) -> Option<StepSize> {
    let metric = series.metric();
    let pooled = |part: &[usize]| -> Option<Counts> {
        let mut sum = (0_i64, 0_i64);
        for at in part {
            let (numerator, denominator) = match metric.shape {
                Shape::Count => (series.figure(*at)?.numerator?, 1),
                _ => series.counts(*at)?,
            };
            sum = (sum.0.checked_add(numerator)?, sum.1.checked_add(denominator)?);
        }
        Some(Counts::new(sum.0, sum.1))
    };
    match metric.shape {
        Shape::Proportion => {
            let scale = f64::from(metric.unit.multiplier());
            let (after, before) = (pooled(after)?, pooled(before)?);
            let found = widened_difference(after, before, Level::LOOK, widening).ok()?;
            let difference = RatioDifference::of(after.into(), before.into());
            let scaled = |limit: Option<f64>| limit.map(|limit| limit * scale);
            let limits = Interval { lower: scaled(found.interval.lower), upper: scaled(found.interval.upper) };
            Some(StepSize { estimate: Some(found.value * scale), difference, limits, is_ratio: false })
        }
        Shape::Rate | Shape::Count => {
            let found = widened_ratio(pooled(after)?, pooled(before)?, Level::LOOK, widening).ok()?;
            Some(StepSize { estimate: found.value, difference: None, limits: found.interval, is_ratio: true })
        }
        Shape::CountRatio => {
            let found = ratio_of_count_ratios(pooled(after)?, pooled(before)?, Level::LOOK).ok()?;
            Some(StepSize { estimate: found.value, difference: None, limits: found.interval, is_ratio: true })
        }
        Shape::Distribution | Shape::Status => None,
    }
}
