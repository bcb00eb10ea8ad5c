//! Counts, rates, ratios of counts and standardised ratios with their exact intervals, and Byar's for parity.

use super::arguments::{amount, answer, counts, level_of, lower, multiplier_of, numbers, upper, whole};
use super::number;
use crate::engine::functions::{Answer, ScalarFunction};
use crate::stats::Level;
use crate::stats::as_phe::byar_interval;
use crate::stats::rate::{count_interval, rate_interval};
use crate::stats::rate_ratio::{RateRatio, ratio_of_counts};
use crate::stats::standardise::{Standardised, indirect_ratio};
use crate::vocabulary::quantity::Interval;

const COUNT: &[&str] = &["count", "level"];
const RATE: &[&str] = &["count", "exposure", "multiplier", "level"];
const RATIO: &[&str] = &["a", "b", "level"];
const STANDARDISED: &[&str] = &["observed", "expected", "level"];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    number("poisson_lower", COUNT, "lower exact Poisson limit of a count", |a| lower(poisson(a))),
    number("poisson_upper", COUNT, "upper exact Poisson limit of a count", |a| upper(poisson(a))),
    number("byar_lower", COUNT, "lower limit by Byar, for parity with PHE only", |a| lower(byar(a))),
    number("byar_upper", COUNT, "upper limit by Byar, for parity with PHE only", |a| upper(byar(a))),
    number("rate_lower", RATE, "lower exact Poisson limit of a rate", |a| lower(rate(a))),
    number("rate_upper", RATE, "upper exact Poisson limit of a rate", |a| upper(rate(a))),
    number("count_ratio", &["a", "b"], "a / b, both of them random", |a| {
        let [x, y] = numbers(a)?;
        Ok(ratio(x, y, Level::LOOK)?.and_then(|ratio| ratio.value))
    }),
    number("count_ratio_lower", RATIO, "lower exact limit of a / b", |a| lower(ratio_limits(a))),
    number("count_ratio_upper", RATIO, "upper exact limit of a / b", |a| upper(ratio_limits(a))),
    number("standardised_ratio", &["observed", "expected"], "observed / expected", |a| {
        let [observed, expected] = numbers(a)?;
        Ok(standardised(observed, expected, Level::LOOK)?.map(|ratio| ratio.value))
    }),
    number("standardised_ratio_lower", STANDARDISED, "its lower limit, the count exact", |a| {
        lower(standardised_limits(a))
    }),
    number("standardised_ratio_upper", STANDARDISED, "its upper limit, the count exact", |a| {
        upper(standardised_limits(a))
    }),
];

fn poisson(arguments: &[f64]) -> Answer<Interval> {
    let [count, level] = numbers(arguments)?;
    answer(count_interval(whole("count", count)?, level_of(level)?))
}

/// A count that need not be whole, as the package has it.
fn byar(arguments: &[f64]) -> Answer<Interval> {
    let [count, level] = numbers(arguments)?;
    Ok(byar_interval(amount("count", count)?, level_of(level)?))
}

fn rate(arguments: &[f64]) -> Answer<Interval> {
    let [count, exposure, multiplier, level] = numbers(arguments)?;
    let counts = counts(["count", "exposure"], [count, exposure])?;
    answer(rate_interval(counts.numerator, counts.denominator, multiplier_of(multiplier)?, level_of(level)?))
}

fn ratio(a: f64, b: f64, level: Level) -> Answer<RateRatio> {
    answer(ratio_of_counts(whole("a", a)?, whole("b", b)?, level))
}

fn ratio_limits(arguments: &[f64]) -> Answer<Interval> {
    let [a, b, level] = numbers(arguments)?;
    Ok(ratio(a, b, level_of(level)?)?.map(|ratio| ratio.interval))
}

fn standardised(observed: f64, expected: f64, level: Level) -> Answer<Standardised> {
    let (observed, expected) = (whole("observed", observed)?, amount("expected", expected)?);
    answer(indirect_ratio(observed, expected, level))
}

fn standardised_limits(arguments: &[f64]) -> Answer<Interval> {
    let [observed, expected, level] = numbers(arguments)?;
    Ok(standardised(observed, expected, level_of(level)?)?.map(|ratio| ratio.interval))
}
