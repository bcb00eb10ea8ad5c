//! Whom figures are about: organisations, their peers, and the codes of sums over several of them.

use std::fmt;

/// Code of the aggregate over every row, the unattributed ones included.
pub const NATIONAL: &str = "NATIONAL";
/// Code of rows that no organisation can be named for. It is submitted like an organisation.
pub const UNATTRIBUTED: &str = "UNATTRIBUTED";
/// Prefix of the code of a regional sum, such as `REGION:North West`. Code asks [`Body`] instead.
pub const REGION_PREFIX: &str = "REGION:";
/// Prefix of the code of the sum over one organisation's peers, such as `PEERS:E23000002`. Code asks [`Body`] instead.
pub const PEERS_PREFIX: &str = "PEERS:";

/// Whom a figure is of. The one place that knows which sums there are and how their codes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Body<'c> {
    /// Every row, the unattributed ones included.
    Nation,
    /// The organisations of a region, by its name.
    Region(&'c str),
    /// The peers of the organisation with this code, without itself.
    PeersOf(&'c str),
    /// Rows that no organisation can be named for.
    Unattributed,
    /// One organisation, by its code.
    Organisation(&'c str),
}

impl<'c> Body<'c> {
    /// The body that a code stands for.
    pub fn of(code: &'c str) -> Self {
        if code == NATIONAL {
            Self::Nation
        } else if code == UNATTRIBUTED {
            Self::Unattributed
        } else if let Some(region) = code.strip_prefix(REGION_PREFIX) {
            Self::Region(region)
        } else if let Some(own) = code.strip_prefix(PEERS_PREFIX) {
            Self::PeersOf(own)
        } else {
            Self::Organisation(code)
        }
    }

    /// Whether it is a sum over organisations.
    pub fn is_aggregate(self) -> bool {
        matches!(self, Self::Nation | Self::Region(_) | Self::PeersOf(_))
    }
}

/// Its code.
impl fmt::Display for Body<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nation => formatter.write_str(NATIONAL),
            Self::Region(region) => write!(formatter, "{REGION_PREFIX}{region}"),
            Self::PeersOf(own) => write!(formatter, "{PEERS_PREFIX}{own}"),
            Self::Unattributed => formatter.write_str(UNATTRIBUTED),
            Self::Organisation(code) => formatter.write_str(code),
        }
    }
}

/// Whether a code is that of one organisation, and neither an aggregate's nor that of unattributed rows.
pub fn is_organisation(code: &str) -> bool {
    matches!(Body::of(code), Body::Organisation(_))
}

/// Whether a code is that of the nation, a region or an organisation's peers.
pub fn is_aggregate(code: &str) -> bool {
    Body::of(code).is_aggregate()
}

/// Whether a code is that of the peers of an organisation.
pub fn is_of_peers(code: &str) -> bool {
    matches!(Body::of(code), Body::PeersOf(_))
}

/// One body, as the organisations dataset describes it on the data date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub code: String,
    pub name: String,
    pub short_name: String,
    /// `territorial_force`, `special_force`, `non_police` and so on.
    pub kind: String,
    pub region: Option<String>,
    pub country: String,
    pub officers: Option<i64>,
    /// Code of the organisation that came after it, where it ended and one did.
    pub succeeded_by: Option<String>,
}

#[cfg(test)]
impl Organisation {
    /// A territorial force of England that is named by its code.
    pub(crate) fn force(code: &str) -> Self {
        Self {
            code: code.to_owned(),
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
    pub org_code: String,
    /// Codes of the peers; the organisation itself is not among them.
    pub peers: Vec<String>,
    /// Such as "supplied peer groups of 1 April 2024" or "same region (not a most similar group)".
    pub source: String,
}

/// What names are sorted by: as a reader looks them up, capitals and small letters alike.
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_its_body_stand_for_each_other() {
        let codes = ["NATIONAL", "UNATTRIBUTED", "REGION:North West", "PEERS:E1", "E1", "REGIONAL", "NATIONAL2"];
        assert_eq!(codes.map(|code| Body::of(code).to_string()), codes);
        assert_eq!(codes.map(is_organisation), [false, false, false, false, true, true, true]);
        assert_eq!(codes.map(is_aggregate), [true, false, true, true, false, false, false]);
        assert_eq!(Body::of("REGION:North West"), Body::Region("North West"));
    }
}
