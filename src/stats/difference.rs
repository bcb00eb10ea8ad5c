//! Whether two independent figures differ by more than chance, from the limits that each has of its own.
//! Square and add: for proportions with Wilson limits this is the hybrid score interval of Newcombe (1998), method 10
//! (Statistics in Medicine 17, 873-890); for other figures the same construction (MOVER, Zou and Donner 2008).

use crate::vocabulary::quantity::Interval;

/// A figure with its limits, on any scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub interval: Interval,
}

/// Limits of `a - b` at the level of the two intervals. With d = a - b, limits (l, u) of a and (l', u') of b:
/// lower = d - sqrt((a - l)² + (u' - b)²), upper = d + sqrt((u - a)² + (b - l')²).
/// A side that needs a limit which is not there is open.
pub fn difference_interval(a: Estimate, b: Estimate) -> Interval {
    let d = a.value - b.value;
    let side = |of_a: Option<f64>, of_b: Option<f64>| Some((a.value - of_a?).hypot(of_b? - b.value));
    Interval {
        lower: side(a.interval.lower, b.interval.upper).map(|width| d - width),
        upper: side(a.interval.upper, b.interval.lower).map(|width| d + width),
    }
}

/// What an interval of a difference says. An interval that touches 0 does not differ from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceSign {
    Above,
    Below,
    /// 0 lies inside.
    Unclear,
}

/// The direction of a difference, or `None` where an open side leaves it undecided.
pub fn direction(difference: Interval) -> Option<DifferenceSign> {
    match (difference.lower, difference.upper) {
        (Some(lower), _) if lower > 0.0 => Some(DifferenceSign::Above),
        (_, Some(upper)) if upper < 0.0 => Some(DifferenceSign::Below),
        (Some(_), Some(_)) => Some(DifferenceSign::Unclear),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Level;
    use crate::stats::proportion::wilson_interval;

    fn share(x: i64, n: i64) -> Estimate {
        let value = f64::from(i32::try_from(x).unwrap()) / f64::from(i32::try_from(n).unwrap());
        Estimate { value, interval: wilson_interval(x, n, Level::LOOK).unwrap() }
    }

    /// Newcombe 1998, table II, method 10.
    #[test]
    fn published_differences_of_proportions() {
        let published = [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ];
        for ((x1, n1), (x0, n0), lower, upper) in published {
            let found = difference_interval(share(x1, n1), share(x0, n0));
            assert!((found.lower.unwrap() - lower).abs() < 5e-5, "{x1}/{n1} {found:?}");
            assert!((found.upper.unwrap() - upper).abs() < 5e-5, "{x1}/{n1} {found:?}");
        }
    }

    #[test]
    fn exchanging_the_two_turns_the_sign() {
        let (a, b) = (share(56, 70), share(48, 80));
        let (forth, back) = (difference_interval(a, b), difference_interval(b, a));
        assert!((forth.lower.unwrap() + back.upper.unwrap()).abs() < 1e-12);
        assert_eq!((direction(forth), direction(back)), (Some(DifferenceSign::Above), Some(DifferenceSign::Below)));
    }

    #[test]
    fn touching_is_no_difference_and_an_open_side_decides_nothing() {
        let between = |lower, upper| direction(Interval { lower, upper });
        assert_eq!(between(Some(0.0), Some(1.0)), Some(DifferenceSign::Unclear));
        assert_eq!(between(None, Some(1.0)), None);
        assert_eq!(between(None, Some(-1.0)), Some(DifferenceSign::Below));
        assert_eq!(between(Some(0.1), None), Some(DifferenceSign::Above));
    }
}
