//! Groups of equal size by value, such as quarters or fifths of the forces.

/// A group for each value present, with what a reader must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantileGroups {
    /// For each value in the order given: its group from 1, or `None` where there was no value.
    pub groups: Vec<Option<u32>>,
    /// Values present.
    pub present: usize,
    /// Whether tied values, which stay together, stand across an edge that groups of equal size would have had.
    pub ties_at_edges: bool,
}

/// `count` groups of N values, the highest in group 1: with rank r, ties sharing the smallest, the group is (k + 1) − ⌈(N + 1 − r)·k/N⌉, in whole
/// numbers (the rule of `PHEindicatormethods`). Ties are never split by the order of rows. A value that is not finite
/// counts as absent.
///
/// `None` for fewer values than groups, and for no groups.
pub fn quantile_groups(values: &[Option<f64>], count: u32) -> Option<QuantileGroups> {
    // Adding 0 makes one zero of the two that floating point has.
    let finite = |value: Option<f64>| value.filter(|v| v.is_finite()).map(|v| v + 0.0);
    let mut sorted: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(i, &value)| Some((i, finite(value)?))).collect();
    let present = sorted.len();
    if count == 0 || present < usize::try_from(count).ok()? {
        return None;
    }
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
    let group_of = |rank: usize| {
        let (n, k, r) = (present as u128, u128::from(count), rank as u128);
        u32::try_from(k + 1 - ((n + 1 - r) * k).div_ceil(n)).ok()
    };
    let mut groups = vec![None; values.len()];
    let mut ties_at_edges = false;
    let (mut rank, mut last) = (1, None);
    for (position, &(row, value)) in sorted.iter().enumerate() {
        if last.is_none_or(|last: f64| last.total_cmp(&value).is_ne()) {
            rank = position + 1;
        }
        last = Some(value);
        ties_at_edges |= group_of(rank) != group_of(position + 1);
        if let Some(slot) = groups.get_mut(row) {
            *slot = group_of(rank);
        }
    }
    Some(QuantileGroups { groups, present, ties_at_edges })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn of(values: &[f64], count: u32) -> Vec<u32> {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        quantile_groups(&values, count).unwrap().groups.into_iter().map(Option::unwrap).collect()
    }

    #[test]
    fn ten_values_in_four_groups() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(of(&values, 4), [4, 4, 3, 3, 3, 2, 2, 1, 1, 1]);
    }

    #[test]
    fn ties_stay_together_and_are_noted() {
        let values = [3.0, 2.0, 2.0, 1.0].map(Some);
        let found = quantile_groups(&values, 2).unwrap();
        assert_eq!(found.groups, [Some(1), Some(1), Some(1), Some(2)]);
        assert!(found.ties_at_edges);
        assert!(!quantile_groups(&[3.0, 3.0, 2.0, 1.0].map(Some), 2).unwrap().ties_at_edges);
        assert_eq!(of(&[2.0, 1.0, -0.0, 0.0], 2), [1, 1, 2, 2]);
    }

    #[test]
    fn absent_values_have_no_group() {
        let found = quantile_groups(&[Some(3.0), None, Some(1.0), Some(f64::NAN)], 2).unwrap();
        assert_eq!((found.groups, found.present), (vec![Some(1), None, Some(2), None], 2));
        assert_eq!(quantile_groups(&[Some(3.0), None], 2), None);
        assert_eq!(quantile_groups(&[Some(3.0)], 0), None);
        assert_eq!(quantile_groups(&[], 1), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn groups_follow_the_values_and_not_the_rows(values in prop::collection::vec(0..20_i32, 1..60), k in 1..8_u32) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            prop_assume!(values.len() >= k as usize);
            let groups = of(&values, k);
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            let mut back = of(&reversed, k);
            back.reverse();
            prop_assert_eq!(&groups, &back);
            for (a, value) in groups.iter().zip(&values) {
                prop_assert!((1..=k).contains(a));
                for (b, other) in groups.iter().zip(&values) {
                    prop_assert!(value < other || a <= b);
                }
            }
        }

        #[test]
        fn without_ties_sizes_differ_by_one_at_most(n in 1..80_u32, k in 1..12_u32) {
            prop_assume!(n >= k);
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            let groups = of(&values, k);
            let sizes: Vec<usize> = (1..=k).map(|group| groups.iter().filter(|&&g| g == group).count()).collect();
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
        }
    }
}
