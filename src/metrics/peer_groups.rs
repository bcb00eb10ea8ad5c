//! Which organisations are the peers of which: the supplied groups, or what stands in for them, each clearly named.
//! Nothing here is ever called a most similar group but what was supplied as one.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::rollups::PeerLink;
use crate::settings::PeerChoice;
use crate::stats::neighbours::{NEIGHBOURS, Profile, neighbours};
use crate::stats::quantile_groups::quantile_groups;
use crate::vocabulary::body::{Organisation, PeerGroup};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::count_text;

/// Bands of police officer strength, of equal numbers of forces.
const SIZE_BANDS: u32 = 4;

/// All that decides the groups.
#[derive(Debug, Clone, Copy)]
pub struct PeerInput<'a> {
    /// The organisations that exist on the day, as they are described on that day.
    pub organisations: &'a [Organisation],
    /// The rows of the dataset `peer_groups`.
    pub links: &'a [PeerLink],
    /// What stands in where nothing is supplied.
    pub fallback: PeerChoice,
    /// Leave supplied groups aside.
    pub ignore_supplied: bool,
    /// The last day of the report's period.
    pub day: NaiveDate,
}

/// The peers of every organisation that has any, in the order of the organisations.
///
/// A force that lacks a group where others have one supplied has all other forces as peers; where nothing is supplied at
/// all, the fallback holds.
pub fn peer_groups(input: &PeerInput<'_>) -> Vec<PeerGroup> {
    let valid = |link: &&PeerLink| link.valid_from <= input.day && link.valid_to.is_none_or(|to| input.day <= to);
    let exists = |code: &BodyId| input.organisations.iter().any(|organisation| organisation.code == *code);
    let counts = |link: &&PeerLink| link.peer_code != link.org_code && exists(&link.peer_code);
    let links: Vec<&PeerLink> =
        input.links.iter().filter(valid).filter(counts).filter(|_| !input.ignore_supplied).collect();
    let forces: Vec<&Organisation> = input.organisations.iter().filter(|one| is_police(one)).collect();
    let mut groups = Vec::new();
    for organisation in input.organisations {
        let own: Vec<&&PeerLink> = links.iter().filter(|link| link.org_code == organisation.code).collect();
        let stand_in = || {
            let choice =
                if links.is_empty() || !is_police(organisation) { input.fallback } else { PeerChoice::AllForces };
            StandIn { all: input.organisations, forces: &forces, choice, day: input.day }.peers_of(organisation)
        };
        let found = if own.is_empty() { stand_in() } else { Some(supplied(&own)) };
        let found = found.filter(|found: &Peers| !found.codes.is_empty());
        groups.extend(found.map(|found| found.group_of(organisation)));
    }
    groups
}

/// The peers of an organisation, and where they come from.
struct Peers {
    codes: Vec<BodyId>,
    source: String,
}

impl Peers {
    fn group_of(self, organisation: &Organisation) -> PeerGroup {
        PeerGroup { org_code: BodyId::clone(&organisation.code), peers: self.codes, source: self.source }
    }
}

/// The supplied peers, each once however often it is listed, and who supplied them.
fn supplied(links: &[&&PeerLink]) -> Peers {
    let peers: BTreeSet<&BodyId> = links.iter().map(|link| &link.peer_code).collect();
    let sources: BTreeSet<&str> = links.iter().map(|link| link.source.as_str()).collect();
    let sources: Vec<&str> = sources.into_iter().collect();
    Peers { codes: peers.into_iter().cloned().collect(), source: sources.join("; ") }
}

fn is_police(organisation: &Organisation) -> bool {
    organisation.kind.contains("force")
}

/// Finds peers by something other than a supplied group.
struct StandIn<'a> {
    all: &'a [Organisation],
    forces: &'a [&'a Organisation],
    choice: PeerChoice,
    day: NaiveDate,
}

impl StandIn<'_> {
    /// Bodies other than police forces have only their region.
    fn peers_of(&self, organisation: &Organisation) -> Option<Peers> {
        let choice = if is_police(organisation) { self.choice } else { PeerChoice::Region };
        match choice {
            PeerChoice::Region => {
                let region = organisation.region.as_ref()?;
                let is_near =
                    |one: &&Organisation| one.kind == organisation.kind && one.region.as_ref() == Some(region);
                let source = "same region (not the HMICFRS most similar group)".to_owned();
                Some(Peers { codes: codes_but_of(organisation, self.all.iter().filter(is_near)), source })
            }
            PeerChoice::SizeBand => size_band(organisation, self.forces),
            PeerChoice::Neighbours => nearest(organisation, self.forces, self.day),
            PeerChoice::AllForces => {
                let source = "all other forces, because no group is supplied for this one".to_owned();
                Some(Peers { codes: codes_but_of(organisation, self.forces.iter().copied()), source })
            }
        }
    }
}

fn codes_but_of<'o>(own: &Organisation, others: impl Iterator<Item = &'o Organisation>) -> Vec<BodyId> {
    others.filter(|other| other.code != own.code).map(|other| BodyId::clone(&other.code)).collect()
}

