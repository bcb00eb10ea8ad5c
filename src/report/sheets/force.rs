//! Sheets about one organisation: its figures beside its peers and all, over time, and what lies within reach. Of others they
//! hold sums only, and no sum that tells of a single other organisation.

use crate::assessment::Against;
use crate::definitions::model::Metric;
use crate::release::tables::{OBSERVATIONS, VERDICTS};
use crate::report::charts::MarkMeaning;
use crate::report::force::metrics::may_see_nation;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::sentences::standing;
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::SheetDraft;
use crate::report::sheets::figure_columns::{
    FigureColumns, FigureRow, SheetMeasure, among_all, attention, coverage, note, nothing, of_metric, of_period,
    outcome, peers, peers_cell, standard, value, year_before,
};
use crate::report::sheets::notes::SheetNote;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::Better;
use crate::vocabulary::shorthand::Shorthand;

/// The metrics of which the release has a figure of the organisation in any period.
fn measured<'a>(scope: &SheetScope<'a>, body: &Organisation) -> Vec<&'a Metric> {
    let facts = scope.facts();
    scope.metrics().into_iter().filter(|metric| facts.codes(metric).contains(&&*body.code)).collect()
}

/// Every metric of the organisation, beside its peers and all.
pub(super) fn own_figures<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let several = SheetMeasure::Several;
    let columns = of_metric()
        .and(value(several))
        .and(coverage())
        .and(peers(several))
        .and(all_organisations())
        .and_if(year_before(facts, several))
        .and(among_all())
        .and(standard())
        .and(attention())
        .and(note());
    let rows = measured(scope, body).into_iter().map(|metric| FigureRow::current(facts, metric, &body.code));
    columns.of(rows).held_by(OBSERVATIONS)
}

/// The figure of all, where it tells of no single other.
fn all_organisations<'a>() -> FigureColumns<'a> {
    let cell = |row: &FigureRow<'a>| {
        if may_see_nation(row.facts, row.metric, row.code) {
            Cell::figure(row.facts.figure(row.metric, BodyId::nation(), row.period))
        } else {
            Cell::absent(Shorthand::Withheld)
        }
    };
    FigureColumns::new().with(Column::numbers("All organisations"), cell).noted(SheetNote::AllOrganisations)
}

/// Every metric of the organisation over the periods of the trend, beside its peers and all.
pub(super) fn own_history<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let peers = FigureColumns::new().with(Column::numbers("Peers, all returns"), |row| {
        row.facts.peers(row.metric, row.code, row.period).map_or_else(nothing, |peers| Cell::figure(Some(peers)))
    });
    let columns = of_metric()
        .and(of_period())
        .and(value(SheetMeasure::Several))
        .and(peers)
        .and(all_organisations())
        .and(outcome())
        .and(note());
    let row = |metric| {
        let periods = facts.release.trend.iter();
        periods.map(move |period| FigureRow { facts, metric, code: &body.code, period: *period })
    };
    columns.of(measured(scope, body).into_iter().flat_map(row)).held_by(OBSERVATIONS)
}

/// How many cases would have brought a figure to its standard, and to the figure of the peers.
#[derive(Clone, Copy)]
struct WithinReach {
    to_standard: Option<i64>,
    to_peers: Option<i64>,
}

impl WithinReach {
    /// `None` where neither was missed.
    fn of(row: &FigureRow<'_>) -> Option<Self> {
        let reach = row.facts.verdict(row.metric, row.code)?.reach;
        let state = standing::state(row.facts, row.metric, row.code, Against::Peers);
        let to_peers = reach.to_peers.filter(|_| standing::is(state, MarkMeaning::Worse));
        let is_missed = reach.to_standard.is_some() || to_peers.is_some();
        is_missed.then_some(Self { to_standard: reach.to_standard, to_peers })
    }
}

/// The metrics that some cases would have brought to their standard, or to the figure of the peers.
pub(super) fn own_reach<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let cases = |read: fn(WithinReach) -> Option<i64>| {
        move |row: &FigureRow<'a>| WithinReach::of(row).and_then(read).map_or_else(nothing, Cell::count)
    };
    let reach = FigureColumns::new()
        .with(Column::words("More or fewer cases"), |row| {
            Cell::new(if row.metric.better == Better::Lower { "Fewer" } else { "More" })
        })
        .with(Column::numbers("Cases to the standard"), cases(|reach| reach.to_standard))
        .noted(SheetNote::Reach)
        .with(Column::numbers("Peers together"), peers_cell)
        .noted(SheetNote::Peers)
        .with(Column::numbers("Cases to the figure of the peers"), cases(|reach| reach.to_peers))
        .noted(SheetNote::Reach);
    let columns = of_metric().and(value(SheetMeasure::Several)).and(standard()).and(reach);
    let rows = measured(scope, body).into_iter().map(|metric| FigureRow::current(facts, metric, &body.code));
    columns.of(rows.filter(|row| WithinReach::of(row).is_some())).held_by(VERDICTS)
}
