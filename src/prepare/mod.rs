//! The force's own step: raw extracts in, records of a contract out. Identifiers become verdicts and keyed hashes, texts
//! become lengths. It decides nothing about what is admitted and puts nothing into a source.

mod cells;
mod identifiers;
mod key;
mod plan;
mod raw;
mod records;
mod staging;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use crate::definitions::model::Contract;
use crate::vocabulary::sender_code::SenderCode;
use cells::{CellProblem, CellProblems};
use plan::ExtractPlan;
use raw::RawFile;
use records::RecordsFile;

pub use key::{KeyError, KeySource, SecretKey};
pub use records::write_rows;
pub use staging::{SubmissionStaging, check_free};

/// Why no records could be made. No message holds a value of the extract.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("{path}: cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{0}: is neither CSV (.csv) nor Parquet (.parquet) by its name")]
    Format(PathBuf),
    #[error("{path}: the file is not Parquet or is damaged")]
    Parquet {
        path: PathBuf,
        #[source]
        source: ParquetError,
    },
    #[error("{path}: the rows cannot be read")]
    Rows {
        path: PathBuf,
        #[source]
        source: ArrowError,
    },
    #[error("{path}, line {line}: {rule}")]
    Csv { path: PathBuf, line: u64, rule: String },
    #[error("{path}: {}", .problems.join("; "))]
    Columns { path: PathBuf, problems: Vec<String> },
    #[error("{count} {} cannot be used\n{}{}", if *.count == 1 { "cell" } else { "cells" }, list(.first), more(*.count, .first))]
    Cells { count: u64, first: Vec<CellProblem> },
    #[error(
        "contract {dataset}: field {field} is a reference without customProperties preparedFrom and preparedBy; \
         it would be copied as it stands"
    )]
    UnpreparedReference { dataset: String, field: String },
    #[error("{0}: is there already; a submission is never overwritten, hand a correction in under its own day")]
    Exists(PathBuf),
    #[error("{path}: cannot be written")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

fn list(problems: &[CellProblem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

fn more(count: u64, first: &[CellProblem]) -> String {
    let listed = u64::try_from(first.len()).unwrap_or(count);
    if count > listed { format!("\n  and {} more", count - listed) } else { String::new() }
}

/// What became of a raw extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub rows: u64,
    /// Raw columns that nothing was made from, by name.
    pub dropped: BTreeSet<String>,
}

/// Who hands in the records.
#[derive(Clone, Copy)]
pub struct KeyedSender<'a> {
    pub code: &'a SenderCode,
    /// Replaces identifiers; it stays with the organisation.
    pub key: &'a SecretKey,
}

/// Reads raw files one after the other and writes their records into one file, in bounded memory. Every file is read to
/// its end, so that all cells that cannot be used are reported together.
pub fn make_records(
    inputs: &[PathBuf],
    contract: &Contract,
    sender: KeyedSender<'_>,
    target: &Path,
) -> Result<Made, PrepareError> {
    if let Some(field) = plan::unprepared_reference(contract) {
        let (dataset, field) = (contract.dataset.clone(), field.to_owned());
        return Err(PrepareError::UnpreparedReference { dataset, field });
    }
    let mut opened = Vec::with_capacity(inputs.len());
    let mut dropped = BTreeSet::new();
    // Headers first: a column that is missing from the last file shows before the first is read.
    for path in inputs {
        let file = RawFile::open(path)?;
        let plan = ExtractPlan::new(contract, file.columns())
            .map_err(|problems| PrepareError::Columns { path: path.clone(), problems })?;
        dropped.extend(plan.dropped.iter().cloned());
        opened.push((file, plan));
    }
    let mut records = RecordsFile::create(target, contract)?;
    let mut problems = CellProblems::default();
    for (file, plan) in opened {
        let path = file.path().to_owned();
        for batch in file.batches(&plan.raw_columns)? {
            let columns = plan.columns_of(&batch?, sender, &path, &mut problems);
            if problems.is_empty() {
                records.write(columns)?;
            }
        }
    }
    let rows = records.close()?;
    problems.into_result()?;
    Ok(Made { rows, dropped })
}

#[cfg(test)]
mod tests;
