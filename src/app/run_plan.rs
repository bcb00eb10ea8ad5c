//! A run with everything resolved that can be known before a submission is read. `plan` prints it, `run` executes it.

use std::path::PathBuf;

use super::{AppError, Context, RunOptions};
use crate::intake::{self, Opened, Purpose, SubmissionCheck, WorkFolder};
use crate::progress::StepBar;
use crate::release::store::{Latest, next_revision, read_latest};
use crate::vocabulary::period::Period;

/// What a run will do.
pub struct RunPlan<'c> {
    pub context: &'c Context,
    pub options: &'c RunOptions,
    pub work: WorkFolder,
    /// The source with the submissions that the data date allows.
    pub opened: Opened,
    /// The periods that the run computes, oldest first; the last is the one asked for.
    pub periods: Vec<Period>,
}

impl<'c> RunPlan<'c> {
    /// Lists the source and reads no submission of it. In `work` the run finds what earlier runs left. The options have been
    /// checked.
    ///
    /// # Errors
    /// A source that cannot be listed.
    pub async fn resolve(context: &'c Context, options: &'c RunOptions, work: WorkFolder) -> Result<Self, AppError> {
        let engine = context.engine_settings(work.spill());
        let opened = intake::open(&options.source, options.data_date(), &context.definitions, &engine).await?;
        let periods = opened.trend_periods(options.period, &context.settings);
        Ok(Self { context, options, work, opened, periods })
    }

    /// What its submissions are checked with.
    pub fn submission_check<'p>(&'p self, step: &'p StepBar) -> SubmissionCheck<'p> {
        let definitions = &self.context.definitions;
        let purpose = Purpose::Figures;
        SubmissionCheck { opened: &self.opened, definitions, work: &self.work, step, purpose, helpers: None }
    }

    /// The pointer to the latest release of the period.
    ///
    /// # Errors
    /// A folder of releases that cannot be read.
    pub fn latest(&self) -> Result<Option<Latest>, AppError> {
        Ok(read_latest(&self.options.out, self.options.period)?)
    }

    /// Where a release is written that goes to an object store.
    pub fn spool(&self) -> PathBuf {
        self.work.spill().unwrap_or_else(|| self.work.path().to_owned())
    }

    /// The number of the next release of the period.
    ///
    /// # Errors
    /// Where no number is left.
    pub fn revision(&self) -> Result<u32, AppError> {
        Ok(next_revision(&self.options.out, self.options.period)?)
    }
}
