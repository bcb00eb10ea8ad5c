//! Tables as they stand on a page: caption, explanations above, one header row, one heading per row, no empty cell.
//! It decides the layout of figures in rows and columns; how a number is worded is decided in `words`.

use serde::Serialize;

use crate::report::words;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Interval, Status, Unit, count_text};

/// Shorthand of the reports and what it means.
const SHORTHAND: [(&str, &str); 8] = [
    ("[b]", "break in time series, from here on by a new version of the definition"),
    ("[c]", "withheld because the numbers are small"),
    ("[e]", "estimated"),
    ("[low]", "rounds to zero but is not zero"),
    ("[p]", "provisional"),
    ("[u]", "low reliability: a share of fewer than ten, or a rate of fewer than five events"),
    ("[x]", "not available"),
    ("[z]", "not applicable"),
];

/// Heading of the column of remarks.
const NOTES: &str = "Notes";

/// A cell, with a second line where one number needs another beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    pub text: String,
    pub detail: Option<String>,
}

impl Cell {
    /// A cell of one line.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), detail: None }
    }

    /// A cell of two lines; `None` leaves one.
    #[must_use]
    pub fn with_detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }
}

impl Cell {
    /// What is read in it.
    fn texts(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.text).chain(&self.detail)
    }
}

/// A column heading. Numbers and their headings stand at the right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    pub heading: String,
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    pub fn words(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), numeric: false }
    }

    /// A column of numbers.
    pub fn numbers(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), numeric: true }
    }
}

/// A row: its heading, with a link if there is more to read, and its cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub heading: String,
    pub link: Option<String>,
    pub emphasised: bool,
    pub cells: Vec<Cell>,
}

impl Row {
    /// A plain row.
    pub fn new(heading: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { heading: heading.into(), link: None, emphasised: false, cells }
    }
}

/// A table. `columns` counts the row headings' column too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    pub id: String,
    pub caption: String,
    /// Explanations that stand above the table.
    pub explanations: Vec<String>,
    /// The meaning of the shorthand in the table, exactly as far as it is used; stands above it too.
    pub shorthand: Option<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

impl Table {
    /// A table without explanations other than its shorthand.
    pub fn new(id: impl Into<String>, caption: impl Into<String>, columns: Vec<Column>, rows: Vec<Row>) -> Self {
        let shorthand = shorthand_used(&columns, &rows);
        Self { id: id.into(), caption: caption.into(), explanations: Vec::new(), shorthand, columns, rows }
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
    let texts = columns.iter().map(|column| &column.heading).chain(cells);
    let marked: Vec<&String> = texts.filter(|text| text.contains('[')).collect();
    let used = |marker: &str| marked.iter().any(|text| text.contains(marker));
    let parts: Vec<String> =
        SHORTHAND.iter().filter(|(m, _)| used(m)).map(|(m, meaning)| format!("{m} = {meaning}")).collect();
    (!parts.is_empty()).then(|| format!("Some shorthand is used in this table: {}.", parts.join("; ")))
}

/// One line of a table of figures: its heading, the figure if the release has one, and a remark.
#[derive(Debug, Clone)]
pub struct FigureLine<'a> {
    pub heading: String,
    pub figure: Option<&'a Observation>,
    pub emphasised: bool,
    pub note: String,
}

/// Columns that the lines of one table share: only those that some line fills.
#[derive(Debug)]
struct Shown {
    interval: bool,
    counts: Option<(&'static str, &'static str)>,
    notes: bool,
}

