//! The five-point trend test of Fingertips, for comparison. It numbers the years whatever lies between them and takes
//! chance as the only source of variation; the native test does neither.

use super::values::Estimate;
use crate::stats::arithmetic::{size, total};
use crate::stats::distributions::chi_square_1_above;
use crate::stats::real;

/// The points that the test looks at.
const POINTS: usize = 5;
/// The 99.8 % point of chi-square with one degree of freedom.
const CRITICAL: f64 = 9.549_535_706_083_242;

/// A weighted least squares line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    slope: f64,
    /// 1/√Σw(t − t̄)².
    error: f64,
}

impl Line {
    /// The line through triples of weight, time and value; none where all times are equal.
    /// b = Σw(t − t̄)(y − ȳ)/Σw(t − t̄)², t̄ and ȳ being weighted means.
    fn new(points: &[(f64, f64, f64)]) -> Option<Self> {
        let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| total(points.iter().map(of));
        let weight = sum(&|&(w, _, _)| w);
        let (mean_time, mean_value) = (sum(&|&(w, t, _)| w * t) / weight, sum(&|&(w, _, y)| w * y) / weight);
        let spread = sum(&|&(w, t, _)| w * (t - mean_time).powi(2));
        let slope = sum(&|&(w, t, y)| w * (t - mean_time) * (y - mean_value)) / spread;
        (spread > 0.0 && slope.is_finite()).then(|| Self { slope, error: 1.0 / spread.sqrt() })
    }

    /// b²·(Σw Σwt² − (Σwt)²)/Σw.
    fn chi_square(&self) -> f64 {
        (self.slope / self.error).powi(2)
    }
}

/// Slopes of the lines without each point in turn.
fn slopes_without_one(points: &[(f64, f64, f64)]) -> Vec<Option<f64>> {
    let without = |left_out: usize| {
        let rest: Vec<_> =
            points.iter().enumerate().filter(|&(index, _)| index != left_out).map(|(_, point)| *point).collect();
        Line::new(&rest).map(|line| line.slope)
    };
    (0..points.len()).map(without).collect()
}

/// The marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    Increasing,
    Decreasing,
    NoChange,
    CannotBeCalculated,
}

impl Marker {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Increasing => "increasing",
            Self::Decreasing => "decreasing",
            Self::NoChange => "no_change",
            Self::CannotBeCalculated => "cannot_be_calculated",
        }
    }
}

/// A chi-square for trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    pub value: f64,
    pub p_value: f64,
}

/// A marker with the numbers behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkerTest {
    pub marker: Marker,
    pub chi_square: Option<ChiSquare>,
    /// Weighted (limits) or of the unweighted logits (proportions).
    pub slope: Option<f64>,
    /// Standard error of the weighted slope.
    pub error: Option<f64>,
    /// The slope without each point in turn.
    pub without_one: Vec<f64>,
}

impl MarkerTest {
    fn none(chi_square: Option<ChiSquare>) -> Self {
        let marker = Marker::CannotBeCalculated;
        Self { marker, chi_square, slope: None, error: None, without_one: Vec::new() }
    }

    /// Significant, and the slope has one sign in all six fits; a slope of 0 counts as positive.
    fn new(chi_square: ChiSquare, line: &Line, error: Option<f64>, points: &[(f64, f64, f64)]) -> Self {
        let without_one: Vec<f64> = slopes_without_one(points).into_iter().flatten().collect();
        let signs = || without_one.iter().chain([&line.slope]).map(|&slope| slope >= 0.0);
        let marker = match (chi_square.value > CRITICAL, signs().all(|up| up), signs().all(|up| !up)) {
            (true, true, _) => Marker::Increasing,
            (true, _, true) => Marker::Decreasing,
            _ => Marker::NoChange,
        };
        Self { marker, chi_square: Some(chi_square), slope: Some(line.slope), error, without_one }
    }
}

/// N(N Σxt − X Σnt)² / (X(N − X)(N Σnt² − (Σnt)²)) for numerators and denominators of groups numbered 1, 2, …. None where
/// counts are faulty, no case or every case is counted, or only one group has cases.
pub fn proportion_chi_square(groups: &[(i64, i64)]) -> Option<ChiSquare> {
    if groups.iter().any(|&(x, n)| x < 0 || x > n) {
        return None;
    }
    let sum = |of: fn(f64, f64, f64) -> f64| -> f64 {
        groups.iter().zip(1_u32..).map(|(&(x, n), t)| of(real(x), real(n), real(t))).sum()
    };
    let (x, n) = (sum(|x, _, _| x), sum(|_, n, _| n));
    // About the mean time the sums do not cancel.
    let middle = sum(|_, n, t| n * t) / n;
    let cases = || groups.iter().zip(1_u32..).map(|(&(x, n), t)| (real(x), real(n), real(t) - middle));
    let slope: f64 = cases().map(|(count, _, t)| count * t).sum();
    let spread: f64 = cases().map(|(_, n, t)| n * t * t).sum();
    let value = slope * slope / spread / ((x / n) * (1.0 - x / n));
    value.is_finite().then(|| ChiSquare { value, p_value: chi_square_1_above(value) })
}

/// The test on proportions of the latest five years: the chi-square for trend, and the signs of unweighted slopes of the
/// logits. A year without events or with nothing but events cannot be calculated.
pub fn proportion_marker(years: &[(i64, i64)]) -> MarkerTest {
    let Some(latest) = latest(years) else { return MarkerTest::none(None) };
    let chi_square = proportion_chi_square(latest);
    let usable = latest.iter().all(|&(x, n)| 0 < x && x < n);
    let logit = |(&(x, n), year): (&(i64, i64), usize)| (1.0, size(year), (real(x) / real(n - x)).ln());
    let points: Vec<_> = latest.iter().zip(1..).filter(|_| usable).map(logit).collect();
    match (chi_square, Line::new(&points)) {
        (Some(chi_square), Some(line)) if usable => MarkerTest::new(chi_square, &line, None, &points),
        (chi_square, _) => MarkerTest::none(chi_square),
    }
}

/// The test on figures with 95 % limits of the latest five years. Missing limits and limits of no width cannot be
/// calculated.
pub fn limits_marker(years: &[Estimate]) -> MarkerTest {
    let weighted = |(year, number): (&Estimate, usize)| Some((year.weight().ok()?, size(number), year.value));
    let points: Option<Vec<_>> = latest(years).and_then(|latest| latest.iter().zip(1..).map(weighted).collect());
    let Some((points, line)) = points.and_then(|points| Line::new(&points).map(|line| (points, line))) else {
        return MarkerTest::none(None);
    };
    let value = line.chi_square();
    MarkerTest::new(ChiSquare { value, p_value: chi_square_1_above(value) }, &line, Some(line.error), &points)
}

fn latest<T>(years: &[T]) -> Option<&[T]> {
    years.len().checked_sub(POINTS).and_then(|start| years.get(start..))
}
