//! Whether a release is what was published: its files against its manifest, and its run record against both and against what
//! it counts. It reads the release alone.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use super::manifest::{MANIFEST, Manifest};
use super::published::PublishedRecord;
use super::store::{DamagedFile, RECORD, content_of, hashes_below, manifest_of};
use super::tables::{BREAKDOWNS, OBSERVATIONS, PublishedRows, REVISIONS, UnreadableTable, parquet_path};
use crate::history::RevisionKind;
use crate::place::Place;
use crate::vocabulary::finding::FindingLevel;
use crate::vocabulary::quantity::Status;

/// One check of a release. It has passed where there is no problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseCheck {
    /// What holds where it has passed.
    pub check: String,
    pub problems: Vec<String>,
}

impl ReleaseCheck {
    /// A check with whatever was found against it.
    pub fn new(check: impl Into<String>, problems: impl IntoIterator<Item = String>) -> Self {
        Self { check: check.into(), problems: problems.into_iter().collect() }
    }

    /// Whether nothing was found against it.
    pub fn has_passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// A count as the record has it, and as the rest of the release gives it.
struct Recount {
    name: &'static str,
    recorded: usize,
    found: usize,
}

/// A release as it lies there, and what it says of itself.
#[derive(Debug)]
pub struct ReleaseProof {
    folder: Place,
    /// SHA-256 by path; why there is none, for a file that cannot be read.
    there: BTreeMap<String, Result<String, String>>,
    /// Or what is wrong with it; so of the record.
    manifest: Result<Manifest, String>,
    record: Result<PublishedRecord, String>,
}

impl ReleaseProof {
    /// Reads every file of a release.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn read(folder: &Place) -> Result<Self, DamagedFile> {
        let there = hashes_below(folder)?;
        let manifest = content_of(folder, MANIFEST).map_err(|error| error.to_string());
        let manifest = manifest.and_then(|bytes| String::from_utf8(bytes).map_err(|error| in_file(MANIFEST, &error)));
        let manifest = manifest.and_then(|text| Manifest::read(&text).map_err(|error| in_file(MANIFEST, &error)));
        let record = PublishedRecord::of(folder).map_err(|error| error.to_string());
        Ok(Self { folder: folder.clone(), there, manifest, record })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Place {
        &self.folder
    }

    /// SHA-256 of each file as it lies there; why there is none, for a file that cannot be read.
    pub fn there(&self) -> &BTreeMap<String, Result<String, String>> {
        &self.there
    }

    /// What the run record says, where it can be read.
    pub fn record(&self) -> Option<&PublishedRecord> {
        self.record.as_ref().ok()
    }

    /// Everything that can be said of the release without its source.
    pub fn checks(&self) -> Vec<ReleaseCheck> {
        let mut checks = vec![
            ReleaseCheck::new(format!("{MANIFEST} can be read"), self.manifest.as_ref().err().cloned()),
            ReleaseCheck::new(format!("{RECORD} can be read"), self.record.as_ref().err().cloned()),
        ];
        checks.extend(self.checks_of_files());
        if let Ok(record) = &self.record {
            checks.extend(self.manifest.as_ref().ok().map(|manifest| self.check_of_hashes(record, manifest)));
            checks.push(self.check_of_counts(record));
        }
        checks
    }

    /// The files against the manifest, or against the record of a release without a manifest.
    fn checks_of_files(&self) -> Vec<ReleaseCheck> {
        let (by, named) = match (&self.manifest, &self.record) {
            (Ok(manifest), _) => (MANIFEST, manifest.files()),
            (Err(_), Ok(record)) => (RECORD, &record.files),
            (Err(_), Err(_)) => return Vec::new(),
        };
        let missing = named.keys().filter(|path| !self.there.contains_key(*path));
        let altered = named.iter().filter_map(|(path, hash)| match self.there.get(path)? {
            Ok(found) if found == hash => None,
            Ok(_) => Some(path.clone()),
            Err(why) => Some(format!("{path} {why}")),
        });
        let is_known = |path: &&String| named.contains_key(*path) || [MANIFEST, RECORD].contains(&path.as_str());
        let extra = self.there.keys().filter(|path| !is_known(path));
        vec![
            ReleaseCheck::new(format!("each of the {} files that {by} names is there", named.len()), missing.cloned()),
            ReleaseCheck::new(format!("each of them has the SHA-256 that {by} says"), altered),
            ReleaseCheck::new(format!("no file is there that {by} does not name"), extra.cloned()),
        ]
    }

