//! Long series of the nation: every metric in one table, and the series of one metric with its standards.

use std::ops::RangeInclusive;

use crate::assessment::Against;
use crate::definitions::model::{Metric, Standard};
use crate::report::charts::{
    CellState, Chart, EventMark, PointSign, SeriesRole, Sparkline, StandardSpan, TrendChart, TrendPoint, TrendSeries,
};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::figures_table::{FigureLine, figures_table};
use crate::report::metric::trend::period_tick;
use crate::report::national::all_metrics::{change_cells, change_columns, rows};
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Table, Widths};
use crate::report::page::text::Text;
use crate::report::sentences::{standard, standing};
use crate::report::trends::{breaks, figures, long_periods, points, span_words, value};
use crate::report::words;
use crate::report::words::Change;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Unit;
use crate::vocabulary::shorthand::Shorthand;

/// Every metric of the nation over all periods that it is followed in, by principle.
pub fn long_series(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let periods = long_periods(facts);
    let before = facts.year_before();
    let mut columns = vec![
        Column::words("Metric"),
        Column::numbers("First figure"),
        Column::numbers("Lowest"),
        Column::numbers("Highest"),
        Column::words("Series").unsorted(),
        Column::numbers("Latest"),
    ];
    columns.extend(change_columns(before));
    let row = |metric: &Metric| {
        let own = figures(facts, metric, BodyId::nation(), periods);
        let told: Vec<&Observation> = own.iter().copied().flatten().filter(|one| value(Some(*one)).is_some()).collect();
        let by_value =
            |a: &&&Observation, b: &&&Observation| a.value.unwrap_or_default().total_cmp(&b.value.unwrap_or_default());
        let shown = |figure: Option<&&Observation>| match figure {
            Some(figure) => Cell::figure_with_unit(Some(*figure)),
            None => Cell::absent(Shorthand::NotAvailable),
        };
        let mut cells = vec![
            shown(told.first()),
            shown(told.iter().min_by(by_value)),
            shown(told.iter().max_by(by_value)),
            line_cell(facts, metric, &told),
            Cell::figure_with_unit(facts.current(metric, BodyId::nation())),
        ];
        cells.extend(before.into_iter().flat_map(|before| change_cells(facts, metric, BodyId::nation(), before)));
        Some(cells)
    };
    let caption = format!("National figures, {}", span_words(periods));
    let table = Table::new("tab-long-series", caption, columns, rows(scope, row)).with_widths(Widths::Dense);
    let table = table.explained(reading(facts));
    let lead = Block::Lead(message(facts).into());
    vec![lead, Block::Table(table), Block::Download(download::all_long_series("national-series"))]
}

/// How long the series are, and how many were longer than the trend that is judged.
pub fn message(facts: &Facts<'_>) -> String {
    let periods = long_periods(facts);
    let (count, kind) = (words::number_words(periods.len()), facts.release.period.kind.words());
    let judged = facts.release.trend.len();
    let span = span_words(periods);
    match periods.len() {
        0 | 1 => format!("There is one period, {span}, and no series yet."),
        all if all > judged => format!(
            "The national series have {count} periods, {span}, by {kind}; the last {} of them are judged.",
            words::number_words(judged)
        ),
        _ => format!("The national series have {count} periods, {span}, by {kind}."),
    }
}

fn reading(facts: &Facts<'_>) -> String {
    match facts.year_before() {
        Some(before) => format!(
            "The change is that since {}, over the organisations that returned both periods. A grade has no series.",
            before.words()
        ),
        None => "The release has no figures of a year before. A grade has no series.".to_owned(),
    }
}

/// The whole series as a small line.
fn line_cell(facts: &Facts<'_>, metric: &Metric, told: &[&Observation]) -> Cell {
    if told.is_empty() || metric.unit == Unit::Grade {
        return Cell::absent(Shorthand::NotApplicable);
    }
    let periods = long_periods(facts);
    let state = standing::state(facts, metric, BodyId::nation(), Against::YearBefore);
    let last = match state {
        CellState::Judged(mark) if standing::is_told(state) && !mark.meaning.is_unremarkable() => Some(mark),
        _ => None,
    };
    let line = Sparkline {
        unit: metric.unit,
        points: points(facts, metric, BodyId::nation(), periods),
        breaks: breaks(metric, periods),
        last,
    };
    let words = format!("{} of {} periods have a figure", told.len(), periods.len());
    Cell::default().with_drawing(format!("line-{}", metric.id), words, Chart::Sparkline(line))
}

