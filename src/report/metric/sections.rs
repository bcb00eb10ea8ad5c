//! The blocks about one metric: findings, figures, tables, and all that is documented about it.

use crate::definitions::model::{Metric, ReadsAs, Standard};
use crate::report::charts::SeriesRole;
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::breakdown::breakdown_tables;
use crate::report::metric::comparison::{build_comparison, note};
use crate::report::metric::contributions::contribution_table;
use crate::report::metric::decisions::decision_table;
use crate::report::metric::figures_table::{FigureLine, figures_table};
use crate::report::metric::funnel::build_funnel;
use crate::report::metric::judged::judged_sentences;
use crate::report::metric::steps::{search_sentence, step_table};
use crate::report::metric::trend::build_trend;
use crate::report::metric::trend_data::TrendRequest;
use crate::report::metric::trend_words::now_sentences;
use crate::report::page::block::{Block, Details, Links, link};
use crate::report::page::download;
use crate::report::page::figure::{CommonRemarks, Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::{Fact, Text};
use crate::report::sentences::{standard, withheld};
use crate::report::words;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Better, Shape};

/// One sentence on what the metric measures, and which direction is better.
pub fn meaning(metric: &Metric) -> Block {
    Block::Lead(format!("{} {}.", metric.definition, better_words(metric)).into())
}

/// What the national figure says.
pub fn key_findings(facts: &Facts<'_>, metric: &Metric) -> Block {
    Block::key_findings("Key findings", findings(facts, metric).into_iter().map(Block::paragraph).collect())
}

/// What the public edition withholds of the metric and why; `None` where it withholds nothing.
pub fn withheld_from_public(facts: &Facts<'_>, metric: &Metric) -> Option<Block> {
    let sentences: Vec<Block> = withheld::sentences(facts, metric).into_iter().map(Block::paragraph).collect();
    (!sentences.is_empty()).then(|| Block::section("withheld", "Withheld figures", sentences))
}

/// The charts of the metric, or why there is none.
pub fn charts(facts: &Facts<'_>, metric: &Metric) -> Block {
    let trend = build_trend(
        facts,
        &TrendRequest {
            metric,
            code: BodyId::nation(),
            role: SeriesRole::Subject,
            subject: facts.everyone(metric),
            compared: Vec::new(),
            room: Room::Full,
            remarks: CommonRemarks::WithEachFigure,
        },
    );
    let mut figures: Vec<Figure> = trend.into_iter().collect();
    if !withheld::is_remnant(facts, metric) {
        figures.extend(build_comparison(facts, metric));
        figures.extend(build_funnel(facts, metric));
    }
    let mut blocks: Vec<Block> = figures.into_iter().map(|figure| Block::Figure(Box::new(figure))).collect();
    if blocks.is_empty() {
        blocks.push(Block::paragraph(undrawn_words(metric.shape)));
    }
    Block::section("charts", "Trend and comparison", blocks)
}

/// The figures of each organisation and period.
pub fn figures_by_period(facts: &Facts<'_>, metric: &Metric) -> Block {
    let mut blocks = vec![Block::Table(trend_table(facts, metric)), Block::Download(download::all_figures(metric))];
    blocks.extend(facts.has_parts(metric).then(|| Block::Download(download::all_parts(metric, facts.release.period))));
    Block::section("figures", "Figures by organisation and period", blocks)
}

/// What each organisation added to the national change; `None` where that is not worked out.
pub fn contributions(facts: &Facts<'_>, metric: &Metric) -> Option<Block> {
    let table = contribution_table(facts, metric)?;
    Some(Block::section("contributions", "Contributions to the national change", vec![Block::Table(table)]))
}

/// The figures of regions; `None` where there are none.
pub fn regions(facts: &Facts<'_>, metric: &Metric) -> Option<Block> {
    let table = regions_table(facts, metric)?;
    Some(Block::section("regions", "Figures by region", vec![Block::Table(table)]))
}

/// The categories of the metric; `None` where it has none.
pub fn breakdown(facts: &Facts<'_>, metric: &Metric) -> Option<Block> {
    let tables: Vec<Block> = breakdown_tables(facts, metric).into_iter().map(Block::Table).collect();
    (!tables.is_empty()).then(|| Block::section("breakdown", "Breakdown", tables))
}

