//! What the service says of its ledger while it lives. Everything is read from the ledger when somebody asks, so that a restart
//! loses nothing and nothing is counted twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::due::DueRuns;
use super::status::StatusReport;
use crate::ledger::{Attempt, Ledger, LedgerError, RunHistory, RunResult};
use crate::schedule::Schedule;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::clock::Clock;
use crate::vocabulary::schedule_name::ScheduleName;

/// The ledger is read at most so often, however often it is asked about.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_secs(2);

/// A ledger that takes longer cannot be read.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// Looks into the ledger for whoever asks.
pub struct LedgerWatch {
    ledger: Ledger,
    schedules: Vec<Schedule>,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<Look>>,
}

/// One look into the ledger.
struct Look {
    at: Instant,
    seen: Result<Arc<Vitals>, LookError>,
}

/// The ledger could not be looked into; in words, because several ask after one look.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct LookError(String);

impl From<LedgerError> for LookError {
    fn from(error: LedgerError) -> Self {
        Self(with_causes(&error))
    }
}

/// What the ledger says of all runs.
#[derive(Debug)]
pub struct Vitals {
    pub status: StatusReport,
    /// By who asked for the runs: each schedule of the settings or of the ledger, and `None` for people.
    pub runs: BTreeMap<Option<ScheduleName>, RunTally>,
}

/// The runs that one schedule, or people, asked for.
#[derive(Debug, Default)]
pub struct RunTally {
    /// How many ended in each way.
    pub ended: BTreeMap<&'static str, u64>,
    /// How many are at work.
    pub in_progress: u64,
    /// When a run last ended with a release.
    pub last_success: Option<DateTime<Utc>>,
}

/// The word for a run that began, did not end, and is silent.
pub const BROKEN_OFF: &str = "broken_off";

impl LedgerWatch {
    /// Looks into the ledger that those runs stand in.
    pub fn of(runs: &DueRuns<'_>) -> Self {
        let (ledger, schedules) = (runs.ledger().clone(), runs.schedules().to_vec());
        Self { ledger, schedules, clock: Arc::clone(runs.clock()), last: Mutex::new(None) }
    }

    /// What the ledger says now, or said a moment ago.
    ///
    /// # Errors
    /// A ledger that cannot be read.
    pub async fn look(&self) -> Result<Arc<Vitals>, LookError> {
        let mut last = self.last.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.at.elapsed() < LOOK_AT_MOST_EVERY) {
            return look.seen.clone();
        }
        let seen = self.read().await.map(Arc::new);
        *last = Some(Look { at: Instant::now(), seen: seen.clone() });
        seen
    }

    async fn read(&self) -> Result<Vitals, LookError> {
        let Ok(history) = timeout(LONGEST_LOOK, self.ledger.read()).await else {
            return Err(LookError(format!("the ledger was not read within {} seconds", LONGEST_LOOK.as_secs())));
        };
        Ok(Vitals::of(&self.schedules, &history?, self.clock.now()))
    }
}

impl Vitals {
    fn of(schedules: &[Schedule], history: &RunHistory, now: DateTime<Utc>) -> Self {
        let asking = schedules.iter().map(|schedule| Some(schedule.name.clone())).chain([None]);
        let mut runs: BTreeMap<Option<ScheduleName>, RunTally> = asking.map(|who| (who, RunTally::default())).collect();
        for (key, attempts) in history.all() {
            let tally = runs.entry(key.schedule.clone()).or_default();
            for attempt in attempts {
                tally.add(attempt, now);
            }
        }
        runs.values_mut().for_each(RunTally::name_every_end);
        Self { status: StatusReport::of(schedules, history, now), runs }
    }
}

impl RunTally {
    fn add(&mut self, attempt: &Attempt, now: DateTime<Utc>) {
        if attempt.is_running(now) {
            self.in_progress += 1;
            return;
        }
        let end = attempt.result().map_or(BROKEN_OFF, RunResult::as_str);
        *self.ended.entry(end).or_default() += 1;
        let success = attempt.ended.as_ref().filter(|ended| ended.result.has_release());
        self.last_success = self.last_success.max(success.map(|ended| ended.at));
    }

    /// Ends that never came count as none: whoever watches a number must see it before it grows.
    fn name_every_end(&mut self) {
        for end in RunResult::ALL.map(RunResult::as_str).into_iter().chain([BROKEN_OFF]) {
            self.ended.entry(end).or_default();
        }
    }
}
