//! The comparison chart: organisations with their values and intervals, in the order given. Few stand in rows with names;
//! many stand close, and only those that differ from the others are named.
//! It ranks and judges nobody; the order, the marks and the words come from the report.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{self, Anchor, Canvas};
use crate::render::charts::ink::{Sheet, Spot};
use crate::render::charts::key::{Key, KeyEntry, Sample};
use crate::render::charts::markers::draw_on_white;
use crate::render::charts::placement::spread;
use crate::render::charts::rows::{Across, RowDrawing, RowShape, RowsDrawing, UprightLine, UprightWords, clear_ticks};
use crate::render::charts::text::{Weight, widest, wrap};
use crate::render::charts::theme::{self, row_look};
use crate::render::charts::{ChartError, ChartWidth, FONT, LINE_HEIGHT, MIDDLE_TO_BASELINE, count};
use crate::report::charts::{ComparisonChart, ComparisonRow, JudgedMark, MarkLevel, MarkMeaning};
use crate::vocabulary::quantity::Interval;

/// Up to so many rows each is named.
const FEW: usize = 15;
const BAND: f64 = 26.0;
/// From one row to the next where they stand close.
const CLOSE: f64 = 10.0;
const GAP: f64 = 8.0;
/// From a name to the plot; leaders run here.
const LEADER: f64 = 26.0;
const MARK: f64 = 4.5;
/// Room of names in a narrow drawing: the longest word of a force's name stays whole.
const LONGEST_WORD: f64 = 134.0;

impl ComparisonChart {
    /// The chart as an SVG element without ids; its height grows with the rows.
    ///
    /// # Errors
    /// [`ChartError`] when there is no row or a number is not finite.
    pub fn render(&self, room: ChartWidth) -> Result<String, ChartError> {
        self.check()?;
        if self.rows.len() <= FEW {
            return self.named_rows().draw(room);
        }
        let layout = CloseRows::new(self, room);
        canvas::draw(layout.sheet, |canvas| layout.paint(canvas))
    }

    /// The middle of each row that has a value, by the label of the row.
    pub(super) fn row_middles(&self, room: ChartWidth) -> Vec<(&str, f64)> {
        if self.rows.len() <= FEW {
            let middles = self.named_rows().middles(room);
            let rows = self.rows.iter().zip(middles).filter(|(row, _)| row.value.is_some());
            return rows.map(|(row, middle)| (row.label.as_str(), middle)).collect();
        }
        let layout = CloseRows::new(self, room);
        layout.rows.iter().enumerate().map(|(at, row)| (row.label.as_str(), layout.row_middle(at))).collect()
    }

    fn lines(&self) -> impl Iterator<Item = &(String, f64)> {
        self.reference.iter().chain(&self.standard)
    }

    fn check(&self) -> Result<(), ChartError> {
        if self.rows.is_empty() {
            return Err(ChartError::Empty);
        }
        let row = self.rows.iter().find(|row| !row_values(row).all(f64::is_finite)).map(|row| &row.label);
        let line = self.lines().find(|(_, level)| !level.is_finite()).map(|(label, _)| label);
        let held = (!self.held.iter().all(|held| held.is_finite())).then_some(&self.axis_title);
        row.or(line).or(held).map_or(Ok(()), |label| Err(ChartError::NotFinite(label.clone())))
    }

    /// The axis holds the values and what the report asks for; without such a wish it holds all intervals.
    fn axis(&self, room: ChartWidth) -> Option<Axis> {
        let numbers = |row: &ComparisonRow| -> Vec<f64> {
            if self.held.is_empty() { row_values(row).collect() } else { row.value.into_iter().collect() }
        };
        let values = self.rows.iter().flat_map(numbers).chain(self.held.iter().copied());
        let ticks = if room == ChartWidth::Wide { 6 } else { 4 };
        Axis::fit(self.unit, values.chain(self.lines().map(|(_, level)| *level)), ticks)
    }

    fn uprights(&self) -> Vec<UprightLine> {
        let reference = self.reference.iter().map(|line| (line, theme::REFERENCE));
        let lines = reference.chain(self.standard.iter().map(|line| (line, theme::STANDARD)));
        lines.map(|((label, at), stroke)| UprightLine { label: label.clone(), at: *at, stroke }).collect()
    }

