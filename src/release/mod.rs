//! A release: everything that its pages and result tables are made from, as plain values. Built once for each run; it
//! refers to no engine and no file.

mod bundle;
mod changes;
mod compared_names;
pub mod comparison;
pub mod differences;
mod earlier_editions;
mod imprint;
mod last;
pub mod manifest;
pub mod names;
pub mod proof;
mod public_edition;
pub mod published;
pub mod record;
pub mod retention;
pub mod store;
mod submissions;
mod summary;
pub mod tables;
pub mod trace;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::assessment::Assessment;
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::figures::{Figures, LongSeries};
use crate::history::{AcceptedBefore, Lateness, ReturnKey, Revision};
use crate::intake::RunBasis;
use crate::settings::{Decision, PublicationSection};
use crate::verdict::Verdicts;
use crate::verdict::responsibilities::Responsibility;
use crate::vocabulary::body::{Organisation, PeerGroup};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::delay::DelayBand;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::finding::Finding;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::returns::{Return, ReturnState};

pub use self::bundle::{BundleError, PublishedEdition};
pub use self::changes::{ReturnMove, changes_since};
pub use self::compared_names::ComparedNames;
pub use self::last::{FigureToActOn, LastRelease, LastReleaseError};
pub use self::public_edition::{EVIDENCE, PublicBasis, PublicEdition, PublicEditionError, make_public};
pub use self::store::ToldByRecord;
pub use self::submissions::{FigureBasis, RuleFailure, SubmissionLine, SubmittedFile};
pub use self::summary::{NamedBody, ReleaseSummary, bodies_of_newest, release_summaries};

/// A finding about data, worded for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    pub severity: &'static str,
    pub dataset: String,
    /// `None` where it is about no organisation's submission.
    pub org_code: Option<BodyId>,
    pub month: String,
    pub message: String,
}

/// A release, or the public edition of one.
#[derive(Debug)]
pub struct Release {
    pub period: Period,
    /// The periods of the trend, oldest first; the last one is `period`.
    pub trend: Vec<Period>,
    pub as_of: NaiveDate,
    pub published_on: NaiveDate,
    pub revision: u32,
    pub run_id: String,
    pub version: String,
    /// True when the source says that it is synthetic; then every page says so.
    pub synthetic: bool,
    pub metrics: Vec<Metric>,
    pub organisations: Vec<Organisation>,
    /// When each of them existed, and what it was then.
    pub lives: Lives,
    pub peer_groups: Vec<PeerGroup>,
    pub events: Vec<RecordedEvent>,
    /// What named people decided about the series.
    pub decisions: Vec<Decision>,
    /// Headline and category observations of every metric × organisation or aggregate × trend period.
    pub observations: Vec<Observation>,
    /// Figures of the nation and its regions as far back as they are followed. None in a public edition: what would reveal
    /// small counts is worked out for the periods of the trend alone.
    pub long_series: LongSeries,
    /// Who is responsible for what in `period`, and whether it is met.
    pub responsibilities: Vec<Responsibility>,
    /// How long the cases of organisations took, by metric, organisation, period and band. None in a public edition.
    pub delays: Vec<DelayBand>,
    /// What changed and who stands out.
    pub assessment: Assessment,
    /// Where each figure of `period` stands, and how much attention it asks for.
    pub verdicts: Verdicts,
    /// How complete recent figures are, and what has moved.
    pub lateness: Lateness,
    /// What the metrics rest on, for the dictionaries.
    pub contracts: Vec<Contract>,
    pub rollups: Vec<Rollup>,
    /// The grid for the months of `period`.
    pub returns: Vec<Return>,
    /// What organisations submitted. None in a public edition.
    pub submissions: Vec<SubmissionLine>,
    pub findings: Vec<FindingLine>,
    /// Who publishes, and what readers are told.
    pub publication: PublicationSection,
    /// Settings printed beside figures: name and value.
    pub settings: Vec<(String, String)>,
    /// In the public edition: what is withheld.
    pub withheld: Option<Withheld>,
}

/// What a public edition withholds, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Counts of cases about persons from 1 to below this are withheld.
    pub threshold: i64,
    /// Figures of an organisation's work with a smaller denominator are withheld.
    pub minimum_denominator: i64,
    /// By metric id, those of work: the organisations of the report's period.
    pub work: BTreeMap<MetricId, WorkWithheld>,
}

/// Of a metric of work: how many organisations are shown, and what they and all have together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkWithheld {
    pub shown: Together,
    pub all: Together,
}

/// Organisations with a figure and their sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Together {
    pub organisations: usize,
    pub numerator: i64,
    pub denominator: i64,
}

/// What tells one release of a period from another.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseNumber<'a> {
    pub revision: u32,
    pub published_on: NaiveDate,
    pub identity: &'a str,
}

impl Release {
    /// The release of a run.
    pub fn new(basis: &RunBasis<'_>, figures: Figures, number: ReleaseNumber<'_>, findings: &[Finding]) -> Self {
        let RunBasis { check, settings, intake, period, periods } = *basis;
        let parameters = settings.figures.parameters.iter().map(|(name, value)| (name.clone(), value.to_string()));
        Self {
            period,
            trend: periods.to_vec(),
            as_of: check.opened.as_of,
            published_on: number.published_on,
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
            long_series: figures.long_series,
            responsibilities: figures.responsibilities,
            delays: figures.delays,
            assessment: figures.assessment,
            verdicts: figures.verdicts,
            lateness: figures.lateness,
            contracts: check.definitions.contracts.clone(),
            rollups: check.definitions.rollups.clone(),
            returns: intake.grid.returns(period),
            submissions: SubmissionLine::all(basis),
            findings: findings.iter().map(FindingLine::of).collect(),
            publication: settings.figures.publication.clone(),
            settings: parameters.collect(),
            withheld: None,
        }
    }

    /// Says of each refused return which good one it replaced.
    pub fn name_replaced(&mut self, accepted_before: &AcceptedBefore) {
        for one in &mut self.returns {
            let key = ReturnKey { dataset: one.dataset.clone(), org_code: one.org_code.clone(), month: one.month };
            let before = accepted_before.get(&key).copied();
            if let ReturnState::Refused { submitted, replaced, .. } = &mut one.state {
                *replaced = before.filter(|before| before < submitted);
            }
        }
    }

    /// Adds what has changed since the release before.
    pub fn add_changes(&mut self, changes: Vec<Revision>) {
        self.lateness.revisions.extend(changes);
        self.lateness.sort();
    }
}

impl FindingLine {
    fn of(finding: &Finding) -> Self {
        Self {
            severity: finding.level.as_str(),
            dataset: finding.dataset.clone(),
            org_code: finding.org_code.clone(),
            month: finding.period.clone(),
            message: finding.message.clone(),
        }
    }
}
