//! Sheets for those who follow the nation over time: the move from one system to the other, what changes are made of, and
//! revisions.

use crate::definitions::model::Metric;
use crate::history::{Revision, RevisionKind, RevisionSummary};
use crate::release::tables::{CONTRIBUTIONS, LONG_SERIES, REVISION_STATISTICS, REVISIONS};
use crate::report::metric::contributions::signed;
use crate::report::metric::late_data::change_cells;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::{SheetColumns, SheetDraft};
use crate::report::sheets::figure_columns::{
    FigureRow, SheetMeasure, bodies, level_words, note, nothing, of_any_body, of_metric, of_period, value,
};
use crate::report::sheets::notes::SheetNote;
use crate::report::trends::adoption::{Adoption, MoveMonth, adoptions};
use crate::report::trends::decomposition::DecomposedChange;
use crate::report::trends::late::{summaries, tendency_words};
use crate::report::trends::migration::followed_move;
use crate::report::words;
use crate::vocabulary::body::name_key;
use crate::vocabulary::body_id::Body;
use crate::vocabulary::shorthand::Shorthand;

/// A figure that the release before published otherwise.
struct ChangedFigure<'a> {
    metric: &'a Metric,
    revision: &'a Revision,
}

/// The figures that the release before published otherwise, with both counts of each and the reason.
pub(super) fn revisions<'a>(scope: &SheetScope<'a>) -> SheetDraft {
    let facts = scope.facts();
    let is_told = |one: &&Revision| {
        let is_sum_of_peers = matches!(one.org_code.body(), Body::PeersOf(_) | Body::Unattributed);
        one.kind == RevisionKind::SinceLastRelease && !is_sum_of_peers
    };
    let changed = |revision: &'a Revision| {
        let metric = facts.release.metrics.iter().find(|metric| metric.id == revision.metric_id)?;
        Some(ChangedFigure { metric, revision })
    };
    let mut rows: Vec<ChangedFigure<'_>> =
        facts.release.lateness.revisions.iter().filter(is_told).filter_map(changed).collect();
    rows.sort_by_cached_key(|row| {
        let code = &row.revision.org_code;
        (row.metric.id.clone(), level_words(code), name_key(&facts.name(code)), row.revision.period)
    });
    let cell = |place: usize| {
        move |row: &ChangedFigure<'_>| {
            let cells = change_cells(row.metric.unit, row.revision);
            cells.into_iter().nth(place).unwrap_or_else(nothing)
        }
    };
    let count = |read: fn(&Revision) -> Option<i64>| {
        move |row: &ChangedFigure<'_>| read(row.revision).map_or_else(nothing, Cell::count)
    };
    let columns = SheetColumns::new()
        .with(Column::words("Metric code"), |row: &ChangedFigure<'_>| Cell::new(row.metric.id.as_str()))
        .with(Column::words("Metric"), |row| Cell::new(&*row.metric.title))
        .with(Column::words("Level"), |row| Cell::new(level_words(&row.revision.org_code)))
        .with(Column::words("Code"), |row| Cell::new(&*row.revision.org_code))
        .with(Column::words("Organisation"), |row| Cell::new(facts.name(&row.revision.org_code)))
        .with(Column::words("Period"), |row| Cell::new(row.revision.period.words_with_short_name()))
        .with(Column::words("Period code"), |row| Cell::new(row.revision.period.to_string()))
        .with(Column::words("Unit"), |row| Cell::new(row.metric.unit.words()))
        .with(Column::numbers("Value published then"), cell(0))
        .with(Column::numbers("Numerator then"), count(|one| one.earlier.numerator))
        .with(Column::numbers("Denominator then"), count(|one| one.earlier.denominator))
        .with(Column::numbers("Value now"), cell(1))
        .with(Column::numbers("Numerator now"), count(|one| one.later.numerator))
        .with(Column::numbers("Denominator now"), count(|one| one.later.denominator))
        .with(Column::numbers("Change"), cell(2))
        .noted(SheetNote::ChangeInUnits)
        .with(Column::words("Reason"), cell(3))
        .with(Column::words("Published then in"), |row| Cell::new(&*row.revision.earlier_release));
    columns.of(rows).held_by(REVISIONS)
}

/// How much the national months of a metric have been revised after some months.
struct SizedRevisions<'a> {
    metric: &'a Metric,
    summary: &'a RevisionSummary,
}

