//! Comparison of the statistics with published results that lie in a folder outside the repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub mod chain_ladder;
pub mod sdc;

/// One file compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub file: String,
    /// Numbers and labels compared.
    pub compared: usize,
    /// What differs, in words.
    pub mismatches: Vec<String>,
}

/// Why a file could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: csv::Error },
    #[error("{path}: no usable {column} in row {row}")]
    Field { path: PathBuf, column: String, row: usize },
}

/// A file of published rows, each with its fields by column name.
pub struct Rows {
    path: PathBuf,
    rows: Vec<BTreeMap<String, String>>,
}

impl Rows {
    /// Reads `file` under `folder`; a byte order mark is left out.
    pub fn read(folder: &Path, file: &str) -> Result<Self, ParityError> {
        let path = folder.join(file);
        let of = |source| ParityError::Read { path: path.clone(), source };
        let mut reader = csv::Reader::from_path(&path).map_err(of)?;
        let names: Vec<String> =
            reader.headers().map_err(of)?.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        let rows = reader
            .records()
            .map(|record| record.map(|record| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect()))
            .collect::<Result<_, _>>()
            .map_err(of)?;
        Ok(Self { path, rows })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text of a field.
    pub fn text(&self, row: usize, column: &str) -> Result<&str, ParityError> {
        let field = self.rows.get(row).and_then(|fields| fields.get(column));
        field.map(String::as_str).ok_or_else(|| self.unusable(row, column))
    }

    /// A field as a number.
    pub fn number<T: std::str::FromStr>(&self, row: usize, column: &str) -> Result<T, ParityError> {
        self.text(row, column)?.parse().map_err(|_| self.unusable(row, column))
    }

    fn unusable(&self, row: usize, column: &str) -> ParityError {
        ParityError::Field { path: self.path.clone(), column: column.to_owned(), row }
    }
}

impl Check {
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), compared: 0, mismatches: Vec::new() }
    }

    /// Compares a number to 1e-9 of its size.
    pub fn close(&mut self, what: &str, found: Option<f64>, wanted: f64) {
        let near = found.is_some_and(|found| (found - wanted).abs() <= 1e-9 * wanted.abs());
        self.record(near, || format!("{what}: {found:?}, published {wanted}"));
    }

    /// Compares anything exactly.
    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, wanted: &T) {
        self.record(found == wanted, || format!("{what}: {found:?}, published {wanted:?}"));
    }

    fn record(&mut self, same: bool, words: impl FnOnce() -> String) {
        self.compared += 1;
        if !same {
            self.mismatches.push(words());
        }
    }
}

/// Runs a check when the environment says where the published data are, and fails on any difference.
#[cfg(test)]
fn run_check(check: fn(&Path) -> Result<Vec<Check>, ParityError>) {
    let Ok(folder) = std::env::var("LEDS_METRICS_TRUTH") else {
        println!("not run: LEDS_METRICS_TRUTH is not set");
        return;
    };
    for check in check(Path::new(&folder)).unwrap() {
        println!("{}: {} compared", check.file, check.compared);
        assert!(check.compared > 0 && check.mismatches.is_empty(), "{check:#?}");
    }
}
