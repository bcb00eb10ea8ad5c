//! The drawing surface of the charts: lines, shapes and texts in px, and the finished SVG as a text.
//! The only module that names the drawing library; another back end would replace this file and `svg.rs`.

use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use crate::render::charts::ink::{Colour, Extra, Ink, Joined, Sheet, Spot, Stroke};
use crate::render::charts::text::Weight;
use crate::render::charts::{ChartError, svg, theme};

/// Which part of a text stands at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// The surface. The library counts in whole units, so one unit is a hundredth of a px; `svg.rs` turns them back.
pub struct Canvas<'a> {
    backend: SVGBackend<'a>,
    font: f64,
    /// One entry per element drawn.
    extras: Vec<Extra>,
    failure: Option<String>,
}

/// Draws on a sheet and returns the SVG.
///
/// # Errors
/// [`ChartError::Drawing`] when the library refuses a call.
pub fn draw(sheet: Sheet, paint: impl FnOnce(&mut Canvas<'_>)) -> Result<String, ChartError> {
    let mut raw = String::with_capacity(16_384);
    let (failure, extras) = {
        let backend = SVGBackend::with_string(&mut raw, (1, 1));
        let mut canvas = Canvas { backend, font: sheet.font, extras: Vec::with_capacity(128), failure: None };
        paint(&mut canvas);
        let presented = canvas.backend.present().map_err(|e| e.to_string());
        canvas.keep(presented);
        (canvas.failure.take(), std::mem::take(&mut canvas.extras))
    };
    match failure {
        Some(message) => Err(ChartError::Drawing(message)),
        None => Ok(svg::finish(&raw, sheet, &extras)),
    }
}

impl Canvas<'_> {
    /// A line through the points, in their order.
    pub fn path(&mut self, points: &[Spot], stroke: Stroke) {
        let style =
            ShapeStyle { color: rgb(stroke.colour).to_rgba(), filled: false, stroke_width: width_units(stroke.width) };
        let drawn = match points {
            [from, to] => self.backend.draw_line(units(*from), units(*to), &style),
            _ => self.backend.draw_path(points.iter().map(|p| units(*p)), &style),
        };
        self.note(drawn.map_err(|e| e.to_string()), Extra::dashed(stroke));
    }

    /// Many straight lines of one look, as one element. None writes nothing.
    pub fn lines(&mut self, lines: &[(Spot, Spot)], stroke: Stroke) {
        if lines.is_empty() {
            return;
        }
        let style =
            ShapeStyle { color: rgb(stroke.colour).to_rgba(), filled: false, stroke_width: width_units(stroke.width) };
        let points = lines.iter().flat_map(|(from, to)| [units(*from), units(*to)]);
        let drawn = self.backend.draw_path(points, &style);
        self.note(drawn.map_err(|e| e.to_string()), Extra { outline: Joined::InPairs, ..Extra::dashed(stroke) });
    }

    /// Many shapes of four corners and of one look, as one element. None writes nothing.
    pub fn quadrangles(&mut self, shapes: &[[Spot; 4]], ink: Ink) {
        if shapes.is_empty() {
            return;
        }
        let drawn = self.backend.fill_polygon(shapes.iter().flatten().map(|corner| units(*corner)), &filled(ink.fill));
        self.note(drawn.map_err(|e| e.to_string()), Extra { outline: Joined::InFours, ..Extra::outlined(ink) });
    }

    /// A straight line.
    pub fn line(&mut self, from: Spot, to: Spot, stroke: Stroke) {
        self.path(&[from, to], stroke);
    }

    /// A filled circle.
    pub fn circle(&mut self, centre: Spot, radius: f64, ink: impl Into<Ink>) {
        let ink = ink.into();
        let drawn = self.backend.draw_circle(units(centre), width_units(radius), &filled(ink.fill), true);
        self.note(drawn.map_err(|e| e.to_string()), Extra::outlined(ink));
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, top_left: Spot, bottom_right: Spot, ink: impl Into<Ink>) {
        let ink = ink.into();
        let drawn = self.backend.draw_rect(units(top_left), units(bottom_right), &filled(ink.fill), true);
        self.note(drawn.map_err(|e| e.to_string()), Extra::outlined(ink));
    }

    /// A filled shape with these corners.
    pub fn polygon(&mut self, corners: &[Spot], ink: impl Into<Ink>) {
        let ink = ink.into();
        let drawn = self.backend.fill_polygon(corners.iter().map(|corner| units(*corner)), &filled(ink.fill));
        self.note(drawn.map_err(|e| e.to_string()), Extra::outlined(ink));
    }

    /// A text in the text colour whose baseline begins, is centred or ends at `at`. Characters that have no look of their
    /// own become spaces.
    pub fn text(&mut self, at: Spot, text: &str, anchor: Anchor, weight: Weight) {
        self.coloured_text(at, text, (anchor, weight), theme::TEXT);
    }

    /// The same in another colour.
    pub fn coloured_text(&mut self, at: Spot, text: &str, (anchor, weight): (Anchor, Weight), colour: Colour) {
        let clean: String = text.chars().map(|c| if is_without_look(c) { ' ' } else { c }).collect();
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = if weight == Weight::Bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::SansSerif, self.font, style);
        let colour = rgb(colour);
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Center));
        let drawn = self.backend.draw_text(clean.trim(), &style, units(at));
        self.note(drawn.map_err(|e| e.to_string()), Extra::default());
    }

    fn note(&mut self, drawn: Result<(), String>, extra: Extra) {
        self.extras.push(extra);
        self.keep(drawn);
    }

    fn keep(&mut self, drawn: Result<(), String>) {
        if let Err(message) = drawn {
            self.failure.get_or_insert(message);
        }
    }
}

/// Control characters, and those that turn the direction of the words after them or that XML does not allow.
pub fn is_without_look(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

fn filled(colour: Colour) -> ShapeStyle {
    ShapeStyle { color: rgb(colour).to_rgba(), filled: true, stroke_width: 0 }
}

fn units(place: Spot) -> (i32, i32) {
    (hundredths(place.0), hundredths(place.1))
}

fn width_units(px: f64) -> u32 {
    hundredths(px).unsigned_abs()
}

#[expect(clippy::cast_possible_truncation, reason = "a drawing is some thousand px at most; larger would saturate")]
fn hundredths(px: f64) -> i32 {
    (px * 100.0).round() as i32
}
