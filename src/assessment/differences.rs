//! How one figure differs from another of the same metric: by their counts, or by the limits of both.

use crate::stats::benchmark::{
    Benchmark, LimitedFigure, benchmark_count_ratio, benchmark_delay, benchmark_full_count, benchmark_proportion,
    benchmark_rate,
};
use crate::stats::counts::Counts;
use crate::stats::widening::Widening;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Interval, RatioDifference, Shape, Status};

/// One share less another, in whole numbers.
pub(super) fn share_difference(shape: Shape, one: Option<Counts>, other: Option<Counts>) -> Option<RatioDifference> {
    let (one, other) = one.zip(other).filter(|_| shape == Shape::Proportion)?;
    RatioDifference::of(one.into(), other.into())
}

/// How a figure differs from another of the same metric, such as that of a year before: as [`compare_counts`] says, delays by
/// the limits of both.
///
/// # Errors
/// Why it cannot be told.
pub(super) fn compare_figures(
    shape: Shape,
    figure: &Observation,
    other: &Observation,
    widening: Widening,
) -> Result<Benchmark, Status> {
    match shape {
        Shape::Proportion | Shape::Rate | Shape::CountRatio | Shape::Count => {
            let counts = exposed_counts(figure).zip(exposed_counts(other)).ok_or_else(no_figure)?;
            compare_counts(shape, counts.0, counts.1, None, widening)
        }
        Shape::Distribution | Shape::Status => {
            let (a, b) = limits_of(figure).zip(limits_of(other)).ok_or_else(no_figure)?;
            benchmark_delay(a, b, None)
        }
    }
}

/// Two figures by their counts: proportions by their difference, rates and ratios of counts by their exact ratio, full counts
/// by their difference alone. Of a proportion the margin is a share, else a factor; delays and grades have no counts.
pub(super) fn compare_counts(
    shape: Shape,
    counts: Counts,
    other: Counts,
    margin: Option<f64>,
    widening: Widening,
) -> Result<Benchmark, Status> {
    match shape {
        Shape::Proportion => benchmark_proportion(counts, other, margin, widening),
        Shape::Rate => benchmark_rate(counts, other, margin, widening),
        Shape::CountRatio => benchmark_count_ratio(counts, other, margin),
        Shape::Count => Ok(benchmark_full_count(counts.numerator, other.numerator)),
        Shape::Distribution | Shape::Status => Err(no_figure()),
    }
}

/// Numerator and denominator of a value; the denominator of a count is one period.
fn exposed_counts(figure: &Observation) -> Option<Counts> {
    let alone = |figure: &Observation| figure.numerator.map(|count| Counts::new(count, 1));
    counts_of(figure)
        .or_else(|| alone(figure).filter(|_| figure.denominator.is_none() && figure.status == Status::Value))
}

pub(super) fn no_figure() -> Status {
    Status::CannotTell("there is no figure to compare".to_owned())
}

/// Numerator and denominator of a value.
pub(super) fn counts_of(figure: &Observation) -> Option<Counts> {
    let counts = figure.numerator.zip(figure.denominator).map(|(x, n)| Counts::new(x, n));
    counts.filter(|_| figure.status == Status::Value)
}

pub(super) fn limits_of(figure: &Observation) -> Option<LimitedFigure> {
    let open = Interval { lower: None, upper: None };
    let limits = |interval: Option<Interval>| interval.unwrap_or(open);
    Some(LimitedFigure { value: figure.value?, look: limits(figure.interval_95), act: limits(figure.interval_998) })
}
