//! How large φ is where forces differ by chance alone. Trimming makes φ smaller than 1 there, small sizes make it larger, so
//! no fixed number tells: counts are drawn again and again at the sizes of the forces and at their pooled figure.

use super::{SizedCount, SpreadModel, SpreadScale, Trimming, dispersion};
use crate::stats::draws::{Law, Random};
use crate::stats::real;

/// Draws of all forces together.
pub const DRAWS: usize = 2_000;
/// The share of the draws that do not exceed the φ which is published.
const SHARE: f64 = 0.95;

/// φ of [`DRAWS`] draws of forces that differ by chance alone: binomial counts of the forces' sizes for a proportion,
/// Poisson counts of their expected numbers for ratios of observed to expected, and for a ratio of two counts binomial
/// counts of both together. Each draw is held against its own pooled figure and trimmed, as the forces themselves are. A
/// draw that gives no estimate is left out.
pub fn phi_by_chance(model: SpreadModel, forces: &[SizedCount], trimming: Trimming, random: &mut Random) -> Vec<f64> {
    let lots: Vec<Lot> = forces.iter().map(|force| model.lot(*force)).collect();
    let draw = |_| {
        let drawn: Vec<SizedCount> = lots.iter().map(|lot| lot.draw(random)).collect();
        model.phi_of_draw(&drawn, trimming)
    };
    (0..DRAWS).filter_map(draw).collect()
}

/// The smallest φ that at least 95 of 100 draws do not exceed; `None` where no draw has a φ.
pub fn upper(mut draws: Vec<f64>) -> Option<f64> {
    draws.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of at most 2,000")]
    let place = (SHARE * real(draws.len() as i128)).ceil() as usize;
    draws.get(place.checked_sub(1)?).copied()
}

impl SpreadModel {
    /// What is drawn for a force that differs from the centre by chance alone.
    fn lot(self, force: SizedCount) -> Lot {
        let size = force.size;
        match self.scale {
            SpreadScale::Proportion => Lot { law: Law::binomial(size, self.centre), size: Size::Fixed(size) },
            SpreadScale::LogRatio => Lot { law: Law::poisson(size), size: Size::Fixed(size) },
            SpreadScale::CountRatio => {
                let both = real(force.observed) + size;
                Lot { law: Law::binomial(both, self.centre / (1.0 + self.centre)), size: Size::RestOf(both) }
            }
        }
    }

    /// φ of counts round their own pooled figure.
    fn phi_of_draw(self, drawn: &[SizedCount], trimming: Trimming) -> Option<f64> {
        let observed: f64 = drawn.iter().map(|force| real(force.observed)).sum();
        let pooled = observed / drawn.iter().map(|force| force.size).sum::<f64>();
        let found = match self.scale {
            SpreadScale::Proportion => dispersion(Self::proportion(pooled)?, drawn, trimming),
            SpreadScale::CountRatio => dispersion(Self::count_ratio(pooled)?, drawn, trimming),
            // The numbers to expect follow the pooled figure.
            SpreadScale::LogRatio => {
                let expected = |force: &SizedCount| SizedCount { size: force.size * pooled, ..*force };
                dispersion(self, &drawn.iter().map(expected).collect::<Vec<_>>(), trimming)
            }
        };
        found.ok().map(|found| found.phi)
    }
}

/// A force before a draw.
struct Lot {
    law: Law,
    size: Size,
}

/// What a force's size is in a draw.
enum Size {
    Fixed(f64),
    /// What the drawn count leaves of both counts together.
    RestOf(f64),
}

impl Lot {
    fn draw(&self, random: &mut Random) -> SizedCount {
        let observed = self.law.draw(random);
        let size = match self.size {
            Size::Fixed(size) => size,
            Size::RestOf(both) => both - real(observed),
        };
        SizedCount { observed, size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forces(sizes: &[f64]) -> Vec<SizedCount> {
        sizes.iter().map(|size| SizedCount { observed: 0, size: *size }).collect()
    }

    fn limit(model: SpreadModel, sizes: &[f64], seed: u64) -> Option<f64> {
        upper(phi_by_chance(model, &forces(sizes), Trimming::default(), &mut Random::seeded(seed)))
    }

    #[test]
    fn the_same_seed_gives_the_same_limit() {
        let of = |seed| limit(SpreadModel::proportion(0.9).unwrap(), &[50.0; 20], seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    /// Of 43 normal z whose outer tenths are drawn in, z² is well below 1 on average, and φ seldom above 1.
    #[test]
    fn large_forces_seldom_reach_one_by_chance_and_tiny_ones_often_do() {
        let of = |model, size| limit(model, &[size; 43], 7).unwrap();
        let share = SpreadModel::proportion(0.9).unwrap();
        let large = of(share, 10_000.0);
        assert!((0.7..1.1).contains(&large), "{large}");
        // Two cases each: the angle of 0 of 2 or 1 of 2 lies far from the centre.
        let tiny = of(share, 2.0);
        assert!(tiny > 1.2, "{tiny}");
        assert!((0.4..1.1).contains(&of(SpreadModel::log_ratio(), 400.0)));
    }

    /// Ratios of two counts spread as much as both counts do.
    #[test]
    fn a_ratio_of_two_counts_is_drawn_from_both_together() {
        let forces = vec![SizedCount { observed: 1_000, size: 1_000.0 }; 43];
        let model = SpreadModel::count_ratio(1.0).unwrap();
        let found = upper(phi_by_chance(model, &forces, Trimming::default(), &mut Random::seeded(7))).unwrap();
        let of_share = limit(SpreadModel::proportion(0.5).unwrap(), &[2_000.0; 43], 7).unwrap();
        assert!((found / of_share - 1.0).abs() < 0.02, "{found} {of_share}");
    }

    /// Figures of forces that do not differ exceed the limit in one release of twenty.
    #[test]
    fn five_in_a_hundred_nations_without_differences_exceed_the_limit() {
        let model = SpreadModel::proportion(0.8).unwrap();
        let sizes: Vec<f64> = (1..=40).map(|force| f64::from(force * 3)).collect();
        let most = limit(model, &sizes, 1).unwrap();
        let others = phi_by_chance(model, &forces(&sizes), Trimming::default(), &mut Random::seeded(2));
        let above = others.iter().filter(|phi| **phi > most).count();
        // Of 2,000: 100, give or take 2.6 standard deviations of both.
        assert!((65..=135).contains(&above), "{above}");
    }

    #[test]
    fn without_an_estimate_there_is_no_limit() {
        assert_eq!(limit(SpreadModel::log_ratio(), &[0.001; 12], 1), None);
        assert_eq!(limit(SpreadModel::log_ratio(), &[5.0; 9], 1), None);
    }
}
