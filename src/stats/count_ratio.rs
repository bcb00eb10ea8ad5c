//! Two ratios of counts of different things, such as results entered for each new case, held against each other with exact
//! limits and a p-value that agrees with them. Both counts of each ratio vary by chance.

use super::counts::Counts;
use super::rate_ratio::RateRatio;
use super::tails::crossing_from;
use super::{Level, real};
use crate::vocabulary::quantity::{Interval, Status};

/// Outcomes further from the one seen than this many standard deviations and this many events have no weight at any odds
/// at which the one seen is within a tail of 10^-9.
const REACH_DEVIATIONS: f64 = 15.0;
const REACH_EVENTS: i64 = 100;

/// The ratio of `first` to `second`, each `a / b`.
///
/// Of a + b events, a is binomial with odds λa/λb, so the ratio of the ratios is the odds ratio of the four counts. Given
/// their margins, the a of the first is hypergeometric with that odds ratio, whose exact limits are those at which as many
/// or more, and as many or fewer, have the probability left out on one side (Fisher 1935; Cornfield, Proceedings of the
/// Third Berkeley Symposium 4, 1956).
///
/// # Errors
/// [`Status::NotApplicable`] for a ratio with a denominator of 0, [`Status::Missing`] for a negative count,
/// [`Status::CannotTell`] without an event above either line.
pub fn ratio_of_count_ratios(first: Counts, second: Counts, level: Level) -> Result<RateRatio, Status> {
    let table = Margins::of(first, second)?;
    let ln_tail = level.tail().ln();
    let guess = table.guess();
    let lower = (table.seen > table.least)
        .then(|| crossing_from(|odds| table.ln_tails(odds).at_least - ln_tail, guess))
        .flatten();
    let upper = (table.seen < table.most)
        .then(|| crossing_from(|odds| ln_tail - table.ln_tails(odds).at_most, guess))
        .flatten();
    let value = (second.numerator > 0)
        .then(|| real(first.numerator) / real(first.denominator) * (real(second.denominator) / real(second.numerator)));
    Ok(RateRatio { value, interval: Interval { lower: Some(lower.map_or(0.0, f64::exp)), upper: upper.map(f64::exp) } })
}

/// The central p-value for equal ratios: twice the smaller tail given the margins, at most 1. It is below 1 less a level
/// when the interval of [`ratio_of_count_ratios`] at that level excludes 1.
///
/// # Errors
/// As [`ratio_of_count_ratios`].
pub fn central_p_value(first: Counts, second: Counts) -> Result<f64, Status> {
    let tails = Margins::of(first, second)?.ln_tails(0.0);
    Ok((2.0 * tails.at_least.min(tails.at_most).exp()).min(1.0))
}

/// Logarithms of the probabilities of as many or more, and as many or fewer, as were seen.
struct LnTails {
    at_least: f64,
    at_most: f64,
}

/// The four counts by their margins.
struct Margins {
    /// Above the line of the first.
    seen: i64,
    /// The least and the most that it can be, given the margins.
    least: i64,
    most: i64,
    /// Logarithms of the weights at odds of 1, relative to that of the outcome seen, from the first outcome on.
    weights: Vec<f64>,
    from: i64,
    counts: [f64; 4],
}

impl Margins {
    fn of(first: Counts, second: Counts) -> Result<Self, Status> {
        let counts = [first.numerator, first.denominator, second.numerator, second.denominator];
        if counts.iter().any(|count| *count < 0) {
            return Err(Status::Missing("the count is below zero".to_owned()));
        }
        if first.denominator == 0 || second.denominator == 0 {
            return Err(Status::NotApplicable("the denominator is not above zero".to_owned()));
        }
        if first.numerator == 0 && second.numerator == 0 {
            return Err(Status::CannotTell("no events on either side".to_owned()));
        }
        let seen = first.numerator;
        let least = seen - seen.min(second.denominator);
        let most = seen + first.denominator.min(second.numerator);
        let counts = counts.map(|count| real(i128::from(count)));
        let spread = counts.iter().map(|count| 1.0 / (count + 0.5)).sum::<f64>().sqrt().recip();
        #[expect(clippy::cast_possible_truncation, reason = "at most a few millions; a larger one would saturate")]
        let reach = (REACH_DEVIATIONS * spread).ceil() as i64 + REACH_EVENTS;
        let (from, to) = (least.max(seen.saturating_sub(reach)), most.min(seen.saturating_add(reach)));
        let mut margins = Self { seen, least, most, weights: Vec::new(), from, counts };
        margins.weights = margins.relative_weights(to);
        Ok(margins)
    }

    /// From each outcome to the next the weight changes by (b₁ − i)(a₂ − i) / ((a₁ + i + 1)(b₂ + i + 1)), i being how far
    /// the outcome lies above the one seen.
    fn relative_weights(&self, to: i64) -> Vec<f64> {
        let [a1, b1, a2, b2] = self.counts;
        let step = |above: f64| ((b1 - above) * (a2 - above) / ((a1 + above + 1.0) * (b2 + above + 1.0))).ln();
        let mut down = Vec::new();
        let mut sum = 0.0;
        for above in (self.from - self.seen..0).rev() {
            sum -= step(real(i128::from(above)));
            down.push(sum);
        }
        let mut weights: Vec<f64> = down.into_iter().rev().collect();
        weights.push(0.0);
        sum = 0.0;
        for above in 0..to - self.seen {
            sum += step(real(i128::from(above)));
            weights.push(sum);
        }
        weights
    }

