//! The blocks about one organisation: its own figures beside those of its peers and of all, its charts.
//! Of others it shows published sums only, never a single other organisation.

use crate::definitions::layout::MetricSection;
use crate::definitions::model::Metric;
use crate::metrics::gives_away;
use crate::report::charts::SeriesRole;
use crate::report::edition::{Scope, metric_anchor};
use crate::report::facts::Facts;
use crate::report::force::returns;
use crate::report::metric::control::Control;
use crate::report::metric::decisions::decision_table;
use crate::report::metric::judged::judged_sentences;
use crate::report::metric::sections::{documentation, interval_sentence, standards_table};
use crate::report::metric::steps::{STEPS_EXPLAINED, step_table};
use crate::report::metric::trend::build_trend;
use crate::report::metric::trend_data::{ComparedLine, TrendRequest, event_name, events};
use crate::report::metric::trend_words::{event_words, now_sentences};
use crate::report::page::block::{Block, Details, Links, link};
use crate::report::page::download::{self, OwnFigures};
use crate::report::page::figure::{CommonRemarks, Room};
use crate::report::page::text::{Address, Text};
use crate::report::sentences::standard;
use crate::report::words;
use crate::stats::control::LEAST_POINTS;
use crate::stats::run_chart::RunSignal;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Shape, Status};

/// The peers of the organisation.
pub fn peers(facts: &Facts<'_>, body: &Organisation) -> Block {
    Block::paragraph(peers_sentence(facts, &body.code))
}

/// How to read the metrics: what holds for all of them is said here, once for each page.
pub fn metrics_explained(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let metrics: Vec<&Metric> =
        scope.sections().into_iter().flat_map(|section| section.select(&facts.release.metrics)).collect();
    let measured = metrics.iter().filter(|metric| has_value(facts.current(metric, &body.code))).count();
    let mut sentences = vec![format!(
        "{} has a figure for {} of {} metrics in {}.",
        body.name,
        words::number_words(measured),
        words::number_words(metrics.len()),
        facts.release.period.words()
    )];
    let is_short = |metric: &&&Metric| {
        let chart = facts.run_chart(metric, &body.code);
        chart.is_some_and(|chart| chart.signal == RunSignal::TooFewPoints)
    };
    if metrics.iter().any(|metric| is_short(&metric)) {
        sentences.push(format!(
            "A chart with fewer than {} figures shows their median and no limits: such a chart cannot tell whether a change \
             is more than usual variation.",
            words::number_words(LEAST_POINTS)
        ));
    }
    if metrics.iter().any(|metric| step_table(facts, metric, Some(&body.code)).is_some()) {
        sentences.push(STEPS_EXPLAINED.to_owned());
    }
    sentences.push("Where nothing is said of a standard, no standard is documented. Figures count all cases and are no samples, unless their text says so.".to_owned());
    let line = |(place, (_, event)): (usize, (usize, &RecordedEvent))| {
        Text::from(format!("{}: {}.", event_name(place), event_words(event)))
    };
    let events: Vec<Text> = events(facts, &body.code).into_iter().enumerate().map(line).collect();
    let mut blocks = Block::opening(sentences);
    if !events.is_empty() {
        blocks.push(Block::paragraph("The charts mark these recorded events:"));
        blocks.push(Block::List(events));
    }
    blocks
}

/// Links to the pages of the principles; `None` in an edition without such pages.
pub fn principles(scope: &Scope<'_>) -> Option<Block> {
    let pages = scope.edition.principle_pages().into_iter().filter(|(_, path)| *path != scope.path());
    let links: Vec<Text> = pages.map(|(section, path)| link(section.heading(), Address::page(path))).collect();
    (!links.is_empty()).then(|| Block::Links(Links { label: "Principles".to_owned(), links }))
}

/// Every metric of the organisation with its chart, by section; then what they rest on, and a file of the figures.
pub fn own_metrics(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let measured = |section: &MetricSection| -> Vec<&Metric> {
        let metrics = section.select(&facts.release.metrics).into_iter();
        metrics.filter(|metric| is_measured(facts, metric, &body.code)).collect()
    };
    let entries = |metrics: &[&Metric]| -> Vec<Block> {
        metrics.iter().map(|metric| metric_entry(facts, metric, body)).collect()
    };
    let (mut blocks, mut shown) = (Vec::new(), Vec::new());
    for (index, section) in scope.sections().into_iter().enumerate() {
        let metrics = measured(section);
        if scope.section.is_some() {
            // The page of one principle has the title of its section.
            blocks.extend(entries(&metrics));
        } else if !metrics.is_empty() {
            blocks.push(Block::section(format!("section-{}", index + 1), section.heading(), entries(&metrics)));
        }
        shown.extend(metrics);
    }
    if !shown.is_empty() {
        blocks.push(returns::behind(facts, &shown, body));
        blocks.extend(files(scope, &shown, &body.code));
    }
    blocks
}

