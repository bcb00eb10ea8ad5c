//! Sheets that say what the others are about: definitions of metrics, standards, organisations, and terms.

use crate::definitions::edition_words::GlossaryTerm;
use crate::definitions::model::{Metric, Standard};
use crate::report::metric::sections::documentation;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::sentences::standard;
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::{SheetColumns, SheetDraft};
use crate::report::sheets::figure_columns::{nothing, words_or_nothing};
use crate::report::sheets::notes::SheetNote;
use crate::report::trends::is_historical;
use crate::report::words;
use crate::vocabulary::body::{Organisation, name_key};
use crate::vocabulary::quantity::Unit;

type MetricColumns<'a> = SheetColumns<'a, &'a Metric>;

/// What is documented of a metric, as the pages name it.
const DOCUMENTED: [&str; 8] =
    ["Numerator", "Denominator", "Counted by", "Direction", "Responsible", "Evidence", "Settings", "Data"];

/// What every metric measures.
pub(super) fn definitions(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let mut columns = MetricColumns::new()
        .with(Column::words("Metric code"), |metric| Cell::new(metric.id.as_str()))
        .with(Column::words("Metric"), |metric| Cell::new(&*metric.title))
        .with(Column::numbers("Principle"), |metric| Cell::count(metric.principle))
        .with(Column::words("Definition"), |metric| Cell::new(&*metric.definition))
        .with(Column::words("Unit"), |metric| Cell::new(metric.unit.words()));
    for term in DOCUMENTED {
        columns = columns.with(Column::words(term), move |metric| {
            let fact = documentation(facts, metric).into_iter().find(|fact| fact.term == term);
            words_or_nothing(fact.map(|fact| fact.text.plain()))
        });
        if term == "Evidence" {
            columns = columns.noted(SheetNote::Documented);
        }
    }
    let version = |metric: &Metric| metric.version_at(facts.release.period.last()).map(|one| (one.version, one.date));
    let columns = columns
        .with(Column::words("What to be careful about"), |metric| {
            let caveats = metric.all_caveats();
            Cell::new(if caveats.is_empty() { "Nothing noted".to_owned() } else { caveats.join(" ") })
        })
        .with(Column::numbers("Version"), move |metric| {
            version(metric).map_or_else(nothing, |(number, _)| Cell::count(number))
        })
        .with(Column::dates("Version of"), move |metric| {
            version(metric).map_or_else(nothing, |(_, date)| Cell::date(date))
        });
    columns.of(scope.metrics())
}

/// A standard of a metric.
struct DatedStandard<'a> {
    metric: &'a Metric,
    standard: &'a Standard,
}

/// Every standard, or those that apply to the organisation of the edition.
pub(super) fn standards<'a>(scope: &SheetScope<'a>) -> SheetDraft {
    let own = scope.edition.organisation();
    let applies = |standard: &&Standard| own.is_none_or(|body| standard.applies_to(&body.code));
    let of_metric = |metric: &'a Metric| {
        metric.standards.iter().filter(applies).map(move |standard| DatedStandard { metric, standard })
    };
    let last = |standard: &Standard| match standard.to {
        Some(to) => Cell::date(to),
        None if is_historical(standard.kind) => Cell::new("Not known"),
        None => Cell::new("Still in place"),
    };
    let columns = SheetColumns::new()
        .with(Column::words("Metric code"), |one: &DatedStandard<'_>| Cell::new(one.metric.id.as_str()))
        .with(Column::words("Metric"), |one| Cell::new(&*one.metric.title))
        .with(Column::words("Standard"), |one| {
            Cell::new(words::sentence_case(&standard::level_words(one.standard, one.metric.unit)))
        })
        .with(Column::numbers("Level"), |one| level_cell(one.standard.level, one.metric.unit))
        .with(Column::words("Unit"), |one| Cell::new(one.metric.unit.words()))
        .with(Column::words("Kind of standard"), |one| {
            Cell::new(words::sentence_case(standard::kind_words(one.standard.kind)))
        })
        .with(Column::dates("In force from"), |one| Cell::date(one.standard.from))
        .with(Column::dates("In force until"), move |one| last(one.standard))
        .with(Column::words("Source"), |one| Cell::new(&*one.standard.source))
        .with(Column::words("Where to find the source"), |one| {
            let address = &*one.standard.address;
            words_or_nothing(Some(address).filter(|address| !address.is_empty()))
        })
        .with(Column::words("Note"), |one| {
            let note = &*one.standard.note;
            Cell::new(if note.is_empty() { "No note" } else { note })
        });
    columns.of(scope.metrics().into_iter().flat_map(of_metric))
}

fn level_cell(level: f64, unit: Unit) -> Cell {
    Cell::shown(level.to_string(), level, unit)
}

/// The terms of the edition from A to Z.
pub(super) fn glossary(scope: &SheetScope<'_>) -> SheetDraft {
    let mut terms: Vec<&GlossaryTerm> = scope.edition.layout.terms.iter().collect();
    terms.sort_by_cached_key(|term| name_key(&term.term));
    let columns = SheetColumns::new()
        .with(Column::words("Term"), |term: &&GlossaryTerm| Cell::new(&*term.term))
        .with(Column::words("Meaning"), |term| Cell::new(&*term.meaning));
    columns.of(terms)
}

/// The organisations with their codes, by name.
pub(super) fn organisations(scope: &SheetScope<'_>) -> SheetDraft {
    let mut bodies: Vec<&Organisation> = scope.facts().release.organisations.iter().collect();
    bodies.sort_by_cached_key(|body| (name_key(&body.name), body.code.clone()));
    let columns = SheetColumns::new()
        .with(Column::words("Code"), |body: &&Organisation| Cell::new(&**body.code))
        .with(Column::words("Organisation"), |body| Cell::new(&*body.name))
        .with(Column::words("Short name"), |body| Cell::new(&*body.short_name))
        .with(Column::words("Kind"), |body| Cell::new(words::sentence_case(&words::plain_name(&body.kind))))
        .with(Column::words("Region"), |body| words_or_nothing(body.region.clone()))
        .with(Column::words("Country"), |body| Cell::new(&*body.country));
    columns.of(bodies)
}
