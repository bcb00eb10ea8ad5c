//! What a release says of late data: how complete recent figures are, what has moved, and which figures may still grow.

use std::collections::{BTreeMap, BTreeSet};

use super::completeness::Completeness;
use super::revisions::{Revision, RevisionSummary};
use super::triangle::KnownCount;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;

/// Everything that is known about late data in a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lateness {
    /// Of the nation, regions and peers: event months that are not taken as complete yet, and the periods that hold them.
    pub completeness: Vec<Completeness>,
    /// Every figure that has changed, by metric.
    pub revisions: Vec<Revision>,
    /// How much national figures have moved, by metric and lag.
    pub summaries: Vec<RevisionSummary>,
    /// What was known of the nation's event months as time went on, by metric, of those that something came in late of.
    pub triangle: Vec<KnownCount>,
    pub provisional: Provisional,
}

/// The figures that may still grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisional {
    /// Periods by metric and code.
    periods: BTreeMap<MetricId, BTreeMap<BodyId, BTreeSet<Period>>>,
    /// Periods by metric whose figures are about returns that are not all due yet. They count other returns than earlier
    /// periods do, so that nothing compares with them.
    not_due: BTreeMap<MetricId, BTreeSet<Period>>,
}

impl Provisional {
    /// Marks a figure.
    pub fn insert(&mut self, metric: &MetricId, code: &BodyId, period: Period) {
        self.periods.entry(metric.clone()).or_default().entry(code.clone()).or_default().insert(period);
    }

    /// Whether the figure may still grow.
    pub fn contains(&self, metric: &str, code: &BodyId, period: Period) -> bool {
        let periods = self.periods.get(metric).and_then(|of_metric| of_metric.get(code));
        periods.is_some_and(|periods| periods.contains(&period))
    }

    /// Notes that a metric's figures of a period are about returns that are not all due yet.
    pub fn insert_not_due(&mut self, metric: &MetricId, period: Period) {
        self.not_due.entry(metric.clone()).or_default().insert(period);
    }

    /// Whether returns that the figures of the period are about are not all due yet.
    pub fn is_not_due(&self, metric: &str, period: Period) -> bool {
        self.not_due.get(metric).is_some_and(|periods| periods.contains(&period))
    }

    /// Without the codes for which `keep` is false.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&BodyId) -> bool) -> Self {
        let of_metric = |codes: &BTreeMap<BodyId, BTreeSet<Period>>| {
            let kept = codes.iter().filter(|(code, _)| keep(code));
            kept.map(|(code, periods)| (code.clone(), periods.clone())).collect()
        };
        let periods = self.periods.iter().map(|(metric, codes)| (metric.clone(), of_metric(codes))).collect();
        Self { periods, not_due: self.not_due.clone() }
    }
}

impl Lateness {
    /// In the order of the result files.
    pub fn sort(&mut self) {
        self.completeness.sort_by(|a, b| a.key().cmp(&b.key()));
        self.revisions.sort_by(|a, b| a.key().cmp(&b.key()));
        self.summaries.sort_by(|a, b| a.key().cmp(&b.key()));
        self.triangle.sort_by(|a, b| a.key().cmp(&b.key()));
    }

    /// Adds what was found for another metric.
    pub fn extend(&mut self, other: Self) {
        self.completeness.extend(other.completeness);
        self.revisions.extend(other.revisions);
        self.summaries.extend(other.summaries);
        self.triangle.extend(other.triangle);
        self.provisional.periods.extend(other.provisional.periods);
        self.provisional.not_due.extend(other.provisional.not_due);
    }
}
