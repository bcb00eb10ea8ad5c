//! Draws a trend chart at the places of its layout, from the back to the front.
//! It decides no place of a label and no colour.

use crate::render::charts::MIDDLE_TO_BASELINE;
use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{Anchor, Canvas};
use crate::render::charts::ink::MarkLook;
use crate::render::charts::ink::{Ink, Spot, Stroke};
use crate::render::charts::markers::{draw_marker, draw_on_white, paint_break};
use crate::render::charts::text::Weight;
use crate::render::charts::theme::{self, series_look, sign_look};
use crate::render::charts::trend_layout::{BREAK, Labelled, SAMPLE, TrendLayout, WHISKER};
use crate::report::charts::{ControlLine, PointSign, SeriesRole, TrendChart, TrendPoint, TrendSeries};

/// Length of a standard's line below which it is not dashed.
const SHORT: f64 = 29.0;
/// Half width of a marker, and below what distance of two periods it shrinks.
const MARKER: f64 = 4.5;
const SMALL_MARKER: f64 = 3.25;
const CLOSE: f64 = 18.0;
/// Half width of the marker of a point that stands out, at least.
const SPECIAL: f64 = 4.25;

/// Paints a checked chart.
pub fn paint(chart: &TrendChart, layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    paint_axes(layout, canvas);
    paint_events(layout, canvas);
    paint_control(chart, layout, canvas);
    paint_levels(chart, layout, canvas);
    paint_standards(chart, layout, canvas);
    // The force that the reader came for is drawn last, above the others.
    let (front, back): (Vec<_>, Vec<_>) = chart.series.iter().partition(|s| s.role == SeriesRole::Subject);
    for series in back.into_iter().chain(front) {
        paint_series((series, chart), layout, canvas);
    }
    paint_end_labels(chart, layout, canvas);
    layout.key.paint(canvas);
    if layout.axis.is_none() {
        let middle = (f64::midpoint(layout.left, layout.right), f64::midpoint(layout.top, layout.bottom));
        canvas.text(middle, "No values to show", Anchor::Middle, Weight::Regular);
    }
}

fn paint_axes(layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    let line = layout.line();
    let mut baseline = layout.sheet.font;
    for words in &layout.title {
        canvas.coloured_text((0.0, baseline), words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
        baseline += line;
    }
    for (share, words) in layout.axis.iter().flat_map(Axis::ticks) {
        let y = layout.bottom - share * (layout.bottom - layout.top);
        canvas.line((layout.left, y), (layout.right, y), theme::GRID);
        let at = (layout.left - 6.0, y + layout.sheet.font * MIDDLE_TO_BASELINE);
        canvas.text(at, &words, Anchor::End, Weight::Regular);
    }
    canvas.line((layout.left, layout.base), (layout.right, layout.base), theme::AXIS);
    if layout.base > layout.bottom {
        paint_break(canvas, (layout.left, layout.bottom), BREAK);
    }
    if let Some(periods) = &layout.periods {
        let places: Vec<f64> = (0..layout.count()).map(|index| layout.x(index)).collect();
        periods.paint(&places, layout.base, canvas);
    }
}

fn paint_events(layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    let font = layout.sheet.font;
    for flag in &layout.flags {
        canvas.line((flag.x, flag.baseline - 0.8 * font), (flag.x, layout.base), theme::EVENT);
    }
    for flag in &layout.flags {
        canvas.text((flag.start, flag.baseline), &flag.label, Anchor::Start, Weight::Regular);
    }
}

/// One line of a control chart, and its look.
type Drawn = (fn(&ControlLine) -> f64, Stroke);

/// Mean and limits of each segment, from half a period before its first to half a period after its last.
fn paint_control(chart: &TrendChart, layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    let half = layout.half_pitch();
    let lines: [Drawn; 3] =
        [(|l| l.lower, theme::VARIATION), (|l| l.upper, theme::VARIATION), (|l| l.mean, theme::MEAN)];
    // A period without counts has no limits: nothing is drawn there.
    let runs = chart.control.iter().flat_map(|segment| segment.chunk_by(|a, b| a.at + 1 == b.at));
    for (run, (read, stroke)) in runs.flat_map(|run| lines.map(|line| (run, line))) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let ends = |line: &ControlLine, by: f64| (layout.x(line.at) + by, layout.y(read(line)));
        let middle = run.iter().map(|line| ends(line, 0.0));
        let path: Vec<Spot> = std::iter::once(ends(first, -half)).chain(middle).chain([ends(last, half)]).collect();
        canvas.path(&path, stroke);
    }
}

/// The centre of a series without limits, and levels that were found and not decided on.
fn paint_levels(chart: &TrendChart, layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    let half = layout.half_pitch();
    let level = |from: usize, to: usize, value: f64| {
        let (from, to) = (from.min(to), from.max(to));
        [(layout.x(from) - half, layout.y(value)), (layout.x(to) + half, layout.y(value))]
    };
    if let Some(span) = &chart.centre {
        canvas.path(&level(span.from, span.to, span.level), theme::MEAN);
    }
    if let Some(levels) = &chart.proposed {
        let last = layout.count().saturating_sub(1);
        if levels.at > 0 {
            canvas.path(&level(0, levels.at - 1, levels.before), theme::PROPOSED);
        }
        canvas.path(&level(levels.at, last, levels.after), theme::PROPOSED);
    }
}

