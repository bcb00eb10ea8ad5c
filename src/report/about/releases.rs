//! The page that lists the releases: by period, the newest first, for whom each edition is, and what is new in it. It stands
//! in the folder of releases and belongs to none of them.

use std::collections::BTreeMap;

use crate::definitions::blocks::Audience;
use crate::definitions::layout::{Layout, Layouts, Placeholders};
use crate::release::{NamedBody, ReleaseSummary, ToldByRecord};
use crate::report::page::Page;
use crate::report::page::block::{Block, Details};
use crate::report::page::frame::Frame;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::{Address, Text};
use crate::report::words;
use crate::settings::PublicationSection;
use crate::vocabulary::body::name_key;
use crate::vocabulary::period::Period;

/// All that the page is made of.
#[derive(Debug, Clone, Copy)]
pub struct ReleasesInput<'a> {
    /// By period and revision.
    pub releases: &'a [ReleaseSummary],
    pub layouts: &'a Layouts,
    /// Those that the newest release describes.
    pub organisations: &'a [NamedBody],
    pub publication: &'a PublicationSection,
}

/// The page of a folder of releases.
pub fn releases_page(input: &ReleasesInput<'_>) -> Page {
    let mut by_period: BTreeMap<Period, Vec<&ReleaseSummary>> = BTreeMap::new();
    for release in input.releases {
        if let Ok(period) = release.folder.period.parse() {
            by_period.entry(period).or_default().push(release);
        }
    }
    let sections = by_period.iter().rev().filter_map(|(period, releases)| input.section(*period, releases));
    let opening = Block::paragraph("Each release stays as it was published. A revision replaces the one before it.");
    let blocks = std::iter::once(opening).chain(sections).collect();
    let frame = Frame::outside_releases("Releases".to_owned(), "All review periods".to_owned(), input.publication);
    Page::new("index.html".to_owned(), frame, blocks)
}

impl ReleasesInput<'_> {
    fn section(&self, period: Period, releases: &[&ReleaseSummary]) -> Option<Block> {
        let newest = releases.last()?;
        let mut blocks = vec![Block::paragraph(headline(newest))];
        if let Some(told) = &newest.told {
            blocks.push(Block::List(self.editions(newest, told).collect()));
            blocks.extend(self.of_one_each(newest, told, Audience::Force));
            blocks.extend(self.of_one_each(newest, told, Audience::Inspection));
        }
        if releases.len() > 1 {
            let earlier: Vec<&ReleaseSummary> = releases.iter().rev().skip(1).copied().collect();
            blocks.push(Block::Table(earlier_revisions(period, &earlier)));
        }
        let id = format!("period-{period}");
        Some(Block::section(id, period.words_with_short_name(), blocks))
    }

    /// The editions that are not for one force, each with its readers.
    fn editions<'s>(&'s self, release: &'s ReleaseSummary, told: &'s ToldByRecord) -> impl Iterator<Item = Text> + 's {
        let layouts = self.layouts.editions.iter().filter(|layout| !layout.audience.is_of_one_organisation());
        let published = layouts.filter(|layout| told.editions.contains(&layout.folder));
        published.map(|layout| {
            let readers = match layout.audience {
                Audience::Public => "for everybody",
                Audience::Inspectorate => "for those who inspect every organisation",
                Audience::Office | Audience::Inspection | Audience::Force => "for those who may see every organisation",
            };
            Text::default().link(layout.title.clone(), address(release, &layout.folder)).and(format!(", {readers}"))
        })
    }

    /// The editions about one organisation each for these readers, folded.
    fn of_one_each(&self, release: &ReleaseSummary, told: &ToldByRecord, audience: Audience) -> Option<Block> {
        let layouts: Vec<&Layout> = self.layouts.editions.iter().filter(|layout| layout.audience == audience).collect();
        let mut named: Vec<(&NamedBody, String)> = Vec::new();
        for body in self.organisations {
            let folders =
                layouts.iter().map(|layout| Placeholders::default().with("code", &body.code).fill(&layout.folder));
            named.extend(folders.filter(|folder| told.editions.contains(folder)).map(|folder| (body, folder)));
        }
        named.sort_by_key(|(body, _)| name_key(&body.name));
        let links =
            named.iter().map(|(body, folder)| Text::default().link(body.name.clone(), address(release, folder)));
        let links: Vec<Text> = links.collect();
        let number = words::number_words(links.len());
        let summary = match audience {
            Audience::Inspection => format!("Evidence about {number} organisations, each for those who inspect it"),
            _ => format!("Reports for {number} forces, each for its own force only"),
        };
        (!links.is_empty())
            .then(|| Block::Details(Details { summary: summary.into(), blocks: vec![Block::List(links)] }))
    }
}

/// "Revision 2 of 20 August 2026, with data as at 24 May 2026. 14 figures changed since revision 1."
fn headline(release: &ReleaseSummary) -> String {
    let revision = release.folder.revision;
    let Some(told) = &release.told else {
        return format!("The run record of revision {revision} cannot be read. Restore the release from a copy.");
    };
    let dates = format!(
        "Revision {revision}, published on {}, with data as at {}.",
        words::date_words(told.published_on),
        words::date_words(told.as_of)
    );
    format!("{dates} {}", news(told))
}

fn news(told: &ToldByRecord) -> String {
    match told.figures_changed {
        0 => "No figure of an earlier release has changed.".to_owned(),
        1 => "One figure of the release before has changed.".to_owned(),
        n => format!("{} figures of the release before have changed.", words::sentence_case(&words::number_words(n))),
    }
}

fn earlier_revisions(period: Period, releases: &[&ReleaseSummary]) -> Table {
    let row = |release: &&ReleaseSummary| {
        let absent = || Cell::new("cannot be read");
        let told = release.told.as_ref();
        let cells = vec![
            told.map_or_else(absent, |told| Cell::date(told.published_on)),
            told.map_or_else(absent, |told| Cell::date(told.as_of)),
        ];
        let first = told.and_then(|told| told.editions.first());
        let link = first.map(|folder| address(release, folder));
        Row::new(format!("Revision {}", release.folder.revision), cells).linked(link)
    };
    Table::new(
        format!("earlier-{period}"),
        format!("Earlier revisions of {}", period.words()),
        vec![Column::words("Revision"), Column::dates("Published"), Column::dates("Data as at")],
        releases.iter().map(row).collect(),
    )
}

/// The first page of an edition.
fn address(release: &ReleaseSummary, folder: &str) -> Address {
    Address::page(format!("{}/{}/{folder}/index.html", release.folder.period, release.folder.name))
}
