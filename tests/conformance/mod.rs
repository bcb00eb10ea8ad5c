//! The statistics beside figures that other programs and papers publish. The published files belong to others and are no
//! part of this repository: `LEDS_METRICS_TRUTH` names their folder, and without it there is nothing to compare. Each topic
//! reads its files, computes the same figures anew and lists each value that differs.
#![expect(clippy::cast_precision_loss, reason = "the numbers of the published examples are far below 2^53")]

use std::fs;
use std::path::Path;

mod chain_ladder;
mod change_point;
mod fingertips;
mod funnelplotr;
mod literature;
mod phe;
mod phe_funnel;
mod plotthedots;
mod qicharts2;
mod sdc;

/// Relative difference up to which two numbers are the same, where a file does not ask for another.
pub const TOLERANCE: f64 = 1e-9;

/// What was compared with one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The file, as named below the folder.
    pub file: String,
    /// Values compared, missing ones included.
    pub compared: usize,
    /// Each value that differs, with its row, column and both values.
    pub mismatches: Vec<String>,
}

/// Why a file could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    #[error("{file} cannot be read: {source}")]
    Read { file: String, source: csv::Error },
    #[error("{file} has no column {column}")]
    Column { file: String, column: String },
    #[error("{file}: {text} in column {column} is not a number")]
    Number { file: String, column: String, text: String },
    #[error("{file}: {what}")]
    Content { file: String, what: String },
}

/// How close a number must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Within {
    /// As a share of the wanted number.
    Relative(f64),
    Absolute(f64),
}

impl Check {
    /// No comparison yet.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), compared: 0, mismatches: Vec::new() }
    }

    /// Compares a number; missing equals missing.
    pub fn number(&mut self, what: &str, found: Option<f64>, wanted: Option<f64>, within: Within) {
        self.compared += 1;
        let near = |found: f64, wanted: f64| match within {
            Within::Relative(share) => (found - wanted).abs() <= share * wanted.abs(),
            Within::Absolute(width) => (found - wanted).abs() <= width,
        };
        let equal = match (found, wanted) {
            (None, None) => true,
            (Some(found), Some(wanted)) => near(found, wanted),
            _ => false,
        };
        if !equal {
            self.mismatches.push(format!("{what}: {found:?}, not {wanted:?}"));
        }
    }

    /// Compares a label or another value exactly.
    pub fn exact<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, wanted: &T) {
        self.compared += 1;
        if found != wanted {
            self.mismatches.push(format!("{what}: {found:?}, not {wanted:?}"));
        }
    }
}

/// A file with its header, all as text.
#[derive(Debug)]
pub struct Table {
    file: String,
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// A row of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
}

impl Table {
    /// Reads `folder/file`. A byte order mark and space round the names of columns are dropped.
    pub fn read(folder: &Path, file: &str) -> Result<Self, NotCompared> {
        let failed = |source| NotCompared::Read { file: file.to_owned(), source };
        let mut reader = csv::Reader::from_path(folder.join(file)).map_err(failed)?;
        let name = |text: &str| text.trim_start_matches('\u{feff}').trim().trim_matches('"').trim().to_owned();
        let columns = reader.headers().map_err(failed)?.iter().map(name).collect();
        let rows = reader.records().collect::<Result<_, _>>().map_err(failed)?;
        Ok(Self { file: file.to_owned(), columns, rows })
    }

