//! The admission of submissions of one table: recall what is unchanged, check footers, scan once, word the findings.
//! A file that cannot be read refuses its own submission and no other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures::StreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};

use super::footer::check_footer;
use super::memory::AdmissionMemory;
use super::scan::{self, Check, Outcome};
use super::{failing, numbered_table, pinned_table};
use crate::definitions::model::Contract;
use crate::diagnostics::{Finding, FindingLevel};
use crate::digest::Hasher;
use crate::engine::{ENGINE_VERSION, Engine, EngineError, Query};
use crate::sources::{SourceFile, Submission};

/// Rows that one grouped statement takes; bounds the memory of counting distinct keys.
const ROWS_PER_SCAN: u64 = 16_000_000;

/// Bytes read at a time for a content hash.
const HASH_BLOCK: u64 = 8 * 1024 * 1024;

/// A failure of the admission itself, not of the data.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error("dataset {dataset}: {source}")]
    Engine {
        dataset: String,
        #[source]
        source: EngineError,
    },
    #[error("dataset {dataset}: the failing rows could not be written: {source}")]
    FailingRows {
        dataset: String,
        #[source]
        source: std::io::Error,
    },
}

/// Told after each step: submissions done, bytes read.
pub type Progress<'a> = &'a (dyn Fn(usize, u64) + Sync);

/// One file of an admitted or refused submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmittedFile {
    pub path: String,
    pub size: u64,
    pub rows: u64,
    /// Lower-case hexadecimal; empty when the file could not be read.
    pub sha256: String,
}

/// What became of one submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    pub submission: Submission,
    /// Identifies the content: table, scope, submission date and the hashes of all files.
    pub fingerprint: String,
    pub files: Vec<AdmittedFile>,
    pub findings: Vec<Finding>,
    /// True when nothing had to be read.
    pub recalled: bool,
}

impl Admission {
    /// Whether a blocking finding refuses the submission.
    pub fn refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == FindingLevel::Blocking)
    }

    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}

/// Admits the submissions of one table.
pub struct Admitter<'a> {
    pub engine: &'a Engine,
    pub store: Arc<dyn ObjectStore>,
    pub contract: &'a Contract,
    /// Failing rows are written below its folder `refused`.
    pub work_dir: PathBuf,
    pub concurrency: usize,
}

impl Admitter<'_> {
    /// Admits or refuses each submission, in the order given. Unchanged ones are recalled from `memory`.
    pub async fn admit(
        &self,
        submissions: Vec<Submission>,
        memory: &mut AdmissionMemory,
        progress: Progress<'_>,
    ) -> Result<Vec<Admission>, AdmissionError> {
        let rules = rules_hash(self.contract);
        let mut admissions: Vec<Admission> = Vec::with_capacity(submissions.len());
        let mut unread = Vec::new();
        for submission in submissions {
            match memory.recall(&submission, &rules) {
                Some(admission) => admissions.push(admission),
                None => unread.push(submission),
            }
        }
        progress(admissions.len(), 0);
        let contract = Arc::new(self.contract.clone());
        let mut fresh: Vec<Admission> = futures::stream::iter(unread)
            .map(|submission| {
                let reading = read_files(Arc::clone(&self.store), Arc::clone(&contract), submission.clone());
                let task = tokio::spawn(reading);
                async move { task.await.unwrap_or_else(|error| unread_submission(submission, &error.to_string())) }
            })
            .buffered(self.concurrency)
            .inspect(|admission| progress(1, admission.submission.files.iter().map(|file| file.size).sum()))
            .collect()
            .await;
        self.check_rows(&mut fresh).await?;
        for admission in &fresh {
            memory.keep(admission, &rules);
        }
        admissions.extend(fresh);
        admissions.sort_by(|a, b| a.submission.scope.cmp(&b.submission.scope));
        Ok(admissions)
    }

    /// Scans the rows of all submissions whose footers are sound, in chunks of at most [`ROWS_PER_SCAN`].
    async fn check_rows(&self, admissions: &mut [Admission]) -> Result<(), AdmissionError> {
        let mut chunk: Vec<&mut Admission> = Vec::new();
        let mut rows = 0;
        for admission in admissions.iter_mut().filter(|admission| !admission.refused()) {
            rows += admission.rows();
            chunk.push(admission);
            if rows >= ROWS_PER_SCAN {
                self.check_chunk(&mut chunk).await?;
                chunk.clear();
                rows = 0;
            }
        }
        self.check_chunk(&mut chunk).await
    }

    async fn check_chunk(&self, chunk: &mut [&mut Admission]) -> Result<(), AdmissionError> {
        if chunk.is_empty() {
            return Ok(());
        }
        let checks = scan::checks_of(self.contract);
        let submissions: Vec<&Submission> = chunk.iter().map(|admission| &admission.submission).collect();
        match self.screen_and_scan(&checks, &submissions).await {
            Ok(outcomes) => self.apply(chunk, &outcomes).await,
            Err(_) if chunk.len() > 1 => {
                // Some file's pages are damaged: halve until it stands alone.
                let (left, right) = chunk.split_at_mut(chunk.len() / 2);
                Box::pin(self.check_chunk(left)).await?;
                Box::pin(self.check_chunk(right)).await
            }
            Err(error) => {
                if let Some(admission) = chunk.first_mut() {
                    let message = format!("the rows cannot be read: {error}");
                    let finding = admission.submission.finding(FindingLevel::Blocking, "parquet", message);
                    admission.findings.push(finding);
                }
                Ok(())
            }
        }
    }

    /// One scan over everything, then one over the submissions in which something was found.
    async fn screen_and_scan(
        &self,
        checks: &[Check],
        submissions: &[&Submission],
    ) -> Result<BTreeMap<scan::GroupKey, Outcome>, EngineError> {
        let screened = self.scan(&scan::screening_of(checks), submissions).await?;
        let suspect = |submission: &&&Submission| {
            screened.get(&scan::key_of(submission)).is_some_and(|outcome| !outcome.violations.is_empty())
        };
        let suspects: Vec<&Submission> = submissions.iter().filter(suspect).copied().collect();
        if suspects.is_empty() { Ok(BTreeMap::new()) } else { self.scan(checks, &suspects).await }
    }

    async fn scan(
        &self,
        checks: &[Check],
        submissions: &[&Submission],
    ) -> Result<BTreeMap<scan::GroupKey, Outcome>, EngineError> {
        let sql = scan::grouped_sql(self.contract, checks);
        let name = format!("contract of {}", self.contract.dataset);
        let query = Query { name: &name, sql: &sql, parameters: Vec::new() };
        let table = numbered_table(self.contract, submissions);
        let result = self.engine.run(&query, &[(self.contract.dataset.as_str(), table)]).await?;
        Ok(scan::read_outcomes(self.contract, checks, &result.batches, submissions))
    }

    async fn apply(
        &self,
        chunk: &mut [&mut Admission],
        outcomes: &BTreeMap<scan::GroupKey, Outcome>,
    ) -> Result<(), AdmissionError> {
        for admission in chunk.iter_mut() {
            let Some(outcome) = outcomes.get(&scan::key_of(&admission.submission)) else { continue };
            for violation in &outcome.violations {
                let finding = self.finding(&admission.submission, violation).await?;
                admission.findings.push(finding);
            }
        }
        Ok(())
    }

    /// Words a violation; for a blocking one the failing rows are counted where needed and written out.
    async fn finding(&self, submission: &Submission, violation: &scan::Violation) -> Result<Finding, AdmissionError> {
        let check = &violation.check;
        let mut rows = violation.rows;
        let mut failing_rows = String::new();
        if check.level == FindingLevel::Blocking {
            let sql = scan::failing_sql(self.contract, check, submission);
            let name = format!("failing rows of {}", self.contract.dataset);
            let query = Query { name: &name, sql: &sql, parameters: Vec::new() };
            let table = pinned_table(self.contract, std::iter::once(submission));
            let dataset = || self.contract.dataset.clone();
            let result = self.engine.run(&query, &[(self.contract.dataset.as_str(), table)]).await;
            let batches = result.map_err(|source| AdmissionError::Engine { dataset: dataset(), source })?.batches;
            rows = rows.or(Some(batches.iter().map(|batch| batch.num_rows() as u64).sum()));
            let path = failing::write_rows(&self.work_dir.join("refused"), submission, check, &batches)
                .map_err(|source| AdmissionError::FailingRows { dataset: dataset(), source })?;
            failing_rows = path.strip_prefix(&self.work_dir).unwrap_or(&path).display().to_string();
        }
        let rows = rows.unwrap_or(0);
        let words = if rows == 1 {
            "1 row".to_owned()
        } else {
            format!("{} rows", crate::quantity::count_text(rows.cast_signed()))
        };
        let message = format!("{words}: {}", check.message);
        let base = submission.finding(check.level, &check.rule, message);
        Ok(Finding { column: check.column.clone(), rows, failing_rows, ..base })
    }
}

