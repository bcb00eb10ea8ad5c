//! What is wrong with a definition, named by file and key so that it can be found and put right.
//! It only carries and words a problem; the checks are with the files they belong to.

use std::fmt;

/// One thing that is wrong with a definition file. Prints as `file: key: message`, without the key when none is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}", ProblemPlace { file, key, message })]
pub struct DefinitionProblem {
    /// Path inside the definitions, such as `queries/metrics/CRE-01/metric.toml`.
    pub file: String,
    /// Path of the key, such as `standards[0].from`; empty when the problem is the file as a whole.
    pub key: String,
    /// What is wrong and, where it helps, what is allowed.
    pub message: String,
}

struct ProblemPlace<'a> {
    file: &'a str,
    key: &'a str,
    message: &'a str,
}

impl fmt::Display for ProblemPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, key, message } = self;
        if key.is_empty() { write!(f, "{file}: {message}") } else { write!(f, "{file}: {key}: {message}") }
    }
}

impl DefinitionProblem {
    /// A problem of `key` in `file`; an empty `key` means the whole file.
    pub fn new(file: &str, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), key: key.into(), message: message.into() }
    }

    /// A text that is not the TOML it should be, with line and column (both from 1) in the message.
    pub fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
            return Self::new(file, "", message);
        };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::new(file, "", format!("line {line}, column {column}: {message}"))
    }
}

/// Gathers the problems of one file, so that all of them are reported at once.
#[derive(Debug)]
pub struct Problems<'a> {
    file: &'a str,
    found: Vec<DefinitionProblem>,
}

impl<'a> Problems<'a> {
    /// No problem of `file` yet.
    pub fn of(file: &'a str) -> Self {
        Self { file, found: Vec::new() }
    }

    /// Notes a problem of `key`.
    pub fn add(&mut self, key: impl Into<String>, message: impl Into<String>) {
        self.found.push(DefinitionProblem::new(self.file, key, message));
    }

    /// Notes a text that says nothing.
    pub fn check_text(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.add(key, "is empty");
        }
    }

    /// Notes every name that stands in the list a second time; `key` is followed by the place in the list.
    pub fn check_unique<'n>(&mut self, key: &str, names: impl IntoIterator<Item = &'n str>) {
        let mut seen = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            if seen.contains(&name) {
                self.add(format!("{key}[{at}]"), format!("“{name}” is there twice"));
            } else {
                seen.push(name);
            }
        }
    }

    /// `value` if nothing was found, else everything that was.
    pub fn unless_any<T>(self, value: T) -> Result<T, Vec<DefinitionProblem>> {
        if self.found.is_empty() { Ok(value) } else { Err(self.found) }
    }

    /// Everything that was found.
    pub fn into_found(self) -> Vec<DefinitionProblem> {
        self.found
    }
}

/// Whether a name needs no quotes in SQL.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_file_key_and_message() {
        let problem = DefinitionProblem::new("a.toml", "keys[0].name", "is empty");
        assert_eq!(problem.to_string(), "a.toml: keys[0].name: is empty");
        assert_eq!(DefinitionProblem::new("a.toml", "", "is empty").to_string(), "a.toml: is empty");
    }

    #[test]
    fn toml_errors_keep_line_and_column() {
        let text = "a = 1\nb = = 2\n";
        let error = text.parse::<toml::Table>().unwrap_err();
        let problem = DefinitionProblem::from_toml("a.toml", text, &error);
        assert!(problem.message.starts_with("line 2, column 5: "), "{}", problem.message);
    }
}
