//! Withholding small counts so that they do not follow from what is published, and an attacker that tries.
//!
//! Pure functions over a [`System`]: cells with whole numbers, relations between them and ranges that other published
//! figures give away. [`mod@choice`] says what to hide; [`mod@attack`] says what can still be worked out. The two share the
//! description of the system and no method, so that neither can hide a fault of the other; [`protect`] runs both.

pub mod attack;
pub mod choice;
mod exact;
mod moves;
mod simplex;
pub mod system;
mod work;

#[cfg(test)]
mod overlap_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::settings::Protection;
use attack::{Assumption, AttackError, AttackedCell, WholeRange, attack_all};
use choice::{Choice, choose};
use system::System;

/// How well a cell that had to be hidden is protected, by what the attacker finds when hidden cells are known to be at
/// least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellProtection {
    /// One whole number is left: the cell is disclosed.
    Disclosed,
    /// At least two whole numbers are left, yet fewer than the rule withholds (threshold − 1 of them).
    Narrow,
    /// At least as many whole numbers are left as the rule withholds.
    Safe,
}

impl CellProtection {
    /// The word in data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disclosed => "disclosed",
            Self::Narrow => "narrow",
            Self::Safe => "safe",
        }
    }

    /// The verdict on a range for a rule that withholds 1 to `threshold` − 1.
    pub fn of(range: WholeRange, threshold: i64) -> Self {
        match range.whole_numbers() {
            Some(0 | 1) => Self::Disclosed,
            Some(left) if left < threshold - 1 => Self::Narrow,
            _ => Self::Safe,
        }
    }
}

/// What the attacker finds for one hidden cell; kept with the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellEvidence {
    pub label: String,
    /// Range when values are known to be at least 0.
    pub not_negative: WholeRange,
    /// Range when hidden values are known to be at least 1.
    pub at_least_one: WholeRange,
    /// Present for the cells that had to be hidden; not to be published, since it tells which they are.
    pub verdict: Option<CellProtection>,
}

/// A pattern with the evidence that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    pub choice: Choice,
    /// One for each hidden cell, in the order of labels.
    pub evidence: Vec<CellEvidence>,
}

/// Why there is no protected pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtectError {
    #[error(transparent)]
    Attack(#[from] AttackError),
    #[error("{0:?} follow from what is shown or was shown before")]
    Breach(Vec<String>),
    #[error("no other whole numbers were found for {0:?}, though all beside them is hidden")]
    NoCover(Vec<String>),
}

/// Chooses what to hide and attacks the result. A small cell that follows from what is shown is an error, whatever was
/// hidden for it; so is one that no cover was found for, unless the attack proves that hiding all beside it protects it.
pub fn protect(system: &System, protection: Protection) -> Result<Protected, ProtectError> {
    let choice = choose(system, protection);
    let hidden: BTreeSet<&str> = choice.hidden().collect();
    let not_negative = attack_all(system, &hidden, Assumption::NotNegative)?;
    let at_least_one = attack_all(system, &hidden, Assumption::AtLeastOne)?;
    let certain: BTreeSet<String> =
        at_least_one.iter().filter(|found| found.certain).map(|found| found.label.clone()).collect();
    let evidence: Vec<CellEvidence> = not_negative
        .into_iter()
        .zip(at_least_one)
        .map(|(AttackedCell { label, range: not_negative, .. }, AttackedCell { range: at_least_one, .. })| {
            let primary = system.cell(&label).filter(|cell| cell.is_primary());
            let verdict = primary.map(|cell| CellProtection::of(at_least_one, cell.threshold));
            CellEvidence { label, not_negative, at_least_one, verdict }
        })
        .collect();
    let disclosed = evidence.iter().filter(|found| found.verdict == Some(CellProtection::Disclosed));
    let breached: Vec<String> = disclosed.map(|found| found.label.clone()).collect();
    if !breached.is_empty() {
        return Err(ProtectError::Breach(breached));
    }
    let uncovered: Vec<String> =
        choice.without_cover.iter().filter(|label| !certain.contains(*label)).cloned().collect();
    if uncovered.is_empty() { Ok(Protected { choice, evidence }) } else { Err(ProtectError::NoCover(uncovered)) }
}
