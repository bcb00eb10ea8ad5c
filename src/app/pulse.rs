//! Whether the loop of the service turns: it looks at the clock again and again, or is at work on a run.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ledger::RunKey;

/// A loop that has not looked at the clock for so long has stopped. It means to look once a minute; a slow disk may hold it up.
pub const SILENT_AFTER: Duration = Duration::from_mins(3);

/// The pulse of a loop. The loop writes it, and whoever asks from outside reads it.
#[derive(Debug)]
pub struct Pulse(Mutex<Beat>);

/// What the loop did last.
#[derive(Debug)]
struct Beat {
    at: Instant,
    /// The run that it is at work on since then.
    work: Option<RunKey>,
    /// What went wrong when it last looked at what is due.
    trouble: Option<String>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self(Mutex::new(Beat { at: Instant::now(), work: None, trouble: None }))
    }
}

/// How a loop is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoopState {
    /// It looked at the clock so long ago.
    Turns(Duration),
    /// It is at work on a run, for so long.
    AtWork { run: RunKey, duration: Duration },
    /// It should have looked at the clock by now, and did not for so long.
    Silent(Duration),
}

/// The loop is at work for as long as this lives.
pub(super) struct AtWork<'p>(&'p Pulse);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.beat();
    }
}

impl Pulse {
    /// The loop looks at the clock.
    pub fn beat(&self) {
        let mut beat = self.lock();
        beat.at = Instant::now();
        beat.work = None;
    }

    /// The loop has looked at what is due, and this is what went wrong.
    pub fn looked(&self, trouble: Option<String>) {
        self.lock().trouble = trouble;
    }

    /// The loop works on a run, which may take as long as it takes.
    pub(super) fn at_work(&self, key: &RunKey) -> AtWork<'_> {
        let mut beat = self.lock();
        beat.at = Instant::now();
        beat.work = Some(key.clone());
        AtWork(self)
    }

    /// What went wrong when the loop last looked at what is due.
    pub fn trouble(&self) -> Option<String> {
        self.lock().trouble.clone()
    }

    /// How the loop is doing at a moment.
    pub fn state(&self, now: Instant) -> LoopState {
        let beat = self.lock();
        let duration = now.saturating_duration_since(beat.at);
        match &beat.work {
            Some(run) => LoopState::AtWork { run: run.clone(), duration },
            None if duration > SILENT_AFTER => LoopState::Silent(duration),
            None => LoopState::Turns(duration),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Beat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_silent_once_it_has_not_looked_for_too_long_unless_it_is_at_work() {
        let pulse = Pulse::default();
        let at = |seconds: u64| pulse.state(Instant::now() + Duration::from_secs(seconds));
        assert!(matches!(at(170), LoopState::Turns(_)));
        assert!(matches!(at(181), LoopState::Silent(since) if since.as_secs() == 181));
        let run = RunKey { schedule: None, period: "2025-04".parse().unwrap() };
        let work = pulse.at_work(&run);
        assert!(matches!(at(7_200), LoopState::AtWork { run: named, .. } if named == run));
        drop(work);
        assert!(matches!(at(170), LoopState::Turns(_)));
        assert!(matches!(at(7_200), LoopState::Silent(_)));
    }
}
