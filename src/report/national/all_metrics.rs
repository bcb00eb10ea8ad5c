//! Every metric of the nation in one table: figure, trend, change in a year, standard, and how forces spread.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::{CellState, Chart, MarkMeaning, SparkPoint, Sparkline, StripPlot};
use crate::report::edition::Scope;
use crate::report::facts::{Facts, Moved};
use crate::report::metric::figures_table::{absent_cell, value_cell};
use crate::report::national::summary::message;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::page::text::Mark;
use crate::report::sentences::{standard, standing};
use crate::report::words::{self, Change};
use crate::stats::overdispersion::quantile;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Status, Unit};
use crate::vocabulary::shorthand::Shorthand;

/// At most so many periods stand in a small line.
const SPARK_PERIODS: usize = 13;
/// At most so many forces are named in a cell.
const NAMED: usize = 3;
/// Fewer values than this are no spread.
const LEAST_SPREAD: usize = 4;

/// Every metric with its national figure, by principle.
pub fn national_figures(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let before = facts.year_before();
    let is_office = scope.edition.names_organisations();
    let mut columns = vec![Column::words("Metric"), Column::numbers("Figure"), Column::words("Trend").unsorted()];
    columns.extend(change_columns(before));
    columns.push(Column::words("Standard"));
    if is_office {
        columns.extend([
            Column::words("Spread of forces").unsorted(),
            Column::words("Clearly worse than peers").unsorted(),
        ]);
    }
    let row = |metric: &Metric| {
        let figure = facts.current(metric, BodyId::nation());
        let mut cells = vec![value_cell(figure).with_detail(None), trend_cell(facts, metric, BodyId::nation())];
        cells.extend(before.into_iter().flat_map(|before| change_cells(facts, metric, BodyId::nation(), before)));
        cells.push(standard_cell(metric, figure));
        if is_office {
            cells.extend([spread_cell(facts, metric), worse_cell(facts, metric)]);
        }
        Some(cells)
    };
    let caption = format!("National figures, {}", facts.release.period.words_with_short_name());
    let table = Table::new("tab-national", caption, columns, rows(scope, row)).with_widths(Widths::Dense);
    let table = table.explained(reading(facts, is_office));
    let lead = scope.section.is_none().then(|| Block::Lead(message(facts).into()));
    lead.into_iter().chain([Block::Table(table)]).collect()
}

/// One row for each metric that has cells, the first of each section under its heading.
pub fn rows(scope: &Scope<'_>, cells: impl Fn(&Metric) -> Option<Vec<Cell>>) -> Vec<Row> {
    let mut rows = Vec::new();
    for section in scope.sections() {
        let mut heading = Some(section.heading());
        for metric in section.select(&scope.facts().release.metrics) {
            let Some(cells) = cells(metric) else { continue };
            let row = Row::new(metric.heading(), cells).linked(scope.edition.figures_address(metric));
            rows.push(row.with_id(format!("row-{}", metric.id)).opens(heading.take()));
        }
    }
    rows
}

fn reading(facts: &Facts<'_>, is_office: bool) -> String {
    let change = match facts.year_before() {
        Some(before) => format!(
            "The change is that since {}, over the organisations that returned both periods. “Clearly” means the 99.8% level, \
             a word without it the 95% level.",
            before.words()
        ),
        None => "The release has no figures of a year before.".to_owned(),
    };
    let spread = if is_office {
        " Each tick in the spread is a force, the long tick the middle force; right is better."
    } else {
        ""
    };
    format!("{change}{spread}")
}

/// The columns of a change: its size with its sign, and its verdict.
pub fn change_columns(before: Option<Period>) -> Vec<Column> {
    before.map_or_else(Vec::new, |_| vec![Column::words("Change in a year"), Column::words("Verdict")])
}

/// The size of a change with its sign, and its verdict.
pub fn change_cells(facts: &Facts<'_>, metric: &Metric, code: &BodyId, before: Period) -> [Cell; 2] {
    let (now, then) = (facts.current(metric, code), facts.figure(metric, code, before));
    let moved = now.zip(then).and_then(|(now, then)| facts.moved(metric, now, then));
    let size = match moved.as_ref().and_then(Moved::change) {
        Some(change) => signed_cell(change),
        None => absent_cell(now).or_else(|| absent_cell(then)).unwrap_or_else(Cell::not_there),
    };
    [size, standing::verdict_cell(facts, metric, code, Against::YearBefore)]
}

/// A change with its sign; points of a share say so.
fn signed_cell(change: &Change) -> Cell {
    let mut cell = Cell::change(change);
    if change.unit() == Unit::Percent && !change.is_none() {
        cell.text = format!("{} points", cell.text);
    }
    cell
}

