//! From summed integers to one observation: value, interval, standard, or the reason why there is none.
//! Calls the statistics and decides nothing else.

use super::series::{DelayStatistic, MetricSeries, series_of};
use super::totals::Totals;
use crate::definitions::model::Metric;
use crate::stats::Level;
use crate::stats::histogram::{DelayReading, Histogram, Percent};
use crate::stats::percentile::{percentile, percentile_interval};
use crate::stats::proportion::{self, wilson_interval};
use crate::stats::rate::{self, rate_interval};
use crate::stats::rate_ratio::ratio_of_counts;
use crate::stats::real;
use crate::stats::survival::SurvivalCurve;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::{Coverage, Observation, StandardResult};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, Shape, Status, Unit};

/// Where an observation belongs.
pub(super) struct ObservationPlace<'a> {
    pub metric_id: &'a MetricId,
    pub org_code: &'a BodyId,
    pub period: Period,
    pub coverage: Coverage,
}

/// A figure's numbers, whatever body and period they are of.
#[derive(Debug, Clone, PartialEq)]
pub struct SummedFigure {
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    /// On the scale of the unit, or why there is none.
    pub value: Result<f64, Status>,
    pub interval_95: Option<Interval>,
    pub interval_998: Option<Interval>,
    /// How the intervals were made.
    pub method: &'static str,
}

impl SummedFigure {
    /// A whole number without limits: a grade, or a full count of organisations.
    fn plain(value: Result<i64, Status>) -> Self {
        Self {
            numerator: value.as_ref().ok().copied(),
            denominator: None,
            value: value.map(real),
            interval_95: None,
            interval_998: None,
            method: "no_limits",
        }
    }
}

/// The one grade there is; grades of several organisations are never added up.
fn grade(totals: &Totals) -> Result<i64, Status> {
    let several = || Status::NotApplicable("a grade belongs to one organisation".to_owned());
    match totals.grades.iter().next() {
        None => Err(Status::NotApplicable("no grade is on record".to_owned())),
        Some((grade, 1)) if totals.grades.len() == 1 => Ok(*grade),
        Some(_) => Err(several()),
    }
}

/// An observation that has no figure, with the reason.
pub(super) fn absent(metric: &Metric, series: &MetricSeries, at: &ObservationPlace<'_>, status: Status) -> Observation {
    observation(metric, series, at, SummedFigure::plain(Err(status)))
}

/// The observation made from summed integers.
pub(super) fn present(
    metric: &Metric,
    series: &MetricSeries,
    at: &ObservationPlace<'_>,
    totals: &Totals,
) -> Observation {
    observation(metric, series, at, summed(metric, series, totals))
}

/// The numbers that summed integers make.
pub(super) fn summed(metric: &Metric, series: &MetricSeries, totals: &Totals) -> SummedFigure {
    match (series.shape, series.grade) {
        (_, Some(grade)) => SummedFigure::plain(Ok(totals.grades.get(&grade).copied().unwrap_or(0))),
        (Shape::Proportion, _) => proportion_figure(metric, series.unit, totals),
        (Shape::Rate, _) => rate_figure(series.unit, totals),
        (Shape::CountRatio, _) => count_ratio_figure(series.unit, totals),
        (Shape::Count, _) => count_figure(totals),
        (Shape::Status, _) => SummedFigure::plain(grade(totals)),
        (Shape::Distribution, _) => delay_figure(metric, series, totals),
    }
}

/// The figure that added-up counts make in the place of another one of the metric. `None` for a delay and for a grade, which
/// counts alone do not make.
pub fn figure_of_counts(metric: &Metric, like: &Observation, counts: (i64, i64)) -> Option<Observation> {
    let is_meant = |series: &MetricSeries| series.category == like.category && series.grade.is_none();
    let series = series_of(metric).into_iter().find(is_meant)?;
    if matches!(series.shape, Shape::Distribution | Shape::Status) {
        return None;
    }
    let coverage = like.coverage.unwrap_or(Coverage { returned: 0, expected: 0 });
    let at = ObservationPlace { metric_id: &like.metric_id, org_code: &like.org_code, period: like.period, coverage };
    let totals = Totals { numerator: counts.0, denominator: counts.1, ..Totals::default() };
    Some(present(metric, &series, &at, &totals))
}

