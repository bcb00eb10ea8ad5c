//! The interval for the date of a break (Bai, Review of Economics and Statistics 79, 1997).

use std::f64::consts::PI;

use crate::stats::distributions::{mills_ratio, normal_below_minus};
use crate::vocabulary::quantity::Interval;

/// Probability left out on each side of a 95 % interval.
const TAIL: f64 = 0.025;

/// The shift of the break, in periods, at 95 %, from mean and variance (divisor = length) before and after it: −⌈xᵤ·s⌉ to
/// −⌊xₗ·s⌋ with s = v₁/(μ₂ − μ₁)², G(xᵤ) = 0.975 and G(xₗ) = 0.025. It always holds the break itself. None where a
/// variance is 0 or the means are equal.
pub(super) fn interval(before: (f64, f64), after: (f64, f64)) -> Option<Interval> {
    let scale = before.1 / (after.0 - before.0).powi(2);
    let ratio = after.1 / before.1;
    let positive = |number: f64| number.is_finite() && number > 0.0;
    if !positive(scale) || !positive(ratio) {
        return None;
    }
    let lower = -(quantile(1.0 - TAIL, ratio) * scale).ceil();
    let upper = -(quantile(TAIL, ratio) * scale).floor();
    Some(Interval { lower: Some(lower.min(0.0)), upper: Some(upper.max(0.0)) })
}

/// The limiting distribution G of the scaled shift, φ = v₂/v₁ being the ratio of the variances.
///
/// The products e^{…}·Φ(…) of its terms are written with Mills' ratio, in which the exponents cancel exactly.
fn distribution(x: f64, phi: f64) -> f64 {
    let q = 1.0 / phi;
    let normal = (2.0 * PI).sqrt();
    if x < 0.0 {
        let y = -x;
        let decay = (-y / 8.0).exp();
        -(y / (2.0 * PI)).sqrt() * decay
            - phi * (phi + 2.0) / (phi + 1.0) * decay * mills_ratio((0.5 + q) * y.sqrt()) / normal
            + (y / 2.0 - 2.0 + (phi + 2.0).powi(2) / (phi + 1.0)) * normal_below_minus(y.sqrt() / 2.0)
    } else {
        let decay = (-q * x / 8.0).exp();
        1.0 + q.sqrt() * (x / (2.0 * PI)).sqrt() * decay
            + (2.0 * phi + 1.0) / (phi * (phi + 1.0)) * decay * mills_ratio((phi + 0.5) * (x / phi).sqrt()) / normal
            - ((2.0 * phi + 1.0).powi(2) / ((phi + 1.0) * phi) - 2.0 + q * x / 2.0)
                * normal_below_minus((q * x).sqrt() / 2.0)
    }
}

/// Where the distribution reaches a probability, by bisection.
fn quantile(probability: f64, phi: f64) -> f64 {
    let (mut low, mut high) = (-1.0, 1.0);
    while distribution(low, phi) > probability && low > -1e15 {
        low *= 2.0;
    }
    while distribution(high, phi) < probability && high < 1e15 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if distribution(middle, phi) < probability { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_quantile() {
        // Bai 1997: with equal variances the 97.5 % point is 11.03.
        assert!((quantile(0.975, 1.0) - 11.0333).abs() < 5e-5);
        assert!((quantile(0.025, 1.0) + 11.0333).abs() < 5e-5);
    }

    #[test]
    fn a_distribution_for_every_ratio() {
        for phi in [1e-6, 1e-3, 0.1, 0.5, 1.0, 2.0, 30.0, 1e3, 1e6] {
            assert!((distribution(-1e-12, phi) - 1.0 / (phi + 1.0)).abs() < 1e-5, "{phi}");
            assert!((distribution(1e-12, phi) - 1.0 / (phi + 1.0)).abs() < 1e-5, "{phi}");
            let steps: Vec<f64> = (-300..=300).map(|i| f64::from(i) / 10.0).collect();
            let found: Vec<f64> = steps.iter().map(|x| distribution(x * phi.sqrt(), phi)).collect();
            assert!(found.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9), "{phi}");
            assert!(found.iter().all(|p| (-1e-9..=1.0 + 1e-9).contains(p)), "{phi}");
            // Exchanging the sides mirrors it, on the other side's scale.
            for x in [0.3, 2.0, 9.0] {
                let mirrored = 1.0 - distribution(x * phi, phi);
                assert!((distribution(-x, 1.0 / phi) - mirrored).abs() < 1e-7, "{phi} {x}");
            }
        }
    }

    #[test]
    fn no_scale_no_interval() {
        assert_eq!(interval((1.0, 0.0), (2.0, 1.0)), None);
        assert_eq!(interval((1.0, 1.0), (2.0, 0.0)), None);
        assert_eq!(interval((1.0, 1.0), (1.0, 1.0)), None);
        let sure = interval((0.0, 1e-4), (100.0, 1e-4)).unwrap();
        assert_eq!((sure.lower, sure.upper), (Some(-1.0), Some(1.0)));
    }
}
