//! Figures judged the way other packages judge them, for those who publish by their rules. They stand in a table of their own,
//! each with its mode, and decide nothing that is said elsewhere.

use super::differences::counts_of;
use super::headlines::Headlines;
use crate::stats::as_phe::{self, RateArea, RateKind};
use crate::stats::control::{ChartSettings, Mode, PointUse, ValuePoint, xmr};
use crate::stats::timeline::DaySpan;
use crate::stats::{Level, real};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, Shape, Status};

/// Whose rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParityMode {
    /// `PHEindicatormethods` 2.1.0: each force in the funnel of all.
    Phe,
    /// `NHSRplotthedots` 0.2.2: each period within its series.
    MakingDataCount,
}

impl ParityMode {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phe => "as_phe",
            Self::MakingDataCount => "as_making_data_count",
        }
    }
}

/// One figure judged by other rules.
#[derive(Debug, Clone, PartialEq)]
pub struct ParityFigure {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    pub mode: ParityMode,
    /// In the metric's unit, as all numbers here.
    pub value: f64,
    /// As PHE: the pooled figure of all forces. As Making Data Count: the mean of the series.
    pub centre: Option<f64>,
    /// As PHE: 95 % limits of the figure. As Making Data Count: the process limits.
    pub limits: Interval,
    /// The package's own word for the figure or the point.
    pub label: &'static str,
    /// Icons of the series, on its last point.
    pub variation: Option<&'static str>,
    pub assurance: Option<&'static str>,
}

/// The figures of one metric that the settings ask for.
pub(super) fn of_metric(headlines: &Headlines<'_>) -> Vec<ParityFigure> {
    let (wish, id) = (headlines.input.parity, &headlines.metric.id);
    let mut figures = Vec::new();
    if wish.as_making_data_count.iter().any(|one| one == id) && !headlines.is_rolling() {
        figures.extend(headlines.codes().flat_map(|code| as_making_data_count(headlines, code)));
    }
    if wish.as_phe.iter().any(|one| one == id) {
        figures.extend(as_phe(headlines));
    }
    figures
}

fn row(headlines: &Headlines<'_>, figure: &Observation, mode: ParityMode) -> Option<ParityFigure> {
    Some(ParityFigure {
        metric_id: headlines.metric.id.clone(),
        org_code: figure.org_code.clone(),
        period: figure.period,
        mode,
        value: figure.value.filter(|_| figure.status == Status::Value)?,
        centre: None,
        limits: Interval { lower: None, upper: None },
        label: "",
        variation: None,
        assurance: None,
    })
}

/// Forces of the report's period. A row without a denominator is left out, as the package leaves out what it cannot compute.
fn as_phe(headlines: &Headlines<'_>) -> Vec<ParityFigure> {
    let metric = headlines.metric;
    let multiplier = f64::from(metric.unit.multiplier());
    let of_force = |code: &BodyId| {
        let figure = headlines.figure(code, headlines.last())?;
        let counts = counts_of(figure).filter(|counts| counts.denominator > 0)?;
        Some((figure, real(counts.numerator), real(counts.denominator)))
    };
    let forces: Vec<(&Observation, f64, f64)> =
        headlines.organisations().filter(|code| headlines.is_force(code)).filter_map(of_force).collect();
    let area = |(_, x, n): &(&Observation, f64, f64)| RateArea { events: *x, rate: x / n, exposure: Some(*n) };
    let areas: Vec<RateArea> = forces.iter().map(area).collect();
    let is_share = metric.shape == Shape::Proportion;
    let pooled = forces.iter().map(|(_, x, _)| x).sum::<f64>() / forces.iter().map(|(.., n)| n).sum::<f64>();
    let centre = if is_share { Some(pooled) } else { as_phe::rate_centre(&areas, RateKind::Crude, 1.0) };
    let Some(centre) = centre.filter(|centre| centre.is_finite()) else { return Vec::new() };
    let labels: Vec<_> = if is_share {
        forces.iter().map(|(_, x, n)| as_phe::proportion_label(*x, *n, centre)).collect()
    } else {
        as_phe::rate_labels(&areas, RateKind::Crude, 1.0)
    };
    let judged = |((figure, x, n), label): (&(&Observation, f64, f64), Option<as_phe::PheLabel>)| {
        let limits = if is_share {
            as_phe::wilson_interval(*x, *n, Level::LOOK).map(|limits| scaled(limits, multiplier))
        } else {
            as_phe::count_interval(*x, Level::LOOK).map(|limits| scaled(limits, multiplier / n))
        };
        Some(ParityFigure {
            centre: Some(centre * multiplier),
            limits: limits?,
            label: label?.as_str(),
            ..row(headlines, figure, ParityMode::Phe)?
        })
    };
    forces.iter().zip(labels).filter_map(judged).collect()
}

fn scaled(limits: Interval, factor: f64) -> Interval {
    Interval { lower: limits.lower.map(|limit| limit * factor), upper: limits.upper.map(|limit| limit * factor) }
}

/// All periods of a series, judged by that package's rules; neither events nor decisions move its limits here.
fn as_making_data_count(headlines: &Headlines<'_>, code: &BodyId) -> Vec<ParityFigure> {
    let trend = headlines.input.trend;
    let figure_at = |at: usize| headlines.figure(code, at);
    let value_at = |at: usize| figure_at(at).filter(|figure| figure.status == Status::Value)?.value;
    let points: Option<Vec<ValuePoint>> = trend
        .iter()
        .enumerate()
        .map(|(at, period)| {
            let span = DaySpan::new(period.start(), period.end()).ok()?;
            Some(ValuePoint { span, value: value_at(at), standing: PointUse::Final })
        })
        .collect();
    let target = figure_at(headlines.last()).and_then(|figure| Some(figure.standard.as_ref()?.level));
    let settings = ChartSettings {
        mode: Mode::MakingDataCount,
        target,
        allow_irregular: true,
        ..ChartSettings::new(headlines.metric.better)
    };
    let Some(chart) = points.and_then(|points| xmr(&points, &settings).ok()) else { return Vec::new() };
    let judged = |(at, point): (usize, &crate::stats::control::ChartPoint)| {
        let icon = chart.icon_point == Some(at);
        let judgement = point.judgement.as_ref().ok()?;
        Some(ParityFigure {
            centre: point.lines.map(|lines| lines.centre),
            limits: Interval { lower: point.lines.map(|l| l.lower), upper: point.lines.map(|l| l.upper) },
            label: judgement.point_type.as_str(),
            variation: chart.variation.ok().filter(|_| icon).map(crate::stats::control::Variation::as_str),
            assurance: chart.assurance.ok().filter(|_| icon).map(crate::stats::control::Assurance::as_str),
            ..row(headlines, figure_at(at)?, ParityMode::MakingDataCount)?
        })
    };
    chart.points.iter().enumerate().filter_map(judged).collect()
}
