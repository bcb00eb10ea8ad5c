//! `check`: whether the submissions of a source keep their contracts. Reads and reports; publishes nothing.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

use super::folders::check_work_folder;
use super::{AppError, Context};
use crate::intake::{self, DataDate, Intake, Purpose, SubmissionCheck, WorkFolder};
use crate::place::Place;
use crate::progress::StepBar;
use crate::vocabulary::finding::{Finding, FindingLevel};

/// What `check` found.
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    pub as_of: NaiveDate,
    pub submissions: usize,
    pub refused: usize,
    pub rows: u64,
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// Whether any finding refuses a submission.
    pub fn blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == FindingLevel::Blocking)
    }
}

/// What `check` was asked to do.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    pub source: Place,
    pub work: PathBuf,
    pub date: DataDate,
    pub quiet: bool,
}

/// Admits every pinned submission and reports.
pub async fn check(context: &Context, options: &CheckOptions) -> Result<CheckReport, AppError> {
    let CheckOptions { source, work, date, quiet } = options;
    let step = StepBar::new(*quiet);
    check_work_folder(work, None, Some(source))?;
    let work = WorkFolder::open(work)?;
    let definitions = &context.definitions;
    let opened = intake::open(source, *date, definitions, &context.engine_settings(work.spill())).await?;
    let check = SubmissionCheck {
        opened: &opened,
        definitions,
        work: &work,
        step: &step,
        purpose: Purpose::Findings,
        helpers: None,
    };
    let intake = intake::admit(&check).await?;
    step.finish();
    Ok(report(opened.as_of, &intake))
}

fn report(as_of: NaiveDate, intake: &Intake) -> CheckReport {
    let admissions = || intake.admissions.values().flatten();
    CheckReport {
        as_of,
        submissions: admissions().count(),
        refused: intake.refused(),
        rows: admissions().map(crate::contract::Admission::rows).sum(),
        findings: intake.findings.clone(),
    }
}
