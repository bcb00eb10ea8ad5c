//! What work is called in the log: runs, their stages, and the passes of a run over a source that changes. A span names what is
//! worked on and nothing that a submission or a setting holds.

use tracing::{Span, info_span};

use crate::ledger::RunKey;

/// A run that the ledger knows. Its name is the place of its events there.
pub(super) fn of_run(key: &RunKey, attempt: u32) -> Span {
    let (schedule, period) = (key.asker(), key.period.to_string());
    info_span!("run", run = format!("{schedule}/{period}/{attempt:04}"), schedule, period, attempt)
}

/// A stage of a run.
pub(super) fn of_stage(stage: &'static str) -> Span {
    info_span!("stage", stage)
}

/// One pass of a run over its source, the first or one that begins anew.
pub(super) fn of_pass(pass: u32) -> Span {
    info_span!("pass", pass)
}
