//! Makes a finished drawing small for a page that holds many: shapes of one look become one path, places have one decimal,
//! and looks are classes of the page's style sheet. A file of its own keeps the drawing as it was finished.

use std::fmt::Write as _;

use crate::render::charts::path_data::{InlineOutline, PathData};
use crate::render::charts::svg::FONT_STACK;
use crate::render::charts::{FONT, theme};

/// Width of a line that says nothing of it, in hundredths of a px.
const USUAL_WIDTH: i64 = 100;
/// Widths of lines and twice the radii of dots that have a class, in hundredths of a px. Others keep their attribute.
const WIDTHS: [u32; 19] =
    [75, 125, 150, 175, 200, 275, 300, 320, 400, 630, 680, 700, 800, 900, 980, 1_000, 1_020, 1_100, 1_200];

/// A look that a shape has in common with others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct InlineLook {
    fill: Option<String>,
    stroke: Option<String>,
    width: Option<String>,
    dashes: Option<String>,
    is_round: bool,
}

/// Left, top, right and bottom in tenths of a px.
#[derive(Debug, Clone, Copy)]
struct InkFrame {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

/// Shapes of one look, which become one path.
#[derive(Debug)]
struct InlineShapes {
    look: InlineLook,
    outlines: Vec<InlineOutline>,
    frames: Vec<InkFrame>,
}

#[derive(Debug)]
enum InlineElement {
    /// Finished.
    Words(String),
    InlineShapes(InlineShapes),
}

/// The same drawing for a page whose style sheet holds [`inline_styles`]. The page hides it from assistive technology.
pub fn inline(svg: &str) -> String {
    let mut lines = svg.lines();
    let root = lines.next().unwrap_or_default();
    let mut elements: Vec<InlineElement> = Vec::new();
    for line in lines.filter(|line| *line != "</svg>") {
        match shapes(line) {
            None => elements.push(InlineElement::Words(words(line))),
            Some(shapes) => join(shapes, &mut elements),
        }
    }
    let mut out = "<svg class=chart".to_owned();
    // The height follows from the width and the view.
    for name in ["viewBox", "width"] {
        push_attribute(name, attribute(root, name), &mut out);
    }
    out.push('>');
    for element in &elements {
        match element {
            InlineElement::Words(words) => out.push_str(words),
            InlineElement::InlineShapes(shapes) => shapes.write(&mut out),
        }
    }
    out.push_str("</svg>");
    out
}

/// The rules that drawings in pages take their looks from.
pub fn inline_styles() -> String {
    let colour = theme::TEXT;
    let mut css = format!(
        "/* Looks of drawings. */\n.chart{{font:{FONT}px {FONT_STACK};fill:{colour}}}\n.chart path{{fill:none}}\n\
         .chart .m{{text-anchor:middle}}\n.chart .e{{text-anchor:end}}\n.chart .b{{font-weight:bold}}\n\
         .chart .r{{stroke-linecap:round}}\n"
    );
    for (place, colour) in theme::COLOURS.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = writeln!(css, ".chart .f{place}{{fill:{colour}}}\n.chart .s{place}{{stroke:{colour}}}");
    }
    for width in WIDTHS {
        let _ = writeln!(css, ".chart .w{width}{{stroke-width:{}}}", f64::from(width) / 100.0);
    }
    for (place, dashes) in theme::DASHES.iter().enumerate() {
        let _ = writeln!(css, ".chart .d{place}{{stroke-dasharray:{dashes}}}");
    }
    css
}

/// Adds shapes to earlier ones of the same look, unless something in between lies where they lie. Words may then lie on them.
fn join(new: InlineShapes, elements: &mut Vec<InlineElement>) {
    for element in elements.iter_mut().rev() {
        let InlineElement::InlineShapes(earlier) = element else { continue };
        if earlier.look == new.look {
            earlier.outlines.extend(new.outlines);
            earlier.frames.extend(new.frames);
            return;
        }
        if earlier.frames.iter().any(|frame| new.frames.iter().any(|other| frame.meets(*other))) {
            break;
        }
    }
    elements.push(InlineElement::InlineShapes(new));
}

impl InkFrame {
    fn meets(self, other: Self) -> bool {
        self.left <= other.right && other.left <= self.right && self.top <= other.bottom && other.top <= self.bottom
    }

    /// Around some places, so far beyond them.
    fn around(places: &[(i64, i64)], beyond: i64) -> Option<Self> {
        let (left, right) = (places.iter().map(|at| at.0).min()?, places.iter().map(|at| at.0).max()?);
        let (top, bottom) = (places.iter().map(|at| at.1).min()?, places.iter().map(|at| at.1).max()?);
        Some(Self { left: left - beyond, top: top - beyond, right: right + beyond, bottom: bottom + beyond })
    }
}

