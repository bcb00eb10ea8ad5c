//! The submissions that the figures of organisations rest on, and the rows for which some of them were refused.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::contract::{Admission, AdmittedFile, FailingFile};
use crate::definitions::Definitions;
use crate::definitions::layout::SourceNames;
use crate::definitions::model::Metric;
use crate::intake::{RunBasis, WorkFolder};
use crate::metrics::months_used;
use crate::sources::{MonthSpan, SubmittedTable};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::{Month, Period};

/// One submission of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionLine {
    /// The dataset; that of its records where roll-ups were submitted.
    pub dataset: String,
    pub org_code: BodyId,
    /// The first and the last month that it holds.
    pub first: Month,
    pub last: Month,
    pub submitted: NaiveDate,
    /// Rows of all its files.
    pub rows: u64,
    /// In the order of their paths.
    pub files: Vec<SubmittedFile>,
    /// Whether the organisation counted its records itself and sent the counts.
    pub counted_by_sender: bool,
    /// False where it was refused: no figure rests on it.
    pub used: bool,
    /// Why it was refused.
    pub failures: Vec<RuleFailure>,
}

/// A file of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedFile {
    /// Inside the source, with `/` between its parts.
    pub path: String,
    pub sha256: String,
}

/// A rule for which a submission was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFailure {
    /// What is wrong, with the number of rows.
    pub message: String,
    /// Name of the rule and of its column, fit for the name of a file.
    pub stem: String,
    /// The rows, in codes only. `None` where the rule is not about rows, or the work folder no longer holds them.
    pub rows: Option<FailingFile>,
}

impl SubmissionLine {
    /// Every submission of an organisation that a run looked at, by organisation, dataset, month and day. The failing rows
    /// are those that the checks left in the work folder, for submissions of the months of the report's period.
    pub fn all(basis: &RunBasis<'_>) -> Vec<Self> {
        let made = basis.intake.admissions.iter().flat_map(|(table, admissions)| {
            admissions.iter().filter_map(move |admission| Self::of(basis, table, admission))
        });
        let mut lines: Vec<Self> = made.collect();
        lines.sort_by(|a, b| a.place().cmp(&b.place()));
        lines
    }

    fn of(basis: &RunBasis<'_>, table: &SubmittedTable, admission: &Admission) -> Option<Self> {
        let definitions = basis.check.definitions;
        let scope = admission.submission.scope.as_ref()?;
        let DatasetOf { dataset, counted_by_sender } = DatasetOf::table(table, definitions)?;
        let of_report = scope.span.overlaps(MonthSpan { first: basis.period.first, last: basis.period.last() });
        let blocking = admission.findings.iter().filter(|finding| finding.level == FindingLevel::Blocking);
        Some(Self {
            dataset,
            org_code: BodyId::clone(&scope.sender),
            first: scope.span.first,
            last: scope.span.last,
            submitted: admission.submission.submitted,
            rows: admission.rows(),
            files: admission.files.iter().map(SubmittedFile::of).collect(),
            counted_by_sender,
            used: !admission.refused(),
            failures: blocking
                .filter(|_| of_report)
                .map(|finding| RuleFailure::of(finding, (table, definitions), basis.check.work))
                .collect(),
        })
    }

    /// Whether it holds a month of the period, or one of the `earlier` months before it.
    pub fn concerns(&self, period: Period, earlier: u32) -> bool {
        let earlier = i32::try_from(earlier).unwrap_or(i32::MAX);
        self.first <= period.last() && period.first.plus(-earlier) <= self.last
    }

    fn place(&self) -> (&BodyId, &str, Month, NaiveDate) {
        (&self.org_code, &self.dataset, self.first, self.submitted)
    }
}

/// What a submission counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DatasetOf {
    pub(super) dataset: String,
    pub(super) counted_by_sender: bool,
}

impl DatasetOf {
    /// `None` for reference data, and for a roll-up that is no longer defined.
    pub(super) fn table(table: &SubmittedTable, definitions: &Definitions) -> Option<Self> {
        match table {
            SubmittedTable::Reference(_) => None,
            SubmittedTable::Records(dataset) => Some(Self { dataset: dataset.clone(), counted_by_sender: false }),
            SubmittedTable::Rollup(name) => {
                Some(Self { dataset: definitions.rollup(name)?.dataset.clone(), counted_by_sender: true })
            }
        }
    }
}

/// What the figures of a metric in a period rest on. Pages about submissions and `trace` follow the same rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureBasis<'m, 's> {
    /// Roll-ups of the version that holds at the end of the period.
    pub rollups: &'m [String],
    /// Datasets of these roll-ups; none of a metric that counts the returns of all datasets.
    pub datasets: BTreeSet<&'s str>,
    /// Months whose submissions count, those before the period included that the metric needs.
    pub months: BTreeSet<Month>,
}

impl<'m, 's> FigureBasis<'m, 's> {
    /// The basis of a metric's figures in a period.
    pub fn of(metric: &'m Metric, period: Period, sources: &'s SourceNames) -> Self {
        let rollups = metric.own_rollups_at(period.last()).unwrap_or(&metric.rollups);
        let earlier = i32::from(metric.earlier_months_at(period.last()));
        let used = months_used(metric, period).into_iter();
        Self {
            rollups,
            datasets: rollups.iter().filter_map(|rollup| sources.dataset_of(rollup)).collect(),
            months: used.flat_map(|month| (0..=earlier).map(move |back| month.plus(-back))).collect(),
        }
    }

    /// Whether a submission of a dataset and these months is behind the figure.
    pub fn holds(&self, dataset: &str, first: Month, last: Month) -> bool {
        let is_of = self.datasets.is_empty() || self.datasets.contains(dataset);
        is_of && self.months.range(first..=last).next().is_some()
    }
}

impl SubmittedFile {
    fn of(file: &AdmittedFile) -> Self {
        Self { path: file.path.clone(), sha256: file.sha256.clone() }
    }
}

impl RuleFailure {
    fn of(finding: &Finding, (table, definitions): (&SubmittedTable, &Definitions), work: &WorkFolder) -> Self {
        let keys = keys_of(table, definitions);
        let read = || FailingFile::read(&work.path().join(&finding.failing_rows), &keys).ok();
        let parts = [&finding.dataset, &finding.period, &finding.rule, &finding.column];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).map(|part| plain(part)).collect();
        Self {
            message: finding.message.clone(),
            stem: parts.join("-"),
            rows: if finding.failing_rows.is_empty() { None } else { read() },
        }
    }
}

/// The columns that tell a row of a table from the others.
fn keys_of(table: &SubmittedTable, definitions: &Definitions) -> Vec<String> {
    let contract = match table {
        SubmittedTable::Reference(name) | SubmittedTable::Records(name) => definitions.contract(name),
        SubmittedTable::Rollup(_) => None,
    };
    let fields = contract.into_iter().flat_map(|contract| &contract.fields);
    fields.filter(|field| field.key).map(|field| field.name.clone()).collect()
}

/// Letters, digits and hyphens alone.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
