//! The shape of the source: which module may name which library, and module docs.

mod body_codes;
mod errors;
mod imports;
mod type_names;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use self::imports::{Source, sources};
use crate::support::files_below;

/// A library or facility, and the files or folders below `src` that may name it.
const MAY_NAME: &[(&str, &[&str])] = &[
    (
        "arrow",
        &[
            "cluster/parcel.rs",
            "engine",
            "contract",
            "rollups",
            "metrics",
            "release/tables",
            "app/case.rs",
            "prepare",
            "synth",
        ],
    ),
    ("async_trait", &["cluster", "contract/elsewhere.rs", "contract/rows.rs", "engine", "rollups/pass.rs", "sources"]),
    ("axum", &["cli/service.rs"]),
    (
        "blake3",
        &[
            "app",
            "cluster/build.rs",
            "contract/admission.rs",
            "contract/admitted.rs",
            "files.rs",
            "metrics/remembered.rs",
            "rollups",
            "synth/draw.rs",
        ],
    ),
    ("bytes", &["contract", "engine/footers.rs", "ledger/store.rs", "release/tables/read.rs", "sources/steady.rs"]),
    ("chrono_tz", &["schedule/mod.rs", "synth/moments.rs", "vocabulary/period.rs"]),
    ("clap", &["cli.rs", "cli", "main.rs"]),
    ("clap_complete", &["cli.rs", "cli/shell.rs"]),
    ("clap_mangen", &["cli/shell.rs"]),
    ("croner", &["schedule/mod.rs"]),
    (
        "csv",
        &[
            "app/case.rs",
            "contract/failing.rs",
            "engine/output.rs",
            "prepare/raw.rs",
            "release/public_edition.rs",
            "release/tables/mod.rs",
            "release/tables/write.rs",
            "synth/mod.rs",
            "synth/organisations.rs",
        ],
    ),
    ("datafusion", &["engine"]),
    ("datafusion_distributed", &["engine/cluster"]),
    ("datafusion_proto", &["engine/cluster/codec.rs"]),
    (
        "futures",
        &[
            "cluster/session.rs",
            "contract",
            "engine",
            "figures",
            "intake",
            "ledger/store.rs",
            "place",
            "rollups/mod.rs",
            "sources",
        ],
    ),
    ("hmac", &["digest.rs"]),
    ("include_dir", &["app/verify.rs", "definitions/mod.rs"]),
    ("indicatif", &["progress.rs"]),
    ("minijinja", &["render"]),
    ("object_store", &["engine", "sources", "contract", "ledger/store.rs", "place"]),
    (
        "parquet",
        &[
            "engine/footers.rs",
            "engine/output.rs",
            "contract/footer.rs",
            "contract/pages.rs",
            "contract/rows.rs",
            "rollups/segment.rs",
            "release/tables",
            "prepare",
            "synth",
        ],
    ),
    ("plotters", &["render/charts/canvas.rs"]),
    ("prometheus_client", &["cli/metrics.rs"]),
    ("quick_xml", &["render/spreadsheet/ods.rs"]),
    ("rand_xoshiro", &["stats/draws.rs", "synth/draw.rs"]),
    (
        "rayon",
        &[
            "app",
            "assessment/mod.rs",
            "checks/invariants.rs",
            "figures/rollup_tables.rs",
            "history",
            "metrics/remembered.rs",
            "public/mod.rs",
            "release/store/reading.rs",
            "render/mod.rs",
            "render/pack/press.rs",
            "release/tables/list.rs",
        ],
    ),
    ("regex", &["definitions/model.rs"]),
    ("reqwest", &["app/webhook.rs"]),
    ("resvg", &["render/charts/png.rs"]),
    ("typst", &["render/pack/press.rs"]),
    ("typst_layout", &["render/pack/press.rs"]),
    ("typst_pdf", &["render/pack/press.rs"]),
    ("rustix", &["app/doctor/machine.rs"]),
    ("rust_xlsxwriter", &["render/spreadsheet"]),
    (
        "serde_json",
        &[
            "app",
            "cli/log.rs",
            "cli/output.rs",
            "cluster",
            "settings",
            "contract/memory.rs",
            "engine/cluster/codec.rs",
            "ledger/store.rs",
            "release/bundle.rs",
            "release/compared_names.rs",
            "release/differences.rs",
            "release/last.rs",
            "release/published.rs",
            "release/store",
            "release/tables/mod.rs",
            "release/tables/package.rs",
            "render/mod.rs",
            "render/pack/mod.rs",
            "render/search_index.rs",
        ],
    ),
    ("serde_saphyr", &["definitions"]),
    ("sha2", &["digest.rs"]),
    ("signal_hook", &["main.rs"]),
    ("statrs", &["stats/distributions.rs"]),
    ("strsim", &["app/nearest.rs"]),
    (
        "tempfile",
        &[
            "app/recompute.rs",
            "files.rs",
            "intake/work.rs",
            "prepare/staging.rs",
            "release/store",
            "rollups/segment.rs",
        ],
    ),
    (
        "tokio",
        &[
            "app",
            "cluster",
            "cli/schedule.rs",
            "cli/service.rs",
            "contract",
            "engine",
            "figures",
            "main.rs",
            "metrics/prove.rs",
            "place",
            "rollups",
            "sources/mod.rs",
        ],
    ),
    ("tikv_jemallocator", &["main.rs"]),
    ("toml", &["app/case.rs", "settings", "definitions"]),
    ("tonic", &["engine/cluster"]),
    ("tracing", &["app", "cli/log.rs", "cli/output.rs", "cluster/session.rs"]),
    ("tracing_subscriber", &["cli/log.rs"]),
    ("url", &["engine/cluster"]),
    ("zeroize", &["prepare/key.rs"]),
    ("zip", &["archive.rs"]),
    ("Utc::now", &["cli/clock.rs"]),
    ("std::env", &["cluster/build.rs", "prepare/key.rs"]),
    (
        "std::fs",
        &[
            "app",
            "cluster/build.rs",
            "settings/mod.rs",
            "contract/failing.rs",
            "definitions/mod.rs",
            "engine/cluster/access.rs",
            "files.rs",
            "intake/cache.rs",
            "intake/work.rs",
            "metrics/remembered.rs",
            "place",
            "prepare",
            "release/store",
            "rollups",
            "sources/steady.rs",
            "sources/walk.rs",
            "synth/mod.rs",
            "synth/row_file.rs",
        ],
    ),
    ("std::process", &["app/hook.rs", "app/recorded.rs", "main.rs"]),
    (
        "std::thread",
        &[
            "app/hook.rs",
            "settings/mod.rs",
            "contract/admission.rs",
            "engine/mod.rs",
            "main.rs",
            "release/store",
            "render/pack/press.rs",
            "synth/work.rs",
        ],
    ),
];

