//! Small drawings for cells of tables as plain values. They carry no words: the cell says the same beside them.

use crate::report::charts::marks::{JudgedMark, MarkLevel, MarkMeaning, MarkSide};
use crate::vocabulary::quantity::{Better, Interval, Unit};

/// One period of a small line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparkPoint {
    /// `None` is a gap.
    pub value: Option<f64>,
    /// The figure may still change; its mark is open.
    pub provisional: bool,
}

/// A series over its last periods, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparkline {
    pub unit: Unit,
    pub points: Vec<SparkPoint>,
    /// Periods before which the series breaks: no line leads into them.
    pub breaks: Vec<usize>,
    /// What is said of the last period; `None` is a plain mark.
    pub last: Option<JudgedMark>,
}

/// Where one value lies among those of all organisations. Right is better.
#[derive(Debug, Clone, PartialEq)]
pub struct StripPlot {
    pub unit: Unit,
    pub better: Better,
    /// Those of all organisations with a value.
    pub values: Vec<f64>,
    /// The organisation that the row or the page is about.
    pub subject: Option<f64>,
    pub median: Option<f64>,
    /// In force.
    pub standard: Option<f64>,
}

/// A value against a standard in force.
#[derive(Debug, Clone, PartialEq)]
pub struct BulletBar {
    pub unit: Unit,
    /// `None` leaves the track empty.
    pub value: Option<f64>,
    pub interval_95: Option<Interval>,
    pub standard: f64,
    /// `None`: cannot tell.
    pub met: Option<bool>,
    pub provisional: bool,
}

/// From the low to the high end of a range of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueRange {
    pub low: f64,
    pub high: f64,
}

/// One organisation against all others. The value of all forces is the spine, in the middle; right is better. No value of a
/// single other organisation is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SpineRow {
    pub better: Better,
    /// All forces together.
    pub all: f64,
    /// From the lower to the upper quartile of all.
    pub middle_half: Option<ValueRange>,
    /// From the 5th to the 95th percentile of all.
    pub most: Option<ValueRange>,
    /// The organisation of the page; `None` where it has no value.
    pub subject: Option<f64>,
    pub mark: JudgedMark,
    /// The peers' pooled value.
    pub peers: Option<f64>,
    pub standard: Option<f64>,
}

/// One cell of a matrix, or a mark on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellState {
    Judged(JudgedMark),
    /// Should be there and is not.
    Missing,
    /// Withheld because the numbers are small.
    Withheld,
    /// Cannot exist.
    NotApplicable,
}

impl CellState {
    /// One of each look.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Missing, Self::Withheld, Self::NotApplicable];
        for meaning in [MarkMeaning::NoDifference, MarkMeaning::CannotTell] {
            all.push(Self::Judged(JudgedMark::plain(meaning)));
        }
        for level in [MarkLevel::Strong, MarkLevel::Weak] {
            for side in [MarkSide::Above, MarkSide::Below] {
                all.push(Self::Judged(JudgedMark { meaning: MarkMeaning::Better, level, side }));
            }
            for meaning in [MarkMeaning::Worse, MarkMeaning::Different] {
                all.push(Self::Judged(JudgedMark { meaning, level, side: MarkSide::Above }));
            }
        }
        all
    }

    /// The name of its sign in style sheets.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Judged(mark) => mark.sign(),
            Self::Missing => "missing",
            Self::Withheld => "withheld",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The cell in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Judged(mark) => mark.words(),
            Self::Missing => "missing",
            Self::Withheld => "withheld",
            Self::NotApplicable => "not applicable",
        }
    }
}
