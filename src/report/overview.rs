//! The national edition's first page: every metric by section with its value, standard, changes and coverage.

use serde::Serialize;

use crate::definitions::model::Metric;
use crate::report::breakdown::{limit_with_unit, moved_cell, value_with_unit};
use crate::report::coverage::count_coverage;
use crate::report::edition::PageKind;
use crate::report::facts::{Facts, MATCHED_NOTE, Moved};
use crate::report::page::{Frame, national_frame};
use crate::report::table::{Cell, Column, Row, Table, limit_cells, marker, reason};
use crate::report::{standard, words};
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::returns::ReturnState;

/// A heading with its table; the id is a link target.
#[derive(Debug, Clone, Serialize)]
pub struct OverviewSection {
    pub id: String,
    pub title: String,
    pub table: Table,
}

/// `index.html` of the national edition.
#[derive(Debug, Clone, Serialize)]
pub struct OverviewPage {
    pub frame: Frame,
    pub summary: String,
    pub findings: Vec<String>,
    pub sections: Vec<OverviewSection>,
}

/// Builds the page.
pub fn build_overview(facts: &Facts<'_>) -> OverviewPage {
    let layout = &facts.layouts.national;
    let heading = format!("{}, {}", layout.title, facts.release.period.words());
    let sections = layout.sections.iter().enumerate().filter_map(|(index, section)| {
        let metrics = section.select(&facts.release.metrics);
        (!metrics.is_empty()).then(|| OverviewSection {
            id: format!("section-{}", index + 1),
            title: section_title(section.principle, &section.title),
            table: section_table(facts, index + 1, &section.title, &metrics),
        })
    });
    OverviewPage {
        frame: national_frame(facts, &heading, PageKind::Overview),
        summary: layout.summary.clone(),
        findings: findings(facts),
        sections: sections.collect(),
    }
}

/// "Principle 2: Creating the data record".
pub fn section_title(principle: Option<u8>, title: &str) -> String {
    principle.map_or_else(|| title.to_owned(), |number| format!("Principle {number}: {title}"))
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

fn section_table(facts: &Facts<'_>, number: usize, title: &str, metrics: &[&Metric]) -> Table {
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
        let [lower, upper] = limit_cells(figure, metric.unit).map(|c| limit_with_unit(c, metric.unit));
        let mut cells = vec![value_cell(figure), lower, upper, standard_cell(metric, figure)];
        cells.extend(earlier.iter().map(|period| change_cell(facts, metric, NATIONAL, *period)));
        cells.push(count_coverage(facts, metric).cell());
        let heading = format!("{} {}", metric.id, metric.title);
        Row { heading, link: Some(PageKind::Metric(metric).path()), emphasised: false, cells }
    };
    let rows = metrics.iter().map(row).collect();
    let caption = format!("{title}: national figures, {}", facts.release.period.words_with_short_name());
    let table = Table::new(format!("tab-section-{number}"), caption, columns, rows);
    let is_matched = |metric: &&Metric| {
        let moved = earlier.iter().filter_map(|period| change(facts, metric, NATIONAL, *period));
        moved.into_iter().any(|moved| matches!(moved, Moved::Matched(_)))
    };
    if metrics.iter().any(is_matched) { table.explained(MATCHED_NOTE) } else { table }
}

/// The value with its unit; below it the counts, or why there is none.
pub fn value_cell(figure: Option<&Observation>) -> Cell {
    let detail = figure.and_then(words::counts_remark).or_else(|| reason(figure));
    Cell::new(value_with_unit(figure)).with_detail(detail)
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
        None => Cell::new(marker(now).or(marker(before)).unwrap_or("[x]")),
    }
}
