//! Charts of many small parts: a matrix of judgements, and one small line for each organisation on one scale.

use std::collections::BTreeMap;

use crate::render::charts::axis::Axis;
use crate::render::charts::canvas::{self, Anchor, Canvas};
use crate::render::charts::cells::{CELL, paint_cells, runs};
use crate::render::charts::ink::{Sheet, Spot};
use crate::render::charts::markers::draw_on_white;
use crate::render::charts::text::{Weight, widest, width, wrap};
use crate::render::charts::{ChartError, ChartWidth, FONT, LINE_HEIGHT, MIDDLE_TO_BASELINE, count, theme};
use crate::report::charts::{CellState, MatrixChart, SmallMultiples, SmallPanel, ValueRange};

const NAMES: f64 = 236.0;
const GAP: f64 = 10.0;

impl MatrixChart {
    /// The chart as an SVG element. It is as wide as its columns are: a matrix scrolls and never shrinks.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let columns: usize = self.groups.iter().map(|group| group.columns.len()).sum();
        if self.rows.is_empty() || columns == 0 {
            return Err(ChartError::Empty);
        }
        if let Some(row) = self.rows.iter().find(|row| row.cells.len() != columns) {
            return Err(ChartError::UnequalLengths {
                label: row.label.clone(),
                points: row.cells.len(),
                periods: columns,
            });
        }
        let layout = self.layout(room);
        canvas::draw(layout.sheet, |canvas| self.paint(&layout, canvas))
    }

    fn layout(&self, room: ChartWidth) -> MatrixLayout {
        let font = FONT;
        let line = font * LINE_HEIGHT;
        let names_room = if room == ChartWidth::Wide { NAMES } else { NAMES * 0.55 };
        let weight = |emphasised| if emphasised { Weight::Bold } else { Weight::Regular };
        let names = self.rows.iter().map(|row| wrap(&row.label, names_room, font, weight(row.emphasised)));
        let names: Vec<Vec<String>> = names.collect();
        let left = GAP
            + self
                .rows
                .iter()
                .zip(&names)
                .map(|(row, name)| widest(name, font, weight(row.emphasised)))
                .fold(0.0, f64::max);
        // Labels stand on two lines in turn, so that each has the room of two columns.
        let labels = || self.groups.iter().flat_map(|group| &group.columns);
        let longest = labels().map(|label| width(label, font, Weight::Regular)).fold(0.0, f64::max);
        let pitch = CELL.0.max(longest / 2.0 + 2.0);
        let mut layout = MatrixLayout {
            sheet: Sheet { width: 0.0, height: 0.0, font },
            left,
            titles: Vec::new(),
            column_x: Vec::new(),
            labels_at: 0.0,
            rows: Vec::new(),
        };
        let (mut x, mut right, mut title_lines) = (left, left, 0);
        for group in &self.groups {
            let own = count(group.columns.len()) * pitch;
            let lines = wrap(&group.title, own.max(90.0), font, Weight::Bold);
            let long = widest(&lines, font, Weight::Bold);
            title_lines = title_lines.max(lines.len());
            layout.titles.push((lines, x));
            layout.column_x.extend((0..group.columns.len()).map(|at| x + count(at) * pitch));
            right = right.max(x + long).max(x + own + longest / 2.0);
            x += own.max(long) + GAP;
        }
        let titles =
            if self.groups.iter().all(|group| group.title.is_empty()) { 0.0 } else { count(title_lines) * line };
        layout.labels_at = titles + font;
        let mut y = titles + 2.0 * line + 6.0;
        for name in names {
            let height = CELL.1.max(count(name.len()) * line);
            layout.rows.push((name, y, height));
            y += height;
        }
        layout.sheet.width = (right + 4.0).ceil();
        layout.sheet.height = (y + 4.0).ceil();
        layout
    }

    fn paint(&self, layout: &MatrixLayout, canvas: &mut Canvas<'_>) {
        let font = layout.sheet.font;
        let line = font * LINE_HEIGHT;
        for (lines, x) in &layout.titles {
            for (index, words) in lines.iter().enumerate() {
                canvas.text((*x, font + count(index) * line), words, Anchor::Start, Weight::Bold);
            }
        }
        let labels = self.groups.iter().flat_map(|group| group.columns.iter().enumerate());
        for ((at, label), x) in labels.zip(&layout.column_x) {
            let baseline = layout.labels_at + if at % 2 == 0 { 0.0 } else { line };
            let half = width(label, font, Weight::Regular) / 2.0;
            let middle = (x + (CELL.0 - 1.0) / 2.0).max(half);
            canvas.coloured_text((middle, baseline), label, (Anchor::Middle, Weight::Regular), theme::SOFT_TEXT);
        }
        let mut places: BTreeMap<CellState, Vec<Spot>> = BTreeMap::new();
        for (row, (name, y, height)) in self.rows.iter().zip(&layout.rows) {
            let weight = if row.emphasised { Weight::Bold } else { Weight::Regular };
            let middle = y + height / 2.0;
            let above = (count(name.len()) - 1.0) / 2.0 * line;
            for (index, words) in name.iter().enumerate() {
                let baseline = middle - above + count(index) * line + font * MIDDLE_TO_BASELINE;
                canvas.text((layout.left - GAP, baseline), words, Anchor::End, weight);
            }
            for (cell, x) in row.cells.iter().zip(&layout.column_x) {
                places.entry(*cell).or_default().push((x + 0.5, middle - CELL.1 / 2.0 + 0.5));
            }
        }
        for (state, places) in &places {
            paint_cells(canvas, *state, places);
        }
    }
}

