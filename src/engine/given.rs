//! Rows that are handed to one run of a statement that was planned before, and what is known of them.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::expressions::{Column, lit};
use datafusion::physical_expr::{AcrossPartitions, ConstExpr, EquivalenceProperties, Partitioning};
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, PhysicalExpr, PlanProperties,
};
use futures::stream;

use super::{PathValue, scalar};

/// A column that has the same value in each row of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstantColumn {
    pub name: String,
    pub value: PathValue,
}

/// A table whose rows each run brings.
#[derive(Debug)]
pub(super) struct GivenTable {
    pub(super) schema: SchemaRef,
}

#[async_trait::async_trait]
impl TableProvider for GivenTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => Arc::clone(&self.schema),
        };
        Ok(Arc::new(GivenRowsExec::new(schema, Vec::new(), &[])?))
    }
}

/// The part of a plan that hands on the rows of a run.
#[derive(Debug)]
struct GivenRowsExec {
    schema: SchemaRef,
    rows: Vec<RecordBatch>,
    properties: Arc<PlanProperties>,
}

impl GivenRowsExec {
    fn new(schema: SchemaRef, rows: Vec<RecordBatch>, constants: &[ConstantColumn]) -> Result<Self, DataFusionError> {
        let mut known = EquivalenceProperties::new(Arc::clone(&schema));
        let constant = |ConstantColumn { name, value }: &ConstantColumn| {
            let place = schema.index_of(name).ok()?;
            let value = AcrossPartitions::Uniform(Some(scalar(value)));
            Some(ConstExpr::new(Arc::new(Column::new(name, place)), value))
        };
        known.add_constants(constants.iter().filter_map(constant))?;
        let partitioning = Partitioning::UnknownPartitioning(1);
        let properties = PlanProperties::new(known, partitioning, EmissionType::Incremental, Boundedness::Bounded);
        Ok(Self { schema, rows, properties: Arc::new(properties) })
    }

    /// The columns that are read, by name: rows need not have those of the table that nobody reads.
    fn of(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let given = batch.schema_ref();
        let places = self.schema.fields().iter().map(|field| given.index_of(field.name()));
        batch.project(&places.collect::<Result<Vec<_>, _>>()?)
    }
}

impl DisplayAs for GivenRowsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for GivenRowsExec {
    fn name(&self) -> &'static str {
        "GivenRowsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        Ok(self)
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream, DataFusionError> {
        let rows: Vec<_> = self.rows.iter().map(|batch| self.of(batch).map_err(DataFusionError::from)).collect();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream::iter(rows))))
    }
}

/// A plan for one run over these rows. Keys of groups that are the same in all of them are no keys any more: grouping costs as
/// much as there are keys.
pub(super) fn with_rows(
    plan: Arc<dyn ExecutionPlan>,
    rows: &[RecordBatch],
    constants: &[ConstantColumn],
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let for_run = |part: Arc<dyn ExecutionPlan>| {
        if let Some(given) = part.downcast_ref::<GivenRowsExec>() {
            let given = GivenRowsExec::new(Arc::clone(&given.schema), rows.to_vec(), constants)?;
            return Ok(Transformed::yes(Arc::new(given) as Arc<dyn ExecutionPlan>));
        }
        // Several runs may be at work at one time: what the parts of a plan note while they run is each run's own.
        let part = part.reset_state()?;
        let shorter = part.downcast_ref::<AggregateExec>().map(without_constant_keys).transpose()?.flatten();
        Ok(Transformed::yes(shorter.unwrap_or(part)))
    };
    plan.transform_up(for_run).data()
}

