//! Taking in submissions, the first half of every command that reads a source: list, pin, admit, and read the reference
//! data. Shared by `check`, `plan` and `run`, so that they cannot disagree about what was sent.

mod cache;
mod helpers;
mod reference_checks;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};

use self::reference_checks::{check_organisations, check_peers};
use crate::contract::{Admission, AdmissionError, AdmissionMemory, Admitter, CHANGED_RULE, RowUser, rollup_contract};
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, Rollup};
use crate::engine::{Engine, EngineError, EngineSettings, Trouble, trouble_of};
use crate::metrics::Grid;
use crate::place::Place;
use crate::progress::StepBar;
use crate::rollups::{ReferenceData, RollupEffort, RollupInput, RollupPass, Rollups, UnfitCode};
use crate::settings::Settings;
use crate::sources::{CONFLICT_RULE, LAYOUT_RULE, Pinned, Source, SourceError, Submission, SubmittedTable, pin};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::lives::Lives;
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::sender_code::SenderCodeError;

pub use self::cache::{CachePart, CacheReview, CachedFile};
pub use self::helpers::{HelpRecord, LostHelper, ReadingHelpers};
pub use self::work::{IdleWorkFolder, WorkError, WorkFolder};

/// The dataset without which no organisation has a name.
const ORGANISATIONS: &str = "organisations";

/// The dataset that says who is compared with whom.
const PEER_GROUPS: &str = "peer_groups";

/// Tables that are checked side by side.
const TABLES_AT_ONCE: usize = 3;

/// Why nothing could be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error("source {location}: the dataset organisations is missing; every source needs one")]
    NoOrganisations { location: String },
    #[error(
        "source {location}: reference data was refused, and without it nothing can be published; correct what is listed here and submit \
         the dataset again\n{}",
        list(findings)
    )]
    ReferenceRefused { location: String, findings: Vec<Finding> },
    #[error("source {location}: no submission is dated on or before {as_of}; name another --as-of")]
    NothingYet { location: String, as_of: NaiveDate },
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl IntakeError {
    /// How the operator may go on, where the error does not say so itself.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Admission(error) => error.hint(),
            _ => None,
        }
    }

    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Source(error) if trouble_of(error) == Trouble::Denied => Trouble::Denied,
            Self::Source(_) => Trouble::Reading,
            Self::Engine(error) => error.trouble(),
            Self::Admission(error) => error.trouble(),
            Self::Work(_) => Trouble::Writing,
            Self::ReferenceRefused { findings, .. } if findings.iter().any(|one| one.rule == CHANGED_RULE) => {
                Trouble::Changed
            }
            Self::NoOrganisations { .. } | Self::ReferenceRefused { .. } | Self::NothingYet { .. } => Trouble::Content,
        }
    }
}

fn list(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("  {finding}")).collect::<Vec<_>>().join("\n")
}

/// An opened source with its pinned submissions; nothing is read yet.
pub struct Opened {
    pub source: Source,
    pub engine: Engine,
    pub as_of: NaiveDate,
    pub pinned: Pinned,
    pub listing_findings: Vec<Finding>,
    pub synthetic: bool,
}

impl Opened {
    /// The first month for which anything was submitted, accepted or not.
    pub fn first_month(&self) -> Option<Month> {
        let scopes = self.pinned.submissions.iter().filter_map(|submission| submission.scope.as_ref());
        scopes.map(|scope| scope.span.first).min()
    }

    /// Whether the dataset is there without which nothing can be published.
    pub fn names_organisations(&self) -> bool {
        let wanted = SubmittedTable::Reference(ORGANISATIONS.to_owned());
        self.pinned.submissions.iter().any(|submission| submission.table == wanted)
    }

    /// The periods that a run computes, oldest first; the last is the one asked for. A trend begins no earlier than the
    /// returns do: nobody failed to return what nobody was asked for.
    pub fn trend_periods(&self, period: Period, settings: &Settings) -> Vec<Period> {
        let first = self.first_month();
        let begun = |one: &Period| *one == period || first.is_none_or(|first| first <= one.last());
        period.trend(settings.figures.trend.periods(period.kind)).into_iter().filter(begun).collect()
    }

