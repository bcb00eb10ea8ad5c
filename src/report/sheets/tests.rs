//! Spreadsheets of the invented release: their form, what each reader may know, and what happens at the limits of the formats.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::assemble::are_unique;
use super::notes::SheetNote;
use super::workbook::CUT;
use super::*;
use crate::definitions::layout::FIRST_SHEETS;
use crate::report::page::cell::Cell;
use crate::report::sample;
use crate::vocabulary::quantity::Unit;
use crate::vocabulary::shorthand::Shorthand;

/// The spreadsheet of every edition, with the folder of the edition.
fn workbooks(limits: SheetLimits) -> Vec<(String, Workbook)> {
    let (release, public, layouts) = (sample::release(), sample::public_release(), sample::layouts());
    let [facts, public] = [&release, &public].map(|release| Facts::new(release, &layouts));
    let copies = BTreeSet::new();
    let editions = Edition::all(&facts, Some(&public), &copies);
    editions.iter().map(|edition| (edition.folder(), build_workbook(edition, limits).unwrap())).collect()
}

fn workbook_of(folder: &str) -> Workbook {
    let mut all = workbooks(SheetLimits::OF_FORMATS).into_iter();
    all.find(|(found, _)| found == folder).unwrap().1
}

/// Everything that is read in a spreadsheet.
fn texts(workbook: &Workbook) -> Vec<String> {
    let mut texts = Vec::new();
    for sheet in &workbook.sheets {
        texts.extend(sheet.lines.iter().map(|line| line.text.clone()));
        if let Some(table) = &sheet.table {
            texts.extend(table.columns.iter().map(|column| column.heading.clone()));
            texts.extend(table.rows.iter().flatten().map(SheetCell::text));
        }
    }
    texts
}

/// The cells of a column.
fn column<'w>(workbook: &'w Workbook, sheet: &str, heading: &str) -> Vec<&'w SheetCell> {
    let sheet = workbook.sheets.iter().find(|one| one.name == sheet).unwrap();
    let table = sheet.table.as_ref().unwrap();
    let is_it = |column: &&SheetColumn| column.heading.split('\n').next() == Some(heading);
    let place = table.columns.iter().position(|column| is_it(&column)).unwrap_or_else(|| panic!("no column {heading}"));
    table.rows.iter().map(|row| &row[place]).collect()
}

#[test]
fn every_sheet_has_the_form_that_readers_know() {
    let all = workbooks(SheetLimits::OF_FORMATS);
    assert!(all.len() > 20, "{} spreadsheets", all.len());
    for (folder, workbook) in &all {
        let names: Vec<&str> = workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names[..3], FIRST_SHEETS, "{folder}");
        assert!(names.len() > 4 && are_unique(names.iter().copied()), "{folder}: {names:?}");
        let tables = || workbook.sheets.iter().filter_map(|sheet| sheet.table.as_ref());
        assert!(are_unique(tables().map(|table| table.name.as_str())), "{folder}");
        for sheet in &workbook.sheets {
            let place = format!("{folder}, {}", sheet.name);
            assert!((1..=31).contains(&sheet.name.len()), "{place}");
            assert_eq!(sheet.lines[0].style, LineStyle::Title, "{place}");
            let titles = sheet.lines.iter().filter(|line| line.style == LineStyle::Title).count();
            assert_eq!(titles, 1, "{place}");
            assert!(sheet.lines.iter().all(|line| !line.text.is_empty() && !line.text.contains('{')), "{place}");
            let Some(table) = &sheet.table else {
                assert_eq!(sheet.name, FIRST_SHEETS[0]);
                continue;
            };
            assert!(sheet.lines[1].text.starts_with("This worksheet contains one table."), "{place}");
            assert!(are_unique(table.columns.iter().map(|column| column.heading.as_str())), "{place}");
            assert!(table.columns.iter().all(|column| !column.heading.is_empty()), "{place}");
            assert!(!table.rows.is_empty(), "{place} is blank");
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{place}");
                assert!(row.iter().all(|cell| !cell.is_empty()), "{place} has an empty cell: {row:?}");
            }
        }
    }
}

