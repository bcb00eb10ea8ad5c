//! What drawings are described with: places, colours, pens, inks, markers and the sheet. Nothing here draws.

use std::fmt;
use std::fmt::Write as _;

use crate::render::charts::text::{Weight, width};

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// A pen. `width` in px; `dash` is the SVG attribute that makes the line dashed, or nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    pub colour: Colour,
    pub width: f64,
    pub dash: &'static str,
}

/// A place in px from the top left corner.
pub type Spot = (f64, f64);

/// Width, height and font size of a drawing in px.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    pub width: f64,
    pub height: f64,
    pub font: f64,
}

impl Sheet {
    /// The middle of words that shall stand at `x` and stay on the sheet.
    pub fn kept(self, x: f64, words: &str) -> f64 {
        let half = width(words, self.font, Weight::Regular) / 2.0;
        x.min(self.width - half).max(half)
    }
}

/// A closed shape's ink. An outline of no width is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ink {
    pub fill: Colour,
    pub outline: Stroke,
}

/// What the library cannot write of an element.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// Further attributes, each with a blank before it.
    pub attributes: String,
    pub outline: Joined,
}

/// How the points of an element belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Joined {
    /// As the library wrote them.
    #[default]
    All,
    /// Every two are a line of its own: one element for many lines.
    InPairs,
    /// Every four are a closed shape of its own: one element for many shapes.
    InFours,
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    Circle,
    Square,
    TriangleUp,
    TriangleDown,
    Diamond,
}

/// A marker with its colours. An open one has a white heart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkLook {
    pub marker: Marker,
    pub ink: Ink,
    /// Half its width as a multiple of that of a circle, so that all shapes look equally large.
    pub size: f64,
}

impl Extra {
    /// The dashes of a pen.
    pub fn dashed(stroke: Stroke) -> Self {
        Self { attributes: stroke.dash.to_owned(), outline: Joined::All }
    }

    /// The outline of a shape.
    pub fn outlined(Ink { outline, .. }: Ink) -> Self {
        let mut attributes = String::new();
        if outline.width > 0.0 {
            let _ =
                write!(attributes, " stroke=\"{}\" stroke-width=\"{}\"{}", outline.colour, outline.width, outline.dash);
        }
        Self { attributes, outline: Joined::All }
    }
}

impl From<Colour> for Ink {
    fn from(fill: Colour) -> Self {
        Self { fill, outline: Stroke { colour: fill, width: 0.0, dash: "" } }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}
