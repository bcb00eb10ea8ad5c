//! Repeatable draws of counts from the laws of chance: for what chance alone would give, where no formula tells.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Counts that are this much rarer than the likeliest one are never drawn.
const NEVER: f64 = 1e-14;
/// From this standard deviation on counts come from the normal law, whose steps are then far finer than anything shows.
const NORMAL_FROM: f64 = 2_000.0;

/// A stream of chance that depends on its seed alone (xoshiro256++; Blackman and Vigna, ACM Transactions on Mathematical
/// Software 47, 2021).
#[derive(Debug, Clone)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The stream of a seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The stream of words, such as a metric and a period (FNV-1a; Fowler, Noll and Vo).
    pub fn of_words(words: &[&str]) -> Self {
        let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
        Self::seeded(
            bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)),
        )
    }

    /// An even number in 0 ≤ x < 1.
    pub fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Standard normal (Box and Muller, Annals of Mathematical Statistics 29, 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// A law of counts, ready to be drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Law(Form);

#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// The probabilities of at most so many, from `first` on.
    Table {
        first: i64,
        at_most: Vec<f64>,
    },
    Normal {
        mean: f64,
        deviation: f64,
        most: f64,
    },
}

/// What a law is worked out from.
struct Moments {
    mean: f64,
    deviation: f64,
    /// The greatest count there can be.
    most: f64,
}

impl Law {
    /// Cases of `size`, a whole number, of which each is counted with the chance `share`, above 0 and below 1.
    pub fn binomial(size: f64, share: f64) -> Self {
        let (mean, odds) = (size * share, share / (1.0 - share));
        let moments = Moments { mean, deviation: (mean * (1.0 - share)).sqrt(), most: size };
        Self::new(&moments, |k| (size - k) / (k + 1.0) * odds)
    }

    /// Events of which `mean`, above 0, are to be expected.
    pub fn poisson(mean: f64) -> Self {
        let moments = Moments { mean, deviation: mean.sqrt(), most: f64::INFINITY };
        Self::new(&moments, |k| mean / (k + 1.0))
    }

    /// The law of which P(k + 1)/P(k) is `ratio` of k, which falls with k.
    fn new(moments: &Moments, ratio: impl Fn(f64) -> f64) -> Self {
        let Moments { mean, deviation, most } = *moments;
        if deviation >= NORMAL_FROM {
            return Self(Form::Normal { mean, deviation, most });
        }
        // Weights outwards from the middle, so that none is too small to be written.
        let middle = mean.floor();
        let mut below = Vec::new();
        let (mut k, mut weight) = (middle, 1.0);
        while k > 0.0 && weight > NEVER {
            weight /= ratio(k - 1.0);
            k -= 1.0;
            below.push(weight);
        }
        let first = k;
        let mut weights: Vec<f64> = below.into_iter().rev().chain([1.0]).collect();
        (k, weight) = (middle, 1.0);
        while k < most && weight > NEVER {
            weight *= ratio(k);
            k += 1.0;
            weights.push(weight);
        }
        let all: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let at_most = weights.iter().map(|weight| {
            sum += weight;
            sum / all
        });
        Self(Form::Table { first: whole(first), at_most: at_most.collect() })
    }

    /// A count.
    pub fn draw(&self, random: &mut Random) -> i64 {
        match &self.0 {
            Form::Table { first, at_most } => {
                let unit = random.unit();
                let place = at_most.partition_point(|below| *below <= unit).min(at_most.len().saturating_sub(1));
                first.saturating_add(i64::try_from(place).unwrap_or(i64::MAX))
            }
            Form::Normal { mean, deviation, most } => {
                whole((mean + deviation * random.normal()).round().clamp(0.0, *most))
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a count is far below 2^53; a larger one would saturate")]
fn whole(count: f64) -> i64 {
    count as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::real;

    /// Mean and variance of many draws.
    fn moments(law: &Law) -> (f64, f64) {
        let mut random = Random::seeded(20_251_128);
        let draws: Vec<f64> = (0..40_000).map(|_| real(law.draw(&mut random))).collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        (mean, draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 40_000.0)
    }

    #[test]
    fn draws_have_the_moments_of_their_law() {
        for (law, mean, variance) in [
            (Law::binomial(30.0, 0.9), 27.0, 2.7),
            (Law::binomial(1.0, 0.25), 0.25, 0.1875),
            (Law::binomial(100_000.0, 0.5), 50_000.0, 25_000.0),
            (Law::binomial(4e8, 0.5), 2e8, 1e8),
            (Law::poisson(0.2), 0.2, 0.2),
            (Law::poisson(40.0), 40.0, 40.0),
            (Law::poisson(9e6), 9e6, 9e6),
        ] {
            let (found_mean, found_variance) = moments(&law);
            // Five standard errors of each.
            assert!((found_mean - mean).abs() < 5.0 * (variance / 40_000.0_f64).sqrt(), "{mean}: {found_mean}");
            assert!((found_variance / variance - 1.0).abs() < 0.05, "{mean}: {found_variance}");
        }
    }

    #[test]
    fn a_small_law_is_its_table() {
        let Form::Table { first, at_most } = Law::binomial(3.0, 0.5).0 else { panic!("not a table") };
        assert_eq!((first, at_most.len()), (0, 4));
        for (found, wanted) in at_most.iter().zip([0.125, 0.5, 0.875, 1.0]) {
            assert!((found - wanted).abs() < 1e-15, "{at_most:?}");
        }
    }

    #[test]
    fn a_stream_is_fixed_by_its_words() {
        let first = |words: &[&str]| Random::of_words(words).0.next_u64();
        assert_eq!(first(&["CRE-01", "2025-04"]), first(&["CRE-01", "2025-04"]));
        assert_ne!(first(&["CRE-01", "2025-04"]), first(&["CRE-01", "2025-05"]));
        assert_ne!(first(&["ab", "c"]), first(&["a", "bc"]));
    }
}
