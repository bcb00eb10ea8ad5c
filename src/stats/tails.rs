//! Tail probabilities of the binomial and Poisson distributions continued to counts between whole numbers, and the
//! points at which they take a given value. Logarithms throughout, so that nothing underflows far from the centre.
//!
//! Prefactors are written by deviances (Loader, Fast and accurate computation of binomial probabilities, 2000), because
//! differences of logarithms of large factorials lose all digits; the continued fractions run until they have converged.

use super::distributions::ln_gamma;
use super::real;

const LN_TWO_PI: f64 = 1.837_877_066_409_345_3;
/// Relative change at which a series or continued fraction has converged.
const CONVERGED: f64 = 1e-16;
/// Terms that are enough for 10^12 cases; every smaller number needs fewer, by the square root.
const MOST_TERMS: u32 = 20_000_000;
/// Stands in for a zero denominator inside a continued fraction.
const TINY: f64 = 1e-300;

/// A probability with its complement, each exact to rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chance {
    pub(super) of: f64,
    pub(super) not: f64,
}

impl Chance {
    /// `part` of `part + rest`; neither is negative and one is above zero.
    pub(super) fn of_parts(part: i64, rest: i64) -> Self {
        let whole = real(i128::from(part) + i128::from(rest));
        Self { of: real(part) / whole, not: real(rest) / whole }
    }

    /// From the logarithm of the odds.
    pub(super) fn from_log_odds(log_odds: f64) -> Self {
        Self { of: 1.0 / (1.0 + (-log_odds).exp()), not: 1.0 / (1.0 + log_odds.exp()) }
    }

    /// The chance of the contrary.
    pub(super) fn complement(self) -> Self {
        Self { of: self.not, not: self.of }
    }
}

/// ln P(X ≤ b) for X ~ Poisson(`mean`): the logarithm of Q(b + 1, mean), the regularised upper incomplete gamma function.
pub(super) fn ln_poisson_at_most(b: f64, mean: f64) -> f64 {
    ln_gamma_tails(b + 1.0, mean).1
}

/// ln P(X ≥ b) for X ~ Poisson(`mean`): the logarithm of P(b, mean), the regularised lower incomplete gamma function.
pub(super) fn ln_poisson_at_least(b: f64, mean: f64) -> f64 {
    if b <= 0.0 { 0.0 } else { ln_gamma_tails(b, mean).0 }
}

/// ln P(X ≤ b) for X ~ Binomial(`cases`, `chance`): the logarithm of `I_{1−p}(n − b, b + 1)`, the regularised incomplete
/// beta function.
pub(super) fn ln_binomial_at_most(b: f64, cases: f64, chance: Chance) -> f64 {
    ln_beta_tail(chance.complement(), cases - b, b + 1.0)
}

/// ln P(X ≥ b) for X ~ Binomial(`cases`, `chance`): the logarithm of `I_p(b, n − b + 1)`.
pub(super) fn ln_binomial_at_least(b: f64, cases: f64, chance: Chance) -> f64 {
    ln_beta_tail(chance, b, cases - b + 1.0)
}

/// The logarithm of the binomial probability of `x` among `cases`.
pub(super) fn ln_binomial(x: f64, cases: f64, chance: Chance) -> f64 {
    let others = cases - x;
    if x <= 0.0 {
        return cases * ln_chance(chance.complement());
    }
    if others <= 0.0 {
        return cases * ln_chance(chance);
    }
    stirling_error(cases)
        - stirling_error(x)
        - stirling_error(others)
        - deviance(x, cases * chance.of)
        - deviance(others, cases * chance.not)
        - 0.5 * (LN_TWO_PI + x.ln() + (others / cases).ln())
}

/// ln p, good for p near 1 as well.
fn ln_chance(chance: Chance) -> f64 {
    if chance.not < 0.5 { (-chance.not).ln_1p() } else { chance.of.ln() }
}

/// The logarithm of `mean`^x e^−mean / Γ(x + 1), for x above 0.
fn ln_poisson(x: f64, mean: f64) -> f64 {
    -stirling_error(x) - deviance(x, mean) - 0.5 * (LN_TWO_PI + x.ln())
}

/// ln Γ(x + 1) less Stirling's formula for it.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * LN_TWO_PI;
    }
    let square = x * x;
    let last = 1.0 / 1188.0 - 691.0 / 360_360.0 / square;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - last / square) / square) / square) / square) / x
}

/// x ln(x/m) + m − x, without cancellation where x is near m.
fn deviance(x: f64, mean: f64) -> f64 {
    let gap = x - mean;
    if gap.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() + mean - x;
    }
    let v = gap / (x + mean);
    let mut sum = gap * v;
    let mut power = 2.0 * x * v;
    for odd in (3..1000_u32).step_by(2) {
        power *= v * v;
        let next = sum + power / f64::from(odd);
        if (next - sum).abs() <= CONVERGED * sum.abs() {
            return next;
        }
        sum = next;
    }
    sum
}

