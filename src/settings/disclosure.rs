//! What the public edition of a release withholds.

use serde::{Deserialize, Serialize};

/// What protection asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// At least two whole numbers are possible.
    #[default]
    TwoValues,
    /// Every number that the rule withholds, 1 to threshold − 1, is possible.
    Range,
}

impl Protection {
    /// The word in settings and data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TwoValues => "two_values",
            Self::Range => "range",
        }
    }
}

/// What the public edition of a release withholds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureSection {
    /// Counts of cases about persons from 1 to below this are withheld.
    pub threshold: i64,
    /// Figures of an organisation's work with a smaller denominator are withheld.
    pub minimum_denominator: i64,
    /// What must remain possible for a withheld count.
    pub protection: Protection,
}

impl Default for DisclosureSection {
    fn default() -> Self {
        Self { threshold: 5, minimum_denominator: 10, protection: Protection::TwoValues }
    }
}
