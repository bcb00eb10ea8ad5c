//! Charts of shares from 0% to 100%: how long cases took, how complete figures grew, and two parts of a whole over periods.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{self, Anchor, Canvas};
use crate::render::charts::cells::runs;
use crate::render::charts::ink::{Sheet, Spot, Stroke};
use crate::render::charts::key::{Key, KeyEntry, Sample};
use crate::render::charts::markers::draw_on_white;
use crate::render::charts::period_axis::PeriodAxis;
use crate::render::charts::placement::spread;
use crate::render::charts::text::{Weight, widest, width, wrap};
use crate::render::charts::{ChartError, ChartWidth, FONT, LINE_HEIGHT, MIDDLE_TO_BASELINE, MOST_SERIES, count, theme};
use crate::report::charts::{CompletenessFan, CurvePoint, DelayChart, FanPoint, MarkMeaning, SeriesRole, ShareChart};
use crate::vocabulary::quantity::Unit;

const PLOT: f64 = 220.0;
const GAP: f64 = 8.0;
const TICK: f64 = 5.0;
/// Room of the words at the right ends of curves.
const LABELS: f64 = 150.0;
const NARROW_LABELS: f64 = 96.0;
/// Between the end of a curve and its words.
const LEADER: f64 = 18.0;

/// The frame of a plot of shares.
struct SharePlot {
    sheet: Sheet,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    title: Vec<String>,
}

/// Words at the right end of a curve.
struct CurveLabel {
    lines: Vec<String>,
    end: Spot,
    centre: f64,
    stroke: Stroke,
}

impl SharePlot {
    fn new(title: &str, room: ChartWidth, labels: f64) -> Self {
        let font = FONT;
        let title = wrap(title, room.px(), font, Weight::Regular);
        let top = count(title.len()) * font * LINE_HEIGHT + font * 0.7;
        let indent = if labels > 0.0 { LEADER + 4.0 } else { GAP };
        Self {
            sheet: Sheet { width: room.px(), height: 0.0, font },
            left: width("100%", font, Weight::Regular) + GAP,
            right: room.px() - labels - indent,
            top,
            bottom: top + PLOT,
            title,
        }
    }

    fn y(&self, share: f64) -> f64 {
        self.bottom - share / 100.0 * (self.bottom - self.top)
    }

    fn line(&self) -> f64 {
        self.sheet.font * LINE_HEIGHT
    }

    fn paint_frame(&self, canvas: &mut Canvas<'_>) {
        let font = self.sheet.font;
        for (index, words) in self.title.iter().enumerate() {
            let at = (0.0, font + count(index) * self.line());
            canvas.coloured_text(at, words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
        }
        let shares = [0.0, 25.0, 50.0, 75.0, 100.0];
        canvas.lines(&shares.map(|share| ((self.left, self.y(share)), (self.right, self.y(share)))), theme::GRID);
        for share in shares {
            let at = (self.left - GAP, self.y(share) + font * MIDDLE_TO_BASELINE);
            canvas.text(at, &format!("{share:.0}%"), Anchor::End, Weight::Regular);
        }
        canvas.line((self.left, self.bottom), (self.right, self.bottom), theme::AXIS);
    }

    fn place_labels(&self, labels: &mut [CurveLabel]) {
        labels.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
        let boxes: Vec<_> =
            labels.iter().map(|label| (label.end.1, count(label.lines.len()) * self.line() + 2.0)).collect();
        let half = self.line() / 2.0;
        for (label, centre) in labels.iter_mut().zip(spread(&boxes, self.top - half, self.bottom + half)) {
            label.centre = centre;
        }
    }

    fn paint_labels(&self, labels: &[CurveLabel], canvas: &mut Canvas<'_>) {
        let font = self.sheet.font;
        for label in labels {
            let x = self.right + LEADER;
            let leader = Stroke { width: 1.0, dash: "", ..label.stroke };
            canvas.path(
                &[(label.end.0 + 6.0, label.end.1), (self.right + 4.0, label.end.1), (x - 3.0, label.centre)],
                leader,
            );
            let above = (count(label.lines.len()) - 1.0) / 2.0 * self.line();
            for (index, words) in label.lines.iter().enumerate() {
                let baseline = label.centre - above + count(index) * self.line() + font * MIDDLE_TO_BASELINE;
                canvas.text((x, baseline), words, Anchor::Start, Weight::Regular);
            }
        }
    }
}

/// The scale of times after something, from 0.
struct TimeAxis {
    ticks: Vec<(f64, String)>,
    until: f64,
}

impl TimeAxis {
    fn new(until: f64, plot: &SharePlot) -> Self {
        let until = if until > 0.0 { until } else { 1.0 };
        let mut ticks = Vec::new();
        for most in (3..=8).rev() {
            let Some(axis) = Axis::fit(Unit::Days, [0.0, until].into_iter(), most) else { break };
            let end = axis.share(until);
            ticks = axis
                .ticks()
                .filter(|(share, _)| *share <= end + 1e-9)
                .map(|(share, words)| (share / end, words))
                .collect();
            let x = |share: f64| plot.left + share * (plot.right - plot.left);
            let half = |words: &str| width(words, plot.sheet.font, Weight::Regular) / 2.0;
            let is_clear = |pair: &[(f64, String)]| match pair {
                [(a, one), (b, other)] => x(*b) - x(*a) > half(one) + half(other) + 8.0,
                _ => true,
            };
            if ticks.windows(2).all(is_clear) {
                break;
            }
        }
        Self { ticks, until }
    }

