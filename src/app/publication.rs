//! The end of a run: the release is put together, written beside the earlier ones, and made the latest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;

use super::identity::incomplete_identity;
use super::run_outcome::RunOutcome;
use super::run_plan::RunPlan;
use super::timings::Timings;
use super::{AppError, spans};
use crate::definitions::Definitions;
use crate::digest::sha256;
use crate::engine::ENGINE_VERSION;
use crate::figures::Figures;
use crate::files::Watched;
use crate::history::EarlierReturns;
use crate::intake::{HelpRecord, RunBasis};
use crate::release::manifest::{MANIFEST, Manifest};
use crate::release::record::{InputFile, RecordCounts, RunRecord};
use crate::release::store::{PUBLIC_FOLDER, RECORD, Staging, manifest_of};
use crate::release::tables::{FORMAT_VERSION, ResultFile};
use crate::release::{
    EVIDENCE, LastRelease, LastReleaseError, PublicBasis, PublicEdition, Release, ReleaseNumber, changes_since,
    make_public,
};
use crate::render::html::Templates;
use crate::render::{RenderError, render_editions};
use crate::report::{Edition, Facts, SinceLast, build_digest};
use crate::vocabulary::copy_format::CopyFormat;
use crate::vocabulary::finding::Finding;
use crate::vocabulary::returns::Outstanding;

/// All that a release is made of.
pub(super) struct Publication<'a> {
    pub(super) plan: &'a RunPlan<'a>,
    pub(super) basis: RunBasis<'a>,
    pub(super) earlier: &'a EarlierReturns,
    /// What workers did, where there were any.
    pub(super) helped: Option<HelpRecord>,
    /// The release before this one, if there is one and it can be read.
    pub(super) last: Result<Option<LastRelease>, LastReleaseError>,
    pub(super) figures: Figures,
    pub(super) identity: String,
    pub(super) timings: Timings,
}

impl Publication<'_> {
    /// Writes the release beside the earlier ones and makes it the latest.
    pub(super) fn publish(self) -> Result<RunOutcome, AppError> {
        let Self { plan, basis, earlier, helped, last, mut figures, identity, mut timings } = self;
        timings.begin_stage();
        let (context, options, intake) = (plan.context, plan.options, basis.intake);
        let definitions = &context.definitions;
        let staging = Staging::begin(&options.out, &plan.spool(), &context.stop)?;
        let revision = plan.revision()?;
        let findings: Vec<Finding> = (intake.findings.iter().cloned())
            .chain(figures.findings.iter().cloned())
            .chain(last.as_ref().err().map(LastReleaseError::finding))
            .chain(options.unfinished())
            .collect();
        let inputs = InputFile::all(intake, earlier);
        let mut counts = RecordCounts::new(intake, Some(&figures), &findings);
        let rollups = std::mem::take(&mut figures.rollups);
        let pieces = std::mem::take(&mut figures.pieces);
        let without_memory = figures.without_memory > 0;
        let number = ReleaseNumber { revision, published_on: options.published_on, identity: &identity };
        let mut release = Release::new(&basis, figures, number, &findings);
        release.name_replaced(&earlier.accepted_before(definitions));
        if let Ok(Some(last)) = &last {
            let changes = changes_since(last, &release, &inputs, definitions);
            counts.figures_changed = changes.len();
            release.add_changes(changes);
        }
        let public_basis = PublicBasis {
            out: &options.out,
            disclosure: &context.settings.figures.disclosure,
            verdict: context.settings.figures.verdict,
            invariants: &definitions.invariants,
            pieces: &pieces,
        };
        let public = options.public.then(|| make_public(&release, &public_basis)).transpose()?;
        if public.is_some() {
            timings.end_of("disclosure");
        }
        let since =
            SinceLast { figures_changed: counts.figures_changed, last: last.as_ref().ok().and_then(Option::as_ref) };
        let digest = build_digest(&Facts::new(&release, &definitions.layouts), &since);
        timings.begin_stage();
        let copies = &context.settings.figures.editions.copies;
        let files = spans::of_stage("render")
            .in_scope(|| write_files(definitions, (&release, public.as_ref()), copies, &staging))?;
        timings.end_of("render");
        let record = RunRecord {
            format_version: FORMAT_VERSION,
            run_id: release.run_id.clone(),
            identity: identity.clone(),
            period: options.period.to_string(),
            revision,
            as_of: release.as_of,
            published_on: options.published_on,
            synthetic: release.synthetic,
            last_release: last.ok().flatten().map(|last| last.name().to_owned()),
            program_version: env!("CARGO_PKG_VERSION"),
            engine_version: ENGINE_VERSION,
            threads: context.settings.engine.thread_count(),
            memory_limit_mib: context.settings.engine.memory_limit_mib,
            settings: context.settings.figures.clone(),
            definitions: definitions.files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
            inputs,
            rollups,
            counts: counts.clone(),
            disclosure: public.map(|public| public.record),
            cluster: helped,
            findings,
            files,
            timings: timings.into_milliseconds(),
        };
        let record_hash = write_record(&staging, &record)?;
        write_manifest(&staging, &manifest_of(&record.files, record_hash))?;
        let pointed = if without_memory { incomplete_identity(&identity, &context.settings.engine) } else { identity };
        let folder = staging.commit(options.period, revision, &pointed)?;
        Ok(RunOutcome {
            release: folder,
            first_page: definitions.layouts.first_page(),
            revision,
            published: true,
            refused: intake.refused(),
            without_memory,
            counts,
            digest: Some(digest),
            outstanding: Outstanding::default(),
            lost: Vec::new(),
        })
    }
}