/// ln P(a, x) and ln Q(a, x) for a and x above 0.
fn ln_gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (f64::NEG_INFINITY, 0.0);
    }
    if x < a + 1.0 {
        let lower = ln_poisson(a, x) + gamma_series(a, x).ln();
        (lower.min(0.0), ln_complement(lower))
    } else {
        let upper = ln_poisson(a, x) + a.ln() + gamma_fraction(a, x).ln();
        (ln_complement(upper), upper.min(0.0))
    }
}

/// ln(1 − e^l), for l at most 0 but for rounding.
fn ln_complement(l: f64) -> f64 {
    (-l.exp().min(1.0)).ln_1p()
}

/// 1 + x/(a + 1) + x²/((a + 1)(a + 2)) + …
fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..MOST_TERMS {
        term *= x / (a + f64::from(k));
        sum += term;
        if term <= CONVERGED * sum {
            break;
        }
    }
    sum
}

/// Legendre's continued fraction 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)) by the modified method of Lentz.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut denominator = x + 1.0 - a;
    let (mut forth, mut back) = (1.0 / TINY, 1.0 / away_from_zero(denominator));
    let mut value = back;
    for step in 1..MOST_TERMS {
        let step = f64::from(step);
        let numerator = -step * (step - a);
        denominator += 2.0;
        back = 1.0 / away_from_zero(numerator * back + denominator);
        forth = away_from_zero(denominator + numerator / forth);
        value *= forth * back;
        if (forth * back - 1.0).abs() <= 2.0 * CONVERGED {
            break;
        }
    }
    value
}

/// `ln I_y(a, b)`, y being `chance`; 0 for a of 0 or less.
fn ln_beta_tail(chance: Chance, a: f64, b: f64) -> f64 {
    if a <= 0.0 {
        return 0.0;
    }
    if b <= 0.0 || chance.of <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if chance.not <= 0.0 {
        return 0.0;
    }
    if chance.of < (a + 1.0) / (a + b + 2.0) {
        ln_beta_direct(chance, a, b).min(0.0)
    } else {
        ln_complement(ln_beta_direct(chance.complement(), b, a))
    }
}

fn ln_beta_direct(chance: Chance, a: f64, b: f64) -> f64 {
    ln_binomial(a, a + b, chance) + (a / (a + b) * b).ln() - beta_fraction(chance, a, b).ln()
}

/// The continued fraction below y^a (1 − y)^b / B(a, b) by the modified method of Lentz: the even part of the usual one,
/// in which nothing cancels (Didonato and Morris, ACM Transactions on Mathematical Software 18, 1992, formula 9).
fn beta_fraction(chance: Chance, a: f64, b: f64) -> f64 {
    let y = chance.of;
    let excess = a * chance.not - b * y + 1.0;
    let mut value = away_from_zero(a * excess / (a + 1.0));
    let (mut forth, mut back) = (value, 0.0);
    for step in 1..MOST_TERMS {
        let m = f64::from(step);
        let odd = a + 2.0 * m - 1.0;
        let share = m * (b - m) * y / odd;
        let numerator = (a + m - 1.0) / odd * (a + b + m - 1.0) * share * y;
        let denominator = m + share + (a + m) / (odd + 2.0) * (excess + m * (1.0 + chance.not));
        back = 1.0 / away_from_zero(denominator + numerator * back);
        forth = away_from_zero(denominator + numerator / forth);
        value *= forth * back;
        if (forth * back - 1.0).abs() <= 2.0 * CONVERGED {
            break;
        }
    }
    value
}

fn away_from_zero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// Where a monotone `f` passes 0 between two points at which its signs differ; the nearer end where they do not.
/// Inverse quadratic interpolation guarded by bisection (Chandrupatla, Advances in Engineering Software 28, 1997).
pub(super) fn crossing_between(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (mut a, mut b) = ((from, f(from)), (to, f(to)));
    if a.1.abs() <= 0.0 || (a.1 < 0.0) == (b.1 < 0.0) {
        return if a.1.abs() < b.1.abs() { a.0 } else { b.0 };
    }
    let mut share = 0.5;
    for _ in 0..200 {
        let x = a.0 + share * (b.0 - a.0);
        let new = (x, f(x));
        let before = if (new.1 < 0.0) == (a.1 < 0.0) {
            std::mem::replace(&mut a, new)
        } else {
            let before = b;
            b = a;
            a = new;
            before
        };
        let best = if a.1.abs() < b.1.abs() { a } else { b };
        let least = 2.0 * f64::EPSILON * (best.0.abs() + 1.0);
        let tolerance = least / (b.0 - a.0).abs();
        if tolerance > 0.5 || best.1.abs() <= 0.0 {
            return best.0;
        }
        share = next_share(a, b, before).clamp(tolerance, 1.0 - tolerance);
    }
    a.0
}

