//! Late data of one metric: what was known on earlier data dates, how complete recent months are, and what has moved.
//! Hands what the metrics know to the arithmetic; the rows of earlier days come from `past`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::figures::{FiguresError, RollupCosts, sources_of};
use super::growing::Growing;
use super::needed::{Admitted, Needed, Shared};
use super::past::{Moment, is_growing, is_measured};
use super::work::WorkFolder;
use crate::definitions::Definitions;
use crate::definitions::model::{Metric, Rollup};
use crate::engine::{Engine, Table};
use crate::lateness::{CompletenessInput, Lateness, as_known, measure, measure_growing, summarise};
use crate::metrics::{
    FigureSource, Frame, Grid, Group, Grown, Known, KnownInput, MetricError, Monthly, MonthlyRow, PastFrame,
    PeriodInput, Remembered, months_used,
};
use crate::rollups::{RollupError, Rollups, rollup_schema};
use crate::sources::SubmittedTable;
use crate::vocabulary::body::{NATIONAL, PEERS_PREFIX, REGION_PREFIX, UNATTRIBUTED};
use crate::vocabulary::period::{Month, Period, PeriodType, whole_months_after};

/// What a metric can be computed from as it was on an earlier data date.
pub struct PastBasis {
    day: NaiveDate,
    bodies: BTreeSet<String>,
    datasets: BTreeSet<String>,
    grid: Grid,
    tables: BTreeMap<String, Table>,
    /// Rows of metrics that need not be computed.
    pub(super) monthly: Monthly,
}

/// What is the same for every metric of a run.
#[derive(Debug, Clone, Copy)]
pub struct LateInput<'a> {
    pub groups: &'a [Group],
    pub periods: &'a [Period],
    pub as_of: NaiveDate,
    /// A month whose end lies so many whole months back is taken as complete.
    pub lags: u32,
}

/// Loads the roll-ups that metrics need of every earlier day, beside the `shared` tables that do not depend on the day.
/// What that cost, and what there is not enough memory for, is added to `costs`.
pub(super) async fn load_past(
    moments: Vec<Moment>,
    (definitions, needed): (&Definitions, &Needed<'_>),
    (engine, work): (&Engine, &WorkFolder),
    shared: &Shared,
    costs: &mut RollupCosts<'_>,
) -> Result<Vec<PastBasis>, RollupError> {
    let rollups = Rollups { engine, cache_dir: work.rollups() };
    let sources: Vec<(&Metric, Vec<FigureSource>)> =
        needed.metrics.iter().map(|metric| (metric, sources_of(metric, definitions))).collect();
    let monthly: Vec<Monthly> = moments
        .iter()
        .map(|moment| {
            let is_asked = |(metric, sources): &&(&Metric, Vec<FigureSource>)| {
                is_measured(metric) && !is_growing(metric, sources) && rests_on(sources, &moment.datasets)
            };
            let asked = sources.iter().filter(is_asked).map(|(metric, _)| *metric);
            needed.recall(asked, shared, |rollup| admitted_on(moment, rollup))
        })
        .collect();
    let mut tables: Vec<BTreeMap<String, Table>> = moments.iter().map(|_| shared.tables.clone()).collect();
    let is_wanted = |rollup: &&Rollup| monthly.iter().any(|monthly| needed.wants(&rollup.name, monthly));
    for rollup in needed.rollups.iter().filter(is_wanted) {
        let Some(contract) = definitions.contract(&rollup.dataset) else { continue };
        let sets: Vec<Admitted<'_>> = moments.iter().map(|moment| admitted_on(moment, rollup)).collect();
        if sets.iter().all(|(records, submitted)| records.is_empty() && submitted.is_empty()) {
            // Statements name the table even where everything that was sent had been refused.
            for tables in &mut tables {
                tables.insert(rollup.name.clone(), Table::empty(rollup_schema(rollup)));
            }
            continue;
        }
        let loaded = rollups.load_sets(rollup, contract, &sets).await;
        for (tables, table) in tables.iter_mut().zip(costs.take_in(rollup, loaded)?.unwrap_or_default()) {
            tables.insert(rollup.name.clone(), table);
        }
    }
    let basis = |((moment, tables), monthly): ((Moment, BTreeMap<String, Table>), Monthly)| PastBasis {
        day: moment.day,
        bodies: moment.bodies,
        datasets: moment.datasets,
        grid: moment.grid,
        tables,
        monthly,
    };
    Ok(moments.into_iter().zip(tables).zip(monthly).map(basis).collect())
}

fn admitted_on<'m>(moment: &'m Moment, rollup: &Rollup) -> Admitted<'m> {
    let records = moment.accepted(&SubmittedTable::Records(rollup.dataset.clone()));
    (records, moment.accepted(&SubmittedTable::Rollup(rollup.name.clone())))
}

