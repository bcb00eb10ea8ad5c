//! Where everything of a funnel stands: axes, lines cut to the plot, the words at their right ends and the names of points.
//! Only places; nothing is drawn.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{Place, Sheet};
use crate::render::charts::placement::spread;
use crate::render::charts::text::{Weight, widest, width, wrap};
use crate::render::charts::trend_layout::BREAK;
use crate::render::charts::{ChartWidth, LINE_HEIGHT};
use crate::report::charts::{FunnelChart, FunnelPoint};
use crate::vocabulary::quantity::Unit;

const GAP: f64 = 6.0;
/// Between the plot and the words of the lines; leaders run here.
const LEADER: f64 = 22.0;
const MARGIN: f64 = 3.0;
/// Below the axis line down to the words of the ticks.
const TICK: f64 = 5.0;
/// Up to a greatest size of this, sizes have ticks between whole numbers.
const WHOLE_FROM: f64 = 4.0;
/// Part of the plot's width that a line of a name may take.
const NAME_PART: f64 = 0.48;
/// Distances from its point at which a name is tried, in px.
const REACHES: [f64; 5] = [3.0, 16.0, 32.0, 52.0, 76.0];
/// Directions in which a name is tried, as steps to the right and downwards.
const DIRECTIONS: [(f64, f64); 8] =
    [(1.0, 0.0), (-1.0, 0.0), (0.7, -0.7), (0.7, 0.7), (-0.7, -0.7), (-0.7, 0.7), (0.0, -1.0), (0.0, 1.0)];

/// Left, right, top and bottom.
type Frame = [f64; 4];

/// The words at the right end of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct EndLabel {
    /// The limit line; `None` for the centre.
    pub line: Option<usize>,
    pub lines: Vec<String>,
    pub end: Place,
    pub centre: f64,
}

/// The name of a point.
#[derive(Debug, Clone, PartialEq)]
pub struct NamePlace {
    pub lines: Vec<String>,
    /// Left middle of the words.
    pub at: Place,
    pub leader: Option<(Place, Place)>,
}

/// All places, in px.
#[derive(Debug, Clone)]
pub struct FunnelLayout {
    pub sheet: Sheet,
    pub axis: Option<Axis>,
    /// Radius of a point.
    pub point: f64,
    pub title: Vec<String>,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// The axis line: below the lowest tick where the axis is cut.
    pub base: f64,
    /// x and words of the sizes.
    pub size_ticks: Vec<(f64, String)>,
    pub size_title: Vec<String>,
    /// Baseline of the first line below the ticks.
    pub foot: f64,
    /// For each limit line its pieces, cut to the plot.
    pub pieces: Vec<Vec<Vec<Place>>>,
    pub end_labels: Vec<EndLabel>,
    pub label_x: f64,
    pub names: Vec<NamePlace>,
    /// The names that no place was found for, as a sentence.
    pub unnamed: Vec<String>,
    greatest: f64,
}

impl FunnelLayout {
    /// The layout of a checked chart.
    pub fn new(chart: &FunnelChart, room: ChartWidth) -> Self {
        let (plot_height, label_column, point) =
            if room == ChartWidth::Wide { (320.0, 150.0, 4.5) } else { (260.0, 90.0, 3.5) };
        let mut layout = Self {
            sheet: Sheet { width: room.px(), height: 0.0, font: room.font() },
            axis: Axis::fit(chart.unit, chart.values(), 7),
            point,
            title: Vec::new(),
            left: 0.0,
            right: 0.0,
            top: 0.0,
            bottom: 0.0,
            base: 0.0,
            size_ticks: Vec::new(),
            size_title: Vec::new(),
            foot: 0.0,
            pieces: Vec::new(),
            end_labels: Vec::new(),
            label_x: 0.0,
            names: Vec::new(),
            unnamed: Vec::new(),
            greatest: chart.greatest_size(),
        };
        layout.place_columns(chart, label_column);
        layout.place_plot(chart, plot_height);
        layout.place_end_labels();
        layout.place_names(chart);
        layout.place_foot(chart);
        layout
    }

    /// x of a size.
    pub fn x(&self, size: f64) -> f64 {
        let share = if self.greatest > 0.0 { size / self.greatest } else { 0.0 };
        self.left + share * (self.right - self.left)
    }

    /// y of a value.
    pub fn y(&self, value: f64) -> f64 {
        self.axis.map_or(self.bottom, |axis| self.bottom - axis.share(value) * (self.bottom - self.top))
    }

    /// Height of a line of text.
    pub fn line(&self) -> f64 {
        self.sheet.font * LINE_HEIGHT
    }

    /// Height of lines of text.
    pub fn height_of(&self, lines: &[String]) -> f64 {
        count(lines.len()) * self.line()
    }

