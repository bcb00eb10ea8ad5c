//! Shares as people say them: "84 in 100".

use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Ratio, Status, Unit};

/// A share in whole numbers of 100, or of 1,000 where it is small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InHundred {
    pub count: u32,
    pub of: u32,
    nearness: Nearness,
}

/// Whether the share lies at the count, or only near an end that it does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearness {
    About,
    MoreThan,
    FewerThan,
}

impl InHundred {
    /// The share of a figure; `None` where it is no share, has no value or no counts.
    pub fn of_figure(figure: &Observation) -> Option<Self> {
        let (numerator, denominator) = (figure.numerator?, figure.denominator?);
        let is_shown = figure.status == Status::Value && figure.unit == Unit::Percent;
        Self::of_ratio(Ratio { numerator, denominator }).filter(|_| is_shown)
    }

    /// The share that these counts make, rounded to whole numbers from the counts, half away from zero. A share that is
    /// not exactly at an end is never given as that end. `None` unless the counts make a share.
    pub fn of_ratio(counts: Ratio) -> Option<Self> {
        let (part, all) = (i128::from(counts.numerator), i128::from(counts.denominator));
        if all <= 0 || !(0..=all).contains(&part) {
            return None;
        }
        let rounded = |of: i128| u32::try_from((2 * part * of + all) / (2 * all)).ok();
        let about = |of: u32| Some(Self { count: rounded(i128::from(of))?, of, nearness: Nearness::About });
        let hundred = about(100)?;
        match hundred.count {
            100 if part < all => Some(Self { count: 99, nearness: Nearness::MoreThan, ..hundred }),
            0 | 1 if part > 0 => match about(1_000)? {
                Self { count: 0, .. } => Some(Self { count: 1, of: 1_000, nearness: Nearness::FewerThan }),
                thousand => Some(thousand),
            },
            _ => Some(hundred),
        }
    }

    /// How many squares of all are filled: one at least where there is any.
    pub fn filled(self) -> u32 {
        self.count
    }

    /// "84 in 100", "more than 99 in 100", "6 in 1,000".
    pub fn words(self) -> String {
        let of = if self.of == 1_000 { "1,000" } else { "100" };
        let nearness = match self.nearness {
            Nearness::About => "",
            Nearness::MoreThan => "more than ",
            Nearness::FewerThan => "fewer than ",
        };
        format!("{nearness}{} in {of}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(numerator: i64, denominator: i64) -> Option<String> {
        InHundred::of_ratio(Ratio { numerator, denominator }).map(InHundred::words)
    }

    #[test]
    fn shares_are_rounded_from_their_counts_and_never_reach_an_end_that_they_have_not() {
        for (numerator, denominator, expected) in [
            (671, 775, "87 in 100"),
            (1, 8, "13 in 100"),
            (169, 200, "85 in 100"),
            (0, 7, "0 in 100"),
            (7, 7, "100 in 100"),
            (9_951, 10_000, "more than 99 in 100"),
            (9_949, 10_000, "99 in 100"),
            (6, 1_000, "6 in 1,000"),
            (14, 1_000, "14 in 1,000"),
            (2, 100, "2 in 100"),
            (4, 1_000, "4 in 1,000"),
            (49, 100_000, "fewer than 1 in 1,000"),
            (50, 100_000, "1 in 1,000"),
        ] {
            assert_eq!(words(numerator, denominator).as_deref(), Some(expected), "{numerator} of {denominator}");
        }
        assert_eq!([words(1, 0), words(3, 2), words(-1, 2)], [None, None, None]);
    }
}
