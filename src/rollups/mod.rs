//! Roll-ups: one scan of a dataset over every submission that is not cached yet, and the cached rest.
//! The only place where record-level rows are read for figures; it computes no metric.

mod costs;
mod reference;
mod segment;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, Date32Type, Field, SchemaRef};
use arrow::error::ArrowError;

use crate::contract::{Admission, engine_type, month_days, pinned_table, rollup_contract, submission_month};
use crate::definitions::model::{Contract, Rollup, StatementColumn};
use crate::engine::{ENGINE_VERSION, Engine, EngineError, Query, QueryTable, Trouble, schema_of};
use crate::files::mark_used;
use crate::vocabulary::body_id::BodyId;

pub use costs::{RollupCosts, RollupRecord};
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

/// A roll-up's rows, ready for metrics, and what they cost.
#[derive(Debug)]
pub struct LoadedRollup {
    pub table: QueryTable,
    /// Submissions computed now; the others came from the cache.
    pub scanned: usize,
    pub cached: usize,
    /// Scans of the dataset: 0 where nothing was computed, else 1, or more where one would have needed too much memory.
    pub scans: usize,
    pub bytes_scanned: u64,
}

/// Rows of one roll-up over several sets of submissions, and what they cost besides reading the cache.
#[derive(Debug, Default)]
pub struct LoadedSets {
    /// One for each set.
    pub tables: Vec<QueryTable>,
    pub scanned: usize,
    pub scans: usize,
    pub bytes_scanned: u64,
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
    /// Whether nothing was submitted.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.submitted.is_empty()
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

/// Rows of a roll-up fresh from a scan.
pub struct Rolled {
    pub rows: RecordBatch,
    /// Fingerprint of the submission that each row came from.
    prints: ArrayRef,
    bytes_scanned: u64,
}

/// One statement over admitted record submissions.
pub async fn roll_up(
    engine: &Engine,
    rollup: &Rollup,
    contract: &Contract,
    records: &[&Admission],
) -> Result<Rolled, RollupError> {
    let name = format!("queries/rollups/{}.sql", rollup.name);
    let query = Query { name: &name, sql: &rollup.sql, parameters: Vec::new() };
    let table = pinned_table(contract, records.iter().map(|admission| &admission.submission));
    let result = engine.run(&query, &[(contract.dataset.as_str(), table)]).await;
    let result = result.map_err(|source| RollupError::Engine { rollup: rollup.name.clone(), source })?;
    let schema = rollup_schema(rollup);
    let rows = all_to_schema(&result.batches, &schema).and_then(|batches| concat_batches(&schema, &batches));
    let rows = rows.map_err(|source| arrow_error(rollup, source))?;
    let prints = attribute(rollup, &rows, records)?;
    Ok(Rolled { rows, prints, bytes_scanned: result.bytes_scanned })
}

/// Rows of one roll-up that the cache holds, and the submissions that it lacks.
pub struct Recalled<'s> {
    batches: Vec<RecordBatch>,
    cached: usize,
    missing: Vec<&'s Admission>,
}

/// What scans gave, and the bytes that they read.
#[derive(Default)]
struct Scanned {
    segments: Vec<segment::CachedRows>,
    bytes: u64,
}

/// Computes or recalls roll-ups, with their cache below `cache_dir`.
pub struct Rollups<'a> {
    pub engine: &'a Engine,
    pub cache_dir: PathBuf,
}

