//! The shape of the source: which module may name which library, and module docs.

use std::fs;
use std::path::{Path, PathBuf};

/// Library or facility, and the files or folders below `src` that may name it.
const MAY_NAME: [(&str, &[&str]); 18] = [
    ("datafusion::", &["engine"]),
    ("object_store::", &["engine", "sources", "contract/admission.rs", "contract/footer.rs", "contract/pages.rs"]),
    ("arrow::", &["engine", "contract", "rollups", "metrics", "results", "app/case.rs", "prepare", "synth"]),
    (
        "parquet::",
        &[
            "engine/output.rs",
            "contract/footer.rs",
            "contract/pages.rs",
            "rollups/segment.rs",
            "results",
            "prepare",
            "synth",
        ],
    ),
    ("plotters::", &["render/charts/canvas.rs"]),
    ("minijinja::", &["render"]),
    ("statrs::", &["stats/distributions.rs"]),
    ("rand_xoshiro::", &["stats/draws.rs", "synth/draw.rs"]),
    ("serde_saphyr::", &["definitions"]),
    ("indicatif::", &["app/progress.rs"]),
    ("regex::", &["definitions/model.rs"]),
    ("strsim::", &["app/nearest.rs"]),
    ("clap::", &["cli.rs", "cli", "main.rs"]),
    ("sha2::", &["digest.rs"]),
    ("hmac::", &["digest.rs"]),
    ("zeroize::", &["prepare/key.rs"]),
    ("Utc::now", &["cli.rs"]),
    (
        "std::fs",
        &[
            "files.rs",
            "sources/steady.rs",
            "publish.rs",
            "results",
            "config",
            "definitions/mod.rs",
            "contract/memory.rs",
            "contract/failing.rs",
            "sources/walk.rs",
            "rollups",
            "metrics/remembered.rs",
            "prepare",
            "app",
            "synth",
        ],
    ),
];

/// Modules from left to right; each may use only those before it. What is not named here is vocabulary or wiring.
const ORDER: [&str; 13] = [
    "definitions",
    "sources",
    "contract",
    "prepare",
    "rollups",
    "stats",
    "metrics",
    "lateness",
    "assessment",
    "public",
    "report",
    "render",
    "publish",
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(files.len() > 80, "the sources were not found");
    files
}

#[test]
fn libraries_are_named_only_where_they_belong() {
    let mut offences = Vec::new();
    for (file, text) in sources() {
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let code = code.split("#[cfg(test)]").next().unwrap();
        for (library, places) in MAY_NAME {
            let allowed = places.iter().any(|place| file == *place || file.starts_with(&format!("{place}/")));
            let named = code
                .match_indices(library)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if named && !allowed && !file.ends_with("tests.rs") {
                offences.push(format!("{file} names {library}"));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn modules_use_only_what_stands_to_their_left() {
    // The plain input of the report is filled by the modules before it, and a chart's plain description is part of it.
    let vocabulary = ["crate::report::input", "crate::render::charts"];
    let mut offences = Vec::new();
    for (file, text) in sources() {
        // Made up for tests, and tests that use it; never compiled into the program.
        if file == "report/sample.rs" || file.ends_with("tests.rs") {
            continue;
        }
        let Some(own) =
            ORDER.iter().position(|module| file.starts_with(&format!("{module}/")) || file == format!("{module}.rs"))
        else {
            continue;
        };
        for line in text.lines().filter(|line| line.starts_with("use crate::")) {
            for module in &ORDER[own + 1..] {
                let uses = line.starts_with(&format!("use crate::{module}::"));
                if uses && !vocabulary.iter().any(|allowed| line.contains(allowed)) {
                    offences.push(format!("{file}: {line}"));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    for (file, text) in sources() {
        assert!(text.starts_with("//! "), "{file} does not open with //!");
    }
}

#[test]
fn one_copy_of_the_libraries_that_share_types() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    for name in ["arrow", "arrow-array", "arrow-schema", "parquet", "object_store", "datafusion"] {
        let copies = lock.matches(&format!("name = \"{name}\"\n")).count();
        assert_eq!(copies, 1, "{copies} copies of {name}");
    }
}