impl InlineShapes {
    fn new(look: InlineLook) -> Self {
        Self { look, outlines: Vec::new(), frames: Vec::new() }
    }

    fn add(&mut self, outline: InlineOutline) {
        let reach = self.look.reach();
        let frame = match &outline {
            InlineOutline::Open(places) | InlineOutline::Closed(places) => InkFrame::around(places, reach),
            InlineOutline::Ring { centre, radius } => InkFrame::around(&[*centre], radius + reach),
            InlineOutline::Dot(centre) => InkFrame::around(&[*centre], reach),
        };
        self.frames.extend(frame);
        self.outlines.push(outline);
    }

    fn write(&self, out: &mut String) {
        let mut data = PathData::default();
        for outline in &self.outlines {
            data.add(outline);
        }
        out.push_str("<path");
        self.look.write(out);
        push_attribute("d", Some(&data.text), out);
        out.push_str("/>");
    }
}

impl InlineLook {
    fn of(line: &str) -> Self {
        let text = |name| attribute(line, name).map(str::to_owned);
        Self {
            fill: text("fill").filter(|fill| fill != "none"),
            stroke: text("stroke"),
            width: text("stroke-width"),
            dashes: text("stroke-dasharray"),
            is_round: attribute(line, "stroke-linecap").is_some(),
        }
    }

    /// The same of a shape, which has the colour of words unless another is named.
    fn of_area(line: &str) -> Self {
        let look = Self::of(line);
        Self { fill: look.fill.or_else(|| Some(theme::TEXT.to_string())), ..look }
    }

    /// How far a line reaches beyond its places, in tenths of a px.
    fn reach(&self) -> i64 {
        self.width.as_deref().map_or(0, tenths) / 2 + 1
    }

    fn write(&self, out: &mut String) {
        let (mut classes, mut attributes) = (Vec::new(), String::new());
        let coloured = [("f", "fill", &self.fill), ("s", "stroke", &self.stroke)];
        for (class, name, colour) in coloured {
            let Some(colour) = colour.as_deref() else { continue };
            match colour_class(class, colour) {
                Some(class) => classes.push(class),
                None => push_attribute(name, Some(colour), &mut attributes),
            }
        }
        if let Some(width) = self.width.as_deref().filter(|width| hundredths(width) != USUAL_WIDTH) {
            match WIDTHS.iter().find(|listed| i64::from(**listed) == hundredths(width)) {
                Some(listed) => classes.push(format!("w{listed}")),
                None => push_attribute("stroke-width", Some(width), &mut attributes),
            }
        }
        if let Some(dashes) = self.dashes.as_deref() {
            match theme::DASHES.iter().position(|listed| *listed == dashes) {
                Some(place) => classes.push(format!("d{place}")),
                None => push_attribute("stroke-dasharray", Some(dashes), &mut attributes),
            }
        }
        if self.is_round {
            classes.push("r".to_owned());
        }
        push_classes(&classes, out);
        out.push_str(&attributes);
    }
}

fn colour_class(class: &str, colour: &str) -> Option<String> {
    let place = theme::COLOURS.iter().position(|listed| listed.to_string() == colour)?;
    Some(format!("{class}{place}"))
}

fn push_classes(classes: &[String], out: &mut String) {
    let classes = classes.join(" ");
    push_attribute("class", Some(&*classes).filter(|classes| !classes.is_empty()), out);
}

/// The shapes of an element; `None` of words.
fn shapes(line: &str) -> Option<InlineShapes> {
    let number = |name| attribute(line, name).map_or(0, tenths);
    let tag = line.trim_start_matches('<').split([' ', '/', '>']).next().unwrap_or_default();
    Some(match tag {
        "line" => {
            let mut shapes = InlineShapes::new(InlineLook { fill: None, ..InlineLook::of(line) });
            shapes.add(InlineOutline::Open(vec![(number("x1"), number("y1")), (number("x2"), number("y2"))]));
            shapes
        }
        "polyline" => {
            let mut shapes = InlineShapes::new(InlineLook { fill: None, ..InlineLook::of(line) });
            shapes.add(InlineOutline::Open(points(line)));
            shapes
        }
        "polygon" => {
            let mut shapes = InlineShapes::new(InlineLook::of_area(line));
            shapes.add(InlineOutline::Closed(points(line)));
            shapes
        }
        "rect" => {
            let mut shapes = InlineShapes::new(InlineLook::of_area(line));
            let (left, top) = (number("x"), number("y"));
            let (right, bottom) = (left + number("width"), top + number("height"));
            shapes.add(InlineOutline::Closed(vec![(left, top), (right, top), (right, bottom), (left, bottom)]));
            shapes
        }
        "circle" => circle(line, (number("cx"), number("cy"))),
        "path" => path(line),
        _ => return None,
    })
}

