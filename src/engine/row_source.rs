//! Rows that lie elsewhere than in memory: a statement reads them a batch at a time while it runs.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::stream;

/// Rows, one batch after the other.
pub type RowBatches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// Where rows are read from, each time that a statement asks for them.
pub trait RowSource: Debug + Send + Sync {
    fn schema(&self) -> &SchemaRef;

    /// The number of rows, or a larger one.
    fn most_rows(&self) -> usize;

    /// Opens the rows, with the columns at these places of the schema, in this order.
    ///
    /// # Errors
    /// Rows that cannot be read any more.
    fn open(&self, columns: &[usize]) -> Result<RowBatches, ArrowError>;
}

/// The rows of one run of a prepared statement, handed to the scans of its plan.
pub(super) struct GivenRows(pub(super) Vec<RecordBatch>);

/// A table whose rows are read when a statement runs.
#[derive(Debug)]
pub(super) struct LateTable {
    schema: SchemaRef,
    origin: RowOrigin,
}

/// Where the rows of such a table come from.
#[derive(Debug, Clone)]
enum RowOrigin {
    Source(Arc<dyn RowSource>),
    /// The run brings them ([`GivenRows`]).
    Given,
}

impl LateTable {
    pub(super) fn of(source: Arc<dyn RowSource>) -> Self {
        Self { schema: Arc::clone(source.schema()), origin: RowOrigin::Source(source) }
    }

    pub(super) fn given(schema: SchemaRef) -> Self {
        Self { schema, origin: RowOrigin::Given }
    }
}

#[async_trait::async_trait]
impl TableProvider for LateTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&columns)?);
        let part = LatePart { origin: self.origin.clone(), columns, schema: Arc::clone(&schema) };
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![Arc::new(part)], None, None, false, limit)?))
    }
}

/// The columns of such a table that one statement reads.
#[derive(Debug)]
struct LatePart {
    origin: RowOrigin,
    columns: Vec<usize>,
    schema: SchemaRef,
}

impl LatePart {
    fn open(&self, context: &TaskContext) -> Result<RowBatches, ArrowError> {
        match &self.origin {
            RowOrigin::Source(source) => source.open(&self.columns),
            RowOrigin::Given => {
                let given = context.session_config().get_extension::<GivenRows>();
                let project = |batch: &RecordBatch| batch.project(&self.columns);
                let rows: Vec<_> = given.iter().flat_map(|given| &given.0).map(project).collect();
                Ok(Box::new(rows.into_iter()))
            }
        }
    }
}

impl PartitionStream for LatePart {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.open(&context).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))));
        let rows = stream::iter(rows.map(|batch| batch.map_err(DataFusionError::from)));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}
