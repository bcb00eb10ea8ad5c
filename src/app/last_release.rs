//! What has changed since the last release: its figures and returns beside those of this run.
//! Reads what was published below the folder of releases; the differences become rows of `results/revisions`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::definitions::references::RETURNS;
use crate::lateness::{Changes, Revision, RevisionKind, RevisionSide, reason_of};
use crate::metrics::{ReturnChanges, groups, months_used, sources_of};
use crate::release::Release;
use crate::release::record::InputFile;
use crate::release::store::{DamagedFile, PublishedRelease, RECORD, read_latest, record_of};
use crate::release::tables::{OBSERVATIONS, PublishedRows, UnreadableTable, parquet_path};
use crate::sources::ROLLUP_PREFIX;
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period, whole_months_after};

/// Six decimals of a published value leave this much open.
const ROUNDING: f64 = 0.6e-6;

/// A release that cannot be read. The run goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum LastReleaseError {
    #[error(transparent)]
    Damaged(#[from] DamagedFile),
    #[error("{path}: {message}")]
    Content { path: PathBuf, message: String },
    #[error(transparent)]
    Table(#[from] UnreadableTable),
}

/// The release before this one: the latest of the same period, or else of the period before.
#[derive(Debug)]
pub struct LastRelease {
    /// Period and revision, such as `2025-26Q1 r1`.
    name: String,
    as_of: NaiveDate,
    figures: PublishedFigures,
    returns: Returns,
}

/// By metric, code and period.
type PublishedFigures = HashMap<String, HashMap<String, BTreeMap<Period, LastFigure>>>;

/// A headline figure as it was published.
#[derive(Debug)]
struct LastFigure {
    version: u32,
    numerator: Option<i64>,
    denominator: Option<i64>,
    value: Option<f64>,
    status: String,
}

/// Dataset, organisation and month or span as it is written.
type ReturnKey = (String, String, String);

/// The latest submission of each return.
#[derive(Debug, Default)]
struct Returns {
    /// What was in use: the hashes of its files.
    accepted: BTreeMap<ReturnKey, BTreeSet<String>>,
    /// Those whose latest submission a check refused.
    refused: BTreeSet<ReturnKey>,
}

/// A file of a record: its path, its hash, and whether the checks let it in.
type FileLine<'f> = (&'f str, &'f str, bool);

#[derive(Deserialize)]
struct Record {
    as_of: NaiveDate,
    inputs: Vec<RecordedFile>,
}

#[derive(Deserialize)]
struct RecordedFile {
    path: String,
    sha256: String,
    used: bool,
}

/// Reads the release before the next one of a period; `None` where nothing was published yet.
///
/// # Errors
/// A record or table of it that is missing or cannot be read.
pub fn read_last_release(out: &Path, period: Period) -> Result<Option<LastRelease>, LastReleaseError> {
    let latest = [period, period.step(-1)].into_iter().find_map(|one| Some((one, read_latest(out, one)?)));
    let Some((of, latest)) = latest else { return Ok(None) };
    let folder = out.join(of.to_string()).join(&latest.path);
    let path = folder.join(RECORD);
    let wrong = |message: String| LastReleaseError::Content { path: path.clone(), message };
    let record: Record = serde_json::from_slice(&record_of(&folder)?).map_err(|error| wrong(error.to_string()))?;
    let release = PublishedRelease::open(&folder)?;
    let path = parquet_path(OBSERVATIONS);
    let rows = PublishedRows::read(OBSERVATIONS, &folder.join(&path), release.read(&path)?)?;
    let files = record.inputs.iter().map(|file| (file.path.as_str(), file.sha256.as_str(), file.used));
    Ok(Some(LastRelease {
        name: format!("{of} r{}", latest.revision),
        as_of: record.as_of,
        returns: returns(files),
        figures: figures_of(&rows)?,
    }))
}

fn figures_of(rows: &PublishedRows) -> Result<PublishedFigures, UnreadableTable> {
    let mut figures = PublishedFigures::new();
    for part in rows.parts() {
        let (metrics, codes, periods) = (part.texts("metric_id")?, part.texts("org_code")?, part.texts("period")?);
        let (versions, statuses) = (part.versions("metric_version")?, part.texts("status")?);
        let (numerators, denominators) = (part.wholes("numerator")?, part.wholes("denominator")?);
        let values = part.decimals("value")?;
        for row in 0..part.count() {
            let figure = LastFigure {
                version: versions.get(row).ok_or_else(|| rows.wrong("a figure has no metric_version"))?,
                numerator: numerators.get(row),
                denominator: denominators.get(row),
                value: values.get(row),
                status: statuses.get(row).to_owned(),
            };
            let (metric, code, period) = (metrics.get(row), codes.get(row), periods.get(row));
            let period =
                period.parse().map_err(|_| rows.wrong(format!("“{period}” is not what column period holds")))?;
            // Rows are sorted: the entries of a metric and code are nearly always there.
            if !figures.contains_key(metric) {
                figures.insert(metric.to_owned(), HashMap::new());
            }
            let Some(of_metric) = figures.get_mut(metric) else { continue };
            if !of_metric.contains_key(code) {
                of_metric.insert(code.to_owned(), BTreeMap::new());
            }
            if let Some(of_code) = of_metric.get_mut(code) {
                of_code.insert(period, figure);
            }
        }
    }
    Ok(figures)
}

/// What the latest submission of each return holds. One that was refused counts as none, although the one before it was
/// accepted: no figure rests on that any more.
fn returns<'f>(files: impl Iterator<Item = FileLine<'f>>) -> Returns {
    let mut latest: BTreeMap<ReturnKey, (&str, BTreeSet<String>, bool)> = BTreeMap::new();
    for (path, sha256, used) in files {
        let parts: Vec<&str> = path.split('/').collect();
        let [table, submitted, org, period, _file] = parts.as_slice() else { continue };
        let key = (
            (*table).to_owned(),
            org.trim_start_matches("org=").to_owned(),
            period.trim_start_matches("period=").to_owned(),
        );
        let slot = latest.entry(key).or_insert_with(|| ("", BTreeSet::new(), true));
        if *submitted > slot.0 {
            *slot = (submitted, BTreeSet::new(), true);
        }
        if *submitted == slot.0 {
            slot.1.insert(sha256.to_owned());
            slot.2 &= used;
        }
    }
    let mut returns = Returns::default();
    for (key, (_, hashes, used)) in latest {
        if used {
            returns.accepted.insert(key, hashes);
        } else {
            returns.refused.insert(key);
        }
    }
    returns
}