/// Libraries that every module may name: dates, errors, and values that are read or written.
const EVERYWHERE: [&str; 3] = ["chrono", "serde", "thiserror"];

/// Every module of the crate, from left to right; each may use only those before it.
const ORDER: &[&str] = &[
    // What every module may use.
    "exit",
    "vocabulary",
    "spreadsheet",
    "files",
    "place",
    "archive",
    "digest",
    "progress",
    // The way of the figures.
    "definitions",
    "sources",
    "stats",
    "settings",
    "engine",
    "contract",
    "prepare",
    "rollups",
    "metrics",
    "intake",
    "cluster",
    "history",
    "assessment",
    "verdict",
    "checks",
    "figures",
    "disclosure",
    "public",
    "release",
    "report",
    "render",
    // When it runs, and what is known of it.
    "ledger",
    "schedule",
    // What stands beside it, and the wiring.
    "synth",
    "sql_functions",
    "app",
    "cli",
    "main",
];

#[test]
fn libraries_are_named_only_where_they_belong() {
    let mut offences = Vec::new();
    let mut unused = Vec::new();
    let sources = sources();
    for (library, places) in MAY_NAME.iter().copied() {
        let is_at = |file: &Source, place: &str| file.path == place || file.path.starts_with(&format!("{place}/"));
        let naming: Vec<&Source> = sources.iter().filter(|file| file.names(library)).collect();
        let elsewhere = naming.iter().filter(|file| !places.iter().any(|place| is_at(file, place)));
        offences.extend(elsewhere.map(|file| format!("{} names {library}", file.path)));
        let idle = places.iter().filter(|place| !naming.iter().any(|file| is_at(file, place)));
        unused.extend(idle.map(|place| format!("{place} does not name {library}")));
    }
    assert!(
        offences.is_empty() && unused.is_empty(),
        "not allowed:\n{}\nto be taken out of the list:\n{}",
        offences.join("\n"),
        unused.join("\n")
    );
}

