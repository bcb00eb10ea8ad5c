//! Everything about one organisation on one page: where it stands out, what it did not return, and each of its metrics.

use crate::assessment::{Against, FigureComparison};
use crate::definitions::model::Metric;
use crate::report::charts::MarkMeaning;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::force::metrics::peers_sentence;
use crate::report::metric::judged::estimate_cell;
use crate::report::national::all_metrics::{change_cells, change_columns, rows, standard_cell, trend_cell};
use crate::report::national::summary::{gaps, reason, touched_words};
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Table, Widths};
use crate::report::page::text::{Address, Text};
use crate::report::returns::submissions::{behind, dataset_anchor};
use crate::report::sentences::standing::{self, StandOut};
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::Ratio;
use crate::vocabulary::shorthand::Shorthand;

/// How to read the differences of the table.
const DIFFERENCES: &str = "Below each verdict against the peers stand the difference and, in brackets, its 95% interval. “Clearly” \
                           means the 99.8% level, a word without it the 95% level.";

/// Where the organisation stands out, and which of its returns are missing.
pub fn first(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let worse = standing::beside_peers(facts, &body.code, MarkMeaning::Worse);
    let better = standing::beside_peers(facts, &body.code, MarkMeaning::Better);
    let message = format!(
        "{} is clearly worse than its peers on {} and clearly better on {}. {}",
        body.short_name,
        subjects_words(worse.len()),
        subjects_words(better.len()),
        returns_words(facts, &body.code),
    );
    let columns = [
        stand_out_section(scope, body, ("worse", "Clearly worse than its peers"), &worse),
        stand_out_section(scope, body, ("better", "Clearly better than its peers"), &better),
    ];
    let [worse, better] = columns;
    let mut blocks = vec![Block::Lead(message.into()), Block::paragraph(peers_sentence(facts, &body.code))];
    blocks.extend(scope.edition.submissions_address(&body.code).map(submissions_line));
    blocks.push(Block::columns(vec![worse], vec![better]));
    blocks
}

/// The way from the figures of the organisation to its files.
fn submissions_line(to: Address) -> Block {
    let text = Text::from("Each figure leads to its submissions. See also ")
        .link("all submissions with their files and hashes", to);
    Block::Paragraph(text.and("."))
}

fn subjects_words(count: usize) -> String {
    match count {
        0 => "no subject".to_owned(),
        1 => "one subject".to_owned(),
        more => format!("{} subjects", words::number_words(more)),
    }
}

fn returns_words(facts: &Facts<'_>, code: &BodyId) -> String {
    match gaps(facts).iter().find(|gap| gap.code == code) {
        Some(gap) => format!(
            "Missing or late returns: {}. {}",
            words::sentence_case(&gap.words(facts)),
            touched_words(facts, code)
        ),
        None => "All its returns came in time.".to_owned(),
    }
}

fn stand_out_section(
    scope: &Scope<'_>,
    body: &Organisation,
    (id, title): (&str, &str),
    found: &[StandOut<'_>],
) -> Block {
    let lines: Vec<Text> = found.iter().map(|one| reason(scope, &body.code, one)).collect();
    let block = if lines.is_empty() { Block::paragraph("No subject.") } else { Block::List(lines) };
    Block::section(id, title, vec![block])
}

/// Every metric of the organisation that the release has.
pub fn metrics(scope: &Scope<'_>, body: &Organisation) -> Block {
    let facts = scope.facts();
    let code = &*body.code;
    let before = facts.year_before();
    let mut columns = vec![Column::words("Metric"), Column::numbers("Figure"), Column::words("Trend").unsorted()];
    columns.extend([Column::numbers("Peers"), Column::words("Against peers")]);
    columns.extend(change_columns(before));
    columns.push(Column::words("Standard"));
    let row = |metric: &Metric| {
        let figure = facts.current(metric, code);
        facts.codes(metric).contains(&code).then_some(())?;
        let value = Cell::figure_with_unit(figure).with_detail(figure.and_then(words::counts_remark));
        let value = match submissions_of(scope, metric, code) {
            Some(to) => value.with_link(to),
            None => value,
        };
        let mut cells = vec![value, trend_cell(facts, metric, code)];
        cells.extend(peers_cells(facts, metric, code));
        cells.extend(before.into_iter().flat_map(|before| change_cells(facts, metric, code, before)));
        cells.push(standard_cell(metric, figure));
        Some(cells)
    };
    let caption = format!("{}: all metrics, {}", body.short_name, facts.release.period.words_with_short_name());
    let table =
        Table::new("tab-metrics", caption, columns, rows(scope, row)).with_widths(Widths::Dense).explained(DIFFERENCES);
    Block::section("metrics", "All metrics", vec![Block::Table(table)])
}

/// Where the submissions of a figure stand: those of the first dataset of which there is any.
fn submissions_of(scope: &Scope<'_>, metric: &Metric, code: &BodyId) -> Option<Address> {
    let page = scope.edition.submissions_address(code)?;
    let datasets = behind(scope.facts(), metric, code);
    let sent = datasets.iter().find(|dataset| dataset.used + dataset.refused > 0)?;
    Some(Address { anchor: dataset_anchor(sent.dataset), ..page })
}

/// The figure of the peers, and how the organisation differs from them.
pub fn peers_cells(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> [Cell; 2] {
    let Some(found) = facts.comparison(metric, code, Against::Peers) else {
        let peers = facts.peers(metric, code, facts.release.period);
        let peers =
            peers.map_or_else(|| Cell::absent(Shorthand::NotApplicable), |one| Cell::figure_with_unit(Some(one)));
        return [peers, standing::verdict_cell(facts, metric, code, Against::Peers)];
    };
    let ratio = found.counts.map(|(numerator, denominator)| Ratio { numerator, denominator });
    let peers = found.value.map(|value| Cell::new(words::ratio_in_sentence(value, ratio, found.unit)));
    let peers = peers.unwrap_or_else(Cell::not_there);
    let is_told = standing::is_told(standing::state(facts, metric, code, Against::Peers));
    let difference = difference_words(found).filter(|_| is_told);
    [peers, standing::verdict_cell(facts, metric, code, Against::Peers).with_detail(difference)]
}

/// "+2.8 (−1.7 to +9.1)", "1.60 times (1.08 to 2.31)"; `None` without both limits.
fn difference_words(found: &FigureComparison) -> Option<String> {
    let cell = estimate_cell(found)?;
    let times = if found.is_ratio() { " times" } else { "" };
    Some(format!("{}{times} ({})", cell.text, cell.detail?))
}
