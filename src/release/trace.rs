//! From a published figure back to the submissions behind it, by the run record and the result tables of its release alone.
//! What a figure rests on is decided as for the pages that show it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::published::{PublishedBodies, PublishedBody, PublishedInput, PublishedRecord, RereadError};
use super::store::PublishedRelease;
use super::submissions::{DatasetOf, FigureBasis};
use super::tables::{LONG_SERIES, OBSERVATIONS, PublishedRows, UnreadableTable, parquet_path};
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::place::Place;
use crate::sources::{SourceFile, Submission, SubmissionKey, key_of_recorded, pin};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Month, Period};

/// A release of which figures are traced.
pub struct TracedRelease {
    release: PublishedRelease,
    pub record: PublishedRecord,
    pub bodies: PublishedBodies,
}

/// Where a figure stands.
#[derive(Debug, Clone, Copy)]
pub struct FigureAsked<'a> {
    pub metric: &'a Metric,
    pub code: &'a BodyId,
}

/// A headline figure as it was published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedFigure {
    pub metric_version: u32,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub value: Option<f64>,
    pub unit: String,
    pub status: String,
    /// Share of the expected returns that it rests on.
    pub coverage: Option<f64>,
}

/// A file of the definitions that made a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedDefinition {
    pub path: String,
    pub sha256: String,
}

/// A roll-up that a figure was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedRollup {
    pub name: String,
    pub dataset: String,
    pub definition: Vec<TracedDefinition>,
}

/// A file of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedFile {
    /// Inside the source.
    pub path: String,
    pub size: u64,
    pub rows: u64,
    /// Empty where the run could not read it.
    pub sha256: String,
}

/// A submission behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedSubmission {
    pub dataset: String,
    pub org_code: BodyId,
    /// The first and the last month that it holds.
    pub first_month: Month,
    pub last_month: Month,
    pub submitted: NaiveDate,
    /// Whether the organisation counted its records itself and sent the counts.
    pub counted_by_sender: bool,
    /// False where it was refused: the figure does not rest on it.
    pub used: bool,
    pub files: Vec<TracedFile>,
}

/// A figure and everything behind it.
#[derive(Debug, Clone, Serialize)]
pub struct FigureTrace {
    /// Period and revision of the release.
    pub release: String,
    pub as_of: NaiveDate,
    pub metric_id: String,
    pub metric_name: String,
    pub org_code: BodyId,
    pub org_name: String,
    pub period: Period,
    pub figure: TracedFigure,
    pub definition: Vec<TracedDefinition>,
    pub rollups: Vec<TracedRollup>,
    /// Datasets that count; none where every return does.
    pub datasets: Vec<String>,
    /// Months whose submissions count.
    pub months: Vec<Month>,
    /// By dataset, organisation, month and day.
    pub submissions: Vec<TracedSubmission>,
}

impl TracedRelease {
    /// Reads what a release says of itself.
    ///
    /// # Errors
    /// A file of it that is missing or damaged.
    pub fn open(folder: &Place) -> Result<Self, RereadError> {
        let release = PublishedRelease::open(folder)?;
        let (record, bodies) = (PublishedRecord::of(folder)?, PublishedBodies::of(&release)?);
        Ok(Self { release, record, bodies })
    }

    /// The headline figures of a metric and body, by period.
    ///
    /// # Errors
    /// A table that is missing or damaged.
    pub fn figures(&self, asked: FigureAsked<'_>) -> Result<BTreeMap<Period, TracedFigure>, RereadError> {
        let mut found = BTreeMap::new();
        // The long series repeat the figures of the trend, and go further back.
        for table in [LONG_SERIES, OBSERVATIONS] {
            let path = parquet_path(table);
            let rows = PublishedRows::read(table, self.release.folder().join(&path), self.release.read(&path)?)?;
            add_figures(&rows, asked, &mut found)?;
        }
        Ok(found)
    }

    /// The figure with everything behind it. The definitions say what the metric rests on; they are those of the release.
    pub fn trace(
        &self,
        asked: FigureAsked<'_>,
        period: Period,
        figure: TracedFigure,
        definitions: &Definitions,
    ) -> FigureTrace {
        let FigureAsked { metric, code } = asked;
        let basis = FigureBasis::of(metric, period, &definitions.layouts.sources);
        let rollup = |name: &String| {
            Some(TracedRollup {
                name: name.clone(),
                dataset: definitions.rollup(name)?.dataset.clone(),
                definition: self.definition(&["toml", "sql"].map(|ending| format!("queries/rollups/{name}.{ending}"))),
            })
        };
        let folder = format!("queries/metrics/{}", metric.id);
        let files = [format!("{folder}/metric.toml"), format!("{folder}/v{}.sql", figure.metric_version)];
        let name = self.bodies.all().get(code).map(|body: &PublishedBody| body.name.clone());
        FigureTrace {
            release: self.record.name(),
            as_of: self.record.as_of,
            metric_id: metric.id.to_string(),
            metric_name: metric.title.clone(),
            org_code: code.clone(),
            org_name: name.unwrap_or_else(|| code.to_string()),
            period,
            figure,
            definition: self.definition(&files),
            rollups: basis.rollups.iter().filter_map(rollup).collect(),
            submissions: self.submissions(&basis, code, definitions),
            datasets: basis.datasets.iter().map(|dataset| (*dataset).to_owned()).collect(),
            months: basis.months.iter().copied().collect(),
        }
    }