/// The files of the page: figures, and limits where a chart has some.
fn files(scope: &Scope<'_>, metrics: &[&Metric], code: &BodyId) -> Vec<Block> {
    let facts = scope.facts();
    let page = scope.section.map_or_else(String::new, |section| format!("-{}", scope.name_of(section)));
    let shown = |metric: &Metric, code: BodyId| Some(code).filter(|code| is_shown(facts, metric, code));
    let of_metrics = metrics.iter().map(|metric| OwnFigures {
        metric,
        peers: shown(metric, BodyId::peers_of(code)),
        all: shown(metric, BodyId::nation().clone()).filter(|_| may_see_nation(facts, metric, code)),
    });
    let figures = download::own_figures(format!("figures{page}"), of_metrics.collect(), code);
    let with_limits: Vec<&Metric> =
        metrics.iter().copied().filter(|metric| Control::of(facts, metric, code).is_some()).collect();
    let limits = download::own_limits(format!("limits{page}"), &with_limits, code);
    let limits = (!with_limits.is_empty()).then_some(limits);
    std::iter::once(figures).chain(limits).map(Block::Download).collect()
}

/// Whether a sum has a value in any period that is shown.
fn is_shown(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> bool {
    facts.release.trend.iter().any(|period| has_value(facts.figure(metric, code, *period)))
}

/// Metrics of which the release has no figure for the organisation; `None` where there are none.
pub fn not_measured(scope: &Scope<'_>, body: &Organisation) -> Option<Block> {
    let facts = scope.facts();
    let metrics = scope.sections().into_iter().flat_map(|section| section.select(&facts.release.metrics));
    let metrics = metrics.filter(|metric| !is_measured(facts, metric, &body.code));
    let lines: Vec<Text> = metrics.map(|metric| metric.heading().into()).collect();
    let sentence = format!("This release has no figure of these metrics for {}.", body.name);
    (!lines.is_empty()).then(|| {
        Block::section("not-measured", "Not measured here", vec![Block::paragraph(sentence), Block::List(lines)])
    })
}

/// Whether the release holds any figure of the metric for the organisation, a value or not.
fn is_measured(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> bool {
    facts.codes(metric).contains(&code)
}

/// Who its peers are.
pub fn peers_sentence(facts: &Facts<'_>, code: &BodyId) -> String {
    match facts.peer_group(code) {
        Some(group) if !group.peers.is_empty() => {
            let mut names: Vec<String> = group.peers.iter().map(|peer| facts.name(peer)).collect();
            names.sort();
            format!(
                "Peers: {} ({}). The figure for peers adds up their records.",
                words::names_or_number(&names, "organisations"),
                group.source
            )
        }
        _ => "No peer group is recorded for this organisation.".to_owned(),
    }
}

fn metric_entry(facts: &Facts<'_>, metric: &Metric, body: &Organisation) -> Block {
    let peers = ComparedLine { role: SeriesRole::Peers, label: "Peers".to_owned(), code: BodyId::peers_of(&body.code) };
    let all =
        ComparedLine { role: SeriesRole::AllForces, label: facts.everyone(metric), code: BodyId::nation().clone() };
    // A count of one force and the count of all share no scale worth drawing; the table still has both.
    let compared = [peers, all].into_iter().filter(|line| {
        let is_total = metric.shape == Shape::Count;
        let is_open = !line.code.is_nation() || may_see_nation(facts, metric, &body.code);
        !is_total && is_open && is_shown(facts, metric, &line.code)
    });
    let figure = build_trend(
        facts,
        &TrendRequest {
            metric,
            code: &body.code,
            role: SeriesRole::Subject,
            subject: body.short_name.clone(),
            compared: compared.collect(),
            room: Room::Small,
            remarks: CommonRemarks::OncePerPage,
        },
    );
    let own = facts.current(metric, &body.code);
    // The figure's description says the value and how it moved; without a figure the findings do.
    let mut findings = if figure.is_some() { Vec::new() } else { now_sentences(facts, metric, &body.code) };
    findings.extend(own.and_then(|figure| interval_sentence(metric, figure)));
    findings.extend(own.filter(|_| !metric.standards.is_empty()).map(|f| standard::sentence(metric, f)));
    findings.extend(judged_sentences(facts, (metric, &body.code), CommonRemarks::OncePerPage));
    let mut blocks = vec![Block::Aside((&*metric.definition).into())];
    blocks.extend(figure.map(|figure| Block::Figure(Box::new(figure))));
    blocks.extend(findings.into_iter().map(Block::paragraph));
    let tables = [step_table, decision_table].into_iter().filter_map(|table| table(facts, metric, Some(&body.code)));
    blocks.extend(tables.map(Block::Table));
    blocks.push(definition(facts, metric, body));
    Block::entry(metric_anchor(metric), metric.heading(), blocks)
}

/// What is measured, folded: the definition stands open above.
fn definition(facts: &Facts<'_>, metric: &Metric, body: &Organisation) -> Block {
    let mut blocks = vec![Block::Facts(documentation(facts, metric))];
    let caveats: Vec<Text> = metric.all_caveats().into_iter().map(Text::from).collect();
    if !caveats.is_empty() {
        blocks.push(Block::List(caveats));
    }
    blocks.extend(standards_table(metric, Some(&body.code)).map(Block::Table));
    Block::Details(Details { summary: format!("How {} is measured", metric.id).into(), blocks })
}

fn has_value(figure: Option<&Observation>) -> bool {
    figure.is_some_and(|f| f.status == Status::Value && f.value.is_some())
}

/// Whether the national figure, less the organisation's own, is over enough others in every period that is shown.
pub fn may_see_nation(facts: &Facts<'_>, metric: &Metric, own: &BodyId) -> bool {
    !facts.release.trend.iter().any(|period| gives_away(facts.others_counted(metric, own, *period)))
}
