//! What every sheet with a table has in common: its second line, the name of its table, and the widths of its columns.

use crate::report::page::table::Align;

/// What the second line of a sheet with a table says.
pub(super) fn opening(has_notes: bool) -> String {
    let notes = " Some cells refer to notes which can be found on the notes worksheet.";
    format!("This worksheet contains one table.{}", if has_notes { notes } else { "" })
}

/// Columns are at least so wide, in letters.
const NARROWEST: usize = 9;
/// Longer texts are wrapped.
const WIDEST: usize = 48;

/// As wide as the longest word of the heading and the longest cell ask for, within bounds.
pub(super) fn width(align: Align, heading: &str, longest: usize) -> usize {
    let word = heading.split_whitespace().map(|word| word.chars().count()).max().unwrap_or_default();
    // Headings of several words are easier to read on few lines.
    let heading = word.max(heading.lines().next().unwrap_or_default().chars().count().div_ceil(3));
    let room = if align == Align::End { 2 } else { 1 };
    (longest.max(heading) + room).clamp(NARROWEST, WIDEST)
}

/// The name of a table: no name of a sheet is an address of a cell with this before it.
pub(super) fn table_name(sheet: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    format!("table_{}", sheet.chars().map(letter).collect::<String>())
}