impl Rollups<'_> {
    /// The fingerprints of `admitted` that the cache does not hold.
    pub fn missing<'s>(&self, rollup: &Rollup, admitted: &[&'s Admission]) -> Result<Vec<&'s Admission>, RollupError> {
        let known = self.known_fingerprints(rollup)?;
        Ok(admitted.iter().copied().filter(|admission| !known.contains(&admission.fingerprint)).collect())
    }

    /// What the cache holds of one roll-up over all `records`.
    pub fn recall<'s>(&self, rollup: &Rollup, records: &[&'s Admission]) -> Result<Recalled<'s>, RollupError> {
        let segments = self.read_segments(rollup)?;
        let known: BTreeSet<&str> = segments.iter().flat_map(|s| s.fingerprints.iter().map(String::as_str)).collect();
        let is_missing = |admission: &&Admission| !known.contains(admission.fingerprint.as_str());
        let missing: Vec<&Admission> = records.iter().copied().filter(is_missing).collect();
        let batches = Self::cached_rows(rollup, &segments, records)?;
        Ok(Recalled { batches, cached: records.len() - missing.len(), missing })
    }

    /// Adds to what was recalled the records that are missing there, scanned now, and the `submitted` roll-up files.
    pub async fn complete(
        &self,
        rollup: &Rollup,
        contract: &Contract,
        recalled: Recalled<'_>,
        submitted: &[&Admission],
    ) -> Result<LoadedRollup, RollupError> {
        let Recalled { mut batches, cached, missing } = recalled;
        let scanned = self.scan(rollup, contract, &missing).await?;
        let mut bytes_scanned = scanned.bytes;
        batches.extend(Self::cached_rows(rollup, &scanned.segments, &missing)?);
        if !submitted.is_empty() {
            let (rows, bytes) = self.read_submitted(rollup, submitted).await?;
            batches.extend(rows);
            bytes_scanned += bytes;
        }
        Ok(LoadedRollup {
            table: QueryTable::Rows { schema: rollup_schema(rollup), batches },
            scanned: missing.len(),
            cached,
            scans: scanned.segments.len(),
            bytes_scanned,
        })
    }

    /// Rows over each of several sets of admitted records and submitted roll-ups. The cache is read once, and what it lacks
    /// is scanned once. Two sets may hold different submissions of the same organisation and month.
    pub async fn load_sets(
        &self,
        rollup: &Rollup,
        contract: &Contract,
        sets: &[RollupInput<'_>],
    ) -> Result<LoadedSets, RollupError> {
        let mut segments = self.read_segments(rollup)?;
        let mut known: BTreeSet<&str> =
            segments.iter().flat_map(|s| s.fingerprints.iter().map(String::as_str)).collect();
        // A statement cannot tell apart two submissions of the same organisation and month: each gets a wave of its own.
        let mut waves: Vec<Vec<&Admission>> = Vec::new();
        for record in sets.iter().flat_map(|set| &set.records) {
            if known.insert(&record.fingerprint) {
                let free =
                    |wave: &Vec<&Admission>| wave.iter().all(|one| one.submission.scope != record.submission.scope);
                match waves.iter_mut().find(|wave| free(wave)) {
                    Some(wave) => wave.push(record),
                    None => waves.push(vec![record]),
                }
            }
        }
        let mut loaded = LoadedSets::default();
        for wave in waves {
            let scanned = self.scan(rollup, contract, &wave).await?;
            loaded.scans += scanned.segments.len();
            loaded.scanned += wave.len();
            loaded.bytes_scanned += scanned.bytes;
            segments.extend(scanned.segments);
        }
        for RollupInput { records, submitted } in sets {
            let mut batches = Self::cached_rows(rollup, &segments, records)?;
            if !submitted.is_empty() {
                let (rows, bytes) = self.read_submitted(rollup, submitted).await?;
                batches.extend(rows);
                loaded.bytes_scanned += bytes;
            }
            loaded.tables.push(QueryTable::Rows { schema: rollup_schema(rollup), batches });
        }
        Ok(loaded)
    }

    /// One statement over all missing submissions, whose result goes into a new cache segment. Where that needs more memory
    /// than there is, each half is scanned by itself: no row of a roll-up rests on two submissions.
    async fn scan(&self, rollup: &Rollup, contract: &Contract, missing: &[&Admission]) -> Result<Scanned, RollupError> {
        if missing.is_empty() {
            return Ok(Scanned::default());
        }
        let rolled = match roll_up(self.engine, rollup, contract, missing).await {
            Err(error) if error.trouble() == Trouble::Memory && missing.len() > 1 => {
                let (left, right) = missing.split_at(missing.len() / 2);
                let mut scanned = Box::pin(self.scan(rollup, contract, left)).await?;
                let rest = Box::pin(self.scan(rollup, contract, right)).await?;
                scanned.segments.extend(rest.segments);
                scanned.bytes += rest.bytes;
                return Ok(scanned);
            }
            rolled => rolled?,
        };
        let fingerprints: Vec<&str> = missing.iter().map(|admission| admission.fingerprint.as_str()).collect();
        let segment = segment::write(&self.folder(rollup), &rolled.rows, rolled.prints, &fingerprints);
        let segment =
            segment.map_err(|(path, source)| RollupError::Cache { rollup: rollup.name.clone(), path, source })?;
        Ok(Scanned { bytes: rolled.bytes_scanned, segments: vec![segment] })
    }

    async fn read_submitted(
        &self,
        rollup: &Rollup,
        submitted: &[&Admission],
    ) -> Result<(Vec<RecordBatch>, u64), RollupError> {
        let contract = rollup_contract(rollup);
        let columns: Vec<String> = contract.fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
        let sql = format!("SELECT {columns} FROM submitted_rollup ORDER BY {columns}", columns = columns.join(", "));
        let name = format!("submitted roll-up {}", rollup.name);
        let query = Query { name: &name, sql: &sql, parameters: Vec::new() };
        let table = pinned_table(&contract, submitted.iter().map(|admission| &admission.submission));
        let result = self.engine.run(&query, &[("submitted_rollup", table)]).await;
        let result = result.map_err(|source| RollupError::Engine { rollup: rollup.name.clone(), source })?;
        let rows = all_to_schema(&result.batches, &rollup_schema(rollup));
        Ok((rows.map_err(|source| arrow_error(rollup, source))?, result.bytes_scanned))
    }

    fn cached_rows(
        rollup: &Rollup,
        segments: &[segment::CachedRows],
        wanted: &[&Admission],
    ) -> Result<Vec<RecordBatch>, RollupError> {
        let schema = rollup_schema(rollup);
        let wanted: BTreeSet<&str> = wanted.iter().map(|admission| admission.fingerprint.as_str()).collect();
        let mut batches = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for segment in segments {
            let prints = segment.fingerprints.iter().map(String::as_str);
            let fresh: BTreeSet<&str> =
                prints.filter(|print| wanted.contains(print) && !seen.contains(print)).collect();
            if !fresh.is_empty() {
                mark_used(&segment.path);
            }
            for batch in &segment.batches {
                let rows = rows_of(batch, &fresh).and_then(|rows| to_schema(&rows, &schema));
                let rows = rows.map_err(|source| arrow_error(rollup, source))?;
                batches.extend(Some(rows).filter(|rows| rows.num_rows() > 0));
            }
            seen.extend(fresh);
        }
        Ok(batches)
    }

    /// Reads every cache file. A damaged one is removed: what it held is scanned again.
    fn read_segments(&self, rollup: &Rollup) -> Result<Vec<segment::CachedRows>, RollupError> {
        let mut segments = Vec::new();
        for path in self.segments(rollup)? {
            let wrong = |source| RollupError::Cache { rollup: rollup.name.clone(), path: path.clone(), source };
            match segment::read(&path).map_err(wrong)? {
                Some(segment) => segments.push(segment),
                None => std::fs::remove_file(&path).map_err(wrong)?,
            }
        }
        Ok(segments)
    }

    fn known_fingerprints(&self, rollup: &Rollup) -> Result<BTreeSet<String>, RollupError> {
        let paths = self.segments(rollup)?;
        // A damaged or unreadable file is no cache; the run that needs it removes it, or says so.
        Ok(paths.iter().filter_map(|path| segment::read_fingerprints(path).ok().flatten()).flatten().collect())
    }

    /// Cache files of this wording of the roll-up, in name order.
    fn segments(&self, rollup: &Rollup) -> Result<Vec<PathBuf>, RollupError> {
        let folder = self.folder(rollup);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        segment::list(&folder).map_err(|source| RollupError::Cache {
            rollup: rollup.name.clone(),
            path: folder,
            source,
        })
    }

    fn folder(&self, rollup: &Rollup) -> PathBuf {
        let hash = blake3::hash(wording(rollup).as_bytes()).to_hex();
        self.cache_dir.join(&rollup.name).join(hash.get(..16).unwrap_or_default())
    }
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

/// The fingerprint of the submission that each row came from.
fn attribute<'s>(rollup: &Rollup, rows: &RecordBatch, from: &[&'s Admission]) -> Result<ArrayRef, RollupError> {
    let scope = |admission: &&'s Admission| {
        let scope = admission.submission.scope.as_ref()?;
        Some(((scope.sender.as_str(), month_days(scope.span.first)), admission.fingerprint.as_str()))
    };
    let by_scope: HashMap<(&str, i32), &str> = from.iter().filter_map(scope).collect();
    Ok(Arc::new(StringArray::from(places_of(rollup, rows, &by_scope)?)))
}

