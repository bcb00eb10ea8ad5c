//! Metrics: SQL over roll-ups into monthly integers, then review periods, aggregates and statistics into observations.
//! It never reads record-level data; the last module that may name Arrow or the engine.

mod assess;
mod delays;
mod frame;
mod groups;
mod headline;
mod monthly;
mod peer_groups;
mod periods;
mod prove;
mod remembered;
mod returns;
mod series;
mod spans;
#[cfg(test)]
mod tests;
mod thin_sums;
mod totals;

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{ArrayRef, Date32Array, RecordBatch};
use arrow::datatypes::{DataType, Field, SchemaRef};
use arrow::error::ArrowError;
use std::sync::Arc;

use crate::contract::month_days;
use crate::definitions::model::Metric;
use crate::engine::{Engine, EngineError, Query, QueryTable, Trouble, schema_of};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::Shape;

pub use assess::{SummedFigure, figure_of_counts};
pub use delays::DelayRows;
pub use frame::{BodyMonth, FrameMember, MonthlyFrame, PeriodInput, months_used};
pub use groups::{Group, Stay, groups};
pub use headline::Headline;
pub use monthly::{MonthlyRow, ResultError};
pub use peer_groups::{PeerInput, peer_groups};
pub use periods::{observe, observe_in};
pub use prove::prove;
pub use remembered::{Computation, Identities, Monthly, RememberedRows};
pub use returns::{FigureSource, Grid, Receipt, ReturnChanges, counts_returns, sources_of};
pub use thin_sums::{gives_away, withhold_thin_peers};
pub use totals::{TotalCounts, Totals};

/// A metric whose statement failed. The run stops before publication, unless it only lacked memory: then this one metric has
/// no figure and says why.
#[derive(Debug, thiserror::Error)]
pub enum MetricError {
    #[error("metric {metric}")]
    Engine {
        metric: MetricId,
        #[source]
        source: EngineError,
    },
    #[error("metric {metric}")]
    Result {
        metric: MetricId,
        #[source]
        source: ResultError,
    },
    #[error("metric {metric}: rows that are kept for later runs: {path}")]
    Remembered {
        metric: MetricId,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the table of returns could not be made")]
    Returns(#[source] ArrowError),
}

impl MetricError {
    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Engine { source, .. } => source.trouble(),
            Self::Remembered { .. } => Trouble::Writing,
            Self::Result { .. } | Self::Returns(_) => Trouble::Content,
        }
    }
}

/// The columns that a metric's statement must return: organisation, month, the category if it has a breakdown, then integers.
pub fn result_schema(metric: &Metric) -> SchemaRef {
    let mut fields =
        vec![Field::new("org_code", DataType::Utf8View, true), Field::new("month", DataType::Date32, true)];
    if let Some(breakdown) = metric.breakdown.as_ref().filter(|_| metric.shape != Shape::Status) {
        fields.push(Field::new(&breakdown.column, DataType::Utf8View, true));
    }
    let integers: &[&str] = match metric.shape {
        Shape::Distribution => &["value", "observed", "count"],
        Shape::Count if !has_denominator(metric) => &["numerator"],
        Shape::Status => &["grade"],
        _ => &["numerator", "denominator"],
    };
    for name in integers {
        let data_type = if *name == "observed" { DataType::Boolean } else { DataType::Int64 };
        fields.push(Field::new(*name, data_type, true));
    }
    schema_of(fields)
}

/// A count whose variants are rates needs both integers.
fn has_denominator(metric: &Metric) -> bool {
    let categories = metric.breakdown.iter().flat_map(|breakdown| &breakdown.categories);
    categories
        .filter_map(|category| category.shape)
        .any(|shape| matches!(shape, Shape::Rate | Shape::CountRatio | Shape::Proportion))
}

/// The table `months(month)`: every month of the run.
pub fn months_table(months: &[Month]) -> QueryTable {
    let schema = months_schema();
    let column: ArrayRef = Arc::new(Date32Array::from_iter_values(months.iter().map(|month| month_days(*month))));
    let batches = RecordBatch::try_new(Arc::clone(&schema), vec![column]).into_iter().collect();
    QueryTable::Rows { schema, batches }
}

/// Schema of the table `months`.
pub fn months_schema() -> SchemaRef {
    schema_of(vec![Field::new("month", DataType::Date32, false)])
}

/// Runs a metric's statements over its roll-ups, `months`, `organisations` and `returns`. Each month's rows come from the
/// version in effect in it. A metric of the returns alone sees those of each longer span by themselves, and its rows bear it.
pub async fn compute_monthly(
    engine: &Engine,
    metric: &Metric,
    tables: &BTreeMap<String, QueryTable>,
    settings: &BTreeMap<String, i64>,
) -> Result<Vec<MonthlyRow>, MetricError> {
    let needed = metric.rollups.iter().map(String::as_str).chain(["months", "organisations"]);
    let tables: Vec<(&str, QueryTable)> = needed.filter_map(|name| Some((name, tables.get(name)?.clone()))).collect();
    let mut rows = Vec::new();
    for part in spans::parts(metric, tables)? {
        let of_part = rows_of_versions(engine, metric, &part.tables, settings).await?;
        rows.extend(of_part.into_iter().map(|row| MonthlyRow { longer_span: part.longer_span, ..row }));
    }
    Ok(rows)
}

async fn rows_of_versions(
    engine: &Engine,
    metric: &Metric,
    tables: &[(&str, QueryTable)],
    settings: &BTreeMap<String, i64>,
) -> Result<Vec<MonthlyRow>, MetricError> {
    let mut rows = Vec::new();
    for version in &metric.versions {
        let name = format!("queries/metrics/{}/v{}.sql", metric.id, version.version);
        let given = |name: &String| Some((name.clone(), *settings.get(name)?));
        let query =
            Query { name: &name, sql: &version.sql, parameters: metric.parameters.iter().filter_map(given).collect() };
        let result = engine.run(&query, tables).await;
        let result = result.map_err(|source| MetricError::Engine { metric: metric.id.clone(), source })?;
        let found = monthly::read_rows(metric, &result.batches)
            .map_err(|source| MetricError::Result { metric: metric.id.clone(), source })?;
        let in_effect = |row: &MonthlyRow| metric.version_at(row.month).is_some_and(|v| v.version == version.version);
        rows.extend(found.into_iter().filter(in_effect));
    }
    Ok(rows)
}
