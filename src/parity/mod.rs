//! Comparison of the statistics with published test data, read from a folder that is not part of this repository.

use std::path::{Path, PathBuf};

pub mod change_point;
pub mod fingertips;
pub mod plotthedots;
pub mod qicharts2;
pub mod trend;

/// Relative difference up to which two numbers are the same.
pub const TOLERANCE: f64 = 1e-9;

/// What comparing one file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub file: String,
    /// Rows compared.
    pub compared: usize,
    /// What differs, a line each.
    pub mismatches: Vec<String>,
}

/// Why a comparison could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    #[error("{}: {source}", file.display())]
    Read { file: PathBuf, source: csv::Error },
    #[error("{file}: {problem}")]
    Content { file: String, problem: String },
}

/// A CSV file with a header, all of it text.
#[derive(Debug, Clone)]
pub struct Table {
    file: String,
    header: csv::StringRecord,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    /// Reads `file`, a path inside the folder.
    pub fn read(folder: &Path, file: &str) -> Result<Self, ParityError> {
        let path = folder.join(file);
        let failed = |source| ParityError::Read { file: path.clone(), source };
        let mut reader = csv::Reader::from_path(&path).map_err(failed)?;
        let header = reader.headers().map_err(failed)?.clone();
        let rows = reader.records().collect::<Result<_, _>>().map_err(failed)?;
        Ok(Self { file: file.to_owned(), header, rows })
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    /// The rows, in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row { table: self, fields })
    }

    /// A fault of the file's content.
    pub fn fault(&self, problem: impl Into<String>) -> ParityError {
        ParityError::Content { file: self.file.clone(), problem: problem.into() }
    }
}

/// A row of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    fields: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// The text of a column; empty where there is no such column.
    pub fn text(&self, column: &str) -> &'a str {
        let position = self.table.header.iter().position(|name| name.trim_start_matches('\u{feff}') == column);
        position.and_then(|position| self.fields.get(position)).unwrap_or("")
    }

    /// The number of a column; none where it is blank or not a number.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The number of a column that must have one.
    pub fn required(&self, column: &str) -> Result<f64, ParityError> {
        self.number(column).ok_or_else(|| self.table.fault(format!("no number in column {column}: {:?}", self.fields)))
    }

    /// The whole number of a column that must have one.
    pub fn whole(&self, column: &str) -> Result<i64, ParityError> {
        let found = self.text(column).parse();
        found.map_err(|_| self.table.fault(format!("no whole number in column {column}: {:?}", self.fields)))
    }
}

/// Whether two numbers are the same to [`TOLERANCE`] of the one wanted.
pub fn same(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= TOLERANCE * wanted.abs()
}

/// As [`same`], both none being the same too.
pub fn same_or_none(found: Option<f64>, wanted: Option<f64>) -> bool {
    match (found, wanted) {
        (Some(found), Some(wanted)) => same(found, wanted),
        (found, wanted) => found.is_none() && wanted.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a comparison where the environment variable names the folder.
    #[track_caller]
    fn run(topic: &str, check: impl Fn(&Path) -> Result<Vec<Check>, ParityError>) {
        let Some(folder) = std::env::var_os("LEDS_METRICS_TRUTH") else {
            println!("{topic}: not run");
            return;
        };
        let checks = check(Path::new(&folder)).unwrap();
        for Check { file, compared, mismatches } in &checks {
            println!("{file}: {compared} rows compared, {} differ", mismatches.len());
            mismatches.iter().take(5).for_each(|mismatch| println!("  {mismatch}"));
        }
        assert!(checks.iter().all(|check| check.compared > 0 && check.mismatches.is_empty()), "{topic}");
    }

    #[test]
    fn plotthedots() {
        run("plotthedots", super::plotthedots::check_plotthedots);
    }

    #[test]
    fn qicharts2() {
        run("qicharts2", super::qicharts2::check_qicharts2);
    }

    #[test]
    fn fingertips() {
        run("fingertips", super::fingertips::check_fingertips);
    }

    #[test]
    fn trend() {
        run("trend", super::trend::check_trend);
    }

    #[test]
    fn change_point() {
        run("change_point", super::change_point::check_change_point);
    }
}
