//! Sums over organisations of which some returned nothing: what they could be if the missing cases had all had the
//! property, or none of them, and whether the verdict on a standard would be the same.

use std::collections::BTreeMap;

use super::Headlines;
use super::peers::{counts_of, usual_denominator};
use crate::observation::{NATIONAL, Observation, PEERS_PREFIX, REGION_PREFIX, UNATTRIBUTED};
use crate::quantity::{Shape, Status};
use crate::stats::incomplete::worst_and_best;

/// How far a sum may be from the truth because of what is missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Undecided {
    /// Cases of the missing organisations, as many as each usually has.
    pub cases: i64,
    /// The figure if none of them had the property, in the metric's unit.
    pub lowest: f64,
    /// The figure if all of them had it.
    pub highest: f64,
}

/// What is undecided about a figure, by the figure's place, and whether its verdict on the standard holds for all of it.
pub(super) fn undecided(headlines: &Headlines<'_>) -> Vec<(usize, Undecided, bool)> {
    if headlines.metric.shape != Shape::Proportion {
        return Vec::new();
    }
    let usual: BTreeMap<&str, i64> =
        headlines.organisations().map(|code| (code, usual_denominator(headlines, code))).collect();
    let sums = headlines.places.keys().filter_map(|code| Some((*code, headlines.members_of(code)?)));
    let mut found = Vec::new();
    for (code, members) in sums {
        for at in 0..headlines.input.trend.len() {
            let Some((place, figure)) = headlines.at(code, at) else { continue };
            let cases = missing_cases(headlines, figure, (&members, &usual), at);
            found.extend(
                cases.and_then(|cases| bounds(headlines, figure, cases)).map(|(one, holds)| (place, one, holds)),
            );
        }
    }
    found
}

/// `None` where nothing is missing, where a missing organisation has never had a figure in the run, and beside withheld
/// figures, whose part of the sum is not known.
fn missing_cases(
    headlines: &Headlines<'_>,
    figure: &Observation,
    (members, usual): (&[&str], &BTreeMap<&str, i64>),
    at: usize,
) -> Option<i64> {
    let incomplete = figure.coverage.is_some_and(|coverage| coverage.returned < coverage.expected);
    let all = counts_of(figure).filter(|_| incomplete)?.denominator;
    let (mut whole, mut missing) = (0_i64, 0_i64);
    for member in members {
        let Some((_, own)) = headlines.at(member, at) else { continue };
        match (counts_of(own), &own.status) {
            (Some(counts), _) => whole += counts.denominator,
            (None, Status::NotReturned | Status::Missing(_)) => {
                missing += usual.get(member).copied().filter(|cases| *cases > 0)?;
            }
            (None, Status::Suppressed) => return None,
            (None, _) => {}
        }
    }
    // Of some the other months of the period are in the sum already.
    Some((missing - (all - whole).max(0)).max(0)).filter(|cases| *cases > 0)
}

fn bounds(headlines: &Headlines<'_>, figure: &Observation, cases: i64) -> Option<(Undecided, bool)> {
    let counts = counts_of(figure)?;
    let found = worst_and_best(counts.numerator, counts.denominator, cases)?;
    let points = f64::from(headlines.metric.unit.multiplier());
    let one = Undecided { cases, lowest: found.worst * points, highest: found.best * points };
    let standard = headlines.metric.standard_for(&figure.org_code, figure.period);
    // A share meets a level from some numerator on, or up to one: both ends tell for all between.
    let holds = standard.is_none_or(|standard| standard.is_met_by(one.lowest) == standard.is_met_by(one.highest));
    Some((one, holds))
}

impl<'a> Headlines<'a> {
    /// Organisations that a sum adds up; `None` of a code that is no sum.
    pub(super) fn members_of(&self, code: &str) -> Option<Vec<&'a str>> {
        let among = |own: &dyn Fn(&str) -> bool| self.organisations().filter(|member| own(member)).collect();
        if code == NATIONAL {
            let rest = self.places.keys().copied().filter(|code| *code == UNATTRIBUTED);
            return Some(self.organisations().chain(rest).collect());
        }
        if let Some(region) = code.strip_prefix(REGION_PREFIX) {
            let inside = |member: &str| {
                let mut described = self.input.organisations.iter().filter(|one| one.code == member);
                described.any(|one| one.region.as_deref() == Some(region))
            };
            return Some(among(&inside));
        }
        let own = code.strip_prefix(PEERS_PREFIX)?;
        let group = self.input.peer_groups.iter().find(|group| group.org_code == own)?;
        Some(among(&|member: &str| group.peers.iter().any(|peer| peer == member)))
    }
}