    fn named_rows(&self) -> RowsDrawing {
        RowsDrawing {
            title: self.axis_title.clone(),
            across: self.axis(ChartWidth::Wide).map(Across::Values),
            rows: self.rows.iter().map(named_row).collect(),
            lines: self.uprights(),
            key: self.key(),
            has_guides: true,
            band: BAND,
        }
    }

    fn key(&self) -> Vec<KeyEntry> {
        let shown = || self.rows.iter().filter(|row| row.value.is_some());
        let meanings =
            [(MarkMeaning::Better, "better"), (MarkMeaning::Worse, "worse"), (MarkMeaning::Different, "different")];
        let mut key = Vec::new();
        for (meaning, words) in meanings {
            let mut found: Vec<JudgedMark> =
                shown().filter_map(|row| row.mark).filter(|mark| mark.meaning == meaning).collect();
            found.sort_unstable();
            found.dedup_by_key(|mark| mark.level);
            for mark in found {
                let level = if mark.level == MarkLevel::Weak { " (95% level only)" } else { "" };
                let words = format!("{words}: {}{level}", self.marked_for);
                key.push(KeyEntry::new(Sample::Mark(theme::mark_look(mark)), words));
            }
        }
        let plain = row_look(false, None);
        if shown().any(|row| row.interval_95.is_some()) {
            key.push(KeyEntry::new(Sample::Line(plain.inner), "95% interval"));
        }
        if shown().any(|row| row.interval_998.is_some()) {
            key.push(KeyEntry::new(Sample::Line(plain.outer), "99.8% interval"));
        }
        key
    }
}

/// The value and the ends of its intervals; nothing of a row without a value.
fn row_values(row: &ComparisonRow) -> impl Iterator<Item = f64> {
    let intervals = [row.interval_95, row.interval_998].into_iter().flatten();
    let numbers =
        row.value.into_iter().chain(intervals.flat_map(|interval| [interval.lower, interval.upper]).flatten());
    numbers.filter(|_| row.value.is_some())
}

/// From the lower to the upper side; an open side ends at the value. `None` without length.
fn sides(interval: Option<Interval>, value: f64) -> Option<(f64, f64)> {
    let interval = interval?;
    let (lower, upper) = (interval.lower.unwrap_or(value), interval.upper.unwrap_or(value));
    (lower < upper).then_some((lower, upper))
}

fn named_row(row: &ComparisonRow) -> RowDrawing {
    let look = row_look(row.emphasised, row.mark);
    let mut shapes = Vec::new();
    if let Some(value) = row.value {
        for (interval, stroke) in [(row.interval_998, look.outer), (row.interval_95, look.inner)] {
            if let Some((from, to)) = sides(interval, value) {
                shapes.push(RowShape::Line { from, to, stroke });
            }
        }
        shapes.push(RowShape::Mark { at: value, look: look.mark, size: 0.9 });
    } else {
        shapes.push(RowShape::Note(row.note.clone()));
    }
    RowDrawing { label: row.label.clone(), emphasised: row.emphasised, words: String::new(), shapes }
}

/// A name beside its row.
struct RowName {
    lines: Vec<String>,
    emphasised: bool,
    centre: f64,
    /// Middle of the row.
    row: f64,
}

/// Many rows that stand close.
struct CloseRows<'c> {
    chart: &'c ComparisonChart,
    sheet: Sheet,
    axis: Option<Axis>,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    pitch: f64,
    title: Vec<String>,
    ticks: Vec<(f64, String)>,
    tick_baseline: f64,
    uprights: Vec<UprightLine>,
    upright_words: UprightWords,
    /// With a value.
    rows: Vec<&'c ComparisonRow>,
    names: Vec<RowName>,
    foot: Vec<String>,
    key: Key,
}

