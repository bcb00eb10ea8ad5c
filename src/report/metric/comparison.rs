//! The comparison figure: every organisation's value in the period of the report with its intervals, highest first.
//! A place is never bare: the places that chance leaves open stand with it.

use std::collections::BTreeMap;

use crate::definitions::model::Metric;
use crate::report::charts::{Chart, ComparisonChart, ComparisonRow, JudgedMark};
use crate::report::facts::Facts;
use crate::report::metric::figures_table::{FigureLine, figures_table, interval_cells, reason};
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Table};
use crate::report::sentences::{standard, standing, withheld};
use crate::report::words;
use crate::stats::ranks::Rank;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Shape, Status};
use crate::vocabulary::shorthand::Shorthand;

type ComparedBody<'o> = (&'o BodyId, Option<&'o Observation>);

/// The figure; `None` when no organisation has a value.
pub fn build_comparison(facts: &Facts<'_>, metric: &Metric) -> Option<Figure> {
    let (with_value, without): (Vec<ComparedBody<'_>>, Vec<ComparedBody<'_>>) = bodies(facts, metric);
    // Grades have an order and no scale: the table shows them.
    if with_value.is_empty() || metric.shape == Shape::Status {
        return None;
    }
    let drawing = Chart::Comparison(chart(facts, metric, &with_value, &without));
    let table = table(facts, metric, &with_value, &without);
    Some(Figure {
        id: format!("fig-{}-comparison", metric.id),
        label: String::new(),
        title: title(facts, metric, &with_value),
        subtitle: format!("{}, by organisation, {}", metric.title, facts.release.period.words_with_short_name()),
        icons: Vec::new(),
        room: Room::Full,
        drawing,
        text: text(facts, metric, &with_value, &without),
        table,
        table_summary: String::new(),
        downloads: Vec::new(),
    })
}

/// Organisations with a value, highest first, then the others by name.
fn bodies<'o>(facts: &Facts<'o>, metric: &Metric) -> (Vec<ComparedBody<'o>>, Vec<ComparedBody<'o>>) {
    let all = facts.codes(metric).iter().map(|code| (*code, facts.current(metric, code)));
    let has_value = |body: &ComparedBody<'_>| body.1.is_some_and(|f| f.status == Status::Value && f.value.is_some());
    let (mut with_value, without): (Vec<_>, Vec<_>) = all.partition(has_value);
    let value = |body: &ComparedBody<'_>| body.1.and_then(|f| f.value).unwrap_or_default();
    with_value.sort_by(|a, b| value(b).total_cmp(&value(a)));
    (with_value, without)
}

fn title(facts: &Facts<'_>, metric: &Metric, with_value: &[ComparedBody<'_>]) -> String {
    // The ends of what is left over are not those of all.
    if let Some(shown) = withheld::shown_words(facts, metric) {
        return format!("Values of {shown}");
    }
    let say =
        |body: Option<&ComparedBody<'_>>| body.and_then(|(_, f)| words::value_in_sentence((*f)?)).unwrap_or_default();
    let (highest, lowest) = (say(with_value.first()), say(with_value.last()));
    if highest == lowest {
        format!("The value was {highest}")
    } else {
        format!("Values ranged from {lowest} to {highest}")
    }
}

fn text(facts: &Facts<'_>, metric: &Metric, with_value: &[ComparedBody<'_>], without: &[ComparedBody<'_>]) -> String {
    let say = |body: Option<&ComparedBody<'_>>| {
        let (code, figure) = body?;
        Some(format!("{} ({})", facts.name(code), words::value_in_sentence((*figure)?)?))
    };
    let mut sentences = Vec::new();
    if let Some(shown) = withheld::shown_words(facts, metric) {
        sentences.push(format!("The chart shows {shown}; the others are withheld, because few cases lie behind them."));
    } else if let (Some(highest), Some(lowest)) = (say(with_value.first()), say(with_value.last())) {
        let spread = format!("The highest value was that of {highest}, the lowest that of {lowest}");
        sentences.push(if with_value.len() > 1 {
            format!("{spread}.")
        } else {
            format!("The only value is that of {highest}.")
        });
    }
    if let Some(national) = facts.current(metric, BodyId::nation()).and_then(words::value_in_sentence) {
        sentences.push(format!("{} together: {national}.", facts.everyone(metric)));
    }
    if with_value.iter().any(|(_, f)| f.is_some_and(|f| f.interval_95.is_some())) {
        sentences.push(
            "Each line is a range in which chance alone would move the figure if the same conditions went on: thick for 95% \
             confidence, thin for 99.8%. The chart shows no test of one organisation against another; a mark tells who lies \
             beyond the limits for its size."
                .to_owned(),
        );
    }
    sentences.extend(absent(facts, without));
    sentences.join(" ")
}

/// Who has no value, each reason once.
fn absent(facts: &Facts<'_>, without: &[ComparedBody<'_>]) -> Vec<String> {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (code, figure) in without {
        by_reason.entry(reason(*figure).unwrap_or_default()).or_default().push(facts.name(code));
    }
    let sentence = |(reason, names): (String, Vec<String>)| {
        format!("There is no value for {} ({reason}).", words::names_or_number(&names, "organisations"))
    };
    by_reason.into_iter().map(sentence).collect()
}

