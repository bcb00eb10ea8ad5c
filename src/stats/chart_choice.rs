//! Which chart suits a series over time.

use super::control::LEAST_POINTS;
use super::real;
use super::run_chart::LEAST_USEFUL;

/// A proportion with a denominator above this has a p′ chart.
const LARGE: i64 = 1_000;
/// So does one whose largest denominator is more than this many times its smallest.
const UNEQUAL: f64 = 1.25;
/// Beyond 95 % or below 5 % a proportion is near an end of the scale.
const END: f64 = 0.05;
/// With fewer expected failures a period the failures are charted.
const FEW: f64 = 5.0;
/// Values this close to an end of the scale (absolutely up to 1, relatively above) are at it.
const EQUAL: f64 = 1e-9;

/// The chart to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartChoice {
    PPrime,
    UPrime,
    /// On the percentage, or on the median of a delay (mature cohorts only).
    Xmr,
    /// u′ of the rare outcome, against all cases.
    UPrimeOfFailures,
    /// Cases between two of the rare outcome.
    GOfFailures,
    RunChart,
    /// A plain line with the median, not judged.
    PlainLine,
}

impl ChartChoice {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PPrime => "p_prime",
            Self::UPrime => "u_prime",
            Self::Xmr => "xmr",
            Self::UPrimeOfFailures => "u_prime_of_failures",
            Self::GOfFailures => "g_of_failures",
            Self::RunChart => "run_chart",
            Self::PlainLine => "plain_line",
        }
    }
}

/// What is charted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Charted<'a> {
    /// Numerator and denominator of each period of the segment.
    Proportion(&'a [(i64, i64)]),
    Rate,
    Delay,
    /// A count or a ratio of two counts.
    Other,
}

/// The chart for a segment of so many points, so many of them off their median (the useful ones). `awkward`: heavily
/// skewed, many zeros, or unequal gaps that the layout allows. Short segments come first, then awkward ones; those with
/// fewer than ten useful points have the plain line.
pub fn choose_chart(charted: Charted, points: usize, useful: usize, awkward: bool) -> ChartChoice {
    if points < LEAST_POINTS || (awkward && useful < LEAST_USEFUL) {
        return ChartChoice::PlainLine;
    }
    if awkward {
        return ChartChoice::RunChart;
    }
    match charted {
        Charted::Proportion(counts) => of_proportion(counts),
        Charted::Rate => ChartChoice::UPrime,
        Charted::Delay | Charted::Other => ChartChoice::Xmr,
    }
}

/// Whether a quarter or more of the values are at an end of their scale, but not all: limits about a mean do not suit such a
/// series. Most moving ranges are then 0, and what is left of them makes limits that every other value breaks.
///
/// Skewness is no such reason here. No measure of it that a dozen to three dozen points allow tells a skewed series from one
/// with a step, and a step is what a chart should find.
pub fn is_often_at(end: f64, values: &[f64]) -> bool {
    let at_end = values.iter().filter(|value| (**value - end).abs() <= EQUAL * end.abs().max(1.0)).count();
    at_end < values.len() && 4 * at_end >= values.len()
}

fn of_proportion(counts: &[(i64, i64)]) -> ChartChoice {
    let sizes = || counts.iter().map(|&(_, n)| n).filter(|&n| n > 0);
    let sum = |of: fn(&(i64, i64)) -> i64| counts.iter().map(of).map(i128::from).sum::<i128>();
    let (x, n) = (sum(|c| c.0), sum(|c| c.1));
    let (Some(smallest), Some(largest)) = (sizes().min(), sizes().max()) else { return ChartChoice::PlainLine };
    let rare = x.min(n - x);
    if real(rare) < END * real(n) {
        let expected = real(rare) / real(sizes().count() as u64);
        if expected < 1.0 {
            return ChartChoice::GOfFailures;
        }
        if expected < FEW {
            return ChartChoice::UPrimeOfFailures;
        }
    }
    if largest > LARGE || real(largest) > UNEQUAL * real(smallest) { ChartChoice::PPrime } else { ChartChoice::Xmr }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proportion(x: i64, n: i64) -> ChartChoice {
        choose_chart(Charted::Proportion(&[(x, n); 12]), 12, 12, false)
    }

    #[test]
    fn proportions() {
        assert_eq!(proportion(500, 1_000), ChartChoice::Xmr);
        assert_eq!(proportion(500, 1_001), ChartChoice::PPrime);
        let unequal = |n| choose_chart(Charted::Proportion(&[(50, 100), (50, n)]), 12, 12, false);
        assert_eq!((unequal(125), unequal(126)), (ChartChoice::Xmr, ChartChoice::PPrime));
        // 96 % of 100: 4 expected failures. 95 % exactly is not beyond.
        assert_eq!(
            (proportion(96, 100), proportion(4, 100)),
            (ChartChoice::UPrimeOfFailures, ChartChoice::UPrimeOfFailures)
        );
        assert_eq!((proportion(57, 60), proportion(38, 40)), (ChartChoice::Xmr, ChartChoice::Xmr));
        assert_eq!(proportion(192, 200), ChartChoice::Xmr);
        assert_eq!((proportion(195, 200), proportion(2_999, 3_000)), (ChartChoice::Xmr, ChartChoice::UPrimeOfFailures));
        assert_eq!(proportion(100, 100), ChartChoice::GOfFailures);
        assert_eq!(proportion(0, 0), ChartChoice::PlainLine);
    }

    #[test]
    fn a_quarter_at_an_end_is_often() {
        let zeros = |values: &[f64]| is_often_at(0.0, values);
        assert!(zeros(&[0.0, 2.0, 3.0, 1.0]) && zeros(&[0.0, 0.0, 1.0]));
        assert!(!zeros(&[0.0, 2.0, 3.0, 1.0, 4.0]) && !zeros(&[0.0, 0.0]) && !zeros(&[]));
        assert!(is_often_at(100.0, &[100.0, 98.0, 97.5, 99.0]) && !is_often_at(100.0, &[98.0, 0.0, 97.5, 99.0]));
    }

    #[test]
    fn the_others() {
        for (charted, wanted) in [
            (Charted::Rate, ChartChoice::UPrime),
            (Charted::Delay, ChartChoice::Xmr),
            (Charted::Other, ChartChoice::Xmr),
        ] {
            assert_eq!(choose_chart(charted, 8, 8, false), wanted);
            assert_eq!(choose_chart(charted, 7, 7, false), ChartChoice::PlainLine);
            assert_eq!(choose_chart(charted, 12, 10, true), ChartChoice::RunChart);
            assert_eq!(choose_chart(charted, 12, 9, true), ChartChoice::PlainLine);
        }
    }
}