/// What the metric measures, and all that is documented about it.
pub fn definition(facts: &Facts<'_>, metric: &Metric) -> Block {
    let mut blocks = vec![Block::Facts(documentation(facts, metric))];
    let caveats: Vec<Text> = metric.all_caveats().into_iter().map(Text::from).collect();
    if !caveats.is_empty() {
        blocks.push(Block::section("caveats", "Caveats", vec![Block::List(caveats)]));
    }
    if let Some(standards) = standards_table(metric, None) {
        blocks.push(Block::section("standards", "Standards", vec![Block::Table(standards)]));
    }
    if let Some(decisions) = decision_table(facts, metric, None) {
        blocks.push(Block::section("decisions", "Decisions about the charts", vec![Block::Table(decisions)]));
    }
    if let Some(steps) = step_table(facts, metric, None) {
        blocks.push(Block::section("steps", "Proposed steps", vec![Block::Table(steps)]));
    }
    let mut history: Vec<Block> =
        search_sentence(facts, Some(metric), None).map(Block::paragraph).into_iter().collect();
    history.push(Block::Table(versions_table(metric)));
    blocks.push(Block::Details(Details { summary: "Versions of the definition".into(), blocks: history }));
    Block::section("definition", "Definition", blocks)
}

fn undrawn_words(shape: Shape) -> &'static str {
    match shape {
        Shape::Status => "Grades have an order but no scale, so there is nothing to draw. The tables show them.",
        _ => "There is nothing to draw: no organisation has a value in any period shown.",
    }
}

fn findings(facts: &Facts<'_>, metric: &Metric) -> Vec<String> {
    let mut sentences = now_sentences(facts, metric, BodyId::nation());
    let Some(figure) = facts.current(metric, BodyId::nation()) else { return sentences };
    sentences.extend(interval_sentence(metric, figure));
    sentences.push(standard::sentence(metric, figure));
    sentences.extend(judged_sentences(facts, (metric, BodyId::nation()), CommonRemarks::WithEachFigure));
    sentences
}

/// How far chance alone would move the figure; `None` without a value or without limits.
pub fn interval_sentence(metric: &Metric, figure: &Observation) -> Option<String> {
    let interval = figure.interval_95.filter(|_| figure.value.is_some())?;
    let say = |limit: f64| words::limit_in_sentence(limit, figure.unit);
    let (lower, upper) = (say(interval.lower?), say(interval.upper?));
    Some(if metric.sampled {
        format!(
            "The figure rests on a sample: if it was drawn at random, the level of all cases is likely to lie between {lower} \
             and {upper} (95% confidence interval)."
        )
    } else {
        format!(
            "If the same conditions went on, chance alone would move this figure between {lower} and {upper} \
             (95% confidence interval)."
        )
    })
}

/// One row per organisation and one column per period, newest at the right.
fn trend_table(facts: &Facts<'_>, metric: &Metric) -> Table {
    let trend = &facts.release.trend;
    let row = |code: &BodyId, heading: String, emphasised: bool| {
        let cells = trend.iter().map(|period| Cell::figure(facts.figure(metric, code, *period))).collect();
        Row::new(heading, cells).emphasised(emphasised)
    };
    let mut rows = vec![row(BodyId::nation(), facts.everyone(metric), true)];
    rows.extend(facts.codes(metric).iter().map(|code| row(code, facts.name(code), false)));
    if facts.current(metric, BodyId::unattributed()).is_some() {
        rows.push(row(BodyId::unattributed(), facts.name(BodyId::unattributed()), false));
    }
    let mut columns = vec![Column::words("Organisation")];
    columns.extend(trend.iter().map(|period| Column::numbers(facts.period_heading(metric, *period))));
    let unit = words::unit_heading(metric.unit);
    let caption = format!("{} ({unit}), by organisation and period", metric.title);
    let mut table = Table::new(format!("tab-{}-by-period", metric.id), caption, columns, rows);
    let mut levels =
        trend.iter().filter_map(|period| metric.version_at(period.last())).filter(|v| v.level_only.is_some());
    if let Some(version) = levels.next_back() {
        table = table.explained(format!(
            "Figures by version {} are levels only, and their rise or fall says nothing.",
            version.version
        ));
    }
    match metric.shape {
        Shape::Proportion | Shape::Rate | Shape::CountRatio => {
            table.explained("The numerator and the denominator of every figure stand in the file below the table, with a mark for those of few cases.")
        }
        _ => table,
    }
}

fn regions_table(facts: &Facts<'_>, metric: &Metric) -> Option<Table> {
    let codes = facts.region_codes(metric);
    let lines: Vec<FigureLine<'_>> = codes
        .iter()
        .map(|code| {
            let figure = facts.current(metric, code);
            FigureLine { heading: facts.name(code), figure, emphasised: false, note: note(code, figure) }
        })
        .collect();
    let caption = format!("{}, by region, {}", metric.title, facts.release.period.words_with_short_name());
    let id = format!("tab-{}-regions", metric.id);
    (!lines.is_empty()).then(|| figures_table(&id, caption, "Region", (metric.unit, &lines)))
}

