//! The overview of the nation: every metric by section with its value, standard, changes and coverage.

use crate::definitions::model::Metric;
use crate::report::block::Block;
use crate::report::breakdown::moved_cell;
use crate::report::coverage::count_coverage;
use crate::report::edition::Scope;
use crate::report::facts::{Facts, MATCHED_NOTE, Moved};
use crate::report::figures_table::{absent_cell, limit_cells, reason};
use crate::report::table::{Cell, Column, Row, Table, Widths};
use crate::report::text::Text;
use crate::report::{standard, words};
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::returns::ReturnState;

/// How many metrics have a figure, meet their standard and rest on which returns.
pub fn at_a_glance(facts: &Facts<'_>) -> Block {
    let lines = findings(facts).into_iter().map(Text::from).collect();
    Block::key_findings("At a glance", vec![Block::List(lines)])
}

/// Every metric with its national figure, by section.
pub fn national_figures(scope: &Scope<'_>) -> Block {
    let facts = scope.facts();
    let has_pages = facts.release.metrics.iter().any(|metric| scope.edition.metric_address(metric).is_some());
    let links = "Each metric links to a page with its trend, the figures of each organisation, and its definition. ";
    let mut blocks = vec![Block::paragraph(format!(
        "{}Changes are stated as they are, without a judgement whether they are more than chance.",
        if has_pages { links } else { "" }
    ))];
    for (index, section) in scope.sections().into_iter().enumerate() {
        let metrics = section.select(&facts.release.metrics);
        if !metrics.is_empty() {
            let table = section_table(scope, index + 1, &section.title, &metrics);
            blocks.push(Block::section(format!("section-{}", index + 1), section.heading(), vec![Block::Table(table)]));
        }
    }
    Block::section("national-figures", "National figures", blocks)
}

fn findings(facts: &Facts<'_>) -> Vec<String> {
    let national: Vec<(&Metric, Option<&Observation>)> =
        facts.release.metrics.iter().map(|m| (m, facts.current(m, NATIONAL))).collect();
    let with_value = national.iter().filter(|(_, f)| f.is_some_and(|f| f.value.is_some())).count();
    let outcome = |met: bool| national.iter().filter(move |(m, f)| met_of(m, *f) == Some(met)).count();
    let (met, not_met) = (outcome(true), outcome(false));
    let of_few = |(metric, figure): &&(&Metric, Option<&Observation>)| {
        figure.is_some_and(|figure| figure.has_few_cases() && standard::held(metric, figure).is_some())
    };
    let few = national.iter().filter(of_few).count();
    let expected = facts.release.returns.iter().filter(|r| r.state != ReturnState::NotYetDue).count();
    let accepted = facts.release.returns.iter().filter(|r| matches!(r.state, ReturnState::Accepted { .. })).count();
    let count = |n: usize| words::number_words(n);
    let none_or = |n: usize| if n == 0 { "none".to_owned() } else { count(n) };
    let measured = match national.len() - with_value {
        0 => format!("All {} metrics have a national figure.", count(national.len())),
        _ => format!(
            "{} of {} metrics have a national figure.",
            words::sentence_case(&count(with_value)),
            count(national.len())
        ),
    };
    let unjudged = match few {
        0 => String::new(),
        1 => " One more that a standard held for rests on few cases.".to_owned(),
        more => format!(" {} more that a standard held for rest on few cases.", words::sentence_case(&count(more))),
    };
    let held = match met + not_met {
        0 if few > 0 => "A standard held throughout the period only for metrics with few cases.".to_owned(),
        0 => "No standard held throughout the period for any metric shown.".to_owned(),
        1 => format!(
            "A standard held for one of them throughout the period; it was {}.",
            if met == 1 { "met" } else { "not met" }
        ),
        all => format!(
            "A standard held for {} of them throughout the period: {} met it, {} did not.",
            count(all),
            none_or(met),
            none_or(not_met)
        ),
    };
    vec![
        measured,
        if met + not_met == 0 { held } else { held + &unjudged },
        format!("Of {} monthly returns that were due, {} were accepted.", count(expected), count(accepted)),
    ]
}

