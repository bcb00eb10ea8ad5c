//! `prepare`: the force's own step. A raw extract in; a submission of records, or of roll-ups only, out.
//! What leaves the staging folder has passed the same admission as in a run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use super::folders::check_work_folder;
use super::{AppError, Context, UsageError};
use crate::contract::{Admission, AdmissionMemory, Admitter, rollup_contract};
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, Rollup};
use crate::engine::{Engine, EngineSettings};
use crate::figures::FiguresError;
use crate::intake::{self, DataDate, IntakeError, WorkFolder};
use crate::prepare::{
    KeySource, KeyedSender, PrepareError, SecretKey, SubmissionStaging, check_free, make_records, write_rows,
};
use crate::progress::StepBar;
use crate::rollups::roll_up;
use crate::sources::{SubmittedTable, submission_folder};
use crate::vocabulary::finding::Finding;
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;

/// What `prepare` was asked to do.
#[derive(Debug, Clone)]
pub struct PrepareOptions {
    pub dataset: String,
    /// Raw files of one dataset, organisation and month.
    pub inputs: Vec<PathBuf>,
    /// Code of the organisation, as it was typed.
    pub org: String,
    pub month: Month,
    pub submitted: NaiveDate,
    pub key: KeySource,
    pub out: PathBuf,
    pub work: PathBuf,
    /// Hand in the roll-ups of the dataset instead of its records.
    pub rollups: bool,
    pub quiet: bool,
}

/// What `prepare` did.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    /// Folders of the submission; none when it was refused.
    pub folders: Vec<PathBuf>,
    pub rows: u64,
    /// Raw columns that nothing was made from.
    pub dropped: Vec<String>,
    pub findings: Vec<Finding>,
    pub refused: bool,
}

/// Prepares a submission, checks it and puts it in its place.
pub async fn prepare(context: &Context, options: &PrepareOptions) -> Result<Prepared, AppError> {
    let contract = contract(&context.definitions, &options.dataset)?;
    let rollups = wanted_rollups(&context.definitions, options)?;
    let sender: SenderCode = options.org.parse().map_err(UsageError::OrganisationCode)?;
    let records = SubmittedTable::Records(contract.dataset.clone());
    let folder_of = |table: &SubmittedTable| submission_folder(table, options.submitted, &sender, options.month);
    let tables: Vec<SubmittedTable> = if options.rollups {
        rollups.iter().map(|rollup| SubmittedTable::Rollup(rollup.name.clone())).collect()
    } else {
        vec![records.clone()]
    };
    let folders: Vec<PathBuf> = tables.iter().map(|table| PathBuf::from(folder_of(table))).collect();
    check_free(&options.out, &folders)?;
    let key = SecretKey::read(&options.key).map_err(PrepareError::from)?;

    let step = StepBar::new(options.quiet);
    step.start("Preparing", 2 + rollups.len());
    check_work_folder(&options.work, Some(&options.out.as_path().into()), None)?;
    let work = WorkFolder::open(&options.work)?;
    let engine = context.engine_settings(work.spill());
    // Records that are not handed in stay in the work folder, even if the run is killed.
    let staging = SubmissionStaging::begin(if options.rollups { &options.work } else { &options.out })?;
    let target = staging.path().join(folder_of(&records)).join("records.parquet");
    let keyed = KeyedSender { code: &sender, key: &key };
    let made = make_records(&options.inputs, contract, keyed, &target)?;
    step.advance(1, 0);
    let date = DataDate { as_of: Some(options.submitted), today: options.submitted };
    let staged = admit_staged(&context.definitions, staging.path(), &engine, &options.work, date).await?;
    step.advance(1, 0);
    let mut prepared = Prepared { rows: made.rows, dropped: made.dropped.into_iter().collect(), ..Prepared::default() };
    prepared.take_findings(&staged.admissions);
    if prepared.refused {
        return Ok(prepared);
    }
    if options.rollups {
        let rolled = SubmissionStaging::begin(&options.out)?;
        for admission in &staged.admissions {
            write_rollups(&context.definitions, &staged.engine, admission, rolled.path()).await?;
            step.advance(rollups.len(), 0);
        }
        let checked = admit_staged(&context.definitions, rolled.path(), &engine, &options.work, date).await?;
        prepared.take_findings(&checked.admissions);
        if !prepared.refused {
            prepared.folders = rolled.place(&folders)?;
        }
    } else {
        prepared.folders = staging.place(&folders)?;
    }
    step.finish();
    Ok(prepared)
}

