//! Finds what was submitted: lists an object store, reads the folder names, and pins the submissions that a data date allows.
//! It never opens a file's rows and judges no content.

mod layout;
mod pin;
mod steady;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::{ObjectMeta, ObjectStore};

use crate::diagnostics::{Finding, FindingLevel};
use crate::period::Month;
use steady::SteadyStore;

pub use layout::{LAYOUT_RULE, ROLLUP_PREFIX, SubmittedTable, submission_folder};
pub use pin::{CONFLICT_RULE, Pinned, pin};

/// The file at a source's root that says its figures are made up.
pub const SYNTHETIC_MARKER: &str = "SYNTHETIC.txt";

/// A source that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("source {0}: there is no such folder")]
    NoFolder(PathBuf),
    #[error("source {0}: only local folders can be read by this version; s3:// and az:// addresses cannot")]
    NoScheme(String),
    #[error("source {location}: {source}")]
    Store {
        location: String,
        #[source]
        source: object_store::Error,
    },
    #[error(
        "source {0}: holds no submission; expected folders such as \
         transactions/submitted=2025-05-15/org=E23000001/period=2025-04 with Parquet files"
    )]
    Empty(String),
}

/// The months a submission stands for: one for records, any review period for roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub first: Month,
    pub last: Month,
}

impl Span {
    /// Whether the two share a month.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
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
pub struct Scope {
    pub org_code: String,
    pub span: Span,
}

/// One Parquet file as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    pub path: String,
    pub size: u64,
    /// Entity tag of the store; with path and size it tells whether the file changed.
    pub etag: String,
}

/// Everything that one body sent for one table and month on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub table: SubmittedTable,
    pub submitted: NaiveDate,
    /// The day of the first submission for the same table, organisation and months; it decides whether the return was in time.
    pub first_submitted: NaiveDate,
    /// `None` for a reference dataset.
    pub scope: Option<Scope>,
    /// Sorted by path.
    pub files: Vec<SourceFile>,
}

impl Submission {
    /// Organisation code, or empty for a reference dataset.
    pub fn org_code(&self) -> &str {
        self.scope.as_ref().map_or("", |scope| &scope.org_code)
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
            org_code: self.org_code().to_owned(),
            period: self.period_text(),
            path: String::new(),
            column: String::new(),
            rows: 0,
            message,
            failing_rows: String::new(),
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
}

impl Source {
    /// Opens a folder. Object store addresses are recognised and refused in words until they are supported.
    pub fn open(location: &str) -> Result<Self, SourceError> {
        if location.contains("://") {
            return Err(SourceError::NoScheme(location.to_owned()));
        }
        let path = Path::new(location);
        if !path.is_dir() {
            return Err(SourceError::NoFolder(path.to_owned()));
        }
        let store = LocalFileSystem::new_with_prefix(path)
            .map_err(|source| SourceError::Store { location: location.to_owned(), source })?;
        Ok(Self { store: Arc::new(SteadyStore::new(store)), location: location.to_owned() })
    }

    /// Lists everything below the root and sorts it into submissions of the `tables` that are known.
    pub async fn list(&self, tables: &BTreeSet<SubmittedTable>) -> Result<Listing, SourceError> {
        let objects: Vec<ObjectMeta> = self
            .store
            .list(None)
            .try_collect()
            .await
            .map_err(|source| SourceError::Store { location: self.location.clone(), source })?;
        let listing = sort_into_submissions(objects, tables);
        if listing.submissions.is_empty() {
            return Err(SourceError::Empty(self.location.clone()));
        }
        Ok(listing)
    }
}

type SubmissionKey = (SubmittedTable, NaiveDate, Option<Scope>);

fn sort_into_submissions(mut objects: Vec<ObjectMeta>, tables: &BTreeSet<SubmittedTable>) -> Listing {
    objects.sort_by(|a, b| a.location.as_ref().cmp(b.location.as_ref()));
    let mut listing = Listing::default();
    let mut grouped: BTreeMap<SubmissionKey, Vec<SourceFile>> = BTreeMap::new();
    let mut unknown_folders = BTreeSet::new();
    for object in objects {
        let path = object.location.to_string();
        if path == SYNTHETIC_MARKER {
            listing.synthetic = true;
            continue;
        }
        match layout::parse_path(&path, tables) {
            Ok(key) => {
                let etag = object.e_tag.unwrap_or_else(|| object.last_modified.to_rfc3339());
                grouped.entry(key).or_default().push(SourceFile { path, size: object.size, etag });
            }
            Err(problem) => {
                if unknown_folders.insert(problem.subject.clone()) {
                    listing.findings.push(problem.into_finding());
                }
            }
        }
    }
    listing.submissions = grouped
        .into_iter()
        .map(|((table, submitted, scope), files)| Submission {
            table,
            submitted,
            first_submitted: submitted,
            scope,
            files,
        })
        .collect();
    listing
}
