//! The sheets with which every spreadsheet begins: the cover, the table of contents and the notes.

use crate::definitions::blocks::BlockName;
use crate::definitions::layout::FIRST_SHEETS;
use crate::report::edition::Edition;
use crate::report::edition::frame::{notice, release_facts};
use crate::report::page::table::Align;
use crate::report::sheets::form::{opening, table_name, width};
use crate::report::sheets::notes::UsedNotes;
use crate::report::sheets::workbook::{SheetCell, SheetColumn, SheetLine, SheetTable, Worksheet, one_line};

/// What stands where the data are made up.
const SYNTHETIC: &str =
    "Synthetic data. Every figure in this file was made up by a program. None describes a real organisation.";

/// The name of the spreadsheet: the report, the organisation that it is about, and the period.
pub(super) fn cover_title(edition: &Edition<'_>) -> String {
    let period = edition.facts.release.period.words_with_short_name();
    let title = &edition.layout.title;
    let title = match edition.organisation() {
        Some(body) => format!("{title}, {}, {period}", body.name),
        None => format!("{title}, {period}"),
    };
    one_line(&title)
}

/// What stands above every table: the marking, that the data are made up, and what is withheld or whom the edition is for.
pub(super) fn above_tables(edition: &Edition<'_>) -> Vec<String> {
    let release = edition.facts.release;
    let marking = release.publication.marking.as_ref().map(|marking| format!("Marking: {marking}"));
    let synthetic = release.synthetic.then(|| SYNTHETIC.to_owned());
    let notice = notice(edition.facts, edition.layout.audience, edition.organisation());
    [marking, synthetic, notice].into_iter().flatten().collect()
}

/// What the spreadsheet is, what holds for all its tables, the dates of the release, and where to read more.
pub(super) fn cover(edition: &Edition<'_>) -> Worksheet {
    let facts = edition.facts;
    let mut lines = vec![SheetLine::title(cover_title(edition)), SheetLine::text(one_line(&edition.layout.summary))];
    lines.extend(above_tables(edition).iter().map(|line| SheetLine::text(one_line(line))));
    lines.push(SheetLine::heading("About the tables"));
    lines.extend(ABOUT_TABLES.map(SheetLine::text));
    lines.push(SheetLine::heading("About the release"));
    // The marking stands above.
    let release = release_facts(facts).into_iter().filter(|fact| fact.term != "Marking");
    lines.extend(release.map(|fact| SheetLine::text(one_line(&format!("{}: {}", fact.term, fact.text.plain())))));
    lines.push(SheetLine::heading("Where to read more"));
    let pages = [
        (Some("index.html".to_owned()), "The pages of this report begin with"),
        (page_with(edition, &[BlockName::Method, BlockName::About]), "Method, settings and revisions:"),
        (page_with(edition, &[BlockName::MetricDictionary]), "What each metric measures:"),
        (page_with(edition, &[BlockName::Glossary]), "Glossary:"),
    ];
    let page = |(path, what): (Option<String>, &str)| {
        path.map(|path| SheetLine::text(format!("{what} {path}, in the folder of this file")))
    };
    lines.extend(pages.into_iter().filter_map(page));
    Worksheet { name: FIRST_SHEETS[0].to_owned(), lines, table: None }
}

/// What holds for all tables.
const ABOUT_TABLES: [&str; 4] = [
    "Each worksheet after the notes has one table, with one thing in each column.",
    "Numbers are rounded where they are shown. The cells hold them to six decimals.",
    "Shorthand in square brackets stands where there is no value. Each worksheet explains the shorthand that it uses.",
    "Codes of metrics, organisations and periods are those of the results of the release.",
];

fn page_with(edition: &Edition<'_>, blocks: &[BlockName]) -> Option<String> {
    blocks.iter().find_map(|block| edition.page_with(*block)).map(|address| address.page)
}

/// Every sheet with its title.
pub(super) fn contents(sheets: impl Iterator<Item = (String, String)>) -> Worksheet {
    let rows = sheets.map(|(name, title)| vec![SheetCell::Sheet(name), SheetCell::Text(title)]).collect();
    let lines = vec![SheetLine::title("Table of contents"), SheetLine::text(opening(false))];
    words_sheet(FIRST_SHEETS[1], lines, ["Worksheet", "Title"], rows)
}

/// The notes that something refers to; `None` where nothing does.
pub(super) fn notes_sheet(notes: &UsedNotes) -> Option<Worksheet> {
    let row = |(reference, text): (String, String)| vec![SheetCell::Text(reference), SheetCell::Text(text)];
    let rows: Vec<Vec<SheetCell>> = notes.all().into_iter().map(row).collect();
    let lines = vec![SheetLine::title("Notes"), SheetLine::text(opening(false))];
    (!rows.is_empty()).then(|| words_sheet(FIRST_SHEETS[2], lines, ["Note number", "Note text"], rows))
}

fn words_sheet(name: &str, lines: Vec<SheetLine>, headings: [&str; 2], rows: Vec<Vec<SheetCell>>) -> Worksheet {
    let column = |(place, heading): (usize, &str)| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.text().chars().count());
        let width = match place {
            0 => width(Align::Start, heading, cells.max().unwrap_or_default()),
            _ => READING_WIDTH,
        };
        SheetColumn { heading: heading.to_owned(), align: Align::Start, width }
    };
    let columns = headings.into_iter().enumerate().map(column).collect();
    Worksheet { name: name.to_owned(), lines, table: Some(SheetTable { name: table_name(name), columns, rows }) }
}

/// Sentences are read at this width, in letters.
const READING_WIDTH: usize = 90;
