//! Recorded events, which may explain why a series changes.

use chrono::NaiveDate;

use crate::vocabulary::body_id::BodyId;

/// A recorded event that may explain a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    pub org_code: BodyId,
    pub happened_on: NaiveDate,
    pub kind: String,
    pub description: String,
}
