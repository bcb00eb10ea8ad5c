//! The trend figure: one organisation or the nation by period, beside its peers and all others where asked for.
//! It gathers what the drawing, the words and the table share; what is judged was judged by the assessment.

use std::ops::RangeInclusive;

use crate::assessment::StepDecision;
use crate::definitions::model::Standard;
use crate::report::charts::{
    CentreSpan, Chart, EventMark, PeriodTick, PointSign, ProposedLevels, ShortPeriod, StandardSpan, TrendChart,
    TrendPoint, TrendSeries,
};
use crate::report::facts::Facts;
use crate::report::metric::control::sign;
use crate::report::metric::trend_data::{Series, TrendData, TrendRequest, event_name};
use crate::report::metric::trend_table::trend_data_table;
use crate::report::metric::trend_words;
use crate::report::page::download;
use crate::report::page::figure::{CommonRemarks, Figure, Room};
use crate::report::sentences::standard;
use crate::report::words;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::{Shape, Status};

/// The figure; `None` when no period has a value to draw, and while the figures are a level only.
pub fn build_trend<'a>(facts: &'a Facts<'a>, request: &'a TrendRequest<'a>) -> Option<Figure> {
    let metric = request.metric;
    if metric.shape == Shape::Status {
        return None;
    }
    let now = facts.current(metric, request.code);
    if now.is_some_and(|now| metric.level_only(now.metric_version).is_some()) {
        return None;
    }
    let data = TrendData::of(facts, request);
    data.figures.iter().flatten().find(|f| f.status == Status::Value)?;
    // A page of many small figures offers one file for all of them.
    let is_alone = request.room == Room::Full;
    let limits = data.control.filter(|_| is_alone).map(|_| download::usual_variation(metric, request.code));
    Some(Figure {
        id: format!("fig-{}-trend", metric.id),
        label: String::new(),
        title: trend_words::title(&data),
        subtitle: trend_words::subtitle(&data),
        icons: data.control.map(|control| control.icons()).unwrap_or_default(),
        room: request.room,
        drawing: Chart::Trend(chart(&data)),
        text: trend_words::description(&data),
        table: trend_data_table(&data),
        table_summary: String::new(),
        downloads: limits.into_iter().collect(),
    })
}

fn chart(data: &TrendData<'_>) -> TrendChart {
    let (request, unit) = (data.request, data.request.metric.unit);
    // Intervals of the lines to compare with would cover the line the reader came for, and those of a series with limits of
    // usual variation would look like more of these.
    let bare = |point: TrendPoint| TrendPoint { lower: None, upper: None, ..point };
    let mut own = points(&data.figures, &data.provisional);
    if let Some(control) = &data.control {
        own = own.into_iter().map(|point| TrendPoint { sign: PointSign::NotJudged, ..bare(point) }).collect();
        for line in &control.chart.points {
            if let Some(point) = own.get_mut(line.at) {
                point.sign = sign(control.label(line), request.metric.better);
            }
        }
    }
    let mut series = vec![TrendSeries { role: request.role, label: request.subject.clone(), points: own }];
    series.extend(data.compared.iter().map(|compared| TrendSeries {
        role: compared.line.role,
        label: compared.line.label.clone(),
        points: points(&compared.figures, &compared.provisional).into_iter().map(bare).collect(),
    }));
    let span = |(held, range): &(&Standard, RangeInclusive<usize>)| StandardSpan {
        label: standard::line_label(held, unit),
        level: held.level,
        from: *range.start(),
        to: *range.end(),
    };
    let mark = |(place, (at, event)): (usize, &(usize, &RecordedEvent))| {
        let renewed = data.control.is_some_and(|control| control.starts_afresh_after(event));
        // An event of no kind of its own is known by its description.
        let label = if data.request.remarks == CommonRemarks::OncePerPage {
            event_name(place)
        } else if event.kind == "other" {
            words::sentence_case(event.description.trim_end_matches('.'))
        } else {
            words::sentence_case(&words::event_kind(&event.kind))
        };
        EventMark { at: *at, label: if renewed { format!("{label}: new limits") } else { label } }
    };
    TrendChart {
        unit,
        axis_title: words::sentence_case(unit.words()),
        periods: data.facts.release.trend.iter().map(|period| period_tick(*period)).collect(),
        series,
        standards: data.standards.iter().map(span).collect(),
        centre: median_span(data),
        proposed: proposed_levels(data),
        events: data
            .breaks
            .iter()
            .map(|at| new_definition(*at))
            .chain(data.events.iter().enumerate().map(mark))
            .collect(),
        breaks: data.breaks.clone(),
        control: data.control.map(|control| control.lines()).unwrap_or_default(),
    }
}

