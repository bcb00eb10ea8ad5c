//! Quantiles and tail probabilities of the normal, Poisson and binomial distributions.
//! The only module that names the mathematics library; it knows levels and counts, no metric.

use statrs::function::erf::{erfc, erfc_inv};
pub(super) use statrs::function::gamma::ln_gamma;
use statrs::function::gamma::{gamma_lr, gamma_ur};

use super::real;

/// From this shape on the gamma quantile is its asymptotic series, whose error is then below 1e-12 of the quantile.
const SERIES_FROM: f64 = 10_000.0;
/// Weights below this share of the greatest cannot change a sum in double precision.
const NEGLIGIBLE: f64 = 1e-40;
/// A probability this close to the tail, relatively, counts as equal to it.
const TIE: f64 = 1e-12;
/// Above this many cases the ranks are not computed: the work grows with the square root of the number.
const MOST_CASES: u64 = 10_000_000_000;

/// The standard normal deviate with probability `tail` above it.
pub(super) fn normal_upper(tail: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(2.0 * tail)
}

/// Probability that a standard normal deviate is further from 0 than `z`, which is not negative.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    erfc(z / std::f64::consts::SQRT_2)
}

/// The Poisson mean at which `count` events or more have probability `tail`: half the chi-square quantile with
/// `2 · count` degrees of freedom (Garwood, Biometrika 28, 1936). 0 for a count of 0.
pub(super) fn poisson_mean_lower(count: u64, tail: f64) -> f64 {
    if count == 0 { 0.0 } else { gamma_quantile(real(count), tail, TailSide::Lower) }
}

/// The Poisson mean at which `count` events or fewer have probability `tail`: half the chi-square quantile with
/// `2 · count + 2` degrees of freedom (Garwood, Biometrika 28, 1936).
pub(super) fn poisson_mean_upper(count: u64, tail: f64) -> f64 {
    gamma_quantile(real(count) + 1.0, tail, TailSide::Upper)
}

/// [`poisson_mean_lower`] and [`poisson_mean_upper`] for a count of at least 10,000 that need not be whole.
pub(super) fn large_poisson_means(count: f64, tail: f64) -> (f64, f64) {
    let deviate = normal_upper(tail);
    (gamma_series(count, -deviate), gamma_series(count + 1.0, deviate))
}

/// Which tail of a distribution holds the probability.
#[derive(Clone, Copy, PartialEq)]
enum TailSide {
    Lower,
    Upper,
}

/// The point that leaves probability `tail` on `side` of the gamma distribution with `shape` ≥ 1 and scale 1.
///
/// Newton's method on the logarithm of the tail. That logarithm is concave, so the steps close in from one side and
/// need no bracket; the factor 1/8 stops a first step that would leave the scale.
fn gamma_quantile(shape: f64, tail: f64, side: TailSide) -> f64 {
    let deviate = if side == TailSide::Lower { -normal_upper(tail) } else { normal_upper(tail) };
    if shape >= SERIES_FROM {
        return gamma_series(shape, deviate);
    }
    let mut point = wilson_hilferty(shape, deviate);
    for _ in 0..100 {
        let (probability, direction) =
            if side == TailSide::Lower { (gamma_lr(shape, point), 1.0) } else { (gamma_ur(shape, point), -1.0) };
        let density = ((shape - 1.0) * point.ln() - point - ln_gamma(shape)).exp();
        let step = direction * (probability / tail).ln() * probability / density;
        let next = if step.is_finite() { (point - step).max(point / 8.0) } else { point };
        let done = (next - point).abs() <= 1e-14 * point;
        point = next;
        if done {
            break;
        }
    }
    point
}

/// A first guess (Wilson and Hilferty, PNAS 17, 1931), kept above zero.
fn wilson_hilferty(shape: f64, deviate: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * shape) + deviate / (3.0 * shape.sqrt());
    shape * root.max(0.1).powi(3)
}

/// The Cornish-Fisher series of the gamma quantile (Goldberg and Levine, Annals of Mathematical Statistics 17, 1946;
/// their chi-square with twice the shape as degrees of freedom, halved).
fn gamma_series(shape: f64, z: f64) -> f64 {
    let root = shape.sqrt();
    let correction = (z * z - 1.0) / 3.0 + (z.powi(3) - 7.0 * z) / (36.0 * root)
        - (3.0 * z.powi(4) + 7.0 * z * z - 16.0) / (810.0 * shape)
        + (9.0 * z.powi(5) + 256.0 * z.powi(3) - 433.0 * z) / (38_880.0 * shape * root);
    shape + z * root + correction
}

/// Ranks of the order statistics that enclose a quantile; `None` where no rank will do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranks {
    pub(super) lower: Option<u64>,
    pub(super) upper: Option<u64>,
    /// Probability that the two ranks enclose the quantile.
    pub(super) coverage: f64,
}

/// For B ~ Binomial(`cases`, `share`): the greatest lower rank r with P(B ≤ r − 1) ≤ `tail` and the least upper rank s
/// with P(B ≥ s) ≤ `tail`. `None` without cases or above 10^10 of them.
///
/// The probabilities are ratios to the likeliest outcome, taken outwards until negligible and divided by their sum, which
/// is exact to rounding at any size; a continued fraction of fixed length is not.
pub(super) fn order_statistic_ranks(cases: u64, share: f64, tail: f64) -> Option<Ranks> {
    if cases == 0 || cases > MOST_CASES {
        return None;
    }
    let odds = share / (1.0 - share);
    let (first, weights) = binomial_weights(cases, odds);
    let limit = tail * (1.0 + TIE) * weights.iter().sum::<f64>();
    let (below, below_weight) = take_tail(weights.iter(), limit);
    let (above, above_weight) = take_tail(weights.iter().rev(), limit);
    // Outcomes too unlikely to be listed belong to the tails: `first` of them below, and likewise above.
    let lower = first + below;
    let upper = first + u64::try_from(weights.len()).ok()? - above;
    Some(Ranks {
        lower: (lower > 0).then_some(lower),
        upper: (upper <= cases).then_some(upper),
        coverage: 1.0 - (below_weight + above_weight) / weights.iter().sum::<f64>(),
    })
}

