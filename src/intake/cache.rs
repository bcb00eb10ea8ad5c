//! What of the work folder later commands can do without: they would read or compute it again. Failing rows are none of it,
//! because nobody writes them again while the verdict on their submission is remembered.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;

use super::work::{WorkError, WorkFolder};
use crate::files::bytes_below;

const BYTES_IN_MIB: u64 = 1024 * 1024;

/// What one run uses, it uses within about an hour.
const ONE_RUN: u64 = 60 * 60;

/// A part of the work folder that holds such files, those first that are made again most easily.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CachePart {
    /// Monthly rows of metrics, made from roll-ups.
    Monthly,
    /// Roll-ups, made from the submissions of one dataset.
    Rollups,
    /// Verdicts on submissions, for which every file is read.
    Admissions,
}

/// A file that can be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedFile {
    pub part: CachePart,
    pub path: PathBuf,
    pub bytes: u64,
    /// When it was last of use.
    pub used: SystemTime,
}

/// The files of a work folder, and which of them go so that it becomes small enough.
#[derive(Debug, Default)]
pub struct CacheReview {
    pub goes: Vec<CachedFile>,
    pub stays: Vec<CachedFile>,
    /// Bytes of everything in the folder, whatever it is.
    pub bytes: u64,
}

impl CachePart {
    /// What its files hold, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Admissions => "verdicts on submissions",
            Self::Rollups => "roll-ups",
            Self::Monthly => "monthly rows",
        }
    }
}

impl CacheReview {
    /// Looks at a work folder. What was of no use for longest goes first, of what was of use in the same hour that which is made
    /// again most easily, until the folder takes at most `most_mib`; without a number everything stays. A folder that is not there
    /// is empty.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn of(work: &WorkFolder, most_mib: Option<u64>) -> Result<Self, WorkError> {
        let wrong = |source| WorkError { path: work.path().to_owned(), source };
        if !work.path().is_dir() {
            return Ok(Self::default());
        }
        let parts = [
            (CachePart::Admissions, work.admissions()),
            (CachePart::Rollups, work.rollups()),
            (CachePart::Monthly, work.monthly()),
        ];
        let mut files = Vec::new();
        for (part, folder) in parts {
            collect(part, &folder, &mut files).map_err(wrong)?;
        }
        files.sort_by(|one, other| one.order().cmp(&other.order()));
        let bytes = bytes_below(work.path()).map_err(wrong)?;
        let too_many = most_mib.map_or(0, |most| bytes.saturating_sub(most.saturating_mul(BYTES_IN_MIB)));
        let mut freed = 0;
        let needed = files.iter().take_while(|file| {
            let goes_too = freed < too_many;
            freed += file.bytes;
            goes_too
        });
        let needed = needed.count();
        let stays = files.split_off(needed);
        Ok(Self { goes: files, stays, bytes })
    }

    /// Removes what goes, and folders that it leaves empty.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn forget(&self) -> Result<(), WorkError> {
        for file in &self.goes {
            fs::remove_file(&file.path).map_err(|source| WorkError { path: file.path.clone(), source })?;
            // The folder of a wording that nothing is left of; any other stays.
            let _ = file.path.parent().map(fs::remove_dir);
        }
        Ok(())
    }
}

/// What decides which of two files goes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct ForgettingOrder<'f> {
    hour: u64,
    part: CachePart,
    used: SystemTime,
    path: &'f Path,
}

impl CachedFile {
    fn order(&self) -> ForgettingOrder<'_> {
        let since = self.used.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        ForgettingOrder { hour: since.as_secs() / ONE_RUN, part: self.part, used: self.used, path: &self.path }
    }
}

fn collect(part: CachePart, folder: &Path, files: &mut Vec<CachedFile>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_dir() {
            collect(part, &entry.path(), files)?;
        } else {
            files.push(CachedFile { part, path: entry.path(), bytes: about.len(), used: about.modified()? });
        }
    }
    Ok(())
}
