//! How complete a recent period is: the chain ladder on counts that arrive late, with its standard error
//! (Mack, ASTIN Bulletin 23, 1993).

use super::arithmetic::size;
use super::{Level, real};

/// A triangle of counts: one row for each event period, oldest first; column k holds what had arrived k publications
/// after the first, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triangle {
    rows: Vec<Vec<i64>>,
}

/// Why counts make no triangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TriangleError {
    #[error("there is no row, or row {0} is empty")]
    Empty(usize),
    #[error("row {0} holds a negative count")]
    NegativeCount(usize),
    #[error("row {0} is longer than an older one")]
    NotATriangle(usize),
}

/// How the variance of a factor that rests on one row is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tail {
    /// The straight line through ln σ against the lag, extended.
    #[default]
    LogLinear,
    /// From the two lags before: min(σ⁴₋₁/σ²₋₂, σ²₋₂, σ²₋₁). No figure uses it: it is the tail of the table that Mack
    /// printed, the only proof from outside of the projections and their errors.
    Mack,
}

/// Growth from one lag to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    /// f = Σ C(k+1) / Σ C(k); `None` without a row that has both and is not zero at the first.
    pub factor: Option<f64>,
    /// σ² = Σ C(k)·(C(k+1)/C(k) − f)² / (rows − 1), or the tail where there is one row.
    pub variance: Option<f64>,
    /// Σ C(k) over the rows used.
    pub weight: i128,
    /// Rows used.
    pub rows: usize,
    /// Rows left out because their count at the first lag is zero.
    pub left_out: usize,
}

/// What an event period is expected to come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// The count so far.
    pub latest: i128,
    /// The latest count times the remaining factors. `None` where a factor is missing, or nothing has arrived of a row
    /// that is not at the last lag: zero cannot be projected.
    pub ultimate: Option<f64>,
    /// Standard error of the ultimate count; `None` also where a variance is missing.
    pub standard_error: Option<f64>,
    /// Whether a factor used rests on one row only.
    pub rests_on_one_row: bool,
    /// The first of the factors that the count has still to be multiplied by.
    first_factor: usize,
}

impl Projection {
    /// Limits of an ultimate count U with error s, log-normal so that none lies below zero: U·exp(±z·v − v²/2) with
    /// v² = ln(1 + s²/U²). `None` without an error or a count above zero.
    pub fn interval_of(ultimate: Option<f64>, error: Option<f64>, level: Level) -> Option<(f64, f64)> {
        let (ultimate, error) = ultimate.filter(|&ultimate| ultimate > 0.0).zip(error)?;
        let square = (error / ultimate).powi(2).ln_1p();
        let limit = |side: f64| ultimate * (side * level.z() * square.sqrt() - square / 2.0).exp();
        Some((limit(-1.0), limit(1.0)))
    }
}

/// All projections of a triangle.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainLadder {
    /// From each lag to the next.
    pub factors: Vec<Factor>,
    /// One for each row of the triangle.
    pub rows: Vec<Projection>,
    /// All rows together; its standard error allows for the factors that the rows share.
    pub total: Projection,
}

impl Triangle {
    /// Rows oldest first, each with cumulative counts from lag 0 to the latest. A newer row is never longer.
    pub fn new(rows: Vec<Vec<i64>>) -> Result<Self, TriangleError> {
        if rows.is_empty() {
            return Err(TriangleError::Empty(0));
        }
        let mut longest = usize::MAX;
        for (position, row) in rows.iter().enumerate() {
            if row.is_empty() {
                return Err(TriangleError::Empty(position));
            }
            if row.iter().any(|&count| count < 0) {
                return Err(TriangleError::NegativeCount(position));
            }
            if row.len() > longest {
                return Err(TriangleError::NotATriangle(position));
            }
            longest = row.len();
        }
        Ok(Self { rows })
    }

    /// Factors, ultimate counts and standard errors.
    pub fn chain_ladder(&self, tail: Tail) -> ChainLadder {
        let mut factors: Vec<Factor> =
            (1..self.rows.first().map_or(0, Vec::len)).map(|to| self.factor(to - 1, to)).collect();
        fill_tail(&mut factors, tail);
        let rows: Vec<Projection> = self.rows.iter().map(|row| project(row, &factors)).collect();
        let total = sum_of(&rows, &factors);
        ChainLadder { factors, rows, total }
    }

