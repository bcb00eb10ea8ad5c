//! How many cases more, or fewer, would have met a level: whole numbers, worked out in whole numbers.

use crate::definitions::model::{Comparator, Metric, Standard};
use crate::stats::counts::Counts;
use crate::vocabulary::quantity::{Better, Shape, millionths};

/// One million: levels have at most six decimals.
const MILLION: i128 = 1_000_000;

/// How many cases more would have met a level; of a metric of which less is better, how many fewer. The denominator stays as
/// it is. `None` where the level is met, where neither side is better, and of figures that are no counts of cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// The level of the standard that held.
    pub to_standard: Option<i64>,
    /// The pooled figure of the peers.
    pub to_peers: Option<i64>,
}

/// Cases that the numerator lacks to reach a level, as a count to be added; of a metric of which less is better, cases that
/// it has too many. The denominator stays as it is.
///
/// `None` where the level is reached, where neither side is better, and of figures that are no counts of cases.
pub(super) fn to_standard(
    metric: &Metric,
    numerator: i64,
    denominator: Option<i64>,
    standard: &Standard,
) -> Option<i64> {
    let over = MILLION.checked_mul(i128::from(metric.unit.multiplier()))?;
    let denominator = match metric.shape {
        Shape::Proportion | Shape::Rate | Shape::CountRatio => denominator.filter(|n| *n > 0)?,
        Shape::Count => 1,
        Shape::Distribution | Shape::Status => return None,
    };
    let least_or_most = ExactLevel { over: millionths(standard.level).checked_mul(denominator.into())?, under: over };
    match (standard.comparator, metric.better) {
        (_, Better::Neutral) => None,
        (Comparator::AtLeast, _) => cases(least_or_most.ceiling()?.checked_sub(numerator.into())?),
        (Comparator::AtMost, _) => cases(i128::from(numerator).checked_sub(least_or_most.floor()?)?),
        (Comparator::Under, _) => cases(i128::from(numerator).checked_sub(least_or_most.ceiling()?.checked_sub(1)?)?),
    }
}

/// The fewest cases by which the numerator would have to change for the figure to be no worse than others together.
pub(super) fn to_others(metric: &Metric, own: Counts, others: Counts) -> Option<i64> {
    if !matches!(metric.shape, Shape::Proportion | Shape::Rate | Shape::CountRatio) || others.denominator <= 0 {
        return None;
    }
    let over = i128::from(others.numerator).checked_mul(own.denominator.into())?;
    let level = ExactLevel { over, under: others.denominator.into() };
    match metric.better {
        Better::Higher => cases(level.ceiling()?.checked_sub(own.numerator.into())?),
        Better::Lower => cases(i128::from(own.numerator).checked_sub(level.floor()?)?),
        Better::Neutral => None,
    }
}

fn cases(cases: i128) -> Option<i64> {
    i64::try_from(cases).ok().filter(|cases| *cases > 0)
}

/// A fraction with a denominator above 0.
struct ExactLevel {
    over: i128,
    under: i128,
}

impl ExactLevel {
    fn floor(&self) -> Option<i128> {
        self.over.checked_div_euclid(self.under)
    }

    fn ceiling(&self) -> Option<i128> {
        let whole = self.floor()?;
        if self.over.checked_rem_euclid(self.under)? == 0 { Some(whole) } else { whole.checked_add(1) }
    }
}
