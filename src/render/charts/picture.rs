//! A chart as a file of its own, for papers and slides: with its message, what it measures, where it comes from and how it is
//! marked inside the picture. The words come finished from the report.

use std::fmt::Write as _;

use crate::render::charts::canvas::is_without_look;
use crate::render::charts::svg::FONT_STACK;
use crate::render::charts::text::{Weight, wrap};
use crate::render::charts::{ChartError, ChartWidth, FONT, LINE_HEIGHT, theme};
use crate::report::{Figure, PictureSource};

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
    let marking = source.marking.iter().flat_map(|marking| wrap(marking, room, FONT, Weight::Bold));
    sheet.lines(marking, (FONT, Weight::Bold));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::charts::gallery::exhibits;
    use crate::report::page::figure::Room;
    use crate::report::page::table::Table;

    #[test]
    fn hostile_words_round_a_chart_stay_words() {
        let hostile = format!("</text><script>alert(\"1\")</script>\u{202e}\u{7}&{}", "n".repeat(500));
        let drawing = exhibits().into_iter().find(|exhibit| exhibit.kind == "Trend").unwrap().chart;
        let figure = Figure {
            id: "fig".to_owned(),
            label: String::new(),
            title: hostile.clone(),
            subtitle: hostile.clone(),
            icons: Vec::new(),
            room: Room::Full,
            drawing,
            text: String::new(),
            table: Table::new("table", "", Vec::new(), Vec::new()),
            table_summary: String::new(),
            downloads: Vec::new(),
        };
        let source = PictureSource { marking: Some(hostile.clone()), sentences: vec![hostile] };
        let svg = picture(&figure, &source).unwrap();
        assert!(svg.contains("&lt;script&gt;alert(\"1\")") && svg.contains("&amp;n"));
        assert!(!svg.contains("<script") && !svg.contains(['\u{202e}', '\u{7}']));
        // Every line of words stays inside the picture: a line of 16 px has room for 81 of these letters.
        let of_letter = |text: &str| text.split(|letter| letter != 'n').map(str::len).max();
        let lines = svg.lines().filter(|line| line.starts_with("<text"));
        let longest = lines.filter_map(of_letter).max().unwrap();
        assert!((40..=81).contains(&longest), "{longest}");
    }
}