    /// The record beside the manifest: the same files with the same hashes, and the record itself.
    fn check_of_hashes(&self, record: &PublishedRecord, manifest: &Manifest) -> ReleaseCheck {
        let itself = self.there.get(RECORD).and_then(|hash| hash.as_ref().ok()).cloned().unwrap_or_default();
        let (wanted, found) = (manifest_of(&record.files, itself), manifest.files());
        let wanted = wanted.files();
        let unequal = wanted.iter().filter(|(path, hash)| found.get(*path) != Some(hash)).map(|(path, _)| path);
        let unknown = found.keys().filter(|path| !wanted.contains_key(*path));
        let check = format!("{RECORD} and {MANIFEST} name the same files with the same SHA-256");
        ReleaseCheck::new(check, unequal.chain(unknown).cloned())
    }

    /// The counts of the record beside what they count.
    fn check_of_counts(&self, record: &PublishedRecord) -> ReleaseCheck {
        let check = format!("{RECORD} counts what the results and its own lists hold");
        let recounts = match self.recounts(record) {
            Ok(recounts) => recounts,
            Err(problem) => return ReleaseCheck::new(check, [problem]),
        };
        let wrong = recounts.into_iter().filter(|one| one.recorded != one.found);
        let wrong = wrong.map(|one| format!("counts.{} is {}, and not {}", one.name, one.recorded, one.found));
        let other_run = (!record.identity.starts_with(&record.run_id))
            .then(|| format!("run_id is {}, which is not the beginning of the identity", record.run_id));
        ReleaseCheck::new(check, wrong.chain(other_run))
    }

    fn recounts(&self, record: &PublishedRecord) -> Result<Vec<Recount>, String> {
        let value = Some(CellIs { column: "status", text: Status::Value.as_str() });
        let changed = Some(CellIs { column: "kind", text: RevisionKind::SinceLastRelease.as_str() });
        let of_level = |level: FindingLevel| record.findings.iter().filter(|one| one.level == level).count();
        let figures = |cell| Ok::<_, String>(self.rows(OBSERVATIONS, cell)? + self.rows(BREAKDOWNS, cell)?);
        let counts = &record.counts;
        let recount = |name, recorded, found| Recount { name, recorded, found };
        Ok(vec![
            recount("observations", counts.observations, figures(None)?),
            recount("observations_with_value", counts.observations_with_value, figures(value)?),
            recount("figures_changed", counts.figures_changed, self.rows(REVISIONS, changed)?),
            recount("findings_blocking", counts.findings_blocking, of_level(FindingLevel::Blocking)),
            recount("findings_warning", counts.findings_warning, of_level(FindingLevel::Warning)),
            recount("findings_reconciliation", counts.findings_reconciliation, of_level(FindingLevel::Reconciliation)),
        ])
    }

    /// The number of rows of a result table, or of those that have a cell.
    fn rows(&self, table: &str, wanted: Option<CellIs>) -> Result<usize, String> {
        let path = parquet_path(table);
        let content = content_of(&self.folder, &path).map_err(|error| error.to_string())?;
        let rows = PublishedRows::read(table, &path, content).map_err(|error| error.to_string())?;
        count(&rows, wanted).map_err(|error| error.to_string())
    }
}

/// What a cell of a row must be to be counted.
#[derive(Clone, Copy)]
struct CellIs {
    column: &'static str,
    text: &'static str,
}

fn count(rows: &PublishedRows, wanted: Option<CellIs>) -> Result<usize, UnreadableTable> {
    let mut found = 0;
    for part in rows.parts() {
        found += match wanted {
            None => part.count(),
            Some(CellIs { column, text }) => {
                let cells = part.texts(column)?;
                (0..part.count()).filter(|row| cells.get(*row) == text).count()
            }
        };
    }
    Ok(found)
}

fn in_file(file: &str, problem: &impl Display) -> String {
    format!("{file}: {problem}")
}
