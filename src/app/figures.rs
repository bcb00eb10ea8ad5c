//! From admitted submissions to observations: roll-ups, metrics, review periods, and the comparison with printed figures.
//! Orchestrates; each step is in its own module.

use std::collections::BTreeMap;
use std::time::Instant;

use futures::{StreamExt, TryStreamExt};

use super::intake::{Intake, Opened, WorkFolder};
use super::progress::Step;
use crate::config::Settings;
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::diagnostics::Finding;
use crate::engine::Table;
use crate::metrics::{FigureSource, Group, MetricError, PeriodInput, compute_monthly, months_table, observe};
use crate::observation::{NATIONAL, Observation, PEERS_PREFIX, REGION_PREFIX, UNATTRIBUTED};
use crate::period::{Month, Period};
use crate::provenance::RollupRecord;
use crate::quantity::Status;
use crate::reconcile::reconcile;
use crate::report::input::{Organisation, PeerGroup};
use crate::rollups::{RollupError, Rollups};
use crate::sources::{ROLLUP_PREFIX, SubmittedTable};

/// Roll-ups that are loaded side by side; most wait for files more than for the processor.
const ROLLUPS_AT_ONCE: usize = 3;

/// Why no figures could be made.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    #[error(transparent)]
    Rollup(#[from] RollupError),
    #[error(transparent)]
    Metric(#[from] MetricError),
}

/// All figures of a run.
pub struct Figures {
    pub observations: Vec<Observation>,
    pub peer_groups: Vec<PeerGroup>,
    pub rollups: Vec<RollupRecord>,
    pub findings: Vec<Finding>,
    pub milliseconds: BTreeMap<&'static str, u128>,
}

/// The periods that a run computes, oldest first; the last is the one asked for.
pub fn trend_periods(period: Period, settings: &Settings) -> Vec<Period> {
    period.trend(settings.trend.periods(period.kind))
}

/// Computes every metric for every organisation, aggregate and trend period.
pub async fn compute(
    (opened, intake): (&Opened, &Intake),
    definitions: &Definitions,
    settings: &Settings,
    work: &WorkFolder,
    (period, step): (Period, &Step),
) -> Result<Figures, FiguresError> {
    let started = Instant::now();
    let (mut tables, rollups) = load_rollups((opened, intake), definitions, work, step).await?;
    let rollup_time = started.elapsed().as_millis();
    let periods = trend_periods(period, settings);
    tables.insert("months".to_owned(), months_table(&months_of(&periods)));
    if let Some(table) = &intake.reference.organisations_table {
        tables.insert("organisations".to_owned(), table.clone());
    }
    let started = Instant::now();
    let peer_groups = peer_groups(intake, period);
    let groups = groups(&intake.organisations, &peer_groups);
    step.start("Computing metrics", definitions.metrics.len());
    let mut observations = Vec::new();
    for metric in &definitions.metrics {
        let rows = compute_monthly(&opened.engine, metric, &tables, &settings.parameters).await;
        let sources = sources_of(metric, definitions);
        let rows = match unset_parameter(metric, settings) {
            Some(_) => Vec::new(),
            None => rows?,
        };
        let input = PeriodInput {
            metric,
            sources: &sources,
            rows: &rows,
            grid: &intake.grid,
            groups: &groups,
            periods: &periods,
        };
        observations
            .extend(observe(&input).into_iter().map(|observation| withhold_unset(observation, metric, settings)));
        step.advance(1, 0);
    }
    let findings = reconcile(&observations, &intake.reference.published_figures);
    let milliseconds = BTreeMap::from([("roll-ups", rollup_time), ("metrics", started.elapsed().as_millis())]);
    Ok(Figures { observations, peer_groups, rollups, findings, milliseconds })
}

/// A setting that the metric needs and the installation did not decide.
fn unset_parameter<'m>(metric: &'m Metric, settings: &Settings) -> Option<&'m String> {
    metric.parameters.iter().find(|name| !settings.parameters.contains_key(*name))
}

fn withhold_unset(observation: Observation, metric: &Metric, settings: &Settings) -> Observation {
    let Some(name) = unset_parameter(metric, settings) else { return observation };
    let reason = format!("the setting {name} is not given; it has no documented value");
    Observation {
        numerator: None,
        denominator: None,
        value: None,
        status: Status::CannotTell(reason),
        interval_95: None,
        interval_998: None,
        ..observation
    }
}

