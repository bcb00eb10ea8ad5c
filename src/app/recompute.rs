//! The run of a release once more: with its settings, period and dates, from its source, beside the releases that it stood
//! beside, in a temporary folder. What comes out is compared with the release byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::run::run;
use super::{AppError, Context, RunOptions};
use crate::digest::sha256;
use crate::engine::ENGINE_VERSION;
use crate::place::Place;
use crate::release::differences::differences;
use crate::release::manifest::MANIFEST;
use crate::release::proof::{ReleaseCheck, ReleaseProof};
use crate::release::published::PublishedRecord;
use crate::release::store::{Latest, PUBLIC_FOLDER, RECORD, content_of, hashes_below, write_latest};
use crate::release::tables::{BREAKDOWNS, OBSERVATIONS, parquet_path};
use crate::schedule::Wait;
use crate::settings::Settings;
use crate::sources::LAYOUT_RULE;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::period::Period;

/// Places of the run record that say how a run went: on which computer, how long, and what earlier runs had left for it.
const MAY_DIFFER: [&str; 7] = [
    "counts.bytes_read",
    "counts.metrics_recalled",
    "counts.submissions_read",
    "memory_limit_mib",
    "rollups",
    "threads",
    "timings",
];

/// The place of the run record that repeats what is known of the files.
const HASHES_OF_FILES: &str = "files";

/// All that the same run needs but for definitions and settings.
#[derive(Clone, Copy)]
pub(super) struct Recomputation<'r> {
    pub(super) proof: &'r ReleaseProof,
    pub(super) record: &'r PublishedRecord,
    pub(super) source: &'r Place,
    pub(super) quiet: bool,
}

/// A release by its place below a folder of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ReleasePlace {
    period: Period,
    revision: u32,
}

impl ReleasePlace {
    /// Reads a name such as `2025-26Q1 r1`.
    fn named(name: &str) -> Option<Self> {
        let (period, revision) = name.split_once(" r")?;
        Some(Self { period: period.parse().ok()?, revision: revision.parse().ok()? })
    }

    fn path(self) -> String {
        format!("{}/r{}", self.period, self.revision)
    }
}

