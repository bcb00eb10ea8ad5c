//! The pack of an edition: the pages that readers take away on paper, as one document. It has what its pages show at first
//! sight. What a reader of a page unfolds or downloads stays with the pages.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::report::build::build_page;
use crate::report::edition::Edition;
use crate::report::page::Page;
use crate::report::page::block::{Block, SectionStyle};
use crate::report::words;

/// What stands on the first sheet about what a pack leaves out.
const ABOUT: &str = "This document holds the main pages of the report. Definitions, sources and the data behind each \
                     figure are on the pages of the report itself.";

/// A document, complete but for its drawings and its look.
#[derive(Debug, Serialize)]
pub struct Pack {
    /// The heading of its first page.
    pub title: String,
    pub description: String,
    pub about: &'static str,
    /// The protective marking.
    pub marking: Option<String>,
    /// Period, revision and date, as one line.
    pub release: String,
    pub publisher: String,
    #[serde(skip)]
    pub published_on: NaiveDate,
    pub pages: Vec<Page>,
    /// Where its links can lead, such as `index.html#key-findings`: the path of a page and an id on it.
    pub places: BTreeSet<String>,
}

/// The pack of an edition; `None` where it has none, or no page with anything to say.
pub fn build_pack(edition: &Edition<'_>) -> Option<Pack> {
    let pages: Vec<Page> = edition.pack_pages().iter().filter_map(build_page).map(on_paper).collect();
    let first = pages.first()?;
    let release = edition.facts.release;
    let publisher = release.publication.publisher.as_deref();
    let places = pages.iter().flat_map(places).collect();
    Some(Pack {
        title: first.frame.heading.clone(),
        description: edition.layout.summary.clone(),
        about: ABOUT,
        marking: release.publication.marking.clone(),
        release: format!(
            "{}, revision {}, published on {}",
            release.period.words_with_short_name(),
            release.revision,
            words::date_words(release.published_on)
        ),
        publisher: publisher.unwrap_or("Publisher not given").to_owned(),
        published_on: release.published_on,
        places,
        pages,
    })
}

/// The page without what paper cannot do.
fn on_paper(page: Page) -> Page {
    Page { blocks: printed(page.blocks), ..page }
}

fn printed(blocks: Vec<Block>) -> Vec<Block> {
    blocks.into_iter().filter_map(printed_block).collect()
}

/// The block as it is printed; `None` for links, files, choices and what is folded, and for a section of nothing else.
fn printed_block(block: Block) -> Option<Block> {
    match block {
        Block::Download(_) | Block::Links(_) | Block::Details(_) => None,
        Block::Section(section) if section.style == SectionStyle::Explorer => None,
        Block::Section(mut section) => {
            section.blocks = printed(section.blocks);
            (!section.blocks.is_empty()).then_some(Block::Section(section))
        }
        Block::Columns(mut columns) => {
            let second = columns.blocks.split_off(columns.first.min(columns.blocks.len()));
            let first = printed(columns.blocks);
            Some(Block::columns(first, printed(second)))
        }
        other => Some(other),
    }
}

/// Every place on a page that a link can lead to.
fn places(page: &Page) -> Vec<String> {
    let mut ids = vec![""];
    for block in page.all_blocks() {
        match block {
            Block::Section(section) => ids.push(&section.id),
            Block::Answer(answer) => ids.push(&answer.id),
            Block::Figure(figure) => ids.push(&figure.id),
            Block::Table(table) => {
                ids.push(&table.id);
                ids.extend(table.rows.iter().filter_map(|row| row.id.as_deref()));
            }
            _ => {}
        }
    }
    ids.into_iter().map(|id| format!("{}#{id}", page.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Facts, sample};

    #[test]
    fn a_pack_holds_its_pages_as_paper_can_show_them() {
        let (release, layouts, copies) = (sample::release(), sample::layouts(), BTreeSet::new());
        let facts = Facts::new(&release, &layouts);
        let editions = Edition::all(&facts, None, &copies);
        let packs: Vec<(String, Pack)> =
            editions.iter().filter_map(|edition| Some((edition.folder(), build_pack(edition)?))).collect();
        let folders: Vec<&str> = packs.iter().map(|(folder, _)| folder.as_str()).collect();
        assert!(folders.contains(&"national") && folders.contains(&"forces/E01"), "{folders:?}");
        for (folder, pack) in &packs {
            let blocks: Vec<&Block> = pack.pages.iter().flat_map(Page::all_blocks).collect();
            let is_of_screens =
                |block: &&&Block| matches!(block, Block::Download(_) | Block::Links(_) | Block::Details(_));
            assert!(!blocks.iter().any(|block| is_of_screens(&block)), "{folder}");
            let is_empty = |block: &Block| matches!(block, Block::Section(section) if section.blocks.is_empty());
            assert!(!blocks.into_iter().any(is_empty), "{folder}");
            // A link to a place that is there twice would lead nowhere.
            assert_eq!(pack.pages.iter().flat_map(places).count(), pack.places.len(), "{folder}");
        }
    }

    #[test]
    fn a_pack_of_one_force_names_no_other() {
        let (release, layouts, copies) = (sample::release(), sample::layouts(), BTreeSet::new());
        let facts = Facts::new(&release, &layouts);
        let editions = Edition::all(&facts, None, &copies);
        let own = editions.iter().find(|edition| edition.folder() == "forces/E01").unwrap();
        let text = serde_json::to_string(&build_pack(own).unwrap()).unwrap();
        for other in sample::UNRELATED_FORCE_TEXTS {
            assert!(!text.contains(other), "the pack holds “{other}”");
        }
    }
}
