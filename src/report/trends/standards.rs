//! Standards over time: how long each held, where it comes from, and whether the nation met it.

use chrono::{Datelike, NaiveDate};

use crate::definitions::model::{Metric, Standard};
use crate::report::charts::{Chart, StandardBar, StandardBasis, StandardRow, StandardsTimeline};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::Mark;
use crate::report::sentences::standard;
use crate::report::trends::{is_historical, long_periods, span_words};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::shorthand::Shorthand;

/// A standard whose last day is not known is drawn so many years long.
const UNKNOWN_END: f64 = 1.0;
/// At most so many periods stand side by side.
const PERIODS_SHOWN: usize = 13;

/// A metric with standards for everybody, oldest first.
struct DocumentedStandards<'a> {
    metric: &'a Metric,
    standards: Vec<&'a Standard>,
}

fn documented<'a>(facts: &Facts<'a>) -> Vec<DocumentedStandards<'a>> {
    let of = |metric: &'a Metric| {
        let mut standards: Vec<&Standard> =
            metric.standards.iter().filter(|standard| standard.applies_to(BodyId::nation())).collect();
        standards.sort_by_key(|standard| standard.from);
        (!standards.is_empty()).then_some(DocumentedStandards { metric, standards })
    };
    let sections = facts.layouts.sections.iter();
    sections.flat_map(|section| section.select(&facts.release.metrics)).filter_map(of).collect()
}

/// All standards on one line of time, with their sources and outcomes.
pub fn standards_over_time(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let all = documented(facts);
    let mut blocks = vec![Block::Lead(message(facts).into())];
    if all.is_empty() {
        return blocks;
    }
    blocks.push(Block::section("when", "When standards held", vec![Block::Figure(Box::new(timeline(facts, &all)))]));
    blocks.extend(met_table(scope, &all).map(|table| {
        let words = "Whether the nation met them";
        Block::section("met", words, vec![Block::Table(table)])
    }));
    blocks
}

/// How many standards are known, and how many hold.
pub fn message(facts: &Facts<'_>) -> String {
    let all = documented(facts);
    let count: usize = all.iter().map(|one| one.standards.len()).sum();
    let period = facts.release.period;
    let held = all.iter().filter(|one| one.metric.standard_for(BodyId::nation(), period).is_some()).count();
    if count == 0 {
        return "No standard is documented for any metric.".to_owned();
    }
    let (standards, are) = if count == 1 { ("standard", "is") } else { ("standards", "are") };
    let metrics = if held == 1 { "metric" } else { "metrics" };
    format!(
        "{} {standards} {are} documented for {} of {} metrics; {} {metrics} had one throughout {}.",
        words::sentence_case(&words::number_words(count)),
        words::number_words(all.len()),
        words::number_words(facts.release.metrics.len()),
        words::number_words(held),
        period.words()
    )
}

/// A day in years: the middle of 2005 is 2005.5.
fn in_years(day: NaiveDate) -> f64 {
    let days = if day.leap_year() { 366.0 } else { 365.0 };
    f64::from(day.year()) + f64::from(day.ordinal0()) / days
}

