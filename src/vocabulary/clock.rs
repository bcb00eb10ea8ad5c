//! What time it is. Whoever starts a command gives it a clock, so that a run is the same at any time of a test.

use chrono::{DateTime, Utc};

/// A clock.
pub trait Clock: Send + Sync {
    /// The time.
    fn now(&self) -> DateTime<Utc>;
}
