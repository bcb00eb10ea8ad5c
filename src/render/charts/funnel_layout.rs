//! Where everything of a funnel stands: axes, lines cut to the plot, the words at their right ends and the names of points.
//! Only places; nothing is drawn.

use crate::render::charts::axis::Axis;
use crate::render::charts::ink::{Sheet, Spot};
use crate::render::charts::key::{Key, KeyEntry, Sample};
use crate::render::charts::placement::spread;
use crate::render::charts::text::{Weight, widest, width, wrap};
use crate::render::charts::trend_layout::BREAK;
use crate::render::charts::{ChartWidth, FONT, LINE_HEIGHT, count, theme};
use crate::report::charts::{FunnelChart, FunnelPoint, JudgedMark, LimitLine, MarkLevel, MarkMeaning};
use crate::vocabulary::quantity::{Unit, count_text};

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
/// A name has this room at least: the longest word of a force's name stays whole.
const LONGEST_WORD: f64 = 134.0;
/// Distances from its point at which a name is tried, in px.
const REACHES: [f64; 7] = [3.0, 14.0, 28.0, 44.0, 64.0, 88.0, 116.0];
/// Directions in which a name is tried, as steps to the right and downwards.
const DIRECTIONS: [(f64, f64); 12] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.9, -0.4),
    (0.9, 0.4),
    (-0.9, -0.4),
    (-0.9, 0.4),
    (0.7, -0.7),
    (0.7, 0.7),
    (-0.7, -0.7),
    (-0.7, 0.7),
    (0.0, -1.0),
    (0.0, 1.0),
];
/// Sizes that span more than this factor stand on an axis that doubles.
const DOUBLING_FROM: f64 = 10.0;
/// What a leader near a name costs less than one far from it, in px for each limit line that the name covers.
const CROSSED: f64 = 24.0;

/// Left, right, top and bottom.
type Edges = [f64; 4];

/// The words at the right end of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitLabel {
    /// The limit line; `None` for the centre.
    pub line: Option<usize>,
    pub lines: Vec<String>,
    pub end: Spot,
    pub centre: f64,
}

/// The name of a point.
#[derive(Debug, Clone, PartialEq)]
pub struct NamePlace {
    pub lines: Vec<String>,
    /// Left middle of the words.
    pub at: Spot,
    pub leader: Option<(Spot, Spot)>,
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
    pub pieces: Vec<Vec<Vec<Spot>>>,
    pub end_labels: Vec<LimitLabel>,
    pub label_x: f64,
    pub names: Vec<NamePlace>,
    /// The names that no place was found for, as a sentence.
    pub unnamed: Vec<String>,
    sizes: SizeScale,
    /// What the signs of the points mean.
    pub key: Key,
}

/// How sizes stand across the plot.
#[derive(Debug, Clone, Copy, PartialEq)]
enum SizeScale {
    FromZero {
        greatest: f64,
    },
    /// Equal steps for equal factors, so that small forces are not squeezed to the left.
    Doubling {
        least: f64,
        greatest: f64,
    },
}

impl SizeScale {
    fn of(chart: &FunnelChart) -> Self {
        let greatest = chart.greatest_size();
        let sizes = chart.points.iter().map(|point| point.size).filter(|size| *size > 0.0);
        let least = sizes.fold(f64::INFINITY, f64::min);
        if least.is_finite() && greatest > DOUBLING_FROM * least {
            Self::Doubling { least: least * 0.9, greatest }
        } else {
            Self::FromZero { greatest }
        }
    }

    /// 0 at the left end of the plot, 1 at the right; a size before the left end stands on it.
    fn share(self, size: f64) -> f64 {
        match self {
            Self::FromZero { greatest } if greatest > 0.0 => size / greatest,
            Self::FromZero { .. } => 0.0,
            Self::Doubling { least, greatest } => (size.max(least) / least).ln() / (greatest / least).ln(),
        }
    }

    /// The least size that the axis shows.
    fn least(self) -> f64 {
        if let Self::Doubling { least, .. } = self { least } else { 0.0 }
    }
}

