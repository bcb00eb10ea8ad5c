//! The rows of metrics on each day that a run looks at: today, and earlier days. They come from what an earlier run left,
//! or from the roll-ups of that day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::earlier::SubmissionRef;
use super::snapshot::{Snapshot, SnapshotPart};
use super::workload::{FixedTables, Workload};
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::{Metric, Rollup};
use crate::engine::{QueryTable, Trouble};
use crate::metrics::{Computation, FigureSource, Grid, MetricError, Monthly, MonthlyRow, sources_of};
use crate::rollups::{RollupCosts, RollupError, RollupInput, Rollups, pick, rollup_schema, submissions_of_rows};
use crate::vocabulary::body_id::BodyId;

/// Why the rows of a metric on some day could not be had.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    #[error(transparent)]
    Rollup(#[from] RollupError),
    #[error(transparent)]
    Metric(#[from] MetricError),
}

impl RowsError {
    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Rollup(error) => error.trouble(),
            Self::Metric(error) => error.trouble(),
        }
    }
}

/// What the rows of metrics on one day are made of, without the submissions themselves.
pub struct DayBasis {
    pub day: NaiveDate,
    pub part: SnapshotPart,
    /// Organisations that the day is looked at for.
    pub bodies: BTreeSet<BodyId>,
    datasets: BTreeSet<String>,
    pub grid: Arc<Grid>,
    /// What an earlier run left of that day.
    pub monthly: Monthly,
    tables: DayTables,
}

/// The roll-ups of one day.
enum DayTables {
    /// Loaded for this day, by name.
    Loaded(BTreeMap<String, QueryTable>),
    /// Today's, without the rows of what came later, and with the rows of what has been replaced since.
    Picked {
        /// By roll-up: which of today's submissions were in use, in the order in which its rows are numbered.
        in_use: BTreeMap<String, Vec<bool>>,
        /// By roll-up: the tables of replaced submissions.
        replaced: BTreeMap<String, Vec<QueryTable>>,
    },
}

impl DayBasis {
    /// Looks up what earlier runs left of the metrics that the day is looked at for.
    fn recall(snapshot: &Snapshot<'_>, today: &Snapshot<'_>, loader: &DayLoader<'_>) -> Self {
        let sources = |metric: &Metric| sources_of(metric, loader.definitions);
        let metrics = loader.workload.metrics.iter();
        let asked: Vec<&Metric> = metrics.filter(|metric| snapshot.is_for(metric, &sources(metric))).collect();
        let is_read = |rollup: &&Rollup| asked.iter().any(|metric| metric.rollups.contains(&rollup.name));
        let tables = match snapshot.part {
            SnapshotPart::Whole | SnapshotPart::Replaced => DayTables::Loaded(loader.fixed.tables.clone()),
            SnapshotPart::LaterCases => {
                let read = loader.workload.rollups.iter().filter(is_read);
                let in_use = read.map(|rollup| (rollup.name.clone(), still_in_use(snapshot, today, rollup)));
                DayTables::Picked { in_use: in_use.collect(), replaced: BTreeMap::new() }
            }
        };
        Self {
            day: snapshot.day,
            part: snapshot.part,
            bodies: snapshot.bodies.clone(),
            datasets: snapshot.datasets.clone(),
            grid: Arc::clone(&snapshot.grid),
            monthly: loader.workload.recall(&asked, loader.fixed, snapshot),
            tables,
        }
    }

    fn rests_on(&self, sources: &[FigureSource]) -> bool {
        sources.iter().any(|source| self.datasets.contains(&source.dataset))
    }

    fn insert(&mut self, rollup: &Rollup, table: QueryTable) {
        if let DayTables::Loaded(tables) = &mut self.tables {
            tables.insert(rollup.name.clone(), table);
        }
    }

    fn insert_replaced(&mut self, rollup: &Rollup, own: Vec<QueryTable>) {
        if let DayTables::Picked { replaced, .. } = &mut self.tables {
            replaced.insert(rollup.name.clone(), own);
        }
    }
}

/// Which of today's submissions of a roll-up were in use on the day of a snapshot: records, then the roll-up itself.
fn still_in_use(snapshot: &Snapshot<'_>, today: &Snapshot<'_>, rollup: &Rollup) -> Vec<bool> {
    let then = snapshot.admitted(rollup);
    let used: BTreeSet<&str> = then.all().map(|admission| admission.fingerprint.as_str()).collect();
    today.admitted(rollup).all().map(|admission| used.contains(admission.fingerprint.as_str())).collect()
}

/// What the days of a run are loaded by.
#[derive(Clone, Copy)]
pub struct DayLoader<'a> {
    pub definitions: &'a Definitions,
    pub workload: Workload<'a>,
    pub fixed: &'a FixedTables,
    pub rollups: &'a Rollups<'a>,
}