fn arrow_error(rollup: &Rollup, source: ArrowError) -> RollupError {
    RollupError::Arrow { rollup: rollup.name.clone(), source }
}

/// The place among `admissions` of the submission that each row of a roll-up's table came with, by batch.
pub fn submissions_of_rows(
    rollup: &Rollup,
    table: &QueryTable,
    admissions: &[&Admission],
) -> Result<Vec<Vec<usize>>, RollupError> {
    let QueryTable::Rows { batches, .. } = table else { return Ok(Vec::new()) };
    let mut by_scope: HashMap<(&str, i32), usize> = HashMap::new();
    for (place, admission) in admissions.iter().enumerate() {
        let Some(scope) = &admission.submission.scope else { continue };
        let months = scope.span.months().map(month_days);
        by_scope.extend(months.map(|month| ((scope.sender.as_str(), month), place)));
    }
    batches.iter().map(|batch| places_of(rollup, batch, &by_scope)).collect()
}

fn places_of<T: Copy>(
    rollup: &Rollup,
    rows: &RecordBatch,
    by_scope: &HashMap<(&str, i32), T>,
) -> Result<Vec<T>, RollupError> {
    let orgs = rows.column_by_name("org_code").and_then(|column| column.as_string_view_opt());
    let months = rows.column_by_name(submission_month(rollup));
    let months = months.and_then(|column| column.as_primitive_opt::<Date32Type>());
    let (Some(orgs), Some(months)) = (orgs, months) else {
        let missing = ArrowError::SchemaError("columns org_code and month are needed".to_owned());
        return Err(arrow_error(rollup, missing));
    };
    let place = |row| {
        let (org, month) = (orgs.value(row), months.value(row));
        by_scope.get(&(org, month)).copied().ok_or_else(|| RollupError::Unattributed {
            rollup: rollup.name.clone(),
            org_code: org.into(),
            month: Date32Type::to_naive_date_opt(month).map_or_else(String::new, |day| day.to_string()),
        })
    };
    (0..rows.num_rows()).map(place).collect()
}

