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
use crate::engine::{Engine, PreparedStatement, Query};

/// A roll-up that a pass makes.
pub(super) struct RollupToMake {
    pub(super) rollup: Rollup,
    /// Fingerprints of the submissions that it is made of; `None` where it is made of all that come by.
    pub(super) only: Option<BTreeSet<String>>,
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
    rollup: Rollup,
    only: Option<BTreeSet<String>>,
    prepared: PreparedStatement,
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
            let name = rollup_query(rollup);
            let query = Query { name: &name, sql: &rollup.sql, parameters: Vec::new() };
            let schema = rows_schema(&self.contract);
            let prepared = self.engine.prepare(&query, &self.contract.dataset, schema).await;
            if let (Ok(prepared), Ok(writer)) = (prepared, self.folders.begin(rollup)) {
                let state = PassState { writer: Some(writer), submissions: 0, elapsed: Duration::ZERO };
                making.push(Making { rollup: rollup.clone(), only: only.clone(), prepared, state: Mutex::new(state) });
            }
        }
        making
    }

    /// What was made, by name of the roll-up.
    pub fn finish(self) -> BTreeMap<String, MadeRollup> {
        let finish = |making: Making| {
            let PassState { writer, submissions, elapsed } =
                making.state.into_inner().unwrap_or_else(PoisonError::into_inner);
            let segment = writer?.finish().ok()??;
            Some((making.rollup.name, MadeRollup { segment, submissions, elapsed }))
        };
        self.making.into_inner().into_iter().flatten().filter_map(finish).collect()
    }
}

#[async_trait::async_trait]
impl RowUser for RollupPass {
    async fn take(&self, rows: &[SubmissionRows<'_>]) {
        for wave in waves(rows.iter(), |one| one.admission) {
            for making in self.making.get_or_init(|| self.plan()).await {
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
        let wave: Vec<_> = wave.iter().filter(|one| self.is_made_of(one.admission)).collect();
        let rows: Vec<RecordBatch> = wave.iter().flat_map(|one| &one.batches).cloned().collect();
        let admissions: Vec<&Admission> = wave.iter().map(|one| one.admission).collect();
        let Ok(found) = self.prepared.run(rows).await else { return };
        let Ok(found) = all_to_schema(&found, &rollup_schema(&self.rollup)) else { return };
        let scopes = Scopes::of(&admissions);
        let places = found.iter().map(|batch| places_of(&self.rollup, batch, &scopes)).collect::<Result<Vec<_>, _>>();
        let Ok(places) = places else { return };
        let fingerprints: Vec<&str> = admissions.iter().map(|admission| admission.fingerprint.as_str()).collect();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = &mut state.writer {
            if writer.add(&fingerprints, &found, &places).is_err() {
                state.writer = None;
                return;
            }
            state.submissions += admissions.len();
            state.elapsed += started.elapsed();
        }
    }
}
