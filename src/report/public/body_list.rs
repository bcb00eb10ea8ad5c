//! The organisations of an edition from A to Z, each with a link to its page.

use crate::report::edition::Scope;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::public::body_page::Shown;
use crate::report::words;
use crate::vocabulary::body::{Organisation, name_key};

/// The forces, then the other organisations.
pub fn bodies_a_to_z(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let with_page = facts.release.organisations.iter();
    let mut with_page: Vec<&Organisation> =
        with_page.filter(|body| scope.edition.organisation_address(&body.code).is_some()).collect();
    with_page.sort_by_cached_key(|body| name_key(&body.short_name));
    let (forces, others): (Vec<&Organisation>, Vec<&Organisation>) =
        with_page.into_iter().partition(|body| facts.is_force(&body.code));
    let lead = "Each force has a page with its own figures, beside those of all forces. Forces differ in size and in what they \
                deal with, so a high or low figure is a reason to ask and not a verdict.";
    let tables = [
        list(scope, ("tab-forces", "Police forces from A to Z"), &forces),
        list(scope, ("tab-others", "Other organisations from A to Z"), &others),
    ];
    let tables: Vec<Block> = tables.into_iter().flatten().collect();
    if tables.is_empty() { Vec::new() } else { [Block::Lead(lead.into())].into_iter().chain(tables).collect() }
}

fn list(scope: &Scope<'_>, (id, caption): (&str, &str), bodies: &[&Organisation]) -> Option<Block> {
    let mut letter = None;
    let row = |body: &&Organisation| {
        let first = words::sentence_case(&body.short_name).chars().next();
        let opens = (first != letter).then_some(first).flatten();
        letter = first;
        let shown = Shown::of(scope.facts(), body);
        let cells = [shown.figures.len(), shown.withheld.len(), shown.missing.len()].map(Cell::count).to_vec();
        let row = Row::new(&*body.short_name, cells).linked(scope.edition.organisation_address(&body.code));
        row.opens(opens.map(String::from))
    };
    let rows: Vec<Row> = bodies.iter().map(row).collect();
    let columns = ["Figures shown", "Withheld", "No figure"].map(Column::numbers);
    let columns = [Column::words("Name")].into_iter().chain(columns).collect();
    Table::new(id, caption, columns, rows).with_widths(Widths::Dense).into_block()
}
