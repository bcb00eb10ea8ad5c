//! The reading of submissions, each of its files once: hash, footer, and the rows of those that fit into memory, which are checked
//! and handed on while they are there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use futures::StreamExt;
use object_store::ObjectStore;

use super::admitted::{Admission, AdmittedFile, CHANGED_RULE, fingerprint};
use super::file_bytes::FileBytes;
use super::footer::{Footer, FooterError, check_footer};
use super::representatives::representatives;
use super::rows::{self, DecodedRows, RowColumns, RowUser, SubmissionRows, WholeFile, WholeSubmission};
use super::scan::{self, RuleCheck, ScanResult};
use crate::definitions::model::Contract;
use crate::engine::{Engine, PreparedStatement, Query, Trouble, trouble_of};
use crate::sources::{SourceFile, Submission};
use crate::vocabulary::finding::{Finding, FindingLevel};

/// Files of a part that are read at one time: most of the time goes by while they are waited for.
const FILES_AT_ONCE: usize = 8;

pub(super) fn changed_message(what: &str) -> String {
    format!("{what} changed while this run read them; the next run reads them again")
}

/// A file that the system did not let us read.
pub(super) struct Unread {
    pub submission: Submission,
    pub path: String,
    pub source: object_store::Error,
}

/// A submission that was read in this run.
pub(super) struct Fresh {
    pub admission: Admission,
    /// Its rows were looked at, and nothing is wrong with them.
    pub is_sound: bool,
}

/// A submission whose files were read.
struct ReadSubmission {
    admission: Admission,
    /// All of its files, where nothing is wrong with them and they are in memory.
    files: Option<Vec<WholeFile>>,
}

impl ReadSubmission {
    fn whole(&self) -> Option<WholeSubmission<'_>> {
        Some(WholeSubmission { admission: &self.admission, files: self.files.as_ref()? })
    }
}

/// What submissions are read with.
pub(super) struct Reading {
    pub engine: Engine,
    pub store: Arc<dyn ObjectStore>,
    pub contract: Contract,
    /// Without it each submission is checked by a statement over its files, which then says what is wrong.
    pub screening: Option<RowScreening>,
}

/// Reads submissions for somebody else, who decides about them.
pub struct PartReader(Reading);

impl PartReader {
    /// Plans the checks of a contract.
    pub async fn prepare(engine: Engine, store: Arc<dyn ObjectStore>, contract: Contract) -> Self {
        Self(Reading::prepare(engine, store, contract).await)
    }

    /// Those submissions that were read and that nothing at all was found in. Their rows were handed to `user`.
    pub async fn sound(&self, submissions: Vec<Submission>, user: &dyn RowUser) -> Vec<Admission> {
        let read = self.0.read_part(submissions, Some(user)).await;
        let sound = |fresh: Fresh| Some(fresh.admission).filter(|one| fresh.is_sound && one.findings.is_empty());
        read.into_iter().flatten().filter_map(sound).collect()
    }
}

/// All checks of a contract as one statement, which finds out whether a submission breaks any of them.
pub(super) struct RowScreening {
    checks: Vec<RuleCheck>,
    statement: PreparedStatement,
    /// The statement looks at the rows that stand for the others.
    of_representatives: bool,
}

impl RowScreening {
    /// `None` where the engine refuses the statement.
    pub(super) async fn prepare(engine: &Engine, contract: &Contract) -> Option<Self> {
        let checks = scan::screening_of(&scan::checks_of(contract), contract, rows::MOST_ROWS);
        let sql = scan::grouped_sql(contract, &checks);
        let query = Query { name: &scan::query_name(contract), sql: &sql, parameters: Vec::new() };
        let statement = engine.prepare(&query, &contract.dataset, rows::rows_schema(contract)).await.ok()?;
        // A key has another value in each row, so that no rows stand for others.
        let of_representatives = scan::checks_of(contract).iter().all(|check| check.is_decided_by_values(contract));
        Some(Self { checks, statement, of_representatives })
    }

    /// What was found in each submission; `None` where the statement broke off.
    async fn outcomes(&self, contract: &Contract, submissions: &[SubmissionRows<'_>]) -> Option<Vec<ScanResult>> {
        let mut rows: Vec<RecordBatch> = Vec::new();
        for one in submissions {
            if self.of_representatives {
                rows.extend(representatives(&one.batches, contract.fields.len()).ok()?);
            } else {
                rows.extend(one.batches.iter().cloned());
            }
        }
        let found = self.statement.run(&rows, &[]).await.ok()?;
        let submissions: Vec<&Submission> = submissions.iter().map(|one| &one.admission.submission).collect();
        Some(scan::read_outcomes(contract, &self.checks, &found, &submissions))
    }
}

impl Reading {
    /// Plans the checks of a contract.
    pub(super) async fn prepare(engine: Engine, store: Arc<dyn ObjectStore>, contract: Contract) -> Self {
        let screening = RowScreening::prepare(&engine, &contract).await;
        Self { engine, store, contract, screening }
    }

