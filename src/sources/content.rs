//! What a file of a source holds: its size and its SHA-256. Reads in blocks, so that memory does not grow with the file.

use std::sync::Arc;

use object_store::path::Path as StorePath;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};

use super::{Source, store_path};
use crate::digest::Hasher;

/// Bytes read at a time for a content hash.
const HASH_BLOCK: u64 = 8 * 1024 * 1024;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceContent {
    pub size: u64,
    pub sha256: String,
}

impl Source {
    /// What the file at a path holds now; `None` where there is no such file.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub async fn content_of(&self, path: &str) -> Result<Option<SourceContent>, Error> {
        let Ok(location) = store_path(path) else { return Ok(None) };
        let size = match self.store.head(&location).await {
            Ok(meta) => meta.size,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(SourceContent { size, sha256: hash_content(&self.store, &location, size).await? }))
    }
}

/// SHA-256 of the content of a file of that size.
pub async fn hash_content(store: &Arc<dyn ObjectStore>, path: &StorePath, size: u64) -> Result<String, Error> {
    let mut hasher = Hasher::default();
    let mut read = 0;
    while read < size {
        let end = size.min(read + HASH_BLOCK);
        hasher.update(&store.get_range(path, read..end).await?);
        read = end;
    }
    Ok(hasher.finish())
}
