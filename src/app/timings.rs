//! How long the stages of a run take, as the run record tells.

use std::collections::BTreeMap;
use std::time::Instant;

/// Milliseconds of each stage.
pub(super) struct Timings {
    milliseconds: BTreeMap<&'static str, u128>,
    /// The end of the stage before.
    since: Instant,
}

impl Timings {
    pub(super) fn begin() -> Self {
        Self { milliseconds: BTreeMap::new(), since: Instant::now() }
    }

    /// A stage is over, and the next one begins.
    pub(super) fn end_of(&mut self, stage: &'static str) {
        self.milliseconds.insert(stage, self.since.elapsed().as_millis());
        self.begin_stage();
    }

    /// A stage begins. The time since the last one belongs to none.
    pub(super) fn begin_stage(&mut self) {
        self.since = Instant::now();
    }

    /// Adds stages that were measured elsewhere.
    pub(super) fn extend(&mut self, milliseconds: &BTreeMap<&'static str, u128>) {
        self.milliseconds.extend(milliseconds);
        self.begin_stage();
    }

    pub(super) fn into_milliseconds(self) -> BTreeMap<&'static str, u128> {
        self.milliseconds
    }
}
