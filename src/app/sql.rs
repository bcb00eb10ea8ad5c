//! `sql`: one read-only statement over the accepted submissions and roll-ups of a source and the results of a release, with
//! the statistics as functions. Publishes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;

use super::folders::{WrittenPlace, check_outside_source, check_work_folder, release_folder};
use super::nearest::did_you_mean;
use super::{AppError, Context, UsageError};
use crate::contract::pinned_table;
use crate::engine::names::{UnknownName, unknown_name};
use crate::engine::output::{RowFormat, write_rows};
use crate::engine::{Engine, EngineError, MostRows, Query, QueryResult, QueryTable};
use crate::figures::{FiguresError, load_rollups};
use crate::files::write_atomically;
use crate::intake::{self, DataDate, Purpose, SubmissionCheck, WorkFolder, contract_of};
use crate::place::Place;
use crate::progress::StepBar;
use crate::release::store::{PublishedRelease, RECORD};
use crate::release::tables::{PublishedRows, catalogue, parquet_path};
use crate::sources::SubmittedTable;
use crate::sql_functions::FUNCTIONS;

/// Name of the statement in messages; [`UsageError`] calls it the same.
const STATEMENT: &str = "statement";

/// What `sql` was asked to do.
#[derive(Debug, Clone)]
pub struct SqlOptions {
    pub source: Option<Place>,
    pub date: DataDate,
    /// A release, or the folder of a period's releases, of which the latest is taken.
    pub release: Option<Place>,
    pub work: PathBuf,
    pub quiet: bool,
}

/// A table that a statement may read.
#[derive(Debug, Clone, Serialize)]
pub struct TableLine {
    pub table: String,
    pub columns: Vec<String>,
}

/// How the rows of a statement are written, and where: to a file, or to the standard output.
#[derive(Debug, Clone)]
pub struct RowsTo {
    pub format: RowFormat,
    pub file: Option<PathBuf>,
}

/// Runs `statement` and writes its rows.
pub async fn sql(context: &Context, options: &SqlOptions, statement: &str, to: &RowsTo) -> Result<(), AppError> {
    let out = to.file.as_deref();
    if let (Some(source), Some(path)) = (&options.source, out) {
        check_outside_source(source, &[WrittenPlace { option: "--out", place: &path.into() }])?;
    }
    let mentioned = |name: &str| mentions(statement, name);
    let StatementTables { engine, tables } = tables(context, options, &mentioned).await?;
    let most = MostRows { rows: context.settings.sql.most_rows, setting: "sql.most_rows" };
    let query = Query { name: STATEMENT, sql: statement, parameters: Vec::new() };
    let tables: Vec<(&str, QueryTable)> = tables.iter().map(|(name, table)| (name.as_str(), table.clone())).collect();
    let rows = engine.run_bounded(&query, &tables, most).await;
    let rows: QueryResult = rows.map_err(|error| statement_error(context, options, error))?;
    let Some(path) = out else {
        let written = write_rows(&rows, to.format, &mut std::io::stdout());
        return Ok(written.or_else(|error| if error.is_closed_output() { Ok(()) } else { Err(error) })?);
    };
    // The rows are complete before the file begins: a wrong statement leaves what stood there.
    let mut bytes = Vec::new();
    write_rows(&rows, to.format, &mut bytes)?;
    write_atomically(path, &bytes).map_err(|source| AppError::Write { path: path.into(), source })
}

/// Every table that a statement may read, with its columns.
pub async fn table_lines(context: &Context, options: &SqlOptions) -> Result<Vec<TableLine>, AppError> {
    let StatementTables { tables, .. } = tables(context, options, &|_| true).await?;
    let line = |(table, content): (String, QueryTable)| TableLine { table, columns: content.column_names() };
    Ok(tables.into_iter().map(line).collect())
}

/// A name that nothing has is told with those that it may have meant.
fn statement_error(context: &Context, options: &SqlOptions, error: EngineError) -> AppError {
    match unknown_name(&error) {
        None => AppError::Statement(error),
        Some(UnknownName::Column { name, known }) => {
            let meant = did_you_mean(&name, known.iter().map(String::as_str));
            let known = known.join(", ");
            UsageError::UnknownColumn { name, meant, known }.into()
        }
        Some(UnknownName::Table(name)) if options.source.is_none() && options.release.is_none() => {
            UsageError::NoTables { name }.into()
        }
        Some(UnknownName::Table(name)) => {
            let known = table_names(context, options);
            let meant = did_you_mean(&name, known.iter().copied());
            let known = known.join(", ");
            UsageError::UnknownTable { name, meant, known }.into()
        }
    }
}

