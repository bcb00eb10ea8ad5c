//! A funnel as plain values: each force by its size and value, with the lines of the centre and of the limits.

use crate::report::charts::marks::JudgedMark;
use crate::vocabulary::quantity::Unit;

/// One force.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelPoint {
    pub label: String,
    /// From 0.
    pub size: f64,
    pub value: f64,
    /// Whether it stands out and is named.
    pub named: bool,
    /// Beyond which limits it lies, and whether this is better or worse; plain within the limits.
    pub mark: JudgedMark,
}

/// Which limits a line belongs to; it decides the look of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitLevel {
    /// 99.8%.
    Outer,
    /// 95%.
    Inner,
}

/// One side of the limits of a level.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitLine {
    pub label: String,
    pub level: LimitLevel,
    /// Sizes with the limit there, in the order of the sizes. Pieces are not joined: between them there is no limit, or the
    /// limits are made in another way.
    pub pieces: Vec<Vec<(f64, f64)>>,
}

/// Forces by size.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelChart {
    pub unit: Unit,
    pub axis_title: String,
    /// What size is.
    pub size_title: String,
    /// Words and level of the centre.
    pub centre: (String, f64),
    pub limits: Vec<LimitLine>,
    pub points: Vec<FunnelPoint>,
    /// Further values that the axis must hold. Limits beyond it end at the edge.
    pub held: Vec<f64>,
}
