//! What the parts of a trend figure are made from: the series, the lines to compare it with, standards, events and limits.

use std::ops::RangeInclusive;

use crate::definitions::model::{Metric, Standard};
use crate::report::charts::SeriesRole;
use crate::report::facts::Facts;
use crate::report::metric::control::Control;
use crate::report::page::figure::{CommonRemarks, Room};
use crate::report::sentences::runs::run_sentence;
use crate::report::sentences::standard;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::event::RecordedEvent;
use crate::vocabulary::observation::Observation;

/// A further line of the chart.
#[derive(Debug, Clone)]
pub struct ComparedLine {
    pub role: SeriesRole,
    pub label: String,
    pub code: BodyId,
}

/// What to show: the metric of one code, by the name readers know it by.
#[derive(Debug)]
pub struct TrendRequest<'m> {
    pub metric: &'m Metric,
    pub code: &'m BodyId,
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
    /// What the release holds for the request.
    pub fn of(facts: &'a Facts<'a>, request: &'a TrendRequest<'a>) -> Self {
        let metric = request.metric;
        let figures = series(facts, metric, request.code);
        Self {
            facts,
            request,
            compared: request.compared.iter().map(|line| compared_series(facts, metric, line)).collect(),
            standards: spans(metric, &figures),
            events: events(facts, request.code),
            breaks: facts.breaks(metric),
            provisional: provisional(facts, metric, request.code),
            control: Control::of(facts, metric, request.code),
            figures,
        }
    }

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

fn series<'o>(facts: &Facts<'o>, metric: &Metric, code: &BodyId) -> Series<'o> {
    facts.release.trend.iter().map(|period| facts.figure(metric, code, *period)).collect()
}

fn provisional(facts: &Facts<'_>, metric: &Metric, code: &BodyId) -> Vec<bool> {
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
pub fn events<'f>(facts: &Facts<'f>, code: &BodyId) -> Vec<(usize, &'f RecordedEvent)> {
    let trend = &facts.release.trend;
    let at = |event: &RecordedEvent| {
        trend.iter().position(|p| p.start() <= event.happened_on && event.happened_on <= p.end())
    };
    let concerns = |event: &&RecordedEvent| event.org_code == *code || event.org_code.is_nation();
    let mut found: Vec<_> =
        facts.release.events.iter().filter(concerns).filter_map(|event| Some((at(event)?, event))).collect();
    found.sort_by_key(|(at, event)| (*at, event.happened_on));
    found
}

/// What charts call an event that their page tells of once.
pub fn event_name(place: usize) -> String {
    format!("Event {}", place + 1)
}
