//! Pages as plain values: blocks, tables of typed cells, figures, words with links. Whatever writes a page walks over these.

pub mod block;
pub mod cell;
pub mod download;
pub mod figure;
pub mod frame;
mod sort_keys;
pub mod table;
pub mod text;

use serde::Serialize;

use crate::report::charts::Chart;
use crate::report::page::block::{Block, SectionStyle};
use crate::report::page::download::Download;
use crate::report::page::figure::Figure;
use crate::report::page::frame::Frame;
use crate::report::page::table::Table;

/// A page of an edition, complete but for its drawings and its markup.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Path inside the edition's folder.
    pub path: String,
    pub frame: Frame,
    pub blocks: Vec<Block>,
    /// Whether a script of the page reads other pages of the edition.
    pub reads_pages: bool,
}

impl Page {
    /// The page of these blocks. Its figures are numbered in their order, and its tables get keys to sort by.
    pub fn new(path: String, frame: Frame, mut blocks: Vec<Block>) -> Self {
        number_figures(&mut blocks, &mut 0);
        set_sort_keys(&mut blocks);
        let is_explorer = |block: &Block| matches!(block, Block::Section(one) if one.style == SectionStyle::Explorer);
        let reads_pages = blocks.iter().any(is_explorer);
        Self { path, frame, blocks, reads_pages }
    }

    /// Path from the page back to its edition's folder: empty, `../`, `../../` and so on.
    pub fn root(&self) -> String {
        "../".repeat(self.path.matches('/').count())
    }

    /// Every block, those inside sections too, in the order in which a reader meets them.
    pub fn all_blocks(&self) -> Vec<&Block> {
        let mut all = Vec::new();
        collect(&self.blocks, &mut all);
        all
    }

    /// The figures to draw.
    pub fn figures(&self) -> Vec<&Figure> {
        let mut figures = Vec::new();
        for block in self.all_blocks() {
            if let Block::Figure(figure) = block {
                figures.push(&**figure);
            }
        }
        figures
    }

    /// The tables, those of figures too.
    pub fn tables(&self) -> Vec<&Table> {
        let mut tables = Vec::new();
        for block in self.all_blocks() {
            match block {
                Block::Table(table) => tables.push(table),
                Block::Figure(figure) => tables.push(&figure.table),
                _ => {}
            }
        }
        tables
    }

    /// The small drawings in cells and answers, each with its id.
    pub fn small_drawings(&self) -> Vec<(&str, &Chart)> {
        let cells = self.tables().into_iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        let in_cells = cells.filter_map(|cell| cell.drawing.as_ref());
        let in_answers = self.all_blocks().into_iter().filter_map(|block| match block {
            Block::Answer(answer) => answer.drawing.as_ref(),
            _ => None,
        });
        in_cells.chain(in_answers).map(|small| (small.id.as_str(), &*small.drawing)).collect()
    }

    /// The files that the page offers.
    pub fn downloads(&self) -> Vec<&Download> {
        let mut downloads = Vec::new();
        for block in self.all_blocks() {
            match block {
                Block::Download(download) => downloads.push(download),
                Block::Figure(figure) => downloads.extend(&figure.downloads),
                _ => {}
            }
        }
        downloads
    }
}

fn collect<'p>(blocks: &'p [Block], all: &mut Vec<&'p Block>) {
    for block in blocks {
        all.push(block);
        collect(block.inner(), all);
    }
}

fn number_figures(blocks: &mut [Block], number: &mut usize) {
    for block in blocks {
        if let Block::Figure(figure) = block {
            *number += 1;
            figure.set_number(*number);
        }
        number_figures(block.inner_mut(), number);
    }
}

fn set_sort_keys(blocks: &mut [Block]) {
    for block in blocks {
        match block {
            Block::Table(table) => table.set_sort_keys(),
            Block::Figure(figure) => figure.table.set_sort_keys(),
            _ => set_sort_keys(block.inner_mut()),
        }
    }
}