    /// Reads some submissions, and looks at the rows of those that fit into memory. Sound ones go to `user`.
    pub(super) async fn read_part(
        &self,
        submissions: Vec<Submission>,
        user: Option<&dyn RowUser>,
    ) -> Vec<Result<Fresh, Box<Unread>>> {
        let reading = submissions.into_iter().map(|submission| self.read(submission));
        let read: Vec<Result<ReadSubmission, Box<Unread>>> =
            futures::stream::iter(reading).buffered(FILES_AT_ONCE).collect().await;
        let whole: Vec<WholeSubmission<'_>> = read.iter().flatten().filter_map(ReadSubmission::whole).collect();
        let mut sound: BTreeSet<String> = BTreeSet::new();
        // Every column has a check.
        let columns = RowColumns::every(&self.contract);
        for group in rows::groups(&whole, &columns, rows::bytes_of_part(&self.engine)) {
            sound.extend(self.sound_among(group, &columns, user).await);
        }
        let fresh =
            |ReadSubmission { admission, .. }| Fresh { is_sound: sound.contains(&admission.fingerprint), admission };
        read.into_iter().map(|result| result.map(fresh)).collect()
    }

    /// The fingerprints of those submissions whose rows keep every rule. Their rows are handed on.
    async fn sound_among(
        &self,
        group: &[WholeSubmission<'_>],
        columns: &RowColumns,
        user: Option<&dyn RowUser>,
    ) -> Vec<String> {
        let Some(screening) = &self.screening else { return Vec::new() };
        let decoded = DecodedRows::of(&self.engine, &self.contract, columns, group).await;
        let Some(outcomes) = screening.outcomes(&self.contract, &decoded.submissions).await else { return Vec::new() };
        let is_sound = |(one, outcome): &(SubmissionRows<'_>, &ScanResult)| {
            outcome.violations.is_empty() && one.rows() == one.admission.rows()
        };
        let looked_at = decoded.submissions.into_iter().zip(&outcomes);
        let sound: Vec<_> = looked_at.filter(is_sound).map(|(one, _)| one).collect();
        if let Some(user) = user {
            user.take(&sound).await;
        }
        sound.iter().map(|one| one.admission.fingerprint.clone()).collect()
    }

    /// Footers and content hashes of one submission.
    async fn read(&self, submission: Submission) -> Result<ReadSubmission, Box<Unread>> {
        let (mut files, mut whole, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let is_read_whole = rows::is_read_whole(&submission, &self.engine);
        for file in &submission.files {
            let mut admitted =
                AdmittedFile { path: file.path.clone(), size: file.size, rows: 0, sha256: String::new() };
            match self.read_file(&submission, file, is_read_whole).await {
                Ok(content) => {
                    admitted.sha256 = content.sha256;
                    match content.footer {
                        Ok(footer) => {
                            admitted.rows = footer.rows;
                            whole.extend(content.bytes.map(|bytes| WholeFile { bytes, metadata: footer.metadata }));
                        }
                        Err(found) => findings.extend(found),
                    }
                }
                Err(source) if trouble_of(&source) == Trouble::Changed => {
                    let message = changed_message("the files");
                    let finding = submission.finding(FindingLevel::Blocking, CHANGED_RULE, message);
                    findings.push(Finding { path: file.path.clone(), ..finding });
                }
                Err(source) => {
                    let path = file.path.clone();
                    return Err(Box::new(Unread { submission, path, source }));
                }
            }
            files.push(admitted);
        }
        findings.extend(before_the_end(&submission));
        findings.extend(same_files(&submission, &files));
        let fingerprint = fingerprint(&submission, &files);
        let is_whole = whole.len() == files.len();
        let admission = Admission { submission, fingerprint, files, findings, recalled: false };
        let is_whole = is_whole && !admission.refused() && admission.rows() <= rows::MOST_ROWS;
        Ok(ReadSubmission { admission, files: is_whole.then_some(whole) })
    }

    async fn read_file(
        &self,
        submission: &Submission,
        file: &SourceFile,
        is_read_whole: bool,
    ) -> Result<ReadFile, object_store::Error> {
        let bytes = if is_read_whole {
            FileBytes::whole(&self.store, file).await?
        } else {
            FileBytes::in_store(&self.store, file)?
        };
        let sha256 = bytes.sha256(file).await?;
        let footer = match check_footer(&bytes, submission, file, &self.contract).await {
            Ok(footer) => Ok(footer),
            Err(FooterError::Wrong(findings)) => Err(findings),
            Err(FooterError::Unread(source)) => return Err(source),
        };
        let bytes = match bytes {
            FileBytes::Whole(bytes) => Some(bytes),
            FileBytes::InStore { .. } => None,
        };
        Ok(ReadFile { sha256, footer, bytes })
    }
}

/// What one file holds: its hash, its footer or what is wrong with it, and all of it where it was read whole.
struct ReadFile {
    sha256: String,
    footer: Result<Footer, Vec<Finding>>,
    bytes: Option<Bytes>,
}

/// Nobody can hand in a month whole before it has ended.
fn before_the_end(submission: &Submission) -> Option<Finding> {
    let end = submission.scope.as_ref()?.span.last.last_day();
    let message = format!(
        "was handed in on {}, before its last day, {end}, was over; hand it in from the day after",
        submission.submitted
    );
    (submission.submitted <= end).then(|| submission.finding(FindingLevel::Blocking, "before_the_end", message))
}

/// Files with the same content would count every row again. Empty ones add nothing.
fn same_files(submission: &Submission, files: &[AdmittedFile]) -> Vec<Finding> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.rows > 0 && !file.sha256.is_empty()) {
        if let Some(other) = first.insert(&file.sha256, &file.path) {
            let message = format!("is the same file as {other}; keep one of them");
            let finding = submission.finding(FindingLevel::Blocking, "same_file", message);
            findings.push(Finding { path: file.path.clone(), rows: file.rows, ..finding });
        }
    }
    findings
}
