//! Each series of a metric over time: its control chart or run chart, its trend, and the steps that it seems to have taken.

use std::collections::BTreeMap;

use super::change_points::{ProposedStep, SeriesSteps, StepBasis, count_shared, proposed_steps};
use super::charting::control_chart;
use super::control::ControlChart;
use super::findings::{Findings, Told};
use super::headlines::Headlines;
use super::labels::{Labels, VariationLabel};
use super::run_charts::SeriesRunChart;
use super::series::CodeSeries;
use super::signals::{Signal, SignalKind};
use super::trends::{SeriesTrend, TrendWindow, fitted};
use crate::definitions::model::Course;
use crate::stats::benchmark::Strength;
use crate::stats::trend::TrendOutcome;
use crate::stats::widening::Widening;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::Shape;

/// What was found in the series of a metric.
#[derive(Debug, Default)]
pub(super) struct OverTime {
    pub(super) charts: Vec<ControlChart>,
    pub(super) run_charts: Vec<SeriesRunChart>,
    pub(super) trends: Vec<SeriesTrend>,
    pub(super) steps: Vec<ProposedStep>,
    /// How far the cases of a code's series hang together, where a control chart tells.
    pub(super) widenings: BTreeMap<BodyId, Widening>,
}

/// The series of every organisation, region and the nation. Rolling years share months with their neighbours: no rule about
/// neighbouring points holds for them, and they get no label.
pub(super) fn of_metric(headlines: &Headlines<'_>) -> Told<OverTime> {
    let Told { mut found, mut findings } = Told::<OverTime>::default();
    if headlines.is_rolling() || headlines.metric.shape == Shape::Status {
        return Told { found, findings };
    }
    for code in headlines.codes() {
        let series = CodeSeries::of(headlines, code);
        let chart = control_chart(&series);
        let widening = chart.found.as_ref().and_then(ControlChart::widening);
        found.widenings.extend(widening.map(|widening| (code.clone(), widening)));
        // A series that can only rise has no usual variation about a level, and each rise is meant. How far its cases hang
        // together shows in the chart nevertheless.
        if headlines.metric.course != Course::Monotone {
            match findings.keep(chart) {
                Some(chart) => found.charts.push(chart),
                None => found.run_charts.extend(findings.keep(run_chart(&series))),
            }
        }
        let widening = widening.unwrap_or(Widening::NONE);
        if let Some((trend, steps)) = findings.keep(trend_and_steps(&series, widening)) {
            found.trends.push(trend);
            found.steps.extend(steps.steps);
        }
    }
    count_shared(&mut found.steps);
    Told { found, findings }
}

/// The run chart of a series without a control chart.
fn run_chart(series: &CodeSeries<'_>) -> Told<Option<SeriesRunChart>> {
    let Some((last, chart)) = SeriesRunChart::of(series) else { return Told::default() };
    let mut findings = Findings::default();
    if let (Some(label), Some(figure)) = (chart.label(), series.figure(last)) {
        findings.label(figure.id(), Labels { variation: Some(label), ..Labels::default() });
        findings.tally.runs.push((chart.runs.useful, label == VariationLabel::Shift));
    }
    findings.signals.extend(chart.as_signal(series));
    Told { found: Some(chart), findings }
}

/// Trend and steps up to the last final figure.
fn trend_and_steps(series: &CodeSeries<'_>, widening: Widening) -> Told<Option<(SeriesTrend, SeriesSteps)>> {
    let is_told = |at: &usize| series.value(*at).is_some() && !series.is_provisional(*at) && !series.lacks_cases(*at);
    let last = (0..series.len()).rev().find(is_told);
    let Some((at, figure)) = last.and_then(|at| Some((at, series.figure(at)?))) else { return Told::default() };
    let fitted = fitted(series);
    let steps = proposed_steps(series, at, StepBasis { trend: fitted.as_ref().ok(), widening });
    let trend = SeriesTrend {
        metric_id: figure.metric_id.clone(),
        org_code: figure.org_code.clone(),
        unit: figure.unit,
        period: figure.period,
        found: fitted.and_then(|fitted| TrendWindow::of(&fitted, figure.period)),
        steps: steps.search,
    };
    let mut findings = Findings::default();
    let verdict = Some(trend.verdict(series.better()));
    findings.label(figure.id(), Labels { trend: verdict, ..Labels::default() });
    findings.signals.extend(trend_signal(series, &trend));
    findings.signals.extend(steps.steps.iter().filter_map(ProposedStep::signal));
    findings.tally.trends.extend(trend.found.as_ref().ok());
    findings.tally.stretches.extend(&steps.stretches);
    Told { found: Some((trend, steps)), findings }
}

/// A series that rises or falls over the years. Years of drift have no one day on which to look for a cause.
fn trend_signal(series: &CodeSeries<'_>, trend: &SeriesTrend) -> Option<Signal> {
    let window =
        trend.found.as_ref().ok().filter(|found| matches!(found.outcome, TrendOutcome::Up | TrendOutcome::Down))?;
    let severity = if window.at_act { Strength::Act } else { Strength::Look };
    let label = window.outcome.label(series.better());
    let what = (label.as_str().to_owned(), window.periods, severity);
    let signal = series.signal(SignalKind::Trend, trend.period, what, (trend.period, Some(window.p_value)));
    Some(Signal { event: None, ..signal })
}