    fn factor(&self, from: usize, to: usize) -> Factor {
        let both = || self.rows.iter().filter_map(|row| row.get(from).copied().zip(row.get(to).copied()));
        let used = || both().filter(|&(earlier, _)| earlier > 0);
        let (weight, arrived) = used().fold((0_i128, 0_i128), |(weight, arrived), (earlier, later)| {
            (weight + i128::from(earlier), arrived + i128::from(later))
        });
        let rows = used().count();
        let factor = (rows > 0).then(|| real(arrived) / real(weight));
        let variance = factor.filter(|_| rows > 1).map(|factor| {
            let squares = used().map(|(c, next)| real(c) * (real(next) / real(c) - factor).powi(2)).sum::<f64>();
            squares / (size(rows) - 1.0)
        });
        Factor { factor, variance, weight, rows, left_out: both().count() - rows }
    }
}

impl ChainLadder {
    /// What [`Triangle::chain_ladder`] gives when every row has held its count from lag 0 on: `rows` are counts with their
    /// last lag, oldest first.
    pub fn settled(rows: &[(i64, usize)]) -> Self {
        let longest = rows.first().map_or(0, |(_, lag)| *lag);
        let factor = |lag: usize| {
            let both = || rows.iter().filter(move |(_, last)| *last > lag);
            let used = || both().filter(|(count, _)| *count > 0);
            let rows = used().count();
            let known = (rows > 0).then_some(());
            Factor {
                factor: known.map(|()| 1.0),
                variance: known.map(|()| 0.0),
                weight: used().map(|(count, _)| i128::from(*count)).sum(),
                rows,
                left_out: both().count() - rows,
            }
        };
        let factors: Vec<Factor> = (0..longest).map(factor).collect();
        let row = |(count, lag): &(i64, usize)| {
            let remaining = || factors.iter().skip(*lag);
            let known = *lag == longest || *count > 0 && remaining().all(|factor| factor.rows > 0);
            Projection {
                latest: (*count).into(),
                ultimate: known.then(|| real(*count)),
                standard_error: known.then_some(0.0),
                rests_on_one_row: remaining().any(|factor| factor.rows == 1),
                first_factor: *lag,
            }
        };
        let rows: Vec<Projection> = rows.iter().map(row).collect();
        let total = sum_of(&rows, &factors);
        Self { factors, rows, total }
    }

    /// Some of the rows together, oldest first, as `total` is of all.
    pub fn sum_of(&self, rows: &[Projection]) -> Projection {
        sum_of(rows, &self.factors)
    }

    /// The first lag from which growth of a row is still to come; the number of lags where none is.
    pub fn next_lag(&self, row: &Projection) -> usize {
        row.first_factor
    }
}

/// Mack's error of a sum: Σ over rows of mse + U·(Σ of newer U)·Σ 2σ²/f²/weight over the row's remaining lags.
fn sum_of(rows: &[Projection], factors: &[Factor]) -> Projection {
    let ultimate = rows.iter().map(|row| row.ultimate).sum::<Option<f64>>();
    let mut newer = 0.0;
    let mut square = Some(0.0);
    for projection in rows.iter().rev() {
        let own = projection.ultimate.unwrap_or(0.0);
        let remaining = factors.iter().skip(projection.first_factor);
        let shared =
            remaining.map(|factor| factor.relative_variance().map(|relative| 2.0 * relative / real(factor.weight)));
        let shared = shared.sum::<Option<f64>>();
        square = square
            .zip(projection.standard_error)
            .zip(shared)
            .map(|((sum, error), shared): ((f64, f64), f64)| sum + error * error + own * newer * shared);
        newer += own;
    }
    Projection {
        latest: rows.iter().map(|row| row.latest).sum(),
        ultimate,
        standard_error: ultimate.and(square).map(f64::sqrt),
        rests_on_one_row: rows.iter().any(|row| row.rests_on_one_row),
        first_factor: rows.iter().map(|row| row.first_factor).min().unwrap_or(factors.len()),
    }
}

impl Factor {
    /// σ²/f²; `None` where either is missing or f is 0.
    fn relative_variance(&self) -> Option<f64> {
        let factor = self.factor.filter(|&factor| factor > 0.0)?;
        self.variance.map(|variance| variance / (factor * factor))
    }
}

/// U = C·Πf and mse(U) = U²·Σ (σ²/f²)(1/Ĉ + 1/weight) over the remaining lags, Ĉ being the count projected so far.
fn project(row: &[i64], factors: &[Factor]) -> Projection {
    let latest = row.last().copied().unwrap_or(0);
    let first_factor = row.len().saturating_sub(1);
    let mut remaining = factors.iter().skip(first_factor).peekable();
    let known = remaining.peek().is_none() || latest > 0;
    let mut count = Some(real(latest)).filter(|_| known);
    let (mut relative, mut rests_on_one_row) = (Some(0.0), false);
    for factor in remaining {
        let term = factor.relative_variance().zip(count);
        relative = relative.zip(term).map(|(sum, (variance, count)): (f64, (f64, f64))| {
            sum + variance * (1.0 / count + 1.0 / real(factor.weight))
        });
        count = count.zip(factor.factor).map(|(count, factor)| count * factor);
        rests_on_one_row |= factor.rows == 1;
    }
    let standard_error = count.zip(relative).map(|(ultimate, relative)| ultimate * relative.sqrt());
    Projection { latest: latest.into(), ultimate: count, standard_error, rests_on_one_row, first_factor }
}

