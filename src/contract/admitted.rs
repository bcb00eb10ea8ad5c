//! What became of a submission that was checked, with the files that were looked at.

use crate::sources::Submission;
use crate::vocabulary::finding::{Finding, FindingLevel};

/// Rule of a submission that was written to while it was read. Passing: the next run looks at it again.
pub const CHANGED_RULE: &str = "changed";

/// Rule of a submission that could not be checked with the memory there is. Passing too.
pub const MEMORY_RULE: &str = "memory";

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
