//! Regions over time and beside each other: places of the latest period for every metric, and the series of one metric.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::report::charts::{CellState, Chart, MarkMeaning, PanelGroup, SmallMultiples, SmallPanel};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::national::all_metrics::{change_cells, change_columns, rows};
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::sentences::standing::{self, Unremarkable};
use crate::report::trends::{figures, long_periods, points, span_words, value};
use crate::report::words;
use crate::stats::ranks::{Rank, Ranked, ranks};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Unit;
use crate::vocabulary::shorthand::Shorthand;

/// The places of a metric's regions in a period, in the order of their codes. Few cases have no place.
pub fn places(facts: &Facts<'_>, metric: &Metric, codes: &[&BodyId], period: Period) -> Vec<Option<Rank>> {
    let ranked = |code: &&BodyId| {
        let figure = facts.figure(metric, code, period).filter(|figure| !figure.has_few_cases())?;
        Some(Ranked { value: value(Some(figure))?, interval: figure.interval_998? })
    };
    let own: Vec<Option<Ranked>> = codes.iter().map(ranked).collect();
    ranks(&own, metric.better)
}

/// "2 (1 to 4)": a place, and those that chance leaves open.
fn place_cell(rank: Option<Rank>) -> Cell {
    match rank {
        None => Cell::absent(Shorthand::NotApplicable),
        Some(rank) if rank.at_least == rank.at_most => Cell::count(rank.rank),
        Some(rank) => Cell::new(format!("{} ({} to {})", rank.rank, rank.at_least, rank.at_most)),
    }
}

/// "1 to 4": the places that chance leaves open.
fn open_places_cell(rank: Option<Rank>) -> Cell {
    match rank {
        Some(rank) if rank.at_least < rank.at_most => Cell::new(format!("{} to {}", rank.at_least, rank.at_most)),
        rank => place_cell(rank),
    }
}

/// Every metric by region in the report's period, with the places of the regions.
pub fn region_places(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let mut regions: Vec<&BodyId> =
        facts.release.metrics.iter().flat_map(|metric| facts.region_codes(metric)).collect();
    regions.sort_unstable();
    regions.dedup();
    if regions.is_empty() {
        return vec![Block::Lead("This release has no figures of regions.".into())];
    }
    let period = facts.release.period;
    let figures = |metric: &Metric| {
        let has_figure = regions.iter().any(|code| value(facts.current(metric, code)).is_some());
        let cells = regions.iter().map(|code| Cell::figure_with_unit(facts.current(metric, code)));
        (has_figure && metric.unit != Unit::Grade).then(|| cells.collect())
    };
    let own_places = |metric: &Metric| {
        let places = places(facts, metric, &regions, period);
        places.iter().any(Option::is_some).then(|| places.into_iter().map(open_places_cell).collect())
    };
    let mut columns = vec![Column::words("Metric")];
    columns.extend(regions.iter().map(|code| Column::numbers(facts.name(code)).unsorted()));
    let table = |id: &str, what: &str, rows: Vec<Row>| {
        let caption = format!("{what} of regions, {}", period.words_with_short_name());
        Table::new(id, caption, columns.clone(), rows).with_widths(Widths::Dense)
    };
    let without_ids = rows(scope, own_places).into_iter().map(|row| Row { id: None, ..row }).collect();
    let places = table("tab-region-places", "Places", without_ids).explained(
        "Place 1 is the best. The places are those that chance leaves open, by 99.8% intervals. A metric without a better side \
         has no row. A figure of few cases or without an interval has no place.",
    );
    let figures = table("tab-region-figures", "Figures", rows(scope, figures));
    let figures = vec![Block::Table(figures), Block::Download(download::regions(period))];
    let mut blocks = vec![Block::Lead(message(facts).into())];
    blocks.extend(places.into_block().map(|table| Block::section("places", "Places", vec![table])));
    blocks.push(Block::section("figures", "Figures", figures));
    blocks
}

/// On how many metrics the best region is surely better than the worst.
pub fn message(facts: &Facts<'_>) -> String {
    let period = facts.release.period;
    let of_metric = |metric: &Metric| {
        let codes = facts.region_codes(metric);
        let found: Vec<Rank> = places(facts, metric, &codes, period).into_iter().flatten().collect();
        (found.len() > 1).then(|| found.iter().any(|rank| rank.at_least > 1))
    };
    let told: Vec<bool> = facts.release.metrics.iter().filter_map(of_metric).collect();
    let apart = told.iter().filter(|apart| **apart).count();
    match (told.len(), apart) {
        (0, _) => "No metric has places of regions in this period.".to_owned(),
        (all, 0) => {
            format!("On none of {} metrics is one region surely better than another.", words::number_words(all))
        }
        (all, apart) => format!(
            "On {} of {} metrics some region is surely better than another (at the 99.8% level).",
            words::number_words(apart),
            words::number_words(all)
        ),
    }
}

/// The series of each region of one metric, by what is said of its change in a year; nothing without regions.
pub fn region_series(facts: &Facts<'_>, metric: &Metric) -> Vec<Block> {
    let periods = long_periods(facts);
    let has_value = |code: &&BodyId| figures(facts, metric, code, periods).into_iter().any(|one| value(one).is_some());
    let codes: Vec<&BodyId> = facts.region_codes(metric).into_iter().filter(has_value).collect();
    if codes.is_empty() || metric.unit == Unit::Grade {
        return Vec::new();
    }
    let figure = Block::Figure(Box::new(region_figure(facts, metric, &codes)));
    vec![Block::section("regions", "Regions", vec![figure, Block::Table(place_table(facts, metric, &codes))])]
}

