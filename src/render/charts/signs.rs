//! The signs of judgements as a style sheet, so that a page with thousands of them names each and draws none. The words
//! stand in the page; the sheet adds the sign. The looks of lines that a script draws stand there too.

use std::fmt::Write as _;

use crate::render::charts::ink::{Ink, MarkLook, Stroke};
use crate::render::charts::svg::as_file;
use crate::render::charts::{ChartError, ChartWidth, theme};
use crate::report::charts::{CellState, Chart};

/// One rule for each sign, with its drawing inside.
///
/// # Errors
/// [`ChartError`] when a sign cannot be drawn.
pub fn sign_styles() -> Result<String, ChartError> {
    let mut css = "/* Signs of judgements, made from the look of the charts. */\n".to_owned();
    for state in CellState::all() {
        let drawing = Chart::Cell(state).render(ChartWidth::Small)?;
        // Writing to a text cannot fail.
        let _ = writeln!(css, ".{} {{ --sign: url(\"{}\"); }}", state.sign(), data_address(&drawing));
    }
    add_line_styles(&mut css);
    Ok(css)
}

/// The drawing of each sign by its name.
///
/// # Errors
/// [`ChartError`] when a sign cannot be drawn.
#[cfg(feature = "pdf")]
pub fn sign_drawings() -> Result<Vec<(&'static str, String)>, ChartError> {
    let drawing = |state: CellState| Ok((state.sign(), as_file(&Chart::Cell(state).render(ChartWidth::Small)?)));
    CellState::all().into_iter().map(drawing).collect()
}

/// The looks of the lines of a chart that a reader puts together, and of its axes.
fn add_line_styles(css: &mut String) {
    let mut add = |name: &str, declarations: String| {
        let _ = writeln!(css, ".{name} {{ {declarations} }}");
    };
    for (at, look) in theme::chosen_looks().into_iter().enumerate() {
        add(&format!("series-{}", at + 1), stroke_style(look.stroke));
        if let Some(MarkLook { ink: Ink { fill, outline }, .. }) = look.mark {
            let outline = if outline.width > 0.0 { stroke_style(outline) } else { String::new() };
            add(&format!("series-mark-{}", at + 1), format!("fill: {fill}; {outline}").trim_end().to_owned());
        }
    }
    for (name, stroke) in [("chart-grid", theme::GRID), ("chart-axis", theme::AXIS), ("leader", theme::LEADER)] {
        add(name, stroke_style(stroke));
    }
    add("series, .leader", "fill: none;".to_owned());
    add("chart .soft", format!("fill: {};", theme::SOFT_TEXT));
}

/// A pen as declarations. Its dash is written as attributes are.
fn stroke_style(Stroke { colour, width, dash }: Stroke) -> String {
    let dash = dash.replace("=\"", ": ").replace('"', ";");
    format!("stroke: {colour}; stroke-width: {width};{dash}")
}

/// A drawing as an address that holds it.
fn data_address(svg: &str) -> String {
    let mut address = "data:image/svg+xml,".to_owned();
    for letter in as_file(svg).chars() {
        match letter {
            '"' => address.push('\''),
            '\n' => address.push(' '),
            '%' => address.push_str("%25"),
            '#' => address.push_str("%23"),
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            other => address.push(other),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::charts::MarkMeaning;

    #[test]
    fn a_page_knows_the_order_of_every_judgement() {
        let module = include_str!("../../../reports/assets/cells.mjs");
        let list = module.split_once("const RANKS = [").unwrap().1.split_once(']').unwrap().0;
        let ranks: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
        let is_judged =
            |state: &CellState| matches!(state, CellState::Judged(mark) if mark.meaning != MarkMeaning::CannotTell);
        let judged: BTreeSet<&str> = CellState::all().into_iter().filter(is_judged).map(CellState::sign).collect();
        assert_eq!(ranks, judged);
    }

    #[test]
    fn each_look_has_one_sign() {
        let names: Vec<&str> = CellState::all().into_iter().map(CellState::sign).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        let css = sign_styles().unwrap();
        assert_eq!(css.matches("--sign").count(), names.len());
        let addresses: Vec<&str> = css.split("url(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), names.len(), "two signs look alike");
    }
}
