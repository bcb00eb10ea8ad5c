//! A folder that files are read from and written to by their paths: on a disk, or in an object store. It knows no release and no
//! submission, and reads in the manner of the caller: whoever asks waits.

mod connect;
mod objects;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;

use crate::files::{is_inner_path, resolved, try_to_write, write_atomically};

pub use self::connect::{PlaceError, USUAL_RETRY_TIME};
pub use self::objects::{StoreFolder, put_new};

/// A file below a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlacedFile {
    /// Below the place, with `/` between the parts.
    pub path: String,
    pub bytes: u64,
}

/// A folder, there already or not.
#[derive(Debug, Clone)]
pub enum Place {
    Disk(PathBuf),
    Store(StoreFolder),
}

impl FromStr for Place {
    type Err = PlaceError;

    /// Takes a path, or an address such as `s3://bucket/folder` or `az://container/folder`, whose credentials come from the
    /// environment. Nothing is asked of a store yet.
    fn from_str(location: &str) -> Result<Self, PlaceError> {
        match location {
            "" => Err(PlaceError::Empty),
            _ if location.contains("://") => Ok(Self::Store(StoreFolder::open(location, USUAL_RETRY_TIME)?)),
            _ => Ok(Self::Disk(location.into())),
        }
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::Disk(path.to_owned())
    }
}

impl Place {
    /// The same place, whose store is asked again until that time has passed.
    ///
    /// # Errors
    /// An address that no store can be opened by.
    pub fn with_retry_time(&self, retry_time: Duration) -> Result<Self, PlaceError> {
        match self {
            Self::Disk(path) => Ok(Self::Disk(path.clone())),
            Self::Store(folder) => Ok(Self::Store(StoreFolder::open(folder.location(), retry_time)?)),
        }
    }

    /// The path, where it is on a disk.
    pub fn on_disk(&self) -> Option<&Path> {
        match self {
            Self::Disk(path) => Some(path),
            Self::Store(_) => None,
        }
    }

    /// A place further down, with `/` between the parts of the path.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        match self {
            Self::Disk(folder) => Self::Disk(folder.join(path)),
            Self::Store(folder) => Self::Store(folder.join(path)),
        }
    }

    /// The place that this one lies in.
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::Disk(path) => resolved(path).parent().map(Self::from),
            Self::Store(folder) => folder.parent().map(Self::Store),
        }
    }

    /// The last part of its path.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Disk(path) => path.file_name()?.to_str(),
            Self::Store(folder) => folder.name(),
        }
    }

    /// Whether the other place is this one or lies in it.
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Disk(one), Self::Disk(other)) => resolved(other).starts_with(resolved(one)),
            (Self::Store(one), Self::Store(other)) => one.holds(other),
            _ => false,
        }
    }

    /// Whether there is a folder. A store has a folder where it has a file below it.
    ///
    /// # Errors
    /// A store that does not say.
    pub fn is_there(&self) -> io::Result<bool> {
        match self {
            Self::Disk(path) => Ok(path.is_dir()),
            Self::Store(folder) => folder.is_there(),
        }
    }

    /// Makes the folder, if it is not there yet. In a store it is there with its first file.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn make(&self) -> io::Result<()> {
        self.on_disk().map_or(Ok(()), fs::create_dir_all)
    }

    /// Whether there is a file at a path below it.
    ///
    /// # Errors
    /// A store that does not say.
    pub fn has_file(&self, path: &str) -> io::Result<bool> {
        match self {
            Self::Disk(folder) => Ok(folder.join(path).is_file()),
            Self::Store(folder) => folder.has_file(path),
        }
    }

    /// The content of a file below it.
    ///
    /// # Errors
    /// No such file, or one that cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Disk(folder) => fs::read(folder.join(path)),
            Self::Store(folder) => folder.read(path),
        }
    }

    /// Writes a file below it, in the place of what was there. Readers see the old file or the new one.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        inner(path)?;
        match self {
            Self::Disk(folder) => write_atomically(&folder.join(path), bytes),
            Self::Store(folder) => folder.write(path, bytes.to_vec()),
        }
    }

    /// Removes a file below it, if it is there.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        inner(path)?;
        let removed = match self {
            Self::Disk(folder) => fs::remove_file(folder.join(path)),
            Self::Store(folder) => folder.remove(path),
        };
        removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
    }

    /// Names of the folders in it, in order; none where it is not there.
    ///
    /// # Errors
    /// A place that cannot be listed.
    pub fn folders(&self) -> io::Result<Vec<String>> {
        let mut names = match self {
            Self::Disk(folder) => folders_on_disk(folder)?,
            Self::Store(folder) => folder.folders()?,
        };
        names.sort_unstable();
        Ok(names)
    }

    /// Every file below it, by path. On a disk a link is a file, and is not entered.
    ///
    /// # Errors
    /// A place that cannot be listed.
    pub fn files_below(&self) -> io::Result<Vec<PlacedFile>> {
        let mut found = match self {
            Self::Disk(folder) => files_on_disk(folder)?,
            Self::Store(folder) => folder.files_below()?,
        };
        found.sort_unstable();
        Ok(found)
    }

    /// Bytes of all files below it.
    ///
    /// # Errors
    /// A place that cannot be listed.
    pub fn bytes_below(&self) -> io::Result<u64> {
        Ok(self.files_below()?.iter().map(|file| file.bytes).sum())
    }

    /// Makes a file and removes it again. In the place of a folder on a disk that is not there yet stands the one in which it
    /// would be made.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn try_to_write(&self) -> io::Result<()> {
        match self {
            Self::Disk(path) => try_to_write(path),
            Self::Store(folder) => folder.try_to_write(),
        }
    }

    /// The store of a place, for whoever reads and writes without waiting; paths are those below the place. A folder on a disk
    /// is made if it is not there yet.
    ///
    /// # Errors
    /// A folder that cannot be made or entered.
    pub fn as_store(&self) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
        match self {
            Self::Disk(path) => objects::disk_store(path),
            Self::Store(folder) => Ok(folder.rooted()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(path) => path.display().fmt(f),
            Self::Store(folder) => folder.fmt(f),
        }
    }
}

