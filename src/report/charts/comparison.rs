//! A comparison chart as plain values: one row per organisation with its value and intervals, in the order given.

use crate::report::charts::marks::JudgedMark;
use crate::vocabulary::quantity::{Interval, Unit};

/// One organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonRow {
    pub label: String,
    /// On the scale of the chart's unit; `None` shows the note instead.
    pub value: Option<f64>,
    /// Drawn as a thick line.
    pub interval_95: Option<Interval>,
    /// Drawn as a thin line.
    pub interval_998: Option<Interval>,
    /// The organisation that the report is about.
    pub emphasised: bool,
    /// Whether it differs from the others, where that was judged. Among many rows only those that differ are named.
    pub mark: Option<JudgedMark>,
    /// Why there is no value, such as "not returned".
    pub note: String,
}

/// Organisations side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonChart {
    pub unit: Unit,
    pub axis_title: String,
    /// In the order of drawing.
    pub rows: Vec<ComparisonRow>,
    /// Words and level of a line to compare with, such as "All forces 81.2%".
    pub reference: Option<(String, f64)>,
    /// Words and level of a standard.
    pub standard: Option<(String, f64)>,
    /// What a mark is about, such as "beyond the limits for its size".
    pub marked_for: String,
    /// What the axis must hold besides the values. Intervals beyond it are cut and end in an arrow.
    pub held: Vec<f64>,
}
