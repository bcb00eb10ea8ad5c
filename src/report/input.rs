//! Everything a report is made from, as plain values. Built once per run; it refers to no engine and no file.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::assessment::{Assessment, Decision};
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::lateness::Lateness;
use crate::lives::Lives;
use crate::observation::Observation;
use crate::period::{Month, Period};
use crate::responsibilities::Responsibility;

/// One body, as the organisations dataset describes it on the data date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub code: String,
    pub name: String,
    pub short_name: String,
    /// `territorial_force`, `special_force`, `non_police` and so on.
    pub kind: String,
    pub region: Option<String>,
    pub country: String,
    pub officers: Option<i64>,
    /// Code of the organisation that came after it, where it ended and one did.
    pub succeeded_by: Option<String>,
}

/// Where an organisation's peers come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerGroup {
    pub org_code: String,
    /// Codes of the peers; the organisation itself is not among them.
    pub peers: Vec<String>,
    /// Such as "supplied peer groups of 1 April 2024" or "same region (not a most similar group)".
    pub source: String,
}

/// A recorded event that may explain a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    pub org_code: String,
    pub happened_on: NaiveDate,
    pub kind: String,
    pub description: String,
}

/// What became of one expected or received submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnState {
    /// Used in the figures; the date it was submitted, and whether that was after the due date.
    Accepted { submitted: NaiveDate, late: bool },
    /// Refused by a check, with the findings' first words. `replaced` is the day of the return before it that had met every
    /// check: no figure rests on that one any more.
    Refused { submitted: NaiveDate, reason: String, replaced: Option<NaiveDate> },
    /// Expected, past the due date, not there.
    NotReturned,
    /// Expected, not yet due.
    NotYetDue,
}

/// One cell of the grid dataset × organisation × month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    pub dataset: String,
    pub org_code: String,
    pub month: Month,
    pub state: ReturnState,
}

/// A finding about data, worded for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    pub severity: &'static str,
    pub dataset: String,
    pub org_code: String,
    pub month: String,
    pub message: String,
}

/// The whole input of the report model.
#[derive(Debug)]
pub struct ReleaseInput {
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
    /// Who is responsible for what in `period`, and whether it is met.
    pub responsibilities: Vec<Responsibility>,
    /// What changed and who stands out.
    pub assessment: Assessment,
    /// How complete recent figures are, and what has moved.
    pub lateness: Lateness,
    /// What the metrics rest on, for the dictionaries.
    pub contracts: Vec<Contract>,
    pub rollups: Vec<Rollup>,
    /// The grid for the months of `period`.
    pub returns: Vec<Return>,
    pub findings: Vec<FindingLine>,
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
    pub work: BTreeMap<String, WorkWithheld>,
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
