//! Finds what was submitted: lists an object store, reads the folder names, and pins the submissions that a data date allows.
//! It never opens a file's rows and judges no content.

mod content;
mod layout;
mod listed;
mod pin;
mod steady;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::path::{Error as PathError, Path as StorePath};

use crate::place::Place;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;
use listed::list_store;
use steady::SteadyStore;
use walk::{EntryKind, SourceEntry, WalkError, walk};

pub use content::{SourceContent, hash_content};
pub use layout::{LAYOUT_RULE, ROLLUP_PREFIX, SubmissionKey, SubmittedTable, key_of_recorded, submission_folder};
pub use pin::{CONFLICT_RULE, Pinned, pin};

/// The file at a source's root that says its figures are made up.
pub const SYNTHETIC_MARKER: &str = "SYNTHETIC.txt";

/// A source that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("source {0}: there is no such folder")]
    NoFolder(PathBuf),
    #[error("source {location}")]
    Store {
        location: String,
        #[source]
        source: object_store::Error,
    },
    #[error("source: the listing broke off")]
    BrokeOff(#[from] tokio::task::JoinError),
    #[error("source: {folder} cannot be read")]
    Folder {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "source {0}: holds no submission; expected folders such as \
         transactions/submitted=2025-05-15/org=E23000001/period=2025-04 with Parquet files"
    )]
    Empty(String),
}

/// The months a submission stands for: one for records, any review period for roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthSpan {
    pub first: Month,
    pub last: Month,
}

impl MonthSpan {
    /// Whether the two share a month.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// How many months it has.
    pub fn length(self) -> i32 {
        self.last.months_since(self.first) + 1
    }

    /// Every month of the span.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (0..=self.last.months_since(self.first)).map(move |n| self.first.plus(n))
    }

    /// The period folder's text: the month, or both months of a longer span.
    pub fn text(self) -> String {
        if self.first == self.last { self.first.to_string() } else { format!("{} to {}", self.first, self.last) }
    }
}

/// Organisation and months of a submission; reference datasets have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubmissionScope {
    pub sender: SenderCode,
    pub span: MonthSpan,
}

/// One Parquet file as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    pub path: String,
    pub size: u64,
    /// Entity tag of the store; with path and size it tells whether the file changed.
    pub etag: String,
}

impl SourceFile {
    /// Where the store finds the file. Only paths that it can open are listed.
    pub fn location(&self) -> Result<StorePath, PathError> {
        store_path(&self.path)
    }
}

/// A path of a source as its store knows it, character by character.
pub fn store_path(path: &str) -> Result<StorePath, PathError> {
    StorePath::parse(path)
}

/// Something in the place of a submission's files that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableFile {
    /// Inside the source; names the file or folder to a reader and opens nothing.
    pub path: String,
    /// Follows “the file” in a message.
    pub why: String,
}

/// Everything that one body sent for one table and month on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub table: SubmittedTable,
    pub submitted: NaiveDate,
    /// The day of the first submission for the same table, organisation and months; it decides whether the return was in time.
    pub first_submitted: NaiveDate,
    /// `None` for a reference dataset.
    pub scope: Option<SubmissionScope>,
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    /// Anything here refuses the submission: nobody knows what it lacks.
    pub unusable: Vec<UnusableFile>,
}

impl Submission {
    /// Who sent it; `None` for a reference dataset.
    pub fn sender(&self) -> Option<&SenderCode> {
        self.scope.as_ref().map(|scope| &scope.sender)
    }

    /// The sender's code, or empty for a reference dataset.
    pub fn sender_text(&self) -> &str {
        self.sender().map_or("", |sender| sender.as_str())
    }

    /// Period text, or empty for a reference dataset.
    pub fn period_text(&self) -> String {
        self.scope.as_ref().map_or_else(String::new, |scope| scope.span.text())
    }

    /// A finding about this submission.
    pub fn finding(&self, level: FindingLevel, rule: &str, message: String) -> Finding {
        Finding {
            level,
            rule: rule.to_owned(),
            dataset: self.table.folder(),
            org_code: self.sender().map(|sender| BodyId::clone(sender)),
            period: self.period_text(),
            message,
            ..Finding::default()
        }
    }
}

/// All that a source holds, with what could not be understood.
#[derive(Debug, Default)]
pub struct Listing {
    pub submissions: Vec<Submission>,
    pub findings: Vec<Finding>,
    pub synthetic: bool,
}

