//! What lies below a source's folder, entry by entry, under its true name. It follows symbolic links, reads no file's
//! content, and lets one entry that cannot be used stand for itself instead of ending the listing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::steady::tag_of;

/// One file, or one entry that is neither a file nor a folder that can be entered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SourceEntry {
    /// Relative to the source, with `/` between the parts. Of an entry in [`EntryKind::Unusable`] the characters that cannot be
    /// shown are written out, so that the path names it to a reader and opens nothing.
    pub path: String,
    pub kind: EntryKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File {
        size: u64,
        /// Tells the states of the file apart.
        etag: String,
    },
    /// Why it can be neither read nor entered; follows “the file” or “the folder” in a message.
    Unusable(String),
}

/// A folder that could not be read.
#[derive(Debug)]
pub(super) struct WalkError {
    pub folder: PathBuf,
    pub source: io::Error,
}

/// Every file below `root`, and every entry that cannot be used, in the order of their paths.
pub(super) fn walk(root: &Path) -> Result<Vec<SourceEntry>, WalkError> {
    let mut walk = Walk { entries: Vec::new(), above: Vec::new() };
    walk.folder(root, "")?;
    walk.entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(walk.entries)
}

struct Walk {
    entries: Vec<SourceEntry>,
    /// The folders that the walk is inside of, without links; a link to one of them would never end.
    above: Vec<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, path: &str) -> Result<(), WalkError> {
        let wrong = |source| WalkError { folder: folder.to_owned(), source };
        self.above.push(fs::canonicalize(folder).map_err(wrong)?);
        let depth = self.above.len();
        for entry in fs::read_dir(folder).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let name = entry.file_name();
            let shown = shown_name(&name);
            let below = if path.is_empty() { shown.text } else { format!("{path}/{}", shown.text) };
            match self.entry(&entry.path(), below, shown.problem) {
                // Whoever prepares a submission may be moving its folder into place.
                Err(error) if error.source.kind() == io::ErrorKind::NotFound => self.above.truncate(depth),
                done => done?,
            }
        }
        self.above.pop();
        Ok(())
    }

    fn entry(&mut self, entry: &Path, path: String, name_problem: Option<&str>) -> Result<(), WalkError> {
        let wrong = |source| WalkError { folder: entry.to_owned(), source };
        let unusable = |path: String, why: &str| SourceEntry { path, kind: EntryKind::Unusable(why.to_owned()) };
        let own = fs::symlink_metadata(entry).map_err(wrong)?;
        let followed = if own.is_symlink() { fs::metadata(entry) } else { Ok(own) };
        let found = match (followed, name_problem) {
            (Err(_), _) => unusable(path, "is a symbolic link that leads nowhere"),
            (Ok(_), Some(problem)) => unusable(path, problem),
            (Ok(metadata), None) if metadata.is_dir() => {
                if !self.above.contains(&fs::canonicalize(entry).map_err(wrong)?) {
                    return self.folder(entry, &path);
                }
                unusable(path, "is a symbolic link to a folder that it lies in")
            }
            (Ok(metadata), None) if metadata.is_file() && ends_in_number(&path) => {
                unusable(path, "has a name that ends in # and a number; rename it")
            }
            (Ok(metadata), None) if metadata.is_file() => {
                SourceEntry { kind: EntryKind::File { size: metadata.len(), etag: tag_of(&metadata) }, path }
            }
            (Ok(_), None) => unusable(path, "is neither a file nor a folder"),
        };
        self.entries.push(found);
        Ok(())
    }
}

/// A name as messages show it, and what keeps it from being opened.
struct ShownName {
    text: String,
    problem: Option<&'static str>,
}

/// The store opens names that are UTF-8 without control characters. Of every other name the bytes are written out.
fn shown_name(name: &std::ffi::OsStr) -> ShownName {
    let Some(text) = name.to_str() else {
        let text = name.as_encoded_bytes().escape_ascii().to_string();
        return ShownName { text, problem: Some("has a name that is not UTF-8; rename it") };
    };
    if text.chars().any(char::is_control) {
        let text = text.chars().flat_map(escape_control).collect();
        return ShownName {
            text,
            problem: Some("has a control character in its name, such as a line break; rename it"),
        };
    }
    ShownName { text: text.to_owned(), problem: None }
}

/// The store uses such names of files itself, and opens none.
fn ends_in_number(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let number = name.split_once('#').map_or("", |(_, end)| end);
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

fn escape_control(character: char) -> Box<dyn Iterator<Item = char>> {
    if character.is_control() { Box::new(character.escape_default()) } else { Box::new(std::iter::once(character)) }
}
