//! The admission of submissions of one table: recall what is unchanged, check footers, scan once, word the findings.
//! A file that cannot be read refuses its own submission and no other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use futures::StreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::task::JoinError;

use super::footer::{FooterError, check_footer};
use super::memory::AdmissionMemory;
use super::scan::{self, Check, Outcome};
use super::{failing, numbered_table, pinned_table};
use crate::definitions::model::Contract;
use crate::diagnostics::{Finding, FindingLevel};
use crate::digest::Hasher;
use crate::engine::{ENGINE_VERSION, Engine, EngineError, Query, Trouble, trouble_of};
use crate::sources::{Scope, SourceFile, Submission};

/// Rows that one grouped statement takes; bounds the memory of counting distinct keys.
const ROWS_PER_SCAN: u64 = 16_000_000;

/// Bytes read at a time for a content hash.
const HASH_BLOCK: u64 = 8 * 1024 * 1024;

/// Rule of a submission that was written to while it was read. Passing: the next run looks at it again.
pub const CHANGED_RULE: &str = "changed";

/// Rule of a submission that could not be checked with the memory there is. Passing too.
pub const MEMORY_RULE: &str = "memory";

/// How often files that the system does not let us read are tried again, one submission at a time, and the pause before that.
const READ_AGAIN: u32 = 2;
const PAUSE: Duration = Duration::from_millis(200);

/// A failure of the admission itself, not of the data.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error("dataset {dataset}: {source}")]
    Engine {
        dataset: String,
        #[source]
        source: EngineError,
    },
    #[error(
        "dataset {dataset}: {path} cannot be read: {source}; nothing was decided about it. Remove the cause \
         (a missing permission, too many open files, a failing disk) and run again"
    )]
    Unreadable {
        dataset: String,
        path: String,
        #[source]
        source: object_store::Error,
    },
    #[error("dataset {dataset}: the reading of submissions broke off: {source}")]
    BrokeOff {
        dataset: String,
        #[source]
        source: JoinError,
    },
    #[error("dataset {dataset}: the failing rows could not be written: {source}")]
    FailingRows {
        dataset: String,
        #[source]
        source: std::io::Error,
    },
}

