//! The code of somebody who sends returns, in the one form that may become the name of a folder or file.
//! It knows no organisation.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::Deserialize;

use super::body_id::BodyId;

/// Most characters of a code.
const MOST: usize = 32;

/// A text that is nobody's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderCodeError {
    /// It has another form.
    #[error("a code has at most {MOST} letters (A to Z, a to z), digits, - and _, and begins with a letter or digit")]
    Form,
    /// It is the id of a sum, which sends nothing.
    #[error("the code is reserved for aggregates and unattributed rows")]
    Reserved,
}

/// The code of an organisation, such as `E23000001` or `LM-0001`, or that of unattributed rows, which are sent like those of
/// an organisation. It has letters, digits, `-` and `_`, the first one a letter or digit: no such text leads out of a folder,
/// no spreadsheet program takes it for a formula, and no sum over organisations has such an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct SenderCode(BodyId);

impl SenderCode {
    /// The code of rows that no organisation can be named for.
    pub fn unattributed() -> Self {
        Self(BodyId::unattributed().clone())
    }
}

impl FromStr for SenderCode {
    type Err = SenderCodeError;

    fn from_str(text: &str) -> Result<Self, SenderCodeError> {
        let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let fits = text.len() <= MOST && text.bytes().all(inner);
        if !fits || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(SenderCodeError::Form);
        }
        let id = BodyId::from(text);
        if id.is_aggregate() { Err(SenderCodeError::Reserved) } else { Ok(Self(id)) }
    }
}

impl TryFrom<String> for SenderCode {
    type Error = SenderCodeError;

    fn try_from(text: String) -> Result<Self, SenderCodeError> {
        text.parse()
    }
}

/// A sender is a body.
impl Deref for SenderCode {
    type Target = BodyId;

    fn deref(&self) -> &BodyId {
        &self.0
    }
}

impl PartialEq<BodyId> for SenderCode {
    fn eq(&self, other: &BodyId) -> bool {
        self.0 == *other
    }
}

impl PartialEq<SenderCode> for BodyId {
    fn eq(&self, other: &SenderCode) -> bool {
        *self == other.0
    }
}

impl fmt::Display for SenderCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_nowhere_and_is_no_formula() {
        for good in ["E23000001", "LM-0001", "UNATTRIBUTED", "NATIONAL2", "e1", "1_a", &"A".repeat(32)] {
            assert_eq!(good.parse::<SenderCode>().unwrap().as_str(), good);
        }
        let bad = ["", ".", "..", "../x", "a/b", "LM#1", "=1+1", "-1", "@a", "_a", " E1", "E1 ", "Ö1", "E\n1"];
        for bad in bad.into_iter().chain([&*"A".repeat(33)]) {
            assert_eq!(bad.parse::<SenderCode>(), Err(SenderCodeError::Form), "{bad:?}");
        }
    }

    #[test]
    fn no_sum_sends_anything() {
        assert_eq!("NATIONAL".parse::<SenderCode>(), Err(SenderCodeError::Reserved));
        for sum in [BodyId::region("North"), BodyId::peers_of(&"E1".into())] {
            assert_eq!(sum.parse::<SenderCode>(), Err(SenderCodeError::Form));
        }
        assert!(!SenderCode::unattributed().is_aggregate());
    }
}
