//! The code of an organisation in the one form that may become the name of a folder or file.
//! It knows no organisation.

use std::fmt;

/// Most characters of a code.
const MOST: usize = 32;

/// What a code may look like, in words.
pub const CODE_WORDS: &str =
    "a code has at most 32 letters (A to Z, a to z), digits, - and _, and begins with a letter or digit";

/// A code such as `E23000001` or `LM-0001`: letters, digits, `-` and `_`, the first one a letter or digit. No such text
/// leads out of a folder, and no spreadsheet program takes it for a formula.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

impl Code {
    /// The code that `text` is; `None` where it has another form.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let fits = text.len() <= MOST && text.bytes().all(inner);
        (fits && text.starts_with(|c: char| c.is_ascii_alphanumeric())).then(|| Self(text.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_nowhere_and_is_no_formula() {
        for good in ["E23000001", "LM-0001", "UNATTRIBUTED", "e1", "1_a", &"A".repeat(32)] {
            assert_eq!(Code::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "LM#1",
            "=1+1",
            "-1",
            "@a",
            "_a",
            " E1",
            "E1 ",
            "Ö1",
            "E\n1",
            &"A".repeat(33),
        ] {
            assert_eq!(Code::parse(bad), None, "{bad:?}");
        }
    }
}
