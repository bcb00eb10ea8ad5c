//! The right to change a folder of releases, which one program has at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::announced::Announcer;
use super::{POINTER, PublishError, REMOVED, ReleaseFolder, RemovedReleases};
use crate::files::sync_folder;
use crate::place::Place;
use crate::vocabulary::period::Period;

pub(super) const STAGING_PREFIX: &str = ".staging-";
const LOCK_FILE: &str = ".lock";

/// How often, and after what pauses, a held lock is tried before somebody else is taken to be at work.
const MOST_LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The right to change a folder of releases.
#[derive(Debug)]
pub struct WritingRight {
    out: Place,
    pub(super) kind: RightKind,
}

/// How a place keeps programs apart.
#[derive(Debug)]
pub(super) enum RightKind {
    /// Nobody else has it. The system takes it back when the program ends.
    Lock(DiskLock),
    /// Whoever else has it, one can use it.
    Next(Announcer),
}

impl WritingRight {
    /// Takes the right, and clears what a killed program left behind.
    ///
    /// # Errors
    /// Another program has the right, or the place cannot be read or written.
    pub fn take(out: &Place) -> Result<Self, PublishError> {
        let kind = match out {
            Place::Disk(path) => RightKind::Lock(DiskLock::take(path)?),
            Place::Store(store) => RightKind::Next(Announcer::begin(store)?),
        };
        Ok(Self { out: out.clone(), kind })
    }

    /// Removes a release. It is not there any more before the first file goes.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn remove(&self, release: &ReleaseFolder) -> Result<(), PublishError> {
        match (&self.kind, &release.folder) {
            (RightKind::Lock(lock), Place::Disk(folder)) => {
                lock.remove(folder).map_err(|source| PublishError::Write { path: release.folder.clone(), source })
            }
            (RightKind::Next(announcer), _) => announcer.remove(release),
            (RightKind::Lock(_), Place::Store(_)) => Ok(()),
        }
    }

    /// Says that every release of a period is about to go, up to the last one: nothing points to them any more, and their
    /// numbers stay taken.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn close_period(&self, period: Period, last_revision: u32) -> Result<(), PublishError> {
        let folder = self.out.join(&period.to_string());
        let wrong = |source| PublishError::Write { path: folder.clone(), source };
        // In a store the announcements of removed releases keep the numbers.
        if let RightKind::Lock(_) = self.kind {
            let text = serde_json::to_vec_pretty(&RemovedReleases { last_revision });
            folder.write(REMOVED, &text.map_err(|error| wrong(error.into()))?).map_err(wrong)?;
        }
        folder.remove(POINTER).map_err(wrong)?;
        folder.on_disk().map_or(Ok(()), sync_folder).map_err(wrong)
    }
}

/// A folder of releases on a disk that no other program changes.
#[derive(Debug)]
pub(super) struct DiskLock {
    pub(super) out: PathBuf,
    _lock: fs::File,
}

impl DiskLock {
    fn take(out: &Path) -> Result<Self, PublishError> {
        let wrong = |source| PublishError::Write { path: out.into(), source };
        fs::create_dir_all(out).map_err(wrong)?;
        let lock = fs::File::create(out.join(LOCK_FILE)).map_err(wrong)?;
        // Who only looks whether somebody has the lock holds it for a moment.
        let mut looks = 1;
        while lock.try_lock().is_err() {
            if looks == MOST_LOOKS {
                return Err(PublishError::Locked(out.into()));
            }
            looks += 1;
            std::thread::sleep(BETWEEN_LOOKS);
        }
        for entry in fs::read_dir(out).map_err(wrong)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(STAGING_PREFIX) {
                fs::remove_dir_all(entry.path()).map_err(wrong)?;
            }
        }
        Ok(Self { out: out.to_owned(), _lock: lock })
    }

    /// It loses its name in one step, and that is on the disk before the first file goes: a program that is killed meanwhile
    /// leaves a folder that nobody sees, and the next one clears it away.
    fn remove(&self, release: &Path) -> std::io::Result<()> {
        let hidden = hidden_folder(&self.out)?;
        fs::rename(release, hidden.path().join("removed"))?;
        release.parent().map_or(Ok(()), sync_folder)?;
        sync_folder(hidden.path())?;
        hidden.close()
    }
}

/// A folder that nobody sees; dropped, it is removed. No other has had its name.
pub(super) fn hidden_folder(within: &Path) -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix(STAGING_PREFIX).rand_bytes(16).tempdir_in(within)
}

/// Whether another program is changing a folder of releases now. Nobody can tell of an object store.
pub fn is_being_written(out: &Place) -> bool {
    let lock = out.on_disk().map(|out| fs::File::open(out.join(LOCK_FILE)));
    lock.is_some_and(|lock| lock.is_ok_and(|lock| lock.try_lock().is_err()))
}