/// The median of a series that has no control chart.
fn median_span(data: &TrendData<'_>) -> Option<CentreSpan> {
    let chart = data.facts.run_chart(data.request.metric, data.request.code)?;
    let at = |period: Period| data.facts.release.trend.iter().position(|one| *one == period);
    let (from, to) = (at(chart.first)?, at(chart.period)?);
    let label = format!("Median {}", words::limit_in_sentence(chart.centre, data.request.metric.unit));
    Some(CentreSpan { label, level: chart.centre, from, to })
}

/// The last step that the series seems to have taken, while nobody has decided on it.
fn proposed_levels(data: &TrendData<'_>) -> Option<ProposedLevels> {
    let (metric, code) = (data.request.metric, data.request.code);
    let steps = data.facts.release.assessment.steps.iter();
    let mut open = steps
        .filter(|step| *step.metric_id == *metric.id && step.org_code == *code && step.decision == StepDecision::Open);
    let step = open.next_back()?;
    let at = data.facts.release.trend.iter().position(|period| *period == step.period)?;
    let (before, after) = step.means;
    let [lower, upper] = [before, after].map(|mean| words::limit_in_sentence(mean, metric.unit));
    let label = format!("proposed step, not decided: {lower} before {}, {upper} since", step.period.words());
    Some(ProposedLevels { label, at, before, after })
}

fn new_definition(at: usize) -> EventMark {
    EventMark { at, label: "New definition".to_owned() }
}

fn points(figures: &Series<'_>, provisional: &[bool]) -> Vec<TrendPoint> {
    let point = |(index, figure): (usize, Option<&Observation>)| {
        let shown = figure.filter(|f| f.status == Status::Value);
        let interval = shown.and_then(|f| f.interval_95);
        TrendPoint {
            value: shown.and_then(|f| f.value),
            lower: interval.and_then(|i| i.lower),
            upper: interval.and_then(|i| i.upper),
            provisional: provisional.get(index).is_some_and(|is| *is),
            sign: PointSign::Plain,
        }
    };
    figures.iter().copied().enumerate().map(point).collect()
}

/// The period at the axis. Months and quarters have short names for axes of many.
pub fn period_tick(period: Period) -> PeriodTick {
    let short = |words: String| {
        let (words, year) = words.rsplit_once(' ')?;
        let words = words.split(' ').map(|word| word.get(..3).unwrap_or(word)).collect::<Vec<_>>().join(" ");
        Some(ShortPeriod { words, year: year.to_owned() })
    };
    let has_short = matches!(period.kind, PeriodType::Month | PeriodType::FyQuarter | PeriodType::CalQuarter);
    PeriodTick { full: axis_words(period), short: has_short.then(|| short(period.words())).flatten() }
}

/// The period at the axis: the kind of period stands in the subtitle.
fn axis_words(period: Period) -> String {
    match period.kind {
        PeriodType::FinancialYear => {
            format!("{} to {}", words::month_words(period.first), words::month_words(period.last()))
        }
        PeriodType::Rolling12m => format!("Year ending {}", words::month_words(period.last())),
        _ => period.words(),
    }
}
