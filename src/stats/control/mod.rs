//! Control charts: `XmR`, p′ and u′ with the rules of Making Data Count.
//! One call gives lines, matched rules, types and icons, so that a drawing and a sentence cannot disagree.

use std::ops::Range;

use chrono::NaiveDate;

use super::timeline::{DaySpan, TimelineError};
use crate::vocabulary::quantity::Better;

mod engine;
mod icons;
mod laney;
mod ranges;
pub mod rules;
mod xmr;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use laney::{p_prime, u_prime};
pub use rules::{ControlRule, RuleSignal, SignalDirection};
pub use xmr::xmr;

/// From so many points on a segment has limits.
pub const LEAST_POINTS: usize = 8;
/// Below so many points limits are marked as trial limits.
pub const FULL_POINTS: usize = 13;
/// A fixed baseline has at least so many points.
pub const LEAST_BASELINE: usize = 12;

/// Whose conventions a chart follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Ours: equality within rounding, gaps break patterns, short and constant series are handled.
    #[default]
    Native,
    /// As `NHSRplotthedots`: exact comparisons, any length, gaps ignored, provisional and excluded points judged; a
    /// constant series has no limits.
    MakingDataCount,
}

/// What a point may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PointUse {
    #[default]
    Final,
    /// Drawn, but neither judged nor in the limits; it breaks patterns.
    Provisional,
    /// Drawn, but kept out of the limits by a recorded decision; not judged, and it breaks patterns.
    Excluded,
}

/// A figure of a period; none where it is missing or suppressed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValuePoint {
    pub span: DaySpan,
    pub value: Option<f64>,
    pub standing: PointUse,
}

/// Numerator and denominator (or events and exposure) of a period; none where they are missing or suppressed. A
/// denominator of 0 has no figure and counts as missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountPoint {
    pub span: DaySpan,
    pub counts: Option<(i64, i64)>,
    pub standing: PointUse,
}

/// How a chart is made.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSettings {
    pub mode: Mode,
    pub better: Better,
    /// On the scale of the values; the one in force for the last segment.
    pub target: Option<f64>,
    /// Limits start afresh with the first period that begins on or after each date.
    pub rebase: Vec<NaiveDate>,
    /// Limits from the first so many points of each segment.
    pub baseline: Option<usize>,
    /// Whether great moving ranges are left out once.
    pub screen: bool,
    /// Whether periods of different lengths and uneven gaps are let through.
    pub allow_irregular: bool,
}

impl ChartSettings {
    /// Native, screened, without target, rebase or baseline, regular periods only.
    pub fn new(better: Better) -> Self {
        Self {
            mode: Mode::Native,
            better,
            target: None,
            rebase: Vec::new(),
            baseline: None,
            screen: true,
            allow_irregular: false,
        }
    }
}

/// Why a series has no chart.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ControlError {
    /// Among them rolling series, on which the rules signal many times more often than chance allows.
    #[error(transparent)]
    Timeline(#[from] TimelineError),
    #[error("the periods are of different lengths or leave uneven gaps")]
    Irregular,
    #[error("a fixed baseline of {0} points is too short; it has at least {LEAST_BASELINE}")]
    ShortBaseline(usize),
    #[error("the value of the period beginning on {0} is not a number")]
    NotANumber(NaiveDate),
    #[error("the counts of the period beginning on {0} are negative, or the part is above the whole")]
    FaultyCounts(NaiveDate),
}

/// Why a point, an icon or a segment has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJudged {
    /// No value, or no points at all.
    Missing,
    Excluded,
    Provisional,
    /// The segment has so many points, fewer than [`LEAST_POINTS`].
    TooFewPoints(usize),
    /// No two points of the base follow each other.
    NoSuccessivePoints,
    /// Every moving range was screened out; only as Making Data Count.
    NoLimits,
    /// A target is compared only where one direction is better and a target is set.
    NoTarget,
}

/// Mean, three-sigma limits and two-sigma limits at one point, not cut at the ends of the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lines {
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    pub near_lower: f64,
    pub near_upper: f64,
}

impl Lines {
    /// Lines `width` from the centre, and two thirds of that.
    pub fn around(centre: f64, width: f64) -> Self {
        let near = width * 2.0 / 3.0;
        Self {
            centre,
            lower: centre - width,
            upper: centre + width,
            near_lower: centre - near,
            near_upper: centre + near,
        }
    }
}

/// The type of a judged point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointType {
    CommonCause,
    SpecialCauseImprovement,
    SpecialCauseConcern,
    SpecialCauseNeutralHigh,
    SpecialCauseNeutralLow,
}

impl PointType {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CommonCause => "common_cause",
            Self::SpecialCauseImprovement => "special_cause_improvement",
            Self::SpecialCauseConcern => "special_cause_concern",
            Self::SpecialCauseNeutralHigh => "special_cause_neutral_high",
            Self::SpecialCauseNeutralLow => "special_cause_neutral_low",
        }
    }
}

/// The variation icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variation {
    /// The type of the last judged point.
    Point(PointType),
    /// All values of the segment are equal.
    NoVariation,
}

impl Variation {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Point(point) => point.as_str(),
            Self::NoVariation => "no_variation",
        }
    }
}

/// The assurance icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assurance {
    ConsistentlyMeets,
    ConsistentlyFails,
    HitAndMiss,
}

impl Assurance {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConsistentlyMeets => "consistently_meets",
            Self::ConsistentlyFails => "consistently_fails",
            Self::HitAndMiss => "hit_and_miss",
        }
    }
}

/// What the rules say about a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub point_type: PointType,
    /// All rules the point belongs to; the first decides its type.
    pub signals: Vec<RuleSignal>,
}

/// A point of the chart, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartPoint {
    pub value: Option<f64>,
    /// None where the segment has no limits, and in p′ and u′ where the point has no denominator.
    pub lines: Option<Lines>,
    pub judgement: Result<Judgement, NotJudged>,
}

/// Something to be said with a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Limits from so many points, fewer than [`FULL_POINTS`].
    TrialLimits(usize),
    /// Screening would have left no range, or only ranges of 0; all ranges were used, and a step may be looked for.
    LimitsUnscreened,
    /// Periods are missing inside the segment.
    Gap,
    /// Periods of different lengths or uneven gaps were let through.
    Irregular,
    /// All values are equal.
    Constant,
}

/// A stretch of the series with limits of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its points, as positions in the series.
    pub points: Range<usize>,
    /// Points that may be judged.
    pub usable: usize,
    /// Mean of the base points (p̄ and ū: sum by sum); the line of a chart with limits.
    pub centre: Option<f64>,
    /// Median of the usable points; the line of a chart without limits.
    pub median: Option<f64>,
    /// Mean moving range, after screening; of z values in p′ and u′.
    pub moving_range: Option<f64>,
    /// p′ and u′ only: 1 means chance alone, below 1 less variation than chance would give.
    pub sigma_z: Option<f64>,
    /// Why there are no limits, if there are none.
    pub limits: Result<(), NotJudged>,
    pub notes: Vec<Note>,
}

/// A chart with everything that is said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlAnalysis {
    pub mode: Mode,
    pub points: Vec<ChartPoint>,
    pub segments: Vec<Segment>,
    /// The point whose type is the variation icon, as a position in the series.
    pub icon_point: Option<usize>,
    pub variation: Result<Variation, NotJudged>,
    pub assurance: Result<Assurance, NotJudged>,
}
