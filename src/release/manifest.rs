//! The manifest of a folder that is handed on: the SHA-256 of each file in it, as `sha256sum -c` reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::files::is_inner_path;

/// The file that holds the manifest. It names every other file of its folder, and not itself.
pub const MANIFEST: &str = "SHA256SUMS";

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// What stands between a hash and a path.
const BETWEEN: &str = "  ";

/// A text that is no manifest.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no SHA-256 with two spaces and a path that no other line has")]
pub struct ManifestError {
    line: usize,
}

/// The SHA-256 of files, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    files: BTreeMap<String, String>,
}

impl Manifest {
    /// A manifest of files whose SHA-256 are known, by path.
    pub fn of(files: BTreeMap<String, String>) -> Self {
        Self { files }
    }

    /// Names a file with its SHA-256.
    pub fn add(&mut self, path: &str, sha256: String) {
        self.files.insert(path.to_owned(), sha256);
    }

    /// The SHA-256 of each file, by path.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// A line for each file, by path.
    // Writing into a String cannot fail.
    pub fn text(&self) -> String {
        self.files.iter().fold(String::new(), |mut text, (path, sha256)| {
            let _ = writeln!(text, "{sha256}{BETWEEN}{path}");
            text
        })
    }

    /// Reads what [`Manifest::text`] wrote.
    ///
    /// # Errors
    /// A line that is none of a manifest, or a path that stands there twice.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        let mut files = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let named = line.split_once(BETWEEN).filter(|(hash, path)| is_sha256(hash) && is_inner_path(path));
            let (hash, path) = named.ok_or(ManifestError { line: at + 1 })?;
            if files.insert(path.to_owned(), hash.to_owned()).is_some() {
                return Err(ManifestError { line: at + 1 });
            }
        }
        Ok(Self { files })
    }
}

/// Whether a text is a SHA-256 as it is published.
fn is_sha256(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::default();
        manifest.add("results/ü  b.csv", sha256(b"b"));
        manifest.add("a.csv", sha256(b"a"));
        manifest
    }

    #[test]
    fn a_manifest_is_sorted_and_reads_as_it_was_written() {
        let text = manifest().text();
        assert_eq!(text, format!("{}  a.csv\n{}  results/ü  b.csv\n", sha256(b"a"), sha256(b"b")));
        assert_eq!(Manifest::read(&text), Ok(manifest()));
        assert_eq!(Manifest::read(""), Ok(Manifest::default()));
    }

    #[test]
    fn what_is_no_line_of_a_manifest_is_named_by_its_number() {
        let (good, hash) = (manifest().text(), sha256(b"c"));
        let wrong = [
            "no manifest".to_owned(),
            format!("{hash} c.csv"),
            format!("{hash}  "),
            format!("{hash}  ../c.csv"),
            format!("{}  c.csv", hash.to_uppercase()),
            format!("{}  c.csv", hash.split_at(DIGITS - 1).0),
            format!("{hash}  a.csv"),
            String::new(),
        ];
        for line in wrong {
            assert_eq!(Manifest::read(&format!("{good}{line}\n")), Err(ManifestError { line: 3 }), "{line}");
        }
    }
}
