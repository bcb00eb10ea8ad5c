//! A release while it is written: nobody sees it before it is whole.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::announced::WrittenRelease;
use super::right::{DiskLock, RightKind, hidden_folder};
use super::{Latest, PublishError, WritingRight, write_latest};
use crate::digest::{Hasher, sha256};
use crate::files::{is_inner_path, sync_folder};
use crate::place::Place;
use crate::vocabulary::period::Period;
use crate::vocabulary::stop::Stop;

/// Files that are waited for at once: most of the time goes by while the disk writes, not while a thread works.
const SYNCED_AT_ONCE: usize = 16;

/// A release under construction. Nobody sees it until [`Staging::commit`]; dropped before, it is removed.
#[derive(Debug)]
pub struct Staging {
    folder: tempfile::TempDir,
    /// Held until the end, so that two runs cannot publish into one folder at once.
    right: WritingRight,
    stop: Stop,
}

impl Staging {
    /// Takes the right to write into `out`, and opens a staging folder, which takes no more files once somebody asks to end. What
    /// goes to an object store is written in `spool` first.
    ///
    /// # Errors
    /// Another program has the right, or one of the folders cannot be written.
    pub fn begin(out: &Place, spool: &Path, stop: &Stop) -> Result<Self, PublishError> {
        let right = WritingRight::take(out)?;
        let within = out.on_disk().unwrap_or(spool);
        let folder = hidden_folder(within).map_err(|source| PublishError::Write { path: within.into(), source })?;
        Ok(Self { folder, right, stop: stop.clone() })
    }

    /// Opens one file of the release.
    pub fn create(&self, path: &str) -> std::io::Result<StagedFile> {
        Ok(StagedFile { file: BufWriter::new(self.open(path)?), hasher: Hasher::default() })
    }

    fn open(&self, path: &str) -> std::io::Result<fs::File> {
        check_inside(path)?;
        if self.stop.is_asked() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let target = self.folder.path().join(path);
        match fs::File::create(&target) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                target.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::File::create(target)
            }
            opened => opened,
        }
    }

    /// Writes one file of the release and returns its SHA-256.
    pub fn write(&self, path: &str, bytes: &[u8]) -> std::io::Result<String> {
        self.open(path)?.write_all(bytes)?;
        Ok(sha256(bytes))
    }

    /// Makes the release visible under its number, then points to it. Returns its folder: `r1` in that of its period, unless an
    /// object store holds what a killed program has left there; then `r1-2`.
    ///
    /// # Errors
    /// A place that cannot be written, or another release that became visible first.
    pub fn commit(self, period: Period, revision: u32, identity: &str) -> Result<Place, PublishError> {
        let Self { folder, right, stop } = self;
        match right.kind {
            RightKind::Lock(lock) => {
                let latest = Latest {
                    period: period.to_string(),
                    revision,
                    path: format!("r{revision}"),
                    identity: identity.to_owned(),
                };
                rename(&lock, folder, &latest, &stop)
            }
            RightKind::Next(announcer) => {
                let from = folder.path();
                let wrong = |source| PublishError::Write { path: from.into(), source };
                let files = Place::from(from).files_below().map_err(wrong)?;
                announcer.publish(WrittenRelease { from, files, period, revision, identity }, &stop)
            }
        }
    }
}

/// Puts a staged folder in the place of its release.
fn rename(lock: &DiskLock, staged: tempfile::TempDir, latest: &Latest, stop: &Stop) -> Result<Place, PublishError> {
    let folder = lock.out.join(&latest.period);
    let release = folder.join(&latest.path);
    let wrong = |source| PublishError::Write { path: release.as_path().into(), source };
    fs::create_dir_all(&folder).map_err(wrong)?;
    readable(staged.path()).map_err(wrong)?;
    sync_tree(staged.path(), stop).map_err(wrong)?;
    fs::rename(staged.path(), &release).map_err(wrong)?;
    // The staging name is gone: what the guard would remove no longer exists.
    let _ = staged.keep();
    sync_folder(&folder).and_then(|()| sync_folder(&lock.out)).map_err(wrong)?;
    write_latest(&folder.as_path().into(), latest).map_err(wrong)?;
    Ok(release.as_path().into())
}

/// What lies below a folder.
struct FolderTree {
    /// Files, and links to whatever it may be.
    files: Vec<PathBuf>,
    /// The folder itself is the first.
    folders: Vec<PathBuf>,
}

impl FolderTree {
    fn below(root: &Path) -> std::io::Result<Self> {
        let mut tree = Self { files: Vec::new(), folders: vec![root.to_owned()] };
        let mut next = 0;
        while let Some(folder) = tree.folders.get(next) {
            next += 1;
            for entry in fs::read_dir(folder)?.collect::<std::io::Result<Vec<fs::DirEntry>>>()? {
                let is_folder = entry.file_type()?.is_dir();
                let found = if is_folder { &mut tree.folders } else { &mut tree.files };
                found.push(entry.path());
            }
        }
        Ok(tree)
    }
}

/// Waits until every file and folder below `root` is on the disk, unless somebody asks to end.
fn sync_tree(root: &Path, stop: &Stop) -> std::io::Result<()> {
    let FolderTree { files, folders } = FolderTree::below(root)?;
    let share = files.len().div_ceil(SYNCED_AT_ONCE).max(1);
    let sync_file = |file: &PathBuf| {
        if stop.is_asked() { Err(std::io::ErrorKind::Interrupted.into()) } else { fs::File::open(file)?.sync_all() }
    };
    let sync_files = |files: &[PathBuf]| files.iter().try_for_each(sync_file);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = files.chunks(share).map(|part| scope.spawn(move || sync_files(part))).collect();
        waiting.into_iter().try_for_each(|thread| {
            thread.join().unwrap_or_else(|_| Err(std::io::Error::other("a thread that waits for the disk broke off")))
        })
    })?;
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

/// Whatever a path was made from: nothing is written outside the release, or in the place of its folders.
fn check_inside(path: &str) -> std::io::Result<()> {
    if is_inner_path(path) {
        return Ok(());
    }
    let message = format!("{path:?} is no path inside a release");
    Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, message))
}

/// A file of a release that is being written. What passes is hashed on its way.
#[derive(Debug)]
pub struct StagedFile {
    file: BufWriter<fs::File>,
    hasher: Hasher,
}

impl StagedFile {
    /// Writes what is still held back and returns the SHA-256 of all of it.
    pub fn finish(mut self) -> std::io::Result<String> {
        self.file.flush()?;
        Ok(self.hasher.finish())
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Staging folders are private; a release may be read by whoever may read its neighbours.
#[cfg(unix)]
fn readable(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
