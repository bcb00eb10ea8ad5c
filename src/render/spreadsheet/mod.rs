//! Spreadsheets to bytes: one file for each format, each made from the same value. The same spreadsheet gives the same bytes:
//! every date in a file is that of its publication.

mod ods;
#[cfg(test)]
mod tests;
mod xlsx;

use crate::archive::ArchiveError;
use crate::report::sheets::Workbook;
use crate::vocabulary::copy_format::SpreadsheetFormat;

/// A spreadsheet that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SpreadsheetError {
    #[error("{sheet}: the worksheet cannot be made")]
    Worksheet { sheet: String, source: rust_xlsxwriter::XlsxError },
    #[error("the workbook cannot be made")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    #[error("{part} cannot be written")]
    Part { part: &'static str, source: std::io::Error },
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// The bytes of a spreadsheet in a format.
///
/// # Errors
/// What a format cannot hold, such as two sheets of one name.
pub fn spreadsheet(workbook: &Workbook, format: SpreadsheetFormat) -> Result<Vec<u8>, SpreadsheetError> {
    match format {
        SpreadsheetFormat::Ods => ods::ods(workbook),
        SpreadsheetFormat::Xlsx => xlsx::xlsx(workbook),
    }
}

/// What text and titles are written in, in points.
const FONT: &str = "Arial";
const TEXT_SIZE: u8 = 12;
const TITLE_SIZE: u8 = 16;
const HEADING_SIZE: u8 = 14;
/// The width of a cover, in letters.
const COVER_WIDTH: usize = 90;

/// Where a table stands below its lines: its first row counts from 0.
fn rows_above(sheet: &crate::report::sheets::Worksheet) -> usize {
    sheet.lines.len()
}
