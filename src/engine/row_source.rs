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

/// A table whose rows are read when a statement runs.
#[derive(Debug)]
pub(super) struct LateTable(pub(super) Arc<dyn RowSource>);

#[async_trait::async_trait]
impl TableProvider for LateTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.0.schema())
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
        let all = self.0.schema();
        let columns = projection.cloned().unwrap_or_else(|| (0..all.fields().len()).collect());
        let schema = Arc::new(all.project(&columns)?);
        let part = LatePart { source: Arc::clone(&self.0), columns, schema: Arc::clone(&schema) };
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![Arc::new(part)], None, None, false, limit)?))
    }
}

/// The columns of such a table that one statement reads.
#[derive(Debug)]
struct LatePart {
    source: Arc<dyn RowSource>,
    columns: Vec<usize>,
    schema: SchemaRef,
}

impl PartitionStream for LatePart {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.source.open(&self.columns).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))));
        let rows = stream::iter(rows.map(|batch| batch.map_err(DataFusionError::from)));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}
