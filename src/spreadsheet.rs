//! CSV for spreadsheet programs, which run a cell as a formula when it begins with certain characters.
//! It knows no table.

use std::borrow::Cow;

/// Characters with which a spreadsheet program begins a formula, or which it drops before it looks for one.
const BEGINS_FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A text that a spreadsheet program would run as a formula gets an apostrophe in front; numbers stay as they are.
/// After <https://owasp.org/www-community/attacks/CSV_Injection>.
pub fn without_formula(cell: &str) -> Cow<'_, str> {
    let risky = cell.starts_with(BEGINS_FORMULA) && cell.parse::<f64>().is_err();
    if risky { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay_numbers() {
        for formula in ["=1+1", "=HYPERLINK(\"http://x\")", "+A1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-"] {
            assert_eq!(without_formula(formula), format!("'{formula}"));
        }
        for plain in ["", "-14.88", "-5", "+5", "1e-3", "E23000001", "a=b", "'=1"] {
            assert_eq!(without_formula(plain), plain);
        }
    }
}
