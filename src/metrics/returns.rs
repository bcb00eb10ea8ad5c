//! The grid dataset × organisation × month: what was expected, what came, and what a period may therefore be computed from.
//! Pure bookkeeping over admissions; it knows no figure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::contract::Admission;
use crate::definitions::model::Contract;
use crate::observation::UNATTRIBUTED;
use crate::period::{Month, Period};
use crate::report::input::{Organisation, Return, ReturnState};
use crate::sources::Span;

/// Months within which an earlier return is looked for.
const LONGEST_HISTORY: i32 = 1200;

/// What is known of one dataset, organisation and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Returned and admitted; the span is longer than the month for figures that were only given for a longer period.
    Accepted { submitted: NaiveDate, late: bool, span: Span },
    /// Returned and refused, with the first blocking finding.
    Refused { submitted: NaiveDate, reason: String },
    /// Expected and due, not there.
    NotReturned,
    /// Expected, not there, not due on the data date.
    NotYetDue,
    /// Neither expected nor there.
    NotExpected,
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

/// All cells of a run, by folder (dataset or submitted roll-up).
#[derive(Debug, Default)]
pub struct Grid {
    cells: BTreeMap<String, BTreeMap<(String, Month), Cell>>,
    expected: BTreeMap<String, BTreeSet<String>>,
    deadlines: BTreeMap<String, u32>,
    /// Folders of submitted roll-ups by dataset.
    rollups: BTreeMap<String, BTreeSet<String>>,
    as_of: NaiveDate,
}

impl Grid {
    /// An empty grid for the data date; `contracts` say who must return what, and until when.
    pub fn new(contracts: &[Contract], organisations: &[Organisation], as_of: NaiveDate) -> Self {
        let mut grid = Self { as_of, ..Self::default() };
        for contract in contracts.iter().filter(|contract| !contract.reference) {
            let expects = |organisation: &&Organisation| contract.expected_from.contains(&organisation.kind);
            let codes = organisations.iter().filter(expects).map(|organisation| organisation.code.clone()).collect();
            grid.expected.insert(contract.dataset.clone(), codes);
            grid.deadlines.insert(contract.dataset.clone(), contract.deadline_days.unwrap_or(0));
        }
        grid
    }

    /// Enters what became of a submission of `dataset`, or of a roll-up of it.
    pub fn enter(&mut self, dataset: &str, admission: &Admission) {
        let folder = admission.submission.table.folder();
        if folder != dataset {
            self.rollups.entry(dataset.to_owned()).or_default().insert(folder.clone());
        }
        let Some(scope) = &admission.submission.scope else { return };
        let submitted = admission.submission.submitted;
        let late = admission.submission.first_submitted > self.due(dataset, scope.span.last);
        let blocking = admission.findings.iter().find(|f| f.level == crate::diagnostics::FindingLevel::Blocking);
        let cell = match blocking {
            Some(finding) => Cell::Refused { submitted, reason: finding.message.clone() },
            None => Cell::Accepted { submitted, late, span: scope.span },
        };
        let cells = self.cells.entry(folder).or_default();
        let months = scope.span.last.months_since(scope.span.first);
        for n in 0..=months {
            let key = (scope.org_code.clone(), scope.span.first.plus(n));
            let keep = matches!(cells.get(&key), Some(Cell::Accepted { .. })) && matches!(cell, Cell::Refused { .. });
            if !keep {
                cells.insert(key, cell.clone());
            }
        }
    }

    /// The last day on which a month's submission is in time.
    fn due(&self, dataset: &str, month: Month) -> NaiveDate {
        let days = self.deadlines.get(dataset).copied().unwrap_or(0);
        month.last_day() + Days::new(u64::from(days))
    }

    fn known(&self, folder: &str, org_code: &str, month: Month) -> Option<&Cell> {
        self.cells.get(folder)?.get(&(org_code.to_owned(), month))
    }

