//! Definitions: contracts, roll-ups, metrics and layouts, loaded and checked as one set before any data is read.
//! Built into the binary, or read whole from a folder; never mixed. Statements are proven elsewhere, by the engine.

pub mod blocks;
pub mod contract_file;
pub mod edition_words;
pub mod invariant_file;
pub mod layout;
pub mod lock;
pub mod metric_file;
mod metric_parts;
pub mod model;
pub mod problem;
pub mod read_metrics;
pub mod references;
pub mod rollup_file;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use invariant_file::Invariant;
use layout::{Layouts, SourceNames, parse_layouts};
use model::{Contract, Metric, Rollup};
use problem::DefinitionProblem;
use read_metrics::ReadMetrics;

/// The definitions that the binary carries, by top folder.
static BUILT_IN: [(&str, Dir<'static>); 3] = [
    ("queries", include_dir!("$CARGO_MANIFEST_DIR/queries")),
    ("reports", include_dir!("$CARGO_MANIFEST_DIR/reports")),
    ("schemas", include_dir!("$CARGO_MANIFEST_DIR/schemas")),
];

/// Definitions that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionsError {
    #[error("definitions {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("definitions {0}: holds no folder named queries, schemas or reports")]
    NotDefinitions(PathBuf),
    #[error("the definitions have {} {}\n{}", .0.len(), if .0.len() == 1 { "problem" } else { "problems" }, list(.0))]
    Invalid(Vec<DefinitionProblem>),
}

fn list(problems: &[DefinitionProblem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

/// One checked set of definitions.
#[derive(Debug)]
pub struct Definitions {
    pub contracts: Vec<Contract>,
    pub rollups: Vec<Rollup>,
    pub metrics: Vec<Metric>,
    pub invariants: Vec<Invariant>,
    pub layouts: Layouts,
    /// Every file of the set by its path, such as `queries/rollups/x.sql`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Definitions {
    /// The set in the binary.
    pub fn built_in() -> Result<Self, DefinitionsError> {
        Self::from_files(built_in_files())
    }

    /// The set in a folder: `queries`, `schemas` and `reports` below it.
    pub fn from_folder(folder: &Path) -> Result<Self, DefinitionsError> {
        let mut files = BTreeMap::new();
        for (top, _) in &BUILT_IN {
            let path = folder.join(top);
            if path.is_dir() {
                read_folder(&path, top, &mut files)?;
            }
        }
        if files.is_empty() {
            return Err(DefinitionsError::NotDefinitions(folder.to_owned()));
        }
        Self::from_files(files)
    }

    /// Parses and cross-checks all files; every problem of the set is reported at once.
    fn from_files(files: BTreeMap<String, Vec<u8>>) -> Result<Self, DefinitionsError> {
        let mut parsed = Parsed::default();
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with("reports/assets/")) {
            if let Ok(text) = std::str::from_utf8(bytes) {
                texts.insert(path, text);
            } else {
                parsed.problems.push(DefinitionProblem::new(path, "", "is not UTF-8 text"));
            }
        }
        for (path, text) in &texts {
            parsed.file(path, text, &texts);
        }
        parsed.problems.extend(lock::check_lock(&files));
        parsed.problems.extend(references::check_references(&parsed.rollups, &parsed.metrics, &parsed.contracts));
        let invariants = parsed.invariants(&texts);
        let layouts = parsed.layouts(&texts);
        match layouts {
            Some(layouts) if parsed.problems.is_empty() => Ok(Self {
                contracts: parsed.contracts,
                rollups: parsed.rollups,
                metrics: parsed.metrics,
                invariants,
                layouts,
                files,
            }),
            _ => Err(DefinitionsError::Invalid(parsed.problems)),
        }
    }

    /// The contract of a dataset.
    pub fn contract(&self, dataset: &str) -> Option<&Contract> {
        self.contracts.iter().find(|contract| contract.dataset == dataset)
    }

    /// A roll-up by name.
    pub fn rollup(&self, name: &str) -> Option<&Rollup> {
        self.rollups.iter().find(|rollup| rollup.name == name)
    }

    /// A metric by id, in any case of letters.
    pub fn metric(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id.eq_ignore_ascii_case(id))
    }

    /// The kinds that the contract of the organisations allows; none where it allows any.
    pub fn kinds_of_organisation(&self) -> &[String] {
        let fields = self.contract("organisations").map_or(&[][..], |contract| &contract.fields);
        fields.iter().find(|field| field.name == "kind").map_or(&[], |field| &field.valid_values)
    }

    /// Files below a folder of the set, as (path inside it, content).
    pub fn files_below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.files.iter().filter_map(move |(path, bytes)| Some((path.strip_prefix(folder)?, bytes.as_slice())))
    }
}

/// The files of the built-in set, for loading and for export.
pub fn built_in_files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for (top, dir) in &BUILT_IN {
        add_embedded(dir, top, &mut files);
    }
    files
}

