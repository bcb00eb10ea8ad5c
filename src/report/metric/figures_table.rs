//! Tables of figures: which columns the figures of one unit fill, and what stands beside a figure.

use crate::definitions::model::Metric;
use crate::report::facts::Moved;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::sentences::standard;
use crate::report::words;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Interval, Status, Unit};
use crate::vocabulary::shorthand::Shorthand;

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
struct SharedColumns {
    interval: bool,
    counts: Option<(&'static str, &'static str)>,
    notes: bool,
}

/// A table of figures of one unit: value, limits, counts and notes, each in its own column.
pub fn figures_table(id: &str, caption: String, first: &str, (unit, lines): (Unit, &[FigureLine<'_>])) -> Table {
    let shown = SharedColumns {
        interval: lines.iter().any(|l| l.figure.is_some_and(|f| f.interval_95.is_some())),
        counts: count_headings(unit, lines),
        notes: lines.iter().any(|l| !l.note.is_empty() || remark(l.figure).is_some()),
    };
    let mut columns = vec![Column::words(first), Column::in_unit("Value", unit)];
    if shown.interval {
        columns.extend(["Lower 95% limit", "Upper 95% limit"].map(|limit| Column::in_unit(limit, unit)));
    }
    if let Some((numerator, denominator)) = shown.counts {
        columns.extend([Column::numbers(numerator), Column::numbers(denominator)]);
    }
    if shown.notes {
        columns.push(Column::words(crate::report::page::table::NOTES));
    }
    let rows = lines.iter().map(|line| figure_row(line, unit, &shown)).collect();
    Table::new(id, caption, columns, rows)
}

fn figure_row(line: &FigureLine<'_>, unit: Unit, shown: &SharedColumns) -> Row {
    let mut cells = vec![Cell::figure(line.figure)];
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
    Row::new(line.heading.clone(), cells).emphasised(line.emphasised)
}

fn count_headings(unit: Unit, lines: &[FigureLine<'_>]) -> Option<(&'static str, &'static str)> {
    let both = lines.iter().any(|l| l.figure.is_some_and(|f| f.numerator.is_some() && f.denominator.is_some()));
    both.then(|| if unit.is_of_ratio() { ("Numerator", "Denominator") } else { ("Closed cases", "All cases") })
}

/// Lower and upper 95% limit; the value's shorthand where there is no value.
pub fn limit_cells(figure: Option<&Observation>, unit: Unit) -> [Cell; 2] {
    interval_cells(figure, figure.and_then(|figure| figure.interval_95), unit)
}

/// Both sides of an interval of a figure; the value's shorthand where there is no value.
pub fn interval_cells(figure: Option<&Observation>, interval: Option<Interval>, unit: Unit) -> [Cell; 2] {
    let side = |side: fn(Interval) -> Option<f64>| {
        absent_cell(figure).unwrap_or_else(|| match interval {
            Some(interval) => Cell::limit(side(interval), unit),
            None => Cell::absent(Shorthand::NotApplicable),
        })
    };
    [side(|interval| interval.lower), side(|interval| interval.upper)]
}

/// A count behind a figure. Withheld with the figure; otherwise shown even where the value cannot be given.
pub fn count_cell(figure: Option<&Observation>, count: Option<i64>) -> Cell {
    let withheld = figure.is_some_and(|f| f.status == Status::Suppressed);
    match count.filter(|_| !withheld) {
        Some(count) => Cell::count(count),
        None => absent_cell(figure).unwrap_or_else(|| Cell::absent(Shorthand::NotApplicable)),
    }
}

/// The cell of a figure that is not a value; `None` for a value.
pub fn absent_cell(figure: Option<&Observation>) -> Option<Cell> {
    let Some(figure) = figure else { return Some(Cell::not_there()) };
    let shorthand = figure.status.shorthand()?;
    Some(Cell::absent_because(shorthand, figure.status.reason()))
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
    let few = || figure.filter(|figure| figure.has_few_cases()).map(|_| words::few_cases_marked());
    reason(figure).or_else(few)
}

/// The value with its unit; below it the counts, or why there is none.
pub fn value_cell(figure: Option<&Observation>) -> Cell {
    let detail = figure.and_then(words::counts_remark).or_else(|| reason(figure));
    Cell::figure_with_unit(figure).with_detail(detail)
}

/// The standard that held, and whether it was met.
pub fn standard_cell(metric: &Metric, figure: Option<&Observation>) -> Cell {
    match figure.and_then(|f| Some((standard::held(metric, f)?, f))) {
        Some((held, figure)) => {
            let level = standard::level_words(held, metric.unit);
            let kind = words::sentence_case(standard::kind_words(held.kind));
            Cell::new(standard::outcome_at_a_glance(figure)).with_detail(Some(format!("{kind}: {level}")))
        }
        None if metric.standards.is_empty() => Cell::new("None documented"),
        None => Cell::new("None in force"),
    }
}

/// How a figure moved: "Rose by 2.3 percentage points", with the organisations that it is over where some lack.
pub fn moved_cell(moved: &Moved<'_>) -> Cell {
    let text = moved.change().map_or_else(|| "Cannot tell".to_owned(), |c| words::sentence_case(&c.verb_words()));
    Cell::new(text).with_detail(moved.basis_words())
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
