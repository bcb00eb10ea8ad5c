//! The texts that are kept in `tests/golden`, and how they are compared with those of today and renewed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use similar::TextDiff;

use crate::support::files_below;

/// The environment variable that renews the kept texts in place of comparing them.
const RENEW: &str = "LEDS_METRICS_RENEW";

/// Lines of differences that are printed; the folder with the texts of today shows all.
const MOST_LINES: usize = 400;

/// Texts by their path below `tests/golden`.
#[derive(Default)]
pub struct Texts(BTreeMap<String, String>);

impl Texts {
    /// Adds a text, which ends with one line feed and has no space before a line's end.
    pub fn add(&mut self, path: &str, text: &str) {
        let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
        let tidy = lines.join("\n") + "\n";
        let before = self.0.insert(path.to_owned(), tidy);
        assert!(before.is_none(), "two texts are kept as {path}");
    }

    /// Compares the texts with the kept ones, or keeps them where the environment asks for it.
    pub fn compare(&self) {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        if std::env::var_os(RENEW).is_some() {
            self.write(&kept);
            return;
        }
        let differences = self.differences(&kept);
        if differences.is_empty() {
            return;
        }
        let today = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
        self.write(&today);
        let shown: Vec<&str> = differences.lines().take(MOST_LINES).collect();
        panic!(
            "what is published differs from what tests/golden keeps:\n{}\n\nAll of it: diff -ru {} {}\nIf each difference \
             is meant, renew: {RENEW}=1 cargo test --test it golden",
            shown.join("\n"),
            kept.display(),
            today.display()
        );
    }

    fn differences(&self, kept: &Path) -> String {
        let on_disk: BTreeSet<String> = if kept.is_dir() {
            files_below(kept).iter().map(|path| path_text(path)).collect()
        } else {
            BTreeSet::new()
        };
        let mut differences = String::new();
        for path in self.0.keys().chain(&on_disk).collect::<BTreeSet<_>>() {
            let before =
                if on_disk.contains(path) { fs::read_to_string(kept.join(path)).unwrap() } else { String::new() };
            let now = self.0.get(path).map_or("", String::as_str);
            let is_written = self.0.contains_key(path);
            if before == now && on_disk.contains(path) && is_written {
                continue;
            }
            if !is_written {
                let _ = writeln!(differences, "kept/{path} is kept, and nothing writes it any more");
            }
            let diff = TextDiff::from_lines(before.as_str(), now);
            let names = (format!("kept/{path}"), format!("today/{path}"));
            let _ = writeln!(differences, "{}", diff.unified_diff().context_radius(2).header(&names.0, &names.1));
        }
        differences
    }

    /// Makes a folder that holds these texts and nothing else.
    fn write(&self, folder: &Path) {
        if folder.is_dir() {
            fs::remove_dir_all(folder).unwrap();
        }
        for (path, text) in &self.0 {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }
}

fn path_text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A short digest of a text: enough to see that it changed.
pub fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..12].to_owned()
}
