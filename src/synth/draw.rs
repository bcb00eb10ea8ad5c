//! Repeatable chance: a generator seeded by words, and the few distributions that the synthetic nation needs.
//! It knows no dataset and never reads the clock or the machine.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Entries of a table of sampled values; a power of two, so that bits of one draw choose an entry evenly.
const TABLE: u64 = 1024;

/// A stream of chance that depends on nothing but the seed and the words it was made from.
/// The algorithm is xoshiro256++, which stays the same across versions of its crate.
#[derive(Debug, Clone)]
pub struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// The stream for `words`, such as a dataset, an organisation and a month.
    pub fn new(seed: u64, words: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"synthetic nation 1");
        hasher.update(&seed.to_le_bytes());
        for word in words {
            // The separator keeps ("ab", "c") and ("a", "bc") apart.
            hasher.update(word.as_bytes()).update(&[0]);
        }
        Self(Xoshiro256PlusPlus::from_seed(*hasher.finalize().as_bytes()))
    }

    /// The stream for item `number` of the family `base`; far cheaper than hashing words.
    pub fn numbered(base: u64, number: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(base ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// 64 even bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// An even number in 0 ≤ x < 1.
    pub fn unit(&mut self) -> f64 {
        // The upper 32 bits are enough: nothing here resolves finer than one in four thousand million.
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// An even number between `low` and `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// An even whole number in 0 ≤ x < `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // Upper half of the product: unbiased to one part in 2^64 / n, and no division.
        let product = u128::from(self.bits()) * u128::from(n);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Exponential with mean `mean`.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Log-normal with median `median` and log standard deviation `sigma`.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Poisson with mean `mean`: by multiplication (Knuth) when small, else by the rounded normal.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 30.0 {
            return count(mean + mean.sqrt() * self.normal());
        }
        let limit = (-mean).exp();
        let mut product = self.unit();
        let mut events = 0;
        while product > limit {
            product *= self.unit();
            events += 1;
        }
        events
    }

    /// One of `choices` with the share beside it, and `otherwise` with what the shares leave of 1.
    pub fn choose<T: Copy>(&mut self, choices: &[(T, f64)], otherwise: T) -> T {
        let mut at = self.unit();
        for (choice, share) in choices {
            if at < *share {
                return *choice;
            }
            at -= share;
        }
        otherwise
    }
}

/// Values drawn once and then looked up, for columns with one value in each of many million rows.
#[derive(Debug)]
pub struct SampledValues<T>(Vec<T>);

impl<T: Copy + Default> SampledValues<T> {
    /// A table filled by `sample`.
    pub fn new(mut sample: impl FnMut() -> T) -> Self {
        Self((0..TABLE).map(|_| sample()).collect())
    }

    /// The value that the lowest ten of `bits` choose.
    pub fn at(&self, bits: u64) -> T {
        let index = usize::try_from(bits % TABLE).unwrap_or(0);
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// The nearest whole number, 0 for negative ones.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the exact range of f64 first")]
pub fn count(value: f64) -> u64 {
    value.round().clamp(0.0, 9.0e15) as u64
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the exact range of f64 first")]
pub fn whole(value: f64) -> i64 {
    value.round().clamp(-9.0e15, 9.0e15) as i64
}

/// The nearest whole number of days; too many for any calendar stay in the far future.
pub fn days(value: f64) -> i32 {
    i32::try_from(whole(value)).unwrap_or(i32::MAX / 4)
}

/// A whole number as a float; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of rows and microseconds stay far below 2^53")]
pub fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_fixed_for_ever() {
        // A changed first value would silently change every generated nation.
        assert_eq!(Draw::new(1, &["a", "b"]).bits(), 5_204_944_088_963_436_112);
        assert_eq!(Draw::numbered(1, 2).bits(), 8_059_550_639_330_444_725);
        assert_ne!(Draw::new(1, &["a", "b"]).bits(), Draw::new(1, &["ab", ""]).bits());
        assert_ne!(Draw::new(1, &["a"]).bits(), Draw::new(2, &["a"]).bits());
    }

    #[test]
    fn means_are_right() {
        let mut draw = Draw::new(7, &["means"]);
        let mut mean = |sample: fn(&mut Draw) -> f64| (0..20_000).map(|_| sample(&mut draw)).sum::<f64>() / 20_000.0;
        assert!((mean(|d| float(d.poisson(2.5))) - 2.5).abs() < 0.05);
        assert!((mean(|d| float(d.poisson(400.0))) - 400.0).abs() < 0.6);
        assert!(mean(Draw::normal).abs() < 0.03);
        assert!((mean(|d| d.exponential(3.0)) - 3.0).abs() < 0.1);
        assert!((mean(|d| float(d.below(11))) - 5.0).abs() < 0.1);
    }
}
