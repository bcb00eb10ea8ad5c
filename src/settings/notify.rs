//! Who is told of each run.

use serde::{Deserialize, Serialize};

use super::WebhookAddress;

/// The command and the address that get a letter after each run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifySection {
    /// A program and its arguments; empty for none. It gets the letter as JSON on its standard input.
    pub command: Vec<String>,
    /// An address of the web; empty for none. The letter is posted there as JSON.
    pub webhook: WebhookAddress,
    /// A command or an address that takes longer is given up.
    pub timeout_seconds: u32,
}

impl Default for NotifySection {
    fn default() -> Self {
        Self { command: Vec::new(), webhook: WebhookAddress::default(), timeout_seconds: 30 }
    }
}
