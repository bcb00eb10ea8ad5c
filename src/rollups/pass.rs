//! Several roll-ups of one dataset over rows that were decoded once. Whatever goes wrong here goes wrong without a word: the
//! roll-up is then made by a statement over the files, which says what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use tokio::sync::OnceCell;

use super::segment::{RollupSegment, SegmentWriter};
use super::{CacheFolders, Scopes, all_to_schema, places_of, rollup_query, rollup_schema, waves};
use crate::contract::{Admission, RowUser, SubmissionRows, rows_schema};
use crate::definitions::model::{Contract, Rollup};
use crate::engine::{ConstantColumn, Engine, PreparedStatement, Query};

/// A run of a statement over as many rows takes far longer than it takes to begin one.
const ROWS_ALONE: u64 = 32_768;

/// A roll-up that a pass makes.
pub(super) struct RollupToMake {
    pub(super) rollup: Rollup,
    /// Fingerprints of the submissions that it is made of; `None` where it is made of all that come by.
    pub(super) only: Option<BTreeSet<String>>,
}

/// Rows of a roll-up of some submissions, wherever they were made.
#[derive(Debug, Clone, Default)]
pub struct RolledRows {
    /// Of the submissions, those without rows included.
    pub fingerprints: Vec<String>,
    pub batches: Vec<RecordBatch>,
    /// Of each batch: which submission each row came from, by its place among the fingerprints.
    pub places: Vec<Vec<usize>>,
}

impl RolledRows {
    /// Adds rows of other submissions.
    pub fn append(&mut self, other: Self) {
        let first = self.fingerprints.len();
        self.fingerprints.extend(other.fingerprints);
        self.batches.extend(other.batches);
        self.places.extend(other.places.iter().map(|places| places.iter().map(|place| first + place).collect()));
    }
}

/// The statement of a roll-up, planned for rows in memory.
pub struct RollupStatement {
    pub rollup: Rollup,
    prepared: PreparedStatement,
}

impl RollupStatement {
    /// `None` where the engine refuses the statement.
    pub async fn prepare(engine: &Engine, contract: &Contract, rollup: &Rollup) -> Option<Self> {
        let name = rollup_query(rollup);
        let query = Query { name: &name, sql: &rollup.sql, parameters: Vec::new() };
        let prepared = engine.prepare(&query, &contract.dataset, rows_schema(contract)).await.ok()?;
        Some(Self { rollup: rollup.clone(), prepared })
    }

