//! Arguments as the statistics take them, and their answers as a statement takes them.

use crate::engine::functions::Answer;
use crate::stats::Level;
use crate::stats::counts::Counts;
use crate::vocabulary::quantity::{Interval, Status};

/// Counts arrive as floating point numbers, which hold every whole number below 2^53.
const TOO_LARGE: f64 = 9_007_199_254_740_992.0;

/// Exactly `N` arguments.
pub(super) fn numbers<const N: usize>(arguments: &[f64]) -> Result<[f64; N], String> {
    arguments.try_into().map_err(|_| format!("takes {N} arguments"))
}

/// A confidence level.
pub(super) fn level_of(level: f64) -> Result<Level, String> {
    Level::new(level).map_err(|error| error.to_string())
}

/// A whole number, not below zero.
pub(super) fn whole(name: &str, number: f64) -> Result<i64, String> {
    if number < 0.0 {
        return Err(format!("{name} {number} is below zero"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "held to be whole and below 2^53")]
    let whole = number as i64;
    let exact = number.fract() == 0.0 && number < TOO_LARGE;
    if exact { Ok(whole) } else { Err(format!("{name} {number} is not a whole number below 2^53")) }
}

/// A number that need not be whole, not below zero.
pub(super) fn amount(name: &str, number: f64) -> Result<f64, String> {
    let usable = number.is_finite() && number >= 0.0;
    if usable { Ok(number) } else { Err(format!("{name} {number} is below zero or endless")) }
}

/// What a rate is multiplied by.
pub(super) fn multiplier_of(number: f64) -> Result<u32, String> {
    let multiplier = u32::try_from(whole("multiplier", number)?).ok().filter(|multiplier| *multiplier > 0);
    multiplier.ok_or_else(|| format!("multiplier {number} is not from 1 to {}", u32::MAX))
}

/// A numerator and its denominator, by their names.
pub(super) fn counts(names: [&str; 2], numbers: [f64; 2]) -> Result<Counts, String> {
    let ([numerator, denominator], [x, n]) = (names, numbers);
    Ok(Counts::new(whole(numerator, x)?, whole(denominator, n)?))
}

/// Where the figure cannot exist there is no answer; figures that contradict each other are an error.
pub(super) fn answer<T>(result: Result<T, Status>) -> Answer<T> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Status::Missing(reason)) => Err(reason),
        Err(_) => Ok(None),
    }
}

/// The lower limit, where it is not open.
pub(super) fn lower(interval: Answer<Interval>) -> Answer<f64> {
    Ok(interval?.and_then(|limits| limits.lower))
}

/// The upper limit, where it is not open.
pub(super) fn upper(interval: Answer<Interval>) -> Answer<f64> {
    Ok(interval?.and_then(|limits| limits.upper))
}
