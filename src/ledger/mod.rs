//! What was due, tried and done, as events that are written once and never changed. It decides nothing about what is next.
//!
//! The ledger lies beside the releases, `{out}/ledger/{schedule}/{period}/{attempt}-{event}.json`, so that whoever can read the
//! releases can read how they came to be, from any machine. An event is one file, put only where there is none yet: of two
//! programs that begin the same attempt, one does.

mod entry;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::entry::{Attempt, BY_HAND, Begun, Ended, RunKey, RunResult};
pub use self::store::{Ledger, LedgerError, RunNote};

/// How often a run says that it is still at work.
pub const SIGN_OF_LIFE_EVERY: TimeDelta = TimeDelta::seconds(20);

/// A run that has said nothing for so long has been broken off.
pub const BROKEN_OFF_AFTER: TimeDelta = TimeDelta::minutes(3);

/// Everything that the ledger holds, by what was asked for; the attempts in their order.
#[derive(Debug, Clone, Default)]
pub struct RunHistory {
    attempts: BTreeMap<RunKey, Vec<Attempt>>,
    /// Files that are no events, with the reason.
    pub unreadable: Vec<String>,
}

impl RunHistory {
    /// Adds an attempt behind those that are there.
    pub fn enter(&mut self, key: RunKey, attempt: Attempt) {
        self.attempts.entry(key).or_default().push(attempt);
    }

    /// What was tried for a release, in order.
    pub fn of(&self, key: &RunKey) -> &[Attempt] {
        self.attempts.get(key).map_or(&[], Vec::as_slice)
    }

    /// Everything, by schedule and period.
    pub fn all(&self) -> impl Iterator<Item = (&RunKey, &[Attempt])> {
        self.attempts.iter().map(|(key, attempts)| (key, attempts.as_slice()))
    }

    /// The number of the next attempt.
    pub fn next_attempt(&self, key: &RunKey) -> u32 {
        self.of(key).last().map_or(1, |last| last.number.saturating_add(1))
    }
}

impl Attempt {
    /// Whether the attempt was begun, has not ended, and has given a sign of life lately.
    pub fn is_running(&self, now: DateTime<Utc>) -> bool {
        self.ended.is_none() && self.last_sign().is_some_and(|sign| now - sign < BROKEN_OFF_AFTER)
    }

    fn last_sign(&self) -> Option<DateTime<Utc>> {
        self.alive_at.max(self.begun.as_ref().map(|begun| begun.at))
    }
}
