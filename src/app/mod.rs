//! One file for each subcommand: the order of its stages. Wires modules together and prints.
//! Decides nothing about figures.

pub mod bundle;
mod case;
pub mod check;
pub mod compare;
pub mod definitions;
pub mod demo;
pub mod doctor;
pub mod due;
mod folders;
pub mod generate;
mod helpers;
pub mod hook;
mod identity;
pub mod letter;
mod lineage;
mod nearest;
pub mod plan;
pub mod prepare;
pub mod prune;
mod publication;
pub mod pulse;
mod recompute;
pub mod recorded;
mod release_index;
pub mod run;
mod run_options;
mod run_outcome;
mod run_plan;
pub mod settings_shown;
mod spans;
pub mod sql;
pub mod status;
pub mod stop;
mod timings;
pub mod trace;
mod usage;
pub mod verify;
pub mod verify_release;
pub mod vitals;
#[cfg(feature = "webhook")]
pub mod webhook;
pub mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use crate::definitions::{Definitions, DefinitionsError};
#[cfg(feature = "cluster")]
use crate::engine::cluster::{AccessError, WorkerServerError};
use crate::engine::output::OutputError;
use crate::engine::{Engine, EngineError, EngineSettings, Trouble, trouble_of};
use crate::exit;
use crate::figures::FiguresError;
use crate::intake::{IntakeError, WorkError};
use crate::ledger::LedgerError;
use crate::metrics::prove;
use crate::place::Place;
use crate::prepare::PrepareError;
use crate::release::published::RereadError;
use crate::release::store::{DamagedFile, PublishError};
use crate::release::tables::{ResultsError, UnreadableTable};
use crate::release::{BundleError, PublicEditionError};
use crate::render::RenderError;
use crate::schedule::ScheduleTimesError;
use crate::settings::{Settings, SettingsError, UnfitError};
use crate::synth::SynthError;
use crate::vocabulary::period::Period;
use crate::vocabulary::returns::Outstanding;
use crate::vocabulary::stop::Stop;

pub use run_options::RunOptions;
pub use run_outcome::RunOutcome;
pub use usage::UsageError;

