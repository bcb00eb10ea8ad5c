//! `run`: from a folder of submissions to a published release for a review period.
//! The order of the steps; what each does is in its module.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;

use super::identity::{Identity, incomplete_identity};
use super::last_release::{LastRelease, LastReleaseError, changes_since, read_last_release, unreadable};
use super::public::{self, PublicEdition, make_public};
use super::{AppError, Context};
use crate::contract::CHANGED_RULE;
use crate::digest::sha256;
use crate::engine::ENGINE_VERSION;
use crate::figures::{self, Figures, FiguresError};
use crate::files::Watched;
use crate::history::{AcceptedBefore, EarlierReturns, ReturnKey};
use crate::intake::{self, Intake, RunBasis, SubmissionCheck, WorkFolder};
use crate::progress::Step;
use crate::release::record::{Counts, InputFile, RunRecord};
use crate::release::store::{RECORD, Staging, is_whole, next_revision, read_latest};
use crate::release::tables::{FORMAT_VERSION, ResultFile, result_files};
use crate::release::{FindingLine, Release};
use crate::render::html::Templates;
use crate::render::{RenderError, render_editions};
use crate::report::{Edition, Facts, PUBLIC_FOLDER};
use crate::settings::{UnfitError, check_target_organisations};
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::lives::Lives;
use crate::vocabulary::returns::{Return, ReturnState};

pub use super::run_options::RunOptions;

/// What `run` did.
#[derive(Debug, Clone)]
pub struct RunOutcome {
    /// Folder of the release, new or unchanged.
    pub release: PathBuf,
    pub revision: u32,
    /// False when the last release already says the same.
    pub published: bool,
    pub refused: usize,
    /// Whether metrics have no figure because the engine may not have enough memory.
    pub without_memory: bool,
    pub counts: Counts,
}

/// How often a run begins anew because files of the source change under it.
const ATTEMPTS: u32 = 3;

/// Runs everything and publishes. A source that changes meanwhile is listed and read again: what earlier attempts have read
/// of unchanged files is remembered.
pub async fn run(context: &Context, options: &RunOptions) -> Result<RunOutcome, AppError> {
    options.check()?;
    for _ in 1..ATTEMPTS {
        match attempt(context, options, Changed::EndTheAttempt).await {
            Err(error) if error.is_about_a_changed_file() => {}
            outcome => return outcome,
        }
    }
    attempt(context, options, Changed::AreLeftOut).await
}

/// What happens to submissions that were written to while they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    EndTheAttempt,
    AreLeftOut,
}

async fn attempt(context: &Context, options: &RunOptions, changed: Changed) -> Result<RunOutcome, AppError> {
    let step = Step::new(options.quiet);
    let mut timings = Timings::begin();
    let (definitions, settings, period) = (&context.definitions, &context.settings, options.period);
    let work = WorkFolder::open(&options.work)?;
    let engine = context.engine_settings(work.spill());
    let concurrency = engine.threads * 4;
    let opened = intake::open(&options.source, options.data_date(), definitions, &engine).await?;
    timings.end_of("list");
    let check = SubmissionCheck { opened: &opened, definitions, work: &work, concurrency, step: &step };
    let intake = intake::admit(&check).await?;
    timings.end_of("check");
    changed.check(&intake)?;
    check_target_organisations(&settings.figures.targets, &intake.organisations).map_err(UnfitError::from)?;
    options.check_something_left(&intake)?;
    let periods = opened.trend_periods(period, settings);
    let basis = RunBasis { check, settings, intake: &intake, period, periods: &periods };
    let earlier = EarlierReturns::find(&basis).await?;
    let identity = Identity::new(&basis, &earlier, options.public).hash().map_err(AppError::Identity)?;
    if let Some(outcome) = already_published(context, options, &identity, &intake) {
        step.finish();
        return Ok(outcome);
    }
    let out = options.out.clone();
    let last = tokio::task::spawn_blocking(move || read_last_release(&out, period));
    let figures = figures::compute(&basis, &earlier).await?;
    timings.extend(&figures.milliseconds);
    let last = last.await.map_err(FiguresError::Stopped)?;
    let inputs = inputs(&intake, &earlier);
    let accepted_before = earlier.accepted_before(definitions);
    let publication =
        Publication { context, options, basis, inputs, last, accepted_before, figures, identity, timings };
    let outcome = publication.publish()?;
    step.finish();
    Ok(outcome)
}

