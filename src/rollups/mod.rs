//! Roll-ups: one scan of a dataset over every submission that is not cached yet, and the cached rest.
//! The only place where record-level rows are read for figures; it computes no metric.

mod costs;
mod kept;
mod numbered;
mod pass;
mod reference;
mod segment;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Field, SchemaRef};
use arrow::error::ArrowError;

use futures::StreamExt as _;

use crate::contract::{
    Admission, RowColumns, RowReader, engine_type, month_days, parts, pinned_table, rollup_contract, submission_month,
};
use crate::definitions::model::{Contract, Rollup, StatementColumn};
use crate::engine::{ENGINE_VERSION, Engine, EngineError, Query, Trouble, schema_of};
use crate::sources::SubmissionScope;
use crate::vocabulary::body_id::BodyId;
use segment::{RollupSegment, SegmentWriter};

pub use costs::{RollupCosts, RollupRecord};
pub use kept::KeptRollup;
pub use numbered::{compact, numbers_of, with_numbers};
use pass::RollupToMake;
pub use pass::{MadeRollup, RolledRows, RollupPass, RollupStatement};
pub use reference::{PeerLink, PublishedFigure, ReferenceData, UnfitCode};

/// A roll-up that could not be computed or cached.
#[derive(Debug, thiserror::Error)]
pub enum RollupError {
    #[error("roll-up {rollup}")]
    Engine {
        rollup: String,
        #[source]
        source: EngineError,
    },
    #[error("roll-up {rollup}: the result cannot be used")]
    Arrow {
        rollup: String,
        #[source]
        source: ArrowError,
    },
    #[error("roll-up {rollup}: cache file {path}")]
    Cache {
        rollup: String,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "roll-up {rollup}: a row of {org_code} in {month} belongs to no submission; \
         return the path column `period` when `month` is another month than the submission's"
    )]
    Unattributed { rollup: String, org_code: BodyId, month: String },
}

impl RollupError {
    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Engine { source, .. } => source.trouble(),
            Self::Cache { .. } => Trouble::Writing,
            Self::Arrow { .. } | Self::Unattributed { .. } => Trouble::Content,
        }
    }
}

/// What a roll-up cost besides reading the cache.
#[derive(Debug, Default)]
pub struct RollupEffort {
    /// Submissions computed now.
    pub scanned: usize,
    /// Times that submissions were read for it: 0 where nothing was computed, else 1, or more where not all fitted into memory.
    pub scans: usize,
    /// Bytes that were read for it and for nothing else before.
    pub bytes_scanned: u64,
    /// Of all threads together.
    pub elapsed: Duration,
}

/// A roll-up, what the cache holds of it, and what it shall hold.
pub struct Filling<'a> {
    pub rollup: &'a Rollup,
    pub kept: KeptRollup,
    /// No two of them alike.
    pub wanted: RollupInput<'a>,
}

/// The submissions that a roll-up's rows are made of; none of them was refused.
#[derive(Debug, Clone, Default)]
pub struct RollupInput<'a> {
    /// Submissions of the records that the roll-up counts.
    pub records: Vec<&'a Admission>,
    /// Submissions of the roll-up itself.
    pub submitted: Vec<&'a Admission>,
}

impl<'a> RollupInput<'a> {
    /// Those of several inputs, each once.
    pub fn of_all(inputs: impl Iterator<Item = Self>) -> Self {
        let (mut all, mut seen) = (Self::default(), BTreeSet::new());
        for input in inputs {
            let mut is_new = |admission: &&'a Admission| seen.insert(admission.fingerprint.as_str());
            all.records.extend(input.records.into_iter().filter(&mut is_new));
            all.submitted.extend(input.submitted.into_iter().filter(&mut is_new));
        }
        all
    }

    /// Every submission: records, then the roll-up itself.
    pub fn all(&self) -> impl Iterator<Item = &'a Admission> {
        self.records.iter().chain(&self.submitted).copied()
    }
}

/// Schema of a roll-up's rows inside the engine: keys, then measures.
pub fn rollup_schema(rollup: &Rollup) -> SchemaRef {
    let field = |column: &StatementColumn| Field::new(&column.name, engine_type(column.field_type), true);
    schema_of(rollup.keys.iter().chain(&rollup.measures).map(field).collect())
}

