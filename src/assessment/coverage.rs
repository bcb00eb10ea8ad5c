//! Sums over organisations of which some returned nothing: what they could be if the missing cases had all had the
//! property, or none of them, and whether the verdict on a standard would be the same.

use super::Headlines;
use super::matched::Presence;
use super::peers::counts_of;
use crate::stats::incomplete::worst_and_best;
use crate::vocabulary::body::{NATIONAL, PEERS_PREFIX, REGION_PREFIX, UNATTRIBUTED};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::Shape;

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
    let sums = headlines.sums.iter();
    let mut found = Vec::new();
    for (code, members) in sums {
        for at in 0..headlines.input.trend.len() {
            let Some((place, figure)) = headlines.at(code, at) else { continue };
            let cases = missing_cases(headlines, figure, (code, members), at);
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
    (code, members): (&str, &[&str]),
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
    /// The region that an organisation belonged to in a month.
    pub(super) fn region_in(&self, member: &str, month: Month) -> Option<&'a str> {
        self.input.lives.in_month(member, month)?.organisation.region.as_deref()
    }

    /// The same, worked out from who belongs where.
    pub(super) fn find_members(&self, code: &str) -> Option<Vec<&'a str>> {
        let among = |own: &dyn Fn(&str) -> bool| self.organisations().filter(|member| own(member)).collect();
        if code == NATIONAL {
            let rest = self.places.keys().copied().filter(|code| *code == UNATTRIBUTED);
            return Some(self.organisations().chain(rest).collect());
        }
        if let Some(region) = code.strip_prefix(REGION_PREFIX) {
            let trend = self.input.trend;
            let months = || trend.iter().flat_map(|period| period.months());
            let belongs = |member: &str, month| self.region_in(member, month) == Some(region);
            return Some(among(&|member: &str| months().any(|month| belongs(member, month))));
        }
        let own = code.strip_prefix(PEERS_PREFIX)?;
        let group = self.input.peer_groups.iter().find(|group| group.org_code == own)?;
        Some(among(&|member: &str| group.peers.iter().any(|peer| peer == member)))
    }
}
