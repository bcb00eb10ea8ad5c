//! What readers are told of the releases that there are: read from their run records, for the page that lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use super::store::{PublishError, ReleaseFolder, record_of, release_folders};

/// A published release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseSummary {
    pub folder: ReleaseFolder,
    /// `None` where the run record cannot be read.
    pub told: Option<ToldByRecord>,
}

/// What the run record of a release tells its readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldByRecord {
    pub as_of: NaiveDate,
    pub published_on: NaiveDate,
    /// Headline figures that the release before had otherwise.
    pub figures_changed: usize,
    /// Folders that hold an edition, such as `national` and `forces/E23000001`.
    pub editions: BTreeSet<String>,
}

#[derive(Deserialize)]
struct SummaryRecord {
    as_of: NaiveDate,
    published_on: NaiveDate,
    counts: RecordedCounts,
    files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RecordedCounts {
    /// Records of earlier versions do not count them.
    #[serde(default)]
    figures_changed: usize,
}

/// Every release below `out`, by period and revision.
///
/// # Errors
/// A folder of releases that cannot be read.
pub fn release_summaries(out: &Path) -> Result<Vec<ReleaseSummary>, PublishError> {
    let summary = |folder: ReleaseFolder| ReleaseSummary { told: ToldByRecord::of(&folder.folder), folder };
    Ok(release_folders(out)?.into_iter().map(summary).collect())
}

impl ToldByRecord {
    fn of(folder: &Path) -> Option<Self> {
        let record: SummaryRecord = serde_json::from_slice(&record_of(folder).ok()?).ok()?;
        let pages = record.files.keys().filter_map(|path| path.strip_suffix("/index.html"));
        Some(Self {
            as_of: record.as_of,
            published_on: record.published_on,
            figures_changed: record.counts.figures_changed,
            editions: pages.map(str::to_owned).collect(),
        })
    }
}