impl<'c> CloseRows<'c> {
    fn new(chart: &'c ComparisonChart, room: ChartWidth) -> Self {
        let (font, width) = (FONT, room.px());
        let line = font * LINE_HEIGHT;
        let axis = chart.axis(room);
        let rows: Vec<&ComparisonRow> = chart.rows.iter().filter(|row| row.value.is_some()).collect();
        let names_room = if room == ChartWidth::Wide { 210.0 } else { LONGEST_WORD };
        let is_named = |row: &ComparisonRow| row.emphasised || row.mark.is_some_and(differs);
        let weight = |row: &ComparisonRow| if row.emphasised { Weight::Bold } else { Weight::Regular };
        // Where nobody differs, or nobody can be told to, the ends are named.
        let ends = if rows.iter().any(|row| is_named(row)) { None } else { Some([0, rows.len().saturating_sub(1)]) };
        let is_shown = |at: usize, row: &ComparisonRow| is_named(row) || ends.is_some_and(|ends| ends.contains(&at));
        let named = rows.iter().enumerate().filter(|(at, row)| is_shown(*at, row));
        let named: Vec<_> =
            named.map(|(at, row)| (at, *row, wrap(&row.label, names_room, font, weight(row)))).collect();
        let names_width = named.iter().map(|(_, row, lines)| widest(lines, font, weight(row))).fold(0.0, f64::max);
        let left = if named.is_empty() { GAP } else { names_width + LEADER };
        let title = axis.map_or_else(|| chart.axis_title.clone(), |axis| axis.titled(&chart.axis_title));
        let title = wrap(&title, width, font, Weight::Regular);
        let mut layout = Self {
            chart,
            sheet: Sheet { width, height: 0.0, font },
            axis,
            left,
            right: width - GAP - 2.0,
            top: 0.0,
            bottom: 0.0,
            pitch: CLOSE,
            title,
            ticks: Vec::new(),
            tick_baseline: 0.0,
            uprights: chart.uprights(),
            upright_words: UprightWords::default(),
            rows,
            names: Vec::new(),
            foot: Vec::new(),
            key: Key::default(),
        };
        layout.place_heading(line);
        layout.place_rows(named, line);
        layout.place_foot(line);
        layout
    }

    fn place_heading(&mut self, line: f64) {
        let mut y = count(self.title.len()) * line;
        let ticks = self.axis.iter().flat_map(Axis::ticks).collect();
        self.ticks = clear_ticks(ticks, (self.left, self.right), self.sheet);
        self.tick_baseline = y + self.sheet.font + 2.0;
        y += line + 4.0;
        let labels: Vec<(&str, f64)> =
            self.uprights.iter().map(|line| (line.label.as_str(), self.x(line.at))).collect();
        self.upright_words = UprightWords::place(&labels, y, self.sheet);
        self.top = y + self.upright_words.height + 4.0;
    }

    fn place_rows(&mut self, named: Vec<(usize, &ComparisonRow, Vec<String>)>, line: f64) {
        let needed: f64 = named.iter().map(|(_, _, lines)| count(lines.len()) * line + 2.0).sum();
        let rows = count(self.rows.len().max(1));
        self.pitch = CLOSE.max(needed / rows);
        self.bottom = self.top + rows * self.pitch + 4.0;
        let boxes: Vec<(f64, f64)> =
            named.iter().map(|(at, _, lines)| (self.row_middle(*at), count(lines.len()) * line + 2.0)).collect();
        let centres = spread(&boxes, self.top - line / 2.0 + 4.0, self.bottom + line / 2.0);
        for ((at, row, lines), centre) in named.into_iter().zip(centres) {
            self.names.push(RowName { lines, emphasised: row.emphasised, centre, row: self.row_middle(at) });
        }
    }

    fn place_foot(&mut self, line: f64) {
        let without: Vec<&ComparisonRow> = self.chart.rows.iter().filter(|row| row.value.is_none()).collect();
        let mut y = self.bottom + 6.0;
        if !without.is_empty() {
            let words = if without.len() > 6 {
                format!("Without a value: {} organisations", without.len())
            } else {
                let names: Vec<&str> = without.iter().map(|row| row.label.as_str()).collect();
                format!("Without a value: {}", names.join(", "))
            };
            self.foot = wrap(&words, self.sheet.width, self.sheet.font, Weight::Regular);
            y += count(self.foot.len()) * line;
        }
        self.key = Key::place(self.chart.key(), (0.0, y), self.sheet.width, self.sheet.font);
        self.sheet.height = (y + self.key.height + 4.0).ceil();
    }

