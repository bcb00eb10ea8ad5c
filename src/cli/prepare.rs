//! The command line of `prepare`: its arguments and what it prints. No cell of an extract is touched here.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::output::{print_line, tell};
use super::values::parse_day;
use crate::app::AppError;
use crate::app::prepare::{PrepareOptions, Prepared};
use crate::prepare::KeySource;
use crate::vocabulary::period::Month;

/// A raw extract, and the submission to make from it.
#[derive(Debug, Args)]
pub(super) struct PrepareArguments {
    /// Dataset, as `leds-metrics list datasets` names it.
    dataset: String,
    /// Raw files of one organisation and month, CSV or Parquet.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    input: Vec<PathBuf>,
    /// Code of the organisation.
    #[arg(long, value_name = "CODE")]
    org: String,
    /// Month of the extract, such as 2025-04.
    #[arg(long, value_name = "MONTH")]
    period: Month,
    /// Day on which the submission is handed in [default: today in London].
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    submitted: Option<NaiveDate>,
    #[command(flatten)]
    key: KeyArguments,
    /// Folder of submissions, laid out like a source.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder for failing rows; with --rollups the records never leave it.
    #[arg(long, value_name = "DIR", default_value = "leds-metrics-work")]
    work: PathBuf,
    /// Hand in the roll-ups of the dataset only, not its records.
    #[arg(long)]
    rollups: bool,
}

/// Where the secret key comes from; never from the command line itself, which others can see.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct KeyArguments {
    /// File that holds the secret key of the force.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Environment variable that holds it.
    #[arg(long, value_name = "NAME")]
    key_variable: Option<String>,
}

impl PrepareArguments {
    /// What is asked of the library; `today` is the day of handing in when none is named.
    pub fn options(self, today: NaiveDate, quiet: bool) -> PrepareOptions {
        // The parser lets exactly one of the two through.
        let variable = KeySource::Variable(self.key.key_variable.unwrap_or_default());
        PrepareOptions {
            dataset: self.dataset,
            inputs: self.input,
            org: self.org,
            month: self.period,
            submitted: self.submitted.unwrap_or(today),
            key: self.key.key_file.map_or(variable, KeySource::File),
            out: self.out,
            work: self.work,
            rollups: self.rollups,
            quiet,
        }
    }
}

/// Messages on stderr, the folders of the submission on stdout.
pub(super) fn print_prepared(prepared: &Prepared) -> Result<(), AppError> {
    if !prepared.dropped.is_empty() {
        tell(format_args!("left out, because nothing is made from them: {}", prepared.dropped.join(", ")));
    }
    for finding in &prepared.findings {
        tell(format_args!("{finding}"));
    }
    if prepared.refused {
        tell(format_args!("the submission would be refused; nothing was written to it"));
    } else {
        tell(format_args!("{} rows prepared", prepared.rows));
    }
    for folder in &prepared.folders {
        print_line(format_args!("{}", folder.display()))?;
    }
    Ok(())
}