/// A table of figures of one unit: value, limits, counts and notes, each in its own column.
pub fn figures_table(id: &str, caption: String, first: &str, (unit, lines): (Unit, &[FigureLine<'_>])) -> Table {
    let shown = Shown {
        interval: lines.iter().any(|l| l.figure.is_some_and(|f| f.interval_95.is_some())),
        counts: count_headings(unit, lines),
        notes: lines.iter().any(|l| !l.note.is_empty() || remark(l.figure).is_some()),
    };
    let heading = words::unit_heading(unit);
    let mut columns = vec![Column::words(first), Column::numbers(format!("Value ({heading})"))];
    if shown.interval {
        columns.push(Column::numbers(format!("Lower 95% limit ({heading})")));
        columns.push(Column::numbers(format!("Upper 95% limit ({heading})")));
    }
    if let Some((numerator, denominator)) = shown.counts {
        columns.extend([Column::numbers(numerator), Column::numbers(denominator)]);
    }
    if shown.notes {
        columns.push(Column::words(NOTES));
    }
    let rows = lines.iter().map(|line| figure_row(line, unit, &shown)).collect();
    Table::new(id, caption, columns, rows)
}

fn figure_row(line: &FigureLine<'_>, unit: Unit, shown: &Shown) -> Row {
    let value = line.figure.map_or_else(|| Cell::new("[x]"), |figure| Cell::new(words::value_cell(figure)));
    let mut cells = vec![value];
    if shown.interval {
        cells.extend(limit_cells(line.figure, unit));
    }
    if shown.counts.is_some() {
        cells.push(count_cell(line.figure, line.figure.and_then(|f| f.numerator)));
        cells.push(count_cell(line.figure, line.figure.and_then(|f| f.denominator)));
    }
    if shown.notes {
        let parts: Vec<String> = [remark(line.figure).unwrap_or_default(), line.note.clone()]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect();
        let note = if parts.is_empty() { "No note".to_owned() } else { words::sentence_case(&parts.join("; ")) };
        cells.push(Cell::new(note));
    }
    Row { heading: line.heading.clone(), link: None, emphasised: line.emphasised, cells }
}

fn count_headings(unit: Unit, lines: &[FigureLine<'_>]) -> Option<(&'static str, &'static str)> {
    let both = lines.iter().any(|l| l.figure.is_some_and(|f| f.numerator.is_some() && f.denominator.is_some()));
    both.then(|| if unit.is_of_ratio() { ("Numerator", "Denominator") } else { ("Closed cases", "All cases") })
}

/// Lower and upper limit; the value's marker where there is no value.
pub fn limit_cells(figure: Option<&Observation>, unit: Unit) -> [Cell; 2] {
    let marker = marker(figure);
    let interval = figure.and_then(|f| f.interval_95).filter(|_| marker.is_none());
    let text = |side: fn(&Interval) -> Option<f64>| match (marker, &interval) {
        (Some(marker), _) => marker.to_owned(),
        (None, Some(interval)) => words::limit_text(side(interval), unit),
        (None, None) => "[z]".to_owned(),
    };
    [Cell::new(text(|i| i.lower)), Cell::new(text(|i| i.upper))]
}

/// A count behind a figure. Withheld with the figure; otherwise shown even where the value cannot be given.
fn count_cell(figure: Option<&Observation>, count: Option<i64>) -> Cell {
    let withheld = figure.is_some_and(|f| f.status == Status::Suppressed);
    match count.filter(|_| !withheld) {
        Some(count) => Cell::new(count_text(count)),
        None => Cell::new(marker(figure).unwrap_or("[z]")),
    }
}

/// The marker of a figure that is not a value; `None` for a value.
pub fn marker(figure: Option<&Observation>) -> Option<&'static str> {
    figure.map_or(Some("[x]"), |f| f.status.marker())
}

/// Why there is no value, in words; `None` for a value.
pub fn reason(figure: Option<&Observation>) -> Option<String> {
    match figure.map(|f| &f.status) {
        Some(Status::Value) => None,
        Some(status) => Some(status.reason().to_owned()),
        None => Some(crate::report::facts::absent().reason().to_owned()),
    }
}

/// What must stand beside a figure: why there is no value, or that the value rests on few cases.
pub fn remark(figure: Option<&Observation>) -> Option<String> {
    let few = || figure.filter(|figure| figure.has_few_cases()).map(|_| words::FEW_CASES_MARKED.to_owned());
    reason(figure).or_else(few)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn shorthand_is_explained_exactly_when_used_and_no_cell_is_empty() {
        let value = sample::percent(75, 100);
        let mut withheld = sample::percent(1, 4);
        withheld.status = Status::Suppressed;
        let line = |heading: &str, figure| FigureLine {
            heading: heading.to_owned(),
            figure,
            emphasised: false,
            note: String::new(),
        };
        let lines = [line("A", Some(&value)), line("B", Some(&withheld)), line("C", None)];
        let table = figures_table("t", "T".into(), "Force", (Unit::Percent, &lines));
        assert_eq!(
            table.shorthand.as_deref().unwrap(),
            "Some shorthand is used in this table: [c] = withheld because the numbers are small; \
             [x] = not available."
        );
        assert!(table.rows.iter().all(|row| row.cells.len() + 1 == table.columns.len()));
        let texts = |row: usize| table.rows[row].cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>();
        assert_eq!(texts(0)[..1], ["75.0"]);
        assert!(!texts(1).iter().any(|t| t.contains('1') || t.contains('4')), "a withheld count shows: {:?}", texts(1));
        assert!(texts(1).contains(&"Withheld because the numbers are small"));
    }
}
