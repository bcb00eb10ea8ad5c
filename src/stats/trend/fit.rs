//! Logistic, log-linear and weighted linear regression on time and season by iteratively reweighted least squares.

use std::collections::BTreeMap;

use crate::stats::linear::{Matrix, dot};

/// Iterations after which a fit counts as without a finite answer.
const MOST_STEPS: usize = 60;
/// Change of a coefficient, against itself or 1, at which the iteration ends.
const DONE: f64 = 1e-10;

/// The distribution of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Logit of a share.
    Binomial,
    /// Logarithm of events per exposure.
    Poisson,
    /// The figure itself, whose variance is known.
    Normal,
}

impl Family {
    /// The share, rate or figure of a linear predictor.
    pub(super) fn mean(self, predictor: f64) -> f64 {
        match self {
            Self::Binomial => 1.0 / (1.0 + (-predictor).exp()),
            Self::Poisson => predictor.exp(),
            Self::Normal => predictor,
        }
    }

    /// The derivative of [`Family::mean`]; also the variance of one case.
    pub(super) fn slope(self, predictor: f64) -> f64 {
        match self {
            Self::Binomial => self.mean(predictor) * self.mean(-predictor),
            Self::Poisson => predictor.exp(),
            Self::Normal => 1.0,
        }
    }

    /// A start that is finite for every count.
    fn start(self, events: f64, size: f64) -> f64 {
        match self {
            Self::Binomial => ((events + 0.5) / (size - events + 0.5)).ln(),
            Self::Poisson => ((events + 0.5) / size).ln(),
            Self::Normal => events / size,
        }
    }

    /// Whether cases that share a season leave it a finite effect: not where none of them has an event, nor where all of a
    /// share are events.
    fn leaves_an_effect(self, of_season: &[&FitPoint]) -> bool {
        let none = of_season.iter().all(|case| case.events <= 0.0);
        let nothing_else = of_season.iter().all(|case| case.events >= case.size);
        match self {
            Self::Binomial => !none && !nothing_else,
            Self::Poisson => !none,
            Self::Normal => true,
        }
    }
}

/// A period: events of so many cases (or so much exposure), its time and its season. Of a figure whose variance is known,
/// the size is one over the variance and the events are the figure times the size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FitPoint {
    pub(super) events: f64,
    pub(super) size: f64,
    pub(super) time: f64,
    /// 0 where seasons play no part.
    pub(super) season: u32,
}

/// Whether every season of the cases has a finite effect.
pub(super) fn seasons_can_be_estimated(cases: &[FitPoint], family: Family) -> bool {
    let mut by_season: BTreeMap<u32, Vec<&FitPoint>> = BTreeMap::new();
    for case in cases {
        by_season.entry(case.season).or_default().push(case);
    }
    by_season.values().all(|of_season| family.leaves_an_effect(of_season))
}

/// A fitted model. The columns are 1, time, and each season but the first.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    family: Family,
    seasons: Vec<u32>,
    coefficients: Vec<f64>,
    covariance: Matrix,
    /// Pearson's chi-square.
    pub(super) chi_square: f64,
}

impl Fit {
    /// None where the iteration does not settle or columns depend on each other.
    pub(super) fn new(cases: &[FitPoint], family: Family) -> Option<Self> {
        Self::from(cases, family, cases.iter().map(|case| family.start(case.events, case.size)).collect())
    }

    /// The fit of nearly the same cases, begun where this one ended.
    pub(super) fn again(&self, cases: &[FitPoint]) -> Option<Self> {
        let known = |case: &FitPoint| self.seasons.contains(&case.season);
        if !cases.iter().all(known) {
            return Self::new(cases, self.family);
        }
        Self::from(cases, self.family, cases.iter().map(|case| self.predictor(case.time, case.season)).collect())
    }