/// Today and the earlier days of a run.
pub struct Days {
    pub today: DayBasis,
    /// Oldest first within each part.
    pub earlier: Vec<DayBasis>,
    /// By roll-up and batch: the submission that each of today's rows came with.
    submissions_of_rows: BTreeMap<String, Vec<Vec<usize>>>,
}

impl Days {
    /// Looks up what earlier runs left of every day.
    pub fn recall(today: &Snapshot<'_>, earlier: &[Snapshot<'_>], loader: &DayLoader<'_>) -> Self {
        Self {
            today: DayBasis::recall(today, today, loader),
            earlier: earlier.par_iter().map(|snapshot| DayBasis::recall(snapshot, today, loader)).collect(),
            submissions_of_rows: BTreeMap::new(),
        }
    }

    /// Whether today's rows of a roll-up must be loaded: for today, for delays, which no run remembers, or for an earlier day
    /// whose rows are picked from them.
    pub fn needs_today(&self, workload: &Workload<'_>, rollup: &str) -> bool {
        workload.is_unread(rollup)
            || workload.has_delays(rollup)
            || workload.needs(rollup, &self.today.monthly)
            || self.any_needs(workload, rollup, SnapshotPart::LaterCases)
    }

    fn any_needs(&self, workload: &Workload<'_>, rollup: &str, part: SnapshotPart) -> bool {
        self.of(part).any(|day| workload.needs(rollup, &day.monthly))
    }

    fn of(&self, part: SnapshotPart) -> impl Iterator<Item = &DayBasis> {
        self.earlier.iter().filter(move |day| day.part == part)
    }

    fn of_mut(&mut self, part: SnapshotPart) -> impl Iterator<Item = &mut DayBasis> {
        self.earlier.iter_mut().filter(move |day| day.part == part)
    }

    /// Adds tables of today.
    pub fn insert_today(&mut self, tables: impl IntoIterator<Item = (String, QueryTable)>) {
        if let DayTables::Loaded(today) = &mut self.today.tables {
            today.extend(tables);
        }
    }

    /// Today's tables by name, as far as they were loaded.
    pub fn tables_today(&self) -> Option<&BTreeMap<String, QueryTable>> {
        match &self.today.tables {
            DayTables::Loaded(tables) => Some(tables),
            DayTables::Picked { .. } => None,
        }
    }

    /// Loads the roll-ups that metrics need of the days on which replaced submissions of single organisations were in use.
    /// Adds the time that the roll-ups took, and the roll-ups for which there was not enough memory, to `costs`.
    ///
    /// # Errors
    /// A roll-up that cannot be computed or cached.
    pub async fn load_replaced(
        &mut self,
        snapshots: &[Snapshot<'_>],
        loader: &DayLoader<'_>,
        costs: &mut RollupCosts<'_>,
    ) -> Result<(), RollupError> {
        let snapshots: Vec<&Snapshot<'_>> = snapshots.iter().filter(|one| one.part == SnapshotPart::Replaced).collect();
        for rollup in loader.workload.rollups {
            if !self.any_needs(&loader.workload, &rollup.name, SnapshotPart::Replaced) {
                continue;
            }
            let Some(contract) = loader.definitions.contract(&rollup.dataset) else { continue };
            let sets: Vec<RollupInput<'_>> = snapshots.iter().map(|snapshot| snapshot.admitted(rollup)).collect();
            if sets.iter().all(RollupInput::is_empty) {
                // Statements name the table even where everything that was sent had been refused.
                let empty = QueryTable::empty(rollup_schema(rollup));
                self.of_mut(SnapshotPart::Replaced).for_each(|day| day.insert(rollup, empty.clone()));
                continue;
            }
            let found = loader.rollups.load_sets(rollup, contract, &sets).await;
            let tables = costs.add(rollup, found)?.unwrap_or_default();
            self.of_mut(SnapshotPart::Replaced).zip(tables).for_each(|(day, table)| day.insert(rollup, table));
        }
        Ok(())
    }

    /// Numbers the rows of today's tables, and loads those of replaced submissions, for the days whose rows are picked from
    /// today's. What that cost, and what there is not enough memory for, is added to `costs`.
    ///
    /// # Errors
    /// A roll-up that cannot be computed or cached, or whose rows belong to no submission.
    pub async fn load_later_cases(
        &mut self,
        today: &Snapshot<'_>,
        snapshots: &[Snapshot<'_>],
        loader: &DayLoader<'_>,
        costs: &mut RollupCosts<'_>,
    ) -> Result<(), RollupError> {
        let snapshots: Vec<&Snapshot<'_>> =
            snapshots.iter().filter(|one| one.part == SnapshotPart::LaterCases).collect();
        for rollup in loader.workload.rollups {
            if !self.any_needs(&loader.workload, &rollup.name, SnapshotPart::LaterCases) {
                continue;
            }
            let of_today: Vec<&Admission> = today.admitted(rollup).all().collect();
            if let Some(table) = self.tables_today().and_then(|tables| tables.get(&rollup.name)) {
                let submissions = submissions_of_rows(rollup, table, &of_today)?;
                self.submissions_of_rows.insert(rollup.name.clone(), submissions);
            }
            let replaced = ReplacedSets::of(rollup, today, &snapshots);
            let Some(contract) = loader.definitions.contract(&rollup.dataset) else { continue };
            if replaced.sets.is_empty() {
                continue;
            }
            let found = loader.rollups.load_sets(rollup, contract, &replaced.sets).await;
            let Some(tables) = costs.add(rollup, found)? else { continue };
            for (day, snapshot) in self.of_mut(SnapshotPart::LaterCases).zip(&snapshots) {
                day.insert_replaced(rollup, replaced.tables_on(snapshot, rollup, &tables));
            }
        }
        Ok(())
    }

    /// The rows of a metric on one of the days: recalled, or computed and kept.
    ///
    /// # Errors
    /// A statement that failed, or kept rows that cannot be written or read.
    pub async fn rows(
        &self,
        metric: &Metric,
        day: &DayBasis,
        computation: &Computation<'_>,
    ) -> Result<Vec<MonthlyRow>, RowsError> {
        let rows = match &day.tables {
            DayTables::Loaded(tables) => day.monthly.rows(metric, tables, computation).await?,
            DayTables::Picked { .. } if !day.monthly.lacks(metric) => {
                day.monthly.rows(metric, &BTreeMap::new(), computation).await?
            }
            DayTables::Picked { in_use, replaced } => {
                let tables = self.picked(metric, in_use, replaced)?;
                day.monthly.rows(metric, &tables, computation).await?
            }
        };
        Ok(rows)
    }

    /// The tables that a metric reads, of which only the rows in use are left. Those that do not depend on the day are
    /// today's.
    fn picked(
        &self,
        metric: &Metric,
        in_use: &BTreeMap<String, Vec<bool>>,
        replaced: &BTreeMap<String, Vec<QueryTable>>,
    ) -> Result<BTreeMap<String, QueryTable>, RollupError> {
        let mut tables = BTreeMap::new();
        for (name, table) in self.tables_today().into_iter().flatten() {
            let picked = match (in_use.get(name), self.submissions_of_rows.get(name)) {
                (Some(in_use), Some(submissions)) if metric.rollups.contains(name) => {
                    let replaced = replaced.get(name).map(Vec::as_slice).unwrap_or_default();
                    pick(name, table, submissions, in_use, replaced)?
                }
                _ => table.clone(),
            };
            tables.insert(name.clone(), picked);
        }
        Ok(tables)
    }

    /// The earlier days on which a metric stood on something else than today, oldest first.
    pub fn of_metric(&self, part: SnapshotPart, sources: &[FigureSource]) -> impl Iterator<Item = &DayBasis> {
        self.of(part).filter(move |day| day.rests_on(sources))
    }

    /// Whether the rows of the metric must be computed for some day.
    pub fn lacks(&self, metric: &Metric) -> bool {
        self.earlier.iter().chain([&self.today]).any(|day| day.monthly.lacks(metric))
    }
}

/// The replaced submissions of a roll-up that were in use on some day, each as a set of its own.
struct ReplacedSets<'a> {
    sets: Vec<RollupInput<'a>>,
    /// The place of the set of each submission.
    places: BTreeMap<SubmissionRef<'a>, usize>,
}

