//! What roll-ups cost a run, and which it has to do without.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{LoadedSets, RollupError};
use crate::definitions::model::Rollup;
use crate::engine::{QueryTable, Trouble};
use crate::vocabulary::causes::with_causes;

/// What one roll-up cost.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RollupRecord {
    pub name: String,
    /// Scans of the dataset in this run: 0 or 1.
    pub scans: usize,
    pub submissions_scanned: usize,
    pub submissions_cached: usize,
    pub bytes_scanned: u64,
    pub milliseconds: u128,
}

/// What loading roll-ups of earlier days adds to the costs of a run, and to what it has to do without.
pub struct RollupCosts<'r> {
    pub records: &'r mut [RollupRecord],
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    pub missing: &'r mut BTreeMap<String, String>,
}

impl RollupCosts<'_> {
    /// The tables of a roll-up, their cost added to its record; `None` where there is not enough memory for them.
    ///
    /// # Errors
    /// Anything that stopped the loading other than a lack of memory.
    pub fn add(
        &mut self,
        rollup: &Rollup,
        loaded: Result<LoadedSets, RollupError>,
    ) -> Result<Option<Vec<QueryTable>>, RollupError> {
        let loaded = match loaded {
            Err(error) if error.trouble() == Trouble::Memory => {
                self.missing.insert(rollup.name.clone(), with_causes(&error));
                return Ok(None);
            }
            loaded => loaded?,
        };
        if let Some(record) = self.records.iter_mut().find(|record| record.name == rollup.name) {
            record.scans += loaded.scans;
            record.submissions_scanned += loaded.scanned;
            record.bytes_scanned += loaded.bytes_scanned;
        }
        Ok(Some(loaded.tables))
    }
}