fn region_figure(facts: &Facts<'_>, metric: &Metric, codes: &[&BodyId]) -> Figure {
    let periods = long_periods(facts);
    let panel = |code: &BodyId, label: String| SmallPanel {
        label,
        points: points(facts, metric, code, periods),
        limits: None,
        mark: standing::plain_mark(standing::state(facts, metric, code, Against::YearBefore)),
    };
    let groups = panel_groups(facts, metric, codes, &panel);
    let mut columns = vec![Column::words("Period"), Column::numbers(facts.everyone(metric))];
    columns.extend(codes.iter().map(|code| Column::numbers(facts.name(code))));
    let row = |period: &Period| {
        let cells = std::iter::once(BodyId::nation()).chain(codes.iter().copied());
        let cells = cells.map(|code| Cell::figure(facts.figure(metric, code, *period))).collect();
        Row::new(facts.period_heading(metric, *period), cells)
    };
    let unit = words::unit_heading(metric.unit);
    let span = span_words(periods);
    Figure {
        id: format!("fig-{}-regions", metric.id),
        label: String::new(),
        title: title(facts, metric, codes),
        subtitle: format!("{}, each region, {span}, by {}", metric.title, facts.release.period.kind.words()),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::SmallMultiples(SmallMultiples {
            unit: metric.unit,
            axis_title: words::sentence_case(metric.unit.words()),
            first_period: periods.first().map(|period| period.words()).unwrap_or_default(),
            last_period: periods.last().map(|period| period.words()).unwrap_or_default(),
            groups,
        }),
        text: "Every line is drawn on one scale. A mark at its end says how the region stands against its own figure of a year \
               before."
            .to_owned(),
        table: Table::new(
            format!("tab-{}-region-series", metric.id),
            format!("{} ({unit}), by region, {span}", metric.title),
            columns,
            periods.iter().map(row).collect(),
        ),
        table_summary: String::new(),
        downloads: vec![download::long_series(
            metric,
            "regions",
            std::iter::once(BodyId::nation()).chain(codes.iter().copied()).cloned().collect(),
        )],
    }
}

/// The nation first, then regions by what is said of their change in a year.
fn panel_groups(
    facts: &Facts<'_>,
    metric: &Metric,
    codes: &[&BodyId],
    panel: &impl Fn(&BodyId, String) -> SmallPanel,
) -> Vec<PanelGroup> {
    let against = Unremarkable::against(Against::YearBefore);
    let nation = panel(BodyId::nation(), facts.everyone(metric));
    let mut groups = vec![PanelGroup { title: String::new(), panels: vec![nation] }];
    let kinds = [
        (MarkMeaning::Worse, "Worse than a year before".to_owned()),
        (MarkMeaning::Better, "Better than a year before".to_owned()),
        (MarkMeaning::Different, "Changed in a year, neither is better".to_owned()),
        (MarkMeaning::Close, words::sentence_case(against.close)),
        (MarkMeaning::NoDifference, words::sentence_case(against.unclear)),
        (MarkMeaning::CannotTell, "Not compared with a year before".to_owned()),
    ];
    let meaning = |code: &BodyId| match standing::state(facts, metric, code, Against::YearBefore) {
        CellState::Judged(mark) => mark.meaning,
        CellState::Missing | CellState::Withheld | CellState::NotApplicable => MarkMeaning::CannotTell,
    };
    for (kind, title) in kinds {
        let own = codes.iter().filter(|code| meaning(code) == kind);
        let panels: Vec<SmallPanel> = own.map(|code| panel(code, facts.name(code))).collect();
        groups.extend((!panels.is_empty()).then_some(PanelGroup { title, panels }));
    }
    groups
}

/// The lowest and the highest region now.
fn title(facts: &Facts<'_>, metric: &Metric, codes: &[&BodyId]) -> String {
    let own = codes.iter().filter_map(|code| facts.current(metric, code)).filter(|one| value(Some(*one)).is_some());
    let mut own: Vec<&Observation> = own.collect();
    own.sort_by(|a, b| a.value.unwrap_or_default().total_cmp(&b.value.unwrap_or_default()));
    let say = |figure: &Observation| {
        format!("{} in {}", words::value_in_sentence(figure).unwrap_or_default(), facts.name(&figure.org_code))
    };
    match (own.first(), own.last()) {
        (Some(low), Some(high)) if low.org_code != high.org_code => {
            format!("{}: from {} to {}", metric.title, say(low), say(high))
        }
        _ => format!("{} by region", metric.title),
    }
}

/// Each region now and a year before, with its places.
fn place_table(facts: &Facts<'_>, metric: &Metric, codes: &[&BodyId]) -> Table {
    let before = facts.year_before();
    let now = places(facts, metric, codes, facts.release.period);
    let then = before.map(|before| places(facts, metric, codes, before));
    let row = |(at, code): (usize, &&BodyId)| {
        let mut cells = vec![Cell::figure_with_unit(facts.current(metric, code))];
        cells.push(place_cell(now.get(at).copied().flatten()));
        cells.extend(then.as_ref().map(|then| place_cell(then.get(at).copied().flatten())));
        cells.extend(before.into_iter().flat_map(|before| change_cells(facts, metric, code, before)));
        Row::new(facts.name(code), cells)
    };
    let mut columns = vec![Column::words("Region"), Column::numbers("Figure"), Column::numbers("Place").unsorted()];
    columns.extend(before.map(|before| Column::numbers(format!("Place, {}", before.words())).unsorted()));
    columns.extend(change_columns(before));
    let caption = format!("{}: places of regions, {}", metric.title, facts.release.period.words_with_short_name());
    let rows = codes.iter().enumerate().map(row).collect();
    Table::new(format!("tab-{}-places", metric.id), caption, columns, rows)
        .with_widths(Widths::Dense)
        .explained("Place 1 is the best. The places in brackets are those that chance leaves open, by 99.8% intervals.")
}
