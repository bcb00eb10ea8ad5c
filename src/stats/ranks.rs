//! Ranks with their uncertainty: between which places a force can lie, all forces together.

use super::{Level, LevelError, real};
use crate::vocabulary::quantity::{Better, Interval};

/// A force's value with its interval at the level of [`joint_level`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    pub value: f64,
    pub interval: Interval,
}

/// A rank from 1, the best, with the places that the intervals leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// 1 + the number of better values; ties share it.
    pub rank: usize,
    pub at_least: usize,
    pub at_most: usize,
    /// Forces with a value.
    pub of: usize,
}

/// The level 0.95^(1/N) at which N intervals hold together with probability 0.95; 0.95 for none.
///
/// # Errors
/// None below 10^14 forces, where the level is no longer distinguishable from 1.
pub fn joint_level(forces: usize) -> Result<Level, LevelError> {
    Level::new(0.95_f64.powf(1.0 / real(forces.max(1) as i128)))
}

/// The rank of every force: between 1 + the number of forces whose interval lies wholly on the better side and N − the
/// number wholly on the worse side (Klein, Wright and Wieczorek, Journal of the Royal Statistical Society A 183, 2020).
/// Intervals that touch do not lie apart; an open side lies apart from nothing. A force without a finite value has no
/// rank and N shrinks. A neutral metric has no better side and no ranks.
pub fn ranks(forces: &[Option<Ranked>], better: Better) -> Vec<Option<Rank>> {
    let sign = match better {
        Better::Higher => -1.0,
        Better::Lower => 1.0,
        Better::Neutral => return vec![None; forces.len()],
    };
    // Turned so that less is better.
    let turned: Vec<Option<Turned>> = forces.iter().map(|force| force.and_then(|force| turn(force, sign))).collect();
    let present: Vec<Turned> = turned.iter().flatten().copied().collect();
    let of = present.len();
    let sorted = |pick: fn(&Turned) -> Option<f64>| {
        let mut column: Vec<f64> = present.iter().filter_map(pick).collect();
        column.sort_by(f64::total_cmp);
        column
    };
    let (values, best, worst) = (sorted(|t| Some(t.value)), sorted(|t| t.best), sorted(|t| t.worst));
    let rank = |force: &Turned| Rank {
        rank: 1 + values.partition_point(|&value| value < force.value),
        at_least: 1 + force.best.map_or(0, |own| worst.partition_point(|&other| other < own)),
        at_most: of - force.worst.map_or(0, |own| best.len() - best.partition_point(|&other| other <= own)),
        of,
    };
    turned.iter().map(|force| force.as_ref().map(rank)).collect()
}

#[derive(Clone, Copy)]
struct Turned {
    value: f64,
    best: Option<f64>,
    worst: Option<f64>,
}

fn turn(force: Ranked, sign: f64) -> Option<Turned> {
    let finite = |x: f64| x.is_finite().then_some(sign * x + 0.0);
    let (lower, upper) = (force.interval.lower.and_then(finite), force.interval.upper.and_then(finite));
    let (best, worst) = if sign > 0.0 { (lower, upper) } else { (upper, lower) };
    Some(Turned { value: finite(force.value)?, best, worst })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn force(value: f64, lower: f64, upper: f64) -> Ranked {
        Ranked { value, interval: Interval { lower: Some(lower), upper: Some(upper) } }
    }

    fn places(rank: Option<Rank>) -> (usize, usize, usize, usize) {
        let rank = rank.unwrap();
        (rank.rank, rank.at_least, rank.at_most, rank.of)
    }

    #[test]
    fn forces_apart_and_overlapping() {
        let forces = [Some(force(10.0, 9.0, 11.0)), Some(force(20.0, 18.0, 22.0)), None, Some(force(21.0, 19.0, 23.0))];
        let found = ranks(&forces, Better::Lower);
        assert_eq!(places(found[0]), (1, 1, 1, 3));
        assert_eq!(places(found[1]), (2, 2, 3, 3));
        assert_eq!(found[2], None);
        assert_eq!(places(found[3]), (3, 2, 3, 3));
        assert_eq!(places(ranks(&forces, Better::Higher)[0]), (3, 3, 3, 3));
        assert_eq!(ranks(&forces, Better::Neutral), [None; 4]);
    }

    #[test]
    fn touching_intervals_are_not_apart_and_open_sides_decide_nothing() {
        let found = ranks(&[force(1.0, 0.0, 2.0), force(3.0, 2.0, 4.0)].map(Some), Better::Lower);
        assert_eq!((places(found[0]), places(found[1])), ((1, 1, 2, 2), (2, 1, 2, 2)));
        let open = Ranked { value: 9.0, interval: Interval { lower: None, upper: None } };
        let found = ranks(&[force(1.0, 0.0, 2.0), open].map(Some), Better::Lower);
        assert_eq!((places(found[0]), places(found[1])), ((1, 1, 2, 2), (2, 1, 2, 2)));
        assert_eq!(ranks(&[Some(force(f64::NAN, 0.0, 1.0))], Better::Lower), [None]);
    }

    #[test]
    fn the_joint_level_grows_with_the_number() {
        let tail = |n| joint_level(n).unwrap().tail();
        assert!((tail(1) - 0.025).abs() < 1e-15 && (tail(0) - 0.025).abs() < 1e-15);
        assert!((tail(43) - 0.000_596_1).abs() < 5e-8, "{}", tail(43));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_rank_lies_between_its_places_and_follows_the_definition(
            rows in prop::collection::vec((0..30_i32, 0..10_i32, 0..10_i32), 1..30)
        ) {
            let forces: Vec<Option<Ranked>> = rows.iter()
                .map(|&(v, down, up)| Some(force(f64::from(v), f64::from(v - down), f64::from(v + up)))).collect();
            for (i, found) in ranks(&forces, Better::Lower).into_iter().enumerate() {
                let found = found.unwrap();
                prop_assert!(1 <= found.at_least && found.at_least <= found.rank && found.rank <= found.at_most);
                prop_assert!(found.at_most <= found.of);
                let own = forces[i].unwrap().interval;
                let better = forces.iter().flatten().filter(|f| f.interval.upper < own.lower).count();
                let worse = forces.iter().flatten().filter(|f| f.interval.lower > own.upper).count();
                prop_assert_eq!((found.at_least, found.at_most), (1 + better, forces.len() - worse));
            }
        }
    }
}
