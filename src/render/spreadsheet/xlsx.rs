//! XLSX. Tables are tables of the format, with a row of headings, a name, and neither style nor filter.

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Table, TableColumn, TableStyle, Url, Workbook as XlsxWorkbook,
    Worksheet as XlsxWorksheet, XlsxError,
};

use crate::archive;
use crate::render::spreadsheet::{
    COVER_WIDTH, FONT, HEADING_SIZE, SpreadsheetError, TEXT_SIZE, TITLE_SIZE, rows_above,
};
use crate::report::sheets::{LANGUAGE, LineStyle, SheetCell, SheetTable, Workbook, Worksheet};
use crate::report::{Align, sheets};

/// Where the properties of a workbook stand in its file.
const PROPERTIES: &str = "docProps/core.xml";
/// The end of the properties.
const END_OF_PROPERTIES: &str = "</cp:coreProperties>";
/// A4.
const PAPER: u8 = 9;
/// The height of a row of text in px, and the width of a column, as the library asks for them together.
const ROW_HEIGHT: u32 = 21;
const COLUMN_WIDTH: u32 = 64;

/// The bytes of a workbook.
pub(super) fn xlsx(workbook: &Workbook) -> Result<Vec<u8>, SpreadsheetError> {
    let mut file = XlsxWorkbook::new();
    let looks = Looks::new();
    file.set_default_format(&looks.text, ROW_HEIGHT, COLUMN_WIDTH).map_err(SpreadsheetError::Workbook)?;
    file.set_properties(&properties(workbook).map_err(SpreadsheetError::Workbook)?);
    for sheet in &workbook.sheets {
        let failed = |source| SpreadsheetError::Worksheet { sheet: sheet.name.clone(), source };
        write_sheet(file.add_worksheet(), sheet, &looks).map_err(failed)?;
    }
    let bytes = file.save_to_buffer().map_err(SpreadsheetError::Workbook)?;
    // The library knows no language of a document.
    let language = format!("<dc:language>{LANGUAGE}</dc:language>{END_OF_PROPERTIES}");
    Ok(archive::with_text_changed(&bytes, PROPERTIES, |text| text.replace(END_OF_PROPERTIES, &language))?)
}

fn properties(workbook: &Workbook) -> Result<DocProperties, XlsxError> {
    let sheets::WorkbookProperties { title, subject, publisher, published_on, made_by } = &workbook.properties;
    let properties = DocProperties::new()
        .set_title(title)
        .set_subject(subject)
        .set_author(publisher.as_deref().unwrap_or_default())
        .set_comment(format!("Made by {made_by}"));
    Ok(properties.set_creation_datetime(&date(*published_on)?))
}

/// A day of the years 1900 to 9999, which the format has.
fn date(date: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or_default(), part(date.month()), part(date.day()))
}

/// How cells look. Colours are left to the program.
struct Looks {
    text: Format,
    title: Format,
    heading: Format,
    reading: Format,
    link: Format,
    date: Format,
    count: Format,
}

impl Looks {
    fn new() -> Self {
        let text = Format::new().set_font_name(FONT).set_font_size(TEXT_SIZE);
        let wrapped = text.clone().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            title: text.clone().set_bold().set_font_size(TITLE_SIZE),
            heading: text.clone().set_bold().set_font_size(HEADING_SIZE),
            link: wrapped.clone().set_underline(rust_xlsxwriter::FormatUnderline::Single),
            date: wrapped.clone().set_align(FormatAlign::Left).set_num_format("d mmmm yyyy"),
            count: wrapped.clone().set_align(FormatAlign::Right).set_num_format("#,##0"),
            reading: wrapped,
            text,
        }
    }

    /// A number with so many decimals.
    fn number(&self, decimals: u32) -> Format {
        let places = "0".repeat(usize::try_from(decimals).unwrap_or_default());
        let code = if places.is_empty() { "#,##0".to_owned() } else { format!("#,##0.{places}") };
        self.count.clone().set_num_format(code)
    }

    fn column_heading(&self, align: Align) -> Format {
        self.aligned(align).set_bold()
    }

    fn aligned(&self, align: Align) -> Format {
        match align {
            Align::Start => self.reading.clone(),
            Align::End => self.reading.clone().set_align(FormatAlign::Right),
        }
    }
}

