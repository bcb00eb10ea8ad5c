//! Where everything of a comparison chart stands: the column of names, the value axis, the rows and the words of the
//! vertical lines. Only places; nothing is drawn.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::Sheet;
use crate::render::charts::placement::spread;
use crate::render::charts::text::{Weight, widest, width, wrap};
use crate::render::charts::{ChartWidth, LINE_HEIGHT};
use crate::report::charts::ComparisonChart;

const GAP: f64 = 10.0;
/// Height of a row with a one-line name, as a multiple of the text size.
const ROW: f64 = 1.5;
/// From this number of rows on, the ticks stand above the rows too.
const LONG: usize = 13;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPlace {
    pub centre: f64,
    pub label: Vec<String>,
    pub note: Vec<String>,
}

/// The words of a vertical line. They begin at `start`; the line stands at `x` and begins below them.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLabel {
    pub lines: Vec<String>,
    pub x: f64,
    pub start: f64,
    pub width: f64,
    pub top: f64,
}

impl LineLabel {
    fn covers(&self, x: f64) -> bool {
        self.start - 3.0 < x && x < self.start + self.width + 3.0
    }

    pub fn height(&self, line: f64) -> f64 {
        count(self.lines.len()) * line
    }
}

/// All places, in px.
#[derive(Debug, Clone)]
pub struct ComparisonLayout {
    pub sheet: Sheet,
    pub axis: Option<Axis>,
    /// Radius of a value's point.
    pub point: f64,
    pub title: Vec<String>,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub has_upper_axis: bool,
    pub rows: Vec<RowPlace>,
    /// The reference first, then the standard; those there are.
    pub line_labels: Vec<LineLabel>,
}

impl ComparisonLayout {
    /// The layout of a checked chart.
    pub fn new(chart: &ComparisonChart, width: ChartWidth) -> Self {
        let (name_column, point) = if width == ChartWidth::Wide { (270.0, 5.0) } else { (145.0, 4.0) };
        let mut layout = Self {
            sheet: Sheet { width: width.px(), height: 0.0, font: width.font() },
            axis: None,
            point,
            title: Vec::new(),
            left: 0.0,
            right: 0.0,
            top: 0.0,
            bottom: 0.0,
            has_upper_axis: chart.rows.len() >= LONG,
            rows: Vec::new(),
            line_labels: Vec::new(),
        };
        layout.place_columns(chart, name_column);
        layout.place_heading(chart);
        layout.place_rows();
        layout
    }

    /// x of a value.
    pub fn x(&self, value: f64) -> f64 {
        self.axis.map_or(self.left, |axis| self.left + axis.share(value) * (self.right - self.left))
    }

    /// Height of a line of text.
    pub fn line(&self) -> f64 {
        self.sheet.font * LINE_HEIGHT
    }

    fn place_columns(&mut self, chart: &ComparisonChart, name_column: f64) {
        let font = self.sheet.font;
        for row in &chart.rows {
            let weight = if row.emphasised { Weight::Bold } else { Weight::Regular };
            let label = wrap(&row.label, name_column, font, weight);
            self.left = self.left.max(widest(&label, font, weight) + GAP);
            self.rows.push(RowPlace { centre: 0.0, label, note: Vec::new() });
        }
        self.place_axis(chart);
        let room = self.sheet.width - self.left - GAP;
        for (place, row) in self.rows.iter_mut().zip(&chart.rows) {
            if row.value.is_none() {
                place.note = wrap(&row.note, room, font, Weight::Regular);
            }
        }
    }

    /// The finest axis whose tick words stand clear of each other. The words of the last tick are centred on its end.
    fn place_axis(&mut self, chart: &ComparisonChart) {
        for most_ticks in (3..=7).rev() {
            self.axis = Axis::fit(chart.unit, chart.values(), most_ticks);
            let widths: Vec<f64> = self.tick_widths().collect();
            self.left = self.left.max(widths.first().copied().unwrap_or(0.0) / 2.0);
            self.right = self.sheet.width - widths.last().copied().unwrap_or(0.0) / 2.0;
            let pitch = (self.right - self.left) / count(widths.len().saturating_sub(1).max(1));
            if widths.iter().all(|width| width + self.sheet.font * 0.4 <= pitch) {
                return;
            }
        }
    }

