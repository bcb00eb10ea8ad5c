//! The trend of figures known by a value and its 95 % limits: delays, ratios and others.

use super::{CannotTell, Change, FittedPoint, Trend, TrendPoint, outcome, window};
use crate::quantity::Interval;
use crate::stats::Level;
use crate::stats::arithmetic::{is_usable, total};
use crate::stats::distributions::chi_square_1_above;

/// Twice 1.96: the width of a 95 % interval in standard errors, as Fingertips rounds it.
const WIDTH: f64 = 3.92;

/// A figure and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub interval: Interval,
}

impl Estimate {
    /// The weight (3.92/(U − L))².
    pub(super) fn weight(&self) -> Result<f64, CannotTell> {
        let (Some(lower), Some(upper)) = (self.interval.lower, self.interval.upper) else {
            return Err(CannotTell::MissingLimits);
        };
        if ![self.value, lower, upper].into_iter().all(is_usable) {
            return Err(CannotTell::NotANumber);
        }
        let weight = (WIDTH / (upper - lower)).powi(2);
        if upper <= lower || !weight.is_finite() || weight <= 0.0 {
            return Err(CannotTell::ZeroWidthLimits);
        }
        Ok(weight)
    }
}

/// A weighted least squares line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) slope: f64,
    /// 1/√Σw(t − t̄)².
    pub(super) error: f64,
    middle: (f64, f64),
}

impl Line {
    /// The line through triples of weight, time and value; none where all times are equal.
    /// b = Σw(t − t̄)(y − ȳ)/Σw(t − t̄)², t̄ and ȳ being weighted means.
    pub(super) fn new(points: &[(f64, f64, f64)]) -> Option<Self> {
        let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| total(points.iter().map(of));
        let weight = sum(&|&(w, _, _)| w);
        let middle = (sum(&|&(w, t, _)| w * t) / weight, sum(&|&(w, _, y)| w * y) / weight);
        let spread = sum(&|&(w, t, _)| w * (t - middle.0).powi(2));
        let slope = sum(&|&(w, t, y)| w * (t - middle.0) * (y - middle.1)) / spread;
        (spread > 0.0 && slope.is_finite()).then(|| Self { slope, error: 1.0 / spread.sqrt(), middle })
    }

    /// b²·(Σw Σwt² − (Σwt)²)/Σw.
    pub(super) fn chi_square(&self) -> f64 {
        (self.slope / self.error).powi(2)
    }

    fn at(&self, time: f64) -> f64 {
        self.middle.1 + self.slope * (time - self.middle.0)
    }
}

/// Slopes of the lines without each point in turn.
pub(super) fn slopes_without_one(points: &[(f64, f64, f64)]) -> Vec<Option<f64>> {
    let without = |left_out: usize| {
        let rest: Vec<_> =
            points.iter().enumerate().filter(|&(index, _)| index != left_out).map(|(_, point)| *point).collect();
        Line::new(&rest).map(|line| line.slope)
    };
    (0..points.len()).map(without).collect()
}

/// The trend of figures by a line weighted by their 95 % limits, w = (3.92/(U − L))². Time is the middle of each period in
/// years. χ² with one degree of freedom; the slope must keep its sign without any one period. No season, no dispersion.
///
/// # Errors
/// Every reason why no trend can be told; among them a figure without both limits or with limits of no width.
pub fn value_trend(points: &[TrendPoint<Estimate>]) -> Result<Trend, CannotTell> {
    let window = window(points)?;
    if window.points.iter().all(|(_, estimate)| estimate.value.abs() <= 0.0) {
        return Err(CannotTell::AllZero);
    }
    let mut weighted = Vec::with_capacity(window.points.len());
    for (span, estimate) in &window.points {
        weighted.push((estimate.weight()?, span.middle(), estimate.value));
    }
    let line = Line::new(&weighted).ok_or(CannotTell::NoFit)?;
    let p_value = chi_square_1_above(line.chi_square());
    let (outcome, at_act) = outcome(line.slope, p_value, slopes_without_one(&weighted));
    let times = || weighted.iter().map(|&(_, time, _)| time);
    let years = times().next_back().zip(times().next()).map(|(last, first)| last - first).ok_or(CannotTell::NoFit)?;
    let value = line.slope * years;
    let interval = |level: Level| {
        let half = level.z() * line.error * years;
        Interval { lower: Some(value - half), upper: Some(value + half) }
    };
    let fitted = |(&(span, estimate), time): (&(_, Estimate), f64)| FittedPoint {
        span,
        value: estimate.value,
        fitted: line.at(time),
        seasonal: 0.0,
    };
    Ok(Trend {
        outcome,
        at_act,
        slope: line.slope,
        model_error: line.error,
        dispersion: None,
        error: line.error,
        statistic: line.slope / line.error,
        degrees: None,
        p_value,
        change: Change { value, look: interval(Level::LOOK), act: interval(Level::ACT) },
        points: window.points.iter().zip(times()).map(fitted).collect(),
    })
}
