//! A trend chart as plain values: up to four series over periods, with standards for the dates they held and recorded events.

use crate::vocabulary::quantity::Unit;

/// Whom a series is about; it decides colour, dash and marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesRole {
    /// The organisation that the page is about, or all forces where the page is about the nation.
    Subject,
    Peers,
    /// All forces, beside another subject.
    AllForces,
}

/// One period of a series, on the scale of the chart's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendPoint {
    /// `None` is a gap.
    pub value: Option<f64>,
    /// The sides of the 95% interval; a side that cannot be given is `None`.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// The figure may still change; its marker is open.
    pub provisional: bool,
    /// What its control chart says of it; it decides the marker.
    pub sign: PointSign,
}

/// How a point stands in the control chart of its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PointSign {
    /// Not judged: the marker of its series.
    #[default]
    Plain,
    /// Beside judged ones: it may still change, or there are too few figures.
    NotJudged,
    Usual,
    ImprovementUp,
    ImprovementDown,
    Concern,
    /// Beyond usual variation, where neither side is better.
    Neutral,
}

/// The lines of a control chart in one period, cut at the ends of the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlLine {
    pub at: usize,
    pub mean: f64,
    pub lower: f64,
    pub upper: f64,
}

/// One line, with a point per period.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendSeries {
    pub role: SeriesRole,
    pub label: String,
    pub points: Vec<TrendPoint>,
}

/// A standard over the periods in which it held; both indexes are included.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardSpan {
    /// Such as "Historical standard 90%, 2005 to 2023".
    pub label: String,
    pub level: f64,
    pub from: usize,
    pub to: usize,
}

/// A level over the periods that it was made from, such as a median. Both indexes are included.
#[derive(Debug, Clone, PartialEq)]
pub struct CentreSpan {
    pub label: String,
    pub level: f64,
    pub from: usize,
    pub to: usize,
}

/// Two levels of a series, before and after a period, that were found and not yet decided on.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedLevels {
    /// Such as "Proposed: 82.1% until June, 85.3% since".
    pub label: String,
    /// The first period of the second level.
    pub at: usize,
    pub before: f64,
    pub after: f64,
}

/// A period at an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodTick {
    /// Such as "January 2025".
    pub full: String,
    /// For a row of many: such as "Jan", above its year.
    pub short: Option<ShortPeriod>,
}

/// A period in a row of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortPeriod {
    pub words: String,
    /// Shown below the first of each year.
    pub year: String,
}

/// A recorded event in one period, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMark {
    pub at: usize,
    pub label: String,
}

/// A measure over time.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendChart {
    pub unit: Unit,
    pub axis_title: String,
    /// One per period, oldest first.
    pub periods: Vec<PeriodTick>,
    /// At most four.
    pub series: Vec<TrendSeries>,
    pub standards: Vec<StandardSpan>,
    /// The centre of a series that has no limits: never a standard.
    pub centre: Option<CentreSpan>,
    pub proposed: Option<ProposedLevels>,
    pub events: Vec<EventMark>,
    /// Periods before which the series breaks: no line leads into them.
    pub breaks: Vec<usize>,
    /// Mean and limits of the first series, by segment: no line leads from one segment into the next.
    pub control: Vec<Vec<ControlLine>>,
}
