//! The signs of judgements as a style sheet, so that a page with thousands of them names each and draws none. The words
//! stand in the page; the sheet adds the sign.

use std::fmt::Write as _;

use crate::render::charts::{ChartError, ChartWidth};
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
        let _ = writeln!(css, ".{} {{ background-image: url(\"{}\"); }}", state.sign(), data_address(&drawing));
    }
    Ok(css)
}

/// A drawing as an address that holds it.
fn data_address(svg: &str) -> String {
    let named = svg.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    let mut address = "data:image/svg+xml,".to_owned();
    for letter in named.chars() {
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

    #[test]
    fn each_look_has_one_sign() {
        let names: Vec<&str> = CellState::all().into_iter().map(CellState::sign).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        let css = sign_styles().unwrap();
        assert_eq!(css.matches("background-image").count(), names.len());
        let addresses: Vec<&str> = css.split("url(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), names.len(), "two signs look alike");
    }
}
