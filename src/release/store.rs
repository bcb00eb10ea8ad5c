//! Puts a finished release in its place in one step, and keeps every other one whole.
//! Writes into a staging folder, waits until that is on the disk, renames it, then moves the pointer; it makes no content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::manifest::{MANIFEST, Manifest};
use crate::digest::{Hasher, sha256};
use crate::files::{is_inner_path, sync_folder, write_atomically};
use crate::vocabulary::period::Period;
use crate::vocabulary::stop::Stop;

const STAGING_PREFIX: &str = ".staging-";
const LOCK_FILE: &str = ".lock";

/// The file of a release that names the others.
pub const RECORD: &str = "run-record.json";

/// Folder of the public edition inside a release.
pub const PUBLIC_FOLDER: &str = "public";

/// Files that are waited for at once: most of the time goes by while the disk writes, not while a thread works.
const SYNCED_AT_ONCE: usize = 16;

/// How often, and after what pauses, a held lock is tried before somebody else is taken to be at work.
const MOST_LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A release that could not be put in place. Whatever stood before still stands.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("release folder {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("release folder {path} cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("release folder {0}: another run is publishing there; wait for it to end")]
    Locked(PathBuf),
    #[error("{path}: does not say which revisions were removed; write the number of the last one into it again")]
    RemovedUnreadable {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error(
        "release folder {folder}: holds revision {last}, and there is no number after that; give that folder another name"
    )]
    NoRevisionLeft { folder: PathBuf, last: u32 },
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

/// Reads the pointer of a period; `None` when nothing was published or the pointer cannot be read.
pub fn read_latest(out: &Path, period: Period) -> Option<Latest> {
    latest_in(&out.join(period.to_string()))
}

/// The same of a folder of a period's releases.
pub fn latest_in(folder: &Path) -> Option<Latest> {
    serde_json::from_slice(&fs::read(folder.join(POINTER)).ok()?).ok()
}

/// Makes a release the latest one of the folder of its period.
///
/// # Errors
/// Whatever hinders writing.
pub fn write_latest(folder: &Path, latest: &Latest) -> std::io::Result<()> {
    write_atomically(&folder.join(POINTER), &serde_json::to_vec_pretty(latest)?)
}

/// A file of a release that cannot be read, or is not what the run record of its release says.
#[derive(Debug, thiserror::Error)]
#[error("{path}: this file of a release {damage}; restore the release from a copy")]
pub struct DamagedFile {
    path: PathBuf,
    damage: String,
}

impl DamagedFile {
    /// A run record that does not say what one says.
    pub(super) fn no_record(folder: &Path, error: &serde_json::Error) -> Self {
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
    folder: PathBuf,
    /// SHA-256 by path.
    files: BTreeMap<String, String>,
}

impl PublishedRelease {
    /// Reads the run record of a release.
    ///
    /// # Errors
    /// Where the record is missing or damaged.
    pub fn open(folder: &Path) -> Result<Self, DamagedFile> {
        let RecordedFiles { files } =
            serde_json::from_slice(&record_of(folder)?).map_err(|error| DamagedFile::no_record(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), files })
    }

    /// The content of a file.
    ///
    /// # Errors
    /// Where it is missing, or another content than was published.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, DamagedFile> {
        let damaged = |damage: String| DamagedFile { path: self.folder.join(path), damage };
        let recorded = self.files.get(path).ok_or_else(|| damaged(format!("is not named in {RECORD}")))?;
        let bytes = fs::read(self.folder.join(path)).map_err(|error| damaged(format!("cannot be read ({error})")))?;
        if sha256(&bytes) == *recorded {
            return Ok(bytes);
        }
        Err(damaged(format!("is damaged: its SHA-256 is not the one in {RECORD}")))
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
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

    fn is_whole(&self) -> bool {
        self.has_its_manifest() && self.files.par_iter().all(|(path, _)| self.read(path).is_ok())
    }

