//! The only door to `DataFusion`: pinned Parquet files and in-memory rows in, Arrow batches and scan figures out.
//! It knows no dataset, metric or period, infers no schema, and lets no statement write.

#[cfg(feature = "cluster")]
pub mod cluster;
mod effort;
mod footers;
pub mod functions;
mod given;
pub mod names;
pub mod output;
mod prepared;
mod row_source;
mod statement;
mod trouble;
mod udf;
mod words;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemTable;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::{SQLOptions, SessionContext};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan, TableType, Volatility};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::StreamExt as _;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStore};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

use effort::{Effort, session_config, statements_at_once, unclaimed};
use footers::FooterReaders;
use functions::Functions;
use prepared::RoomForRows;
use row_source::LateTable;
use words::in_own_words;

pub use given::ConstantColumn;
pub use prepared::{PreparedStatement, TakenRoom};
pub use row_source::{RowBatches, RowSource};
pub use trouble::{Trouble, trouble_of};

/// Version of the engine, part of every cache key: another engine may count differently.
pub const ENGINE_VERSION: &str = datafusion::DATAFUSION_VERSION;

const STORE_URL: &str = "leds://source/";

/// Stack of each thread that plans or runs statements. Only what is used is ever taken from the memory.
pub const STACK_BYTES: usize = 256 * 1024 * 1024;

/// How often a file that the system does not let us read is tried again, and how long the engine waits before that.
const READ_AGAIN: u32 = 2;
const PAUSE: Duration = Duration::from_millis(200);

/// A statement that the engine refused or could not finish. `query` names the definition it came from.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the engine could not be started")]
    Start(#[source] Box<DataFusionError>),
    #[error("{query}: {}", in_own_words(cause))]
    Query {
        query: String,
        /// The engine's own error. It is no source: its words are told here, in ours.
        cause: Box<DataFusionError>,
    },
    #[error(
        "{query} needs more memory than the setting engine.memory_limit_mib = {limit_mib} allows; \
         set engine.memory_limit_mib to {} or more",
        2 * limit_mib
    )]
    Memory { query: String, limit_mib: usize },
    #[error("{query}: the statement has {found} {of}, but at most {most} can be read; write it shorter")]
    TooLong { query: String, found: usize, of: &'static str, most: usize },
    #[error("{query}: the result has more than {most} rows; ask for fewer, or set {setting} to a larger number")]
    TooManyRows { query: String, most: usize, setting: &'static str },
    #[error(
        "{query}: the result takes more than the {limit_mib} MiB that the setting engine.memory_limit_mib allows; \
         ask for fewer rows or columns, or set engine.memory_limit_mib to a larger number"
    )]
    TooLarge { query: String, limit_mib: usize },
}

impl EngineError {
    /// What kind of trouble stands behind it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Start(cause) | Self::Query { cause, .. } => trouble_of(cause.as_ref()),
            Self::Memory { .. } => Trouble::Memory,
            Self::TooLong { .. } | Self::TooManyRows { .. } | Self::TooLarge { .. } => Trouble::Content,
        }
    }
}

/// Memory, threads and spill folder of the engine.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    pub threads: usize,
    pub memory_limit_bytes: usize,
    pub spill_dir: Option<PathBuf>,
}

/// One Parquet file of a pinned table and the values of its path columns.
#[derive(Debug, Clone)]
pub struct PinnedFile {
    pub path: String,
    pub size: u64,
    pub path_values: Vec<PathValue>,
}

/// The value of a path column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathValue {
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    Number(i64),
}

/// What a query may read: exactly these files, or these rows.
#[derive(Debug, Clone)]
pub enum QueryTable {
    Files {
        schema: SchemaRef,
        path_columns: Vec<FieldRef>,
        files: Vec<PinnedFile>,
    },
    Rows {
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
    },
    /// Rows that are read when they are asked for.
    Elsewhere(Arc<dyn RowSource>),
}

impl QueryTable {
    /// A table without rows, for proving a statement.
    pub fn empty(schema: SchemaRef) -> Self {
        Self::Rows { schema, batches: Vec::new() }
    }

