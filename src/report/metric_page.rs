//! One page of the national edition per metric: findings, figures, tables, and all that is documented about it.

use serde::Serialize;

use crate::definitions::model::{Metric, ReadsAs, Standard};
use crate::report::breakdown::breakdown_tables;
use crate::report::charts::SeriesRole;
use crate::report::comparison::{build_comparison, note};
use crate::report::contribution_table::contribution_table;
use crate::report::coverage::{coverage_sentence, exceptions_table};
use crate::report::decision_table::decision_table;
use crate::report::edition::PageKind;
use crate::report::facts::Facts;
use crate::report::figure::{DataFile, Figure, Room, data_file};
use crate::report::funnel::build_funnel;
use crate::report::judged::judged_sentences;
use crate::report::late_section::{LateSection, late_section};
use crate::report::page::{Frame, Link, national_frame};
use crate::report::step_table::{search_sentence, step_table};
use crate::report::table::{Cell, Column, FigureLine, Row, Table, figures_table};
use crate::report::trend::{TrendRequest, build_trend};
use crate::report::trend_words::now_sentences;
use crate::report::{standard, withheld, words};
use crate::vocabulary::body::{NATIONAL, UNATTRIBUTED};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Better, Shape};

/// One documented fact: what it is called and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub term: &'static str,
    pub text: String,
}

/// `metrics/<ID>.html` of the national edition.
#[derive(Debug, Clone, Serialize)]
pub struct MetricPage {
    pub frame: Frame,
    pub id: String,
    pub findings: Vec<String>,
    /// In the public edition: what is withheld of the metric and why.
    pub withheld: Vec<String>,
    pub figures: Vec<Figure>,
    /// Why there are no figures, where there are none.
    pub undrawn: &'static str,
    pub trend_table: Table,
    /// Every figure of the page with its counts.
    pub data: DataFile,
    /// What moved the national figure.
    pub contributions: Option<Table>,
    pub breakdown: Vec<Table>,
    pub regions: Option<Table>,
    pub documentation: Vec<Fact>,
    pub standards: Option<Table>,
    pub caveats: Vec<String>,
    /// How complete recent figures are, and what has moved.
    pub late: Option<LateSection>,
    pub coverage: String,
    pub exceptions: Option<Table>,
    pub versions: Table,
    /// Steps that series seem to have taken, and where none was looked for.
    pub steps: Option<Table>,
    pub step_search: Option<String>,
    /// What was decided about its charts.
    pub decisions: Option<Table>,
    pub neighbours: Vec<Link>,
}

/// Builds the page of one metric.
pub fn build_metric_page(facts: &Facts<'_>, metric: &Metric) -> MetricPage {
    let heading = format!("{} {}", metric.id, metric.title);
    let trend = build_trend(
        facts,
        &TrendRequest {
            number: 1,
            metric,
            code: NATIONAL,
            role: SeriesRole::AllForces,
            subject: facts.everyone(metric),
            compared: Vec::new(),
            room: Room::Full,
        },
    );
    let mut figures: Vec<Figure> = trend.into_iter().collect();
    if !withheld::is_remnant(facts, metric) {
        figures.extend(build_comparison(facts, metric, figures.len() + 1));
        figures.extend(build_funnel(facts, metric, figures.len() + 1));
    }
    MetricPage {
        frame: national_frame(facts, &heading, PageKind::Metric(metric)),
        id: metric.id.clone(),
        findings: findings(facts, metric),
        withheld: withheld::sentences(facts, metric),
        figures,
        undrawn: undrawn_words(metric.shape),
        trend_table: trend_table(facts, metric),
        data: data_file(facts, format!("{}-all-figures", metric.id), facts.all_figures(metric)),
        contributions: contribution_table(facts, metric),
        breakdown: breakdown_tables(facts, metric),
        regions: regions_table(facts, metric),
        documentation: documentation(facts, metric),
        standards: standards_table(metric),
        caveats: metric.all_caveats(),
        late: late_section(facts, metric),
        coverage: coverage_sentence(facts, metric),
        exceptions: exceptions_table(facts, &format!("tab-{}-returns", metric.id), &facts.returns(metric)),
        versions: versions_table(metric),
        steps: step_table(facts, metric, None),
        step_search: search_sentence(facts, Some(metric), None),
        decisions: decision_table(facts, metric, None),
        neighbours: neighbours(facts, metric),
    }
}

fn undrawn_words(shape: Shape) -> &'static str {
    match shape {
        Shape::Status => "Grades have an order but no scale, so there is nothing to draw. The tables show them.",
        _ => "There is nothing to draw: no organisation has a value in any period shown.",
    }
}

