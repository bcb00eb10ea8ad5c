//! The blocks that pages are made of. A page is a list of blocks, and a section holds blocks again: what writes a page walks
//! over them and needs to know nothing of the page. Each kind of block exists once.

use serde::Serialize;

use crate::report::page::cell::CellDrawing;
use crate::report::page::download::Download;
use crate::report::page::figure::Figure;
use crate::report::page::table::Table;
use crate::report::page::text::{Address, Fact, Mark, Text};

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
    /// A question with its answer.
    Answer(AnsweredQuestion),
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
    /// A script replaces its blocks by choices, and reads other pages of the edition.
    Explorer,
    /// What is not shown.
    Withheld,
    /// What a reader has not opened stays shut on paper too: it may be as long as a book.
    Folded,
}

/// Blocks of two columns.
#[derive(Debug, Clone, Serialize)]
pub struct Columns {
    /// The blocks of the first column, then the blocks of the second.
    pub blocks: Vec<Block>,
    /// How many stand in the first.
    pub first: usize,
}

/// A question, and its answer in one number, one picture and a few sentences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnsweredQuestion {
    /// Unique on its page.
    pub id: String,
    pub question: String,
    /// `None` where there is none; the words then say why.
    pub number: Option<String>,
    /// What the number counts.
    pub words: Text,
    pub sentences: Vec<Text>,
    pub drawing: Option<CellDrawing>,
    /// Where to read on.
    pub more: Option<Text>,
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

    /// A section whose folded parts stay folded on paper.
    pub fn folded(id: impl Into<String>, title: impl Into<Text>, blocks: Vec<Self>) -> Self {
        Self::Section(Section { id: id.into(), title: title.into(), style: SectionStyle::Folded, blocks })
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

    /// The blocks that it holds, to be changed.
    pub fn inner_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Section(section) => &mut section.blocks,
            Self::Columns(columns) => &mut columns.blocks,
            Self::Details(details) => &mut details.blocks,
            _ => &mut [],
        }
    }
}

/// A link to a place, as the words of a line.
pub fn link(words: impl Into<String>, to: Address) -> Text {
    Text::default().link(words, to)
}

impl Table {
    /// The table as a block; `None` without rows.
    pub fn into_block(self) -> Option<Block> {
        (!self.rows.is_empty()).then_some(Block::Table(self))
    }
}
