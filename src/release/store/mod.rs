//! Puts a finished release in its place in one step, and keeps every other one whole. On a disk a folder is renamed when all
//! of it is there; in an object store a release is there when its announcement is. It makes no content.

mod announced;
mod reading;
mod right;
mod staging;
#[cfg(test)]
mod tests;
mod told;

use std::io;

use serde::{Deserialize, Serialize};

use crate::place::Place;
use crate::vocabulary::period::Period;

pub use self::reading::{DamagedFile, PublishedRelease, content_of, hashes_below, manifest_of, record_of};
pub use self::right::{WritingRight, is_being_written};
pub use self::staging::{StagedFile, Staging};
pub use self::told::ToldByRecord;

/// The file of a release that names the others.
pub const RECORD: &str = "run-record.json";

/// Folder of the public edition inside a release.
pub const PUBLIC_FOLDER: &str = "public";

/// A release that could not be put in place. Whatever stood before still stands.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("release folder {path}")]
    Write {
        path: Place,
        #[source]
        source: io::Error,
    },
    #[error("release folder {path} cannot be read")]
    Read {
        path: Place,
        #[source]
        source: io::Error,
    },
    #[error("release folder {0}: another run is publishing there; wait for it to end")]
    Locked(Place),
    #[error(
        "release folder {folder}: another run has published {release} meanwhile; run again, so that both are held against \
         each other"
    )]
    Outrun { folder: Place, release: String },
    #[error("{path}: does not say which revisions were removed; write the number of the last one into it again")]
    RemovedUnreadable {
        path: Place,
        #[source]
        source: serde_json::Error,
    },
    #[error(
        "release folder {folder}: holds revision {last}, and there is no number after that; give that folder another name"
    )]
    NoRevisionLeft { folder: Place, last: u32 },
}

/// What `{out}/{period}/latest.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    pub period: String,
    pub revision: u32,
    /// Path of the release, relative to the file.
    pub path: String,
    /// Hash of everything that decides the figures; an equal one means that there is nothing new to publish.
    pub identity: String,
}

/// The file of a period's folder that points to its latest release.
const POINTER: &str = "latest.json";

/// Reads the pointer of a period; `None` when nothing was published, or the pointer says nothing.
///
/// # Errors
/// A folder that cannot be read.
pub fn read_latest(out: &Place, period: Period) -> Result<Option<Latest>, PublishError> {
    latest_in(&out.join(&period.to_string()))
}

/// The same of a folder of a period's releases.
///
/// # Errors
/// A folder that cannot be read.
pub fn latest_in(folder: &Place) -> Result<Option<Latest>, PublishError> {
    if let Place::Store(store) = folder {
        return announced::latest_in(store);
    }
    let pointed = pointer_in(folder)?;
    // A program that was killed between a release and its pointer has published all the same. What decided the figures of
    // that release is not known here, so that it is taken for another one.
    let newest = releases_on_disk(folder)?.into_iter().max_by_key(|release| release.revision);
    let missed = newest.filter(|newest| pointed.as_ref().is_none_or(|latest| latest.revision < newest.revision));
    let Some(missed) = missed else { return Ok(pointed) };
    Ok(if missed.folder.has_file(RECORD).unwrap_or_default() { Some(missed.into_latest()) } else { pointed })
}

fn pointer_in(folder: &Place) -> Result<Option<Latest>, PublishError> {
    match folder.read(POINTER) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if is_missing(&error) => Ok(None),
        Err(source) => Err(PublishError::Read { path: folder.join(POINTER), source }),
    }
}

/// Whether a file is not there, or cannot be because something else is.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes a release the latest one of the folder of its period.
///
/// # Errors
/// Whatever hinders writing.
pub fn write_latest(folder: &Place, latest: &Latest) -> io::Result<()> {
    folder.write(POINTER, &serde_json::to_vec_pretty(latest)?)
}

/// Whether the release that a pointer names is there, with every file as its run record says.
pub fn is_whole(out: &Place, latest: &Latest) -> bool {
    PublishedRelease::open(&out.join(&latest.period).join(&latest.path)).is_ok_and(|release| release.is_whole())
}

