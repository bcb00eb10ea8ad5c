//! Two proportions or two rates, one against the other.

use super::arguments::{answer, counts, level_of, lower, numbers, upper};
use super::{number, text};
use crate::engine::functions::{Answer, ScalarFunction};
use crate::stats::Level;
use crate::stats::benchmark::{Benchmark, benchmark_proportion, benchmark_rate};
use crate::stats::counts::Counts;
use crate::stats::difference::Estimate;
use crate::stats::proportion_difference::{proportion_difference, proportion_difference_p_value};
use crate::stats::rate_ratio::{RateRatio, central_p_value, rate_ratio};
use crate::stats::widening::Widening;
use crate::vocabulary::quantity::{Interval, Status};

const SHARES: &[&str] = &["x1", "n1", "x2", "n2"];
const SHARES_LEVEL: &[&str] = &["x1", "n1", "x2", "n2", "level"];
const RATES: &[&str] = &["x1", "t1", "x2", "t2"];
const RATES_LEVEL: &[&str] = &["x1", "t1", "x2", "t2", "level"];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    number("newcombe_difference", SHARES, "x1/n1 - x2/n2", |a| {
        let (first, second) = shares(numbers(a)?)?;
        Ok(difference(first, second, Level::LOOK)?.map(|estimate| estimate.value))
    }),
    number("newcombe_lower", SHARES_LEVEL, "its lower limit (Newcombe's hybrid score)", |a| {
        lower(difference_limits(a))
    }),
    number("newcombe_upper", SHARES_LEVEL, "its upper limit", |a| upper(difference_limits(a))),
    number("newcombe_p", SHARES, "p-value that goes with these limits", |a| {
        let (first, second) = shares(numbers(a)?)?;
        answer(proportion_difference_p_value(first, second))
    }),
    number("rate_ratio", RATES, "(x1/t1) / (x2/t2)", |a| {
        let (first, second) = rates(numbers(a)?)?;
        Ok(ratio(first, second, Level::LOOK)?.and_then(|ratio| ratio.value))
    }),
    number("rate_ratio_lower", RATES_LEVEL, "its lower exact limit", |a| lower(ratio_limits(a))),
    number("rate_ratio_upper", RATES_LEVEL, "its upper exact limit", |a| upper(ratio_limits(a))),
    number("rate_ratio_p", RATES, "central p-value, which goes with these limits", |a| {
        let (first, second) = rates(numbers(a)?)?;
        answer(central_p_value(first, second))
    }),
    text(
        "proportion_benchmark",
        &["x1", "n1", "x2", "n2", "margin"],
        "such as lower_95; margin such as 0.02, 0: none",
        |a| {
            let [x1, n1, x2, n2, margin] = numbers(a)?;
            let (first, second) = shares([x1, n1, x2, n2])?;
            label(benchmark_proportion(first, second, share_margin(margin)?, Widening::NONE))
        },
    ),
    text(
        "rate_benchmark",
        &["x1", "t1", "x2", "t2", "margin"],
        "such as higher_95; margin such as 1.1, 1: none",
        |a| {
            let [x1, t1, x2, t2, margin] = numbers(a)?;
            let (first, second) = rates([x1, t1, x2, t2])?;
            label(benchmark_rate(first, second, ratio_margin(margin)?, Widening::NONE))
        },
    ),
];

fn shares([x1, n1, x2, n2]: [f64; 4]) -> Result<(Counts, Counts), String> {
    Ok((counts(["x1", "n1"], [x1, n1])?, counts(["x2", "n2"], [x2, n2])?))
}

fn rates([x1, t1, x2, t2]: [f64; 4]) -> Result<(Counts, Counts), String> {
    Ok((counts(["x1", "t1"], [x1, t1])?, counts(["x2", "t2"], [x2, t2])?))
}

fn difference(first: Counts, second: Counts, level: Level) -> Answer<Estimate> {
    answer(proportion_difference(first, second, level))
}

fn difference_limits(arguments: &[f64]) -> Answer<Interval> {
    let [x1, n1, x2, n2, level] = numbers(arguments)?;
    let (first, second) = shares([x1, n1, x2, n2])?;
    Ok(difference(first, second, level_of(level)?)?.map(|estimate| estimate.interval))
}

fn ratio(first: Counts, second: Counts, level: Level) -> Answer<RateRatio> {
    answer(rate_ratio(first, second, level))
}

fn ratio_limits(arguments: &[f64]) -> Answer<Interval> {
    let [x1, t1, x2, t2, level] = numbers(arguments)?;
    let (first, second) = rates([x1, t1, x2, t2])?;
    Ok(ratio(first, second, level_of(level)?)?.map(|ratio| ratio.interval))
}

/// A margin on a difference of proportions; 0 for none.
fn share_margin(margin: f64) -> Result<Option<f64>, String> {
    let usable = (0.0..=1.0).contains(&margin);
    if usable { Ok((margin > 0.0).then_some(margin)) } else { Err(format!("margin {margin} is not from 0 to 1")) }
}

/// A margin on a ratio; 1 for none.
fn ratio_margin(margin: f64) -> Result<Option<f64>, String> {
    let usable = margin.is_finite() && margin >= 1.0;
    if usable {
        Ok((margin > 1.0).then_some(margin))
    } else {
        Err(format!("margin {margin} is not a factor from 1 on"))
    }
}

fn label(benchmark: Result<Benchmark, Status>) -> Answer<&'static str> {
    Ok(answer(benchmark)?.map(|benchmark| benchmark.outcome.as_str()))
}
