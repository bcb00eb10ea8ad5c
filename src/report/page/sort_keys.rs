//! What a page needs so that a reader can put the rows of a table in another order: which columns have an order, and the keys
//! of the cells whose shown text would not sort right.

use crate::report::page::cell::{Cell, CellValue};
use crate::report::page::table::{CellKind, Column, Table};
use crate::vocabulary::quantity::Unit;

/// Fewer rows than this are seen at one glance, in whatever order.
const LEAST_ROWS: usize = 10;
/// A key is as exact as this, which is finer than any text shown.
const KEY_SCALE: f64 = 1e6;

impl Table {
    /// Finds the columns that have an order, and gives keys to their cells; other columns need none.
    pub(super) fn set_sort_keys(&mut self) {
        for (at, column) in self.columns.iter_mut().enumerate().skip(1) {
            column.sortable &= has_one_unit(self.rows.iter().filter_map(|row| row.cells.get(at - 1)));
            for cell in self.rows.iter_mut().filter_map(|row| row.cells.get_mut(at - 1)) {
                cell.key = if column.sortable { key(column, cell) } else { None };
            }
        }
        self.in_any_order = self.rows.len() >= LEAST_ROWS && self.columns.iter().any(|column| column.sortable);
    }
}

/// Whether the numbers can be held against each other: 80% is neither more nor less than 2 days.
fn has_one_unit<'c>(cells: impl Iterator<Item = &'c Cell>) -> bool {
    let mut units = cells.filter_map(|cell| match cell.value {
        CellValue::Number { unit, .. } => Some(unit),
        _ => None,
    });
    let first: Option<Unit> = units.next();
    units.all(|unit| Some(unit) == first)
}

/// The key of a cell, where its text would not do.
fn key(column: &Column, cell: &Cell) -> Option<String> {
    let is_number = column.kind == CellKind::Numbers;
    match &cell.value {
        CellValue::Number { value, .. } => {
            let rounded = (value * KEY_SCALE).round() / KEY_SCALE;
            (rounded.is_finite() && !(is_number && says(&cell.text, *value))).then(|| rounded.to_string())
        }
        CellValue::Count(count) => {
            let is_said = is_number && leading_number(&cell.text).is_some_and(|shown| shown == count.to_string());
            (!is_said).then(|| count.to_string())
        }
        // Pages read dates as they are shown.
        CellValue::Date(_) | CellValue::Text | CellValue::Absent { .. } => None,
    }
}

/// Whether a text begins with a number that is the value, rounded to as many places as the text has.
fn says(text: &str, value: f64) -> bool {
    let Some(shown) = leading_number(text) else { return false };
    let places = shown.split_once('.').map_or(0, |(_, places)| places.len());
    let half = 0.5 * 10_f64.powi(-i32::try_from(places).unwrap_or(i32::MAX));
    shown.parse::<f64>().is_ok_and(|shown| (shown - value).abs() <= half * (1.0 + 1e-9))
}

/// The number that a text begins with, as pages read it too: with a sign or without, and without the commas.
fn leading_number(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix(['\u{2212}', '-']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
    let digits = rest.get(..end)?.trim_end_matches(['.', ',']).replace(',', "");
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("{sign}{digits}"))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::report::page::table::Row;
    use crate::vocabulary::shorthand::Shorthand;

    fn keys(column: Column, cells: Vec<Cell>) -> Vec<Option<String>> {
        let rows = cells.into_iter().map(|cell| Row::new("A", vec![cell])).collect();
        let mut table = Table::new("t", "T", vec![Column::words("Force"), column], rows);
        table.set_sort_keys();
        table.rows.into_iter().map(|row| row.cells.into_iter().next().unwrap().key).collect()
    }

    #[test]
    fn a_key_stands_only_where_the_text_would_not_sort_right() {
        let percent = |text: &str, value| Cell::shown(text.to_owned(), value, Unit::Percent);
        let numbers = vec![
            percent("83.9", 83.94),
            percent("−6.3", -6.31),
            percent("less than +0.1", 0.034),
            percent("0.0", 0.04),
            percent("100.0", 99.96),
            percent("more than 99.9", 99.987),
            Cell::count(12_345_u32),
            Cell::new("139 of 141"),
            Cell::absent(Shorthand::NotApplicable),
        ];
        let expected = [None, None, Some("0.034"), None, None, Some("99.987"), None, None, None];
        assert_eq!(keys(Column::numbers("Value"), numbers), expected.map(|key| key.map(str::to_owned)));
        let words = vec![percent("+1.3 points", 1.3), Cell::count(7_u32), Cell::new("None")];
        let expected = [Some("1.3"), Some("7"), None].map(|key| key.map(str::to_owned));
        assert_eq!(keys(Column::words("Change"), words), expected);
        let day: NaiveDate = "2026-11-28".parse().unwrap();
        assert_eq!(keys(Column::dates("On"), vec![Cell::date(day)]), [None]);
    }

    #[test]
    fn numbers_of_several_units_have_no_order_and_a_short_table_needs_none() {
        let table = |units: [Unit; 2], rows: usize| {
            let cells = units.iter().cycle().take(rows).map(|unit| Row::new("A", vec![Cell::number(1.0, *unit)]));
            let columns = vec![Column::words("Metric"), Column::numbers("Figure")];
            let mut table = Table::new("t", "T", columns, cells.collect());
            table.set_sort_keys();
            (table.in_any_order, table.columns[1].sortable)
        };
        assert_eq!(table([Unit::Percent, Unit::Hours], 10), (true, false));
        assert_eq!(table([Unit::Percent, Unit::Percent], 10), (true, true));
        assert_eq!(table([Unit::Percent, Unit::Percent], 9), (false, true));
    }
}