    /// Both tails at an odds ratio, given as its logarithm.
    fn ln_tails(&self, log_odds: f64) -> LnTails {
        let offset = self.from - self.seen;
        let weight =
            |(place, weight): (i64, &f64)| (offset + place, weight + log_odds * real(i128::from(offset + place)));
        let weights = || (0_i64..).zip(&self.weights).map(weight);
        let greatest = weights().map(|(_, weight)| weight).fold(f64::NEG_INFINITY, f64::max);
        let (mut below, mut at, mut above) = (0.0, 0.0, 0.0);
        for (place, weight) in weights() {
            let share = (weight - greatest).exp();
            match place {
                ..0 => below += share,
                0 => at += share,
                1.. => above += share,
            }
        }
        let ln_all = (below + at + above).ln();
        LnTails { at_least: (at + above).ln() - ln_all, at_most: (below + at).ln() - ln_all }
    }

    /// The logarithm of the odds ratio of the counts, each with half an event more.
    fn guess(&self) -> f64 {
        let [a1, b1, a2, b2] = self.counts.map(|count| count + 0.5);
        (a1 * b2 / (b1 * a2)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn limits(first: (i64, i64), second: (i64, i64), level: Level) -> (f64, Option<f64>) {
        let counts = |(a, b)| Counts::new(a, b);
        let found = ratio_of_count_ratios(counts(first), counts(second), level).unwrap().interval;
        (found.lower.unwrap(), found.upper)
    }

    /// Fisher's tea tasting: 3 of 4 cups against 1 of 4. The limits solve (16ψ³ + ψ⁴)/(1 + 16ψ + 36ψ² + 16ψ³ + ψ⁴) = 0.025 and
    /// its counterpart. The R help page of `fisher.test` prints 0.2117329 and 621.9337505, where its search stops early.
    #[test]
    fn limits_as_published() {
        let (lower, upper) = limits((3, 1), (1, 3), Level::LOOK);
        assert!((lower - 0.211_735_595).abs() < 5e-9, "{lower}");
        assert!((upper.unwrap() - 626.243_530_6).abs() < 5e-7, "{upper:?}");
        let p = central_p_value(Counts::new(3, 1), Counts::new(1, 3)).unwrap();
        // Of 70 ways, 16 + 1 have three cups right or more.
        assert!((p - 2.0 * 17.0 / 70.0).abs() < 1e-12, "{p}");
    }

    #[test]
    fn the_ends_are_open_and_nothing_to_compare_has_a_reason() {
        let (lower, upper) = limits((0, 5), (7, 9), Level::LOOK);
        assert!(lower.abs() < f64::EPSILON && upper.is_some_and(f64::is_finite));
        assert_eq!(limits((7, 9), (0, 5), Level::LOOK).1, None);
        let of = |a: (i64, i64), b: (i64, i64)| {
            ratio_of_count_ratios(Counts::new(a.0, a.1), Counts::new(b.0, b.1), Level::LOOK)
        };
        assert!(matches!(of((1, 0), (1, 2)), Err(Status::NotApplicable(_))));
        assert!(matches!(of((0, 1), (0, 2)), Err(Status::CannotTell(_))));
        assert!(matches!(of((-1, 1), (0, 2)), Err(Status::Missing(_))));
    }

    #[test]
    fn large_counts_come_near_the_interval_by_logarithms() {
        let (a1, b1, a2, b2) = (70_123.0_f64, 68_990.0, 66_480.0, 67_003.0);
        let (lower, upper) = limits((70_123, 68_990), (66_480, 67_003), Level::LOOK);
        let (centre, error) = ((a1 / b1 / (a2 / b2)).ln(), (1.0 / a1 + 1.0 / b1 + 1.0 / a2 + 1.0 / b2).sqrt());
        assert!((lower.ln() - (centre - 1.959_964 * error)).abs() < 4e-5);
        assert!((upper.unwrap().ln() - (centre + 1.959_964 * error)).abs() < 4e-5);
    }

    /// Without any effect, no more are flagged than the level allows: both counts vary, and both are allowed for.
    #[test]
    fn chance_alone_flags_no_more_than_the_level_allows() {
        let poisson = |mean: f64| -> Vec<f64> {
            let mut weight = (-mean).exp();
            (1..200)
                .map(|k| {
                    let now = weight;
                    weight *= mean / f64::from(k);
                    now
                })
                .collect()
        };
        let (weights, mut flagged) = (poisson(6.0), 0.0);
        let other = Counts::new(60, 60);
        for (a, wa) in (0_i64..).zip(&weights) {
            for (b, wb) in (0_i64..).zip(&weights).filter(|(b, _)| *b > 0) {
                let found = ratio_of_count_ratios(Counts::new(a, b), other, Level::LOOK).unwrap().interval;
                if found.lower.is_some_and(|lower| lower > 1.0) || found.upper.is_some_and(|upper| upper < 1.0) {
                    flagged += wa * wb;
                }
            }
        }
        assert!(flagged < 0.05 && flagged > 0.005, "{flagged}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_261_128), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn interval_and_p_value_agree_and_exchange_inverts(
            a1 in 0..300_i64, b1 in 1..300_i64, a2 in 1..300_i64, b2 in 1..300_i64
        ) {
            let (first, second) = (Counts::new(a1, b1), Counts::new(a2, b2));
            let p = central_p_value(first, second).unwrap();
            for level in [Level::LOOK, Level::ACT] {
                let found = ratio_of_count_ratios(first, second, level).unwrap().interval;
                let excludes = found.lower.is_some_and(|lower| lower > 1.0) || found.upper.is_some_and(|upper| upper < 1.0);
                prop_assert_eq!(excludes, p < 2.0 * level.tail());
                let back = ratio_of_count_ratios(second, first, level).unwrap().interval;
                if let (Some(upper), Some(lower)) = (found.upper, back.lower) {
                    prop_assert!((upper * lower - 1.0).abs() < 1e-8, "{upper} {lower}");
                }
            }
        }
    }
}
