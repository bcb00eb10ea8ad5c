//! The grid dataset × organisation × month: what was expected, what came, and what a period may therefore be computed from.
//! Pure bookkeeping over admissions; it knows no figure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, SchemaRef};
use chrono::{Days, NaiveDate};

use super::MetricError;
use crate::contract::{Admission, REQUIRED_RULE, days_since_epoch, month_days};
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, Metric};
use crate::definitions::references::RETURNS;
use crate::engine::{QueryTable, schema_of};
use crate::sources::{MonthSpan, ROLLUP_PREFIX};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::returns::{Return, ReturnState};

/// What is known of one dataset, organisation and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GridCell {
    /// Returned and admitted; the span is longer than the month for figures that were only given for a longer period.
    Accepted { submitted: NaiveDate, late: bool, span: MonthSpan, receipt: Receipt },
    /// Returned and refused, with the first blocking finding.
    Refused { submitted: NaiveDate, reason: String, span: MonthSpan, receipt: Receipt },
    /// Expected and due, not there.
    NotReturned,
    /// Expected, not there, not due on the data date.
    NotYetDue,
    /// Neither expected nor there.
    NotExpected,
}

impl GridCell {
    /// The day of the submission that can be used.
    pub fn used_since(&self) -> Option<NaiveDate> {
        match self {
            Self::Accepted { submitted, .. } => Some(*submitted),
            _ => None,
        }
    }
}

/// What became of returns between two days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReturnChanges {
    /// One that could not be used before can be now.
    pub arrived: bool,
    /// One was replaced by another that can be used.
    pub corrected: bool,
    /// One was replaced by another that a check refused: nothing can be used any more.
    pub refused: bool,
}

impl ReturnChanges {
    /// Whether anything did.
    pub fn any(&self) -> bool {
        self.arrived || self.corrected || self.refused
    }

    /// What became of these and of those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            arrived: self.arrived || other.arrived,
            corrected: self.corrected || other.corrected,
            refused: self.refused || other.refused,
        }
    }
}

/// What was noted when a submission came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The day of the first submission for the same months.
    pub first_submitted: NaiveDate,
    /// Rows of all files that could be opened.
    pub records: u64,
    /// Cells of required fields in those rows, and how many of them are empty.
    pub required_values: u64,
    pub required_empty: u64,
}

impl Receipt {
    /// `required_fields` is the number of required fields of the submission's contract.
    fn of(admission: &Admission, required_fields: usize) -> Self {
        let records = admission.rows();
        let required = admission.findings.iter().filter(|finding| finding.rule == REQUIRED_RULE);
        Self {
            first_submitted: admission.submission.first_submitted,
            records,
            required_values: records.saturating_mul(u64::try_from(required_fields).unwrap_or(u64::MAX)),
            required_empty: required.map(|finding| finding.rows).sum(),
        }
    }

    /// The return without its contents, for the further months of a longer span.
    fn without_contents(self) -> Self {
        Self { records: 0, required_values: 0, required_empty: 0, ..self }
    }
}

/// Where a metric's rows come from: records of a dataset, or the roll-up that a force sent in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureSource {
    pub dataset: String,
    /// Folder of the submitted roll-up, such as `rollup-active_users`.
    pub rollup_folder: String,
    /// Whether its rows may count in another month than that of their submission.
    pub by_other_month: bool,
}

impl FigureSource {
    /// Whether it is the source of one of the roll-ups.
    pub fn is_of(&self, rollups: &[String]) -> bool {
        let name = self.rollup_folder.strip_prefix(ROLLUP_PREFIX);
        rollups.iter().any(|rollup| Some(rollup.as_str()) == name)
    }
}

/// The sources of the roll-ups that a metric reads.
pub fn sources_of(metric: &Metric, definitions: &Definitions) -> Vec<FigureSource> {
    let source = |name: &String| {
        let rollup = definitions.rollup(name)?;
        Some(FigureSource {
            dataset: rollup.dataset.clone(),
            rollup_folder: format!("{ROLLUP_PREFIX}{name}"),
            by_other_month: rollup.keys.iter().any(|key| key.name == "period"),
        })
    };
    metric.rollups.iter().filter_map(source).collect()
}

/// Whether a metric counts the returns themselves.
pub fn counts_returns(metric: &Metric) -> bool {
    metric.rollups.iter().any(|name| name == RETURNS)
}

/// All cells of a run, by folder (dataset or submitted roll-up).
#[derive(Debug, Default)]
pub struct Grid {
    cells: BTreeMap<String, BTreeMap<BodyId, BTreeMap<Month, GridCell>>>,
    /// By dataset: the first month for which a return is due, where there is one.
    since: BTreeMap<String, Month>,
    /// By dataset: kinds of organisation that must return it.
    expected_from: BTreeMap<String, Vec<String>>,
    /// When each organisation existed: nothing is expected outside its life.
    lives: Arc<Lives>,
    deadlines: BTreeMap<String, u32>,
    /// Folders of submitted roll-ups by dataset.
    rollups: BTreeMap<String, BTreeSet<String>>,
    as_of: NaiveDate,
}