/// The rows of a table that came with the submissions `in_use`, where `places` says which each row came with, and the rows
/// of `others` after them.
pub fn pick(
    rollup: &str,
    table: &QueryTable,
    places: &[Vec<usize>],
    in_use: &[bool],
    others: &[QueryTable],
) -> Result<QueryTable, RollupError> {
    let QueryTable::Rows { schema, batches } = table else { return Ok(table.clone()) };
    let wrong = |source| RollupError::Arrow { rollup: rollup.to_owned(), source };
    let mut picked = Vec::new();
    for (batch, places) in batches.iter().zip(places) {
        let mask = places.iter().map(|place| Some(in_use.get(*place).is_some_and(|in_use| *in_use))).collect();
        picked.push(filter_record_batch(batch, &mask).map_err(wrong)?);
    }
    for other in others {
        if let QueryTable::Rows { batches, .. } = other {
            picked.extend(batches.iter().cloned());
        }
    }
    Ok(QueryTable::Rows { schema: Arc::clone(schema), batches: picked })
}

/// Rows of a cached batch whose fingerprint is wanted.
fn rows_of(batch: &RecordBatch, wanted: &BTreeSet<&str>) -> Result<RecordBatch, ArrowError> {
    let prints = batch.column_by_name(segment::FINGERPRINT).and_then(|column| column.as_string_opt::<i32>().cloned());
    let prints = prints.ok_or_else(|| ArrowError::SchemaError("a cache file has no fingerprints".to_owned()))?;
    let mut last: (Option<&str>, bool) = (None, false);
    let mask = prints.iter().map(|print| {
        if print != last.0 {
            last = (print, print.is_some_and(|print| wanted.contains(print)));
        }
        Some(last.1)
    });
    filter_record_batch(batch, &mask.collect())
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
