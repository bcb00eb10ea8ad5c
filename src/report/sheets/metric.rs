//! Sheets of figures by body: one metric with all comparisons, and every metric of organisations and of regions.

use crate::definitions::model::Metric;
use crate::release::tables::OBSERVATIONS;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::SheetDraft;
use crate::report::sheets::figure_columns::{
    FigureColumns, FigureRow, SheetMeasure, among_all, attention, bodies, change_basis, coverage, note, nothing,
    of_any_body, of_body, of_metric, peers, standard, value, year_before,
};
use crate::report::sheets::notes::SheetNote;
use crate::report::trends::regions::places;
use crate::stats::ranks::Rank;

/// One metric for the nation, each region and each organisation.
pub(super) fn figures_of_metric<'a>(scope: &SheetScope<'a>, metric: &'a Metric) -> SheetDraft {
    let facts = scope.facts();
    let measure = SheetMeasure::Metric(metric);
    let columns = of_any_body()
        .and(value(measure))
        .and(coverage())
        .and(peers(measure))
        .and_if(year_before(facts, measure))
        .and_if(change_basis(facts))
        .and(among_all())
        .and(standard())
        .and(attention())
        .and(note());
    let codes = bodies(facts, metric, &["Nation", "Region", "Organisation"]);
    let draft = columns.of(codes.into_iter().map(|code| FigureRow::current(facts, metric, code)));
    draft.explained(metric.definition.clone()).held_by(OBSERVATIONS).without_empty_columns()
}

/// Every metric of every organisation.
pub(super) fn figures_of_organisations(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let several = SheetMeasure::Several;
    let columns = of_metric()
        .and(of_body())
        .and(value(several))
        .and(among_all())
        .and_if(year_before(facts, several))
        .and(standard())
        .and(note());
    let of_metric = |metric| bodies(facts, metric, &["Organisation"]).into_iter().map(move |code| (metric, code));
    let rows = scope.metrics().into_iter().flat_map(of_metric);
    columns.of(rows.map(|(metric, code)| FigureRow::current(facts, metric, code))).held_by(OBSERVATIONS)
}

/// Every metric of every region; with the places of the regions for those who may see them.
pub(super) fn figures_of_regions(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let several = SheetMeasure::Several;
    let columns = of_metric()
        .and(of_body())
        .and(value(several))
        .and_if(year_before(facts, several))
        .and_if(change_basis(facts))
        .and_if(scope.edition.names_organisations().then(place_columns))
        .and(standard())
        .and(note());
    let of_metric = |metric| bodies(facts, metric, &["Region"]).into_iter().map(move |code| (metric, code));
    let rows = scope.metrics().into_iter().flat_map(of_metric);
    columns.of(rows.map(|(metric, code)| FigureRow::current(facts, metric, code))).held_by(OBSERVATIONS)
}

/// The place of a region among the regions, and the places that chance leaves open.
fn place_columns<'a>() -> FigureColumns<'a> {
    let place = |row: &FigureRow<'a>| {
        let codes = row.facts.region_codes(row.metric);
        let at = codes.iter().position(|code| *code == row.code)?;
        places(row.facts, row.metric, &codes, row.period).get(at).copied().flatten()
    };
    let column = |read: fn(Rank) -> usize| {
        move |row: &FigureRow<'a>| place(row).map_or_else(nothing, |rank| Cell::count(read(rank)))
    };
    FigureColumns::new()
        .with(Column::numbers("Place"), column(|rank| rank.rank))
        .noted(SheetNote::Places)
        .with(Column::numbers("Best possible place"), column(|rank| rank.at_least))
        .noted(SheetNote::Places)
        .with(Column::numbers("Worst possible place"), column(|rank| rank.at_most))
        .noted(SheetNote::Places)
}