    /// What a figure can rest on in one organisation and month: records, else the submitted roll-up, else the reason.
    pub fn cell(&self, source: &FigureSource, org_code: &str, month: Month) -> Cell {
        let records = self.known(&source.dataset, org_code, month);
        let rollup = || self.known(&source.rollup_folder, org_code, month);
        match records {
            Some(cell @ Cell::Accepted { .. }) => cell.clone(),
            other => rollup().or(other).cloned().unwrap_or_else(|| self.unsent(&source.dataset, org_code, month)),
        }
    }

    /// Whether the figures of a returned month rest on the returns of earlier months too. With records they do, and so they
    /// do with the roll-up of a month, for it was made from the same records. Only a roll-up of a state that is the first
    /// that a body returned may stand for everything before it, and so may one of a longer span.
    pub fn rests_on_earlier(&self, source: &FigureSource, org_code: &str, month: Month) -> bool {
        if matches!(self.known(&source.dataset, org_code, month), Some(Cell::Accepted { .. })) {
            return true;
        }
        match self.known(&source.rollup_folder, org_code, month) {
            Some(Cell::Accepted { span, .. }) if span.first == span.last => {
                source.by_other_month || self.returned_before(source, org_code, month)
            }
            _ => false,
        }
    }

    fn returned_before(&self, source: &FigureSource, org_code: &str, month: Month) -> bool {
        let earlier = (org_code.to_owned(), month.plus(-LONGEST_HISTORY))..(org_code.to_owned(), month);
        let folders = [&source.dataset, &source.rollup_folder];
        folders
            .iter()
            .filter_map(|folder| self.cells.get(*folder))
            .any(|cells| cells.range(earlier.clone()).next().is_some())
    }

    fn unsent(&self, dataset: &str, org_code: &str, month: Month) -> Cell {
        if !self.expects(dataset, org_code) {
            Cell::NotExpected
        } else if self.due(dataset, month) >= self.as_of {
            Cell::NotYetDue
        } else {
            Cell::NotReturned
        }
    }

    /// Whether the organisation must return the dataset.
    pub fn expects(&self, dataset: &str, org_code: &str) -> bool {
        self.expected.get(dataset).is_some_and(|codes| codes.contains(org_code))
    }

    /// Organisations that must return the source's dataset, or ever returned it or its roll-up.
    pub fn organisations(&self, source: &FigureSource) -> BTreeSet<String> {
        let mut codes = self.expected.get(&source.dataset).cloned().unwrap_or_default();
        for folder in [&source.dataset, &source.rollup_folder] {
            codes.extend(self.cells.get(folder).into_iter().flat_map(|cells| cells.keys().map(|(org, _)| org.clone())));
        }
        codes
    }

    /// The cells of a period for the data-quality pages: everything expected or returned.
    pub fn returns(&self, period: Period) -> Vec<Return> {
        let mut returns = Vec::new();
        for dataset in self.expected.keys() {
            let rollups = || self.rollups.get(dataset).into_iter().flatten();
            let folders: Vec<FigureSource> = std::iter::once(dataset)
                .chain(rollups())
                .map(|folder| FigureSource {
                    dataset: dataset.clone(),
                    rollup_folder: folder.clone(),
                    by_other_month: false,
                })
                .collect();
            for org_code in folders.iter().flat_map(|source| self.organisations(source)).collect::<BTreeSet<_>>() {
                for month in period.months() {
                    let cells = || folders.iter().map(|source| self.cell(source, &org_code, month));
                    let accepted = cells().find(|cell| matches!(cell, Cell::Accepted { .. }));
                    let state = match accepted.or_else(|| cells().next_back()).unwrap_or(Cell::NotExpected) {
                        Cell::Accepted { submitted, late, .. } => ReturnState::Accepted { submitted, late },
                        Cell::Refused { submitted, reason } => ReturnState::Refused { submitted, reason },
                        Cell::NotReturned => ReturnState::NotReturned,
                        Cell::NotYetDue => ReturnState::NotYetDue,
                        Cell::NotExpected => continue,
                    };
                    if org_code != UNATTRIBUTED {
                        returns.push(Return { dataset: dataset.clone(), org_code: org_code.clone(), month, state });
                    }
                }
            }
        }
        returns
    }
}
