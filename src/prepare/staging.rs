//! A folder in which a submission is made before it is put in its place. It is removed with everything in it unless that
//! happens, and a killed run's is removed by the next one.

use std::fs;
use std::path::{Path, PathBuf};

use super::PrepareError;

const PREFIX: &str = ".prepare-";
const LOCK_FILE: &str = ".lock";

/// A staging folder inside the folder that the submission will stand in.
#[derive(Debug)]
pub struct SubmissionStaging {
    root: PathBuf,
    folder: tempfile::TempDir,
    /// Held as long as the folder is in use.
    _lock: fs::File,
}

impl SubmissionStaging {
    /// Clears what killed runs left behind and opens a folder; only its owner may read it.
    pub fn begin(root: &Path) -> Result<Self, PrepareError> {
        let wrong = |source| PrepareError::Write { path: root.to_owned(), source };
        fs::create_dir_all(root).map_err(wrong)?;
        for entry in fs::read_dir(root).map_err(wrong)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_left_behind(&entry.path()) {
                fs::remove_dir_all(entry.path()).map_err(wrong)?;
            }
        }
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(root).map_err(wrong)?;
        let lock = fs::File::create(folder.path().join(LOCK_FILE)).map_err(wrong)?;
        lock.lock().map_err(wrong)?;
        Ok(Self { root: root.to_owned(), folder, _lock: lock })
    }

    /// The folder itself, laid out like a source.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts submissions in their places: `folders` are paths inside the staging folder, and the same inside its root. Each
    /// appears whole. If one cannot be placed, those before it are taken back.
    pub fn place(&self, folders: &[PathBuf]) -> Result<Vec<PathBuf>, PrepareError> {
        check_free(&self.root, folders)?;
        let mut placed: Vec<PathBuf> = Vec::new();
        for folder in folders {
            let target = self.root.join(folder);
            let moved = target.parent().map_or(Ok(()), fs::create_dir_all);
            // A folder that came in between holds files, and the renaming fails.
            if let Err(source) = moved.and_then(|()| fs::rename(self.path().join(folder), &target)) {
                for done in &placed {
                    // The first error is the one to report.
                    let _ = fs::remove_dir_all(done);
                }
                return Err(PrepareError::Write { path: target, source });
            }
            placed.push(target);
        }
        Ok(placed)
    }
}

/// Whether none of the submissions is in its place yet.
pub fn check_free(root: &Path, folders: &[PathBuf]) -> Result<(), PrepareError> {
    match folders.iter().map(|folder| root.join(folder)).find(|target| target.exists()) {
        Some(taken) => Err(PrepareError::Exists(taken)),
        None => Ok(()),
    }
}

/// A folder whose lock nobody holds any more.
fn is_left_behind(folder: &Path) -> bool {
    fs::File::open(folder.join(LOCK_FILE)).is_ok_and(|lock| lock.try_lock().is_ok())
}