fn timeline(facts: &Facts<'_>, all: &[DocumentedStandards<'_>]) -> Figure {
    let bar = |metric: &Metric, held: &Standard| StandardBar {
        from: in_years(held.from),
        to: held.to.map(in_years).or_else(|| is_historical(held.kind).then(|| in_years(held.from) + UNKNOWN_END)),
        words: words::with_unit(&held.level.to_string(), metric.unit),
        basis: if is_historical(held.kind) { StandardBasis::Historical } else { StandardBasis::InForce },
    };
    let chart_row = |one: &DocumentedStandards<'_>| StandardRow {
        label: one.metric.heading(),
        bars: one.standards.iter().map(|held| bar(one.metric, held)).collect(),
    };
    let row = |(metric, held): (&Metric, &Standard)| {
        let source = Cell::new(held.source.clone()).with_detail(Some(held.address.clone()).filter(|at| !at.is_empty()));
        let cells = vec![
            Cell::new(words::sentence_case(&standard::level_words(held, metric.unit))),
            Cell::new(words::sentence_case(standard::kind_words(held.kind))),
            Cell::new(words::sentence_case(&standard::dates_words(held))),
            source,
        ];
        Row::new(metric.heading(), cells)
    };
    let every = || all.iter().flat_map(|one| one.standards.iter().map(|held| (one.metric, *held)));
    let first_year = every().map(|(_, held)| held.from.year()).min().unwrap_or_default();
    // A standard may begin after the report's period.
    let latest = every().map(|(_, held)| held.from.year()).max().unwrap_or_default();
    let last_year = facts.release.period.last().year().max(latest);
    let subtitle = format!("Standards by the time in which they held, {first_year} to {last_year}");
    let in_force = every().filter(|(_, held)| !is_historical(held.kind) && held.to.is_none()).count();
    let unknown = every().filter(|(_, held)| is_historical(held.kind) && held.to.is_none()).count();
    let unknown_words = match unknown {
        0 => String::new(),
        1 => " The last day of one standard is not known; its bar is one year long.".to_owned(),
        more => format!(
            " The last days of {} standards are not known; their bars are one year long.",
            words::number_words(more)
        ),
    };
    Figure {
        id: "fig-standards".to_owned(),
        label: String::new(),
        title: match in_force {
            1 => "One standard is in force".to_owned(),
            count => format!("{} standards are in force", words::sentence_case(&words::number_words(count))),
        },
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Standards(StandardsTimeline {
            first_year,
            last_year,
            rows: all.iter().map(chart_row).collect(),
        }),
        text: format!("The table has the source of each standard.{unknown_words}"),
        table: Table::new(
            "tab-standards-over-time",
            subtitle,
            ["Metric", "Level", "Kind", "In place", "Source"].map(Column::words).to_vec(),
            every().map(row).collect(),
        ),
        table_summary: String::new(),
        downloads: vec![download::national_series("standards")],
    }
}

/// Metrics for which a standard held in some period, with the outcome of each period; `None` where none did.
fn met_table(scope: &Scope<'_>, all: &[DocumentedStandards<'_>]) -> Option<Table> {
    let facts = scope.facts();
    let periods = long_periods(facts);
    let shown = periods.get(periods.len().saturating_sub(PERIODS_SHOWN)..).unwrap_or_default();
    let cell = |metric: &Metric, period: &Period| match facts.figure(metric, BodyId::nation(), *period) {
        Some(figure) if figure.standard.is_some() => outcome_cell(figure),
        _ => Cell::absent(Shorthand::NotApplicable),
    };
    let holds = |metric: &Metric, period: &Period| {
        facts.figure(metric, BodyId::nation(), *period).is_some_and(|figure| figure.standard.is_some())
    };
    let row = |one: &DocumentedStandards<'_>| {
        let metric = one.metric;
        let cells = shown.iter().map(|period| cell(metric, period)).collect();
        let row = Row::new(metric.heading(), cells).linked(scope.edition.figures_address(metric));
        shown.iter().any(|period| holds(metric, period)).then_some(row)
    };
    let mut columns = vec![Column::words("Metric")];
    columns.extend(shown.iter().map(|period| Column::words(period.words()).unsorted()));
    let caption = format!("National figures against the standard that held, {}", span_words(shown));
    let table = Table::new("tab-standards-met", caption, columns, all.iter().filter_map(row).collect());
    (!table.rows.is_empty()).then(|| {
        table.explained(
            "Before the periods that are judged, a figure that lacks returns is not compared with a standard. Figures of few \
             cases are not called met or not met.",
        )
    })
}

fn outcome_cell(figure: &Observation) -> Cell {
    let outcome = Mark::new(standard::met_state(figure), standard::outcome_at_a_glance(figure));
    Cell::marks(vec![outcome]).with_detail(words::value_in_sentence(figure))
}
