//! Reading that others do for this computer.

use super::admitted::{Admission, OnProgress};
use crate::sources::Submission;

/// What became of submissions that others were asked to read.
#[derive(Debug, Default)]
pub struct ReadElsewhere {
    /// Read there, and nothing was found in them.
    pub sound: Vec<Admission>,
    /// All others. They are read here, which words what is wrong with them.
    pub rest: Vec<Submission>,
}

/// Somebody else read submissions otherwise than this computer.
#[derive(Debug, thiserror::Error)]
#[error(
    "dataset {dataset}: a worker read {path} and what was read with it otherwise than this computer; nothing is published. \
     Run without workers, and find out what is wrong with them"
)]
pub struct ReadOtherwise {
    pub dataset: String,
    pub path: String,
}

/// Others who read submissions of one table.
#[async_trait::async_trait]
pub trait OtherReaders: Send + Sync {
    /// Has submissions read.
    ///
    /// # Errors
    /// What others read, and what this computer reads itself to compare it, are not the same.
    async fn read(
        &self,
        submissions: Vec<Submission>,
        progress: OnProgress<'_>,
    ) -> Result<ReadElsewhere, ReadOtherwise>;
}