/// Every table that a statement may name, loaded or not.
fn table_names<'c>(context: &'c Context, options: &SqlOptions) -> Vec<&'c str> {
    let definitions = &context.definitions;
    let datasets = definitions.contracts.iter().map(|contract| contract.dataset.as_str());
    let of_source = datasets.chain(definitions.rollups.iter().map(|rollup| rollup.name.as_str()));
    let of_source = of_source.filter(|_| options.source.is_some());
    let of_release = catalogue().map(|table| table.name).filter(|_| options.release.is_some());
    // A name that both have stands for the dataset.
    let names: BTreeSet<&str> = of_source.chain(of_release).collect();
    names.into_iter().collect()
}

/// Whether a statement holds `name` as a word of its own. A table that it does not name is not worth loading.
fn mentions(statement: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let statement = statement.to_lowercase();
    statement.split(|c: char| !is_part(c)).any(|word| word == name)
}

/// The tables that a statement may read, with the engine that reads them.
struct StatementTables {
    engine: Engine,
    tables: BTreeMap<String, QueryTable>,
}

type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

async fn tables(context: &Context, options: &SqlOptions, wanted: Wanted<'_>) -> Result<StatementTables, AppError> {
    let mut tables = BTreeMap::new();
    if let Some(release) = &options.release {
        tables.extend(results_of(&release_folder(release)?, wanted)?);
    }
    let engine = match &options.source {
        Some(source) => {
            let of_source = source_tables(context, options, source, wanted).await?;
            tables.extend(of_source.tables);
            of_source.engine
        }
        None => Engine::new(&context.engine_settings(None), None)?,
    };
    Ok(StatementTables { engine: engine.with_functions(FUNCTIONS), tables })
}

fn results_of(release: &Place, wanted: Wanted<'_>) -> Result<Vec<(String, QueryTable)>, AppError> {
    // Results that were copied without their run record are taken as they are.
    let wrong = |source| AppError::Read { path: release.clone(), source };
    let has_record = release.has_file(RECORD).map_err(wrong)?;
    let recorded = has_record.then(|| PublishedRelease::open(release)).transpose()?;
    let mut tables = Vec::new();
    for table in catalogue().filter(|table| wanted(table.name)) {
        let file = parquet_path(table.name);
        let content = match &recorded {
            Some(recorded) => recorded.read(&file)?,
            None => release.read(&file).map_err(|source| AppError::Read { path: release.join(&file), source })?,
        };
        let (schema, batches) = PublishedRows::read(table.name, release.join(&file), content)?.into_batches();
        tables.push((table.name.to_owned(), QueryTable::Rows { schema, batches }));
    }
    Ok(tables)
}

/// The accepted submissions of every dataset, and the roll-ups, computed where the cache does not hold them.
async fn source_tables(
    context: &Context,
    options: &SqlOptions,
    source: &Place,
    wanted: Wanted<'_>,
) -> Result<StatementTables, AppError> {
    let mut tables = BTreeMap::new();
    let step = StepBar::new(options.quiet);
    check_work_folder(&options.work, None, Some(source))?;
    let work = WorkFolder::open(&options.work)?;
    let settings = context.engine_settings(work.spill());
    let definitions = &context.definitions;
    let opened = intake::open(source, options.date, definitions, &settings).await?;
    let check = SubmissionCheck {
        opened: &opened,
        definitions,
        work: &work,
        step: &step,
        purpose: Purpose::Findings,
        helpers: None,
    };
    let intake = intake::admit(&check).await?;
    for contract in definitions.contracts.iter().filter(|contract| wanted(&contract.dataset)) {
        let name = contract.dataset.clone();
        let table = if contract.reference { SubmittedTable::Reference(name) } else { SubmittedTable::Records(name) };
        let accepted = intake.accepted(&table);
        if let Some(contract) = contract_of(definitions, &table) {
            let files = pinned_table(&contract, accepted.iter().map(|admission| &admission.submission));
            tables.insert(contract.dataset.clone(), files);
        }
    }
    let rollups = load_rollups(&check, &intake, wanted).await.map_err(FiguresError::from)?;
    if let Some(reason) = rollups.missing.into_values().next() {
        return Err(UsageError::RollupOutOfMemory(reason).into());
    }
    tables.extend(rollups.tables);
    step.finish();
    Ok(StatementTables { engine: opened.engine.clone(), tables })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_by_a_whole_word() {
        let statement = "SELECT count(*) FROM Transactions t JOIN \"user_accounts\" USING (org_code)";
        assert!(mentions(statement, "transactions") && mentions(statement, "user_accounts"));
        assert!(!mentions(statement, "accounts") && !mentions(statement, "transaction"));
    }
}
