//! A published release as it is read again: what its run record says, and which bodies stand behind its codes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::store::{DamagedFile, PublishedRelease, RECORD, content_of};
use super::tables::{ORGANISATIONS, PublishedRows, UnreadableTable, parquet_path};
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::digest::sha256;
use crate::place::Place;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::finding::Finding;
use crate::vocabulary::period::Period;

/// A published release that cannot be read again.
#[derive(Debug, thiserror::Error)]
pub enum RereadError {
    #[error(transparent)]
    Damaged(#[from] DamagedFile),
    #[error(transparent)]
    Table(#[from] UnreadableTable),
}

/// What a run record says of its run.
#[derive(Debug, Deserialize)]
pub struct PublishedRecord {
    pub period: Period,
    pub revision: u32,
    pub as_of: NaiveDate,
    pub published_on: NaiveDate,
    pub run_id: String,
    pub identity: String,
    /// False too where an earlier version of the program did not say it.
    #[serde(default)]
    pub synthetic: bool,
    pub program_version: String,
    pub engine_version: String,
    /// `None` too where an earlier version of the program did not say it.
    #[serde(default)]
    pub last_release: Option<String>,
    pub settings: Value,
    /// SHA-256 of each definition file.
    pub definitions: BTreeMap<String, String>,
    pub inputs: Vec<PublishedInput>,
    pub counts: PublishedCounts,
    pub disclosure: Option<PublishedDisclosure>,
    pub findings: Vec<Finding>,
    /// SHA-256 of each file but record and manifest.
    pub files: BTreeMap<String, String>,
}

/// A file that the run looked at.
#[derive(Debug, Deserialize)]
pub struct PublishedInput {
    pub path: String,
    pub size: u64,
    pub rows: u64,
    /// Empty where it could not be read.
    pub sha256: String,
    /// False where its submission was refused.
    pub used: bool,
}

/// The counts that the rest of a release gives again.
#[derive(Debug, Deserialize)]
pub struct PublishedCounts {
    pub observations: usize,
    pub observations_with_value: usize,
    pub figures_changed: usize,
    pub findings_blocking: usize,
    pub findings_warning: usize,
    pub findings_reconciliation: usize,
}

/// What the public edition was made beside.
#[derive(Debug, Deserialize)]
pub struct PublishedDisclosure {
    pub earlier_editions: Vec<String>,
}

impl PublishedRecord {
    /// Reads the record of a release.
    ///
    /// # Errors
    /// A record that is not there, or says less than one does.
    pub fn of(folder: &Place) -> Result<Self, DamagedFile> {
        serde_json::from_slice(&content_of(folder, RECORD)?).map_err(|error| DamagedFile::no_record(folder, &error))
    }

    /// Period and revision, such as `2025-26Q1 r1`.
    pub fn name(&self) -> String {
        format!("{} r{}", self.period, self.revision)
    }

    /// Whether the definitions at hand say what a metric rests on as those of the release did: its files and all roll-ups
    /// are the same.
    pub fn has_metric_of(&self, definitions: &Definitions, metric: &Metric) -> bool {
        let folder = format!("queries/metrics/{}/", metric.id);
        let decides = |path: &&String| path.starts_with(&folder) || path.starts_with("queries/rollups/");
        let recorded: BTreeMap<&String, String> = self
            .definitions
            .iter()
            .filter(|(path, _)| decides(path))
            .map(|(path, hash)| (path, hash.clone()))
            .collect();
        let own = definitions.files.iter().filter(|(path, _)| decides(path));
        recorded == own.map(|(path, bytes)| (path, sha256(bytes))).collect()
    }
}

/// A body as a release describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedBody {
    pub name: String,
    /// Empty of a sum.
    pub full_name: String,
    /// Empty where an organisation has none.
    region: String,
    /// Organisations that a sum is over, as on the data date.
    sum_of: Vec<BodyId>,
}

/// Every body that a code of a release can stand for.
#[derive(Debug)]
pub struct PublishedBodies {
    by_code: BTreeMap<BodyId, PublishedBody>,
}

impl PublishedBodies {
    /// Reads the bodies of a release.
    ///
    /// # Errors
    /// A table that is damaged, or lacks what is needed.
    pub fn of(release: &PublishedRelease) -> Result<Self, RereadError> {
        let path = parquet_path(ORGANISATIONS);
        let rows = PublishedRows::read(ORGANISATIONS, release.folder().join(&path), release.read(&path)?)?;
        let mut by_code = BTreeMap::new();
        for part in rows.parts() {
            let (ids, names, full_names) = (part.texts("org_code")?, part.texts("org_name")?, part.texts("full_name")?);
            let (regions, sums) = (part.texts("region")?, part.texts("members")?);
            for row in 0..part.count() {
                let body = PublishedBody {
                    name: names.get(row).to_owned(),
                    full_name: full_names.get(row).to_owned(),
                    region: regions.get(row).to_owned(),
                    sum_of: sums.get(row).split_whitespace().map(BodyId::from).collect(),
                };
                by_code.insert(ids.get(row).into(), body);
            }
        }
        Ok(Self { by_code })
    }

    /// Every code with its body, by code.
    pub fn all(&self) -> &BTreeMap<BodyId, PublishedBody> {
        &self.by_code
    }

    /// The organisations whose returns a figure rests on; `None` for all. A region has those that lie in it, whether they
    /// still exist or not.
    pub fn members(&self, code: &BodyId) -> Option<Vec<BodyId>> {
        let listed = || self.by_code.get(code).map(|body| body.sum_of.clone()).unwrap_or_default();
        match code.body() {
            Body::Nation => None,
            Body::Organisation(_) | Body::Unattributed => Some(vec![code.clone()]),
            Body::PeersOf(_) => Some(listed()),
            Body::Region(region) => {
                let mut members = listed();
                let lies_there = self.by_code.iter().filter(|(_, body)| body.region == region);
                members.extend(lies_there.map(|(code, _)| code.clone()));
                members.sort_unstable();
                members.dedup();
                Some(members)
            }
        }
    }
}