impl Grid {
    /// An empty grid for the data date; `contracts` say who must return what, and until when.
    pub fn new(contracts: &[Contract], lives: Arc<Lives>, as_of: NaiveDate) -> Self {
        let mut grid = Self { lives, as_of, ..Self::default() };
        for contract in contracts.iter().filter(|contract| !contract.reference) {
            grid.expected_from.insert(contract.dataset.clone(), contract.expected_from.clone());
            grid.since.extend(contract.expected_since.map(|since| (contract.dataset.clone(), since)));
            grid.deadlines.insert(contract.dataset.clone(), contract.deadline_days.unwrap_or(0));
        }
        grid
    }

    /// Enters what became of a submission of `dataset`, or of a roll-up of it, whose contract has so many required fields.
    pub fn enter(&mut self, dataset: &str, admission: &Admission, required_fields: usize) {
        let folder = admission.submission.table.folder();
        if folder != dataset {
            self.rollups.entry(dataset.to_owned()).or_default().insert(folder.clone());
        }
        let Some(scope) = &admission.submission.scope else { return };
        let submitted = admission.submission.submitted;
        let late = admission.submission.first_submitted > self.due(dataset, scope.span.last);
        let blocking =
            admission.findings.iter().find(|f| f.level == crate::vocabulary::finding::FindingLevel::Blocking);
        let receipt = Receipt::of(admission, required_fields);
        let cell = |receipt| match blocking {
            Some(finding) => {
                GridCell::Refused { submitted, reason: finding.message.clone(), span: scope.span, receipt }
            }
            None => GridCell::Accepted { submitted, late, span: scope.span, receipt },
        };
        let cells = self.cells.entry(folder).or_default().entry(BodyId::clone(&scope.sender)).or_default();
        for month in scope.span.months() {
            let keep = matches!(cells.get(&month), Some(GridCell::Accepted { .. })) && blocking.is_some();
            let first = month == scope.span.first;
            if !keep {
                cells.insert(month, cell(if first { receipt } else { receipt.without_contents() }));
            }
        }
    }

    /// Whether the last day for every return of the month, of whatever dataset, lies before the data date.
    pub fn is_all_due(&self, month: Month) -> bool {
        let asked = self.expected_from.iter().filter(|(_, kinds)| !kinds.is_empty());
        asked.into_iter().all(|(dataset, _)| self.due(dataset, month) < self.as_of)
    }

    /// The last day on which a month's submission is in time.
    fn due(&self, dataset: &str, month: Month) -> NaiveDate {
        let days = self.deadlines.get(dataset).copied().unwrap_or(0);
        month.last_day() + Days::new(u64::from(days))
    }

    fn known(&self, folder: &str, org_code: &BodyId, month: Month) -> Option<&GridCell> {
        self.cells.get(folder)?.get(org_code)?.get(&month)
    }

    /// What a figure can rest on in one organisation and month: records, else the submitted roll-up, else the reason.
    pub fn cell(&self, source: &FigureSource, org_code: &BodyId, month: Month) -> GridCell {
        let records = self.known(&source.dataset, org_code, month);
        let rollup = || self.known(&source.rollup_folder, org_code, month);
        match records {
            Some(cell @ GridCell::Accepted { .. }) => cell.clone(),
            other => rollup().or(other).cloned().unwrap_or_else(|| self.unsent(&source.dataset, org_code, month)),
        }
    }

    /// Whether the figures of a returned month rest on the returns of earlier months too. With records they do, and so they
    /// do with the roll-up of a month, for it was made from the same records. Only a roll-up of a state that is the first
    /// that a body returned may stand for everything before it, and so may one of a longer span.
    pub fn rests_on_earlier(&self, source: &FigureSource, org_code: &BodyId, month: Month) -> bool {
        if matches!(self.known(&source.dataset, org_code, month), Some(GridCell::Accepted { .. })) {
            return true;
        }
        match self.known(&source.rollup_folder, org_code, month) {
            Some(GridCell::Accepted { span, .. }) if span.first == span.last => {
                source.by_other_month || self.returned_before(source, org_code, month)
            }
            _ => false,
        }
    }

    fn returned_before(&self, source: &FigureSource, org_code: &BodyId, month: Month) -> bool {
        let folders = [&source.dataset, &source.rollup_folder];
        let months = folders.iter().filter_map(|folder| self.cells.get(*folder)?.get(org_code));
        months.filter_map(|cells| cells.keys().next()).any(|first| *first < month)
    }

