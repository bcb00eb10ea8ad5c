//! Keeps released statements as they are: `queries/released.lock` holds the SHA-256 of every SQL file that was released.
//! A changed one is a problem; what is not in the lock is not released yet. It reads no SQL.

use std::collections::BTreeMap;

use super::problem::{DefinitionProblem, Problems};
use crate::digest::sha256;

/// Path of the lock inside the definitions.
pub const FILE: &str = "queries/released.lock";

const HEADER: &str = "# SHA-256 of every released SQL file. Written by `leds-metrics definitions lock`; never edited by hand.\n\
                      # A released file does not change: a correction of a metric is a new version, of a roll-up a new roll-up.\n";

/// Every released file that changed or went, and every line that is none.
pub fn check_lock(files: &BTreeMap<String, Vec<u8>>) -> Vec<DefinitionProblem> {
    let Some(bytes) = files.get(FILE) else { return Vec::new() };
    let mut problems = Problems::of(FILE);
    let mut found = Vec::new();
    for (number, entry) in entries(&String::from_utf8_lossy(bytes)) {
        let Some((hash, path)) = entry else {
            problems.add(format!("line {number}"), "is not a hash and a path with two spaces between them");
            continue;
        };
        match files.get(&path) {
            None => problems.add(format!("line {number}"), format!("{path} was released and is not there any more")),
            Some(bytes) if sha256(bytes) != hash => found.push(DefinitionProblem::new(&path, "", changed(&path))),
            Some(_) => {}
        }
    }
    found.extend(problems.into_found());
    found
}

fn changed(path: &str) -> &'static str {
    if path.starts_with("queries/metrics/") {
        "is released and was changed; put it back and add the change as a new version, v<number>.sql with its entry in metric.toml"
    } else {
        "is released and was changed; put it back and add the change as a new roll-up, read by a new version of each metric"
    }
}

/// Line number (from 1), and hash and path unless the line is broken.
fn entries(text: &str) -> Vec<(usize, Option<(String, String)>)> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let entry = |line: &str| {
        let (hash, path) = line.split_once("  ")?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| (hash.to_owned(), path.trim().to_owned()))
    };
    lines.map(|(number, line)| (number, entry(line))).collect()
}

/// The lock with every SQL file of the set, released ones as they stand in it.
pub fn lock_text(files: &BTreeMap<String, Vec<u8>>) -> String {
    let is_sql = |path: &&String| path.starts_with("queries/") && path.rsplit('.').next() == Some("sql");
    let line = |path: &String| files.get(path).map(|bytes| format!("{}  {path}\n", sha256(bytes)));
    files.keys().filter(is_sql).filter_map(line).fold(HEADER.to_owned(), |text, line| text + &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sql: &str) -> BTreeMap<String, Vec<u8>> {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        BTreeMap::from([file("queries/metrics/CRE-01/v1.sql", sql), file("queries/rollups/a.sql", "SELECT 2")])
    }

    fn locked(lock: &str, sql: &str) -> Vec<String> {
        let mut files = files(sql);
        files.insert(FILE.to_owned(), lock.as_bytes().to_vec());
        check_lock(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_released_statement_must_not_change() {
        let lock = lock_text(&files("SELECT 1"));
        assert_eq!(locked(&lock, "SELECT 1"), [""; 0]);
        let expected = "queries/metrics/CRE-01/v1.sql: is released and was changed; put it back and add the change as \
                        a new version, v<number>.sql with its entry in metric.toml";
        assert_eq!(locked(&lock, "SELECT 1 "), [expected]);
    }

    #[test]
    fn a_released_statement_must_not_go_and_a_broken_line_is_named() {
        let lock = format!("{}{}  queries/rollups/gone.sql\nnonsense\n", HEADER, sha256(b"x"));
        let expected = [
            "queries/released.lock: line 3: queries/rollups/gone.sql was released and is not there any more",
            "queries/released.lock: line 4: is not a hash and a path with two spaces between them",
        ];
        assert_eq!(locked(&lock, "SELECT 1"), expected);
    }

    #[test]
    fn without_a_lock_nothing_is_released() {
        assert_eq!(check_lock(&files("SELECT 1")), []);
    }
}
