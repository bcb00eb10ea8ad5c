//! What became of a submission that was checked, with the files that were looked at.

use crate::sources::Submission;
use crate::vocabulary::finding::{Finding, FindingLevel};

/// Rule of a submission that was written to while it was read. Passing: the next run looks at it again.
pub const CHANGED_RULE: &str = "changed";

/// Rule of a submission that could not be checked with the memory there is. Passing too.
pub const MEMORY_RULE: &str = "memory";

/// Told after each step: submissions done, bytes read.
pub type OnProgress<'a> = &'a (dyn Fn(usize, u64) + Sync);

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

/// Identifies the content of a submission whose files have these hashes.
pub(super) fn fingerprint(submission: &Submission, files: &[AdmittedFile]) -> String {
    let identity = [
        submission.table.folder(),
        submission.submitted.to_string(),
        submission.sender_text().to_owned(),
        submission.period_text(),
    ];
    let mut hasher = blake3::Hasher::new();
    hasher.update(identity.join("|").as_bytes());
    for file in files {
        hasher.update(file.sha256.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

impl Admission {
    /// A submission that nothing was found in.
    pub fn sound(submission: Submission, files: Vec<AdmittedFile>) -> Self {
        let fingerprint = fingerprint(&submission, &files);
        Self { submission, fingerprint, files, findings: Vec::new(), recalled: false }
    }

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
