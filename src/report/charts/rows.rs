//! Charts of rows as plain values: this and last year, contributions to a change, standards over time, a migration.

use crate::report::charts::marks::{JudgedMark, MarkMeaning};
use crate::report::charts::trend::PeriodTick;
use crate::vocabulary::quantity::Unit;

/// A level with its name and its value in words.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedLevel {
    pub label: String,
    pub value: f64,
    /// Such as "82.3%".
    pub words: String,
}

/// One row: a value now and a year before.
#[derive(Debug, Clone, PartialEq)]
pub struct DumbbellRow {
    pub label: String,
    pub before: Option<f64>,
    pub now: Option<f64>,
    pub mark: JudgedMark,
    /// The change in words, such as "+2.4", or why there is none.
    pub words: String,
    pub provisional: bool,
    /// The organisation of the page.
    pub emphasised: bool,
}

/// Values of two periods side by side, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub struct DumbbellChart {
    pub unit: Unit,
    pub axis_title: String,
    /// Such as "March 2025".
    pub before: String,
    pub now: String,
    pub rows: Vec<DumbbellRow>,
}

/// What one part adds to a change.
#[derive(Debug, Clone, PartialEq)]
pub struct ContributionStep {
    pub label: String,
    /// On the scale of the unit; negative takes away.
    pub change: f64,
    /// Such as "+0.96".
    pub words: String,
    pub meaning: MarkMeaning,
}

/// How a value came from one level to another.
#[derive(Debug, Clone, PartialEq)]
pub struct WaterfallChart {
    pub unit: Unit,
    pub axis_title: String,
    pub start: NamedLevel,
    /// Drawn one after the other from the start.
    pub steps: Vec<ContributionStep>,
    pub end: NamedLevel,
}

/// What a standard rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandardBasis {
    /// In force by law or code of practice.
    InForce,
    /// It held once.
    Historical,
}

/// One level of a standard while it held.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardBar {
    /// In years: the middle of 2005 is 2005.5.
    pub from: f64,
    /// `None`: still in force.
    pub to: Option<f64>,
    /// Such as "90%".
    pub words: String,
    pub basis: StandardBasis,
}

/// One standard.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardRow {
    pub label: String,
    pub bars: Vec<StandardBar>,
}

/// Standards by the time in which they held.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardsTimeline {
    pub first_year: i32,
    /// Included.
    pub last_year: i32,
    pub rows: Vec<StandardRow>,
}

/// How far one organisation had moved in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationStage {
    NotBegun,
    /// From a tenth.
    Begun,
    /// From a half.
    Half,
    /// From nine tenths.
    Done,
    /// No figure.
    Unknown,
}

/// One organisation's way.
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationRow {
    pub label: String,
    /// One per period.
    pub stages: Vec<MigrationStage>,
    /// The last share in words, such as "92%".
    pub words: String,
    pub emphasised: bool,
}

/// Organisations in the order in which they moved.
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationChart {
    pub periods: Vec<PeriodTick>,
    pub rows: Vec<MigrationRow>,
}