/// The series of one metric of the nation, with its verdict.
pub fn national_series(facts: &Facts<'_>, metric: &Metric) -> Vec<Block> {
    let periods = long_periods(facts);
    let own = figures(facts, metric, BodyId::nation(), periods);
    let version = facts.current(metric, BodyId::nation()).map(|figure| figure.metric_version);
    let level_only = version.and_then(|version| metric.level_only(version));
    let mut blocks = vec![Block::Paragraph(verdict_words(facts, metric))];
    if let Some(reason) = level_only {
        blocks.push(Block::paragraph(format!(
            "The figures are a level only, and their rise or fall says nothing. {reason}"
        )));
    }
    let has_value = own.iter().any(|figure| value(*figure).is_some());
    if has_value && metric.unit != Unit::Grade {
        blocks.push(Block::Figure(Box::new(series_figure(facts, metric, &own))));
    } else {
        blocks.push(Block::paragraph("No national figure has a value in any period."));
    }
    vec![Block::section("series", "The nation", blocks)]
}

/// The verdict on the change in a year.
fn verdict_words(facts: &Facts<'_>, metric: &Metric) -> Text {
    let Some(before) = facts.year_before() else {
        return "The release has no figure of a year before to compare with.".into();
    };
    let moved = facts.current(metric, BodyId::nation()).zip(facts.figure(metric, BodyId::nation(), before));
    let change = moved.and_then(|(now, then)| facts.moved(metric, now, then));
    let change = change.as_ref().and_then(|moved| moved.change()).map(Change::verb_words);
    let change = change.map(|change| format!(" The figure {change}.")).unwrap_or_default();
    Text::from(format!("Against {}: ", before.words()))
        .mark(standing::verdict_mark(facts, metric, BodyId::nation(), Against::YearBefore))
        .and(format!(".{change}"))
}

fn series_figure(facts: &Facts<'_>, metric: &Metric, own: &[Option<&Observation>]) -> Figure {
    let periods = long_periods(facts);
    let spans = standard_spans(metric, own);
    let note = |at: usize, figure: Option<&Observation>| note(facts, metric, (at, figure), &spans);
    let lines: Vec<FigureLine<'_>> = periods
        .iter()
        .zip(own.iter().enumerate())
        .map(|(period, line)| FigureLine {
            heading: facts.period_heading(metric, *period),
            figure: *line.1,
            emphasised: false,
            note: note(line.0, *line.1),
        })
        .collect();
    let subtitle = subtitle(facts, metric);
    let drawing = series_chart(facts, metric, own, &spans);
    Figure {
        id: format!("fig-{}-long", metric.id),
        label: String::new(),
        title: title(metric, own),
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Trend(drawing),
        text: text(own),
        table: figures_table(&format!("tab-{}-long", metric.id), subtitle, "Period", (metric.unit, &lines)),
        table_summary: String::new(),
        downloads: vec![download::long_series(metric, "series", vec![BodyId::nation().clone()])],
    }
}

fn subtitle(facts: &Facts<'_>, metric: &Metric) -> String {
    let everyone = words::inside_sentence(&facts.everyone(metric));
    let (span, kind) = (span_words(long_periods(facts)), facts.release.period.kind.words());
    format!("{}, {everyone}, {span}, by {kind}", metric.title)
}

/// The first and the last figure of a series.
fn ends<'o>(own: &[Option<&'o Observation>]) -> Option<(&'o Observation, &'o Observation)> {
    let told = || own.iter().copied().flatten().filter(|figure| value(Some(*figure)).is_some());
    let (first, last) = (told().next()?, told().next_back()?);
    (first.period != last.period).then_some((first, last))
}