/// A disc without an outline is a dot of a round pen.
fn circle(line: &str, centre: (i64, i64)) -> InlineShapes {
    let look = InlineLook::of_area(line);
    let radius = attribute(line, "r").map_or(0, hundredths);
    if look.stroke.is_some() {
        let mut shapes = InlineShapes::new(look);
        shapes.add(InlineOutline::Ring { centre, radius: (radius + 5) / 10 });
        return shapes;
    }
    let pen = InlineLook {
        stroke: look.fill,
        width: Some(px(10 * to_tenths(2 * radius))),
        is_round: true,
        ..InlineLook::default()
    };
    let mut shapes = InlineShapes::new(pen);
    shapes.add(InlineOutline::Dot(centre));
    shapes
}

/// Many lines or shapes that were one element already: places after M, and ways from the place before after h, v and l.
fn path(line: &str) -> InlineShapes {
    let mut shapes = InlineShapes::new(InlineLook::of(line));
    for piece in attribute(line, "d").unwrap_or_default().split('M').skip(1) {
        let open = piece.strip_suffix('z');
        let ways = open.unwrap_or(piece).split_inclusive(['h', 'v', 'l']);
        let (mut at, mut kind) = ((0, 0), ' ');
        let mut places = Vec::new();
        for way in ways {
            let next = way.chars().last().filter(|last| last.is_alphabetic());
            let mut numbers = way.trim_end_matches(char::is_alphabetic).split(' ').map(hundredths);
            let (first, second) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
            at = match kind {
                'h' => (at.0 + first, at.1),
                'v' => (at.0, at.1 + first),
                'l' => (at.0 + first, at.1 + second),
                _ => (first, second),
            };
            places.push((to_tenths(at.0), to_tenths(at.1)));
            kind = next.unwrap_or(' ');
        }
        shapes.add(if open.is_some() { InlineOutline::Closed(places) } else { InlineOutline::Open(places) });
    }
    shapes
}

/// A text with its looks as classes.
fn words(line: &str) -> String {
    let Some((tag, rest)) = line.split_once('>') else { return line.to_owned() };
    let mut out = "<text".to_owned();
    for name in ["x", "y"] {
        // A tenth of a px cannot be seen in words.
        let place = attribute(tag, name).map(|value| ((tenths(value) + 5).div_euclid(10)).to_string());
        push_attribute(name, place.as_deref(), &mut out);
    }
    let mut classes = Vec::new();
    match attribute(tag, "text-anchor") {
        Some("middle") => classes.push("m".to_owned()),
        Some("end") => classes.push("e".to_owned()),
        _ => {}
    }
    if attribute(tag, "font-weight").is_some() {
        classes.push("b".to_owned());
    }
    let mut attributes = String::new();
    if let Some(colour) = attribute(tag, "fill") {
        match colour_class("f", colour) {
            Some(class) => classes.push(class),
            None => push_attribute("fill", Some(colour), &mut attributes),
        }
    }
    push_classes(&classes, &mut out);
    let _ = write!(out, "{attributes}>{rest}");
    out
}

fn points(line: &str) -> Vec<(i64, i64)> {
    let points = attribute(line, "points").unwrap_or_default().split_whitespace();
    points.filter_map(|point| point.split_once(',')).map(|(x, y)| (tenths(x), tenths(y))).collect()
}

fn attribute<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// Quotation marks stand where HTML needs them.
fn push_attribute(name: &str, value: Option<&str>, out: &mut String) {
    let Some(value) = value else { return };
    // Writing to a text cannot fail.
    let _ = if value.is_empty() || value.contains([' ', '"', '\'', '=', '<', '>', '`', '/']) || name == "d" {
        write!(out, " {name}=\"{value}\"")
    } else {
        write!(out, " {name}={value}")
    };
}

