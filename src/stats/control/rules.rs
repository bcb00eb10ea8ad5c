//! The four rules of the Making Data Count charts, on points that follow each other without a gap.

use std::cmp::Ordering;

/// Points in a trend or in a run.
const SEVEN: usize = 7;
/// Native mode takes numbers this close (absolutely up to 1, relatively above) as equal.
const EQUAL: f64 = 1e-9;

/// A rule, in the order in which a point takes its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlRule {
    /// Beyond a limit.
    OutsideLimits,
    /// Six successive rises, or falls.
    TrendOfSeven,
    /// Two of three points near one limit, all three on its side of the mean.
    TwoInThree,
    /// Seven successive points on one side of the mean.
    RunOfSeven,
}

impl ControlRule {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutsideLimits => "outside_limits",
            Self::TrendOfSeven => "trend_of_seven",
            Self::TwoInThree => "two_in_three",
            Self::RunOfSeven => "run_of_seven",
        }
    }
}

/// Where a signal points: above the mean or rising, below it or falling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalDirection {
    High,
    Low,
}

impl SignalDirection {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }

    fn of(ordering: Ordering) -> Option<Self> {
        match ordering {
            Ordering::Greater => Some(Self::High),
            Ordering::Less => Some(Self::Low),
            Ordering::Equal => None,
        }
    }
}

/// A rule that a point belongs to, and its direction there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSignal {
    pub rule: ControlRule,
    pub direction: SignalDirection,
}

/// How far from the mean a point lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Within two thirds of the way to the limit.
    Middle,
    /// Beyond two thirds of the way, and not beyond the limit.
    Near,
    /// Beyond the limit.
    Outside,
}

/// A point as the rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulePoint {
    /// The value against the one before it; equal for the first.
    pub step: Ordering,
    /// The value against the mean.
    pub side: Ordering,
    pub zone: Zone,
}

/// For each point all rules it belongs to, the one that decides its type first, the others in the order of [`ControlRule`].
/// A point at the top or bottom of two trends has both, the deciding one first.
pub fn signals(places: &[RulePoint]) -> Vec<Vec<RuleSignal>> {
    let rising = in_window(places, SEVEN, |window| window.iter().skip(1).all(|p| p.step == Ordering::Greater));
    let falling = in_window(places, SEVEN, |window| window.iter().skip(1).all(|p| p.step == Ordering::Less));
    let high = in_window(places, SEVEN, |window| window.iter().all(|p| p.side == Ordering::Greater));
    let low = in_window(places, SEVEN, |window| window.iter().all(|p| p.side == Ordering::Less));
    let pair = in_window(places, 3, is_pair);
    let mut found: Vec<Vec<RuleSignal>> = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        let at = |flags: &[bool], index: usize| flags.get(index).copied().unwrap_or(false);
        let mut of_point = Vec::new();
        let mut push = |rule, direction: Option<SignalDirection>| {
            of_point.extend(direction.map(|direction| RuleSignal { rule, direction }));
        };
        if place.zone == Zone::Outside {
            push(ControlRule::OutsideLimits, SignalDirection::of(place.side));
        }
        let (up, down) = (at(&rising, index), at(&falling, index));
        if up || down {
            let next = places.get(index + 1).filter(|_| at(&rising, index + 1) || at(&falling, index + 1));
            for direction in trend_directions(*place, next, up, down) {
                push(ControlRule::TrendOfSeven, Some(direction));
            }
        }
        if place.zone == Zone::Near && at(&pair, index) {
            push(ControlRule::TwoInThree, SignalDirection::of(place.side));
        }
        if at(&high, index) || at(&low, index) {
            push(ControlRule::RunOfSeven, SignalDirection::of(place.side));
        }
        found.push(of_point);
    }
    found
}

/// The directions of the trends a point is in. The step to the next point decides if that point is in a trend too,
/// otherwise the step from the previous one.
fn trend_directions(place: RulePoint, next: Option<&RulePoint>, up: bool, down: bool) -> Vec<SignalDirection> {
    let only = if up { SignalDirection::High } else { SignalDirection::Low };
    let to_next = next.and_then(|next| SignalDirection::of(next.step));
    let first = to_next.or_else(|| SignalDirection::of(place.step)).unwrap_or(only);
    let mut directions = vec![first];
    if up && down {
        directions.push(if first == SignalDirection::High { SignalDirection::Low } else { SignalDirection::High });
    }
    directions
}

/// At least two of three near a limit, and all three on one side of the mean.
fn is_pair(window: &[RulePoint]) -> bool {
    let one_side = |side| window.iter().all(|place| place.side == side);
    window.iter().filter(|place| place.zone == Zone::Near).count() >= 2
        && (one_side(Ordering::Greater) || one_side(Ordering::Less))
}