/// How far from `a` towards `b` to look next; `before` is the point that was given up last.
fn next_share(a: (f64, f64), b: (f64, f64), before: (f64, f64)) -> f64 {
    let xi = (a.0 - b.0) / (before.0 - b.0);
    let phi = (a.1 - b.1) / (before.1 - b.1);
    if phi * phi >= xi || (1.0 - phi) * (1.0 - phi) >= 1.0 - xi {
        return 0.5;
    }
    let share = a.1 / (b.1 - a.1) * before.1 / (b.1 - before.1)
        + (before.0 - a.0) / (b.0 - a.0) * a.1 / (before.1 - a.1) * b.1 / (before.1 - b.1);
    if share.is_finite() { share } else { 0.5 }
}

/// Where an increasing `f` passes 0, looked for outwards from `guess`; `None` when it never does.
pub(super) fn crossing_from(f: impl Fn(f64) -> f64, guess: f64) -> Option<f64> {
    let rising = f(guess) < 0.0;
    let (mut near, mut step) = (guess, 1.0);
    for _ in 0..60 {
        let far = if rising { near + step } else { near - step };
        if (f(far) < 0.0) != rising {
            return Some(crossing_between(f, near.min(far), near.max(far)));
        }
        near = far;
        step *= 2.0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(ln_found: f64, wanted: f64) {
        let found = ln_found.exp();
        assert!((found / wanted - 1.0).abs() <= 1e-12, "{found:e}, not {wanted:e}");
    }

    fn chance(of: f64) -> Chance {
        Chance { of, not: 1.0 - of }
    }

    #[test]
    fn poisson_tails_are_the_sums_of_their_terms() {
        for (mean, to) in [(0.3, 3_i32), (6.4, 12), (6.4, 1), (40.0, 61), (200.0, 160)] {
            let mut term = f64::exp(-mean);
            let mut sum = term;
            for k in 1..=to {
                term *= mean / f64::from(k);
                sum += term;
            }
            close(ln_poisson_at_most(f64::from(to), mean), sum);
        }
        close(ln_poisson_at_least(1.0, 1e-9), -f64::exp_m1(-1e-9));
        close(ln_poisson_at_most(0.0, 50.0), f64::exp(-50.0));
        close(ln_poisson_at_least(0.0, 3.0), 1.0);
    }

    #[test]
    fn binomial_tails_are_the_sums_of_their_terms() {
        // P(X ≤ 20) and P(X ≤ 21) of 30 at 0.9, worked with whole numbers.
        let exact = |to: u32| -> f64 {
            let mut choose = 1.0_f64;
            let mut sum = 0.0;
            for k in 0..=to {
                sum += choose * 0.9_f64.powi(k.cast_signed()) * 0.1_f64.powi((30 - k).cast_signed());
                choose = choose * f64::from(30 - k) / f64::from(k + 1);
            }
            sum
        };
        for to in [0, 5, 20, 21, 29] {
            close(ln_binomial_at_most(f64::from(to), 30.0, chance(0.9)), exact(to));
        }
        close(ln_binomial_at_least(30.0, 30.0, chance(0.9)), 0.9_f64.powi(30));
        close(ln_binomial_at_most(30.0, 30.0, chance(0.9)), 1.0);
    }

    #[test]
    fn large_counts_keep_their_digits() {
        // By symmetry P(X ≤ n/2 − 1) + P(X = n/2)/2 = 1/2 at a chance of one half, whatever the size.
        for n in [1e4, 1e6, 1e9] {
            let half = ln_binomial_at_most(n / 2.0 - 1.0, n, chance(0.5)).exp()
                + 0.5 * ln_binomial(n / 2.0, n, chance(0.5)).exp();
            assert!((half - 0.5).abs() < 1e-12, "{n}: {half}");
        }
        // The Poisson tails at whole counts meet: P(X ≤ b) + P(X ≥ b + 1) = 1.
        for mean in [1e4, 1e6, 1e9] {
            let sum = ln_poisson_at_most(mean, mean).exp() + ln_poisson_at_least(mean + 1.0, mean).exp();
            assert!((sum - 1.0).abs() < 1e-12, "{mean}: {sum}");
        }
    }

    #[test]
    fn crossings_are_found() {
        let root = crossing_between(|x| x * x * x - 2.0, 0.0, 1e6);
        assert!((root - 2.0_f64.cbrt()).abs() < 1e-14, "{root}");
        assert!((crossing_from(|x| x - 1234.5, 0.0).unwrap() - 1234.5).abs() < 1e-12);
        assert!((crossing_from(|x| x + 77.0, 0.0).unwrap() + 77.0).abs() < 1e-13);
        assert_eq!(crossing_from(|_| 1.0, 0.0), None);
        assert!(crossing_between(|x| x + 1.0, 0.0, 5.0).abs() <= 0.0);
    }
}