fn rests_on(sources: &[FigureSource], datasets: &BTreeSet<String>) -> bool {
    sources.iter().any(|source| datasets.contains(&source.dataset))
}

/// The rows of a metric on an earlier day, and whose they are.
pub struct PastRows<'b> {
    day: NaiveDate,
    bodies: &'b BTreeSet<String>,
    grid: &'b Grid,
    rows: Vec<MonthlyRow>,
    /// The months that are followed up on that day.
    followed: Vec<Period>,
}

/// The rows of a metric on every earlier day on which it rested on something else.
pub async fn past_rows<'b>(
    engine: &Engine,
    input: &LateInput<'_>,
    (metric, sources): (&Metric, &[FigureSource]),
    past: &'b [PastBasis],
    basis: (&Remembered, &BTreeMap<String, i64>),
) -> Result<Vec<PastRows<'b>>, MetricError> {
    let mut found = Vec::new();
    for one in past.iter().filter(|one| rests_on(sources, &one.datasets)) {
        let rows = one.monthly.rows((engine, metric), &one.tables, basis).await?;
        let followed = followed_on(input, metric, one.day);
        found.push(PastRows { day: one.day, bodies: &one.bodies, grid: &one.grid, rows, followed });
    }
    Ok(found)
}

/// The rows of a metric whose months grow on every earlier day, for all organisations.
pub(super) async fn growing_rows<'g>(
    engine: &Engine,
    input: &LateInput<'_>,
    metric: &Metric,
    (growing, tables): (&'g Growing, &BTreeMap<String, Table>),
    basis: (&Remembered, &BTreeMap<String, i64>),
) -> Result<Vec<PastRows<'g>>, FiguresError> {
    let mut found = Vec::new();
    for one in &growing.days {
        let tables = if one.monthly.lacks(metric) { growing.tables_on(one, metric, tables)? } else { BTreeMap::new() };
        let rows = one.monthly.rows((engine, metric), &tables, basis).await?;
        let followed = followed_on(input, metric, one.day);
        found.push(PastRows { day: one.day, bodies: &growing.bodies, grid: &one.grid, rows, followed });
    }
    Ok(found)
}

/// The months that figures of the metric add up and that are followed up on a day.
fn followed_on(input: &LateInput<'_>, metric: &Metric, day: NaiveDate) -> Vec<Period> {
    let used: BTreeSet<Month> = input.periods.iter().flat_map(|period| months_used(metric, *period)).collect();
    let lag = |month: &Month| u32::try_from(whole_months_after(*month, day)).ok();
    let followed = used.into_iter().filter(|month| lag(month).is_some_and(|lag| lag <= input.lags));
    followed.map(|first| Period { kind: PeriodType::Month, first }).collect()
}

