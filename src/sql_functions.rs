//! The statistics as functions for ad hoc statements. Each calls the one that made the published figure.

use crate::engine::ScalarFunction;
use crate::quantity::{Interval, Status};
use crate::stats::Level;
use crate::stats::difference::{Estimate, difference_interval};
use crate::stats::proportion::{proportion, wilson_interval};
use crate::stats::rate::{count_interval, rate_interval};

/// Every function, in the order of the help.
pub const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "wilson_lower",
        arguments: &["numerator", "denominator", "level"],
        summary: "lower Wilson limit of a proportion, from 0 to 1",
        compute: |a| wilson(a).map(|limits| limits?.lower),
    },
    ScalarFunction {
        name: "wilson_upper",
        arguments: &["numerator", "denominator", "level"],
        summary: "upper Wilson limit of a proportion, from 0 to 1",
        compute: |a| wilson(a).map(|limits| limits?.upper),
    },
    ScalarFunction {
        name: "newcombe_lower",
        arguments: &["x1", "n1", "x2", "n2", "level"],
        summary: "lower limit of x1/n1 - x2/n2 (Newcombe's hybrid score)",
        compute: |a| newcombe(a).map(|limits| limits?.lower),
    },
    ScalarFunction {
        name: "newcombe_upper",
        arguments: &["x1", "n1", "x2", "n2", "level"],
        summary: "upper limit of x1/n1 - x2/n2 (Newcombe's hybrid score)",
        compute: |a| newcombe(a).map(|limits| limits?.upper),
    },
    ScalarFunction {
        name: "poisson_lower",
        arguments: &["count", "level"],
        summary: "lower exact Poisson limit of a count",
        compute: |a| poisson(a).map(|limits| limits?.lower),
    },
    ScalarFunction {
        name: "poisson_upper",
        arguments: &["count", "level"],
        summary: "upper exact Poisson limit of a count",
        compute: |a| poisson(a).map(|limits| limits?.upper),
    },
    ScalarFunction {
        name: "rate_lower",
        arguments: &["count", "exposure", "multiplier", "level"],
        summary: "lower exact Poisson limit of a rate",
        compute: |a| rate(a).map(|limits| limits?.lower),
    },
    ScalarFunction {
        name: "rate_upper",
        arguments: &["count", "exposure", "multiplier", "level"],
        summary: "upper exact Poisson limit of a rate",
        compute: |a| rate(a).map(|limits| limits?.upper),
    },
];

/// A limit, no limit, or arguments that make no sense.
type Answer<T> = Result<Option<T>, String>;

fn wilson(arguments: &[f64]) -> Answer<Interval> {
    let [x, n, level] = numbers(arguments)?;
    answer(wilson_interval(whole("numerator", x)?, whole("denominator", n)?, level_of(level)?))
}

fn newcombe(arguments: &[f64]) -> Answer<Interval> {
    let [x1, n1, x2, n2, level] = numbers(arguments)?;
    let level = level_of(level)?;
    let share = |names: (&str, &str), x: f64, n: f64| -> Answer<Estimate> {
        let (x, n) = (whole(names.0, x)?, whole(names.1, n)?);
        let value = answer(proportion(x, n))?;
        Ok(value.zip(answer(wilson_interval(x, n, level))?).map(|(value, interval)| Estimate { value, interval }))
    };
    let both = share(("x1", "n1"), x1, n1)?.zip(share(("x2", "n2"), x2, n2)?);
    Ok(both.map(|(a, b)| difference_interval(a, b)))
}

fn poisson(arguments: &[f64]) -> Answer<Interval> {
    let [count, level] = numbers(arguments)?;
    answer(count_interval(whole("count", count)?, level_of(level)?))
}

fn rate(arguments: &[f64]) -> Answer<Interval> {
    let [count, exposure, multiplier, level] = numbers(arguments)?;
    let multiplier = whole("multiplier", multiplier)?;
    let multiplier = u32::try_from(multiplier).map_err(|_| format!("multiplier {multiplier} is out of range"))?;
    answer(rate_interval(whole("count", count)?, whole("exposure", exposure)?, multiplier, level_of(level)?))
}

fn numbers<const N: usize>(arguments: &[f64]) -> Result<[f64; N], String> {
    arguments.try_into().map_err(|_| format!("takes {N} arguments"))
}

fn level_of(level: f64) -> Result<Level, String> {
    Level::new(level).map_err(|error| error.to_string())
}

/// Counts arrive as floating point numbers, which hold every whole number below 2^53.
fn whole(name: &str, number: f64) -> Result<i64, String> {
    #[expect(clippy::cast_possible_truncation, reason = "held to be whole and below 2^53")]
    let whole = number as i64;
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    if exact { Ok(whole) } else { Err(format!("{name} {number} is not a whole number")) }
}

/// Where the figure cannot exist there is no answer; figures that contradict each other are an error.
fn answer<T>(result: Result<T, Status>) -> Answer<T> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Status::Missing(reason)) => Err(reason),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: &[f64]) -> Answer<f64> {
        let function = FUNCTIONS.iter().find(|function| function.name == name).unwrap();
        assert_eq!(function.arguments.len(), arguments.len());
        (function.compute)(arguments)
    }

    fn near(name: &str, arguments: &[f64], expected: f64) {
        let found = call(name, arguments).unwrap().unwrap();
        assert!((found - expected).abs() < 5e-5, "{name}: {found}, expected {expected}");
    }

    /// Newcombe 1998 (both papers); `poisson_exact_limits` of the R documentation.
    #[test]
    fn functions_give_the_published_limits() {
        near("wilson_lower", &[81.0, 263.0, 0.95], 0.2553);
        near("wilson_upper", &[81.0, 263.0, 0.95], 0.3662);
        near("newcombe_lower", &[56.0, 70.0, 48.0, 80.0, 0.95], 0.0524);
        near("newcombe_upper", &[56.0, 70.0, 48.0, 80.0, 0.95], 0.3339);
        near("rate_lower", &[20.0, 100.0, 100.0, 0.95], 12.21652);
        near("poisson_upper", &[20.0, 0.95], 30.88838);
    }

    #[test]
    fn what_cannot_exist_is_no_answer_and_what_makes_no_sense_is_an_error() {
        assert_eq!(call("wilson_lower", &[0.0, 0.0, 0.95]), Ok(None));
        assert!(call("wilson_lower", &[3.0, 2.0, 0.95]).is_err());
        assert_eq!(call("wilson_lower", &[0.5, 2.0, 0.95]), Err("numerator 0.5 is not a whole number".into()));
        assert!(call("poisson_lower", &[3.0, 95.0]).unwrap_err().contains("confidence level"));
    }
}
