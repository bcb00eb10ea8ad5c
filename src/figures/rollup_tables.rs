//! The roll-ups that a run needs today: what the cache holds, and the rest computed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use rayon::prelude::*;

use crate::contract::Admission;
use crate::definitions::model::{Contract, Rollup};
use crate::engine::{QueryTable, Trouble};
use crate::intake::{Intake, SubmissionCheck};
use crate::progress::StepBar;
use crate::rollups::{Recalled, RollupError, RollupRecord, Rollups};
use crate::vocabulary::causes::with_causes;

/// Roll-ups that are loaded side by side; most wait for files more than for the processor.
const ROLLUPS_AT_ONCE: usize = 3;

/// The roll-ups that a run needs.
pub struct LoadedRollups {
    /// Rows by roll-up.
    pub tables: BTreeMap<String, QueryTable>,
    /// What loading each cost.
    pub records: Vec<RollupRecord>,
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    pub missing: BTreeMap<String, String>,
}

/// One roll-up, of which the cache has been read.
struct Loading<'a> {
    rollup: &'a Rollup,
    recalled: Recalled<'a>,
    submitted: Vec<&'a Admission>,
    /// Since the reading began.
    elapsed: Duration,
}

/// One roll-up with its cost; in place of the table the reason, where there is not enough memory for it.
struct LoadedTable {
    record: RollupRecord,
    table: Result<QueryTable, String>,
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
    let rollups = Rollups { engine: &opened.engine, cache_dir: work.rollups() };
    let chosen: Vec<&Rollup> = definitions.rollups.iter().filter(|rollup| wanted(&rollup.name)).collect();
    step.start("Rolling up", chosen.len());
    // Reading the cache keeps a thread busy: all cores share it. What it lacks is scanned by the engine afterwards.
    let recalled = chosen.par_iter().with_max_len(1).map(|rollup| read_cache(&rollups, intake, rollup));
    let recalled: Vec<Loading<'_>> = recalled.collect::<Result<_, RollupError>>()?;
    let loading = recalled.into_iter().filter_map(|loading| {
        let contract = definitions.contract(&loading.rollup.dataset)?;
        Some(load_rollup(&rollups, contract, loading, step))
    });
    let loaded: Vec<LoadedTable> = futures::stream::iter(loading).buffered(ROLLUPS_AT_ONCE).try_collect().await?;
    let (mut tables, mut records, mut missing) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for LoadedTable { record, table } in loaded {
        match table {
            Ok(table) => drop(tables.insert(record.name.clone(), table)),
            Err(reason) => drop(missing.insert(record.name.clone(), reason)),
        }
        records.push(record);
    }
    records.extend(definitions.rollups.iter().filter(|rollup| !wanted(&rollup.name)).map(|rollup| RollupRecord {
        submissions_cached: intake.admitted(rollup).records.len(),
        name: rollup.name.clone(),
        ..RollupRecord::default()
    }));
    records.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(LoadedRollups { tables, records, missing })
}

fn read_cache<'a>(rollups: &Rollups<'_>, intake: &'a Intake, rollup: &'a Rollup) -> Result<Loading<'a>, RollupError> {
    let started = Instant::now();
    let input = intake.admitted(rollup);
    let recalled = rollups.recall(rollup, &input.records)?;
    Ok(Loading { rollup, recalled, submitted: input.submitted, elapsed: started.elapsed() })
}

async fn load_rollup(
    rollups: &Rollups<'_>,
    contract: &Contract,
    loading: Loading<'_>,
    step: &StepBar,
) -> Result<LoadedTable, RollupError> {
    let started = Instant::now();
    let Loading { rollup, recalled, submitted, elapsed } = loading;
    let loaded = match rollups.complete(rollup, contract, recalled, &submitted).await {
        Err(error) if error.trouble() == Trouble::Memory => {
            step.advance(1, 0);
            let record = RollupRecord { name: rollup.name.clone(), ..RollupRecord::default() };
            return Ok(LoadedTable { record, table: Err(with_causes(&error)) });
        }
        loaded => loaded?,
    };
    let record = RollupRecord {
        name: rollup.name.clone(),
        scans: loaded.scans,
        submissions_scanned: loaded.scanned,
        submissions_cached: loaded.cached,
        bytes_scanned: loaded.bytes_scanned,
        milliseconds: (elapsed + started.elapsed()).as_millis(),
    };
    step.advance(1, 0);
    Ok(LoadedTable { record, table: Ok(loaded.table) })
}
