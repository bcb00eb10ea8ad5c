//! A folder of an object store, for callers that wait. Requests run on a thread of their own, so that whoever asks may be
//! anywhere: in a pool, or between two steps of a run.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as StorePath;
use object_store::prefix::PrefixStore;
use object_store::{Attribute, Attributes, Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};
use tokio::runtime::{Builder, Runtime};

use super::PlacedFile;
use super::connect::{Connected, PlaceError, connect};
use crate::vocabulary::stop::Stop;

/// Files that are on their way at once: most of the time goes by while the store works.
const ON_THEIR_WAY: usize = 16;

/// The file that is written and removed again to see whether that can be done.
const TRIAL: &str = ".leds-metrics-trial";

/// A folder of a store.
#[derive(Clone)]
pub struct StoreFolder {
    store: Arc<dyn ObjectStore>,
    names: Arc<FolderNames>,
}

/// How a folder is called; apart, because errors carry it.
struct FolderNames {
    /// Inside the store.
    folder: StorePath,
    /// As it was named, without a stroke at its end.
    location: String,
}

impl StoreFolder {
    pub(super) fn open(location: &str, retry_time: Duration) -> Result<Self, PlaceError> {
        let Connected { store, folder } = connect(location, retry_time)?;
        Ok(Self::named(store, folder, location.trim_end_matches('/').to_owned()))
    }

    /// A folder of a store that a test has made.
    #[cfg(test)]
    pub(crate) fn of(store: Arc<dyn ObjectStore>, location: &str) -> Self {
        Self::named(store, StorePath::default(), location.to_owned())
    }

    fn named(store: Arc<dyn ObjectStore>, folder: StorePath, location: String) -> Self {
        Self { store, names: Arc::new(FolderNames { folder, location }) }
    }

    pub(super) fn location(&self) -> &str {
        &self.names.location
    }