    fn row_middle(&self, index: usize) -> f64 {
        self.top + 2.0 + (count(index) + 0.5) * self.pitch
    }

    fn x(&self, value: f64) -> f64 {
        let share = self.axis.map_or(0.5, |axis| axis.share(value)).clamp(0.0, 1.0);
        self.left + share * (self.right - self.left)
    }

    fn paint(&self, canvas: &mut Canvas<'_>) {
        let (font, line) = (self.sheet.font, self.sheet.font * LINE_HEIGHT);
        let soft = |canvas: &mut Canvas<'_>, at: Spot, words: &str, anchor| {
            canvas.coloured_text(at, words, (anchor, Weight::Regular), theme::SOFT_TEXT);
        };
        for (index, words) in self.title.iter().enumerate() {
            soft(canvas, (0.0, font + count(index) * line), words, Anchor::Start);
        }
        let grid: Vec<_> = self.ticks.iter().map(|(x, _)| ((*x, self.top), (*x, self.bottom))).collect();
        canvas.lines(&grid, theme::GRID);
        for (x, words) in self.ticks.iter().filter(|(_, words)| !words.is_empty()) {
            soft(canvas, (self.sheet.kept(*x, words), self.tick_baseline), words, Anchor::Middle);
        }
        for (upright, from) in self.uprights.iter().zip(self.upright_words.ends()) {
            let x = self.x(upright.at);
            canvas.line((x, from), (x, self.bottom), upright.stroke);
        }
        self.upright_words.paint(canvas, font);
        for name in &self.names {
            let path = [(self.left - LEADER + 4.0, name.centre), (self.left - 6.0, name.row), (self.left, name.row)];
            canvas.path(&path, theme::LEADER);
            let weight = if name.emphasised { Weight::Bold } else { Weight::Regular };
            let above = (count(name.lines.len()) - 1.0) / 2.0 * line;
            for (index, words) in name.lines.iter().enumerate() {
                let baseline = name.centre - above + count(index) * line + font * MIDDLE_TO_BASELINE;
                canvas.text((self.left - LEADER, baseline), words, Anchor::End, weight);
            }
        }
        for (index, row) in self.rows.iter().enumerate() {
            self.paint_row(row, self.row_middle(index), canvas);
        }
        for (index, words) in self.foot.iter().enumerate() {
            soft(canvas, (0.0, self.bottom + 6.0 + font + count(index) * line), words, Anchor::Start);
        }
        self.key.paint(canvas);
    }

    fn paint_row(&self, row: &ComparisonRow, y: f64, canvas: &mut Canvas<'_>) {
        let Some(value) = row.value else { return };
        let look = row_look(row.emphasised, row.mark);
        for (interval, stroke) in [(row.interval_998, look.outer), (row.interval_95, look.inner)] {
            if let Some((from, to)) = sides(interval, value) {
                canvas.line((self.x(from), y), (self.x(to), y), stroke);
            }
        }
        if let (Some((from, to)), Some(axis)) = (sides(row.interval_998.or(row.interval_95), value), self.axis) {
            paint_arrows((axis.share(from) < -1e-9, axis.share(to) > 1.0 + 1e-9), (self.left, self.right), y, canvas);
        }
        let stands_out = row.emphasised || row.mark.is_some_and(differs);
        draw_on_white(canvas, look.mark, (self.x(value), y), if stands_out { MARK } else { MARK * 0.75 });
    }
}

/// Arrows where an interval goes on beyond the plot.
fn paint_arrows((left, right): (bool, bool), (from, to): (f64, f64), y: f64, canvas: &mut Canvas<'_>) {
    let mut lines = Vec::new();
    if left {
        lines.extend([((from, y), (from + 4.0, y - 3.0)), ((from, y), (from + 4.0, y + 3.0))]);
    }
    if right {
        lines.extend([((to, y), (to - 4.0, y - 3.0)), ((to, y), (to - 4.0, y + 3.0))]);
    }
    canvas.lines(&lines, theme::AXIS);
}

fn differs(mark: JudgedMark) -> bool {
    matches!(mark.meaning, MarkMeaning::Better | MarkMeaning::Worse | MarkMeaning::Different)
}
