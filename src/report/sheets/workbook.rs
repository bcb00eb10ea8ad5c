//! A spreadsheet as a plain value: sheets of typed cells with the lines above them. What writes a format walks over it and
//! decides nothing; what stands in a cell was worded for pages before.

use chrono::NaiveDate;

use crate::report::page::cell::{Cell, CellValue};
use crate::report::page::table::Align;
use crate::vocabulary::quantity::{self, Unit, millionths};

/// A spreadsheet. Its sheets stand in order; the first is open when a reader opens the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    pub properties: WorkbookProperties,
    pub sheets: Vec<Worksheet>,
}

/// What a file says of itself outside its sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookProperties {
    pub title: String,
    pub subject: String,
    /// Who publishes it; none where that is not given.
    pub publisher: Option<String>,
    pub published_on: NaiveDate,
    /// The program that made it, with its version.
    pub made_by: String,
}

/// The language of every spreadsheet, as files name languages.
pub const LANGUAGE: &str = "en-GB";

/// A sheet: lines in the first column, then at most one table, and nothing below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Worksheet {
    /// Unique in the spreadsheet whatever the case of its letters; at most 31 letters, digits, dashes and underscores.
    pub name: String,
    pub lines: Vec<SheetLine>,
    pub table: Option<SheetTable>,
}

/// A line above a table, or of a cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    pub style: LineStyle,
    pub text: String,
}

/// How a line stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStyle {
    /// The title of the sheet.
    Title,
    /// A heading below the title.
    Heading,
    Text,
}

/// A table with one row of headings. No cell of it is empty, and each row has a cell for each column.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetTable {
    /// Unique in the spreadsheet; letters, digits and underscores, and no address of a cell.
    pub name: String,
    pub columns: Vec<SheetColumn>,
    pub rows: Vec<Vec<SheetCell>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetColumn {
    /// Unique in its table, with the unit in round brackets. Notes stand on a line of their own.
    pub heading: String,
    pub align: Align,
    /// In letters.
    pub width: usize,
}

/// One thing in one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetCell {
    Number(ShownNumber),
    Count(i64),
    Date(NaiveDate),
    Text(String),
    /// The name of another sheet, and the way to it.
    Sheet(String),
}

/// A number, and with how many decimals it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownNumber {
    /// Exact to a millionth, as the result tables have it.
    pub value: f64,
    pub decimals: u32,
}

/// How much a sheet and a cell can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetLimits {
    /// Lines above the table and the row of headings count.
    pub rows: usize,
    /// Letters of a text, as UTF-16 counts them.
    pub letters: usize,
}

impl SheetLimits {
    /// Those of the formats.
    pub const OF_FORMATS: Self = Self { rows: 1_048_576, letters: 32_767 };
}

/// The greatest whole number that a spreadsheet program keeps exactly.
const GREATEST_COUNT: u64 = 1 << 53;
/// The finest decimals that a cell shows: those of the result tables.
const MOST_DECIMALS: u32 = 6;
/// Stands at the end of a text that was too long for its cell.
pub const CUT: &str = " […]";

impl SheetLine {
    /// A line of plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { style: LineStyle::Text, text: text.into() }
    }

    /// A heading below the title.
    pub fn heading(text: impl Into<String>) -> Self {
        Self { style: LineStyle::Heading, text: text.into() }
    }

    /// The title of the sheet.
    pub fn title(text: impl Into<String>) -> Self {
        Self { style: LineStyle::Title, text: text.into() }
    }
}

impl SheetCell {
    /// The one thing that a cell of a page's table holds: its value, or its words. A number whose rounded form would say
    /// something else than the page, such as 100.0 for a share that falls short of it, is shown with more decimals; one
    /// that shows as nothing with all of them stays shorthand.
    pub fn of(cell: &Cell) -> Self {
        match &cell.value {
            CellValue::Number { unit: Unit::Grade, .. } | CellValue::Text | CellValue::Absent { .. } => {
                Self::Text(one_line(&words_of(cell)))
            }
            CellValue::Number { value, decimals, .. } => match ShownNumber::of(*value, *decimals, &cell.text) {
                Some(number) => Self::Number(number),
                None => Self::Text(one_line(&cell.text)),
            },
            CellValue::Count(count) if count.unsigned_abs() <= GREATEST_COUNT => Self::Count(*count),
            CellValue::Count(_) => Self::Text(cell.text.clone()),
            CellValue::Date(date) => Self::Date(*date),
        }
    }