fn write_sheet(worksheet: &mut XlsxWorksheet, sheet: &Worksheet, looks: &Looks) -> Result<(), XlsxError> {
    worksheet.set_name(&sheet.name)?;
    worksheet.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0);
    for (row, line) in (0..).zip(&sheet.lines) {
        let look = match line.style {
            LineStyle::Title => &looks.title,
            LineStyle::Heading => &looks.heading,
            LineStyle::Text if sheet.table.is_none() => &looks.reading,
            // Words above a table run on over its columns.
            LineStyle::Text => &looks.text,
        };
        worksheet.write_string_with_format(row, 0, &line.text, look)?;
    }
    match &sheet.table {
        None => {
            worksheet.set_column_width(0, width(COVER_WIDTH))?;
        }
        Some(table) => write_table(worksheet, table, (rows_above(sheet), looks))?,
    }
    Ok(())
}

fn write_table(
    worksheet: &mut XlsxWorksheet,
    table: &SheetTable,
    (above, looks): (usize, &Looks),
) -> Result<(), XlsxError> {
    let above = u32::try_from(above).map_err(|_| XlsxError::RowColumnLimitError)?;
    let mut columns = Vec::new();
    let mut numbers: Vec<Format> = Vec::new();
    for (at, column) in (0_u16..).zip(&table.columns) {
        worksheet.set_column_width(at, width(column.width))?;
        let format = looks.column_heading(column.align);
        columns.push(TableColumn::new().set_header(&column.heading).set_header_format(format));
    }
    let mut last = above;
    for (row, cells) in (above + 1..).zip(&table.rows) {
        last = row;
        for (at, (cell, column)) in (0_u16..).zip(cells.iter().zip(&table.columns)) {
            match cell {
                SheetCell::Number(number) => {
                    let place = usize::try_from(number.decimals).unwrap_or_default();
                    while numbers.len() <= place {
                        numbers.push(looks.number(u32::try_from(numbers.len()).unwrap_or_default()));
                    }
                    let format = numbers.get(place).unwrap_or(&looks.count);
                    worksheet.write_number_with_format(row, at, number.value, format)?;
                }
                #[expect(clippy::cast_precision_loss, reason = "larger counts are text")]
                SheetCell::Count(count) => {
                    worksheet.write_number_with_format(row, at, *count as f64, &looks.count)?;
                }
                SheetCell::Date(day) => match date(*day) {
                    Ok(date) => {
                        worksheet.write_datetime_with_format(row, at, &date, &looks.date)?;
                    }
                    Err(_) => {
                        worksheet.write_string_with_format(row, at, cell.text(), &looks.reading)?;
                    }
                },
                SheetCell::Text(text) => {
                    worksheet.write_string_with_format(row, at, text, &looks.aligned(column.align))?;
                }
                SheetCell::Sheet(name) => {
                    let url = Url::new(format!("internal:'{name}'!A1")).set_text(name);
                    worksheet.write_url_with_format(row, at, url, &looks.link)?;
                }
            }
        }
    }
    let last_column = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or_default();
    let marked = Table::new()
        .set_name(&table.name)
        .set_columns(&columns)
        .set_header_row(true)
        .set_autofilter(false)
        .set_style(TableStyle::None);
    worksheet.add_table(above, 0, last, last_column, &marked)?;
    Ok(())
}

/// Letters as the width of a column.
fn width(letters: usize) -> f64 {
    // The unit is a digit of the usual font, which has 11 points.
    f64::from(u16::try_from(letters).unwrap_or(u16::MAX)) * f64::from(TEXT_SIZE) / 11.0
}
