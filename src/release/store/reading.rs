//! Files of a published release, compared with its run record when they are read.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Deserialize;

use super::RECORD;
use crate::digest::sha256;
use crate::place::{Place, PlacedFile};
use crate::release::manifest::{MANIFEST, Manifest};

/// A file of a release that cannot be read, or is not what the run record of its release says.
#[derive(Debug, thiserror::Error)]
#[error("{path}: this file of a release {damage}; restore the release from a copy")]
pub struct DamagedFile {
    path: Place,
    damage: String,
}

impl DamagedFile {
    /// A run record that does not say what one says.
    pub(in crate::release) fn no_record(folder: &Place, error: &serde_json::Error) -> Self {
        Self { path: folder.join(RECORD), damage: format!("is no run record ({error})") }
    }
}

/// What a run record says of the other files of its release.
#[derive(Deserialize)]
struct RecordedFiles {
    /// SHA-256 by path.
    files: BTreeMap<String, String>,
}

/// A published release whose files are compared with its run record when they are read.
#[derive(Debug)]
pub struct PublishedRelease {
    folder: Place,
    /// SHA-256 by path.
    files: BTreeMap<String, String>,
}

impl PublishedRelease {
    /// Reads the run record of a release.
    ///
    /// # Errors
    /// Where the record is missing or damaged.
    pub fn open(folder: &Place) -> Result<Self, DamagedFile> {
        let RecordedFiles { files } =
            serde_json::from_slice(&record_of(folder)?).map_err(|error| DamagedFile::no_record(folder, &error))?;
        Ok(Self { folder: folder.clone(), files })
    }

    /// The content of a file.
    ///
    /// # Errors
    /// Where it is missing, or another content than was published.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, DamagedFile> {
        let damaged = |damage: String| DamagedFile { path: self.folder.join(path), damage };
        let recorded = self.files.get(path).ok_or_else(|| damaged(format!("is not named in {RECORD}")))?;
        let bytes = self.folder.read(path).map_err(|error| damaged(format!("cannot be read ({error})")))?;
        if sha256(&bytes) == *recorded {
            return Ok(bytes);
        }
        Err(damaged(format!("is damaged: its SHA-256 is not the one in {RECORD}")))
    }

    /// Where it lies.
    pub fn folder(&self) -> &Place {
        &self.folder
    }

    /// Whether it was published with a file below a folder, there or not.
    pub fn had_files_below(&self, folder: &str) -> bool {
        self.files_below(folder).next().is_some()
    }

    /// Paths of the files below a folder, in order.
    pub fn files_below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let is_below = move |path: &&str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.files.keys().map(String::as_str).filter(is_below)
    }

    /// Folders that hold an edition, such as `national` and `forces/E23000001`: a first page, and what pages look like.
    pub fn editions(&self) -> BTreeSet<&str> {
        let folders = self.files.keys().filter_map(|path| path.strip_suffix("/index.html"));
        folders.filter(|folder| self.had_files_below(&format!("{folder}/assets"))).collect()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.has_its_manifest() && self.files.par_iter().all(|(path, _)| self.read(path).is_ok())
    }

    /// Whether the manifest is there and is that of the run record.
    fn has_its_manifest(&self) -> bool {
        let record = record_of(&self.folder).map(|record| sha256(&record));
        let wanted = record.map(|record| manifest_of(&self.files, record).text());
        wanted.is_ok_and(|wanted| self.folder.read(MANIFEST).is_ok_and(|there| there == wanted.as_bytes()))
    }
}

/// The manifest of a release: the files that its run record names, and the run record with its SHA-256.
pub fn manifest_of(files: &BTreeMap<String, String>, record: String) -> Manifest {
    let mut manifest = Manifest::of(files.clone());
    manifest.add(RECORD, record);
    manifest
}

/// The run record of a release, unread.
///
/// # Errors
/// Where it cannot be read.
pub fn record_of(folder: &Place) -> Result<Vec<u8>, DamagedFile> {
    content_of(folder, RECORD)
}

/// Whatever the file of a release holds now.
///
/// # Errors
/// Where it cannot be read.
pub fn content_of(folder: &Place, path: &str) -> Result<Vec<u8>, DamagedFile> {
    let damaged =
        |error: std::io::Error| DamagedFile { path: folder.join(path), damage: format!("cannot be read ({error})") };
    folder.read(path).map_err(damaged)
}

/// SHA-256 by path of every file below a folder, with `/` between the parts of the path; why there is none, for a file that
/// cannot be read. Links are files, and are not entered.
///
/// # Errors
/// A folder that cannot be listed.
pub fn hashes_below(root: &Place) -> Result<BTreeMap<String, Result<String, String>>, DamagedFile> {
    let unlisted =
        |error: std::io::Error| DamagedFile { path: root.clone(), damage: format!("cannot be listed ({error})") };
    let hash = |file: PlacedFile| {
        let content = root.read(&file.path).map_err(|error| format!("cannot be read ({error})"));
        (file.path, content.map(|content| sha256(&content)))
    };
    Ok(root.files_below().map_err(unlisted)?.into_par_iter().map(hash).collect())
}
