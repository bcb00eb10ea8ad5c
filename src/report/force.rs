//! The main page of one organisation's edition: its own figures beside those of its peers and of all, its own returns and findings.
//! Of others it shows published sums only, never a single other organisation.

use serde::Serialize;

use crate::definitions::model::Metric;
use crate::metrics::gives_away;
use crate::release::FindingLine;
use crate::report::breakdown::value_with_unit;
use crate::report::charts::SeriesRole;
use crate::report::decision_table::decision_table;
use crate::report::edition::PageKind;
use crate::report::facts::Facts;
use crate::report::figure::{Figure, Room};
use crate::report::judged::judged_sentences;
use crate::report::metric_page::interval_sentence;
use crate::report::overview::{change_cell, section_title, standard_cell, value_cell};
use crate::report::page::{Frame, Notes, build_notes, force_frame};
use crate::report::quality::{findings_sentence, findings_table, own_returns_table};
use crate::report::step_table::{search_sentence, step_table};
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::trend::{ComparedLine, TrendRequest, build_trend};
use crate::report::trend_words::now_sentences;
use crate::report::{standard, words};
use crate::vocabulary::body::{NATIONAL, Organisation, PEERS_PREFIX};
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

/// One metric on the page.
#[derive(Debug, Clone, Serialize)]
pub struct ForceMetric {
    pub anchor: String,
    pub heading: String,
    pub definition: String,
    pub findings: Vec<String>,
    pub figure: Option<Figure>,
    /// Steps that its series seems to have taken, and what was decided about its chart.
    pub tables: Vec<Table>,
}

/// A heading with the metrics below it.
#[derive(Debug, Clone, Serialize)]
pub struct ForceSection {
    pub title: String,
    pub metrics: Vec<ForceMetric>,
}

/// `forces/<code>/index.html`.
#[derive(Debug, Clone, Serialize)]
pub struct ForcePage {
    pub frame: Frame,
    pub name: String,
    pub summary: String,
    pub peers: String,
    pub overview: Table,
    /// In how many of its series steps were looked for.
    pub step_search: Option<String>,
    pub sections: Vec<ForceSection>,
    pub not_measured: Vec<String>,
    pub returns: Option<Table>,
    pub findings_sentence: String,
    pub findings: Option<Table>,
    pub notes: Notes,
}

/// The organisations that get an edition: of a kind the layout names, with a figure in the report's period.
pub fn organisations<'f>(facts: &'f Facts<'_>) -> Vec<&'f Organisation> {
    let has_figure = |code: &str| facts.release.metrics.iter().any(|m| facts.current(m, code).is_some());
    let mut chosen: Vec<&Organisation> = facts
        .release
        .organisations
        .iter()
        .filter(|o| facts.layouts.force.kinds.contains(&o.kind) && has_figure(&o.code))
        .collect();
    chosen.sort_by(|a, b| a.code.cmp(&b.code));
    chosen
}

/// Builds the page of one organisation.
pub fn build_force_page(facts: &Facts<'_>, body: &Organisation) -> ForcePage {
    let layout = &facts.layouts.force;
    let own: Vec<&FindingLine> = facts.release.findings.iter().filter(|f| f.org_code == body.code).collect();
    let mut number = 0;
    let mut sections = Vec::new();
    for section in &layout.sections {
        let metrics: Vec<ForceMetric> = section
            .select(&facts.release.metrics)
            .into_iter()
            .filter(|metric| is_measured(facts, metric, &body.code))
            .map(|metric| force_metric(facts, metric, body, &mut number))
            .collect();
        if !metrics.is_empty() {
            sections.push(ForceSection { title: section_title(section.principle, &section.title), metrics });
        }
    }
    ForcePage {
        frame: force_frame(
            facts,
            &format!("{}, {}", body.name, facts.release.period.words()),
            body,
            PageKind::Organisation,
        ),
        name: body.name.clone(),
        summary: layout.summary.clone(),
        peers: peers_sentence(facts, &body.code),
        overview: overview_table(facts, body),
        step_search: search_sentence(facts, None, Some(&body.code)),
        sections,
        not_measured: facts
            .release
            .metrics
            .iter()
            .filter(|metric| !is_measured(facts, metric, &body.code))
            .map(|metric| format!("{} {}", metric.id, metric.title))
            .collect(),
        returns: own_returns_table(facts, &body.code),
        findings_sentence: findings_sentence(&own, layout.findings_shown),
        findings: findings_table(facts, &own, layout.findings_shown),
        notes: build_notes(facts),
    }
}

/// Whether the release holds any figure of the metric for the organisation, a value or not.
fn is_measured(facts: &Facts<'_>, metric: &Metric, code: &str) -> bool {
    facts.codes(metric).contains(&code)
}