fn size_band(organisation: &Organisation, forces: &[&Organisation]) -> Option<Peers> {
    #[expect(clippy::cast_precision_loss, reason = "no force has 2^53 officers")]
    let strengths: Vec<Option<f64>> = forces.iter().map(|force| force.officers.map(|n| n as f64)).collect();
    let bands = quantile_groups(&strengths, SIZE_BANDS)?.groups;
    let own = forces.iter().position(|force| force.code == organisation.code)?;
    let band = (*bands.get(own)?)?;
    let members: Vec<&&Organisation> =
        forces.iter().zip(&bands).filter(|(_, one)| **one == Some(band)).map(|(force, _)| force).collect();
    let officers = || members.iter().filter_map(|force| force.officers);
    let source = format!(
        "forces of the same size band, {} to {} officers (not a most similar group)",
        count_text(officers().min()?),
        count_text(officers().max()?)
    );
    Some(Peers { codes: codes_but_of(organisation, members.into_iter().map(|force| &**force)), source })
}

/// The nearest by the logarithm of police officer strength, the one attribute of size that the organisations dataset has.
fn nearest(organisation: &Organisation, forces: &[&Organisation], day: NaiveDate) -> Option<Peers> {
    #[expect(clippy::cast_precision_loss, reason = "no force has 2^53 officers")]
    let profile = |force: &&Organisation| Profile {
        code: BodyId::clone(&force.code),
        attributes: vec![force.officers.map(|officers| officers as f64)],
    };
    let profiles: Vec<Profile> = forces.iter().map(profile).collect();
    let found = neighbours(&profiles, NEIGHBOURS)?;
    let own = forces.iter().position(|force| force.code == organisation.code)?;
    let nearest = found.nearest.get(own)?.as_ref()?;
    let distance = nearest.last()?.distance;
    let source = format!(
        "statistical neighbours: the {} forces nearest in officers on {}, the farthest at a distance of {distance:.2} (not a most \
         similar group)",
        nearest.len(),
        day.format("%-d %B %Y")
    );
    let peers = nearest.iter().filter_map(|one| forces.get(one.row)).map(|force| BodyId::clone(&force.code));
    Some(Peers { codes: peers.collect(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn force(code: &str, region: &str, officers: Option<i64>) -> Organisation {
        Organisation { region: Some(region.to_owned()), officers, ..Organisation::force(code) }
    }

    /// Strengths double from one force to the next: on the logarithm's scale they stand in a row.
    fn nation() -> Vec<Organisation> {
        let forces = (0..12).map(|n| force(&format!("F{n:02}"), if n < 6 { "North" } else { "South" }, Some(100 << n)));
        let council = Organisation { kind: "non_police".into(), ..force("N01", "North", None) };
        forces.chain([force("F12", "South", None), council]).collect()
    }

    fn groups(links: &[PeerLink], fallback: PeerChoice, ignore_supplied: bool) -> Vec<PeerGroup> {
        let day = "2025-06-30".parse().unwrap();
        peer_groups(&PeerInput { organisations: &nation(), links, fallback, ignore_supplied, day })
    }

    fn peers_of<'g>(groups: &'g [PeerGroup], code: &str) -> (Vec<&'g str>, &'g str) {
        let group = groups.iter().find(|group| group.org_code == *code).unwrap();
        (group.peers.iter().map(BodyId::as_str).collect(), group.source.as_str())
    }

    fn link(org: &str, peer: &str, to: Option<&str>) -> PeerLink {
        PeerLink {
            org_code: org.into(),
            peer_code: peer.into(),
            source: "supplied".into(),
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: to.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn a_supplied_group_goes_first_and_others_then_have_all_forces() {
        let links = [link("F00", "F05", None), link("F00", "F07", Some("2025-06-29"))];
        let found = groups(&links, PeerChoice::SizeBand, false);
        assert_eq!(peers_of(&found, "F00"), (vec!["F05"], "supplied"));
        let (peers, source) = peers_of(&found, "F01");
        assert_eq!((peers.len(), source), (12, "all other forces, because no group is supplied for this one"));
        // Left aside, nothing is supplied for anybody.
        let found = groups(&links, PeerChoice::Region, true);
        assert_eq!(peers_of(&found, "F00").0, ["F01", "F02", "F03", "F04", "F05"]);
        assert!(found.iter().all(|group| group.org_code != "N01"));
    }

    #[test]
    fn a_band_names_its_edges_and_leaves_out_a_force_of_unknown_strength() {
        let found = groups(&[], PeerChoice::SizeBand, false);
        assert_eq!(
            peers_of(&found, "F01"),
            (vec!["F00", "F02"], "forces of the same size band, 100 to 400 officers (not a most similar group)")
        );
        assert!(found.iter().all(|group| group.org_code != "F12"));
    }

    /// The median of the logarithms lies between F05 and F06, the median deviation is 3 steps: 7 steps are 7 / (1.4826 x 3).
    #[test]
    fn neighbours_are_the_nearest_and_say_how_far_the_last_is() {
        let found = groups(&[], PeerChoice::Neighbours, false);
        let (peers, source) = peers_of(&found, "F00");
        assert_eq!(peers, ["F01", "F02", "F03", "F04", "F05", "F06", "F07"]);
        assert_eq!(
            source,
            "statistical neighbours: the 7 forces nearest in officers on 30 June 2025, the farthest at a distance of 1.57 (not a \
             most similar group)"
        );
        assert_eq!(peers_of(&found, "F06").0[..3], ["F05", "F07", "F04"]);
    }
}