    /// What became of the returns of an organisation since an earlier day.
    pub fn changes_since(&self, earlier: &Self, sources: &[FigureSource], org_code: &BodyId) -> ReturnChanges {
        let mut changes = ReturnChanges::default();
        for source in sources {
            let folders = [&source.dataset, &source.rollup_folder].into_iter();
            let known = folders.flat_map(|folder| [self, earlier].map(|grid| grid.cells.get(folder)));
            let months: BTreeSet<Month> =
                known.flatten().filter_map(|cells| cells.get(org_code)).flat_map(BTreeMap::keys).copied().collect();
            for month in months {
                let then = earlier.cell(source, org_code, month).used_since();
                let now = self.cell(source, org_code, month).used_since();
                changes.arrived |= then.is_none() && now.is_some();
                changes.corrected |= then.is_some() && now.is_some() && then != now;
                changes.refused |= then.is_some() && now.is_none();
            }
        }
        changes
    }

    fn unsent(&self, dataset: &str, org_code: &BodyId, month: Month) -> GridCell {
        if !self.expects(dataset, org_code, month) {
            GridCell::NotExpected
        } else if self.due(dataset, month) >= self.as_of {
            GridCell::NotYetDue
        } else {
            GridCell::NotReturned
        }
    }

    /// Whether the organisation must return the dataset for a month: it existed in it, and was of a kind that must. Before
    /// the dataset's first month nobody must.
    pub fn expects(&self, dataset: &str, org_code: &BodyId, month: Month) -> bool {
        if self.since.get(dataset).is_some_and(|since| month < *since) {
            return false;
        }
        let described = self.lives.in_month(org_code, month);
        described.is_some_and(|described| self.is_expected_from(dataset, &described.organisation))
    }

    fn is_expected_from(&self, dataset: &str, organisation: &Organisation) -> bool {
        self.expected_from.get(dataset).is_some_and(|kinds| kinds.contains(&organisation.kind))
    }

    /// Whether the organisation did not exist in the month.
    pub fn is_outside(&self, org_code: &BodyId, month: Month) -> bool {
        self.lives.is_outside(org_code, month)
    }

    /// Organisations that ever had to return the source's dataset, or ever returned it or its roll-up.
    pub fn organisations(&self, source: &FigureSource) -> BTreeSet<&BodyId> {
        let described = self.lives.all().map(|described| &described.organisation);
        let expected = described.filter(|organisation| self.is_expected_from(&source.dataset, organisation));
        let mut codes: BTreeSet<&BodyId> = expected.map(|organisation| &*organisation.code).collect();
        for folder in [&source.dataset, &source.rollup_folder] {
            codes.extend(self.cells.get(folder).into_iter().flat_map(BTreeMap::keys));
        }
        codes
    }