fn observation(metric: &Metric, series: &MetricSeries, at: &ObservationPlace<'_>, figure: SummedFigure) -> Observation {
    let (value, status) = match figure.value {
        Ok(value) => (Some(value), Status::Value),
        Err(status) => (None, status),
    };
    // A standard is worded for the headline; a part or variant has none of its own.
    let standard = series.category.is_none().then(|| metric.standard_for(at.org_code, at.period)).flatten();
    let title_of =
        |level: i64| metric.grades.iter().find(|grade| grade.level == level).map(|grade| grade.title.clone());
    let is_grade = series.shape == Shape::Status && status == Status::Value;
    Observation {
        label: figure.numerator.filter(|_| is_grade).and_then(title_of),
        metric_id: at.metric_id.clone(),
        metric_version: metric.version_at(at.period.last()).map_or(1, |version| version.version),
        org_code: at.org_code.clone(),
        period: at.period,
        category: series.category.clone(),
        numerator: figure.numerator,
        denominator: figure.denominator,
        value,
        unit: series.unit,
        status,
        interval_95: figure.interval_95,
        interval_998: figure.interval_998,
        method: figure.method,
        coverage: Some(at.coverage),
        standard: standard.map(|standard| StandardResult {
            level: standard.level,
            kind: standard.kind.as_str(),
            met: value.map(|value| standard.is_met_by(value)),
        }),
    }
}

fn proportion_figure(metric: &Metric, unit: Unit, totals: &Totals) -> SummedFigure {
    let (x, n) = (totals.numerator, totals.denominator);
    let factor = unit.multiplier();
    // Multiplied before dividing, so that a level which is exactly met is met.
    let value = proportion::proportion(x, n).map(|_| ratio(x * i64::from(factor), n));
    let interval = |level| {
        let limits = wilson_interval(x, n, level).ok().filter(|_| !metric.dependent_units)?;
        Some(scale(limits, f64::from(factor)))
    };
    SummedFigure {
        numerator: Some(x),
        denominator: Some(n),
        value,
        interval_95: interval(Level::LOOK),
        interval_998: interval(Level::ACT),
        method: if metric.dependent_units { "no_limits" } else { "wilson" },
    }
}

fn rate_figure(unit: Unit, totals: &Totals) -> SummedFigure {
    let (x, t) = (totals.numerator, totals.denominator);
    let interval = |level| rate_interval(x, t, unit.multiplier(), level).ok();
    SummedFigure {
        numerator: Some(x),
        denominator: Some(t),
        value: rate::rate(x, t, unit.multiplier()),
        interval_95: interval(Level::LOOK),
        interval_998: interval(Level::ACT),
        method: "exact_poisson",
    }
}

/// Both counts vary by chance: the limits are those of a of a + b.
fn count_ratio_figure(unit: Unit, totals: &Totals) -> SummedFigure {
    let (a, b) = (totals.numerator, totals.denominator);
    let factor = f64::from(unit.multiplier());
    let interval = |level| Some(scale(ratio_of_counts(a, b, level).ok()?.interval, factor));
    SummedFigure {
        numerator: Some(a),
        denominator: Some(b),
        value: rate::rate(a, b, unit.multiplier()),
        interval_95: interval(Level::LOOK),
        interval_998: interval(Level::ACT),
        method: "exact_count_ratio",
    }
}

/// A full count has no limits of chance: nothing of it is unknown.
fn count_figure(totals: &Totals) -> SummedFigure {
    let x = totals.numerator;
    SummedFigure::plain(if x < 0 { Err(Status::Missing(format!("the count {x} is negative"))) } else { Ok(x) })
}

fn delay_figure(metric: &Metric, series: &MetricSeries, totals: &Totals) -> SummedFigure {
    let bins =
        totals.delays.iter().map(|((value, observed), count)| (*value, *observed, u64::try_from(*count).unwrap_or(0)));
    let histogram = Histogram::new(bins, metric.cap);
    let statistic = series.delay.unwrap_or(DelayStatistic::WithOpenCases(50));
    let (DelayStatistic::WithOpenCases(percent) | DelayStatistic::ClosedOnly(percent)) = statistic;
    let percent = Percent::new(percent).unwrap_or_else(Percent::median);
    let (reading, limits, method): (DelayReading, [Option<Interval>; 2], _) = match statistic {
        DelayStatistic::WithOpenCases(_) => {
            let curve = SurvivalCurve::new(&histogram);
            let limits = [Level::LOOK, Level::ACT].map(|level| Some(curve.percentile_interval(percent, level)));
            (curve.percentile(percent), limits, "kaplan_meier_log_log")
        }
        DelayStatistic::ClosedOnly(_) => {
            let limits =
                [Level::LOOK, Level::ACT].map(|level| Some(percentile_interval(&histogram, percent, level)?.interval));
            (percentile(&histogram, percent), limits, "order_statistics")
        }
    };
    let value = match reading {
        DelayReading::Value(value) => Ok(value),
        other => Err(other.status(series.unit)),
    };
    let count = |n: u64| i64::try_from(n).ok();
    let [interval_95, interval_998] = limits.map(|limits| limits.filter(|_| value.is_ok()));
    SummedFigure {
        numerator: count(histogram.closed()),
        denominator: count(histogram.closed() + histogram.open()),
        value,
        interval_95,
        interval_998,
        method,
    }
}

fn scale(interval: Interval, factor: f64) -> Interval {
    Interval { lower: interval.lower.map(|l| l * factor), upper: interval.upper.map(|u| u * factor) }
}

fn ratio(x: i64, n: i64) -> f64 {
    real(x) / real(n)
}
