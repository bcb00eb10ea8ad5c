//! Which organisations add up to which sum, and for which months each of them belongs to it.

use std::collections::BTreeMap;

use crate::vocabulary::body::PeerGroup;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::period::{Month, Period};

/// One body or aggregate that gets figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub code: BodyId,
    /// Organisations that are added up; one for an organisation itself. Ignored for the nation, which adds every row.
    pub members: Vec<BodyId>,
    /// The months in which members belong to it, where these are not all of them.
    pub stays: BTreeMap<BodyId, Vec<Stay>>,
}

/// Months in a row in which an organisation belongs to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub from: Month,
    /// `None` while it still does.
    pub to: Option<Month>,
}

impl Stay {
    /// Whether the month is one of them.
    pub fn holds(&self, month: Month) -> bool {
        self.from <= month && self.to.is_none_or(|to| month <= to)
    }
}

impl Group {
    /// A group whose members belong to it in every month.
    pub fn of(code: BodyId, members: Vec<BodyId>) -> Self {
        Self { code, members, stays: BTreeMap::new() }
    }

    /// An organisation by itself.
    pub fn single(code: &BodyId) -> Self {
        Self::of(code.clone(), vec![code.clone()])
    }

    /// Whether a member belongs to it in some month of a period.
    pub fn holds_in(&self, member: &BodyId, period: Period) -> bool {
        let holds = |stays: &Vec<Stay>| period.months().any(|month| stays.iter().any(|stay| stay.holds(month)));
        self.stays.get(member).is_none_or(holds)
    }
}

/// Organisations, the unattributed rows, the nation, regions and peer groups, in that order. A region holds each
/// organisation in the months in which it belonged there.
pub fn groups(lives: &Lives, peer_groups: &[PeerGroup]) -> Vec<Group> {
    let mut groups: Vec<Group> = lives.codes().map(Group::single).collect();
    groups.push(Group::single(BodyId::unattributed()));
    groups.push(Group::of(BodyId::nation().clone(), Vec::new()));
    for (region, residences) in lives.regions() {
        let mut group = Group::of(BodyId::region(region), Vec::new());
        for residence in residences {
            group
                .stays
                .entry(residence.code.clone())
                .or_default()
                .push(Stay { from: residence.from, to: residence.to });
        }
        group.members = group.stays.keys().cloned().collect();
        groups.push(group);
    }
    let peers = peer_groups.iter();
    groups.extend(peers.map(|group| Group::of(BodyId::peers_of(&group.org_code), group.peers.clone())));
    groups
}