fn paint_standards(chart: &TrendChart, layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    for span in &chart.standards {
        let y = layout.y(span.level);
        let (from, to) = (span.from.min(span.to), span.from.max(span.to));
        let half = layout.half_pitch();
        let (from, to) = (layout.x(from) - half, layout.x(to) + half);
        // Less than two dashes would look like a dot.
        let dash = if to - from < SHORT { "" } else { theme::STANDARD.dash };
        canvas.line((from, y), (to, y), Stroke { dash, ..theme::STANDARD });
    }
    let font = layout.sheet.font;
    for (baseline, lines) in &layout.standards {
        let middle = baseline - font * MIDDLE_TO_BASELINE;
        canvas.line((0.0, middle), (SAMPLE, middle), theme::STANDARD);
        let mut baseline = *baseline;
        for words in lines {
            canvas.text((SAMPLE + 6.0, baseline), words, Anchor::Start, Weight::Regular);
            baseline += layout.line();
        }
    }
}

fn paint_series((series, chart): (&TrendSeries, &TrendChart), layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    let look = series_look(series.role);
    let last = series.points.iter().rposition(|point| point.value.is_some());
    let whisker = Stroke { width: WHISKER, dash: "", ..look.stroke };
    for (index, point) in series.points.iter().enumerate() {
        let Some(value) = point.value else { continue };
        let (lower, upper) = (point.lower.unwrap_or(value), point.upper.unwrap_or(value));
        if lower < upper {
            let x = layout.x(index);
            canvas.line((x, layout.y(upper)), (x, layout.y(lower)), whisker);
        }
    }
    let radius = if layout.pitch() < CLOSE { SMALL_MARKER } else { MARKER };
    for run in runs(&series.points, &chart.breaks) {
        let places: Vec<Spot> = run.iter().map(|(index, value, _)| (layout.x(*index), layout.y(*value))).collect();
        if places.len() > 1 {
            canvas.path(&places, look.stroke);
        }
        for (place, (index, _, provisional)) in places.iter().zip(&run) {
            let sign = series.points.get(*index).map_or(PointSign::Plain, |point| point.sign);
            match (sign_look(sign), look.mark) {
                (Some(mark), _) => {
                    let is_plain = matches!(sign, PointSign::Usual | PointSign::NotJudged);
                    let radius = if is_plain { radius } else { radius.max(SPECIAL) };
                    let mark = if *provisional { theme::open_look(mark) } else { mark };
                    draw_on_white(canvas, mark, *place, radius);
                }
                // Beside limits and signs, the markers of lines to compare with would be too many.
                (None, Some(_)) if !chart.control.is_empty() && places.len() > 1 && Some(*index) != last => {}
                (None, Some(mark)) => {
                    let mark = if *provisional { theme::open_look(mark) } else { mark };
                    draw_marker(canvas, mark, *place, radius);
                }
                // A line without markers would lose a lone point, and could not show that one is provisional.
                (None, None) if places.len() == 1 || *provisional => {
                    let ink = Ink { fill: look.stroke.colour, outline: Stroke { width: 0.0, ..look.stroke } };
                    let mark = MarkLook { ink, ..theme::SUBJECT };
                    draw_marker(canvas, if *provisional { theme::open_look(mark) } else { mark }, *place, SMALL_MARKER);
                }
                (None, None) => {}
            }
        }
    }
}

/// Runs of periods with values without a gap or a break in between, as (period, value, provisional).
fn runs(points: &[TrendPoint], breaks: &[usize]) -> Vec<Vec<(usize, f64, bool)>> {
    let mut runs: Vec<Vec<(usize, f64, bool)>> = Vec::new();
    let mut follows_a_gap = true;
    for (index, point) in points.iter().enumerate() {
        if let Some(value) = point.value {
            match runs.last_mut() {
                Some(run) if !follows_a_gap && !breaks.contains(&index) => run.push((index, value, point.provisional)),
                _ => runs.push(vec![(index, value, point.provisional)]),
            }
        }
        follows_a_gap = point.value.is_none();
    }
    runs
}

fn paint_end_labels(chart: &TrendChart, layout: &TrendLayout, canvas: &mut Canvas<'_>) {
    let font = layout.sheet.font;
    for label in &layout.end_labels {
        let stroke = match label.what {
            Labelled::Series(index) => {
                let Some(series) = chart.series.get(index) else { continue };
                series_look(series.role).stroke
            }
            Labelled::Mean | Labelled::Centre => theme::MEAN,
            Labelled::Upper | Labelled::Lower => theme::VARIATION,
        };
        match label.end {
            Some((x, y)) => {
                let leader = Stroke { width: 1.0, dash: "", ..stroke };
                let (from, turn, to) = (x + 8.0, layout.right, layout.label_x - 3.0);
                canvas.path(&[(from, y), (turn, y), (to, label.centre)], leader);
            }
            // The line ended earlier; a leader would look like its continuation.
            None => canvas.line((layout.right + 2.0, label.centre), (layout.label_x - 3.0, label.centre), stroke),
        }
        let lines = u32::try_from(label.lines.len()).unwrap_or(u32::MAX);
        let above = f64::from(lines.saturating_sub(1)) / 2.0 * layout.line();
        let mut baseline = label.centre - above + font * MIDDLE_TO_BASELINE;
        for words in &label.lines {
            canvas.text((layout.label_x, baseline), words, Anchor::Start, Weight::Regular);
            baseline += layout.line();
        }
    }
}