/// The last periods of a series as a small line.
pub fn trend_cell(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Cell {
    let trend = &facts.release.trend;
    let first = trend.len().saturating_sub(SPARK_PERIODS);
    let periods: Vec<Period> = trend.iter().copied().skip(first).collect();
    let figures: Vec<Option<&Observation>> = periods.iter().map(|at| facts.figure(metric, code, *at)).collect();
    let with_value = with_values(&figures);
    if with_value.is_empty() || metric.unit == Unit::Grade {
        return Cell::absent(Shorthand::NotApplicable);
    }
    let point = |(period, figure): (&Period, Option<&Observation>)| SparkPoint {
        value: figure.filter(|one| one.status == Status::Value).and_then(|one| one.value),
        provisional: facts.is_provisional(metric, code, *period),
    };
    let state = standing::state(facts, metric, code, Against::YearBefore);
    let last = match state {
        CellState::Judged(mark) if standing::is_told(state) && !mark.meaning.is_unremarkable() => Some(mark),
        _ => None,
    };
    let line = Sparkline {
        unit: metric.unit,
        points: periods.iter().zip(figures.iter().copied()).map(point).collect(),
        breaks: facts.breaks(metric).into_iter().filter_map(|at| at.checked_sub(first)).collect(),
        last,
    };
    let words = format!("{} periods: {}", periods.len(), range_words(&with_value));
    Cell::default().with_drawing(format!("spark-{}", metric.id), words, Chart::Sparkline(line))
}

fn with_values<'o>(figures: &[Option<&'o Observation>]) -> Vec<&'o Observation> {
    let values = figures.iter().copied().flatten();
    let mut values: Vec<&Observation> =
        values.filter(|one| one.status == Status::Value && one.value.is_some()).collect();
    values.sort_by(|a, b| a.value.unwrap_or_default().total_cmp(&b.value.unwrap_or_default()));
    values
}

/// "lowest 81.0%, highest 88.4%" of figures in order of their values.
fn range_words(in_order: &[&Observation]) -> String {
    let say = |figure: Option<&&Observation>| figure.and_then(|one| words::value_in_sentence(one)).unwrap_or_default();
    format!("lowest {}, highest {}", say(in_order.first()), say(in_order.last()))
}

/// The standard that held, and whether it was met.
pub fn standard_cell(metric: &Metric, figure: Option<&Observation>) -> Cell {
    match figure.and_then(|figure| Some((standard::held(metric, figure)?, figure))) {
        Some((held, figure)) => {
            let outcome = standard::outcome_at_a_glance(figure);
            let level = standard::level_words(held, metric.unit);
            Cell::marks(vec![Mark::new(standard::met_state(figure), outcome)]).with_detail(Some(level))
        }
        None => Cell::new("None"),
    }
}

fn spread_cell(facts: &Facts<'_>, metric: &Metric) -> Cell {
    let forces = facts.codes(metric).iter().filter(|code| facts.is_force(code));
    let figures: Vec<Option<&Observation>> = forces.map(|code| facts.current(metric, code)).collect();
    let in_order = with_values(&figures);
    if in_order.len() < LEAST_SPREAD || metric.unit == Unit::Grade {
        return Cell::absent(Shorthand::NotApplicable);
    }
    let values: Vec<f64> = in_order.iter().filter_map(|figure| figure.value).collect();
    let national = facts.current(metric, BodyId::nation());
    let strip = StripPlot {
        unit: metric.unit,
        better: metric.better,
        subject: None,
        median: quantile(&values, 0.5),
        standard: national.and_then(|figure| figure.standard.as_ref()).map(|result| result.level),
        values,
    };
    let words = format!("{} forces: {}", in_order.len(), range_words(&in_order));
    Cell::default().with_drawing(format!("strip-{}", metric.id), words, Chart::Strip(strip))
}

/// The forces that are clearly worse than their peers, by name.
fn worse_cell(facts: &Facts<'_>, metric: &Metric) -> Cell {
    let worse = worse_forces(facts, metric);
    if worse.is_empty() {
        return Cell::new("None");
    }
    let mut names: Vec<String> = worse.iter().take(NAMED).map(|code| facts.name(code)).collect();
    match worse.len() - names.len() {
        0 => {}
        more => names.push(format!("{} more", words::number_words(more))),
    }
    Cell::new(words::list_words(&names))
}

/// The forces that are clearly worse than their peers on a metric, in order of their names.
pub fn worse_forces<'a>(facts: &Facts<'a>, metric: &Metric) -> Vec<&'a BodyId> {
    let is_worse = |code: &&&BodyId| {
        let state = standing::state(facts, metric, code, Against::Peers);
        facts.is_force(code) && standing::is_clear(state, MarkMeaning::Worse)
    };
    facts.codes(metric).iter().filter(is_worse).copied().collect()
}
