//! Where everything of a trend chart stands: margins, axis, label column, strips above and below the plot.
//! Only places; nothing is drawn.

use crate::render::charts::axis::Axis;
use crate::render::charts::ink::{Sheet, Spot, Stroke};
use crate::render::charts::key::{Key, KeyEntry, Sample};
use crate::render::charts::period_axis::PeriodAxis;
use crate::render::charts::placement::{Side, hang, spread};
use crate::render::charts::text::{Weight, cut_off, widest, width, wrap};
use crate::render::charts::{ChartWidth, FONT, LINE_HEIGHT, count, theme};
use crate::report::charts::{EventMark, PointSign, SeriesRole, TrendChart, TrendSeries};

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

/// A trend has few standards; the data table has all.
const MOST_STANDARDS: usize = 4;
/// The data table has all events.
const MOST_EVENTS: usize = 8;
/// An event's words, at most this part of the sheet.
const FLAG: f64 = 0.7;

/// Height of a plot without values.
const EMPTY_PLOT: f64 = 60.0;

/// A line that has words at its right end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled {
    Series(usize),
    Upper,
    Mean,
    Lower,
    Centre,
}

impl Labelled {
    /// Where a line of a control chart ends: its last period and value.
    fn last_value(self, chart: &TrendChart) -> Option<(usize, f64)> {
        if let Self::Series(index) = self {
            return chart.series.get(index).and_then(last_value);
        }
        if self == Self::Centre {
            return chart.centre.as_ref().map(|span| (span.to.max(span.from), span.level));
        }
        let line = chart.control.last()?.last()?;
        let value = match self {
            Self::Upper => line.upper,
            Self::Lower => line.lower,
            Self::Mean | Self::Series(_) | Self::Centre => line.mean,
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
    pub end: Option<Spot>,
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
    pub periods: Option<PeriodAxis>,
    pub end_labels: Vec<EndLabel>,
    pub label_x: f64,
    /// What the signs of the drawing mean.
    pub key: Key,
    count: usize,
}

/// Sizes that depend on the room, in px, and the greatest number of ticks.
struct RoomSizes {
    plot_height: f64,
    /// With the lines of a control chart.
    control_height: f64,
    label_column: f64,
    most_ticks: i32,
    /// Whether the lines of a control chart have their words at their right ends, or as notes below.
    control_labels: bool,
}

impl RoomSizes {
    fn of(width: ChartWidth) -> Self {
        match width {
            ChartWidth::Wide => Self {
                plot_height: 260.0,
                control_height: 280.0,
                label_column: 190.0,
                most_ticks: 6,
                control_labels: true,
            },
            ChartWidth::Narrow => Self {
                plot_height: 200.0,
                control_height: 220.0,
                label_column: 112.0,
                most_ticks: 6,
                control_labels: true,
            },
            ChartWidth::Small => Self {
                plot_height: 80.0,
                control_height: 140.0,
                label_column: 112.0,
                most_ticks: 4,
                control_labels: false,
            },
        }
    }
}

impl TrendLayout {
    /// The layout of a checked chart.
    pub fn new(chart: &TrendChart, width: ChartWidth) -> Self {
        let room = RoomSizes::of(width);
        let sheet = Sheet { width: width.px(), height: 0.0, font: FONT };
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
            periods: None,
            end_labels: Vec::new(),
            label_x: 0.0,
            key: Key::default(),
            count: chart.periods.len(),
        };
        layout.place_columns(chart, &room);
        layout.place_heading(chart);
        layout.place_plot(chart, &room);
        layout.place_end_labels(chart);
        layout.place_foot(chart, &room, width);
        layout
    }

    /// Number of periods.
    pub fn count(&self) -> usize {
        self.count
    }

    /// x of a period.
    pub fn x(&self, index: usize) -> f64 {
        let (first, last) = (self.left + INSET, self.right - INSET);
        // A single period stands beside its words, so that no long leader looks like a line.
        if self.count > 1 { first + count(index) * self.pitch() } else { last }
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
        if self.count > 1 { length / count(self.count - 1) } else { length }
    }

    /// The tick words at the left, the words of the lines at the right, and the plot between them.
    fn place_columns(&mut self, chart: &TrendChart, room: &RoomSizes) {
        let font = self.sheet.font;
        let ticks = self.axis.iter().flat_map(Axis::ticks).map(|(_, words)| width(&words, font, Weight::Regular));
        self.left = ticks.fold(0.0, f64::max) + GAP;
        let words = |what: Labelled| match what {
            Labelled::Series(index) => chart.series.get(index).map_or("", |series| &series.label),
            Labelled::Upper => "Upper limit",
            Labelled::Mean => "Mean",
            Labelled::Lower => "Lower limit",
            Labelled::Centre => chart.centre.as_ref().map_or("", |span| &span.label),
        };
        let lines = if room.control_labels { &[Labelled::Upper, Labelled::Mean, Labelled::Lower][..] } else { &[] };
        let labelled = (0..chart.series.len()).map(Labelled::Series).chain(lines.iter().copied());
        let labelled = labelled.chain([Labelled::Centre]);
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
        labels.truncate(MOST_STANDARDS);
        for label in labels {
            let lines = wrap(label, self.sheet.width - SAMPLE - GAP, font, Weight::Regular);
            let below = y + count(lines.len()) * line;
            self.standards.push((y + font, lines));
            y = below;
        }
        let events = distinct_events(chart);
        let cut: Vec<String> =
            events.iter().map(|event| cut_off(&event.label, self.sheet.width * FLAG, font)).collect();
        let flag =
            |(event, words): (&&EventMark, &String)| (self.x(event.at), GAP + width(words, font, Weight::Regular));
        let flags: Vec<(f64, f64)> = events.iter().zip(&cut).map(flag).collect();
        let hung = hang(&flags, self.sheet.width);
        let rows = hung.iter().map(|(row, _)| row + 1).max().unwrap_or(0);
        for ((label, (x, length)), (row, side)) in cut.into_iter().zip(flags).zip(hung) {
            let baseline = y + count(rows - row - 1) * line + font;
            let start = if side == Side::Right { x + GAP } else { x - length };
            let start = start.min(self.sheet.width - length + GAP).max(0.0);
            self.flags.push(Flag { x, start, baseline, label });
        }
        self.top = y + count(rows) * line + line * 0.6;
    }

    /// The plot is as high as the room asks for, and higher where the words beside it need it.
    fn place_plot(&mut self, chart: &TrendChart, room: &RoomSizes) {
        let words: f64 = self.end_labels.iter().map(|label| self.label_height(label)).sum();
        let height = if chart.control.is_empty() { room.plot_height } else { room.control_height };
        let plot = if self.axis.is_some() { height } else { EMPTY_PLOT };
        self.bottom = self.top + plot.max(words - self.line());
        let is_cut = self.axis.is_some_and(|axis| axis.is_cut());
        self.base = self.bottom + if is_cut { BREAK } else { 0.0 };
    }

    /// Words stand at the end of their line, pushed apart where lines end close together.
    fn place_end_labels(&mut self, chart: &TrendChart) {
        let last = self.count.saturating_sub(1);
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

    /// Periods and the key below the plot.
    fn place_foot(&mut self, chart: &TrendChart, room: &RoomSizes, width: ChartWidth) {
        let places: Vec<f64> = (0..self.count).map(|index| self.x(index)).collect();
        let periods = PeriodAxis::place(&chart.periods, &places, width);
        let foot = self.base + GAP + periods.height();
        self.periods = Some(periods);
        self.key = Key::place(key(chart, room), (0.0, foot), self.sheet.width, self.sheet.font);
        self.sheet.height = (foot + self.key.height + GAP).ceil();
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
    // More would leave no room for the series.
    events.truncate(MOST_EVENTS);
    events
}

/// What the signs of the drawing mean. The words of an event are cut where they would not fit.
fn key(chart: &TrendChart, room: &RoomSizes) -> Vec<KeyEntry> {
    let points = || chart.series.iter().flat_map(|series| &series.points).filter(|point| point.value.is_some());
    let has = |sign: PointSign| points().any(|point| point.sign == sign);
    let improvement = [PointSign::ImprovementUp, PointSign::ImprovementDown].into_iter().find(|sign| has(*sign));
    let role = chart.series.first().map_or(SeriesRole::Subject, |series| series.role);
    let whisker = Stroke { width: WHISKER, dash: "", ..theme::series_look(role).stroke };
    let below = !chart.control.is_empty() && !room.control_labels;
    let sign = |sign: PointSign, words: &str| Some(KeyEntry::new(Sample::Mark(theme::sign_look(sign)?), words));
    let entry = |is: bool, sample: Sample, words: &str| is.then(|| KeyEntry::new(sample, words));
    let entries = [
        entry(
            points().any(|point| point.lower.is_some() || point.upper.is_some()),
            Sample::Tick(whisker),
            "95% interval",
        ),
        entry(below, Sample::Line(theme::MEAN), "mean"),
        entry(below, Sample::Line(theme::VARIATION), "limits of usual variation"),
        improvement.and_then(|found| sign(found, "improvement")),
        has(PointSign::Concern).then_some(PointSign::Concern).and_then(|found| sign(found, "concern")),
        has(PointSign::Neutral).then_some(PointSign::Neutral).and_then(|found| sign(found, "stands out")),
        points()
            .any(|point| point.sign == PointSign::NotJudged && !point.provisional)
            .then_some(PointSign::NotJudged)
            .and_then(|found| sign(found, "not judged")),
        entry(points().any(|point| point.provisional), Sample::Mark(theme::SUBJECT_OPEN), "provisional"),
        chart.proposed.as_ref().map(|levels| KeyEntry::new(Sample::Line(theme::PROPOSED), &levels.label)),
    ];
    entries.into_iter().flatten().collect()
}

/// Width of an interval's line.
pub const WHISKER: f64 = 1.25;