/// Rows of a roll-up fresh from a statement over files.
pub struct Rolled {
    pub batches: Vec<RecordBatch>,
    bytes_scanned: u64,
}

/// One statement over admitted record submissions.
///
/// # Errors
/// A statement that fails, or gives other columns than it says.
pub async fn roll_up(
    engine: &Engine,
    rollup: &Rollup,
    contract: &Contract,
    records: &[&Admission],
) -> Result<Rolled, RollupError> {
    let name = rollup_query(rollup);
    let query = Query { name: &name, sql: &rollup.sql, parameters: Vec::new() };
    ask(engine, rollup, &query, contract, records).await
}

/// The rows that organisations handed in in place of records.
async fn read_submitted(engine: &Engine, rollup: &Rollup, submitted: &[&Admission]) -> Result<Rolled, RollupError> {
    let contract = rollup_contract(rollup);
    let columns: Vec<String> = contract.fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
    let (columns, table) = (columns.join(", "), &contract.dataset);
    let sql = format!("SELECT {columns} FROM \"{table}\" ORDER BY {columns}");
    let name = format!("submitted roll-up {}", rollup.name);
    let query = Query { name: &name, sql: &sql, parameters: Vec::new() };
    ask(engine, rollup, &query, &contract, submitted).await
}

async fn ask(
    engine: &Engine,
    rollup: &Rollup,
    query: &Query<'_>,
    contract: &Contract,
    admissions: &[&Admission],
) -> Result<Rolled, RollupError> {
    let table = pinned_table(contract, admissions.iter().map(|admission| &admission.submission));
    let result = engine.run(query, &[(contract.dataset.as_str(), table)]).await;
    let result = result.map_err(|source| RollupError::Engine { rollup: rollup.name.clone(), source })?;
    let batches = all_to_schema(&result.batches, &rollup_schema(rollup));
    let batches = batches.map_err(|source| RollupError::Arrow { rollup: rollup.name.clone(), source })?;
    Ok(Rolled { batches, bytes_scanned: result.bytes_scanned })
}

/// What the statement of a roll-up is called in messages.
fn rollup_query(rollup: &Rollup) -> String {
    format!("queries/rollups/{}.sql", rollup.name)
}

/// How organisations handed in what a roll-up is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HandedIn {
    AsRecords,
    AsRollup,
}

/// Where roll-ups are kept.
#[derive(Debug, Clone)]
pub struct CacheFolders {
    /// Whole files, in a folder for each wording of each roll-up.
    pub kept: PathBuf,
    /// What is not whole yet, on the same file system.
    pub scratch: PathBuf,
}

impl CacheFolders {
    fn of(&self, rollup: &Rollup) -> PathBuf {
        let hash = blake3::hash(wording(rollup).as_bytes()).to_hex();
        self.kept.join(&rollup.name).join(hash.get(..16).unwrap_or_default())
    }

    fn begin(&self, rollup: &Rollup) -> io::Result<SegmentWriter> {
        SegmentWriter::begin(&self.of(rollup), &self.scratch, &rollup_schema(rollup))
    }

    fn error(&self, rollup: &Rollup, source: io::Error) -> RollupError {
        RollupError::Cache { rollup: rollup.name.clone(), path: self.of(rollup), source }
    }
}

/// Computes or recalls roll-ups.
pub struct Rollups<'a> {
    pub engine: &'a Engine,
    pub folders: CacheFolders,
}