impl AdmissionError {
    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Engine { source, .. } => source.trouble(),
            Self::Unreadable { .. } => Trouble::Reading,
            Self::FailingRows { .. } => Trouble::Writing,
            Self::BrokeOff { .. } => Trouble::Content,
        }
    }
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

    /// Whether it was refused because of trouble that may have passed when it is looked at again.
    pub(super) fn is_passing(&self) -> bool {
        self.findings.iter().any(|finding| matches!(finding.rule.as_str(), CHANGED_RULE | MEMORY_RULE))
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
        let mut fresh = self.read_all(unread, progress).await?;
        self.check_rows(&mut fresh).await?;
        for admission in &fresh {
            memory.keep(admission, &rules);
        }
        admissions.extend(fresh);
        admissions.sort_by(|a, b| place(&a.submission).cmp(&place(&b.submission)));
        Ok(admissions)
    }

    /// Footers and content hashes of submissions, many at once. What the system does not let us read is tried again when the
    /// others are done: too many files may have been open.
    async fn read_all(
        &self,
        submissions: Vec<Submission>,
        progress: Progress<'_>,
    ) -> Result<Vec<Admission>, AdmissionError> {
        let contract = Arc::new(self.contract.clone());
        let reading = |submission: Submission| {
            let (store, contract) = (Arc::clone(&self.store), Arc::clone(&contract));
            let task = tokio::spawn(read_files(store, contract, submission.clone()));
            async move { (submission, task.await) }
        };
        let (mut done, mut unread, mut at_once) = (Vec::new(), submissions, self.concurrency);
        for attempt in 0..=READ_AGAIN {
            let mut results = futures::stream::iter(std::mem::take(&mut unread)).map(reading).buffered(at_once);
            let mut trouble = None;
            while let Some((submission, result)) = results.next().await {
                let dataset = self.contract.dataset.clone();
                match result.map_err(|source| AdmissionError::BrokeOff { dataset: dataset.clone(), source })? {
                    Ok(admission) => {
                        progress(1, admission.submission.files.iter().map(|file| file.size).sum());
                        done.push(admission);
                    }
                    Err(Unread { path, source }) => {
                        trouble = Some(AdmissionError::Unreadable { dataset, path, source });
                        unread.push(submission);
                    }
                }
            }
            match trouble {
                None => break,
                Some(error) if attempt == READ_AGAIN => return Err(error),
                Some(_) => {
                    at_once = 1;
                    let _ = tokio::task::spawn_blocking(|| std::thread::sleep(PAUSE)).await;
                }
            }
        }
        Ok(done)
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
            // Nobody's submission is at fault: the run ends, and decides nothing about them.
            Err(source) if matches!(source.trouble(), Trouble::Reading | Trouble::Writing) => {
                Err(AdmissionError::Engine { dataset: self.contract.dataset.clone(), source })
            }
            Err(_) if chunk.len() > 1 => {
                // Some file's pages are damaged, or all together need too much memory: halve until each stands alone.
                let (left, right) = chunk.split_at_mut(chunk.len() / 2);
                Box::pin(self.check_chunk(left)).await?;
                Box::pin(self.check_chunk(right)).await
            }
            Err(error) => {
                if let Some(admission) = chunk.first_mut() {
                    let (rule, message) = match error.trouble() {
                        Trouble::Changed => (CHANGED_RULE, changed_message("its files")),
                        Trouble::Memory => (MEMORY_RULE, format!("the rows cannot be checked: {error}")),
                        _ => ("parquet", format!("the rows cannot be read: {error}")),
                    };
                    admission.findings.push(admission.submission.finding(FindingLevel::Blocking, rule, message));
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
        let mut outcomes = self.scan(&scan::screening_of(checks), submissions).await?;
        let suspect = |submission: &&&Submission| {
            outcomes.get(&scan::key_of(submission)).is_some_and(|outcome| !outcome.violations.is_empty())
        };
        let suspects: Vec<&Submission> = submissions.iter().filter(suspect).copied().collect();
        if !suspects.is_empty() {
            outcomes.extend(self.scan(checks, &suspects).await?);
        }
        Ok(outcomes)
    }

    /// The grouped statement over all checks. Where one submission has too many keys for the memory, they are counted by
    /// a statement of their own, which spills.
    async fn scan(
        &self,
        checks: &[Check],
        submissions: &[&Submission],
    ) -> Result<BTreeMap<scan::GroupKey, Outcome>, EngineError> {
        match self.scan_at_once(checks, submissions).await {
            Err(error) if error.trouble() == Trouble::Memory && submissions.len() == 1 => {
                let (keys, others): (Vec<Check>, Vec<Check>) = checks.iter().cloned().partition(Check::counts_keys);
                let mut outcomes = self.scan_at_once(&others, submissions).await?;
                for (check, submission) in keys.iter().zip(submissions.iter().cycle()) {
                    let rows = self.count_duplicates(check, submission).await?;
                    if rows > 0 {
                        let outcome = outcomes.entry(scan::key_of(submission)).or_default();
                        outcome.violations.push(scan::Violation { check: check.clone(), rows: Some(rows) });
                    }
                }
                Ok(outcomes)
            }
            scanned => scanned,
        }
    }

    async fn count_duplicates(&self, check: &Check, submission: &Submission) -> Result<u64, EngineError> {
        let sql = scan::duplicates_sql(self.contract, check);
        Ok(scan::read_count(&self.ask_one("keys of", &sql, submission).await?))
    }

    /// The rows of a statement over one submission.
    async fn ask_one(&self, what: &str, sql: &str, submission: &Submission) -> Result<Vec<RecordBatch>, EngineError> {
        let name = format!("{what} {}", self.contract.dataset);
        let query = Query { name: &name, sql, parameters: Vec::new() };
        let table = pinned_table(self.contract, std::iter::once(submission));
        Ok(self.engine.run(&query, &[(self.contract.dataset.as_str(), table)]).await?.batches)
    }

    async fn scan_at_once(
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
            let none = Outcome::default();
            let outcome = outcomes.get(&scan::key_of(&admission.submission)).unwrap_or(&none);
            if outcome.rows != admission.rows() {
                let message = format!(
                    "the files contradict themselves: their footers say {}, but {} can be read",
                    rows_words(admission.rows()),
                    rows_words(outcome.rows)
                );
                let finding = admission.submission.finding(FindingLevel::Blocking, "parquet", message);
                admission.findings.push(finding);
                continue;
            }
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
            let dataset = || self.contract.dataset.clone();
            let wrong = |source| AdmissionError::Engine { dataset: dataset(), source };
            if rows.is_none() {
                let sql = scan::failing_count_sql(self.contract, check, submission);
                rows =
                    Some(scan::read_count(&self.ask_one("rows that fail in", &sql, submission).await.map_err(wrong)?));
            }
            let sql = scan::failing_sql(self.contract, check, submission, failing::MOST_ROWS);
            match self.ask_one("failing rows of", &sql, submission).await {
                // The rows are a help for the force; what is wrong is known without them.
                Err(error) if error.trouble() == Trouble::Memory => {}
                batches => {
                    let batches = batches.map_err(wrong)?;
                    let path = failing::write_rows(&self.work_dir.join("refused"), submission, check, &batches)
                        .map_err(|source| AdmissionError::FailingRows { dataset: dataset(), source })?;
                    failing_rows = path.strip_prefix(&self.work_dir).unwrap_or(&path).display().to_string();
                }
            }
        }
        let rows = rows.unwrap_or(0);
        let message = format!("{}: {}", rows_words(rows), check.message);
        let base = submission.finding(check.level, &check.rule, message);
        Ok(Finding { column: check.column.clone(), rows, failing_rows, ..base })
    }
}

