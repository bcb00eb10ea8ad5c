//! Which organisations are compared with each other.

use serde::{Deserialize, Serialize};

/// How peers are found for a run, or for an organisation that has no supplied group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerChoice {
    /// Bodies of the same kind in the same region.
    #[default]
    Region,
    /// Police forces of about the same strength.
    SizeBand,
    /// The police forces that are nearest by the attributes of the organisations dataset.
    Neighbours,
    /// All other police forces.
    AllForces,
}

/// Which organisations are held against each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeersSection {
    /// What stands in for a supplied group where nothing is supplied.
    pub fallback: PeerChoice,
    /// Use it also where groups are supplied.
    pub ignore_supplied: bool,
}
