//! Every metric of one organisation in one table: its figure, that of its peers and of all, where it lies among the forces as a
//! drawing, and the verdicts. No figure of a single other organisation is in it.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::{CellState, Chart, JudgedMark, MarkMeaning, SpineRow, ValueRange};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::force::metrics::may_see_nation;
use crate::report::metric::figures_table;
use crate::report::metric::steps::search_sentence;
use crate::report::national::all_metrics::{change_cells, rows, standard_cell};
use crate::report::national::one_force::peers_cells;
use crate::report::page::block::Block;
use crate::report::page::cell::CellValue;
use crate::report::page::table::{Cell, Column, Table, Widths};
use crate::report::sentences::standing;
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Shape, Status, Unit};
use crate::vocabulary::shorthand::Shorthand;

/// Other forces with a figure of enough cases, below which their middle half is not drawn.
const LEAST_OTHERS: usize = 12;
/// Forces whose mean is an end of the middle half, so that no end is the figure of one force.
const IN_AN_END: usize = 3;

/// Every metric of the organisation in one table.
pub fn own_figures(scope: &Scope<'_>, body: &Organisation) -> Block {
    let mut blocks = vec![Block::Table(spine_table(scope, body))];
    blocks.extend(search_sentence(scope.facts(), None, Some(&body.code)).map(Block::paragraph));
    Block::section("at-a-glance", "All metrics at a glance", blocks)
}

/// Every metric of which the release has a figure for the organisation, by principle.
fn spine_table(scope: &Scope<'_>, body: &Organisation) -> Table {
    let facts = scope.facts();
    let code = &*body.code;
    let before = facts.year_before();
    let mut columns = vec![Column::words("Metric"), Column::numbers(&*body.short_name)];
    columns.extend(["Peers", "All"].map(Column::numbers));
    columns.push(Column::words("Right is better").unsorted());
    columns.push(Column::words("Against peers"));
    columns.extend(before.map(|_| Column::words("Change in a year")));
    columns.push(Column::words("Standard"));
    let row = |metric: &Metric| {
        let own = facts.current(metric, code);
        facts.codes(metric).contains(&code).then_some(())?;
        let [peers, against] = peers_cells(facts, metric, code);
        let value = Cell::figure_with_unit(own).with_detail(own.and_then(words::counts_remark));
        let mut cells = vec![value, peers, nation_cell(facts, metric, code), spine_cell(facts, metric, code), against];
        cells.extend(before.map(|before| change_cell(facts, metric, code, before)));
        // The kind says whether a law, a regulator or the organisation itself set the level.
        let kind_and_level = figures_table::standard_cell(metric, own).detail;
        cells.push(standard_cell(metric, own).with_detail(kind_and_level));
        Some(cells)
    };
    let caption = format!("{}: all metrics, {}", body.short_name, facts.release.period.words_with_short_name());
    let table = Table::new("tab-overview", caption, columns, rows(scope, row)).with_widths(Widths::Dense);
    table.explained(reading(body))
}

fn reading(body: &Organisation) -> String {
    format!(
        "In each drawing the long line is the figure of all, the grey bar the middle half of the other forces, the square the \
         peers, the thick tick a standard, and the other mark {}. Each end of the grey bar is the mean of three forces. A word \
         against the peers, or for the change, stands where the difference is sure and larger than the margin of the metric.",
        body.short_name
    )
}

/// The national figure, where it tells of no single other.
fn nation_cell(facts: &Facts<'_>, metric: &Metric, own: &BodyId) -> Cell {
    if may_see_nation(facts, metric, own) {
        Cell::figure_with_unit(facts.current(metric, BodyId::nation()))
    } else {
        Cell::absent(Shorthand::Withheld)
    }
}

/// The verdict on the change since a year before, and its size.
fn change_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId, before: Period) -> Cell {
    let [size, verdict] = change_cells(facts, metric, code, before);
    match size.value {
        CellValue::Number { .. } => verdict.with_detail(Some(size.text)),
        _ => verdict,
    }
}

/// Where the figure lies between those of others. Counts of bodies of unequal size, and grades, have no place among others.
fn spine_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Cell {
    let drawn = || {
        let is_drawn =
            metric.shape != Shape::Count && metric.unit != Unit::Grade && may_see_nation(facts, metric, code);
        let all = value(facts.current(metric, BodyId::nation())).filter(|_| is_drawn)?;
        let own = facts.current(metric, code);
        let subject = value(own)?;
        let middle_half = middle_half(&others(facts, metric, code));
        let mark = match standing::state(facts, metric, code, Against::Peers) {
            CellState::Judged(mark) => mark,
            _ => JudgedMark::plain(MarkMeaning::CannotTell),
        };
        let spine = SpineRow {
            better: metric.better,
            all,
            middle_half,
            most: None,
            subject: Some(subject),
            mark,
            peers: peers_value(facts, metric, code),
            standard: own.and_then(|figure| figure.standard.as_ref()).map(|held| held.level),
        };
        let say = |limit| words::ratio_in_sentence(limit, None, metric.unit);
        let words = match middle_half {
            Some(range) => format!("middle half of the other forces: {} to {}", say(range.low), say(range.high)),
            None => "too few other forces for a middle half".to_owned(),
        };
        Some(Cell::default().with_drawing(format!("spine-{}", metric.id), words, Chart::Spine(spine)))
    };
    drawn().unwrap_or_else(|| Cell::absent(Shorthand::NotApplicable))
}

/// The figure of the peers that the organisation was held against; without a comparison their sum.
fn peers_value(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Option<f64> {
    match facts.comparison(metric, code, Against::Peers) {
        Some(found) => found.value,
        None => value(facts.peers(metric, code, facts.release.period)),
    }
}

fn value(figure: Option<&Observation>) -> Option<f64> {
    figure.filter(|figure| figure.status == Status::Value)?.value
}

/// Values of the other forces that are not of few cases, from the lowest to the highest.
fn others(facts: &Facts<'_>, metric: &Metric, own: &BodyId) -> Vec<f64> {
    let codes = facts.codes(metric).iter().filter(|code| **code != own && facts.is_force(code));
    let figures = codes.filter_map(|code| facts.current(metric, code)).filter(|figure| !figure.has_few_cases());
    let mut values: Vec<f64> = figures.filter_map(|figure| value(Some(figure))).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// From the lower to the upper quarter of values in order, each end the mean of three; `None` of too few.
fn middle_half(values: &[f64]) -> Option<ValueRange> {
    let quarter = values.len().checked_sub(1)? / 4;
    let from_above: Vec<f64> = values.iter().rev().copied().collect();
    let mean = |values: &[f64]| {
        let three = values.get(quarter.checked_sub(1)?..)?.get(..IN_AN_END)?;
        Some(three.iter().sum::<f64>() / 3.0)
    };
    let (low, high) = (mean(values)?, mean(&from_above)?);
    (values.len() >= LEAST_OTHERS).then_some(ValueRange { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_the_middle_half_is_the_mean_of_three_forces() {
        let values = |count: u32| (0..count).map(f64::from).map(|n| n * n).collect::<Vec<_>>();
        assert_eq!(middle_half(&values(11)), None);
        assert_eq!(middle_half(&[]), None);
        // Of 13 values the fourth and the tenth are the quarters: 9 and 81, here with their neighbours.
        let range = middle_half(&values(13)).unwrap();
        assert_eq!((range.low, range.high), ((4.0 + 9.0 + 16.0) / 3.0, (64.0 + 81.0 + 100.0) / 3.0));
    }
}
