//! What inspectors ask first: each question of the layout with the figures that answer it.

use crate::assessment::Against;
use crate::definitions::layout::LayoutPart;
use crate::report::edition::Scope;
use crate::report::inspection::evidence::{DutyEvidence, outcome_cell, peers_cell};
use crate::report::metric::figures_table::value_cell;
use crate::report::page::block::Block;
use crate::report::page::table::{Column, Row, Table, Widths};
use crate::report::sentences::standing;
use crate::vocabulary::body::Organisation;

/// What is said where the release has no metric for a question.
const NOT_ANSWERED: &str = "HMICFRS asks more questions. This release has no metric that answers them.";

/// The questions of the layout as one table, each with its metrics; a question of which the release has no metric of the
/// organisation is left out, which the table says.
pub fn inspector_questions(scope: &Scope<'_>, body: &Organisation) -> Option<Block> {
    let facts = scope.facts();
    let questions = &scope.edition.layout.inspector_questions;
    let mut columns =
        vec![Column::words("Metric"), Column::numbers("Figure"), Column::words("Outcome"), Column::words("Peers")];
    columns.extend(facts.year_before().map(|_| Column::words("Change in a year")));
    let row = |one: &DutyEvidence<'_>| {
        let mut cells = vec![value_cell(one.figure), outcome_cell(one), peers_cell(facts, one.metric, &body.code)];
        cells.extend(
            facts.year_before().map(|_| standing::verdict_cell(facts, one.metric, &body.code, Against::YearBefore)),
        );
        Row::new(one.metric.heading(), cells).linked(scope.edition.figures_address(one.metric))
    };
    let evidence = DutyEvidence::about(facts, body);
    let answers = |question: &LayoutPart| {
        let known = question.metrics.iter().filter_map(|id| evidence.iter().find(|one| one.metric.id == *id));
        let group = |place| (place == 0).then(|| question.title.clone());
        known.enumerate().map(|(place, one)| row(one).opens(group(place))).collect::<Vec<Row>>()
    };
    let answers: Vec<Vec<Row>> = questions.iter().map(answers).collect();
    let is_whole = answers.iter().all(|rows| !rows.is_empty());
    let rows = answers.into_iter().flatten().collect();
    let caption = format!("{}: questions that HMICFRS asks, {}", body.short_name, facts.release.period.words());
    let table = Table::new("tab-inspector-questions", caption, columns, rows).with_widths(Widths::DenseOfWords);
    let table = if is_whole { table } else { table.explained(NOT_ANSWERED) };
    Some(Block::section("inspector-questions", "Questions that HMICFRS asks", vec![table.into_block()?]))
}
