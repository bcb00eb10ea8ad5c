//! Small drawings for cells of tables: a line over periods, a strip of all values, a bar against a standard, a spine, a mark.
//! They hold no words, keep their size and are a few hundred bytes each, because a page has many.

use crate::render::charts::axis::{self, Axis};
use crate::render::charts::canvas::{self, Canvas};
use crate::render::charts::ink::{Sheet, Spot, Stroke};
use crate::render::charts::markers::{corners, draw_on_white};
use crate::render::charts::{ChartError, count, theme};
use crate::report::charts::{BulletBar, CellState, MarkMeaning, SparkPoint, Sparkline, SpineRow, StripPlot};
use crate::vocabulary::quantity::{Better, Unit};

/// From the edge of a drawing to its outermost places, so that marks are not cut.
const INSET: f64 = 8.0;
const MARK: f64 = 4.0;
/// Radius of a point that no line leads to.
const LONE: f64 = 1.6;

/// A drawing without words.
fn sheet(width: f64, height: f64) -> Sheet {
    Sheet { width, height, font: 0.0 }
}

/// A straight scale between two values.
#[derive(Debug, Clone, Copy)]
struct LinearScale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl LinearScale {
    fn place(self, value: f64) -> f64 {
        let share = if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        self.from + share * (self.to - self.from)
    }
}

fn finite(what: &str, mut numbers: impl Iterator<Item = f64>) -> Result<(), ChartError> {
    if numbers.all(f64::is_finite) { Ok(()) } else { Err(ChartError::NotFinite(what.to_owned())) }
}

/// The ends of some values, with the least length that such a unit has; `None` without values.
pub fn ends(unit: Unit, values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let hold = |ends: Option<(f64, f64)>, v: f64| Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))));
    values.fold(None, hold).map(|(low, high)| axis::lengthened(unit, low, high))
}

/// Runs of periods with values, with neither a gap nor a break in between.
pub fn runs(points: &[SparkPoint], breaks: &[usize]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut follows_a_gap = true;
    for (index, point) in points.iter().enumerate() {
        if let Some(value) = point.value {
            match runs.last_mut() {
                Some(run) if !follows_a_gap && !breaks.contains(&index) => run.push((index, value)),
                _ => runs.push(vec![(index, value)]),
            }
        }
        follows_a_gap = point.value.is_none();
    }
    runs
}

impl Sparkline {
    /// 120 by 28 px.
    pub(super) fn draw(&self) -> Result<String, ChartError> {
        let values = || self.points.iter().filter_map(|point| point.value);
        finite("sparkline", values())?;
        let sheet = sheet(120.0, 28.0);
        let last_place = count(self.points.len().saturating_sub(1));
        let across = LinearScale { low: 0.0, high: last_place, from: INSET, to: sheet.width - INSET };
        let (low, high) = ends(self.unit, values()).unwrap_or((0.0, 1.0));
        let up = LinearScale { low, high, from: sheet.height - INSET, to: INSET };
        canvas::draw(sheet, |canvas| {
            let runs = runs(&self.points, &self.breaks);
            for pair in runs.windows(2) {
                paint_gap(pair, (across, up), canvas);
            }
            for run in &runs {
                let places: Vec<Spot> =
                    run.iter().map(|(at, value)| (across.place(count(*at)), up.place(*value))).collect();
                match places.as_slice() {
                    [lone] => canvas.circle(*lone, LONE, theme::SMALL_LINE.colour),
                    _ => canvas.path(&places, theme::SMALL_LINE),
                }
            }
            match self.points.last() {
                Some(SparkPoint { value: Some(value), provisional }) => {
                    let look = self.last.map_or(theme::SUBJECT, theme::mark_look);
                    let look = if *provisional { theme::open_look(look) } else { look };
                    draw_on_white(canvas, look, (across.place(last_place), up.place(*value)), MARK);
                }
                Some(_) => {
                    // The last period has no figure: a cross in place of its mark.
                    let (x, y) = (across.place(last_place), sheet.height / 2.0);
                    let cross = [((x - 3.0, y - 3.0), (x + 3.0, y + 3.0)), ((x - 3.0, y + 3.0), (x + 3.0, y - 3.0))];
                    canvas.lines(&cross, theme::AXIS);
                }
                None => {}
            }
        })
    }
}