    pub fn name(&self) -> Option<&str> {
        self.names.folder.filename()
    }

    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        let location = format!("{}/{path}", self.names.location);
        Self::named(Arc::clone(&self.store), self.path(path), location)
    }

    pub fn parent(&self) -> Option<Self> {
        let last = self.name()?;
        let folder = self.names.folder.as_ref();
        let above = folder.get(..folder.len() - last.len()).unwrap_or_default().trim_end_matches('/');
        let location = self.names.location.strip_suffix(last)?.trim_end_matches('/').to_owned();
        Some(Self::named(Arc::clone(&self.store), StorePath::parse(above).ok()?, location))
    }

    pub(super) fn holds(&self, other: &Self) -> bool {
        let rest = other.names.location.strip_prefix(&self.names.location);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The store with this folder as its root.
    pub fn rooted(&self) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(Arc::clone(&self.store), self.names.folder.clone()))
    }

    pub(super) fn is_there(&self) -> io::Result<bool> {
        let (store, folder) = self.own();
        wait(async move { Ok(store.list(Some(&folder)).try_next().await?.is_some()) })
    }

    pub(super) fn has_file(&self, path: &str) -> io::Result<bool> {
        let (store, path) = (Arc::clone(&self.store), self.path(path));
        wait(async move {
            match store.head(&path).await {
                Ok(_) => Ok(true),
                Err(Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    pub(super) fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let (store, path) = (Arc::clone(&self.store), self.path(path));
        wait(async move { Ok(store.get(&path).await?.bytes().await?.to_vec()) })
    }

    /// The contents of files below it, in their order.
    ///
    /// # Errors
    /// A file that is not there, or a store that cannot be read.
    pub fn read_each<'p>(&self, paths: impl Iterator<Item = &'p String>) -> io::Result<Vec<Vec<u8>>> {
        let (store, paths) = (Arc::clone(&self.store), paths.map(|path| self.path(path)).collect::<Vec<_>>());
        wait(async move {
            let read = stream::iter(paths).map(|path| {
                let store = Arc::clone(&store);
                async move { Ok(store.get(&path).await?.bytes().await?.to_vec()) }
            });
            read.buffered(ON_THEIR_WAY).try_collect().await
        })
    }

    pub(super) fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        let (store, path) = (Arc::clone(&self.store), self.path(path));
        wait(async move {
            let options = PutOptions { attributes: attributes(path.as_ref()), ..PutOptions::default() };
            store.put_opts(&path, bytes.into(), options).await.map(drop)
        })
    }

    /// Writes a file where there is none. False where there is one with another content.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn write_new(&self, path: &str, bytes: &[u8]) -> io::Result<bool> {
        let (store, path, bytes) = (Arc::clone(&self.store), self.path(path), bytes.to_vec());
        wait(async move { put_new(store.as_ref(), &path, &bytes).await })
    }

    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        let (store, path) = (Arc::clone(&self.store), self.path(path));
        wait(async move { store.delete(&path).await })
    }

    /// Removes every file below it.
    ///
    /// # Errors
    /// A store that cannot be listed or written.
    pub fn remove_all(&self) -> io::Result<()> {
        let (store, folder) = self.own();
        wait(async move {
            let listed: Vec<StorePath> = store.list(Some(&folder)).map_ok(|file| file.location).try_collect().await?;
            let removed: BoxStream<'_, Result<StorePath, Error>> =
                store.delete_stream(stream::iter(listed.into_iter().map(Ok)).boxed());
            let gone = |error: Error| match error {
                Error::NotFound { .. } => Ok(()),
                error => Err(error),
            };
            removed.map(|removed| removed.map(drop).or_else(gone)).try_collect().await
        })
    }

    pub(super) fn folders(&self) -> io::Result<Vec<String>> {
        let (store, folder) = self.own();
        wait(async move {
            let listed = store.list_with_delimiter(Some(&folder)).await?;
            Ok(listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect())
        })
    }

    /// Names of the files in it, and not below.
    ///
    /// # Errors
    /// A store that cannot be listed.
    pub fn files(&self) -> io::Result<Vec<String>> {
        let (store, folder) = self.own();
        wait(async move {
            let listed = store.list_with_delimiter(Some(&folder)).await?;
            Ok(listed.objects.iter().filter_map(|file| file.location.filename().map(str::to_owned)).collect())
        })
    }

    pub(super) fn files_below(&self) -> io::Result<Vec<PlacedFile>> {
        let (store, folder) = self.own();
        wait(async move {
            let listed: Vec<_> = store.list(Some(&folder)).try_collect().await?;
            let placed = |file: object_store::ObjectMeta| {
                let parts = file.location.prefix_match(&folder)?.map(|part| part.as_ref().to_owned());
                Some(PlacedFile { path: parts.collect::<Vec<_>>().join("/"), bytes: file.size })
            };
            Ok(listed.into_iter().filter_map(placed).collect())
        })
    }

    /// Sends files of a folder on the disk to the same paths below this folder, unless somebody asks to end.
    ///
    /// # Errors
    /// A file that cannot be read, a store that cannot be written, or somebody who asks to end.
    pub fn send(&self, from: &Path, files: Vec<PlacedFile>, stop: &Stop) -> io::Result<()> {
        let (store, stop, from) = (Arc::clone(&self.store), stop.clone(), from.to_owned());
        let sent: Vec<Sent> =
            files.into_iter().map(|file| Sent { from: from.join(&file.path), to: self.path(&file.path) }).collect();
        let sending = stream::iter(sent).map(Ok).try_for_each_concurrent(ON_THEIR_WAY, move |file| {
            let (store, stop) = (Arc::clone(&store), stop.clone());
            async move {
                if stop.is_asked() {
                    return Err(io::Error::from(io::ErrorKind::Interrupted));
                }
                let bytes = tokio::fs::read(&file.from).await?;
                let options = PutOptions { attributes: attributes(file.to.as_ref()), ..PutOptions::default() };
                store.put_opts(&file.to, bytes.into(), options).await.map_err(io_error)?;
                Ok(())
            }
        });
        wait_io(sending)
    }

    pub(super) fn try_to_write(&self) -> io::Result<()> {
        self.write(TRIAL, b"leds-metrics\n".to_vec())?;
        self.remove(TRIAL)
    }

    fn path(&self, path: &str) -> StorePath {
        path.split('/').fold(self.names.folder.clone(), StorePath::join)
    }

    fn own(&self) -> (Arc<dyn ObjectStore>, StorePath) {
        (Arc::clone(&self.store), self.names.folder.clone())
    }
}

/// A file on its way.
struct Sent {
    from: PathBuf,
    to: StorePath,
}

impl fmt::Display for StoreFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.location)
    }
}

impl fmt::Debug for StoreFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the store holds of credentials is nobody's to print.
        f.debug_tuple("StoreFolder").field(&self.names.location).finish()
    }
}

