//! The shorthand of tables: what stands in place of a number that is not there, and beside a number that needs care. It is
//! written here and nowhere else.

use std::fmt::{self, Display};

/// One piece of shorthand. It prints as it stands in a table: `[x]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shorthand {
    Break,
    Withheld,
    Estimated,
    RoundsToZero,
    Provisional,
    LowReliability,
    NotAvailable,
    NotApplicable,
}

impl Shorthand {
    /// All of it, in the order in which tables explain it.
    pub const ALL: [Self; 8] = [
        Self::Break,
        Self::Withheld,
        Self::Estimated,
        Self::RoundsToZero,
        Self::Provisional,
        Self::LowReliability,
        Self::NotAvailable,
        Self::NotApplicable,
    ];

    /// As it stands in a table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Break => "[b]",
            Self::Withheld => "[c]",
            Self::Estimated => "[e]",
            Self::RoundsToZero => "[low]",
            Self::Provisional => "[p]",
            Self::LowReliability => "[u]",
            Self::NotAvailable => "[x]",
            Self::NotApplicable => "[z]",
        }
    }

    /// What it means, in words for the readers of a table.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Break => "break in time series, from here on by a new version of the definition",
            Self::Withheld => "withheld because the numbers are small",
            Self::Estimated => "estimated",
            Self::RoundsToZero => "rounds to zero but is not zero",
            Self::Provisional => "provisional",
            Self::LowReliability => "low reliability: a share of fewer than ten, or a rate of fewer than five events",
            Self::NotAvailable => "not available",
            Self::NotApplicable => "not applicable",
        }
    }
}

impl Display for Shorthand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