/// Gives factors that rest on one row a variance from the lags before.
fn fill_tail(factors: &mut [Factor], tail: Tail) {
    match tail {
        Tail::LogLinear => {
            let measured = factors.iter().zip(0_u32..).filter_map(|(factor, lag)| {
                factor.variance.filter(|&variance| variance > 0.0).map(|v| (f64::from(lag), v.ln() / 2.0))
            });
            let Some((slope, intercept)) = line(&measured.collect::<Vec<_>>()) else { return };
            for (factor, lag) in factors.iter_mut().zip(0_u32..).filter(|(factor, _)| factor.rows == 1) {
                factor.variance = Some((2.0 * (intercept + slope * f64::from(lag))).exp());
            }
        }
        Tail::Mack => {
            let (mut before, mut last) = (None, None);
            for factor in factors {
                if factor.rows == 1 {
                    factor.variance = before.zip(last).map(|(before, last): (f64, f64)| {
                        if before > 0.0 { (last * last / before).min(before).min(last) } else { 0.0 }
                    });
                }
                (before, last) = (last, factor.variance);
            }
        }
    }
}

/// Slope and intercept of the least-squares line; `None` with fewer than two points.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    if points.len() < 2 {
        return None;
    }
    let n = size(points.len());
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let covariance = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>();
    let slope = covariance / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>();
    Some((slope, y - slope * x))
}

