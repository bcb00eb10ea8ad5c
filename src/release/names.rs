//! The names that readers know codes by: of organisations, of sums, and of metrics.

use std::collections::HashMap;

use crate::release::Release;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::{Body, BodyId};

/// Names by code.
#[derive(Debug)]
pub struct Names<'a> {
    organisations: HashMap<&'a BodyId, &'a Organisation>,
    /// Of the sums over peers, by their ids.
    peers: HashMap<BodyId, String>,
    /// Titles by id.
    metrics: HashMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    /// The names of a release.
    pub fn new(release: &'a Release) -> Self {
        let of_peers = |one: &Organisation| (BodyId::peers_of(&one.code), format!("Peers of {}", one.short_name));
        Self {
            organisations: release.organisations.iter().map(|one| (&*one.code, one)).collect(),
            peers: release.organisations.iter().map(of_peers).collect(),
            metrics: release.metrics.iter().map(|metric| (metric.id.as_str(), metric.title.as_str())).collect(),
        }
    }

    /// The organisation's description, if the organisations dataset has one.
    pub fn organisation(&self, code: &BodyId) -> Option<&'a Organisation> {
        self.organisations.get(code).copied()
    }

    /// The name of an organisation or of a sum; the code itself where no name is known.
    pub fn body<'n>(&'n self, code: &'n BodyId) -> &'n str {
        match code.body() {
            Body::Nation => "National",
            Body::Unattributed => "Unattributed records",
            Body::Region(region) => region,
            Body::PeersOf(_) => self.peers.get(code).map_or(code, String::as_str),
            Body::Organisation(_) => self.organisation(code).map_or(code, |one| one.short_name.as_str()),
        }
    }

    /// The title of a metric; empty where there is no such metric.
    pub fn metric(&self, id: &str) -> &'a str {
        self.metrics.get(id).copied().unwrap_or_default()
    }
}
