//! Many tests at once: adjusted p-values, and how many flags chance alone would raise.

use super::{Level, real};

/// A p-value that is none, with its row.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a p-value lies from 0 to 1, and {value} in row {row} does not")]
pub struct NotAProbability {
    pub row: usize,
    pub value: f64,
}

/// Adjusted p-values in the order given. Rows without one, which cannot be told, are not among the M tests.
///
/// With p₁ ≤ p₂ ≤ …: min over j ≥ i of M·pⱼ/j, at most 1. On a list of those at most r, a share r is expected to be false where
/// tests are independent or positively dependent (Benjamini and Hochberg, JRSS B 57, 1995).
pub fn adjusted(p_values: &[Option<f64>]) -> Result<Vec<Option<f64>>, NotAProbability> {
    let mut sorted: Vec<(usize, f64)> = Vec::new();
    for (row, value) in p_values.iter().enumerate().filter_map(|(row, p)| Some((row, (*p)?))) {
        if !(0.0..=1.0).contains(&value) {
            return Err(NotAProbability { row, value });
        }
        sorted.push((row, value));
    }
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let m = real(sorted.len() as i128);
    let order = |position: usize| real(position as i128 + 1);
    let mut found = vec![None; p_values.len()];
    let mut least = 1.0_f64;
    for (position, &(row, p)) in sorted.iter().enumerate().rev() {
        least = least.min(m * p / order(position));
        if let Some(slot) = found.get_mut(row) {
            *slot = Some(least);
        }
    }
    Ok(found)
}

/// Which tests are on the list at `rate`, such as a false discovery rate of 0.05: an adjusted p-value on the rate is.
pub fn discoveries(p_values: &[Option<f64>], rate: f64) -> Result<Vec<Option<bool>>, NotAProbability> {
    Ok(adjusted(p_values)?.into_iter().map(|p| p.map(|p| p <= rate)).collect())
}

/// The labels of one family at one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlagCount {
    /// Labels that could be told.
    pub tested: usize,
    pub flagged: usize,
    /// Flags expected by chance alone: 1 less the level for each label.
    pub expected: f64,
}

/// Counts labels: whether flagged at `level`, `None` where it cannot be told.
pub fn flag_count(labels: impl IntoIterator<Item = Option<bool>>, level: Level) -> FlagCount {
    let (mut tested, mut flagged) = (0_usize, 0_usize);
    for label in labels.into_iter().flatten() {
        tested += 1;
        flagged += usize::from(label);
    }
    FlagCount { tested, flagged, expected: real(tested as i128) * 2.0 * level.tail() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// The fifteen p-values of Benjamini and Hochberg 1995.
    const PUBLISHED: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ];

    #[test]
    fn published_list() {
        let p = PUBLISHED.map(Some);
        let found = adjusted(&p).unwrap();
        for (found, wanted) in found.iter().zip([0.0015, 0.0030, 0.0095, 0.035_625, 0.0603]) {
            assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?}, not {wanted}");
        }
        let listed = discoveries(&p, 0.05).unwrap();
        assert_eq!(listed.into_iter().filter(|on| *on == Some(true)).count(), 4);
    }

    #[test]
    fn what_cannot_be_told_is_not_a_test() {
        let found = adjusted(&[None, Some(0.02), None]).unwrap();
        assert_eq!(found, [None, Some(0.02), None]);
        assert_eq!(adjusted(&[]), Ok(Vec::new()));
        for value in [-0.1, 1.1, f64::INFINITY] {
            assert_eq!(adjusted(&[None, Some(value)]), Err(NotAProbability { row: 1, value }));
        }
        assert!(adjusted(&[Some(f64::NAN)]).is_err());
    }

    #[test]
    fn a_release_expects_some_flags() {
        let labels = || (0..860).map(|i| Some(i < 50)).chain([None]);
        let count = flag_count(labels(), Level::LOOK);
        assert_eq!((count.tested, count.flagged), (860, 50));
        assert!((count.expected - 43.0).abs() < 1e-9);
        assert!((flag_count(labels(), Level::ACT).expected - 1.72).abs() < 1e-9);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn adjusted_values_keep_the_order_and_rise(p in prop::collection::vec(0.0..=1.0_f64, 0..60)) {
            let given: Vec<Option<f64>> = p.iter().copied().map(Some).collect();
            let found: Vec<f64> = adjusted(&given).unwrap().into_iter().flatten().collect();
            for (i, &raw) in p.iter().enumerate() {
                prop_assert!(raw <= found[i] * (1.0 + 1e-15) && found[i] <= 1.0);
                for (j, &other) in p.iter().enumerate() {
                    prop_assert!(raw > other || found[i] <= found[j]);
                }
            }
        }
    }
}