/// Whether a figure is marked as provisional: its completeness is below the least asked for (0.98 by default), or fewer
/// than four earlier periods exist to measure it, or it could not be measured.
pub fn is_provisional(completeness: Option<f64>, earlier_periods: usize, least: f64) -> bool {
    earlier_periods < 4 || completeness.is_none_or(|completeness| completeness < least)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    /// Taylor and Ashe 1983, first three event years at the first four lags, with the newest corner cut off.
    fn corner() -> Triangle {
        let rows = vec![vec![357_848, 1_124_788, 1_735_330], vec![352_118, 1_236_139], vec![290_507]];
        Triangle::new(rows).unwrap()
    }

    /// Latest / ultimate; `None` where the ultimate is 0 or missing.
    fn completeness(projection: &Projection) -> Option<f64> {
        let ultimate = projection.ultimate.filter(|&ultimate| ultimate > 0.0);
        ultimate.map(|ultimate| real(projection.latest) / ultimate)
    }

    #[test]
    fn factors_and_ultimates_by_hand() {
        let found = corner().chain_ladder(Tail::LogLinear);
        let first = f64::from(1_124_788 + 1_236_139) / f64::from(357_848 + 352_118);
        let second = 1_735_330.0 / 1_124_788.0;
        assert_eq!(found.factors.iter().map(|factor| factor.factor).collect::<Vec<_>>(), [Some(first), Some(second)]);
        let newest = found.rows[2];
        assert!((newest.ultimate.unwrap() - 290_507.0 * first * second).abs() < 1e-6);
        assert!((completeness(&newest).unwrap() - 1.0 / (first * second)).abs() < 1e-15);
        assert!(newest.rests_on_one_row && found.rows[1].rests_on_one_row && !found.rows[0].rests_on_one_row);
        assert_eq!((found.rows[0].ultimate, found.rows[0].standard_error), (Some(1_735_330.0), Some(0.0)));
        // One variance is no line and no pair, so the tail is unknown and so are the errors.
        assert_eq!((found.factors[1].variance, newest.standard_error, found.total.standard_error), (None, None, None));
        assert_eq!(found.total.latest, 1_735_330 + 1_236_139 + 290_507);
        assert_eq!(found.sum_of(&found.rows), found.total);
        assert_eq!(found.sum_of(&found.rows[2..]).ultimate, newest.ultimate);
        // U = 200, s = 20: v² = ln 1.01, limits 200·exp(±1.96·0.09975 − 0.004975).
        let projection = Projection { ultimate: Some(200.0), standard_error: Some(20.0), ..newest };
        let (lower, upper) =
            Projection::interval_of(projection.ultimate, projection.standard_error, Level::LOOK).unwrap();
        assert!((lower - 163.666_882).abs() < 1e-6 && (upper - 241.979_072).abs() < 1e-6, "{lower} {upper}");
        assert!(found.factors[0].variance.is_some());
    }

    #[test]
    fn zero_counts_are_left_out_and_not_projected() {
        let rows = vec![vec![0, 4, 8], vec![2, 6, 9], vec![3, 6], vec![0]];
        let found = Triangle::new(rows).unwrap().chain_ladder(Tail::Mack);
        assert_eq!((found.factors[0].rows, found.factors[0].left_out), (2, 1));
        assert_eq!(found.factors[0].factor, Some(12.0 / 5.0));
        assert_eq!((found.rows[3].ultimate, found.rows[3].standard_error), (None, None));
        assert_eq!((found.total.ultimate, completeness(&found.total)), (None, None));
        let nothing = Triangle::new(vec![vec![0, 0], vec![0]]).unwrap().chain_ladder(Tail::LogLinear);
        assert_eq!(nothing.factors[0].factor, None);
        assert_eq!((nothing.rows[0].ultimate, completeness(&nothing.rows[0])), (Some(0.0), None));
        let lone = Triangle::new(vec![vec![7]]).unwrap().chain_ladder(Tail::LogLinear);
        assert_eq!((lone.total.ultimate, lone.total.standard_error), (Some(7.0), Some(0.0)));
    }

    #[test]
    fn what_is_no_triangle_is_refused() {
        assert_eq!(Triangle::new(vec![]), Err(TriangleError::Empty(0)));
        assert_eq!(Triangle::new(vec![vec![1], vec![]]), Err(TriangleError::Empty(1)));
        assert_eq!(Triangle::new(vec![vec![1], vec![1, 2]]), Err(TriangleError::NotATriangle(1)));
        assert_eq!(Triangle::new(vec![vec![1, -2]]), Err(TriangleError::NegativeCount(0)));
    }

    #[test]
    fn provisional_by_measured_completeness() {
        assert!(!is_provisional(Some(0.98), 4, 0.98));
        assert!(is_provisional(Some(0.979_999), 4, 0.98));
        assert!(is_provisional(Some(1.0), 3, 0.98));
        assert!(is_provisional(None, 9, 0.98));
    }

    fn triangles() -> impl Strategy<Value = Vec<Vec<i64>>> {
        (1..9_usize).prop_flat_map(|size| {
            prop::collection::vec(prop::collection::vec(0..1000_i64, size), size).prop_map(move |mut rows| {
                for (position, row) in rows.iter_mut().enumerate() {
                    row.truncate(size - position);
                    let mut sum = 0;
                    for count in row {
                        sum += *count;
                        *count = sum;
                    }
                }
                rows
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn growing_counts_are_never_more_than_complete_and_never_nan(rows in triangles()) {
            for tail in [Tail::LogLinear, Tail::Mack] {
                let found = Triangle::new(rows.clone()).unwrap().chain_ladder(tail);
                for projection in found.rows.iter().chain([&found.total]) {
                    prop_assert!(completeness(projection).is_none_or(|share| (0.0..=1.0 + 1e-12).contains(&share)));
                    prop_assert!(projection.standard_error.is_none_or(|error| error.is_finite() && error >= 0.0));
                }
            }
        }

        #[test]
        fn rows_that_never_move_need_no_triangle(counts in prop::collection::vec(0..50_i64, 1..12), longest in 0..8_usize) {
            let lags = |at: usize| longest.min(counts.len() - 1 - at);
            let rows: Vec<(i64, usize)> = counts.iter().enumerate().map(|(at, count)| (*count, lags(at))).collect();
            let triangle = Triangle::new(rows.iter().map(|(count, lag)| vec![*count; lag + 1]).collect()).unwrap();
            let (found, settled) = (triangle.chain_ladder(Tail::LogLinear), ChainLadder::settled(&rows));
            for (one, other) in found.rows.iter().zip(&settled.rows) {
                // A variance of 0 gives the tail no line, so the triangle has no error there.
                let known = one.standard_error.map_or(other.standard_error, Some);
                prop_assert_eq!(Projection { standard_error: known, ..*one }, *other);
            }
            for (one, other) in found.factors.iter().zip(&settled.factors) {
                prop_assert_eq!((one.factor, one.weight, one.rows, one.left_out), (other.factor, other.weight, other.rows, other.left_out));
            }
        }

        #[test]
        fn the_unit_of_counting_does_not_matter_to_completeness(rows in triangles(), unit in 2..9_i64) {
            let scaled = rows.iter().map(|row| row.iter().map(|count| count * unit).collect()).collect();
            let ladder = |rows| Triangle::new(rows).unwrap().chain_ladder(Tail::LogLinear);
            for (one, other) in ladder(rows).rows.iter().zip(&ladder(scaled).rows) {
                prop_assert_eq!(one.ultimate.is_some(), other.ultimate.is_some());
                if let (Some(one), Some(other)) = (completeness(one), completeness(other)) {
                    prop_assert!((one - other).abs() <= 1e-12);
                }
            }
        }
    }
}
