//! Settings of verdicts: how large a difference must be.

use serde::{Deserialize, Serialize};

/// What verdicts rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerdictSection {
    /// Per cent of the standard deviation of the organisations' values: nearer figures are close to each other, where the
    /// metric has no margin of its own.
    pub margin_percent: u32,
}

impl Default for VerdictSection {
    fn default() -> Self {
        Self { margin_percent: 25 }
    }
}
