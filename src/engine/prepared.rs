//! A statement that is planned once and then run over many sets of rows in memory. What it finds of each set rests on that set
//! alone, so that its memory grows with the largest set and not with all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::effort::Effort;
use super::given::{ConstantColumn, GivenTable, with_rows};
use super::{Engine, EngineError, Query, physical_plan, statement};

/// Memory is handed out for rows in parts of this size.
const ROOM_UNIT: usize = 64 * 1024;

/// The part of the memory limit that rows may take which are read for several statements.
const SHARE_FOR_ROWS: usize = 3;

/// Memory for the rows of all sets that are held at one time.
#[derive(Debug, Clone)]
pub(super) struct RoomForRows {
    units: Arc<Semaphore>,
    all: usize,
}

impl RoomForRows {
    pub(super) fn of(memory_limit: usize) -> Self {
        let all = (memory_limit / SHARE_FOR_ROWS / ROOM_UNIT).max(1);
        Self { units: Arc::new(Semaphore::new(all)), all }
    }
}

/// Memory that rows may take until this is dropped. Statements have so much less.
#[derive(Debug)]
pub struct TakenRoom {
    _units: Option<OwnedSemaphorePermit>,
    _reserved: MemoryReservation,
}

/// A statement over one table whose rows are given each time that it runs.
#[derive(Debug)]
pub struct PreparedStatement {
    name: String,
    plan: Arc<dyn ExecutionPlan>,
    columns: BTreeSet<String>,
    config: SessionConfig,
    runtime: Arc<RuntimeEnv>,
}

impl Engine {
    /// Bytes that rows may take at one time.
    pub fn room_for_rows(&self) -> usize {
        self.room.all * ROOM_UNIT
    }

    /// Waits until `bytes` of memory are free for rows; `None` where that is more than rows may ever take.
    pub async fn room(&self, bytes: usize) -> Option<TakenRoom> {
        let units = bytes.div_ceil(ROOM_UNIT);
        if units > self.room.all {
            return None;
        }
        let permit = Arc::clone(&self.room.units).acquire_many_owned(u32::try_from(units).ok()?).await.ok();
        let reserved = MemoryConsumer::new("rows").register(&self.runtime.memory_pool);
        reserved.grow(bytes);
        Some(TakenRoom { _units: permit, _reserved: reserved })
    }

    /// Plans a statement over the table `table`, for one thread.
    ///
    /// # Errors
    /// A statement that the engine refuses.
    pub async fn prepare(
        &self,
        query: &Query<'_>,
        table: &str,
        schema: SchemaRef,
    ) -> Result<PreparedStatement, EngineError> {
        statement::check_length(query)?;
        let planned = self.serial().planned(query, table, schema).await;
        planned.map_err(|cause| EngineError::Query { query: query.name.to_owned(), cause: Box::new(cause) })
    }

    async fn planned(
        &self,
        query: &Query<'_>,
        table: &str,
        schema: SchemaRef,
    ) -> Result<PreparedStatement, DataFusionError> {
        let context = self.session(&[], Effort::Quick)?;
        context.register_table(table, Arc::new(GivenTable { schema }))?;
        let plan = physical_plan(&context, query).await?;
        let (config, runtime) = (context.copied_config(), Arc::clone(&self.runtime));
        let columns = columns_scanned(plan.as_ref());
        Ok(PreparedStatement { name: query.name.to_owned(), plan, columns, config, runtime })
    }
}

/// Names of the columns that the leaves of a plan read.
fn columns_scanned(plan: &dyn ExecutionPlan) -> BTreeSet<String> {
    let children = plan.children();
    if children.is_empty() {
        return plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    }
    children.into_iter().flat_map(|child| columns_scanned(child.as_ref())).collect()
}

impl PreparedStatement {
    /// Names of the columns of the table that the statement reads.
    pub fn columns(&self) -> &BTreeSet<String> {
        &self.columns
    }

    #[cfg(test)]
    pub(super) fn plan(&self) -> &Arc<dyn ExecutionPlan> {
        &self.plan
    }

    /// Runs the statement over rows that have at least the columns that it reads, in the types that it was prepared for.
    /// `constants` are columns that have these values in every row.
    ///
    /// # Errors
    /// Rows that the statement cannot work with, and too little memory.
    pub async fn run(
        &self,
        rows: &[RecordBatch],
        constants: &[ConstantColumn],
    ) -> Result<Vec<RecordBatch>, EngineError> {
        let result = self.results(rows, constants).await;
        result.map_err(|cause| EngineError::Query { query: self.name.clone(), cause: Box::new(cause) })
    }

    async fn results(
        &self,
        rows: &[RecordBatch],
        constants: &[ConstantColumn],
    ) -> Result<Vec<RecordBatch>, DataFusionError> {
        let plan = with_rows(Arc::clone(&self.plan), rows, constants)?;
        let task = TaskContext::default().with_session_config(self.config.clone());
        execute_stream(plan, Arc::new(task.with_runtime(Arc::clone(&self.runtime))))?.try_collect().await
    }
}
