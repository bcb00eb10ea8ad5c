//! From admitted submissions to observations: roll-ups, metrics, review periods, and the comparison with printed figures.
//! Orchestrates; each step is in its own module.

mod long_series;
mod metric_figures;
mod rollup_tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use self::long_series::LongPeriods;
use self::metric_figures::{ComputationBasis, MetricFigures, compute_metrics};
use crate::assessment::{Assessment, AssessmentInput, assess, withdraw_open_verdicts};
use crate::checks::invariants::{BrokenInvariants, enforce_invariants};
use crate::checks::reconcile::reconcile;
use crate::definitions::model::{Delays, Metric};
use crate::definitions::references::RETURNS;
use crate::engine::Trouble;
use crate::history::{DayLoader, Days, EarlierReturns, FixedTables, Lateness, Snapshot, Workload};
use crate::intake::{Intake, RunBasis};
use crate::metrics::{DelayRows, MetricError, PeerInput, RememberedRows, groups, peer_groups, withhold_thin_peers};
use crate::rollups::{RollupCosts, RollupError, RollupRecord, Rollups};
use crate::settings::{Settings, with_targets};
use crate::verdict::responsibilities::{Responsibility, assess_responsibilities};
use crate::verdict::{VerdictInput, Verdicts};
use crate::vocabulary::body::PeerGroup;
use crate::vocabulary::delay::DelayBand;
use crate::vocabulary::finding::Finding;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Month, Period, PeriodType, months_of};

pub use self::long_series::LongSeries;
pub use self::rollup_tables::{LoadedRollups, load_rollups};

/// Why no figures could be made.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    #[error(transparent)]
    Rollup(#[from] RollupError),
    #[error(transparent)]
    Metric(#[from] MetricError),
    #[error(transparent)]
    Invariants(#[from] BrokenInvariants),
    #[error("a metric broke off")]
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
    pub long_series: LongSeries,
    pub assessment: Assessment,
    pub verdicts: Verdicts,
    pub lateness: Lateness,
    pub responsibilities: Vec<Responsibility>,
    /// How long the cases of organisations took, by metric, organisation, period and band.
    pub delays: Vec<DelayBand>,
    pub peer_groups: Vec<PeerGroup>,
    pub rollups: Vec<RollupRecord>,
    pub findings: Vec<Finding>,
    /// Metrics whose monthly rows an earlier run left.
    pub recalled: usize,
    /// Metrics that have no figure because the engine may not have enough memory.
    pub without_memory: usize,
    pub milliseconds: BTreeMap<&'static str, u128>,
}

/// Computes every metric for every organisation, aggregate and trend period.
///
/// # Errors
/// Roll-ups or statements that fail for another reason than a lack of memory, and broken invariants.
pub async fn compute(basis: &RunBasis<'_>, earlier: &EarlierReturns) -> Result<Figures, FiguresError> {
    let RunBasis { check, settings, intake, period, periods } = *basis;
    let parameters = &settings.figures.parameters;
    let metrics = with_targets(&check.definitions.metrics, &settings.figures.targets, &intake.organisations);
    let remembered = RememberedRows::below(check.work.monthly());
    let rollups = check.definitions.rollups.as_slice();
    let workload = Workload { rollups, metrics: &metrics, parameters, remembered: &remembered };
    let long = LongPeriods::of(check.opened, settings, periods);
    let started = Instant::now();
    let Loaded { days, records, missing } = load_days(basis, earlier, workload, &long.months()).await?;
    let delay_rows = read_delays(&metrics, &days)?;
    let rollup_time = started.elapsed().as_millis();
    let started = Instant::now();
    let peer_groups = choose_peers(intake, settings, period);
    let groups = groups(&intake.lives, &peer_groups);
    let recalled = days.today.monthly.recalled_metrics();
    let metric_basis = ComputationBasis {
        engine: check.opened.engine.serial(),
        days,
        missing,
        remembered: remembered.clone(),
        parameters: parameters.clone(),
        grid: Arc::clone(&intake.grid),
        groups: groups.clone(),
        periods: periods.to_vec(),
        pieces: pieces_of(periods),
        long: long.clone(),
        lags: settings.figures.late.months,
        as_of: check.opened.as_of,
    };
    let side_by_side = 8 * settings.engine.thread_count();
    let MetricFigures { mut observations, pieces, mut beyond_trend, lateness, without_memory: mut findings } =
        compute_metrics(metric_basis, &metrics, check.definitions, side_by_side, check.step).await?;
    let without_memory = findings.len();
    remembered.forget_oldest();
    findings.extend(enforce_invariants(&check.definitions.invariants, &metrics, &mut observations)?);
    findings.extend(enforce_invariants(&check.definitions.invariants, &metrics, &mut beyond_trend)?);
    withhold_thin_peers(&groups, &mut observations);
    let metrics_time = started.elapsed().as_millis();
    let started = Instant::now();
    let assessment = assess(
        &AssessmentInput {
            metrics: &metrics,
            organisations: &intake.organisations,
            lives: &intake.lives,
            peer_groups: &peer_groups,
            events: &intake.reference.events,
            decisions: &settings.figures.decisions,
            parity: &settings.figures.parity,
            trend: periods,
            provisional: &lateness.provisional,
        },
        &observations,
    );
    withdraw_open_verdicts(&mut observations, &assessment.judgements);
    let long_series = long.series(&metrics, beyond_trend, &observations);
    let delays = delays_of(&metrics, &delay_rows, &observations);
    let verdicts = Verdicts::of(
        &VerdictInput {
            metrics: &metrics,
            organisations: &intake.organisations,
            assessment: &assessment,
            period,
            margin_percent: settings.figures.verdict.margin_percent,
        },
        &observations,
    );
    let responsibilities = assess_responsibilities(&metrics, &observations, &verdicts, period);
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
        long_series,
        assessment,
        verdicts,
        lateness,
        responsibilities,
        delays,
        peer_groups,
        rollups: records,
        findings,
        recalled,
        without_memory,
        milliseconds,
    })
}