/// Which points lie in a window of `length` points that passes the test.
fn in_window(places: &[RulePoint], length: usize, passes: impl Fn(&[RulePoint]) -> bool) -> Vec<bool> {
    let mut flags = vec![false; places.len()];
    for (start, window) in places.windows(length).enumerate() {
        if passes(window) {
            flags.iter_mut().skip(start).take(length).for_each(|flag| *flag = true);
        }
    }
    flags
}

/// A value against a line: exactly, or with equality within 1e-9 · max(1, |line|).
pub(super) fn compare(value: f64, line: f64, tolerant: bool) -> Ordering {
    if tolerant && (value - line).abs() <= EQUAL * line.abs().max(1.0) {
        return Ordering::Equal;
    }
    value.partial_cmp(&line).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(side: Ordering, zone: Zone) -> RulePoint {
        RulePoint { step: Ordering::Equal, side, zone }
    }

    fn with_steps(values: &[i32]) -> Vec<RulePoint> {
        let step = |i: usize| if i == 0 { Ordering::Equal } else { values[i].cmp(&values[i - 1]) };
        let of = |i| RulePoint { step: step(i), side: Ordering::Equal, zone: Zone::Middle };
        (0..values.len()).map(of).collect()
    }

    fn trend(values: &[i32]) -> Vec<Option<SignalDirection>> {
        signals(&with_steps(values)).iter().map(|of| of.first().map(|s| s.direction)).collect()
    }

    #[test]
    fn trends_as_published() {
        // NHSRplotthedots 0.2.2, test-ptd_calculate_point_type.R.
        assert!(trend(&[1, 2, 3, 4, 5, 6]).iter().all(Option::is_none));
        assert!(trend(&[1, 2, 3, 3, 4, 5, 6]).iter().all(Option::is_none));
        assert_eq!(trend(&[7, 6, 5, 4, 3, 2, 1]), vec![Some(SignalDirection::Low); 7]);
        let mut wanted = vec![Some(SignalDirection::High); 9];
        (wanted[0], wanted[8]) = (None, None);
        assert_eq!(trend(&[2, 1, 2, 3, 4, 5, 6, 7, 3]), wanted);
    }

    #[test]
    fn the_top_of_a_rise_and_a_fall_is_in_both() {
        let of = signals(&with_steps(&[1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]));
        let directions: Vec<_> = of[6].iter().map(|signal| signal.direction).collect();
        assert_eq!(directions, [SignalDirection::Low, SignalDirection::High]);
        assert_eq!(of[5].len(), 1);
        // The next point begins a fall without a step to it: the step from the previous one decides.
        let level = signals(&with_steps(&[1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1]));
        assert_eq!(level[6].iter().map(|s| s.direction).collect::<Vec<_>>(), [SignalDirection::High]);
        assert_eq!(level[7].iter().map(|s| s.direction).collect::<Vec<_>>(), [SignalDirection::Low]);
    }

    #[test]
    fn only_near_points_of_a_window_are_marked() {
        use Ordering::{Equal, Greater, Less};
        use Zone::{Middle, Near, Outside};
        let marked = |places: &[(Ordering, Zone)]| -> Vec<bool> {
            let places: Vec<_> = places.iter().map(|&(side, zone)| place(side, zone)).collect();
            signals(&places).iter().map(|of| of.iter().any(|s| s.rule == ControlRule::TwoInThree)).collect()
        };
        assert_eq!(marked(&[(Greater, Near), (Greater, Middle), (Greater, Near)]), [true, false, true]);
        assert_eq!(marked(&[(Greater, Near), (Less, Middle), (Greater, Near)]), [false; 3]);
        assert_eq!(marked(&[(Greater, Near), (Equal, Middle), (Greater, Near)]), [false; 3]);
        assert_eq!(marked(&[(Greater, Near), (Greater, Outside), (Greater, Middle)]), [false; 3]);
        assert_eq!(marked(&[(Greater, Near), (Greater, Outside), (Greater, Near)]), [true, false, true]);
        assert_eq!(marked(&[(Greater, Near), (Greater, Near)]), [false; 2]);
    }

    #[test]
    fn all_rules_of_a_point_in_their_order() {
        let mut places = vec![place(Ordering::Less, Zone::Near); 8];
        places[7].zone = Zone::Outside;
        let of = signals(&places);
        let rules = |index: usize| of[index].iter().map(|s| s.rule).collect::<Vec<_>>();
        assert_eq!(rules(7), [ControlRule::OutsideLimits, ControlRule::RunOfSeven]);
        assert_eq!(rules(6), [ControlRule::TwoInThree, ControlRule::RunOfSeven]);
        assert!(of.iter().flatten().all(|s| s.direction == SignalDirection::Low));
        places[3].side = Ordering::Equal;
        assert!(signals(&places).iter().flatten().all(|s| s.rule != ControlRule::RunOfSeven));
    }
}
