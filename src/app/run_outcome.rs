//! What a run leaves: a release, new or unchanged, and what is missing from it.

use crate::intake::LostHelper;
use crate::place::Place;
use crate::release::record::RecordCounts;
use crate::report::Digest;
use crate::vocabulary::returns::Outstanding;

/// What `run` did.
#[derive(Debug, Clone)]
pub struct RunOutcome {
    /// Folder of the release, new or unchanged.
    pub release: Place,
    /// Path inside the release of the page to begin with.
    pub first_page: String,
    pub revision: u32,
    /// False when the last release already says the same.
    pub published: bool,
    pub refused: usize,
    /// Whether metrics have no figure because the engine may not have enough memory.
    pub without_memory: bool,
    pub counts: RecordCounts,
    /// What the release brings; `None` where nothing was published.
    pub digest: Option<Digest>,
    /// Returns of the period that were not there.
    pub outstanding: Outstanding,
    /// Workers that the run could not use, or not to the end.
    pub lost: Vec<LostHelper>,
}

impl RunOutcome {
    /// Whether figures are missing that the submissions, or more memory, would have given.
    pub fn has_gaps(&self) -> bool {
        self.refused > 0 || self.without_memory
    }
}
