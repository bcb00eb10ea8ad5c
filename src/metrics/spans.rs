//! A return may stand for a longer span than a month. What a metric counts of it counts in the periods that cover the span, so
//! the statement of such a metric runs over the returns of each span by themselves. It only takes tables apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Date32Type;

use super::MetricError;
use super::returns::{FIRST_MONTH, LAST_MONTH};
use crate::definitions::model::Metric;
use crate::definitions::references::RETURNS;
use crate::engine::QueryTable;
use crate::sources::MonthSpan;
use crate::vocabulary::period::Month;

/// Tables whose returns all stand for one month, or all for the same longer span.
pub(super) struct SpanTables<'t> {
    /// `None` for returns of one month.
    pub(super) longer_span: Option<MonthSpan>,
    pub(super) tables: Vec<(&'t str, QueryTable)>,
}

/// The returns of single months first, then those of each longer span. A metric that holds returns against something else
/// counts by the month of the other, so it sees all of them at once.
pub(super) fn parts<'t>(
    metric: &Metric,
    tables: Vec<(&'t str, QueryTable)>,
) -> Result<Vec<SpanTables<'t>>, MetricError> {
    let whole = |tables| Ok(vec![SpanTables { longer_span: None, tables }]);
    if metric.rollups.iter().any(|name| name != RETURNS) {
        return whole(tables);
    }
    let Some((_, QueryTable::Rows { schema, batches })) = tables.iter().find(|(name, _)| *name == RETURNS) else {
        return whole(tables);
    };
    let by_batch: Vec<Vec<Option<MonthSpan>>> = batches.iter().map(longer_spans).collect();
    let spans: BTreeSet<Option<MonthSpan>> = by_batch.iter().flatten().copied().chain([None]).collect();
    let mut parts = Vec::new();
    for longer_span in spans {
        let mut kept = Vec::new();
        for (batch, found) in batches.iter().zip(&by_batch) {
            let is_of_span: BooleanArray = found.iter().map(|span| Some(*span == longer_span)).collect();
            kept.push(filter_record_batch(batch, &is_of_span).map_err(MetricError::Returns)?);
        }
        let returns = QueryTable::Rows { schema: Arc::clone(schema), batches: kept };
        let others = tables.iter().filter(|(name, _)| *name != RETURNS).cloned();
        parts.push(SpanTables { longer_span, tables: others.chain([(RETURNS, returns)]).collect() });
    }
    Ok(parts)
}

/// Of each row the span that its return stands for; `None` where that is a month.
fn longer_spans(batch: &RecordBatch) -> Vec<Option<MonthSpan>> {
    let months = |name| batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Date32Type>());
    let (Some(first), Some(last)) = (months(FIRST_MONTH), months(LAST_MONTH)) else {
        return vec![None; batch.num_rows()];
    };
    let month = |day: Option<i32>| Some(Month::of(Date32Type::to_naive_date_opt(day?)?));
    let span = |(first, last): (Option<i32>, Option<i32>)| Some(MonthSpan { first: month(first)?, last: month(last)? });
    let longer = |days| span(days).filter(|span| span.first != span.last);
    first.iter().zip(last.iter()).map(longer).collect()
}
