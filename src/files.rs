//! Small file operations that must not leave half a file behind, and files that tell by themselves whether they are whole.
//! Knows no format.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// Bytes of the hash (BLAKE3) in front of what is remembered.
pub const HASH_BYTES: usize = 32;

/// Writes `bytes` to a temporary name beside `path` and renames it, so that readers see the old file or the new one.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let mut temporary = readable_by_others().tempfile_in(parent)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(parent)
}

/// Waits until the names in a folder are on the disk: a rename alone may be lost with the power.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // The parent of a plain file name is written as nothing.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes what a later run may use again, behind the hash of it, and does not wait until it is on the disk: what is damaged
/// or half written then shows as that, and is made again.
pub fn write_remembered(path: &Path, content: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let mut temporary = readable_by_others().tempfile_in(parent)?;
    temporary.write_all(blake3::hash(content).as_bytes())?;
    temporary.write_all(content)?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// What [`write_remembered`] wrote; `None` where the file is not there or not what was written.
///
/// # Errors
/// The file is there, but the system does not let it be read.
pub fn read_remembered(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let content = bytes.split_off(HASH_BYTES.min(bytes.len()));
    Ok((blake3::hash(&content).as_bytes() == bytes.as_slice()).then_some(content))
}

/// Says that a remembered file was of use now: what was of no use for longest is forgotten first. Where the day of the file
/// cannot be set it is only forgotten sooner.
pub fn mark_used(path: &Path) {
    let file = fs::File::options().append(true).open(path);
    let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
}

/// A file, and when it was last changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: PathBuf,
    pub changed: SystemTime,
}

/// Bytes of all files below a folder. A link counts as a link.
///
/// # Errors
/// A folder that cannot be read.
pub fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    each_file(folder, &mut |_, about| {
        bytes += about.len();
        Ok(())
    })?;
    Ok(bytes)
}

/// The file below a folder that was changed last; `None` where there is none.
///
/// # Errors
/// A folder that cannot be read.
pub fn newest_file(folder: &Path) -> io::Result<Option<ChangedFile>> {
    let mut newest: Option<ChangedFile> = None;
    each_file(folder, &mut |path, about| {
        let changed = about.modified()?;
        if newest.as_ref().is_none_or(|newest| newest.changed < changed) {
            newest = Some(ChangedFile { path: path.to_owned(), changed });
        }
        Ok(())
    })?;
    Ok(newest)
}

fn each_file(folder: &Path, look: &mut dyn FnMut(&Path, &fs::Metadata) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_dir() {
            each_file(&entry.path(), look)?;
        } else {
            look(&entry.path(), &about)?;
        }
    }
    Ok(())
}

/// Makes a file in a folder and removes it again.
///
/// # Errors
/// A folder that cannot be written, or a full disk.
pub fn try_to_write(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".leds-metrics-").tempfile_in(folder)?;
    file.write_all(b"leds-metrics\n")?;
    file.as_file().sync_all()?;
    file.close()
}

/// Makes a folder that only its owner may enter, and closes one that is there already.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// A path as the system knows it, links followed, although its last parts may not be there yet.
pub fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for known in path.ancestors() {
        if let Ok(real) = fs::canonicalize(known) {
            let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
            return rest.components().fold(real, follow);
        }
    }
    path
}

/// One part further along a path that is not there yet.
fn follow(mut path: PathBuf, part: Component<'_>) -> PathBuf {
    if part == Component::ParentDir {
        path.pop();
    } else {
        path.push(part);
    }
    path
}

/// Whether a path, with `/` between its parts, leads to a place below the folder that it is taken from, on every system.
pub fn is_inner_path(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(is_no_part_of_a_name))
}

/// A character that some system, or a list with a line for each path, takes for something else.
fn is_no_part_of_a_name(c: char) -> bool {
    matches!(c, '\\' | ':') || c.is_control()
}

/// Passes bytes on and keeps the first failure: writers of CSV and Parquet hand on its words only.
#[derive(Debug)]
pub struct Watched<W> {
    out: W,
    failure: Option<io::Error>,
}

impl<W: io::Write> Watched<W> {
    /// Watches over `out`.
    pub fn new(out: W) -> Self {
        Self { out, failure: None }
    }

    /// The first failure, if anything failed.
    pub fn into_failure(self) -> Option<io::Error> {
        self.failure
    }

    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let told = io::Error::new(error.kind(), error.to_string());
            self.failure.get_or_insert(error);
            told
        })
    }
}

impl<W: io::Write> io::Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.keep(flushed)
    }
}

/// Temporary files are private by default; what is renamed into place must be as readable as its neighbours.
fn readable_by_others() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only unix has permission bits"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    builder
}
