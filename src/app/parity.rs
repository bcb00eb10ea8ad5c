//! `parity`: the statistics against published test data. Reads a folder that is no part of the repository; writes nothing.

use std::path::Path;

use crate::parity::{Check, ParityError, TOPICS};

/// Every comparison by topic and file, and the files that could not be compared.
#[derive(Debug, Default)]
pub struct ParityReport {
    pub checks: Vec<Check>,
    pub not_compared: Vec<NotCompared>,
}

/// A file that is missing or cannot be understood.
#[derive(Debug)]
pub struct NotCompared {
    pub topic: &'static str,
    pub reason: ParityError,
}

/// Compares every file that is there.
pub fn parity(truth: &Path) -> ParityReport {
    let mut report = ParityReport::default();
    for (topic, check) in TOPICS {
        for compared in check(truth) {
            match compared {
                Ok(check) => report.checks.push(check),
                Err(reason) => report.not_compared.push(NotCompared { topic, reason }),
            }
        }
    }
    report
}