/// Anything that ends a command early, with its exit code.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Settings that contradict the definitions or themselves.
    #[error("settings")]
    Unfit(#[from] UnfitError),
    #[error(transparent)]
    Definitions(#[from] DefinitionsError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Work(#[from] WorkError),
    #[error("{0}")]
    SourceChanged(String),
    #[error("the identity of the release could not be written down")]
    Identity(#[source] serde_json::Error),
    #[error(transparent)]
    Figures(#[from] FiguresError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error(transparent)]
    Statement(EngineError),
    #[error("the rows could not be written")]
    Rows(#[from] OutputError),
    #[error("the standard output could not be written")]
    Output(#[source] std::io::Error),
    #[error("the text could not be made")]
    Text(#[source] std::fmt::Error),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    PublicEdition(#[from] PublicEditionError),
    #[error(transparent)]
    DamagedRelease(#[from] DamagedFile),
    #[error(transparent)]
    Reread(#[from] RereadError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    UnreadableTable(#[from] UnreadableTable),
    #[error("{path}: cannot be read")]
    Read {
        path: Place,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Generate(#[from] SynthError),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error("{path}: cannot be written")]
    Write {
        path: Place,
        #[source]
        source: std::io::Error,
    },
    #[error("nothing was sent for {period}; the source holds {held}")]
    NothingSent { period: String, held: String },
    #[error("no submission of {period} was accepted; nothing can be published{hint}")]
    NothingAccepted { period: String, hint: String },
    #[error("{period}: {outstanding}; the schedule waits for {percent}%")]
    ReturnsOutstanding { period: Period, percent: u8, outstanding: Outstanding },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    ScheduleTimes(#[from] ScheduleTimesError),
    #[error("stopped, as asked")]
    Stopped,
    #[error("there is no temporary folder to run in")]
    TemporaryFolder(#[source] std::io::Error),
    #[cfg(feature = "cluster")]
    #[error("cluster")]
    Access(#[from] AccessError),
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Worker(#[from] WorkerServerError),
    #[error("this program cannot read its own file, by which workers know it")]
    OwnProgram(#[source] std::io::Error),
    #[error("{failed} of {checks} checks of the release failed")]
    ReleaseDiffers { failed: usize, checks: usize },
    #[error("{failed} of {cases} hand-worked cases failed")]
    CasesFailed { failed: usize, cases: usize },
}

impl AppError {
    /// Whether a file of the source was another one than when it was listed, so that a second attempt may find it at rest.
    pub(crate) fn is_about_a_changed_file(&self) -> bool {
        match self {
            Self::Figures(error) => error.trouble() == Trouble::Changed,
            Self::Intake(error) => error.trouble() == Trouble::Changed,
            Self::SourceChanged(_) => true,
            _ => false,
        }
    }

    /// Whether the same run may succeed later although nobody mends anything: a store or disk that could not be read or written,
    /// another run that was publishing, a file that changed while it was read. What submissions, settings or definitions hold
    /// stays as it is.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Figures(error) => error.trouble().may_pass(),
            Self::Intake(error) => error.trouble().may_pass(),
            Self::Work(_)
            | Self::SourceChanged(_)
            | Self::Stopped
            | Self::Publish(_)
            | Self::Ledger(_)
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Render(RenderError::Write { .. }) => trouble_of(self) != Trouble::Denied,
            _ => false,
        }
    }

    /// How the operator may go on, where the chain of causes does not say so already.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Settings(error) => error.hint(),
            Self::Intake(error) => error.hint(),
            Self::Generate(error) => error.hint(),
            _ => None,
        }
    }

    /// The documented exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(SettingsError::Unwritten(_)) => exit::RENDER,
            Self::Usage(_)
            | Self::Statement(_)
            | Self::Settings(_)
            | Self::ScheduleTimes(_)
            | Self::Unfit(_)
            | Self::Prepare(PrepareError::Key(_) | PrepareError::Exists(_)) => exit::USAGE,
            #[cfg(feature = "cluster")]
            Self::Access(_) | Self::Worker(WorkerServerError::Access(_) | WorkerServerError::Listen { .. }) => {
                exit::USAGE
            }
            #[cfg(feature = "cluster")]
            Self::Worker(WorkerServerError::Start(_) | WorkerServerError::BrokeOff(_)) => exit::INPUT,
            Self::Definitions(_) | Self::Prepare(PrepareError::UnpreparedReference { .. }) => exit::DEFINITIONS,
            Self::Intake(IntakeError::ReferenceRefused { .. }) | Self::NothingAccepted { .. } => exit::CONTRACT,
            Self::Figures(error) => match error.trouble() {
                Trouble::Writing => exit::PUBLISH,
                Trouble::Reading | Trouble::Denied | Trouble::Changed => exit::INPUT,
                Trouble::Memory | Trouble::Content => exit::METRIC,
            },
            Self::Stopped => exit::STOPPED,
            Self::CasesFailed { .. } => exit::METRIC,
            Self::Intake(error) if error.trouble() != Trouble::Writing => exit::INPUT,
            // A disk that is full, or may not be written, is no fault of a page or a submission.
            Self::Intake(_)
            | Self::Publish(_)
            | Self::Work(_)
            | Self::Render(RenderError::Write { .. })
            | Self::Ledger(_)
            | Self::PublicEdition(_)
            | Self::Rows(_)
            | Self::Output(_)
            | Self::Write { .. }
            | Self::TemporaryFolder(_)
            | Self::Generate(_)
            | Self::Prepare(PrepareError::Write { .. }) => exit::PUBLISH,
            Self::Identity(_)
            | Self::Text(_)
            | Self::Render(_)
            | Self::Results(_)
            | Self::Bundle(BundleError::Description(_) | BundleError::Archive(_)) => exit::RENDER,
            Self::SourceChanged(_)
            | Self::Engine(_)
            | Self::DamagedRelease(_)
            | Self::OwnProgram(_)
            | Self::Reread(_)
            | Self::ReleaseDiffers { .. }
            | Self::Bundle(BundleError::Damaged(_) | BundleError::Record { .. })
            | Self::UnreadableTable(_)
            | Self::Read { .. }
            | Self::NothingSent { .. }
            | Self::ReturnsOutstanding { .. }
            | Self::Prepare(_) => exit::INPUT,
        }
    }
}

/// What most commands need: proven definitions and settings.
pub struct Context {
    pub definitions: Arc<Definitions>,
    pub settings: Settings,
    /// Whether the work is to end before it is done.
    pub stop: Stop,
}

impl Context {
    /// Loads definitions (built in, or whole from `folder`) and settings, and proves every statement of a folder. The
    /// statements of the built-in ones are proven by the test that builds this program, with the same engine.
    pub async fn load(folder: Option<&PathBuf>, settings: Option<&PathBuf>) -> Result<Self, AppError> {
        let settings = Settings::load(settings.map(PathBuf::as_path))?;
        Self::with(folder, settings).await
    }

    /// Loads definitions beside settings that are already at hand.
    pub async fn with(folder: Option<&PathBuf>, settings: Settings) -> Result<Self, AppError> {
        let definitions = match folder {
            Some(folder) => Definitions::from_folder(folder)?,
            None => Definitions::built_in()?,
        };
        let context = Self { definitions: Arc::new(definitions), settings, stop: Stop::default() };
        let kinds = context.definitions.kinds_of_organisation();
        context.settings.figures.check_against(&context.definitions.metrics, kinds)?;
        if folder.is_some() {
            let engine = Engine::new(&context.engine_settings(None), None)?;
            let problems = prove(&engine, &context.definitions).await;
            if !problems.is_empty() {
                return Err(DefinitionsError::Invalid(problems).into());
            }
        }
        Ok(context)
    }

    /// Engine settings, with spill files below the work folder.
    pub fn engine_settings(&self, spill_dir: Option<PathBuf>) -> EngineSettings {
        EngineSettings {
            threads: self.settings.engine.thread_count(),
            memory_limit_bytes: self.settings.engine.memory_limit_mib.saturating_mul(1024 * 1024),
            spill_dir,
        }
    }
}