    /// The number of rows, or a larger one; none of files, which are not read for that.
    pub fn most_rows(&self) -> usize {
        match self {
            Self::Rows { batches, .. } => batches.iter().map(RecordBatch::num_rows).sum(),
            Self::Elsewhere(source) => source.most_rows(),
            Self::Files { .. } => 0,
        }
    }

    /// The rows themselves; none of files, which only a statement reads.
    ///
    /// # Errors
    /// Rows that cannot be read any more.
    pub fn batches(&self) -> Result<RowBatches, ArrowError> {
        match self {
            Self::Rows { batches, .. } => Ok(Box::new(batches.clone().into_iter().map(Ok))),
            Self::Elsewhere(source) => source.open(&(0..source.schema().fields().len()).collect::<Vec<_>>()),
            Self::Files { .. } => Ok(Box::new(std::iter::empty())),
        }
    }

    /// Names of the columns, those of the path last.
    pub fn column_names(&self) -> Vec<String> {
        let (schema, path_columns) = match self {
            Self::Rows { schema, .. } => (schema, [].as_slice()),
            Self::Elsewhere(source) => (source.schema(), [].as_slice()),
            Self::Files { schema, path_columns, .. } => (schema, path_columns.as_slice()),
        };
        schema.fields().iter().chain(path_columns).map(|field| field.name().clone()).collect()
    }
}

/// A named statement with its parameters.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    /// Where it comes from, for messages: `queries/rollups/x.sql`.
    pub name: &'a str,
    pub sql: &'a str,
    pub parameters: Vec<(String, i64)>,
}

/// The rows of a query and what reading them cost.
#[derive(Debug)]
pub struct QueryResult {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    pub bytes_scanned: u64,
    pub spilled_bytes: u64,
}

/// What planning a statement tells without running it.
#[derive(Debug)]
pub struct PlannedQuery {
    pub schema: SchemaRef,
    /// Names of the output columns that the outermost `ORDER BY` sorts by.
    pub sorted_by: Vec<String>,
    /// Parameter names without the `$`.
    pub parameters: Vec<String>,
    /// Functions whose result depends on more than their arguments, such as the clock.
    pub unsettled: BTreeSet<String>,
}

/// The most rows of a result, and the setting that says so.
#[derive(Debug, Clone, Copy)]
pub struct MostRows {
    pub rows: usize,
    pub setting: &'static str,
}

/// A configured engine over one object store. A clone shares memory, spill folder and store.
#[derive(Debug, Clone)]
pub struct Engine {
    runtime: Arc<RuntimeEnv>,
    threads: usize,
    memory_limit: usize,
    /// One for each statement that may run beside others; a statement that needs all memory takes all of them.
    turns: Arc<Semaphore>,
    statements_at_once: usize,
    /// For rows that several statements share.
    room: RoomForRows,
    store: Option<Arc<dyn ObjectStore>>,
    functions: Functions,
}

impl Engine {
    /// Threads that a statement may use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Memory that statements may take, in bytes.
    pub fn memory_limit(&self) -> usize {
        self.memory_limit
    }

    /// The store that files are read from.
    pub fn store(&self) -> Option<&Arc<dyn ObjectStore>> {
        self.store.as_ref()
    }

    /// An engine that reads files of `store`.
    pub fn new(settings: &EngineSettings, store: Option<Arc<dyn ObjectStore>>) -> Result<Self, EngineError> {
        // Statements run side by side: each gets a fair share and spills beyond it, where a first come, first served pool
        // would leave the last one without any.
        let pool = Arc::new(FairSpillPool::new(settings.memory_limit_bytes));
        let mut builder = RuntimeEnvBuilder::new().with_memory_pool(pool);
        if let Some(dir) = &settings.spill_dir {
            builder = builder.with_temp_file_path(dir.clone());
        }
        let runtime = builder.build_arc().map_err(|e| EngineError::Start(Box::new(e)))?;
        if let Some(store) = &store {
            let url = store_url().map_err(|e| EngineError::Start(Box::new(e)))?;
            runtime.register_object_store(url.as_ref(), Arc::clone(store));
        }
        let statements_at_once = statements_at_once(settings.threads, settings.memory_limit_bytes);
        Ok(Self {
            runtime,
            threads: settings.threads,
            memory_limit: settings.memory_limit_bytes,
            turns: Arc::new(Semaphore::new(statements_at_once)),
            statements_at_once,
            room: RoomForRows::of(settings.memory_limit_bytes),
            store,
            functions: Functions::default(),
        })
    }

