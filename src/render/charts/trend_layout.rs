//! Where everything of a trend chart stands: margins, axis, label column, strips above and below the plot.
//! Only places; nothing is drawn.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{Place, Sheet};
use crate::render::charts::placement::{AxisLabel, AxisRow, Side, hang, spread, thin_out};
use crate::render::charts::text::{Weight, widest, width, wrap};
use crate::render::charts::{ChartWidth, LINE_HEIGHT};
use crate::report::charts::{EventMark, PointSign, TrendChart, TrendSeries};

/// From the plot's edge to its first and last period, so that markers stay clear of the edge.
const INSET: f64 = 10.0;
/// Between the last period and its labels; leader lines run here.
const LEADER: f64 = 20.0;
/// At the right edge, for fonts a little wider than the one measured.
const MARGIN: f64 = 3.0;
/// Length of the sample of a line beside words.
pub const SAMPLE: f64 = 26.0;
const GAP: f64 = 6.0;
/// Between the lowest tick of a cut axis and the axis line; the break mark stands there.
pub const BREAK: f64 = 14.0;

/// Height of a plot without values.
const EMPTY_PLOT: f64 = 60.0;

/// A line that has words at its right end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled {
    Series(usize),
    Upper,
    Mean,
    Lower,
}

impl Labelled {
    /// Where a line of a control chart ends: its last period and value.
    fn last_value(self, chart: &TrendChart) -> Option<(usize, f64)> {
        if let Self::Series(index) = self {
            return chart.series.get(index).and_then(last_value);
        }
        let line = chart.control.last()?.last()?;
        let value = match self {
            Self::Upper => line.upper,
            Self::Lower => line.lower,
            Self::Mean | Self::Series(_) => line.mean,
        };
        Some((line.at, value))
    }
}

/// The words at the right end of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct EndLabel {
    pub what: Labelled,
    pub lines: Vec<String>,
    /// Where the line ends, if it reaches the last period.
    pub end: Option<Place>,
    /// Centre of the words.
    pub centre: f64,
}

/// An event's words beside the top of its pole.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// The pole.
    pub x: f64,
    /// Where the words begin.
    pub start: f64,
    pub baseline: f64,
    pub label: String,
}

/// All places, in px.
#[derive(Debug, Clone)]
pub struct TrendLayout {
    pub sheet: Sheet,
    pub axis: Option<Axis>,
    pub title: Vec<String>,
    /// Words of the standards, each with the baseline of its first line.
    pub standards: Vec<(f64, Vec<String>)>,
    pub flags: Vec<Flag>,
    pub left: f64,
    pub right: f64,
    /// The highest tick.
    pub top: f64,
    /// The lowest tick.
    pub bottom: f64,
    /// The axis line: below the lowest tick where the axis is cut.
    pub base: f64,
    pub x_labels: Vec<AxisLabel>,
    pub end_labels: Vec<EndLabel>,
    pub label_x: f64,
    /// Baseline of the notes below the axis.
    pub notes: Vec<(Note, Place)>,
    periods: usize,
}

/// What a sign of the drawing means, in words below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    Interval,
    Mean,
    Limits,
    Improvement(PointSign),
    Concern,
    Unusual,
    NotJudged,
    Provisional,
}

impl Note {
    pub fn words(self) -> &'static str {
        match self {
            Self::Interval => "95% interval",
            Self::Mean => "mean",
            Self::Limits => "limits of usual variation",
            Self::Improvement(_) => "improvement",
            Self::Concern => "concern",
            Self::Unusual => "stands out",
            Self::NotJudged => "not judged",
            Self::Provisional => "provisional",
        }
    }
}

/// Sizes that depend on the room, in px, and the greatest numbers of ticks and labels.
struct Room {
    plot_height: f64,
    /// With the lines of a control chart.
    control_height: f64,
    label_column: f64,
    most_ticks: i32,
    most_x_labels: usize,
    /// Whether the lines of a control chart have their words at their right ends, or as notes below.
    control_labels: bool,
}

impl Room {
    fn of(width: ChartWidth) -> Self {
        match width {
            ChartWidth::Wide => Self {
                plot_height: 260.0,
                control_height: 280.0,
                label_column: 190.0,
                most_ticks: 6,
                most_x_labels: 6,
                control_labels: true,
            },
            ChartWidth::Narrow => Self {
                plot_height: 200.0,
                control_height: 220.0,
                label_column: 112.0,
                most_ticks: 6,
                most_x_labels: 3,
                control_labels: true,
            },
            ChartWidth::Small => Self {
                plot_height: 80.0,
                control_height: 140.0,
                label_column: 112.0,
                most_ticks: 4,
                most_x_labels: 2,
                control_labels: false,
            },
        }
    }
}