    /// The definition files that are there, with their hashes.
    fn definition(&self, paths: &[String]) -> Vec<TracedDefinition> {
        let found = |path: &String| {
            let sha256 = self.record.definitions.get(path)?;
            Some(TracedDefinition { path: path.clone(), sha256: sha256.clone() })
        };
        paths.iter().filter_map(found).collect()
    }

    /// The submissions of the members of a body that a figure rests on.
    fn submissions(
        &self,
        basis: &FigureBasis<'_, '_>,
        code: &BodyId,
        definitions: &Definitions,
    ) -> Vec<TracedSubmission> {
        let members = self.bodies.members(code);
        let inputs: BTreeMap<&str, &PublishedInput> =
            self.record.inputs.iter().map(|input| (input.path.as_str(), input)).collect();
        let traced = |submission: Submission| {
            let scope = submission.scope.as_ref()?;
            let DatasetOf { dataset, counted_by_sender } = DatasetOf::table(&submission.table, definitions)?;
            let sender = BodyId::clone(&scope.sender);
            let is_member = members.as_ref().is_none_or(|members| members.contains(&sender));
            if !is_member || !basis.holds(&dataset, scope.span.first, scope.span.last) {
                return None;
            }
            let files = submission.files.iter().filter_map(|file| inputs.get(file.path.as_str()).copied());
            Some(TracedSubmission {
                dataset,
                org_code: sender,
                first_month: scope.span.first,
                last_month: scope.span.last,
                submitted: submission.submitted,
                counted_by_sender,
                used: files.clone().all(|file| file.used),
                files: files.map(TracedFile::of).collect(),
            })
        };
        let mut found: Vec<TracedSubmission> = self.chosen(definitions).into_iter().filter_map(traced).collect();
        found.sort_by(|a, b| a.place().cmp(&b.place()));
        found
    }

    /// The submissions that the run chose among those that it recorded, by the rule by which it chose them.
    fn chosen(&self, definitions: &Definitions) -> Vec<Submission> {
        let mut files: BTreeMap<SubmissionKey, Vec<SourceFile>> = BTreeMap::new();
        for input in &self.record.inputs {
            if let Some(key) = key_of_recorded(&input.path) {
                let file = SourceFile { path: input.path.clone(), size: input.size, etag: String::new() };
                files.entry(key).or_default().push(file);
            }
        }
        let submission = |(key, files): (SubmissionKey, Vec<SourceFile>)| {
            let SubmissionKey { table, submitted, scope } = key;
            Submission { table, submitted, first_submitted: submitted, scope, files, unusable: Vec::new() }
        };
        let recorded: Vec<Submission> = files.into_iter().map(submission).collect();
        let dataset_of = |rollup: &str| definitions.rollup(rollup).map(|rollup| rollup.dataset.clone());
        pin(&recorded, self.record.as_of, &dataset_of).submissions
    }
}

impl TracedSubmission {
    fn place(&self) -> (&str, &BodyId, Month, NaiveDate) {
        (&self.dataset, &self.org_code, self.first_month, self.submitted)
    }
}

impl TracedFile {
    fn of(input: &PublishedInput) -> Self {
        Self { path: input.path.clone(), size: input.size, rows: input.rows, sha256: input.sha256.clone() }
    }
}

impl FigureTrace {
    /// The organisations whose submissions are behind the figure.
    pub fn senders(&self) -> BTreeSet<&BodyId> {
        self.submissions.iter().map(|one| &one.org_code).collect()
    }
}

fn add_figures(
    rows: &PublishedRows,
    asked: FigureAsked<'_>,
    found: &mut BTreeMap<Period, TracedFigure>,
) -> Result<(), UnreadableTable> {
    for part in rows.parts() {
        let (metrics, codes, periods) = (part.texts("metric_id")?, part.texts("org_code")?, part.texts("period")?);
        let (versions, units, statuses) =
            (part.versions("metric_version")?, part.texts("unit")?, part.texts("status")?);
        let (numerators, denominators) = (part.wholes("numerator")?, part.wholes("denominator")?);
        let (values, coverages) = (part.decimals("value")?, part.decimals("coverage")?);
        let is_asked = |row: &usize| *metrics.get(*row) == *asked.metric.id && *codes.get(*row) == **asked.code;
        for row in (0..part.count()).filter(is_asked) {
            let period = periods.get(row);
            let period =
                period.parse().map_err(|_| rows.wrong(format!("“{period}” is not what column period holds")))?;
            let figure = TracedFigure {
                metric_version: versions.get(row).ok_or_else(|| rows.wrong("a figure has no metric_version"))?,
                numerator: numerators.get(row),
                denominator: denominators.get(row),
                value: values.get(row),
                unit: units.get(row).to_owned(),
                status: statuses.get(row).to_owned(),
                coverage: coverages.get(row),
            };
            found.insert(period, figure);
        }
    }
    Ok(())
}