fn met_of(metric: &Metric, figure: Option<&Observation>) -> Option<bool> {
    let figure = figure.filter(|figure| !figure.has_few_cases())?;
    standard::held(metric, figure)?;
    figure.standard.as_ref()?.met
}

fn section_table(scope: &Scope<'_>, number: usize, title: &str, metrics: &[&Metric]) -> Table {
    let facts = scope.facts();
    let earlier: Vec<Period> = [facts.previous(), facts.year_before()].into_iter().flatten().collect();
    let mut columns = vec![
        Column::words("Metric"),
        Column::numbers("Value"),
        Column::numbers("Lower 95% limit"),
        Column::numbers("Upper 95% limit"),
        Column::words("Standard"),
    ];
    columns.extend(earlier.iter().map(|p| Column::words(format!("Change on {}", p.words()))));
    columns.push(Column::words("Returned in full"));
    let row = |metric: &&Metric| {
        let figure = facts.current(metric, NATIONAL);
        let [lower, upper] = limit_cells(figure, metric.unit).map(Cell::with_unit);
        let mut cells = vec![value_cell(figure), lower, upper, standard_cell(metric, figure)];
        cells.extend(earlier.iter().map(|period| change_cell(facts, metric, NATIONAL, *period)));
        cells.push(count_coverage(facts, metric).cell());
        Row::new(metric.heading(), cells).linked(scope.edition.metric_address(metric))
    };
    let rows = metrics.iter().map(row).collect();
    let caption = format!("{title}: national figures, {}", facts.release.period.words_with_short_name());
    let table =
        Table::new(format!("tab-section-{number}"), caption, columns, rows).with_widths(Widths::WideFirstWithLimits);
    let is_matched = |metric: &&Metric| {
        let moved = earlier.iter().filter_map(|period| change(facts, metric, NATIONAL, *period));
        moved.into_iter().any(|moved| matches!(moved, Moved::Matched(_)))
    };
    if metrics.iter().any(is_matched) { table.explained(MATCHED_NOTE) } else { table }
}

/// The value with its unit; below it the counts, or why there is none.
pub fn value_cell(figure: Option<&Observation>) -> Cell {
    let detail = figure.and_then(words::counts_remark).or_else(|| reason(figure));
    Cell::figure_with_unit(figure).with_detail(detail)
}

/// The standard that held, and whether it was met.
pub fn standard_cell(metric: &Metric, figure: Option<&Observation>) -> Cell {
    match figure.and_then(|f| Some((standard::held(metric, f)?, f))) {
        Some((held, figure)) => {
            let level = standard::level_words(held, metric.unit);
            let kind = words::sentence_case(standard::kind_words(held.kind));
            Cell::new(standard::outcome_at_a_glance(figure)).with_detail(Some(format!("{kind}: {level}")))
        }
        None if metric.standards.is_empty() => Cell::new("None documented"),
        None => Cell::new("None in force"),
    }
}

fn change<'a>(facts: &Facts<'a>, metric: &Metric, code: &str, earlier: Period) -> Option<Moved<'a>> {
    let (now, before) = facts.current(metric, code).zip(facts.figure(metric, code, earlier))?;
    facts.moved(metric, now, before)
}

/// How a figure moved on an earlier period.
pub fn change_cell(facts: &Facts<'_>, metric: &Metric, code: &str, earlier: Period) -> Cell {
    let (now, before) = (facts.current(metric, code), facts.figure(metric, code, earlier));
    match change(facts, metric, code, earlier) {
        Some(moved) => moved_cell(&moved),
        None => absent_cell(now).or_else(|| absent_cell(before)).unwrap_or_else(Cell::not_there),
    }
}
