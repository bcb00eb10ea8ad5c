//! Colours, strokes and markers by role: one meaning has one look in the whole report.
//! It draws nothing and names no drawing library.

use crate::render::charts::canvas::{Colour, Stroke};
use crate::render::charts::markers::Marker;
use crate::report::charts::{LimitLevel, PointSign, SeriesRole};

pub const WHITE: Colour = Colour(0xFF, 0xFF, 0xFF);
pub const TEXT: Colour = Colour(0x0B, 0x0C, 0x0C);
const DARK_BLUE: Colour = Colour(0x12, 0x43, 0x6D);
const TURQUOISE: Colour = Colour(0x28, 0xA1, 0x97);
const ORANGE: Colour = Colour(0xF4, 0x6A, 0x25);
const DARK_PINK: Colour = Colour(0x80, 0x16, 0x50);
const DARK_GREY: Colour = Colour(0x3D, 0x3D, 0x3D);
const LIMIT_GREY: Colour = Colour(0x59, 0x59, 0x59);
/// Pale on purpose: the grid carries nothing that the ticks do not say.
const GRID_GREY: Colour = Colour(0xD9, 0xD9, 0xD9);

pub const GRID: Stroke = Stroke { colour: GRID_GREY, width: 1.0, dash: "" };
pub const AXIS: Stroke = Stroke { colour: LIMIT_GREY, width: 1.0, dash: "" };
pub const EVENT: Stroke = Stroke { colour: LIMIT_GREY, width: 1.5, dash: " stroke-dasharray=\"3 3\"" };
pub const STANDARD: Stroke = Stroke { colour: DARK_PINK, width: 2.0, dash: " stroke-dasharray=\"12 5\"" };
pub const REFERENCE: Stroke = Stroke { colour: DARK_GREY, width: 2.0, dash: DOTTED };
/// The mean of a series and the limits of its usual variation.
pub const MEAN: Stroke = Stroke { colour: LIMIT_GREY, width: 1.25, dash: "" };
pub const VARIATION: Stroke = Stroke { colour: LIMIT_GREY, width: 1.5, dash: " stroke-dasharray=\"5 4\"" };
/// Round a marker whose own colour is pale.
pub const OUTLINE: Colour = DARK_GREY;
/// From a point to its name.
pub const LEADER: Stroke = Stroke { colour: LIMIT_GREY, width: 1.0, dash: "" };
const DOTTED: &str = " stroke-dasharray=\"0.1 5\" stroke-linecap=\"round\"";

/// How a series looks. Roles differ in colour, in dash and in marker, so that no reader depends on colour.
#[derive(Debug, Clone, Copy)]
pub struct SeriesLook {
    pub stroke: Stroke,
    pub marker: Option<Marker>,
}

/// The look of a role.
pub fn series_look(role: SeriesRole) -> SeriesLook {
    match role {
        SeriesRole::ThisForce => {
            SeriesLook { stroke: Stroke { colour: DARK_BLUE, width: 2.5, dash: "" }, marker: Some(Marker::Circle) }
        }
        SeriesRole::Peers => SeriesLook {
            stroke: Stroke { colour: TURQUOISE, width: 2.5, dash: " stroke-dasharray=\"7 4\"" },
            marker: Some(Marker::OpenSquare),
        },
        SeriesRole::AllForces => {
            SeriesLook { stroke: Stroke { colour: DARK_GREY, width: 2.5, dash: DOTTED }, marker: None }
        }
    }
}

/// Marker and colour of a judged point; types differ in shape, so that no reader depends on colour. `None`: as its series.
pub fn sign_look(sign: PointSign) -> Option<(Marker, Colour)> {
    match sign {
        PointSign::Plain => None,
        PointSign::Usual | PointSign::NotJudged => Some((Marker::Circle, DARK_GREY)),
        PointSign::ImprovementUp => Some((Marker::TriangleUp, DARK_BLUE)),
        PointSign::ImprovementDown => Some((Marker::TriangleDown, DARK_BLUE)),
        PointSign::Concern => Some((Marker::Diamond, ORANGE)),
        PointSign::Neutral => Some((Marker::Square, DARK_GREY)),
    }
}

