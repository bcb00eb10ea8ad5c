//! `compare`: two published releases beside each other. Reads both and writes nothing.

use super::folders::release_folder;
use super::{AppError, Context, UsageError};
use crate::place::Place;
use crate::release::comparison::{ComparedSide, ReleaseComparison, compare};

/// What is compared: releases, or folders of a period's releases, of which the latest is taken.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    pub earlier: Place,
    pub later: Place,
}

/// Everything that tells one release from the other.
///
/// # Errors
/// A folder that holds no release, a release that is damaged, and two releases without a period in common.
pub fn compare_releases(context: &Context, options: &CompareOptions) -> Result<ReleaseComparison, AppError> {
    let side = |folder: &Place| -> Result<ComparedSide, AppError> { Ok(ComparedSide::read(&release_folder(folder)?)?) };
    let (earlier, later) = (side(&options.earlier)?, side(&options.later)?);
    let compared = compare(&earlier, &later, &context.definitions);
    let none = || UsageError::NothingInCommon { one: options.earlier.clone(), other: options.later.clone() };
    Ok(compared.ok_or_else(none)?)
}
