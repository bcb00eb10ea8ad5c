//! Some rows and columns of a result table, as pages offer them. A selection adds the names of bodies and metrics to their
//! codes, and what a table says of its rows for readers of pages alone.

use std::borrow::Cow;

use super::column::Column;
use crate::release::names::Names;
use crate::vocabulary::period::Period;

/// Rows of one metric in a result table, and the columns that are wanted of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Name of the table.
    pub table: &'static str,
    pub metric: String,
    pub bodies: Bodies,
    /// `None` for every period.
    pub period: Option<Period>,
    /// In order. Besides the columns of the table, `organisation` is the name of `org_code` and `metric_title` that of
    /// `metric_id`.
    pub columns: &'static [&'static str],
}

/// Which bodies' rows are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bodies {
    All,
    /// All but those whose codes begin so.
    Without(&'static [&'static str]),
    /// Only these codes.
    These(Vec<String>),
}

impl Bodies {
    pub(super) fn hold(&self, code: &str) -> bool {
        match self {
            Self::All => true,
            Self::Without(prefixes) => !prefixes.iter().any(|prefix| code.starts_with(prefix)),
            Self::These(codes) => codes.iter().any(|one| one == code),
        }
    }
}

/// A column of a selection: one of the table, or the name of what it holds.
pub(super) enum Selected<'t, R> {
    Own(&'t Column<R>),
    /// The name of the body in `org_code`.
    Body(&'t Column<R>, &'t Names<'t>),
    /// The title of the metric in `metric_id`.
    Metric(&'t Column<R>, &'t Names<'t>),
}

impl<R> Selected<'_, R> {
    pub(super) fn cell<'r>(&'r self, row: &'r R, scratch: &'r mut String) -> Cow<'r, str> {
        let name = match self {
            Self::Own(column) => return column.read.cell(row, scratch),
            Self::Body(column, names) => names.body(&column.read.text(row)).to_owned(),
            Self::Metric(column, names) => names.metric(&column.read.text(row)).to_owned(),
        };
        super::column::safe_text(Cow::Owned(name))
    }
}
