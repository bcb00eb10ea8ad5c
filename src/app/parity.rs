//! `parity`: the statistics against published test data. Reads a folder that is no part of the repository; writes nothing.

use std::path::Path;

use super::AppError;
use crate::parity::{Check, TOPICS};

/// Every comparison, by topic and file.
pub fn parity(truth: &Path) -> Result<Vec<Check>, AppError> {
    let mut checks = Vec::new();
    for (_, check) in TOPICS {
        checks.extend(check(truth)?);
    }
    Ok(checks)
}
