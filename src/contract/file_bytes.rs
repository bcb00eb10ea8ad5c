//! The bytes of one file: of its store, or of memory where all of the file has been read.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path as StorePath;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};

use crate::digest::Hasher;
use crate::sources::{SourceFile, hash_content};

/// Where the bytes of a file are read.
pub(super) enum FileBytes<'a> {
    InStore { store: &'a Arc<dyn ObjectStore>, location: StorePath },
    Whole(Bytes),
}

impl<'a> FileBytes<'a> {
    /// Leaves the bytes in the store.
    pub(super) fn in_store(store: &'a Arc<dyn ObjectStore>, file: &SourceFile) -> Result<Self, Error> {
        Ok(Self::InStore { store, location: file.location()? })
    }

    /// Reads all of the file.
    pub(super) async fn whole(store: &Arc<dyn ObjectStore>, file: &SourceFile) -> Result<Self, Error> {
        // No store is asked for a part without a byte.
        let bytes =
            if file.size == 0 { Bytes::new() } else { store.get_range(&file.location()?, 0..file.size).await? };
        Ok(Self::Whole(bytes))
    }

    /// Some of the bytes, which lie inside the file.
    pub(super) async fn range(&self, range: Range<u64>) -> Result<Bytes, Error> {
        match self {
            Self::InStore { store, location } => store.get_range(location, range).await,
            Self::Whole(bytes) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes.slice(place(range.start)..place(range.end)))
            }
        }
    }

    /// SHA-256 of all of them.
    pub(super) async fn sha256(&self, file: &SourceFile) -> Result<String, Error> {
        match self {
            Self::InStore { store, location } => hash_content(store, location, file.size).await,
            Self::Whole(bytes) => {
                let mut hasher = Hasher::default();
                hasher.update(bytes);
                Ok(hasher.finish())
            }
        }
    }
}