    /// The cells of a period for the data-quality pages: everything expected or returned.
    pub fn returns(&self, period: Period) -> Vec<Return> {
        let months: Vec<Month> = period.months().collect();
        let state = |entry: &PlacedCell<'_>| match entry.cell.clone() {
            GridCell::Accepted { submitted, late, .. } => Some(ReturnState::Accepted { submitted, late }),
            GridCell::Refused { submitted, reason, .. } => {
                Some(ReturnState::Refused { submitted, reason, replaced: None })
            }
            GridCell::NotReturned => Some(ReturnState::NotReturned),
            GridCell::NotYetDue => Some(ReturnState::NotYetDue),
            GridCell::NotExpected => None,
        };
        let entries = self.entries(&months).into_iter();
        let returns = entries.filter_map(|entry| {
            let state = state(&entry)?;
            Some(Return { dataset: entry.dataset.to_owned(), org_code: entry.org_code, month: entry.month, state })
        });
        returns.collect()
    }

    /// One entry for each dataset, organisation and month that was expected or returned, as records or as roll-ups.
    fn entries(&self, months: &[Month]) -> Vec<PlacedCell<'_>> {
        let mut entries = Vec::new();
        for dataset in self.expected_from.keys() {
            let rollups = self.rollups.get(dataset).into_iter().flatten();
            let source = |folder: &String| FigureSource {
                dataset: dataset.clone(),
                rollup_folder: folder.clone(),
                by_other_month: false,
            };
            let folders: Vec<FigureSource> = std::iter::once(dataset).chain(rollups).map(source).collect();
            let mut codes: BTreeSet<&BodyId> = folders.iter().flat_map(|source| self.organisations(source)).collect();
            codes.remove(BodyId::unattributed());
            for org_code in codes {
                for month in months {
                    let cells = folders.iter().map(|source| self.cell(source, org_code, *month));
                    // What can be used comes first, and of that what stands for the fewest months.
                    let found = cells.min_by_key(|cell| match cell {
                        GridCell::Accepted { span, .. } => (0, span.length()),
                        GridCell::Refused { span, .. } => (1, span.length()),
                        GridCell::NotReturned | GridCell::NotYetDue | GridCell::NotExpected => (2, 0),
                    });
                    if let Some(cell) = found.filter(|cell| *cell != GridCell::NotExpected) {
                        entries.push(PlacedCell { dataset, org_code: org_code.clone(), month: *month, cell });
                    }
                }
            }
        }
        entries
    }

    /// The table `returns` that metrics may read: what was expected and what came, for each month of `months`.
    pub fn table(&self, months: &[Month]) -> Result<QueryTable, MetricError> {
        let entries = self.entries(months);
        let text = |pick: &dyn Fn(&PlacedCell<'_>) -> String| -> ArrayRef {
            Arc::new(StringViewArray::from_iter_values(entries.iter().map(pick)))
        };
        let count = |pick: &dyn Fn(Receipt) -> u64| -> ArrayRef {
            let values = entries.iter().map(|entry| Some(pick(entry.receipt()?).cast_signed()));
            Arc::new(values.collect::<Int64Array>())
        };
        let received = entries.iter().map(|e| e.receipt().map(|receipt| days_since_epoch(receipt.first_submitted)));
        let due = |entry: &PlacedCell<'_>| self.due(entry.dataset, entry.span().last);
        let flag = |pick: &dyn Fn(&PlacedCell<'_>) -> bool| -> ArrayRef {
            Arc::new(entries.iter().map(|entry| Some(pick(entry))).collect::<BooleanArray>())
        };
        let span_days = |pick: &dyn Fn(MonthSpan) -> Month| -> ArrayRef {
            Arc::new(Date32Array::from_iter_values(entries.iter().map(|entry| month_days(pick(entry.span())))))
        };
        let columns: Vec<ArrayRef> = vec![
            text(&|entry| entry.org_code.to_string()),
            Arc::new(Date32Array::from_iter_values(entries.iter().map(|entry| month_days(entry.month)))),
            text(&|entry| entry.dataset.to_owned()),
            flag(&|entry| self.expects(entry.dataset, &entry.org_code, entry.month)),
            Arc::new(Date32Array::from_iter_values(entries.iter().map(|entry| days_since_epoch(due(entry))))),
            flag(&|entry| due(entry) < self.as_of),
            Arc::new(received.collect::<Date32Array>()),
            flag(&|entry| matches!(entry.cell, GridCell::Accepted { .. })),
            count(&|receipt| receipt.records),
            count(&|receipt| receipt.required_values),
            count(&|receipt| receipt.required_values.saturating_sub(receipt.required_empty)),
            span_days(&|span| span.first),
            span_days(&|span| span.last),
        ];
        let schema = returns_schema();
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(MetricError::Returns)?;
        Ok(QueryTable::Rows { schema, batches: vec![batch] })
    }
}

/// A cell with its place.
struct PlacedCell<'g> {
    dataset: &'g str,
    org_code: BodyId,
    month: Month,
    cell: GridCell,
}

impl PlacedCell<'_> {
    fn receipt(&self) -> Option<Receipt> {
        match &self.cell {
            GridCell::Accepted { receipt, .. } | GridCell::Refused { receipt, .. } => Some(*receipt),
            _ => None,
        }
    }

    /// The months that the return stands for; the month itself where nothing came.
    fn span(&self) -> MonthSpan {
        match &self.cell {
            GridCell::Accepted { span, .. } | GridCell::Refused { span, .. } => *span,
            _ => MonthSpan { first: self.month, last: self.month },
        }
    }
}

/// Column of the table `returns`: the first day of the first month that the return stands for.
pub(super) const FIRST_MONTH: &str = "first_month";
/// Column of the table `returns`: the first day of the last month that the return stands for.
pub(super) const LAST_MONTH: &str = "last_month";

/// Columns of the table `returns`. `due_on` is the last day for a return of all its months; `due` is true once that day lies
/// before the data date; `received_on` is the day of the first submission, and it and the counts are null where nothing came.
/// A return for a longer span than a month has a row for each month, and the counts of all of it in the first.
pub fn returns_schema() -> SchemaRef {
    let column = |name: &str, data_type: DataType, nullable| Field::new(name, data_type, nullable);
    schema_of(vec![
        column("org_code", DataType::Utf8View, false),
        column("month", DataType::Date32, false),
        column("dataset", DataType::Utf8View, false),
        column("expected", DataType::Boolean, false),
        column("due_on", DataType::Date32, false),
        column("due", DataType::Boolean, false),
        column("received_on", DataType::Date32, true),
        column("accepted", DataType::Boolean, false),
        column("records", DataType::Int64, true),
        column("required_values", DataType::Int64, true),
        column("required_filled", DataType::Int64, true),
        column(FIRST_MONTH, DataType::Date32, false),
        column(LAST_MONTH, DataType::Date32, false),
    ])
}