    /// As it is shown.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.text(),
            Self::Count(count) => with_plain_sign(&quantity::count_text(*count)),
            Self::Date(date) => crate::report::words::date_words(*date),
            Self::Text(text) | Self::Sheet(text) => text.clone(),
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) | Self::Sheet(text) if text.is_empty())
    }

    /// Cuts a text that is longer than a cell can hold. Returns whether it was.
    pub(super) fn cut(&mut self, limits: SheetLimits) -> bool {
        let Self::Text(text) = self else { return false };
        let is_long = text.encode_utf16().count() > limits.letters;
        if is_long {
            *text = beginning(text, limits.letters.saturating_sub(CUT.encode_utf16().count())) + CUT;
        }
        is_long
    }
}

/// As much of a text as fits.
fn beginning(text: &str, letters: usize) -> String {
    let mut room = letters;
    let fits = |letter: &char| {
        let left = room.checked_sub(letter.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    text.chars().take_while(fits).collect()
}

impl ShownNumber {
    /// The number with so many decimals, or with more where these would say something else than `shown`. `None` of a number
    /// that is too small to be told from nothing, and of one that is no number.
    fn of(value: f64, decimals: u32, shown: &str) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let scaled = millionths(value);
        if scaled == 0 && value != 0.0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "published numbers are far below 2^53 millionths")]
        let value = scaled as f64 / 1e6;
        let usual = Self { value, decimals };
        if says(&usual.text(), shown) {
            return Some(usual);
        }
        let finer = |more: u32| Self { value, decimals: more };
        let differs = |number: &Self| number.scaled() != usual.scaled() * 10_i128.pow(number.decimals - decimals);
        (decimals + 1..=MOST_DECIMALS).map(finer).find(differs).or(Some(usual))
    }

    /// Rounded half away from zero, in units of the last decimal shown.
    fn scaled(&self) -> i128 {
        let unit = 10_i128.pow(MOST_DECIMALS.saturating_sub(self.decimals));
        let scaled = millionths(self.value);
        (2 * scaled.abs() + unit) / (2 * unit) * scaled.signum()
    }

    /// As a spreadsheet program shows it.
    pub fn text(&self) -> String {
        with_plain_sign(&quantity::decimal_text(self.scaled(), self.decimals))
    }
}

/// Whether a text of a page is the number, with whatever sign and unit beside it. Pages write no change as "0".
fn says(number: &str, shown: &str) -> bool {
    let size = number.trim_start_matches('-');
    let without_zeros = if size.contains('.') { size.trim_end_matches('0').trim_end_matches('.') } else { size };
    let rest = shown.trim_start_matches(['+', '\u{2212}', '-']);
    let after = rest.strip_prefix(size).or_else(|| rest.strip_prefix(without_zeros));
    after.is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ','))
}

/// The sign of a negative number as programs write it.
fn with_plain_sign(number: &str) -> String {
    number.replace('\u{2212}', "-")
}

/// What a cell says without links and signs.
fn words_of(cell: &Cell) -> String {
    let marks = cell.marks.iter().map(|mark| mark.words.as_str());
    let parts: Vec<&str> = marks.chain([cell.text.as_str()]).filter(|words| !words.is_empty()).collect();
    parts.join(" ")
}

/// Words in one line. Letters that XML cannot hold are replaced.
pub(super) fn one_line(text: &str) -> String {
    let letter = |letter: char| match letter {
        '\t' | '\n' | '\r' => ' ',
        '\u{FFFE}' | '\u{FFFF}' => char::REPLACEMENT_CHARACTER,
        control if control.is_control() && control < '\u{20}' => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.chars().map(letter).collect()
}
