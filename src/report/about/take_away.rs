//! The files that readers take away from an edition.

use crate::report::edition::Edition;
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::vocabulary::copy_format::CopyFormat;

/// The spreadsheets of the edition and the pack of its pages; `None` where it has none.
pub fn take_away(edition: &Edition<'_>) -> Option<Block> {
    let spreadsheets = spreadsheets(edition);
    let words =
        "Each spreadsheet holds every table that readers of this report take away, with one thing in each column.";
    let explained = (!spreadsheets.is_empty()).then(|| Block::paragraph(words));
    let blocks: Vec<Block> = explained.into_iter().chain(spreadsheets).chain(pack(edition)).collect();
    (!blocks.is_empty()).then(|| Block::section("take-away", "Take the figures with you", blocks))
}

fn spreadsheets(edition: &Edition<'_>) -> Vec<Block> {
    let Some(stem) = edition.workbook_stem() else { return Vec::new() };
    let spreadsheet = |copy: &CopyFormat| match copy {
        CopyFormat::Spreadsheet(format) => Some(Block::Download(download::workbook(&stem, *format))),
        CopyFormat::Pdf | CopyFormat::Svg | CopyFormat::Png => None,
    };
    edition.copies.iter().filter_map(spreadsheet).collect()
}

fn pack(edition: &Edition<'_>) -> Option<Block> {
    let stem = edition.pack_stem().filter(|_| edition.copies.contains(&CopyFormat::Pdf))?;
    Some(Block::Download(download::pack(&stem)))
}