impl TrendLayout {
    /// The layout of a checked chart.
    pub fn new(chart: &TrendChart, width: ChartWidth) -> Self {
        let room = Room::of(width);
        let sheet = Sheet { width: width.px(), height: 0.0, font: width.font() };
        let axis = Axis::fit(chart.unit, chart.values(), room.most_ticks);
        let mut layout = Self {
            sheet,
            axis,
            title: Vec::new(),
            standards: Vec::new(),
            flags: Vec::new(),
            left: 0.0,
            right: 0.0,
            top: 0.0,
            bottom: 0.0,
            base: 0.0,
            x_labels: Vec::new(),
            end_labels: Vec::new(),
            label_x: 0.0,
            notes: Vec::new(),
            periods: chart.x_labels.len(),
        };
        layout.place_columns(chart, &room);
        layout.place_heading(chart);
        layout.place_plot(chart, &room);
        layout.place_end_labels(chart);
        layout.place_foot(chart, &room);
        layout
    }

    /// x of a period.
    pub fn x(&self, index: usize) -> f64 {
        let (first, last) = (self.left + INSET, self.right - INSET);
        // A single period stands beside its words, so that no long leader looks like a line.
        if self.periods > 1 { first + count(index) * self.pitch() } else { last }
    }

    /// Half the way to the next period, but never beyond the plot.
    pub fn half_pitch(&self) -> f64 {
        (self.pitch() / 2.0).min(INSET)
    }

    /// y of a value.
    pub fn y(&self, value: f64) -> f64 {
        self.axis.map_or(self.bottom, |axis| self.bottom - axis.share(value) * (self.bottom - self.top))
    }

    /// Height of a line of text.
    pub fn line(&self) -> f64 {
        self.sheet.font * LINE_HEIGHT
    }

    /// Distance of two periods.
    pub fn pitch(&self) -> f64 {
        let length = self.right - self.left - 2.0 * INSET;
        if self.periods > 1 { length / count(self.periods - 1) } else { length }
    }

    /// The tick words at the left, the words of the lines at the right, and the plot between them.
    fn place_columns(&mut self, chart: &TrendChart, room: &Room) {
        let font = self.sheet.font;
        let ticks = self.axis.iter().flat_map(Axis::ticks).map(|(_, words)| width(&words, font, Weight::Regular));
        self.left = ticks.fold(0.0, f64::max) + GAP;
        let words = |what: Labelled| match what {
            Labelled::Series(index) => chart.series.get(index).map_or("", |series| &series.label),
            Labelled::Upper => "Upper limit",
            Labelled::Mean => "Mean",
            Labelled::Lower => "Lower limit",
        };
        let lines = if room.control_labels { &[Labelled::Upper, Labelled::Mean, Labelled::Lower][..] } else { &[] };
        let labelled = (0..chart.series.len()).map(Labelled::Series).chain(lines.iter().copied());
        let shown = labelled.filter(|what| what.last_value(chart).is_some());
        self.end_labels = shown
            .map(|what| {
                let lines = wrap(words(what), room.label_column, font, Weight::Regular);
                EndLabel { what, lines, end: None, centre: 0.0 }
            })
            .collect();
        let widths = self.end_labels.iter().map(|label| widest(&label.lines, font, Weight::Regular));
        let column = widths.fold(0.0, f64::max);
        let indent = if column > 0.0 { LEADER } else { 0.0 };
        self.right = self.sheet.width - MARGIN - column - indent;
        self.label_x = self.right + indent;
    }

    /// Axis title, standards and events above the plot.
    fn place_heading(&mut self, chart: &TrendChart) {
        let (font, line) = (self.sheet.font, self.line());
        let title = self.axis.map_or_else(|| chart.axis_title.clone(), |axis| axis.titled(&chart.axis_title));
        self.title = wrap(&title, self.sheet.width, font, Weight::Regular);
        let mut y = count(self.title.len()) * line;
        let mut labels: Vec<&str> = Vec::new();
        for span in &chart.standards {
            if !labels.contains(&span.label.as_str()) {
                labels.push(&span.label);
            }
        }
        for label in labels {
            let lines = wrap(label, self.sheet.width - SAMPLE - GAP, font, Weight::Regular);
            let below = y + count(lines.len()) * line;
            self.standards.push((y + font, lines));
            y = below;
        }
        let events = distinct_events(chart);
        let flag = |event: &&EventMark| (self.x(event.at), GAP + width(&event.label, font, Weight::Regular));
        let flags: Vec<(f64, f64)> = events.iter().map(flag).collect();
        let hung = hang(&flags, self.sheet.width);
        let rows = hung.iter().map(|(row, _)| row + 1).max().unwrap_or(0);
        for ((event, (x, length)), (row, side)) in events.iter().zip(flags).zip(hung) {
            let baseline = y + count(rows - row - 1) * line + font;
            let start = if side == Side::Right { x + GAP } else { x - length };
            let start = start.min(self.sheet.width - length + GAP).max(0.0);
            self.flags.push(Flag { x, start, baseline, label: event.label.clone() });
        }
        self.top = y + count(rows) * line + line * 0.6;
    }

