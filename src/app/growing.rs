//! Earlier days of metrics whose cases come in with the returns of later months: what a run on each of those days would have
//! counted, over all organisations. Which returns were in use is kept; the rows of a day are picked when a metric is looked at.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::figures::{RollupCosts, admitted_for, sources_of};
use super::intake::{self, Intake};
use super::needed::{Admitted, Needed, Shared};
use super::past::{Past, is_growing};
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::{Metric, Rollup};
use crate::engine::Table;
use crate::metrics::{Grid, Monthly};
use crate::rollups::{RollupError, Rollups, pick, submissions_of_rows};
use crate::sources::SubmittedTable;

/// The returns of an earlier day, of the datasets of such metrics.
pub struct DayReturns {
    pub day: NaiveDate,
    /// Of each table: which of today's submissions were in use.
    pub current: BTreeMap<SubmittedTable, Vec<bool>>,
    /// Those that were in use and have been replaced, by their place among all that were checked.
    pub replaced: Vec<usize>,
}

impl DayReturns {
    /// All that was in use, refused or not.
    fn admissions<'i>(
        &'i self,
        (intake, replaced): (&'i Intake, &'i [Admission]),
    ) -> impl Iterator<Item = &'i Admission> {
        let of_table = |(table, in_use): (&SubmittedTable, &'i Vec<bool>)| {
            let admissions = intake.admissions.get(table).into_iter().flatten().zip(in_use);
            admissions.filter(|(_, in_use)| **in_use).map(|(admission, _)| admission)
        };
        let of_today = self.current.iter().flat_map(of_table);
        of_today.chain(self.replaced.iter().filter_map(|at| replaced.get(*at)))
    }

    fn admitted<'i>(&'i self, from: (&'i Intake, &'i [Admission]), rollup: &Rollup) -> Admitted<'i> {
        let accepted = |table: SubmittedTable| {
            let of_table = self.admissions(from).filter(|admission| admission.submission.table == table);
            of_table.filter(|admission| !admission.refused()).collect()
        };
        (
            accepted(SubmittedTable::Records(rollup.dataset.clone())),
            accepted(SubmittedTable::Rollup(rollup.name.clone())),
        )
    }
}

/// An earlier day with what its rows are picked by.
pub(super) struct GrowingDay {
    pub(super) day: NaiveDate,
    pub(super) grid: Grid,
    /// Rows of metrics that need not be computed.
    pub(super) monthly: Monthly,
    /// By roll-up: which of today's submissions were in use, in the order in which its rows are numbered.
    current: BTreeMap<String, Vec<bool>>,
    /// By roll-up: the tables of replaced submissions.
    replaced: BTreeMap<String, Vec<Table>>,
}

/// All of them, oldest first, and the submission that each of today's rows came with.
#[derive(Default)]
pub(super) struct Growing {
    pub(super) days: Vec<GrowingDay>,
    /// Every organisation that has sent anything.
    pub(super) bodies: BTreeSet<String>,
    /// By roll-up and batch.
    numbers: BTreeMap<String, Vec<Vec<usize>>>,
}

