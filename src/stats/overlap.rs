//! Comparison by overlapping intervals, as public comparison sites do it; for reconciliation, each under its own name.
//! Native labels come from the difference to peers instead.

use super::benchmark::Strength;
use super::difference::{Direction, direction};
use crate::quantity::Interval;

/// An area's interval against a benchmark taken as known: [`Direction::Unclear`] is "similar", and touching is. `None`
/// where an open side leaves it undecided.
pub fn single_overlap(area: Interval, benchmark: f64) -> Option<Direction> {
    let less = |limit: f64| limit - benchmark;
    direction(Interval { lower: area.lower.map(less), upper: area.upper.map(less) })
}

/// The same at two levels: the stronger one that shows a difference, or [`Direction::Unclear`] without a strength.
pub fn two_level_overlap(look: Interval, act: Interval, benchmark: f64) -> Option<(Direction, Option<Strength>)> {
    match (single_overlap(act, benchmark), single_overlap(look, benchmark)) {
        (Some(found @ (Direction::Above | Direction::Below)), _) => Some((found, Some(Strength::Act))),
        (_, Some(found @ (Direction::Above | Direction::Below))) => Some((found, Some(Strength::Look))),
        (_, found) => found.map(|found| (found, None)),
    }
}

/// An area's interval against the benchmark's: apart or not. Conservative, since two intervals can overlap although their
/// difference is clear.
pub fn double_overlap(area: Interval, benchmark: Interval) -> Option<Direction> {
    let difference = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
    direction(Interval {
        lower: difference(area.lower, benchmark.upper),
        upper: difference(area.upper, benchmark.lower),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(lower: f64, upper: f64) -> Interval {
        Interval { lower: Some(lower), upper: Some(upper) }
    }

    #[test]
    fn touching_is_similar() {
        let of = |benchmark| single_overlap(interval(10.0, 12.0), benchmark);
        assert_eq!(
            [9.9, 10.0, 12.0, 12.1].map(of),
            [Some(Direction::Above), Some(Direction::Unclear), Some(Direction::Unclear), Some(Direction::Below)]
        );
        assert_eq!(single_overlap(Interval { lower: None, upper: Some(5.0) }, 5.0), None);
    }

    #[test]
    fn two_levels_name_the_stronger() {
        let of = |benchmark| two_level_overlap(interval(10.0, 12.0), interval(9.0, 13.0), benchmark);
        assert_eq!(of(8.0), Some((Direction::Above, Some(Strength::Act))));
        assert_eq!(of(9.5), Some((Direction::Above, Some(Strength::Look))));
        assert_eq!(of(11.0), Some((Direction::Unclear, None)));
        assert_eq!(of(12.5), Some((Direction::Below, Some(Strength::Look))));
        let open = Interval { lower: None, upper: None };
        assert_eq!(two_level_overlap(open, open, 1.0), None);
    }

    #[test]
    fn intervals_that_meet_are_not_apart() {
        let of = |lower, upper| double_overlap(interval(10.0, 12.0), interval(lower, upper));
        assert_eq!(of(12.0, 14.0), Some(Direction::Unclear));
        assert_eq!(of(12.1, 14.0), Some(Direction::Below));
        assert_eq!(of(8.0, 9.9), Some(Direction::Above));
        assert_eq!(double_overlap(interval(1.0, 2.0), Interval { lower: None, upper: None }), None);
    }
}