/// How much national figures have been revised since they were first known, by metric and months after the first figure.
pub(super) fn revision_sizes(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let of_metric =
        |metric| summaries(facts, metric).into_iter().map(move |summary| SizedRevisions { metric, summary });
    let size = |read: fn(&RevisionSummary) -> f64| {
        move |row: &SizedRevisions<'_>| Cell::number(read(row.summary), row.metric.unit)
    };
    let columns = SheetColumns::new()
        .with(Column::words("Metric code"), |row: &SizedRevisions<'_>| Cell::new(row.metric.id.as_str()))
        .with(Column::words("Metric"), |row| Cell::new(&*row.metric.title))
        .with(Column::words("Unit of a revision"), |row| Cell::new(words::change_unit(row.metric.unit)))
        .with(Column::numbers("Months after the first figure"), |row| Cell::count(row.summary.lag))
        .with(Column::numbers("Months followed"), |row| {
            i64::try_from(row.summary.statistics.number).map_or_else(|_| nothing(), Cell::count)
        })
        .with(Column::numbers("Mean revision"), size(|one| one.statistics.mean))
        .with(Column::numbers("Mean size of a revision"), size(|one| one.statistics.mean_absolute))
        .with(Column::numbers("Least revision"), size(|one| one.statistics.least))
        .with(Column::numbers("Greatest revision"), size(|one| one.statistics.greatest))
        .with(Column::words("Tendency"), |row| {
            Cell::new(words::sentence_case(tendency_words(row.summary).unwrap_or("no tendency")))
        });
    columns.of(scope.metrics().into_iter().flat_map(of_metric)).held_by(REVISION_STATISTICS)
}

/// The move from one system to the other by month, of the nation, regions and organisations; `None` where the release follows
/// no move.
pub(super) fn migration(scope: &SheetScope<'_>) -> Option<SheetDraft> {
    let facts = scope.facts();
    let followed = followed_move(facts)?;
    let metric = followed.metric;
    let columns = of_metric().and(of_any_body()).and(of_period()).and(value(SheetMeasure::Metric(metric))).and(note());
    let codes = bodies(facts, metric, &["Nation", "Region", "Organisation"]);
    let of_code = |code| followed.months.iter().map(move |period| FigureRow { facts, metric, code, period: *period });
    let draft = columns.of(codes.into_iter().flat_map(of_code));
    Some(draft.explained(metric.definition.clone()).held_by(LONG_SERIES))
}

/// Each organisation with the month in which it moved, in the order in which they moved.
pub(super) fn migration_by_organisation(scope: &SheetScope<'_>) -> Option<SheetDraft> {
    let facts = scope.facts();
    let followed = followed_move(facts)?;
    let (metric, months) = (followed.metric, followed.months);
    let month = move |at: usize| months.get(at).map(|month| month.words()).unwrap_or_default();
    let last = months.last().map(|month| month.words()).unwrap_or_default();
    let now = |read: fn(&crate::vocabulary::observation::Observation) -> Option<i64>| {
        move |one: &Adoption<'_>| {
            one.now().and_then(read).map_or_else(|| Cell::absent(Shorthand::NotAvailable), Cell::count)
        }
    };
    let columns = SheetColumns::new()
        .with(Column::words("Code"), |one: &Adoption<'_>| Cell::new(&**one.code))
        .with(Column::words("Organisation"), |one| Cell::new(facts.name(one.code)))
        .with(Column::words("Region"), |one| {
            let region = facts.organisation(one.code).and_then(|body| body.region.clone());
            region.map_or_else(nothing, Cell::new)
        })
        .with(Column::words("State"), |one| {
            Cell::new(match one.moved {
                MoveMonth::By(_) => "Moved in this month or before",
                MoveMonth::In(_) => "Moved in this month",
                MoveMonth::NotYet => "Not moved yet",
            })
        })
        .noted(SheetNote::Moved)
        .with(Column::words("Month"), move |one| one.moved.at().map_or_else(nothing, |at| Cell::new(month(at))))
        .with(Column::in_unit(format!("Share on LEDS, {last}"), metric.unit), |one| Cell::figure(one.now()))
        .with(Column::numbers(format!("Transactions on LEDS, {last}")), now(|figure| figure.numerator))
        .with(Column::numbers(format!("All transactions, {last}")), now(|figure| figure.denominator));
    Some(columns.of(adoptions(facts, metric, months)).held_by(LONG_SERIES))
}

/// Of every change of a national figure: what own rates and what shares of cases added.
pub(super) fn change_parts(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let changes = scope.metrics().into_iter().filter_map(|metric| DecomposedChange::of(facts, metric));
    let columns = SheetColumns::new()
        .with(Column::words("Metric code"), |one: &DecomposedChange<'_>| Cell::new(one.metric.id.as_str()))
        .with(Column::words("Metric"), |one| Cell::new(&*one.metric.title))
        .with(Column::words("Unit"), |one| Cell::new(one.metric.unit.words()))
        .with(Column::words("Since"), |one| Cell::new(one.base.words()))
        .with(Column::numbers("Value then"), |one| one.cell(one.before))
        .with(Column::numbers("Numerator then"), |one| Cell::count(one.before.numerator))
        .with(Column::numbers("Denominator then"), |one| Cell::count(one.before.denominator))
        .with(Column::numbers("Value now"), |one| one.cell(one.now))
        .with(Column::numbers("Numerator now"), |one| Cell::count(one.now.numerator))
        .with(Column::numbers("Denominator now"), |one| Cell::count(one.now.denominator))
        .with(Column::numbers("Change"), |one| {
            let sum = || signed(one.rate + one.mix, one.metric.unit);
            one.change().map_or_else(sum, |change| Cell::change(&change))
        })
        .noted(SheetNote::ChangeInUnits)
        .with(Column::numbers("By own rates"), |one| signed(one.rate, one.metric.unit))
        .noted(SheetNote::Rates)
        .with(Column::numbers("By shares of cases"), |one| signed(one.mix, one.metric.unit))
        .noted(SheetNote::Shares)
        .with(Column::words("Largest part, code"), |one| {
            one.largest().map_or_else(nothing, |part| Cell::new(&*part.org_code))
        })
        .with(Column::words("Largest part, organisation"), |one| {
            one.largest().map_or_else(nothing, |part| Cell::new(facts.name(&part.org_code)))
        })
        .with(Column::numbers("Size of the largest part"), |one| {
            let size = |part: &crate::assessment::NationalContribution| part.rate_effect + part.mix_effect;
            one.largest().map_or_else(nothing, |part| signed(size(part), one.metric.unit))
        });
    let draft =
        columns.of(changes).explained("Values and counts are over the organisations that returned both periods.");
    draft.held_by(CONTRIBUTIONS)
}