impl Changed {
    /// The attempt is over where a submission was written to and that ends it.
    fn check(self, intake: &Intake) -> Result<(), AppError> {
        let mut findings = intake.findings.iter().filter(|_| self == Self::EndTheAttempt);
        let finding = findings.find(|finding| finding.rule == CHANGED_RULE);
        finding.map_or(Ok(()), |finding| Err(AppError::SourceChanged(finding.to_string())))
    }
}

/// The last release, where it is whole and already says what this run would say.
fn already_published(context: &Context, options: &RunOptions, identity: &str, intake: &Intake) -> Option<RunOutcome> {
    let incomplete = incomplete_identity(identity, &context.settings.engine);
    let latest = read_latest(&options.out, options.period).filter(|_| !options.again)?;
    let says_the_same = latest.identity == identity || latest.identity == incomplete;
    (says_the_same && is_whole(&options.out, &latest)).then(|| RunOutcome {
        release: options.out.join(options.period.to_string()).join(&latest.path),
        revision: latest.revision,
        published: false,
        refused: intake.refused(),
        without_memory: latest.identity == incomplete,
        counts: counts(intake, None, &intake.findings),
    })
}

/// How long each stage of a run took.
struct Timings {
    milliseconds: BTreeMap<&'static str, u128>,
    /// The end of the stage before.
    since: Instant,
}

impl Timings {
    fn begin() -> Self {
        Self { milliseconds: BTreeMap::new(), since: Instant::now() }
    }

    /// A stage is over, and the next one begins.
    fn end_of(&mut self, stage: &'static str) {
        self.milliseconds.insert(stage, self.since.elapsed().as_millis());
        self.begin_stage();
    }

    /// What was done since the last stage belongs to none.
    fn begin_stage(&mut self) {
        self.since = Instant::now();
    }

    /// Adds stages that were measured elsewhere.
    fn extend(&mut self, milliseconds: &BTreeMap<&'static str, u128>) {
        self.milliseconds.extend(milliseconds);
        self.begin_stage();
    }
}

/// The release before this one, if there is one and it can be read.
type LastRead = Result<Option<LastRelease>, LastReleaseError>;

/// All that a release is made of.
struct Publication<'a> {
    context: &'a Context,
    options: &'a RunOptions,
    basis: RunBasis<'a>,
    /// Every file that was looked at.
    inputs: Vec<InputFile>,
    last: LastRead,
    /// Returns that were good and were replaced.
    accepted_before: AcceptedBefore,
    figures: Figures,
    identity: String,
    timings: Timings,
}

