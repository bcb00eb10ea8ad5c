//! The comparison chart: one row per organisation with its value and intervals, in the order given.
//! It ranks and judges nobody; the order and the words come from the report.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{self, Anchor, Canvas, Place};
use crate::render::charts::comparison_layout::ComparisonLayout;
use crate::render::charts::text::{Weight, widest, width};
use crate::render::charts::theme::{self, row_look};
use crate::render::charts::{ChartError, ChartWidth, MIDDLE_TO_BASELINE};
use crate::report::charts::{ComparisonChart, ComparisonRow};

/// White around a point, so that it stands out from its own interval.
const HALO: f64 = 1.5;
const TICK: f64 = 5.0;

impl ComparisonChart {
    /// The chart as an SVG element without ids; its height grows with the rows.
    ///
    /// # Errors
    /// [`ChartError`] when there is no row or a number is not finite.
    pub fn render(&self, room: ChartWidth) -> Result<String, ChartError> {
        self.check()?;
        let layout = ComparisonLayout::new(self, room);
        canvas::draw(layout.sheet, |canvas| self.paint(&layout, canvas))
    }

    /// Every number that the value axis must hold.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.rows.iter().flat_map(row_values).chain(self.lines().map(|(_, level)| *level))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &(String, f64)> {
        self.reference.iter().chain(&self.standard)
    }

    fn check(&self) -> Result<(), ChartError> {
        if self.rows.is_empty() {
            return Err(ChartError::Empty);
        }
        let row = self.rows.iter().find(|row| !row_values(row).all(f64::is_finite)).map(|row| &row.label);
        let line = self.lines().find(|(_, level)| !level.is_finite()).map(|(label, _)| label);
        row.or(line).map_or(Ok(()), |label| Err(ChartError::NotFinite(label.clone())))
    }

    /// A pale line leads from the name to the value, however far that is.
    fn paint_guides(&self, layout: &ComparisonLayout, canvas: &mut Canvas<'_>) {
        for (_, place) in self.rows.iter().zip(&layout.rows).filter(|(row, _)| row.value.is_some()) {
            canvas.line((layout.left, place.centre), (layout.right, place.centre), theme::GRID);
        }
    }

    fn paint(&self, layout: &ComparisonLayout, canvas: &mut Canvas<'_>) {
        let mut baseline = layout.sheet.font;
        for words in &layout.title {
            canvas.text((0.0, baseline), words, Anchor::Start, Weight::Regular);
            baseline += layout.line();
        }
        self.paint_guides(layout, canvas);
        let strokes =
            self.reference.iter().map(|_| theme::REFERENCE).chain(self.standard.iter().map(|_| theme::STANDARD));
        for (label, stroke) in layout.line_labels.iter().zip(strokes) {
            canvas.line((label.x, label.top + label.height(layout.line())), (label.x, layout.bottom), stroke);
        }
        for label in &layout.line_labels {
            let middle = (label.start + label.width / 2.0, label.top + label.height(layout.line()) / 2.0);
            paint_lines(canvas, middle, &label.lines, (Anchor::Middle, Weight::Regular), layout);
        }
        paint_axis(layout, canvas);
        for (row, place) in self.rows.iter().zip(&layout.rows) {
            let weight = if row.emphasised { Weight::Bold } else { Weight::Regular };
            let right = layout.left - 10.0;
            paint_lines(canvas, (right, place.centre), &place.label, (Anchor::End, weight), layout);
            if let Some(value) = row.value {
                paint_value(row, value, place.centre, layout, canvas);
            } else {
                let at = (layout.left + 6.0, place.centre);
                clear_behind(canvas, at, &place.note, layout);
                paint_lines(canvas, at, &place.note, (Anchor::Start, Weight::Regular), layout);
            }
        }
    }
}

/// The value and the ends of its intervals; nothing of a row without a value.
fn row_values(row: &ComparisonRow) -> impl Iterator<Item = f64> {
    let intervals = [row.interval_95, row.interval_998].into_iter().flatten();
    let numbers =
        row.value.into_iter().chain(intervals.flat_map(|interval| [interval.lower, interval.upper]).flatten());
    numbers.filter(|_| row.value.is_some())
}

fn paint_axis(layout: &ComparisonLayout, canvas: &mut Canvas<'_>) {
    let edges = [(layout.top, -TICK, -TICK - 4.0), (layout.bottom, TICK, TICK + layout.sheet.font)];
    let shown = if layout.has_upper_axis { &edges[..] } else { &edges[1..] };
    for (y, tick, baseline) in shown {
        canvas.line((layout.left, *y), (layout.right, *y), theme::AXIS);
        for (share, words) in layout.axis.iter().flat_map(Axis::ticks) {
            let x = layout.left + share * (layout.right - layout.left);
            canvas.line((x, *y), (x, y + tick), theme::AXIS);
            if *tick < 0.0 {
                let middle = y + baseline - layout.sheet.font * MIDDLE_TO_BASELINE;
                let half = width(&words, layout.sheet.font, Weight::Regular) / 2.0;
                clear_behind(canvas, (x - half, middle), std::slice::from_ref(&words), layout);
            }
            canvas.text((x, y + baseline), &words, Anchor::Middle, Weight::Regular);
        }
    }
}

/// White behind words that a vertical line would strike through. `at` is the left middle of the words.
fn clear_behind(canvas: &mut Canvas<'_>, at: Place, lines: &[String], layout: &ComparisonLayout) {
    let half = f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX)) * layout.line() / 2.0;
    let right = at.0 + widest(lines, layout.sheet.font, Weight::Regular) + 3.0;
    canvas.rectangle((at.0 - 3.0, at.1 - half), (right, at.1 + half), theme::WHITE);
}

fn paint_value(row: &ComparisonRow, value: f64, y: f64, layout: &ComparisonLayout, canvas: &mut Canvas<'_>) {
    let look = row_look(row.emphasised);
    for (interval, stroke) in [(row.interval_998, look.outer), (row.interval_95, look.inner)] {
        let Some(interval) = interval else { continue };
        let (lower, upper) = (interval.lower.unwrap_or(value), interval.upper.unwrap_or(value));
        if lower < upper {
            canvas.line((layout.x(lower), y), (layout.x(upper), y), stroke);
        }
    }
    let centre = (layout.x(value), y);
    let radius = layout.point + if row.emphasised { 1.0 } else { 0.0 };
    canvas.circle(centre, radius + HALO, theme::WHITE);
    canvas.circle(centre, radius, look.point);
}

/// Lines of words whose block is centred on `at`.
fn paint_lines(
    canvas: &mut Canvas<'_>,
    at: Place,
    lines: &[String],
    (anchor, weight): (Anchor, Weight),
    layout: &ComparisonLayout,
) {
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    let above = f64::from(count.saturating_sub(1)) / 2.0 * layout.line();
    let mut baseline = at.1 - above + layout.sheet.font * MIDDLE_TO_BASELINE;
    for words in lines {
        canvas.text((at.0, baseline), words, anchor, weight);
        baseline += layout.line();
    }
}
