//! The funnel: each force by its size and value, with the lines of the centre and of the limits.
//! It judges nobody: which points are named, and every line, come from the report.

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{self, Anchor, Canvas};
use crate::render::charts::funnel_layout::{FunnelLayout, NamePlace};
use crate::render::charts::ink::{Spot, Stroke};
use crate::render::charts::markers::{draw_on_white, paint_break};
use crate::render::charts::text::{Weight, widest};
use crate::render::charts::{ChartError, ChartWidth, MIDDLE_TO_BASELINE, theme};
use crate::report::charts::FunnelChart;

const TICK: f64 = 5.0;

impl FunnelChart {
    /// The chart as an SVG element without ids.
    ///
    /// # Errors
    /// [`ChartError`] when there is no point or a number is not finite.
    pub fn render(&self, room: ChartWidth) -> Result<String, ChartError> {
        self.check()?;
        let layout = FunnelLayout::new(self, room);
        canvas::draw(layout.sheet, |canvas| self.paint(&layout, canvas))
    }

    /// Every number that the value axis must hold.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.points.iter().map(|point| point.value).chain([self.centre.1]).chain(self.held.iter().copied())
    }

    /// The greatest size of a point or a line.
    pub(super) fn greatest_size(&self) -> f64 {
        let lines = self.limits.iter().flat_map(|line| line.pieces.iter().flatten()).map(|(size, _)| *size);
        self.points.iter().map(|point| point.size).chain(lines).fold(0.0, f64::max)
    }

    fn check(&self) -> Result<(), ChartError> {
        if self.points.is_empty() {
            return Err(ChartError::Empty);
        }
        let wrong = |numbers: [f64; 2]| !numbers.iter().all(|number| number.is_finite());
        let point = self.points.iter().find(|point| wrong([point.size, point.value])).map(|point| &point.label);
        let line = self.limits.iter().find(|line| line.pieces.iter().flatten().any(|(x, y)| wrong([*x, *y])));
        let centre = wrong([self.centre.1, 0.0]).then_some(&self.centre.0);
        let held = wrong([self.held.iter().sum(), 0.0]).then_some(&self.axis_title);
        let label = point.or(line.map(|line| &line.label)).or(centre).or(held);
        label.map_or(Ok(()), |label| Err(ChartError::NotFinite(label.clone())))
    }

    fn paint(&self, layout: &FunnelLayout, canvas: &mut Canvas<'_>) {
        paint_axes(layout, canvas);
        let y = layout.y(self.centre.1);
        canvas.line((layout.left, y), (layout.right, y), theme::REFERENCE);
        for (line, pieces) in self.limits.iter().zip(&layout.pieces) {
            for piece in pieces {
                canvas.path(piece, theme::limit_stroke(line.level));
            }
        }
        for name in &layout.names {
            paint_name(name, layout, canvas);
        }
        let (back, front): (Vec<_>, Vec<_>) = self.points.iter().partition(|point| !point.named);
        for point in back.into_iter().chain(front) {
            let at = (layout.x(point.size), layout.y(point.value));
            let radius = layout.point + if point.named { 0.75 } else { 0.0 };
            draw_on_white(canvas, theme::funnel_look(point.mark), at, radius);
        }
        layout.key.paint(canvas);
        self.paint_end_labels(layout, canvas);
        let mut baseline = layout.foot;
        for words in layout.size_title.iter().chain(&layout.unnamed) {
            canvas.coloured_text((layout.left, baseline), words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
            baseline += layout.line();
        }
    }

    fn paint_end_labels(&self, layout: &FunnelLayout, canvas: &mut Canvas<'_>) {
        for label in &layout.end_labels {
            let stroke = label.line.and_then(|at| self.limits.get(at)).map(|line| theme::limit_stroke(line.level));
            let leader = Stroke { width: 1.0, dash: "", ..stroke.unwrap_or(theme::REFERENCE) };
            let (from, to) = ((label.end.0 + 2.0, label.end.1), (layout.label_x - 3.0, label.centre));
            canvas.path(&[from, (from.0 + 4.0, from.1), to], leader);
            paint_lines(&label.lines, (layout.label_x, label.centre), layout, canvas);
        }
    }
}

fn paint_axes(layout: &FunnelLayout, canvas: &mut Canvas<'_>) {
    let font = layout.sheet.font;
    let mut baseline = font;
    for words in &layout.title {
        canvas.coloured_text((0.0, baseline), words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
        baseline += layout.line();
    }
    for (share, words) in layout.axis.iter().flat_map(Axis::ticks) {
        let y = layout.bottom - share * (layout.bottom - layout.top);
        canvas.line((layout.left, y), (layout.right, y), theme::GRID);
        canvas.text((layout.left - 6.0, y + font * MIDDLE_TO_BASELINE), &words, Anchor::End, Weight::Regular);
    }
    canvas.line((layout.left, layout.base), (layout.right, layout.base), theme::AXIS);
    if layout.base > layout.bottom {
        paint_break(canvas, (layout.left, layout.bottom), layout.base - layout.bottom);
    }
    for (x, words) in &layout.size_ticks {
        canvas.line((*x, layout.base), (*x, layout.base + TICK), theme::AXIS);
        canvas.text((*x, layout.base + TICK + font), words, Anchor::Middle, Weight::Regular);
    }
}

/// A name on white, so that no line strikes it through, with a leader where it stands apart from its point.
fn paint_name(name: &NamePlace, layout: &FunnelLayout, canvas: &mut Canvas<'_>) {
    let half = layout.height_of(&name.lines) / 2.0;
    let long = widest(&name.lines, layout.sheet.font, Weight::Regular);
    let (left, middle) = name.at;
    if let Some((from, to)) = name.leader {
        canvas.line(from, to, theme::LEADER);
    }
    canvas.rectangle((left - 2.0, middle - half), (left + long + 2.0, middle + half), theme::WHITE);
    paint_lines(&name.lines, name.at, layout, canvas);
}

/// Lines of words whose block begins at `at` and is centred on its height.
fn paint_lines(lines: &[String], at: Spot, layout: &FunnelLayout, canvas: &mut Canvas<'_>) {
    let above = (layout.height_of(lines) - layout.line()) / 2.0;
    let mut baseline = at.1 - above + layout.sheet.font * MIDDLE_TO_BASELINE;
    for words in lines {
        canvas.text((at.0, baseline), words, Anchor::Start, Weight::Regular);
        baseline += layout.line();
    }
}
