//! The figures of each metric: its rows of today into periods and sums, and how late its data come in.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use futures::StreamExt;

use super::FiguresError;
use super::long_series::LongPeriods;
use crate::definitions::Definitions;
use crate::definitions::model::Metric;
use crate::engine::{Engine, QueryTable, Trouble};
use crate::history::{Days, LateInput, LateMetric, Lateness};
use crate::metrics::{
    Computation, FigureSource, Grid, Group, MonthlyFrame, PeriodInput, RememberedRows, observe, observe_in, sources_of,
};
use crate::progress::StepBar;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

/// About the size of a remembered row.
const ROW_BYTES: usize = 40;

/// Every metric, `side_by_side` of them at a time. The basis ends here: the roll-ups have done their work, and the pages
/// need the room.
pub(super) async fn compute_metrics(
    basis: ComputationBasis,
    metrics: &[Metric],
    definitions: &Definitions,
    side_by_side: usize,
    step: &StepBar,
) -> Result<MetricFigures, FiguresError> {
    let basis = Arc::new(basis);
    step.start("Computing metrics", metrics.len());
    // The largest come first: one of them at the end would keep a single thread busy. Enough are under way that none waits
    // for the first of them to be taken.
    let mut order: Vec<(usize, &Metric)> = metrics.iter().enumerate().collect();
    order.sort_by_key(|(_, metric)| Reverse(basis.rows_to_read(metric)));
    let computing = order.into_iter().map(|(place, metric)| {
        let (basis, metric, sources) = (Arc::clone(&basis), metric.clone(), sources_of(metric, definitions));
        async move { (place, tokio::spawn(async move { basis.figures(&metric, &sources).await }).await) }
    });
    let mut computed = futures::stream::iter(computing).buffered(side_by_side);
    let mut by_place = BTreeMap::new();
    while let Some((place, found)) = computed.next().await {
        by_place.insert(place, found.map_err(FiguresError::Stopped)??);
        step.advance(1, 0);
    }
    let mut all = MetricFigures::default();
    for of_metric in by_place.into_values() {
        all.observations.extend(of_metric.observations);
        all.pieces.extend(of_metric.pieces);
        all.beyond_trend.extend(of_metric.beyond_trend);
        all.lateness.extend(of_metric.lateness);
        all.without_memory.extend(of_metric.without_memory);
    }
    all.lateness.sort();
    Ok(all)
}

/// The figures of one metric or of several, and how late their data come in.
#[derive(Default)]
pub(super) struct MetricFigures {
    pub observations: Vec<Observation>,
    /// Those of the months and quarters that the periods are made of.
    pub pieces: Vec<Observation>,
    /// Those of the long series that are not of the trend.
    pub beyond_trend: Vec<Observation>,
    pub lateness: Lateness,
    /// One finding for each metric that has no figure because the engine may not have enough memory.
    pub without_memory: Vec<Finding>,
}

/// All that a metric is computed from, shared by those that are computed side by side.
pub(super) struct ComputationBasis {
    pub engine: Engine,
    /// The rows and tables of today and of earlier days.
    pub days: Days,
    /// Roll-ups that could not be computed with the memory there is, with the reason.
    pub missing: BTreeMap<String, String>,
    pub remembered: RememberedRows,
    pub parameters: BTreeMap<String, i64>,
    pub grid: Arc<Grid>,
    pub groups: Vec<Group>,
    pub periods: Vec<Period>,
    /// The months and quarters that they are made of.
    pub pieces: Vec<Period>,
    pub long: LongPeriods,
    /// A month whose end lies so many whole months back is taken as complete.
    pub lags: u32,
    pub as_of: NaiveDate,
}

impl ComputationBasis {
    /// About how many rows the metric's figures are made of.
    fn rows_to_read(&self, metric: &Metric) -> usize {
        let tables = self.days.tables_today();
        let of_rollups = || metric.rollups.iter().filter_map(|name| tables.get(name)).map(QueryTable::most_rows).sum();
        self.days.today.monthly.recalled_bytes(metric).map_or_else(of_rollups, |bytes| bytes / ROW_BYTES)
    }

    /// Every figure of one metric, and how late its data come in. Without a setting that the metric needs, or without the
    /// memory, each figure says so.
    async fn figures(&self, metric: &Metric, sources: &[FigureSource]) -> Result<MetricFigures, FiguresError> {
        if let Some(name) = metric.parameters.iter().find(|name| !self.parameters.contains_key(*name)) {
            let reason = format!(
                "the publisher has not set the number of “{}”, and no source gives one",
                name.replace('_', " ")
            );
            return Ok(self.withheld(metric, sources, &reason));
        }
        if let Some(reason) = self.missing_rollup(metric) {
            return Ok(self.without_memory(metric, sources, reason));
        }
        match self.measured_figures(metric, sources).await {
            Err(error) if error.trouble() == Trouble::Memory => {
                Ok(self.without_memory(metric, sources, &with_causes(&error)))
            }
            found => found,
        }
    }

    async fn measured_figures(&self, metric: &Metric, sources: &[FigureSource]) -> Result<MetricFigures, FiguresError> {
        let computation =
            Computation { engine: &self.engine, parameters: &self.parameters, remembered: &self.remembered };
        let rows = self.days.rows(metric, &self.days.today, &computation).await?;
        let (grid, groups, periods) = (&*self.grid, &*self.groups, &*self.periods);
        let input = PeriodInput { metric, sources, rows: &rows, grid, groups, periods };
        let frame = MonthlyFrame::of(&input);
        let observations = observe_in(&frame, &input);
        let pieces = if metric.disclosure.is_of_persons() {
            observe_in(&frame, &PeriodInput { periods: &self.pieces, ..input })
        } else {
            Vec::new()
        };
        let late = LateInput { groups, periods, as_of: self.as_of, lags: self.lags };
        let of = LateMetric { metric, sources, frame: &frame, grid };
        let lateness = late.lateness_of(of, &self.days, &computation).await?;
        let beyond_trend = self.long.observe(&input);
        Ok(MetricFigures { observations, pieces, beyond_trend, lateness, without_memory: Vec::new() })
    }

    /// Why a roll-up that the metric reads is not there, unless an earlier run left the rows of today and of earlier days.
    fn missing_rollup(&self, metric: &Metric) -> Option<&str> {
        let reason = metric.rollups.iter().find_map(|rollup| self.missing.get(rollup))?;
        self.days.lacks(metric).then_some(reason)
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
        let input = PeriodInput { metric, sources, rows: &[], grid, groups, periods };
        let (mut observations, mut beyond_trend) = (observe(&input), self.long.observe(&input));
        for observation in observations.iter_mut().chain(&mut beyond_trend) {
            withhold(observation, reason);
        }
        MetricFigures { observations, beyond_trend, ..MetricFigures::default() }
    }
}

/// Takes a figure away because this installation cannot tell it.
fn withhold(observation: &mut Observation, reason: &str) {
    observation.status = Status::CannotTell(reason.to_owned());
    (observation.numerator, observation.denominator, observation.value) = (None, None, None);
    (observation.interval_95, observation.interval_998) = (None, None);
}