    /// The periods of the series of the nation and its regions, oldest first; the last is the one asked for. They begin no
    /// earlier than the returns do.
    pub fn long_periods(&self, period: Period, settings: &Settings) -> Vec<Period> {
        let first = self.first_month();
        let begun = |one: &Period| *one == period || first.is_none_or(|first| first <= one.last());
        let months = first.map_or(0, |first| period.last().months_since(first));
        let held = months.max(0) / period.kind.step() + 1;
        let asked = settings.figures.trend.national_periods(period.kind, held);
        period.trend(asked).into_iter().filter(begun).collect()
    }
}

/// Until which day submissions are used.
#[derive(Debug, Clone, Copy)]
pub struct DataDate {
    /// The day that was asked for.
    pub as_of: Option<NaiveDate>,
    /// The day of the run. Without `as_of` nothing later is used, because nobody can have sent it yet.
    pub today: NaiveDate,
}

impl DataDate {
    /// The day asked for, or that of the latest submission not after today.
    fn of(self, submissions: &[Submission]) -> NaiveDate {
        let sent = submissions.iter().map(|submission| submission.submitted).filter(|day| *day <= self.today);
        self.as_of.or(sent.max()).unwrap_or(self.today)
    }

    /// Submissions of days to come are not used, and named. On an `as_of` what came later was not known, and is no fault.
    fn findings(self, submissions: &[Submission]) -> Vec<Finding> {
        let later = submissions.iter().filter(|one| self.as_of.is_none() && one.submitted > self.today);
        let finding = |one: &Submission| {
            let message = format!(
                "the folder says submitted={}, which lies after {}, the day of the run; it was not used",
                one.submitted, self.today
            );
            one.finding(FindingLevel::Blocking, LAYOUT_RULE, message)
        };
        later.map(finding).collect()
    }
}

/// Opens and lists a source.
pub async fn open(
    place: &Place,
    date: DataDate,
    definitions: &Definitions,
    engine: &EngineSettings,
) -> Result<Opened, IntakeError> {
    let source = Source::open(place)?;
    let mut listing = source.list(&known_tables(definitions)).await?;
    let as_of = date.of(&listing.submissions);
    listing.findings.extend(date.findings(&listing.submissions));
    let dataset_of = |rollup: &str| definitions.rollup(rollup).map(|rollup| rollup.dataset.clone());
    let pinned = pin(&listing.submissions, as_of, &dataset_of);
    if pinned.submissions.is_empty() {
        return Err(IntakeError::NothingYet { location: place.to_string(), as_of });
    }
    let engine = Engine::new(engine, Some(Arc::clone(&source.store)))?;
    Ok(Opened { source, engine, as_of, pinned, listing_findings: listing.findings, synthetic: listing.synthetic })
}

/// Every folder name that a source may hold.
fn known_tables(definitions: &Definitions) -> BTreeSet<SubmittedTable> {
    let datasets = definitions.contracts.iter().map(|contract| {
        if contract.reference {
            SubmittedTable::Reference(contract.dataset.clone())
        } else {
            SubmittedTable::Records(contract.dataset.clone())
        }
    });
    datasets.chain(definitions.rollups.iter().map(|rollup| SubmittedTable::Rollup(rollup.name.clone()))).collect()
}

/// The table whose folder in a source has this name.
pub fn table_named(definitions: &Definitions, folder: &str) -> Option<SubmittedTable> {
    known_tables(definitions).into_iter().find(|table| table.folder() == folder)
}

/// The contract that a table's submissions must keep.
pub fn contract_of(definitions: &Definitions, table: &SubmittedTable) -> Option<Contract> {
    match table {
        SubmittedTable::Reference(name) | SubmittedTable::Records(name) => definitions.contract(name).cloned(),
        SubmittedTable::Rollup(name) => definitions.rollup(name).map(rollup_contract),
    }
}

