//! The trend of proportions, rates and counts.

use super::fit::Family;
use super::regression::{Datum, TrendModel, regress};
use super::{CannotTell, PeriodPoint, PeriodReading, Trend, window};
use crate::stats::real;

/// How counts depend on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountModel {
    /// logit p = α + βt + season; numerator never above the denominator.
    Proportion,
    /// ln(events / exposure) = α + βt + season; a count has an exposure of 1.
    Rate,
}

/// The trend of pairs of numerator and denominator, figures being `multiplier` times their ratio, by logistic or log-linear
/// regression on time and season. A denominator of 0 counts as absent.
///
/// # Errors
/// Every reason why no trend can be told.
pub fn count_trend(
    points: &[PeriodPoint<(i64, i64)>],
    model: CountModel,
    multiplier: u32,
) -> Result<Trend, CannotTell> {
    let window = window(&without_denominator(points, model)?)?;
    let counts = || window.points.iter().map(|(_, counts)| *counts);
    if counts().all(|(x, _)| x == 0) {
        return Err(CannotTell::AllZero);
    }
    if model == CountModel::Proportion && counts().all(|(x, n)| x == n) {
        return Err(CannotTell::AllComplete);
    }
    let multiplier = real(multiplier);
    let datum = |&(span, (x, n)): &(_, (i64, i64))| Datum {
        span,
        value: real(x) * multiplier / real(n),
        events: real(x),
        size: real(n),
    };
    let data: Vec<Datum> = window.points.iter().map(datum).collect();
    let family = if model == CountModel::Proportion { Family::Binomial } else { Family::Poisson };
    regress(&data, window.cadence, TrendModel { family, multiplier })
}

/// The points with those that have no denominator turned into absent ones.
fn without_denominator(
    points: &[PeriodPoint<(i64, i64)>],
    model: CountModel,
) -> Result<Vec<PeriodPoint<(i64, i64)>>, CannotTell> {
    let mut checked = Vec::with_capacity(points.len());
    for point in points {
        let reading = match point.reading {
            PeriodReading::Value((x, n)) if x < 0 || n < 0 || (model == CountModel::Proportion && x > n) => {
                return Err(CannotTell::FaultyCounts);
            }
            PeriodReading::Value((_, 0)) => PeriodReading::Absent,
            other => other,
        };
        checked.push(PeriodPoint { reading, ..*point });
    }
    Ok(checked)
}
