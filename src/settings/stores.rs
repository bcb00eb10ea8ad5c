//! How object stores are asked.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::place::USUAL_RETRY_TIME;

/// How long a store is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoresSection {
    /// A request that a store answers with trouble of its own is sent again until so many seconds have passed; 0: never.
    pub retry_seconds: u32,
}

impl Default for StoresSection {
    fn default() -> Self {
        Self { retry_seconds: USUAL_RETRY_TIME.as_secs().try_into().unwrap_or(u32::MAX) }
    }
}

impl StoresSection {
    /// How long a request is sent again.
    pub fn retry_time(self) -> Duration {
        Duration::from_secs(self.retry_seconds.into())
    }
}
