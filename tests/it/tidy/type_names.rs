//! A type has its name alone: two types of one name stand only where the glossary says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::Item;
use syn::visit::{self, Visit};

use super::imports::{attributes_of, is_for_tests, sources};

/// The heading in the glossary under which the exceptions stand.
const EXCEPTIONS: &str = "## Names of two types";

/// The names of all types that one file declares for the product.
#[derive(Default)]
struct Declared {
    names: Vec<String>,
}

impl<'ast> Visit<'ast> for Declared {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes_of(item)) {
            return;
        }
        let name = match item {
            Item::Struct(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Union(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        self.names.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }
}

fn declared_in(text: &str) -> Vec<String> {
    let mut declared = Declared::default();
    declared.visit_file(&syn::parse_file(text).unwrap());
    declared.names
}

/// Names that stand more than once, each with its files.
fn shared(files: &[(String, String)]) -> BTreeMap<String, Vec<&str>> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        for name in declared_in(text) {
            places.entry(name).or_default().push(path);
        }
    }
    places.retain(|_, files| files.len() > 1);
    places
}

/// The names in the first column of the glossary's table of exceptions; every one of them has its reason.
fn exceptions(glossary: &str) -> BTreeSet<String> {
    let Some(section) = glossary.split(&format!("\n{EXCEPTIONS}\n")).nth(1) else { return BTreeSet::new() };
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let name = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 2 && !cells[1].is_empty(), "no reason is given: {row}");
        cells[0].trim_matches('`').to_owned()
    };
    rows.map(name).collect()
}

#[test]
fn a_type_has_its_name_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &str| fs::read_to_string(root.join("src").join(path)).unwrap();
    let files: Vec<(String, String)> =
        sources().into_iter().map(|file| (file.path.clone(), text(&file.path))).collect();
    let shared = shared(&files);
    let excepted = exceptions(&fs::read_to_string(root.join("docs/glossary.md")).unwrap());
    let offences: Vec<_> = shared.iter().filter(|(name, _)| !excepted.contains(*name)).collect();
    assert!(offences.is_empty(), "these names stand for several types:\n{offences:#?}");
    let idle: Vec<&String> = excepted.iter().filter(|name| !shared.contains_key(*name)).collect();
    assert!(idle.is_empty(), "to be taken out of the glossary: {idle:?}");
}

#[test]
fn a_second_type_of_one_name_is_found_wherever_it_stands() {
    let one = "pub struct Shared; enum Alone {} type Short = u8;".to_owned();
    let other = r"
        mod inner { trait Shared {} }
        fn named() { struct Short; }
        #[cfg(test)]
        mod tests { struct Alone; }
        #[cfg(test)]
        enum Alone {}
    "
    .to_owned();
    let files = [("a.rs".to_owned(), one), ("b.rs".to_owned(), other)];
    let found = shared(&files);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["Shared", "Short"]);
    assert_eq!(found["Shared"], ["a.rs", "b.rs"]);
}

#[test]
fn an_exception_is_read_from_its_section_only() {
    let glossary = format!(
        "See `{EXCEPTIONS}`.\n| `Before` | x |\n{EXCEPTIONS}\n\n| type | why |\n|---|---|\n| `Inside` | x |\n\n## Next\n| `After` | x |"
    );
    assert_eq!(exceptions(&glossary), BTreeSet::from(["Inside".to_owned()]));
}