fn title(metric: &Metric, own: &[Option<&Observation>]) -> String {
    let say = |figure: &Observation| words::value_in_sentence(figure).unwrap_or_default();
    if let Some((first, last)) = ends(own) {
        return format!(
            "{}: {} in {}, {} in {}",
            metric.title,
            say(first),
            first.period.words(),
            say(last),
            last.period.words()
        );
    }
    let only = own.iter().copied().flatten().find(|figure| value(Some(*figure)).is_some());
    let only = only.map(|figure| format!(": {} in {}", say(figure), figure.period.words()));
    format!("{}{}", metric.title, only.unwrap_or_default())
}

/// The lowest and the highest figure.
fn text(own: &[Option<&Observation>]) -> String {
    let mut told: Vec<&Observation> =
        own.iter().copied().flatten().filter(|figure| value(Some(*figure)).is_some()).collect();
    told.sort_by(|a, b| a.value.unwrap_or_default().total_cmp(&b.value.unwrap_or_default()));
    let say = |figure: &Observation| words::value_in_sentence(figure).unwrap_or_default();
    match (told.first(), told.last()) {
        (Some(low), Some(high)) if say(low) != say(high) => format!(
            "The lowest figure was {} ({}), the highest {} ({}).",
            say(low),
            low.period.words(),
            say(high),
            high.period.words()
        ),
        (Some(only), _) if told.len() > 1 => format!("Every figure is {}.", say(only)),
        (Some(_), _) => "One figure is no series yet.".to_owned(),
        _ => String::new(),
    }
}

/// Standards that held, each with the indexes of an unbroken run of periods.
fn standard_spans<'m>(metric: &'m Metric, own: &[Option<&Observation>]) -> Vec<(&'m Standard, RangeInclusive<usize>)> {
    let mut spans: Vec<(&Standard, RangeInclusive<usize>)> = Vec::new();
    for (at, figure) in own.iter().enumerate() {
        let Some(held) = figure.and_then(|figure| standard::held(metric, figure)) else { continue };
        match spans.last_mut() {
            Some((last, range)) if std::ptr::eq(*last, held) && range.end() + 1 == at => *range = *range.start()..=at,
            _ => spans.push((held, at..=at)),
        }
    }
    spans
}

/// What a reader of one period should know: the standard that held, and whether the figure may still change.
fn note(
    facts: &Facts<'_>,
    metric: &Metric,
    (at, figure): (usize, Option<&Observation>),
    spans: &[(&Standard, RangeInclusive<usize>)],
) -> String {
    let mut parts = Vec::new();
    if let (Some(figure), Some((held, _))) = (figure, spans.iter().find(|(_, range)| range.contains(&at))) {
        let level = standard::level_words(held, metric.unit);
        parts.push(format!("{} of {level}: {}", standard::kind_words(held.kind), standard::outcome_words(figure)));
    }
    if figure.is_some_and(|figure| facts.is_provisional(metric, BodyId::nation(), figure.period)) {
        parts.push(Shorthand::Provisional.to_string());
    }
    parts.join("; ")
}

fn series_chart(
    facts: &Facts<'_>,
    metric: &Metric,
    own: &[Option<&Observation>],
    spans: &[(&Standard, RangeInclusive<usize>)],
) -> TrendChart {
    let periods = long_periods(facts);
    let point = |(period, figure): (&Period, Option<&Observation>)| TrendPoint {
        value: value(figure),
        lower: None,
        upper: None,
        provisional: facts.is_provisional(metric, BodyId::nation(), *period),
        sign: PointSign::Plain,
    };
    let span = |(held, range): &(&Standard, RangeInclusive<usize>)| StandardSpan {
        label: standard::line_label(held, metric.unit),
        level: held.level,
        from: *range.start(),
        to: *range.end(),
    };
    let breaks = breaks(metric, periods);
    TrendChart {
        unit: metric.unit,
        axis_title: words::sentence_case(metric.unit.words()),
        periods: periods.iter().copied().map(period_tick).collect(),
        series: vec![TrendSeries {
            role: SeriesRole::Subject,
            label: facts.everyone(metric),
            points: periods.iter().zip(own.iter().copied()).map(point).collect(),
        }],
        standards: spans.iter().map(span).collect(),
        centre: None,
        proposed: None,
        events: breaks.iter().map(|at| EventMark { at: *at, label: "New definition".to_owned() }).collect(),
        breaks,
        control: Vec::new(),
    }
}
