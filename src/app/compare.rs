//! `compare`: two published releases beside each other, and a page about them where one is asked for. Reads both releases and
//! changes neither.

pub use super::folders::FileToWrite;
use super::folders::{check_free, release_folder};
use super::publication::load_templates;
use super::{AppError, Context, UsageError};
use crate::files::write_atomically;
use crate::place::Place;
use crate::release::comparison::{ComparedSide, ReleaseComparison, compare, names_of};
use crate::render::html::render_alone;
use crate::report::about::comparison::{ComparisonInput, comparison_page};

/// What is compared: releases, or folders of a period's releases, of which the latest is taken.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    pub earlier: Place,
    pub later: Place,
    /// Where a page about them is to stand.
    pub page: Option<FileToWrite>,
}

/// Everything that tells one release from the other.
///
/// # Errors
/// A folder that holds no release, a release that is damaged, two releases without a period in common, and a page that cannot be
/// written.
pub fn compare_releases(context: &Context, options: &CompareOptions) -> Result<ReleaseComparison, AppError> {
    let (earlier, later) = (release_folder(&options.earlier)?, release_folder(&options.later)?);
    if let Some(page) = &options.page {
        check_free(page, &[&earlier, &later])?;
    }
    let (earlier, later) = (ComparedSide::read(&earlier)?, ComparedSide::read(&later)?);
    let none = || UsageError::NothingInCommon { one: options.earlier.clone(), other: options.later.clone() };
    let compared = compare(&earlier, &later, &context.definitions).ok_or_else(none)?;
    if let Some(page) = &options.page {
        let input = ComparisonInput {
            compared: &compared,
            names: &names_of(&earlier, &later),
            metrics: &context.definitions.metrics,
            program_version: env!("CARGO_PKG_VERSION"),
        };
        write_page(context, &input, page)?;
    }
    Ok(compared)
}

fn write_page(context: &Context, input: &ComparisonInput<'_>, file: &FileToWrite) -> Result<(), AppError> {
    let html = render_alone(&load_templates(&context.definitions)?, &comparison_page(input))?;
    let wrong = |source| AppError::Write { path: file.path.as_path().into(), source };
    write_atomically(&file.path, html.as_bytes()).map_err(wrong)
}
