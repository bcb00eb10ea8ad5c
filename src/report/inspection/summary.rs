//! The first page about an organisation: how many duties are met, and the standards that held.

use crate::definitions::blocks::BlockName;
use crate::report::edition::{Scope, metric_anchor};
use crate::report::facts::Facts;
use crate::report::force::summary::{peers_message, standards_message};
use crate::report::inspection::evidence::{DutyEvidence, counts, outcome_cell};
use crate::report::metric::figures_table::value_cell;
use crate::report::page::block::{Block, Tile, Tone};
use crate::report::page::cell::Cell;
use crate::report::page::table::{Column, Row, Table, Widths};
use crate::report::page::text::{Address, Text};
use crate::report::returns::quality::own_returns_sentence;
use crate::report::sentences::standard;
use crate::report::words;
use crate::verdict::responsibilities::ResponsibilityOutcome;
use crate::vocabulary::body::Organisation;

/// The message: standards, peers and returns; then how many metrics have each outcome.
pub fn summary(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let sentences = [standards_message(facts, body), peers_message(facts, body)];
    let sentences = sentences.into_iter().chain(own_returns_sentence(facts, body));
    let mut blocks = Block::opening(sentences);
    blocks.push(Block::Tiles(tiles(scope, &DutyEvidence::about(facts, body))));
    blocks
}

fn tiles(scope: &Scope<'_>, evidence: &[DutyEvidence<'_>]) -> Vec<Tile> {
    let page = scope.edition.page_with(BlockName::Evidence);
    let tile = |outcome: ResponsibilityOutcome, metrics: usize| {
        let first = evidence.iter().find(|one| one.judged.outcome == outcome);
        let to = page.clone().zip(first);
        let to = to.map(|(page, first)| Address { anchor: metric_anchor(first.metric), ..page });
        let concern =
            matches!(outcome, ResponsibilityOutcome::NotMet | ResponsibilityOutcome::NotEvidenced) && metrics > 0;
        Tile {
            number: metrics.to_string(),
            words: Text::default().link_if(tile_words(outcome, metrics), to),
            tone: if concern { Tone::Concern } else { Tone::Plain },
        }
    };
    // A tile that says zero says something, but for few cases, which are rare.
    let shown =
        counts(evidence).into_iter().filter(|one| one.metrics > 0 || one.outcome != ResponsibilityOutcome::FewCases);
    shown.map(|one| tile(one.outcome, one.metrics)).collect()
}

fn tile_words(outcome: ResponsibilityOutcome, number: usize) -> &'static str {
    match (outcome, number) {
        (ResponsibilityOutcome::Met, 1) => "standard met",
        (ResponsibilityOutcome::Met, _) => "standards met",
        (ResponsibilityOutcome::NotMet, 1) => "standard not met",
        (ResponsibilityOutcome::NotMet, _) => "standards not met",
        (ResponsibilityOutcome::FewCases, 1) => "standard with few cases",
        (ResponsibilityOutcome::FewCases, _) => "standards with few cases",
        (ResponsibilityOutcome::NoStandard, 1) => "metric without a standard",
        (ResponsibilityOutcome::NoStandard, _) => "metrics without a standard",
        (ResponsibilityOutcome::NotEvidenced, 1) => "metric not evidenced",
        (ResponsibilityOutcome::NotEvidenced, _) => "metrics not evidenced",
    }
}

/// The standards that held, each with its source, the figure and the outcome; `None` where no standard held.
pub fn standards_table(scope: &Scope<'_>, body: &Organisation) -> Option<Block> {
    let facts = scope.facts();
    let row = |one: DutyEvidence<'_>| {
        let held = one.held()?;
        let kind = words::sentence_case(standard::kind_words(held.kind));
        let level = Cell::new(format!("{kind}: {}", standard::level_words(held, one.metric.unit)));
        let note = (!held.note.is_empty()).then(|| held.note.clone());
        let source = Cell::new(&*held.source).with_detail(Some(held.address.clone()).filter(|to| !to.is_empty()));
        let cells = vec![value_cell(one.figure), outcome_cell(&one), level.with_detail(note), source];
        Some(Row::new(one.metric.heading(), cells).linked(scope.edition.figures_address(one.metric)))
    };
    let columns = vec![
        Column::words("Metric"),
        Column::numbers("Figure"),
        Column::words("Outcome"),
        Column::words("Standard"),
        Column::words("Source"),
    ];
    let rows: Vec<Row> = DutyEvidence::about(facts, body).into_iter().filter_map(row).collect();
    let caption = format!("{}: standards in force, {}", body.short_name, facts.release.period.words());
    let table = Table::new("tab-standards", caption, columns, rows).with_widths(Widths::DenseOfWords).into_block()?;
    Some(Block::section("standards", "Standards in force", vec![table, Block::Aside(others_words(facts).into())]))
}

fn others_words(facts: &Facts<'_>) -> String {
    let with = facts.release.metrics.iter().filter(|metric| !metric.standards.is_empty()).count();
    format!(
        "{} of {} metrics have, or once had, a standard. The others evidence duties for which no source sets a level.",
        words::sentence_case(&words::number_words(with)),
        words::number_words(facts.release.metrics.len())
    )
}
