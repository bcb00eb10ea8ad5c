//! `generate`: writes a synthetic nation, with progress. The nation itself is in `synth`.

use std::path::Path;

use super::AppError;
use crate::progress::StepBar;
use crate::synth::{NationPlan, Summary, write_nation};

/// Writes all datasets of `plan` below `out`.
pub fn generate(plan: &NationPlan, out: &Path, quiet: bool) -> Result<Summary, AppError> {
    let step = StepBar::new(quiet);
    let mut done = 0;
    let mut started = false;
    let summary = write_nation(plan, out, &mut |progress| {
        if !started {
            step.start("Generating synthetic data", usize::try_from(progress.files_total).unwrap_or(0));
            started = true;
        }
        step.advance(usize::try_from(progress.files_done - done).unwrap_or(0), 0);
        done = progress.files_done;
    })?;
    step.finish();
    Ok(summary)
}