    fn x(&self, after: f64, plot: &SharePlot) -> f64 {
        plot.left + (after / self.until).clamp(0.0, 1.0) * (plot.right - plot.left)
    }

    fn paint(&self, title: &[String], plot: &SharePlot, canvas: &mut Canvas<'_>) {
        let font = plot.sheet.font;
        for (share, words) in &self.ticks {
            let x = plot.left + share * (plot.right - plot.left);
            canvas.line((x, plot.bottom), (x, plot.bottom + TICK), theme::AXIS);
            let middle = plot.sheet.kept(x, words);
            canvas.text((middle, plot.bottom + TICK + font), words, Anchor::Middle, Weight::Regular);
        }
        for (index, words) in title.iter().enumerate() {
            let at = (plot.left, plot.bottom + TICK + font + count(index + 1) * plot.line());
            canvas.coloured_text(at, words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
        }
    }
}

fn finite<'c>(mut numbers: impl Iterator<Item = (&'c String, f64)>) -> Result<(), ChartError> {
    numbers
        .find(|(_, number)| !number.is_finite())
        .map_or(Ok(()), |(label, _)| Err(ChartError::NotFinite(label.clone())))
}

/// A label with its lines and the widest of them.
fn label_lines(label: &str, room: ChartWidth) -> Vec<String> {
    let most = if room == ChartWidth::Wide { LABELS } else { NARROW_LABELS };
    wrap(label, most, FONT, Weight::Regular)
}