impl serde::Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Disk(one), Self::Disk(other)) => one == other,
            (Self::Store(one), Self::Store(other)) => one.location() == other.location(),
            _ => false,
        }
    }
}

impl Eq for Place {}

/// Whatever a path was made from: nothing is written outside the place.
fn inner(path: &str) -> io::Result<()> {
    if is_inner_path(path) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{path:?} is no path inside a folder")))
}

fn folders_on_disk(folder: &Path) -> io::Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().to_str().map(str::to_owned));
        }
    }
    Ok(names)
}

fn files_on_disk(root: &Path) -> io::Result<Vec<PlacedFile>> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, about) = (entry.path(), entry.metadata()?);
            if about.is_dir() {
                open.push(path);
                continue;
            }
            let parts = path.strip_prefix(root).unwrap_or(&path).iter();
            let path = parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            found.push(PlacedFile { path, bytes: about.len() });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_or_removed_outside() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::from(folder.path()).join("in");
        for path in ["../out.txt", "/out.txt", "a/../../out.txt", ""] {
            assert_eq!(place.write(path, b"x").unwrap_err().kind(), io::ErrorKind::InvalidInput, "{path}");
            assert_eq!(place.remove(path).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{path}");
        }
        place.write("a/b.txt", b"x").unwrap();
        assert_eq!(place.read("a/b.txt").unwrap(), b"x");
        assert_eq!(place.folders().unwrap(), ["a"]);
        assert_eq!(place.files_below().unwrap(), [PlacedFile { path: "a/b.txt".to_owned(), bytes: 1 }]);
        place.remove("a/b.txt").unwrap();
        place.remove("a/b.txt").unwrap();
        assert!(!place.has_file("a/b.txt").unwrap() && place.join("b").folders().unwrap().is_empty());
    }

    #[test]
    fn a_place_holds_itself_and_what_lies_below() {
        let place = |path: &str| path.parse::<Place>().unwrap();
        assert!(place("/srv/out").holds(&place("/srv/out/deep")) && place("/srv/out").holds(&place("/srv/out")));
        assert!(!place("/srv/out").holds(&place("/srv/out-work")) && !place("/srv/out/deep").holds(&place("/srv/out")));
    }

    #[test]
    fn an_unknown_kind_of_store_is_named() {
        let message = "ftp://host/folder".parse::<Place>().unwrap_err().to_string();
        assert!(
            message.contains("ftp://host/folder") && message.contains("s3://") && message.contains("az://"),
            "{message}"
        );
    }
}
