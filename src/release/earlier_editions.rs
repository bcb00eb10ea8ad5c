//! Public editions of earlier releases: the figures that they showed, and those that they withheld. Readers know both what
//! was shown and what follows from it, so the next edition is made with them in mind.

use std::collections::HashMap;
use std::sync::Arc;

use super::store::{DamagedFile, PUBLIC_FOLDER, PublishError, PublishedRelease, ReleaseFolder, release_folders};
use super::tables::{BREAKDOWNS, OBSERVATIONS, PublishedRows, UnreadableTable, parquet_path};
use crate::place::Place;
use crate::public::Earlier;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::{MetricId, MetricIdError};
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::quantity::Status;

/// Months before and after the periods of a run in which figures of earlier editions may add up with its own.
const REACH: i32 = 11;

/// A public edition of an earlier release that cannot be read: what it showed is not known, so nothing can be published
/// beside it.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    #[error("{path}: the figures of an earlier public edition cannot be read: {message}; nothing was published")]
    Content { path: Place, message: String },
    #[error("the figures of an earlier public edition are not known, so nothing was published")]
    Damaged(#[from] DamagedFile),
    #[error("the figures of an earlier public edition are not known, so nothing was published")]
    Table(#[from] UnreadableTable),
    #[error("the figures of an earlier public edition are not known, so nothing was published")]
    Folder(#[from] PublishError),
}

/// The figures of every public edition below `out` whose periods may add up with those of the run, by release.
pub(super) fn read_earlier(out: &Place, trend: &[Period]) -> Result<Vec<Earlier>, EarlierError> {
    let first = trend.iter().map(|period| period.first).min().map(|month| month.plus(-REACH));
    let last = trend.iter().map(|period| period.last()).max().map(|month| month.plus(REACH));
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for edition in public_releases(out, first)? {
        for table in [OBSERVATIONS, BREAKDOWNS] {
            found.extend(edition.figures(table, Months { first, last })?);
        }
    }
    Ok(found)
}

/// A release that was published with a public edition.
struct EarlierEdition {
    /// Period and revision in words.
    name: Arc<str>,
    release: PublishedRelease,
}

/// Months, both included.
#[derive(Clone, Copy)]
struct Months {
    first: Month,
    last: Month,
}

/// The releases that were published with a public edition; by period, then revision. A release shows its own period and
/// those before: one whose period ends before `first` has nothing to add.
fn public_releases(out: &Place, first: Month) -> Result<Vec<EarlierEdition>, EarlierError> {
    let mut editions = Vec::new();
    for ReleaseFolder { period, revision, folder, .. } in release_folders(out)? {
        if !period.parse::<Period>().is_ok_and(|known| first <= known.last()) {
            continue;
        }
        let release = PublishedRelease::open(&folder)?;
        if release.had_files_below(PUBLIC_FOLDER) {
            editions.push(EarlierEdition { name: format!("{period} r{revision}").into(), release });
        }
    }
    Ok(editions)
}

/// Which figure of a release a row is: metric, category, code and period as they are written.
#[derive(PartialEq, Eq, Hash)]
struct FigureKey {
    metric_id: String,
    category: String,
    org_code: BodyId,
    period: String,
}

/// A row of a result table, as far as it is needed.
struct ResultRow {
    key: FigureKey,
    numerator: Option<i64>,
    denominator: Option<i64>,
    is_suppressed: bool,
}

impl EarlierEdition {
    /// The figures of one table whose periods touch these months: those shown with the counts shown, those withheld with the
    /// counts of the full results.
    fn figures(&self, table: &str, asked: Months) -> Result<Vec<Earlier>, EarlierError> {
        let full = parquet_path(table);
        let public = format!("{PUBLIC_FOLDER}/{full}");
        let wrong = |message: String| EarlierError::Content { path: self.release.folder().join(&public), message };
        let mut found = Vec::new();
        let mut withheld = HashMap::new();
        let mut names: HashMap<String, Arc<str>> = HashMap::new();
        let mut shared =
            |text: &str| Arc::clone(names.entry(text.to_owned()).or_insert_with_key(|text| text.as_str().into()));
        let mut ids: HashMap<String, MetricId> = HashMap::new();
        for row in rows(&self.release, table, &public)? {
            let period: Period = row.key.period.parse().map_err(|error| wrong(format!("{error}")))?;
            if period.last() < asked.first || asked.last < period.first {
                continue;
            }
            let place = Earlier {
                release: Arc::clone(&self.name),
                metric_id: metric_id(&mut ids, &row.key.metric_id).map_err(|error| wrong(error.to_string()))?,
                category: Some(&*row.key.category).filter(|key| !key.is_empty()).map(&mut shared),
                org_code: row.key.org_code.clone(),
                period,
                numerator: row.numerator.unwrap_or(0),
                denominator: row.denominator,
                shown: true,
            };
            if row.is_suppressed {
                withheld.insert(row.key, place);
            } else if row.numerator.is_some() {
                found.push(place);
            }
        }
        if withheld.is_empty() {
            return Ok(found);
        }
        for row in rows(&self.release, table, &full)? {
            if let Some(place) = withheld.remove(&row.key) {
                let numerator = row.numerator.ok_or_else(|| wrong("a withheld figure has no count".to_owned()))?;
                found.push(Earlier { numerator, denominator: row.denominator, shown: false, ..place });
            }
        }
        if withheld.is_empty() {
            Ok(found)
        } else {
            Err(wrong("a withheld figure is not in the full results".to_owned()))
        }
    }
}

/// The id that a text is; rows of one metric share it.
fn metric_id(known: &mut HashMap<String, MetricId>, text: &str) -> Result<MetricId, MetricIdError> {
    if let Some(id) = known.get(text) {
        return Ok(id.clone());
    }
    let id: MetricId = text.parse()?;
    known.insert(text.to_owned(), id.clone());
    Ok(id)
}

fn rows(published: &PublishedRelease, table: &str, file: &str) -> Result<Vec<ResultRow>, EarlierError> {
    let published = PublishedRows::read(table, published.folder().join(file), published.read(file)?)?;
    let mut rows = Vec::new();
    for part in published.parts() {
        let (metrics, codes, periods) = (part.texts("metric_id")?, part.texts("org_code")?, part.texts("period")?);
        let (numerators, denominators) = (part.wholes("numerator")?, part.wholes("denominator")?);
        let statuses = part.texts("status")?;
        // Headline figures have no category.
        let categories = (table == BREAKDOWNS).then(|| part.texts("category")).transpose()?;
        rows.extend((0..part.count()).map(|row| ResultRow {
            key: FigureKey {
                metric_id: metrics.get(row).to_owned(),
                category: categories.map_or("", |categories| categories.get(row)).to_owned(),
                org_code: codes.get(row).into(),
                period: periods.get(row).to_owned(),
            },
            numerator: numerators.get(row),
            denominator: denominators.get(row),
            is_suppressed: statuses.get(row) == Status::Suppressed.as_str(),
        }));
    }
    Ok(rows)
}
