//! The edition for those who follow the nation over many years: the move from one system to the other, long series, seasons,
//! regions, what a change is made of, standards over time, and what late data did. It looks up, adds up and words figures of
//! the release; what is judged was judged before.

pub mod adoption;
pub mod decomposition;
pub mod late;
pub mod migration;
pub mod regions;
pub mod revisions;
pub mod seasons;
pub mod series;
pub mod standards;
pub mod summary;

use crate::definitions::model::{Metric, StandardKind};
use crate::report::charts::SparkPoint;
use crate::report::facts::Facts;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::Status;

/// The periods of the long series, oldest first; those of the trend where the release has no longer ones.
pub fn long_periods<'a>(facts: &Facts<'a>) -> &'a [Period] {
    let release = facts.release;
    if release.long_series.periods.is_empty() { &release.trend } else { &release.long_series.periods }
}

/// The months that a metric which can only rise is followed by, oldest first.
pub fn long_months<'a>(facts: &Facts<'a>) -> &'a [Period] {
    let release = facts.release;
    let is_monthly = release.period.kind == PeriodType::Month;
    if release.long_series.months.is_empty() && is_monthly { &release.trend } else { &release.long_series.months }
}

/// The figures of a code in some periods.
pub fn figures<'a>(
    facts: &Facts<'a>,
    metric: &Metric,
    code: &BodyId,
    periods: &[Period],
) -> Vec<Option<&'a Observation>> {
    periods.iter().map(|period| facts.figure(metric, code, *period)).collect()
}

/// The value of a figure, where it has one.
pub fn value(figure: Option<&Observation>) -> Option<f64> {
    figure.filter(|one| one.status == Status::Value).and_then(|one| one.value)
}

/// The values of a code in some periods, as points of a line.
pub fn points(facts: &Facts<'_>, metric: &Metric, code: &BodyId, periods: &[Period]) -> Vec<SparkPoint> {
    let point = |period: &Period| SparkPoint {
        value: value(facts.figure(metric, code, *period)),
        provisional: facts.is_provisional(metric, code, *period),
    };
    periods.iter().map(point).collect()
}

/// Positions in some periods at which another version of the metric takes effect.
pub fn breaks(metric: &Metric, periods: &[Period]) -> Vec<usize> {
    let later = periods.iter().enumerate().skip(1);
    later.filter(|(_, period)| metric.breaks_in(**period)).map(|(at, _)| at).collect()
}

/// Whether a standard of this kind is of the past.
pub fn is_historical(kind: StandardKind) -> bool {
    matches!(kind, StandardKind::Historical | StandardKind::FormerLaw)
}

/// "January 2025 to March 2026": the span that some periods cover.
pub fn span_words(periods: &[Period]) -> String {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return String::new() };
    let (from, to) = (crate::report::words::month_words(first.first), crate::report::words::month_words(last.last()));
    if from == to { from } else { format!("{from} to {to}") }
}