/// Months of returns that came in or changed, first and last, by table and organisation.
#[derive(Default)]
struct Moved<'r> {
    arrived: Months<'r>,
    corrected: Months<'r>,
    refused: Months<'r>,
}

type Months<'r> = BTreeMap<(&'r str, &'r str), Vec<(Month, Month)>>;

impl<'r> Moved<'r> {
    fn between(then: &'r Returns, now: &'r Returns) -> Self {
        let mut moved = Self::default();
        for (key, files) in &now.accepted {
            let set = match then.accepted.get(key) {
                None => &mut moved.arrived,
                Some(before) if before != files => &mut moved.corrected,
                Some(_) => continue,
            };
            set.entry((&key.0, &key.1)).or_default().extend(span(&key.2));
        }
        for key in then.accepted.keys().filter(|key| !now.accepted.contains_key(*key)) {
            let set = if now.refused.contains(key) { &mut moved.refused } else { &mut moved.corrected };
            set.entry((&key.0, &key.1)).or_default().extend(span(&key.2));
        }
        moved
    }

    /// What became of the returns that a figure rests on.
    fn of(&self, basis: &Basis<'_>, members: Option<&[String]>, period: Period) -> ReturnChanges {
        let any = |moved: &Months<'_>| {
            let concerned = moved.iter().filter(|((table, org), _)| {
                basis.reads(table) && members.is_none_or(|members| members.iter().any(|one| one == org))
            });
            concerned.flat_map(|(_, months)| months).any(|(first, last)| basis.rests_on(period, (*first, *last)))
        };
        ReturnChanges { arrived: any(&self.arrived), corrected: any(&self.corrected), refused: any(&self.refused) }
    }
}

