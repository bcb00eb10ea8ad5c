//! The clock of the computer: the only place where it is read.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::vocabulary::clock::Clock;

/// The computer's clock, some time ahead or behind.
struct SystemClock {
    ahead: TimeDelta,
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }
}

/// The computer's clock, or one that goes on from another time.
pub(super) fn clock_from(now: Option<DateTime<Utc>>) -> Arc<dyn Clock> {
    let ahead = now.map_or(TimeDelta::zero(), |now| now - Utc::now());
    Arc::new(SystemClock { ahead })
}
