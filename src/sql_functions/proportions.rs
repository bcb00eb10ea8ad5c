//! Proportions with their intervals, and where they stand against a target.

use super::arguments::{answer, counts, level_of, lower, numbers, upper};
use super::{number, text};
use crate::engine::functions::{Answer, ScalarFunction};
use crate::stats::proportion::{exact_proportion_interval, proportion, wilson_interval};
use crate::stats::targets::{TargetFraction, TargetPosition, TargetSide, target_position};
use crate::vocabulary::quantity::Interval;

const SHARE: &[&str] = &["numerator", "denominator", "level"];
const TARGET: &[&str] = &["x", "n", "target_x", "target_n", "level"];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    number("wilson_lower", SHARE, "lower Wilson limit", |a| lower(wilson(a))),
    number("wilson_upper", SHARE, "upper Wilson limit", |a| upper(wilson(a))),
    number("exact_lower", SHARE, "lower exact limit (Clopper-Pearson)", |a| lower(exact(a))),
    number("exact_upper", SHARE, "upper exact limit", |a| upper(exact(a))),
    text("target_at_least", TARGET, "met_clearly, met, not_met, not_met_clearly", |a| target(a, TargetSide::AtLeast)),
    text("target_at_most", TARGET, "the same where less is better", |a| target(a, TargetSide::AtMost)),
];

fn wilson(arguments: &[f64]) -> Answer<Interval> {
    let [x, n, level] = numbers(arguments)?;
    let (share, level) = (counts(["numerator", "denominator"], [x, n])?, level_of(level)?);
    answer(wilson_interval(share.numerator, share.denominator, level))
}

fn exact(arguments: &[f64]) -> Answer<Interval> {
    let [x, n, level] = numbers(arguments)?;
    let (share, level) = (counts(["numerator", "denominator"], [x, n])?, level_of(level)?);
    answer(exact_proportion_interval(share.numerator, share.denominator, level))
}

/// The position of x/n with its Wilson interval.
fn target(arguments: &[f64], side: TargetSide) -> Answer<&'static str> {
    let [x, n, target_x, target_n, level] = numbers(arguments)?;
    let figure = counts(["x", "n"], [x, n])?;
    let target = TargetFraction { value: counts(["target_x", "target_n"], [target_x, target_n])?, side };
    if answer(proportion(target.value.numerator, target.value.denominator))?.is_none() {
        return Err("the target has no denominator".to_owned());
    }
    let interval = answer(wilson_interval(figure.numerator, figure.denominator, level_of(level)?))?;
    let Some(interval) = interval else { return Ok(None) };
    Ok(answer(target_position(figure, interval, target))?.map(TargetPosition::as_str))
}