    /// The engine with one partition for each statement: small statements are quicker side by side than split.
    #[must_use]
    pub fn serial(&self) -> Self {
        Self { threads: 1, ..self.clone() }
    }

    /// The engine with further functions.
    #[must_use]
    pub fn with_functions(&self, functions: Functions) -> Self {
        Self { functions, ..self.clone() }
    }

    /// Plans and runs one statement. One that meets the memory limit runs once more, alone and with operators that spill;
    /// one that a file could not be read for is tried again.
    pub async fn run(&self, query: &Query<'_>, tables: &[(&str, QueryTable)]) -> Result<QueryResult, EngineError> {
        self.run_within(query, tables, None).await
    }

    /// Runs a statement whose result must not have more rows than asked for, nor take more than the limit of memory.
    pub async fn run_bounded(
        &self,
        query: &Query<'_>,
        tables: &[(&str, QueryTable)],
        most: MostRows,
    ) -> Result<QueryResult, EngineError> {
        self.run_within(query, tables, Some(most)).await
    }

    async fn run_within(
        &self,
        query: &Query<'_>,
        tables: &[(&str, QueryTable)],
        most: Option<MostRows>,
    ) -> Result<QueryResult, EngineError> {
        statement::check_length(query)?;
        let (mut effort, mut reads) = (Effort::Quick, 0);
        loop {
            let turn = self.turn(effort).await;
            let error = match self.attempt(query, tables, most, effort).await {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            drop(turn);
            match (error.trouble(), effort) {
                (Trouble::Memory, Effort::Quick) => effort = Effort::Frugal,
                (Trouble::Memory, Effort::Frugal) => return Err(self.out_of_memory(query, error)),
                (Trouble::Reading, _) if reads < READ_AGAIN => {
                    reads += 1;
                    // Alone it opens the fewest files at once.
                    effort = Effort::Frugal;
                    let _ = tokio::task::spawn_blocking(|| std::thread::sleep(PAUSE)).await;
                }
                _ => return Err(error),
            }
        }
    }

    /// Waits until the statement may run: with one of the turns, or with all of them.
    async fn turn(&self, effort: Effort) -> Result<SemaphorePermit<'_>, AcquireError> {
        let turns = match effort {
            Effort::Quick => 1,
            Effort::Frugal => u32::try_from(self.statements_at_once).unwrap_or(1),
        };
        self.turns.acquire_many(turns).await
    }

    fn out_of_memory(&self, query: &Query<'_>, error: EngineError) -> EngineError {
        match error {
            EngineError::Query { .. } => {
                EngineError::Memory { query: query.name.to_owned(), limit_mib: self.memory_limit / (1024 * 1024) }
            }
            other => other,
        }
    }

    async fn attempt(
        &self,
        query: &Query<'_>,
        tables: &[(&str, QueryTable)],
        most: Option<MostRows>,
        effort: Effort,
    ) -> Result<QueryResult, EngineError> {
        let wrong =
            |cause: DataFusionError| EngineError::Query { query: query.name.to_owned(), cause: Box::new(cause) };
        let context = self.session(tables, effort).map_err(wrong)?;
        let plan = physical_plan(&context, query).await.map_err(wrong)?;
        let mut result = QueryResult { schema: plan.schema(), batches: Vec::new(), bytes_scanned: 0, spilled_bytes: 0 };
        let mut rows = execute_stream(Arc::clone(&plan), context.task_ctx()).map_err(wrong)?;
        let (mut row_count, mut bytes) = (0, 0);
        while let Some(batch) = rows.next().await {
            let batch = batch.map_err(wrong)?;
            row_count += batch.num_rows();
            if let Some(most) = most {
                bytes += content_bytes(&batch);
                self.check_size(query, most, row_count, bytes)?;
            }
            result.batches.push(batch);
        }
        add_scan_figures(plan.as_ref(), &mut result);
        Ok(result)
    }

