//! The margin of a metric: the difference below which two figures are close to each other.

use crate::definitions::model::Metric;
use crate::stats::real;
use crate::stats::spread::{LEAST_VALUES, winsorised_deviation};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Interval, Shape, Status};

/// Where a margin comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarginBasis {
    /// The metric states it.
    Metric,
    /// A part of the standard deviation of the organisations' values.
    Deviation,
}

impl MarginBasis {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Deviation => "deviation",
        }
    }
}

/// The margin of a metric in the report's period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// A difference in the metric's unit (percentage points of a share); of rates and ratios of counts a factor above 1.
    pub amount: f64,
    /// Whether it is a factor.
    pub is_factor: bool,
    pub basis: MarginBasis,
}

/// Why a metric has no margin in the report's period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMargin {
    /// Grades have no differences.
    Grades,
    /// So many organisations have a value of enough cases, and [`LEAST_VALUES`] are needed.
    FewValues(usize),
    /// The values do not differ enough to give a difference above 0.
    NoSpread,
}

impl Margin {
    /// The metric's own margin, or `part` of the standard deviation of the organisations' values in the figures given,
    /// outliers drawn in and figures of few cases left out. Of a rate the margin is the factor that leads from the mean of
    /// these values to a value so much above it.
    pub(super) fn of<'o>(
        metric: &Metric,
        figures: impl Iterator<Item = &'o Observation>,
        part: f64,
    ) -> Result<Self, NoMargin> {
        let is_factor = matches!(metric.shape, Shape::Rate | Shape::CountRatio);
        if metric.shape == Shape::Status {
            return Err(NoMargin::Grades);
        }
        if let Some(amount) = metric.margin {
            return Ok(Self { amount, is_factor, basis: MarginBasis::Metric });
        }
        let counts = |figure: &&Observation| {
            figure.status == Status::Value && figure.org_code.is_organisation() && !figure.has_few_cases()
        };
        let values: Vec<f64> = figures.filter(counts).filter_map(|figure| figure.value).collect();
        if values.len() < LEAST_VALUES {
            return Err(NoMargin::FewValues(values.len()));
        }
        let difference = part * winsorised_deviation(&values).ok_or(NoMargin::NoSpread)?;
        let mean = values.iter().sum::<f64>() / real(values.len() as i128);
        let amount = if is_factor { 1.0 + difference / mean } else { difference };
        let is_usable = amount.is_finite() && amount > if is_factor { 1.0 } else { 0.0 };
        if is_usable { Ok(Self { amount, is_factor, basis: MarginBasis::Deviation }) } else { Err(NoMargin::NoSpread) }
    }

    /// How far a value lies above another one, in margins: their difference over the margin, of rates the logarithm of their
    /// ratio over that of the factor.
    pub(super) fn between(&self, value: f64, other: f64) -> f64 {
        if self.is_factor { self.of_estimate(value / other) } else { self.of_estimate(value - other) }
    }

    /// A difference, or of rates a ratio, in margins.
    pub(super) fn of_estimate(&self, estimate: f64) -> f64 {
        if self.is_factor { estimate.ln() / self.amount.ln() } else { estimate / self.amount }
    }

    /// The limits of an estimate in margins. A limit that is not there is beyond every number.
    pub(super) fn of_limits(&self, limits: Interval) -> MarginInterval {
        MarginInterval {
            lower: limits.lower.map_or(f64::NEG_INFINITY, |limit| self.of_estimate(limit)),
            upper: limits.upper.map_or(f64::INFINITY, |limit| self.of_estimate(limit)),
        }
    }
}

/// An interval in margins: 0 is no difference, and from −1 to 1 lies the margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MarginInterval {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

impl MarginInterval {
    /// Whether the whole interval lies outside the margin, and if so whether above it. One that touches the margin does not.
    pub(super) fn is_above(self) -> Option<bool> {
        match (self.lower > 1.0, self.upper < -1.0) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// Whether the whole interval lies inside the margin, which belongs to it.
    pub(super) fn is_inside(self) -> bool {
        self.lower >= -1.0 && self.upper <= 1.0
    }

    /// Whether no difference at all is outside the interval.
    pub(super) fn leaves_out_nothing(self) -> bool {
        self.lower > 0.0 || self.upper < 0.0
    }
}
