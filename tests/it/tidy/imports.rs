//! What each file of the product names: every path of its code, imports and inline, resolved from the crate's root.
//! Code that is compiled for tests alone is left out, wherever it stands in a file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Macro, Meta, UseTree};

use crate::support::files_below;

/// One file of `src` that is compiled into the product.
pub struct Source {
    /// Path below `src`.
    pub path: String,
    /// Names of modules from the crate's root down to this file; empty for `lib.rs` and `main.rs`.
    pub module: Vec<String>,
    /// Everything that is named. A path into this crate begins with `crate`.
    pub named: BTreeSet<Vec<String>>,
}

impl Source {
    /// The first module of the path, or `lib` or `main`.
    pub fn top(&self) -> &str {
        self.module.first().map_or_else(|| self.path.trim_end_matches(".rs"), String::as_str)
    }

    /// Whether the file names a library or an item, given as a path. A path that begins with a type is looked for at any
    /// place, because the type is imported.
    pub fn names(&self, item: &str) -> bool {
        let wanted: Vec<&str> = item.split("::").collect();
        let is_type = item.starts_with(char::is_uppercase);
        let begins = |path: &[String]| path.len() >= wanted.len() && path.iter().zip(&wanted).all(|(a, b)| a == b);
        self.named.iter().any(|path| begins(path) || is_type && (1..path.len()).any(|from| begins(&path[from..])))
    }
}

/// All files of the product, by path.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let paths = files_below(&root).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let mut files = Vec::new();
    let mut for_tests: Vec<Vec<String>> = Vec::new();
    for path in paths {
        let path = path.to_str().unwrap().to_owned();
        let text = fs::read_to_string(root.join(&path)).unwrap();
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut names = Names::new(module_of(&path));
        names.visit_file(&parsed);
        for_tests.extend(names.for_tests);
        files.push(Source { path, module: names.module, named: names.named });
    }
    assert!(files.len() > 80, "the sources were not found");
    files.retain(|file| !for_tests.iter().any(|module| file.module.starts_with(module)));
    files
}

/// `a/b.rs` and `a/b/mod.rs` are the module `a::b`.
fn module_of(path: &str) -> Vec<String> {
    let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// Collects paths while it walks through a file.
struct Names {
    module: Vec<String>,
    named: BTreeSet<Vec<String>>,
    /// Modules in other files that are declared for tests alone.
    for_tests: Vec<Vec<String>>,
}

impl Names {
    fn new(module: Vec<String>) -> Self {
        Self { module, named: BTreeSet::new(), for_tests: Vec::new() }
    }

    /// Adds a path as it is written; one that begins with `self`, `super` or the package's name is resolved.
    fn add(&mut self, written: &[String]) {
        let Some(first) = written.first() else { return };
        let ups = written.iter().take_while(|segment| *segment == "super").count();
        let resolved = match first.as_str() {
            "self" => self.inside(self.module.len(), &written[1..]),
            "super" => self.inside(self.module.len().saturating_sub(ups), &written[ups..]),
            "leds_metrics" => self.inside(0, &written[1..]),
            _ => written.to_vec(),
        };
        self.named.insert(resolved);
    }

    fn inside(&self, depth: usize, rest: &[String]) -> Vec<String> {
        let root = std::iter::once("crate".to_owned());
        root.chain(self.module[..depth].iter().cloned()).chain(rest.iter().cloned()).collect()
    }

    fn add_use(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.add_use(&with(path.ident.to_string()), &path.tree),
            UseTree::Name(name) => self.add(&with(name.ident.to_string())),
            UseTree::Rename(rename) => self.add(&with(rename.ident.to_string())),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.add_use(before, item)),
        }
    }

    /// Paths in the text of a macro or of an attribute, which is no syntax tree.
    fn add_words(&mut self, tokens: &str) {
        let joined = tokens.replace(" :: ", "::");
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for word in joined.split(|c| !is_path(c)).filter(|word| word.contains("::")) {
            let path: Vec<String> = word.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
            self.add(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes_of(item)) {
            if let Item::Mod(module) = item {
                let name = module.ident.to_string();
                self.for_tests.push([self.module.as_slice(), &[name]].concat());
            }
            return;
        }
        match item {
            // Its paths are relative to itself.
            Item::Mod(module) if module.content.is_some() => {
                self.module.push(module.ident.to_string());
                visit::visit_item(self, item);
                self.module.pop();
            }
            Item::Use(import) => self.add_use(&[], &import.tree),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.add(&segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_words(&list.tokens.to_string());
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.add_words(&call.tokens.to_string());
        visit::visit_macro(self, call);
    }
}

pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::Path(path) => path.is_ident("test"),
        Meta::NameValue(_) => false,
    })
}

pub fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[test]
fn every_way_of_naming_something_is_seen() {
    let text = r#"
        #[cfg(test)]
        use crate::only::for_tests;
        #[cfg(test)]
        mod tests { use crate::only::for_tests; }
        use super::sibling::{self, deeper::{One, Two as Other}};
        pub use crate::shown::*;
        #[derive(serde::Serialize)]
        struct Plain(crate::field::Type);
        fn named() -> std::io::Result<()> {
            let words = format!("{}", crate::within::a_macro());
            inner::call::<crate::as_generic::Argument>(words)
        }
        mod inner { use super::super::cousin::Thing; }
    "#;
    let mut seen = Names::new(vec!["a".to_owned(), "b".to_owned()]);
    seen.visit_file(&syn::parse_file(text).unwrap());
    let named: Vec<String> = seen.named.iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::a::cousin::Thing",
        "crate::a::sibling::deeper::One",
        "crate::a::sibling::deeper::Two",
        "crate::a::sibling::self",
        "crate::as_generic::Argument",
        "crate::field::Type",
        "crate::shown",
        "crate::within::a_macro",
        "inner::call",
        "serde::Serialize",
        "std::io::Result",
    ];
    assert_eq!(named, expected);
    assert_eq!(seen.for_tests, [["a", "b", "tests"]]);
}
