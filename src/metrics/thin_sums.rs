//! Sums over peers that would give another organisation's figure away to the organisation that reads them.
//! It takes them out before anything is said of them, and computes nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Group;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::observation::{Category, Observation};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

/// Others that a sum must be over, so that an organisation that knows its own figure learns none of theirs.
const LEAST_OTHERS: usize = 3;

/// Takes away every sum over peers of whom fewer than three have a figure, and every one that leaves one or two others when
/// it is taken from the national figure together with the organisation's own. Figures of one metric stand together.
pub fn withhold_thin_peers(groups: &[Group], observations: &mut [Observation]) {
    let peers: HashMap<&BodyId, HashSet<&BodyId>> = groups
        .iter()
        .filter(|group| group.code.is_of_peers())
        .map(|group| (&group.code, group.members.iter().collect()))
        .collect();
    for of_metric in observations.chunk_by_mut(|one, other| one.metric_id == other.metric_id) {
        let with_figure = with_figure(of_metric);
        for observation in of_metric.iter_mut().filter(|one| one.numerator.is_some()) {
            let Body::PeersOf(own) = observation.org_code.body() else { continue };
            let members = peers.get(&observation.org_code);
            let Some((members, bodies)) = members.zip(with_figure.get(&key(observation))) else { continue };
            let others = || bodies.iter().filter(|code| **code != own);
            let inside = others().filter(|code| members.contains(code)).count();
            let outside = others().count() - inside;
            if gives_away(inside) || gives_away(outside) {
                take_away(observation);
            }
        }
    }
}

/// Whether a sum over so many others says too much of each of them. A sum over nobody says nothing.
pub fn gives_away(others: usize) -> bool {
    (1..LEAST_OTHERS).contains(&others)
}

type PeriodCategory = (Period, Option<Arc<Category>>);

fn key(observation: &Observation) -> PeriodCategory {
    (observation.period, observation.category.clone())
}

/// Organisations with a figure by period and category.
fn with_figure(of_metric: &[Observation]) -> HashMap<PeriodCategory, HashSet<BodyId>> {
    let mut found: HashMap<PeriodCategory, HashSet<BodyId>> = HashMap::new();
    for one in of_metric.iter().filter(|one| one.numerator.is_some() && one.org_code.is_organisation()) {
        found.entry(key(one)).or_default().insert(one.org_code.clone());
    }
    found
}

fn take_away(observation: &mut Observation) {
    let reason = "it would give away the figure of a single other organisation".to_owned();
    *observation = Observation {
        numerator: None,
        denominator: None,
        value: None,
        label: None,
        status: Status::CannotTell(reason),
        interval_95: None,
        interval_998: None,
        method: "no_limits",
        standard: observation
            .standard
            .clone()
            .map(|standard| crate::vocabulary::observation::StandardResult { met: None, ..standard }),
        ..observation.clone()
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// Organisations A to the last letter, and the sum over the peers of A.
    fn figures(codes: &[&str]) -> Vec<Observation> {
        let of = |code: &str| Observation { org_code: code.into(), ..sample::percent(3, 4) };
        codes.iter().map(|code| of(code)).chain([of("PEERS:A")]).collect()
    }

    fn is_shown(codes: &[&str], peers: &[&str]) -> bool {
        let members = peers.iter().map(|peer| BodyId::from(*peer)).collect();
        let groups = [Group::of("PEERS:A".into(), members)];
        let mut observations = figures(codes);
        withhold_thin_peers(&groups, &mut observations);
        let (sum, others) = observations.split_last().unwrap();
        assert!(others.iter().all(|one| one.numerator.is_some()));
        assert_eq!(sum.numerator.is_some(), sum.value.is_some());
        sum.numerator.is_some()
    }

    #[test]
    fn a_sum_over_fewer_than_three_others_is_taken_away() {
        assert!(is_shown(&["A", "B", "C", "D"], &["B", "C", "D"]));
        assert!(!is_shown(&["A", "B", "C"], &["B", "C"]));
        // One of three peers returned nothing.
        assert!(!is_shown(&["A", "B", "C"], &["B", "C", "D"]));
    }

    #[test]
    fn what_the_nation_has_besides_is_a_sum_as_well() {
        assert!(!is_shown(&["A", "B", "C", "D", "E"], &["B", "C", "D"]));
        assert!(!is_shown(&["A", "B", "C", "D", "E", "F"], &["B", "C", "D"]));
        assert!(is_shown(&["A", "B", "C", "D", "E", "F", "G"], &["B", "C", "D"]));
    }
}
