//! The columns of a sheet under construction: a heading with its notes, and how a cell of it is made from what a row is about.
//! Heading and cells stand together, so that no cell can come under another heading.

use crate::report::page::cell::{Cell, CellValue};
use crate::report::page::table::Column;
use crate::report::sheets::notes::SheetNote;
use crate::vocabulary::shorthand::Shorthand;

/// Columns for rows that are about an `R`.
pub struct SheetColumns<'t, R> {
    columns: Vec<MadeColumn<'t, R>>,
}

/// A heading, and how its cells are made.
struct MadeColumn<'t, R> {
    heading: NotedHeading,
    cell: Box<dyn Fn(&R) -> Cell + 't>,
}

/// A heading with its notes.
#[derive(Debug, Clone, PartialEq)]
pub struct NotedHeading {
    pub column: Column,
    pub notes: Vec<SheetNote>,
}

/// The content of a sheet, before its notes have numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetDraft {
    pub headings: Vec<NotedHeading>,
    pub rows: Vec<Vec<Cell>>,
    /// Sentences that stand above the table.
    pub explanations: Vec<String>,
    /// The result table that holds the same rows and more; none where no table does.
    pub results: Option<&'static str>,
}

impl<'t, R> SheetColumns<'t, R> {
    /// No column yet.
    pub fn new() -> Self {
        Self { columns: Vec::new() }
    }

    /// One more column.
    #[must_use]
    pub fn with(mut self, column: Column, cell: impl Fn(&R) -> Cell + 't) -> Self {
        let heading = NotedHeading { column, notes: Vec::new() };
        self.columns.push(MadeColumn { heading, cell: Box::new(cell) });
        self
    }

    /// The last column refers to a note.
    #[must_use]
    pub fn noted(mut self, note: SheetNote) -> Self {
        if let Some(last) = self.columns.last_mut() {
            last.heading.notes.push(note);
        }
        self
    }

    /// These columns, then others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.columns.extend(others.columns);
        self
    }

    /// These columns, then others if there are any.
    #[must_use]
    pub fn and_if(self, others: Option<Self>) -> Self {
        match others {
            Some(others) => self.and(others),
            None => self,
        }
    }

    /// The same columns for rows that hold what these are about.
    pub fn seen_from<S>(self, read: fn(&S) -> &R) -> SheetColumns<'t, S>
    where
        R: 't,
        S: 't,
    {
        let made = |MadeColumn { heading, cell }: MadeColumn<'t, R>| MadeColumn {
            heading,
            cell: Box::new(move |row: &S| cell(read(row))) as Box<dyn Fn(&S) -> Cell + 't>,
        };
        SheetColumns { columns: self.columns.into_iter().map(made).collect() }
    }

    /// A row for each.
    pub fn of(self, rows: impl IntoIterator<Item = R>) -> SheetDraft {
        let row = |row: R| self.columns.iter().map(|column| (column.cell)(&row)).collect();
        let rows = rows.into_iter().map(row).collect();
        let headings = self.columns.into_iter().map(|column| column.heading).collect();
        SheetDraft { headings, rows, explanations: Vec::new(), results: None }
    }
}

impl SheetDraft {
    /// The same with one more sentence above.
    #[must_use]
    pub fn explained(mut self, sentence: impl Into<String>) -> Self {
        self.explanations.push(sentence.into());
        self
    }

    /// The same, of which a result table holds the rows.
    #[must_use]
    pub fn held_by(self, table: &'static str) -> Self {
        Self { results: Some(table), ..self }
    }

    /// The same without the columns in which no row has anything, such as the limits of counts.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let has_something =
            |place: usize| self.rows.iter().any(|row| row.get(place).is_some_and(|cell| !is_nothing(cell)));
        let kept: Vec<bool> = (0..self.headings.len()).map(has_something).collect();
        keep(&mut self.headings, &kept);
        self.rows.iter_mut().for_each(|row| keep(row, &kept));
        self
    }
}

fn is_nothing(cell: &Cell) -> bool {
    matches!(&cell.value, CellValue::Absent { shorthand: Shorthand::NotApplicable, .. })
}

fn keep<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut places = kept.iter();
    items.retain(|_| places.next().copied().unwrap_or(true));
}
