//! What a printed percentage says of its numerator when the denominator is known.

use super::system::KnownRange;

/// A percentage as printed: rounded half up, but 0 only of no case, 100 only of all, the next number below 100 for a share
/// that would round to 100, and a word for one that would round to 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// The number without its decimal point: 12.5 is 125.
    Digits(i64),
    /// More than none, and rounds to 0.
    Low,
}

/// The numerators of `denominator` that print so with `decimals` decimals, both ends included. `None` where none does, or
/// the numbers are too large or negative.
///
/// With f = 100·10^d a numerator x prints q = ⌊(2xf + n)/(2n)⌋, so (2q − 1)n ≤ 2xf < (2q + 1)n.
pub fn numerators(printed: Printed, decimals: u32, denominator: i64) -> Option<(i64, i64)> {
    let factor = 10_i128.checked_pow(decimals.checked_add(2)?)?;
    let n = i128::from(denominator);
    if n <= 0 {
        return None;
    }
    let reach = |q: i128| {
        let lower = (2 * q - 1).checked_mul(n)?.checked_add(2 * factor - 1)?.div_euclid(2 * factor);
        let upper = (2 * q + 1).checked_mul(n)?.checked_sub(1)?.div_euclid(2 * factor);
        Some((lower, upper))
    };
    let (lower, upper) = match printed {
        Printed::Low => (1, reach(0)?.1),
        Printed::Digits(0) => (0, 0),
        Printed::Digits(q) if i128::from(q) == factor => (n, n),
        Printed::Digits(q) if i128::from(q) == factor - 1 => (reach(q.into())?.0, n - 1),
        Printed::Digits(q) => reach(q.into())?,
    };
    // A share strictly between prints neither 0 nor 100, so its numerator is neither 0 nor all.
    let ends = matches!(printed, Printed::Digits(q) if q == 0 || i128::from(q) == factor);
    let (lower, upper) = if ends { (lower, upper) } else { (lower.max(1), upper.min(n - 1)) };
    (lower <= upper).then_some((i64::try_from(lower).ok()?, i64::try_from(upper).ok()?))
}

/// The same as a range of a cell, ready for [`System::new`](super::system::System::new).
pub fn known_range(label: &str, printed: Printed, decimals: u32, denominator: i64) -> Option<KnownRange> {
    let (lower, upper) = numerators(printed, decimals, denominator)?;
    Some(KnownRange { label: label.to_owned(), lower, upper: Some(upper) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prints as the rule says, case by case.
    fn print(x: i64, n: i64, decimals: u32) -> Printed {
        let factor = 10_i64.pow(decimals + 2);
        match (2 * x * factor + n) / (2 * n) {
            _ if x == 0 => Printed::Digits(0),
            0 => Printed::Low,
            q if q == factor && x < n => Printed::Digits(factor - 1),
            q => Printed::Digits(q),
        }
    }

    #[test]
    fn the_numerators_are_exactly_those_that_print_so() {
        for decimals in [0, 1] {
            for n in (1..60).chain([199, 200, 201, 999, 2000, 2001]) {
                let mut by_print = std::collections::BTreeMap::new();
                for x in 0..=n {
                    let key = match print(x, n, decimals) {
                        Printed::Digits(q) => q,
                        Printed::Low => -1,
                    };
                    let range = by_print.entry(key).or_insert((x, x));
                    range.1 = x;
                }
                for (key, range) in by_print {
                    let printed = if key < 0 { Printed::Low } else { Printed::Digits(key) };
                    assert_eq!(numerators(printed, decimals, n), Some(range), "{printed:?} of {n}");
                }
            }
        }
    }

    #[test]
    fn what_no_numerator_prints_has_none() {
        assert_eq!(numerators(Printed::Digits(33), 0, 2), None);
        assert_eq!(numerators(Printed::Low, 0, 20), None);
        assert_eq!(numerators(Printed::Digits(101), 0, 20), None);
        assert_eq!(numerators(Printed::Digits(-3), 0, 20), None);
        assert_eq!(numerators(Printed::Digits(50), 0, 0), None);
        assert_eq!(numerators(Printed::Digits(50), 60, 10), None);
        assert_eq!(
            known_range("a", Printed::Digits(33), 0, 3).map(|range| (range.lower, range.upper)),
            Some((1, Some(1)))
        );
    }
}