/// How a row of a comparison looks.
#[derive(Debug, Clone, Copy)]
pub struct RowLook {
    pub point: Colour,
    /// The thicker, inner interval.
    pub inner: Stroke,
    /// The thin, outer interval.
    pub outer: Stroke,
}

/// The look of a row: the force that the report is about stands out by colour, and by a bold name beside it.
pub fn row_look(emphasised: bool) -> RowLook {
    let (point, line) = if emphasised { (DARK_BLUE, DARK_BLUE) } else { (DARK_GREY, LIMIT_GREY) };
    RowLook {
        point,
        inner: Stroke { colour: line, width: 4.0, dash: "" },
        outer: Stroke { colour: line, width: 1.25, dash: "" },
    }
}

/// The look of a limit: the outer one a thin line, the inner one short dashes.
pub fn limit_stroke(level: LimitLevel) -> Stroke {
    match level {
        LimitLevel::Outer => Stroke { colour: LIMIT_GREY, width: 1.25, dash: "" },
        LimitLevel::Inner => Stroke { colour: LIMIT_GREY, width: 1.5, dash: " stroke-dasharray=\"5 4\"" },
    }
}

/// The colour of a force in a funnel; one beyond the outer limits is larger too, and named.
pub fn funnel_look(named: bool) -> Colour {
    if named { DARK_BLUE } else { DARK_GREY }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: Colour) -> f64 {
        let part = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.0) + 0.7152 * part(colour.1) + 0.0722 * part(colour.2)
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_passes_the_text_limit_and_every_drawn_colour_the_graphics_limit() {
        assert!((contrast(TEXT, WHITE) - 19.59).abs() < 0.01);
        let roles = [SeriesRole::ThisForce, SeriesRole::Peers, SeriesRole::AllForces];
        let series = roles.map(|role| series_look(role).stroke.colour);
        let rows = [row_look(true), row_look(false)].map(|l| [l.point, l.inner.colour, l.outer.colour]);
        let limits = [LimitLevel::Outer, LimitLevel::Inner].map(limit_stroke);
        let marks = [AXIS, EVENT, STANDARD, REFERENCE, LEADER, MEAN, VARIATION].map(|stroke| stroke.colour);
        let marks = [&marks[..], &limits.map(|stroke| stroke.colour), &[true, false].map(funnel_look)].concat();
        for colour in series.iter().chain(rows.iter().flatten()).chain(&marks) {
            assert!(contrast(*colour, WHITE) >= 3.0, "{colour:?}");
            assert!(contrast(*colour, GRID.colour) >= 2.0, "{colour:?} on a grid line");
        }
    }

    #[test]
    fn drawn_things_that_may_touch_differ_in_more_than_colour() {
        let look = |role| series_look(role).stroke;
        let lines =
            [look(SeriesRole::ThisForce), look(SeriesRole::Peers), look(SeriesRole::AllForces), STANDARD, EVENT];
        for (i, a) in lines.iter().enumerate() {
            for b in lines.iter().skip(i + 1) {
                assert!(a.dash != b.dash || contrast(a.colour, b.colour) >= 3.0, "{a:?} {b:?}");
            }
        }
        assert_ne!(REFERENCE.dash, STANDARD.dash);
    }

    #[test]
    fn contrasts_are_those_of_the_published_palette() {
        for (colour, expected) in
            [(DARK_BLUE, 10.25), (TURQUOISE, 3.17), (ORANGE, 3.03), (DARK_PINK, 9.77), (DARK_GREY, 10.86)]
        {
            assert!((contrast(colour, WHITE) - expected).abs() < 0.01, "{colour:?}");
        }
        assert!((contrast(LIMIT_GREY, WHITE) - 7.00).abs() < 0.01);
    }
}