    /// The plot is as high as the room asks for, and higher where the words beside it need it.
    fn place_plot(&mut self, chart: &TrendChart, room: &Room) {
        let words: f64 = self.end_labels.iter().map(|label| self.label_height(label)).sum();
        let height = if chart.control.is_empty() { room.plot_height } else { room.control_height };
        let plot = if self.axis.is_some() { height } else { EMPTY_PLOT };
        self.bottom = self.top + plot.max(words - self.line());
        let is_cut = self.axis.is_some_and(|axis| axis.is_cut());
        self.base = self.bottom + if is_cut { BREAK } else { 0.0 };
    }

    /// Words stand at the end of their line, pushed apart where lines end close together.
    fn place_end_labels(&mut self, chart: &TrendChart) {
        let last = self.periods.saturating_sub(1);
        let mut labels = std::mem::take(&mut self.end_labels);
        for label in &mut labels {
            let Some((index, value)) = label.what.last_value(chart) else { continue };
            label.centre = self.y(value);
            label.end = (index == last).then(|| (self.x(index), label.centre));
        }
        labels.sort_by(|a, b| a.centre.total_cmp(&b.centre));
        let boxes: Vec<_> = labels.iter().map(|label| (label.centre, self.label_height(label))).collect();
        let half = self.line() / 2.0;
        for (label, centre) in labels.iter_mut().zip(spread(&boxes, self.top - half, self.bottom + half)) {
            label.centre = centre;
        }
        self.end_labels = labels;
    }

    fn label_height(&self, label: &EndLabel) -> f64 {
        count(label.lines.len()) * self.line() + 2.0
    }

    /// Periods and notes below the plot.
    fn place_foot(&mut self, chart: &TrendChart, room: &Room) {
        let font = self.sheet.font;
        let places: Vec<f64> = (0..self.periods).map(|index| self.x(index)).collect();
        let row = AxisRow { places: &places, sheet: self.sheet.width, size: font };
        self.x_labels = thin_out(&chart.x_labels, row, room.most_x_labels);
        let lines = self.x_labels.iter().map(|label| label.lines.len()).max().unwrap_or(0);
        let mut y = self.base + GAP + count(lines) * self.line();
        let mut x = self.left;
        for note in notes(chart, room) {
            let length = SAMPLE + width(note.words(), font, Weight::Regular);
            if x > self.left && x + length > self.sheet.width {
                x = self.left;
                y += self.line();
            }
            self.notes.push((note, (x, y + GAP + font)));
            x += length + 2.0 * font;
        }
        if !self.notes.is_empty() {
            y += GAP + self.line();
        }
        self.sheet.height = (y + GAP).ceil();
    }
}

/// The last value of a series with its period.
fn last_value(series: &TrendSeries) -> Option<(usize, f64)> {
    series.points.iter().enumerate().rev().find_map(|(index, point)| Some((index, point.value?)))
}

/// The events in the order of their periods; two of one kind in one period are one mark.
fn distinct_events(chart: &TrendChart) -> Vec<&EventMark> {
    let mut events: Vec<&EventMark> = chart.events.iter().collect();
    events.sort_by_key(|event| (event.at, &event.label));
    events.dedup();
    events
}

/// Which signs the drawing uses.
fn notes(chart: &TrendChart, room: &Room) -> Vec<Note> {
    let points = || chart.series.iter().flat_map(|series| &series.points).filter(|point| point.value.is_some());
    let has = |sign: PointSign| points().any(|point| point.sign == sign);
    let improvement = [PointSign::ImprovementUp, PointSign::ImprovementDown].into_iter().find(|sign| has(*sign));
    let below = !chart.control.is_empty() && !room.control_labels;
    let notes = [
        points().any(|point| point.lower.is_some() || point.upper.is_some()).then_some(Note::Interval),
        below.then_some(Note::Mean),
        below.then_some(Note::Limits),
        improvement.map(Note::Improvement),
        has(PointSign::Concern).then_some(Note::Concern),
        has(PointSign::Neutral).then_some(Note::Unusual),
        points().any(|p| p.sign == PointSign::NotJudged && !p.provisional).then_some(Note::NotJudged),
        points().any(|point| point.provisional).then_some(Note::Provisional),
    ];
    notes.into_iter().flatten().collect()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
