//! The rows of metrics on each day that a run looks at: today, and earlier days. They come from what an earlier run left,
//! or from the roll-ups of that day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::snapshot::{Snapshot, SnapshotPart};
use super::workload::{FixedTables, Workload};
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::engine::QueryTable;
use crate::metrics::{Computation, FigureSource, Grid, MetricError, Monthly, MonthlyRow, sources_of};
use crate::rollups::{Filling, KeptRollup, RollupCosts, RollupError, RollupInput, Rollups};
use crate::vocabulary::body_id::BodyId;

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
    /// By name, as far as they were loaded.
    tables: BTreeMap<String, QueryTable>,
}

impl DayBasis {
    /// Looks up what earlier runs left of the metrics that the day is looked at for.
    fn recall(snapshot: &Snapshot<'_>, loader: &DayLoader<'_>) -> Self {
        let sources = |metric: &Metric| sources_of(metric, loader.definitions);
        let metrics = loader.workload.metrics.iter();
        let asked: Vec<&Metric> = metrics.filter(|metric| snapshot.is_for(metric, &sources(metric))).collect();
        Self {
            day: snapshot.day,
            part: snapshot.part,
            bodies: snapshot.bodies.clone(),
            datasets: snapshot.datasets.clone(),
            grid: Arc::clone(&snapshot.grid),
            monthly: loader.workload.recall(&asked, loader.fixed, snapshot),
            tables: loader.fixed.tables.clone(),
        }
    }

    fn rests_on(&self, sources: &[FigureSource]) -> bool {
        sources.iter().any(|source| self.datasets.contains(&source.dataset))
    }
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
    /// Oldest first within each part, in the order of the snapshots.
    pub earlier: Vec<DayBasis>,
}

impl Days {
    /// Looks up what earlier runs left of every day.
    pub fn recall(today: &Snapshot<'_>, earlier: &[Snapshot<'_>], loader: &DayLoader<'_>) -> Self {
        Self {
            today: DayBasis::recall(today, loader),
            earlier: earlier.par_iter().map(|snapshot| DayBasis::recall(snapshot, loader)).collect(),
        }
    }

    /// Whether today's rows of a roll-up must be loaded: for today, or for delays, which no run remembers.
    pub fn needs_today(&self, workload: &Workload<'_>, rollup: &str) -> bool {
        workload.is_unread(rollup) || workload.has_delays(rollup) || workload.needs(rollup, &self.today.monthly)
    }

    fn of(&self, part: SnapshotPart) -> impl Iterator<Item = &DayBasis> {
        self.earlier.iter().filter(move |day| day.part == part)
    }

    /// Adds tables of today. An earlier day that holds only what has later cases has the others as they are today.
    pub fn insert_today(&mut self, tables: impl IntoIterator<Item = (String, QueryTable)>) {
        self.today.tables.extend(tables);
        for day in self.earlier.iter_mut().filter(|day| day.part == SnapshotPart::LaterCases) {
            day.tables.extend(self.today.tables.iter().map(|(name, table)| (name.clone(), table.clone())));
        }
    }

    /// Today's tables by name, as far as they were loaded.
    pub fn tables_today(&self) -> &BTreeMap<String, QueryTable> {
        &self.today.tables
    }

    /// Loads the roll-ups that metrics need of earlier days: the rows of the submissions that were in use then. What the cache
    /// holds of some roll-ups is in `kept`. Adds the time that the roll-ups took, and those for which there was not enough
    /// memory, to `costs`.
    ///
    /// # Errors
    /// A roll-up that cannot be computed or cached.
    pub async fn load_earlier(
        &mut self,
        snapshots: &[Snapshot<'_>],
        kept: BTreeMap<String, KeptRollup>,
        loader: &DayLoader<'_>,
        costs: &mut RollupCosts<'_>,
    ) -> Result<(), RollupError> {
        let mut kept = kept;
        let mut by_dataset: BTreeMap<&str, Vec<Filling<'_>>> = BTreeMap::new();
        for rollup in loader.workload.rollups {
            let needing = self.earlier.iter().zip(snapshots);
            let needing: Vec<&Snapshot<'_>> = needing
                .filter(|(day, _)| loader.workload.needs(&rollup.name, &day.monthly))
                .map(|(_, snapshot)| snapshot)
                .collect();
            if needing.is_empty() {
                continue;
            }
            let kept = match kept.remove(&rollup.name) {
                Some(kept) => kept,
                None => loader.rollups.recall(rollup)?,
            };
            let wanted = RollupInput::of_all(needing.into_iter().map(|snapshot| snapshot.admitted(rollup)));
            by_dataset.entry(&rollup.dataset).or_default().push(Filling { rollup, kept, wanted });
        }
        for (dataset, mut fillings) in by_dataset {
            let Some(contract) = loader.definitions.contract(dataset) else { continue };
            let filled = loader.rollups.fill(contract, &mut fillings).await;
            for (Filling { rollup, kept, .. }, filled) in fillings.iter().zip(filled) {
                if !costs.add(rollup, filled)? {
                    continue;
                }
                for (day, snapshot) in self.earlier.iter_mut().zip(snapshots) {
                    if loader.workload.needs(&rollup.name, &day.monthly) {
                        day.tables.insert(rollup.name.clone(), kept.table(snapshot.admitted(rollup).all()));
                    }
                }
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
    ) -> Result<Vec<MonthlyRow>, MetricError> {
        day.monthly.rows(metric, &day.tables, computation).await
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