impl Publication<'_> {
    /// Writes the release beside the earlier ones and makes it the latest.
    fn publish(self) -> Result<RunOutcome, AppError> {
        let Self { context, options, basis, inputs, last, accepted_before, mut figures, identity, mut timings } = self;
        timings.begin_stage();
        let (opened, intake) = (basis.check.opened, basis.intake);
        let staging = Staging::begin(&options.out)?;
        let revision = next_revision(&options.out, options.period)?;
        let mut findings = intake.findings.clone();
        findings.extend(figures.findings.iter().cloned());
        findings.extend(last.as_ref().err().map(unreadable));
        findings.extend(options.unfinished());
        let counts = counts(intake, Some(&figures), &findings);
        let rollups = figures.rollups.clone();
        let without_memory = figures.without_memory > 0;
        let pieces = std::mem::take(&mut figures.pieces);
        let number = ReleaseNumber { revision, identity: &identity };
        let mut release = release_of(options, &basis, number, figures, &findings);
        release.returns.iter_mut().for_each(|one| name_replaced(one, &accepted_before));
        if let Ok(Some(last)) = &last {
            let changes = changes_since(last, &release, (&context.definitions, &inputs));
            release.lateness.revisions.extend(changes);
            release.lateness.sort();
        }
        let public = options.public.then(|| make_public(context, &options.out, &release, &pieces)).transpose()?;
        if public.is_some() {
            timings.end_of("disclosure");
        }
        timings.begin_stage();
        let files = write_files(context, (&release, public.as_ref()), &staging)?;
        timings.end_of("render");
        let record = RunRecord {
            format_version: FORMAT_VERSION,
            run_id: release.run_id.clone(),
            identity: identity.clone(),
            period: options.period.to_string(),
            revision,
            as_of: opened.as_of,
            published_on: options.published_on,
            synthetic: opened.synthetic,
            program_version: env!("CARGO_PKG_VERSION"),
            engine_version: ENGINE_VERSION,
            threads: context.settings.engine.thread_count(),
            memory_limit_mib: context.settings.engine.memory_limit_mib,
            settings: context.settings.figures.clone(),
            definitions: context.definitions.files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
            inputs,
            rollups,
            counts: counts.clone(),
            disclosure: public.map(|public| public.record),
            findings,
            files,
            timings: timings.milliseconds,
        };
        write_record(&staging, &record)?;
        let pointed = if without_memory { incomplete_identity(&identity, &context.settings.engine) } else { identity };
        let release = staging.commit(options.period, revision, &pointed)?;
        Ok(RunOutcome { release, revision, published: true, refused: intake.refused(), without_memory, counts })
    }
}

/// Says of a refused return which good one it replaced.
fn name_replaced(one: &mut Return, accepted_before: &AcceptedBefore) {
    let key = ReturnKey { dataset: one.dataset.clone(), org_code: one.org_code.clone(), month: one.month };
    let before = accepted_before.get(&key).copied();
    if let ReturnState::Refused { submitted, replaced, .. } = &mut one.state {
        *replaced = before.filter(|before| before < submitted);
    }
}

/// Writes results and editions side by side. Returns the SHA-256 of every file by its path.
fn write_files(
    context: &Context,
    (release, public): (&Release, Option<&PublicEdition>),
    staging: &Staging,
) -> Result<BTreeMap<String, String>, AppError> {
    let files = Mutex::new(BTreeMap::new());
    let keep = |path: &str, hash: std::io::Result<String>| -> Result<(), RenderError> {
        let hash = hash.map_err(|source| RenderError::Write { path: path.to_owned(), source })?;
        files.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), hash);
        Ok(())
    };
    let (templates, mut results) = rayon::join(|| load_templates(context), || result_files(release));
    let templates = templates?;
    for release in public.iter().map(|public| &public.release) {
        let mut files = result_files(release);
        for file in &mut files {
            file.path = format!("{}/{}", PUBLIC_FOLDER, file.path);
        }
        results.extend(files);
    }
    let write_result = |result: &ResultFile<'_>| -> Result<(), AppError> {
        let wrong = |source| RenderError::Write { path: result.path.clone(), source };
        let mut file = staging.create(&result.path).map_err(wrong)?;
        let mut watched = Watched::new(&mut file);
        let written = result.write(&mut watched);
        if let Some(failure) = watched.into_failure() {
            return Err(wrong(failure).into());
        }
        written?;
        Ok(keep(&result.path, file.finish())?)
    };
    let write = |path: &str, bytes: &[u8]| keep(path, staging.write(path, bytes));
    let layouts = &context.definitions.layouts;
    let facts = Facts::new(release, layouts);
    let public_facts = public.map(|public| Facts::new(&public.release, layouts));
    let nation = std::iter::once(&facts).chain(&public_facts).map(Edition::of_nation);
    let editions: Vec<Edition<'_>> = nation.chain(Edition::of_organisations(&facts)).collect();
    let (results, editions) = rayon::join(
        || results.par_iter().with_max_len(1).try_for_each(write_result),
        || render_editions(&editions, &templates, &write),
    );
    results?;
    editions?;
    if let Some(public) = public {
        write(public::EVIDENCE, &public.evidence)?;
    }
    Ok(files.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn write_record(staging: &Staging, record: &RunRecord) -> Result<(), AppError> {
    let path = || RECORD.to_owned();
    let text =
        serde_json::to_vec_pretty(record).map_err(|error| RenderError::Write { path: path(), source: error.into() })?;
    staging.write(&path(), &text).map_err(|source| RenderError::Write { path: path(), source })?;
    Ok(())
}

/// Templates and assets of the definitions.
pub fn load_templates(context: &Context) -> Result<Templates, RenderError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let templates =
        context.definitions.files_below("reports/templates/").map(|(name, bytes)| (name.to_owned(), text(bytes)));
    let assets =
        context.definitions.files_below("reports/assets/").map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    Templates::parse(templates, assets)
}

