//! The work folder: what later runs may use again, failing rows, and what the engine spills. It holds record-level rows, so
//! it is its owner's alone and lies outside the releases.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::files::private_folder;
use crate::rollups::CacheFolders;

const SPILL: &str = "spill";
const SPILL_PREFIX: &str = "run-";
const LOCK_FILE: &str = ".lock";

/// A work folder that cannot be made, cleared or written.
#[derive(Debug, thiserror::Error)]
#[error("work folder {path}")]
pub struct WorkError {
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

/// Where a run keeps what it may need again.
#[derive(Debug, Clone)]
pub struct WorkFolder {
    path: PathBuf,
    spill: Option<Arc<SpillFolder>>,
}

/// The spill folder of one run, removed at its end.
#[derive(Debug)]
struct SpillFolder {
    folder: TempDir,
    /// Held as long as the folder is in use, so that no other run clears it away.
    _lock: File,
}

impl WorkFolder {
    /// A folder that is only looked into.
    pub fn unopened(path: PathBuf) -> Self {
        Self { path, spill: None }
    }

    /// Makes the folder's parts, so that a full disk or a wrong owner shows before anything is read, and clears what killed
    /// runs have spilled.
    pub fn open(path: &Path) -> Result<Self, WorkError> {
        let wrong = |source| WorkError { path: path.to_owned(), source };
        let work = Self::unopened(path.to_owned());
        // A folder that was there before may be somebody's home; what is ours in it is closed in any case.
        if !path.exists() {
            private_folder(path).map_err(wrong)?;
        }
        for part in [work.admissions(), work.rollups(), work.monthly(), path.join("refused"), path.join(SPILL)] {
            private_folder(&part).map_err(wrong)?;
        }
        let spill = SpillFolder::open(&path.join(SPILL)).map_err(wrong)?;
        Ok(Self { spill: Some(Arc::new(spill)), ..work })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Remembered admissions.
    pub fn admissions(&self) -> PathBuf {
        self.path.join("admissions")
    }

    /// Cached roll-ups.
    pub fn rollups(&self) -> PathBuf {
        self.path.join("rollups")
    }

    /// Where roll-ups are kept, and written until they are whole.
    pub fn rollup_folders(&self) -> CacheFolders {
        CacheFolders { kept: self.rollups(), scratch: self.spill().unwrap_or_else(|| self.rollups()) }
    }

    /// Rows of metrics that later runs need not compute.
    pub fn monthly(&self) -> PathBuf {
        self.path.join("monthly")
    }

    /// Whether a command is at work in it now.
    pub fn is_busy(&self) -> bool {
        is_at_work(&self.path.join(SPILL))
    }

    /// Where this run's engine spills; `None` for a folder that is only looked into.
    pub fn spill(&self) -> Option<PathBuf> {
        self.spill.as_ref().map(|spill| spill.folder.path().to_owned())
    }
}

/// A work folder while no command is at work in it; none begins before this is dropped.
#[derive(Debug)]
pub struct IdleWorkFolder {
    pub work: WorkFolder,
    /// Whoever begins looks for what is left over first, and waits for this.
    _looking: File,
}

impl IdleWorkFolder {
    /// Keeps everybody else from beginning.
    ///
    /// # Errors
    /// A command is at work there, or the folder cannot be written.
    pub fn hold(path: &Path) -> Result<Self, WorkError> {
        let wrong = |source| WorkError { path: path.to_owned(), source };
        let spill = path.join(SPILL);
        private_folder(&spill).map_err(wrong)?;
        let looking = lock_folder(&spill).map_err(wrong)?;
        if is_at_work(&spill) {
            let busy = "a run or check is at work there; wait for it to end";
            return Err(wrong(io::Error::new(io::ErrorKind::WouldBlock, busy)));
        }
        Ok(Self { work: WorkFolder::unopened(path.to_owned()), _looking: looking })
    }
}

impl SpillFolder {
    fn open(parent: &Path) -> io::Result<Self> {
        // One run at a time looks for what is left over: a folder without a lock that is held belongs to nobody.
        let looking = lock_folder(parent)?;
        for entry in fs::read_dir(parent)?.flatten() {
            if entry.path().is_dir() && !is_in_use(&entry.path()) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let folder = tempfile::Builder::new().prefix(SPILL_PREFIX).tempdir_in(parent)?;
        let lock = File::create(folder.path().join(LOCK_FILE))?;
        lock.lock()?;
        drop(looking);
        Ok(Self { folder, _lock: lock })
    }
}

/// Waits until no other run looks into a folder. The folder itself is locked, so that no file stays behind.
#[cfg(unix)]
fn lock_folder(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

#[cfg(not(unix))]
fn lock_folder(folder: &Path) -> io::Result<File> {
    let lock = File::create(folder.join(LOCK_FILE))?;
    lock.lock()?;
    Ok(lock)
}

/// Whether a command has a spill folder there.
fn is_at_work(spill: &Path) -> bool {
    fs::read_dir(spill).into_iter().flatten().flatten().any(|entry| is_in_use(&entry.path()))
}

fn is_in_use(folder: &Path) -> bool {
    File::open(folder.join(LOCK_FILE)).is_ok_and(|lock| lock.try_lock().is_err())
}
