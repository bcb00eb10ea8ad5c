//! The frame of all charts of rows: names, a scale across, vertical lines with words, words at the right and a key.
//! In narrow rooms names stand above their rows. What a chart draws in its rows is its own matter.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{self, Anchor, Canvas};
use crate::render::charts::ink::MarkLook;
use crate::render::charts::ink::{Ink, Sheet, Spot, Stroke};
use crate::render::charts::key::{Key, KeyEntry};
use crate::render::charts::markers::draw_on_white;
use crate::render::charts::placement::spread;
use crate::render::charts::text::{Weight, cut_off, widest, width, wrap};
use crate::render::charts::{ChartError, ChartWidth, FONT, LINE_HEIGHT, MIDDLE_TO_BASELINE, count, theme};

const GAP: f64 = 12.0;
const NAMES: f64 = 230.0;
/// Height of what is drawn in a row.
const BAND: f64 = 26.0;
/// Part of the sheet that words at the right edge may take.
const WORDS: f64 = 0.3;
/// Radius of a row's mark.
const MARK: f64 = 5.5;
/// Half height of a bar.
const BAR: f64 = 8.5;

/// How values stand across the rows.
#[derive(Debug, Clone)]
pub enum Across {
    Values(Axis),
    /// Ticks at given places between two ends.
    Fixed {
        low: f64,
        high: f64,
        ticks: Vec<(f64, String)>,
    },
}

impl Across {
    fn share(&self, value: f64) -> f64 {
        match self {
            Self::Values(axis) => axis.share(value),
            Self::Fixed { low, high, .. } if high > low => (value - low) / (high - low),
            Self::Fixed { .. } => 0.5,
        }
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Values(axis) => axis.ticks().collect(),
            Self::Fixed { ticks, .. } => ticks.iter().map(|(at, words)| (self.share(*at), words.clone())).collect(),
        }
    }
}

/// Something in a row.
#[derive(Debug, Clone)]
pub enum RowShape {
    Line {
        from: f64,
        to: f64,
        stroke: Stroke,
    },
    Bar {
        from: f64,
        to: f64,
        ink: Ink,
    },
    /// A mark on white; the size is a multiple of the usual one.
    Mark {
        at: f64,
        look: MarkLook,
        size: f64,
    },
    /// Words at the start of the plot, in place of a value.
    Note(String),
    /// Words within a bar.
    Inside {
        from: f64,
        to: f64,
        words: String,
        is_dark: bool,
    },
}

/// One row.
#[derive(Debug, Clone)]
pub struct RowDrawing {
    pub label: String,
    pub emphasised: bool,
    /// At the right edge.
    pub words: String,
    pub shapes: Vec<RowShape>,
}

/// A line through all rows, with words above.
#[derive(Debug, Clone)]
pub struct UprightLine {
    pub label: String,
    pub at: f64,
    pub stroke: Stroke,
}

/// A chart of rows before it has places.
#[derive(Debug, Clone)]
pub struct RowsDrawing {
    pub title: String,
    pub across: Option<Across>,
    pub rows: Vec<RowDrawing>,
    pub lines: Vec<UprightLine>,
    pub key: Vec<KeyEntry>,
    /// A pale line leads through each row.
    pub has_guides: bool,
    /// From the middle of one row to the next, where names and words allow it.
    pub band: f64,
}

/// Names, words and middles of a row.
struct RowFrame {
    name: Vec<String>,
    /// Baseline of the name's first line.
    name_at: f64,
    middle: f64,
}

struct RowsLayout {
    sheet: Sheet,
    is_narrow: bool,
    left: f64,
    right: f64,
    title: Vec<String>,
    ticks: Vec<(f64, String)>,
    tick_baseline: f64,
    upright_words: UprightWords,
    top: f64,
    bottom: f64,
    rows: Vec<RowFrame>,
    key: Key,
}

