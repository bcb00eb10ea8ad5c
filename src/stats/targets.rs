//! Whether a target is met, by whole numbers, and whether the interval leaves that open.
//! Dates of targets are the caller's: a target outside its dates gives no verdict.

use super::counts::Counts;
use super::real;
use crate::vocabulary::quantity::{Interval, Status};

/// Which side of a target meets it. A target that is exactly met is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetSide {
    AtLeast,
    AtMost,
}

/// A target for a proportion, rate or ratio as a fraction, such as 95 of 100, so that no rounding decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetFraction {
    pub value: Counts,
    pub side: TargetSide,
}

/// Where a figure and its interval stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetPosition {
    /// Met, and the whole interval lies beyond the target.
    MetClearly,
    Met,
    NotMet,
    /// Not met, and the whole interval lies short of the target.
    NotMetClearly,
}

impl TargetPosition {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MetClearly => "met_clearly",
            Self::Met => "met",
            Self::NotMet => "not_met",
            Self::NotMetClearly => "not_met_clearly",
        }
    }
}

/// The position of x/n, with its interval on the same scale, against a target: x · target denominator against target
/// numerator · n, in whole numbers. An interval that touches the target is not clear of it.
///
/// # Errors
/// [`Status::NotApplicable`] when the figure has no denominator, [`Status::Missing`] when the target has none.
pub fn target_position(figure: Counts, interval: Interval, target: TargetFraction) -> Result<TargetPosition, Status> {
    if target.value.denominator <= 0 {
        return Err(Status::Missing("the target has no denominator".to_owned()));
    }
    if figure.denominator <= 0 {
        return Err(Status::NotApplicable("the denominator is not above zero".to_owned()));
    }
    let order = compare(figure, target.value);
    let met = match target.side {
        TargetSide::AtLeast => order.is_ge(),
        TargetSide::AtMost => order.is_le(),
    };
    Ok(position(met, interval, real(target.value.numerator) / real(target.value.denominator), target.side))
}

fn position(met: bool, interval: Interval, target: f64, side: TargetSide) -> TargetPosition {
    let above = interval.lower.is_some_and(|lower| lower > target);
    let below = interval.upper.is_some_and(|upper| upper < target);
    let (beyond, short) = if side == TargetSide::AtLeast { (above, below) } else { (below, above) };
    match (met, beyond, short) {
        (true, true, _) => TargetPosition::MetClearly,
        (true, false, _) => TargetPosition::Met,
        (false, _, true) => TargetPosition::NotMetClearly,
        (false, _, false) => TargetPosition::NotMet,
    }
}

/// Two fractions with positive denominators in their order, exactly.
fn compare(a: Counts, b: Counts) -> std::cmp::Ordering {
    let product = |x: i64, n: i64| i128::from(x) * i128::from(n);
    product(a.numerator, b.denominator).cmp(&product(b.numerator, a.denominator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Level;
    use crate::stats::proportion::wilson_interval;

    fn at(x: i64, n: i64, side: TargetSide) -> &'static str {
        let interval = wilson_interval(x, n, Level::LOOK).unwrap();
        let target = TargetFraction { value: Counts::new(95, 100), side };
        target_position(Counts::new(x, n), interval, target).unwrap().as_str()
    }

    #[test]
    fn positions_against_ninety_five_per_cent() {
        let at_least: Vec<_> =
            [990, 960, 950, 949, 900].into_iter().map(|x| at(x, 1000, TargetSide::AtLeast)).collect();
        assert_eq!(at_least, ["met_clearly", "met", "met", "not_met", "not_met_clearly"]);
        let at_most: Vec<_> = [990, 960, 950, 949, 900].into_iter().map(|x| at(x, 1000, TargetSide::AtMost)).collect();
        assert_eq!(at_most, ["not_met_clearly", "not_met", "met", "met", "met_clearly"]);
    }

    #[test]
    fn no_rounding_decides() {
        let open = Interval { lower: None, upper: None };
        // 94.9999999999999999 % shows as 95.0 and is not met.
        let just_short = Counts::new(949_999_999_999_999_999, 1_000_000_000_000_000_000);
        let target = TargetFraction { value: Counts::new(95, 100), side: TargetSide::AtLeast };
        assert_eq!(target_position(just_short, open, target), Ok(TargetPosition::NotMet));
    }

    #[test]
    fn an_interval_that_touches_is_not_clear() {
        let touching = Interval { lower: Some(0.7), upper: Some(0.9) };
        let of = |target, side| {
            target_position(Counts::new(80, 100), touching, TargetFraction { value: Counts::new(target, 100), side })
                .unwrap()
        };
        assert_eq!(of(90, TargetSide::AtMost), TargetPosition::Met);
        assert_eq!(of(91, TargetSide::AtMost), TargetPosition::MetClearly);
        assert_eq!(of(70, TargetSide::AtMost), TargetPosition::NotMet);
        assert_eq!(of(69, TargetSide::AtMost), TargetPosition::NotMetClearly);
        assert_eq!(of(80, TargetSide::AtLeast), TargetPosition::Met);
        assert_eq!(of(80, TargetSide::AtMost), TargetPosition::Met);
    }

    #[test]
    fn figures_and_targets_without_denominator() {
        let open = Interval { lower: None, upper: None };
        let target = |n| TargetFraction { value: Counts::new(1, n), side: TargetSide::AtLeast };
        assert!(matches!(target_position(Counts::new(0, 0), open, target(2)), Err(Status::NotApplicable(_))));
        assert!(matches!(target_position(Counts::new(0, 1), open, target(0)), Err(Status::Missing(_))));
    }
}
