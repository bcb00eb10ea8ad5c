//! The glossary of an edition.

use crate::report::edition::Scope;
use crate::report::page::block::Block;
use crate::report::page::text::Fact;
use crate::vocabulary::body::name_key;

/// The terms of the edition from A to Z.
pub fn glossary(scope: &Scope<'_>) -> Vec<Block> {
    let mut terms: Vec<_> = scope.edition.layout.terms.iter().collect();
    terms.sort_by_cached_key(|term| name_key(&term.term));
    let facts: Vec<Fact> = terms.into_iter().map(|term| Fact::new(&*term.term, &*term.meaning)).collect();
    if facts.is_empty() {
        return Vec::new();
    }
    let opening = "These words have a special meaning in this report.";
    vec![Block::paragraph(opening), Block::Facts(facts)]
}
