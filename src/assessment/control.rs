//! The control chart of a series as pages draw it and the results carry it: its lines, point by point, and its segments.
//! Everything in it comes from the one call that also gave the labels and the signals.

use std::ops::Range;

use chrono::NaiveDate;

use super::labels::VariationLabel;
use super::signals::LinkedEvent;
use crate::stats::chart_choice::ChartChoice;
use crate::stats::control::{
    ChartPoint, ControlAnalysis, FULL_POINTS, Lines, Note, PointType, Segment, SignalDirection, Variation,
};
use crate::stats::widening::Widening;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;

/// The chart of one organisation's, a region's or the national series.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlChart {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub kind: ChartChoice,
    pub segments: Vec<ControlSegment>,
    /// The periods that have lines, oldest first.
    pub points: Vec<ControlPoint>,
    /// The period whose label is the chart's, as a position in the trend.
    pub icon: Option<usize>,
}

/// A stretch of a series with limits of its own, or without.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlSegment {
    /// Its periods, as positions in the trend.
    pub periods: Range<usize>,
    pub start: SegmentStart,
    /// Figures that may be judged.
    pub usable: usize,
    /// Whether there are enough of them for limits.
    pub has_limits: bool,
    /// Whether the limits rest on few figures.
    pub trial: bool,
    /// Of p′ and u′ charts: 1 where the series varies as chance alone would have it.
    pub sigma_z: Option<f64>,
}

/// Why a segment begins where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentStart {
    /// The segment is the first one.
    FirstPeriod,
    /// Another version of the metric holds from here.
    NewDefinition,
    /// The first whole period after an event that made the work or its counting another.
    Event(LinkedEvent),
    /// A named person decided that limits begin anew.
    Decision,
}

impl SegmentStart {
    /// The name in data files.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::FirstPeriod => "first_period",
            Self::NewDefinition => "new_definition",
            Self::Event(_) => "recorded_event",
            Self::Decision => "decision",
        }
    }
}

/// The lines of a chart in one period, not cut at the ends of the scale, and what the figure there is labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlPoint {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    /// The period's position in the trend.
    pub at: usize,
    pub kind: ChartChoice,
    /// Its segment, from 1.
    pub segment: usize,
    pub start: &'static str,
    pub mean: f64,
    pub lower: f64,
    pub upper: f64,
    pub label: VariationLabel,
    pub trial: bool,
    pub sigma_z: Option<f64>,
}

impl ControlChart {
    /// The chart of a series; `None` where no segment has limits.
    pub(super) fn of(
        of: &Observation,
        kind: ChartChoice,
        chart: &ControlAnalysis,
        trend: &[Period],
        rebase: &[(NaiveDate, SegmentStart)],
    ) -> Option<Self> {
        let segments: Vec<ControlSegment> =
            chart.segments.iter().map(|segment| control_segment(segment, trend, rebase)).collect();
        let point = |(at, period): (usize, &Period)| {
            let Lines { centre, lower, upper, .. } = chart.points.get(at)?.lines?;
            let number = segments.iter().position(|segment| segment.periods.contains(&at))?;
            let segment = segments.get(number)?;
            Some(ControlPoint {
                metric_id: of.metric_id.clone(),
                org_code: of.org_code.clone(),
                period: *period,
                at,
                kind,
                segment: number + 1,
                start: segment.start.as_str(),
                mean: centre,
                lower,
                upper,
                label: variation_of(chart, at),
                trial: segment.trial,
                sigma_z: segment.sigma_z,
            })
        };
        let points: Vec<ControlPoint> = trend.iter().enumerate().filter_map(point).collect();
        let icon = chart.icon_point;
        let (metric_id, org_code) = (of.metric_id.clone(), of.org_code.clone());
        (!points.is_empty()).then_some(Self { metric_id, org_code, kind, segments, points, icon })
    }

    /// How far the cases of the series hang together: by σz of the last segment that has as many figures as full limits
    /// need. `None` where the chart has no σz, or no segment is so long.
    pub(super) fn widening(&self) -> Option<Widening> {
        let long = self.segments.iter().rev().find(|segment| segment.usable >= FULL_POINTS)?;
        Some(Widening::of_sigma_z(long.sigma_z?, long.usable))
    }

    /// The lines in the period at a position of the trend.
    pub fn point(&self, at: usize) -> Option<&ControlPoint> {
        self.points.iter().find(|point| point.at == at)
    }
}

fn control_segment(segment: &Segment, trend: &[Period], rebase: &[(NaiveDate, SegmentStart)]) -> ControlSegment {
    let begins = trend.get(segment.points.start).map(|period| period.start());
    let before = segment.points.start.checked_sub(1).and_then(|at| trend.get(at)).map(|period| period.start());
    // It begins with the first period on or after its date: the date lies after the start of the period before.
    let mut reasons = rebase.iter().filter(|(day, _)| before.is_some_and(|from| *day > from) && begins >= Some(*day));
    let first = reasons.clone().find(|(_, start)| *start == SegmentStart::NewDefinition).or_else(|| reasons.next());
    let trial = segment.notes.iter().any(|note| matches!(note, Note::TrialLimits(_)));
    ControlSegment {
        periods: segment.points.clone(),
        start: first.map_or(SegmentStart::FirstPeriod, |(_, start)| start.clone()),
        usable: segment.usable,
        has_limits: segment.limits.is_ok(),
        trial,
        sigma_z: segment.sigma_z,
    }
}

/// What the figure at a position is labelled.
pub(super) fn variation_of(chart: &ControlAnalysis, at: usize) -> VariationLabel {
    let segment = chart.segments.iter().find(|segment| segment.points.contains(&at));
    let constant = segment.is_some_and(|segment| segment.notes.contains(&Note::Constant));
    match chart.points.get(at).and_then(|point| point.judgement.as_ref().ok()) {
        Some(_) if constant => VariationLabel::Judged(Variation::NoVariation),
        Some(judgement) => VariationLabel::Judged(Variation::Point(judgement.point_type)),
        None => VariationLabel::CannotTell,
    }
}

/// A chart of the failures, said of the successes: what is high there is low here. `whole` is the value of all.
pub(super) fn turn(mut chart: ControlAnalysis, whole: f64) -> ControlAnalysis {
    for point in &mut chart.points {
        turn_point(point, whole);
    }
    for line in chart.segments.iter_mut().flat_map(|segment| [&mut segment.centre, &mut segment.median]) {
        *line = line.map(|value| whole - value);
    }
    chart
}

fn turn_point(point: &mut ChartPoint, whole: f64) {
    point.value = point.value.map(|value| whole - value);
    point.lines = point.lines.map(|lines| Lines {
        centre: whole - lines.centre,
        lower: whole - lines.upper,
        upper: whole - lines.lower,
        near_lower: whole - lines.near_upper,
        near_upper: whole - lines.near_lower,
    });
    let Ok(judgement) = &mut point.judgement else { return };
    for signal in &mut judgement.signals {
        signal.direction = match signal.direction {
            SignalDirection::High => SignalDirection::Low,
            SignalDirection::Low => SignalDirection::High,
        };
    }
    judgement.point_type = match judgement.point_type {
        PointType::SpecialCauseNeutralHigh => PointType::SpecialCauseNeutralLow,
        PointType::SpecialCauseNeutralLow => PointType::SpecialCauseNeutralHigh,
        other => other,
    };
}
