//! A release: everything that its pages and result tables are made from, as plain values. Built once for each run; it
//! refers to no engine and no file.

pub mod record;
pub mod store;
pub mod tables;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::assessment::Assessment;
use crate::assessment::responsibilities::Responsibility;
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::lateness::Lateness;
use crate::settings::Decision;
use crate::vocabulary::body::{Organisation, PeerGroup};
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::returns::Return;

/// A finding about data, worded for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    pub severity: &'static str,
    pub dataset: String,
    pub org_code: String,
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
