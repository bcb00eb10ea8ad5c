//! Figures when some cases lack the field that decides them: the worst and the best they can be, and labels that hold
//! whatever the unknown cases turn out to be.

use super::real;

/// The least and the greatest share that the known cases allow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// None of the undecided cases has the property.
    pub worst: f64,
    /// All of them have it.
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

/// The same range where the undecided cases are expected rather than counted, such as those still to arrive.
/// `None` also where the expected number is negative or not a number.
pub fn worst_and_best_expected(x: i64, n: i64, expected: f64) -> Option<Bounds> {
    if !(0..=n).contains(&x) || !expected.is_finite() || expected < 0.0 {
        return None;
    }
    let all = real(n) + expected;
    (all > 0.0).then(|| Bounds { worst: real(x) / all, best: ((real(x) + expected) / all).min(1.0) })
}

/// The label of x of n when it is the same for every number of undecided cases that have the property; `None`, to be
/// read as "cannot tell: incomplete data", when it changes inside the bounds, or where there are no bounds.
///
/// `judge` is given the numerator and n + u. Every numerator from x to x + u is judged, because a label can change and
/// change back; the work grows with u and stops at the first change.
pub fn settled_label<L: PartialEq>(x: i64, n: i64, undecided: i64, judge: impl Fn(i64, i64) -> L) -> Option<L> {
    worst_and_best(x, n, undecided)?;
    let (all, most) = (n.checked_add(undecided)?, x.checked_add(undecided)?);
    let label = judge(x, all);
    (x..=most).skip(1).all(|numerator| judge(numerator, all) == label).then_some(label)
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
        assert_eq!(worst_and_best_expected(720, 900, 50.0), Some(bounds));
        assert_eq!(worst_and_best(0, 0, 3), Some(Bounds { worst: 0.0, best: 1.0 }));
    }

    #[test]
    fn impossible_counts_have_no_bounds() {
        for (x, n, u) in [(0, 0, 0), (5, 4, 1), (-1, 4, 1), (1, 4, -1)] {
            assert_eq!(worst_and_best(x, n, u), None);
            assert_eq!(settled_label(x, n, u, |_, _| ()), None);
        }
        for expected in [-0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(worst_and_best_expected(1, 2, expected), None);
        }
        assert_eq!(settled_label(i64::MAX, i64::MAX, 1, |_, _| ()), None);
    }

    #[test]
    fn a_label_that_changes_inside_is_withheld_even_when_it_changes_back() {
        // A target that is exactly met is met.
        let met = |x: i64, n: i64| 100 * x >= 75 * n;
        assert_eq!(settled_label(720, 900, 50, met), Some(true));
        assert_eq!(settled_label(720, 900, 60, met), Some(true));
        assert_eq!(settled_label(720, 900, 61, met), None);
        let in_band = |x: i64, n: i64| (30..=60).contains(&(100 * x / n));
        assert_eq!(settled_label(20, 20, 80, in_band), None);
        assert_eq!(settled_label(0, 20, 80, |x, _| x == 40), None);
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