fn findings(facts: &Facts<'_>, metric: &Metric) -> Vec<String> {
    let mut sentences = now_sentences(facts, metric, NATIONAL);
    let Some(figure) = facts.current(metric, NATIONAL) else { return sentences };
    sentences.extend(interval_sentence(metric, figure));
    sentences.push(standard::sentence(metric, figure));
    sentences.extend(judged_sentences(facts, metric, NATIONAL));
    sentences
}

/// How far chance alone would move the figure; `None` without a value or without limits.
pub fn interval_sentence(metric: &Metric, figure: &Observation) -> Option<String> {
    let interval = figure.interval_95.filter(|_| figure.value.is_some())?;
    let say = |limit: f64| words::limit_in_sentence(limit, figure.unit);
    let (lower, upper) = (say(interval.lower?), say(interval.upper?));
    Some(if metric.sampled {
        format!(
            "The figure rests on a sample. If the sample was drawn at random, the level of all cases is likely to lie \
             between {lower} and {upper} (95% confidence interval)."
        )
    } else {
        format!(
            "If the same conditions went on, chance alone would move this figure between {lower} and {upper} \
             (95% confidence interval). It is a full count, not a sample."
        )
    })
}

/// One row per organisation and one column per period, newest at the right.
fn trend_table(facts: &Facts<'_>, metric: &Metric) -> Table {
    let trend = &facts.release.trend;
    let row = |code: &str, heading: String, emphasised: bool| {
        let text = |figure: Option<&Observation>| figure.map_or_else(|| "[x]".to_owned(), words::value_cell);
        let cells = trend.iter().map(|period| Cell::new(text(facts.figure(metric, code, *period)))).collect();
        Row { heading, link: None, emphasised, cells }
    };
    let mut rows = vec![row(NATIONAL, facts.everyone(metric), true)];
    rows.extend(facts.codes(metric).iter().map(|code| row(code, facts.name(code), false)));
    if facts.current(metric, UNATTRIBUTED).is_some() {
        rows.push(row(UNATTRIBUTED, facts.name(UNATTRIBUTED), false));
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
            "Figures by version {} are levels only, and their rise or fall says nothing. {}",
            version.version,
            version.level_only.as_deref().unwrap_or_default()
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
        Fact { term: "Definition", text: metric.definition.clone() },
        Fact { term: "Numerator", text: metric.numerator.clone() },
        Fact { term: "Denominator", text: metric.denominator.clone() },
        Fact { term: "Counted by", text: metric.counted_by.clone() },
        Fact { term: "Direction", text: better_words(metric).to_owned() },
        Fact { term: "Responsible", text: words::sentence_case(&words::list_words(&roles)) },
        Fact { term: "Evidence", text: words::sentence_case(standard::evidence_words(metric.evidence)) },
        Fact { term: "Settings", text: words::list_words(&settings) },
        Fact { term: "Data", text: words::list_words(&datasets) },
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

pub fn standards_table(metric: &Metric) -> Option<Table> {
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
    let columns = ["Level", "Kind", "In place", "Source", "Note"].map(Column::words).to_vec();
    let rows: Vec<Row> = metric.standards.iter().map(row).collect();
    let caption = format!("Standards for {}", metric.id);
    (!rows.is_empty()).then(|| Table::new(format!("tab-{}-standards", metric.id), caption, columns, rows))
}

fn versions_table(metric: &Metric) -> Table {
    let row = |v: &crate::definitions::model::MetricVersion| {
        Row::new(format!("Version {}", v.version), vec![Cell::new(words::date_words(v.date)), Cell::new(&*v.reason)])
    };
    let columns = ["Version", "Date", "Reason"].map(Column::words).to_vec();
    let caption = format!("Versions of {}", metric.id);
    Table::new(format!("tab-{}-versions", metric.id), caption, columns, metric.versions.iter().map(row).collect())
}

/// The metrics before and after this one in the order of the overview.
fn neighbours(facts: &Facts<'_>, metric: &Metric) -> Vec<Link> {
    let order: Vec<&Metric> =
        facts.layouts.national.sections.iter().flat_map(|s| s.select(&facts.release.metrics)).collect();
    let Some(at) = order.iter().position(|m| m.id == metric.id) else { return Vec::new() };
    let link = |label: &str, other: Option<&&Metric>| {
        other.map(|m| Link {
            text: format!("{label}: {} {}", m.id, m.title),
            href: format!("{}.html", m.id),
            current: false,
        })
    };
    let before = at.checked_sub(1).and_then(|i| order.get(i));
    link("Previous metric", before).into_iter().chain(link("Next metric", order.get(at + 1))).collect()
}
