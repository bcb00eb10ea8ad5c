//! From admitted submissions to observations: roll-ups, metrics, review periods, and the comparison with printed figures.
//! Orchestrates; each step is in its own module.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};
use rayon::prelude::*;

use super::growing::Growing;
use super::intake::{Intake, Opened};
use super::late::{
    LateInput, PastBasis, growing_rows, lateness, load_past, past_frames, past_rows, returns_not_due, unmeasured,
};
use super::needed::{Needed, Shared};
use super::past::{Past, counts_returns, grows, is_measured};
use super::progress::Step;
use super::work::WorkFolder;
use crate::assessment::responsibilities::{Responsibility, assess_responsibilities};
use crate::assessment::{Assessment, AssessmentInput, assess};
use crate::checks::invariants::{BrokenInvariants, enforce_invariants};
use crate::checks::reconcile::reconcile;
use crate::contract::Admission;
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::definitions::references::RETURNS;
use crate::engine::{Engine, Table, Trouble};
use crate::lateness::Lateness;
use crate::metrics::{
    FigureSource, Frame, Grid, Group, Grown, MetricError, Monthly, PeerInput, PeriodInput, Remembered, Stay, observe,
    observe_in, peer_groups, withhold_thin_peers,
};
use crate::provenance::RollupRecord;
use crate::rollups::{LoadedSets, Recalled, RollupError, Rollups};
use crate::settings::{Settings, with_targets};
use crate::sources::{ROLLUP_PREFIX, SubmittedTable};
use crate::vocabulary::body::{NATIONAL, PEERS_PREFIX, PeerGroup, REGION_PREFIX, UNATTRIBUTED};
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::lives::Lives;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period, PeriodType};
use crate::vocabulary::quantity::Status;

/// Roll-ups that are loaded side by side; most wait for files more than for the processor.
const ROLLUPS_AT_ONCE: usize = 3;

/// About the size of a remembered row.
const ROW_BYTES: usize = 40;

