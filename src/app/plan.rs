//! `plan`: what a run would read, compute, reuse and publish. Looks at names, sizes and the work folder; reads no submission.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

use super::{AppError, Context};
use crate::contract::{Admission, AdmissionMemory, recall_unchanged};
use crate::figures::FiguresError;
use crate::intake::{self, DataDate, WorkFolder};
use crate::release::store::{next_revision, read_latest};
use crate::rollups::Rollups;
use crate::sources::SubmittedTable;
use crate::vocabulary::finding::Finding;
use crate::vocabulary::period::Period;

/// What would happen to one table's submissions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TablePlan {
    pub table: String,
    /// Known from an earlier run and unchanged.
    pub unchanged: usize,
    /// New or changed; these would be read.
    pub to_read: usize,
    pub bytes_to_read: u64,
    /// Folders of the submissions to read, at most ten.
    pub examples: Vec<String>,
}

/// What would happen to one roll-up.
#[derive(Debug, Clone, Serialize)]
pub struct RollupPlan {
    pub rollup: String,
    pub cached: usize,
    /// Submissions to scan in one statement; those still to be checked are counted too.
    pub to_scan: usize,
}

/// The whole plan.
#[derive(Debug, Clone, Serialize)]
pub struct RunPlan {
    pub period: Period,
    pub as_of: NaiveDate,
    pub trend: Vec<Period>,
    pub tables: Vec<TablePlan>,
    pub rollups: Vec<RollupPlan>,
    pub metrics: usize,
    /// Number that the next release would get.
    pub revision: u32,
    pub last_release: Option<String>,
    pub findings: Vec<Finding>,
}

/// Plans a run without reading any submission.
pub async fn plan(
    context: &Context,
    source: &str,
    (out, work): (PathBuf, PathBuf),
    (period, date): (Period, DataDate),
) -> Result<RunPlan, AppError> {
    let work = WorkFolder::unopened(work);
    let opened = intake::open(source, date, &context.definitions, &context.engine_settings(None)).await?;
    let mut by_table: BTreeMap<&SubmittedTable, Vec<_>> = BTreeMap::new();
    for submission in &opened.pinned.submissions {
        by_table.entry(&submission.table).or_default().push(submission);
    }
    let mut tables = Vec::new();
    let mut known: BTreeMap<&SubmittedTable, (Vec<Admission>, usize)> = BTreeMap::new();
    for (table, submissions) in by_table {
        let Some(contract) = intake::contract_of(&context.definitions, table) else { continue };
        let memory = AdmissionMemory::load(&work.admissions(), &table.folder());
        let mut table_plan = TablePlan { table: table.folder(), ..TablePlan::default() };
        let entry = known.entry(table).or_default();
        for submission in submissions {
            if let Some(admission) = recall_unchanged(&memory, submission, &contract) {
                table_plan.unchanged += 1;
                entry.0.push(admission);
                continue;
            }
            entry.1 += 1;
            table_plan.to_read += 1;
            table_plan.bytes_to_read += submission.files.iter().map(|file| file.size).sum::<u64>();
            if table_plan.examples.len() < 10 {
                table_plan.examples.extend(submission.files.first().map(|file| file.path.clone()));
            }
        }
        tables.push(table_plan);
    }
    let rollups = plan_rollups(context, &opened.engine, &work, &known)?;
    let last = read_latest(&out, period);
    Ok(RunPlan {
        period,
        as_of: opened.as_of,
        trend: opened.trend_periods(period, &context.settings),
        tables,
        rollups,
        metrics: context.definitions.metrics.len(),
        revision: next_revision(&out, period)?,
        last_release: last.map(|last| format!("{}/{}", last.period, last.path)),
        findings: opened.listing_findings.into_iter().chain(opened.pinned.findings).collect(),
    })
}

fn plan_rollups(
    context: &Context,
    engine: &crate::engine::Engine,
    work: &WorkFolder,
    known: &BTreeMap<&SubmittedTable, (Vec<Admission>, usize)>,
) -> Result<Vec<RollupPlan>, AppError> {
    let rollups = Rollups { engine, cache_dir: work.rollups() };
    let mut plans = Vec::new();
    for rollup in &context.definitions.rollups {
        let table = SubmittedTable::Records(rollup.dataset.clone());
        let (admissions, unread) =
            known.get(&table).map_or((&[][..], 0), |(known, unread)| (known.as_slice(), *unread));
        let accepted: Vec<&Admission> = admissions.iter().filter(|admission| !admission.refused()).collect();
        let missing = rollups.missing(rollup, &accepted).map_err(FiguresError::from)?.len();
        plans.push(RollupPlan {
            rollup: rollup.name.clone(),
            cached: accepted.len() - missing,
            to_scan: missing + unread,
        });
    }
    Ok(plans)
}
