//! `plan`: what a run would read, compute, reuse and publish. Looks at names, sizes and the work folder; reads no submission.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::run_plan::RunPlan;
use super::{AppError, Context, RunOptions};
use crate::contract::{Admission, AdmissionMemory, recall_unchanged};
use crate::figures::FiguresError;
use crate::intake::{self, WorkFolder};
use crate::rollups::Rollups;
use crate::sources::{Submission, SubmittedTable};
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

/// What `plan` prints.
#[derive(Debug, Clone, Serialize)]
pub struct PlanReport {
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
pub async fn plan(context: &Context, options: &RunOptions) -> Result<PlanReport, AppError> {
    options.check()?;
    let plan = RunPlan::resolve(context, options, WorkFolder::unopened(options.work.clone())).await?;
    let tables = TableState::of_plan(&plan);
    let rollups = plan_rollups(&plan, &tables)?;
    let opened = &plan.opened;
    Ok(PlanReport {
        period: options.period,
        as_of: opened.as_of,
        trend: plan.periods.clone(),
        tables: tables.into_values().map(|state| state.plan).collect(),
        rollups,
        metrics: context.definitions.metrics.len(),
        revision: plan.revision()?,
        last_release: plan.latest()?.map(|last| format!("{}/{}", last.period, last.path)),
        findings: opened.listing_findings.iter().chain(&opened.pinned.findings).cloned().collect(),
    })
}

/// What is known of one table's submissions before they are read.
struct TableState {
    plan: TablePlan,
    /// What earlier runs remember of those that have not changed.
    remembered: Vec<Admission>,
}

/// At most so many submissions are named for each table.
const EXAMPLES: usize = 10;

impl TableState {
    fn of_plan<'p>(plan: &'p RunPlan<'_>) -> BTreeMap<&'p SubmittedTable, Self> {
        let mut by_table: BTreeMap<&SubmittedTable, Vec<&Submission>> = BTreeMap::new();
        for submission in &plan.opened.pinned.submissions {
            by_table.entry(&submission.table).or_default().push(submission);
        }
        let state = |(table, submissions): (&'p SubmittedTable, Vec<&Submission>)| {
            let contract = intake::contract_of(&plan.context.definitions, table)?;
            let memory = AdmissionMemory::load(&plan.work.admissions(), &table.folder());
            Some((table, Self::of_table(table, &submissions, |one| recall_unchanged(&memory, one, &contract))))
        };
        by_table.into_iter().filter_map(state).collect()
    }

    fn of_table(
        table: &SubmittedTable,
        submissions: &[&Submission],
        recall: impl Fn(&Submission) -> Option<Admission>,
    ) -> Self {
        let plan = TablePlan { table: table.folder(), ..TablePlan::default() };
        let mut state = Self { plan, remembered: Vec::new() };
        for submission in submissions {
            if let Some(admission) = recall(submission) {
                state.plan.unchanged += 1;
                state.remembered.push(admission);
                continue;
            }
            state.plan.to_read += 1;
            state.plan.bytes_to_read += submission.files.iter().map(|file| file.size).sum::<u64>();
            if state.plan.examples.len() < EXAMPLES {
                state.plan.examples.extend(submission.files.first().map(|file| file.path.clone()));
            }
        }
        state
    }
}

fn plan_rollups(
    plan: &RunPlan<'_>,
    tables: &BTreeMap<&SubmittedTable, TableState>,
) -> Result<Vec<RollupPlan>, AppError> {
    let rollups = Rollups { engine: &plan.opened.engine, folders: plan.work.rollup_folders() };
    let mut plans = Vec::new();
    for rollup in &plan.context.definitions.rollups {
        let state = tables.get(&SubmittedTable::Records(rollup.dataset.clone()));
        let remembered = state.map_or(&[][..], |state| &state.remembered);
        let accepted: Vec<&Admission> = remembered.iter().filter(|admission| !admission.refused()).collect();
        let missing = rollups.missing(rollup, &accepted).map_err(FiguresError::from)?.len();
        plans.push(RollupPlan {
            rollup: rollup.name.clone(),
            cached: accepted.len() - missing,
            to_scan: missing + state.map_or(0, |state| state.plan.to_read),
        });
    }
    Ok(plans)
}