impl DelayChart {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        if self.curves.is_empty() {
            return Err(ChartError::Empty);
        }
        if self.curves.len() > MOST_SERIES {
            return Err(ChartError::TooManySeries(self.curves.len()));
        }
        let points = self.curves.iter().flat_map(|curve| curve.points.iter().map(move |point| (&curve.label, point)));
        finite(points.flat_map(|(label, point)| [(label, point.after), (label, point.share)]))?;
        let limit = self
            .limit
            .iter()
            .flat_map(|limit| [(&limit.label, limit.after), (&limit.label, limit.share.unwrap_or(0.0))]);
        finite(limit.chain([(&self.axis_title, self.until)]))?;
        let font = FONT;
        let lines: Vec<_> = self.curves.iter().map(|curve| label_lines(&curve.label, room)).collect();
        let widths = lines.iter().map(|lines| widest(lines, font, Weight::Regular)).fold(0.0, f64::max);
        let mut plot = SharePlot::new("Per cent of cases", room, widths);
        let limit_words = self
            .limit
            .as_ref()
            .map_or_else(Vec::new, |limit| wrap(&limit.label, room.px() - plot.left, font, Weight::Bold));
        let lift = count(limit_words.len()) * plot.line();
        plot.top += lift;
        plot.bottom += lift;
        let axis = TimeAxis::new(self.until, &plot);
        let title = wrap(&self.axis_title, room.px() - plot.left, font, Weight::Regular);
        plot.sheet.height = (plot.bottom + TICK + font + count(title.len()) * plot.line() + GAP).ceil();
        let steps: Vec<Vec<Spot>> = self.curves.iter().map(|curve| staircase(&curve.points, &axis, &plot)).collect();
        let mut labels: Vec<CurveLabel> = Vec::new();
        for ((curve, lines), steps) in self.curves.iter().zip(lines).zip(&steps) {
            if let Some(end) = steps.last() {
                labels.push(CurveLabel {
                    lines,
                    end: *end,
                    centre: end.1,
                    stroke: theme::series_look(curve.role).stroke,
                });
            }
        }
        plot.place_labels(&mut labels);
        canvas::draw(plot.sheet, |canvas| {
            plot.paint_frame(canvas);
            axis.paint(&title, &plot, canvas);
            if let Some(limit) = &self.limit {
                let x = axis.x(limit.after, &plot);
                canvas.line((x, plot.top - 4.0), (x, plot.bottom), theme::STANDARD);
                if let Some(share) = limit.share {
                    canvas.line((plot.left, plot.y(share)), (x, plot.y(share)), theme::STANDARD);
                }
                let long = widest(&limit_words, font, Weight::Bold);
                let start = (x - long / 2.0).min(room.px() - long).max(0.0);
                for (index, words) in limit_words.iter().enumerate() {
                    let baseline = plot.top - 8.0 - count(limit_words.len() - index - 1) * plot.line();
                    canvas.text((start, baseline), words, Anchor::Start, Weight::Bold);
                }
            }
            // The subject is drawn last, above the others.
            let mut order: Vec<_> = self.curves.iter().zip(&steps).collect();
            order.sort_by_key(|(curve, _)| curve.role == SeriesRole::Subject);
            for (curve, steps) in order {
                canvas.path(steps, theme::series_look(curve.role).stroke);
            }
            plot.paint_labels(&labels, canvas);
        })
    }
}

/// Steps from 0 to the end of the axis: a share is reached at its delay and holds until the next.
fn staircase(points: &[CurvePoint], axis: &TimeAxis, plot: &SharePlot) -> Vec<Spot> {
    let mut share = 0.0;
    let mut places = vec![(axis.x(0.0, plot), plot.y(0.0))];
    for point in points.iter().filter(|point| point.after <= axis.until) {
        let x = axis.x(point.after, plot);
        places.extend([(x, plot.y(share)), (x, plot.y(point.share.clamp(0.0, 100.0)))]);
        share = point.share.clamp(0.0, 100.0);
    }
    places.push((axis.x(axis.until, plot), plot.y(share)));
    places
}

impl CompletenessFan {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let numbers = self.earlier.iter().flat_map(|p| [p.after, p.outer.0, p.outer.1, p.inner.0, p.inner.1, p.median]);
        let now = self.now.iter().flat_map(|point| [point.after, point.share]);
        finite(numbers.chain(now).map(|number| (&self.axis_title, number)))?;
        let until = self
            .earlier
            .iter()
            .map(|point| point.after)
            .chain(self.now.iter().map(|point| point.after))
            .fold(0.0, f64::max);
        if self.earlier.is_empty() && self.now.is_empty() {
            return Err(ChartError::Empty);
        }
        let font = FONT;
        let mut plot = SharePlot::new("Per cent of the final number", room, 0.0);
        let axis = TimeAxis::new(until, &plot);
        let title = wrap(&self.axis_title, room.px() - plot.left, font, Weight::Regular);
        let below = plot.bottom + TICK + font + count(title.len()) * plot.line() + GAP / 2.0;
        let mut key =
            vec![KeyEntry::new(Sample::Line(theme::series_look(SeriesRole::Subject).stroke), &self.now_label)];
        if !self.earlier.is_empty() {
            key.push(KeyEntry::new(Sample::Line(theme::MEAN), "median of earlier periods"));
            key.push(KeyEntry::new(Sample::Area(theme::FAN[1]), "half of them"));
            key.push(KeyEntry::new(Sample::Area(theme::FAN[0]), "nine in ten of them"));
        }
        let key = Key::place(key, (0.0, below), room.px(), font);
        plot.sheet.height = (below + key.height + 4.0).ceil();
        canvas::draw(plot.sheet, |canvas| {
            let at = |after: f64, share: f64| (axis.x(after, &plot), plot.y(share.clamp(0.0, 100.0)));
            let band = |read: fn(&FanPoint) -> (f64, f64)| {
                let low = self.earlier.iter().map(|point| at(point.after, read(point).0));
                let high = self.earlier.iter().rev().map(|point| at(point.after, read(point).1));
                low.chain(high).collect::<Vec<Spot>>()
            };
            if self.earlier.len() > 1 {
                canvas.polygon(&band(|point| point.outer), theme::FAN[0]);
                canvas.polygon(&band(|point| point.inner), theme::FAN[1]);
            }
            plot.paint_frame(canvas);
            axis.paint(&title, &plot, canvas);
            let median: Vec<Spot> = self.earlier.iter().map(|point| at(point.after, point.median)).collect();
            if median.len() > 1 {
                canvas.path(&median, theme::MEAN);
            }
            let now: Vec<Spot> = self.now.iter().map(|point| at(point.after, point.share)).collect();
            if now.len() > 1 {
                canvas.path(&now, theme::series_look(SeriesRole::Subject).stroke);
            }
            if let Some(last) = now.last() {
                draw_on_white(canvas, theme::SUBJECT_OPEN, *last, 5.0);
            }
            key.paint(canvas);
        })
    }
}