    /// The rows in the file's order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row { table: self, record })
    }

    /// A whole column of numbers.
    pub fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, NotCompared> {
        self.rows().map(|row| row.number(column)).collect()
    }

    /// A fault of the file's content.
    pub fn fault(&self, what: impl Into<String>) -> NotCompared {
        NotCompared::Content { file: self.file.clone(), what: what.into() }
    }

    /// The file, as named below the folder.
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl<'a> Row<'a> {
    /// The text in a column.
    pub fn text(self, column: &str) -> Result<&'a str, NotCompared> {
        let position = self.table.columns.iter().position(|name| name == column);
        let text = position.and_then(|position| self.record.get(position));
        text.ok_or_else(|| NotCompared::Column { file: self.table.file.clone(), column: column.to_owned() })
    }

    /// The number in a column; blank, `NA` and `NaN` are missing.
    pub fn number(self, column: &str) -> Result<Option<f64>, NotCompared> {
        let text = self.text(column)?.trim();
        if text.is_empty() || text == "NA" || text == "NaN" {
            return Ok(None);
        }
        let fault =
            |_| NotCompared::Number { file: self.table.file.clone(), column: column.to_owned(), text: text.to_owned() };
        text.parse().map(Some).map_err(fault)
    }

    /// The text in a column that not every file of its kind has; empty where there is none.
    pub fn optional_text(self, column: &str) -> &'a str {
        self.text(column).unwrap_or_default()
    }

    /// The number in a column that not every file of its kind has.
    pub fn optional_number(self, column: &str) -> Option<f64> {
        self.number(column).unwrap_or_default()
    }

    /// The whole number in a column; a fault where there is none.
    pub fn whole(self, column: &str) -> Result<i64, NotCompared> {
        let text = self.text(column)?.trim();
        text.parse().map_err(|_| NotCompared::Number {
            file: self.table.file.clone(),
            column: column.to_owned(),
            text: text.to_owned(),
        })
    }

    /// The number in a column; a fault where there is none.
    pub fn required(self, column: &str) -> Result<f64, NotCompared> {
        self.number(column)?.ok_or_else(|| NotCompared::Number {
            file: self.table.file.clone(),
            column: column.to_owned(),
            text: String::new(),
        })
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

/// Every topic.
pub const TOPICS: [Topic; 9] = [
    ("chain_ladder", chain_ladder::check_chain_ladder),
    ("change_point", change_point::check_change_point),
    ("fingertips", fingertips::check_fingertips),
    ("funnelplotr", funnelplotr::check_funnelplotr),
    ("literature", literature::check_literature),
    ("phe", phe::check_phe),
    ("plotthedots", plotthedots::check_plotthedots),
    ("qicharts2", qicharts2::check_qicharts2),
    ("sdc", sdc::check_sdc),
];

/// Its name, and the comparison of all its files below the folder.
pub type Topic = (&'static str, fn(&Path) -> Vec<Compared>);

/// What was compared with one file, or why it could not be: the other files are compared all the same.
pub type Compared = Result<Check, NotCompared>;

/// Files that are compared together, or why none of them could be.
fn together(found: Result<Vec<Check>, NotCompared>) -> Vec<Compared> {
    found.map_or_else(|error| vec![Err(error)], |checks| checks.into_iter().map(Ok).collect())
}

#[test]
fn a_folder_that_is_not_there_is_an_error_for_each_of_its_files() {
    for (topic, check) in TOPICS {
        let found = check(Path::new("no such folder"));
        assert!(!found.is_empty(), "{topic}");
        assert!(found.iter().all(|one| matches!(one, Err(NotCompared::Read { .. }))), "{topic}");
    }
}

#[test]
fn one_file_that_is_not_there_leaves_the_others_to_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let literature = folder.path().join("literature");
    fs::create_dir(&literature).unwrap();
    fs::write(literature.join("rate_ratio_eba1977.csv"), "x1,t1,x0,t0\n").unwrap();
    let found = literature::check_literature(folder.path());
    let missing: Vec<String> = found.iter().filter_map(|one| Some(one.as_ref().err()?.to_string())).collect();
    assert_eq!((found.len(), missing.len()), (5, 4));
    assert!(missing[0].starts_with("wilson_newcombe_1998.csv cannot be read"), "{missing:?}");
}

#[test]
#[ignore = "needs the published files: LEDS_METRICS_TRUTH=DIR cargo test conformance -- --include-ignored"]
fn published_test_data_are_reproduced() {
    let folder = std::env::var_os("LEDS_METRICS_TRUTH").expect("LEDS_METRICS_TRUTH names the folder of the files");
    let mut differing = Vec::new();
    for (topic, check) in TOPICS {
        for compared in check(Path::new(&folder)) {
            let Check { file, compared, mismatches } = compared.unwrap();
            println!("{topic}: {file}: {compared} compared, {} differ", mismatches.len());
            assert!(compared > 0, "{file} holds nothing to compare");
            differing.extend(mismatches.into_iter().map(|mismatch| format!("{file}: {mismatch}")));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn differences_are_listed_and_missing_equals_missing() {
    let mut check = Check::new("file");
    check.number("same", Some(1.0 + 1e-10), Some(1.0), Within::Relative(1e-9));
    check.number("missing", None, None, Within::Absolute(0.0));
    check.exact("label", &"high", &"high");
    assert!(check.mismatches.is_empty());
    check.number("far", Some(1.1), Some(1.0), Within::Absolute(0.05));
    check.number("extra", Some(1.0), None, Within::Absolute(1.0));
    check.number("none", Some(f64::NAN), Some(1.0), Within::Relative(1.0));
    check.exact("label", &"high", &"low");
    assert_eq!((check.compared, check.mismatches.len()), (7, 4));
    assert_eq!(check.mismatches[0], "far: Some(1.1), not Some(1.0)");
}