/// Why no figures could be made.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    #[error(transparent)]
    Rollup(#[from] RollupError),
    #[error(transparent)]
    Metric(#[from] MetricError),
    #[error(transparent)]
    Invariants(#[from] BrokenInvariants),
    #[error("a metric broke off: {0}")]
    Stopped(#[source] tokio::task::JoinError),
}

impl FiguresError {
    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Rollup(error) => error.trouble(),
            Self::Metric(error) => error.trouble(),
            Self::Invariants(_) | Self::Stopped(_) => Trouble::Content,
        }
    }
}

/// All figures of a run.
pub struct Figures {
    /// The metrics with the local targets of the settings among their standards.
    pub metrics: Vec<Metric>,
    pub observations: Vec<Observation>,
    /// Figures of the months and quarters that the periods are made of, of metrics that count cases about persons. No edition
    /// shows them; the public one must not give them away.
    pub pieces: Vec<Observation>,
    pub assessment: Assessment,
    pub lateness: Lateness,
    pub responsibilities: Vec<Responsibility>,
    pub peer_groups: Vec<PeerGroup>,
    pub rollups: Vec<RollupRecord>,
    pub findings: Vec<Finding>,
    /// Metrics whose monthly rows an earlier run left.
    pub recalled: usize,
    /// Metrics that have no figure because the engine may not have enough memory.
    pub without_memory: usize,
    pub milliseconds: BTreeMap<&'static str, u128>,
}

/// The periods that a run computes, oldest first; the last is the one asked for. A trend begins no earlier than the returns
/// do: nobody failed to return what nobody was asked for.
pub fn trend_periods(period: Period, settings: &Settings, opened: &Opened) -> Vec<Period> {
    let first = opened.first_month();
    let begun = |one: &Period| *one == period || first.is_none_or(|first| first <= one.last());
    period.trend(settings.figures.trend.periods(period.kind)).into_iter().filter(begun).collect()
}

/// Computes every metric for every organisation, aggregate and trend period.
pub async fn compute(
    (opened, intake, past): (&Opened, &Intake, Past),
    definitions: &Definitions,
    settings: &Settings,
    work: &WorkFolder,
    (period, step): (Period, &Step),
) -> Result<Figures, FiguresError> {
    let started = Instant::now();
    let periods = trend_periods(period, settings, opened);
    let months = months_of(&periods);
    let metrics = with_targets(&definitions.metrics, &settings.figures.targets, &intake.organisations);
    let remembered = Remembered::below(work.monthly());
    let shared = Shared::of(intake, &months);
    let (rollups, parameters) = (definitions.rollups.as_slice(), &settings.figures.parameters);
    let needed = Needed { rollups, metrics: &metrics, parameters, remembered: &remembered };
    let monthly = needed.recall(metrics.iter(), &shared, |rollup| admitted_for(intake, rollup));
    let mut growing = Growing::recall((&past, intake), (definitions, &needed), &shared);
    let wanted =
        |rollup: &str| needed.is_unread(rollup) || needed.wants(rollup, &monthly) || growing.wants(&needed, rollup);
    let LoadedRollups { mut tables, records: mut rollups, mut missing } =
        load_rollups((opened, intake), (definitions, &wanted), work, step).await?;
    let loader = Rollups { engine: &opened.engine, cache_dir: work.rollups() };
    let costs = &mut RollupCosts { records: &mut rollups, missing: &mut missing };
    growing.load((&past, intake), (definitions, &needed), (&loader, &tables), costs).await?;
    let past = load_past(past.moments, (definitions, &needed), (&opened.engine, work), &shared, costs).await?;
    let rollup_time = started.elapsed().as_millis();
    tables.extend(shared.tables);
    tables.insert(RETURNS.to_owned(), intake.grid.table(&months)?);
    let started = Instant::now();
    let peer_groups = choose_peers(intake, settings, period);
    let recalled = monthly.recalled_metrics();
    let basis = Basis {
        engine: opened.engine.serial(),
        tables,
        missing,
        monthly,
        remembered: remembered.clone(),
        parameters: settings.figures.parameters.clone(),
        grid: Arc::clone(&intake.grid),
        groups: groups(&intake.lives, &peer_groups),
        periods: periods.clone(),
        pieces: pieces_of(&periods),
        past,
        growing,
        lags: settings.figures.late.months,
        as_of: opened.as_of,
    };
    let threads = settings.engine.thread_count();
    let MetricFigures { mut observations, pieces, lateness, without_memory: mut findings } =
        compute_metrics(basis, (&metrics, definitions), threads, step).await?;
    let without_memory = findings.len();
    remembered.forget_oldest();
    findings.extend(enforce_invariants(&definitions.invariants, &metrics, &mut observations)?);
    withhold_thin_peers(&groups(&intake.lives, &peer_groups), &mut observations);
    let metrics_time = started.elapsed().as_millis();
    let started = Instant::now();
    let series = (peer_groups.as_slice(), periods.as_slice());
    let assessment = assess_figures(intake, settings, (&metrics, &lateness), series, &mut observations);
    let responsibilities = assess_responsibilities(&metrics, &observations, &assessment.comparisons, period);
    findings.extend(reconcile(&metrics, &observations, &intake.reference.published_figures));
    let milliseconds = BTreeMap::from([
        ("roll-ups", rollup_time),
        ("metrics", metrics_time),
        ("assess", started.elapsed().as_millis()),
    ]);
    Ok(Figures {
        metrics,
        observations,
        pieces,
        assessment,
        lateness,
        responsibilities,
        peer_groups,
        rollups,
        findings,
        recalled,
        without_memory,
        milliseconds,
    })
}

fn choose_peers(intake: &Intake, settings: &Settings, period: Period) -> Vec<PeerGroup> {
    let day = period.end();
    let mut organisations = intake.lives.on(day);
    organisations.retain(|organisation| intake.lives.exists_on(&organisation.code, day));
    peer_groups(&PeerInput {
        organisations: &organisations,
        links: &intake.reference.peer_links,
        fallback: settings.figures.peers.fallback,
        ignore_supplied: settings.figures.peers.ignore_supplied,
        day,
    })
}

fn assess_figures(
    intake: &Intake,
    settings: &Settings,
    (metrics, lateness): (&[Metric], &Lateness),
    (peer_groups, trend): (&[PeerGroup], &[Period]),
    observations: &mut [Observation],
) -> Assessment {
    let input = AssessmentInput {
        metrics,
        organisations: &intake.organisations,
        lives: &intake.lives,
        peer_groups,
        events: &intake.reference.events,
        decisions: &settings.figures.decisions,
        parity: &settings.figures.parity,
        trend,
        provisional: &lateness.provisional,
    };
    assess(&input, observations)
}

/// Every metric, several side by side. The basis ends here: the roll-ups have done their work, and the pages need the room.
async fn compute_metrics(
    basis: Basis,
    (metrics, definitions): (&[Metric], &Definitions),
    threads: usize,
    step: &Step,
) -> Result<MetricFigures, FiguresError> {
    let basis = Arc::new(basis);
    step.start("Computing metrics", metrics.len());
    // The largest come first: one of them at the end would keep a single thread busy. Enough are under way that none waits
    // for the first of them to be taken.
    let rows = |metric: &Metric| -> usize {
        let of_rollups = || metric.rollups.iter().filter_map(|name| basis.tables.get(name)).map(Table::rows_in_memory);
        basis.monthly.recalled_bytes(metric).map_or_else(|| of_rollups().sum(), |bytes| bytes / ROW_BYTES)
    };
    let mut order: Vec<(usize, &Metric)> = metrics.iter().enumerate().collect();
    order.sort_by_key(|(_, metric)| Reverse(rows(metric)));
    let computing = order.into_iter().map(|(place, metric)| {
        let (basis, metric, sources) = (Arc::clone(&basis), metric.clone(), sources_of(metric, definitions));
        async move { (place, tokio::spawn(async move { basis.figures(&metric, &sources).await }).await) }
    });
    let mut computed = futures::stream::iter(computing).buffered(8 * threads);
    let mut by_place = BTreeMap::new();
    while let Some((place, found)) = computed.next().await {
        by_place.insert(place, found.map_err(FiguresError::Stopped)??);
        step.advance(1, 0);
    }
    let mut all = MetricFigures::default();
    for of_metric in by_place.into_values() {
        all.observations.extend(of_metric.observations);
        all.pieces.extend(of_metric.pieces);
        all.lateness.extend(of_metric.lateness);
        all.without_memory.extend(of_metric.without_memory);
    }
    all.lateness.sort();
    Ok(all)
}

/// The figures of one metric or of several, and how late their data come in.
#[derive(Default)]
struct MetricFigures {
    observations: Vec<Observation>,
    /// Those of the months and quarters that the periods are made of.
    pieces: Vec<Observation>,
    lateness: Lateness,
    /// One finding for each metric that has no figure because the engine may not have enough memory.
    without_memory: Vec<Finding>,
}

/// All that a metric is computed from, shared by those that are computed side by side.
struct Basis {
    engine: Engine,
    tables: BTreeMap<String, Table>,
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    missing: BTreeMap<String, String>,
    /// Rows of metrics that need not be computed, for which some roll-ups are not among the tables.
    monthly: Monthly,
    remembered: Remembered,
    parameters: BTreeMap<String, i64>,
    grid: Arc<Grid>,
    groups: Vec<Group>,
    periods: Vec<Period>,
    /// The months and quarters that they are made of.
    pieces: Vec<Period>,
    /// Earlier data dates on which something else was in use than today.
    past: Vec<PastBasis>,
    /// The same for metrics whose months grow.
    growing: Growing,
    lags: u32,
    as_of: NaiveDate,
}

impl Basis {
    /// Every figure of one metric, and how late its data come in. Without a setting that the metric needs, or without the
    /// memory, each figure says so.
    async fn figures(&self, metric: &Metric, sources: &[FigureSource]) -> Result<MetricFigures, FiguresError> {
        if let Some(name) = metric.parameters.iter().find(|name| !self.parameters.contains_key(*name)) {
            let reason = format!("the setting {name} is not given; it has no documented value");
            return Ok(self.withheld(metric, sources, &reason));
        }
        if let Some(reason) = self.missing_rollup(metric) {
            return Ok(self.without_memory(metric, sources, reason));
        }
        match self.measured_figures(metric, sources).await {
            Err(error) if error.trouble() == Trouble::Memory => {
                Ok(self.without_memory(metric, sources, &error.to_string()))
            }
            found => found,
        }
    }

    async fn measured_figures(&self, metric: &Metric, sources: &[FigureSource]) -> Result<MetricFigures, FiguresError> {
        let basis = (&self.remembered, &self.parameters);
        let rows = self.monthly.rows((&self.engine, metric), &self.tables, basis).await?;
        let (grid, groups, periods) = (&*self.grid, &*self.groups, &*self.periods);
        let input = PeriodInput { metric, sources, rows: &rows, grid, groups, periods };
        let frame = Frame::of(&input);
        let observations = observe_in(&frame, &input);
        let pieces = if metric.disclosure.is_of_persons() {
            observe_in(&frame, &PeriodInput { periods: &self.pieces, ..input })
        } else {
            Vec::new()
        };
        let late = LateInput { groups, periods, as_of: self.as_of, lags: self.lags };
        let lateness = match (is_measured(metric), grows(sources)) {
            (true, true) => {
                let growing = (&self.growing, &self.tables);
                let past = growing_rows(&self.engine, &late, metric, growing, basis).await?;
                let past = past_frames(&late, (metric, sources), &past);
                lateness(&late, metric, &frame, (past, Some(Grown { sources, grid })))
            }
            (true, false) => {
                let past = past_rows(&self.engine, &late, (metric, sources), &self.past, basis).await?;
                lateness(&late, metric, &frame, (past_frames(&late, (metric, sources), &past), None))
            }
            (false, true) => unmeasured(&late, metric),
            (false, false) if counts_returns(metric) => returns_not_due(&late, metric, grid),
            (false, false) => Lateness::default(),
        };
        Ok(MetricFigures { observations, pieces, lateness, without_memory: Vec::new() })
    }

    /// Why a roll-up that the metric reads is not there, unless an earlier run left the rows of today and of earlier days.
    fn missing_rollup(&self, metric: &Metric) -> Option<&str> {
        let reads = || {
            let past = self.past.iter().map(|day| &day.monthly).chain(self.growing.days.iter().map(|day| &day.monthly));
            past.chain([&self.monthly]).any(|monthly| monthly.lacks(metric))
        };
        let reason = metric.rollups.iter().find_map(|rollup| self.missing.get(rollup))?;
        reads().then_some(reason)
    }

    fn without_memory(&self, metric: &Metric, sources: &[FigureSource], reason: &str) -> MetricFigures {
        let message = format!("metric {} has no figure in this release: {reason}", metric.id);
        let finding = Finding {
            level: FindingLevel::Warning,
            rule: "memory".to_owned(),
            dataset: sources.first().map(|source| source.dataset.clone()).unwrap_or_default(),
            message,
            ..Finding::default()
        };
        MetricFigures { without_memory: vec![finding], ..self.withheld(metric, sources, reason) }
    }

    /// The figures of a metric that cannot be told, each with the reason.
    fn withheld(&self, metric: &Metric, sources: &[FigureSource], reason: &str) -> MetricFigures {
        let (grid, groups, periods) = (&*self.grid, &*self.groups, &*self.periods);
        let mut observations = observe(&PeriodInput { metric, sources, rows: &[], grid, groups, periods });
        for observation in &mut observations {
            withhold(observation, reason);
        }
        MetricFigures { observations, ..MetricFigures::default() }
    }
}

/// Takes a figure away because this installation cannot tell it.
fn withhold(observation: &mut Observation, reason: &str) {
    observation.status = Status::CannotTell(reason.to_owned());
    (observation.numerator, observation.denominator, observation.value) = (None, None, None);
    (observation.interval_95, observation.interval_998) = (None, None);
}

/// The roll-ups that a run needs.
pub(super) struct LoadedRollups {
    /// Rows by roll-up.
    pub(super) tables: BTreeMap<String, Table>,
    /// What loading each cost.
    pub(super) records: Vec<RollupRecord>,
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    pub(super) missing: BTreeMap<String, String>,
}

/// What loading roll-ups of earlier days adds to the costs of a run, and to what it has to do without.
pub(super) struct RollupCosts<'r> {
    records: &'r mut [RollupRecord],
    missing: &'r mut BTreeMap<String, String>,
}

