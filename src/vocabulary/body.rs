//! Whom figures are about: organisations, their peers, and the codes of sums over several of them.

/// Code of the aggregate over every row, the unattributed ones included.
pub const NATIONAL: &str = "NATIONAL";
/// Code of rows that no organisation can be named for. It is submitted like an organisation.
pub const UNATTRIBUTED: &str = "UNATTRIBUTED";
/// Prefix of the code of a regional sum, such as `REGION:North West`.
pub const REGION_PREFIX: &str = "REGION:";
/// Prefix of the code of the sum over one organisation's peers, such as `PEERS:E23000002`.
pub const PEERS_PREFIX: &str = "PEERS:";

/// Whether a code is that of one organisation, and neither an aggregate's nor that of unattributed rows.
pub fn is_organisation(code: &str) -> bool {
    code != UNATTRIBUTED && !is_aggregate(code)
}

/// Whether a code is that of the nation, a region or an organisation's peers.
pub fn is_aggregate(code: &str) -> bool {
    code == NATIONAL || code.starts_with(REGION_PREFIX) || code.starts_with(PEERS_PREFIX)
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