impl FunnelLayout {
    /// The layout of a checked chart.
    pub fn new(chart: &FunnelChart, room: ChartWidth) -> Self {
        let (plot_height, label_column, point) =
            if room == ChartWidth::Wide { (330.0, 130.0, 4.5) } else { (280.0, 76.0, 3.75) };
        let named = chart.points.iter().filter(|point| point.named).count();
        // Names need room; a tall plot parts points that lie close.
        let plot_height = plot_height + (count(named) * 8.0).min(plot_height * 0.5);
        let mut layout = Self {
            sheet: Sheet { width: room.px(), height: 0.0, font: FONT },
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
            sizes: SizeScale::of(chart),
            key: Key::default(),
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
        self.left + self.sizes.share(size) * (self.right - self.left)
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
                LimitLabel { line, lines, end: (0.0, 0.0), centre: 0.0 }
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
        let pieces = |line: &LimitLine| {
            let places = |piece: &Vec<(f64, f64)>| -> Vec<Spot> {
                let shown = piece.iter().filter(|(size, _)| *size >= self.sizes.least());
                shown.map(|(size, value)| (self.x(*size), self.y(*value))).collect()
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
        let shown = |label: &LimitLabel| label.line.is_none_or(|at| self.pieces.get(at).is_some_and(|p| !p.is_empty()));
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
        let mut taken: Vec<Edges> = chart.points.iter().map(around).collect();
        let mut named: Vec<&FunnelPoint> = chart.points.iter().filter(|point| point.named).collect();
        // Those beyond the outer limits are the first to find a place.
        let order = |point: &FunnelPoint| point.mark.level;
        named.sort_by(|a, b| {
            order(a).cmp(&order(b)).then(a.value.total_cmp(&b.value)).then_with(|| a.label.cmp(&b.label))
        });
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

    fn place_name(&self, point: &FunnelPoint, taken: &[Edges]) -> Option<(NamePlace, Edges)> {
        let font = self.sheet.font;
        let lines = wrap(&point.label, ((self.right - self.left) * NAME_PART).max(LONGEST_WORD), font, Weight::Regular);
        let (long, high) = (widest(&lines, font, Weight::Regular), self.height_of(&lines));
        let at = (self.x(point.size), self.y(point.value));
        let mut best: Option<(f64, NamePlace, Edges)> = None;
        for (reach, direction) in REACHES.into_iter().flat_map(|reach| DIRECTIONS.map(|direction| (reach, direction))) {
            let far = self.point + 2.0 + reach;
            let near = (at.0 + direction.0 * far, at.1 + direction.1 * far);
            let (left, middle) =
                (near.0 - long / 2.0 + sign(direction.0) * long / 2.0, near.1 + sign(direction.1) * (high / 2.0 - 3.0));
            let frame = [left - 1.0, left + long + 1.0, middle - high / 2.0, middle + high / 2.0];
            let is_inside = frame[0] > self.left && frame[1] <= self.right && frame[2] >= self.top - self.line() / 2.0;
            if !is_inside || frame[3] > self.base || taken.iter().any(|other| meet(other, &frame)) {
                continue;
            }
            let leader = (reach > 10.0).then_some((at, near));
            if self.is_in_the_way(leader, &frame) {
                continue;
            }
            let crossed = self.pieces.iter().flatten().filter(|piece| crosses(piece, &frame)).count();
            let cost = reach + CROSSED * count(crossed);
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, NamePlace { lines: lines.clone(), at: (left, middle), leader }, frame));
            }
        }
        best.map(|(_, name, frame)| (name, frame))
    }

    /// Whether a leader would cross another or run through a name, or a name would cover another's leader.
    fn is_in_the_way(&self, leader: Option<(Spot, Spot)>, frame: &Edges) -> bool {
        let font = self.sheet.font;
        self.names.iter().any(|other| {
            let half = self.height_of(&other.lines) / 2.0;
            let long = widest(&other.lines, font, Weight::Regular);
            let name = [other.at.0, other.at.0 + long, other.at.1 - half, other.at.1 + half];
            let crossing = leader.zip(other.leader).is_some_and(|(one, another)| segments_cross(one, another));
            let through = leader.is_some_and(|leader| enters(leader, &name));
            let covered = other.leader.is_some_and(|leader| enters(leader, frame));
            crossing || through || covered
        })
    }

    /// Sizes and words below the plot.
    fn place_foot(&mut self, chart: &FunnelChart) {
        let font = self.sheet.font;
        let title = match self.sizes {
            SizeScale::FromZero { greatest } => self.place_plain_sizes(&chart.size_title, greatest),
            SizeScale::Doubling { least, greatest } => {
                self.place_doubling_sizes(least, greatest);
                format!("{} (each step about doubles; the axis does not start at 0)", chart.size_title)
            }
        };
        self.size_title = wrap(&title, self.sheet.width - self.left - MARGIN, font, Weight::Regular);
        self.foot = self.base + TICK + font + self.line() + GAP;
        let below = count(self.size_title.len() + self.unnamed.len()) * self.line();
        let end = self.foot + below - self.line() + GAP;
        self.key = Key::place(key(chart), (0.0, end), self.sheet.width, font);
        self.sheet.height = (end + self.key.height + 4.0).ceil();
    }

    /// Ticks of an axis from 0; returns its title.
    fn place_plain_sizes(&mut self, title: &str, greatest: f64) -> String {
        let mut titled = title.to_owned();
        // Sizes are whole but for the number to expect, which may be small.
        let unit = if greatest < WHOLE_FROM { Unit::Ratio } else { Unit::Records };
        for most_ticks in (3..=7).rev() {
            let Some(axis) = Axis::fit(unit, [0.0, greatest].into_iter(), most_ticks) else { break };
            titled = axis.titled(title);
            let end = axis.share(greatest);
            let x = |share: f64| self.left + if end > 0.0 { share / end } else { 0.0 } * (self.right - self.left);
            let shown = axis.ticks().filter(|(share, _)| *share <= end + 1e-9);
            self.size_ticks = shown.map(|(share, words)| (x(share), words)).collect();
            if self.size_ticks.windows(2).all(|pair| self.is_clear(pair)) {
                break;
            }
        }
        titled
    }

    /// Ticks at 1, 2, 5, 10, 20 and so on, of which each is about twice the one before.
    fn place_doubling_sizes(&mut self, least: f64, greatest: f64) {
        let exponents = -3..=12;
        let ticks = exponents.flat_map(|exponent| [1.0, 2.0, 5.0].map(|mantissa| (mantissa, exponent)));
        let shown = ticks.map(|(mantissa, exponent)| (mantissa * 10_f64.powi(exponent), exponent));
        for (size, exponent) in shown.filter(|(size, _)| (least..=greatest).contains(size)) {
            let decimals = usize::try_from(-exponent).unwrap_or(0);
            let words = if decimals > 0 { format!("{size:.decimals$}") } else { count_text(whole(size)) };
            let tick = (self.x(size), words);
            let is_clear = self.size_ticks.last().is_none_or(|last| self.is_clear(&[last.clone(), tick.clone()]));
            if is_clear {
                self.size_ticks.push(tick);
            }
        }
    }

    fn is_clear(&self, pair: &[(f64, String)]) -> bool {
        let half = |words: &str| width(words, self.sheet.font, Weight::Regular) / 2.0;
        match pair {
            [(a, one), (b, other)] => b - a > half(one) + half(other) + self.sheet.font * 0.5,
            _ => true,
        }
    }
}

/// What the marks of points beyond limits mean.
fn key(chart: &FunnelChart) -> Vec<KeyEntry> {
    let mut marks: Vec<JudgedMark> = chart.points.iter().map(|point| point.mark).collect();
    marks.sort_unstable();
    marks.dedup_by_key(|mark| (mark.meaning, mark.level));
    let entry = |mark: JudgedMark| {
        let words = match mark.meaning {
            MarkMeaning::Better => "better",
            MarkMeaning::Worse => "worse",
            MarkMeaning::Different => "different",
            MarkMeaning::Close | MarkMeaning::NoDifference | MarkMeaning::CannotTell => return None,
        };
        let limits = if mark.level == MarkLevel::Strong { "99.8%" } else { "95%" };
        let words = format!("{words}, beyond the {limits} limits");
        Some(KeyEntry::new(Sample::Mark(theme::funnel_look(mark)), words))
    };
    marks.into_iter().filter_map(entry).collect()
}

/// Whether two lines between two places cross.
fn segments_cross(one: (Spot, Spot), other: (Spot, Spot)) -> bool {
    let turn = |a: Spot, b: Spot, c: Spot| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let parts =
        |line: (Spot, Spot), other: (Spot, Spot)| turn(line.0, line.1, other.0) * turn(line.0, line.1, other.1) < 0.0;
    parts(one, other) && parts(other, one)
}

/// Whether a line enters a frame; places along it are tried.
fn enters((from, to): (Spot, Spot), frame: &Edges) -> bool {
    (1..=12).map(|step| f64::from(step) / 12.0).any(|part| {
        let (x, y) = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
        frame[0] < x && x < frame[1] && frame[2] < y && y < frame[3]
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a size of a tick is a whole number far below the greatest")]
fn whole(size: f64) -> i64 {
    size.round() as i64
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

fn meet(a: &Edges, b: &Edges) -> bool {
    a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3]
}

/// Whether a line has a point in a frame; lines are drawn from many points.
fn crosses(piece: &[Spot], frame: &Edges) -> bool {
    let middles = piece.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))),
        _ => None,
    });
    let held = |(x, y): (f64, f64)| frame[0] < x && x < frame[1] && frame[2] < y && y < frame[3];
    piece.iter().copied().chain(middles).any(held)
}

/// The parts of a line between two heights, ending where it crosses them.
fn inside(line: &[Spot], top: f64, bottom: f64) -> Vec<Vec<Spot>> {
    let held = |place: &Spot| (top..=bottom).contains(&place.1);
    let mut parts: Vec<Vec<Spot>> = Vec::new();
    let mut before: Option<Spot> = None;
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
