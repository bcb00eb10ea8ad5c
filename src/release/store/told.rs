//! What readers are told of a release in the list of releases. A run record says it among much else; in a store, the announcement
//! of a release says it too, so that the list needs no run record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::reading::record_of;
use crate::place::Place;

/// What the run record of a release tells its readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl ToldByRecord {
    /// Reads the run record of a release; `None` where it cannot be read.
    pub(in crate::release) fn of(folder: &Place) -> Option<Self> {
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