/// The order in which admissions are handed on.
fn place(submission: &Submission) -> (&Option<Scope>, NaiveDate) {
    (&submission.scope, submission.submitted)
}

fn rows_words(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{} rows", crate::quantity::count_text(rows.cast_signed())) }
}

fn changed_message(what: &str) -> String {
    format!("{what} changed while this run read them; the next run reads them again")
}

/// A file that the system did not let us read.
struct Unread {
    path: String,
    source: object_store::Error,
}

/// Footers and content hashes of one submission.
async fn read_files(
    store: Arc<dyn ObjectStore>,
    contract: Arc<Contract>,
    submission: Submission,
) -> Result<Admission, Unread> {
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
        let mut admitted = AdmittedFile { path: file.path.clone(), size: file.size, rows: 0, sha256: String::new() };
        match read_file(&store, &contract, &submission, file).await {
            Ok(content) => {
                hasher.update(content.sha256.as_bytes());
                admitted.sha256 = content.sha256;
                match content.footer {
                    Ok(rows) => admitted.rows = rows,
                    Err(found) => findings.extend(found),
                }
            }
            Err(source) if trouble_of(&source) == Trouble::Changed => {
                let finding = submission.finding(FindingLevel::Blocking, CHANGED_RULE, changed_message("the files"));
                findings.push(Finding { path: file.path.clone(), ..finding });
            }
            Err(source) => return Err(Unread { path: file.path.clone(), source }),
        }
        files.push(admitted);
    }
    let fingerprint = hasher.finalize().to_hex().to_string();
    Ok(Admission { submission, fingerprint, files, findings, recalled: false })
}

/// What one file holds: its hash, and its rows or what is wrong with it.
struct FileContent {
    sha256: String,
    footer: Result<u64, Vec<Finding>>,
}

async fn read_file(
    store: &Arc<dyn ObjectStore>,
    contract: &Contract,
    submission: &Submission,
    file: &SourceFile,
) -> Result<FileContent, object_store::Error> {
    let sha256 = hash_content(store, file).await?;
    let footer = match check_footer(store, submission, file, contract).await {
        Ok(footer) => Ok(footer.rows),
        Err(FooterError::Wrong(findings)) => Err(findings),
        Err(FooterError::Unread(source)) => return Err(source),
    };
    Ok(FileContent { sha256, footer })
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