/// The returns that figures of a metric rest on.
struct Basis<'m> {
    metric: &'m Metric,
    /// Folders of a source; `None` for all of them.
    tables: Option<Vec<String>>,
    /// Whether cases come in with the returns of any month.
    any_month: bool,
}

impl<'m> Basis<'m> {
    fn of(metric: &'m Metric, definitions: &Definitions) -> Self {
        let sources = sources_of(metric, definitions);
        let any_month = sources.iter().any(|source| source.by_other_month);
        let datasets = sources.into_iter().map(|source| source.dataset);
        let rollups = metric.rollups.iter().map(|rollup| format!("{ROLLUP_PREFIX}{rollup}"));
        let all = metric.rollups.iter().any(|rollup| rollup == RETURNS);
        Self { metric, tables: (!all).then(|| datasets.chain(rollups).collect()), any_month }
    }

    fn reads(&self, table: &str) -> bool {
        self.tables.as_ref().is_none_or(|tables| tables.iter().any(|one| one == table))
    }

    /// Whether a figure of the period rests on a return of the months from `first` to `last`.
    fn rests_on(&self, period: Period, (first, last): (Month, Month)) -> bool {
        let earliest = months_used(self.metric, period).first().map_or(period.first, |month| *month);
        self.any_month || (first <= period.last() && earliest.plus(-i32::from(self.metric.earlier_months)) <= last)
    }
}

/// The first and last month of a return, of which a path holds either one month or both.
fn span(text: &str) -> Option<(Month, Month)> {
    const WRITTEN: usize = "2025-04".len();
    let first = text.get(..WRITTEN)?.parse().ok()?;
    let last = text.get(text.len().checked_sub(WRITTEN)?..)?.parse().ok()?;
    Some((first, last))
}

/// Every headline figure that is not what the last release published. Figures that it did not hold are no change.
pub fn changes_since(
    last: &LastRelease,
    release: &Release,
    (definitions, inputs): (&Definitions, &[InputFile]),
) -> Vec<Revision> {
    let now = returns(inputs.iter().map(|file| (file.path.as_str(), file.sha256.as_str(), file.used)));
    let moved = Moved::between(&last.returns, &now);
    let groups = groups(&release.lives, &release.peer_groups);
    let members: HashMap<&str, &[String]> = groups.iter().map(|one| (one.code.as_str(), &*one.members)).collect();
    let mut found = Vec::new();
    for of_metric in release.observations.chunk_by(|one, other| one.metric_id == other.metric_id) {
        let Some(first) = of_metric.first() else { continue };
        let Some(published) = last.figures.get(&*first.metric_id) else { continue };
        let Some(metric) = release.metrics.iter().find(|metric| *metric.id == *first.metric_id) else { continue };
        let basis = Basis::of(metric, definitions);
        for figure in of_metric.iter().filter(|figure| figure.category.is_none()) {
            let then = published.get(&*figure.org_code).and_then(|of_code| of_code.get(&figure.period));
            let Some(then) = then.filter(|then| then.differs(figure)) else { continue };
            let members = (*figure.org_code != *NATIONAL).then(|| members.get(&*figure.org_code).copied());
            let members = members.map(Option::unwrap_or_default);
            let returns = moved.of(&basis, members, figure.period);
            let changes = Changes { definition: then.version != figure.metric_version, returns };
            found.push(revision(last, then, figure, (release.as_of, changes)));
        }
    }
    found
}

