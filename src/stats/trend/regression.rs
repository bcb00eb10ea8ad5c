//! What regression on time and season says of the figures of a window: one method for shares, rates, counts and delays.

use super::fit::{Family, Fit, FitPoint, seasons_can_be_estimated};
use super::{CannotTell, FittedChange, FittedPoint, Seasons, Trend, outcome};
use crate::stats::Level;
use crate::stats::arithmetic::{mean, size};
use crate::stats::distributions::{student_two_sided, student_upper};
use crate::stats::timeline::{Cadence, DaySpan};
use crate::vocabulary::quantity::Interval;

/// A period of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Datum {
    pub(super) span: DaySpan,
    /// The figure as it is told.
    pub(super) value: f64,
    /// As in [`FitPoint`].
    pub(super) events: f64,
    pub(super) size: f64,
}

/// The model of a window, and how its means become figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TrendModel {
    pub(super) family: Family,
    /// Figures are so many times the means of the model.
    pub(super) multiplier: f64,
}

impl TrendModel {
    /// The greatest change that there can be: a share changes by no more than the whole scale.
    fn greatest_change(self) -> f64 {
        if self.family == Family::Binomial { self.multiplier } else { f64::INFINITY }
    }
}

/// The trend of a window. Time is the middle of each period in years; months and quarters have a factor for the season,
/// unless it cannot be estimated. Everything uses the dispersion φ̂ = X²/(N − k), not below 1, and Student's t with N − k
/// degrees of freedom; the slope must keep its sign without any one period.
///
/// The change compares both ends of the line in the season of the last period, so that it has the sign of the slope.
///
/// # Errors
/// [`CannotTell::NoFit`] where the model has no finite answer.
pub(super) fn regress(data: &[Datum], cadence: Cadence, model: TrendModel) -> Result<Trend, CannotTell> {
    let times: Vec<f64> = data.iter().map(|datum| datum.span.middle()).collect();
    // Time from the middle of the window, for the sake of the arithmetic.
    let origin = mean(&times).ok_or(CannotTell::NoFit)?;
    let case = |(datum, time): (&Datum, &f64)| FitPoint {
        events: datum.events,
        size: datum.size,
        time: time - origin,
        season: if cadence.is_seasonal() { datum.span.season() } else { 0 },
    };
    let cases: Vec<FitPoint> = data.iter().zip(&times).map(case).collect();
    let Fitted { cases, fit, degrees, seasons } = fit(cases, cadence, model.family).ok_or(CannotTell::NoFit)?;
    let dispersion = fit.chi_square / size(degrees);
    let inflation = dispersion.max(1.0).sqrt();
    let (slope, model_error) = (fit.slope(), fit.slope_error());
    let statistic = slope / (model_error * inflation);
    let p_value = student_two_sided(statistic, size(degrees));
    let (outcome, at_act) = outcome(slope, p_value, slopes_without_one(&fit, &cases));
    let fitted = |(datum, case): (&Datum, &FitPoint)| FittedPoint {
        span: datum.span,
        value: datum.value,
        fitted: model.multiplier * fit.mean(case.time, case.season),
        seasonal: model.multiplier * fit.seasonal(case.time, case.season),
    };
    Ok(Trend {
        outcome,
        at_act,
        slope,
        model_error,
        dispersion,
        error: model_error * dispersion.sqrt(),
        statistic,
        degrees,
        p_value,
        change: change(&fit, &cases, inflation, degrees, model).ok_or(CannotTell::NoFit)?,
        seasons,
        points: data.iter().zip(&cases).map(fitted).collect(),
    })
}

/// A model that has a finite answer.
struct Fitted {
    cases: Vec<FitPoint>,
    fit: Fit,
    /// Cases less coefficients, above 0.
    degrees: usize,
    seasons: Seasons,
}

/// The fit with seasons where they can be estimated, else without.
fn fit(cases: Vec<FitPoint>, cadence: Cadence, family: Family) -> Option<Fitted> {
    let settle = |cases: Vec<FitPoint>, seasons: Seasons| {
        let fit = Fit::new(&cases, family)?;
        let degrees = cases.len().checked_sub(fit.parameters()).filter(|&left| left > 0)?;
        Some(Fitted { cases, fit, degrees, seasons })
    };
    if !cadence.is_seasonal() {
        return settle(cases, Seasons::None);
    }
    let without: Vec<FitPoint> = cases.iter().map(|case| FitPoint { season: 0, ..*case }).collect();
    let seasonal = seasons_can_be_estimated(&cases, family).then(|| settle(cases, Seasons::Fitted)).flatten();
    seasonal.or_else(|| settle(without, Seasons::LeftOut))
}

/// The slope without each period in turn, where the rest has a fit.
fn slopes_without_one(fit: &Fit, cases: &[FitPoint]) -> impl Iterator<Item = f64> {
    let without = |left_out: usize| {
        let rest: Vec<FitPoint> =
            cases.iter().enumerate().filter(|&(index, _)| index != left_out).map(|(_, case)| *case).collect();
        fit.again(&rest).map(|fit| fit.slope())
    };
    (0..cases.len()).filter_map(without)
}

/// Fitted last minus fitted first, with the dispersion and the t of the label.
fn change(fit: &Fit, cases: &[FitPoint], inflation: f64, degrees: usize, model: TrendModel) -> Option<FittedChange> {
    let (first, last) = (cases.first()?, cases.last()?);
    let (difference, variance) = fit.difference(first.time, last.time, last.season);
    let bound = model.greatest_change();
    let interval = |level: Level| {
        let half = student_upper(level.tail(), size(degrees)) * inflation * variance.sqrt();
        Interval {
            lower: Some((model.multiplier * (difference - half)).max(-bound)),
            upper: Some((model.multiplier * (difference + half)).min(bound)),
        }
    };
    Some(FittedChange { value: model.multiplier * difference, look: interval(Level::LOOK), act: interval(Level::ACT) })
}