impl Prepared {
    fn take_findings(&mut self, admissions: &[Admission]) {
        self.refused |= admissions.iter().any(Admission::refused);
        self.findings.extend(admissions.iter().flat_map(|admission| admission.findings.iter().cloned()));
    }
}

fn contract<'d>(definitions: &'d Definitions, dataset: &str) -> Result<&'d Contract, AppError> {
    let known = || definitions.contracts.iter().filter(|contract| !contract.reference);
    known().find(|contract| contract.dataset == dataset).ok_or_else(|| {
        let names: Vec<&str> = known().map(|contract| contract.dataset.as_str()).collect();
        UsageError::UnknownDataset { dataset: dataset.to_owned(), known: names.join(", ") }.into()
    })
}

fn rollups_of<'d>(definitions: &'d Definitions, dataset: &str) -> impl Iterator<Item = &'d Rollup> {
    definitions.rollups.iter().filter(move |rollup| rollup.dataset == dataset)
}

/// The roll-ups to hand in; none when records are.
fn wanted_rollups<'d>(definitions: &'d Definitions, options: &PrepareOptions) -> Result<Vec<&'d Rollup>, AppError> {
    if !options.rollups {
        return Ok(Vec::new());
    }
    let rollups: Vec<&Rollup> = rollups_of(definitions, &options.dataset).collect();
    if rollups.is_empty() {
        return Err(UsageError::NoRollup { dataset: options.dataset.clone() }.into());
    }
    Ok(rollups)
}

/// Submissions of a folder that is laid out like a source, admitted as in a run but remembered nowhere.
struct Staged {
    engine: Engine,
    admissions: Vec<Admission>,
}

async fn admit_staged(
    definitions: &Definitions,
    folder: &Path,
    engine: &EngineSettings,
    work: &Path,
    date: DataDate,
) -> Result<Staged, AppError> {
    let opened = intake::open(&folder.into(), date, definitions, engine).await?;
    let mut admissions = Vec::new();
    for submission in opened.pinned.submissions {
        let Some(contract) = intake::contract_of(definitions, &submission.table) else { continue };
        let admitter = Admitter {
            engine: &opened.engine,
            store: Arc::clone(&opened.source.store),
            contract: &contract,
            work_dir: work.to_owned(),
            row_user: None,
            other_readers: None,
        };
        let done = admitter.admit(vec![submission], &mut AdmissionMemory::default(), &|_, _| {}).await;
        admissions.extend(done.map_err(IntakeError::from)?);
    }
    Ok(Staged { engine: opened.engine, admissions })
}

/// Writes every roll-up of an admitted submission of records below `out`, laid out like a source. `engine` reads the store
/// that the submission lies in.
pub async fn write_rollups(
    definitions: &Definitions,
    engine: &Engine,
    admission: &Admission,
    out: &Path,
) -> Result<(), AppError> {
    let submission = &admission.submission;
    let (SubmittedTable::Records(dataset), Some(scope)) = (&submission.table, &submission.scope) else { return Ok(()) };
    let contract = contract(definitions, dataset)?;
    for rollup in rollups_of(definitions, dataset) {
        let rolled = roll_up(engine, rollup, contract, &[admission]).await.map_err(FiguresError::from)?;
        let table = SubmittedTable::Rollup(rollup.name.clone());
        let folder = submission_folder(&table, submission.submitted, &scope.sender, scope.span.first);
        write_rows(&out.join(folder).join("rows.parquet"), &rollup_contract(rollup), &rolled.batches)?;
    }
    Ok(())
}
