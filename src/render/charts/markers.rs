//! Point markers by shape, filled or open, so that series and judgements differ where their colours would not.
//! It decides no colour.

use crate::render::charts::canvas::Canvas;
use crate::render::charts::ink::{MarkLook, Marker, Spot};
use crate::render::charts::theme;

/// Draws one marker that looks as large as a circle of this radius in px.
pub fn draw_marker(canvas: &mut Canvas<'_>, look: MarkLook, at: Spot, radius: f64) {
    match look.marker {
        Marker::Circle => canvas.circle(at, half(look, radius), look.ink),
        Marker::Square | Marker::Diamond => canvas.polygon(&corners(look, at, radius), look.ink),
        Marker::TriangleUp | Marker::TriangleDown => {
            let [left, right, tip, _] = corners(look, at, radius);
            canvas.polygon(&[left, right, tip], look.ink);
        }
    }
}

/// An outline lies half outside its shape.
fn half(look: MarkLook, radius: f64) -> f64 {
    look.size * radius - look.ink.outline.width / 2.0
}

/// The corners of a marker; a triangle has its tip twice, and a circle is a square.
pub fn corners(look: MarkLook, (x, y): Spot, radius: f64) -> [Spot; 4] {
    let half = half(look, radius);
    // The middle of gravity of a triangle is at the place.
    let triangle = |towards: f64| {
        let tip = (x, y + towards * 1.12);
        [(x - half, y - towards * 0.62), (x + half, y - towards * 0.62), tip, tip]
    };
    match look.marker {
        Marker::Circle | Marker::Square => {
            [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
        }
        Marker::TriangleUp => triangle(-half),
        Marker::TriangleDown => triangle(half),
        Marker::Diamond => [(x - half, y), (x, y - half), (x + half, y), (x, y + half)],
    }
}

/// The same on a white ground a little larger, so that it stands out from lines behind it.
pub fn draw_on_white(canvas: &mut Canvas<'_>, look: MarkLook, at: Spot, radius: f64) {
    let ground = MarkLook { ink: theme::WHITE.into(), size: look.size + HALO / radius.max(1.0), ..look };
    draw_marker(canvas, ground, at, radius);
    draw_marker(canvas, look, at, radius);
}

/// White around a marker, in px.
const HALO: f64 = 1.5;

/// The zigzag between zero and the first tick of a cut axis; `at` is that tick, `length` the way down to the axis line.
pub fn paint_break(canvas: &mut Canvas<'_>, (x, y): Spot, length: f64) {
    let points = [0.0, 0.25, 0.42, 0.66, 0.83, 1.0].map(|part| y + part * length);
    let across = [0.0, 0.0, 4.0, -4.0, 0.0, 0.0];
    let zigzag: Vec<Spot> = across.iter().zip(points).map(|(dx, y)| (x + dx, y)).collect();
    canvas.path(&zigzag, theme::AXIS);
}
