//! Figures when some cases lack the field that decides them: the worst and the best they can be.

use super::real;

/// The least and the greatest share that the known cases allow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// None of the undecided cases has the property.
    pub worst: f64,
    /// Every undecided case counts as having the property.
    pub best: f64,
}

/// x/(n + u) to (x + u)/(n + u) for x of n decided cases and u undecided ones. `None` without cases or where the counts
/// contradict each other.
pub fn worst_and_best(x: i64, n: i64, undecided: i64) -> Option<Bounds> {
    if !(0..=n).contains(&x) || undecided < 0 {
        return None;
    }
    let all = i128::from(n) + i128::from(undecided);
    let share = |cases: i128| real(cases) / real(all);
    (all > 0).then(|| Bounds { worst: share(x.into()), best: share(i128::from(x) + i128::from(undecided)) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    #[test]
    fn fifty_undecided_of_950() {
        let bounds = worst_and_best(720, 900, 50).unwrap();
        assert!((bounds.worst - 720.0 / 950.0).abs() < 1e-15 && (bounds.best - 770.0 / 950.0).abs() < 1e-15);
        assert_eq!(worst_and_best(0, 0, 3), Some(Bounds { worst: 0.0, best: 1.0 }));
    }

    #[test]
    fn impossible_counts_have_no_bounds() {
        for (x, n, u) in [(0, 0, 0), (5, 4, 1), (-1, 4, 1), (1, 4, -1)] {
            assert_eq!(worst_and_best(x, n, u), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bounds_enclose_the_known_share_and_widen((x, n) in (1..5000_i64).prop_flat_map(|n| (0..=n, Just(n))), u in 0..500_i64) {
            let known = real(x) / real(n);
            let (narrow, wide) = (worst_and_best(x, n, u).unwrap(), worst_and_best(x, n, u + 1).unwrap());
            prop_assert!(0.0 <= narrow.worst && narrow.worst <= known && known <= narrow.best && narrow.best <= 1.0);
            prop_assert!(wide.worst <= narrow.worst && narrow.best <= wide.best);
        }
    }
}
