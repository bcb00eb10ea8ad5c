//! The machine-readable results of a release. One catalogue says what every result table is: its columns, its order and
//! its documentation. The writers of Parquet and CSV and the reader of published tables take it. Nothing is rounded but
//! to the six decimals of the format.

mod catalogue;
mod column;
mod columns;
mod filled;
mod list;
mod package;
mod read;
mod rules;
mod selection;
mod write;

use std::fmt;
use std::io::Write;

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

pub use self::catalogue::{
    CellTest, ColumnKind, ColumnSpec, Condition, Emptiness, Holds, Reference, TableRule, TableSpec, Values,
};
use self::filled::FilledTable;
use self::list::TABLES;
use self::package::{CSVW_ENDING, DATA_PACKAGE, write_csvw, write_data_package};
pub use self::read::{PublishedRows, RowSlice, UnreadableTable};
pub use self::selection::{Beside, Bodies, Selection};
use crate::release::Release;
use crate::release::imprint::Imprint;
use crate::release::names::Names;

/// Version of the format; it travels in the Parquet metadata and in the run record.
pub const FORMAT_VERSION: &str = "1.11.0";

/// Results that could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    #[error("results/{file}")]
    Arrow {
        file: String,
        #[source]
        source: ArrowError,
    },
    #[error("results/{file}")]
    Parquet {
        file: String,
        #[source]
        source: ParquetError,
    },
    #[error("results/{file}")]
    Csv {
        file: String,
        #[source]
        source: csv::Error,
    },
    #[error("results/{file}")]
    Json {
        file: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the release has no table {0}")]
    NoTable(&'static str),
    #[error("the table {table} has no column {column}")]
    NoColumn { table: &'static str, column: &'static str },
}

/// What every result table is, in the order in which the tables are documented and published.
pub fn catalogue() -> impl Iterator<Item = &'static TableSpec> {
    TABLES.iter().map(|table| table.spec())
}

/// The table of the metrics.
pub const METRICS: &str = "metrics";
/// The table of the organisations and of the sums over them.
pub const ORGANISATIONS: &str = "organisations";
/// The table of the headline figures.
pub const OBSERVATIONS: &str = "observations";
/// The table of the long series of the nation and its regions.
pub const LONG_SERIES: &str = "long_series";
/// The table of the verdicts on headline figures.
pub const VERDICTS: &str = "verdicts";
/// The table of the parts and variants of figures.
pub const BREAKDOWNS: &str = "breakdowns";
/// The table of how long cases took.
pub const DELAYS: &str = "delays";
/// The table of forces in the funnel of all forces.
pub const FUNNELS: &str = "funnels";
/// The table of means and limits of usual variation.
pub const CONTROL_LIMITS: &str = "control_limits";
/// The table of figures that moved.
pub const REVISIONS: &str = "revisions";
/// The table of how much national figures have tended to move.
pub const REVISION_STATISTICS: &str = "revision_statistics";
/// The table of how complete figures are.
pub const COMPLETENESS: &str = "completeness";

/// The table of what was known of event months as time went on.
pub const KNOWN_COUNTS: &str = "known_counts";
/// The table of what organisations added to changes of national figures.
pub const CONTRIBUTIONS: &str = "contributions";

/// Path of the Parquet file of a table inside a release, or inside an edition that has tables of its own.
pub fn parquet_path(table: &str) -> String {
    format!("results/{table}.parquet")
}

type Encode<'a> = dyn Fn(&mut (dyn Write + Send)) -> Result<(), ResultsError> + Send + Sync + 'a;

/// One result file, ready to be written.
pub struct ResultFile<'a> {
    /// Path inside the release.
    pub path: String,
    encode: Box<Encode<'a>>,
}

impl fmt::Debug for ResultFile<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ResultFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> ResultFile<'a> {
    fn new(
        name: &str,
        encode: impl Fn(&mut (dyn Write + Send)) -> Result<(), ResultsError> + Send + Sync + 'a,
    ) -> Self {
        Self { path: format!("results/{name}"), encode: Box::new(encode) }
    }

    /// The same file below a folder of the release.
    #[must_use]
    pub fn below(mut self, folder: &str) -> Self {
        self.path = format!("{folder}/{}", self.path);
        self
    }

    /// Encodes the rows into `out`.
    pub fn write(&self, out: &mut (dyn Write + Send)) -> Result<(), ResultsError> {
        (self.encode)(out)
    }
}

/// What the tables of a release take from it besides their rows.
struct TableContext<'a> {
    names: Names<'a>,
    imprint: Imprint,
}

/// The result tables of one release: their rows, sorted once.
pub struct ReleaseTables<'a> {
    context: TableContext<'a>,
    tables: Vec<Box<dyn FilledTable + 'a>>,
}

impl fmt::Debug for ReleaseTables<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReleaseTables").finish_non_exhaustive()
    }
}

impl<'a> ReleaseTables<'a> {
    /// Every table that the release has.
    pub fn new(release: &'a Release) -> Self {
        let context = TableContext { names: Names::new(release), imprint: Imprint::of(release) };
        Self { context, tables: TABLES.iter().filter_map(|table| table.fill(release)).collect() }
    }

    /// Every table as Parquet and as CSV, each CSV file with its description, and the package of all of them.
    pub fn files(&self) -> Vec<ResultFile<'_>> {
        let (context, imprint) = (&self.context, &self.context.imprint);
        let specs: Vec<&'static TableSpec> = self.tables.iter().map(|table| table.spec()).collect();
        let mut files = Vec::new();
        for table in &self.tables {
            let (spec, all) = (table.spec(), specs.clone());
            let name = spec.name;
            files.push(ResultFile::new(&format!("{name}.parquet"), |out| table.write_parquet(context, out)));
            files.push(ResultFile::new(&format!("{name}.csv"), |out| table.write_csv(&context.names, out)));
            let described = format!("{name}.{CSVW_ENDING}");
            files.push(ResultFile::new(&described, move |out| write_csvw(spec, &all, imprint, out)));
        }
        files.push(ResultFile::new(DATA_PACKAGE, move |out| write_data_package(&specs, imprint, out)));
        files
    }

    /// Some rows and columns of a table as CSV, one selection after the other. All of them have the table and the columns of
    /// the first.
    ///
    /// # Errors
    /// A table that the release does not have, and a column that the table does not have.
    pub fn csv(&self, selections: &[Selection]) -> Result<Vec<u8>, ResultsError> {
        let mut out = Vec::new();
        let Some(first) = selections.first() else { return Ok(out) };
        let table = self.tables.iter().find(|table| table.spec().name == first.table);
        table.ok_or(ResultsError::NoTable(first.table))?.write_selections(selections, &self.context.names, &mut out)?;
        Ok(out)
    }
}