async fn load_rollups(
    (opened, intake): (&Opened, &Intake),
    definitions: &Definitions,
    work: &WorkFolder,
    step: &Step,
) -> Result<(BTreeMap<String, Table>, Vec<RollupRecord>), FiguresError> {
    let rollups = Rollups { engine: &opened.engine, cache_dir: work.rollups() };
    step.start("Rolling up", definitions.rollups.len());
    let loading = definitions.rollups.iter().filter_map(|rollup| {
        let contract = definitions.contract(&rollup.dataset)?;
        Some(load_rollup((&rollups, intake), rollup, contract, step))
    });
    let loaded: Vec<_> = futures::stream::iter(loading).buffered(ROLLUPS_AT_ONCE).try_collect().await?;
    let mut tables = BTreeMap::new();
    let mut records = Vec::new();
    for (record, table) in loaded {
        tables.insert(record.name.clone(), table);
        records.push(record);
    }
    Ok((tables, records))
}

async fn load_rollup(
    (rollups, intake): (&Rollups<'_>, &Intake),
    rollup: &Rollup,
    contract: &Contract,
    step: &Step,
) -> Result<(RollupRecord, Table), FiguresError> {
    let started = Instant::now();
    let (records, submitted) = admitted_for(intake, rollup);
    let loaded = rollups.load(rollup, contract, &records, &submitted).await?;
    let record = RollupRecord {
        name: rollup.name.clone(),
        scans: loaded.scans,
        submissions_scanned: loaded.scanned,
        submissions_cached: loaded.cached,
        bytes_scanned: loaded.bytes_scanned,
        milliseconds: started.elapsed().as_millis(),
    };
    step.advance(1, 0);
    Ok((record, loaded.table))
}

/// Record submissions of a roll-up's dataset, and submissions of the roll-up itself.
pub fn admitted_for<'i>(intake: &'i Intake, rollup: &Rollup) -> (Vec<&'i Admission>, Vec<&'i Admission>) {
    let records = intake.accepted(&SubmittedTable::Records(rollup.dataset.clone()));
    (records, intake.accepted(&SubmittedTable::Rollup(rollup.name.clone())))
}

pub(super) fn sources_of(metric: &Metric, definitions: &Definitions) -> Vec<FigureSource> {
    let source = |name: &String| {
        let rollup = definitions.rollup(name)?;
        Some(FigureSource {
            dataset: rollup.dataset.clone(),
            rollup_folder: format!("{ROLLUP_PREFIX}{name}"),
            by_other_month: rollup.keys.iter().any(|key| key.name == "period"),
        })
    };
    metric.rollups.iter().filter_map(source).collect()
}

/// Every month that any period touches, oldest first.
pub(super) fn months_of(periods: &[Period]) -> Vec<Month> {
    let mut months: Vec<Month> = periods.iter().flat_map(|period| period.months()).collect();
    months.sort_unstable();
    months.dedup();
    months
}

/// Organisations, the unattributed rows, the nation, regions and peer groups, in that order.
pub(super) fn groups(organisations: &[Organisation], peer_groups: &[PeerGroup]) -> Vec<Group> {
    let single = |code: &str| Group { code: code.to_owned(), members: vec![code.to_owned()] };
    let mut groups: Vec<Group> = organisations.iter().map(|organisation| single(&organisation.code)).collect();
    groups.push(single(UNATTRIBUTED));
    groups.push(Group { code: NATIONAL.to_owned(), members: Vec::new() });
    let mut regions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for organisation in organisations {
        if let Some(region) = &organisation.region {
            regions.entry(region).or_default().push(organisation.code.clone());
        }
    }
    groups.extend(
        regions.into_iter().map(|(region, members)| Group { code: format!("{REGION_PREFIX}{region}"), members }),
    );
    groups.extend(
        peer_groups
            .iter()
            .map(|group| Group { code: format!("{PEERS_PREFIX}{}", group.org_code), members: group.peers.clone() }),
    );
    groups
}

/// The supplied peers that hold on the period's last day; without any, the police forces of the same region, named as such.
fn peer_groups(intake: &Intake, period: Period) -> Vec<PeerGroup> {
    let day = period.end();
    let mut groups = Vec::new();
    for organisation in &intake.organisations {
        let links: Vec<_> = intake
            .reference
            .peer_links
            .iter()
            .filter(|link| link.org_code == organisation.code)
            .filter(|link| link.valid_from <= day && link.valid_to.is_none_or(|to| day <= to))
            .collect();
        let (peers, source): (Vec<String>, String) = match links.first() {
            Some(first) => (links.iter().map(|link| link.peer_code.clone()).collect(), first.source.clone()),
            None => (
                same_region(organisation, &intake.organisations),
                "same region (not the HMICFRS most similar group)".to_owned(),
            ),
        };
        if !peers.is_empty() {
            groups.push(PeerGroup { org_code: organisation.code.clone(), peers, source });
        }
    }
    groups
}

fn same_region(organisation: &Organisation, all: &[Organisation]) -> Vec<String> {
    let peer = |other: &&Organisation| {
        other.code != organisation.code && other.kind == organisation.kind && other.region == organisation.region
    };
    if organisation.region.is_none() {
        return Vec::new();
    }
    all.iter().filter(peer).map(|other| other.code.clone()).collect()
}