/// Writes results and editions side by side. Returns the SHA-256 of every file by its path.
fn write_files(
    definitions: &Definitions,
    (release, public): (&Release, Option<&PublicEdition>),
    copies: &BTreeSet<CopyFormat>,
    staging: &Staging,
) -> Result<BTreeMap<String, String>, AppError> {
    let writer = Writer { staging, hashes: Mutex::default() };
    let templates = load_templates(definitions)?;
    let facts = Facts::new(release, &definitions.layouts);
    let public_facts = public.map(|public| Facts::new(&public.release, &definitions.layouts));
    let mut results = facts.tables.files();
    if let Some(public) = &public_facts {
        results.extend(public.tables.files().into_iter().map(|file| file.below(PUBLIC_FOLDER)));
    }
    let editions = Edition::all(&facts, public_facts.as_ref(), copies);
    let (results, editions) = rayon::join(
        || results.par_iter().with_max_len(1).try_for_each(|result| writer.write_result(result)),
        || render_editions(&editions, &templates, &|path, bytes| writer.write(path, bytes)),
    );
    results?;
    editions?;
    if let Some(public) = public {
        writer.write(EVIDENCE, &public.evidence)?;
    }
    Ok(writer.into_hashes())
}

/// Writes files of a release from any thread, and keeps their hashes.
struct Writer<'s> {
    staging: &'s Staging,
    /// SHA-256 by path.
    hashes: Mutex<BTreeMap<String, String>>,
}

impl Writer<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), RenderError> {
        self.keep(path, self.staging.write(path, bytes))
    }

    /// A failure of the disk is told as such, and not as one of the encoder that met it.
    fn write_result(&self, result: &ResultFile<'_>) -> Result<(), AppError> {
        let wrong = |source| RenderError::Write { path: result.path.clone(), source };
        let mut file = self.staging.create(&result.path).map_err(wrong)?;
        let mut watched = Watched::new(&mut file);
        let written = result.write(&mut watched);
        if let Some(failure) = watched.into_failure() {
            return Err(wrong(failure).into());
        }
        written?;
        Ok(self.keep(&result.path, file.finish())?)
    }

    fn keep(&self, path: &str, hash: std::io::Result<String>) -> Result<(), RenderError> {
        let hash = hash.map_err(|source| RenderError::Write { path: path.to_owned(), source })?;
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), hash);
        Ok(())
    }

    fn into_hashes(self) -> BTreeMap<String, String> {
        self.hashes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the run record and returns its SHA-256.
fn write_record(staging: &Staging, record: &RunRecord) -> Result<String, RenderError> {
    let wrong = |source| RenderError::Write { path: RECORD.to_owned(), source };
    // A line for each value, without the indentation: it would be a sixth of the file.
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b""));
    record.serialize(&mut writer).map_err(|error| wrong(error.into()))?;
    staging.write(RECORD, &text).map_err(wrong)
}

/// Writes the manifest, as the last file: it names all others.
fn write_manifest(staging: &Staging, manifest: &Manifest) -> Result<(), RenderError> {
    let written = staging.write(MANIFEST, manifest.text().as_bytes());
    written.map_err(|source| RenderError::Write { path: MANIFEST.to_owned(), source })?;
    Ok(())
}

/// Templates and assets of the definitions.
pub(super) fn load_templates(definitions: &Definitions) -> Result<Templates, RenderError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let templates = definitions.files_below("reports/templates/").map(|(name, bytes)| (name.to_owned(), text(bytes)));
    let assets = definitions.files_below("reports/assets/").map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    Templates::parse(templates, assets)
}
