//! The blocks that pages are made of. A page is a list of blocks, and a section holds blocks again: what writes a page walks
//! over them and needs to know nothing of the page. Each kind of block exists once.

use serde::Serialize;

use crate::release::tables::Selection;
use crate::report::charts::Chart;
use crate::report::figure::Figure;
use crate::report::frame::Frame;
use crate::report::table::Table;
use crate::report::text::{Address, Mark, Text};

/// A page of an edition, complete but for its drawings and its markup.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Path inside the edition's folder.
    pub path: String,
    pub frame: Frame,
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub enum Block {
    Section(Section),
    /// Opens a page, in larger letters.
    Lead(Text),
    Paragraph(Text),
    /// Explains the heading above it, in quieter letters.
    Aside(Text),
    List(Vec<Text>),
    /// Terms, each with what it says.
    Facts(Vec<Fact>),
    Table(Table),
    Figure(Box<Figure>),
    Download(Download),
    /// Links to other pages, such as the metric before and the metric after.
    Links(Links),
    /// A few numbers that a reader should meet first.
    Tiles(Vec<Tile>),
    /// Signs and their meaning.
    Key(Vec<Mark>),
    /// Blocks side by side where there is room, else one below the other.
    Columns(Columns),
    /// Blocks that a reader opens.
    Details(Details),
}

/// A heading with blocks below it. The level of the heading follows from the sections around it.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Unique on its page; links lead to it.
    pub id: String,
    pub title: Text,
    pub style: SectionStyle,
    pub blocks: Vec<Block>,
}

/// How a section stands out from those around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionStyle {
    Plain,
    /// One entry of many, such as one metric.
    Entry,
    /// The findings that a reader should meet first.
    KeyFindings,
}

/// A term and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub term: String,
    pub text: Text,
}

/// Blocks of two columns.
#[derive(Debug, Clone, Serialize)]
pub struct Columns {
    /// Those of the first column, then those of the second.
    pub blocks: Vec<Block>,
    /// How many stand in the first.
    pub first: usize,
}

/// A number in large letters, and what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tile {
    pub number: String,
    pub words: Text,
    pub tone: Tone,
}

/// What a number in large letters says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    Plain,
    /// A reason to look.
    Concern,
}

/// Links with the name of what they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Links {
    pub label: String,
    pub links: Vec<Text>,
}

/// A summary, and the blocks that a reader meets on opening it.
#[derive(Debug, Clone, Serialize)]
pub struct Details {
    pub summary: Text,
    pub blocks: Vec<Block>,
}

/// What is in a file that a page offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// Some rows and columns of a result table.
    Rows(Selection),
    /// The bytes of a file that was written before.
    Kept(Vec<u8>),
}

/// A file that a page offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Download {
    /// What a reader gets, as the words of a link without the size. In a figure: the words that stand before its number.
    pub words: String,
    /// Name of the file without hash and ending; unique in an edition.
    pub stem: String,
    #[serde(skip)]
    pub content: FileContent,
}

impl Download {
    /// The words of the link to a file of so many bytes.
    pub fn words_with_size(&self, bytes: usize) -> String {
        format!("{} (CSV, {} KB)", self.words, bytes.div_ceil(1_000))
    }
}

impl Fact {
    /// A term and what it says.
    pub fn new(term: impl Into<String>, text: impl Into<Text>) -> Self {
        Self { term: term.into(), text: text.into() }
    }
}

impl Block {
    /// A paragraph.
    pub fn paragraph(text: impl Into<Text>) -> Self {
        Self::Paragraph(text.into())
    }

    /// Sentences that open a page: a lead, then paragraphs.
    pub fn opening(sentences: impl IntoIterator<Item = String>) -> Vec<Self> {
        let mut sentences = sentences.into_iter().map(Text::from);
        let lead = sentences.next().map(Self::Lead);
        lead.into_iter().chain(sentences.map(Self::Paragraph)).collect()
    }

    /// A section without a style of its own.
    pub fn section(id: impl Into<String>, title: impl Into<Text>, blocks: Vec<Self>) -> Self {
        Self::Section(Section { id: id.into(), title: title.into(), style: SectionStyle::Plain, blocks })
    }

    /// Two columns.
    pub fn columns(first: Vec<Self>, second: Vec<Self>) -> Self {
        let in_first = first.len();
        let blocks = first.into_iter().chain(second).collect();
        Self::Columns(Columns { blocks, first: in_first })
    }

    /// A section that is one entry of many.
    pub fn entry(id: impl Into<String>, title: impl Into<Text>, blocks: Vec<Self>) -> Self {
        Self::Section(Section { id: id.into(), title: title.into(), style: SectionStyle::Entry, blocks })
    }

    /// The section of key findings.
    pub fn key_findings(title: impl Into<Text>, blocks: Vec<Self>) -> Self {
        let id = "key-findings".to_owned();
        Self::Section(Section { id, title: title.into(), style: SectionStyle::KeyFindings, blocks })
    }

    /// The blocks that it holds.
    pub fn inner(&self) -> &[Self] {
        match self {
            Self::Section(section) => &section.blocks,
            Self::Columns(columns) => &columns.blocks,
            Self::Details(details) => &details.blocks,
            _ => &[],
        }
    }

    fn inner_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Section(section) => &mut section.blocks,
            Self::Columns(columns) => &mut columns.blocks,
            Self::Details(details) => &mut details.blocks,
            _ => &mut [],
        }
    }
}

impl Page {
    /// The page of these blocks. Its figures are numbered in their order.
    pub fn new(path: String, frame: Frame, mut blocks: Vec<Block>) -> Self {
        number_figures(&mut blocks, &mut 0);
        Self { path, frame, blocks }
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

    /// The small drawings in cells, each with its id.
    pub fn cell_drawings(&self) -> Vec<(&str, &Chart)> {
        let cells = self.tables().into_iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        cells.filter_map(|cell| cell.drawing.as_ref()).map(|small| (small.id.as_str(), &*small.drawing)).collect()
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

/// A link to a place, as the words of a line.
pub fn link(words: impl Into<String>, to: Address) -> Text {
    Text::default().link(words, to)
}