struct MatrixLayout {
    sheet: Sheet,
    /// The first column begins here.
    left: f64,
    titles: Vec<(Vec<String>, f64)>,
    column_x: Vec<f64>,
    labels_at: f64,
    /// Name, top and height.
    rows: Vec<(Vec<String>, f64, f64)>,
}

/// Between panels.
const GUTTER: f64 = 16.0;
/// Height of a panel's plot.
const PLOT: f64 = 56.0;
const MARK: f64 = 4.5;
/// From the edge of a panel to its first and last period.
const EDGE: f64 = 9.0;

impl SmallMultiples {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let panels = || self.groups.iter().flat_map(|group| &group.panels);
        if panels().next().is_none() {
            return Err(ChartError::Empty);
        }
        if let Some(panel) = panels().find(|panel| !panel_values(panel).all(f64::is_finite)) {
            return Err(ChartError::NotFinite(panel.label.clone()));
        }
        let layout = self.layout(room);
        canvas::draw(layout.sheet, |canvas| layout.paint(canvas))
    }

    fn layout(&self, room: ChartWidth) -> PanelsLayout<'_> {
        let (font, sheet_width) = (FONT, room.px());
        let line = font * LINE_HEIGHT;
        let across = if room == ChartWidth::Wide { 4 } else { 2 };
        let panel_width = (sheet_width - GUTTER * count(across - 1)) / count(across);
        let values = self.groups.iter().flat_map(|group| &group.panels).flat_map(panel_values);
        let axis = Axis::fit(self.unit, values, 4);
        let scale = axis.map(|axis| {
            let words: Vec<String> = axis.ticks().map(|(_, words)| words).collect();
            format!(
                ", each from {} to {}",
                words.first().map_or("", String::as_str),
                words.last().map_or("", String::as_str)
            )
        });
        let title = format!("{}{}", self.axis_title, scale.unwrap_or_default());
        let mut heading = wrap(&title, sheet_width, font, Weight::Regular);
        heading.extend(wrap(
            &format!("{} to {}", self.first_period, self.last_period),
            sheet_width,
            font,
            Weight::Regular,
        ));
        let mut layout = PanelsLayout {
            sheet: Sheet { width: sheet_width, height: 0.0, font },
            axis,
            heading,
            titles: Vec::new(),
            panels: Vec::new(),
            panel_width,
        };
        let mut y = count(layout.heading.len()) * line;
        for group in self.groups.iter().filter(|group| !group.panels.is_empty()) {
            if !group.title.is_empty() {
                let title = wrap(&group.title, sheet_width, font, Weight::Bold);
                let high = count(title.len()) * line;
                layout.titles.push((title, y + 8.0 + font));
                y += high + 12.0;
            }
            for row in group.panels.chunks(across) {
                let names: Vec<_> =
                    row.iter().map(|panel| wrap(&panel.label, panel_width, font, Weight::Regular)).collect();
                let names_height = count(names.iter().map(Vec::len).max().unwrap_or(0)) * line;
                for (at, (panel, name)) in row.iter().zip(names).enumerate() {
                    let x = count(at) * (panel_width + GUTTER);
                    layout.panels.push(PanelPlace { panel, name, x, top: y, plot: y + names_height + 4.0 });
                }
                y += names_height + PLOT + 14.0;
            }
        }
        layout.sheet.height = (y + 2.0).ceil();
        layout
    }
}

