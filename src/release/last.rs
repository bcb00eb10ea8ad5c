//! The release before this one, as it was published: its figures, and the returns that they rested on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::Deserialize;

use super::Release;
use super::store::{DamagedFile, PublishError, PublishedRelease, RECORD, read_latest, record_of};
use super::tables::{BREAKDOWNS, OBSERVATIONS, PublishedRows, UnreadableTable, VERDICTS, parquet_path};
use crate::place::Place;
use crate::sources::{SubmissionKey, SubmissionScope, SubmittedTable, key_of_recorded};
use crate::verdict::Attention;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Unit;

/// A release that cannot be read. The run goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum LastReleaseError {
    #[error(transparent)]
    Damaged(#[from] DamagedFile),
    #[error("{path}: {message}")]
    Content { path: Place, message: String },
    #[error(transparent)]
    Table(#[from] UnreadableTable),
    #[error(transparent)]
    Folder(#[from] PublishError),
}

impl LastReleaseError {
    /// That changes since the last release are not listed.
    pub fn finding(&self) -> Finding {
        let message =
            format!("the last release cannot be read, so nothing says what has changed since: {}", with_causes(self));
        Finding {
            level: FindingLevel::Warning,
            rule: "last_release".to_owned(),
            dataset: "releases".to_owned(),
            message,
            ..Finding::default()
        }
    }
}

/// The latest release of the same period, or else of the period before.
#[derive(Debug)]
pub struct LastRelease {
    /// Period and revision, such as `2025-26Q1 r1`.
    pub(super) name: String,
    pub(super) as_of: NaiveDate,
    pub(super) figures: PublishedFigures,
    pub(super) returns: RecordedReturns,
    /// Figures of organisations that asked somebody to act; `None` of a release that says nothing of that.
    to_act_on: Option<BTreeSet<FigureToActOn>>,
}

/// A figure that asks somebody to act: surely and clearly worse, or clearly short of its standard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FigureToActOn {
    pub org_code: BodyId,
    pub metric_id: String,
}

/// Headline figures by metric, code and period.
pub(super) type PublishedFigures = HashMap<String, HashMap<BodyId, BTreeMap<Period, LastFigure>>>;

/// A figure as it was published.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LastFigure {
    pub(super) version: u32,
    pub(super) numerator: Option<i64>,
    pub(super) denominator: Option<i64>,
    pub(super) value: Option<f64>,
    /// `None` of a unit that this program does not know.
    pub(super) unit: Option<Unit>,
    pub(super) status: String,
}

/// A return: what one organisation hands in for one table and months.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReturnOf {
    pub(super) table: SubmittedTable,
    pub(super) scope: SubmissionScope,
}

/// The latest submission of each return, as a run record lists its files.
#[derive(Debug, Default)]
pub(super) struct RecordedReturns {
    /// Those in use.
    pub(super) accepted: BTreeMap<ReturnOf, AcceptedReturn>,
    /// Those that a check refused, with the day of their submission.
    pub(super) refused: BTreeMap<ReturnOf, NaiveDate>,
}

/// A return that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AcceptedReturn {
    pub(super) submitted: NaiveDate,
    /// Of its files.
    pub(super) hashes: BTreeSet<String>,
}

/// A file of a record: its path, its hash, and whether the checks let it in.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordedFile<'f> {
    pub(super) path: &'f str,
    pub(super) sha256: &'f str,
    pub(super) used: bool,
}

#[derive(Deserialize)]
struct LastRecord {
    as_of: NaiveDate,
    inputs: Vec<RecordedInput>,
}

#[derive(Deserialize)]
struct RecordedInput {
    path: String,
    sha256: String,
    used: bool,
}

impl LastRelease {
    /// Period and revision, such as `2025-26Q1 r1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Figures of organisations that ask somebody to act in a release, and did not in this one; `None` where this one says nothing of
    /// that.
    pub fn new_to_act_on(&self, release: &Release) -> Option<BTreeSet<FigureToActOn>> {
        let to_act_on = self.to_act_on.as_ref()?;
        let verdicts = release.verdicts.all().iter().filter(|one| one.attention == Attention::Act);
        let now = verdicts
            .filter(|one| one.org_code.is_organisation())
            .map(|one| FigureToActOn { org_code: one.org_code.clone(), metric_id: one.metric_id.to_string() });
        Some(now.filter(|one| !to_act_on.contains(one)).collect())
    }

    /// Reads the release before the next one of a period; `None` where nothing was published yet.
    ///
    /// # Errors
    /// A record or table of it that is missing or cannot be read.
    pub fn read(out: &Place, period: Period) -> Result<Option<Self>, LastReleaseError> {
        let latest = match read_latest(out, period)? {
            Some(latest) => Some((period, latest)),
            None => read_latest(out, period.step(-1))?.map(|latest| (period.step(-1), latest)),
        };
        let Some((of, latest)) = latest else { return Ok(None) };
        let folder = out.join(&of.to_string()).join(&latest.path);
        let wrong = |error: serde_json::Error| LastReleaseError::Content {
            path: folder.join(RECORD),
            message: error.to_string(),
        };
        let record: LastRecord = serde_json::from_slice(&record_of(&folder)?).map_err(wrong)?;
        let release = PublishedRelease::open(&folder)?;
        let path = parquet_path(OBSERVATIONS);
        let rows = PublishedRows::read(OBSERVATIONS, folder.join(&path), release.read(&path)?)?;
        let files = record.inputs.iter();
        let files = files.map(|file| RecordedFile { path: &file.path, sha256: &file.sha256, used: file.used });
        Ok(Some(Self {
            name: format!("{of} r{}", latest.revision),
            as_of: record.as_of,
            returns: RecordedReturns::of(files),
            figures: figures_of(&rows)?,
            // Releases of earlier versions have no verdicts.
            to_act_on: figures_to_act_on(&release).ok(),
        }))
    }
}

