//! What is known of a result table before it has rows: its name, its columns with their types and documentation, its
//! order, and what holds between its columns. `schemas/results.schema.json` and the table of `docs/results.md` are
//! written from it.

use super::{METRICS, ORGANISATIONS};

/// One result table.
#[derive(Debug)]
pub struct TableSpec {
    /// Name of the table in statements, and of its files without their ending.
    pub name: &'static str,
    /// What one row is, as it completes the words “one row for each”.
    pub row: &'static str,
    /// What else a reader should know of the table; empty where that is all.
    pub note: &'static str,
    /// Columns by which the rows are sorted, the first one first; no two rows agree in all of them. A column with a list
    /// of texts sorts in the order of the list.
    pub sorted_by: &'static [&'static str],
    /// In the order of the files.
    pub columns: Vec<ColumnSpec>,
    /// What holds between the columns of a row.
    pub rules: &'static [TableRule],
}

impl TableSpec {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&ColumnSpec> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns whose values stand in a column of another table, where a row says what they mean.
    pub fn references(&self) -> impl Iterator<Item = Reference> {
        let of_column = |column: &'static str| {
            let (table, key) = match (self.name, column) {
                (METRICS, _) | (ORGANISATIONS, "org_code") => return None,
                (_, "metric_id") => (METRICS, "metric_id"),
                (_, "org_code") | (ORGANISATIONS, "peers" | "succeeded_by") => (ORGANISATIONS, "org_code"),
                _ => return None,
            };
            Some(Reference { column, table, key })
        };
        self.columns.iter().filter_map(move |column| of_column(column.name))
    }
}

/// A column whose values are those of the key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub column: &'static str,
    /// The table that says what the values mean.
    pub table: &'static str,
    /// Its key.
    pub key: &'static str,
}

/// One column of a result table.
#[derive(Debug, Clone)]
pub struct ColumnSpec {
    pub name: &'static str,
    pub kind: ColumnKind,
    pub holds: Holds,
    /// What it holds, in words for its readers.
    pub about: &'static str,
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A small whole number that is always there, of 32 bits.
    Version,
    Date,
    /// Six decimals.
    Decimal,
}

/// Values that a column may hold.
#[derive(Debug, Clone, Copy)]
pub struct Holds {
    pub values: Values,
    pub emptiness: Emptiness,
}

/// Whether a cell may have no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptiness {
    Never,
    Sometimes,
    /// The column is there because another table of the same kind fills it.
    Always,
}

/// Values of the cells that are not empty.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    Any,
    OneOf(&'static [&'static str]),
    /// Texts that a regular expression finds.
    Matching(&'static str),
    /// Every text but this one.
    Except(&'static str),
    AtLeast(i32),
    Above(i32),
    Between {
        least: i32,
        most: i32,
    },
}

/// Every value of the type.
pub const ANY: Holds = Holds { values: Values::Any, emptiness: Emptiness::Never };

/// One of these texts.
pub const fn one_of(texts: &'static [&'static str]) -> Holds {
    Holds { values: Values::OneOf(texts), ..ANY }
}

/// Texts that the regular expression finds.
pub const fn matching(pattern: &'static str) -> Holds {
    Holds { values: Values::Matching(pattern), ..ANY }
}

/// Every text but this one.
pub const fn except(text: &'static str) -> Holds {
    Holds { values: Values::Except(text), ..ANY }
}

/// Numbers from `least` on.
pub const fn at_least(least: i32) -> Holds {
    Holds { values: Values::AtLeast(least), ..ANY }
}

/// Numbers above `bound`.
pub const fn above(bound: i32) -> Holds {
    Holds { values: Values::Above(bound), ..ANY }
}

/// Numbers from `least` to `most`, both included.
pub const fn between(least: i32, most: i32) -> Holds {
    Holds { values: Values::Between { least, most }, ..ANY }
}

impl Holds {
    /// The same values, or none.
    #[must_use]
    pub const fn or_empty(self) -> Self {
        Self { emptiness: Emptiness::Sometimes, ..self }
    }

    /// No value in any row.
    #[must_use]
    pub const fn nothing(self) -> Self {
        Self { emptiness: Emptiness::Always, ..self }
    }
}

/// What holds between the columns of a row: where every condition of `when` is met, those of `then` are, and otherwise
/// those of `otherwise`.
#[derive(Debug)]
pub struct TableRule {
    /// The rule in words; empty where the conditions say it.
    pub about: &'static str,
    pub when: &'static [Condition],
    pub then: &'static [Condition],
    pub otherwise: &'static [Condition],
}

/// A condition on one cell of a row.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    pub column: &'static str,
    pub test: CellTest,
}

impl Condition {
    pub const fn new(column: &'static str, test: CellTest) -> Self {
        Self { column, test }
    }
}

/// What a cell must be.
#[derive(Debug, Clone, Copy)]
pub enum CellTest {
    Empty,
    Filled,
    OneOf(&'static [&'static str]),
    Matching(&'static str),
    /// A number that is there is at least this.
    AtLeast(i32),
    /// A number that is there is at most this.
    AtMost(i32),
}
