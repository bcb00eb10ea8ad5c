//! What a run has to compute: the metrics whose rows no earlier run left, and the roll-ups that these read.

use std::collections::BTreeMap;

use super::intake::Intake;
use crate::contract::Admission;
use crate::definitions::model::{Metric, Rollup};
use crate::engine::Table;
use crate::metrics::{Identities, Monthly, Remembered, months_table};
use crate::rollups::identity;
use crate::sources::SubmittedTable;
use crate::vocabulary::period::Month;

/// Tables that do not depend on the day that a run looks at, and what they were made of.
pub(super) struct Shared {
    pub(super) tables: BTreeMap<String, Table>,
    identities: Identities,
}

impl Shared {
    /// `months` and `organisations`.
    pub(super) fn of(intake: &Intake, months: &[Month]) -> Self {
        let mut shared = Self { tables: BTreeMap::new(), identities: Identities::new() };
        let mut add = |name: &str, table: Table, identity: String| {
            shared.tables.insert(name.to_owned(), table);
            shared.identities.insert(name.to_owned(), identity);
        };
        add("months", months_table(months), format!("{months:?}"));
        let accepted = intake.accepted(&SubmittedTable::Reference("organisations".to_owned()));
        if let (Some(table), Some(admission)) = (&intake.reference.organisations_table, accepted.last()) {
            add("organisations", table.clone(), admission.fingerprint.clone());
        }
        shared
    }
}

/// Submissions of the records that a roll-up counts, and of the roll-up itself.
pub(super) type Admitted<'i> = (Vec<&'i Admission>, Vec<&'i Admission>);

/// The definitions and settings that decide what metrics say, and the rows of earlier runs.
pub(super) struct Needed<'a> {
    pub(super) rollups: &'a [Rollup],
    pub(super) metrics: &'a [Metric],
    pub(super) parameters: &'a BTreeMap<String, i64>,
    pub(super) remembered: &'a Remembered,
}

impl Needed<'_> {
    /// What earlier runs left of metrics over the submissions that are admitted for each roll-up.
    pub(super) fn recall<'m, 'i>(
        &self,
        metrics: impl Iterator<Item = &'m Metric>,
        shared: &Shared,
        admitted: impl Fn(&Rollup) -> Admitted<'i>,
    ) -> Monthly {
        let metrics: Vec<&Metric> = metrics.collect();
        let is_read = |rollup: &&Rollup| metrics.iter().any(|metric| metric.rollups.contains(&rollup.name));
        let mut identities = shared.identities.clone();
        identities.extend(self.rollups.iter().filter(is_read).map(|rollup| {
            let (records, submitted) = admitted(rollup);
            (rollup.name.clone(), identity(rollup, &records, &submitted))
        }));
        self.remembered.recall(metrics.into_iter(), &identities, self.parameters)
    }

    /// Whether a metric that must be computed reads the roll-up.
    pub(super) fn wants(&self, rollup: &str, monthly: &Monthly) -> bool {
        self.readers(rollup).any(|metric| monthly.lacks(metric))
    }

    /// Whether no metric reads the roll-up: it is made for those who ask by `sql`.
    pub(super) fn is_unread(&self, rollup: &str) -> bool {
        self.readers(rollup).next().is_none()
    }

    fn readers(&self, rollup: &str) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(move |metric| metric.rollups.iter().any(|name| name == rollup))
    }
}