impl Recomputation<'_> {
    /// Runs again and compares. The context gives definitions and engine; the settings that decide figures are those of the
    /// record.
    pub(super) async fn checks(self, mut context: Context) -> Result<Vec<ReleaseCheck>, AppError> {
        let folder = tempfile::tempdir().map_err(AppError::TemporaryFolder)?;
        let out = Place::from(folder.path()).join("releases");
        let mut checks = vec![self.check_of_program(&context), self.check_of_neighbours(&out)?];
        context.settings.figures = self.settings()?.figures;
        let check = "the same run gives each file again, byte for byte";
        let options = self.options(&out, &folder.path().join("work"));
        match run(&context, &options).await {
            Ok(outcome) => {
                checks.push(ReleaseCheck::new(check, self.unequal_files(&outcome.release)?));
                checks.push(self.check_of_record(&outcome.release)?);
            }
            Err(error) => checks.push(ReleaseCheck::new(check, [format!("the run ended: {}", with_causes(&error))])),
        }
        Ok(checks)
    }

    /// Those of the record.
    fn settings(self) -> Result<Settings, AppError> {
        let folder = self.proof.folder();
        let record = content_of(folder, RECORD)?;
        let path = folder.join(RECORD).to_string();
        Ok(Settings::parse_record(Path::new(&path), &String::from_utf8_lossy(&record))?)
    }

    fn options(self, out: &Place, work: &Path) -> RunOptions {
        let record = self.record;
        // Submissions of days to come are named only where no day was asked for.
        let was_not_asked = record.findings.iter().any(|one| one.rule == LAYOUT_RULE && one.path.is_empty());
        RunOptions {
            source: self.source.clone(),
            out: out.clone(),
            work: work.to_owned(),
            period: record.period,
            as_of: Some(record.as_of).filter(|_| !was_not_asked),
            published_on: record.published_on,
            again: false,
            public: record.disclosure.is_some(),
            wait: Wait::No,
            quiet: self.quiet,
        }
    }

    /// Whether this program is the one that made the release, with its definitions.
    fn check_of_program(self, context: &Context) -> ReleaseCheck {
        let record = self.record;
        let other = |what: &str, recorded: &str, own: &str| {
            (recorded != own).then(|| format!("the {what} of the release is {recorded}, and this one is {own}"))
        };
        let program = other("program", &record.program_version, env!("CARGO_PKG_VERSION"));
        let engine = other("engine", &record.engine_version, ENGINE_VERSION);
        let files = context.definitions.files.iter();
        let own: BTreeMap<&String, String> = files.map(|(path, bytes)| (path, sha256(bytes))).collect();
        let paths: BTreeSet<&String> = own.keys().copied().chain(record.definitions.keys()).collect();
        let unequal = paths.into_iter().filter(|path| own.get(path) != record.definitions.get(*path));
        let unequal = unequal.map(|path| format!("the definition {path} is another one"));
        let check = "the program and its definitions are those that made the release";
        ReleaseCheck::new(check, program.into_iter().chain(engine).chain(unequal))
    }

    /// Gives the new run what the run of the release found in its folder of releases: the last release, the public editions
    /// before it, and the revisions that its own number follows.
    fn check_of_neighbours(self, out: &Place) -> Result<ReleaseCheck, AppError> {
        let record = self.record;
        let mut problems = Vec::new();
        let last = record.last_release.as_deref();
        let editions = record.disclosure.iter().flat_map(|disclosure| &disclosure.earlier_editions);
        for name in last.into_iter().chain(editions.map(String::as_str)) {
            let place = ReleasePlace::named(name).filter(|place| self.has_copied(*place, out).is_ok_and(|done| done));
            match place {
                Some(place) if Some(name) == last => point_to(out, place)?,
                Some(_) => {}
                None => problems.push(format!("{name} is not beside the release, or cannot be copied")),
            }
        }
        if let Some(revision) = record.revision.checked_sub(1).filter(|before| *before > 0) {
            let before = ReleasePlace { period: record.period, revision };
            if !self.has_copied(before, out).unwrap_or_default() {
                let path = out.join(&before.path());
                path.make().map_err(|source| AppError::Write { path, source })?;
            }
        }
        Ok(ReleaseCheck::new("the releases that it was made beside lie beside it", problems))
    }

    /// Copies what a run reads of another release; false where that is not beside this one.
    fn has_copied(self, place: ReleasePlace, out: &Place) -> std::io::Result<bool> {
        let beside = self.proof.folder().parent().and_then(|period| period.parent());
        let Some(beside) = beside else { return Ok(false) };
        let (from, to) = (beside.join(&place.path()), out.join(&place.path()));
        if !from.has_file(RECORD)? {
            return Ok(false);
        }
        let tables = [OBSERVATIONS, BREAKDOWNS].map(parquet_path);
        let of_public = tables.each_ref().map(|table| format!("{PUBLIC_FOLDER}/{table}"));
        for file in tables.into_iter().chain(of_public).chain([RECORD.to_owned()]) {
            if from.has_file(&file)? {
                to.write(&file, &from.read(&file)?)?;
            }
        }
        Ok(true)
    }

    /// The files that only one of the two has, or that are not the same. Record and manifest tell of the run too.
    fn unequal_files(self, made: &Place) -> Result<Vec<String>, AppError> {
        let (here, made) = (self.proof.there(), hashes_below(made)?);
        let paths: BTreeSet<&String> = here.keys().chain(made.keys()).collect();
        let paths = paths.into_iter().filter(|path| ![RECORD, MANIFEST].contains(&path.as_str()));
        let problem = |path: &String| match (here.get(path), made.get(path)) {
            (Some(one), Some(other)) if one == other => None,
            (Some(_), Some(_)) => Some(format!("{path} is another file")),
            (Some(_), None) => Some(format!("{path} is not made")),
            (None, _) => Some(format!("{path} is made, and is not in the release")),
        };
        Ok(paths.filter_map(problem).collect())
    }

    fn check_of_record(self, made: &Place) -> Result<ReleaseCheck, AppError> {
        let read = |folder: &Place| -> Result<Value, AppError> {
            let record = content_of(folder, RECORD)?;
            serde_json::from_slice(&record)
                .map_err(|error| AppError::Read { path: folder.join(RECORD), source: error.into() })
        };
        let (recorded, made) = (read(self.proof.folder())?, read(made)?);
        let left_out = MAY_DIFFER.into_iter().chain([HASHES_OF_FILES]).collect();
        let check = format!("the same run gives {RECORD} again, but for {}", MAY_DIFFER.join(", "));
        let problems = differences(&recorded, &made, &left_out).into_iter();
        let problems = problems.map(|place| format!("{place} is another value"));
        Ok(ReleaseCheck::new(check, problems))
    }
}

/// Makes a copied release the latest of its period.
fn point_to(out: &Place, place: ReleasePlace) -> Result<(), AppError> {
    let (period, revision) = (place.period.to_string(), place.revision);
    let folder = out.join(&period);
    let latest = Latest { period, revision, path: format!("r{revision}"), identity: String::new() };
    write_latest(&folder, &latest).map_err(|source| AppError::Write { path: folder, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_by_period_and_revision_and_by_nothing_else() {
        let place = ReleasePlace::named("2025-26Q1 r12").unwrap();
        assert_eq!(place.path(), "2025-26Q1/r12");
        for wrong in ["", "2025-26Q1", "2025-26Q1 r", "../x r1", "2025-26Q1 r1/..", "2025-26Q5 r1"] {
            assert_eq!(ReleasePlace::named(wrong), None, "{wrong}");
        }
    }
}
