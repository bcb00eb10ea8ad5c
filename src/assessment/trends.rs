//! The trend test of a series as the results carry it: its outcome, or why there is none, and the change over its window.

use super::change_points::StepSearch;
use super::labels::TrendVerdict;
use super::series::CodeSeries;
use crate::stats::benchmark::Strength;
use crate::stats::difference::Estimate;
use crate::stats::timeline::DaySpan;
use crate::stats::trend::{
    CannotTell, CountModel, FittedChange, PeriodPoint, PeriodReading, Seasons, Trend, TrendLabel, TrendOutcome,
    count_trend, value_trend,
};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::{Better, Interval, Shape, Status, Unit};

/// What the trend test says of one organisation's, a region's or the national series up to its last final period.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesTrend {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub unit: Unit,
    /// The last period of the window.
    pub period: Period,
    pub found: Result<TrendWindow, CannotTell>,
    /// Whether the series was searched for steps.
    pub steps: StepSearch,
}

/// A window that meets the conditions of the test, and what was found in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendWindow {
    /// The first period with a figure.
    pub first: Period,
    /// Periods with a figure.
    pub periods: usize,
    pub outcome: TrendOutcome,
    /// Fitted last minus fitted first, in the metric's unit.
    pub change: FittedChange,
    pub p_value: f64,
    /// Whether the change is clear at the 99.8 % level too.
    pub at_act: bool,
    /// Pearson's chi-square over its degrees of freedom.
    pub dispersion: f64,
    pub seasons: Seasons,
}

impl TrendWindow {
    /// Whether the series has gone up or down beyond chance at a level.
    pub(super) fn is_clear(&self, level: Strength) -> bool {
        matches!(self.outcome, TrendOutcome::Up | TrendOutcome::Down) && (level == Strength::Look || self.at_act)
    }

    /// The window of a fitted trend, whose periods are of the kind of its last one.
    pub(super) fn of(trend: &Trend, last: Period) -> Result<Self, CannotTell> {
        let first = trend.points.first().ok_or(CannotTell::NoFit)?.span.first();
        Ok(Self {
            first: Period::holding(last.kind, Month::of(first)),
            periods: trend.points.len(),
            outcome: trend.outcome,
            change: trend.change,
            p_value: trend.p_value,
            at_act: trend.at_act,
            dispersion: trend.dispersion,
            seasons: trend.seasons,
        })
    }
}

impl SeriesTrend {
    /// The name of the outcome in data files.
    pub fn outcome_str(&self) -> &'static str {
        self.found.as_ref().map_or("cannot_tell", |window| window.outcome.as_str())
    }

    /// Why it cannot be told; empty where it can.
    pub fn reason_str(&self) -> &'static str {
        self.found.as_ref().err().map_or("", |reason| reason.as_str())
    }

    /// Periods with a figure; of a series that cannot be told, where their number is the reason.
    pub fn periods(&self) -> Option<usize> {
        match &self.found {
            Ok(window) => Some(window.periods),
            Err(CannotTell::TooFewPeriods { have, .. }) => Some(*have),
            Err(_) => None,
        }
    }

    /// The label of the series' last final figure.
    pub(super) fn verdict(&self, better: Better) -> TrendVerdict {
        let label = |window: &TrendWindow| -> TrendLabel { window.outcome.label(better) };
        self.found.as_ref().map_or(TrendVerdict::CannotTell, |window| TrendVerdict::Told(label(window)))
    }
}

/// The trend test that suits the metric.
///
/// # Errors
/// Why there is none.
pub(super) fn fitted(series: &CodeSeries<'_>) -> Result<Trend, CannotTell> {
    let metric = series.metric();
    match metric.shape {
        Shape::Proportion | Shape::Rate => {
            let model = if metric.shape == Shape::Proportion { CountModel::Proportion } else { CountModel::Rate };
            count_trend(&points(series, |at| series.counts(at)), model, metric.unit.multiplier())
        }
        Shape::Count => {
            let counts = |at: usize| Some((series.figure(at)?.numerator?, 1));
            count_trend(&points(series, counts), CountModel::Rate, 1)
        }
        Shape::CountRatio | Shape::Distribution | Shape::Status => {
            let open = Interval { lower: None, upper: None };
            let estimate = |at: usize| {
                let interval = series.figure(at)?.interval_95.unwrap_or(open);
                Some(Estimate { value: series.value(at)?, interval })
            };
            value_trend(&points(series, estimate))
        }
    }
}

fn points<T>(series: &CodeSeries<'_>, read: impl Fn(usize) -> Option<T>) -> Vec<PeriodPoint<T>> {
    let of = |(at, span): (usize, &DaySpan)| {
        let status = series.figure(at).map(|figure| &figure.status);
        let reading = match (read(at), status) {
            (_, Some(Status::Suppressed)) => PeriodReading::Suppressed,
            _ if series.lacks_cases(at) => PeriodReading::Absent,
            (Some(value), Some(Status::Value)) => PeriodReading::Value(value),
            _ => PeriodReading::Absent,
        };
        PeriodPoint { span: *span, reading, provisional: series.is_provisional(at), break_before: series.breaks_at(at) }
    };
    series.spans().iter().enumerate().map(of).collect()
}
