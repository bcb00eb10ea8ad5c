//! What roll-ups cost a run, and which it has to do without.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{RollupEffort, RollupError};
use crate::definitions::model::Rollup;
use crate::engine::Trouble;
use crate::vocabulary::causes::with_causes;

/// What one roll-up cost.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RollupRecord {
    pub name: String,
    /// Times that submissions were read for it in this run.
    pub scans: usize,
    pub submissions_scanned: usize,
    pub submissions_cached: usize,
    /// Bytes that were read for it and for nothing else before.
    pub bytes_scanned: u64,
    /// Of all threads together.
    pub milliseconds: u128,
}

/// What loading roll-ups of earlier days adds to the costs of a run, and to what it has to do without.
pub struct RollupCosts<'r> {
    pub records: &'r mut [RollupRecord],
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    pub missing: &'r mut BTreeMap<String, String>,
}

impl RollupCosts<'_> {
    /// Adds the cost of a roll-up to its record; whether there was enough memory for it.
    ///
    /// # Errors
    /// Anything that stopped it other than a lack of memory.
    pub fn add(&mut self, rollup: &Rollup, filled: Result<RollupEffort, RollupError>) -> Result<bool, RollupError> {
        let filled = match filled {
            Err(error) if error.trouble() == Trouble::Memory => {
                self.missing.insert(rollup.name.clone(), with_causes(&error));
                return Ok(false);
            }
            filled => filled?,
        };
        if let Some(record) = self.records.iter_mut().find(|record| record.name == rollup.name) {
            record.add(&filled);
        }
        Ok(true)
    }
}

impl RollupRecord {
    /// Adds what computing submissions cost.
    pub fn add(&mut self, filled: &RollupEffort) {
        self.scans += filled.scans;
        self.submissions_scanned += filled.scanned;
        self.bytes_scanned += filled.bytes_scanned;
        self.milliseconds += filled.elapsed.as_millis();
    }
}