#[test]
fn notes_are_there_exactly_where_something_refers_to_them() {
    for (folder, workbook) in workbooks(SheetLimits::OF_FORMATS) {
        let defined: BTreeSet<String> =
            column(&workbook, "Notes", "Note number").into_iter().map(SheetCell::text).collect();
        let mut used = BTreeSet::new();
        for sheet in workbook.sheets.iter().filter(|sheet| sheet.name != "Notes") {
            let columns = sheet.table.iter().flat_map(|table| &table.columns).map(|column| &column.heading);
            let own: BTreeSet<String> = columns
                .chain(sheet.lines.iter().map(|line| &line.text))
                .flat_map(|text| text.split('[').skip(1))
                .filter_map(|rest| rest.split(']').next().filter(|words| words.starts_with("note ")))
                .map(|words| format!("[{words}]"))
                .collect();
            if sheet.table.is_some() {
                let says = sheet.lines[1].text.ends_with("which can be found on the notes worksheet.");
                assert_eq!(says, !own.is_empty(), "{folder}, {}", sheet.name);
            }
            used.extend(own);
        }
        assert_eq!(defined, used, "{folder}");
    }
}

#[test]
fn shorthand_is_explained_exactly_where_it_is_used() {
    for (folder, workbook) in workbooks(SheetLimits::OF_FORMATS) {
        for sheet in &workbook.sheets {
            let Some(table) = &sheet.table else { continue };
            let texts: Vec<String> = table.rows.iter().flatten().map(SheetCell::text).collect();
            let explained: Vec<&str> = sheet
                .lines
                .iter()
                .map(|line| line.text.as_str())
                .filter(|text| text.starts_with("Some shorthand"))
                .collect();
            for shorthand in Shorthand::ALL {
                let of_headings = table.columns.iter().any(|column| column.heading.contains(shorthand.as_str()));
                let is_used = of_headings || texts.iter().any(|text| text.contains(shorthand.as_str()));
                let is_explained = explained.iter().any(|line| line.contains(shorthand.as_str()));
                assert_eq!(is_used, is_explained, "{folder}, {}: {shorthand}", sheet.name);
            }
            assert!(explained.len() < 2);
        }
    }
}

#[test]
fn a_spreadsheet_about_one_force_names_no_other() {
    for folder in ["forces/E01", "inspection/E01"] {
        let all = texts(&workbook_of(folder)).join("\n");
        assert!(all.contains("Ashdown & <Vale>"), "{folder}");
        for other in sample::UNRELATED_FORCE_TEXTS {
            assert!(!all.contains(other), "{folder} holds “{other}”");
        }
    }
    let codes = column(&workbook_of("national"), "CRE-01", "Code").len();
    assert!(codes > 14, "the nation, regions and forces: {codes}");
}

#[test]
fn no_spreadsheet_for_everybody_holds_what_is_withheld() {
    let public = workbook_of("public");
    for number in sample::WITHHELD_NUMBERS {
        assert!(texts(&public).iter().all(|text| !text.contains(number)), "{number}");
    }
    let national = workbook_of("national");
    let withheld = [&public, &national].map(|workbook| texts(workbook).iter().filter(|text| *text == "[c]").count());
    assert!(withheld[0] > 0 && withheld[1] > 0, "{withheld:?}");
    let names: Vec<&str> = public.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert!(!names.contains(&"Findings") && !names.contains(&"Attention"), "{names:?}");
}

