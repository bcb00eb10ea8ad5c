//! When the releases of a schedule are due, and what is to be done about each at a time. The caller gives the time and what the
//! ledger holds; nothing here reads a clock, a store or a submission.

mod due;
#[cfg(test)]
mod tests;

use std::str::FromStr as _;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::London;
use croner::Cron;
use croner::errors::CronError;

pub use self::due::{DueRun, DueState, Todo, Wait};
use crate::settings::{CatchUp, ScheduleSection, WaitFor};
use crate::vocabulary::period::{Period, london_midnight};
use crate::vocabulary::schedule_name::ScheduleName;

/// A schedule whose times cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleTimesError {
    #[error(
        "schedules: {name}: when = “{when}” is no times; write minute, hour, day, month and weekday, such as “30 1 * * *”"
    )]
    Unreadable {
        name: ScheduleName,
        when: String,
        #[source]
        source: CronError,
    },
    #[error("schedules: {name}: when = “{when}” names no time after {from}")]
    Never { name: ScheduleName, when: String, from: NaiveDate },
}

/// A schedule as the settings give it, understood.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub name: ScheduleName,
    pub first: Period,
    pub public: bool,
    pub catch_up: CatchUp,
    pub wait_for: Option<WaitFor>,
    /// The times as they are written.
    pub when: String,
    pub days_after: u32,
    times: Cron,
}

impl Schedule {
    /// Understands the times of a schedule.
    ///
    /// # Errors
    /// Times that cannot be read, or that never come.
    pub fn new(section: &ScheduleSection) -> Result<Self, ScheduleTimesError> {
        let ScheduleSection { name, first, when, days_after, public, catch_up, wait_for } = section.clone();
        let times = Cron::from_str(&when).map_err(|source| ScheduleTimesError::Unreadable {
            name: name.clone(),
            when: when.clone(),
            source,
        })?;
        let schedule = Self { name, first, public, catch_up, wait_for, when, days_after, times };
        if schedule.due_at(first).is_some() {
            return Ok(schedule);
        }
        let Self { name, when, .. } = schedule;
        Err(ScheduleTimesError::Never { name, when, from: first.end() })
    }

    /// From when on the release of a period is due: the first time of the schedule on or after the day that lies `days_after`
    /// days behind the end of the period. `None` where the times have come to an end.
    pub fn due_at(&self, period: Period) -> Option<DateTime<Utc>> {
        let day = period.end() + Days::new(self.days_after.into());
        self.next_time(london_midnight(day), true)
    }

    /// The first time of the schedule after another, or at it.
    fn next_time(&self, from: DateTime<Utc>, or_at: bool) -> Option<DateTime<Utc>> {
        // London is on Greenwich time or an hour before: a time that the spring leaves out comes when the clocks have gone on,
        // and one that the autumn has twice comes once.
        let next = self.times.find_next_occurrence(&from.with_timezone(&London), or_at).ok()?;
        Some(next.with_timezone(&Utc))
    }

    /// Every period that is due at a time, oldest first, with the time from which it is.
    pub fn due_by(&self, now: DateTime<Utc>) -> Vec<(Period, DateTime<Utc>)> {
        let periods = (0..).map(|n| self.first.step(n));
        let due = periods.map_while(|period| Some((period, self.due_at(period).filter(|due_at| *due_at <= now)?)));
        due.collect()
    }

    /// The first period that is not due yet, with the time from which it will be.
    pub fn next_due(&self, now: DateTime<Utc>) -> Option<(Period, DateTime<Utc>)> {
        let next = self.first.step(i32::try_from(self.due_by(now).len()).ok()?);
        Some((next, self.due_at(next)?))
    }
}

/// How long after the n-th failure in a row a run is tried again: one minute, then twice as long each time, and an hour at most.
fn back_off(failures: u32) -> TimeDelta {
    const MOST_MINUTES: i64 = 60;
    let minutes = 2_i64.checked_pow(failures.saturating_sub(1)).unwrap_or(MOST_MINUTES);
    TimeDelta::minutes(minutes.min(MOST_MINUTES))
}
