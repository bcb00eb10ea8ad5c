//! The trend of figures known by a value and its 95 % limits: delays and others.

use super::fit::Family;
use super::regression::{Datum, TrendModel, regress};
use super::{CannotTell, PeriodPoint, Trend, window};
use crate::stats::arithmetic::is_usable;
use crate::stats::difference::Estimate;

/// Twice 1.96: the width of a 95 % interval in standard errors, as Fingertips rounds it.
const WIDTH: f64 = 3.92;

/// The weight (3.92/(U − L))² of a figure with its 95 % interval: one over the variance that the interval implies.
fn weight(figure: &Estimate) -> Result<f64, CannotTell> {
    let (Some(lower), Some(upper)) = (figure.interval.lower, figure.interval.upper) else {
        return Err(CannotTell::MissingLimits);
    };
    if ![figure.value, lower, upper].into_iter().all(is_usable) {
        return Err(CannotTell::NotANumber);
    }
    let weight = (WIDTH / (upper - lower)).powi(2);
    if upper <= lower || !weight.is_finite() || weight <= 0.0 {
        return Err(CannotTell::ZeroWidthLimits);
    }
    Ok(weight)
}

/// The trend of figures by a line and seasons weighted by their 95 % limits, w = (3.92/(U − L))². The limits of delays are
/// narrow where the delays happen to be short, and months differ by more than their cases explain, so the line is not
/// taken to be as sure as the limits alone would have it: its variance is multiplied by φ̂ where that is above 1.
///
/// # Errors
/// Every reason why no trend can be told; among them a figure without both limits or with limits of no width.
pub fn value_trend(points: &[PeriodPoint<Estimate>]) -> Result<Trend, CannotTell> {
    let window = window(points)?;
    if window.points.iter().all(|(_, estimate)| estimate.value.abs() <= 0.0) {
        return Err(CannotTell::AllZero);
    }
    let mut data = Vec::with_capacity(window.points.len());
    for (span, estimate) in &window.points {
        let weight = weight(estimate)?;
        data.push(Datum { span: *span, value: estimate.value, events: weight * estimate.value, size: weight });
    }
    regress(&data, window.cadence, TrendModel { family: Family::Normal, multiplier: 1.0 })
}
