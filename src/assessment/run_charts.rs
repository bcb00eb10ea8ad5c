//! The run chart of a series that has no control chart: its median, and whether the figures are spread about it as chance
//! would spread them.

use super::labels::VariationLabel;
use super::series::CodeSeries;
use super::signals::{Signal, SignalKind};
use crate::definitions::model::Metric;
use crate::stats::benchmark::Strength;
use crate::stats::run_chart::{RunSignal, Runs, ScaleEnds, run_chart};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Shape, Unit};

/// Fewer figures have no middle worth a line.
const LEAST_POINTS: usize = 3;

/// The run chart of the last stretch of an organisation's, a region's or the national series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesRunChart {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub unit: Unit,
    /// The last period with a final figure.
    pub period: Period,
    /// The first period of the stretch with one.
    pub first: Period,
    /// Final figures of the stretch.
    pub points: usize,
    /// Median of the stretch, or of its baseline where one was decided.
    pub centre: f64,
    pub runs: Runs,
    pub signal: RunSignal,
}

impl SeriesRunChart {
    /// The chart, and the position of its last period; `None` with fewer than three final figures.
    pub(super) fn of(series: &CodeSeries<'_>) -> Option<(usize, Self)> {
        let is_there = |at: &usize| series.is_final(*at) && series.value(*at).is_some();
        let last = (0..series.len()).rev().find(is_there)?;
        let begins = series.period(last)?.start();
        let since = series.rebase().into_iter().map(|(day, _)| day).filter(|day| *day <= begins).max();
        let inside = |at: &usize| since.is_none_or(|since| series.period(*at).is_some_and(|one| one.start() >= since));
        let stretch: Vec<usize> = (0..=last).filter(inside).collect();
        let first = stretch.iter().copied().find(is_there)?;
        let values: Vec<Option<f64>> =
            stretch.iter().map(|at| Some(*at).filter(is_there).and_then(|at| series.value(at))).collect();
        let found = run_chart(&values, series.decided().baseline(), scale(series.metric()))?;
        if found.points < LEAST_POINTS {
            return None;
        }
        let figure = series.figure(last)?;
        Some((
            last,
            Self {
                metric_id: figure.metric_id.clone(),
                org_code: figure.org_code.clone(),
                unit: figure.unit,
                period: figure.period,
                first: series.period(first)?,
                points: found.points,
                centre: found.centre,
                runs: found.runs,
                signal: found.signal,
            },
        ))
    }

    /// The label of the last final figure; `None` where nothing can be told.
    pub(super) fn label(&self) -> Option<VariationLabel> {
        match self.signal {
            RunSignal::Shift => Some(VariationLabel::Shift),
            RunSignal::NoEvidence => Some(VariationLabel::NoShift),
            RunSignal::TooFewPoints | RunSignal::EndOfScale | RunSignal::OneSide => None,
        }
    }

    /// Final figures that equal the median.
    pub fn on_median(&self) -> usize {
        self.points - self.runs.useful
    }

    /// A shift, as a signal.
    pub(super) fn as_signal(&self, series: &CodeSeries<'_>) -> Option<Signal> {
        let long = self.runs.longest_limit.is_some_and(|limit| self.runs.longest > limit);
        let few = self.runs.crossings_limit.is_some_and(|limit| self.runs.crossings < limit);
        let (rule, points) = match (long, few) {
            (true, true) => ("long_run_and_few_crossings", self.runs.longest),
            (true, false) => ("long_run", self.runs.longest),
            (false, _) => ("few_crossings", self.runs.useful),
        };
        let what = (rule.to_owned(), points, Strength::Look);
        (self.signal == RunSignal::Shift)
            .then(|| series.signal(SignalKind::RunChart, self.period, what, (self.first, None)))
    }
}

/// Where the scale of a metric's values ends: a share at none and at all, every other figure at none.
fn scale(metric: &Metric) -> ScaleEnds {
    let all = (metric.shape == Shape::Proportion).then(|| f64::from(metric.unit.multiplier()));
    ScaleEnds { least: Some(0.0), greatest: all }
}
