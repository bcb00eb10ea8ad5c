//! The trend figure: one organisation or the nation by period, beside its peers and all others where asked for.
//! It gathers what the drawing, the words and the table share; what is judged was judged by the assessment.

use std::ops::RangeInclusive;

use crate::assessment::StepDecision;
use crate::definitions::model::{Metric, Standard};
use crate::report::charts::{
    CentreSpan, Chart, EventMark, PeriodTick, PointSign, ProposedLevels, SeriesRole, ShortPeriod, StandardSpan,
    TrendChart, TrendPoint, TrendSeries,
};
use crate::report::control::{Control, sign};
use crate::report::facts::Facts;
use crate::report::figure::{CommonRemarks, Figure, Room};
use crate::report::run_words::run_sentence;
use crate::report::trend_table::trend_data_table;
use crate::report::{downloads, standard, trend_words, words};
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::{Shape, Status};

/// A further line of the chart.
#[derive(Debug, Clone)]
pub struct ComparedLine {
    pub role: SeriesRole,
    pub label: String,
    pub code: String,
}

/// What to show: the metric of one code, by the name readers know it by.
#[derive(Debug)]
pub struct TrendRequest<'m> {
    pub metric: &'m Metric,
    pub code: &'m str,
    pub role: SeriesRole,
    pub subject: String,
    pub compared: Vec<ComparedLine>,
    pub room: Room,
    pub remarks: CommonRemarks,
}

/// One figure per period of the trend; `None` where the release has none.
pub type Series<'o> = Vec<Option<&'o Observation>>;

/// A further line with its figures.
#[derive(Debug)]
pub struct ComparedSeries<'a> {
    pub line: &'a ComparedLine,
    pub figures: Series<'a>,
    /// Whether each may still grow.
    pub provisional: Vec<bool>,
}

/// What the parts of one trend figure are made from.
#[derive(Debug)]
pub struct TrendData<'a> {
    pub facts: &'a Facts<'a>,
    pub request: &'a TrendRequest<'a>,
    pub figures: Series<'a>,
    pub compared: Vec<ComparedSeries<'a>>,
    /// Positions at which another version of the metric takes effect.
    pub breaks: Vec<usize>,
    /// Standards that held, each with the indexes of an unbroken run of periods.
    pub standards: Vec<(&'a Standard, RangeInclusive<usize>)>,
    /// Events with the index of their period.
    pub events: Vec<(usize, &'a RecordedEvent)>,
    /// Whether each figure may still grow.
    pub provisional: Vec<bool>,
    /// Mean and limits of the series, where there are enough figures.
    pub control: Option<Control<'a>>,
}

impl<'a> TrendData<'a> {
    /// The events that the figure tells of in words, each with the index of its period.
    pub fn told_events(&self) -> &[(usize, &'a RecordedEvent)] {
        match self.request.remarks {
            CommonRemarks::WithEachFigure => &self.events,
            CommonRemarks::OncePerPage => &[],
        }
    }

    /// What the run chart says, where the figure says it.
    pub fn run_sentence(&self) -> Option<String> {
        run_sentence(self.facts, (self.request.metric, self.request.code), self.request.remarks)
    }
}

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
    let figures = series(facts, metric, request.code);
    figures.iter().flatten().find(|f| f.status == Status::Value)?;
    let data = TrendData {
        facts,
        request,
        compared: request.compared.iter().map(|line| compared_series(facts, metric, line)).collect(),
        standards: spans(metric, &figures),
        events: events(facts, request.code),
        breaks: facts.breaks(metric),
        provisional: provisional(facts, metric, request.code),
        control: Control::of(facts, metric, request.code),
        figures,
    };
    let codes = std::iter::once(request.code).chain(request.compared.iter().map(|line| line.code.as_str()));
    let mut downloads = vec![downloads::trend(metric, codes.map(str::to_owned).collect())];
    downloads.extend(data.control.map(|_| downloads::usual_variation(metric, request.code)));
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
        downloads,
    })
}

fn series<'o>(facts: &Facts<'o>, metric: &Metric, code: &str) -> Series<'o> {
    facts.release.trend.iter().map(|period| facts.figure(metric, code, *period)).collect()
}

fn provisional(facts: &Facts<'_>, metric: &Metric, code: &str) -> Vec<bool> {
    facts.release.trend.iter().map(|period| facts.is_provisional(metric, code, *period)).collect()
}

fn compared_series<'a>(facts: &Facts<'a>, metric: &Metric, line: &'a ComparedLine) -> ComparedSeries<'a> {
    let figures = series(facts, metric, &line.code);
    ComparedSeries { line, figures, provisional: provisional(facts, metric, &line.code) }
}

fn spans<'m>(metric: &'m Metric, figures: &Series<'_>) -> Vec<(&'m Standard, RangeInclusive<usize>)> {
    let mut spans: Vec<(&Standard, RangeInclusive<usize>)> = Vec::new();
    for (index, figure) in figures.iter().enumerate() {
        let Some(held) = figure.and_then(|f| standard::held(metric, f)) else { continue };
        match spans.last_mut() {
            Some((last, range)) if std::ptr::eq(*last, held) && range.end() + 1 == index => {
                *range = *range.start()..=index;
            }
            _ => spans.push((held, index..=index)),
        }
    }
    spans
}

/// Events of the code and of the nation. Rolling years overlap: an event belongs to the first that holds it.
pub fn events<'f>(facts: &Facts<'f>, code: &str) -> Vec<(usize, &'f RecordedEvent)> {
    let trend = &facts.release.trend;
    let at = |event: &RecordedEvent| {
        trend.iter().position(|p| p.start() <= event.happened_on && event.happened_on <= p.end())
    };
    let concerns = |event: &&RecordedEvent| event.org_code == code || event.org_code == NATIONAL;
    let mut found: Vec<_> =
        facts.release.events.iter().filter(concerns).filter_map(|event| Some((at(event)?, event))).collect();
    found.sort_by_key(|(at, event)| (*at, event.happened_on));
    found
}

/// What charts call an event that their page tells of once.
pub fn event_name(place: usize) -> String {
    format!("Event {}", place + 1)
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
                point.sign = sign(line.label, request.metric.better);
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
        .filter(|step| *step.metric_id == *metric.id && *step.org_code == *code && step.decision == StepDecision::Open);
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
fn period_tick(period: Period) -> PeriodTick {
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
