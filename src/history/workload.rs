//! What a run has to compute: the metrics whose rows no earlier run left, and the roll-ups that these read.

use std::collections::BTreeMap;

use super::snapshot::Snapshot;
use crate::definitions::model::{Metric, Rollup};
use crate::engine::QueryTable;
use crate::intake::Intake;
use crate::metrics::{Identities, Monthly, RememberedRows, months_table};
use crate::rollups::identity;
use crate::sources::SubmittedTable;
use crate::vocabulary::period::Month;

/// The tables `months` and `organisations`, which are the same on every day, and the text that their rows follow from.
pub struct FixedTables {
    /// By name.
    pub tables: BTreeMap<String, QueryTable>,
    identities: Identities,
}

impl FixedTables {
    /// The tables of a run over `months`.
    pub fn of(intake: &Intake, months: &[Month]) -> Self {
        let mut fixed = Self { tables: BTreeMap::new(), identities: Identities::new() };
        fixed.add("months", months_table(months), format!("{months:?}"));
        let accepted = intake.accepted(&SubmittedTable::Reference("organisations".to_owned()));
        if let (Some(table), Some(admission)) = (&intake.reference.organisations_table, accepted.last()) {
            fixed.add("organisations", table.clone(), admission.fingerprint.clone());
        }
        fixed
    }

    fn add(&mut self, name: &str, table: QueryTable, identity: String) {
        self.tables.insert(name.to_owned(), table);
        self.identities.insert(name.to_owned(), identity);
    }
}

/// The definitions and settings that decide what metrics say, and the rows of earlier runs.
#[derive(Clone, Copy)]
pub struct Workload<'a> {
    pub rollups: &'a [Rollup],
    pub metrics: &'a [Metric],
    pub parameters: &'a BTreeMap<String, i64>,
    pub remembered: &'a RememberedRows,
}

impl Workload<'_> {
    /// What earlier runs left of metrics over the submissions of a snapshot.
    pub fn recall(&self, metrics: &[&Metric], fixed: &FixedTables, snapshot: &Snapshot<'_>) -> Monthly {
        let is_read = |rollup: &&Rollup| metrics.iter().any(|metric| metric.rollups.contains(&rollup.name));
        let mut identities = fixed.identities.clone();
        let read = self.rollups.iter().filter(is_read);
        identities.extend(read.map(|rollup| (rollup.name.clone(), identity(rollup, &snapshot.admitted(rollup)))));
        self.remembered.recall(metrics.iter().copied(), &identities, self.parameters)
    }

    /// Whether a metric that must be computed reads the roll-up.
    pub fn needs(&self, rollup: &str, monthly: &Monthly) -> bool {
        self.readers(rollup).any(|metric| monthly.lacks(metric))
    }

    /// Whether no metric reads the roll-up: it is made for those who ask by `sql`.
    pub fn is_unread(&self, rollup: &str) -> bool {
        self.readers(rollup).next().is_none()
    }

    /// Whether a metric has its delays in the roll-up.
    pub fn has_delays(&self, rollup: &str) -> bool {
        self.metrics.iter().any(|metric| metric.delays.as_ref().is_some_and(|delays| delays.rollup == rollup))
    }

    fn readers(&self, rollup: &str) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(move |metric| metric.rollups.iter().any(|name| name == rollup))
    }
}
