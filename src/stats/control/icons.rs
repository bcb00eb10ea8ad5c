//! Point types and the two icons.

use std::cmp::Ordering;

use super::rules::{RuleSignal, SignalDirection, compare};
use super::{Assurance, ChartPoint, ChartSettings, Lines, Mode, NotJudged, Note, PointType, Segment, Variation};
use crate::vocabulary::quantity::Better;

/// The type by the deciding signal.
pub(super) fn point_type(signals: &[RuleSignal], better: Better) -> PointType {
    match (signals.first().map(|signal| signal.direction), better) {
        (None, _) => PointType::CommonCause,
        (Some(SignalDirection::High), Better::Higher) | (Some(SignalDirection::Low), Better::Lower) => {
            PointType::SpecialCauseImprovement
        }
        (Some(SignalDirection::High), Better::Lower) | (Some(SignalDirection::Low), Better::Higher) => {
            PointType::SpecialCauseConcern
        }
        (Some(SignalDirection::High), Better::Neutral) => PointType::SpecialCauseNeutralHigh,
        (Some(SignalDirection::Low), Better::Neutral) => PointType::SpecialCauseNeutralLow,
    }
}

/// The type of the last judged point of the last segment.
pub(super) fn variation(points: &[ChartPoint], last: Option<&Segment>) -> Result<Variation, NotJudged> {
    let segment = last.ok_or(NotJudged::Missing)?;
    segment.limits?;
    if segment.notes.contains(&Note::Constant) {
        return Ok(Variation::NoVariation);
    }
    last_judged(points, segment).map(|(_, point_type)| Variation::Point(point_type)).ok_or(NotJudged::Missing)
}

fn last_judged<'a>(points: &'a [ChartPoint], segment: &Segment) -> Option<(&'a ChartPoint, PointType)> {
    let judged = |point: &'a ChartPoint| point.judgement.as_ref().ok().map(|found| (point, found.point_type));
    points.get(segment.points.clone())?.iter().rev().find_map(judged)
}

/// The target against the last limits.
pub(super) fn assurance(
    points: &[ChartPoint],
    last: Option<&Segment>,
    settings: &ChartSettings,
) -> Result<Assurance, NotJudged> {
    let target = settings.target.filter(|_| settings.better != Better::Neutral).ok_or(NotJudged::NoTarget)?;
    let segment = last.ok_or(NotJudged::Missing)?;
    segment.limits?;
    let (point, _) = last_judged(points, segment).ok_or(NotJudged::Missing)?;
    let lines = point.lines.ok_or(NotJudged::NoLimits)?;
    let tolerant = settings.mode == Mode::Native;
    Ok(if segment.notes.contains(&Note::Constant) {
        of_constant(lines.centre, target, settings.better, tolerant)
    } else {
        of_limits(&lines, target, settings.better, tolerant)
    })
}

/// A constant value meets the target at it or better.
fn of_constant(value: f64, target: f64, better: Better, tolerant: bool) -> Assurance {
    let worse = if better == Better::Higher { Ordering::Less } else { Ordering::Greater };
    if compare(value, target, tolerant) == worse { Assurance::ConsistentlyFails } else { Assurance::ConsistentlyMeets }
}

fn of_limits(lines: &Lines, target: f64, better: Better, tolerant: bool) -> Assurance {
    let above = compare(target, lines.upper, tolerant) == Ordering::Greater;
    let below = compare(target, lines.lower, tolerant) == Ordering::Less;
    match (above, below, better) {
        (false, false, _) => Assurance::HitAndMiss,
        (true, _, Better::Higher) | (_, true, Better::Lower) => Assurance::ConsistentlyFails,
        _ => Assurance::ConsistentlyMeets,
    }
}
