//! What a schedule has to do at a time, by what the ledger holds.

use chrono::{DateTime, Days, Utc};

use super::{Schedule, back_off};
use crate::ledger::{Attempt, BROKEN_OFF_AFTER, Ended, RunHistory, RunKey, RunResult};
use crate::settings::CatchUp;
use crate::vocabulary::period::{Period, london_date};

/// So many attempts that failed, or were broken off, and a person has to look. With the pauses between them they take most of a
/// night.
const MOST_FAILURES: u32 = 10;

/// A release that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRun {
    pub key: RunKey,
    pub due_at: DateTime<Utc>,
    /// The attempt that comes next.
    pub attempt: u32,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// A release is to be made.
    Run { run: DueRun, wait: Wait },
    /// The period is left out, for good.
    LeaveOut(DueRun),
}

/// Whether a run waits for returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// No: what is there is published.
    No,
    /// Unless so many percent of the expected returns are there, it waits.
    ForPercent(u8),
}

/// How a release stands that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueState {
    /// Nothing was tried yet.
    Untried,
    /// A program is at work on it.
    Running,
    /// It is tried again at that time.
    AgainAt(DateTime<Utc>),
    /// A release stands, or the period was left out.
    Settled,
    /// It failed, and another attempt would fail in the same way: a person has to look.
    NeedsAPerson,
}

impl Schedule {
    /// Everything that is to be done at a time, oldest period first.
    pub fn todo(&self, history: &RunHistory, now: DateTime<Utc>) -> Vec<Todo> {
        let due = self.due_by(now);
        let newest = due.last().map(|(period, _)| *period);
        let mut todo = Vec::new();
        for (period, due_at) in due {
            let run = self.run_of(period, due_at, history);
            let state = self.state(history, period, now);
            if matches!(state, DueState::Settled | DueState::Running) {
                continue;
            }
            if self.is_left_out(&run, newest, now) {
                todo.push(Todo::LeaveOut(run));
            } else if state == DueState::Untried || matches!(state, DueState::AgainAt(at) if at <= now) {
                todo.push(Todo::Run { wait: self.wait(due_at, now), run });
            }
        }
        todo
    }

    /// How the release of a period stands at a time.
    pub fn state(&self, history: &RunHistory, period: Period, now: DateTime<Utc>) -> DueState {
        if self.was_made_by_hand(history, period, now) {
            return DueState::Settled;
        }
        let attempts = history.of(&self.key(period));
        let Some(last) = attempts.last() else { return DueState::Untried };
        match &last.ended {
            None if last.is_running(now) => DueState::Running,
            None if failures(attempts, now) >= MOST_FAILURES => DueState::NeedsAPerson,
            // Broken off, by a crash or a computer that was switched off: nothing of it is visible.
            None => DueState::AgainAt(now),
            Some(ended) => match ended.result {
                RunResult::Published | RunResult::Unchanged | RunResult::LeftOut => DueState::Settled,
                RunResult::Waiting | RunResult::Failed | RunResult::Stopped => {
                    ended.again_at.map_or(DueState::NeedsAPerson, DueState::AgainAt)
                }
            },
        }
    }

    /// When a run that has failed for a reason that may pass is tried again; `None` where it failed too often.
    pub fn again_after_failure(&self, history: &RunHistory, run: &DueRun, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let failures = failures(history.of(&run.key), now) + 1;
        (failures < MOST_FAILURES).then(|| now + back_off(failures))
    }

    /// When a run is tried again for which too few returns had come in.
    pub fn again_after_waiting(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.next_time(now, false)
    }

    /// When there may be something to do again, if nothing else happens.
    pub fn wake_at(&self, history: &RunHistory, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let again = self.due_by(now).into_iter().filter_map(|(period, _)| match self.state(history, period, now) {
            DueState::AgainAt(at) => Some(at),
            // Somebody else's run may be broken off.
            DueState::Running => Some(now + BROKEN_OFF_AFTER),
            DueState::Untried | DueState::Settled | DueState::NeedsAPerson => None,
        });
        again.chain(self.next_due(now).map(|(_, due_at)| due_at)).min()
    }

    /// What identifies the run of a period.
    pub fn key(&self, period: Period) -> RunKey {
        RunKey { schedule: Some(self.name.clone()), period }
    }

    fn run_of(&self, period: Period, due_at: DateTime<Utc>, history: &RunHistory) -> DueRun {
        let key = self.key(period);
        DueRun { attempt: history.next_attempt(&key), key, due_at }
    }

    /// Whether the time of a release has gone by, and the schedule does not catch up.
    fn is_left_out(&self, run: &DueRun, newest: Option<Period>, now: DateTime<Utc>) -> bool {
        let is_newest = newest == Some(run.key.period);
        match self.catch_up {
            CatchUp::All => false,
            CatchUp::Latest => !is_newest,
            CatchUp::None => {
                let in_time = self.next_time(run.due_at, false).is_none_or(|next| now < next);
                !is_newest || (run.attempt == 1 && !in_time)
            }
        }
    }

    /// A person has published the period since it was due, with the editions that the schedule makes.
    fn was_made_by_hand(&self, history: &RunHistory, period: Period, now: DateTime<Utc>) -> bool {
        let Some(due_at) = self.due_at(period).filter(|due_at| *due_at <= now) else { return false };
        let counts = |attempt: &Attempt| {
            let begun = attempt.begun.as_ref();
            attempt.result().is_some_and(RunResult::has_release)
                && begun.is_some_and(|begun| begun.at >= due_at && (begun.public || !self.public))
        };
        history.of(&RunKey { schedule: None, period }).iter().any(counts)
    }

    /// Whether a run at a time still waits for returns.
    fn wait(&self, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Wait {
        let Some(wait) = self.wait_for else { return Wait::No };
        let last_day = london_date(due_at.naive_utc()) + Days::new(wait.at_most_days.into());
        if london_date(now.naive_utc()) < last_day { Wait::ForPercent(wait.share) } else { Wait::No }
    }
}

/// Attempts at the end of the list that failed or were broken off.
fn failures(attempts: &[Attempt], now: DateTime<Utc>) -> u32 {
    let failed = |attempt: &&Attempt| match &attempt.ended {
        None => !attempt.is_running(now),
        Some(Ended { result, .. }) => *result == RunResult::Failed,
    };
    u32::try_from(attempts.iter().rev().take_while(failed).count()).unwrap_or(u32::MAX)
}