/// Fine dots between two runs that periods without figures part; nothing at a break, where figures follow each other.
fn paint_gap(pair: &[Vec<(usize, f64)>], (across, up): (LinearScale, LinearScale), canvas: &mut Canvas<'_>) {
    let [before, after] = pair else { return };
    let (Some((from, low)), Some((to, high))) = (before.last(), after.first()) else { return };
    if to - from > 1 {
        let (from, to) = ((across.place(count(*from)), up.place(*low)), (across.place(count(*to)), up.place(*high)));
        canvas.line(from, to, theme::GAP);
    }
}

impl StripPlot {
    /// 150 by 28 px.
    pub(super) fn draw(&self) -> Result<String, ChartError> {
        let marks = || [self.subject, self.median, self.standard].into_iter().flatten();
        let values = || self.values.iter().copied().chain(marks());
        finite("strip plot", values())?;
        let sheet = sheet(150.0, 28.0);
        let (low, high) = ends(self.unit, values()).unwrap_or((0.0, 1.0));
        let across = turned(self.better, LinearScale { low, high, from: INSET, to: sheet.width - INSET });
        let middle = sheet.height / 2.0;
        let tick = |value: f64, half: f64| {
            let x = across.place(value);
            ((x, middle - half), (x, middle + half))
        };
        canvas::draw(sheet, |canvas| {
            canvas.line((0.0, middle), (sheet.width, middle), theme::GRID);
            let mut ticks: Vec<(Spot, Spot)> = self.values.iter().map(|value| tick(*value, 5.0)).collect();
            ticks.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
            // Values that stand on one spot are one tick.
            ticks.dedup_by(|a, b| (a.0.0 - b.0.0).abs() < 0.1);
            canvas.lines(&ticks, theme::ONE_OF_MANY);
            if let Some((from, to)) = self.standard.map(|value| tick(value, 12.0)) {
                canvas.line(from, to, theme::STANDARD_TICK);
            }
            if let Some((from, to)) = self.median.map(|value| tick(value, 9.0)) {
                canvas.line(from, to, theme::REFERENCE_TICK);
            }
            if let Some(subject) = self.subject {
                draw_on_white(canvas, theme::SUBJECT, (across.place(subject), middle), MARK + 0.5);
            }
        })
    }
}

/// Right is better.
fn turned(better: Better, span: LinearScale) -> LinearScale {
    if better == Better::Lower { LinearScale { from: span.to, to: span.from, ..span } } else { span }
}

impl BulletBar {
    /// 150 by 28 px. A bar begins at 0.
    pub(super) fn draw(&self) -> Result<String, ChartError> {
        let interval = self.interval_95.filter(|_| self.value.is_some());
        let limits = || interval.into_iter().flat_map(|interval| [interval.lower, interval.upper]).flatten();
        let values = || self.value.into_iter().chain(limits()).chain([self.standard, 0.0]);
        finite("bar against a standard", values())?;
        let sheet = sheet(150.0, 28.0);
        let whole = self.unit.is_share().then_some(100.0);
        let axis = Axis::fit(self.unit, values().chain(whole), 5);
        let across = |value: f64| 1.0 + axis.map_or(0.0, |axis| axis.share(value)) * (sheet.width - 2.0);
        let (top, bottom, middle) = (8.0, sheet.height - 8.0, sheet.height / 2.0);
        canvas::draw(sheet, |canvas| {
            canvas.rectangle((across(0.0), top), (sheet.width - 1.0, bottom), theme::TRACK);
            if let Some(value) = self.value {
                let meaning = match self.met {
                    Some(true) => MarkMeaning::Better,
                    Some(false) => MarkMeaning::Worse,
                    None => MarkMeaning::CannotTell,
                };
                let ink = theme::bar_ink(meaning, self.provisional);
                if value > 0.0 {
                    canvas.rectangle((across(0.0), top), (across(value), bottom), ink);
                }
                let (lower, upper) = interval.map_or((value, value), |interval| {
                    (interval.lower.unwrap_or(value), interval.upper.unwrap_or(value))
                });
                if lower < upper {
                    // White below, so that it is seen on a dark bar.
                    let ground = Stroke { colour: theme::WHITE, width: 4.0, dash: "" };
                    canvas.line((across(lower), middle), (across(upper), middle), ground);
                    canvas.line((across(lower), middle), (across(upper), middle), theme::WHISKER);
                }
            }
            let x = across(self.standard).clamp(1.5, sheet.width - 1.5);
            canvas.line((x, 3.0), (x, sheet.height - 3.0), theme::STANDARD_TICK);
        })
    }
}