impl<'a> ReplacedSets<'a> {
    fn of(rollup: &Rollup, today: &Snapshot<'a>, snapshots: &[&Snapshot<'a>]) -> Self {
        let key = |admission: &'a Admission| SubmissionRef::of(&admission.submission);
        let current: BTreeSet<SubmissionRef<'_>> = today.admitted(rollup).all().map(key).collect();
        let mut found = Self { sets: Vec::new(), places: BTreeMap::new() };
        for RollupInput { records, submitted } in snapshots.iter().map(|snapshot| snapshot.admitted(rollup)) {
            let alone = |record: &&'a Admission| RollupInput { records: vec![record], submitted: Vec::new() };
            let whole = |submission: &&'a Admission| RollupInput { records: Vec::new(), submitted: vec![submission] };
            let records = records.iter().map(|one| (key(one), alone(one)));
            for (key, set) in records.chain(submitted.iter().map(|one| (key(one), whole(one)))) {
                if !current.contains(&key) && !found.places.contains_key(&key) {
                    found.places.insert(key, found.sets.len());
                    found.sets.push(set);
                }
            }
        }
        found
    }

    /// Of the tables of all sets those of the submissions that were in use on the day of a snapshot.
    fn tables_on(&self, snapshot: &Snapshot<'_>, rollup: &Rollup, tables: &[QueryTable]) -> Vec<QueryTable> {
        let in_use = snapshot.admitted(rollup);
        let places = in_use.all().filter_map(|one| self.places.get(&SubmissionRef::of(&one.submission)));
        places.filter_map(|place| tables.get(*place)).cloned().collect()
    }
}
