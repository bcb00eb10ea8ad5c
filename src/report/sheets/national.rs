//! Sheets about the nation: every metric now, every metric over time, and the organisations whose figures ask for attention.

use crate::release::tables::{LONG_SERIES, OBSERVATIONS, VERDICTS};
use crate::report::national::all_metrics::worse_forces;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::SheetDraft;
use crate::report::sheets::figure_columns::{
    FigureColumns, FigureRow, SheetMeasure, among_all, attention as attention_columns, change_basis, coverage, note,
    of_body, of_metric, of_period, outcome, peers, standard, value, year_before,
};
use crate::report::sheets::notes::SheetNote;
use crate::report::trends::long_periods;
use crate::verdict::{Attention, FigureVerdict};
use crate::vocabulary::body_id::BodyId;

/// Every metric of the nation in the report's period.
pub(super) fn national_figures(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let several = SheetMeasure::Several;
    let columns = of_metric()
        .and(value(several))
        .and(coverage())
        .and_if(year_before(facts, several))
        .and_if(change_basis(facts))
        .and(standard())
        .and_if(scope.edition.names_organisations().then(worse_than_peers))
        .and(note());
    let rows = scope.metrics().into_iter().map(|metric| FigureRow::current(facts, metric, BodyId::nation()));
    columns.of(rows).held_by(OBSERVATIONS)
}

/// How many forces are clearly worse than their peers, and which.
fn worse_than_peers<'a>() -> FigureColumns<'a> {
    FigureColumns::new()
        .with(Column::numbers("Forces clearly worse than peers"), |row| {
            Cell::count(worse_forces(row.facts, row.metric).len())
        })
        .noted(SheetNote::AgainstPeers)
        .with(Column::words("Which forces"), |row| {
            let names: Vec<String> =
                worse_forces(row.facts, row.metric).into_iter().map(|code| row.facts.name(code)).collect();
            Cell::new(if names.is_empty() { "None".to_owned() } else { names.join("; ") })
        })
}

/// Every metric of the nation over all periods that it is followed in.
pub(super) fn national_history(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let columns = of_metric().and(of_period()).and(value(SheetMeasure::Several)).and(outcome()).and(note());
    let row = |metric| {
        long_periods(facts).iter().map(move |period| FigureRow {
            facts,
            metric,
            code: BodyId::nation(),
            period: *period,
        })
    };
    let table = if facts.release.long_series.periods.is_empty() { OBSERVATIONS } else { LONG_SERIES };
    columns.of(scope.metrics().into_iter().flat_map(row)).held_by(table)
}

/// The figures of organisations that ask for attention or are clearly better; those that ask for most come first.
pub(super) fn attention(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let several = SheetMeasure::Several;
    let stands_out = |verdict: &&FigureVerdict| {
        let is_told = matches!(verdict.attention, Attention::Act | Attention::Look | Attention::Good);
        is_told && verdict.org_code.is_organisation()
    };
    let mut found: Vec<&FigureVerdict> = facts.release.verdicts.all().iter().filter(stands_out).collect();
    found.sort_by(|a, b| {
        let size = |verdict: &FigureVerdict| verdict.size.unwrap_or_default();
        let by_size = a.attention.cmp(&b.attention).then_with(|| size(b).total_cmp(&size(a)));
        by_size.then_with(|| (&a.metric_id, &a.org_code).cmp(&(&b.metric_id, &b.org_code)))
    });
    let columns = of_body()
        .and(of_metric())
        .and(attention_columns())
        .and(value(several))
        .and(peers(several))
        .and_if(year_before(facts, several))
        .and(among_all())
        .and(standard())
        .and(note());
    let row = |verdict: &'_ FigureVerdict| {
        let metric = facts.release.metrics.iter().find(|metric| metric.id == verdict.metric_id)?;
        let body = facts.organisation(&verdict.org_code)?;
        Some(FigureRow::current(facts, metric, &body.code))
    };
    columns.of(found.into_iter().filter_map(row)).held_by(VERDICTS)
}
