//! Organisations as the organisations dataset describes them, and their peers.

use super::body_id::BodyId;
use super::sender_code::SenderCode;

/// One organisation, as the organisations dataset describes it on the data date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub code: SenderCode,
    pub name: String,
    pub short_name: String,
    /// `territorial_force`, `special_force`, `non_police` and so on.
    pub kind: String,
    pub region: Option<String>,
    pub country: String,
    pub officers: Option<i64>,
    /// Code of the organisation that came after it, where it ended and one did.
    pub succeeded_by: Option<BodyId>,
}

#[cfg(test)]
impl Organisation {
    /// A territorial force of England that is named by its code.
    pub(crate) fn force(code: &str) -> Self {
        Self {
            code: code.parse().unwrap(),
            name: code.to_owned(),
            short_name: code.to_owned(),
            kind: "territorial_force".to_owned(),
            region: None,
            country: "England".to_owned(),
            officers: None,
            succeeded_by: None,
        }
    }
}

/// Where an organisation's peers come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerGroup {
    pub org_code: BodyId,
    /// The organisation itself is not among them.
    pub peers: Vec<BodyId>,
    /// Such as "supplied peer groups of 1 April 2024" or "same region (not a most similar group)".
    pub source: String,
}

/// What names are sorted by: as a reader looks them up, capitals and small letters alike.
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}