    fn place_columns(&mut self, chart: &FunnelChart, label_column: f64) {
        let font = self.sheet.font;
        let ticks = self.axis.iter().flat_map(Axis::ticks).map(|(_, words)| width(&words, font, Weight::Regular));
        self.left = ticks.fold(0.0, f64::max) + GAP;
        let lines = chart.limits.iter().enumerate().filter(|(_, line)| !line.pieces.is_empty());
        let words = lines.map(|(at, line)| (Some(at), &line.label)).chain([(None, &chart.centre.0)]);
        self.end_labels = words
            .map(|(line, label)| {
                let lines = wrap(label, label_column, font, Weight::Regular);
                EndLabel { line, lines, end: (0.0, 0.0), centre: 0.0 }
            })
            .collect();
        let column =
            self.end_labels.iter().map(|label| widest(&label.lines, font, Weight::Regular)).fold(0.0, f64::max);
        self.right = self.sheet.width - MARGIN - column - LEADER;
        self.label_x = self.right + LEADER;
        let title = self.axis.map_or_else(|| chart.axis_title.clone(), |axis| axis.titled(&chart.axis_title));
        self.title = wrap(&title, self.sheet.width, font, Weight::Regular);
    }

    /// The plot with its lines, cut where they leave it.
    fn place_plot(&mut self, chart: &FunnelChart, plot_height: f64) {
        self.top = self.height_of(&self.title) + self.line() * 0.6;
        let words: f64 = self.end_labels.iter().map(|label| self.height_of(&label.lines) + 2.0).sum();
        self.bottom = self.top + plot_height.max(words - self.line());
        self.base = self.bottom + if self.axis.is_some_and(|axis| axis.is_cut()) { BREAK } else { 0.0 };
        let pieces = |line: &crate::report::charts::LimitLine| {
            let places = |piece: &Vec<(f64, f64)>| -> Vec<Place> {
                piece.iter().map(|(size, value)| (self.x(*size), self.y(*value))).collect()
            };
            line.pieces.iter().flat_map(|piece| inside(&places(piece), self.top, self.bottom)).collect()
        };
        self.pieces = chart.limits.iter().map(pieces).collect();
        let centre = self.y(chart.centre.1);
        for label in &mut self.end_labels {
            let end = label.line.and_then(|at| self.pieces.get(at)?.last()?.last().copied());
            label.end = end.unwrap_or((self.right, centre));
        }
        // A line that has no place in the plot has no words either.
        let shown = |label: &EndLabel| label.line.is_none_or(|at| self.pieces.get(at).is_some_and(|p| !p.is_empty()));
        self.end_labels.retain(shown);
    }

    /// Words stand at the end of their line, pushed apart where lines end close together.
    fn place_end_labels(&mut self) {
        let mut labels = std::mem::take(&mut self.end_labels);
        labels.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
        let boxes: Vec<_> = labels.iter().map(|label| (label.end.1, self.height_of(&label.lines) + 2.0)).collect();
        let half = self.line() / 2.0;
        for (label, centre) in labels.iter_mut().zip(spread(&boxes, self.top - half, self.bottom + half)) {
            label.centre = centre;
        }
        self.end_labels = labels;
    }

    /// Names stand near their points, clear of points and of each other, and across as few lines as can be.
    fn place_names(&mut self, chart: &FunnelChart) {
        let reach = self.point + 2.0;
        let around = |point: &FunnelPoint| {
            let (x, y) = (self.x(point.size), self.y(point.value));
            [x - reach, x + reach, y - reach, y + reach]
        };
        let mut taken: Vec<Frame> = chart.points.iter().map(around).collect();
        let mut named: Vec<&FunnelPoint> = chart.points.iter().filter(|point| point.named).collect();
        named.sort_by(|a, b| a.value.total_cmp(&b.value).then_with(|| a.label.cmp(&b.label)));
        let mut left_over = Vec::new();
        for point in named {
            match self.place_name(point, &taken) {
                Some((name, frame)) => {
                    taken.push(frame);
                    self.names.push(name);
                }
                None => left_over.push(point.label.clone()),
            }
        }
        if !left_over.is_empty() {
            let words = format!("No room for the names: {}", left_over.join(", "));
            self.unnamed = wrap(&words, self.sheet.width - self.left, self.sheet.font, Weight::Regular);
        }
    }

