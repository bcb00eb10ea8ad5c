//! The names that readers know codes by: of organisations, of sums, and of metrics.

use std::collections::HashMap;

use crate::release::Release;
use crate::vocabulary::body::{Body, Organisation};

/// Names by code.
#[derive(Debug)]
pub struct Names<'a> {
    organisations: HashMap<&'a str, &'a Organisation>,
    /// Titles by id.
    metrics: HashMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    /// The names of a release.
    pub fn new(release: &'a Release) -> Self {
        Self {
            organisations: release.organisations.iter().map(|one| (one.code.as_str(), one)).collect(),
            metrics: release.metrics.iter().map(|metric| (metric.id.as_str(), metric.title.as_str())).collect(),
        }
    }

    /// The organisation's description, if the organisations dataset has one.
    pub fn organisation(&self, code: &str) -> Option<&'a Organisation> {
        self.organisations.get(code).copied()
    }

    /// The name of an organisation or of a sum; the code itself where no name is known.
    pub fn body<'n>(&'n self, code: &'n str) -> &'n str {
        match Body::of(code) {
            Body::Nation => "National",
            Body::Unattributed => "Unattributed records",
            Body::Region(region) => region,
            Body::Organisation(_) | Body::PeersOf(_) => {
                self.organisation(code).map_or(code, |one| one.short_name.as_str())
            }
        }
    }

    /// The title of a metric; empty where there is no such metric.
    pub fn metric(&self, id: &str) -> &'a str {
        self.metrics.get(id).copied().unwrap_or_default()
    }
}