impl Rollups<'_> {
    /// The submissions of `admitted` that the cache does not hold.
    ///
    /// # Errors
    /// A cache that the system does not let us read.
    pub fn missing<'s>(&self, rollup: &Rollup, admitted: &[&'s Admission]) -> Result<Vec<&'s Admission>, RollupError> {
        let paths = segment::list(&self.folders.of(rollup)).map_err(|source| self.folders.error(rollup, source))?;
        // A damaged or unreadable file is no cache; the run that needs it removes it, or says so.
        let segments = paths.iter().filter_map(|path| RollupSegment::known(path).ok().flatten());
        let known: BTreeSet<String> = segments.flat_map(|segment| segment.fingerprints).collect();
        Ok(admitted.iter().copied().filter(|admission| !known.contains(&admission.fingerprint)).collect())
    }

    /// What the cache holds of a roll-up. A damaged file is removed: what it held is computed again.
    ///
    /// # Errors
    /// A cache that the system does not let us read.
    pub fn recall(&self, rollup: &Rollup) -> Result<KeptRollup, RollupError> {
        let mut kept = KeptRollup::empty(rollup_schema(rollup));
        for path in segment::list(&self.folders.of(rollup)).map_err(|source| self.folders.error(rollup, source))? {
            let wrong = |source| RollupError::Cache { rollup: rollup.name.clone(), path: path.clone(), source };
            match RollupSegment::open(&path).map_err(wrong)? {
                Some(segment) => kept.add(segment),
                None => std::fs::remove_file(&path).map_err(wrong)?,
            }
        }
        Ok(kept)
    }

    /// Begins to make roll-ups of a dataset of all rows that come by.
    pub fn pass<'r>(&self, contract: &Contract, rollups: impl Iterator<Item = &'r Rollup>) -> RollupPass {
        let all = |rollup: &Rollup| RollupToMake { rollup: rollup.clone(), only: None };
        self.pass_of(contract, rollups.map(all).collect())
    }

    fn pass_of(&self, contract: &Contract, rollups: Vec<RollupToMake>) -> RollupPass {
        RollupPass::new(self.engine.clone(), contract.clone(), rollups, self.folders.clone())
    }

    /// Computes what the cache lacks of roll-ups of one dataset: rows are decoded once for all of them, as far as they fit into
    /// memory.
    pub async fn fill(
        &self,
        contract: &Contract,
        fillings: &mut [Filling<'_>],
    ) -> Vec<Result<RollupEffort, RollupError>> {
        let mut filled: Vec<RollupEffort> = self.fill_together(contract, fillings).await;
        let mut results = Vec::new();
        for (filling, filled) in fillings.iter_mut().zip(&mut filled) {
            let started = Instant::now();
            let mut filled = std::mem::take(filled);
            let rest = self.fill_from_files(contract, filling, &mut filled).await;
            filled.elapsed += started.elapsed();
            results.push(rest.map(|()| filled));
        }
        results
    }

    async fn fill_together(&self, contract: &Contract, fillings: &mut [Filling<'_>]) -> Vec<RollupEffort> {
        let mut filled: Vec<RollupEffort> = fillings.iter().map(|_| RollupEffort::default()).collect();
        let Some(store) = self.engine.store() else { return filled };
        let mut missing: BTreeMap<&str, &Admission> = BTreeMap::new();
        let mut to_make = Vec::new();
        for Filling { rollup, kept, wanted } in fillings.iter() {
            let lacking = wanted.records.iter().copied().filter(|admission| kept.lacks(admission));
            let lacking: Vec<&Admission> = lacking.collect();
            if !lacking.is_empty() {
                let only = lacking.iter().map(|admission| admission.fingerprint.clone()).collect();
                to_make.push(RollupToMake { rollup: (*rollup).clone(), only: Some(only) });
                missing.extend(lacking.into_iter().map(|admission| (admission.fingerprint.as_str(), admission)));
            }
        }
        if missing.is_empty() {
            return filled;
        }
        let missing: Vec<Admission> = missing.into_values().cloned().collect();
        let pass = Arc::new(self.pass_of(contract, to_make));
        let bytes: u64 = missing.iter().flat_map(|one| &one.files).map(|file| file.size).sum();
        let reader = RowReader {
            engine: self.engine.clone(),
            store: Arc::clone(store),
            contract: contract.clone(),
            columns: RowColumns::named(contract, &pass.columns().await),
        };
        let reader = Arc::new(reader);
        let reading = parts(missing, |admission| &admission.submission).into_iter().map(|part| {
            let (reader, pass) = (Arc::clone(&reader), Arc::clone(&pass));
            tokio::spawn(async move { reader.read(&part, &*pass).await })
        });
        let at_once = self.engine.threads() + 1;
        // A part that broke off is read again by a statement over its files.
        futures::stream::iter(reading).buffered(at_once).for_each(|_| async {}).await;
        let mut made = Arc::into_inner(pass).map(RollupPass::finish).unwrap_or_default();
        for (filling, filled) in fillings.iter_mut().zip(&mut filled) {
            let Some(made) = made.remove(&filling.rollup.name) else { continue };
            *filled = RollupEffort::by_pass(&made);
            filling.kept.add(made.segment);
        }
        if let Some(first) = filled.iter_mut().find(|filled| filled.scans > 0) {
            first.bytes_scanned = bytes;
        }
        filled
    }

    /// What is still missing, by statements over the files.
    async fn fill_from_files(
        &self,
        contract: &Contract,
        filling: &mut Filling<'_>,
        filled: &mut RollupEffort,
    ) -> Result<(), RollupError> {
        let Filling { rollup, kept, wanted } = filling;
        for (handed_in, admissions) in [(HandedIn::AsRecords, &wanted.records), (HandedIn::AsRollup, &wanted.submitted)]
        {
            let missing: Vec<&Admission> = admissions.iter().copied().filter(|one| kept.lacks(one)).collect();
            for wave in waves(missing.into_iter(), |one| one) {
                let mut writer = self.folders.begin(rollup).map_err(|source| self.folders.error(rollup, source))?;
                let scan = FileScan { rollup, contract, handed_in };
                self.scan(&scan, &wave, &mut writer, filled).await?;
                let segment = writer.finish().map_err(|source| self.folders.error(rollup, source))?;
                if let Some(segment) = segment {
                    kept.add(segment);
                }
                filled.scanned += wave.len();
            }
        }
        Ok(())
    }

    /// One statement over all files. Where that needs more memory than there is, each half is scanned by itself: no row of a
    /// roll-up rests on two submissions.
    async fn scan(
        &self,
        scan: &FileScan<'_>,
        admissions: &[&Admission],
        writer: &mut SegmentWriter,
        filled: &mut RollupEffort,
    ) -> Result<(), RollupError> {
        let rolled = match scan.run(self.engine, admissions).await {
            Err(error) if error.trouble() == Trouble::Memory && admissions.len() > 1 => {
                let (left, right) = admissions.split_at(admissions.len() / 2);
                Box::pin(self.scan(scan, left, writer, filled)).await?;
                return Box::pin(self.scan(scan, right, writer, filled)).await;
            }
            rolled => rolled?,
        };
        let scopes = Scopes::of(admissions);
        let places = rolled.batches.iter().map(|batch| places_of(scan.rollup, batch, &scopes));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        let fingerprints: Vec<&str> = admissions.iter().map(|admission| admission.fingerprint.as_str()).collect();
        let written = writer.add(&fingerprints, &rolled.batches, &places);
        written.map_err(|source| self.folders.error(scan.rollup, source))?;
        filled.scans += 1;
        filled.bytes_scanned += rolled.bytes_scanned;
        Ok(())
    }
}

impl RollupEffort {
    /// What a pass over rows did that were in memory anyway.
    pub fn by_pass(made: &MadeRollup) -> Self {
        Self { scanned: made.submissions, scans: 1, bytes_scanned: 0, elapsed: made.elapsed }
    }
}

/// A statement over the files of submissions.
struct FileScan<'a> {
    rollup: &'a Rollup,
    contract: &'a Contract,
    handed_in: HandedIn,
}

