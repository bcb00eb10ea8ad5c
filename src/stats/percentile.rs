//! Percentiles of closed cases, and the interval that order statistics give.
//! Cases still open are not looked at; delays with open cases belong to the survival curve.

use super::distributions::order_statistic_ranks;
use super::histogram::{Bin, DelayReading, Histogram, Percent};
use super::{Level, real};
use crate::vocabulary::quantity::Interval;

/// The percentile of the closed cases, linear between the ranks with the smallest value at 0 and the greatest at 1, as
/// spreadsheets have it (definition 7 of Hyndman and Fan, American Statistician 50, 361–365, 1996): with h = (k − 1)q + 1,
/// j = ⌊h⌋ and γ = h − j it is `(1 − γ)x_j + γx_{j+1}`, worked in whole numbers. A percentile that needs a capped delay is
/// known from below only.
pub fn percentile(histogram: &Histogram, percent: Percent) -> DelayReading {
    let k = i128::from(histogram.closed());
    let hundredths = (k - 1) * i128::from(percent.number()) + 100;
    let (j, weight) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
    let at = |rank: i128| u64::try_from(rank.clamp(1, k.max(1))).ok().and_then(|rank| delay_at_rank(histogram, rank));
    let (Some(below), Some(above)) = (at(j), at(j + 1)) else { return DelayReading::NoCases };
    let sum = i128::from(below) * (100 - weight) + i128::from(above) * weight;
    // A neighbour of weight 0 is not needed; the lower one never exceeds the upper one.
    let greatest_needed = if weight == 0 { below } else { above };
    if histogram.is_capped(greatest_needed) {
        return DelayReading::MoreThan(i64::try_from(sum.div_euclid(100)).unwrap_or(i64::MAX));
    }
    DelayReading::Value(real(sum) / 100.0)
}

/// The interval of a percentile from two of the delays themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderStatisticInterval {
    /// Rank of the lower limit from 1; `None` when it lies below the smallest delay.
    pub lower_rank: Option<u64>,
    /// Rank of the upper limit; `None` when it lies above the greatest delay.
    pub upper_rank: Option<u64>,
    /// The delays at the ranks. A side is open without a rank, and where the rank falls at the cap.
    pub interval: Interval,
    /// Probability that the ranks enclose the percentile, at least the level asked for.
    pub coverage: f64,
}

/// The order-statistic interval (David and Nagaraja, Order Statistics, 3rd edition, section 7.1): ranks from the binomial
/// distribution, whatever the delays' own distribution. It goes with the inverse of the distribution function; for the
/// outermost percentiles of a handful of cases an interpolated percentile can lie just outside it.
///
/// `None` without closed cases, and above 10^10 of them.
pub fn percentile_interval(histogram: &Histogram, percent: Percent, level: Level) -> Option<OrderStatisticInterval> {
    let ranks = order_statistic_ranks(histogram.closed(), percent.share(), level.tail())?;
    let limit = |rank: Option<u64>| {
        let delay = delay_at_rank(histogram, rank?)?;
        (!histogram.is_capped(delay)).then(|| real(delay))
    };
    Some(OrderStatisticInterval {
        lower_rank: ranks.lower,
        upper_rank: ranks.upper,
        interval: Interval { lower: limit(ranks.lower), upper: limit(ranks.upper) },
        coverage: ranks.coverage,
    })
}