/// The same groups by fewer keys; `None` where no key can be done without.
fn without_constant_keys(plan: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>, DataFusionError> {
    let keys = plan.group_expr();
    let is_whole = matches!(plan.mode(), AggregateMode::Single | AggregateMode::SinglePartitioned);
    if !is_whole || !keys.is_single() || plan.limit_options().is_some() {
        return Ok(None);
    }
    let known = plan.input().equivalence_properties();
    let value = |key: &Arc<dyn PhysicalExpr>| match known.is_expr_constant(key) {
        Some(AcrossPartitions::Uniform(value)) => value,
        _ => None,
    };
    let mut values: Vec<Option<ScalarValue>> = keys.expr().iter().map(|(key, _)| value(key)).collect();
    // Without any key there would be a group of no rows too.
    if values.iter().all(Option::is_some)
        && let Some(last) = values.last_mut()
    {
        *last = None;
    }
    if values.iter().all(Option::is_none) {
        return Ok(None);
    }
    let stay = keys.expr().iter().zip(&values).filter(|(_, value)| value.is_none());
    let group = PhysicalGroupBy::new_single(stay.map(|(key, _)| key.clone()).collect());
    let (functions, filters) = (plan.aggr_expr().to_vec(), plan.filter_expr().to_vec());
    let input = Arc::clone(plan.input());
    let grouped = AggregateExec::try_new(*plan.mode(), group, functions, filters, input, plan.input_schema())?;
    let schema = grouped.schema();
    let mut others = schema.fields().iter().enumerate().map(|(at, field)| Column::new(field.name(), at));
    let mut columns = Vec::new();
    for (at, field) in plan.schema().fields().iter().enumerate() {
        let column: Option<Arc<dyn PhysicalExpr>> = match values.get(at) {
            Some(Some(value)) => Some(lit(value.clone())),
            _ => others.next().map(|column| Arc::new(column) as _),
        };
        columns.extend(column.map(|column| ProjectionExpr::new(column, field.name().clone())));
    }
    Ok(Some(Arc::new(ProjectionExec::try_new(columns, Arc::new(grouped))?)))
}

#[cfg(test)]
mod tests {
    use arrow::array::{BooleanArray, Date32Array, Int64Array, StringViewArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::physical_plan::displayable;

    use super::*;
    use crate::engine::{Engine, EngineSettings, PreparedStatement, Query};

    fn rows(of: &[(&str, i64, Option<bool>)]) -> Vec<RecordBatch> {
        let text = |texts: Vec<&str>| Arc::new(StringViewArray::from(texts)) as _;
        let schema = Schema::new(vec![
            Field::new("org", DataType::Utf8View, false),
            Field::new("period", DataType::Date32, false),
            Field::new("system", DataType::Utf8View, true),
            Field::new("number", DataType::Int64, true),
            Field::new("flag", DataType::Boolean, true),
        ]);
        let columns = vec![
            text(of.iter().map(|_| "E1").collect()),
            Arc::new(Date32Array::from(vec![20_000; of.len()])) as _,
            text(of.iter().map(|(system, ..)| *system).collect()),
            Arc::new(Int64Array::from_iter_values(of.iter().map(|(_, number, _)| *number))) as _,
            Arc::new(BooleanArray::from(of.iter().map(|(.., flag)| *flag).collect::<Vec<_>>())) as _,
        ];
        vec![RecordBatch::try_new(Arc::new(schema), columns).unwrap()]
    }

    fn constants() -> [ConstantColumn; 2] {
        let [org, period] = [PathValue::Text("E1".to_owned()), PathValue::Date(20_000)];
        [("org", org), ("period", period)].map(|(name, value)| ConstantColumn { name: name.to_owned(), value })
    }

    async fn prepared(sql: &str) -> PreparedStatement {
        let settings = EngineSettings { threads: 1, memory_limit_bytes: 64 << 20, spill_dir: None };
        let query = Query { name: "q", sql, parameters: Vec::new() };
        let schema = rows(&[]).first().unwrap().schema();
        Engine::new(&settings, None).unwrap().prepare(&query, "t", schema).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_known_of_columns_changes_no_result() {
        let some = rows(&[("PNC", 1, Some(true)), ("LEDS", 2, None), ("PNC", 3, Some(false)), ("PNC", 1, Some(true))]);
        for sql in [
            "SELECT org, period, system, COUNT(*) FROM t GROUP BY org, period, system ORDER BY org, period, system",
            "SELECT system, period, COUNT(*), SUM(number) FROM t GROUP BY period, system ORDER BY system",
            "SELECT org, period, COUNT(*) FROM t GROUP BY org, period",
            "SELECT period, COUNT(DISTINCT system), MIN(number), MAX(org) FROM t GROUP BY org, period",
            "SELECT org, system, COUNT(*) FILTER (WHERE flag) AS f FROM t GROUP BY 1, 2 HAVING COUNT(*) > 1",
            "SELECT org, number FROM t GROUP BY org, number ORDER BY number",
            "SELECT DISTINCT org, period, system FROM t ORDER BY system",
            "SELECT COUNT(*), SUM(number) FROM t",
            "WITH a AS (SELECT org AS o, CAST(period AS TIMESTAMP) AS p, system FROM t WHERE number < 3) \
             SELECT o, p, system, COUNT(*) FROM a GROUP BY 1, 2, 3 ORDER BY 3",
            "SELECT a.org, COUNT(*) FROM t a JOIN t b ON a.number = b.number AND a.org = b.org GROUP BY a.org, b.period",
            "SELECT org, system, COUNT(*) FROM t GROUP BY GROUPING SETS ((org), (org, system)) ORDER BY 1, 2",
            "SELECT org, system, number FROM t ORDER BY org, number, system",
        ] {
            let statement = prepared(sql).await;
            for rows in [&some, &rows(&[])] {
                let known = constants();
                let without = statement.run(rows, &[]).await.unwrap();
                let with = statement.run(rows, &known).await.unwrap();
                let [without, with] = [without, with].map(|found| pretty_format_batches(&found).unwrap().to_string());
                assert_eq!(without, with, "{sql}");
            }
        }
    }

    #[tokio::test]
    async fn groups_have_no_key_that_is_the_same_in_all_rows() {
        let rows = rows(&[("PNC", 1, None)]);
        for (sql, keys) in [
            ("SELECT org, period, system, COUNT(*) FROM t GROUP BY org, period, system", "gby=[system@"),
            (
                "WITH a AS (SELECT period AS p, org AS o, system FROM t) SELECT o, p, system, COUNT(*) FROM a GROUP BY 1, 2, 3",
                "gby=[system@",
            ),
            ("SELECT org, period, COUNT(*) FROM t GROUP BY org, period", "gby=[period@"),
        ] {
            let statement = prepared(sql).await;
            let known = constants();
            let [with, without] = [known.as_slice(), &[]].map(|known| {
                let plan = with_rows(Arc::clone(statement.plan()), &rows, known).unwrap();
                displayable(plan.as_ref()).indent(false).to_string()
            });
            assert!(with.contains(keys), "{sql}: {with}");
            assert!(!without.contains(keys), "{sql}: {without}");
        }
    }
}
