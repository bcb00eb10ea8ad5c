//! What lies below a source's folder in an object store. A store has no folders, no links and no entries that cannot be entered.

use futures::TryStreamExt as _;
use object_store::{ObjectMeta, ObjectStore, Result};

use super::walk::{EntryKind, SourceEntry};

/// Every object, in the order of the paths.
pub(super) async fn list_store(store: &dyn ObjectStore) -> Result<Vec<SourceEntry>> {
    let mut objects: Vec<ObjectMeta> = store.list(None).try_collect().await?;
    objects.sort_unstable_by(|one, other| one.location.cmp(&other.location));
    let is_folder_mark = |at: usize, object: &ObjectMeta| {
        // Programs that show a store as folders put empty objects in the places of folders.
        let next = objects.get(at + 1);
        object.size == 0 && next.is_some_and(|next| next.location.prefix_matches(&object.location))
    };
    let entries = objects.iter().enumerate().filter(|(at, object)| !is_folder_mark(*at, object));
    Ok(entries.map(|(_, object)| entry_of(object)).collect())
}

fn entry_of(object: &ObjectMeta) -> SourceEntry {
    let path = object.location.to_string();
    let kind = match &object.e_tag {
        Some(tag) => EntryKind::File { size: object.size, etag: tag.clone() },
        None => EntryKind::Unusable("has no entity tag, so that nobody can tell whether it changes".to_owned()),
    };
    SourceEntry { path, kind }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt as _;
    use object_store::memory::InMemory;

    use super::*;

    #[tokio::test]
    async fn objects_are_listed_by_path_and_marks_of_folders_are_none() {
        let store = InMemory::new();
        for (path, content) in [("b/c/rows.parquet", "rows"), ("b/c", ""), ("a.txt", ""), ("b/cd.txt", "x")] {
            store.put(&path.into(), content.into()).await.unwrap();
        }
        let entries = list_store(&store).await.unwrap();
        let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["a.txt", "b/c/rows.parquet", "b/cd.txt"]);
        let sizes = entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::File { size, .. } => Some(*size),
            EntryKind::Unusable(_) => None,
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [0, 4, 1]);
    }
}
