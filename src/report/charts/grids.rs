//! Charts of many small parts as plain values: a matrix of judgements, and one small line for each organisation.

use crate::report::charts::cells::{CellState, SparkPoint, ValueRange};
use crate::report::charts::marks::JudgedMark;
use crate::vocabulary::quantity::Unit;

/// Columns that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnGroup {
    pub title: String,
    /// A few letters or digits each.
    pub columns: Vec<String>,
}

/// One row of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    pub label: String,
    pub emphasised: bool,
    /// One per column.
    pub cells: Vec<CellState>,
}

/// Judgements by row and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixChart {
    pub groups: Vec<ColumnGroup>,
    pub rows: Vec<MatrixRow>,
}

/// One organisation's series.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallPanel {
    pub label: String,
    pub points: Vec<SparkPoint>,
    /// Limits of usual variation.
    pub limits: Option<ValueRange>,
    pub mark: JudgedMark,
}

/// Panels under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelGroup {
    /// Such as "Of concern".
    pub title: String,
    pub panels: Vec<SmallPanel>,
}

/// The same measure of many organisations, all on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallMultiples {
    pub unit: Unit,
    pub axis_title: String,
    /// In words.
    pub first_period: String,
    pub last_period: String,
    pub groups: Vec<PanelGroup>,
}
