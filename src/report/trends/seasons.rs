//! The same months of earlier years side by side, which keeps the season out of a comparison.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::{CellState, Chart, DumbbellChart, DumbbellRow, MarkMeaning};
use crate::report::edition::Scope;
use crate::report::facts::{Facts, Moved};
use crate::report::national::all_metrics::{change_cells, change_columns, rows};
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::sentences::standing;
use crate::report::trends::{long_periods, value};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::Unit;

/// At most so many years stand side by side.
const YEARS_SHOWN: usize = 6;

/// The report's period and the same months of earlier years, oldest first.
pub fn same_months(facts: &Facts<'_>) -> Vec<Period> {
    let period = facts.release.period;
    let is_same = |one: &&Period| one.first.months_since(period.first).rem_euclid(12) == 0;
    let mut same: Vec<Period> = long_periods(facts).iter().filter(is_same).copied().collect();
    same.split_off(same.len().saturating_sub(YEARS_SHOWN))
}

/// The national figures of the same months of earlier years.
pub fn seasons(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let mut blocks = vec![Block::Lead(message(facts).into())];
    let same = same_months(facts);
    if same.len() < 2 || is_yearly(facts) {
        return blocks;
    }
    let changed = changed(facts);
    if !changed.is_empty() {
        let figure = Block::Figure(Box::new(changed_figure(facts, &changed)));
        blocks.push(Block::section("changed", "Percentages that changed", vec![figure]));
    }
    let before = facts.year_before();
    let row = |metric: &Metric| {
        let cells = same.iter().map(|period| Cell::figure_with_unit(facts.figure(metric, BodyId::nation(), *period)));
        let mut cells: Vec<Cell> = cells.collect();
        cells.extend(before.into_iter().flat_map(|before| change_cells(facts, metric, BodyId::nation(), before)));
        Some(cells)
    };
    let mut columns = vec![Column::words("Metric")];
    columns.extend(same.iter().map(|period| Column::numbers(period.words())));
    columns.extend(change_columns(before));
    let caption = format!("National figures of the same {} of each year", months_words(facts));
    let table = Table::new("tab-same-months", caption, columns, rows(scope, row)).with_widths(Widths::Dense);
    let table = table.explained(
        "The change is over the organisations that returned both periods. A new definition breaks a series: figures by two \
         definitions do not compare.",
    );
    let all = vec![Block::Table(table), Block::Download(download::all_long_series("earlier-years"))];
    blocks.push(Block::section("years", "Every metric", all));
    blocks
}

fn is_yearly(facts: &Facts<'_>) -> bool {
    matches!(facts.release.period.kind, PeriodType::FinancialYear | PeriodType::CalendarYear | PeriodType::Rolling12m)
}

fn months_words(facts: &Facts<'_>) -> &'static str {
    if facts.release.period.kind == PeriodType::Month { "month" } else { "quarter" }
}

/// How many years there are, and how many percentages changed.
pub fn message(facts: &Facts<'_>) -> String {
    let (period, same) = (facts.release.period, same_months(facts));
    if is_yearly(facts) {
        return "A whole year has no season: its figures compare as they are.".to_owned();
    }
    match (facts.year_before(), same.len()) {
        (Some(before), years) if years > 1 => {
            let changed = changed(facts).len();
            let have = if changed == 1 { "percentage has" } else { "percentages have" };
            format!(
                "{} national {have} changed between {} and {}.",
                words::sentence_case(&words::number_words(changed)),
                before.words(),
                period.words()
            )
        }
        (None, years) if years > 1 => format!(
            "The same months of {} earlier years stand side by side. None of them lies in the periods that are judged.",
            words::number_words(years - 1)
        ),
        _ => format!("There are no figures of the same months of a year before {}.", period.words()),
    }
}

/// A percentage that differs surely, and by more than the margin, from that of a year before.
#[derive(Debug)]
struct ChangedPercentage<'a> {
    metric: &'a Metric,
    state: CellState,
    now: &'a Observation,
    before: &'a Observation,
    words: String,
}

