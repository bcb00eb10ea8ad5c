//! Sums over organisations of which some returned nothing: what they could be if the missing cases had all had the
//! property, or none of them, and whether the verdict on a standard would be the same.

use super::differences::counts_of;
use super::headlines::{Headlines, Presence};
use super::labels::Undecided;
use crate::stats::incomplete::worst_and_best;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::{FigureId, Observation};
use crate::vocabulary::quantity::Shape;

/// The figures of which something is undecided.
pub(super) fn undecided(headlines: &Headlines<'_>) -> Vec<(FigureId, Undecided)> {
    if headlines.metric.shape != Shape::Proportion {
        return Vec::new();
    }
    let sums = headlines.sums.iter();
    let mut found = Vec::new();
    for (code, members) in sums {
        for at in 0..headlines.input.trend.len() {
            let Some(figure) = headlines.figure(code, at) else { continue };
            let cases = missing_cases(headlines, figure, (code, members), at);
            let bounds = cases.and_then(|cases| bounds(headlines, figure, cases));
            found.extend(bounds.map(|bounds| (figure.id(), bounds)));
        }
    }
    found
}

/// `None` where nothing is missing, where a missing organisation has never had a figure in the run, and beside withheld
/// figures, whose part of the sum is not known.
fn missing_cases(
    headlines: &Headlines<'_>,
    figure: &Observation,
    (code, members): (&BodyId, &[&BodyId]),
    at: usize,
) -> Option<i64> {
    let incomplete = figure.coverage.is_some_and(|coverage| coverage.returned < coverage.expected);
    let all = counts_of(figure).filter(|_| incomplete)?.denominator;
    let (mut whole, mut missing) = (0_i64, 0_i64);
    for member in members {
        match headlines.presence(code, member, at) {
            Presence::Whole(own) => whole += counts_of(own).map_or(0, |counts| counts.denominator),
            Presence::Lacking => missing += Some(headlines.usual.cases(member)).filter(|cases| *cases > 0)?,
            Presence::Withheld => return None,
            Presence::Outside => {}
        }
    }
    // Of some the other months of the period are in the sum already.
    Some((missing - (all - whole).max(0)).max(0)).filter(|cases| *cases > 0)
}

fn bounds(headlines: &Headlines<'_>, figure: &Observation, cases: i64) -> Option<Undecided> {
    let counts = counts_of(figure)?;
    let found = worst_and_best(counts.numerator, counts.denominator, cases)?;
    let points = f64::from(headlines.metric.unit.multiplier());
    let (lowest, highest) = (found.worst * points, found.best * points);
    let standard = headlines.metric.standard_for(&figure.org_code, figure.period);
    // A share meets a level from some numerator on, or up to one: both ends tell for all between.
    let turns_verdict = standard.is_some_and(|standard| standard.is_met_by(lowest) != standard.is_met_by(highest));
    Some(Undecided { cases, lowest, highest, turns_verdict })
}
