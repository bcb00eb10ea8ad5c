//! Who is told of each run.

use serde::{Deserialize, Serialize};

/// The command that gets a letter after each run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifySection {
    /// A program and its arguments; empty for none. It gets the letter as JSON on its standard input.
    pub command: Vec<String>,
    /// A command that takes longer is ended.
    pub timeout_seconds: u32,
}

impl Default for NotifySection {
    fn default() -> Self {
        Self { command: Vec::new(), timeout_seconds: 30 }
    }
}