    fn check_size(&self, query: &Query<'_>, most: MostRows, rows: usize, bytes: usize) -> Result<(), EngineError> {
        let query = || query.name.to_owned();
        if rows > most.rows {
            return Err(EngineError::TooManyRows { query: query(), most: most.rows, setting: most.setting });
        }
        if bytes > self.memory_limit {
            return Err(EngineError::TooLarge { query: query(), limit_mib: self.memory_limit / (1024 * 1024) });
        }
        Ok(())
    }

    /// Plans one statement without running it.
    pub async fn plan(&self, query: &Query<'_>, tables: &[(&str, QueryTable)]) -> Result<PlannedQuery, EngineError> {
        statement::check_length(query)?;
        let result = self.plan_inner(query, tables).await;
        result.map_err(|cause| EngineError::Query { query: query.name.to_owned(), cause: Box::new(cause) })
    }

    async fn plan_inner(
        &self,
        query: &Query<'_>,
        tables: &[(&str, QueryTable)],
    ) -> Result<PlannedQuery, DataFusionError> {
        let frame = self.session(tables, Effort::Quick)?.sql_with_options(query.sql, read_only()).await?;
        let plan = frame.logical_plan();
        let mut parameters: Vec<String> =
            plan.get_parameter_names()?.into_iter().map(|name| name.trim_start_matches('$').to_owned()).collect();
        parameters.sort();
        Ok(PlannedQuery {
            schema: Arc::new(frame.schema().as_arrow().clone()),
            sorted_by: sort_columns(plan),
            parameters,
            unsettled: unsettled_functions(plan)?,
        })
    }

    fn session(&self, tables: &[(&str, QueryTable)], effort: Effort) -> Result<SessionContext, DataFusionError> {
        let config = session_config(effort, self.threads, self.memory_limit);
        let partitions = config.target_partitions();
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(Arc::clone(&self.runtime))
            .with_default_features()
            .build();
        let context = SessionContext::new_with_state(state);
        for function in self.functions.scalars() {
            context.register_udf(function.to_udf());
        }
        for function in self.functions.aggregates() {
            context.register_udaf(function.to_udaf());
        }
        for (name, table) in tables {
            context.register_table(*name, provider(table.clone(), partitions)?)?;
        }
        Ok(context)
    }
}

async fn physical_plan(context: &SessionContext, query: &Query<'_>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let frame = context.sql_with_options(query.sql, read_only()).await?;
    frame.with_param_values(parameters(query))?.create_physical_plan().await
}

/// Bytes of what a batch says. Batches may share buffers, which would count in each of them.
fn content_bytes(batch: &RecordBatch) -> usize {
    let of_column = |column: &arrow::array::ArrayRef| {
        let fixed = column.to_data().get_slice_memory_size().unwrap_or_default();
        let texts = match column.data_type() {
            DataType::Utf8View => column.as_string_view().total_buffer_bytes_used(),
            _ => 0,
        };
        fixed + texts
    };
    batch.columns().iter().map(of_column).sum()
}

fn store_url() -> Result<ObjectStoreUrl, DataFusionError> {
    ObjectStoreUrl::parse(STORE_URL)
}

fn read_only() -> SQLOptions {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false)
}

fn parameters(query: &Query<'_>) -> ParamValues {
    let pairs = query.parameters.iter().map(|(name, value)| (name.clone(), ScalarValue::Int64(Some(*value))));
    ParamValues::from(pairs.collect::<Vec<_>>())
}

/// The columns of the outermost sort, in order; empty when the statement has none.
fn sort_columns(plan: &LogicalPlan) -> Vec<String> {
    match plan {
        LogicalPlan::Sort(sort) => sort.expr.iter().map(|by| by.expr.schema_name().to_string()).collect(),
        LogicalPlan::Projection(projection) => sort_columns(&projection.input),
        _ => Vec::new(),
    }
}

