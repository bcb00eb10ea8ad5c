//! The command line of `sql`: its arguments, and where the rows go.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::output::{print_json, print_line};
use super::values::{parse_day, place};
use crate::app::sql::{RowsTo, SqlOptions, sql, table_lines};
use crate::app::{AppError, Context, UsageError};
use crate::engine::output::RowFormat;
use crate::intake::DataDate;
use crate::place::Place;
use crate::sql_functions::FUNCTIONS;

/// A statement, what it may read, and how its rows are written.
#[derive(Debug, Args)]
#[command(after_help = functions_help())]
pub(super) struct SqlArguments {
    /// One SELECT statement.
    #[arg(required_unless_present = "tables")]
    statement: Option<String>,
    /// Folder of submissions: every dataset and roll-up is a table.
    #[arg(long, value_name = "DIR", value_parser = place())]
    source: Option<Place>,
    /// Data date: later submissions are left out [default: the date of the latest submission until today].
    #[arg(long, value_name = "DATE", value_parser = parse_day, requires = "source")]
    as_of: Option<NaiveDate>,
    /// A release, or a period's folder of releases: every file of its results is a table.
    #[arg(long, value_name = "DIR", value_parser = place())]
    release: Option<Place>,
    /// Folder for cached roll-ups and remembered checks.
    #[arg(long, value_name = "DIR", default_value = "leds-metrics-work")]
    work: PathBuf,
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// File to write instead of the standard output.
    #[arg(long, value_name = "FILE", required_if_eq("format", "parquet"))]
    out: Option<PathBuf>,
    /// List the tables with their columns instead of running a statement.
    #[arg(long, conflicts_with = "statement")]
    tables: bool,
}

impl SqlArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        self.source.iter_mut().chain(&mut self.release).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
    Parquet,
}

/// The functions that a statement may call besides those of the engine.
fn functions_help() -> String {
    let head = "Functions: no answer, such as for a denominator of 0, is NULL; nonsense ends the statement.";
    let mut lines = vec![head.to_owned()];
    for (title, functions) in FUNCTIONS.sections() {
        let width = functions.iter().map(|(call, _)| call.len()).max().unwrap_or(0);
        lines.push(format!("\n{title}"));
        lines.extend(functions.iter().map(|(call, summary)| format!("  {call:<width$}  {summary}")));
    }
    lines.join("\n")
}

/// Runs the statement, or lists what one may read.
pub(super) async fn run_sql(
    context: &Context,
    arguments: SqlArguments,
    today: NaiveDate,
    quiet: bool,
) -> Result<(), AppError> {
    let SqlArguments { statement, source, as_of, release, work, format, out, tables } = arguments;
    if source.is_none() && release.is_none() && tables {
        return Err(UsageError::NothingToList.into());
    }
    let date = DataDate { as_of, today };
    let options = SqlOptions { source, date, release, work, quiet };
    if tables {
        let lines = table_lines(context, &options).await?;
        if format == Format::Json {
            print_json(&lines)?;
        } else {
            for line in &lines {
                print_line(format_args!("{:<28} {}", line.table, line.columns.join(", ")))?;
            }
        }
        return Ok(());
    }
    let format = match format {
        Format::Table => RowFormat::Table,
        Format::Csv => RowFormat::Csv,
        Format::Json => RowFormat::Json,
        Format::Parquet => RowFormat::Parquet,
    };
    let statement = statement.unwrap_or_default();
    sql(context, &options, &statement, &RowsTo { format, file: out }).await
}