fn peers_sentence(facts: &Facts<'_>, code: &str) -> String {
    match facts.peer_group(code) {
        Some(group) if !group.peers.is_empty() => {
            let mut names: Vec<String> = group.peers.iter().map(|peer| facts.name(peer)).collect();
            names.sort();
            format!(
                "Peers: {} ({}). The figure for peers adds up their records.",
                words::list_words(&names),
                group.source
            )
        }
        _ => "No peer group is recorded for this organisation.".to_owned(),
    }
}

fn force_metric(facts: &Facts<'_>, metric: &Metric, body: &Organisation, number: &mut usize) -> ForceMetric {
    let peers = ComparedLine {
        role: SeriesRole::Peers,
        label: "Peers".to_owned(),
        code: format!("{PEERS_PREFIX}{}", body.code),
    };
    let all = ComparedLine { role: SeriesRole::AllForces, label: facts.everyone(metric), code: NATIONAL.to_owned() };
    // A count of one force and the count of all share no scale worth drawing; the table still has both.
    let compared = [peers, all].into_iter().filter(|line| {
        let is_total = metric.shape == crate::vocabulary::quantity::Shape::Count;
        let is_open = line.code != NATIONAL || may_see_nation(facts, metric, &body.code);
        !is_total && is_open && facts.release.trend.iter().any(|p| has_value(facts.figure(metric, &line.code, *p)))
    });
    let figure = build_trend(
        facts,
        &TrendRequest {
            number: *number + 1,
            metric,
            code: &body.code,
            role: SeriesRole::ThisForce,
            subject: body.short_name.clone(),
            compared: compared.collect(),
            room: Room::Small,
        },
    );
    *number += usize::from(figure.is_some());
    let own = facts.current(metric, &body.code);
    // The figure's description says the value and how it moved; without a figure the findings do.
    let mut findings = if figure.is_some() { Vec::new() } else { now_sentences(facts, metric, &body.code) };
    findings.extend(own.and_then(|figure| interval_sentence(metric, figure)));
    findings.extend(own.map(|f| standard::sentence(metric, f)));
    findings.extend(judged_sentences(facts, metric, &body.code));
    ForceMetric {
        anchor: format!("metric-{}", metric.id),
        heading: format!("{} {}", metric.id, metric.title),
        definition: metric.definition.clone(),
        findings,
        figure,
        tables: [step_table, decision_table]
            .into_iter()
            .filter_map(|table| table(facts, metric, Some(&body.code)))
            .collect(),
    }
}

fn has_value(figure: Option<&Observation>) -> bool {
    figure.is_some_and(|f| f.status == Status::Value && f.value.is_some())
}

fn overview_table(facts: &Facts<'_>, body: &Organisation) -> Table {
    let previous = facts.previous();
    let mut columns = vec![Column::words("Metric"), Column::numbers(&*body.short_name)];
    columns.extend(["Peers", "All"].map(Column::numbers));
    columns.push(Column::words("Standard"));
    columns.extend(previous.map(|p| Column::words(format!("Change on {}", p.words()))));
    let shown = facts.layouts.force.sections.iter().flat_map(|s| s.select(&facts.release.metrics));
    let row = |metric: &Metric| {
        let own = facts.current(metric, &body.code);
        let mut cells = vec![
            value_cell(own),
            peers_cell(facts, metric, &body.code),
            nation_cell(facts, metric, &body.code),
            standard_cell(metric, own),
        ];
        cells.extend(previous.map(|period| change_cell(facts, metric, &body.code, period)));
        let heading = format!("{} {}", metric.id, metric.title);
        Row { heading, link: Some(format!("#metric-{}", metric.id)), emphasised: false, cells }
    };
    let rows = shown.filter(|m| is_measured(facts, m, &body.code)).map(row).collect();
    let caption = format!("{}: all metrics, {}", body.short_name, facts.release.period.words_with_short_name());
    Table::new("tab-overview", caption, columns, rows)
}

/// Whether the national figure, less the organisation's own, is over enough others in every period that is shown.
fn may_see_nation(facts: &Facts<'_>, metric: &Metric, own: &str) -> bool {
    let others = |period: &Period| {
        let others = facts.codes(metric).iter().filter(|code| **code != own);
        others.filter(|code| facts.figure(metric, code, *period).is_some_and(|one| one.numerator.is_some())).count()
    };
    !facts.release.trend.iter().any(|period| gives_away(others(period)))
}

fn nation_cell(facts: &Facts<'_>, metric: &Metric, own: &str) -> Cell {
    if may_see_nation(facts, metric, own) { other_cell(facts.current(metric, NATIONAL)) } else { Cell::new("[c]") }
}

/// Not applicable where no peer group is recorded.
fn peers_cell(facts: &Facts<'_>, metric: &Metric, code: &str) -> Cell {
    match (facts.peers(metric, code, facts.release.period), facts.peer_group(code)) {
        (None, None) => Cell::new("[z]"),
        (figure, _) => other_cell(figure),
    }
}

fn other_cell(figure: Option<&Observation>) -> Cell {
    Cell::new(value_with_unit(figure)).with_detail(figure.and_then(words::counts_remark))
}