/// How many weights from the end of a distribution sum to at most `limit`, and their sum.
fn take_tail<'a>(weights: impl Iterator<Item = &'a f64>, limit: f64) -> (u64, f64) {
    let (mut taken, mut sum) = (0, 0.0);
    for weight in weights {
        if sum + weight > limit {
            break;
        }
        taken += 1;
        sum += weight;
    }
    (taken, sum)
}

/// The first outcome that matters, and the probabilities from it on as shares of the likeliest one's.
fn binomial_weights(cases: u64, odds: f64) -> (u64, Vec<f64>) {
    let mode = mode_of(cases, odds);
    let down = std::iter::successors(Some((mode, 1.0)), |&(outcome, weight)| {
        let next = weight * real(outcome) / (real(cases - outcome + 1) * odds);
        (outcome > 0 && next > NEGLIGIBLE).then(|| (outcome - 1, next))
    });
    let mut weights: Vec<f64> = down.map(|(_, weight)| weight).collect();
    let first = mode + 1 - u64::try_from(weights.len()).unwrap_or(mode);
    weights.reverse();
    let up = std::iter::successors(Some((mode, 1.0)), |&(outcome, weight)| {
        let next = weight * real(cases - outcome) * odds / real(outcome + 1);
        (outcome < cases && next > NEGLIGIBLE).then(|| (outcome + 1, next))
    });
    weights.extend(up.skip(1).map(|(_, weight)| weight));
    (first, weights)
}

/// The likeliest outcome, found where the ratio of neighbours passes 1.
fn mode_of(cases: u64, odds: f64) -> u64 {
    let (mut low, mut high) = (0, cases);
    while low < high {
        let middle = low + (high - low) / 2;
        if real(cases - middle) * odds > real(middle + 1) { low = middle + 1 } else { high = middle }
    }
    low
}

/// P(|T| ≥ |t|) of Student's t with `degrees` degrees of freedom, 1 to some thousands.
pub(super) fn student_two_sided(t: f64, degrees: f64) -> f64 {
    if !t.is_finite() {
        return 0.0;
    }
    statrs::function::beta::beta_reg(degrees / 2.0, 0.5, degrees / (degrees + t * t))
}

/// The deviate that leaves `tail` (below one half) above it in Student's t, `degrees` as in
/// [`student_two_sided`].
pub(super) fn student_upper(tail: f64, degrees: f64) -> f64 {
    let (mut low, mut high) = (0.0, normal_upper(tail).max(1.0));
    while student_two_sided(high, degrees) > 2.0 * tail && high < 1e150 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if student_two_sided(middle, degrees) > 2.0 * tail { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The standard normal probability below −`x`, for `x` ≥ 0.
pub(super) fn normal_below_minus(x: f64) -> f64 {
    statrs::function::erf::erfc(x / std::f64::consts::SQRT_2) / 2.0
}

/// Mills' ratio Φ(−x)/φ(x) of the standard normal for `x` ≥ 0, also where both are too small to be written.
pub(super) fn mills_ratio(x: f64) -> f64 {
    /// From here on the asymptotic series is good to double precision.
    const FAR: f64 = 25.0;
    if x < FAR {
        return normal_below_minus(x) * (x * x / 2.0).exp() * (2.0 * std::f64::consts::PI).sqrt();
    }
    let s = 1.0 / (x * x);
    (1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s))))) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-10 * wanted.abs(), "{found}, not {wanted}");
    }

    #[test]
    fn student_against_closed_forms() {
        for tail in [0.025, 0.001, 0.05, 1e-6] {
            near(student_upper(tail, 1.0), 1.0 / (std::f64::consts::PI * tail).tan());
            let p = 1.0 - 2.0 * tail;
            near(student_upper(tail, 2.0), p * (2.0 / (1.0 - p * p)).sqrt());
            for degrees in [1.0, 2.0, 3.0, 10.0, 47.0, 1000.0] {
                near(student_two_sided(student_upper(tail, degrees), degrees), 2.0 * tail);
            }
        }
        // Published tables.
        assert!((student_upper(0.025, 3.0) - 3.182_446).abs() < 1e-6);
        assert!((student_upper(0.001, 3.0) - 10.214_532).abs() < 1e-6);
        assert!((student_upper(0.025, 1000.0) - 1.962_339).abs() < 1e-6);
        near(student_two_sided(0.0, 5.0), 1.0);
    }

    #[test]
    fn normal_tails() {
        near(normal_below_minus(1.959_963_984_540_054), 0.025);
        near(mills_ratio(0.0), (std::f64::consts::PI / 2.0).sqrt());
        near(mills_ratio(25.0 - 1e-12), mills_ratio(25.0));
        // It lies between 1/(x + 1/x) and 1/x.
        for x in [0.5, 3.0, 24.9, 25.1, 1e4, 1e150] {
            assert!(mills_ratio(x) <= 1.0 / x && mills_ratio(x) >= 1.0 / (x + 1.0 / x), "{x}");
        }
    }
}