/// What the metric was computed from on earlier days.
pub fn past_frames<'p>(
    input: &LateInput<'p>,
    (metric, sources): (&'p Metric, &'p [FigureSource]),
    past: &'p [PastRows<'p>],
) -> Vec<PastFrame<'p>> {
    let frame = |one: &'p PastRows<'p>| {
        let (rows, grid, groups, periods) = (&one.rows, one.grid, input.groups, &one.followed);
        let frame = Frame::of(&PeriodInput { metric, sources, rows, grid, groups, periods });
        PastFrame { day: one.day, bodies: one.bodies, frame, grid }
    };
    past.iter().map(frame).collect()
}

/// Completeness, revisions and what is provisional, of one metric that can be measured.
pub fn lateness(
    input: &LateInput<'_>,
    metric: &Metric,
    frame: &Frame<'_>,
    (past, grown): (Vec<PastFrame<'_>>, Option<Grown<'_>>),
) -> Lateness {
    let mut found = Lateness::default();
    let (as_of, lags, is_grown) = (input.as_of, input.lags, grown.is_some());
    let Some(known) = Known::new(KnownInput { metric, frame, past, grown, as_of, lags }) else { return found };
    let least = f64::from(metric.least_completeness) / 100.0;
    for group in input.groups {
        let settled = known.is_settled(group);
        if is_aggregate(group) {
            let months = known.months(group);
            let (periods, lags, org_code) = (input.periods, input.lags, group.code.as_str());
            let asked = CompletenessInput { metric, org_code, months: &months, periods, lags, least, settled };
            let measured =
                if is_grown { measure_growing(&asked, &known.months_by_returns(group)) } else { measure(&asked) };
            for one in measured.iter().filter(|one| one.provisional && periods.contains(&one.period)) {
                found.provisional.insert(&metric.id, &group.code, one.period);
            }
            if group.code == NATIONAL {
                let steps = if settled { Vec::new() } else { known.steps(group) };
                found.summaries.extend(summarise(&metric.id, &months, &steps));
                found.revisions.extend(as_known(metric, &steps));
            }
            // Of the others only those are worth a row of which something ever came in late, and the regions whose charts
            // leave a period out, so that a reader can see why.
            let leaves_out = group.code.starts_with(REGION_PREFIX)
                && measured.iter().any(|one| one.provisional && periods.contains(&one.period));
            if group.code == NATIONAL || !settled || leaves_out {
                found.completeness.extend(measured);
            }
        } else if !settled {
            found.revisions.extend(as_known(metric, &known.steps(group)));
        }
    }
    found
}

fn is_aggregate(group: &Group) -> bool {
    group.code == NATIONAL || group.code.starts_with(REGION_PREFIX) || group.code.starts_with(PEERS_PREFIX)
}

/// What is provisional of a metric that counts the returns themselves: every period of which some return may still come in
/// time. What is due so far is another mix of returns than a whole month's.
pub fn returns_not_due(input: &LateInput<'_>, metric: &Metric, grid: &Grid) -> Lateness {
    let mut found = Lateness::default();
    let is_open = |period: &&Period| months_used(metric, **period).into_iter().any(|month| !grid.is_all_due(month));
    for period in input.periods.iter().filter(is_open) {
        found.provisional.insert_not_due(&metric.id, *period);
        for group in input.groups.iter().filter(|group| group.code != UNATTRIBUTED) {
            found.provisional.insert(&metric.id, &group.code, *period);
        }
    }
    found
}

/// What is provisional of a metric that cannot be measured: everything that holds a month not taken as complete.
pub fn unmeasured(input: &LateInput<'_>, metric: &Metric) -> Lateness {
    let mut found = Lateness::default();
    let lag = |month| u32::try_from(whole_months_after(month, input.as_of)).ok();
    let is_young = |period: &&Period| {
        months_used(metric, **period).into_iter().any(|month| lag(month).is_none_or(|lag| lag < input.lags))
    };
    for period in input.periods.iter().filter(is_young) {
        for group in input.groups.iter().filter(|group| group.code != UNATTRIBUTED) {
            found.provisional.insert(&metric.id, &group.code, *period);
        }
    }
    found
}