impl FileScan<'_> {
    async fn run(&self, engine: &Engine, admissions: &[&Admission]) -> Result<Rolled, RollupError> {
        match self.handed_in {
            HandedIn::AsRecords => roll_up(engine, self.rollup, self.contract, admissions).await,
            HandedIn::AsRollup => read_submitted(engine, self.rollup, admissions).await,
        }
    }
}

/// Submissions in as few lists as can be in which no two are of the same organisation and months: a statement could not tell
/// them apart.
fn waves<T>(submissions: impl Iterator<Item = T>, of: impl Fn(&T) -> &Admission) -> Vec<Vec<T>> {
    let mut waves: Vec<(Vec<T>, BTreeSet<Option<SubmissionScope>>)> = Vec::new();
    for one in submissions {
        let scope = of(&one).submission.scope.clone();
        match waves.iter_mut().find(|(_, scopes)| !scopes.contains(&scope)) {
            Some((wave, scopes)) => {
                wave.push(one);
                scopes.insert(scope);
            }
            None => waves.push((vec![one], BTreeSet::from([scope]))),
        }
    }
    waves.into_iter().map(|(wave, _)| wave).collect()
}

/// Changes with the statement, its columns and the engine, so that an old result is never taken for a new one.
fn wording(rollup: &Rollup) -> String {
    format!("{} {:?} {:?} {ENGINE_VERSION}", rollup.sql, rollup.keys, rollup.measures)
}

