//! The trend of proportions, rates and counts.

use super::fit::{Case, Family, Fit};
use super::{CannotTell, Change, FittedPoint, Reading, Trend, TrendPoint, outcome, window};
use crate::quantity::Interval;
use crate::stats::arithmetic::{mean, size};
use crate::stats::distributions::{student_two_sided, student_upper};
use crate::stats::{Level, real};

/// How counts depend on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountModel {
    /// logit p = α + βt + season; numerator never above the denominator.
    Proportion,
    /// ln(events / exposure) = α + βt + season; a count has an exposure of 1.
    Rate,
}

/// The trend of pairs of numerator and denominator, figures being `multiplier` times their ratio. Time is the middle of
/// each period in years; months and quarters have a factor for the season. The label uses the dispersion φ̂ = X²/(N − k),
/// not below 1, and Student's t with N − k degrees of freedom; the slope must keep its sign without any one period.
///
/// The change compares both ends of the line in the season of the last period, so that it has the sign of the slope. A
/// denominator of 0 counts as absent.
///
/// # Errors
/// Every reason why no trend can be told.
pub fn count_trend(points: &[TrendPoint<(i64, i64)>], model: CountModel, multiplier: u32) -> Result<Trend, CannotTell> {
    let window = window(&without_denominator(points, model)?)?;
    let counts = || window.points.iter().map(|(_, counts)| *counts);
    if counts().all(|(x, _)| x == 0) {
        return Err(CannotTell::AllZero);
    }
    if model == CountModel::Proportion && counts().all(|(x, n)| x == n) {
        return Err(CannotTell::AllComplete);
    }
    let times: Vec<f64> = window.points.iter().map(|(span, _)| span.middle()).collect();
    // Time from the middle of the window, for the sake of the arithmetic.
    let origin = mean(&times).ok_or(CannotTell::NoFit)?;
    let seasonal = window.cadence.is_seasonal();
    let of = |(&(span, (x, n)), time): (&(_, (i64, i64)), &f64)| {
        let span: crate::stats::timeline::Span = span;
        Case { events: real(x), size: real(n), time: time - origin, season: if seasonal { span.season() } else { 0 } }
    };
    let cases: Vec<Case> = window.points.iter().zip(&times).map(of).collect();
    let family = if model == CountModel::Proportion { Family::Binomial } else { Family::Poisson };
    let fit = Fit::new(&cases, family).ok_or(CannotTell::NoFit)?;
    let degrees = cases.len().checked_sub(fit.parameters()).filter(|&left| left > 0).ok_or(CannotTell::NoFit)?;
    let dispersion = fit.chi_square / size(degrees);
    let inflation = dispersion.max(1.0).sqrt();
    let (slope, model_error) = (fit.slope(), fit.slope_error());
    let statistic = slope / (model_error * inflation);
    let p_value = student_two_sided(statistic, size(degrees));
    let (outcome, at_act) = outcome(slope, p_value, slopes_without_one(&fit, &cases));
    let fitted = |(&(span, (x, n)), case): (&(_, (i64, i64)), &Case)| FittedPoint {
        span,
        value: real(x) * real(multiplier) / real(n),
        fitted: real(multiplier) * fit.mean(case.time, case.season),
        seasonal: real(multiplier) * fit.seasonal(case.time, case.season),
    };
    Ok(Trend {
        outcome,
        at_act,
        slope,
        model_error,
        dispersion: Some(dispersion),
        error: model_error * dispersion.sqrt(),
        statistic,
        degrees: Some(degrees),
        p_value,
        change: change(&fit, &cases, inflation, degrees, (model, multiplier)).ok_or(CannotTell::NoFit)?,
        points: window.points.iter().zip(&cases).map(fitted).collect(),
    })
}

/// The points with those that have no denominator turned into absent ones.
fn without_denominator(
    points: &[TrendPoint<(i64, i64)>],
    model: CountModel,
) -> Result<Vec<TrendPoint<(i64, i64)>>, CannotTell> {
    let mut checked = Vec::with_capacity(points.len());
    for point in points {
        let reading = match point.reading {
            Reading::Value((x, n)) if x < 0 || n < 0 || (model == CountModel::Proportion && x > n) => {
                return Err(CannotTell::FaultyCounts);
            }
            Reading::Value((_, 0)) => Reading::Absent,
            other => other,
        };
        checked.push(TrendPoint { reading, ..*point });
    }
    Ok(checked)
}

/// The slope without each period in turn; none where the rest has no fit.
fn slopes_without_one(fit: &Fit, cases: &[Case]) -> impl Iterator<Item = Option<f64>> {
    let without = |left_out: usize| {
        let rest: Vec<Case> =
            cases.iter().enumerate().filter(|&(index, _)| index != left_out).map(|(_, case)| *case).collect();
        fit.again(&rest).map(|fit| fit.slope())
    };
    (0..cases.len()).map(without)
}

/// Fitted last minus fitted first, with the dispersion and the t of the label. A share changes by no more than the whole
/// scale.
fn change(
    fit: &Fit,
    cases: &[Case],
    inflation: f64,
    degrees: usize,
    (model, multiplier): (CountModel, u32),
) -> Option<Change> {
    let (first, last) = (cases.first()?, cases.last()?);
    let (difference, variance) = fit.difference(first.time, last.time, last.season);
    let scale = real(multiplier);
    let bound = if model == CountModel::Proportion { scale } else { f64::INFINITY };
    let interval = |level: Level| {
        let half = student_upper(level.tail(), size(degrees)) * inflation * variance.sqrt();
        Interval {
            lower: Some((scale * (difference - half)).max(-bound)),
            upper: Some((scale * (difference + half)).min(bound)),
        }
    };
    Some(Change { value: scale * difference, look: interval(Level::LOOK), act: interval(Level::ACT) })
}
