//! The admission of submissions of one table: recall what is unchanged, check footers, scan once, word the findings.
//! A file that cannot be read refuses its own submission and no other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use futures::StreamExt;
use object_store::ObjectStore;
use tokio::task::JoinError;

use super::admitted::{Admission, AdmittedFile, CHANGED_RULE, MEMORY_RULE, OnProgress};
use super::elsewhere::{OtherReaders, ReadElsewhere, ReadOtherwise};
use super::memory::AdmissionMemory;
use super::reading::{Fresh, Reading, Unread, changed_message};
use super::rows::{self, RowUser};
use super::scan::{self, RuleCheck, ScanResult};
use super::{failing, numbered_table, pinned_table};
use crate::definitions::model::Contract;
use crate::engine::{ENGINE_VERSION, Engine, EngineError, Query, Trouble};
use crate::sources::{Submission, SubmissionScope, SubmittedTable, UnusableFile};
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::ambiguity;

/// Memory that counting the keys takes for each row of a grouped statement, about.
const BYTES_PER_KEY: usize = 256;

/// Rows that one grouped statement takes at least, whatever the memory.
const LEAST_PER_SCAN: usize = 65_536;

/// How often files that the system does not let us read are tried again, one submission at a time, and the pause before that.
const READ_AGAIN: u32 = 2;
const PAUSE: Duration = Duration::from_millis(200);

/// Rule of a finding about something in a submission's place that cannot be read.
const UNUSABLE_RULE: &str = "unusable";

/// A failure of the admission itself, not of the data.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error("dataset {dataset}")]
    Engine {
        dataset: String,
        #[source]
        source: EngineError,
    },
    #[error("dataset {dataset}: {path} cannot be read; nothing was decided about this file")]
    Unreadable {
        dataset: String,
        path: String,
        #[source]
        source: object_store::Error,
    },
    #[error("dataset {dataset}: the reading of submissions broke off")]
    BrokeOff {
        dataset: String,
        #[source]
        source: JoinError,
    },
    #[error(transparent)]
    ReadOtherwise(#[from] ReadOtherwise),
    #[error("dataset {dataset}: the failing rows could not be written")]
    FailingRows {
        dataset: String,
        #[source]
        source: std::io::Error,
    },
}

impl AdmissionError {
    /// How the operator may go on, where the error does not say so itself.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable { .. } => Some(
                "remove the cause (a missing permission, too many open files, a failing disk) and run the command again",
            ),
            _ => None,
        }
    }

    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Engine { source, .. } => source.trouble(),
            Self::Unreadable { .. } => Trouble::Reading,
            Self::FailingRows { .. } => Trouble::Writing,
            Self::BrokeOff { .. } | Self::ReadOtherwise(_) => Trouble::Content,
        }
    }
}

/// Admits the submissions of one table.
pub struct Admitter<'a> {
    pub engine: &'a Engine,
    pub store: Arc<dyn ObjectStore>,
    pub contract: &'a Contract,
    /// Failing rows are written below its folder `refused`.
    pub work_dir: PathBuf,
    /// Takes the rows of submissions that nothing is wrong with, while they are in memory.
    pub row_user: Option<Arc<dyn RowUser>>,
    /// Reads for this computer what it can.
    pub other_readers: Option<Arc<dyn OtherReaders>>,
}