fn chart(
    facts: &Facts<'_>,
    metric: &Metric,
    with_value: &[ComparedBody<'_>],
    without: &[ComparedBody<'_>],
) -> ComparisonChart {
    let row = |(code, figure): &ComparedBody<'_>| {
        let shown = figure.filter(|f| f.status == Status::Value);
        ComparisonRow {
            label: facts.name(code),
            value: shown.and_then(|f| f.value),
            interval_95: shown.and_then(|f| f.interval_95),
            interval_998: shown.and_then(|f| f.interval_998),
            emphasised: false,
            mark: among_all_mark(facts, metric, code),
            note: reason(*figure).unwrap_or_default(),
        }
    };
    let national = facts.current(metric, BodyId::nation());
    let reference = national.and_then(|f| {
        let value = f.value.filter(|_| f.status == Status::Value && is_level(metric))?;
        Some((format!("{} {}", facts.everyone(metric), words::value_in_sentence(f)?), value))
    });
    let held = national.and_then(|f| standard::held(metric, f));
    ComparisonChart {
        unit: metric.unit,
        axis_title: words::sentence_case(metric.unit.words()),
        rows: with_value.iter().chain(without).map(row).collect(),
        reference,
        standard: held.map(|s| (standard::line_label(s, metric.unit), s.level)),
        marked_for: "beyond the limits for its size".to_owned(),
        held: held_by_most(with_value),
    }
}

/// Where an organisation stands among all forces; `None` where it has no place there.
fn among_all_mark(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Option<JudgedMark> {
    facts.verdict(metric, code)?.aspects.forces.map(|_| standing::among_all_mark(facts, metric, code))
}

/// What nine in ten of the intervals need: one tiny organisation does not decide the axis.
fn held_by_most(with_value: &[ComparedBody<'_>]) -> Vec<f64> {
    let intervals = with_value.iter().filter_map(|(_, figure)| figure.and_then(|f| f.interval_998.or(f.interval_95)));
    let (mut lower, mut upper): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for interval in intervals {
        lower.extend(interval.lower);
        upper.extend(interval.upper);
    }
    lower.sort_by(f64::total_cmp);
    upper.sort_by(|a, b| b.total_cmp(a));
    [lower, upper].iter().filter_map(|sides| sides.get(sides.len() / 10)).copied().collect()
}

/// Whether the national figure is a level to hold forces against; a national count is a total.
fn is_level(metric: &Metric) -> bool {
    metric.shape != crate::vocabulary::quantity::Shape::Count
}

fn table(facts: &Facts<'_>, metric: &Metric, with_value: &[ComparedBody<'_>], without: &[ComparedBody<'_>]) -> Table {
    let total = with_value.len() + without.len();
    let line = |code: &BodyId, heading: String, emphasised: bool| {
        let figure = facts.current(metric, code);
        FigureLine { heading, figure, emphasised, note: note(code, figure) }
    };
    let mut lines = vec![line(BodyId::nation(), facts.everyone(metric), true)];
    lines.extend(with_value.iter().chain(without).map(|(code, _)| line(code, facts.name(code), false)));
    if facts.current(metric, BodyId::unattributed()).is_some() {
        lines.push(line(BodyId::unattributed(), facts.name(BodyId::unattributed()), false));
    }
    let caption = format!(
        "{}, by organisation, {}: {} of {total} {} have a value",
        metric.title,
        facts.release.period.words_with_short_name(),
        with_value.len(),
        facts.bodies(metric)
    );
    let id = format!("tab-{}-comparison", metric.id);
    let mut table = figures_table(&id, caption, "Organisation", (metric.unit, &lines));
    if lines.iter().any(|l| l.figure.is_some_and(|f| f.interval_998.is_some())) {
        let limits: Vec<[Cell; 2]> = lines.iter().map(|line| wide_limits(line.figure, metric)).collect();
        let (lower, upper): (Vec<Cell>, Vec<Cell>) = limits.into_iter().map(|[lower, upper]| (lower, upper)).unzip();
        table = table.with_column(Column::in_unit("Lower 99.8% limit", metric.unit), lower);
        table = table.with_column(Column::in_unit("Upper 99.8% limit", metric.unit), upper);
    }
    let places = &facts.release.assessment.ranks;
    let place = |code: &BodyId| places.iter().find(|place| place.metric_id == metric.id && place.org_code == *code);
    if places.iter().any(|place| place.metric_id == metric.id) {
        let codes = std::iter::once(BodyId::nation()).chain(with_value.iter().chain(without).map(|(code, _)| *code));
        let cells = codes.map(|code| {
            place(code).map_or_else(|| Cell::absent(Shorthand::NotApplicable), |found| place_cell(found.rank))
        });
        let unattributed =
            facts.current(metric, BodyId::unattributed()).map(|_| Cell::absent(Shorthand::NotApplicable));
        table = table.with_column(Column::numbers("Place, 1 is best"), cells.chain(unattributed));
    }
    table
}

fn place_cell(rank: Rank) -> Cell {
    let open = format!("{} to {} of {}", rank.at_least, rank.at_most, rank.of);
    Cell::count(rank.rank).with_detail(Some(open))
}

fn wide_limits(figure: Option<&Observation>, metric: &Metric) -> [Cell; 2] {
    interval_cells(figure, figure.and_then(|figure| figure.interval_998), metric.unit)
}

/// How far the figure rests on its returns, where not fully.
pub fn note(code: &BodyId, figure: Option<&Observation>) -> String {
    let coverage = figure.filter(|f| f.status == Status::Value).and_then(|f| f.coverage);
    match coverage.filter(|c| c.returned < c.expected) {
        Some(c) if code.is_nation() => format!("{} of {} monthly returns used", c.returned, c.expected),
        Some(c) => format!("{} of {} months returned", c.returned, c.expected),
        None => String::new(),
    }
}
