//! What `run` was asked to do, and whether that can be done: options that contradict each other, or a period of which
//! nothing is left.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::folders::check_run_folders;
use super::{AppError, UsageError};
use crate::intake::{DataDate, Intake};
use crate::place::Place;
use crate::schedule::Wait;
use crate::sources::MonthSpan;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::Period;
use crate::vocabulary::returns::Outstanding;

/// What `run` was asked to do.
#[derive(Debug, Clone)]
pub struct RunOptions {
    pub source: Place,
    pub out: Place,
    pub work: PathBuf,
    pub period: Period,
    pub as_of: Option<NaiveDate>,
    pub published_on: NaiveDate,
    /// Publish again although nothing changed.
    pub again: bool,
    /// Add the public edition, with small numbers withheld.
    pub public: bool,
    /// Whether the run waits for returns.
    pub wait: Wait,
    pub quiet: bool,
}

impl RunOptions {
    /// Until which day submissions are used.
    pub(super) fn data_date(&self) -> DataDate {
        DataDate { as_of: self.as_of, today: self.published_on }
    }

    /// What contradicts itself before anything is read.
    pub(super) fn check(&self) -> Result<(), AppError> {
        check_run_folders(&self.source, &self.out, &self.work)?;
        let published_on = self.published_on;
        if let Some(as_of) = self.as_of.filter(|as_of| *as_of > published_on) {
            return Err(UsageError::DataAfterPublication { as_of, published_on }.into());
        }
        if self.period.start() > published_on {
            return Err(UsageError::PeriodAfterPublication { period: self.period, published_on }.into());
        }
        Ok(())
    }

    /// A release of a period that is not over says so.
    pub(super) fn unfinished(&self) -> Option<Finding> {
        let (period, end, published_on) = (self.period, self.period.end(), self.published_on);
        (published_on <= end).then(|| Finding {
            level: FindingLevel::Warning,
            rule: "unfinished_period".to_owned(),
            dataset: "releases".to_owned(),
            period: period.to_string(),
            message: format!(
                "published on {published_on}, before the period was over on {end}; its figures are not final"
            ),
            ..Finding::default()
        })
    }

    /// A run that waits for returns ends here until enough of them have come in.
    pub(super) fn check_enough_returned(&self, outstanding: &Outstanding) -> Result<(), AppError> {
        match self.wait {
            Wait::ForPercent(percent) if !outstanding.reaches(percent) => {
                let outstanding = outstanding.clone();
                Err(AppError::ReturnsOutstanding { period: self.period, percent, outstanding })
            }
            _ => Ok(()),
        }
    }

    /// A period of which nothing was sent, or nothing accepted, has no report.
    pub(super) fn check_something_left(&self, intake: &Intake) -> Result<(), AppError> {
        let period = self.period;
        let asked = MonthSpan { first: period.first, last: period.last() };
        let spans = || {
            intake
                .admissions
                .values()
                .flatten()
                .filter_map(|admission| Some((admission, admission.submission.scope.as_ref()?.span)))
        };
        let mut touching = spans().filter(|(_, span)| span.overlaps(asked)).map(|(admission, _)| admission).peekable();
        if touching.peek().is_none() {
            let first = spans().map(|(_, span)| span.first).min();
            let last = spans().map(|(_, span)| span.last).max();
            let held = first.zip(last).map_or("nothing".to_owned(), |(first, last)| format!("{first} to {last}"));
            return Err(AppError::NothingSent { period: period.to_string(), held });
        }
        if touching.any(|admission| !admission.refused()) {
            return Ok(());
        }
        let first = intake.findings.iter().find(|finding| finding.level == FindingLevel::Blocking);
        let hint = first.map_or_else(String::new, |finding| format!("; the first finding is {finding}"));
        Err(AppError::NothingAccepted { period: period.to_string(), hint })
    }
}
