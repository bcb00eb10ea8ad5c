//! A folder as a store in which each file stays what it was when it was listed, or cannot be read. It knows no submission.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::Metadata;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, stream};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    OBJECT_STORE_COALESCE_DEFAULT, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result, coalesce_ranges,
};

/// Files that are read in parts, by several statements, over minutes. What was hashed, checked and counted is one and the same
/// content.
#[derive(Debug, Clone)]
pub(super) struct SteadyStore {
    inner: Inner,
    /// The tag of each file when it was listed.
    listed: Arc<RwLock<BTreeMap<Path, String>>>,
}

/// Who tells that a file is another one.
#[derive(Debug, Clone)]
enum Inner {
    /// The system does: every part is compared with the listing after it was read.
    Disk(Arc<LocalFileSystem>),
    /// The store does: it is asked for the content with that tag.
    Store(Arc<dyn ObjectStore>),
}

impl SteadyStore {
    pub(super) fn on_disk(inner: LocalFileSystem) -> Self {
        Self { inner: Inner::Disk(Arc::new(inner)), listed: Arc::default() }
    }

    pub(super) fn of(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner: Inner::Store(inner), listed: Arc::default() }
    }

    /// Takes the tag of a file as it was when it was listed.
    pub(super) fn remember(&self, location: Path, tag: String) {
        self.listed.write().unwrap_or_else(PoisonError::into_inner).insert(location, tag);
    }

    fn inner(&self) -> &dyn ObjectStore {
        match &self.inner {
            Inner::Disk(disk) => disk.as_ref(),
            Inner::Store(store) => store.as_ref(),
        }
    }

    fn tag_of(&self, location: &Path) -> Option<String> {
        self.listed.read().unwrap_or_else(PoisonError::into_inner).get(location).cloned()
    }

    /// An error where a file on a disk is another one than when it was listed.
    fn check(&self, location: &Path) -> Result<()> {
        let Inner::Disk(disk) = &self.inner else { return Ok(()) };
        let listed = self.tag_of(location);
        let metadata = || disk.path_to_filesystem(location).ok()?.metadata().ok();
        if listed.is_none() || listed == metadata().as_ref().map(tag_of) {
            return Ok(());
        }
        Err(changed(location))
    }

    /// Asks a store for the content that was listed.
    fn pinned(&self, location: &Path, options: GetOptions) -> GetOptions {
        match &self.inner {
            Inner::Store(_) if options.if_match.is_none() => GetOptions { if_match: self.tag_of(location), ..options },
            _ => options,
        }
    }
}

/// That a file is another one, whoever has told it.
fn changed(location: &Path) -> Error {
    let source = "the file changed after the source was listed; run again when nothing is written to the source";
    Error::Precondition { path: location.to_string(), source: source.into() }
}

fn as_change(error: Error, location: &Path) -> Error {
    match error {
        Error::Precondition { .. } => changed(location),
        error => error,
    }
}

/// Size, place on the disk, and the times of the last change of content and of anything. A program may set the first time
/// as it likes, but not the second one.
#[cfg(unix)]
pub(super) fn tag_of(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let changed = format!("{:x}.{:x}", metadata.ctime(), metadata.ctime_nsec());
    let modified = format!("{:x}.{:x}", metadata.mtime(), metadata.mtime_nsec());
    format!("{:x}-{modified}-{changed}-{:x}", metadata.ino(), metadata.len())
}

#[cfg(not(unix))]
pub(super) fn tag_of(metadata: &Metadata) -> String {
    format!("{:?}-{:x}", metadata.modified().ok(), metadata.len())
}

impl fmt::Display for SteadyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.inner())
    }
}

#[async_trait::async_trait]
impl ObjectStore for SteadyStore {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.head {
            return self.inner().get_opts(location, options).await;
        }
        let asked = self.inner().get_opts(location, self.pinned(location, options)).await;
        let found = asked.or_else(|error| self.check(location).and(Err(as_change(error, location))))?;
        let (meta, range, attributes) = (found.meta.clone(), found.range.clone(), found.attributes.clone());
        // The content is read before the file is compared, and handed on from memory.
        let bytes = found.bytes().await.or_else(|error| self.check(location).and(Err(error)))?;
        self.check(location)?;
        let payload = GetResultPayload::Stream(stream::once(async move { Ok(bytes) }).boxed());
        Ok(GetResult { payload, meta, range, attributes })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if let Inner::Store(_) = self.inner {
            // Parts that lie close together are read with one request, each for the content that was listed.
            let part = |range: Range<u64>| async move {
                let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
                self.get_opts(location, options).await?.bytes().await
            };
            return coalesce_ranges(ranges, part, OBJECT_STORE_COALESCE_DEFAULT).await;
        }
        // A file that was cut short cannot be read as asked; that it changed is the reason to be told.
        let bytes = self.inner().get_ranges(location, ranges).await;
        self.check(location)?;
        bytes
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner().list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner().list_with_delimiter(prefix).await
    }

    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner().put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner().put_multipart_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner().delete_stream(locations)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner().copy_opts(from, to, options).await
    }
}