/// A decimal of at most two digits after the point, in hundredths.
fn hundredths(decimal: &str) -> i64 {
    let (sign, digits) = decimal.strip_prefix('-').map_or((1, decimal), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part: i64 = format!("{part:0<2}").parse().unwrap_or_default();
    sign * (100 * whole.parse::<i64>().unwrap_or_default() + part)
}

fn tenths(decimal: &str) -> i64 {
    to_tenths(hundredths(decimal))
}

fn to_tenths(hundredths: i64) -> i64 {
    (hundredths + 5).div_euclid(10)
}

/// Hundredths as a decimal without needless zeros.
fn px(hundredths: i64) -> String {
    let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
    let (whole, part) = (size / 100, size % 100);
    match (part, part % 10) {
        (0, _) => format!("{sign}{whole}"),
        (_, 0) => format!("{sign}{whole}.{}", part / 10),
        _ => format!("{sign}{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::charts::ChartWidth;
    use crate::render::charts::gallery::exhibits;

    const ROOT: &str = "<svg class=\"chart\" xmlns=\"x\" viewBox=\"0 0 100 50\" aria-hidden=\"true\" font-size=\"16\">";

    fn drawn(elements: &[&str]) -> String {
        inline(&format!("{ROOT}\n{}\n</svg>", elements.join("\n")))
    }

    #[test]
    fn shapes_of_one_look_are_one_path_and_words_between_them_stay() {
        let drawn = drawn(&[
            "<line stroke=\"#D9D9D9\" stroke-width=\"1\" x1=\"38.02\" y1=\"9.96\" x2=\"68.02\" y2=\"9.96\"/>",
            "<text x=\"32.04\" y=\"15.5\" text-anchor=\"end\">0% &amp; more</text>",
            "<line stroke=\"#D9D9D9\" stroke-width=\"1\" x1=\"38.02\" y1=\"20\" x2=\"68.02\" y2=\"25\"/>",
            "<circle cx=\"5\" cy=\"5\" r=\"4.5\"/>",
            "<circle cx=\"50\" cy=\"40\" r=\"2\" fill=\"#FFFFFF\" stroke=\"#12436D\" stroke-width=\"2\"/>",
        ]);
        let [white, text, blue, grid] = [theme::WHITE, theme::TEXT, theme::DARK_BLUE, theme::GRID.colour]
            .map(|colour| theme::COLOURS.iter().position(|listed| *listed == colour).unwrap());
        assert_eq!(
            drawn,
            format!(
                "<svg class=chart viewBox=\"0 0 100 50\"><path class=s{grid} d=\"M38 10h30M38 20l30 5\"/>\
                 <text x=32 y=16 class=e>0% &amp; more</text><path class=\"s{text} w900 r\" d=\"M5 5h0\"/>\
                 <path class=\"f{white} s{blue} w200\" d=\"M48 40a2 2 0 1 0 4 0 2 2 0 1 0-4 0\"/></svg>"
            )
        );
    }

    #[test]
    fn shapes_that_something_else_lies_on_stay_below_it() {
        let square =
            |fill: &str, x: u32| format!("<rect x=\"{x}\" y=\"0\" width=\"10\" height=\"10\" fill=\"{fill}\"/>");
        let (white, blue) = ("#FFFFFF", "#12436D");
        let apart = [square(white, 0), square(blue, 0), square(white, 30), square(blue, 30)];
        assert_eq!(drawn(&apart.each_ref().map(String::as_str)).matches("<path").count(), 2);
        let near = [square(white, 0), square(blue, 0), square(white, 8), square(blue, 8)];
        assert_eq!(drawn(&near.each_ref().map(String::as_str)).matches("<path").count(), 4);
    }

    #[test]
    fn places_are_worked_out_anew_so_that_no_error_grows() {
        let path = "<path stroke=\"#595959\" stroke-width=\"1\" d=\"M0.04 0h0.04h0.04v5M1 1l-0.5 2.25z\"/>";
        let drawn = drawn(&[path]);
        assert!(drawn.contains(" d=\"M0 0h.1v0 5M1 1l-.5 2.3z\""), "{drawn}");
    }

    #[test]
    fn every_look_of_the_gallery_has_classes_and_every_drawing_is_smaller() {
        let mut unlisted = std::collections::BTreeSet::new();
        for exhibit in exhibits() {
            for room in [ChartWidth::Wide, ChartWidth::Narrow, ChartWidth::Small] {
                let whole = exhibit.chart.render(room).unwrap();
                let small = inline(&whole);
                let texts = |svg: &str| {
                    svg.split("<text").skip(1).map(|t| t.split('>').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
                };
                assert_eq!(texts(&small), texts(&whole), "{}, {}", exhibit.kind, exhibit.state);
                assert!(small.len() < whole.len(), "{}, {}", exhibit.kind, exhibit.state);
                for name in [" stroke=", " fill=", " stroke-dasharray="] {
                    let values = small.split(name).skip(1).map(|rest| rest.split([' ', '/', '>']).next().unwrap());
                    unlisted.extend(values.map(|value| format!("{name}{value}")));
                }
            }
        }
        assert!(unlisted.is_empty(), "{unlisted:?}");
    }
}