/// Puts an object where there is none. False where there is one with another content: one with the same is this one, whose
/// answer was lost on its way.
///
/// # Errors
/// A store that cannot be written.
pub async fn put_new(store: &dyn ObjectStore, path: &StorePath, bytes: &[u8]) -> Result<bool, Error> {
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    let Err(error) = store.put_opts(path, bytes.to_vec().into(), options).await else { return Ok(true) };
    match store.get(path).await {
        Ok(there) => Ok(there.bytes().await? == bytes),
        Err(_) => Err(error),
    }
}

/// The store of a folder on a disk.
pub(super) fn disk_store(path: &Path) -> Result<Arc<dyn ObjectStore>, Error> {
    std::fs::create_dir_all(path).map_err(|source| Error::Generic { store: "local", source: source.into() })?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(path)?))
}

/// What a browser must be told of a file to show it.
fn attributes(path: &str) -> Attributes {
    let kind = match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("pdf") => "application/pdf",
        Some("zip") => "application/zip",
        Some("ods") => "application/vnd.oasis.opendocument.spreadsheet",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("parquet") => "application/vnd.apache.parquet",
        Some("txt" | "sql" | "toml") => "text/plain; charset=utf-8",
        None if path.ends_with("SHA256SUMS") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    Attributes::from_iter([(Attribute::ContentType, kind)])
}

/// Waits for requests to a store.
fn wait<T: Send + 'static>(work: impl Future<Output = Result<T, Error>> + Send + 'static) -> io::Result<T> {
    wait_io(async { work.await.map_err(io_error) })
}

fn wait_io<T: Send + 'static>(work: impl Future<Output = io::Result<T>> + Send + 'static) -> io::Result<T> {
    let lost = || io::Error::other("the thread that speaks with object stores broke off");
    let (answer, question) = mpsc::sync_channel(1);
    // Whoever asked and is gone needs no answer.
    runtime()?.spawn(async move { drop(answer.send(work.await)) });
    question.recv().map_err(|_| lost())?
}

fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let start = || Builder::new_multi_thread().worker_threads(1).thread_name("stores").enable_all().build().ok();
    let none = || io::Error::other("there is no thread to speak with object stores");
    RUNTIME.get_or_init(start).as_ref().ok_or_else(none)
}

fn io_error(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::AlreadyExists { .. } => io::ErrorKind::AlreadyExists,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    fn folder() -> StoreFolder {
        StoreFolder::of(Arc::new(InMemory::new()), "s3://bucket").join("releases")
    }

    #[test]
    fn files_are_written_listed_and_removed_below_the_folder() {
        let folder = folder();
        assert!(!folder.is_there().unwrap() && folder.folders().unwrap().is_empty());
        folder.write("2025-26Q1/r1/a.html", b"a".to_vec()).unwrap();
        folder.write("b.txt", b"bb".to_vec()).unwrap();
        assert_eq!(folder.folders().unwrap(), ["2025-26Q1"]);
        assert_eq!(folder.files().unwrap(), ["b.txt"]);
        let mut below = folder.files_below().unwrap();
        below.sort();
        let paths: Vec<(&str, u64)> = below.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
        assert_eq!(paths, [("2025-26Q1/r1/a.html", 1), ("b.txt", 2)]);
        let inner = folder.join("2025-26Q1/r1");
        assert_eq!((inner.to_string().as_str(), inner.name()), ("s3://bucket/releases/2025-26Q1/r1", Some("r1")));
        assert_eq!(inner.read("a.html").unwrap(), b"a");
        assert!(folder.holds(&inner) && !inner.holds(&folder));
        assert_eq!(inner.parent().unwrap().parent().unwrap().to_string(), "s3://bucket/releases");
        inner.remove_all().unwrap();
        assert!(!inner.is_there().unwrap() && folder.has_file("b.txt").unwrap());
        assert_eq!(inner.read("a.html").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn one_of_two_writes_a_new_file_and_knows_its_own() {
        let folder = folder();
        assert!(folder.write_new("r1.json", b"one").unwrap());
        assert!(!folder.write_new("r1.json", b"other").unwrap());
        assert!(folder.write_new("r1.json", b"one").unwrap(), "the answer to the first request may have been lost");
        assert_eq!(folder.read("r1.json").unwrap(), b"one");
    }

    #[test]
    fn waiting_works_inside_a_runtime_too() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(runtime.block_on(async { folder().write_new("a", b"a") }).unwrap());
    }
}