fn revision(
    last: &LastRelease,
    then: &LastFigure,
    now: &Observation,
    (as_of, changes): (NaiveDate, Changes),
) -> Revision {
    let side =
        |as_of: NaiveDate, (numerator, denominator, value): (Option<i64>, Option<i64>, Option<f64>), status: &str| {
            let lag = u32::try_from(whole_months_after(now.period.last(), as_of)).ok();
            RevisionSide { as_of, lag, numerator, denominator, value, status: status.to_owned() }
        };
    Revision {
        metric_id: now.metric_id.to_string(),
        unit: now.unit,
        org_code: Arc::clone(&now.org_code),
        period: now.period,
        kind: RevisionKind::SinceLastRelease,
        earlier_release: last.name.clone(),
        earlier: side(last.as_of, (then.numerator, then.denominator, then.value), &then.status),
        later: side(as_of, (now.numerator, now.denominator, now.value), now.status.as_str()),
        reason: reason_of(changes),
    }
}

impl LastFigure {
    /// Whether another figure stands here now. What had no number then and has none now has not changed: only a day passed by
    /// which its return was due.
    fn differs(&self, now: &Observation) -> bool {
        let same_value = match (self.value, now.value) {
            (Some(then), Some(now)) => (then - now).abs() <= ROUNDING,
            (None, None) => true,
            _ => false,
        };
        let counts = (self.numerator, self.denominator);
        let same_counts = counts == (now.numerator, now.denominator);
        let empty = self.value.is_none() && counts == (None, None);
        !(same_counts && same_value && (empty || self.status == now.status.as_str()))
    }
}

/// That changes since the last release are not listed.
pub fn unreadable(error: &LastReleaseError) -> Finding {
    Finding {
        level: FindingLevel::Warning,
        rule: "last_release".to_owned(),
        dataset: "releases".to_owned(),
        org_code: String::new(),
        period: String::new(),
        path: String::new(),
        column: String::new(),
        rows: 0,
        message: format!(
            "the last release cannot be read, so nothing says what has changed since: {}",
            with_causes(&error)
        ),
        failing_rows: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> (Month, Month) {
        (text.parse().unwrap(), text.parse().unwrap())
    }

    #[test]
    fn a_figure_rests_on_its_own_returns_and_on_the_earlier_ones_that_it_counts() {
        let definitions = Definitions::built_in().unwrap();
        let basis =
            |id: &str| Basis::of(definitions.metrics.iter().find(|metric| metric.id == id).unwrap(), &definitions);
        let april: Period = "2025-04".parse().unwrap();
        let quarter: Period = "2025-26Q1".parse().unwrap();
        let (arrests, sharing, returns) = (basis("CRE-01"), basis("SHA-04"), basis("REP-01"));
        assert!(arrests.rests_on(april, month("2025-04")) && !arrests.rests_on(april, month("2025-03")));
        assert!(!arrests.rests_on(april, month("2025-05")) && arrests.rests_on(quarter, month("2025-05")));
        assert!(arrests.rests_on(april, ("2025-01".parse().unwrap(), "2025-12".parse().unwrap())));
        assert!(sharing.metric.earlier_months == 4 && sharing.rests_on(april, month("2024-12")));
        assert!(!sharing.rests_on(april, month("2024-11")));
        assert!(arrests.reads("arrest_summons") && !arrests.reads("governance") && returns.reads("governance"));
    }

    #[test]
    fn the_latest_submission_of_a_return_counts_and_none_where_it_was_refused() {
        let path = |day: &str| format!("arrest_summons/submitted={day}/org=E1/period=2025-04/rows.parquet");
        let (first, second) = (path("2025-05-10"), path("2025-06-10"));
        let found = returns([(second.as_str(), "b", true), (first.as_str(), "a", true)].into_iter());
        assert_eq!(found.accepted.into_values().collect::<Vec<_>>(), [BTreeSet::from(["b".to_owned()])]);
        let found = returns([(first.as_str(), "a", true), (second.as_str(), "b", false)].into_iter());
        assert!(found.accepted.is_empty() && found.refused.len() == 1);
    }
}