impl RowsDrawing {
    /// The chart as an SVG element.
    pub fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        if self.rows.is_empty() {
            return Err(ChartError::Empty);
        }
        let layout = self.layout(room);
        canvas::draw(layout.sheet, |canvas| self.paint(&layout, canvas))
    }

    /// The middle of each row.
    pub fn middles(&self, room: ChartWidth) -> Vec<f64> {
        self.layout(room).rows.iter().map(|row| row.middle).collect()
    }

    fn layout(&self, room: ChartWidth) -> RowsLayout {
        let (font, sheet_width) = (FONT, room.px());
        let line = font * LINE_HEIGHT;
        let is_narrow = room != ChartWidth::Wide;
        let weight = |row: &RowDrawing| if row.emphasised { Weight::Bold } else { Weight::Regular };
        let names_room = if is_narrow { sheet_width } else { NAMES };
        let names: Vec<Vec<String>> =
            self.rows.iter().map(|row| wrap(&row.label, names_room, font, weight(row))).collect();
        let words_room = sheet_width * WORDS;
        let words =
            self.rows.iter().map(|row| width(&row.words, font, Weight::Bold)).fold(0.0, f64::max).min(words_room);
        let names_width =
            self.rows.iter().zip(&names).map(|(row, name)| widest(name, font, weight(row))).fold(0.0, f64::max);
        let left = if is_narrow { GAP } else { names_width + GAP };
        let right = sheet_width - GAP - if words > 0.0 { words + 4.0 } else { 0.0 };
        let mut layout = RowsLayout {
            sheet: Sheet { width: sheet_width, height: 0.0, font },
            is_narrow,
            left,
            right: right.max(left + 40.0),
            title: Vec::new(),
            ticks: Vec::new(),
            tick_baseline: 0.0,
            upright_words: UprightWords::default(),
            top: 0.0,
            bottom: 0.0,
            rows: Vec::new(),
            key: Key::default(),
        };
        let title = match &self.across {
            Some(Across::Values(axis)) => axis.titled(&self.title),
            _ => self.title.clone(),
        };
        layout.title = wrap(&title, sheet_width, font, Weight::Regular);
        let mut y = count(layout.title.len()) * line;
        let ticks = self.across.as_ref().map(Across::ticks).unwrap_or_default();
        layout.ticks = clear_ticks(ticks, (layout.left, layout.right), layout.sheet);
        if !layout.ticks.is_empty() {
            layout.tick_baseline = y + font + 2.0;
            y += line + 4.0;
        }
        let labels: Vec<(&str, f64)> =
            self.lines.iter().map(|upright| (upright.label.as_str(), self.x(&layout, upright.at))).collect();
        layout.upright_words = UprightWords::place(&labels, y, layout.sheet);
        y += layout.upright_words.height;
        layout.top = y + 4.0;
        y = layout.top;
        for (row, name) in self.rows.iter().zip(names) {
            let high = count(name.len()) * line;
            let (name_at, middle, height) = if is_narrow {
                let above = if row.label.is_empty() { 0.0 } else { high + 2.0 };
                (y + font, y + above + self.band / 2.0, above + self.band + 2.0)
            } else {
                let height = self.band.max(high + 6.0);
                (y + height / 2.0 - high / 2.0 + line / 2.0 + font * MIDDLE_TO_BASELINE, y + height / 2.0, height)
            };
            layout.rows.push(RowFrame { name, name_at, middle });
            y += height;
        }
        layout.bottom = y + 2.0;
        layout.key = Key::place(self.key.clone(), (0.0, layout.bottom), sheet_width, font);
        layout.sheet.height = (layout.bottom + layout.key.height + 4.0).ceil();
        layout
    }

    fn x(&self, layout: &RowsLayout, value: f64) -> f64 {
        let share = self.across.as_ref().map_or(0.5, |across| across.share(value)).clamp(0.0, 1.0);
        layout.left + share * (layout.right - layout.left)
    }

    fn paint(&self, layout: &RowsLayout, canvas: &mut Canvas<'_>) {
        let line = layout.sheet.font * LINE_HEIGHT;
        let soft = |canvas: &mut Canvas<'_>, at: Spot, words: &str, anchor| {
            canvas.coloured_text(at, words, (anchor, Weight::Regular), theme::SOFT_TEXT);
        };
        let mut baseline = layout.sheet.font;
        for words in &layout.title {
            soft(canvas, (0.0, baseline), words, Anchor::Start);
            baseline += line;
        }
        let grid: Vec<(Spot, Spot)> =
            layout.ticks.iter().map(|(x, _)| ((*x, layout.top), (*x, layout.bottom))).collect();
        canvas.lines(&grid, theme::GRID);
        for (x, words) in layout.ticks.iter().filter(|(_, words)| !words.is_empty()) {
            soft(canvas, (layout.sheet.kept(*x, words), layout.tick_baseline), words, Anchor::Middle);
        }
        if self.has_guides {
            let guides: Vec<_> =
                layout.rows.iter().map(|row| ((layout.left, row.middle), (layout.right, row.middle))).collect();
            canvas.lines(&guides, theme::GRID);
        }
        for (upright, from) in self.lines.iter().zip(layout.upright_words.ends()) {
            let x = self.x(layout, upright.at);
            canvas.line((x, from), (x, layout.bottom), upright.stroke);
        }
        layout.upright_words.paint(canvas, layout.sheet.font);
        for (row, frame) in self.rows.iter().zip(&layout.rows) {
            self.paint_row(row, frame, layout, canvas);
        }
        layout.key.paint(canvas);
    }

    fn paint_row(&self, row: &RowDrawing, frame: &RowFrame, layout: &RowsLayout, canvas: &mut Canvas<'_>) {
        let (font, y) = (layout.sheet.font, frame.middle);
        let weight = if row.emphasised { Weight::Bold } else { Weight::Regular };
        let (x, anchor) = if layout.is_narrow { (0.0, Anchor::Start) } else { (layout.left - GAP, Anchor::End) };
        if layout.is_narrow && !frame.name.is_empty() {
            // Names stand across the plot: its lines must not strike them through.
            let high = count(frame.name.len()) * font * LINE_HEIGHT;
            let top = frame.name_at - font * 0.9;
            let long = widest(&frame.name, font, weight) + 3.0;
            canvas.rectangle((0.0, top), (long.min(layout.sheet.width), top + high), theme::WHITE);
        }
        for (index, words) in frame.name.iter().enumerate() {
            canvas.text((x, frame.name_at + count(index) * font * LINE_HEIGHT), words, anchor, weight);
        }
        let baseline = y + font * MIDDLE_TO_BASELINE;
        for shape in &row.shapes {
            match shape {
                RowShape::Line { from, to, stroke } => {
                    canvas.line((self.x(layout, *from), y), (self.x(layout, *to), y), *stroke);
                }
                RowShape::Bar { from, to, ink } => {
                    let (a, b) = (self.x(layout, *from), self.x(layout, *to));
                    // A bar that would not be seen is a px wide.
                    let (a, b) = (a.min(b), a.max(b).max(a.min(b) + 1.0));
                    canvas.rectangle((a, y - BAR), (b, y + BAR), *ink);
                }
                RowShape::Mark { at, look, size } => {
                    draw_on_white(canvas, *look, (self.x(layout, *at), y), MARK * size);
                }
                RowShape::Note(words) => {
                    let words = cut_off(words, layout.sheet.width - layout.left, font);
                    let long = width(&words, font, Weight::Regular);
                    let x = layout.left;
                    canvas.rectangle((x - 1.0, y - font * 0.6), (x + long + 3.0, y + font * 0.6), theme::WHITE);
                    canvas.coloured_text((x, baseline), &words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
                }
                RowShape::Inside { from, to, words, is_dark } => {
                    let (a, b) = (self.x(layout, *from), self.x(layout, *to));
                    if width(words, font, Weight::Regular) + 6.0 <= (b - a).abs() {
                        let colour = if *is_dark { theme::WHITE } else { theme::TEXT };
                        let at = (f64::midpoint(a, b), baseline);
                        canvas.coloured_text(at, words, (Anchor::Middle, Weight::Regular), colour);
                    }
                }
            }
        }
        if !row.words.is_empty() {
            let words = cut_off(&row.words, layout.sheet.width * WORDS * 0.92, font);
            canvas.text((layout.sheet.width - 2.0, baseline), &words, Anchor::End, Weight::Bold);
        }
    }
}

