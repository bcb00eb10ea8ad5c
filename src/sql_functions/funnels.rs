//! Funnel limits round a stated centre, and where a force stands against them. Spread beyond chance is not allowed for.

use super::arguments::{answer, counts, lower, multiplier_of, numbers, upper, whole};
use super::{number, text};
use crate::engine::functions::{Answer, ScalarFunction};
use crate::stats::counts::Counts;
use crate::stats::funnel::{Boundary, Centre, FunnelLabel, FunnelLimits, proportion_funnel, rate_funnel};
use crate::stats::proportion::proportion;
use crate::stats::real;
use crate::vocabulary::quantity::Interval;

const SHARE: &[&str] = &["centre_x", "centre_n", "n", "level"];
const RATE: &[&str] = &["centre_x", "centre_t", "t", "multiplier", "level"];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    number("funnel_lower", SHARE, "lower limit of a proportion", |a| lower(share_limits(a))),
    number("funnel_upper", SHARE, "upper limit of a proportion", |a| upper(share_limits(a))),
    text("funnel_label", &["centre_x", "centre_n", "x", "n"], "such as within, below_95, above_99_8", share_label),
    number("rate_funnel_lower", RATE, "lower limit of a rate", |a| lower(rate_limits(a))),
    number("rate_funnel_upper", RATE, "upper limit of a rate", |a| upper(rate_limits(a))),
    text("rate_funnel_label", &["centre_x", "centre_t", "x", "t"], "the same for a rate", rate_label),
];

/// The centre, whose numbers are given and not summed.
fn centre_of(centre: Counts) -> Centre {
    Centre::standard(centre.numerator, centre.denominator)
}

/// The boundary at one of the two levels that a funnel has.
fn boundary_at(level: f64) -> Result<fn(FunnelLimits) -> Boundary, String> {
    let is = |known: f64| (level - known).abs() < 1e-12;
    if is(0.95) {
        Ok(|limits| limits.look)
    } else if is(0.998) {
        Ok(|limits| limits.act)
    } else {
        Err(format!("a funnel has the levels 0.95 and 0.998, and {level} is neither"))
    }
}

fn share_limits(arguments: &[f64]) -> Answer<Interval> {
    let [centre_x, centre_n, n, level] = numbers(arguments)?;
    let centre = centre_of(counts(["centre_x", "centre_n"], [centre_x, centre_n])?);
    let (cases, boundary) = (whole("n", n)?, boundary_at(level)?);
    let limits = answer(proportion_funnel(centre, cases))?;
    Ok(limits.map(|limits| boundary(limits).drawn(1.0, real(cases))))
}

fn share_label(arguments: &[f64]) -> Answer<&'static str> {
    let [centre_x, centre_n, x, n] = numbers(arguments)?;
    let centre = centre_of(counts(["centre_x", "centre_n"], [centre_x, centre_n])?);
    let force = counts(["x", "n"], [x, n])?;
    answer(proportion(force.numerator, force.denominator))?;
    let limits = answer(proportion_funnel(centre, force.denominator))?;
    Ok(limits.and_then(|limits| label(&limits, force)))
}

fn rate_limits(arguments: &[f64]) -> Answer<Interval> {
    let [centre_x, centre_t, t, multiplier, level] = numbers(arguments)?;
    let centre = centre_of(counts(["centre_x", "centre_t"], [centre_x, centre_t])?);
    let (exposure, multiplier, boundary) = (whole("t", t)?, multiplier_of(multiplier)?, boundary_at(level)?);
    let limits = answer(rate_funnel(centre, exposure))?;
    Ok(limits.map(|limits| boundary(limits).drawn(f64::from(multiplier), real(exposure))))
}

fn rate_label(arguments: &[f64]) -> Answer<&'static str> {
    let [centre_x, centre_t, x, t] = numbers(arguments)?;
    let centre = centre_of(counts(["centre_x", "centre_t"], [centre_x, centre_t])?);
    let force = counts(["x", "t"], [x, t])?;
    let limits = answer(rate_funnel(centre, force.denominator))?;
    Ok(limits.and_then(|limits| label(&limits, force)))
}

/// Too few cases to tell is no answer.
fn label(limits: &FunnelLimits, force: Counts) -> Option<&'static str> {
    let label = limits.label(force.numerator);
    (label != FunnelLabel::CannotTell).then(|| label.as_str())
}
