//! Turns the library's SVG in hundredths of a px into ours in px: our root element, no repeated defaults, dashes added.
//! It changes no place, size or word.

use crate::render::charts::ink::{Extra, Joined, Sheet};
use crate::render::charts::theme;

/// Fonts of equal widths, so that a label is as wide as it was measured.
pub const FONT_STACK: &str = "Arial, 'Liberation Sans', Helvetica, sans-serif";

/// The finished drawing. `raw` is what the library wrote: one tag or text a line, every `"` inside a text escaped.
/// `extras` holds one entry per element, in drawing order.
pub fn finish(raw: &str, sheet: Sheet, extras: &[Extra]) -> String {
    let mut svg = root(sheet);
    svg.reserve(raw.len());
    let mut extras = extras.iter();
    // The first line is the library's own root element.
    let mut lines = raw.lines().skip(1);
    while let Some(line) = lines.next() {
        if line == "</svg>" {
            break;
        }
        let extra = extras.next().cloned().unwrap_or_default();
        match extra.outline {
            Joined::All => write_tag(line, &extra.attributes, &mut svg),
            Joined::InPairs | Joined::InFours => write_path(line, &extra, &mut svg),
        }
        if line.starts_with("<text") {
            // Line breaks beside the words would be blanks that shift a text ending at its place.
            svg.push_str(lines.next().unwrap_or_default());
            svg.push_str(lines.next().unwrap_or_default());
        }
        svg.push('\n');
    }
    svg.push_str("</svg>");
    svg
}

/// Hidden from assistive technology because the page says the same in words and in a table. Its class lets the style
/// sheet keep its colours where a reader's own would hide them.
fn root(Sheet { width, height, font }: Sheet) -> String {
    let colour = theme::TEXT;
    if font == 0.0 {
        // Without words, for a cell of a table, of which a page has many.
        return format!(
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             aria-hidden=\"true\" focusable=\"false\">\n"
        );
    }
    format!(
        "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\" \
         focusable=\"false\" font-family=\"{FONT_STACK}\" font-size=\"{font}\" fill=\"{colour}\">\n"
    )
}

/// The drawing as a file of its own. One for a cell of a page leaves out what only files need.
pub fn as_file(svg: &str) -> String {
    let root = svg.lines().next().unwrap_or_default();
    if root.contains(" xmlns=") {
        return svg.to_owned();
    }
    svg.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1)
}

/// One path for many lines or shapes: the points of a polyline or polygon, two or four for each.
fn write_path(line: &str, extra: &Extra, svg: &mut String) {
    let (each, end) = if extra.outline == Joined::InFours { (4, "z") } else { (2, "") };
    let points = value_of(line, "points");
    svg.push_str("<path");
    for name in ["fill", "stroke", "stroke-width"] {
        // A line has no inside, so that "none" need not be said of it.
        if let Some(value) = value_of(line, name).filter(|value| *value != "none") {
            write_attribute(name, value, svg);
        }
    }
    svg.push_str(" d=\"");
    let mut before = (0, 0);
    for (index, point) in points.unwrap_or_default().split_whitespace().enumerate() {
        let (x, y) = point.split_once(',').unwrap_or((point, "0"));
        let at = (whole(x), whole(y));
        if index % each == 0 {
            svg.push('M');
            write_px(x, svg);
            svg.push(' ');
            write_px(y, svg);
        } else if at.0 == before.0 {
            svg.push('v');
            write_px(&(at.1 - before.1).to_string(), svg);
        } else if at.1 == before.1 {
            svg.push('h');
            write_px(&(at.0 - before.0).to_string(), svg);
        } else {
            svg.push('l');
            write_px(&(at.0 - before.0).to_string(), svg);
            svg.push(' ');
            write_px(&(at.1 - before.1).to_string(), svg);
        }
        if index % each + 1 == each {
            svg.push_str(end);
        }
        before = at;
    }
    svg.push('"');
    svg.push_str(&extra.attributes);
    svg.push_str("/>");
}

fn value_of<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn whole(hundredths: &str) -> i64 {
    hundredths.parse().unwrap_or_default()
}

fn write_tag(line: &str, extra: &str, svg: &mut String) {
    let mut pieces = line.split('"');
    while let Some(before) = pieces.next() {
        let Some(value) = pieces.next() else {
            svg.push_str(extra);
            svg.push_str(before);
            break;
        };
        let (head, name) = before.rsplit_once(' ').unwrap_or(("", before));
        svg.push_str(head);
        write_attribute(name.trim_end_matches('='), value, svg);
    }
}

fn write_attribute(name: &str, value: &str, svg: &mut String) {
    let is_default = match name {
        // Baselines are placed by us; the root carries the font.
        "dy" | "font-family" | "font-size" => true,
        "opacity" => value == "1",
        "stroke" => value == "none",
        "fill" => value == theme::TEXT.to_string(),
        "stroke-width" => value == "0",
        "text-anchor" => value == "start",
        _ => false,
    };
    if is_default {
        return;
    }
    svg.push(' ');
    svg.push_str(name);
    svg.push_str("=\"");
    match name {
        "x" | "y" | "x1" | "y1" | "x2" | "y2" | "cx" | "cy" | "r" | "width" | "height" | "stroke-width" => {
            write_px(value, svg);
        }
        "points" => write_points(value, svg),
        _ => svg.push_str(value),
    }
    svg.push('"');
}

fn write_points(value: &str, svg: &mut String) {
    for (index, point) in value.split_whitespace().enumerate() {
        if index > 0 {
            svg.push(' ');
        }
        let (x, y) = point.split_once(',').unwrap_or((point, "0"));
        write_px(x, svg);
        svg.push(',');
        write_px(y, svg);
    }
}

/// Writes a whole number of hundredths as a decimal without trailing zeros.
fn write_px(hundredths: &str, svg: &mut String) {
    let (sign, digits) = match hundredths.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", hundredths),
    };
    let (whole, part) = digits.split_at_checked(digits.len().saturating_sub(2)).unwrap_or_default();
    svg.push_str(sign);
    svg.push_str(if whole.is_empty() { "0" } else { whole });
    let zeros = if digits.len() < 2 { "0" } else { "" };
    let rest = part.trim_end_matches('0');
    if !rest.is_empty() {
        svg.push('.');
        svg.push_str(zeros);
        svg.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_become_px() {
        let px = |text: &str| {
            let mut out = String::new();
            write_px(text, &mut out);
            out
        };
        let hundredths = ["0", "5", "50", "57", "1050", "-250", "7", "10000", "1005"];
        assert_eq!(hundredths.map(px), ["0", "0.05", "0.5", "0.57", "10.5", "-2.5", "0.07", "100", "10.05"]);
    }
}
