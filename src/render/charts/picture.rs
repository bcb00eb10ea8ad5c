//! A chart as a file of its own, for papers and slides: with its message, what it measures, where it comes from and how it is
//! marked inside the picture. The words come finished from the report.

use std::fmt::Write as _;

use crate::render::charts::canvas::is_without_look;
use crate::render::charts::svg::FONT_STACK;
use crate::render::charts::text::{Weight, wrap};
use crate::render::charts::{ChartError, ChartWidth, FONT, LINE_HEIGHT, theme};
use crate::report::{Figure, PictureSource};

/// The kinds of files that charts can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    Svg,
    /// Pixels. The program paints them only if it was built with the feature `png`.
    Png,
}

impl PictureFormat {
    /// All of them, by their names on the command line, which are the endings of their files.
    pub const NAMES: [(&'static str, Self); 2] = [("svg", Self::Svg), ("png", Self::Png)];
}

/// Around what is drawn, in px.
const MARGIN: f64 = 40.0;
/// Size of the message in px.
const TITLE: f64 = 22.0;
const GAP: f64 = 16.0;

/// The picture as an SVG file: 800 px wide, unless the chart is wider.
///
/// # Errors
/// [`ChartError`] when the chart cannot be drawn.
pub fn picture(figure: &Figure, source: &PictureSource) -> Result<String, ChartError> {
    let svg = figure.drawing.render(ChartWidth::Wide)?;
    let (opening, drawn) = svg.split_once('\n').unwrap_or_default();
    let drawn = drawn.strip_suffix("</svg>").unwrap_or(drawn);
    let [drawn_width, drawn_height] = size_of(opening);
    let room = drawn_width.max(ChartWidth::Wide.px());
    let mut sheet = WrittenPicture { y: MARGIN / 2.0, body: String::new() };
    sheet.lines(source.marking.iter().cloned(), (FONT, Weight::Bold));
    sheet.lines(wrap(&figure.title, room, TITLE, Weight::Bold), (TITLE, Weight::Bold));
    sheet.lines(wrap(&figure.subtitle, room, FONT, Weight::Regular), (FONT, Weight::Regular));
    sheet.y += GAP;
    let _ = write!(sheet.body, "<g transform=\"translate({MARGIN} {})\">\n{drawn}</g>\n", round(sheet.y));
    sheet.y += drawn_height + GAP;
    let sentences = source.sentences.iter().flat_map(|line| wrap(line, room, FONT, Weight::Regular));
    sheet.lines(sentences, (FONT, Weight::Regular));
    let (width, height) = (room + 2.0 * MARGIN, round(sheet.y + MARGIN / 2.0));
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"{FONT_STACK}\" font-size=\"{FONT}\" fill=\"{}\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n{}</svg>\n",
        theme::TEXT,
        escaped(&figure.title),
        theme::WHITE,
        sheet.body
    ))
}

/// What is written so far, from the top down.
struct WrittenPicture {
    y: f64,
    body: String,
}

impl WrittenPicture {
    fn lines(&mut self, lines: impl IntoIterator<Item = String>, (size, weight): (f64, Weight)) {
        for line in lines {
            self.y += size * LINE_HEIGHT;
            let bold = if weight == Weight::Bold { " font-weight=\"bold\"" } else { "" };
            let (y, words) = (round(self.y), escaped(&line));
            // Writing to a text cannot fail.
            let _ = writeln!(self.body, "<text x=\"{MARGIN}\" y=\"{y}\" font-size=\"{size}\"{bold}>{words}</text>");
        }
    }
}

/// Width and height in the root of a drawing.
fn size_of(root: &str) -> [f64; 2] {
    let view = root.split_once(" viewBox=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
    let mut numbers = view.split(' ').skip(2).map(|number| number.parse().unwrap_or_default());
    [numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()]
}

/// To tenths of a px.
fn round(px: f64) -> f64 {
    (px * 10.0).round() / 10.0
}

fn escaped(text: &str) -> String {
    let clean = text.chars().map(|letter| if is_without_look(letter) { ' ' } else { letter });
    let mut out = String::with_capacity(text.len());
    for letter in clean {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}
