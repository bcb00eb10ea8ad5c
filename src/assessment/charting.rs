//! The control chart that suits a series, and what it says of each period: labels and signals from one call.

use super::control::{ControlChart, turn, variation_of};
use super::findings::{Findings, Told};
use super::labels::{Labels, VariationLabel};
use super::series::CodeSeries;
use super::signals::{Signal, SignalKind};
use crate::stats::benchmark::Strength;
use crate::stats::chart_choice::{ChartChoice, Charted, choose_chart, is_often_at};
use crate::stats::control::{
    ChartPoint, ChartSettings, ControlAnalysis, ControlRule, CountPoint, PointType, RuleSignal, ValuePoint, Variation,
    p_prime, u_prime, xmr,
};
use crate::stats::timeline::DaySpan;
use crate::vocabulary::quantity::{Better, Shape, Status};

/// The control chart of a series, and its labels. Without a chart every value is labelled as one that cannot be told.
pub(super) fn control_chart(series: &CodeSeries<'_>) -> Told<Option<ControlChart>> {
    let found = suited(series);
    let chart = found.as_ref().map(|(_, chart)| chart);
    let mut findings = Findings::default();
    for (at, figure) in (0..series.len()).filter_map(|at| Some((at, series.figure(at)?))) {
        if figure.status == Status::Value {
            let variation = Some(chart.map_or(VariationLabel::CannotTell, |chart| variation_of(chart, at)));
            findings.label(figure.id(), Labels { variation, ..Labels::default() });
        }
    }
    let Some((kind, chart)) = &found else { return Told { found: None, findings } };
    findings.signals = rule_signals(series, chart);
    let icon = chart.icon_point.and_then(|at| series.figure(at));
    if let (Some(figure), Ok(assurance)) = (icon, chart.assurance) {
        findings.label(figure.id(), Labels { assurance: Some(assurance), ..Labels::default() });
    }
    if let Ok(Variation::Point(point)) = chart.variation {
        let points = chart.segments.last().map_or(0, |segment| segment.usable);
        findings.tally.icons.push((points, point != PointType::CommonCause));
    }
    let first = (0..series.len()).find_map(|at| series.figure(at));
    let found = first.and_then(|figure| ControlChart::of(figure, *kind, chart, series.periods(), &series.rebase()));
    Told { found, findings }
}

/// The chart that suits the series, and its kind; `None` where the series is too short or too rare for one.
fn suited(series: &CodeSeries<'_>) -> Option<(ChartChoice, ControlAnalysis)> {
    let metric = series.metric();
    let positions = 0..series.spans().len();
    let values: Vec<f64> = positions.clone().filter_map(|at| series.value(at)).collect();
    let counts: Vec<(i64, i64)> = positions.clone().filter_map(|at| series.counts(at)).collect();
    let charted = match metric.shape {
        Shape::Proportion => Charted::Proportion(&counts),
        Shape::Rate => Charted::Rate,
        Shape::Distribution => Charted::Delay,
        Shape::Count | Shape::CountRatio | Shape::Status => Charted::Other,
    };
    let settings = ChartSettings {
        target: target_of(series),
        rebase: series.rebase().into_iter().map(|(day, _)| day).collect(),
        baseline: series.decided().baseline(),
        ..ChartSettings::new(series.better())
    };
    let counted = |swap: bool| -> Vec<CountPoint> {
        let of = |(at, span): (usize, &DaySpan)| {
            let counts = series.counts(at).map(|(x, n)| if swap { (n - x, n) } else { (x, n) });
            CountPoint { span: *span, counts, standing: series.standing(at) }
        };
        series.spans().iter().enumerate().map(of).collect()
    };
    let multiplier = metric.unit.multiplier();
    let constant = values.windows(2).all(|pair| pair.first() == pair.last());
    // A share has two ends, and where it is at one of them often, its figures are no longer spread about a mean.
    let all = (metric.shape == Shape::Proportion).then(|| f64::from(metric.unit.multiplier()));
    let awkward = [0.0].into_iter().chain(all).any(|end| is_often_at(end, &values));
    let suited = choose_chart(charted, values.len(), values.len(), awkward);
    // A series that never varies is said to be so, however rare its failures are.
    let kind = if constant && suited != ChartChoice::PlainLine { ChartChoice::Xmr } else { suited };
    let chart = match kind {
        ChartChoice::PPrime => p_prime(&counted(false), multiplier, &settings).ok(),
        ChartChoice::UPrime => u_prime(&counted(false), multiplier, &settings).ok(),
        ChartChoice::UPrimeOfFailures => {
            // Near the top of the scale the others are the rare ones; their chart is turned over.
            let swap = counts.iter().map(|(x, n)| 2 * x - n).sum::<i64>() > 0;
            let better = if swap { turned(series.better()) } else { series.better() };
            let target = settings.target.map(|t| if swap { f64::from(multiplier) - t } else { t });
            u_prime(&counted(swap), multiplier, &ChartSettings { better, target, ..settings })
                .ok()
                .map(|chart| if swap { turn(chart, f64::from(multiplier)) } else { chart })
        }
        ChartChoice::Xmr => {
            let of = |(at, span): (usize, &DaySpan)| ValuePoint {
                span: *span,
                value: series.value(at),
                standing: series.standing(at),
            };
            xmr(&series.spans().iter().enumerate().map(of).collect::<Vec<_>>(), &settings).ok()
        }
        ChartChoice::GOfFailures | ChartChoice::RunChart | ChartChoice::PlainLine => None,
    };
    Some((kind, chart?))
}

/// The standard of the last period, if one holds there.
fn target_of(series: &CodeSeries<'_>) -> Option<f64> {
    let last = series.len().checked_sub(1)?;
    series.figure(last)?.standard.as_ref().map(|standard| standard.level)
}

fn rule_signals(series: &CodeSeries<'_>, chart: &ControlAnalysis) -> Vec<Signal> {
    let mut signals = Vec::new();
    for (at, point) in chart.points.iter().enumerate() {
        let Ok(judgement) = &point.judgement else { continue };
        for signal in &judgement.signals {
            let points = pattern_length(&chart.points, at, *signal);
            let (Some(first), Some(period)) = (series.period(at + 1 - points), series.period(at)) else { continue };
            let severity = if signal.rule == ControlRule::OutsideLimits { Strength::Act } else { Strength::Look };
            let rule = format!("{}_{}", signal.rule.as_str(), signal.direction.as_str());
            signals.push(series.signal(SignalKind::ControlChart, period, (rule, points, severity), (first, None)));
        }
    }
    signals
}

/// How many points in a row, up to this one, belong to the same rule in the same direction.
fn pattern_length(points: &[ChartPoint], at: usize, signal: RuleSignal) -> usize {
    let belongs = |point: &&ChartPoint| point.judgement.as_ref().is_ok_and(|judged| judged.signals.contains(&signal));
    points.iter().take(at + 1).rev().take_while(belongs).count().max(1)
}

fn turned(better: Better) -> Better {
    match better {
        Better::Higher => Better::Lower,
        Better::Lower => Better::Higher,
        Better::Neutral => Better::Neutral,
    }
}