/// What is documented about the metric besides its definition, as terms and what they say.
pub fn documentation(facts: &Facts<'_>, metric: &Metric) -> Vec<Fact> {
    let roles: Vec<String> = metric.responsible.iter().map(|role| role.words().to_owned()).collect();
    let datasets: Vec<String> = facts.datasets(metric).into_iter().map(|d| facts.layouts.sources.title(d)).collect();
    let settings: Vec<String> = facts
        .release
        .settings
        .iter()
        .filter(|(name, _)| metric.parameters.contains(name))
        .map(|(name, value)| format!("{}: {value}", words::plain_name(name)))
        .collect();
    let mut documentation = vec![
        Fact::new("Numerator", metric.numerator.clone()),
        Fact::new("Denominator", metric.denominator.clone()),
        Fact::new("Counted by", metric.counted_by.clone()),
        Fact::new("Direction", better_words(metric).to_owned()),
        Fact::new("Responsible", words::sentence_case(&words::list_words(&roles))),
        Fact::new("Evidence", words::sentence_case(standard::evidence_words(metric.evidence))),
        Fact::new("Settings", words::list_words(&settings)),
        Fact::new("Data", words::list_words(&datasets)),
    ];
    documentation.retain(|fact| !fact.text.is_empty());
    documentation
}

fn better_words(metric: &Metric) -> &'static str {
    match metric.better {
        Better::Higher => "A higher figure is better",
        Better::Lower => "A lower figure is better",
        Better::Neutral if metric.reads_as == ReadsAs::Recorded => {
            "Neither: a higher figure says that more was recorded, whether more happened or more was found and reported"
        }
        Better::Neutral => "Neither a higher nor a lower figure is better",
    }
}

/// The standards of a metric: all, or those that apply to one organisation. A local target concerns nobody else.
pub fn standards_table(metric: &Metric, code: Option<&BodyId>) -> Option<Table> {
    let row = |held: &Standard| {
        let note = if held.note.is_empty() { "No note".to_owned() } else { held.note.clone() };
        let source = Cell::new(held.source.clone()).with_detail(Some(held.address.clone()).filter(|a| !a.is_empty()));
        let cells = vec![
            Cell::new(words::sentence_case(standard::kind_words(held.kind))),
            Cell::new(words::sentence_case(&standard::dates_words(held))),
            source,
            Cell::new(note),
        ];
        Row::new(words::sentence_case(&standard::level_words(held, metric.unit)), cells)
    };
    let applies = |held: &&Standard| code.is_none_or(|code| held.applies_to(code));
    let columns = ["Level", "Kind", "In place", "Source", "Note"].map(Column::words).to_vec();
    let rows: Vec<Row> = metric.standards.iter().filter(applies).map(row).collect();
    let caption = format!("Standards for {}", metric.id);
    (!rows.is_empty()).then(|| Table::new(format!("tab-{}-standards", metric.id), caption, columns, rows))
}

fn versions_table(metric: &Metric) -> Table {
    let row = |v: &crate::definitions::model::MetricVersion| {
        Row::new(format!("Version {}", v.version), vec![Cell::date(v.date), Cell::new(&*v.reason)])
    };
    let columns = ["Version", "Date", "Reason"].map(Column::words).to_vec();
    let caption = format!("Versions of {}", metric.id);
    Table::new(format!("tab-{}-versions", metric.id), caption, columns, metric.versions.iter().map(row).collect())
}

/// Links to the metrics before and after this one in the order of the sections; `None` in an edition without such pages.
pub fn neighbours(scope: &Scope<'_>, metric: &Metric) -> Option<Block> {
    let facts = scope.facts();
    let sections = facts.layouts.sections.iter();
    let order: Vec<&Metric> = sections.flat_map(|section| section.select(&facts.release.metrics)).collect();
    let at = order.iter().position(|other| other.id == metric.id)?;
    let link_to = |label: &str, other: Option<&&Metric>| {
        let other = other?;
        Some(link(format!("{label}: {}", other.heading()), scope.edition.metric_address(other)?))
    };
    let before = at.checked_sub(1).and_then(|before| order.get(before));
    let links: Vec<Text> =
        link_to("Previous metric", before).into_iter().chain(link_to("Next metric", order.get(at + 1))).collect();
    (!links.is_empty()).then(|| Block::Links(Links { label: "Other metrics".to_owned(), links }))
}
