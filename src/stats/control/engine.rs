//! The steps that all charts share: segments, base points, limits, rules, types.

use std::cmp::Ordering;
use std::ops::Range;

use super::icons::{assurance, point_type, variation};
use super::ranges::{MovingRange, Screening, moving_range};
use super::rules::{RulePoint, Zone, compare, signals};
use super::{
    ChartPoint, ChartSettings, ControlAnalysis, ControlError, FULL_POINTS, Judgement, LEAST_BASELINE, LEAST_POINTS,
    Lines, Mode, NotJudged, Note, PointUse, Segment,
};
use crate::stats::arithmetic::{mean, median};
use crate::stats::real;
use crate::stats::timeline::{DaySpan, PeriodSpacing};

/// Three sigma over the expected range of two points, as Making Data Count rounds it.
const XMR_FACTOR: f64 = 2.66;
/// The expected range of two normal points, in standard deviations.
const RANGE_OF_TWO: f64 = 1.128;

/// Which chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ControlKind {
    Xmr,
    /// With the multiplier.
    PPrime(f64),
    UPrime(f64),
}

/// A point as given.
#[derive(Debug, Clone, Copy)]
pub(super) struct GivenPoint {
    pub span: DaySpan,
    pub value: Option<f64>,
    pub counts: Option<(i64, i64)>,
    pub standing: PointUse,
}

/// A point that the rules may judge.
#[derive(Debug, Clone, Copy)]
struct Usable {
    index: usize,
    value: f64,
    counts: Option<(i64, i64)>,
    /// Whether it follows the usable point before it without a break.
    linked: bool,
    /// Whether it may enter the limits.
    in_limits: bool,
}

/// Mean and limits of a segment.
#[derive(Debug, Clone, Copy)]
struct SegmentModel {
    kind: ControlKind,
    centre: f64,
    /// Mean moving range, of z values in p′ and u′.
    range: f64,
}

impl SegmentModel {
    fn lines(&self, counts: Option<(i64, i64)>) -> Option<Lines> {
        let factor = if self.kind == ControlKind::Xmr { XMR_FACTOR } else { 3.0 / RANGE_OF_TWO };
        Some(Lines::around(self.centre, factor * self.range * scale(self.kind, self.centre, counts)?))
    }
}

/// The model's own standard deviation of a point; 1 for single values.
fn scale(kind: ControlKind, centre: f64, counts: Option<(i64, i64)>) -> Option<f64> {
    let variance = match kind {
        ControlKind::Xmr => return Some(1.0),
        ControlKind::PPrime(m) => (centre * (m - centre)).max(0.0),
        ControlKind::UPrime(m) => centre * m,
    };
    counts.map(|(_, n)| (variance / real(n)).sqrt())
}

pub(super) fn build(
    entries: &[GivenPoint],
    kind: ControlKind,
    settings: &ChartSettings,
) -> Result<ControlAnalysis, ControlError> {
    if let Some(points) = settings.baseline.filter(|&points| points < LEAST_BASELINE) {
        return Err(ControlError::ShortBaseline(points));
    }
    let spans: Vec<DaySpan> = entries.iter().map(|entry| entry.span).collect();
    let layout = PeriodSpacing::of(&spans)?;
    let irregular = settings.mode == Mode::Native && !layout.is_regular();
    if irregular && !settings.allow_irregular {
        return Err(ControlError::Irregular);
    }
    let mut points: Vec<ChartPoint> = entries.iter().map(unjudged).collect();
    let mut segments = Vec::new();
    for range in segment_ranges(&spans, settings) {
        let usable = usable_points(entries, &layout, range.clone(), settings.mode);
        let (model, mut segment) = segment(range.clone(), &usable, kind, settings);
        let mut gaps = layout.absent_before.iter().take(range.end).skip(range.start + 1);
        let missing = entries.iter().take(range.end).skip(range.start).any(|entry| entry.value.is_none());
        if missing || gaps.any(|&absent| absent > 0) {
            segment.notes.push(Note::Gap);
        }
        if irregular {
            segment.notes.push(Note::Irregular);
        }
        for (point, entry) in points.iter_mut().zip(entries).take(range.end).skip(range.start) {
            point.lines = model.and_then(|model| model.lines(entry.counts));
            point.judgement = Err(reason_against(entry, &segment));
        }
        if let Some(model) = model {
            judge(&mut points, &usable, &model, segment.notes.contains(&Note::Constant), settings);
        }
        segments.push(segment);
    }
    let icon_point = points.iter().rposition(|point| point.judgement.is_ok());
    let variation = variation(&points, segments.last());
    let assurance = assurance(&points, segments.last(), settings);
    let icon_point = icon_point.filter(|_| variation.is_ok());
    Ok(ControlAnalysis { mode: settings.mode, points, segments, icon_point, variation, assurance })
}