    fn tick_widths(&self) -> impl Iterator<Item = f64> + '_ {
        let words = self.axis.iter().flat_map(Axis::ticks).map(|(_, words)| words);
        words.map(|words| width(&words, self.sheet.font, Weight::Regular))
    }

    /// Axis title, words of the vertical lines, upper ticks.
    fn place_heading(&mut self, chart: &ComparisonChart) {
        let (font, line) = (self.sheet.font, self.line());
        let title = self.axis.map_or_else(|| chart.axis_title.clone(), |axis| axis.titled(&chart.axis_title));
        self.title = wrap(&title, self.sheet.width, font, Weight::Regular);
        let title_bottom = count(self.title.len()) * line;
        let labels = chart.lines().map(|(words, level)| {
            let lines = wrap(words, self.sheet.width, font, Weight::Regular);
            let width = widest(&lines, font, Weight::Regular);
            LineLabel { lines, x: self.x(*level), start: 0.0, width, top: title_bottom + 4.0 }
        });
        let mut labels: Vec<LineLabel> = labels.collect();
        place_line_labels(&mut labels, self.sheet.width, line);
        let label_bottom = labels.iter().map(|label| label.top + label.height(line)).fold(title_bottom, f64::max);
        self.top = label_bottom + if self.has_upper_axis { line + GAP } else { GAP / 2.0 };
        self.line_labels = labels;
    }

    fn place_rows(&mut self) {
        let (font, line) = (self.sheet.font, self.line());
        let mut y = self.top + 4.0;
        for row in &mut self.rows {
            let lines = count(row.label.len().max(row.note.len()));
            let height = (ROW * font).max(lines * line + 6.0);
            row.centre = y + height / 2.0;
            y += height;
        }
        self.bottom = y + 4.0;
        self.sheet.height = (self.bottom + line + GAP).ceil();
    }
}

/// Words stand above their line: side by side if there is room, else one above the other so that no line crosses words.
fn place_line_labels(labels: &mut [LineLabel], width: f64, line: f64) {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| x_of(labels, *a).total_cmp(&x_of(labels, *b)));
    let boxes: Vec<(f64, f64)> =
        order.iter().filter_map(|i| labels.get(*i)).map(|label| (label.x, label.width + GAP)).collect();
    for (index, centre) in order.iter().zip(spread(&boxes, -GAP / 2.0, width + GAP / 2.0)) {
        if let Some(label) = labels.get_mut(*index) {
            label.start = centre - label.width / 2.0;
        }
    }
    let fits =
        |label: &LineLabel| label.covers(label.x) && label.start >= -0.01 && label.start + label.width <= width + 0.01;
    if labels.iter().all(fits) {
        return;
    }
    if let [first, second] = labels {
        let (upper, lower) = if second.width > first.width { (second, first) } else { (first, second) };
        stack(upper, lower, width, line);
    }
}

fn x_of(labels: &[LineLabel], index: usize) -> f64 {
    labels.get(index).map_or(0.0, |label| label.x)
}

/// The shorter words below, on the side where the other line does not cross them if there is one.
fn stack(upper: &mut LineLabel, lower: &mut LineLabel, width: f64, line: f64) {
    let within = |start: f64, label: &LineLabel| start.min(width - label.width).max(0.0);
    upper.start = within(upper.x - upper.width / 2.0, upper);
    lower.top = upper.top + upper.height(line);
    let sides = [lower.x - lower.width / 2.0, lower.x - 6.0, lower.x + 6.0 - lower.width];
    for side in sides {
        lower.start = within(side, lower);
        if !lower.covers(upper.x) {
            return;
        }
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
