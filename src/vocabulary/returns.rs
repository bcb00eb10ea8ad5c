//! Returns: which dataset an organisation was expected to submit for a month, and what became of it.

use std::collections::BTreeMap;
use std::fmt;

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

/// Which returns of a period are still expected, due or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// Returns that were expected or came in.
    pub expected: usize,
    /// Returns that did not come in, or were refused, by organisation; none of whom nothing is outstanding.
    pub by_organisation: BTreeMap<BodyId, usize>,
}

impl Outstanding {
    /// Counts the returns of a period.
    pub fn of(returns: &[Return]) -> Self {
        let mut outstanding = Self { expected: returns.len(), ..Self::default() };
        for one in returns.iter().filter(|one| !matches!(one.state, ReturnState::Accepted { .. })) {
            *outstanding.by_organisation.entry(one.org_code.clone()).or_default() += 1;
        }
        outstanding
    }

    /// Returns that can be used.
    pub fn there(&self) -> usize {
        self.expected.saturating_sub(self.by_organisation.values().sum())
    }

    /// Whether at least so many percent can be used.
    pub fn reaches(&self, percent: u8) -> bool {
        self.there() * 100 >= self.expected * usize::from(percent)
    }
}

impl fmt::Display for Outstanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} expected returns can be used", self.there(), self.expected)?;
        let of_one = |(code, returns): (&BodyId, &usize)| format!("{code} ({returns})");
        let list: Vec<String> = self.by_organisation.iter().map(of_one).collect();
        if list.is_empty() { Ok(()) } else { write!(f, "; outstanding: {}", list.join(", ")) }
    }
}