impl ShareChart {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let periods = self.periods.len();
        if periods == 0 {
            return Err(ChartError::Empty);
        }
        if self.lower.len() != periods {
            return Err(ChartError::UnequalLengths {
                label: self.lower_label.clone(),
                points: self.lower.len(),
                periods,
            });
        }
        finite(self.lower.iter().filter_map(|point| Some((&self.lower_label, point.value?))))?;
        let font = FONT;
        let mut plot = SharePlot::new("Per cent", room, 0.0);
        // A period is a column: its figure is one of the whole period.
        let pitch = (plot.right - plot.left) / count(periods);
        let x = |index: usize| plot.left + (count(index) + 0.5) * pitch;
        let places: Vec<f64> = (0..periods).map(x).collect();
        let axis = PeriodAxis::place(&self.periods, &places, room);
        let below = plot.bottom + TICK + axis.height();
        let key = [
            KeyEntry::new(Sample::Area(theme::GROWING_PART), &self.lower_label),
            KeyEntry::new(Sample::Area(theme::OTHER_PART), &self.upper_label),
        ];
        let provisional = self.lower.iter().any(|point| point.provisional && point.value.is_some());
        let open = theme::bar_ink(MarkMeaning::Better, true);
        let key = key.into_iter().chain(provisional.then(|| KeyEntry::new(Sample::Area(open), "provisional")));
        let key = Key::place(key.collect(), (0.0, below), room.px(), font);
        plot.sheet.height = (below + key.height + 4.0).ceil();
        let (left, right) = (plot.left, plot.right);
        canvas::draw(plot.sheet, |canvas| {
            plot.paint_frame(canvas);
            let half = (pitch * 0.42).min(30.0);
            for (index, value) in runs(&self.lower, &self.breaks).into_iter().flatten() {
                let (x, y) = (x(index), plot.y(value.clamp(0.0, 100.0)));
                let is_open = self.lower.get(index).is_some_and(|point| point.provisional);
                canvas.rectangle((x - half, plot.top), (x + half, y), theme::OTHER_PART);
                canvas.rectangle(
                    (x - half, y),
                    (x + half, plot.bottom),
                    if is_open { open } else { theme::GROWING_PART },
                );
            }
            for at in self.breaks.iter().filter(|at| **at > 0 && **at < periods) {
                let x = plot.left + count(*at) * pitch;
                canvas.line((x, plot.top - 4.0), (x, plot.bottom), theme::EVENT);
            }
            let missing = self.lower.iter().enumerate().filter(|(_, point)| point.value.is_none());
            let long = width("[x]", font, Weight::Regular);
            let mut end = f64::NEG_INFINITY;
            for (index, _) in missing {
                let x = x(index);
                // Among many periods without a figure every second or third says so.
                if x - long / 2.0 > end + 2.0 {
                    canvas.text((x, plot.bottom - 8.0), "[x]", Anchor::Middle, Weight::Regular);
                    end = x + long / 2.0;
                }
            }
            axis.paint(&places, plot.bottom, canvas);
            canvas.line((left, plot.bottom), (right, plot.bottom), theme::AXIS);
            key.paint(canvas);
        })
    }
}