fn panel_values(panel: &SmallPanel) -> impl Iterator<Item = f64> + '_ {
    let limits = panel.limits.iter().flat_map(|ValueRange { low, high }| [*low, *high]);
    panel.points.iter().filter_map(|point| point.value).chain(limits)
}

struct PanelPlace<'c> {
    panel: &'c SmallPanel,
    name: Vec<String>,
    x: f64,
    top: f64,
    /// Top of the plot.
    plot: f64,
}

struct PanelsLayout<'c> {
    sheet: Sheet,
    axis: Option<Axis>,
    heading: Vec<String>,
    titles: Vec<(Vec<String>, f64)>,
    panels: Vec<PanelPlace<'c>>,
    panel_width: f64,
}

impl PanelsLayout<'_> {
    fn paint(&self, canvas: &mut Canvas<'_>) {
        let font = self.sheet.font;
        let line = font * LINE_HEIGHT;
        for (index, words) in self.heading.iter().enumerate() {
            let at = (0.0, font + count(index) * line);
            canvas.coloured_text(at, words, (Anchor::Start, Weight::Regular), theme::SOFT_TEXT);
        }
        for (lines, baseline) in &self.titles {
            for (index, words) in lines.iter().enumerate() {
                canvas.text((0.0, baseline + count(index) * line), words, Anchor::Start, Weight::Bold);
            }
        }
        let mut grid = Vec::new();
        for place in &self.panels {
            grid.extend([place.plot, place.plot + PLOT].map(|y| ((place.x, y), (place.x + self.panel_width, y))));
        }
        canvas.lines(&grid, theme::GRID);
        for place in &self.panels {
            self.paint_panel(place, canvas);
        }
    }

    fn paint_panel(&self, place: &PanelPlace<'_>, canvas: &mut Canvas<'_>) {
        let font = self.sheet.font;
        for (index, words) in place.name.iter().enumerate() {
            let at = (place.x, place.top + font + count(index) * font * LINE_HEIGHT);
            canvas.text(at, words, Anchor::Start, Weight::Regular);
        }
        let panel = place.panel;
        let y = |value: f64| place.plot + PLOT - self.axis.map_or(0.5, |axis| axis.share(value)) * PLOT;
        let last = panel.points.len().saturating_sub(1);
        let room = self.panel_width - 2.0 * EDGE;
        let x = |at: usize| place.x + EDGE + if last > 0 { count(at) / count(last) * room } else { room / 2.0 };
        if let Some(ValueRange { low, high }) = panel.limits {
            let limits = [low, high].map(|limit| ((place.x, y(limit)), (place.x + self.panel_width, y(limit))));
            canvas.lines(&limits, theme::SMALL_LIMITS);
        }
        for run in runs(&panel.points, &[]) {
            let places: Vec<Spot> = run.iter().map(|(at, value)| (x(*at), y(*value))).collect();
            match places.as_slice() {
                [lone] => canvas.circle(*lone, 1.8, theme::SMALL_LINE.colour),
                _ => canvas.path(&places, theme::SMALL_LINE),
            }
        }
        if let Some((at, value, provisional)) =
            panel.points.last().and_then(|point| Some((last, point.value?, point.provisional)))
        {
            let is_plain = panel.mark.meaning.is_unremarkable();
            let look = if is_plain { theme::SUBJECT } else { theme::mark_look(panel.mark) };
            let look = if provisional { theme::open_look(look) } else { look };
            draw_on_white(canvas, look, (x(at), y(value)), MARK);
        } else {
            let at = (place.x + self.panel_width, place.plot + PLOT / 2.0 + font * MIDDLE_TO_BASELINE);
            let words = "[x]";
            let long = width(words, font, Weight::Regular);
            canvas.rectangle((at.0 - long - 2.0, at.1 - font * 0.8), (at.0, at.1 + font * 0.2), theme::WHITE);
            canvas.text(at, words, Anchor::End, Weight::Regular);
        }
    }
}
