//! The releases that are made without anyone asking, as the settings give them. It knows no clock.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::vocabulary::period::Period;
use crate::vocabulary::schedule_name::ScheduleName;

/// A return may be late for a while, and not for longer than a period of review.
pub(super) const MOST_DAYS: u32 = 366;

/// One entry of `[[schedules]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSection {
    pub name: ScheduleName,
    /// The first period that the schedule publishes. Those after it are of the same kind.
    pub first: Period,
    /// Times at which a run may begin, as cron writes them, in London.
    pub when: String,
    /// Days from the end of a period to the first day on which its release may be made.
    pub days_after: u32,
    /// Whether the public edition is made too.
    #[serde(default)]
    pub public: bool,
    #[serde(default)]
    pub catch_up: CatchUp,
    pub wait_for: Option<WaitFor>,
}

/// What becomes of periods whose time went by while nothing ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// A release that was not begun before the time after its own is left out.
    None,
    /// The newest period is published, and those before it are left out.
    #[default]
    Latest,
    /// Every period is published, oldest first.
    All,
}

/// How long a schedule waits for returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitFor {
    /// Percent of the expected returns of the period that are enough.
    pub share: u8,
    /// Days after the first attempt until which less is not enough.
    pub at_most_days: u32,
}

/// A schedule that contradicts itself, or the one before it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScheduleError {
    #[error("schedules[{at}].name: {name} names another schedule too")]
    Twice { at: usize, name: ScheduleName },
    #[error("schedules[{at}].{key} is {value}, but must be {least} to {most}")]
    Range { at: usize, key: &'static str, value: u32, least: u32, most: u32 },
}

/// The first schedule whose name is taken or whose numbers are out of range.
pub fn check_schedules(schedules: &[ScheduleSection]) -> Result<(), ScheduleError> {
    let mut names = BTreeSet::new();
    for (at, schedule) in schedules.iter().enumerate() {
        if !names.insert(&schedule.name) {
            return Err(ScheduleError::Twice { at, name: schedule.name.clone() });
        }
        check_range(at, "days_after", schedule.days_after, (0, MOST_DAYS))?;
        if let Some(wait) = schedule.wait_for {
            check_range(at, "wait_for.share", wait.share.into(), (1, 100))?;
            check_range(at, "wait_for.at_most_days", wait.at_most_days, (1, MOST_DAYS))?;
        }
    }
    Ok(())
}

fn check_range(at: usize, key: &'static str, value: u32, (least, most): (u32, u32)) -> Result<(), ScheduleError> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(ScheduleError::Range { at, key, value, least, most }) }
}
