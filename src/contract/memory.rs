//! Remembers what became of each submission, so that a later run reads only what changed.
//! One file per table in the work folder, JSON behind its hash; deleting it is safe and costs a re-read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::admitted::{Admission, AdmittedFile};
use crate::files::{mark_used, read_remembered, write_remembered};
use crate::sources::Submission;
use crate::vocabulary::finding::Finding;

/// What is remembered of one submission. Valid while contract, program and every file's size and tag are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RememberedAdmission {
    rules: String,
    files: Vec<RememberedFile>,
    fingerprint: String,
    findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RememberedFile {
    path: String,
    size: u64,
    etag: String,
    rows: u64,
    sha256: String,
}

/// The remembered admissions of one table.
#[derive(Debug, Default)]
pub struct AdmissionMemory {
    file: PathBuf,
    entries: BTreeMap<String, RememberedAdmission>,
    changed: bool,
}

impl AdmissionMemory {
    /// Reads the memory of one table; an absent, unreadable or damaged file is an empty memory.
    pub fn load(folder: &Path, table: &str) -> Self {
        let file = folder.join(format!("{table}.admissions"));
        let content = read_remembered(&file).ok().flatten();
        let entries = content.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Self { file, entries, changed: false }
    }

    /// The admission of an unchanged submission under the same `rules` (hash of contract, program and engine).
    pub(super) fn recall(&self, submission: &Submission, rules: &str) -> Option<Admission> {
        let entry = self.entries.get(&key(submission)).filter(|entry| entry.rules == rules)?;
        if !submission.unusable.is_empty() {
            return None;
        }
        let same = entry.files.len() == submission.files.len()
            && entry
                .files
                .iter()
                .zip(&submission.files)
                .all(|(old, new)| old.path == new.path && old.size == new.size && old.etag == new.etag);
        same.then(|| Admission {
            submission: submission.clone(),
            fingerprint: entry.fingerprint.clone(),
            files: entry.files.iter().map(RememberedFile::admitted).collect(),
            findings: entry.findings.clone(),
            recalled: true,
        })
    }

    /// Keeps an admission for the next run, but for one that was refused because of passing trouble.
    pub(super) fn keep(&mut self, admission: &Admission, rules: &str) {
        if admission.is_passing() {
            self.changed |= self.entries.remove(&key(&admission.submission)).is_some();
            return;
        }
        let files = admission.files.iter().zip(&admission.submission.files).map(|(file, listed)| RememberedFile {
            path: listed.path.clone(),
            size: listed.size,
            etag: listed.etag.clone(),
            rows: file.rows,
            sha256: file.sha256.clone(),
        });
        let entry = RememberedAdmission {
            rules: rules.to_owned(),
            files: files.collect(),
            fingerprint: admission.fingerprint.clone(),
            findings: admission.findings.clone(),
        };
        self.entries.insert(key(&admission.submission), entry);
        self.changed = true;
    }

    /// Writes the memory back if it changed; otherwise only says that it was of use.
    pub fn save(&self) -> std::io::Result<()> {
        if !self.changed {
            mark_used(&self.file);
            return Ok(());
        }
        write_remembered(&self.file, &serde_json::to_vec(&self.entries)?)
    }
}

impl RememberedFile {
    fn admitted(&self) -> AdmittedFile {
        AdmittedFile { path: self.path.clone(), size: self.size, rows: self.rows, sha256: self.sha256.clone() }
    }
}

fn key(submission: &Submission) -> String {
    format!("{}|{}|{}", submission.submitted, submission.sender_text(), submission.period_text())
}
