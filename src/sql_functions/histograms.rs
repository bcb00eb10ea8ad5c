//! Percentiles of delays over the rows of a group, each row a value with its count.

use super::arguments::{level_of, lower, upper, whole};
use crate::engine::functions::{AggregateFunction, Answer, Bars};
use crate::stats::histogram::{Histogram, Percent};
use crate::stats::percentile::{percentile, percentile_interval};
use crate::stats::survival::SurvivalCurve;
use crate::vocabulary::quantity::Interval;

const PERCENT: &[&str] = &["percent"];
const PERCENT_LEVEL: &[&str] = &["percent", "level"];

pub(super) const WITH_OPEN: &[AggregateFunction] = &[
    with_open("km_percentile", PERCENT, "the percentile", |bars, a| {
        let (histogram, percent, []) = read(bars, a)?;
        Ok(SurvivalCurve::new(&histogram).percentile(percent).value())
    }),
    with_open("km_percentile_lower", PERCENT_LEVEL, "its lower limit (log-log)", |bars, a| lower(km_limits(bars, a))),
    with_open("km_percentile_upper", PERCENT_LEVEL, "its upper limit", |bars, a| upper(km_limits(bars, a))),
];

pub(super) const OF_CLOSED: &[AggregateFunction] = &[
    of_closed("percentile_of", PERCENT, "the percentile", |bars, a| {
        let (histogram, percent, []) = read(bars, a)?;
        Ok(percentile(&histogram, percent).value())
    }),
    of_closed("percentile_of_lower", PERCENT_LEVEL, "its lower limit", |bars, a| lower(rank_limits(bars, a))),
    of_closed("percentile_of_upper", PERCENT_LEVEL, "its upper limit", |bars, a| upper(rank_limits(bars, a))),
];

type Computed = fn(&Bars, &[f64]) -> Answer<f64>;

/// A function of closed and open cases.
const fn with_open(
    name: &'static str,
    settings: &'static [&'static str],
    summary: &'static str,
    compute: Computed,
) -> AggregateFunction {
    AggregateFunction { name, observed: true, settings, optional: "cap", summary, compute }
}

/// A function of closed cases only.
const fn of_closed(
    name: &'static str,
    settings: &'static [&'static str],
    summary: &'static str,
    compute: Computed,
) -> AggregateFunction {
    AggregateFunction { name, observed: false, settings, optional: "cap", summary, compute }
}

/// The histogram, the percentile and `N` further settings; a setting more is the cap.
fn read<const N: usize>(bars: &Bars, settings: &[f64]) -> Result<(Histogram, Percent, [f64; N]), String> {
    let wrong = || format!("takes a percentile, {N} more and a cap");
    let (percent, rest) = settings.split_first().ok_or_else(wrong)?;
    let (more, rest) = rest.split_first_chunk::<N>().ok_or_else(wrong)?;
    let cap = rest.first().map(|&cap| whole("cap", cap)).transpose()?;
    let histogram = Histogram::new(bars.iter().map(|(&(value, ended), &count)| (value, ended, count)), cap);
    Ok((histogram, percent_of(*percent)?, *more))
}

fn percent_of(number: f64) -> Result<Percent, String> {
    let percent = whole("percent", number).ok().and_then(|percent| u8::try_from(percent).ok()).and_then(Percent::new);
    percent.ok_or_else(|| format!("percent {number} is not a whole number from 1 to 99"))
}

fn km_limits(bars: &Bars, settings: &[f64]) -> Answer<Interval> {
    let (histogram, percent, [level]) = read(bars, settings)?;
    let curve = SurvivalCurve::new(&histogram);
    Ok(Some(curve.percentile_interval(percent, level_of(level)?)))
}

fn rank_limits(bars: &Bars, settings: &[f64]) -> Answer<Interval> {
    let (histogram, percent, [level]) = read(bars, settings)?;
    Ok(percentile_interval(&histogram, percent, level_of(level)?).map(|ranks| ranks.interval))
}