fn unsettled_functions(plan: &LogicalPlan) -> Result<BTreeSet<String>, DataFusionError> {
    let mut found = BTreeSet::new();
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                if let Expr::ScalarFunction(call) = part
                    && call.func.signature().volatility != Volatility::Immutable
                {
                    found.insert(call.func.name().to_owned());
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found)
}

fn add_scan_figures(plan: &dyn ExecutionPlan, result: &mut QueryResult) {
    if let Some(metrics) = plan.metrics() {
        let sum = |name: &str| {
            let value = metrics.sum_by_name(name).map_or(0, |value| value.as_usize());
            u64::try_from(value).unwrap_or(u64::MAX)
        };
        result.bytes_scanned += sum("bytes_scanned");
        result.spilled_bytes += u64::try_from(metrics.spilled_bytes().unwrap_or(0)).unwrap_or(u64::MAX);
    }
    for child in plan.children() {
        add_scan_figures(child.as_ref(), result);
    }
}

fn provider(table: QueryTable, threads: usize) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    Ok(match table {
        QueryTable::Rows { schema, batches } => Arc::new(MemTable::try_new(schema, vec![batches])?),
        QueryTable::Elsewhere(source) => Arc::new(LateTable(source)),
        QueryTable::Files { schema, path_columns, files } => Arc::new(PinnedTable::new(
            TableSchema::builder(schema).with_table_partition_cols(path_columns).build(),
            &files,
            threads,
        )?),
    })
}

/// A table over exactly the files it was given: nothing is listed, inferred or skipped behind our back.
#[derive(Debug)]
struct PinnedTable {
    schema: TableSchema,
    groups: Vec<FileGroup>,
}

impl PinnedTable {
    fn new(schema: TableSchema, files: &[PinnedFile], threads: usize) -> Result<Self, DataFusionError> {
        Ok(Self { schema, groups: balanced_groups(files, threads)? })
    }
}

/// Deals files to as many groups as there are threads, largest first, always to the lightest group.
fn balanced_groups(files: &[PinnedFile], threads: usize) -> Result<Vec<FileGroup>, DataFusionError> {
    let mut by_size: Vec<&PinnedFile> = files.iter().collect();
    by_size.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.path.cmp(&b.path)));
    let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); threads.clamp(1, files.len().max(1))];
    for file in by_size {
        if let Some(lightest) = groups.iter_mut().min_by_key(|(size, _)| *size) {
            lightest.0 += file.size;
            lightest.1.push(partitioned_file(file)?);
        }
    }
    Ok(groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect())
}

fn partitioned_file(file: &PinnedFile) -> Result<PartitionedFile, DataFusionError> {
    let meta = ObjectMeta {
        // Character by character: an encoded path would name another file.
        location: ObjectPath::parse(&file.path).map_err(object_store::Error::from)?,
        last_modified: chrono::DateTime::UNIX_EPOCH,
        size: file.size,
        e_tag: None,
        version: None,
    };
    Ok(PartitionedFile::new_from_meta(meta).with_partition_values(file.path_values.iter().map(scalar).collect()))
}

fn scalar(value: &PathValue) -> ScalarValue {
    match value {
        PathValue::Text(text) => ScalarValue::Utf8View(Some(text.clone())),
        PathValue::Date(days) => ScalarValue::Date32(Some(*days)),
        PathValue::Number(number) => ScalarValue::Int64(Some(*number)),
    }
}

#[async_trait::async_trait]
impl TableProvider for PinnedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        // Several statements read the same files in one run: their footers are parsed once.
        let runtime = state.runtime_env();
        let store = runtime.object_store(store_url()?)?;
        let footers = runtime.cache_manager.get_file_metadata_cache();
        let reader = FooterReaders::new(store, footers);
        let source = ParquetSource::new(self.schema.clone())
            .with_parquet_file_reader_factory(Arc::new(reader))
            .with_table_parquet_options(unclaimed());
        let source = Arc::new(source);
        let config = FileScanConfigBuilder::new(store_url()?, source)
            .with_file_groups(self.groups.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// An Arrow schema from fields, for callers that may not name the engine.
pub fn schema_of(fields: Vec<arrow::datatypes::Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}
