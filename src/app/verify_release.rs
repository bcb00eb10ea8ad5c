//! `verify-release`: whether a release is what was published, whether the source still holds what it was made from, and
//! whether the same run gives it again. Nothing is written but into a temporary folder.

use serde::Serialize;

use super::folders::release_folder;
use super::recompute::Recomputation;
use super::{AppError, Context};
use crate::intake::IntakeError;
use crate::place::Place;
use crate::release::proof::{ReleaseCheck, ReleaseProof};
use crate::release::published::PublishedRecord;
use crate::sources::Source;

/// What `verify-release` was asked to do.
#[derive(Debug, Clone)]
pub struct VerifyReleaseOptions {
    /// A release, or the folder of a period's releases, of which the latest is taken.
    pub release: Place,
    /// The submissions that it was made from.
    pub source: Option<Place>,
    pub quiet: bool,
}

/// What `verify-release` found.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseReport {
    pub release: Place,
    pub passed: usize,
    pub failed: usize,
    pub checks: Vec<ReleaseCheck>,
}

/// Checks the release; its inputs, where a source is named; and the release that the same run gives, where `again` holds the
/// definitions and the engine for it.
///
/// # Errors
/// A folder that holds no release, a source that cannot be opened, and a temporary folder that cannot be written.
pub async fn verify_release(options: &VerifyReleaseOptions, again: Option<Context>) -> Result<ReleaseReport, AppError> {
    let proof = ReleaseProof::read(&release_folder(&options.release)?)?;
    let mut checks = proof.checks();
    if let Some((source, record)) = options.source.as_ref().zip(proof.record()) {
        checks.extend(checks_of_source(source, record).await?);
        if let Some(context) = again {
            let recomputation = Recomputation { proof: &proof, record, source, quiet: options.quiet };
            checks.extend(recomputation.checks(context).await?);
        }
    }
    let passed = checks.iter().filter(|check| check.has_passed()).count();
    Ok(ReleaseReport { release: proof.folder().clone(), passed, failed: checks.len() - passed, checks })
}

/// Every file that the run looked at, as the source holds it now.
async fn checks_of_source(location: &Place, record: &PublishedRecord) -> Result<Vec<ReleaseCheck>, AppError> {
    let source = Source::open(location).map_err(IntakeError::from)?;
    let (mut missing, mut changed) = (Vec::new(), Vec::new());
    for input in &record.inputs {
        let path = &input.path;
        match source.content_of(path).await {
            Ok(None) => missing.push(path.clone()),
            // What the run could not read has no hash.
            _ if input.sha256.is_empty() => {}
            Ok(Some(found)) if found.size != input.size => {
                changed.push(format!("{path} has {} bytes, and not {}", found.size, input.size));
            }
            Ok(Some(found)) if found.sha256 != input.sha256 => changed.push(format!("{path} has another SHA-256")),
            Ok(Some(_)) => {}
            Err(error) => changed.push(format!("{path} cannot be read ({error})")),
        }
    }
    let held = format!("the source holds each of the {} input files of the run", record.inputs.len());
    let same = "each of them has the size and the SHA-256 that the run found";
    Ok(vec![ReleaseCheck::new(held, missing), ReleaseCheck::new(same, changed)])
}