/// All that was taken in.
pub struct Intake {
    pub admissions: BTreeMap<SubmittedTable, Vec<Admission>>,
    pub reference: ReferenceData,
    /// As described on the data date.
    pub organisations: Vec<Organisation>,
    /// When each of them existed, and what it was then.
    pub lives: Arc<Lives>,
    pub grid: Arc<Grid>,
    /// Everything found so far: layout, conflicts, footers, rules, unknown organisations.
    pub findings: Vec<Finding>,
    /// What roll-ups cost that were made while their records were checked.
    pub made: BTreeMap<String, RollupEffort>,
}

impl Intake {
    /// Submissions that were refused: by a check, for their place in the source, or for counting months twice.
    pub fn refused(&self) -> usize {
        let by_check = self.admissions.values().flatten().filter(|admission| admission.refused()).count();
        let blocking = self.findings.iter().filter(|finding| finding.level == FindingLevel::Blocking);
        by_check + blocking.filter(|finding| matches!(finding.rule.as_str(), LAYOUT_RULE | CONFLICT_RULE)).count()
    }

    /// Submissions that the figures may use, of one table.
    pub fn accepted(&self, table: &SubmittedTable) -> Vec<&Admission> {
        self.admissions.get(table).into_iter().flatten().filter(|admission| !admission.refused()).collect()
    }

    /// What a roll-up counts today.
    pub fn admitted(&self, rollup: &Rollup) -> RollupInput<'_> {
        RollupInput {
            records: self.accepted(&SubmittedTable::Records(rollup.dataset.clone())),
            submitted: self.accepted(&SubmittedTable::Rollup(rollup.name.clone())),
        }
    }
}

/// What submissions of an opened source are checked with.
#[derive(Clone, Copy)]
pub struct SubmissionCheck<'a> {
    pub opened: &'a Opened,
    pub definitions: &'a Definitions,
    pub work: &'a WorkFolder,
    pub step: &'a StepBar,
    pub purpose: Purpose,
    /// Other computers that read what they can.
    pub helpers: Option<&'a dyn ReadingHelpers>,
}

/// What submissions are checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The findings.
    Findings,
    /// Figures too: roll-ups are made of rows while they are in memory.
    Figures,
}

/// What a run stands on once its source has been taken in.
#[derive(Clone, Copy)]
pub struct RunBasis<'a> {
    pub check: SubmissionCheck<'a>,
    pub settings: &'a Settings,
    pub intake: &'a Intake,
    /// The period that was asked for.
    pub period: Period,
    /// The periods that the run computes, oldest first; the last is the one asked for.
    pub periods: &'a [Period],
}

/// Admits everything that was pinned.
///
/// # Errors
/// A source that cannot be read, reference data that are refused, or a work folder that cannot be written.
pub async fn admit(check: &SubmissionCheck<'_>) -> Result<Intake, IntakeError> {
    let submissions = check.opened.pinned.submissions.clone();
    check.step.start("Checking submissions", submissions.len());
    let Admitted { admissions, made } = admit_submissions(check, submissions).await?;
    let reference = read_reference(check.opened, check.definitions, &admissions).await?;
    Ok(Intake { made, ..assemble(check.opened, check.definitions, admissions, reference) })
}

/// Submissions of some tables that were looked at.
#[derive(Default)]
pub struct Admitted {
    pub admissions: BTreeMap<SubmittedTable, Vec<Admission>>,
    /// What roll-ups cost that were made of their rows.
    pub made: BTreeMap<String, RollupEffort>,
}

/// Admits submissions of any tables.
///
/// # Errors
/// A source that cannot be read, or a work folder that cannot be written.
pub async fn admit_submissions(
    check: &SubmissionCheck<'_>,
    submissions: Vec<Submission>,
) -> Result<Admitted, IntakeError> {
    let mut by_table: BTreeMap<SubmittedTable, Vec<Submission>> = BTreeMap::new();
    for submission in submissions {
        by_table.entry(submission.table.clone()).or_default().push(submission);
    }
    // Small tables wait for files, large ones for the processor: side by side they fill each other's gaps.
    let tables = by_table.into_iter().filter_map(|(table, submissions)| {
        let contract = contract_of(check.definitions, &table)?;
        Some(admit_table(check, table, contract, submissions))
    });
    let admitted = |mut all: Admitted, of_table: Admitted| async move {
        all.admissions.extend(of_table.admissions);
        all.made.extend(of_table.made);
        Ok(all)
    };
    futures::stream::iter(tables).buffered(TABLES_AT_ONCE).try_fold(Admitted::default(), admitted).await
}

