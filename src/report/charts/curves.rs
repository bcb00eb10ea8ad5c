//! Charts of curves as plain values: shares of delays, figures that grow as returns arrive, a share of two.

use crate::report::charts::cells::SparkPoint;
use crate::report::charts::trend::{PeriodTick, SeriesRole};

/// A place of a curve: how long, and the share reached by then in per cent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    pub after: f64,
    pub share: f64,
}

/// The share of cases done by each delay.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayCurve {
    pub role: SeriesRole,
    pub label: String,
    /// By rising delay; the curve steps up at each.
    pub points: Vec<CurvePoint>,
}

/// A delay within which cases are to be done, and the share that is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayLimit {
    /// Such as "Standard: 24 hours".
    pub label: String,
    pub after: f64,
    /// In per cent.
    pub share: Option<f64>,
}

/// How long cases took.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayChart {
    /// Such as "Days after the arrest".
    pub axis_title: String,
    /// At most four.
    pub curves: Vec<DelayCurve>,
    pub limit: Option<DelayLimit>,
    /// The longest delay that the axis shows.
    pub until: f64,
}

/// Between which shares earlier periods lay, so long after their end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FanPoint {
    pub after: f64,
    /// Of nine in ten.
    pub outer: (f64, f64),
    /// Of one in two.
    pub inner: (f64, f64),
    pub median: f64,
}

/// How complete earlier periods were so long after their end, and how complete this one is.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletenessFan {
    /// Such as "Days after the end of the period".
    pub axis_title: String,
    pub earlier: Vec<FanPoint>,
    /// This period up to now.
    pub now: Vec<CurvePoint>,
    pub now_label: String,
}

/// Two parts of a whole over periods.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareChart {
    pub periods: Vec<PeriodTick>,
    /// The part that grows from below, in per cent of the whole.
    pub lower: Vec<SparkPoint>,
    pub lower_label: String,
    pub upper_label: String,
    /// Periods before which the series breaks.
    pub breaks: Vec<usize>,
}
