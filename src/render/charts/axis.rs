//! The value axis: where it starts and ends, its 1-2-5 ticks and their words.
//! It knows nothing of pixels.

use crate::vocabulary::quantity::{Unit, count_text};

/// Part of the highest value below which a rate axis still starts at zero: little room would be won by cutting it.
const CUT_ABOVE: f64 = 0.5;
/// The least length of an axis, so that noise does not fill it: percentage points of a share, a part of other values.
const LEAST_POINTS: f64 = 5.0;
const LEAST_PART: f64 = 0.1;
/// An axis that goes beyond ten to this power counts in millions.
const MILLION: i32 = 6;

/// An axis whose ticks are `index · mantissa · 10^exponent` for the indexes `first ..= last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    unit: Unit,
    first: i32,
    last: i32,
    mantissa: i32,
    exponent: i32,
}

impl Axis {
    /// The axis of at most `most` ticks (three or more) that holds every value; `None` without values.
    /// Counts, and all values of which one comes near zero, start at zero.
    pub fn fit(unit: Unit, values: impl Iterator<Item = f64>, most: i32) -> Option<Self> {
        let ends = |ends: Option<(f64, f64)>, v: f64| match ends {
            Some((low, high)) => Some((low.min(v), high.max(v))),
            None => Some((v, v)),
        };
        let (low, high) = values.fold(None, ends)?;
        let (low, high) = stretched(unit, low, high);
        // From steps that are surely too fine upwards: 1, 2, 5, 10, … until the ticks are few enough.
        let mut exponent = whole((high - low).log10().floor()) - 2;
        if counts_things(unit) {
            exponent = exponent.max(0);
        }
        loop {
            for mantissa in [1, 2, 5] {
                let axis = Self::with_step(unit, (low, high), mantissa, exponent);
                if axis.last - axis.first < most.max(3) {
                    return Some(axis);
                }
            }
            exponent += 1;
        }
    }

    fn with_step(unit: Unit, (low, high): (f64, f64), mantissa: i32, exponent: i32) -> Self {
        // A value that stands on a tick but for its last binary digit must not add a further tick.
        let steps = |value: f64| {
            let steps = steps(value, mantissa, exponent);
            if (steps - steps.round()).abs() < 1e-9 { steps.round() } else { steps }
        };
        let (first, last) = (whole(steps(low).floor()), whole(steps(high).ceil()));
        Self { unit, first, last: last.max(first + 1), mantissa, exponent }
    }

    /// Whether the axis leaves out zero, which its reader must see.
    pub fn is_cut(&self) -> bool {
        self.first > 0
    }

    /// The place of a value: 0 at the first tick, 1 at the last.
    pub fn share(&self, value: f64) -> f64 {
        (steps(value, self.mantissa, self.exponent) - f64::from(self.first)) / f64::from(self.last - self.first)
    }

    /// Each tick's place, as in [`Self::share`], and its words.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        let length = f64::from(self.last - self.first);
        (self.first..=self.last).map(move |index| (f64::from(index - self.first) / length, self.words(index)))
    }

    /// The title with what a reader of this axis must know besides: that it is cut, or that it counts in millions.
    pub fn titled(&self, title: &str) -> String {
        if self.is_millions() {
            format!("{title} (millions)")
        } else if self.is_cut() {
            format!("{title} (axis starts at {})", self.words(self.first))
        } else {
            title.to_owned()
        }
    }

    fn is_millions(&self) -> bool {
        let furthest = f64::from(self.first.abs().max(self.last.abs())) * f64::from(self.mantissa);
        furthest * 10_f64.powi(self.exponent) > 10_f64.powi(MILLION)
    }

    /// In whole numbers throughout, so that 0.30000000000000004 is never printed.
    fn words(&self, index: i32) -> String {
        let exponent = if self.is_millions() { self.exponent - MILLION } else { self.exponent };
        let power = 10_i64.saturating_pow(exponent.unsigned_abs());
        let digits = i64::from(index) * i64::from(self.mantissa);
        let number = match usize::try_from(-exponent) {
            Ok(places) if places > 0 => {
                let sign = if digits < 0 { "\u{2212}" } else { "" };
                format!("{sign}{}.{:0places$}", count_text(digits.abs() / power), digits.abs() % power)
            }
            _ => count_text(digits.saturating_mul(power)),
        };
        if self.unit == Unit::Percent { format!("{number}%") } else { number }
    }
}

