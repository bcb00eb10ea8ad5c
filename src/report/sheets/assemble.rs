//! Drafts of sheets into a spreadsheet: notes get their numbers, cells become one thing each, and what every sheet says above
//! its table is put there.

use crate::report::edition::Edition;
use crate::report::page::table::shorthand_sentence;
use crate::report::sheets::columns::{NotedHeading, SheetDraft};
use crate::report::sheets::first_sheets::{above_tables, contents, cover, cover_title, notes_sheet};
use crate::report::sheets::form::{opening, table_name, width};
use crate::report::sheets::notes::{SheetNote, UsedNotes};
use crate::report::sheets::workbook::{
    SheetCell, SheetColumn, SheetLimits, SheetLine, SheetTable, Workbook, WorkbookProperties, Worksheet, one_line,
};
use crate::report::words;

/// The draft of a sheet with its name and title.
pub(super) struct NamedDraft {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) draft: SheetDraft,
}

/// The spreadsheet of an edition from its drafts: cover, table of contents, notes, then one sheet for each table.
pub(super) fn workbook(edition: &Edition<'_>, drafts: Vec<NamedDraft>, limits: SheetLimits) -> Workbook {
    let release = edition.facts.release;
    let above = above_tables(edition);
    let mut notes = UsedNotes::default();
    let tables: Vec<Worksheet> =
        drafts.into_iter().map(|draft| SheetMaking { above: &above, limits }.sheet(draft, &mut notes)).collect();
    let notes = notes_sheet(&notes);
    let titles = notes.iter().chain(&tables).map(|sheet| (sheet.name.clone(), title_of(sheet)));
    let mut sheets = vec![cover(edition), contents(titles)];
    sheets.extend(notes);
    sheets.extend(tables);
    Workbook {
        properties: WorkbookProperties {
            title: cover_title(edition),
            subject: release.period.words_with_short_name(),
            publisher: release.publication.publisher.as_deref().map(one_line),
            published_on: release.published_on,
            made_by: format!("leds-metrics {}", release.version),
        },
        sheets,
    }
}

fn title_of(sheet: &Worksheet) -> String {
    sheet.lines.first().map(|line| line.text.clone()).unwrap_or_default()
}

/// What the sheets of a spreadsheet have in common.
#[derive(Clone, Copy)]
struct SheetMaking<'a> {
    /// The lines that stand above every table.
    above: &'a [String],
    limits: SheetLimits,
}

impl SheetMaking<'_> {
    fn sheet(self, NamedDraft { name, title, draft }: NamedDraft, notes: &mut UsedNotes) -> Worksheet {
        let has_notes = draft.headings.iter().any(|heading| !heading.notes.is_empty());
        let headings: Vec<String> = draft.headings.iter().map(|heading| heading_text(heading, notes)).collect();
        let mut rows: Vec<Vec<SheetCell>> =
            draft.rows.iter().map(|row| row.iter().map(SheetCell::of).collect()).collect();
        let mut lines = self.lines_above(&title, (&headings, &rows), &draft.explanations);
        let too_large = self.fit(&mut rows, lines.len(), draft.results);
        let reference = (!too_large.is_empty()).then(|| notes.refer(SheetNote::TooLarge(self.limits)));
        lines.extend(
            reference
                .iter()
                .flat_map(|note| too_large.iter().map(move |sentence| SheetLine::text(format!("{sentence} {note}")))),
        );
        lines.insert(1, SheetLine::text(opening(has_notes || reference.is_some())));
        let columns = columns(&draft.headings, headings, &rows);
        Worksheet { table: Some(SheetTable { name: table_name(&name), columns, rows }), name, lines }
    }

    /// Title, shorthand, what stands above every table, and what is to be said of this one.
    fn lines_above(
        self,
        title: &str,
        (headings, rows): (&[String], &[Vec<SheetCell>]),
        explanations: &[String],
    ) -> Vec<SheetLine> {
        let texts = rows.iter().flatten().filter_map(|cell| match cell {
            SheetCell::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let shorthand = shorthand_sentence(headings.iter().map(String::as_str).chain(texts));
        let mut lines = vec![SheetLine::title(one_line(title))];
        let texts = shorthand.iter().chain(self.above).chain(explanations);
        lines.extend(texts.map(|text| SheetLine::text(one_line(text))));
        lines
    }

    /// Leaves out what does not fit, and says what that is. Below so many lines stand one more, the row of headings, and a
    /// line for each sentence said here.
    fn fit(self, rows: &mut Vec<Vec<SheetCell>>, lines: usize, results: Option<&str>) -> Vec<String> {
        let place = match results {
            Some(table) => format!("The table {table} of the results of the release has all of it."),
            None => "The pages of the report have all of it.".to_owned(),
        };
        let texts = rows.iter_mut().flatten().map(|cell| usize::from(cell.cut(self.limits))).sum::<usize>();
        let mut sentences = Vec::new();
        if texts > 0 {
            let (texts, have) = match texts {
                1 => ("One text is".to_owned(), "ends"),
                more => (format!("{} texts are", words::sentence_case(&words::number_words(more))), "end"),
            };
            sentences.push(format!("{texts} longer than a cell has room for and {have} with […]. {place}"));
        }
        let taken = lines + sentences.len() + 2;
        if taken + rows.len() > self.limits.rows {
            let room = self.limits.rows.saturating_sub(taken + 1);
            let left_out = rows.len() - room.min(rows.len());
            rows.truncate(room);
            let (number, is) = (words::number_words(left_out), if left_out == 1 { "row is" } else { "rows are" });
            sentences.push(format!("{} {is} left out. {place}", words::sentence_case(&number)));
        }
        sentences
    }
}

/// The heading, and below it the references to its notes.
fn heading_text(NotedHeading { column, notes: of_heading }: &NotedHeading, notes: &mut UsedNotes) -> String {
    let heading = one_line(&column.heading);
    if of_heading.is_empty() {
        return heading;
    }
    let references: String = of_heading.iter().map(|note| notes.refer(*note)).collect();
    format!("{heading}\n{references}")
}

fn columns(headings: &[NotedHeading], texts: Vec<String>, rows: &[Vec<SheetCell>]) -> Vec<SheetColumn> {
    let column = |(place, (heading, text)): (usize, (&NotedHeading, String))| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.text().chars().count());
        let width = width(heading.column.align, &text, cells.max().unwrap_or_default());
        SheetColumn { heading: text, align: heading.column.align, width }
    };
    headings.iter().zip(texts).enumerate().map(column).collect()
}

/// Whether the names of the sheets and of their tables are unique, whatever the case of their letters.
#[cfg(test)]
pub(super) fn are_unique<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    names.map(str::to_lowercase).all(|name| seen.insert(name))
}
