//! ODS, the open document format. Tables are database ranges of the format with a name and a row of headings; the titles of
//! sheets carry the style of a heading.

use std::collections::BTreeSet;
use std::io::{self, Cursor};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::archive::Archive;
use crate::render::spreadsheet::{
    COVER_WIDTH, FONT, HEADING_SIZE, SpreadsheetError, TEXT_SIZE, TITLE_SIZE, rows_above,
};
use crate::report::Align;
use crate::report::sheets::{LANGUAGE, LineStyle, SheetCell, SheetTable, Workbook, Worksheet};

/// What the file is. It stands first in the archive and as it is, so that programs know the file by its first bytes.
const MEDIA_TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const VERSION: &str = "1.3";

/// A letter of the text is so wide, in centimetres.
const LETTER_WIDTH: f64 = 0.225;

/// Names of the parts of the format.
const NAMESPACES: [(&str, &str); 10] = [
    ("xmlns:office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    ("xmlns:style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"),
    ("xmlns:text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ("xmlns:table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    ("xmlns:fo", "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"),
    ("xmlns:number", "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"),
    ("xmlns:meta", "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
    ("office:version", VERSION),
];

type Xml = Writer<Vec<u8>>;
type Written = io::Result<()>;
/// Writes one part of the file.
type WritePart = fn(&mut Xml, &Workbook) -> Written;

/// The bytes of a workbook.
pub(super) fn ods(workbook: &Workbook) -> Result<Vec<u8>, SpreadsheetError> {
    let parts: [(&'static str, WritePart); 4] =
        [("content.xml", content), ("styles.xml", styles), ("meta.xml", meta), ("META-INF/manifest.xml", manifest)];
    let mut archive = Archive::new(Cursor::new(Vec::new()), workbook.properties.published_on);
    archive.add_stored("mimetype", MEDIA_TYPE.as_bytes())?;
    for (part, write) in parts {
        let mut xml = Writer::new(Vec::new());
        let written = xml
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
            .and_then(|()| write(&mut xml, workbook));
        written.map_err(|source| SpreadsheetError::Part { part, source })?;
        archive.add(part, &xml.into_inner())?;
    }
    Ok(archive.finish()?.into_inner())
}

/// An element with others inside.
fn element<'a>(
    xml: &mut Xml,
    name: &'static str,
    attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
    inside: impl FnOnce(&mut Xml) -> Written,
) -> Written {
    xml.create_element(name).with_attributes(attributes).write_inner_content(inside).map(|_| ())
}

/// An element with nothing inside.
fn empty<'a>(xml: &mut Xml, name: &'static str, attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Written {
    xml.create_element(name).with_attributes(attributes).write_empty().map(|_| ())
}

/// An element with words inside.
fn words(xml: &mut Xml, name: &'static str, text: &str) -> Written {
    xml.create_element(name).write_text_content(BytesText::new(text)).map(|_| ())
}

fn manifest(xml: &mut Xml, _: &Workbook) -> Written {
    let namespace = ("xmlns:manifest", "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0");
    let entry = |xml: &mut Xml, path: &str, kind: &str| {
        let attributes = [("manifest:full-path", path), ("manifest:media-type", kind)];
        empty(xml, "manifest:file-entry", attributes)
    };
    element(xml, "manifest:manifest", [namespace, ("manifest:version", VERSION)], |xml| {
        entry(xml, "/", MEDIA_TYPE)?;
        ["content.xml", "styles.xml", "meta.xml"].into_iter().try_for_each(|part| entry(xml, part, "text/xml"))
    })
}

fn meta(xml: &mut Xml, workbook: &Workbook) -> Written {
    let properties = &workbook.properties;
    let date = format!("{}T00:00:00", properties.published_on);
    element(xml, "office:document-meta", NAMESPACES, |xml| {
        element(xml, "office:meta", [], |xml| {
            words(xml, "meta:generator", &properties.made_by)?;
            words(xml, "dc:title", &properties.title)?;
            words(xml, "dc:subject", &properties.subject)?;
            if let Some(publisher) = &properties.publisher {
                words(xml, "meta:initial-creator", publisher)?;
                words(xml, "dc:creator", publisher)?;
            }
            words(xml, "meta:creation-date", &date)?;
            words(xml, "dc:date", &date)?;
            words(xml, "dc:language", LANGUAGE)
        })
    })
}

/// The styles that have names for readers, and a sheet of paper without header and footer.
fn styles(xml: &mut Xml, _: &Workbook) -> Written {
    let (language, country) = LANGUAGE.split_once('-').unwrap_or((LANGUAGE, ""));
    let text_size = format!("{TEXT_SIZE}pt");
    element(xml, "office:document-styles", NAMESPACES, |xml| {
        element(xml, "office:font-face-decls", [], |xml| {
            empty(xml, "style:font-face", [("style:name", FONT), ("fo:font-family", FONT)])
        })?;
        element(xml, "office:styles", [], |xml| {
            let text = [
                ("style:font-name", FONT),
                ("fo:font-family", FONT),
                ("fo:font-size", &*text_size),
                ("fo:language", language),
                ("fo:country", country),
            ];
            element(xml, "style:default-style", [("style:family", "table-cell")], |xml| {
                empty(xml, "style:text-properties", text)
            })?;
            let default = [("style:name", "Default"), ("style:family", "table-cell")];
            element(xml, "style:style", default, |xml| empty(xml, "style:text-properties", text))?;
            named_heading(xml, "Heading_20_1", "Heading 1", TITLE_SIZE)?;
            named_heading(xml, "Heading_20_2", "Heading 2", HEADING_SIZE)
        })?;
        element(xml, "office:automatic-styles", [], |xml| {
            element(xml, "style:page-layout", [("style:name", "paper")], |xml| {
                empty(
                    xml,
                    "style:page-layout-properties",
                    [
                        ("fo:page-width", "29.7cm"),
                        ("fo:page-height", "21cm"),
                        ("style:print-orientation", "landscape"),
                        ("style:scale-to-X", "1"),
                        ("style:scale-to-Y", "0"),
                    ],
                )
            })
        })?;
        element(xml, "office:master-styles", [], |xml| {
            let page = [("style:name", "Default"), ("style:page-layout-name", "paper")];
            element(xml, "style:master-page", page, |xml| {
                empty(xml, "style:header", [("style:display", "false")])?;
                empty(xml, "style:footer", [("style:display", "false")])
            })
        })
    })
}

fn named_heading(xml: &mut Xml, name: &str, shown: &str, size: u8) -> Written {
    let size = format!("{size}pt");
    let style = [
        ("style:name", name),
        ("style:display-name", shown),
        ("style:family", "table-cell"),
        ("style:parent-style-name", "Default"),
    ];
    element(xml, "style:style", style, |xml| {
        empty(xml, "style:text-properties", [("fo:font-size", &*size), ("fo:font-weight", "bold")])
    })
}

/// Names of the styles that only the content uses.
const SHEET: &str = "sheet";
const ROW: &str = "row";
const READING: &str = "reading";
const AT_END: &str = "at-end";
const HEADING_AT_START: &str = "heading";
const HEADING_AT_END: &str = "heading-at-end";
const LINK: &str = "link";
const DATE: &str = "date";

fn number_style(decimals: u32) -> String {
    format!("number-{decimals}")
}

fn content(xml: &mut Xml, workbook: &Workbook) -> Written {
    element(xml, "office:document-content", NAMESPACES, |xml| {
        element(xml, "office:automatic-styles", [], |xml| content_styles(xml, workbook))?;
        element(xml, "office:body", [], |xml| {
            element(xml, "office:spreadsheet", [], |xml| {
                workbook.sheets.iter().try_for_each(|sheet| write_sheet(xml, sheet))?;
                element(xml, "table:database-ranges", [], |xml| {
                    workbook.sheets.iter().try_for_each(|sheet| range(xml, sheet))
                })
            })
        })
    })
}

/// Widths of columns in use, in letters.
fn widths(workbook: &Workbook) -> BTreeSet<usize> {
    let columns = workbook.sheets.iter().filter_map(|sheet| sheet.table.as_ref()).flat_map(|table| &table.columns);
    columns.map(|column| column.width).chain([COVER_WIDTH]).collect()
}

/// Decimals in use.
fn decimals(workbook: &Workbook) -> BTreeSet<u32> {
    let tables = workbook.sheets.iter().filter_map(|sheet| sheet.table.as_ref());
    let cells = tables.flat_map(|table| table.rows.iter().flatten());
    let used = cells.filter_map(|cell| match cell {
        SheetCell::Number(number) => Some(number.decimals),
        _ => None,
    });
    used.chain([0]).collect()
}

fn content_styles(xml: &mut Xml, workbook: &Workbook) -> Written {
    for letters in widths(workbook) {
        let (name, width) = (column_style(letters), column_width(letters));
        element(xml, "style:style", [("style:name", &*name), ("style:family", "table-column")], |xml| {
            empty(xml, "style:table-column-properties", [("style:column-width", &*width)])
        })?;
    }
    element(xml, "style:style", [("style:name", ROW), ("style:family", "table-row")], |xml| {
        empty(xml, "style:table-row-properties", [("style:use-optimal-row-height", "true")])
    })?;
    let sheet = [("style:name", SHEET), ("style:family", "table"), ("style:master-page-name", "Default")];
    element(xml, "style:style", sheet, |xml| empty(xml, "style:table-properties", [("table:display", "true")]))?;
    date_format(xml)?;
    let decimals = decimals(workbook);
    decimals.iter().try_for_each(|places| number_format(xml, *places))?;
    cell_style(xml, READING, None, Align::Start, &[])?;
    cell_style(xml, AT_END, None, Align::End, &[])?;
    cell_style(xml, HEADING_AT_START, None, Align::Start, &[("fo:font-weight", "bold")])?;
    cell_style(xml, HEADING_AT_END, None, Align::End, &[("fo:font-weight", "bold")])?;
    cell_style(xml, LINK, None, Align::Start, &[("style:text-underline-style", "solid")])?;
    cell_style(xml, DATE, Some("date-format"), Align::Start, &[])?;
    for places in decimals {
        let (name, format) = (number_style(places), format!("decimals-{places}"));
        cell_style(xml, &name, Some(&format), Align::End, &[])?;
    }
    Ok(())
}

fn date_format(xml: &mut Xml) -> Written {
    element(xml, "number:date-style", [("style:name", "date-format")], |xml| {
        empty(xml, "number:day", [])?;
        words(xml, "number:text", " ")?;
        empty(xml, "number:month", [("number:style", "long"), ("number:textual", "true")])?;
        words(xml, "number:text", " ")?;
        empty(xml, "number:year", [("number:style", "long")])
    })
}

fn number_format(xml: &mut Xml, places: u32) -> Written {
    let (name, places) = (format!("decimals-{places}"), places.to_string());
    element(xml, "number:number-style", [("style:name", &*name)], |xml| {
        let number = [
            ("number:decimal-places", &*places),
            ("number:min-decimal-places", &*places),
            ("number:min-integer-digits", "1"),
            ("number:grouping", "true"),
        ];
        empty(xml, "number:number", number)
    })
}

fn cell_style(xml: &mut Xml, name: &str, format: Option<&str>, align: Align, text: &[(&str, &str)]) -> Written {
    let style = [("style:name", name), ("style:family", "table-cell"), ("style:parent-style-name", "Default")];
    let format = format.map(|format| ("style:data-style-name", format));
    element(xml, "style:style", style.into_iter().chain(format), |xml| {
        let cell = [("fo:wrap-option", "wrap"), ("style:vertical-align", "top")];
        empty(xml, "style:table-cell-properties", cell)?;
        let side = match align {
            Align::Start => "start",
            Align::End => "end",
        };
        empty(xml, "style:paragraph-properties", [("fo:text-align", side)])?;
        if text.is_empty() { Ok(()) } else { empty(xml, "style:text-properties", text.iter().copied()) }
    })
}

fn column_style(letters: usize) -> String {
    format!("column-{letters}")
}

fn column_width(letters: usize) -> String {
    let letters = f64::from(u16::try_from(letters).unwrap_or(u16::MAX));
    format!("{:.2}cm", letters * LETTER_WIDTH)
}

fn write_sheet(xml: &mut Xml, sheet: &Worksheet) -> Written {
    element(xml, "table:table", [("table:name", &*sheet.name), ("table:style-name", SHEET)], |xml| {
        let widths: Vec<usize> = match &sheet.table {
            Some(table) => table.columns.iter().map(|column| column.width).collect(),
            None => vec![COVER_WIDTH],
        };
        for letters in widths {
            empty(xml, "table:table-column", [("table:style-name", &*column_style(letters))])?;
        }
        for line in &sheet.lines {
            let style = match line.style {
                LineStyle::Title => "Heading_20_1",
                LineStyle::Heading => "Heading_20_2",
                LineStyle::Text if sheet.table.is_none() => READING,
                // Words above a table run on over its columns.
                LineStyle::Text => "Default",
            };
            row(xml, |xml| text_cell(xml, style, &line.text))?;
        }
        sheet.table.as_ref().map_or(Ok(()), |table| write_table(xml, table))
    })
}

fn row(xml: &mut Xml, cells: impl FnOnce(&mut Xml) -> Written) -> Written {
    element(xml, "table:table-row", [("table:style-name", ROW)], cells)
}

fn write_table(xml: &mut Xml, table: &SheetTable) -> Written {
    element(xml, "table:table-header-rows", [], |xml| {
        row(xml, |xml| {
            table.columns.iter().try_for_each(|column| {
                let style = match column.align {
                    Align::Start => HEADING_AT_START,
                    Align::End => HEADING_AT_END,
                };
                text_cell(xml, style, &column.heading)
            })
        })
    })?;
    table.rows.iter().try_for_each(|cells| {
        row(xml, |xml| {
            cells.iter().zip(&table.columns).try_for_each(|(cell, column)| write_cell(xml, cell, column.align))
        })
    })
}

fn write_cell(xml: &mut Xml, cell: &SheetCell, align: Align) -> Written {
    match cell {
        SheetCell::Number(number) => {
            number_cell(xml, (&number_style(number.decimals), &number.value.to_string()), &cell.text())
        }
        SheetCell::Count(count) => number_cell(xml, (&number_style(0), &count.to_string()), &cell.text()),
        SheetCell::Date(date) => {
            let date = date.to_string();
            let attributes = [("table:style-name", DATE), ("office:value-type", "date"), ("office:date-value", &*date)];
            element(xml, "table:table-cell", attributes, |xml| paragraphs(xml, &cell.text()))
        }
        SheetCell::Text(text) => {
            let style = match align {
                Align::Start => READING,
                Align::End => AT_END,
            };
            text_cell(xml, style, text)
        }
        SheetCell::Sheet(name) => {
            let address = format!("#'{name}'.A1");
            let attributes = [("table:style-name", LINK), ("office:value-type", "string")];
            element(xml, "table:table-cell", attributes, |xml| {
                element(xml, "text:p", [], |xml| {
                    let link = [("xlink:href", &*address), ("xlink:type", "simple")];
                    element(xml, "text:a", link, |xml| xml.write_event(Event::Text(BytesText::new(name))))
                })
            })
        }
    }
}

fn number_cell(xml: &mut Xml, (style, value): (&str, &str), text: &str) -> Written {
    let attributes = [("table:style-name", style), ("office:value-type", "float"), ("office:value", value)];
    element(xml, "table:table-cell", attributes, |xml| paragraphs(xml, text))
}

fn text_cell(xml: &mut Xml, style: &str, text: &str) -> Written {
    let attributes = [("table:style-name", style), ("office:value-type", "string")];
    element(xml, "table:table-cell", attributes, |xml| paragraphs(xml, text))
}

/// A paragraph for each line. Several spaces in a row, and those at the ends of a line, are elements of the format.
fn paragraphs(xml: &mut Xml, text: &str) -> Written {
    text.split('\n').try_for_each(|line| {
        element(xml, "text:p", [], |xml| {
            let mut words = String::new();
            let mut before = ' ';
            let mut letters = line.chars().peekable();
            while let Some(letter) = letters.next() {
                let is_inside = before != ' ' && letters.peek().is_some_and(|next| *next != ' ');
                if letter == ' ' && !is_inside {
                    write_words(xml, &mut words)?;
                    empty(xml, "text:s", [])?;
                } else {
                    words.push(letter);
                }
                before = letter;
            }
            write_words(xml, &mut words)
        })
    })
}

fn write_words(xml: &mut Xml, words: &mut String) -> Written {
    if words.is_empty() {
        return Ok(());
    }
    let text = std::mem::take(words);
    xml.write_event(Event::Text(BytesText::new(&text)))
}

/// The range of the table of a sheet, with its name.
fn range(xml: &mut Xml, sheet: &Worksheet) -> Written {
    let Some(table) = &sheet.table else { return Ok(()) };
    let (first, last) = (rows_above(sheet) + 1, rows_above(sheet) + 1 + table.rows.len());
    let column = column_letters(table.columns.len());
    let address = format!("'{name}'.A{first}:'{name}'.{column}{last}", name = sheet.name);
    let attributes = [
        ("table:name", &*table.name),
        ("table:target-range-address", &*address),
        ("table:contains-header", "true"),
        ("table:display-filter-buttons", "false"),
    ];
    empty(xml, "table:database-range", attributes)
}

/// The letters of a column that counts from 1: A, Z, AA.
fn column_letters(number: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = number;
    while rest > 0 {
        let place = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + place));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let letters = [1, 26, 27, 52, 702, 703, 16_384].map(column_letters);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn spaces_are_kept() {
        let written = |text: &str| {
            let mut xml = Writer::new(Vec::new());
            paragraphs(&mut xml, text).unwrap();
            String::from_utf8(xml.into_inner()).unwrap()
        };
        assert_eq!(written("a b c"), "<text:p>a b c</text:p>");
        assert_eq!(written("a\nb"), "<text:p>a</text:p><text:p>b</text:p>");
        assert_eq!(written("a  b"), "<text:p>a<text:s/><text:s/>b</text:p>");
        assert_eq!(written(" a "), "<text:p><text:s/>a<text:s/></text:p>");
        assert_eq!(written(""), "<text:p></text:p>");
        assert_eq!(written("<&>"), "<text:p>&lt;&amp;&gt;</text:p>");
    }
}
