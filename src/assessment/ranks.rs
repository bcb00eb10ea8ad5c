//! The place of each organisation among those with a value, with the places that chance leaves open.

use super::differences::counts_of;
use super::headlines::Headlines;
use crate::stats::Level;
use crate::stats::counts::Counts;
use crate::stats::proportion::wilson_interval;
use crate::stats::ranks::{Rank, Ranked, joint_level, ranks};
use crate::stats::rate::rate_interval;
use crate::stats::rate_ratio::ratio_of_counts;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, Shape};

/// An organisation's place in the report's period. 1 is the best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRank {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    pub rank: Rank,
}

/// Places by a proportion or a rate for which one side is better.
pub(super) fn of_metric(headlines: &Headlines<'_>) -> Vec<OrganisationRank> {
    let metric = headlines.metric;
    let Some(period) = headlines.input.trend.last().copied() else { return Vec::new() };
    // A place needs the interval of chance, which dependent units do not have.
    let has_intervals = matches!(metric.shape, Shape::Proportion | Shape::Rate | Shape::CountRatio);
    if !has_intervals || metric.dependent_units {
        return Vec::new();
    }
    let at = headlines.last();
    let counted = |code: &BodyId| Some((code.clone(), counts_of(headlines.figure(code, at)?)?));
    let counted: Vec<(BodyId, Counts)> =
        headlines.organisations().filter_map(counted).filter(|(_, counts)| counts.denominator > 0).collect();
    let Ok(level) = joint_level(counted.len()) else { return Vec::new() };
    let ranked: Vec<Option<Ranked>> = counted
        .iter()
        .map(|(_, counts)| Some(Ranked { value: counts.rate(), interval: interval(metric.shape, *counts, level)? }))
        .collect();
    let places = counted.into_iter().zip(ranks(&ranked, metric.better));
    places
        .filter_map(|((org_code, _), rank)| {
            Some(OrganisationRank { metric_id: metric.id.clone(), org_code, period, rank: rank? })
        })
        .collect()
}

fn interval(shape: Shape, counts: Counts, level: Level) -> Option<Interval> {
    let Counts { numerator, denominator } = counts;
    match shape {
        Shape::Proportion => wilson_interval(numerator, denominator, level).ok(),
        Shape::CountRatio => Some(ratio_of_counts(numerator, denominator, level).ok()?.interval),
        _ => rate_interval(numerator, denominator, 1, level).ok(),
    }
}