impl RollupCosts<'_> {
    /// The tables of a roll-up, their cost added to its record; `None` where there is not enough memory for them.
    pub(super) fn take_in(
        &mut self,
        rollup: &Rollup,
        loaded: Result<(Vec<Table>, LoadedSets), RollupError>,
    ) -> Result<Option<Vec<Table>>, RollupError> {
        let (tables, cost) = match loaded {
            Err(error) if error.trouble() == Trouble::Memory => {
                self.missing.insert(rollup.name.clone(), error.to_string());
                return Ok(None);
            }
            loaded => loaded?,
        };
        if let Some(record) = self.records.iter_mut().find(|record| record.name == rollup.name) {
            record.scans += cost.scans;
            record.submissions_scanned += cost.scanned;
            record.bytes_scanned += cost.bytes_scanned;
        }
        Ok(Some(tables))
    }
}

/// Loads every roll-up that is wanted.
pub(super) async fn load_rollups(
    (opened, intake): (&Opened, &Intake),
    (definitions, wanted): (&Definitions, &(dyn Fn(&str) -> bool + Sync)),
    work: &WorkFolder,
    step: &Step,
) -> Result<LoadedRollups, FiguresError> {
    let rollups = Rollups { engine: &opened.engine, cache_dir: work.rollups() };
    let chosen: Vec<&Rollup> = definitions.rollups.iter().filter(|rollup| wanted(&rollup.name)).collect();
    step.start("Rolling up", chosen.len());
    // Reading the cache keeps a thread busy: all cores share it. What it lacks is scanned by the engine afterwards.
    let recall = |rollup: &&Rollup| {
        let started = Instant::now();
        let (records, _) = admitted_for(intake, rollup);
        Ok((rollups.recall(rollup, &records)?, started.elapsed()))
    };
    let recalled: Vec<(Recalled<'_>, Duration)> =
        chosen.par_iter().with_max_len(1).map(recall).collect::<Result<_, RollupError>>()?;
    let loading = chosen.into_iter().zip(recalled).filter_map(|(rollup, recalled)| {
        let contract = definitions.contract(&rollup.dataset)?;
        Some(load_rollup((&rollups, intake), (rollup, contract), recalled, step))
    });
    let loaded: Vec<_> = futures::stream::iter(loading).buffered(ROLLUPS_AT_ONCE).try_collect().await?;
    let (mut tables, mut records, mut missing) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for (record, table) in loaded {
        match table {
            Ok(table) => drop(tables.insert(record.name.clone(), table)),
            Err(reason) => drop(missing.insert(record.name.clone(), reason)),
        }
        records.push(record);
    }
    records.extend(definitions.rollups.iter().filter(|rollup| !wanted(&rollup.name)).map(|rollup| RollupRecord {
        submissions_cached: admitted_for(intake, rollup).0.len(),
        name: rollup.name.clone(),
        ..RollupRecord::default()
    }));
    records.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(LoadedRollups { tables, records, missing })
}

/// One roll-up with its cost; in place of the table the reason, where there is not enough memory for it.
async fn load_rollup(
    (rollups, intake): (&Rollups<'_>, &Intake),
    (rollup, contract): (&Rollup, &Contract),
    (recalled, recalling): (Recalled<'_>, Duration),
    step: &Step,
) -> Result<(RollupRecord, Result<Table, String>), FiguresError> {
    let started = Instant::now();
    let (_, submitted) = admitted_for(intake, rollup);
    let loaded = match rollups.complete(rollup, contract, recalled, &submitted).await {
        Err(error) if error.trouble() == Trouble::Memory => {
            step.advance(1, 0);
            let record = RollupRecord { name: rollup.name.clone(), ..RollupRecord::default() };
            return Ok((record, Err(error.to_string())));
        }
        loaded => loaded?,
    };
    let record = RollupRecord {
        name: rollup.name.clone(),
        scans: loaded.scans,
        submissions_scanned: loaded.scanned,
        submissions_cached: loaded.cached,
        bytes_scanned: loaded.bytes_scanned,
        milliseconds: (recalling + started.elapsed()).as_millis(),
    };
    step.advance(1, 0);
    Ok((record, Ok(loaded.table)))
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

/// Months and quarters that lie wholly in the periods of a run and are none of them, oldest first.
fn pieces_of(periods: &[Period]) -> Vec<Period> {
    let months = months_of(periods);
    let kinds = [PeriodType::Month, PeriodType::FyQuarter];
    let pieces: BTreeSet<Period> =
        kinds.into_iter().flat_map(|kind| months.iter().map(move |month| Period::holding(kind, *month))).collect();
    let is_whole = |piece: &Period| piece.months().all(|month| months.binary_search(&month).is_ok());
    pieces.into_iter().filter(|piece| is_whole(piece) && !periods.contains(piece)).collect()
}

/// Every month that any period touches, oldest first.
pub(super) fn months_of(periods: &[Period]) -> Vec<Month> {
    let mut months: Vec<Month> = periods.iter().flat_map(|period| period.months()).collect();
    months.sort_unstable();
    months.dedup();
    months
}

/// Organisations, the unattributed rows, the nation, regions and peer groups, in that order. A region holds each
/// organisation in the months in which it belonged there.
pub(super) fn groups(lives: &Lives, peer_groups: &[PeerGroup]) -> Vec<Group> {
    let mut groups: Vec<Group> = lives.codes().map(Group::single).collect();
    groups.push(Group::single(UNATTRIBUTED));
    groups.push(Group::of(NATIONAL, Vec::new()));
    for (region, residences) in lives.regions() {
        let mut group = Group::of(format!("{REGION_PREFIX}{region}"), Vec::new());
        for residence in residences {
            group
                .stays
                .entry(residence.code.to_owned())
                .or_default()
                .push(Stay { from: residence.from, to: residence.to });
        }
        group.members = group.stays.keys().cloned().collect();
        groups.push(group);
    }
    let peers = peer_groups.iter();
    groups.extend(peers.map(|group| Group::of(format!("{PEERS_PREFIX}{}", group.org_code), group.peers.clone())));
    groups
}