    /// The roll-up of submissions of which no two are of the same organisation and months; `None` where the statement fails.
    async fn of_wave(&self, wave: &[&SubmissionRows<'_>]) -> Option<RolledRows> {
        let rows: Vec<RecordBatch> = wave.iter().flat_map(|one| &one.batches).cloned().collect();
        let admissions: Vec<&Admission> = wave.iter().map(|one| one.admission).collect();
        let found = self.prepared.run(&rows, &shared_constants(wave)).await.ok()?;
        let batches = all_to_schema(&found, &rollup_schema(&self.rollup)).ok()?;
        let scopes = Scopes::of(&admissions);
        let places = batches.iter().map(|batch| places_of(&self.rollup, batch, &scopes)).collect::<Result<_, _>>();
        let fingerprints = admissions.iter().map(|admission| admission.fingerprint.clone()).collect();
        Some(RolledRows { fingerprints, batches, places: places.ok()? })
    }

    /// The roll-up of any submissions, a piece for each run.
    pub async fn of(&self, rows: &[&SubmissionRows<'_>]) -> Vec<RolledRows> {
        let mut pieces = Vec::new();
        for wave in runs(rows.iter().copied()) {
            pieces.extend(self.of_wave(&wave).await);
        }
        pieces
    }
}

/// Submissions that a statement runs over at one time. A large one is alone, because what its path says is then the same in each
/// row; many small ones together cost less than a run for each.
fn runs<'r, 'a>(rows: impl Iterator<Item = &'r SubmissionRows<'a>>) -> Vec<Vec<&'r SubmissionRows<'a>>> {
    let (large, small): (Vec<_>, Vec<_>) = rows.partition(|one| one.rows() >= ROWS_ALONE);
    let mut runs: Vec<Vec<_>> = large.into_iter().map(|one| vec![one]).collect();
    runs.extend(waves(small.into_iter(), |one| one.admission));
    runs
}

/// What the paths of all of these submissions say.
fn shared_constants(wave: &[&SubmissionRows<'_>]) -> Vec<ConstantColumn> {
    let of_first = wave.first().map(|one| one.constants.as_slice()).unwrap_or_default();
    of_first.iter().filter(|constant| wave.iter().all(|one| one.constants.contains(constant))).cloned().collect()
}

/// Roll-ups that are made side by side of the rows that come by.
pub struct RollupPass {
    engine: Engine,
    contract: Contract,
    rollups: Vec<RollupToMake>,
    folders: CacheFolders,
    /// Planned when the first rows come by.
    making: OnceCell<Vec<Making>>,
}

/// One of them.
struct Making {
    statement: RollupStatement,
    only: Option<BTreeSet<String>>,
    state: Mutex<PassState>,
}

/// What was written of it so far, and what it cost.
struct PassState {
    /// `None` once it could not be written.
    writer: Option<SegmentWriter>,
    submissions: usize,
    elapsed: Duration,
}

/// What a pass made of one roll-up.
#[derive(Debug)]
pub struct MadeRollup {
    pub(super) segment: RollupSegment,
    pub submissions: usize,
    /// Of all threads together.
    pub elapsed: Duration,
}

impl RollupPass {
    pub(super) fn new(engine: Engine, contract: Contract, rollups: Vec<RollupToMake>, folders: CacheFolders) -> Self {
        Self { engine, contract, rollups, folders, making: OnceCell::new() }
    }

    async fn plan(&self) -> Vec<Making> {
        let mut making = Vec::new();
        for RollupToMake { rollup, only } in &self.rollups {
            let statement = RollupStatement::prepare(&self.engine, &self.contract, rollup).await;
            if let (Some(statement), Ok(writer)) = (statement, self.folders.begin(rollup)) {
                let state = PassState { writer: Some(writer), submissions: 0, elapsed: Duration::ZERO };
                making.push(Making { statement, only: only.clone(), state: Mutex::new(state) });
            }
        }
        making
    }

    async fn making(&self) -> &[Making] {
        self.making.get_or_init(|| self.plan()).await
    }

    /// Names of the columns that its statements read.
    pub(super) async fn columns(&self) -> BTreeSet<String> {
        self.making().await.iter().flat_map(|making| making.statement.prepared.columns()).cloned().collect()
    }

    /// Names of the roll-ups that it makes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rollups.iter().map(|one| one.rollup.name.as_str())
    }

    /// Takes rows of a roll-up that were made elsewhere. What that cost there is not counted here.
    pub async fn add(&self, rollup: &str, rows: &RolledRows) {
        if let Some(making) = self.making().await.iter().find(|making| making.statement.rollup.name == rollup) {
            making.write(rows, Instant::now());
        }
    }

    /// What was made, by name of the roll-up.
    pub fn finish(self) -> BTreeMap<String, MadeRollup> {
        let finish = |making: Making| {
            let PassState { writer, submissions, elapsed } =
                making.state.into_inner().unwrap_or_else(PoisonError::into_inner);
            let segment = writer?.finish().ok()??;
            Some((making.statement.rollup.name, MadeRollup { segment, submissions, elapsed }))
        };
        self.making.into_inner().into_iter().flatten().filter_map(finish).collect()
    }
}

#[async_trait::async_trait]
impl RowUser for RollupPass {
    async fn take(&self, rows: &[SubmissionRows<'_>]) {
        for wave in runs(rows.iter()) {
            for making in self.making().await {
                making.take(&wave).await;
            }
        }
    }
}

impl Making {
    fn is_made_of(&self, admission: &Admission) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&admission.fingerprint))
    }

    async fn take(&self, wave: &[&SubmissionRows<'_>]) {
        let started = Instant::now();
        let wave: Vec<_> = wave.iter().copied().filter(|one| self.is_made_of(one.admission)).collect();
        if let Some(rows) = self.statement.of_wave(&wave).await {
            self.write(&rows, started);
        }
    }

    /// Writes rows whose making was begun at that time.
    fn write(&self, rows: &RolledRows, started: Instant) {
        let fingerprints: Vec<&str> = rows.fingerprints.iter().map(String::as_str).collect();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = &mut state.writer {
            if writer.add(&fingerprints, &rows.batches, &rows.places).is_err() {
                state.writer = None;
                return;
            }
            state.submissions += rows.fingerprints.len();
            state.elapsed += started.elapsed();
        }
    }
}
