//! The worker's side: reads submissions of the source that it was started for.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::order::{PartOrder, PlacedSubmission, TableJob};
use super::parcel::Parcel;
use crate::contract::{Admission, PartReader, RowUser, SubmissionRows};
use crate::definitions::Definitions;
use crate::engine::Engine;
use crate::engine::cluster::{AnswerPart, UnitWorker};
use crate::intake::{contract_of, table_named};
use crate::rollups::{RolledRows, RollupStatement};
use crate::sources::{Source, SourceFile, SubmittedTable};

/// Reads parts of a source on behalf of a run.
pub struct SubmissionReader {
    source: Source,
    engine: Engine,
    definitions: Arc<Definitions>,
    /// What is planned for each job that was asked for.
    tables: Mutex<HashMap<String, Arc<OnceCell<Option<TableReader>>>>>,
}

impl fmt::Debug for SubmissionReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reader of {}", self.source.location)
    }
}

/// What submissions of one table are read with.
struct TableReader {
    table: SubmittedTable,
    reader: PartReader,
    rollups: Vec<RollupStatement>,
}

impl SubmissionReader {
    /// Reads files of `source` and of nothing else.
    pub fn new(source: Source, engine: Engine, definitions: Arc<Definitions>) -> Self {
        Self { source, engine, definitions, tables: Mutex::default() }
    }

    /// The planned statements of a job; `None` where no such job can be.
    async fn prepare(&self, job: &str) -> Option<TableReader> {
        let TableJob { table, rollups } = serde_json::from_str(job).ok()?;
        let table = table_named(&self.definitions, &table)?;
        let contract = contract_of(&self.definitions, &table)?;
        let store = Arc::clone(&self.source.store);
        let reader = PartReader::prepare(self.engine.clone(), store, contract.clone()).await;
        let mut statements = Vec::new();
        for name in rollups {
            let rollup = self.definitions.rollup(&name)?;
            statements.extend(RollupStatement::prepare(&self.engine, &contract, rollup).await);
        }
        Some(TableReader { table, reader, rollups: statements })
    }

    /// What is found of an order; nothing where it is none.
    pub(super) async fn read(&self, job: &str, order: &str) -> Parcel {
        let cell = {
            let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tables.entry(job.to_owned()).or_default())
        };
        let Some(table) = cell.get_or_init(|| self.prepare(job)).await else { return Parcel::default() };
        let Ok(order) = serde_json::from_str::<PartOrder>(order) else { return Parcel::default() };
        let placed = order.submissions(&table.table.folder());
        let files = placed.iter().flat_map(|one| &one.submission.files);
        self.source.expect(files);
        table.read(placed).await
    }
}

impl TableReader {
    async fn read(&self, ordered: Vec<PlacedSubmission>) -> Parcel {
        let collector = Collector { statements: &self.rollups, pieces: Mutex::default() };
        let places: BTreeMap<String, usize> =
            ordered.iter().map(|one| (place_key(&one.submission.files), one.place)).collect();
        let submissions = ordered.into_iter().map(|one| one.submission).collect();
        let sound = self.reader.sound(submissions, &collector).await;
        let place = |admission: Admission| Some((*places.get(&place_key(&admission.submission.files))?, admission));
        let sound: BTreeMap<usize, Admission> = sound.into_iter().filter_map(place).collect();
        Parcel { rollups: collector.whole(sound.len()), sound }
    }
}

/// What tells the submissions of an order apart.
fn place_key(files: &[SourceFile]) -> String {
    files.first().map(|file| file.path.clone()).unwrap_or_default()
}

/// Makes roll-ups of the rows of an order while they are in memory.
struct Collector<'a> {
    statements: &'a [RollupStatement],
    pieces: Mutex<BTreeMap<String, RolledRows>>,
}

#[async_trait::async_trait]
impl RowUser for Collector<'_> {
    async fn take(&self, rows: &[SubmissionRows<'_>]) {
        // Whoever asked reads submissions himself that anything was found in.
        let sound: Vec<&SubmissionRows<'_>> = rows.iter().filter(|one| one.admission.findings.is_empty()).collect();
        for statement in self.statements {
            for piece in statement.of(&sound).await {
                let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
                pieces.entry(statement.rollup.name.clone()).or_default().append(piece);
            }
        }
    }
}

impl Collector<'_> {
    /// The roll-ups that were made of all submissions, of which there are so many.
    fn whole(self, submissions: usize) -> BTreeMap<String, RolledRows> {
        let pieces = self.pieces.into_inner().unwrap_or_else(PoisonError::into_inner);
        pieces.into_iter().filter(|(_, rows)| rows.fingerprints.len() == submissions).collect()
    }
}

#[async_trait::async_trait]
impl UnitWorker for SubmissionReader {
    async fn answer(&self, job: &str, order: &str) -> Vec<AnswerPart> {
        self.read(job, order).await.parts().unwrap_or_default()
    }
}
