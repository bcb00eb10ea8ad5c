//! Forces by metric: one sign for each pair, so that a reader sees where a force stands on everything, and everybody on one
//! metric.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::CellState;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::national::all_metrics::worse_forces;
use crate::report::national::summary::{Concerned, concerned, signs_explained};
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::page::text::{Mark, Text};
use crate::report::sentences::standing;
use crate::report::words;

/// The message, the key, and the table of forces by metric.
pub fn forces_by_metric(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let concerned = concerned(facts);
    let compared = |metric: &&Metric| is_compared(facts, metric);
    let left_out: Vec<String> =
        facts.release.metrics.iter().filter(|metric| !compared(metric)).map(|metric| metric.id.to_string()).collect();
    let by_section: Vec<Vec<&Metric>> = (scope.sections().into_iter())
        .map(|section| section.select(&facts.release.metrics).into_iter().filter(compared).collect())
        .collect();
    let metrics: Vec<&Metric> = by_section.iter().flatten().copied().collect();
    let state = |force: &Concerned<'_>, metric: &Metric| standing::state(facts, metric, force.code, Against::Peers);
    let states: Vec<CellState> =
        concerned.iter().flat_map(|force| metrics.iter().map(move |metric| state(force, metric))).collect();
    let row = |force: &Concerned<'_>| {
        let mut cells = vec![Cell::count(force.worse.len())];
        cells.extend(metrics.iter().map(|metric| sign_cell(metric, state(force, metric))));
        Row::new(facts.name(force.code), cells).linked(scope.edition.organisation_address(force.code))
    };
    let rows: Vec<Row> = concerned.iter().map(row).collect();
    let mut columns = vec![Column::words("Force"), Column::numbers("Subjects worse")];
    for section in &by_section {
        columns.extend(section.iter().enumerate().map(|(at, metric)| column(scope, metric, at == 0)));
    }
    let caption = format!("Each force against its peers, {}", facts.release.period.words_with_short_name());
    let table = Table::new("tab-forces", caption, columns, rows).with_widths(Widths::Matrix);
    let names =
        metrics.iter().map(|metric| Text::default().link_if(metric.heading(), scope.edition.metric_address(metric)));
    vec![
        Block::Lead(message(scope, &metrics).into()),
        Block::paragraph(
            "Read across for a force and down for a metric. Forces that are clearly worse than their peers on the \
             most subjects come first; metrics that measure one thing are one subject. “Clearly” means the 99.8% level, a \
             word without it the 95% level, and “close” that a difference, if there is one, is smaller than the margin.",
        ),
        signs_explained(&states, Against::Peers),
        Block::Table(table),
        Block::section(
            "columns",
            "The metrics in the columns",
            vec![Block::List(names.collect()), Block::paragraph(left_out_words(&left_out))],
        ),
    ]
}

fn message(scope: &Scope<'_>, metrics: &[&Metric]) -> String {
    let facts = scope.facts();
    let counted = metrics.iter().map(|metric| (worse_forces(facts, metric).len(), metric));
    match counted.max_by_key(|(count, metric)| (*count, std::cmp::Reverse(&metric.id))) {
        Some((count, metric)) if count > 1 => format!(
            "{} forces are clearly worse than their peers on {}, more than on any other metric.",
            words::sentence_case(&words::number_words(count)),
            metric.heading(),
        ),
        _ => "No metric has more than one force that is clearly worse than its peers.".to_owned(),
    }
}

/// Whether some force can be held against its peers.
fn is_compared(facts: &Facts<'_>, metric: &Metric) -> bool {
    let forces = facts.codes(metric).iter().filter(|code| facts.is_force(code));
    forces.into_iter().any(|code| standing::is_told(standing::state(facts, metric, code, Against::Peers)))
}

fn left_out_words(left_out: &[String]) -> String {
    match left_out {
        [] => "Every metric has a column.".to_owned(),
        ids => format!(
            "No column: {}, because no force can be compared with its peers on them.",
            words::names_or_number(ids, "metrics")
        ),
    }
}

fn sign_cell(metric: &Metric, state: CellState) -> Cell {
    Cell::marks(vec![Mark::alone(state, standing::words_of(metric, state, Against::Peers))])
}

/// A column with the number of its metric; the first of a principle carries the letters.
fn column(scope: &Scope<'_>, metric: &Metric, is_first: bool) -> Column {
    let (letters, number) = metric.id.split_once('-').unwrap_or((&metric.id, &metric.id));
    let column = Column::words(number.trim_start_matches('0'));
    Column {
        spoken: Some(format!("{} {},", letters, metric.title)),
        link: scope.edition.metric_address(metric),
        group: is_first.then(|| letters.to_owned()),
        ..column
    }
}
