//! Returns: which dataset an organisation was expected to submit for a month, and what became of it.

use chrono::NaiveDate;

use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Month;

/// What became of one expected or received submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnState {
    /// Used in the figures; the date it was submitted, and whether that was after the due date.
    Accepted { submitted: NaiveDate, late: bool },
    /// Refused by a check, with the findings' first words. `replaced` is the day of the return before it that had met every
    /// check: no figure rests on that one any more.
    Refused { submitted: NaiveDate, reason: String, replaced: Option<NaiveDate> },
    /// Expected, past the due date, not there.
    NotReturned,
    /// Expected, not yet due.
    NotYetDue,
}

/// One cell of the grid dataset × organisation × month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    pub dataset: String,
    pub org_code: BodyId,
    pub month: Month,
    pub state: ReturnState,
}
