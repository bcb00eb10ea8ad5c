//! The published figure: one observation per metric, organisation or aggregate, and period.
//! The vocabulary between the metrics on one side and report, results and publication on the other.

use std::sync::Arc;

use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, Ratio, Status, Unit, rests_on_few_cases};

/// How far a figure rests on what should have been returned: organisation-months present and expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    pub returned: u32,
    pub expected: u32,
}

/// A standard that held throughout the period, and whether the unrounded value meets it.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardResult {
    pub level: f64,
    pub kind: &'static str,
    /// `None` when the figure is not a value, and where returns that are missing could turn the verdict.
    pub met: Option<bool>,
}

/// Which part or variant of a metric an observation is; the headline has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category {
    /// Name of the breakdown, such as `application`.
    pub breakdown: String,
    /// Key of the category, such as `vehicles`.
    pub key: String,
}

/// What names the headline figure of a metric, an organisation or aggregate, and a period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureId {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
}

impl Observation {
    /// The name of the figure; a part or variant has that of its headline.
    pub fn id(&self) -> FigureId {
        FigureId { metric_id: self.metric_id.clone(), org_code: self.org_code.clone(), period: self.period }
    }

    /// Whether the value rests on so few cases that it is shown, and neither judged nor made a finding.
    pub fn has_few_cases(&self) -> bool {
        let counts = self.numerator.zip(self.denominator).filter(|_| self.status == Status::Value);
        counts.is_some_and(|(numerator, denominator)| rests_on_few_cases(Ratio { numerator, denominator }, self.unit))
    }

    /// `low` for a figure of few cases, else empty, as data files write it.
    pub fn reliability(&self) -> &'static str {
        if self.has_few_cases() { "low" } else { "" }
    }
}

/// One published figure. Names that many figures have in common are shared: a run over five years of months holds a million.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub metric_id: MetricId,
    pub metric_version: u32,
    /// Organisation code, or one of the aggregate codes of this module.
    pub org_code: BodyId,
    pub period: Period,
    /// `None` for the headline figure.
    pub category: Option<Arc<Category>>,
    /// For a distribution: closed cases.
    pub numerator: Option<i64>,
    /// For a distribution: all cases, open ones included. `None` for a count.
    pub denominator: Option<i64>,
    /// Unrounded, on the scale of `unit`. `Some` exactly when `status` is [`Status::Value`].
    pub value: Option<f64>,
    /// The grade in words; `None` for every other unit.
    pub label: Option<String>,
    pub unit: Unit,
    pub status: Status,
    pub interval_95: Option<Interval>,
    pub interval_998: Option<Interval>,
    /// How the interval was made: `wilson`, `exact_poisson`, `exact_count_ratio`, `kaplan_meier_log_log`,
    /// `order_statistics`, or `no_limits`.
    pub method: &'static str,
    pub coverage: Option<Coverage>,
    pub standard: Option<StandardResult>,
}
