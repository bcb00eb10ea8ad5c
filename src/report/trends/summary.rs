//! The first page of the edition: what each page says, in one sentence each.

use crate::definitions::blocks::BlockName;
use crate::report::edition::Scope;
use crate::report::national;
use crate::report::page::block::Block;
use crate::report::page::text::Text;
use crate::report::trends::{decomposition, late, migration, regions, revisions, seasons, series, standards};

/// The message of the edition, and that of each of its pages with a link.
pub fn trends_summary(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let pages: [(BlockName, &str, Option<String>); 8] = [
        (BlockName::Migration, "From the PNC to LEDS", migration::migration_message(facts)),
        (BlockName::LongSeries, "National series", Some(series::message(facts))),
        (BlockName::Seasons, "The same months of earlier years", Some(seasons::message(facts))),
        (BlockName::RegionPlaces, "Regions", Some(regions::message(facts))),
        (BlockName::ChangeParts, "What changes are made of", Some(decomposition::message(facts))),
        (BlockName::StandardsOverTime, "Standards over time", Some(standards::message(facts))),
        (BlockName::LateOverview, "Late data", Some(late::message(facts))),
        (BlockName::RevisionsSince, "Revisions since the release before", Some(revisions::message(facts))),
    ];
    let line = |(block, name, message): (BlockName, &str, Option<String>)| {
        let page = scope.edition.page_with(block)?;
        Some(Text::default().link(name, page).and(": ").and(message?))
    };
    let lines: Vec<Text> = pages.into_iter().filter_map(line).collect();
    vec![
        Block::Lead(national::summary::message(facts).into()),
        Block::section("pages", "What the pages say", vec![Block::List(lines)]),
    ]
}
