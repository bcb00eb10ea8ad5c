//! The data table of a trend figure: one row per period with everything the drawing and its description use.

use crate::report::facts::{MATCHED_NOTE, Moved};
use crate::report::metric::figures_table::{FigureLine, absent_cell, figures_table};
use crate::report::metric::trend_data::TrendData;
use crate::report::metric::trend_words::{break_words, event_words, standard_words, subtitle};
use crate::report::page::table::{Cell, Column, Table};
use crate::report::sentences::standard;
use crate::report::words;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::Status;
use crate::vocabulary::shorthand::Shorthand;

/// The table, newest period last.
pub fn trend_data_table(data: &TrendData<'_>) -> Table {
    let metric = data.request.metric;
    let period = data.facts.release.period;
    let periods = data.facts.release.trend.iter().zip(&data.figures).enumerate();
    let lines: Vec<FigureLine<'_>> = periods
        .map(|(index, (period, figure))| FigureLine {
            heading: period.words(),
            figure: *figure,
            emphasised: false,
            note: note(data, index, *figure),
        })
        .collect();
    let id = format!("tab-{}-trend", metric.id);
    let mut table = figures_table(&id, subtitle(data), "Period", (metric.unit, &lines));
    for compared in &data.compared {
        let cell =
            |figure: Option<&Observation>| Cell::figure(figure).with_detail(figure.and_then(words::counts_remark));
        let column = Column::in_unit(&compared.line.label, metric.unit);
        table = table.with_column(column, compared.figures.iter().copied().map(cell).collect::<Vec<_>>());
    }
    for (held, _) in &data.standards {
        table = table.explained(format!("{}.", words::sentence_case(&standard_words(metric, held))));
    }
    let unit = words::change_unit(metric.unit);
    let heading = format!("Change on the period before ({unit})");
    table = table.with_column(Column::numbers(heading), changes(data, |p| p.step(-1)));
    if !matches!(period.kind, PeriodType::FinancialYear | PeriodType::CalendarYear) {
        let year_before = |p: Period| Period { first: p.first.plus(-12), ..p };
        let heading = format!("Change on a year before ({unit})");
        table = table.with_column(Column::numbers(heading), changes(data, year_before));
    }
    if let Some(control) = &data.control {
        table = control.add_columns(table);
    }
    if let Some(sentence) = data.run_sentence() {
        table = table.explained(sentence);
    }
    let years = [|p: Period| p.step(-1), |p: Period| Period { first: p.first.plus(-12), ..p }];
    if years.into_iter().any(|earlier| is_matched(data, earlier)) {
        table = table.explained(MATCHED_NOTE);
    }
    if !data.request.code.is_nation() {
        return table;
    }
    table.with_column(Column::numbers("Monthly returns used"), returns_used(&data.figures))
}

/// The change of each period's figure on an earlier one of the same trend.
fn changes(data: &TrendData<'_>, earlier: fn(Period) -> Period) -> Vec<Cell> {
    let trend = &data.facts.release.trend;
    let cell = |(period, now): (&Period, Option<&Observation>)| {
        let Some(at) = trend.iter().position(|p| *p == earlier(*period)) else {
            return Cell::absent(Shorthand::NotApplicable);
        };
        let before = data.figures.get(at).copied().flatten();
        match now.zip(before).and_then(|(now, before)| data.facts.moved(data.request.metric, now, before)) {
            Some(moved) => moved
                .change()
                .map_or_else(|| Cell::absent(Shorthand::NotAvailable), Cell::change)
                .with_detail(moved.basis_words()),
            None => absent_cell(now).or_else(|| absent_cell(before)).unwrap_or_else(Cell::not_there),
        }
    };
    trend.iter().zip(data.figures.iter().copied()).map(cell).collect()
}

/// Whether some change of the trend is over some of the organisations only.
fn is_matched(data: &TrendData<'_>, earlier: fn(Period) -> Period) -> bool {
    data.figures.iter().copied().flatten().any(|now| {
        let before = data.facts.figure(data.request.metric, &now.org_code, earlier(now.period));
        let moved = before.and_then(|before| data.facts.moved(data.request.metric, now, before));
        matches!(moved, Some(Moved::Matched(_)))
    })
}

fn returns_used(figures: &[Option<&Observation>]) -> Vec<Cell> {
    let cell = |figure: Option<&Observation>| match figure.and_then(|f| f.coverage) {
        Some(coverage) => Cell::new(format!("{} of {}", coverage.returned, coverage.expected)),
        None => Cell::absent(Shorthand::NotAvailable),
    };
    figures.iter().copied().map(cell).collect()
}

/// What a reader of one period should know: the standard that held, an incomplete or provisional figure, an event.
fn note(data: &TrendData<'_>, index: usize, figure: Option<&Observation>) -> String {
    let mut parts = Vec::new();
    let held = data.standards.iter().find(|(_, range)| range.contains(&index));
    if let (Some(figure), Some((held, _))) = (figure, held) {
        let kind = standard::kind_words(held.kind);
        let level = standard::level_words(held, data.request.metric.unit);
        parts.push(format!("{kind} of {level}: {}", standard::outcome_words(figure)));
    }
    if data.provisional.get(index).is_some_and(|is| *is) {
        parts.push(Shorthand::Provisional.to_string());
    }
    let months = figure.filter(|f| !f.org_code.is_nation() && f.status == Status::Value).and_then(|f| f.coverage);
    if let Some(coverage) = months.filter(|c| c.returned < c.expected) {
        parts.push(format!("{} of {} months returned", coverage.returned, coverage.expected));
    }
    let period = data.facts.release.trend.get(index);
    if period.is_some_and(|period| data.facts.lacks_cases(data.request.metric, data.request.code, *period)) {
        parts.push("too few of the usual cases to be judged".to_owned());
    }
    parts.extend(data.breaks.contains(&index).then(|| break_words(data, index)));
    parts.extend(data.told_events().iter().filter(|(at, _)| *at == index).map(|(_, event)| event_words(event)));
    parts.join("; ")
}
