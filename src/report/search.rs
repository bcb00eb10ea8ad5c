//! What a reader can search an edition for: its pages, metrics, definitions and organisations, each with the place where it
//! stands. Everything is taken from finished pages, so that an index holds nothing that its pages do not hold.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::definitions::blocks::{BlockName, Each};
use crate::report::edition::Scope;
use crate::report::page::Page;
use crate::report::page::block::{Block, Section, SectionStyle};
use crate::report::page::text::Address;
use crate::vocabulary::body_id::BodyId;

/// The most letters of a description.
const ABOUT: usize = 200;
/// The column of a table of terms that says what they mean.
const MEANING: &str = "Meaning";

/// What is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    Metric,
    Organisation,
    Definition,
    /// A page, or a part of one.
    Page,
}

/// One thing that can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchEntry {
    pub kind: SearchKind,
    pub title: String,
    /// The first words about it; empty where the page has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Path inside the edition, with the place on the page.
    pub to: String,
}

/// An organisation that pages of the edition name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NamedOrganisation {
    pub name: String,
    pub code: BodyId,
    /// Path of its own page inside the edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What can be found on one page, or in one edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SearchIndex {
    /// By name.
    pub organisations: BTreeSet<NamedOrganisation>,
    /// In the order of the pages.
    pub entries: Vec<SearchEntry>,
}

impl SearchIndex {
    /// What can be found on a page.
    pub fn of_page(scope: &Scope<'_>, page: &Page) -> Self {
        let mut index = Self { organisations: organisations(scope, page), entries: Vec::new() };
        index.add_page(scope, page);
        let kind = match &scope.page.blocks {
            blocks if blocks.contains(&BlockName::OwnMetrics) => SearchKind::Metric,
            _ => SearchKind::Definition,
        };
        for block in page.all_blocks() {
            let Block::Section(section) = block else { continue };
            match section.style {
                SectionStyle::Entry => index.add_entry(kind, section, page),
                // Every page of a metric has the same parts.
                _ if scope.page.each.is_none() => {
                    index.add(SearchKind::Page, section.title.plain(), cut(&page.frame.heading), &on(page, section));
                }
                _ => {}
            }
        }
        index
    }

    /// The same, and what can be found on further pages.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.organisations.extend(other.organisations);
        self.entries.extend(other.entries);
        self
    }

    fn add(&mut self, kind: SearchKind, title: String, about: String, to: &str) {
        self.entries.push(SearchEntry { kind, title, about, to: to.to_owned() });
    }

    fn add_page(&mut self, scope: &Scope<'_>, page: &Page) {
        let kind = match scope.page.each {
            Some(Each::Metric) => SearchKind::Metric,
            // Found as an organisation.
            Some(Each::Organisation) => return,
            Some(Each::Principle) | None => SearchKind::Page,
        };
        let lead = page.blocks.iter().find_map(|block| match block {
            Block::Lead(text) => Some(text.plain()),
            _ => None,
        });
        self.add(kind, page.frame.heading.clone(), cut(&lead.unwrap_or_default()), &page.path);
    }

    /// An entry of many, such as a metric of a dictionary, and the terms of its tables.
    fn add_entry(&mut self, kind: SearchKind, section: &Section, page: &Page) {
        let title = section.title.plain();
        let about = section.blocks.iter().find_map(|block| match block {
            Block::Paragraph(text) | Block::Lead(text) => Some(text.plain()),
            Block::Facts(facts) => facts.first().map(|fact| fact.text.plain()),
            _ => None,
        });
        let to = on(page, section);
        for block in &section.blocks {
            let Block::Table(table) = block else { continue };
            let Some(at) = table.columns.iter().position(|column| column.heading == MEANING) else { continue };
            for row in &table.rows {
                let meaning = row.cells.get(at.saturating_sub(1)).map_or("", |cell| cell.text.as_str());
                self.add(kind, format!("{}, {title}", row.heading), cut(meaning), &to);
            }
        }
        self.add(kind, title, cut(&about.unwrap_or_default()), &to);
    }
}

/// The organisations of the release that the page names in its tables, or is made for.
fn organisations(scope: &Scope<'_>, page: &Page) -> BTreeSet<NamedOrganisation> {
    let facts = scope.facts();
    let rows = || page.tables().into_iter().flat_map(|table| &table.rows);
    let mut texts: BTreeSet<&str> = rows().map(|row| row.heading.as_str()).collect();
    texts.extend(rows().flat_map(|row| &row.cells).map(|cell| cell.text.as_str()));
    let own = scope.organisation.map(|body| &*body.code);
    let all = facts.release.organisations.iter().map(|body| (&*body.code, facts.name(&body.code)));
    let named = all.filter(|(code, name)| texts.contains(name.as_str()) || own == Some(code));
    named
        .map(|(code, name)| {
            let to = scope.edition.organisation_address(code).map(|address| address.page);
            NamedOrganisation { name, code: code.to_owned(), to }
        })
        .collect()
}

fn on(page: &Page, section: &Section) -> String {
    let Address { page, anchor } = Address::on(&*page.path, &*section.id);
    format!("{page}#{anchor}")
}

/// The first words of a text.
fn cut(text: &str) -> String {
    if text.chars().count() <= ABOUT {
        return text.to_owned();
    }
    let short: String = text.chars().take(ABOUT).collect();
    let whole = short.rsplit_once(' ').map_or(short.as_str(), |(words, _)| words);
    format!("{whole} …")
}
