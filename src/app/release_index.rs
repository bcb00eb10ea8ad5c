//! The page that lists the releases of a folder. It belongs to none of them, and every run makes it anew, so that a run that
//! was killed before it leaves no old page for long. So does `prune`.

use super::publication::load_templates;
use super::{AppError, Context};
use crate::place::Place;
use crate::release::{NamedBody, release_summaries};
use crate::render::{RenderError, render_lone_page};
use crate::report::about::releases::{ReleasesInput, releases_page};

/// Writes the page, where it says something else than the one that is there. `bodies` are those that the newest release
/// describes.
pub(super) fn list_releases(context: &Context, out: &Place, bodies: &[NamedBody]) -> Result<(), AppError> {
    let releases = release_summaries(out)?;
    let page = releases_page(&ReleasesInput {
        releases: &releases,
        layouts: &context.definitions.layouts,
        organisations: bodies,
        publication: &context.settings.figures.publication,
    });
    let write = |path: &str, bytes: &[u8]| {
        if out.read(path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        out.write(path, bytes).map_err(|source| RenderError::Write { path: out.join(path).to_string(), source })
    };
    Ok(render_lone_page(&load_templates(&context.definitions)?, &page, &write)?)
}
