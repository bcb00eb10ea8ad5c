//! Point markers by shape, filled or open, so that series differ where their colours would not.
//! It decides no colour.

use crate::render::charts::canvas::{Canvas, Colour, Place};
use crate::render::charts::theme;

/// The shape of a series' points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    Circle,
    OpenSquare,
    Square,
    TriangleUp,
    TriangleDown,
    Diamond,
}

/// Part of a marker's half width that its outline takes when it is open.
const OUTLINE: f64 = 1.75;
/// What a diamond's half diagonal has more than a circle's radius, to look as large.
const DIAMOND: f64 = 2.5;

/// Draws one marker of half width `radius` px. An open one has a white heart.
pub fn draw_marker(canvas: &mut Canvas<'_>, marker: Marker, at: Place, radius: f64, (colour, open): (Colour, bool)) {
    let heart = (radius - OUTLINE).max(1.0);
    match marker {
        Marker::Circle => {
            canvas.circle(at, radius, colour);
            if open {
                canvas.circle(at, heart, theme::WHITE);
            }
        }
        Marker::OpenSquare => {
            square(canvas, at, radius, colour);
            square(canvas, at, heart, theme::WHITE);
        }
        Marker::Square => {
            square(canvas, at, radius, colour);
            if open {
                square(canvas, at, heart, theme::WHITE);
            }
        }
        Marker::TriangleUp => triangle(canvas, at, -radius, colour),
        Marker::TriangleDown => triangle(canvas, at, radius, colour),
        Marker::Diamond => {
            diamond(canvas, at, radius + DIAMOND, theme::OUTLINE);
            diamond(canvas, at, radius + DIAMOND - OUTLINE, colour);
        }
    }
}

/// A triangle whose tip points up where `towards` is below 0.
fn triangle(canvas: &mut Canvas<'_>, (x, y): Place, towards: f64, colour: Colour) {
    let half = towards.abs() * 1.3;
    canvas.polygon(&[(x - half, y - towards * 0.85), (x + half, y - towards * 0.85), (x, y + towards * 1.4)], colour);
}

fn diamond(canvas: &mut Canvas<'_>, (x, y): Place, half: f64, colour: Colour) {
    canvas.polygon(&[(x - half, y), (x, y - half), (x + half, y), (x, y + half)], colour);
}

fn square(canvas: &mut Canvas<'_>, at: Place, half: f64, colour: Colour) {
    canvas.rectangle((at.0 - half, at.1 - half), (at.0 + half, at.1 + half), colour);
}

/// The zigzag between zero and the first tick of a cut axis; `at` is that tick, `length` the way down to the axis line.
pub fn paint_break(canvas: &mut Canvas<'_>, (x, y): Place, length: f64) {
    let points = [0.0, 0.25, 0.42, 0.66, 0.83, 1.0].map(|part| y + part * length);
    let across = [0.0, 0.0, 4.0, -4.0, 0.0, 0.0];
    let zigzag: Vec<Place> = across.iter().zip(points).map(|(dx, y)| (x + dx, y)).collect();
    canvas.path(&zigzag, theme::AXIS);
}