/// Admits the submissions of one table and remembers what became of them.
async fn admit_table(
    check: &SubmissionCheck<'_>,
    table: SubmittedTable,
    contract: Contract,
    submissions: Vec<Submission>,
) -> Result<Admitted, IntakeError> {
    let SubmissionCheck { opened, work, step, .. } = *check;
    let mut memory = AdmissionMemory::load(&work.admissions(), &table.folder());
    let pass = rollup_pass(check, &table, &contract).map(Arc::new);
    let admitter = Admitter {
        engine: &opened.engine,
        store: Arc::clone(&opened.source.store),
        contract: &contract,
        work_dir: work.path().to_owned(),
        row_user: pass.clone().map(|pass| -> Arc<dyn RowUser> { pass }),
        // A few rows of reference data are read here in less time than they take to travel.
        other_readers: check
            .helpers
            .filter(|_| !matches!(table, SubmittedTable::Reference(_)))
            .map(|helpers| helpers.readers(&table, pass.clone())),
    };
    let done = admitter.admit(submissions, &mut memory, &|submissions, bytes| step.advance(submissions, bytes)).await?;
    drop(admitter);
    memory.save().map_err(|source| WorkError { path: work.admissions(), source })?;
    let made = pass.and_then(Arc::into_inner).map(RollupPass::finish).unwrap_or_default();
    let made = made.iter().map(|(name, made)| (name.clone(), RollupEffort::by_pass(made))).collect();
    Ok(Admitted { admissions: BTreeMap::from([(table, done)]), made })
}

/// The roll-ups that are made of a table's rows while these are checked.
fn rollup_pass(check: &SubmissionCheck<'_>, table: &SubmittedTable, contract: &Contract) -> Option<RollupPass> {
    let SubmittedTable::Records(dataset) = table else { return None };
    let of_dataset = check.definitions.rollups.iter().filter(|rollup| rollup.dataset == *dataset);
    let rollups = Rollups { engine: &check.opened.engine, folders: check.work.rollup_folders() };
    (check.purpose == Purpose::Figures).then(|| rollups.pass(contract, of_dataset))
}

/// The reference data, with what was found in them that refuses none.
struct CheckedReference {
    data: ReferenceData,
    findings: Vec<Finding>,
}

async fn read_reference(
    opened: &Opened,
    definitions: &Definitions,
    admissions: &BTreeMap<SubmittedTable, Vec<Admission>>,
) -> Result<CheckedReference, IntakeError> {
    let mut reference = ReferenceData::default();
    let location = || opened.source.location.clone();
    for (table, admissions) in admissions {
        let SubmittedTable::Reference(name) = table else { continue };
        let (Some(contract), Some(admission)) = (definitions.contract(name), admissions.last()) else { continue };
        if admission.refused() {
            return Err(IntakeError::ReferenceRefused { location: location(), findings: admission.findings.clone() });
        }
        reference.read(&opened.engine, contract, admission).await?;
    }
    let of = |name: &str| admissions.get(&SubmittedTable::Reference(name.to_owned())).and_then(|all| all.last());
    let Some(organisations) = of(ORGANISATIONS) else {
        return Err(IntakeError::NoOrganisations { location: location() });
    };
    let mut findings = unfit_codes(organisations, &reference);
    findings.extend(check_organisations(&organisations.submission, &reference));
    if !findings.is_empty() {
        return Err(IntakeError::ReferenceRefused { location: location(), findings });
    }
    let findings = of(PEER_GROUPS).map(|peers| check_peers(&peers.submission, &reference)).unwrap_or_default();
    Ok(CheckedReference { data: reference, findings })
}