#[test]
fn every_library_has_its_row() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let libraries = manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_"));
    let has_row =
        |name: &String| MAY_NAME.iter().any(|(library, _)| library == name) || EVERYWHERE.contains(&name.as_str());
    let without: Vec<String> = libraries.filter(|name| !has_row(name)).collect();
    assert!(without.is_empty(), "say where they may be named: {}", without.join(", "));
}

#[test]
fn every_module_has_its_place() {
    let sources = sources();
    let modules: BTreeSet<&str> = sources.iter().map(Source::top).filter(|module| *module != "lib").collect();
    assert_eq!(modules, ORDER.iter().copied().collect());
}

#[test]
fn modules_use_only_what_stands_to_their_left() {
    let place = |module: &str| ORDER.iter().position(|other| *other == module);
    let mut offences = BTreeSet::new();
    for file in sources() {
        let Some(own) = place(file.top()) else { continue };
        let used = file.named.iter().filter(|path| path[0] == "crate").filter_map(|path| path.get(1));
        let later = used.filter(|module| place(module).is_some_and(|other| other > own));
        offences.extend(later.map(|module| format!("{} uses {module}", file.path)));
    }
    assert!(offences.is_empty(), "these are not allowed:\n{offences:?}");
}

#[test]
fn nothing_uses_each_other_in_a_circle() {
    let sources = sources();
    let folders: BTreeSet<&[String]> =
        sources.iter().flat_map(|file| (0..file.module.len()).map(|depth| &file.module[..depth])).collect();
    let offences: Vec<String> = folders.iter().flat_map(|folder| circles(folder, &sources)).collect();
    assert!(offences.is_empty(), "these use each other in a circle:\n{}", offences.join("\n"));
}

/// The circles of the files and folders that stand in a folder. What a file below a folder uses, the folder uses.
fn circles(folder: &[String], sources: &[Source]) -> BTreeSet<String> {
    let depth = folder.len();
    let within: Vec<&Source> =
        sources.iter().filter(|file| file.module.len() > depth && file.module.starts_with(folder)).collect();
    let members: BTreeSet<&str> = within.iter().map(|file| file.module[depth].as_str()).collect();
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in within {
        let own = file.module[depth].as_str();
        let inside = file.named.iter().filter(|path| path[0] == "crate" && path[1..].starts_with(folder));
        let reached = inside.filter_map(|path| members.get(path.get(depth + 1)?.as_str()).copied());
        uses.entry(own).or_default().extend(reached.filter(|other| *other != own));
    }
    members
        .iter()
        .filter_map(|member| circle_of(member, &uses))
        .map(|circle| format!("{}: {circle}", folder.join("/")))
        .collect()
}

/// All members that a member reaches and that reach it.
fn circle_of<'p>(file: &'p str, uses: &BTreeMap<&'p str, BTreeSet<&'p str>>) -> Option<String> {
    let there = reached_from(file, uses);
    let circle: Vec<&str> = there.iter().copied().filter(|other| reached_from(other, uses).contains(file)).collect();
    (!circle.is_empty()).then(|| circle.join(" "))
}

fn reached_from<'p>(file: &'p str, uses: &BTreeMap<&'p str, BTreeSet<&'p str>>) -> BTreeSet<&'p str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![file]);
    while let Some(file) = open.pop() {
        open.extend(uses[file].iter().filter(|next| reached.insert(**next)));
    }
    reached
}

#[test]
fn every_file_says_what_it_is_for() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in files_below(&src).iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let text = fs::read_to_string(src.join(file)).unwrap();
        assert!(text.starts_with("//! "), "{} does not open with //!", file.display());
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