#[test]
fn a_number_is_shown_as_on_pages_and_never_as_what_it_is_not() {
    let shown = |cell: Cell| SheetCell::of(&cell).text();
    let percent = |text: &str, value| Cell::shown(text.to_owned(), value, Unit::Percent);
    assert_eq!(shown(percent("83.9", 83.94)), "83.9");
    assert_eq!(shown(percent("−6.3", -6.31)), "-6.3");
    assert_eq!(shown(percent("+2.3 points", 2.3)), "2.3");
    assert_eq!(shown(percent("0", 0.0)), "0.0");
    assert_eq!(shown(percent("50.2", 50.15)), "50.2");
    // A share that falls short of its end, and one that is more than nothing.
    assert_eq!(shown(percent("99.9", 99.96)), "99.96");
    assert_eq!(shown(percent("99.9", 99.99996)), "99.99996");
    assert_eq!(shown(percent("[low]", 0.04)), "0.04");
    assert_eq!(shown(percent("less than −0.1", -0.0312)), "-0.03");
    // Finer than any cell shows.
    assert_eq!(shown(percent("[low]", 0.000_000_1)), "[low]");
    assert_eq!(shown(percent("no number", f64::NAN)), "no number");
    assert_eq!(shown(Cell::number(12_345.4, Unit::Hours)), "12,345");
    assert_eq!(shown(Cell::count(-1_234_i64)), "-1,234");
    assert_eq!(shown(Cell::count(10_i64)), "10");
    let grade = Cell::shown("Reasonable".to_owned(), 3.0, Unit::Grade);
    assert_eq!(SheetCell::of(&grade), SheetCell::Text("Reasonable".to_owned()));
    let great = i64::MAX;
    assert_eq!(SheetCell::of(&Cell::count(great)), SheetCell::Text("9,223,372,036,854,775,807".to_owned()));
    let day: NaiveDate = "2026-11-28".parse().unwrap();
    assert_eq!(SheetCell::of(&Cell::date(day)).text(), "28 November 2026");
    assert_eq!(SheetCell::of(&Cell::absent(Shorthand::NotAvailable)), SheetCell::Text("[x]".to_owned()));
}

#[test]
fn text_from_data_stays_text_in_one_line() {
    let text = |text: &str| match SheetCell::of(&Cell::new(text)) {
        SheetCell::Text(text) => text,
        other => panic!("{other:?}"),
    };
    for formula in ["=1+1", "+A1", "@SUM(A1)", "-2", "=HYPERLINK(\"http://x\")"] {
        assert_eq!(text(formula), formula);
    }
    assert_eq!(text("a\nb\tc\rd"), "a b c d");
    assert_eq!(text("a\u{0}b\u{1b}c\u{fffe}d"), "a\u{fffd}b\u{fffd}c\u{fffd}d");
    // What turns the direction of words says something in names of some languages, and a cell is a world of its own.
    assert_eq!(text("\u{202e}abc\u{200f}"), "\u{202e}abc\u{200f}");
}

#[test]
fn what_does_not_fit_is_left_out_and_the_sheet_says_so() {
    let limits = SheetLimits { rows: 12, letters: 40 };
    let (_, workbook) = workbooks(limits).into_iter().find(|(folder, _)| folder == "national").unwrap();
    let sheet = workbook.sheets.iter().find(|sheet| sheet.name == "CRE-01").unwrap();
    let table = sheet.table.as_ref().unwrap();
    assert_eq!(sheet.lines.len() + 1 + table.rows.len(), limits.rows);
    let said = &sheet.lines.last().unwrap().text;
    let whole = column(&workbook_of("national"), "CRE-01", "Code").len();
    let left_out = whole - table.rows.len();
    assert!(left_out > 0);
    assert!(said.to_lowercase().starts_with(&crate::report::words::number_words(left_out)), "{said}");
    assert!(
        said.contains("rows are left out. The table observations of the results of the release has all of it. [note "),
        "{said}"
    );
    let note = SheetNote::TooLarge(limits).text();
    assert!(note.contains("room for 12 rows, and a cell for 40 letters"), "{note}");
    assert!(texts(&workbook).contains(&note));
    for table in workbook.sheets.iter().skip(3).filter_map(|sheet| sheet.table.as_ref()) {
        for cell in table.rows.iter().flatten() {
            assert!(cell.text().encode_utf16().count() <= limits.letters, "{cell:?}");
        }
    }
    let definitions = workbook.sheets.iter().find(|sheet| sheet.name == "Definitions").unwrap();
    let is_cut = |line: &SheetLine| {
        line.text.contains(
            "texts are longer than a cell has room for and end with […]. The pages of the report have all of it.",
        )
    };
    assert!(definitions.lines.iter().any(is_cut), "{:?}", definitions.lines);
    assert!(column(&workbook, "Definitions", "Definition").iter().any(|cell| cell.text().ends_with(CUT)));
    // Nothing is said where everything fits.
    let whole = texts(&workbook_of("national"));
    assert!(whole.iter().all(|text| !text.contains("left out.") && !text.ends_with(CUT)));
}
