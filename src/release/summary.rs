//! What readers are told of the releases that there are, for the page that lists them: read from their announcements or their run
//! records.

use super::store::{DamagedFile, PublishError, PublishedRelease, ReleaseFolder, ToldByRecord, release_folders};
use super::tables::{ORGANISATIONS, PublishedRows, UnreadableTable, parquet_path};
use crate::place::Place;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;

/// A published release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseSummary {
    pub folder: ReleaseFolder,
    /// `None` where neither an announcement says it nor the run record can be read.
    pub told: Option<ToldByRecord>,
}

/// An organisation as the list of releases names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBody {
    pub code: BodyId,
    pub name: String,
}

impl NamedBody {
    /// Organisations as they are described.
    pub fn all(organisations: &[Organisation]) -> Vec<Self> {
        let named = |one: &Organisation| Self { code: BodyId::clone(&one.code), name: one.name.clone() };
        organisations.iter().map(named).collect()
    }
}

/// Every release below `out`, by period and revision.
///
/// # Errors
/// A folder of releases that cannot be read.
pub fn release_summaries(out: &Place) -> Result<Vec<ReleaseSummary>, PublishError> {
    // Announcements of earlier versions do not say it, and on a disk there are none.
    let told = |folder: &ReleaseFolder| folder.told.clone().or_else(|| ToldByRecord::of(&folder.folder));
    let summary = |folder: ReleaseFolder| ReleaseSummary { told: told(&folder), folder };
    Ok(release_folders(out)?.into_iter().map(summary).collect())
}

/// The organisations of the newest release whose table of them can be read; none where there is none.
pub fn bodies_of_newest(releases: &[ReleaseSummary]) -> Vec<NamedBody> {
    let day = |one: &&ReleaseSummary| one.told.as_ref().map(|told| (told.as_of, told.published_on));
    let mut newest_first: Vec<&ReleaseSummary> = releases.iter().filter(|one| one.told.is_some()).collect();
    newest_first.sort_by_key(|one| std::cmp::Reverse(day(one)));
    newest_first.iter().find_map(|one| bodies_of(&one.folder.folder).ok()).unwrap_or_default()
}

/// A table of organisations that cannot be read.
#[derive(Debug, thiserror::Error)]
enum UnnamedBodies {
    #[error(transparent)]
    Damaged(#[from] DamagedFile),
    #[error(transparent)]
    Table(#[from] UnreadableTable),
}

fn bodies_of(release: &Place) -> Result<Vec<NamedBody>, UnnamedBodies> {
    let path = parquet_path(ORGANISATIONS);
    let content = PublishedRelease::open(release)?.read(&path)?;
    let rows = PublishedRows::read(ORGANISATIONS, release.join(&path), content)?;
    let mut found = Vec::new();
    for part in rows.parts() {
        let (codes, names) = (part.texts("org_code")?, part.texts("full_name")?);
        let bodies =
            (0..part.count()).map(|row| NamedBody { code: codes.get(row).into(), name: names.get(row).to_owned() });
        found.extend(bodies.filter(|one| one.code.is_organisation()));
    }
    Ok(found)
}
