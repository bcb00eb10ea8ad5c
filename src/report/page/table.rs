//! Tables as they stand on a page: caption, explanations above, one header row, one heading per row, no empty cell.

use std::fmt::Display;

use serde::Serialize;

pub use crate::report::page::cell::Cell;
use crate::report::page::text::Address;
use crate::report::words;
use crate::vocabulary::quantity::Unit;
use crate::vocabulary::shorthand::Shorthand;

/// Heading of the column of remarks.
pub const NOTES: &str = "Notes";

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    Words,
    Numbers,
    Dates,
}

/// The side at which a column's cells and its heading stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    Start,
    End,
}

/// A column: its heading and what its cells hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    pub heading: String,
    /// Words before the heading for those who do not see its place, such as the whole name of a number.
    pub spoken: Option<String>,
    pub link: Option<Address>,
    /// Stands above the heading of the first column of several that belong together.
    pub group: Option<String>,
    pub kind: CellKind,
    /// The unit of all its numbers, where they have one in common.
    pub unit: Option<Unit>,
    pub align: Align,
    /// Whether an order by this column helps a reader.
    pub sortable: bool,
    /// Whether a reader may choose rows by the words in this column.
    pub chooses: bool,
}

impl Column {
    /// A column of words.
    pub fn words(heading: impl Into<String>) -> Self {
        let (kind, align) = (CellKind::Words, Align::Start);
        let (spoken, link, group) = (None, None, None);
        Self { heading: heading.into(), spoken, link, group, kind, unit: None, align, sortable: true, chooses: false }
    }

    /// A column of numbers. Numbers and their headings stand at the right.
    pub fn numbers(heading: impl Into<String>) -> Self {
        Self { kind: CellKind::Numbers, align: Align::End, ..Self::words(heading) }
    }

    /// A column of numbers in one unit, which the heading names: "Value (%)".
    pub fn in_unit(heading: impl Display, unit: Unit) -> Self {
        Self { unit: Some(unit), ..Self::numbers(format!("{heading} ({})", words::unit_heading(unit))) }
    }

    /// A column of dates.
    pub fn dates(heading: impl Into<String>) -> Self {
        Self { kind: CellKind::Dates, ..Self::words(heading) }
    }

    /// The same column, by whose words a reader chooses rows.
    #[must_use]
    pub fn chosen_by(self) -> Self {
        Self { chooses: true, ..self }
    }

    /// The same column, in an order that stays as it is.
    #[must_use]
    pub fn unsorted(self) -> Self {
        Self { sortable: false, ..self }
    }
}

/// A row: its heading, with a link if there is more to read, and its cells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub heading: String,
    pub link: Option<Address>,
    /// Unique on its page, where links lead to the row.
    pub id: Option<String>,
    /// Stands above the heading of the first row of several that belong together.
    pub group: Option<String>,
    pub emphasised: bool,
    pub cells: Vec<Cell>,
}

impl Row {
    /// A plain row.
    pub fn new(heading: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { heading: heading.into(), link: None, id: None, group: None, emphasised: false, cells }
    }

    /// The same row with a link in its heading; `None` leaves it without.
    #[must_use]
    pub fn linked(self, link: Option<Address>) -> Self {
        Self { link, ..self }
    }

    /// The same row, which links lead to.
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same row as the first of a group; `None` for one that is not the first.
    #[must_use]
    pub fn opens(self, group: Option<String>) -> Self {
        Self { group, ..self }
    }

    /// The same row, which stands out if `emphasised`.
    #[must_use]
    pub fn emphasised(self, emphasised: bool) -> Self {
        Self { emphasised, ..self }
    }
}

/// How a table shares its width among its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Widths {
    /// By the content of the columns.
    ByContent,
    /// By the content, in tight rows that become cards on a narrow screen.
    Dense,
    /// The same with lines of words in its cells, which begin at the top of their rows.
    #[serde(rename = "dense of-words")]
    DenseOfWords,
    /// Cells of one sign each.
    Matrix,
    /// Equal, with a wide first column.
    WideFirst,
    /// Equal, with a wide first column and narrow ones for limits.
    WideFirstWithLimits,
}

/// A table. `columns` counts the row headings' column too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Unique on its page.
    pub id: String,
    pub caption: String,
    /// Explanations that stand above the table.
    pub explanations: Vec<String>,
    /// The meaning of the shorthand in the table, exactly as far as it is used; stands above it too.
    pub shorthand: Option<String>,
    pub widths: Widths,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Whether another order of its rows helps a reader.
    pub in_any_order: bool,
}

impl Table {
    /// A table without explanations other than its shorthand.
    pub fn new(id: impl Into<String>, caption: impl Into<String>, columns: Vec<Column>, rows: Vec<Row>) -> Self {
        let shorthand = shorthand_used(&columns, &rows);
        let (id, caption, widths) = (id.into(), caption.into(), Widths::ByContent);
        Self { id, caption, explanations: Vec::new(), shorthand, widths, columns, rows, in_any_order: false }
    }

    /// The same table with other widths.
    #[must_use]
    pub fn with_widths(self, widths: Widths) -> Self {
        Self { widths, ..self }
    }

    /// The same with one more explanation above.
    #[must_use]
    pub fn explained(mut self, line: impl Into<String>) -> Self {
        self.explanations.push(line.into());
        self
    }

    /// The same with one more column, one cell for each row; notes stay last.
    #[must_use]
    pub fn with_column(mut self, column: Column, cells: impl IntoIterator<Item = Cell>) -> Self {
        let has_notes = self.columns.last().is_some_and(|last| last.heading == NOTES);
        let back = usize::from(has_notes);
        self.columns.insert(self.columns.len().saturating_sub(back), column);
        for (row, cell) in self.rows.iter_mut().zip(cells) {
            row.cells.insert(row.cells.len().saturating_sub(back), cell);
        }
        self.shorthand = shorthand_used(&self.columns, &self.rows);
        self
    }
}

fn shorthand_used(columns: &[Column], rows: &[Row]) -> Option<String> {
    let cells = rows.iter().flat_map(|row| std::iter::once(&row.heading).chain(row.cells.iter().flat_map(Cell::texts)));
    shorthand_sentence(columns.iter().map(|column| &column.heading).chain(cells).map(String::as_str))
}

/// The meaning of the shorthand in some texts, exactly as far as it is used; `None` where none is.
pub fn shorthand_sentence<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let marked: Vec<&str> = texts.filter(|text| text.contains('[')).collect();
    let used = |shorthand: &Shorthand| marked.iter().any(|text| text.contains(shorthand.as_str()));
    let explained = |shorthand: Shorthand| format!("{shorthand} = {}", shorthand.meaning());
    let parts: Vec<String> = Shorthand::ALL.into_iter().filter(used).map(explained).collect();
    (!parts.is_empty()).then(|| format!("Some shorthand is used in this table: {}.", parts.join("; ")))
}