fn figures_to_act_on(release: &PublishedRelease) -> Result<BTreeSet<FigureToActOn>, LastReleaseError> {
    let path = parquet_path(VERDICTS);
    let rows = PublishedRows::read(VERDICTS, release.folder().join(&path), release.read(&path)?)?;
    let mut found = BTreeSet::new();
    for part in rows.parts() {
        let (codes, metrics) = (part.texts("org_code")?, part.texts("metric_id")?);
        let attention = part.texts("attention")?;
        let to_act_on = (0..part.count()).filter(|row| attention.get(*row) == Attention::Act.as_str());
        found.extend(
            to_act_on
                .map(|row| FigureToActOn { org_code: codes.get(row).into(), metric_id: metrics.get(row).to_owned() }),
        );
    }
    Ok(found)
}

fn figures_of(rows: &PublishedRows) -> Result<PublishedFigures, UnreadableTable> {
    let mut figures = PublishedFigures::new();
    for PlacedFigure { place, figure } in figure_rows(rows)? {
        let of_metric = figures.entry(place.metric_id).or_default();
        of_metric.entry(place.org_code).or_default().insert(place.period, figure);
    }
    Ok(figures)
}

/// Which figure of a release a row is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PublishedPlace {
    pub(super) metric_id: String,
    /// Empty for a headline figure.
    pub(super) category: String,
    pub(super) org_code: BodyId,
    pub(super) period: Period,
}

/// A row of a table of figures.
pub(super) struct PlacedFigure {
    pub(super) place: PublishedPlace,
    pub(super) figure: LastFigure,
}

/// The figures of one table, in its order.
pub(super) fn figure_rows(published: &PublishedRows) -> Result<Vec<PlacedFigure>, UnreadableTable> {
    let mut found = Vec::new();
    for part in published.parts() {
        let (metrics, codes, periods) = (part.texts("metric_id")?, part.texts("org_code")?, part.texts("period")?);
        let (versions, statuses) = (part.versions("metric_version")?, part.texts("status")?);
        let (numerators, denominators) = (part.wholes("numerator")?, part.wholes("denominator")?);
        let values = part.decimals("value")?;
        let units = part.texts("unit").ok();
        // Headline figures have no category.
        let categories = published.is_of(BREAKDOWNS).then(|| part.texts("category")).transpose()?;
        for row in 0..part.count() {
            let figure = LastFigure {
                version: versions.get(row).ok_or_else(|| published.wrong("a figure has no metric_version"))?,
                numerator: numerators.get(row),
                denominator: denominators.get(row),
                value: values.get(row),
                unit: units.and_then(|units| Unit::named(units.get(row))),
                status: statuses.get(row).to_owned(),
            };
            let period = periods.get(row);
            let place = PublishedPlace {
                metric_id: metrics.get(row).to_owned(),
                category: categories.map_or("", |categories| categories.get(row)).to_owned(),
                org_code: codes.get(row).into(),
                period: period
                    .parse()
                    .map_err(|_| published.wrong(format!("“{period}” is not what column period holds")))?,
            };
            found.push(PlacedFigure { place, figure });
        }
    }
    Ok(found)
}

/// The latest submission of one return.
struct LatestFiles {
    submitted: NaiveDate,
    hashes: BTreeSet<String>,
    used: bool,
}

impl RecordedReturns {
    /// A return whose latest submission was refused counts as refused, although the one before it was accepted: no figure
    /// rests on that any more.
    pub(super) fn of<'f>(files: impl Iterator<Item = RecordedFile<'f>>) -> Self {
        let mut latest: BTreeMap<ReturnOf, LatestFiles> = BTreeMap::new();
        for file in files {
            let Some(SubmissionKey { table, submitted, scope: Some(scope) }) = key_of_recorded(file.path) else {
                continue;
            };
            let none = LatestFiles { submitted, hashes: BTreeSet::new(), used: true };
            let slot = latest.entry(ReturnOf { table, scope }).or_insert(none);
            if submitted > slot.submitted {
                *slot = LatestFiles { submitted, hashes: BTreeSet::new(), used: true };
            }
            if submitted == slot.submitted {
                slot.hashes.insert(file.sha256.to_owned());
                slot.used &= file.used;
            }
        }
        let mut returns = Self::default();
        for (of, LatestFiles { submitted, hashes, used }) in latest {
            if used {
                returns.accepted.insert(of, AcceptedReturn { submitted, hashes });
            } else {
                returns.refused.insert(of, submitted);
            }
        }
        returns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_submission_of_a_return_counts_and_none_where_it_was_refused() {
        let path = |day: &str| format!("arrest_summons/submitted={day}/org=E1/period=2025-04/rows.parquet");
        let (first, second) = (path("2025-05-10"), path("2025-06-10"));
        let file = |path, sha256, used| RecordedFile { path, sha256, used };
        let found = RecordedReturns::of([file(&second, "b", true), file(&first, "a", true)].into_iter());
        let (submitted, hashes) = ("2025-06-10".parse().unwrap(), BTreeSet::from(["b".to_owned()]));
        assert_eq!(found.accepted.into_values().collect::<Vec<_>>(), [AcceptedReturn { submitted, hashes }]);
        let found = RecordedReturns::of([file(&first, "a", true), file(&second, "b", false)].into_iter());
        assert!(found.accepted.is_empty() && found.refused.len() == 1);
    }
}