/// The percentages that changed, better or worse or neither, the largest change first.
fn changed<'a>(facts: &Facts<'a>) -> Vec<ChangedPercentage<'a>> {
    let Some(year_before) = facts.year_before() else { return Vec::new() };
    let meanings = [MarkMeaning::Better, MarkMeaning::Worse, MarkMeaning::Different];
    let found = meanings
        .into_iter()
        .flat_map(|meaning| standing::stand_outs(facts, BodyId::nation(), Against::YearBefore, meaning).into_iter());
    let found = found.filter(|one| one.metric.unit == Unit::Percent).filter_map(|one| {
        let now = facts.current(one.metric, BodyId::nation())?;
        let before = facts.figure(one.metric, BodyId::nation(), year_before)?;
        let change = facts.moved(one.metric, now, before)?.change()?.clone();
        Some((
            change.amount().abs(),
            ChangedPercentage { metric: one.metric, state: one.state, now, before, words: change.signed_text() },
        ))
    });
    let mut found: Vec<(f64, ChangedPercentage<'a>)> = found.collect();
    found.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.metric.id.cmp(&other.metric.id)));
    found.into_iter().map(|(_, changed)| changed).collect()
}

/// A number of metrics; nothing is "none".
fn count_words(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { words::number_words(count) }
}

fn changed_figure(facts: &Facts<'_>, changed: &[ChangedPercentage<'_>]) -> Figure {
    let period = facts.release.period;
    let before = facts.year_before().map(Period::words).unwrap_or_default();
    let chart_row = |one: &ChangedPercentage<'_>| DumbbellRow {
        label: one.metric.title.clone(),
        before: value(Some(one.before)),
        now: value(Some(one.now)),
        mark: standing::plain_mark(one.state),
        words: one.words.clone(),
        provisional: facts.is_provisional(one.metric, BodyId::nation(), period),
        emphasised: false,
    };
    let row = |one: &ChangedPercentage<'_>| {
        let moved = facts.moved(one.metric, one.now, one.before);
        let basis = moved.as_ref().and_then(Moved::basis_words);
        let verdict = standing::verdict_cell(facts, one.metric, BodyId::nation(), Against::YearBefore);
        let change = Cell::new(one.words.clone()).with_detail(basis);
        let cells = vec![Cell::figure(Some(one.before)), Cell::figure(Some(one.now)), change, verdict];
        Row::new(one.metric.heading(), cells)
    };
    let columns = vec![
        Column::words("Metric"),
        Column::in_unit(&before, Unit::Percent),
        Column::in_unit(period.words(), Unit::Percent),
        Column::numbers("Change (percentage points)"),
        Column::words("Verdict"),
    ];
    let largest = changed.first().map(|one| one.metric.title.clone()).unwrap_or_default();
    let subtitle =
        format!("National percentages that differ surely from {before} (at the 95% level), {}", period.words());
    let better = changed.iter().filter(|one| standing::is(one.state, MarkMeaning::Better)).count();
    let worse = changed.iter().filter(|one| standing::is(one.state, MarkMeaning::Worse)).count();
    Figure {
        id: "fig-same-months".to_owned(),
        label: String::new(),
        title: format!("The largest change was that of {largest}"),
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Dumbbell(DumbbellChart {
            unit: Unit::Percent,
            axis_title: words::sentence_case(Unit::Percent.words()),
            before,
            now: period.words(),
            rows: changed.iter().map(chart_row).collect(),
        }),
        text: format!(
            "{} became better, {} worse. Rates, delays and counts stand in the table below.",
            words::sentence_case(&count_words(better)),
            count_words(worse)
        ),
        table: Table::new("tab-changed", subtitle, columns, changed.iter().map(row).collect()),
        table_summary: String::new(),
        downloads: vec![download::national_series("changed-percentages")],
    }
}