/// An organisation that has the code of an aggregate would be counted as one; one of another form could have no folder.
fn unfit_codes(admission: &Admission, reference: &ReferenceData) -> Vec<Finding> {
    let finding = |UnfitCode { text, why }: &UnfitCode| {
        let message = match why {
            SenderCodeError::Reserved => {
                format!("organisation {text} has a code that is reserved for aggregates and unattributed rows")
            }
            SenderCodeError::Form => format!("organisation {text} has no code: {why}"),
        };
        admission.submission.finding(FindingLevel::Blocking, "reserved_code", message)
    };
    reference.unfit_codes.iter().map(finding).collect()
}

fn assemble(
    opened: &Opened,
    definitions: &Definitions,
    mut admissions: BTreeMap<SubmittedTable, Vec<Admission>>,
    reference: CheckedReference,
) -> Intake {
    let CheckedReference { data: reference, findings: found_in_reference } = reference;
    let lives = Arc::new(reference.lives());
    let organisations = lives.on(opened.as_of);
    refuse_unknown_organisations(&mut admissions, &organisations);
    let grid = grid_of(definitions, &lives, opened.as_of, admissions.values().flatten());
    let mut findings = opened.listing_findings.clone();
    findings.extend(opened.pinned.findings.iter().cloned());
    findings.extend(admissions.values().flatten().flat_map(|admission| admission.findings.iter().cloned()));
    findings.extend(found_in_reference);
    findings.extend(admissions.values().flatten().filter_map(|admission| outside_life(admission, &lives)));
    findings.sort();
    Intake { admissions, reference, organisations, lives, grid: Arc::new(grid), findings, made: BTreeMap::new() }
}

/// What was expected until a day, and what became of each submission.
pub fn grid_of<'a>(
    definitions: &Definitions,
    lives: &Arc<Lives>,
    as_of: NaiveDate,
    admissions: impl Iterator<Item = &'a Admission>,
) -> Grid {
    let mut grid = Grid::new(&definitions.contracts, Arc::clone(lives), as_of);
    let mut tables: BTreeMap<&SubmittedTable, (String, usize)> = BTreeMap::new();
    for admission in admissions {
        let table = &admission.submission.table;
        let dataset = match table {
            SubmittedTable::Reference(_) => continue,
            SubmittedTable::Records(name) => Some(name),
            SubmittedTable::Rollup(name) => definitions.rollup(name).map(|rollup| &rollup.dataset),
        };
        let (dataset, required) = tables.entry(table).or_insert_with(|| {
            let required = contract_of(definitions, table).map_or(0, |contract| contract.required_fields());
            (dataset.cloned().unwrap_or_default(), required)
        });
        grid.enter(dataset, admission, *required);
    }
    grid
}

/// A return for months in which the organisation did not exist. It is used, because either it or the organisations dataset
/// may be wrong; both must not be.
fn outside_life(admission: &Admission, lives: &Lives) -> Option<Finding> {
    let scope = admission.submission.scope.as_ref().filter(|_| !admission.refused())?;
    let outside = scope.span.months().all(|month| lives.is_outside(&scope.sender, month));
    outside.then(|| {
        let message = format!(
            "{} did not exist in these months by the organisations dataset; the return is used. Correct valid_from or valid_to \
             there, or withdraw the return",
            scope.sender
        );
        admission.submission.finding(FindingLevel::Warning, "outside_life", message)
    })
}

fn refuse_unknown_organisations(
    admissions: &mut BTreeMap<SubmittedTable, Vec<Admission>>,
    organisations: &[Organisation],
) {
    let known: BTreeSet<&BodyId> = organisations.iter().map(|organisation| &*organisation.code).collect();
    for admission in admissions.values_mut().flatten() {
        let sender = admission.submission.sender();
        let unknown = sender.filter(|sender| sender.is_organisation() && !known.contains::<BodyId>(sender));
        if let Some(sender) = unknown {
            let message = format!("organisation {sender} is not in the organisations dataset");
            let finding = admission.submission.finding(FindingLevel::Blocking, "unknown_organisation", message);
            admission.findings.push(finding);
        }
    }
}
