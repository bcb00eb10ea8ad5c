//! The parts that readers of the layout ask about together: the figures of their metrics over time, and by category.

use crate::definitions::layout::LayoutPart;
use crate::definitions::model::{BreakdownKind, Metric};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::inspection::delays::delays;
use crate::report::page::block::Block;
use crate::report::page::cell::Cell;
use crate::report::page::table::{Column, Row, Table, Widths};
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;

/// At most so many periods stand side by side.
const PERIODS: usize = 5;

/// Each part of the layout of which the release has a figure for the organisation.
pub fn parts(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let parts = scope.edition.layout.parts.iter().enumerate();
    let sections: Vec<Block> = parts.filter_map(|(place, part)| section(scope, body, (place + 1, part))).collect();
    if sections.is_empty() {
        return vec![Block::paragraph(format!("{} does not answer for any of these metrics.", body.name))];
    }
    sections
}

fn section(scope: &Scope<'_>, body: &Organisation, (number, part): (usize, &LayoutPart)) -> Option<Block> {
    let facts = scope.facts();
    let known = part.metrics.iter().filter_map(|id| facts.release.metrics.iter().find(|metric| metric.id == *id));
    let metrics: Vec<&Metric> = known.filter(|metric| facts.codes(metric).contains(&&*body.code)).collect();
    let rows: Vec<Row> = metrics.iter().flat_map(|metric| rows(scope, body, metric)).collect();
    let mut columns = vec![Column::words("Metric and category")];
    columns.extend(periods(facts).into_iter().map(|period| Column::numbers(period.words())));
    let caption = format!("{}: {}, by period", body.short_name, part.title);
    let table = Table::new(format!("tab-part-{number}"), caption, columns, rows).with_widths(Widths::Dense);
    let delays = metrics.iter().filter_map(|metric| delays(facts, metric, body, &periods(facts)));
    let blocks = std::iter::once(table.into_block()?).chain(delays).collect();
    Some(Block::section(format!("part-{number}"), &*part.title, blocks))
}

/// The latest periods, and the one of a year before where it is earlier; oldest first.
fn periods(facts: &Facts<'_>) -> Vec<Period> {
    let trend = &facts.release.trend;
    let latest = trend.get(trend.len().saturating_sub(PERIODS)..).unwrap_or_default();
    let year_before = facts.year_before().filter(|before| !latest.contains(before));
    year_before.into_iter().chain(latest.iter().copied()).collect()
}

/// The headline of a metric, then its categories.
fn rows(scope: &Scope<'_>, body: &Organisation, metric: &Metric) -> Vec<Row> {
    let facts = scope.facts();
    let periods = periods(facts);
    let cells = |category: Option<&str>| {
        let figure = |period: &Period| match category {
            None => facts.figure(metric, &body.code, *period),
            Some(key) => facts.category(metric, &body.code, key, *period),
        };
        periods.iter().map(|period| figure_cell(figure(period))).collect()
    };
    let headline = Row::new(metric.heading(), cells(None)).linked(scope.edition.figures_address(metric));
    let categories = metric.breakdown.iter().flat_map(|breakdown| {
        // The first of several variants is the headline.
        let skipped = usize::from(breakdown.kind == BreakdownKind::Variants);
        breakdown.categories.iter().skip(skipped)
    });
    let categories =
        categories.map(|one| Row::new(format!("{}: {}", metric.id, one.title), cells(Some(one.key.as_str()))));
    std::iter::once(headline).chain(categories).collect()
}

fn figure_cell(figure: Option<&Observation>) -> Cell {
    Cell::figure_with_unit(figure).with_detail(figure.and_then(words::counts_remark))
}