fn add_embedded(dir: &Dir<'static>, top: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for file in dir.files() {
        files.insert(format!("{top}/{}", file.path().display()), file.contents().to_vec());
    }
    for below in dir.dirs() {
        add_embedded(below, top, files);
    }
}

fn read_folder(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), DefinitionsError> {
    let wrong = |source| DefinitionsError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let inside = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            read_folder(&path, &inside, files)?;
        } else {
            let bytes = fs::read(&path).map_err(|source| DefinitionsError::Read { path: path.clone(), source })?;
            files.insert(inside, bytes);
        }
    }
    Ok(())
}

/// What was parsed so far, and what was wrong.
#[derive(Default)]
struct Parsed {
    contracts: Vec<Contract>,
    rollups: Vec<Rollup>,
    metrics: Vec<Metric>,
    problems: Vec<DefinitionProblem>,
}

impl Parsed {
    fn file(&mut self, path: &str, text: &str, all: &BTreeMap<&str, &str>) {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["schemas", name] if name.ends_with(".odcs.yaml") => {
                self.take(contract_file::parse_contract(path, text), |s| &mut s.contracts);
            }
            ["schemas", name] if name.ends_with(".schema.json") => {}
            ["queries", "rollups", name] if name.strip_suffix(".toml").is_some() => {
                let sql = all.get(path.replace(".toml", ".sql").as_str()).copied().unwrap_or_default();
                self.take(rollup_file::parse_rollup(path, text, sql), |s| &mut s.rollups);
            }
            ["queries", "metrics", id, "metric.toml"] => {
                self.take(metric_file::parse_metric(path, text, &versions_of(id, all)), |s| &mut s.metrics);
            }
            ["queries", "rollups", name] if has_partner(name, "rollups", all) => {}
            ["queries", "metrics", id, name] if has_partner_metric(id, name, all) => {}
            ["queries", "invariants.toml" | "released.lock"] | ["reports", "templates", _] => {}
            ["reports", name] if name.strip_suffix(".toml").is_some() => {}
            _ => self.problems.push(DefinitionProblem::new(path, "", "belongs to no definition; remove or rename it")),
        }
    }

    fn take<T>(&mut self, parsed: Result<T, Vec<DefinitionProblem>>, into: impl Fn(&mut Self) -> &mut Vec<T>) {
        match parsed {
            Ok(value) => into(self).push(value),
            Err(problems) => self.problems.extend(problems),
        }
    }

    /// Without the file there are none.
    fn invariants(&mut self, texts: &BTreeMap<&str, &str>) -> Vec<Invariant> {
        let Some(text) = texts.get(invariant_file::FILE) else { return Vec::new() };
        let broken = self.broken(texts);
        let metrics = ReadMetrics { all: &self.metrics, broken: &broken };
        let parsed = invariant_file::parse_invariants(text, metrics);
        parsed.map_err(|problems| self.problems.extend(problems)).unwrap_or_default()
    }

    /// Ids of the metrics whose own files have problems.
    fn broken<'t>(&self, texts: &BTreeMap<&'t str, &str>) -> Vec<&'t str> {
        let ids = texts.keys().filter_map(|path| path.strip_prefix("queries/metrics/")?.strip_suffix("/metric.toml"));
        ids.filter(|id| !self.metrics.iter().any(|metric| metric.id == *id)).collect()
    }

    fn layouts(&mut self, texts: &BTreeMap<&str, &str>) -> Option<Layouts> {
        let sources = SourceNames::new(&self.contracts, &self.rollups);
        let is_layout = |path: &str| path.starts_with("reports/") && path.strip_suffix(".toml").is_some();
        let files = texts.iter().filter(|(path, _)| is_layout(path)).map(|(path, text)| (*path, *text)).collect();
        let broken = self.broken(texts);
        let layouts = parse_layouts(&files, ReadMetrics { all: &self.metrics, broken: &broken }, sources);
        layouts.map_err(|problems| self.problems.extend(problems)).ok()
    }
}

/// Statements of a metric: `v1.sql`, `v2.sql` and so on.
fn versions_of(id: &str, all: &BTreeMap<&str, &str>) -> Vec<(u32, String)> {
    let folder = format!("queries/metrics/{id}/v");
    let version = |(path, text): (&&str, &&str)| {
        let number = path.strip_prefix(folder.as_str())?.strip_suffix(".sql")?.parse().ok()?;
        Some((number, (*text).to_owned()))
    };
    all.iter().filter_map(version).collect()
}

fn has_partner(name: &str, folder: &str, all: &BTreeMap<&str, &str>) -> bool {
    name.strip_suffix(".sql").is_some_and(|stem| all.contains_key(format!("queries/{folder}/{stem}.toml").as_str()))
}

fn has_partner_metric(id: &str, name: &str, all: &BTreeMap<&str, &str>) -> bool {
    let numbered =
        name.strip_prefix('v').and_then(|rest| rest.strip_suffix(".sql")).is_some_and(|n| n.parse::<u32>().is_ok());
    numbered && all.contains_key(format!("queries/metrics/{id}/metric.toml").as_str())
}