/// A point before its segment is looked at.
fn unjudged(entry: &GivenPoint) -> ChartPoint {
    ChartPoint { value: entry.value, lines: None, judgement: Err(NotJudged::Missing) }
}

fn segment_ranges(spans: &[DaySpan], settings: &ChartSettings) -> Vec<Range<usize>> {
    let start_of = |date| spans.iter().position(|span| span.first() >= date);
    let mut starts: Vec<usize> = settings.rebase.iter().filter_map(|&date| start_of(date)).collect();
    starts.push(0);
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([spans.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).filter(|range| !range.is_empty()).collect()
}

fn usable_points(entries: &[GivenPoint], layout: &PeriodSpacing, range: Range<usize>, mode: Mode) -> Vec<Usable> {
    let mut usable: Vec<Usable> = Vec::new();
    let native = mode == Mode::Native;
    for (index, entry) in entries.iter().enumerate().take(range.end).skip(range.start) {
        let Some(value) = entry.value.filter(|_| !native || entry.standing == PointUse::Final) else { continue };
        let gap = layout.absent_before.get(index).is_some_and(|&absent| absent > 0);
        // A period that is there without a value has no range on either side, whatever the mode; one that is absent is
        // passed over by Making Data Count.
        let follows = usable.last().is_some_and(|before| before.index + 1 == index && !(native && gap));
        let in_limits = entry.standing != PointUse::Excluded;
        usable.push(Usable { index, value, counts: entry.counts, linked: follows, in_limits });
    }
    usable
}

/// The segment, and its limits where it has some.
fn segment(
    points: Range<usize>,
    usable: &[Usable],
    kind: ControlKind,
    settings: &ChartSettings,
) -> (Option<SegmentModel>, Segment) {
    let values: Vec<f64> = usable.iter().map(|point| point.value).collect();
    let mut segment = Segment {
        points,
        usable: usable.len(),
        centre: None,
        median: median(&values),
        moving_range: None,
        sigma_z: None,
        limits: Ok(()),
        notes: Vec::new(),
    };
    let native = settings.mode == Mode::Native;
    if native && usable.len() < LEAST_POINTS {
        segment.limits = Err(NotJudged::TooFewPoints(usable.len()));
        return (None, segment);
    }
    let based = usable.iter().filter(|point| point.in_limits).take(settings.baseline.unwrap_or(usize::MAX));
    let base: Vec<Usable> = based.copied().collect();
    let Some((centre, last)) = centre(&base, kind).zip(base.last().map(|point| point.index)) else {
        segment.limits = Err(NotJudged::Missing);
        return (None, segment);
    };
    segment.centre = Some(centre);
    let constant = native && is_constant(&values);
    let range = if constant {
        segment.notes.push(Note::Constant);
        Ok(MovingRange { mean: 0.0, screening: Screening::Off })
    } else {
        base_range(usable, last, centre, kind, settings)
    };
    match range {
        Err(reason) => {
            segment.limits = Err(reason);
            (None, segment)
        }
        Ok(range) => {
            segment.moving_range = Some(range.mean);
            segment.sigma_z = (kind != ControlKind::Xmr && !constant).then_some(range.mean / RANGE_OF_TWO);
            if range.screening == Screening::Undone {
                segment.notes.push(Note::LimitsUnscreened);
            }
            if usable.len() < FULL_POINTS {
                segment.notes.push(Note::TrialLimits(usable.len()));
            }
            (Some(SegmentModel { kind, centre, range: range.mean }), segment)
        }
    }
}

/// Whether all values are equal within rounding.
fn is_constant(values: &[f64]) -> bool {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    compare(greatest, least, true) != Ordering::Greater
}

fn centre(base: &[Usable], kind: ControlKind) -> Option<f64> {
    let values: Vec<f64> = base.iter().map(|point| point.value).collect();
    let first = *values.first()?;
    match kind {
        ControlKind::Xmr if values.iter().all(|&value| value.total_cmp(&first).is_eq()) => Some(first),
        ControlKind::Xmr => mean(&values),
        ControlKind::PPrime(m) | ControlKind::UPrime(m) => {
            let counts = || base.iter().filter_map(|point| point.counts);
            let (x, n): (i128, i128) =
                (counts().map(|(x, _)| i128::from(x)).sum(), counts().map(|(_, n)| i128::from(n)).sum());
            Some(real(x) * m / real(n))
        }
    }
}

/// The mean moving range of the base points on their own scale. `last` is the position of the last of them.
fn base_range(
    usable: &[Usable],
    last: usize,
    centre: f64,
    kind: ControlKind,
    settings: &ChartSettings,
) -> Result<MovingRange, NotJudged> {
    let scaled = |point: &Usable| match kind {
        ControlKind::Xmr => Some(point.value),
        _ => scale(kind, centre, point.counts).filter(|&s| s > 0.0).map(|s| (point.value - centre) / s),
    };
    let base = |point: &&Usable| point.in_limits && point.index <= last;
    if usable.iter().filter(base).all(|point| scaled(point).is_none()) {
        // p̄ is 0 or 1, so that the base has no variation.
        return Ok(MovingRange { mean: 0.0, screening: Screening::Off });
    }
    let pairs = usable.iter().zip(usable.iter().skip(1)).filter(|(from, to)| to.linked && base(from) && base(to));
    let ranges: Vec<f64> = pairs.filter_map(|(from, to)| Some((scaled(to)? - scaled(from)?).abs())).collect();
    if ranges.is_empty() {
        return Err(NotJudged::NoSuccessivePoints);
    }
    moving_range(&ranges, settings.screen, settings.mode).ok_or(NotJudged::NoLimits)
}

/// Why a point is not judged, unless it is.
fn reason_against(entry: &GivenPoint, segment: &Segment) -> NotJudged {
    match (entry.value, entry.standing, segment.limits) {
        (Some(_), PointUse::Excluded, _) => NotJudged::Excluded,
        (Some(_), PointUse::Provisional, _) => NotJudged::Provisional,
        (Some(_), PointUse::Final, Err(reason)) => reason,
        (None, ..) | (Some(_), PointUse::Final, Ok(())) => NotJudged::Missing,
    }
}

/// Fills in the judgements of a segment with limits; a constant one has no signals.
fn judge(points: &mut [ChartPoint], usable: &[Usable], model: &SegmentModel, constant: bool, settings: &ChartSettings) {
    for block in blocks(usable) {
        let found = signals(&places(block, model, settings.mode));
        for (usable, signals) in block.iter().zip(found) {
            let signals = if constant { Vec::new() } else { signals };
            let point_type = point_type(&signals, settings.better);
            if let Some(point) = points.get_mut(usable.index) {
                point.judgement = Ok(Judgement { point_type, signals });
            }
        }
    }
}

/// Stretches of points that follow each other without a break.
fn blocks(usable: &[Usable]) -> impl Iterator<Item = &[Usable]> {
    usable.chunk_by(|_, point| point.linked)
}

/// The points of a block as the rules see them.
fn places(block: &[Usable], model: &SegmentModel, mode: Mode) -> Vec<RulePoint> {
    let tolerant = mode == Mode::Native;
    let mut before: Option<f64> = None;
    let mut places = Vec::with_capacity(block.len());
    for point in block {
        let step = before.map_or(Ordering::Equal, |before| compare(point.value, before, tolerant));
        before = Some(point.value);
        let lines = model.lines(point.counts);
        let zone = lines.map_or(Zone::Middle, |lines| zone(point.value, &lines, tolerant));
        places.push(RulePoint { step, side: compare(point.value, model.centre, tolerant), zone });
    }
    places
}

fn zone(value: f64, lines: &Lines, tolerant: bool) -> Zone {
    let beyond = |lower, upper| {
        compare(value, upper, tolerant) == Ordering::Greater || compare(value, lower, tolerant) == Ordering::Less
    };
    if beyond(lines.lower, lines.upper) {
        Zone::Outside
    } else if beyond(lines.near_lower, lines.near_upper) {
        Zone::Near
    } else {
        Zone::Middle
    }
}