impl Admitter<'_> {
    /// Admits or refuses each submission, in the order given. Unchanged ones are recalled from `memory`.
    pub async fn admit(
        &self,
        submissions: Vec<Submission>,
        memory: &mut AdmissionMemory,
        progress: OnProgress<'_>,
    ) -> Result<Vec<Admission>, AdmissionError> {
        let rules = rules_hash(self.contract);
        let mut admissions: Vec<Admission> = Vec::with_capacity(submissions.len());
        let mut unread = Vec::new();
        for submission in submissions {
            if !submission.unusable.is_empty() {
                admissions.push(refuse_unusable(submission));
                continue;
            }
            match memory.recall(&submission, &rules) {
                Some(admission) => admissions.push(admission),
                None => unread.push(submission),
            }
        }
        progress(admissions.len(), 0);
        let ReadElsewhere { sound, rest } = self.read_elsewhere(unread, progress).await?;
        for admission in &sound {
            memory.keep(admission, &rules);
        }
        admissions.extend(sound);
        let mut fresh = self.read_all(rest, progress).await?;
        self.check_rows(&mut fresh).await?;
        for Fresh { admission, .. } in &fresh {
            memory.keep(admission, &rules);
        }
        admissions.extend(fresh.into_iter().map(|fresh| fresh.admission));
        admissions.sort_by(|a, b| place(&a.submission).cmp(&place(&b.submission)));
        Ok(admissions)
    }

    async fn read_elsewhere(
        &self,
        submissions: Vec<Submission>,
        progress: OnProgress<'_>,
    ) -> Result<ReadElsewhere, AdmissionError> {
        match &self.other_readers {
            Some(others) if !submissions.is_empty() => Ok(others.read(submissions, progress).await?),
            _ => Ok(ReadElsewhere { sound: Vec::new(), rest: submissions }),
        }
    }

    /// Reads submissions, several parts at once: hashes, footers, and the rows of those that fit into memory. What the system
    /// does not let us read is tried again when the others are done: too many files may have been open.
    async fn read_all(
        &self,
        submissions: Vec<Submission>,
        progress: OnProgress<'_>,
    ) -> Result<Vec<Fresh>, AdmissionError> {
        if submissions.is_empty() {
            return Ok(Vec::new());
        }
        let (engine, store) = (self.engine.clone(), Arc::clone(&self.store));
        let reading = Arc::new(Reading::prepare(engine, store, self.contract.clone()).await);
        let read = |part: Vec<Submission>| {
            let (reading, user) = (Arc::clone(&reading), self.row_user.clone());
            tokio::spawn(async move { reading.read_part(part, user.as_deref()).await })
        };
        let (mut done, mut unread, mut at_once) = (Vec::new(), submissions, self.engine.threads() + 1);
        for attempt in 0..=READ_AGAIN {
            let parts = rows::parts(std::mem::take(&mut unread), |submission| submission);
            let mut results = futures::stream::iter(parts).map(read).buffered(at_once);
            let mut trouble = None;
            while let Some(part) = results.next().await {
                let dataset = self.contract.dataset.clone();
                for result in part.map_err(|source| AdmissionError::BrokeOff { dataset: dataset.clone(), source })? {
                    match result {
                        Ok(fresh) => {
                            progress(1, fresh.admission.submission.files.iter().map(|file| file.size).sum());
                            done.push(fresh);
                        }
                        Err(found) => {
                            let Unread { submission, path, source } = *found;
                            trouble = Some(AdmissionError::Unreadable { dataset: dataset.clone(), path, source });
                            unread.push(submission);
                        }
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

    /// Scans the rows of all submissions whose footers are sound and whose rows were not found to be, in chunks.
    async fn check_rows(&self, fresh: &mut [Fresh]) -> Result<(), AdmissionError> {
        let rows_per_scan = (self.engine.memory_limit() / BYTES_PER_KEY).max(LEAST_PER_SCAN);
        let rows_per_scan = u64::try_from(rows_per_scan).unwrap_or(u64::MAX);
        let mut chunk: Vec<&mut Admission> = Vec::new();
        let mut rows = 0;
        let unchecked = fresh.iter_mut().filter(|fresh| !fresh.is_sound).map(|fresh| &mut fresh.admission);
        for admission in unchecked.filter(|admission| !admission.refused()) {
            rows += admission.rows();
            chunk.push(admission);
            if rows >= rows_per_scan {
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
        let most_rows = chunk.iter().map(|admission| admission.rows()).max().unwrap_or(0);
        match self.screen_and_scan(&checks, &submissions, most_rows).await {
            Ok(outcomes) => self.apply(chunk, &outcomes).await,
            // Nobody's submission is at fault: the run ends, and decides nothing about them.
            Err(source) if source.trouble().is_nobodys_fault() => {
                Err(AdmissionError::Engine { dataset: self.contract.dataset.clone(), source })
            }
            Err(_) if chunk.len() > 1 => {
                // Some file's pages are damaged, or all together need too much memory: halve until each stands alone.
                let (left, right) = chunk.split_at_mut(chunk.len() / 2);
                Box::pin(self.check_chunk(left)).await?;
                Box::pin(self.check_chunk(right)).await
            }
            Err(error) => {
                // A rule may be unable to work with a value at the end of its type; then the bounds alone say so.
                let outside = self.scan(&scan::bounds_of(&checks), &submissions).await.unwrap_or_default();
                if outside.iter().any(|outcome| !outcome.violations.is_empty()) {
                    return self.apply(chunk, &outside).await;
                }
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

    /// One scan over everything, then one over the submissions in which something was found. Returns what was found in
    /// each, in the order given. The largest of them has `most_rows` rows.
    async fn screen_and_scan(
        &self,
        checks: &[RuleCheck],
        submissions: &[&Submission],
        most_rows: u64,
    ) -> Result<Vec<ScanResult>, EngineError> {
        let screening = scan::screening_of(checks, self.contract, most_rows);
        let mut outcomes = self.scan(&screening, submissions).await?;
        let suspects: Vec<usize> =
            (0..).zip(&outcomes).filter(|(_, one)| !one.violations.is_empty()).map(|(at, _)| at).collect();
        if suspects.is_empty() {
            return Ok(outcomes);
        }
        let chosen: Vec<&Submission> = suspects.iter().filter_map(|at| submissions.get(*at).copied()).collect();
        for (at, found) in suspects.into_iter().zip(self.scan(checks, &chosen).await?) {
            if let Some(outcome) = outcomes.get_mut(at) {
                *outcome = found;
            }
        }
        Ok(outcomes)
    }

    /// The grouped statement over all checks. Where one submission has too many keys for the memory, they are counted by
    /// a statement of their own, which spills.
    async fn scan(&self, checks: &[RuleCheck], submissions: &[&Submission]) -> Result<Vec<ScanResult>, EngineError> {
        match self.scan_at_once(checks, submissions).await {
            Err(error) if error.trouble() == Trouble::Memory && submissions.len() == 1 => {
                let (keys, others): (Vec<RuleCheck>, Vec<RuleCheck>) =
                    checks.iter().cloned().partition(RuleCheck::counts_keys);
                let mut outcomes = self.scan_at_once(&others, submissions).await?;
                for (submission, outcome) in submissions.iter().zip(&mut outcomes) {
                    for check in &keys {
                        let rows = self.count_duplicates(check, submission).await?;
                        if rows > 0 {
                            outcome.violations.push(scan::Violation { check: check.clone(), rows: Some(rows) });
                        }
                    }
                }
                Ok(outcomes)
            }
            scanned => scanned,
        }
    }

    async fn count_duplicates(&self, check: &RuleCheck, submission: &Submission) -> Result<u64, EngineError> {
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
        checks: &[RuleCheck],
        submissions: &[&Submission],
    ) -> Result<Vec<ScanResult>, EngineError> {
        let sql = scan::grouped_sql(self.contract, checks);
        let query = Query { name: &scan::query_name(self.contract), sql: &sql, parameters: Vec::new() };
        let table = numbered_table(self.contract, submissions);
        let result = self.engine.run(&query, &[(self.contract.dataset.as_str(), table)]).await?;
        Ok(scan::read_outcomes(self.contract, checks, &result.batches, submissions))
    }

    async fn apply(&self, chunk: &mut [&mut Admission], outcomes: &[ScanResult]) -> Result<(), AdmissionError> {
        for (admission, outcome) in chunk.iter_mut().zip(outcomes) {
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
        let mut remark = period_remark(submission, check);
        if check.level == FindingLevel::Blocking {
            match self.list_failing(submission, check, rows).await {
                Ok(listed) => {
                    rows = Some(listed.rows);
                    let folder = self.work_dir.join("refused");
                    let path = failing::write_rows(&folder, submission, self.contract, check, &listed.batches);
                    let path = path.map_err(|source| AdmissionError::FailingRows {
                        dataset: self.contract.dataset.clone(),
                        source,
                    })?;
                    failing_rows = path.strip_prefix(&self.work_dir).unwrap_or(&path).display().to_string();
                }
                Err(source) if source.trouble().is_nobodys_fault() || source.trouble() == Trouble::Changed => {
                    return Err(AdmissionError::Engine { dataset: self.contract.dataset.clone(), source });
                }
                // The rows are a help for the force; what is wrong is known without them.
                Err(error) => remark = format!("{remark}; the rows cannot be listed: {error}"),
            }
        }
        let words = rows.map_or_else(|| "some rows".to_owned(), rows_words);
        let rows = rows.unwrap_or(0);
        let message = format!("{words}: {}{remark}", check.message);
        let base = submission.finding(check.level, &check.rule, message);
        Ok(Finding { column: check.column.clone(), rows, failing_rows, ..base })
    }

    /// The rows that fail, as far as they are written out, and how many there are in all: `known` where that was counted.
    async fn list_failing(
        &self,
        submission: &Submission,
        check: &RuleCheck,
        known: Option<u64>,
    ) -> Result<FailingRows, EngineError> {
        let rows = if let Some(rows) = known {
            rows
        } else {
            let sql = scan::failing_count_sql(self.contract, check, submission);
            scan::read_count(&self.ask_one("rows that fail in", &sql, submission).await?)
        };
        let sql = scan::failing_sql(self.contract, check, submission, failing::MOST_ROWS);
        Ok(FailingRows { rows, batches: self.ask_one("failing rows of", &sql, submission).await? })
    }
}

/// Rows that break a rule.
struct FailingRows {
    rows: u64,
    batches: Vec<RecordBatch>,
}

/// A folder `period=2002-03` of a roll-up is March 2002, and whoever named it may have meant the year.
fn period_remark(submission: &Submission, check: &RuleCheck) -> String {
    let is_rollup = matches!(submission.table, SubmittedTable::Rollup(_));
    let Some(scope) = submission.scope.as_ref().filter(|_| is_rollup && check.rule == scan::PERIOD_RULE) else {
        return String::new();
    };
    let meant = ambiguity(&scope.span.text());
    meant.map_or_else(String::new, |meant| format!("; {meant}"))
}

/// A submission of which something stands in its place that cannot be read. It is looked at anew in every run.
fn refuse_unusable(submission: Submission) -> Admission {
    let finding = |file: &UnusableFile| Finding {
        path: file.path.clone(),
        ..submission.finding(FindingLevel::Blocking, UNUSABLE_RULE, file.why.clone())
    };
    let findings = submission.unusable.iter().map(finding).collect();
    let unusable = submission.unusable.iter().map(|file| (&file.path, 0));
    let files = submission.files.iter().map(|file| (&file.path, file.size)).chain(unusable);
    let unread =
        |(path, size): (&String, u64)| AdmittedFile { path: path.clone(), size, rows: 0, sha256: String::new() };
    let files = files.map(unread).collect();
    Admission { submission, fingerprint: String::new(), files, findings, recalled: false }
}

/// The order in which admissions are handed on.
fn place(submission: &Submission) -> (&Option<SubmissionScope>, NaiveDate) {
    (&submission.scope, submission.submitted)
}

fn rows_words(rows: u64) -> String {
    if rows == 1 {
        "1 row".to_owned()
    } else {
        format!("{} rows", crate::vocabulary::quantity::count_text(rows.cast_signed()))
    }
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
