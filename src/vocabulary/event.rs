//! Recorded events, which may explain why a series changes.

use chrono::NaiveDate;

/// A recorded event that may explain a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    pub org_code: String,
    pub happened_on: NaiveDate,
    pub kind: String,
    pub description: String,
}
