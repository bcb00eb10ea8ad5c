//! The labels of a headline figure, as the columns of the results carry them.

use crate::stats::benchmark::{BetterOrWorse, ComparisonOutcome, Strength};
use crate::stats::control::{Assurance, Variation};
use crate::stats::trend::TrendLabel;
use crate::vocabulary::quantity::Better;

/// What is said about a figure. A label that does not apply to it is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Labels {
    /// Against its peers, the organisation itself not among them.
    pub comparison: Option<PeerComparison>,
    /// Of its period within the series.
    pub variation: Option<VariationLabel>,
    /// Of the series up to its last final period, against the standard that holds there.
    pub assurance: Option<Assurance>,
    /// Of the series up to its last final period.
    pub trend: Option<TrendVerdict>,
    /// Of a sum that lacks returns: how far it may be off.
    pub undecided: Option<Undecided>,
}

impl Labels {
    /// The labels of both; of two for one thing, that of `self`.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            comparison: self.comparison.or(other.comparison),
            variation: self.variation.or(other.variation),
            assurance: self.assurance.or(other.assurance),
            trend: self.trend.or(other.trend),
            undecided: self.undecided.or(other.undecided),
        }
    }
}

/// How far a sum may be from the truth because of what is missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Undecided {
    /// Cases of the missing organisations, as many as each usually has.
    pub cases: i64,
    /// The figure if none of them had the property, in the metric's unit.
    pub lowest: f64,
    /// The figure if all of them had it.
    pub highest: f64,
    /// Whether the standard would be met at one of these ends and not at the other.
    pub turns_verdict: bool,
}

/// A figure against that of its peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerComparison {
    Better(Strength),
    Worse(Strength),
    /// Of a metric for which neither side is better.
    Higher(Strength),
    Lower(Strength),
    Similar,
    NoClearDifference,
    /// Two full counts: the difference is given, and chance is not tested.
    NotTested,
    /// There is no figure, or too few peers have one, or a limit is not reached.
    CannotTell,
}

impl PeerComparison {
    /// The outcome turned by the better direction.
    pub fn of(outcome: ComparisonOutcome, better: Better) -> Self {
        match (outcome, outcome.verdict(better)) {
            (ComparisonOutcome::Higher(strength) | ComparisonOutcome::Lower(strength), Some(BetterOrWorse::Better)) => {
                Self::Better(strength)
            }
            (ComparisonOutcome::Higher(strength) | ComparisonOutcome::Lower(strength), Some(BetterOrWorse::Worse)) => {
                Self::Worse(strength)
            }
            (ComparisonOutcome::Higher(strength), None) => Self::Higher(strength),
            (ComparisonOutcome::Lower(strength), None) => Self::Lower(strength),
            (ComparisonOutcome::Similar, _) => Self::Similar,
            (ComparisonOutcome::NoClearDifference, _) => Self::NoClearDifference,
            (ComparisonOutcome::NotTested, _) => Self::NotTested,
        }
    }

    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better(Strength::Look) => "better_95",
            Self::Better(Strength::Act) => "better_99_8",
            Self::Worse(Strength::Look) => "worse_95",
            Self::Worse(Strength::Act) => "worse_99_8",
            Self::Higher(Strength::Look) => "higher_95",
            Self::Higher(Strength::Act) => "higher_99_8",
            Self::Lower(Strength::Look) => "lower_95",
            Self::Lower(Strength::Act) => "lower_99_8",
            Self::Similar => "similar",
            Self::NoClearDifference => "no_clear_difference",
            Self::NotTested => "not_tested",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// How clear the difference is, where there is one.
    pub fn strength(self) -> Option<Strength> {
        match self {
            Self::Better(strength) | Self::Worse(strength) | Self::Higher(strength) | Self::Lower(strength) => {
                Some(strength)
            }
            Self::Similar | Self::NoClearDifference | Self::NotTested | Self::CannotTell => None,
        }
    }
}

/// A period within its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariationLabel {
    Judged(Variation),
    /// By a run chart: the series has shifted about its median, or nothing suggests so.
    Shift,
    NoShift,
    /// Too few points for limits, a provisional figure, or a series too rare for a chart.
    CannotTell,
}

impl VariationLabel {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Judged(variation) => variation.as_str(),
            Self::Shift => "shift",
            Self::NoShift => "no_shift",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// The trend of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendVerdict {
    Told(TrendLabel),
    CannotTell,
}

impl TrendVerdict {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Told(label) => label.as_str(),
            Self::CannotTell => "cannot_tell",
        }
    }
}
