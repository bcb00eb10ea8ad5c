//! The run record: what a release was made from and by, so that it can be checked and made again.
//! Plain values for JSON; its form is fixed by `schemas/run-record.schema.json`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::contract::Admission;
use crate::figures::Figures;
use crate::history::EarlierReturns;
use crate::intake::{HelpRecord, Intake};
use crate::public::MetricEvidence;
use crate::rollups::RollupRecord;
use crate::settings::FigureSettings;
use crate::vocabulary::finding::{Finding, FindingLevel};

/// One file that was read.
#[derive(Debug, Clone, Serialize)]
pub struct InputFile {
    pub path: String,
    pub size: u64,
    pub rows: u64,
    pub sha256: String,
    /// False when its submission was refused.
    pub used: bool,
}

impl InputFile {
    /// Every file that a run looked at, those of replaced submissions included; by path.
    pub fn all(intake: &Intake, earlier: &EarlierReturns) -> Vec<Self> {
        let admissions = intake.admissions.values().flatten().chain(&earlier.replaced);
        let mut files: Vec<Self> = admissions.flat_map(Self::of).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn of(admission: &Admission) -> impl Iterator<Item = Self> {
        let used = !admission.refused();
        admission.files.iter().map(move |file| Self {
            path: file.path.clone(),
            size: file.size,
            rows: file.rows,
            sha256: file.sha256.clone(),
            used,
        })
    }
}

/// Numbers of submissions and figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RecordCounts {
    pub submissions: usize,
    pub submissions_refused: usize,
    pub submissions_read: usize,
    pub bytes_read: u64,
    /// Metrics whose monthly rows an earlier run left, so that they were not computed.
    pub metrics_recalled: usize,
    pub observations: usize,
    pub observations_with_value: usize,
    /// Headline figures that the release before had otherwise.
    pub figures_changed: usize,
    pub findings_blocking: usize,
    pub findings_warning: usize,
    pub findings_reconciliation: usize,
}

impl RecordCounts {
    /// Without figures where a run had none to make.
    pub fn new(intake: &Intake, figures: Option<&Figures>, findings: &[Finding]) -> Self {
        let level = |level| findings.iter().filter(|finding| finding.level == level).count();
        let read = || intake.admissions.values().flatten().filter(|admission| !admission.recalled);
        let scanned: u64 = figures.iter().flat_map(|figures| &figures.rollups).map(|rollup| rollup.bytes_scanned).sum();
        let observations = figures.map(|figures| figures.observations.as_slice()).unwrap_or_default();
        Self {
            submissions: intake.admissions.values().map(Vec::len).sum(),
            submissions_refused: intake.refused(),
            submissions_read: read().count(),
            bytes_read: read().flat_map(|admission| &admission.files).map(|file| file.size).sum::<u64>() + scanned,
            metrics_recalled: figures.map_or(0, |figures| figures.recalled),
            observations: observations.len(),
            observations_with_value: observations.iter().filter(|observation| observation.value.is_some()).count(),
            figures_changed: 0,
            findings_blocking: level(FindingLevel::Blocking),
            findings_warning: level(FindingLevel::Warning),
            findings_reconciliation: level(FindingLevel::Reconciliation),
        }
    }
}

/// What the public edition withholds, and what the attack on it found.
#[derive(Debug, Clone, Serialize)]
pub struct DisclosureRecord {
    /// Counts of cases about persons from 1 to below this are withheld.
    pub threshold: i64,
    /// Figures of work with a smaller denominator are withheld.
    pub minimum_denominator: i64,
    /// What must remain possible for a withheld count.
    pub protection: &'static str,
    pub figures_withheld: usize,
    /// Those among them that are figures of work with a small denominator.
    pub figures_of_few_cases: usize,
    /// Counts hidden for their own size.
    pub cells_primary: usize,
    /// Counts hidden to protect others.
    pub cells_secondary: usize,
    /// Counts hidden because an earlier edition hid them, or with the count that they complete.
    pub cells_held_back: usize,
    /// Small counts that readers know from earlier editions.
    pub cells_known: usize,
    /// The fewest values that are possible for a small count that readers do not know already.
    pub smallest_range: Option<i64>,
    /// Whether every search was exact, so that no pattern is better.
    pub exact: bool,
    /// Families of metrics, each in one period, in which some small count had no cover: all beside it is withheld.
    pub units_withheld_whole: usize,
    /// Totals that do not equal their parts, so that nothing follows from them.
    pub sums_not_used: Vec<String>,
    /// Earlier public editions that were attacked together with this one.
    pub earlier_editions: Vec<String>,
    pub metrics: BTreeMap<String, MetricEvidence>,
}

/// Everything that the reader of a release needs to trust or repeat it.
#[derive(Debug, Clone, Serialize)]
pub struct RunRecord {
    pub format_version: &'static str,
    pub run_id: String,
    pub identity: String,
    pub period: String,
    pub revision: u32,
    pub as_of: NaiveDate,
    pub published_on: NaiveDate,
    pub synthetic: bool,
    /// The release whose figures this one was compared with, such as `2025-26Q1 r1`.
    pub last_release: Option<String>,
    pub program_version: &'static str,
    pub engine_version: &'static str,
    pub threads: usize,
    pub memory_limit_mib: usize,
    /// Those that decided the figures, whole.
    pub settings: FigureSettings,
    /// SHA-256 of each definition file.
    pub definitions: BTreeMap<String, String>,
    pub inputs: Vec<InputFile>,
    pub rollups: Vec<RollupRecord>,
    pub counts: RecordCounts,
    pub disclosure: Option<DisclosureRecord>,
    /// What workers read, where there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<HelpRecord>,
    pub findings: Vec<Finding>,
    /// SHA-256 of each file of the release but this one and the manifest, which names this one too.
    pub files: BTreeMap<String, String>,
    /// Milliseconds of each step. With the roll-ups' costs and the numbers of what was read, the only content that differs
    /// between equal runs.
    pub timings: BTreeMap<&'static str, u128>,
}
