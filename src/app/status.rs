//! `status`: what the schedules have done, what is due next, and what needs a person. Reads the ledger and nothing else.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::due::schedules_of;
use super::{AppError, Context};
use crate::ledger::{Attempt, Ledger, RunHistory, RunKey, RunResult};
use crate::place::Place;
use crate::schedule::{DueState, Schedule};
use crate::vocabulary::clock::Clock;
use crate::vocabulary::period::Period;
use crate::vocabulary::schedule_name::ScheduleName;

/// What `status` prints.
#[derive(Debug, Clone, Serialize)]
pub struct StatusReport {
    pub at: DateTime<Utc>,
    pub schedules: Vec<ScheduleStatus>,
    /// Releases that no schedule asked for, the latest attempt at each.
    pub by_hand: Vec<ReleaseStatus>,
    /// Whether a person has to look at something.
    pub needs_a_person: bool,
    /// Files of the ledger that are no events.
    pub unreadable: Vec<String>,
}

/// One schedule.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduleStatus {
    pub name: ScheduleName,
    pub when: String,
    pub days_after: u32,
    pub public: bool,
    /// What was due so far, newest first.
    pub releases: Vec<ReleaseStatus>,
    pub next: Option<NextRelease>,
}

/// The first release that is not due yet.
#[derive(Debug, Clone, Serialize)]
pub struct NextRelease {
    pub period: Period,
    pub due_at: DateTime<Utc>,
}

/// How one release stands.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseStatus {
    pub period: Period,
    pub state: ReleaseState,
    /// Since when it is due; a person asks at any time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    pub attempts: usize,
    /// When the last attempt ended, or began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    pub refused: usize,
    /// Organisations from which returns of the period were outstanding.
    pub outstanding: Vec<String>,
}

/// How a release stands, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseState {
    Published,
    LeftOut,
    Running,
    /// It is tried again at its time.
    Waiting,
    /// It failed, and the schedule does not try it again.
    NeedsAPerson,
    /// It failed, as the person was told who asked for it.
    Failed,
}

/// Reads the ledger of a folder of releases. Settings without schedules are no error: people's runs stand in it too.
///
/// # Errors
/// Schedules that cannot be understood, or a ledger that cannot be read.
pub async fn status(context: &Context, out: &Place, clock: &dyn Clock) -> Result<StatusReport, AppError> {
    let schedules = if context.settings.schedules.is_empty() { Vec::new() } else { schedules_of(context)? };
    Ok(StatusReport::of(&schedules, &Ledger::open(out)?.read().await?, clock.now()))
}

impl StatusReport {
    /// What the ledger says at a time.
    pub(super) fn of(schedules: &[Schedule], history: &RunHistory, now: DateTime<Utc>) -> Self {
        let schedules: Vec<ScheduleStatus> =
            schedules.iter().map(|schedule| ScheduleStatus::of(schedule, history, now)).collect();
        let unasked = history.all().filter(|(key, _)| key.schedule.is_none());
        Self {
            at: now,
            needs_a_person: schedules.iter().any(|schedule| schedule.needing_a_person() > 0),
            schedules,
            by_hand: unasked.map(|(key, tried)| by_hand(key, tried, now)).collect(),
            unreadable: history.unreadable.clone(),
        }
    }
}

impl ScheduleStatus {
    /// Releases that somebody has to look at.
    pub fn needing_a_person(&self) -> usize {
        self.releases.iter().filter(|release| release.state == ReleaseState::NeedsAPerson).count()
    }

    fn of(schedule: &Schedule, history: &RunHistory, now: DateTime<Utc>) -> Self {
        let due = schedule.due_by(now).into_iter().rev();
        let release = |(period, due_at)| ReleaseStatus::of(schedule, history, period, due_at, now);
        Self {
            name: schedule.name.clone(),
            when: schedule.when.clone(),
            days_after: schedule.days_after,
            public: schedule.public,
            releases: due.map(release).collect(),
            next: schedule.next_due(now).map(|(period, due_at)| NextRelease { period, due_at }),
        }
    }
}

impl ReleaseStatus {
    fn of(
        schedule: &Schedule,
        history: &RunHistory,
        period: Period,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let due = schedule.state(history, period, now);
        let attempts = history.of(&schedule.key(period));
        let last = attempts.last();
        let left_out = last.and_then(Attempt::result) == Some(RunResult::LeftOut);
        let (state, again_at) = match due {
            DueState::Settled if left_out => (ReleaseState::LeftOut, None),
            DueState::Settled => (ReleaseState::Published, None),
            DueState::Running => (ReleaseState::Running, None),
            DueState::Untried => (ReleaseState::Waiting, Some(now)),
            DueState::AgainAt(at) => (ReleaseState::Waiting, Some(at)),
            DueState::NeedsAPerson => (ReleaseState::NeedsAPerson, None),
        };
        Self { due_at: Some(due_at), again_at, ..Self::of_attempts(period, state, attempts) }
    }

    fn of_attempts(period: Period, state: ReleaseState, attempts: &[Attempt]) -> Self {
        let last = attempts.last();
        let begun = last.and_then(|last| last.begun.as_ref());
        let ended = last.and_then(|last| last.ended.as_ref());
        Self {
            period,
            state,
            due_at: None,
            attempts: attempts.len(),
            last_at: ended.map(|ended| ended.at).or(begun.map(|begun| begun.at)),
            again_at: None,
            release: ended.and_then(|ended| ended.release.clone()),
            program_version: begun.map(|begun| begun.program_version.clone()),
            message: ended.and_then(|ended| ended.message.clone()),
            refused: ended.map_or(0, |ended| ended.refused),
            outstanding: ended.map(|ended| ended.outstanding.clone()).unwrap_or_default(),
        }
    }
}

/// How the release of a person's last attempt at a period stands. Nobody tries it again: whoever asked was told.
fn by_hand(key: &RunKey, attempts: &[Attempt], now: DateTime<Utc>) -> ReleaseStatus {
    let is_running = attempts.last().is_some_and(|last| last.is_running(now));
    let has_release = attempts.last().and_then(Attempt::result).is_some_and(RunResult::has_release);
    let state = match (is_running, has_release) {
        (true, _) => ReleaseState::Running,
        (false, true) => ReleaseState::Published,
        (false, false) => ReleaseState::Failed,
    };
    ReleaseStatus::of_attempts(key.period, state, attempts)
}