/// What a roll-up's rows over admitted records and submitted roll-ups follow from. Equal identities mean equal rows.
pub fn identity(rollup: &Rollup, input: &RollupInput<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(wording(rollup).as_bytes());
    for admissions in [&input.records, &input.submitted] {
        let prints: BTreeSet<&str> = admissions.iter().map(|admission| admission.fingerprint.as_str()).collect();
        for print in prints {
            hasher.update(print.as_bytes());
        }
        hasher.update(b";");
    }
    hasher.finalize().to_hex().to_string()
}

/// The place of the submission of each organisation and month in a list.
struct Scopes<'s>(HashMap<ScopeKey<'s>, usize>);

/// An organisation, and the first day of a month as Date32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ScopeKey<'s> {
    sent_by: &'s str,
    month: i32,
}

impl<'s> Scopes<'s> {
    fn of(admissions: &[&'s Admission]) -> Self {
        let mut places = HashMap::new();
        for (place, admission) in admissions.iter().enumerate() {
            let Some(scope) = &admission.submission.scope else { continue };
            let key = |month| ScopeKey { sent_by: scope.sender.as_str(), month: month_days(month) };
            places.extend(scope.span.months().map(|month| (key(month), place)));
        }
        Self(places)
    }
}

/// Which submission each row came from, by its place in the list that `scopes` was made of.
fn places_of(rollup: &Rollup, rows: &RecordBatch, scopes: &Scopes<'_>) -> Result<Vec<usize>, RollupError> {
    let orgs = rows.column_by_name("org_code").and_then(|column| column.as_string_view_opt());
    let months = rows.column_by_name(submission_month(rollup));
    let months = months.and_then(|column| column.as_primitive_opt::<Date32Type>());
    let (Some(orgs), Some(months)) = (orgs, months) else {
        let source = ArrowError::SchemaError("columns org_code and month are needed".to_owned());
        return Err(RollupError::Arrow { rollup: rollup.name.clone(), source });
    };
    let place = |row| {
        let key = ScopeKey { sent_by: orgs.value(row), month: months.value(row) };
        scopes.0.get(&key).copied().ok_or_else(|| RollupError::Unattributed {
            rollup: rollup.name.clone(),
            org_code: key.sent_by.into(),
            month: Date32Type::to_naive_date_opt(key.month).map_or_else(String::new, |day| day.to_string()),
        })
    };
    (0..rows.num_rows()).map(place).collect()
}

/// The same rows with exactly the columns and types of `schema`, by name.
fn to_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| {
        let column = batch
            .column_by_name(field.name())
            .ok_or_else(|| ArrowError::SchemaError(format!("column {} is missing", field.name())))?;
        if column.data_type() == field.data_type() { Ok(Arc::clone(column)) } else { cast(column, field.data_type()) }
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<Vec<_>, _>>()?)
}

fn all_to_schema(batches: &[RecordBatch], schema: &SchemaRef) -> Result<Vec<RecordBatch>, ArrowError> {
    batches.iter().map(|batch| to_schema(batch, schema)).collect()
}

/// Whether a statement's result type can hold a declared one without loss: equal, or text in another encoding.
pub fn same_type(actual: &DataType, declared: &DataType) -> bool {
    let text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    actual == declared || (text(actual) && text(declared))
}