/// What tells one release of a period from another.
#[derive(Clone, Copy)]
struct ReleaseNumber<'a> {
    revision: u32,
    identity: &'a str,
}

fn release_of(
    options: &RunOptions,
    basis: &RunBasis<'_>,
    number: ReleaseNumber<'_>,
    figures: Figures,
    findings: &[Finding],
) -> Release {
    let RunBasis { check, settings, intake, periods, .. } = *basis;
    let parameters = settings.figures.parameters.iter().map(|(name, value)| (name.clone(), value.to_string()));
    Release {
        period: options.period,
        trend: periods.to_vec(),
        as_of: check.opened.as_of,
        published_on: options.published_on,
        revision: number.revision,
        run_id: number.identity.get(..12).unwrap_or_default().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        synthetic: check.opened.synthetic,
        metrics: figures.metrics,
        organisations: intake.organisations.clone(),
        lives: Lives::clone(&intake.lives),
        peer_groups: figures.peer_groups,
        events: intake.reference.events.clone(),
        decisions: settings.figures.decisions.clone(),
        observations: figures.observations,
        responsibilities: figures.responsibilities,
        assessment: figures.assessment,
        lateness: figures.lateness,
        contracts: check.definitions.contracts.clone(),
        rollups: check.definitions.rollups.clone(),
        returns: intake.grid.returns(options.period),
        findings: findings.iter().map(finding_line).collect(),
        settings: parameters.collect(),
        withheld: None,
    }
}

fn finding_line(finding: &Finding) -> FindingLine {
    FindingLine {
        severity: finding.level.as_str(),
        dataset: finding.dataset.clone(),
        org_code: finding.org_code.clone(),
        month: finding.period.clone(),
        message: finding.message.clone(),
    }
}

/// Every file that was looked at, those of replaced submissions included.
fn inputs(intake: &Intake, earlier: &EarlierReturns) -> Vec<InputFile> {
    let files = intake.admissions.values().flatten().chain(&earlier.replaced).flat_map(|admission| {
        let used = !admission.refused();
        admission.files.iter().map(move |file| InputFile {
            path: file.path.clone(),
            size: file.size,
            rows: file.rows,
            sha256: file.sha256.clone(),
            used,
        })
    });
    let mut inputs: Vec<InputFile> = files.collect();
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    inputs
}

fn counts(intake: &Intake, figures: Option<&Figures>, findings: &[Finding]) -> Counts {
    let level = |level| findings.iter().filter(|finding| finding.level == level).count();
    let read = || intake.admissions.values().flatten().filter(|admission| !admission.recalled);
    let scanned: u64 = figures.iter().flat_map(|figures| &figures.rollups).map(|rollup| rollup.bytes_scanned).sum();
    let observations = figures.map(|figures| figures.observations.as_slice()).unwrap_or_default();
    Counts {
        submissions: intake.admissions.values().map(Vec::len).sum(),
        submissions_refused: intake.refused(),
        submissions_read: read().count(),
        bytes_read: read().flat_map(|admission| &admission.files).map(|file| file.size).sum::<u64>() + scanned,
        metrics_recalled: figures.map_or(0, |figures| figures.recalled),
        observations: observations.len(),
        observations_with_value: observations.iter().filter(|observation| observation.value.is_some()).count(),
        findings_blocking: level(FindingLevel::Blocking),
        findings_warning: level(FindingLevel::Warning),
        findings_reconciliation: level(FindingLevel::Reconciliation),
    }
}