/// The delay of the closed case with `rank`, counted from 1.
fn delay_at_rank(histogram: &Histogram, rank: u64) -> Option<i64> {
    let mut cases = 0_u64;
    let reaches = |bin: &&Bin| {
        cases = cases.saturating_add(bin.closed);
        cases >= rank
    };
    histogram.bins().iter().find(reaches).map(|bin| bin.delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(delays: &[i64]) -> Histogram {
        Histogram::new(delays.iter().map(|&delay| (delay, true, 1)), None)
    }

    fn percent(p: u8) -> Percent {
        Percent::new(p).unwrap()
    }

    #[track_caller]
    fn assert_percentile(delays: &[i64], p: u8, wanted: f64) {
        let found = percentile(&closed(delays), percent(p)).value().unwrap();
        assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
    }

    #[test]
    fn worked_by_hand() {
        let ten: Vec<i64> = (1..=10).map(|i| i * 10).collect();
        // Positions 9 · 0.25 + 1 = 3.25, 5.5 and 9.1.
        assert_percentile(&ten, 25, 32.5);
        assert_percentile(&ten, 50, 55.0);
        assert_percentile(&ten, 90, 91.0);
        assert_percentile(&[4, 8], 1, 4.04);
        assert_percentile(&[4, 8], 99, 7.96);
        // An outlier does not move the median.
        assert_percentile(&[1, 1, 2, 2, 3, 4, 60], 50, 2.0);
    }

    #[test]
    fn ranks_and_coverage_as_tabled() {
        for (k, p, lower, upper, coverage) in [
            (9, 50, 2, Some(8), 0.9609),
            (9, 90, 6, None, 0.9917),
            (25, 50, 8, Some(18), 0.9567),
            (25, 90, 19, None, 0.9905),
            (40, 50, 14, Some(27), 0.9615),
            (40, 90, 32, Some(40), 0.9697),
            (500, 50, 228, Some(273), 0.9559),
            (500, 90, 436, Some(464), 0.9634),
        ] {
            let histogram = Histogram::new((1..=k).map(|i| (i, true, 1)), None);
            let found = percentile_interval(&histogram, percent(p), Level::LOOK).unwrap();
            assert_eq!((found.lower_rank, found.upper_rank), (Some(lower), upper), "{k} {p}");
            assert!((found.coverage - coverage).abs() <= 5e-5, "{k} {p}: {}", found.coverage);
            assert_eq!(found.interval.lower, Some(real(lower)));
            assert_eq!(found.interval.upper, upper.map(real));
        }
    }

    #[test]
    fn ranks_of_many_cases() {
        // The normal approximation is good to a rank or two at this size: 500,000 ± 980 and 900,000 ± 588.
        for (p, lower, upper) in [(50, 499_021, 500_981), (90, 899_412, 900_588)] {
            let histogram = Histogram::new([(1, true, 1_000_000)], None);
            let found = percentile_interval(&histogram, percent(p), Level::LOOK).unwrap();
            assert!(found.lower_rank.unwrap().abs_diff(lower) <= 2, "{found:?}");
            assert!(found.upper_rank.unwrap().abs_diff(upper) <= 2, "{found:?}");
            assert!((0.95..0.951).contains(&found.coverage), "{found:?}");
        }
    }

    #[test]
    fn a_percentile_at_the_cap_carries_no_number() {
        let histogram = Histogram::new([(1, true, 50), (9, true, 40), (30, true, 10)], Some(30));
        let of = |p| percentile(&histogram, percent(p));
        assert_eq!(of(50), DelayReading::Value(5.0));
        assert_eq!(of(95), DelayReading::MoreThan(30));
        // Between 9 and "30 or longer": at least 9 + 0.1 · 21.
        assert_eq!(of(90), DelayReading::MoreThan(11));
        let interval = percentile_interval(&histogram, percent(90), Level::LOOK).unwrap();
        assert_eq!(interval.interval, Interval { lower: Some(9.0), upper: None });
        assert!(interval.upper_rank.is_some());
    }

    #[test]
    fn without_closed_cases_there_is_no_percentile() {
        let histogram = Histogram::new([(-1, true, 3), (5, false, 2)], None);
        assert_eq!(percentile(&histogram, percent(50)), DelayReading::NoCases);
        assert_eq!(percentile_interval(&histogram, percent(50), Level::LOOK), None);
    }

    #[test]
    fn one_case_is_every_percentile_and_has_no_limits() {
        for p in [1, 50, 99] {
            assert_eq!(percentile(&closed(&[7]), percent(p)), DelayReading::Value(7.0));
        }
        let interval = percentile_interval(&closed(&[7]), percent(50), Level::LOOK).unwrap();
        assert_eq!((interval.lower_rank, interval.upper_rank), (None, None));
        assert_eq!(interval.interval, Interval { lower: None, upper: None });
    }
}