/// An opened source.
#[derive(Debug, Clone)]
pub struct Source {
    pub store: Arc<dyn ObjectStore>,
    pub location: String,
    place: Place,
    /// The same store, which is told what was listed.
    steady: SteadyStore,
}

impl Source {
    /// Opens a folder on a disk or in an object store.
    ///
    /// # Errors
    /// A folder on a disk that is not there. Of a store nothing is asked yet.
    pub fn open(place: &Place) -> Result<Self, SourceError> {
        let steady = match place {
            Place::Disk(path) if !path.is_dir() => return Err(SourceError::NoFolder(path.clone())),
            Place::Disk(path) => {
                let store = LocalFileSystem::new_with_prefix(path)
                    .map_err(|source| SourceError::Store { location: place.to_string(), source })?;
                SteadyStore::on_disk(store)
            }
            Place::Store(folder) => SteadyStore::of(folder.rooted()),
        };
        Ok(Self { store: Arc::new(steady.clone()), location: place.to_string(), place: place.clone(), steady })
    }

    /// Lists everything below the root and sorts it into submissions of the `tables` that are known.
    pub async fn list(&self, tables: &BTreeSet<SubmittedTable>) -> Result<Listing, SourceError> {
        let entries = match &self.place {
            Place::Disk(root) => {
                let root = root.clone();
                let entries = tokio::task::spawn_blocking(move || walk(&root)).await?;
                entries.map_err(|WalkError { folder, source }| SourceError::Folder { folder, source })?
            }
            Place::Store(_) => {
                let entries = list_store(self.store.as_ref()).await;
                entries.map_err(|source| SourceError::Store { location: self.location.clone(), source })?
            }
        };
        let listing = sort_into_submissions(entries, tables);
        self.expect(listing.submissions.iter().flat_map(|submission| &submission.files));
        if listing.submissions.is_empty() {
            return Err(SourceError::Empty(self.location.clone()));
        }
        Ok(listing)
    }

    /// Takes files as they were listed, here or by another computer. One that is another by now cannot be read.
    pub fn expect<'f>(&self, files: impl Iterator<Item = &'f SourceFile>) {
        for file in files {
            if let Ok(location) = file.location() {
                self.steady.remember(location, file.etag.clone());
            }
        }
    }
}

/// What was found of one submission.
#[derive(Default)]
struct FoundSubmission {
    files: Vec<SourceFile>,
    unusable: Vec<UnusableFile>,
    /// More than one where two spellings mean the same months.
    folders: BTreeSet<String>,
}

fn sort_into_submissions(entries: Vec<SourceEntry>, tables: &BTreeSet<SubmittedTable>) -> Listing {
    let mut listing = Listing::default();
    let mut grouped: BTreeMap<SubmissionKey, FoundSubmission> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for SourceEntry { path, kind } in entries {
        if path == SYNTHETIC_MARKER {
            listing.synthetic = true;
            continue;
        }
        let key = match &kind {
            EntryKind::File { .. } => layout::parse_path(&path, tables),
            EntryKind::Unusable(why) => layout::parse_unusable(&path, why, tables),
        };
        match (key, kind) {
            (Ok(key), EntryKind::File { size, etag }) => {
                let found = grouped.entry(key).or_default();
                found.folders.extend(path.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
                found.files.push(SourceFile { path, size, etag });
            }
            (Ok(key), EntryKind::Unusable(why)) => {
                grouped.entry(key).or_default().unusable.push(UnusableFile { path, why });
            }
            (Err(problem), _) => {
                if told.insert(problem.subject.clone()) {
                    listing.findings.push(problem.into_finding());
                }
            }
        }
    }
    listing.submissions = grouped.into_iter().map(|(key, found)| submission(key, found)).collect();
    listing
}

fn submission(key: SubmissionKey, mut found: FoundSubmission) -> Submission {
    if found.folders.len() > 1 {
        let folders = found.folders.iter().cloned().collect::<Vec<_>>().join(" and ");
        let why =
            format!("stands for the same months as another folder of the submission: {folders}; keep one of them");
        let twice = found.folders.into_iter().map(|path| UnusableFile { path, why: why.clone() });
        found.unusable.extend(twice);
    }
    let SubmissionKey { table, submitted, scope } = key;
    let FoundSubmission { files, unusable, .. } = found;
    Submission { table, submitted, first_submitted: submitted, scope, files, unusable }
}
