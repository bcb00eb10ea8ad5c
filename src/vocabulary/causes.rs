//! An error with its chain of causes, told once.
//!
//! One rule holds for the whole program: the `Display` of an error says its own part and never repeats its source. Whoever
//! tells an error to a reader tells the chain.

use std::error::Error;

/// The error and each of its causes, outermost first, joined by colons. A cause that the text before it holds already is
/// left out: errors of libraries often repeat their source.
pub fn with_causes(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !told.contains(&words) {
            told.push_str(": ");
            told.push_str(&words);
        }
        next = cause.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{words}")]
    struct Link {
        words: &'static str,
        source: Option<Box<Link>>,
    }

    /// A chain of errors with these words, outermost first.
    fn chain(words: &[&'static str]) -> Option<Box<Link>> {
        let (words, rest) = words.split_first()?;
        Some(Box::new(Link { words, source: chain(rest) }))
    }

    #[test]
    fn each_cause_is_told_once_in_order() {
        let told = |words: &[&'static str]| with_causes(chain(words).unwrap().as_ref());
        assert_eq!(told(&["metric CRE-01"]), "metric CRE-01");
        assert_eq!(told(&["metric CRE-01", "a.parquet", "no space left"]), "metric CRE-01: a.parquet: no space left");
        assert_eq!(told(&["a.parquet", "read: disk fails", "disk fails"]), "a.parquet: read: disk fails");
    }
}