/// Ticks as x and words from shares of the way between two ends; words that would touch those before them are left out.
pub fn clear_ticks(ticks: Vec<(f64, String)>, (left, right): (f64, f64), sheet: Sheet) -> Vec<(f64, String)> {
    let mut end = f64::NEG_INFINITY;
    let place = |(share, words): (f64, String)| {
        let half = width(&words, sheet.font, Weight::Regular) / 2.0;
        let x = left + share * (right - left);
        let middle = sheet.kept(x, &words);
        let fits = middle - half > end + sheet.font * 0.4;
        if fits {
            end = middle + half;
        }
        (x, if fits { words } else { String::new() })
    };
    ticks.into_iter().map(place).collect()
}

/// The words above upright lines: side by side where there is room, else one above the other.
#[derive(Debug, Clone, Default)]
pub struct UprightWords {
    /// Lines, left edge, top, and x of the upright.
    labels: Vec<(Vec<String>, f64, f64, f64)>,
    line: f64,
    bottom: f64,
    pub height: f64,
}

impl UprightWords {
    /// Words and x of each upright; the words begin at `top`.
    pub fn place(labels: &[(&str, f64)], top: f64, sheet: Sheet) -> Self {
        let line = sheet.font * LINE_HEIGHT;
        let mut order: Vec<usize> = (0..labels.len()).collect();
        let x_of = |at: &usize| labels.get(*at).map_or(0.0, |(_, x)| *x);
        order.sort_by(|a, b| x_of(a).total_cmp(&x_of(b)));
        let wrapped: Vec<(Vec<String>, f64)> = labels
            .iter()
            .map(|(words, _)| {
                let lines = wrap(words, sheet.width * 0.72, sheet.font, Weight::Bold);
                let long = widest(&lines, sheet.font, Weight::Bold);
                (lines, long)
            })
            .collect();
        let boxes: Vec<(f64, f64)> =
            order.iter().map(|at| (x_of(at), wrapped.get(*at).map_or(0.0, |(_, long)| *long) + GAP)).collect();
        let centres = spread(&boxes, -GAP / 2.0, sheet.width + GAP / 2.0);
        // Words that were pushed off their line are set below each other instead.
        let is_beside = boxes.iter().zip(&centres).all(|((x, long), centre)| {
            (centre - x).abs() < long / 2.0 && centre + (long - GAP) / 2.0 <= sheet.width + 0.5
        });
        let mut placed: Vec<(Vec<String>, f64, f64, f64)> = vec![Default::default(); labels.len()];
        let mut y = top;
        let mut bottom = top;
        for (at, centre) in order.iter().zip(centres) {
            let (Some((lines, long)), Some(slot)) = (wrapped.get(*at), placed.get_mut(*at)) else { continue };
            let x = x_of(at);
            let start = if is_beside { centre - long / 2.0 } else { (x - long / 2.0).min(sheet.width - long).max(0.0) };
            let high = count(lines.len()) * line;
            *slot = (lines.clone(), start, y, x);
            bottom = bottom.max(y + high);
            if !is_beside {
                y += high;
            }
        }
        Self { labels: placed, line, bottom, height: bottom - top }
    }

    /// Where each upright begins: below its words, or below all where others stand in its way.
    pub fn ends(&self) -> impl Iterator<Item = f64> + '_ {
        self.labels.iter().enumerate().map(|(at, (lines, _, top, x))| {
            let own = top + count(lines.len()) * self.line;
            let meets = |(other, (lines, start, above, _)): (usize, &(Vec<String>, f64, f64, f64))| {
                let long = widest(lines, self.line / LINE_HEIGHT, Weight::Bold);
                other != at && *above >= own - 0.1 && start - 3.0 < *x && *x < start + long + 3.0
            };
            if self.labels.iter().enumerate().any(meets) { self.bottom } else { own + 1.0 }
        })
    }

    pub fn paint(&self, canvas: &mut Canvas<'_>, font: f64) {
        for (lines, start, top, _) in &self.labels {
            for (index, words) in lines.iter().enumerate() {
                canvas.text((*start, top + font + count(index) * self.line), words, Anchor::Start, Weight::Bold);
            }
        }
    }
}

/// The usual height of a row.
pub const USUAL_BAND: f64 = BAND;
