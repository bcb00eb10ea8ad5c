//! The metric dictionary says what the definitions say: its texts and its standards are held against each `metric.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::pages::{Piece, pieces};
use crate::golden::outline::{squeezed, tree};
use crate::support::{files_below, text};

/// Targets of the publisher, which the settings add.
const LOCAL: &str = "Local target";

/// What the dictionary has of a metric.
#[derive(Default)]
struct Entry {
    /// Every text below its heading.
    lines: Vec<String>,
    /// The cells of each row of its standards by the headings of the columns.
    standards: Vec<BTreeMap<String, String>>,
}

fn entries(page: &Path) -> BTreeMap<String, Entry> {
    let mut found: BTreeMap<String, Entry> = BTreeMap::new();
    for piece in pieces(&tree(&fs::read_to_string(page).unwrap())) {
        match piece {
            Piece::Line(line) => found.entry(line.section).or_default().lines.push(line.text),
            Piece::Cell(cell) => {
                let metric = cell.table.strip_prefix("tab-").and_then(|id| id.strip_suffix("-standards"));
                // Headings of columns come last and name no row.
                let Some(entry) = metric.filter(|_| !cell.row.text.is_empty()).map(|id| found.entry(id.to_owned()))
                else {
                    continue;
                };
                let rows = &mut entry.or_default().standards;
                if cell.is_heading {
                    rows.push(BTreeMap::new());
                }
                rows.last_mut().unwrap().insert(cell.column.text, cell.whole);
            }
        }
    }
    found
}

/// The definitions of metrics as they stand in the repository, by their ids.
fn definitions() -> BTreeMap<String, toml::Table> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/metrics");
    let files = files_below(&folder).into_iter().filter(|path| path.ends_with("metric.toml"));
    let read = files.map(|path| fs::read_to_string(folder.join(path)).unwrap().parse::<toml::Table>().unwrap());
    read.map(|metric| (metric["id"].as_str().unwrap().to_owned(), metric)).collect()
}

fn said(table: &toml::Table, key: &str) -> String {
    table.get(key).and_then(toml::Value::as_str).map(squeezed).unwrap_or_default()
}

/// "From 1 January 2005 to 4 April 2023" holds both days.
fn day(table: &toml::Table, key: &str) -> Option<String> {
    let date: chrono::NaiveDate = said(table, key).parse().ok()?;
    Some(date.format("%-d %B %Y").to_string())
}

/// A level with its side as the dictionary begins: "90" and "more".
fn level(standard: &toml::Table) -> (f64, &'static str) {
    let level = &standard["level"];
    let number =
        level.as_float().or_else(|| level.as_integer().and_then(|whole| i32::try_from(whole).ok()).map(f64::from));
    let side = match said(standard, "comparator").as_str() {
        ">=" => "or more",
        "<=" => "or less",
        _ => "Under",
    };
    (number.unwrap(), side)
}

fn kind_words(kind: &str) -> &'static str {
    match kind {
        "historical" => "Historical standard",
        "current_law" => "Limit set by law",
        "former_law" => "Former limit set by law",
        "expectation" => "Regulator’s expectation",
        other => panic!("nobody reads a standard of the kind “{other}”"),
    }
}

/// Holds every metric dictionary of a release against the definitions; returns how many dictionaries and standards it has.
pub fn assert_repeats_the_definitions(release: &Path) -> (usize, usize) {
    let definitions = definitions();
    let (mut dictionaries, mut standards) = (0, 0);
    let pages = files_below(release).into_iter().filter(|path| path.ends_with("metric-dictionary.html"));
    for page in pages {
        dictionaries += 1;
        let entries = entries(&release.join(&page));
        for (id, metric) in &definitions {
            let place = format!("{} {id}", text(&page));
            let entry = entries.get(id).unwrap_or_else(|| panic!("{place} is not there"));
            for key in ["definition", "numerator", "denominator"] {
                let wanted = said(metric, key);
                assert!(wanted.is_empty() || entry.lines.contains(&wanted), "{place} does not have the {key}");
            }
            let defined = metric.get("standards").and_then(toml::Value::as_array).cloned().unwrap_or_default();
            let shown: Vec<_> = entry.standards.iter().filter(|row| row["Kind"] != LOCAL).collect();
            assert_eq!(shown.len(), defined.len(), "{place}");
            for (row, standard) in shown.into_iter().zip(&defined) {
                standards += 1;
                assert_standard(&place, row, standard.as_table().unwrap());
            }
        }
    }
    (dictionaries, standards)
}

fn assert_standard(place: &str, row: &BTreeMap<String, String>, standard: &toml::Table) {
    let (wanted, side) = level(standard);
    let digits: String = row["Level"].chars().filter(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    assert_eq!(digits.parse().ok(), Some(wanted), "{place}: {row:?}");
    assert!(row["Level"].contains(side), "{place}: {row:?} and not “{side}”");
    assert_eq!(row["Kind"], kind_words(&said(standard, "kind")), "{place}: {row:?}");
    for date in ["from", "to"].into_iter().filter_map(|key| day(standard, key)) {
        assert!(row["In place"].contains(&date), "{place}: {row:?} does not hold {date}");
    }
    assert_eq!(row["In place"].contains(" to "), standard.contains_key("to"), "{place}: {row:?}");
    assert!(row["Source"].starts_with(&said(standard, "source")), "{place}: {row:?}");
    let note = said(standard, "note");
    assert_eq!(row["Note"], if note.is_empty() { "No note".to_owned() } else { note }, "{place}: {row:?}");
}
