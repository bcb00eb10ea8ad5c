//! The cells of tables: what a cell holds as a value, and what a reader sees of it. The text of a cell is made from its value
//! here or in `words`, so that a page and a spreadsheet cannot differ.

use chrono::NaiveDate;
use serde::Serialize;

use crate::report::charts::Chart;
use crate::report::page::text::{Address, Mark, Text};
use crate::report::words::{self, Change};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Status, Unit, count_text, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// What a cell holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum CellValue {
    /// A number on the scale of its unit. It is shown with so many decimals and held unrounded.
    Number {
        value: f64,
        unit: Unit,
        decimals: u32,
    },
    /// A number of things.
    Count(i64),
    Date(NaiveDate),
    /// Words.
    #[default]
    Text,
    /// No value, and why there is none.
    Absent {
        shorthand: Shorthand,
        reason: String,
    },
}

/// One cell of a table. No cell is empty: where there is no value, the cell holds shorthand.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cell {
    #[serde(skip)]
    pub value: CellValue,
    /// The value as it is shown.
    pub text: String,
    /// What the rows are put in order by, where the text would not do; [`Table`](crate::report::page::table::Table) sets it.
    pub key: Option<String>,
    /// A second line, where one number needs another beside it.
    pub detail: Option<String>,
    /// Further lines, each with links, marks or codes of its own.
    pub lines: Vec<Text>,
    pub link: Option<Address>,
    /// Signs before the text.
    pub marks: Vec<Mark>,
    pub drawing: Option<CellDrawing>,
}

/// A small drawing in a cell. The cell says in words what the drawing shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellDrawing {
    /// Unique on its page.
    pub id: String,
    /// What it shows, for those who do not see it.
    pub words: String,
    #[serde(skip)]
    pub drawing: Box<Chart>,
}

impl Cell {
    /// A cell of words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number of things.
    pub fn count(count: impl TryInto<i64>) -> Self {
        let count = count.try_into().unwrap_or(i64::MAX);
        Self { value: CellValue::Count(count), ..Self::new(count_text(count)) }
    }

    /// A number with the decimals of its unit, without the unit's name.
    pub fn number(value: f64, unit: Unit) -> Self {
        Self::shown(value_text(value, unit), value, unit)
    }

    /// A number whose text was made from its counts or from an end of its scale.
    pub fn shown(text: String, value: f64, unit: Unit) -> Self {
        Self { value: CellValue::Number { value, unit, decimals: unit.decimals() }, ..Self::new(text) }
    }

    /// A change, with its sign and without its unit.
    pub fn change(change: &Change) -> Self {
        Self::shown(change.signed_text(), change.amount(), change.unit())
    }

    /// A date.
    pub fn date(date: NaiveDate) -> Self {
        Self { value: CellValue::Date(date), ..Self::new(words::date_words(date)) }
    }

    /// Shorthand, for the reason that is its meaning.
    pub fn absent(shorthand: Shorthand) -> Self {
        Self::absent_because(shorthand, shorthand.meaning())
    }

    /// Shorthand with a reason of its own. The reason is kept with the cell and not shown in it.
    pub fn absent_because(shorthand: Shorthand, reason: impl Into<String>) -> Self {
        let value = CellValue::Absent { shorthand, reason: reason.into() };
        Self { value, ..Self::new(shorthand.as_str()) }
    }

    /// The value of a figure without its unit, or the shorthand that stands in its place.
    pub fn figure(figure: Option<&Observation>) -> Self {
        let Some(figure) = figure else { return Self::not_there() };
        match (figure.status.shorthand(), figure.value) {
            (Some(shorthand), _) => Self::absent_because(shorthand, figure.status.reason()),
            (None, Some(value)) => Self::shown(words::value_cell(figure), value, figure.unit),
            (None, None) => Self::absent(Shorthand::NotAvailable),
        }
    }

    /// The value of a figure with its unit, for tables whose lines have several units.
    pub fn figure_with_unit(figure: Option<&Observation>) -> Self {
        Self::figure(figure).with_unit()
    }

    /// One side of an interval; an open side says so in words.
    pub fn limit(limit: Option<f64>, unit: Unit) -> Self {
        let text = words::limit_text(limit, unit);
        limit.map_or_else(|| Self::new(&*text), |limit| Self::shown(text.clone(), limit, unit))
    }

    /// For a figure that the release does not hold.
    pub fn not_there() -> Self {
        let absent: Status = crate::report::facts::absent();
        Self::absent_because(Shorthand::NotAvailable, absent.reason())
    }

    /// The same number with the name of its unit; shorthand and words stay as they are.
    #[must_use]
    pub fn with_unit(mut self) -> Self {
        let is_number = self.text.starts_with(|c: char| c.is_ascii_digit());
        match self.value {
            CellValue::Number { unit, .. } if is_number || unit == Unit::Grade => {
                self.text = words::with_unit(&self.text, unit);
            }
            _ => {}
        }
        self
    }

    /// A cell of two lines; `None` leaves one.
    #[must_use]
    pub fn with_detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }

    /// The same cell with further lines.
    #[must_use]
    pub fn with_lines(self, lines: impl IntoIterator<Item = Text>) -> Self {
        Self { lines: lines.into_iter().collect(), ..self }
    }

    /// The same cell as a link.
    #[must_use]
    pub fn with_link(mut self, to: Address) -> Self {
        self.link = Some(to);
        self
    }

    /// A cell of signs.
    pub fn marks(marks: Vec<Mark>) -> Self {
        Self { marks, ..Self::default() }
    }

    /// The same cell with a small drawing, and the words for those who do not see it.
    #[must_use]
    pub fn with_drawing(mut self, id: impl Into<String>, words: impl Into<String>, drawing: Chart) -> Self {
        self.drawing = Some(CellDrawing { id: id.into(), words: words.into(), drawing: Box::new(drawing) });
        self
    }

    /// What is read in it.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let marks = self.marks.iter().map(|mark| &mark.words);
        std::iter::once(&self.text).chain(&self.detail).chain(marks)
    }
}
