//! Other computers that read submissions, as far as a run needs to know of them.

use std::sync::Arc;

use serde::Serialize;

use crate::contract::OtherReaders;
use crate::rollups::RollupPass;
use crate::sources::SubmittedTable;

/// Other computers that read submissions.
pub trait ReadingHelpers: Send + Sync {
    /// Readers of one table. The roll-ups that they make go to `pass`.
    fn readers(&self, table: &SubmittedTable, pass: Option<Arc<RollupPass>>) -> Arc<dyn OtherReaders>;

    /// What they did so far.
    fn record(&self) -> HelpRecord;
}

/// A computer that a run could not use, or not to the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LostHelper {
    pub worker: String,
    pub why: String,
}

/// What other computers did for a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HelpRecord {
    /// Those that were asked, in the order of the settings.
    pub workers: Vec<String>,
    pub submissions_read_by_workers: usize,
    /// Handed out, and read by this computer after all.
    pub submissions_read_after_all: usize,
    /// Read by both, and found to be the same.
    pub submissions_verified: usize,
    pub lost: Vec<LostHelper>,
}
