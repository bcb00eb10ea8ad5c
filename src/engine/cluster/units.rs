//! The leaf of a distributed plan: takes units of its lanes and gives their answers as rows.

use std::fmt;
use std::sync::Arc;

use datafusion::catalog::{Session, TableProvider};
use datafusion::common::exec_datafusion_err;
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::TableType;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, SchedulingType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use datafusion_distributed::{DistributedTaskContext, WorkUnitFeed};
use futures::StreamExt as _;

use arrow::datatypes::SchemaRef;

use super::answers::{LaneAnswer, SCHEMA, UnitAnswer, UnitWorker};
use super::lanes::Lanes;
use super::unit::WorkUnit;

/// What the leaf is called in a plan.
pub(super) const UNITS: &str = "UnitsExec";

/// Units of one job. On a worker it has somebody who works on them.
#[derive(Debug, Clone)]
pub(super) struct UnitsExec {
    pub(super) job: String,
    pub(super) feed: WorkUnitFeed<Lanes>,
    work: Option<Arc<dyn UnitWorker>>,
    properties: Arc<PlanProperties>,
}

impl UnitsExec {
    pub(super) fn new(job: String, feed: WorkUnitFeed<Lanes>, lanes: usize, work: Option<Arc<dyn UnitWorker>>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&SCHEMA)),
            Partitioning::UnknownPartitioning(lanes),
            EmissionType::Incremental,
            Boundedness::Bounded,
        )
        // It waits for units and for answers, so that nobody needs to interrupt it.
        .with_scheduling_type(SchedulingType::Cooperative);
        Self { job, feed, work, properties: Arc::new(properties) }
    }

    /// The same with fewer lanes: those of one worker.
    pub(super) fn with_lanes(&self, lanes: usize) -> Self {
        Self::new(self.job.clone(), self.feed.clone(), lanes, self.work.clone())
    }

    pub(super) fn lanes(&self) -> usize {
        self.properties.partitioning.partition_count()
    }
}

impl DisplayAs for UnitsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{UNITS}: lanes={}", self.lanes())
    }
}

impl ExecutionPlan for UnitsExec {
    fn name(&self) -> &'static str {
        UNITS
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

    fn execute(&self, lane: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream, DataFusionError> {
        let work = self.work.clone().ok_or_else(|| exec_datafusion_err!("units are for workers, and this is none"))?;
        let units = self.feed.feed(lane, Arc::clone(&context))?;
        let place = DistributedTaskContext::from_ctx(&context).task_index * self.lanes() + lane;
        let lane = u64::try_from(place).unwrap_or(u64::MAX);
        let job: Arc<str> = self.job.as_str().into();
        let answers = units.then(move |unit| {
            let (work, job) = (Arc::clone(&work), Arc::clone(&job));
            async move {
                let text = unit?;
                let WorkUnit { number, order } =
                    WorkUnit::parse(&text).ok_or_else(|| exec_datafusion_err!("“{text}” is no unit"))?;
                // Of its own, so that the lanes of a worker do not wait for each other.
                let answer = SpawnedTask::spawn(async move { work.answer(&job, &order).await });
                let parts = answer.await.map_err(|error| exec_datafusion_err!("a unit broke off: {error}"))?;
                Ok(LaneAnswer { lane, answer: UnitAnswer { unit: number, parts } }.rows()?)
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&SCHEMA), answers)))
    }
}

/// The units of a job as a table.
#[derive(Debug)]
pub(super) struct UnitsTable {
    pub(super) job: String,
    pub(super) lanes: Lanes,
}

#[async_trait::async_trait]
impl TableProvider for UnitsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&SCHEMA)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        _: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let feed = WorkUnitFeed::new(self.lanes.clone());
        Ok(Arc::new(UnitsExec::new(self.job.clone(), feed, self.lanes.count(), None)))
    }
}
