//! A statement that is planned once and then run over many sets of rows in memory. What it finds of each set rests on that set
//! alone, so that its memory grows with the largest set and not with all of them.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::effort::Effort;
use super::row_source::{GivenRows, LateTable};
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
        context.register_table(table, Arc::new(LateTable::given(schema)))?;
        let plan = physical_plan(&context, query).await?;
        let (config, runtime) = (context.copied_config(), Arc::clone(&self.runtime));
        Ok(PreparedStatement { name: query.name.to_owned(), plan, config, runtime })
    }
}

impl PreparedStatement {
    /// Runs the statement over rows with the schema that it was prepared for.
    ///
    /// # Errors
    /// Rows that the statement cannot work with, and too little memory.
    pub async fn run(&self, rows: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, EngineError> {
        let result = self.results(rows).await;
        result.map_err(|cause| EngineError::Query { query: self.name.clone(), cause: Box::new(cause) })
    }

    async fn results(&self, rows: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, DataFusionError> {
        // Several sets may be worked on at one time: what the parts of a plan note while they run is each run's own.
        let plan = reset_plan_states(Arc::clone(&self.plan))?;
        let config = self.config.clone().with_extension(Arc::new(GivenRows(rows)));
        let task = TaskContext::default().with_session_config(config).with_runtime(Arc::clone(&self.runtime));
        execute_stream(plan, Arc::new(task))?.try_collect().await
    }
}
