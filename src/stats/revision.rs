//! How much published figures have moved since they were first published.

use super::real;

/// With fewer revisions than this no tendency is stated.
const LEAST_FOR_TENDENCY: u64 = 8;

/// A figure as first published and as it stands now, in the figure's own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RevisedFigure {
    pub first: f64,
    pub revised: f64,
}

/// What revised − first published measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionScale {
    /// The figure's own unit.
    Units,
    /// Per cent of the size of the first figure; one that was 0 has none and is left out.
    PerCent,
}

/// Revisions of one metric at one maturity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RevisionStatistics {
    /// Revisions counted, those of size 0 too.
    pub number: u64,
    /// Revisions left out: not a number, or no per cent of 0.
    pub left_out: u64,
    pub mean: f64,
    pub mean_absolute: f64,
    /// Mean of the two middle ones where the number is even.
    pub median: f64,
    /// With divisor N − 1; `None` of a single revision.
    pub standard_deviation: Option<f64>,
    pub least: f64,
    pub greatest: f64,
    /// Share of revisions above 0.
    pub share_upward: f64,
}

/// Which way revisions have tended to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tendency {
    Upward,
    Downward,
}

impl Tendency {
    /// The word in data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upward => "upward",
            Self::Downward => "downward",
        }
    }
}

impl RevisionStatistics {
    /// mean / (standard deviation / √N); `None` where all revisions are equal or there is one.
    pub fn t(&self) -> Option<f64> {
        let deviation = self.standard_deviation.filter(|&deviation| deviation > 0.0)?;
        Some(self.mean / (deviation / real(self.number).sqrt()))
    }

    /// The tendency when |t| > 2 over at least 8 revisions. Eight or more equal revisions that are not 0 are a tendency
    /// too, though t has no value.
    pub fn tendency(&self) -> Option<Tendency> {
        let deviation = self.standard_deviation.filter(|_| self.number >= LEAST_FOR_TENDENCY)?;
        if self.mean.abs() * real(self.number).sqrt() <= 2.0 * deviation {
            return None;
        }
        Some(if self.mean > 0.0 { Tendency::Upward } else { Tendency::Downward })
    }
}

/// Statistics of revised − first published; `None` when no revision can be counted.
pub fn revision_statistics(revisions: &[RevisedFigure], scale: RevisionScale) -> Option<RevisionStatistics> {
    let mut sizes: Vec<f64> = revisions.iter().filter_map(|&revision| size(revision, scale)).collect();
    // Sorted first, so that the sums do not depend on the order given.
    sizes.sort_by(f64::total_cmp);
    let (&least, &greatest) = (sizes.first()?, sizes.last()?);
    let number = length(sizes.len());
    let n = real(number);
    let mean = sizes.iter().sum::<f64>() / n;
    let squares = sizes.iter().map(|size| (size - mean).powi(2)).sum::<f64>();
    let spread = greatest > least;
    let standard_deviation = (number > 1).then(|| if spread { (squares / (n - 1.0)).sqrt() } else { 0.0 });
    Some(RevisionStatistics {
        number,
        left_out: length(revisions.len() - sizes.len()),
        mean: if spread { mean } else { least },
        mean_absolute: sizes.iter().map(|size| size.abs()).sum::<f64>() / n,
        median: median(&sizes)?,
        standard_deviation,
        least,
        greatest,
        share_upward: real(length(sizes.iter().filter(|&&size| size > 0.0).count())) / n,
    })
}

fn size(revision: RevisedFigure, scale: RevisionScale) -> Option<f64> {
    let change = revision.revised - revision.first;
    let size = match scale {
        RevisionScale::Units => change,
        RevisionScale::PerCent => 100.0 * change / revision.first.abs(),
    };
    size.is_finite().then_some(size)
}

fn median(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(lower, upper))
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn revisions(sizes: &[f64]) -> Vec<RevisedFigure> {
        sizes.iter().map(|size| RevisedFigure { first: 200.0, revised: 200.0 + size }).collect()
    }

    #[test]
    fn five_revisions_by_hand() {
        let found = revision_statistics(&revisions(&[4.0, -1.0, 0.0, 2.0, 5.0]), RevisionScale::Units).unwrap();
        assert_eq!((found.number, found.least, found.greatest, found.median), (5, -1.0, 5.0, 2.0));
        assert_eq!((found.mean, found.mean_absolute, found.share_upward), (2.0, 2.4, 0.6));
        // Squares about 2: 4 + 9 + 4 + 0 + 9 = 26, over 4.
        assert!((found.standard_deviation.unwrap() - 6.5_f64.sqrt()).abs() < 1e-15);
        assert!((found.t().unwrap() - 2.0 / (6.5_f64 / 5.0).sqrt()).abs() < 1e-15);
        assert_eq!(found.tendency(), None);
        let per_cent = revision_statistics(&revisions(&[4.0, -1.0, 0.0, 2.0, 5.0]), RevisionScale::PerCent).unwrap();
        assert!((per_cent.mean - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_tendency_needs_eight_and_more_than_two() {
        let seven = revision_statistics(&revisions(&[3.0; 7]), RevisionScale::Units).unwrap();
        assert_eq!((seven.tendency(), seven.t()), (None, None));
        let eight = revision_statistics(&revisions(&[-3.0; 8]), RevisionScale::Units).unwrap();
        assert_eq!((eight.tendency(), eight.t()), (Some(Tendency::Downward), None));
        // Mean 2, deviation 2·√(8/7), t = √7.
        let spread =
            revision_statistics(&revisions(&[0.0, 4.0, 0.0, 4.0, 0.0, 4.0, 0.0, 4.0]), RevisionScale::Units).unwrap();
        assert!((spread.t().unwrap() - 7.0_f64.sqrt()).abs() < 1e-14);
        assert_eq!(spread.tendency().map(Tendency::as_str), Some("upward"));
        let nothing = revision_statistics(&revisions(&[0.0; 9]), RevisionScale::Units).unwrap();
        assert_eq!(nothing.tendency(), None);
    }

    #[test]
    fn what_has_no_size_is_left_out() {
        let rows = [RevisedFigure { first: 0.0, revised: 3.0 }, RevisedFigure { first: 2.0, revised: f64::NAN }];
        assert_eq!(revision_statistics(&rows, RevisionScale::PerCent), None);
        let units = revision_statistics(&rows, RevisionScale::Units).unwrap();
        assert_eq!((units.number, units.left_out, units.standard_deviation), (1, 1, None));
        assert_eq!(revision_statistics(&[], RevisionScale::Units), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_250_401), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn order_is_irrelevant_and_the_middle_lies_between(mut sizes in prop::collection::vec(-50.0..50.0_f64, 1..40)) {
            let found = revision_statistics(&revisions(&sizes), RevisionScale::Units).unwrap();
            sizes.reverse();
            prop_assert_eq!(revision_statistics(&revisions(&sizes), RevisionScale::Units).unwrap(), found);
            for middle in [found.mean, found.median] {
                prop_assert!(found.least - 1e-12 <= middle && middle <= found.greatest + 1e-12);
            }
            prop_assert!(found.mean.abs() <= found.mean_absolute + 1e-12 && (0.0..=1.0).contains(&found.share_upward));
        }
    }
}