    fn place_name(&self, point: &FunnelPoint, taken: &[Frame]) -> Option<(NamePlace, Frame)> {
        let font = self.sheet.font;
        let lines = wrap(&point.label, (self.right - self.left) * NAME_PART, font, Weight::Regular);
        let (long, high) = (widest(&lines, font, Weight::Regular), self.height_of(&lines));
        let at = (self.x(point.size), self.y(point.value));
        let mut best: Option<(f64, NamePlace, Frame)> = None;
        for (reach, direction) in REACHES.into_iter().flat_map(|reach| DIRECTIONS.map(|direction| (reach, direction))) {
            let far = self.point + 2.0 + reach;
            let near = (at.0 + direction.0 * far, at.1 + direction.1 * far);
            let (left, middle) =
                (near.0 - long / 2.0 + sign(direction.0) * long / 2.0, near.1 + sign(direction.1) * (high / 2.0 - 3.0));
            let frame = [left - 1.0, left + long + 1.0, middle - high / 2.0, middle + high / 2.0];
            let is_inside = frame[0] > self.left && frame[1] <= self.right && frame[2] >= self.top - high / 2.0;
            if !is_inside || frame[3] > self.base || taken.iter().any(|other| meet(other, &frame)) {
                continue;
            }
            let crossed = self.pieces.iter().flatten().filter(|piece| crosses(piece, &frame)).count();
            let cost = reach + 24.0 * count(crossed);
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                let leader = (reach > 10.0).then_some((at, near));
                best = Some((cost, NamePlace { lines: lines.clone(), at: (left, middle), leader }, frame));
            }
        }
        best.map(|(_, name, frame)| (name, frame))
    }

    /// Sizes and words below the plot.
    fn place_foot(&mut self, chart: &FunnelChart) {
        let font = self.sheet.font;
        let mut title = chart.size_title.clone();
        // Sizes are whole but for the number to expect, which may be small.
        let unit = if self.greatest < WHOLE_FROM { Unit::Ratio } else { Unit::Records };
        for most_ticks in (3..=7).rev() {
            let Some(axis) = Axis::fit(unit, [0.0, self.greatest].into_iter(), most_ticks) else { break };
            title = axis.titled(&chart.size_title);
            let end = axis.share(self.greatest);
            let x = |share: f64| self.left + share / end * (self.right - self.left);
            let shown = axis.ticks().filter(|(share, _)| *share <= end + 1e-9);
            self.size_ticks = shown.map(|(share, words)| (x(share), words)).collect();
            let half = |words: &str| width(words, font, Weight::Regular) / 2.0;
            let clear = |pair: &[(f64, String)]| match pair {
                [(a, one), (b, other)] => b - a > half(one) + half(other) + font * 0.5,
                _ => true,
            };
            if self.size_ticks.windows(2).all(clear) {
                break;
            }
        }
        self.size_title = wrap(&title, self.sheet.width - self.left - MARGIN, font, Weight::Regular);
        self.foot = self.base + TICK + font + self.line() + GAP;
        let below = count(self.size_title.len() + self.unnamed.len()) * self.line();
        self.sheet.height = (self.foot + below - self.line() + GAP + 4.0).ceil();
    }
}

fn sign(direction: f64) -> f64 {
    if direction > 0.3 {
        1.0
    } else if direction < -0.3 {
        -1.0
    } else {
        0.0
    }
}

fn meet(a: &Frame, b: &Frame) -> bool {
    a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3]
}

/// Whether a line has a point in a frame; lines are drawn from many points.
fn crosses(piece: &[Place], frame: &Frame) -> bool {
    let middles = piece.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))),
        _ => None,
    });
    let held = |(x, y): (f64, f64)| frame[0] < x && x < frame[1] && frame[2] < y && y < frame[3];
    piece.iter().copied().chain(middles).any(held)
}

/// The parts of a line between two heights, ending where it crosses them.
fn inside(line: &[Place], top: f64, bottom: f64) -> Vec<Vec<Place>> {
    let held = |place: &Place| (top..=bottom).contains(&place.1);
    let mut parts: Vec<Vec<Place>> = Vec::new();
    let mut before: Option<Place> = None;
    for &place in line {
        let came_from_inside = before.is_some_and(|from| held(&from));
        if let Some(from) = before.filter(|from| held(from) != held(&place)) {
            let outer = if came_from_inside { place } else { from };
            let edge = if outer.1 < top { top } else { bottom };
            let part = (edge - from.1) / (place.1 - from.1);
            let crossing = (from.0 + part * (place.0 - from.0), edge);
            if came_from_inside {
                parts.last_mut().into_iter().for_each(|part| part.push(crossing));
            } else {
                parts.push(vec![crossing]);
            }
        }
        if held(&place) {
            match parts.last_mut().filter(|_| before.is_some()) {
                Some(part) => part.push(place),
                None => parts.push(vec![place]),
            }
        }
        before = Some(place);
    }
    parts
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_leaves_the_plot() {
        let line = [(0.0, -10.0), (10.0, 10.0), (20.0, 20.0), (30.0, 120.0)];
        assert_eq!(inside(&line, 0.0, 100.0), [vec![(5.0, 0.0), (10.0, 10.0), (20.0, 20.0), (28.0, 100.0)]]);
        assert!(inside(&[(0.0, -1.0), (1.0, -2.0)], 0.0, 100.0).is_empty());
        assert_eq!(inside(&[(0.0, 1.0)], 0.0, 100.0), [vec![(0.0, 1.0)]]);
    }
}