impl Growing {
    /// Looks up what earlier runs left of each day.
    pub(super) fn recall(
        (past, intake): (&Past, &Intake),
        (definitions, needed): (&Definitions, &Needed<'_>),
        shared: &Shared,
    ) -> Self {
        let is_asked = |metric: &&Metric| is_growing(metric, &sources_of(metric, definitions));
        let asked: Vec<&Metric> = needed.metrics.iter().filter(is_asked).collect();
        let is_read = |rollup: &&Rollup| asked.iter().any(|metric| metric.rollups.contains(&rollup.name));
        let read: Vec<&Rollup> = needed.rollups.iter().filter(is_read).collect();
        let from = (intake, past.replaced.as_slice());
        let of_day = |day: &DayReturns| GrowingDay {
            day: day.day,
            grid: intake::grid_of(definitions, &intake.lives, day.day, day.admissions(from)),
            monthly: needed.recall(asked.iter().copied(), shared, |rollup| day.admitted(from, rollup)),
            current: read.iter().map(|rollup| (rollup.name.clone(), in_use(day, from, rollup))).collect(),
            replaced: BTreeMap::new(),
        };
        let sent = intake.admissions.values().flatten().chain(&past.replaced);
        let bodies: BTreeSet<&str> = sent.map(|admission| admission.submission.org_code()).collect();
        Self {
            days: past.growing.par_iter().map(of_day).collect(),
            bodies: bodies.into_iter().map(str::to_owned).collect(),
            numbers: BTreeMap::new(),
        }
    }

    /// Whether rows of the roll-up must be picked for some day.
    pub(super) fn wants(&self, needed: &Needed<'_>, rollup: &str) -> bool {
        self.days.iter().any(|day| needed.wants(rollup, &day.monthly))
    }

    /// Numbers the rows of today's `tables`, and loads those of replaced submissions. What that cost, and what there is
    /// not enough memory for, is added to `costs`.
    pub(super) async fn load(
        &mut self,
        (past, intake): (&Past, &Intake),
        (definitions, needed): (&Definitions, &Needed<'_>),
        (rollups, tables): (&Rollups<'_>, &BTreeMap<String, Table>),
        costs: &mut RollupCosts<'_>,
    ) -> Result<(), RollupError> {
        let wanted: Vec<&Rollup> = needed.rollups.iter().filter(|rollup| self.wants(needed, &rollup.name)).collect();
        for rollup in wanted {
            let (of_records, of_rollups) = admitted_for(intake, rollup);
            let today: Vec<&Admission> = of_records.into_iter().chain(of_rollups).collect();
            if let Some(table) = tables.get(&rollup.name) {
                self.numbers.insert(rollup.name.clone(), submissions_of_rows(rollup, table, &today)?);
            }
            let (places, sets) = replaced_of(past, rollup);
            let Some(contract) = definitions.contract(&rollup.dataset).filter(|_| !sets.is_empty()) else { continue };
            let loaded = rollups.load_sets(rollup, contract, &sets).await;
            let Some(found) = costs.take_in(rollup, loaded)? else { continue };
            for (growing, day) in self.days.iter_mut().zip(&past.growing) {
                let own = day.replaced.iter().filter_map(|at| found.get(*places.get(at)?)).cloned().collect();
                growing.replaced.insert(rollup.name.clone(), own);
            }
        }
        Ok(())
    }

    /// The tables that a metric reads, as they were on a day. Those that do not depend on it are taken from `today`.
    pub(super) fn tables_on(
        &self,
        day: &GrowingDay,
        metric: &Metric,
        today: &BTreeMap<String, Table>,
    ) -> Result<BTreeMap<String, Table>, RollupError> {
        let mut tables = BTreeMap::new();
        for (name, table) in today {
            let picked = match (day.current.get(name), self.numbers.get(name)) {
                (Some(in_use), Some(numbers)) if metric.rollups.contains(name) => {
                    let replaced = day.replaced.get(name).map(Vec::as_slice).unwrap_or_default();
                    pick(name, (table, numbers), in_use, replaced)?
                }
                _ => table.clone(),
            };
            tables.insert(name.clone(), picked);
        }
        Ok(tables)
    }
}

/// In the order of today's accepted submissions: records, then submitted roll-ups.
fn in_use(day: &DayReturns, from: (&Intake, &[Admission]), rollup: &Rollup) -> Vec<bool> {
    let (records, submitted) = day.admitted(from, rollup);
    let used: BTreeSet<&str> =
        records.into_iter().chain(submitted).map(|admission| admission.fingerprint.as_str()).collect();
    let (records, submitted) = admitted_for(from.0, rollup);
    records.into_iter().chain(submitted).map(|admission| used.contains(admission.fingerprint.as_str())).collect()
}

/// The replaced submissions of a roll-up that were in use on some day, each as a set of its own, and the place of each set.
fn replaced_of<'p>(past: &'p Past, rollup: &Rollup) -> (BTreeMap<usize, usize>, Vec<Admitted<'p>>) {
    let used: BTreeSet<usize> = past.growing.iter().flat_map(|day| day.replaced.iter().copied()).collect();
    let (mut places, mut sets) = (BTreeMap::new(), Vec::new());
    for at in used {
        let Some(admission) = past.replaced.get(at).filter(|admission| !admission.refused()) else { continue };
        let alone: Admitted<'p> = match &admission.submission.table {
            SubmittedTable::Records(name) if *name == rollup.dataset => (vec![admission], Vec::new()),
            SubmittedTable::Rollup(name) if *name == rollup.name => (Vec::new(), vec![admission]),
            _ => continue,
        };
        places.insert(at, sets.len());
        sets.push(alone);
    }
    (places, sets)
}
