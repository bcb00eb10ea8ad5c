//! Files against the value they are made from, read by a library that wrote neither of them.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, DataType as _, Ods, Range, Reader, Xlsx};

use super::*;
use crate::report::sheets::{
    LineStyle, SheetCell, SheetColumn, SheetLimits, SheetLine, SheetTable, ShownNumber, WorkbookProperties, Worksheet,
    build_workbook,
};
use crate::report::{Align, Edition, Facts, sample};

const FORMATS: [SpreadsheetFormat; 2] = [SpreadsheetFormat::Ods, SpreadsheetFormat::Xlsx];

/// Every sheet of a file by its name.
fn sheets(bytes: &[u8], format: SpreadsheetFormat) -> Vec<(String, Range<Data>)> {
    let cursor = Cursor::new(bytes.to_vec());
    match format {
        SpreadsheetFormat::Ods => in_order(Ods::new(cursor).unwrap()),
        SpreadsheetFormat::Xlsx => in_order(Xlsx::new(cursor).unwrap()),
    }
}

fn in_order<B: Reader<Cursor<Vec<u8>>>>(mut book: B) -> Vec<(String, Range<Data>)> {
    let names = book.sheet_names();
    let range = |name: String| {
        let cells = book.worksheet_range(&name).unwrap_or_else(|_| panic!("{name} cannot be read"));
        (name, cells)
    };
    names.into_iter().map(range).collect()
}

/// What a cell of a file must hold.
fn assert_holds(found: Option<&Data>, cell: &SheetCell, place: &str) {
    let found = found.unwrap_or_else(|| panic!("{place} is not there"));
    match cell {
        SheetCell::Number(number) => assert_eq!(found.as_f64(), Some(number.value), "{place}: {found:?}"),
        #[expect(clippy::cast_precision_loss, reason = "larger counts are text")]
        SheetCell::Count(count) => assert_eq!(found.as_f64(), Some(*count as f64), "{place}: {found:?}"),
        SheetCell::Date(date) => {
            assert!(found.is_datetime() || found.is_datetime_iso(), "{place}: {found:?}");
            let days = match found {
                Data::DateTimeIso(iso) => iso.clone(),
                Data::DateTime(at) => {
                    let from = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
                    #[expect(clippy::cast_possible_truncation, reason = "a day")]
                    let days = at.as_f64() as i64;
                    (from + chrono::Duration::days(days)).to_string()
                }
                other => panic!("{place}: {other:?}"),
            };
            assert_eq!(days, date.to_string(), "{place}");
        }
        SheetCell::Text(text) | SheetCell::Sheet(text) => {
            assert_eq!(found.get_string(), Some(text.as_str()), "{place}: {found:?}");
        }
    }
}

fn assert_is(bytes: &[u8], format: SpreadsheetFormat, workbook: &Workbook) {
    let found = sheets(bytes, format);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>());
    for ((name, cells), sheet) in found.iter().zip(&workbook.sheets) {
        let at = |row: usize, column: usize| cells.get_value((row.try_into().unwrap(), column.try_into().unwrap()));
        for (row, line) in sheet.lines.iter().enumerate() {
            assert_holds(at(row, 0), &SheetCell::Text(line.text.clone()), &format!("{name}, line {row}"));
        }
        let Some(table) = &sheet.table else { continue };
        for (column, heading) in table.columns.iter().enumerate() {
            assert_holds(at(sheet.lines.len(), column), &SheetCell::Text(heading.heading.clone()), name);
        }
        for (row, own) in table.rows.iter().enumerate() {
            for (column, cell) in own.iter().enumerate() {
                let place = format!("{format:?}, {name}, row {row}, column {column}");
                assert_holds(at(sheet.lines.len() + 1 + row, column), cell, &place);
            }
        }
        assert_eq!(cells.height(), sheet.lines.len() + 1 + table.rows.len(), "{name}: nothing stands below the table");
        assert_eq!(cells.width(), table.columns.len(), "{name}: nothing stands beside the table");
    }
}

#[test]
fn files_hold_what_the_spreadsheet_holds_and_are_the_same_twice() {
    let (release, public, layouts) = (sample::release(), sample::public_release(), sample::layouts());
    let [facts, public] = [&release, &public].map(|release| Facts::new(release, &layouts));
    let copies = BTreeSet::new();
    let editions = Edition::all(&facts, Some(&public), &copies);
    let chosen = ["national", "trends", "forces/E01", "inspection", "inspection/E05", "public"];
    let mut seen = 0;
    for edition in editions.iter().filter(|edition| chosen.contains(&&*edition.folder())) {
        let workbook = build_workbook(edition, SheetLimits::OF_FORMATS).unwrap();
        for format in FORMATS {
            let bytes = spreadsheet(&workbook, format).unwrap();
            assert!(bytes == spreadsheet(&workbook, format).unwrap(), "{format:?}");
            assert_is(&bytes, format, &workbook);
        }
        seen += 1;
    }
    assert_eq!(seen, chosen.len());
}

/// A spreadsheet of one table with one column of texts.
fn of_texts(texts: &[&str]) -> Workbook {
    let column = SheetColumn { heading: "A\n[note 1]".to_owned(), align: Align::Start, width: 10 };
    let number = |value, decimals| SheetCell::Number(ShownNumber { value, decimals });
    let numbers = SheetColumn { heading: "B (%)".to_owned(), align: Align::End, width: 10 };
    let rows = texts
        .iter()
        .zip(0_u32..)
        .map(|(text, at)| vec![SheetCell::Text((*text).to_owned()), number(f64::from(at) - 1.123_456, at % 7)]);
    let table = SheetTable { name: "table_a".to_owned(), columns: vec![column, numbers], rows: rows.collect() };
    let line = SheetLine { style: LineStyle::Title, text: "=1+1 & <b>".to_owned() };
    Workbook {
        properties: WorkbookProperties {
            title: "T & <t>".to_owned(),
            subject: "S".to_owned(),
            publisher: None,
            published_on: "2026-11-28".parse().unwrap(),
            made_by: "leds-metrics 0".to_owned(),
        },
        sheets: vec![Worksheet { name: "A-1".to_owned(), lines: vec![line], table: Some(table) }],
    }
}

#[test]
fn hostile_texts_come_back_as_they_were_written() {
    let long = "x".repeat(500);
    let longest = "é".repeat(SheetLimits::OF_FORMATS.letters);
    let texts = [
        "=HYPERLINK(\"http://example.org\",\"a\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "'",
        "''=1",
        "_x0041_",
        "a  b",
        " a ",
        "&amp;",
        "<script>",
        "]]>",
        "\u{202e}abc\u{200f}",
        "\u{fffd}",
        "[c]",
        "1,234",
        "28 November 2026",
        "TRUE",
        "🙂",
        &long,
        &longest,
    ];
    let workbook = of_texts(&texts);
    for format in FORMATS {
        assert_is(&spreadsheet(&workbook, format).unwrap(), format, &workbook);
    }
}

#[test]
fn a_date_that_a_format_does_not_have_is_a_text() {
    let mut workbook = of_texts(&["a"]);
    let table = workbook.sheets[0].table.as_mut().unwrap();
    table.rows[0][0] = SheetCell::Date("1829-09-29".parse().unwrap());
    let found = sheets(&spreadsheet(&workbook, SpreadsheetFormat::Xlsx).unwrap(), SpreadsheetFormat::Xlsx);
    assert_eq!(found[0].1.get_value((2, 0)), Some(&Data::String("29 September 1829".to_owned())));
}
