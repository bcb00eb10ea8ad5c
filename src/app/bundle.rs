//! `bundle`: one edition of a published release as a zip archive that can be handed on.

use std::path::PathBuf;

use super::folders::{FileToWrite, check_free, release_folder};
use super::nearest::did_you_mean;
use super::{AppError, UsageError};
use crate::files::write_atomically;
use crate::place::Place;
use crate::release::PublishedEdition;
use crate::release::store::PublishedRelease;

/// What `bundle` was asked to do.
#[derive(Debug, Clone)]
pub struct BundleOptions {
    /// A release, or the folder of a period's releases, of which the latest is taken.
    pub release: Place,
    /// Folder of the edition inside the release.
    pub edition: String,
    /// The archive; without it, a file in the current folder that says release and edition.
    pub out: Option<PathBuf>,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
}

/// Writes the archive, whole or not at all, and gives its path.
pub fn bundle(options: &BundleOptions) -> Result<PathBuf, AppError> {
    let release = PublishedRelease::open(&release_folder(&options.release)?)?;
    let folder = edition_folder(&release, &options.edition)?;
    let edition = PublishedEdition::open(&release, folder)?;
    let out = options.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.zip", edition.stem())));
    let file = FileToWrite { option: "--out", path: out, overwrite: options.overwrite };
    check_free(&file, &[release.folder()])?;
    let archive = edition.archive()?;
    let out = file.path;
    write_atomically(&out, &archive).map_err(|source| AppError::Write { path: out.as_path().into(), source })?;
    Ok(out)
}

/// The folder of an edition of the release, by its name.
fn edition_folder<'n>(release: &PublishedRelease, name: &'n str) -> Result<&'n str, UsageError> {
    let name = name.trim_end_matches('/');
    let known = release.editions();
    if known.contains(name) {
        return Ok(name);
    }
    let meant = did_you_mean(name, known.iter().copied());
    let known = known.into_iter().collect::<Vec<&str>>().join(", ");
    Err(UsageError::UnknownEdition { name: name.to_owned(), meant, known })
}