impl SpineRow {
    /// 150 by 32 px. The middle is the value of all forces.
    pub(super) fn draw(&self) -> Result<String, ChartError> {
        let ranges = || [self.most, self.middle_half].into_iter().flatten();
        let values = || {
            let marks = [self.subject, self.peers, self.standard, Some(self.all)];
            ranges().flat_map(|range| [range.low, range.high]).chain(marks.into_iter().flatten())
        };
        finite("spine", values())?;
        let sheet = sheet(150.0, 32.0);
        let half = values().map(|value| (value - self.all).abs()).fold(0.0, f64::max);
        let half = if half > 0.0 { half } else { 1.0 };
        let span = LinearScale {
            low: self.all - half,
            high: self.all + half,
            from: INSET + 3.0,
            to: sheet.width - INSET - 3.0,
        };
        let across = turned(self.better, span);
        let middle = sheet.height / 2.0;
        canvas::draw(sheet, |canvas| {
            canvas.line((0.0, middle), (sheet.width, middle), theme::GRID);
            for (range, (high, ink)) in
                [self.most, self.middle_half].into_iter().zip([(5.0, theme::MOST), (8.0, theme::MIDDLE_HALF)])
            {
                let Some(range) = range else { continue };
                let (a, b) = (across.place(range.low), across.place(range.high));
                canvas.rectangle((a.min(b), middle - high), (a.max(b), middle + high), ink);
            }
            let tick =
                |value: f64, half: f64| ((across.place(value), middle - half), (across.place(value), middle + half));
            let (from, to) = tick(self.all, 15.0);
            canvas.line(from, to, theme::REFERENCE_TICK);
            if let Some((from, to)) = self.standard.map(|value| tick(value, 13.0)) {
                canvas.line(from, to, theme::STANDARD_TICK);
            }
            if let Some(peers) = self.peers {
                draw_on_white(canvas, theme::PEERS, (across.place(peers), middle), 5.0);
            }
            if let Some(subject) = self.subject {
                let is_plain = self.mark.meaning.is_unremarkable();
                let look = if is_plain { theme::SUBJECT } else { theme::mark_look(self.mark) };
                draw_on_white(canvas, look, (across.place(subject), middle), 5.5);
            }
        })
    }
}

/// Width and height of a cell of a matrix.
pub const CELL: (f64, f64) = (17.0, 23.0);

impl CellState {
    /// One cell of a matrix.
    pub(super) fn draw(self) -> Result<String, ChartError> {
        canvas::draw(sheet(CELL.0, CELL.1), |canvas| paint_cells(canvas, self, &[(0.5, 0.5)]))
    }
}

/// Cells of one state by their top left corners: the grounds as one element, then the signs as one.
pub fn paint_cells(canvas: &mut Canvas<'_>, state: CellState, places: &[Spot]) {
    let (width, height) = (CELL.0 - 1.0, CELL.1 - 1.0);
    let Some(look) = theme::cell_look(state) else { return };
    let ground = |(x, y): &Spot| [(*x, *y), (x + width, *y), (x + width, y + height), (*x, y + height)];
    canvas.quadrangles(&places.iter().map(ground).collect::<Vec<_>>(), look.ground);
    let centres = places.iter().map(|(x, y)| (x + width / 2.0, y + height / 2.0));
    match look.sign {
        theme::CellSign::Mark(mark) => {
            canvas.quadrangles(&centres.map(|at| corners(mark, at, 4.2)).collect::<Vec<_>>(), mark.ink);
        }
        theme::CellSign::Dot(ink) => {
            let dot = |(x, y): Spot| [(x - 1.5, y - 1.5), (x + 1.5, y - 1.5), (x + 1.5, y + 1.5), (x - 1.5, y + 1.5)];
            canvas.quadrangles(&centres.map(dot).collect::<Vec<_>>(), ink);
        }
        theme::CellSign::Dash(stroke) => {
            canvas.lines(&centres.map(|(x, y)| ((x - 3.5, y), (x + 3.5, y))).collect::<Vec<_>>(), stroke);
        }
        theme::CellSign::Cross(stroke) => {
            let cross =
                |(x, y): Spot| [((x - 3.5, y - 3.5), (x + 3.5, y + 3.5)), ((x - 3.5, y + 3.5), (x + 3.5, y - 3.5))];
            canvas.lines(&centres.flat_map(cross).collect::<Vec<_>>(), stroke);
        }
    }
}