    /// The iteration from a first guess of each case's linear predictor.
    fn from(cases: &[FitPoint], family: Family, mut predictors: Vec<f64>) -> Option<Self> {
        let mut seasons: Vec<u32> = cases.iter().map(|case| case.season).collect();
        seasons.sort_unstable();
        seasons.dedup();
        let rows: Vec<Vec<f64>> = cases.iter().map(|case| row(&seasons, case.time, case.season)).collect();
        let mut coefficients = vec![f64::INFINITY; seasons.len() + 1];
        for _ in 0..MOST_STEPS {
            let (next, covariance) = step(cases, &rows, &predictors, family)?;
            let settled = |(new, old): (&f64, &f64)| (new - old).abs() <= DONE * new.abs().max(1.0);
            let done = next.iter().zip(&coefficients).all(settled);
            coefficients = next;
            predictors = rows.iter().map(|row| dot(row, &coefficients)).collect();
            if done {
                let chi_square = chi_square(cases, &predictors, family);
                return chi_square.is_finite().then_some(Self {
                    family,
                    seasons,
                    coefficients,
                    covariance,
                    chi_square,
                });
            }
        }
        None
    }

    /// The number of coefficients.
    pub(super) fn parameters(&self) -> usize {
        self.coefficients.len()
    }

    /// The coefficient of time.
    pub(super) fn slope(&self) -> f64 {
        self.coefficients.get(1).copied().unwrap_or(0.0)
    }

    /// Its standard error by the model alone.
    pub(super) fn slope_error(&self) -> f64 {
        self.covariance.diagonal(1).max(0.0).sqrt()
    }

    fn predictor(&self, time: f64, season: u32) -> f64 {
        dot(&row(&self.seasons, time, season), &self.coefficients)
    }

    /// The fitted share or rate.
    pub(super) fn mean(&self, time: f64, season: u32) -> f64 {
        self.family.mean(self.predictor(time, season))
    }

    /// What the season adds to the fitted share or rate, against the mean of all season effects on the model's scale.
    pub(super) fn seasonal(&self, time: f64, season: u32) -> f64 {
        let effects = || self.coefficients.iter().skip(2);
        let average = effects().sum::<f64>() / super::super::arithmetic::size(effects().count() + 1);
        let first = self.seasons.first().copied().unwrap_or(season);
        self.mean(time, season) - self.family.mean(self.predictor(time, first) + average)
    }

    /// The fitted difference between two times in one season, and its variance by the model (delta method).
    pub(super) fn difference(&self, from: f64, to: f64, season: u32) -> (f64, f64) {
        let (first, last) = (self.predictor(from, season), self.predictor(to, season));
        let (at_first, at_last) = (self.family.slope(first), self.family.slope(last));
        let columns = row(&self.seasons, from, season).into_iter().zip(row(&self.seasons, to, season));
        let gradient: Vec<f64> = columns.map(|(first, last)| at_last * last - at_first * first).collect();
        (self.family.mean(last) - self.family.mean(first), self.covariance.quadratic(&gradient).max(0.0))
    }
}

/// The columns of a time and a season.
fn row(seasons: &[u32], time: f64, season: u32) -> Vec<f64> {
    let indicators = seasons.iter().skip(1).map(|&other| if other == season { 1.0 } else { 0.0 });
    [1.0, time].into_iter().chain(indicators).collect()
}

/// One weighted least squares step: the new coefficients and their covariance.
fn step(cases: &[FitPoint], rows: &[Vec<f64>], predictors: &[f64], family: Family) -> Option<(Vec<f64>, Matrix)> {
    let size = rows.first()?.len();
    let mut weights = Vec::with_capacity(cases.len());
    let mut sums = vec![0.0; size];
    for ((case, row), &predictor) in cases.iter().zip(rows).zip(predictors) {
        let weight = case.size * family.slope(predictor);
        let working = predictor + (case.events - case.size * family.mean(predictor)) / weight;
        if !working.is_finite() || weight <= 0.0 {
            return None;
        }
        weights.push(weight);
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += weight * x * working;
        }
    }
    let covariance = Matrix::gram(size, weights.into_iter().zip(rows.iter().map(Vec::as_slice))).inverse()?;
    Some((covariance.times(&sums), covariance))
}

fn chi_square(cases: &[FitPoint], predictors: &[f64], family: Family) -> f64 {
    let of = |(case, &predictor): (&FitPoint, &f64)| {
        let variance = case.size * family.slope(predictor);
        (case.events - case.size * family.mean(predictor)).powi(2) / variance
    };
    cases.iter().zip(predictors).map(of).sum()
}
