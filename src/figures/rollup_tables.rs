//! The roll-ups that a run needs today: what the cache holds, and the rest computed.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use rayon::prelude::*;

use crate::definitions::model::{Contract, Rollup};
use crate::engine::{QueryTable, Trouble};
use crate::intake::{Intake, SubmissionCheck};
use crate::rollups::{Filling, KeptRollup, RollupEffort, RollupError, RollupRecord, Rollups};
use crate::vocabulary::causes::with_causes;

/// Datasets whose roll-ups are made side by side; most wait for files more than for the processor.
const DATASETS_AT_ONCE: usize = 3;

/// The roll-ups that a run needs.
pub struct LoadedRollups {
    /// Rows by roll-up.
    pub tables: BTreeMap<String, QueryTable>,
    /// What the cache holds of each.
    pub kept: BTreeMap<String, KeptRollup>,
    /// What loading each cost.
    pub records: Vec<RollupRecord>,
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    pub missing: BTreeMap<String, String>,
}

/// Loads every roll-up that is wanted.
///
/// # Errors
/// A roll-up that cannot be computed or cached for another reason than a lack of memory.
pub async fn load_rollups(
    check: &SubmissionCheck<'_>,
    intake: &Intake,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<LoadedRollups, RollupError> {
    let SubmissionCheck { opened, definitions, work, step, .. } = *check;
    let rollups = Rollups { engine: &opened.engine, folders: work.rollup_folders() };
    let chosen: Vec<&Rollup> = definitions.rollups.iter().filter(|rollup| wanted(&rollup.name)).collect();
    step.start("Rolling up", chosen.len());
    // Reading the cache keeps a thread busy: all cores share it. What it lacks is computed by the engine afterwards.
    let recalled = chosen
        .par_iter()
        .with_max_len(1)
        .map(|rollup| Ok(Filling { rollup, kept: rollups.recall(rollup)?, wanted: intake.admitted(rollup) }));
    let mut by_dataset: BTreeMap<&str, Vec<Filling<'_>>> = BTreeMap::new();
    for filling in recalled.collect::<Result<Vec<Filling<'_>>, RollupError>>()? {
        by_dataset.entry(&filling.rollup.dataset).or_default().push(filling);
    }
    let filling = by_dataset
        .into_iter()
        .filter_map(|(dataset, fillings)| Some(fill(&rollups, definitions.contract(dataset)?, fillings, check)));
    let filled: Vec<Vec<FilledRollup<'_>>> =
        futures::stream::iter(filling).buffered(DATASETS_AT_ONCE).try_collect().await?;
    let mut loaded =
        LoadedRollups { tables: BTreeMap::new(), kept: BTreeMap::new(), records: Vec::new(), missing: BTreeMap::new() };
    for FilledRollup { filling: Filling { rollup, kept, wanted }, filled } in filled.into_iter().flatten() {
        let mut record = record_of(rollup, intake);
        match filled {
            Ok(filled) => {
                record.add(&filled);
                record.submissions_cached = wanted.all().count().saturating_sub(record.submissions_scanned);
                loaded.tables.insert(rollup.name.clone(), kept.table(wanted.all()));
                loaded.kept.insert(rollup.name.clone(), kept);
            }
            Err(reason) => drop(loaded.missing.insert(rollup.name.clone(), reason)),
        }
        loaded.records.push(record);
    }
    loaded.records.extend(definitions.rollups.iter().filter(|rollup| !wanted(&rollup.name)).map(|rollup| {
        let mut record = record_of(rollup, intake);
        record.submissions_cached = intake.admitted(rollup).all().count().saturating_sub(record.submissions_scanned);
        record
    }));
    loaded.records.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(loaded)
}

/// What a roll-up cost while its records were checked.
fn record_of(rollup: &Rollup, intake: &Intake) -> RollupRecord {
    let mut record = RollupRecord { name: rollup.name.clone(), ..RollupRecord::default() };
    if let Some(made) = intake.made.get(&rollup.name) {
        record.add(made);
    }
    record
}

/// One roll-up with its cost, or the reason where there is not enough memory for it.
struct FilledRollup<'a> {
    filling: Filling<'a>,
    filled: Result<RollupEffort, String>,
}

async fn fill<'a>(
    rollups: &Rollups<'_>,
    contract: &Contract,
    mut fillings: Vec<Filling<'a>>,
    check: &SubmissionCheck<'_>,
) -> Result<Vec<FilledRollup<'a>>, RollupError> {
    let filled = rollups.fill(contract, &mut fillings).await;
    check.step.advance(fillings.len(), 0);
    let filled = fillings.into_iter().zip(filled).map(|(filling, filled)| match filled {
        Err(error) if error.trouble() == Trouble::Memory => {
            Ok(FilledRollup { filling, filled: Err(with_causes(&error)) })
        }
        filled => Ok(FilledRollup { filling, filled: Ok(filled?) }),
    });
    filled.collect()
}