/// Footers and content hashes of one submission.
async fn read_files(store: Arc<dyn ObjectStore>, contract: Arc<Contract>, submission: Submission) -> Admission {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    let mut hasher = blake3::Hasher::new();
    let identity = [
        submission.table.folder(),
        submission.submitted.to_string(),
        submission.org_code().to_owned(),
        submission.period_text(),
    ];
    hasher.update(identity.join("|").as_bytes());
    for file in &submission.files {
        let sha256 = hash_content(&store, file).await.unwrap_or_default();
        hasher.update(sha256.as_bytes());
        let mut rows = 0;
        match check_footer(&store, &submission, file, &contract).await {
            Ok(footer) => rows = footer.rows,
            Err(found) => findings.extend(found),
        }
        files.push(AdmittedFile { path: file.path.clone(), size: file.size, rows, sha256 });
    }
    Admission { submission, fingerprint: hasher.finalize().to_hex().to_string(), files, findings, recalled: false }
}

/// A submission whose reading itself broke off.
fn unread_submission(submission: Submission, reason: &str) -> Admission {
    let finding =
        submission.finding(FindingLevel::Blocking, "parquet", format!("the files could not be read: {reason}"));
    Admission { submission, fingerprint: String::new(), files: Vec::new(), findings: vec![finding], recalled: false }
}

/// Changes with contract, program and engine: what an older one admitted is looked at again.
fn rules_hash(contract: &Contract) -> String {
    let text = format!("{contract:?} {ENGINE_VERSION} {}", env!("CARGO_PKG_VERSION"));
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The admission of a submission that did not change since an earlier run; nothing is read.
pub fn recall_unchanged(memory: &AdmissionMemory, submission: &Submission, contract: &Contract) -> Option<Admission> {
    memory.recall(submission, &rules_hash(contract))
}

/// SHA-256 of a file's content, read in blocks so that memory does not grow with the file.
async fn hash_content(store: &Arc<dyn ObjectStore>, file: &SourceFile) -> Result<String, object_store::Error> {
    let path = ObjectPath::from(file.path.as_str());
    let mut hasher = Hasher::default();
    let mut read = 0;
    while read < file.size {
        let end = file.size.min(read + HASH_BLOCK);
        hasher.update(&store.get_range(&path, read..end).await?);
        read = end;
    }
    Ok(hasher.finish())
}
