//! The documents: every link between them resolves, and the tables that repeat a list of the program are whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use leds_metrics::release::tables::catalogue;

use crate::support::leds_metrics;

/// Folders that hold no documents of the project.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// A link of a document: the text between its parentheses, and the line on which it stands.
struct Link {
    line: usize,
    target: String,
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Markdown file below `folder`, in the order of paths.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !LEFT_OUT.contains(&name.as_str()) {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// The lines of a document outside its fenced blocks of code, with their numbers.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut in_code = false;
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            lines.push((at + 1, line));
        }
    }
    lines
}

fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, text) in prose(text) {
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap().to_owned();
            found.push(Link { line, target });
        }
    }
    found
}

/// The names by which links reach the headings of a document: in lower case, without signs, a hyphen for each space.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).into_iter().map(|(_, line)| line).filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// What is wrong with a link of the document at `path`, if anything.
fn fault(path: &Path, link: &Link) -> Option<String> {
    let (file, heading) = link.target.split_once('#').unwrap_or((&link.target, ""));
    let target = if file.is_empty() { path.to_owned() } else { path.parent().unwrap().join(file) };
    if !target.exists() {
        return Some("there is no such file".to_owned());
    }
    let is_reached = heading.is_empty() || anchors(&read(&target)).contains(heading);
    (!is_reached).then(|| "there is no such heading".to_owned())
}

#[test]
fn every_link_between_documents_resolves() {
    let mut followed = 0;
    let mut faults = Vec::new();
    for path in documents(&repository()) {
        for link in links(&read(&path)).iter().filter(|link| !link.target.contains("://")) {
            followed += 1;
            if let Some(fault) = fault(&path, link) {
                faults.push(format!("{}:{}: {}: {fault}", path.display(), link.line, link.target));
            }
        }
    }
    assert!(followed > 20, "only {followed} links were found");
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_link_to_nothing_is_found() {
    let path = repository().join("README.md");
    let link = |target: &str| Link { line: 1, target: target.to_owned() };
    assert_eq!(fault(&path, &link("docs/nowhere.md")).as_deref(), Some("there is no such file"));
    assert_eq!(fault(&path, &link("docs/settings.md#nowhere")).as_deref(), Some("there is no such heading"));
    assert_eq!(fault(&path, &link("#exit-codes")), None);
}

/// A newcomer begins with these two commands, as they stand.
#[test]
fn the_readme_begins_with_two_commands() {
    let readme = read(&repository().join("README.md"));
    let block = readme.split("```").nth(1).unwrap();
    let commands: Vec<&str> = block
        .lines()
        .skip(1)
        .map(|line| line.split('#').next().unwrap().trim())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(commands, ["cargo run -- demo --out demo-report", "cargo test"]);
}

#[test]
fn the_documents_name_every_result_table() {
    let documented = read(&repository().join("docs/results.md"));
    let schema: serde_json::Value =
        serde_json::from_str(&read(&repository().join("schemas/results.schema.json"))).unwrap();
    let titles = schema["$defs"].as_object().unwrap().values().filter_map(|table| table["title"].as_str());
    let tables: BTreeSet<&str> = titles
        .filter_map(|title| title.split("results/").nth(1))
        .map(|rest| rest.split([' ', '.']).next().unwrap())
        .collect();
    assert_eq!(tables, catalogue().map(|table| table.name).collect());
    for table in tables {
        assert!(documented.contains(&format!("| `{table}` |")), "docs/results.md has no row for {table}");
    }
}

#[test]
fn the_readme_has_every_exit_code_of_the_help() {
    let help = leds_metrics(&["--help"]).stdout;
    let codes = help.split("Exit codes:").nth(1).unwrap().split_whitespace().filter_map(|word| word.parse::<u8>().ok());
    let codes: Vec<u8> = codes.collect();
    assert_eq!(codes.len(), 11, "{help}");
    let readme = read(&repository().join("README.md"));
    for code in codes {
        assert!(readme.contains(&format!("| {code} |")), "README.md has no row for exit code {code}");
    }
}

#[test]
fn every_setting_has_a_row_in_the_reference() {
    let page = read(&repository().join("docs/settings.md"));
    let shown = page.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let shown: toml::Table = shown.parse().unwrap();
    for (section, keys) in &shown {
        let names: Vec<String> = match (section.as_str(), keys) {
            ("parameters", toml::Value::Table(keys)) => {
                keys.keys().cloned().chain(["parameters.*".to_owned()]).collect()
            }
            (_, toml::Value::Table(keys)) => keys.keys().map(|key| format!("{section}.{key}")).collect(),
            _ => vec![format!("[[{section}]]")],
        };
        for name in names {
            assert!(page.contains(&format!("`{name}`")), "docs/settings.md has no row for {name}");
        }
    }
}

/// The query for Power BI, which cannot be run here, without its folder.
fn power_query() -> String {
    let document = read(&repository().join("docs/results.md"));
    document.split("```powerquery\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// The texts between `open` and `close`, which are shorter than a line.
fn between(text: &str, open: char, close: char) -> Vec<&str> {
    text.split(open).skip(1).filter_map(|rest| rest.split_once(close)).map(|(inside, _)| inside).collect()
}

/// The columns of a result table as its CSV file has them.
fn columns(table: &str) -> BTreeSet<String> {
    let schema: serde_json::Value =
        serde_json::from_str(&read(&repository().join("schemas/results.schema.json"))).unwrap();
    let columns = schema["$defs"][table]["properties"].as_object().unwrap();
    columns.keys().cloned().collect()
}

/// The values that a column of comparisons may have.
fn values(column: &str) -> Vec<String> {
    let schema: serde_json::Value =
        serde_json::from_str(&read(&repository().join("schemas/results.schema.json"))).unwrap();
    let values = schema["$defs"]["comparisons"]["properties"][column]["enum"].as_array().unwrap();
    values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[test]
fn the_query_for_power_bi_names_what_is_published() {
    let query = power_query();
    let (compared, figures) = (columns("comparisons"), columns("observations"));
    for table in ["comparisons", "observations"] {
        assert!(query.contains(&format!("File.Contents(Results & \"{table}.parquet\")")), "{query}");
    }
    let filtered = between(&query, '[', ']');
    assert_eq!(filtered, ["period_end", "metric_id", "against", "period_end", "label"]);
    assert!(filtered.iter().all(|column| compared.contains(*column)), "{filtered:?}");
    let lists: Vec<Vec<&str>> = between(&query, '{', '}')
        .into_iter()
        .map(|list| list.split(", ").map(|one| one.trim_matches('"')).collect())
        .collect();
    let [labels, key, added, order, shown] = lists.as_slice() else { panic!("{lists:?}") };
    assert!(labels.iter().all(|label| values("label").iter().any(|value| value == label)), "{labels:?}");
    assert!(values("against").contains(&"peers".to_owned()));
    assert!(key.iter().all(|column| compared.contains(*column) && figures.contains(*column)), "{key:?}");
    // A column that both tables have would stop the query where it is added.
    assert!(added.iter().all(|column| figures.contains(*column) && !compared.contains(*column)), "{added:?}");
    assert!(order.iter().all(|column| compared.contains(*column)), "{order:?}");
    assert!(shown.iter().all(|column| compared.contains(*column) || added.contains(column)), "{shown:?}");
}