fn steps(value: f64, mantissa: i32, exponent: i32) -> f64 {
    // Dividing by a positive power keeps ticks such as 0.3 exact, where multiplying by 0.1 would not.
    let scaled = if exponent < 0 { value * 10_f64.powi(-exponent) } else { value / 10_f64.powi(exponent) };
    scaled / f64::from(mantissa)
}

/// Units of which half a thing makes no tick and whose axis starts at zero.
fn counts_things(unit: Unit) -> bool {
    matches!(unit, Unit::Records | Unit::Cases | Unit::Transactions | Unit::Requests | Unit::Organisations)
}

/// The ends of the axis before they are moved to ticks: never of length zero.
fn stretched(unit: Unit, low: f64, high: f64) -> (f64, f64) {
    if counts_things(unit) {
        return (low.min(0.0), high.max(1.0));
    }
    let low = if low >= 0.0 && low <= CUT_ABOVE * high { 0.0 } else { low };
    lengthened(unit, low, high)
}

/// The ends of a scale that need not begin at zero: of the least length at least.
pub fn lengthened(unit: Unit, low: f64, high: f64) -> (f64, f64) {
    let least = match unit {
        Unit::Percent => LEAST_POINTS,
        _ if high == 0.0 => 1.0,
        _ => LEAST_PART * high.abs(),
    };
    if high - low >= least {
        return (low, high);
    }
    let wanted = f64::midpoint(low, high) - least / 2.0;
    let highest_start = if unit.is_share() && high <= 100.0 { 100.0 - least } else { wanted };
    let start = wanted.min(highest_start);
    let start = if low >= 0.0 { start.max(0.0) } else { start };
    (start, start + least)
}

#[expect(clippy::cast_possible_truncation, reason = "tick indexes and exponents are small; larger ones would saturate")]
fn whole(value: f64) -> i32 {
    value as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(unit: Unit, values: &[f64]) -> Vec<String> {
        Axis::fit(unit, values.iter().copied(), 6).unwrap().ticks().map(|(_, words)| words).collect()
    }

    #[test]
    fn ticks_are_round_and_hold_every_value() {
        assert_eq!(words(Unit::Percent, &[78.2, 97.0]), ["75%", "80%", "85%", "90%", "95%", "100%"]);
        assert_eq!(words(Unit::Percent, &[3.0, 41.0]), ["0%", "10%", "20%", "30%", "40%", "50%"]);
        assert_eq!(words(Unit::Ratio, &[0.1, 0.3]), ["0.0", "0.1", "0.2", "0.3"].map(str::to_owned));
    }

    #[test]
    fn counts_start_at_zero_and_have_whole_ticks() {
        assert_eq!(words(Unit::Cases, &[0.0, 0.0]), ["0", "1"]);
        assert_eq!(words(Unit::Cases, &[2.0]), ["0", "1", "2"]);
        assert_eq!(words(Unit::Records, &[180_000.0, 195_000.0]), ["0", "50,000", "100,000", "150,000", "200,000"]);
        assert_eq!(words(Unit::Transactions, &[16_000_000.0]), ["0", "5", "10", "15", "20"]);
        let axis = Axis::fit(Unit::Transactions, [16_000_000.0].into_iter(), 6).unwrap();
        assert_eq!(axis.titled("Transactions"), "Transactions (millions)");
    }

    #[test]
    fn equal_values_do_not_collapse_the_axis_and_shares_stay_within_their_ends() {
        assert_eq!(words(Unit::Percent, &[100.0, 100.0]), ["95%", "96%", "97%", "98%", "99%", "100%"]);
        assert_eq!(words(Unit::Percent, &[0.0]), ["0%", "1%", "2%", "3%", "4%", "5%"]);
        assert_eq!(words(Unit::Hours, &[0.0]).first().map(String::as_str), Some("0.0"));
        for value in [1e-6, 0.3, 12.5, 81.2, 1e9] {
            let axis = Axis::fit(Unit::Hours, [value].into_iter(), 5).unwrap();
            assert!((0.0..=1.0).contains(&axis.share(value)), "{value} {axis:?}");
            assert!(axis.ticks().count() <= 5);
        }
        assert!(Axis::fit(Unit::Percent, std::iter::empty(), 5).is_none());
    }

    #[test]
    fn a_cut_axis_says_so() {
        let axis = Axis::fit(Unit::Percent, [81.0, 92.0].into_iter(), 6).unwrap();
        assert_eq!(axis.titled("Per cent"), "Per cent (axis starts at 80%)");
        let near_zero = Axis::fit(Unit::Percent, [1.0, 92.0].into_iter(), 6).unwrap();
        assert!(!near_zero.is_cut());
    }
}
