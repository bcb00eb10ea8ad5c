//! What an error says of itself: its own part, and never its source, which whoever tells the error tells once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Field, Fields, ItemStruct, Variant};

use crate::support::files_below;

/// Errors of a file whose message holds their source.
#[derive(Default)]
struct Repeating(Vec<String>);

impl Repeating {
    fn look(&mut self, name: &str, attributes: &[Attribute], fields: &Fields) {
        let message = attributes.iter().filter(|one| one.path().is_ident("error"));
        let message: String =
            message.filter_map(|one| one.meta.require_list().ok()).map(|list| list.tokens.to_string()).collect();
        for (at, field) in fields.iter().enumerate().filter(|(_, field)| is_source(field)) {
            let name_of_field = field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string);
            let starts = ["}", ":"].map(|end| format!("{{{name_of_field}{end}"));
            if starts.iter().any(|start| message.contains(start)) {
                self.0.push(name.to_owned());
            }
        }
    }
}

fn is_source(field: &Field) -> bool {
    let is_marked = field.attrs.iter().any(|one| one.path().is_ident("source") || one.path().is_ident("from"));
    is_marked || field.ident.as_ref().is_some_and(|name| name == "source")
}

impl<'a> Visit<'a> for Repeating {
    fn visit_variant(&mut self, variant: &'a Variant) {
        self.look(&variant.ident.to_string(), &variant.attrs, &variant.fields);
        visit::visit_variant(self, variant);
    }

    fn visit_item_struct(&mut self, item: &'a ItemStruct) {
        self.look(&item.ident.to_string(), &item.attrs, &item.fields);
        visit::visit_item_struct(self, item);
    }
}

fn repeating(text: &str) -> Vec<String> {
    let mut found = Repeating::default();
    found.visit_file(&syn::parse_file(text).unwrap());
    found.0
}

#[test]
fn no_error_repeats_its_source() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut offences = BTreeSet::new();
    for file in files_below(&src).iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let found = repeating(&fs::read_to_string(src.join(file)).unwrap());
        offences.extend(found.into_iter().map(|name| format!("{}: {name}", file.display())));
    }
    assert!(offences.is_empty(), "these say their source a second time:\n{offences:#?}");
}

#[test]
fn an_error_that_repeats_its_source_is_found() {
    let text = r#"
        enum E {
            #[error("{path}: {source}")] A { path: String, source: Io },
            #[error("wrong: {0}")] B(#[from] Io),
            #[error("wrong: {source:#}")] C { source: Io },
            #[error("wrong: {0}")] D(String),
            #[error("{path}")] E { path: String, source: Io },
        }
        #[error("folder {path}: {source}")] struct S { path: String, #[source] source: Io }
    "#;
    assert_eq!(repeating(text), ["A", "B", "C", "S"]);
}
