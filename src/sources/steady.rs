//! A local folder as a store in which each file stays what it was when it was listed, or cannot be read.
//! It knows no submission.

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
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// Files that are read in parts, by several statements, over minutes. Every part is compared with the listing after it was
/// read, so that what was hashed, checked and counted is one and the same content.
#[derive(Debug, Clone)]
pub(super) struct SteadyStore {
    inner: Arc<LocalFileSystem>,
    /// What the system said of each file when it was listed.
    listed: Arc<RwLock<BTreeMap<Path, String>>>,
}

impl SteadyStore {
    pub(super) fn new(inner: LocalFileSystem) -> Self {
        Self { inner: Arc::new(inner), listed: Arc::default() }
    }

    /// Takes the tag of a file as it was when it was listed.
    pub(super) fn remember(&self, location: Path, tag: String) {
        self.listed.write().unwrap_or_else(PoisonError::into_inner).insert(location, tag);
    }

    fn metadata(&self, location: &Path) -> Option<Metadata> {
        self.inner.path_to_filesystem(location).ok()?.metadata().ok()
    }

    /// An error where the file is another one than when it was listed.
    fn check(&self, location: &Path) -> Result<()> {
        let listed = self.listed.read().unwrap_or_else(PoisonError::into_inner).get(location).cloned();
        if listed.is_none() || listed == self.metadata(location).as_ref().map(tag_of) {
            return Ok(());
        }
        let source = "the file changed after the source was listed; run again when nothing is written to the source";
        Err(Error::Precondition { path: location.to_string(), source: source.into() })
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
        write!(f, "{}", self.inner)
    }
}

#[async_trait::async_trait]
impl ObjectStore for SteadyStore {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.head {
            return self.inner.get_opts(location, options).await;
        }
        let found =
            self.inner.get_opts(location, options).await.or_else(|error| self.check(location).and(Err(error)))?;
        let (meta, range, attributes) = (found.meta.clone(), found.range.clone(), found.attributes.clone());
        // The content is read before the file is compared, and handed on from memory.
        let bytes = found.bytes().await.or_else(|error| self.check(location).and(Err(error)))?;
        self.check(location)?;
        let payload = GetResultPayload::Stream(stream::once(async move { Ok(bytes) }).boxed());
        Ok(GetResult { payload, meta, range, attributes })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        // A file that was cut short cannot be read as asked; that it changed is the reason to be told.
        let bytes = self.inner.get_ranges(location, ranges).await;
        self.check(location)?;
        bytes
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
