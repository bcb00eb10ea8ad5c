//! The counts of figures: which count of a row, and which column of counts a row stands in.

use std::collections::HashMap;

use super::PublicInput;
use super::book::BookRow;
use crate::definitions::invariant_file::{Component, Operand, OperandPart};
use crate::vocabulary::period::Period;

/// Which count of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Measure {
    Numerator,
    /// The denominator without the numerator.
    Rest,
    Denominator,
}

impl Measure {
    /// The word in data files and labels.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Numerator => "numerator",
            Self::Rest => "rest",
            Self::Denominator => "denominator",
        }
    }

    /// The measures of a row that count cases about persons, each with its count.
    pub(super) fn of(row: &BookRow<'_>) -> impl Iterator<Item = (Self, i64)> {
        [(Self::Numerator, row.cases()), (Self::Rest, row.rest()), (Self::Denominator, row.all_cases())]
            .into_iter()
            .filter_map(|(measure, count)| Some((measure, count?)))
    }

    /// The count of a row; `None` where it is none of cases about persons.
    pub(super) fn count(self, row: &BookRow<'_>) -> Option<i64> {
        match self {
            Self::Numerator => row.cases(),
            Self::Rest => row.rest(),
            Self::Denominator => row.all_cases(),
        }
    }
}

/// One count of the figures of a metric and category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CountColumn<'a> {
    /// By position.
    pub(super) metric: usize,
    pub(super) category: Option<&'a str>,
    pub(super) measure: Measure,
}

/// A count of a metric in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PeriodCount {
    /// By position.
    pub(super) metric: usize,
    pub(super) period: Period,
    pub(super) measure: Measure,
}

/// Variants that add up to the first of their metric.
pub(super) type Sums<'a> = HashMap<PeriodCount, Vec<&'a str>>;

/// One count of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RowCount {
    /// By position.
    pub(super) row: usize,
    pub(super) measure: Measure,
}

/// The metric, category and count that an operand names; none for the sum of all categories, which the headline is.
pub(super) fn column<'a>(input: &PublicInput<'a>, operand: &'a Operand) -> Option<CountColumn<'a>> {
    let metric = input.metrics.iter().position(|metric| metric.id == operand.metric)?;
    let category = match &operand.part {
        OperandPart::Headline => None,
        OperandPart::Category(key) => Some(key.as_str()),
        OperandPart::AllCategories => return None,
    };
    let measure = match operand.component {
        Component::Numerator => Measure::Numerator,
        Component::Rest => Measure::Rest,
        Component::Denominator => Measure::Denominator,
    };
    Some(CountColumn { metric, category, measure })
}
