//! The name of a schedule, in the one form that may become the name of a folder. It knows no schedule.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most characters of a name.
const MOST: usize = 40;

/// A text that cannot name a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” names no schedule; a name has at most {MOST} characters: small letters, digits and hyphens, a letter first"
)]
pub struct ScheduleNameError(String);

/// The name of a schedule, such as `quarterly-report`. It stands in the ledger for good: a schedule under another name is
/// another schedule, which has published nothing yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ScheduleName(String);

impl ScheduleName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ScheduleName {
    type Error = ScheduleNameError;

    fn try_from(text: String) -> Result<Self, ScheduleNameError> {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = text.len() <= MOST && text.bytes().all(inner) && text.starts_with(|c: char| c.is_ascii_lowercase());
        if fits { Ok(Self(text)) } else { Err(ScheduleNameError(text)) }
    }
}

impl FromStr for ScheduleName {
    type Err = ScheduleNameError;

    fn from_str(text: &str) -> Result<Self, ScheduleNameError> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for ScheduleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_name_of_a_folder() {
        for name in ["q", "quarterly-report", "month-2"] {
            assert_eq!(name.parse::<ScheduleName>().unwrap().as_str(), name);
        }
        for text in ["", "-q", "2nd", "Quarter", "a/b", "..", "a b", "é", &"a".repeat(41)] {
            assert!(text.parse::<ScheduleName>().is_err(), "{text} was taken");
        }
    }
}
