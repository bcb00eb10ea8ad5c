//! The code of a body has a type: no field and no parameter that is named like one holds a text, but where texts come in.

use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Field, GenericArgument, ImplItem, Item, Pat, PatType, PathArguments, PathSegment, Token, Type};

use super::imports::{attributes_of, is_for_tests, sources};

/// What values are called that hold codes of bodies.
const NAMES: [&str; 12] = [
    "bodies",
    "code",
    "codes",
    "member",
    "members",
    "org",
    "org_code",
    "organisation",
    "organisations",
    "peer",
    "peer_code",
    "peers",
];

/// Files in which such a name stands for a text, and why.
const BORDERS: [(&str, &str); 3] = [
    ("app/prepare.rs", "the code as it was typed, before it is read"),
    ("cli/prepare.rs", "the code as it was typed"),
    ("definitions/contract_file/conditions.rs", "code is a condition of a contract in SQL"),
];

/// Fields and parameters of the product that are named like the code of a body and are texts.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    fn look(&mut self, name: String, kind: &Type) {
        if NAMES.contains(&name.as_str()) && holds_text(kind) {
            self.0.push(name);
        }
    }
}

/// Whether a type is a text, or holds texts. A text of the program itself (`&'static str`) is words and no code.
fn holds_text(kind: &Type) -> bool {
    match kind {
        Type::Reference(reference) => {
            let is_static = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            !is_static && holds_text(&reference.elem)
        }
        Type::Slice(slice) => holds_text(&slice.elem),
        Type::Array(array) => holds_text(&array.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let is_text = ["String", "str"].iter().any(|text| last.ident == text);
            is_text || matches!(&last.arguments, PathArguments::AngleBracketed(inner) if hold_text(&inner.args))
        }),
        _ => false,
    }
}

/// Whether a type is, or holds, the code of a body.
fn holds_code(kind: &Type) -> bool {
    let mut found = Named::default();
    found.visit_type(kind);
    found.0.iter().any(|name| ["BodyId", "SenderCode"].contains(&name.as_str()))
}

/// The names of all types within a type.
#[derive(Default)]
struct Named(Vec<String>);

impl<'ast> Visit<'ast> for Named {
    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        self.0.push(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }
}

/// Whether arguments of a generic type hold texts. A map from other texts to codes holds codes.
fn hold_text(arguments: &Punctuated<GenericArgument, Token![,]>) -> bool {
    let kinds =
        arguments.iter().filter_map(|one| if let GenericArgument::Type(kind) = one { Some(kind) } else { None });
    let kinds: Vec<&Type> = kinds.collect();
    kinds.iter().any(|kind| holds_text(kind)) && !kinds.iter().any(|kind| holds_code(kind))
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes_of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if let Some(name) = &field.ident {
            self.look(name.to_string(), &field.ty);
        }
        visit::visit_field(self, field);
    }

    /// A parameter of a function or closure, or a value that says its type.
    fn visit_pat_type(&mut self, typed: &'ast PatType) {
        match (&*typed.pat, &*typed.ty) {
            (Pat::Ident(name), kind) => self.look(name.ident.to_string(), kind),
            (Pat::Tuple(names), Type::Tuple(kinds)) => {
                for (name, kind) in names.elems.iter().zip(&kinds.elems) {
                    if let Pat::Ident(name) = name {
                        self.look(name.ident.to_string(), kind);
                    }
                }
            }
            _ => {}
        }
        visit::visit_pat_type(self, typed);
    }
}

fn texts_in(text: &str) -> Vec<String> {
    let mut found = Texts::default();
    found.visit_file(&syn::parse_file(text).unwrap());
    found.0
}

#[test]
fn codes_of_bodies_are_no_texts() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: Vec<(String, Vec<String>)> = sources()
        .into_iter()
        .map(|file| (file.path.clone(), texts_in(&fs::read_to_string(src.join(&file.path)).unwrap())))
        .filter(|(_, names)| !names.is_empty())
        .collect();
    let is_border = |path: &str| BORDERS.iter().any(|(border, _)| *border == path);
    let offences: Vec<_> = found.iter().filter(|(path, _)| !is_border(path)).collect();
    assert!(offences.is_empty(), "these are texts; a code is a BodyId or a SenderCode:\n{offences:#?}");
    let idle: Vec<_> = BORDERS.iter().filter(|(border, _)| !found.iter().any(|(path, _)| path == border)).collect();
    assert!(idle.is_empty(), "to be taken out of the list: {idle:?}");
}

#[test]
fn a_code_that_is_a_text_is_found_wherever_it_stands() {
    let text = r"
        struct Held<'a> { code: &'a str, peers: Vec<String>, org_code: BodyId, bodies: &'static str, name: String }
        fn asked(code: &BodyId, (metric, org): (&Metric, &str), members: Option<&[String]>) {
            let find = |codes: &[&str]| codes.len();
            let peer: std::sync::Arc<str> = text();
            let member: HashMap<&str, Vec<&BodyId>> = by_metric();
        }
        impl Held<'_> { fn of(&self, organisation: &BTreeMap<String, usize>) {} }
        #[cfg(test)]
        mod tests { fn made(code: &str) {} }
    ";
    assert_eq!(texts_in(text), ["code", "peers", "org", "members", "codes", "peer", "organisation"]);
}