/// Makes the pointer of a period name its newest release, where a program was killed before it did that.
///
/// # Errors
/// A folder that cannot be read or written.
pub fn mend_pointer(out: &Place, period: Period) -> Result<(), PublishError> {
    let folder = out.join(&period.to_string());
    match latest_in(&folder)? {
        Some(latest) if pointer_in(&folder)?.as_ref() != Some(&latest) => {
            write_latest(&folder, &latest).map_err(|source| PublishError::Write { path: folder.join(POINTER), source })
        }
        _ => Ok(()),
    }
}

/// A release by its place in the folder of releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFolder {
    pub period: String,
    pub revision: u32,
    /// Name of its folder in that of the period: `r1`, but for what [`Staging::commit`] says.
    pub name: String,
    pub folder: Place,
    /// What its announcement tells readers; `None` on a disk, and where an earlier version of the program has announced it.
    pub told: Option<ToldByRecord>,
}

impl ReleaseFolder {
    fn into_latest(self) -> Latest {
        Latest { period: self.period, revision: self.revision, path: self.name, identity: String::new() }
    }
}

/// Every release below `out`, by period and revision; none below a folder that is not there yet.
///
/// # Errors
/// A folder that cannot be read.
pub fn release_folders(out: &Place) -> Result<Vec<ReleaseFolder>, PublishError> {
    let mut found = match out {
        Place::Store(store) => announced::releases(store)?,
        Place::Disk(_) => {
            let mut found = Vec::new();
            for name in folders_in(out)? {
                found.extend(releases_on_disk(&out.join(&name))?);
            }
            found
        }
    };
    found.sort_by(|one, other| (&one.period, one.revision).cmp(&(&other.period, other.revision)));
    Ok(found)
}

/// The releases in the folder of a period.
fn releases_on_disk(folder: &Place) -> Result<Vec<ReleaseFolder>, PublishError> {
    let period = folder.name().unwrap_or_default();
    let release = |name: String| {
        let revision = name.strip_prefix('r')?.parse().ok()?;
        Some(ReleaseFolder { period: period.to_owned(), revision, folder: folder.join(&name), name, told: None })
    };
    Ok(folders_in(folder)?.into_iter().filter_map(release).collect())
}

/// Names of the folders inside a folder; none where it is not there yet.
fn folders_in(folder: &Place) -> Result<Vec<String>, PublishError> {
    folder.folders().map_err(|source| PublishError::Read { path: folder.clone(), source })
}

/// What `{out}/{period}/removed.json` says on a disk, once every release of a period was removed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct RemovedReleases {
    /// The number of the last one. No other release gets a number that readers have seen.
    last_revision: u32,
}

/// The file of a period's folder that says what was there.
const REMOVED: &str = "removed.json";

fn removed_in(folder: &Place) -> Result<RemovedReleases, PublishError> {
    let path = folder.join(REMOVED);
    match folder.read(REMOVED) {
        Ok(text) => serde_json::from_slice(&text).map_err(|source| PublishError::RemovedUnreadable { path, source }),
        Err(error) if is_missing(&error) => Ok(RemovedReleases::default()),
        Err(source) => Err(PublishError::Read { path, source }),
    }
}

/// The number that the next release of a period gets: no release had it before, though it was removed.
///
/// # Errors
/// Where no number is left, or the folder of the period cannot be read.
pub fn next_revision(out: &Place, period: Period) -> Result<u32, PublishError> {
    let folder = out.join(&period.to_string());
    let last = match &folder {
        // Removed releases keep their announcements.
        Place::Store(store) => announced::last_revision(store)?,
        Place::Disk(_) => {
            let there = releases_on_disk(&folder)?.iter().map(|one| one.revision).max().unwrap_or(0);
            there.max(removed_in(&folder)?.last_revision)
        }
    };
    last.checked_add(1).ok_or_else(|| PublishError::NoRevisionLeft { folder: folder.join(&format!("r{last}")), last })
}
