//! The categories of a metric: parts that add up to it, or variants that each stand alone. National figures only.

use crate::definitions::model::{Breakdown, BreakdownKind, Metric};
use crate::report::facts::{Facts, MATCHED_NOTE, Moved};
use crate::report::metric::figures_table::{absent_cell, limit_cells, moved_cell, remark};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Shape, Unit};
use crate::vocabulary::shorthand::Shorthand;

/// One table with the categories' figures of the period, and one with their trend; empty without a breakdown.
pub fn breakdown_tables(facts: &Facts<'_>, metric: &Metric) -> Vec<Table> {
    metric
        .breakdown
        .as_ref()
        .map(|b| vec![current_table(facts, metric, b), trend_table(facts, metric, b)])
        .unwrap_or_default()
}

/// Heading, figure and unit of every line: the parts and their sum, or the variants.
fn lines<'o>(
    facts: &Facts<'o>,
    metric: &Metric,
    breakdown: &Breakdown,
    period: Period,
) -> Vec<(String, Unit, Option<&'o Observation>)> {
    let headline = facts.figure(metric, BodyId::nation(), period);
    let variants = breakdown.kind == BreakdownKind::Variants;
    let mut lines: Vec<_> = breakdown
        .categories
        .iter()
        .enumerate()
        .map(|(index, category)| {
            let own = facts.category(metric, BodyId::nation(), &category.key, period);
            // The headline is the first variant, and may be its only observation.
            let figure = own.or(headline.filter(|_| variants && index == 0));
            (category.title.clone(), category.unit.unwrap_or(metric.unit), figure)
        })
        .collect();
    if !variants {
        lines.push(("All categories".to_owned(), metric.unit, headline));
    }
    lines
}

fn current_table(facts: &Facts<'_>, metric: &Metric, breakdown: &Breakdown) -> Table {
    let period = facts.release.period;
    let lines = lines(facts, metric, breakdown, period);
    let interval = lines.iter().any(|(_, _, f)| f.is_some_and(|f| f.interval_95.is_some()));
    let counts = lines.iter().any(|(_, _, f)| f.is_some_and(|f| words::counts_words(f).is_some()));
    let notes = lines.iter().any(|(_, _, f)| remark(*f).is_some());
    let mut columns = vec![Column::words(&*breakdown.title), Column::numbers("Value")];
    if interval {
        columns.extend(["Lower 95% limit", "Upper 95% limit"].map(Column::numbers));
    }
    if counts {
        columns.push(Column::numbers("Numerator and denominator"));
    }
    let before = facts.previous();
    columns.extend(before.map(|p| Column::numbers(format!("Change on {}", p.words()))));
    if notes {
        columns.push(Column::words("Notes"));
    }
    let row = |(index, (heading, unit, figure)): (usize, &(String, Unit, Option<&Observation>))| {
        let mut cells = vec![Cell::figure_with_unit(*figure)];
        if interval {
            cells.extend(limit_cells(*figure, *unit).map(Cell::with_unit));
        }
        if counts {
            let told = figure.and_then(words::counts_words).map(Cell::new).or_else(|| absent_cell(*figure));
            cells.push(told.unwrap_or_else(|| Cell::absent(Shorthand::NotApplicable)));
        }
        if let Some(before) = before {
            let earlier = self::lines(facts, metric, breakdown, before).get(index).and_then(|line| line.2);
            let moved = figure.zip(earlier).and_then(|(now, before)| facts.moved(metric, now, before));
            cells.push(moved.map_or_else(Cell::not_there, |moved| moved_cell(&moved)));
        }
        if notes {
            cells.push(Cell::new(remark(*figure).map_or_else(|| "No note".to_owned(), |r| words::sentence_case(&r))));
        }
        let emphasised = breakdown.kind == BreakdownKind::Parts && index + 1 == lines.len();
        Row::new(heading.clone(), cells).emphasised(emphasised)
    };
    let rows = lines.iter().enumerate().map(row).collect();
    let is_matched = |(index, (_, _, figure)): (usize, &(String, Unit, Option<&Observation>))| {
        let earlier = before.and_then(|before| self::lines(facts, metric, breakdown, before).get(index)?.2);
        let moved = figure.zip(earlier).and_then(|(now, before)| facts.moved(metric, now, before));
        matches!(moved, Some(Moved::Matched(_)))
    };
    let is_matched = lines.iter().enumerate().any(is_matched);
    let caption =
        format!("{}, by {}, {}", metric.title, words::plain_name(&breakdown.column), period.words_with_short_name());
    let table = Table::new(format!("tab-{}-breakdown", metric.id), caption, columns, rows)
        .explained(kind_sentence(metric.shape, breakdown.kind));
    if is_matched { table.explained(MATCHED_NOTE) } else { table }
}

fn trend_table(facts: &Facts<'_>, metric: &Metric, breakdown: &Breakdown) -> Table {
    let trend = &facts.release.trend;
    let by_period: Vec<_> = trend.iter().map(|period| lines(facts, metric, breakdown, *period)).collect();
    let headings =
        by_period.last().map(|l| l.iter().map(|line| line.0.clone()).collect::<Vec<_>>()).unwrap_or_default();
    let row = |(index, heading): (usize, String)| {
        let cells = by_period.iter().map(|lines| Cell::figure_with_unit(lines.get(index).and_then(|l| l.2))).collect();
        Row::new(heading, cells)
    };
    let mut columns = vec![Column::words(&*breakdown.title)];
    columns.extend(trend.iter().map(|period| Column::numbers(facts.period_heading(metric, *period))));
    let caption = format!("{}, by {} and period", metric.title, words::plain_name(&breakdown.column));
    let rows = headings.into_iter().enumerate().map(row).collect();
    Table::new(format!("tab-{}-breakdown-trend", metric.id), caption, columns, rows)
}

fn kind_sentence(shape: Shape, kind: BreakdownKind) -> &'static str {
    match kind {
        _ if shape == Shape::Status => "Each line says how many organisations have that grade.",
        BreakdownKind::Parts => "The categories do not overlap; together they make up the figure.",
        BreakdownKind::Variants => {
            "Each line is a figure of its own; the lines do not add up. The first is the figure of the metric."
        }
    }
}
