//! What a run on a given day stands on: the submissions in use on that day, and what was expected and returned until then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::contract::Admission;
use crate::definitions::model::{Metric, Rollup};
use crate::intake::{Intake, RunBasis};
use crate::metrics::{FigureSource, Grid, counts_returns};
use crate::rollups::RollupInput;
use crate::sources::SubmittedTable;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::Shape;
use crate::vocabulary::sender_code::SenderCode;

/// Whether it can be measured how complete a metric's months are.
pub fn is_measured(metric: &Metric) -> bool {
    metric.shape != Shape::Status && !counts_returns(metric)
}

/// Whether cases of a month come in with the submissions of later months: how many were known on a day is not what a
/// submission of that month holds, even where none was replaced.
pub fn has_later_cases(sources: &[FigureSource]) -> bool {
    sources.iter().any(|source| source.by_other_month)
}

/// Which part of a day a snapshot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotPart {
    /// Everything. So it is on the data date.
    Whole,
    /// The organisations of which something was in use that has been replaced since. It is all that metrics need of an
    /// earlier day whose months rest on their own returns.
    Replaced,
    /// The datasets of metrics whose cases come in with the returns of later months. Such a metric said something else on
    /// every earlier day, of every organisation.
    LaterCases,
}

/// What a run on a given day stands on. Today is the last one.
pub struct Snapshot<'a> {
    pub day: NaiveDate,
    pub part: SnapshotPart,
    /// Organisations that the snapshot tells of.
    pub bodies: BTreeSet<BodyId>,
    /// Datasets because of which metrics are looked at on that day.
    pub datasets: BTreeSet<String>,
    /// All that was in use, refused or not.
    pub admissions: BTreeMap<&'a SubmittedTable, Vec<&'a Admission>>,
    pub grid: Arc<Grid>,
}

impl<'a> Snapshot<'a> {
    /// What the run itself stands on.
    pub fn today(basis: &RunBasis<'a>) -> Self {
        let intake: &'a Intake = basis.intake;
        let tables = intake.admissions.iter();
        let admissions: BTreeMap<&SubmittedTable, Vec<&Admission>> =
            tables.map(|(table, admissions)| (table, admissions.iter().collect())).collect();
        Self {
            day: basis.check.opened.as_of,
            part: SnapshotPart::Whole,
            bodies: organisations(&admissions),
            datasets: basis.check.definitions.contracts.iter().map(|contract| contract.dataset.clone()).collect(),
            admissions,
            grid: Arc::clone(&intake.grid),
        }
    }

    /// What a roll-up counted on that day.
    pub fn admitted(&self, rollup: &Rollup) -> RollupInput<'a> {
        RollupInput {
            records: self.accepted(&SubmittedTable::Records(rollup.dataset.clone())),
            submitted: self.accepted(&SubmittedTable::Rollup(rollup.name.clone())),
        }
    }

    fn accepted(&self, table: &SubmittedTable) -> Vec<&'a Admission> {
        let admissions = self.admissions.get(table).into_iter().flatten().copied();
        admissions.filter(|admission| !admission.refused()).collect()
    }

    /// Whether the rows of a metric with these sources are looked at on that day.
    pub fn is_for(&self, metric: &Metric, sources: &[FigureSource]) -> bool {
        let rests_on_it = || sources.iter().any(|source| self.datasets.contains(&source.dataset));
        match self.part {
            SnapshotPart::Whole => true,
            SnapshotPart::Replaced => is_measured(metric) && !has_later_cases(sources) && rests_on_it(),
            SnapshotPart::LaterCases => is_measured(metric) && has_later_cases(sources) && rests_on_it(),
        }
    }
}

/// The codes of all that sent something.
pub fn organisations(admissions: &BTreeMap<&SubmittedTable, Vec<&Admission>>) -> BTreeSet<BodyId> {
    let senders = admissions.values().flatten().filter_map(|admission| admission.submission.sender());
    let codes: BTreeSet<&SenderCode> = senders.collect();
    codes.into_iter().map(|code| BodyId::clone(code)).collect()
}