/// The delays of every metric that has any, by its id. A roll-up for which there was not enough memory gives none.
fn read_delays(metrics: &[Metric], days: &Days) -> Result<BTreeMap<MetricId, DelayRows>, MetricError> {
    let tables = days.tables_today();
    let mut rows = BTreeMap::new();
    for metric in metrics {
        let table = |delays: &Delays| tables.get(&delays.rollup);
        let Some((delays, table)) = metric.delays.as_ref().and_then(|delays| Some((delays, table(delays)?))) else {
            continue;
        };
        let wrong = |source| MetricError::Result { metric: metric.id.clone(), source };
        rows.insert(metric.id.clone(), DelayRows::read(delays, table).map_err(wrong)?);
    }
    Ok(rows)
}

fn delays_of(metrics: &[Metric], rows: &BTreeMap<MetricId, DelayRows>, observations: &[Observation]) -> Vec<DelayBand> {
    let of_metric = |metric: &Metric| {
        let (delays, rows) = metric.delays.as_ref().zip(rows.get(&metric.id))?;
        Some(rows.bands(metric, delays, observations))
    };
    let mut all: Vec<DelayBand> = metrics.iter().filter_map(of_metric).flatten().collect();
    all.sort_by(|a, b| {
        let place = |one: &DelayBand| (one.metric_id.clone(), one.org_code.clone(), one.period, one.band);
        place(a).cmp(&place(b))
    });
    all
}

/// The rows of every day, as far as they are there, and the roll-ups that the others need.
struct Loaded {
    days: Days,
    records: Vec<RollupRecord>,
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    missing: BTreeMap<String, String>,
}

async fn load_days(
    basis: &RunBasis<'_>,
    earlier: &EarlierReturns,
    workload: Workload<'_>,
    months: &[Month],
) -> Result<Loaded, FiguresError> {
    let RunBasis { check, intake, .. } = *basis;
    let fixed = FixedTables::of(intake, months);
    let rollups = Rollups { engine: &check.opened.engine, folders: check.work.rollup_folders() };
    let loader = DayLoader { definitions: check.definitions, workload, fixed: &fixed, rollups: &rollups };
    let (today, snapshots) = (Snapshot::today(basis), earlier.snapshots(basis));
    let mut days = Days::recall(&today, &snapshots, &loader);
    let wanted = |rollup: &str| days.needs_today(&workload, rollup);
    let LoadedRollups { tables, kept, mut records, mut missing } = load_rollups(&check, intake, &wanted).await?;
    days.insert_today(tables.into_iter().chain([(RETURNS.to_owned(), intake.grid.table(months)?)]));
    let mut costs = RollupCosts { records: &mut records, missing: &mut missing };
    days.load_earlier(&snapshots, kept, &loader, &mut costs).await?;
    Ok(Loaded { days, records, missing })
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

/// Months and quarters that lie wholly in the periods of a run and are none of them, oldest first.
fn pieces_of(periods: &[Period]) -> Vec<Period> {
    let months = months_of(periods);
    let kinds = [PeriodType::Month, PeriodType::FyQuarter];
    let pieces: BTreeSet<Period> =
        kinds.into_iter().flat_map(|kind| months.iter().map(move |month| Period::holding(kind, *month))).collect();
    let is_whole = |piece: &Period| piece.months().all(|month| months.binary_search(&month).is_ok());
    pieces.into_iter().filter(|piece| is_whole(piece) && !periods.contains(piece)).collect()
}