    /// Whether the manifest is there and is that of the run record.
    fn has_its_manifest(&self) -> bool {
        let record = record_of(&self.folder).map(|record| sha256(&record));
        let wanted = record.map(|record| manifest_of(&self.files, record).text());
        wanted.is_ok_and(|wanted| fs::read(self.folder.join(MANIFEST)).is_ok_and(|there| there == wanted.as_bytes()))
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
pub fn record_of(folder: &Path) -> Result<Vec<u8>, DamagedFile> {
    content_of(folder, RECORD)
}

/// Whatever the file of a release holds now.
///
/// # Errors
/// Where it cannot be read.
pub fn content_of(folder: &Path, path: &str) -> Result<Vec<u8>, DamagedFile> {
    let path = folder.join(path);
    fs::read(&path).map_err(|error| DamagedFile { path, damage: format!("cannot be read ({error})") })
}

/// SHA-256 by path of every file below a folder, with `/` between the parts of the path; why there is none, for a file that
/// cannot be read. Links are files, and are not entered.
///
/// # Errors
/// A folder that cannot be listed.
pub fn hashes_below(root: &Path) -> Result<BTreeMap<String, Result<String, String>>, DamagedFile> {
    let tree = FolderTree::below(root)
        .map_err(|error| DamagedFile { path: root.to_owned(), damage: format!("cannot be listed ({error})") })?;
    let hash = |file: &PathBuf| {
        let parts = file.strip_prefix(root).unwrap_or(file).iter();
        let path = parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let content = fs::read(file).map_err(|error| format!("cannot be read ({error})"));
        (path, content.map(|content| sha256(&content)))
    };
    Ok(tree.files.par_iter().map(hash).collect())
}

/// Whether the release that a pointer names is there, with every file as its run record says.
pub fn is_whole(out: &Path, latest: &Latest) -> bool {
    PublishedRelease::open(&out.join(&latest.period).join(&latest.path)).is_ok_and(|release| release.is_whole())
}

/// A release by its place in the folder of releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleaseFolder {
    pub period: String,
    pub revision: u32,
    pub folder: PathBuf,
}

/// Every release below `out`, by period and revision; none below a folder that is not there yet.
///
/// # Errors
/// A folder that cannot be read.
pub fn release_folders(out: &Path) -> Result<Vec<ReleaseFolder>, PublishError> {
    let mut found = Vec::new();
    for folder in folders_in(out)? {
        found.extend(releases_of(&folder)?);
    }
    found.sort();
    Ok(found)
}

/// The releases in the folder of a period.
fn releases_of(period: &Path) -> Result<Vec<ReleaseFolder>, PublishError> {
    let release = |folder: PathBuf| {
        let revision = name_of(&folder)?.strip_prefix('r')?.parse().ok()?;
        Some(ReleaseFolder { period: name_of(period)?.to_owned(), revision, folder })
    };
    Ok(folders_in(period)?.into_iter().filter_map(release).collect())
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// The folders inside a folder; none where it is not there yet.
fn folders_in(path: &Path) -> Result<Vec<PathBuf>, PublishError> {
    let wrong = |source| PublishError::Read { path: path.to_owned(), source };
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(path).map_err(wrong)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>();
    Ok(paths.map_err(wrong)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// What `{out}/{period}/removed.json` says, once every release of a period was removed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct RemovedReleases {
    /// The number of the last one. No other release gets a number that readers have seen.
    last_revision: u32,
}

/// The file of a period's folder that says what was there.
const REMOVED: &str = "removed.json";

fn removed_in(folder: &Path) -> Result<RemovedReleases, PublishError> {
    let path = folder.join(REMOVED);
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|source| PublishError::RemovedUnreadable { path, source }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(RemovedReleases::default()),
        Err(source) => Err(PublishError::Read { path, source }),
    }
}

/// The number that the next release of a period gets: no release had it before, though it was removed.
///
/// # Errors
/// Where no number is left, or the folder of the period cannot be read.
pub fn next_revision(out: &Path, period: Period) -> Result<u32, PublishError> {
    let folder = out.join(period.to_string());
    let last = releases_of(&folder)?.iter().map(|one| one.revision).max().unwrap_or(0);
    let last = last.max(if folder.is_dir() { removed_in(&folder)?.last_revision } else { 0 });
    last.checked_add(1).ok_or(PublishError::NoRevisionLeft { folder: folder.join(format!("r{last}")), last })
}

/// The right to change a folder of releases, which one program has at a time. The system takes it back when the program ends.
#[derive(Debug)]
pub struct WritingRight {
    out: PathBuf,
    _lock: fs::File,
}

impl WritingRight {
    /// Locks `out` and clears what a killed program left behind.
    ///
    /// # Errors
    /// Another program has the right, or the folder cannot be written.
    pub fn take(out: &Path) -> Result<Self, PublishError> {
        let wrong = |source| PublishError::Write { path: out.to_owned(), source };
        fs::create_dir_all(out).map_err(wrong)?;
        let lock = fs::File::create(out.join(LOCK_FILE)).map_err(wrong)?;
        // Who only looks whether somebody has the lock holds it for a moment.
        let mut looks = 1;
        while lock.try_lock().is_err() {
            if looks == MOST_LOOKS {
                return Err(PublishError::Locked(out.to_owned()));
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

    /// A folder in the same file system that nobody sees; dropped, it is removed.
    fn hidden_folder(&self) -> std::io::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix(STAGING_PREFIX).tempdir_in(&self.out)
    }

    /// Removes a release. It loses its name in one step, and that is on the disk before the first file goes: a program that is
    /// killed meanwhile leaves a folder that nobody sees, and the next one clears it away.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn remove(&self, release: &ReleaseFolder) -> Result<(), PublishError> {
        let wrong = |source| PublishError::Write { path: release.folder.clone(), source };
        let hidden = self.hidden_folder().map_err(wrong)?;
        fs::rename(&release.folder, hidden.path().join("removed")).map_err(wrong)?;
        let names = release.folder.parent().map_or(Ok(()), sync_folder);
        names.and_then(|()| sync_folder(hidden.path())).map_err(wrong)?;
        hidden.close().map_err(wrong)
    }

    /// Says that every release of a period is about to go, up to the last one: nothing points to them any more, and their
    /// numbers stay taken.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn close_period(&self, period: Period, last_revision: u32) -> Result<(), PublishError> {
        let folder = self.out.join(period.to_string());
        let wrong = |source| PublishError::Write { path: folder.clone(), source };
        let text = serde_json::to_vec_pretty(&RemovedReleases { last_revision });
        let text = text.map_err(|error| wrong(error.into()))?;
        write_atomically(&folder.join(REMOVED), &text).map_err(wrong)?;
        match fs::remove_file(folder.join(POINTER)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(wrong(error)),
            _ => sync_folder(&folder).map_err(wrong),
        }
    }
}

/// Whether another program is changing a folder of releases now.
pub fn is_being_written(out: &Path) -> bool {
    fs::File::open(out.join(LOCK_FILE)).is_ok_and(|lock| lock.try_lock().is_err())
}

/// A release under construction. Nobody sees it until [`Staging::commit`]; dropped before, it is removed.
#[derive(Debug)]
pub struct Staging {
    folder: tempfile::TempDir,
    /// Held until the end, so that two runs cannot publish into one folder at once.
    right: WritingRight,
    stop: Stop,
}

impl Staging {
    /// Locks `out`, clears what a killed run left behind, and opens a staging folder, which takes no more files once somebody
    /// asks to end.
    pub fn begin(out: &Path, stop: &Stop) -> Result<Self, PublishError> {
        let right = WritingRight::take(out)?;
        let wrong = |source| PublishError::Write { path: out.to_owned(), source };
        let folder = right.hidden_folder().map_err(wrong)?;
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

    /// Makes the release visible under its number, then points to it. Returns its folder.
    pub fn commit(self, period: Period, revision: u32, identity: &str) -> Result<PathBuf, PublishError> {
        let folder = self.right.out.join(period.to_string());
        let release = folder.join(format!("r{revision}"));
        let wrong = |source| PublishError::Write { path: release.clone(), source };
        fs::create_dir_all(&folder).map_err(wrong)?;
        readable(self.folder.path()).map_err(wrong)?;
        sync_tree(self.folder.path(), &self.stop).map_err(wrong)?;
        fs::rename(self.folder.path(), &release).map_err(wrong)?;
        // The staging name is gone: what the guard would remove no longer exists.
        let _ = self.folder.keep();
        sync_folder(&folder).and_then(|()| sync_folder(&self.right.out)).map_err(wrong)?;
        let latest = Latest {
            period: period.to_string(),
            revision,
            path: format!("r{revision}"),
            identity: identity.to_owned(),
        };
        write_latest(&folder, &latest).map_err(wrong)?;
        Ok(release)
    }
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
