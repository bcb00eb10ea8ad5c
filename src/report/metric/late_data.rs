//! Late data and revisions on a metric's page: how complete recent figures are, and what has moved since it was first
//! known or last published. Every number is one of `results/completeness`, `results/revisions` or
//! `results/revision_statistics`.

use crate::definitions::model::Metric;
use crate::history::{Completeness, Projected, Reason, Revision, RevisionKind, RevisionSide};
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::sentences::withheld;
use crate::report::words::{self, Change};
use crate::stats::revision::{RevisionScale, Tendency};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::{Period, PeriodType};
use crate::vocabulary::quantity::{Unit, count_text, value_text};
use crate::vocabulary::shorthand::Shorthand;

/// More rows of organisations than these are left to the data file.
const MOST_ROWS: usize = 40;

/// What is late of a metric; `None` where nothing is incomplete and nothing has moved.
pub fn late_data(facts: &Facts<'_>, metric: &Metric) -> Option<Block> {
    let blocks = match facts.release.withheld {
        Some(_) => public_blocks(facts, metric),
        None => office_blocks(facts, metric),
    };
    (!blocks.is_empty()).then(|| Block::section("late-data", "Late data and revisions", blocks))
}

fn office_blocks(facts: &Facts<'_>, metric: &Metric) -> Vec<Block> {
    let late = &facts.release.lateness;
    let measured: Vec<&Completeness> =
        late.completeness.iter().filter(|one| one.metric_id == metric.id && one.org_code.is_nation()).collect();
    let is_whole = |one: &&&Completeness| !one.provisional && one.completeness.is_some_and(|share| share >= 1.0);
    let incomplete: Vec<&Completeness> = measured.iter().filter(|one| !is_whole(one)).copied().collect();
    let revisions: Vec<&Revision> = late.revisions.iter().filter(|one| one.metric_id == metric.id).collect();
    if incomplete.is_empty() && revisions.is_empty() {
        return Vec::new();
    }
    let (changes, left_out) = changes_table(facts, metric, &revisions);
    let mut sentences: Vec<String> = measured.iter().filter_map(|one| period_sentence(facts, metric, one)).collect();
    sentences.extend(tendency_sentence(facts, metric));
    sentences.extend((left_out > 0).then(|| {
        format!("Figures of organisations changed too: {} rows, which the file below holds.", count_words(left_out))
    }));
    let mut blocks: Vec<Block> = sentences.into_iter().map(Block::paragraph).collect();
    let tables = [completeness_table(metric, &incomplete), changes, known_table(metric, &revisions)];
    blocks.extend(tables.into_iter().flatten().map(Block::Table));
    blocks.extend((!incomplete.is_empty()).then(|| Block::Download(download::completeness(metric))));
    blocks.extend((!revisions.is_empty()).then(|| Block::Download(download::revisions(metric))));
    blocks
}

/// Of the public edition: what is provisional. It has neither counts of other days nor estimates.
fn public_blocks(facts: &Facts<'_>, metric: &Metric) -> Vec<Block> {
    let is_provisional =
        |period: &&Period| facts.release.lateness.provisional.contains(&metric.id, BodyId::nation(), **period);
    let periods: Vec<String> = facts.release.trend.iter().filter(is_provisional).map(|period| period.words()).collect();
    if periods.is_empty() {
        return Vec::new();
    }
    let figures = if periods.len() == 1 { "The figure" } else { "The figures" };
    let are = if periods.len() == 1 { "is" } else { "are" };
    let sentences = [
        format!(
            "{figures} of {} for {} {are} provisional: more returns may come in, or some be replaced.",
            words::list_words(&periods),
            words::inside_sentence(&facts.everyone(metric)),
        ),
        withheld::CHANGES_WITHHELD.to_owned(),
    ];
    sentences.map(Block::paragraph).into()
}

/// How much of the report's period is there, and what the figure comes to when the rest has come in.
fn period_sentence(facts: &Facts<'_>, metric: &Metric, one: &Completeness) -> Option<String> {
    if one.period != facts.release.period || !one.provisional {
        return None;
    }
    let period = one.period.words();
    let Some(share) = one.completeness else {
        return Some(format!(
            "How complete {period} is cannot be measured: no earlier month was followed long enough."
        ));
    };
    let per_cent = |share: f64| format!("{}%", value_text(100.0 * share, Unit::Percent));
    let limits = one.limits.map(|(lower, upper)| format!(" (95% interval {} to {})", per_cent(lower), per_cent(upper)));
    let months = words::number_words(one.earlier_months);
    let measured =
        if one.earlier_months == 1 { "one earlier month".to_owned() } else { format!("{months} earlier months") };
    let range = one.range.map(|(worst, best)| {
        let say = |value| words::with_unit(&value_text(value, metric.unit), metric.unit);
        format!(" If all cases still expected fail, the figure comes to {}; if all pass, to {}.", say(worst), say(best))
    });
    let cases = if one.by_numerator { "cases that count in the numerator" } else { "cases" };
    Some(format!(
        "About {} of the {cases} of {period} are there so far{}, measured on {measured}.{}",
        per_cent(share),
        limits.unwrap_or_default(),
        range.unwrap_or_default()
    ))
}

/// That revisions have mostly gone one way, at the longest lag that shows it.
fn tendency_sentence(facts: &Facts<'_>, metric: &Metric) -> Option<String> {
    let summaries = facts.release.lateness.summaries.iter();
    let units = summaries.filter(|one| one.metric_id == metric.id && one.scale == RevisionScale::Units);
    let told = units.filter_map(|one| Some((one, one.statistics.tendency()?))).next_back();
    let (one, tendency) = told?;
    let way = match tendency {
        Tendency::Upward => "upward",
        Tendency::Downward => "downward",
    };
    let size = Change::of(one.statistics.mean.abs(), metric.unit).size_words();
    let months = usize::try_from(one.statistics.number).map(count_words).unwrap_or_default();
    Some(format!(
        "Revisions of the national figure have tended to be {way}: by {size} on average, over {months} months."
    ))
}

fn completeness_table(metric: &Metric, rows: &[&Completeness]) -> Option<Table> {
    let row = |one: &&Completeness| {
        let main = one.denominator.filter(|_| !one.by_numerator).unwrap_or(one.numerator);
        let share =
            |share: Option<f64>| share.map_or_else(not_available, |share| Cell::number(100.0 * share, Unit::Percent));
        let mut notes = Vec::new();
        notes.extend(one.provisional.then_some(Shorthand::Provisional.as_str()));
        notes.extend(one.by_numerator.then_some("cases of the numerator, which is less complete"));
        notes.extend(one.rests_on_one_month.then_some("the estimate rests on one earlier month"));
        let heading = if one.period.kind == PeriodType::Month {
            words::month_words(one.period.first)
        } else {
            one.period.words_with_short_name()
        };
        let notes = if notes.is_empty() { "No note".to_owned() } else { notes.join("; ") };
        let mut cells = vec![Cell::count(main.latest), estimate_cell(main)];
        cells.push(share(one.completeness));
        cells.push(share(one.limits.map(|(lower, _)| lower)));
        cells.push(share(one.limits.map(|(_, upper)| upper)));
        cells.push(Cell::new(notes));
        Row::new(heading, cells)
    };
    let mut columns = vec![Column::words("Period")];
    let expected = format!("Expected in all {}", Shorthand::Estimated);
    columns.extend([Column::numbers("Cases so far"), Column::numbers(expected)]);
    let shares = ["Complete", "Lower 95% limit", "Upper 95% limit"];
    columns.extend(shares.map(|heading| Column::in_unit(heading, Unit::Percent)));
    columns.push(Column::words("Notes"));
    let caption = format!("{}, all forces: how complete recent figures are", metric.title);
    let table = Table::new(format!("tab-{}-completeness", metric.id), caption, columns, rows.iter().map(row).collect());
    let explanation = "What is expected follows from how earlier months have grown. The expected number \
                       never stands in place of the count. A figure is provisional while it is not measured on at least \
                       four earlier months, or is less complete than its metric demands.";
    (!rows.is_empty()).then(|| table.explained(explanation))
}

fn not_available() -> Cell {
    Cell::absent(Shorthand::NotAvailable)
}

fn estimate_cell(projected: Projected) -> Cell {
    let whole = |number: f64| value_text(number, Unit::Cases);
    match projected.ultimate {
        Some(ultimate) => Cell::number(ultimate, Unit::Cases).with_detail(
            projected.limits.map(|(lower, upper)| format!("95% interval {} to {}", whole(lower), whole(upper))),
        ),
        None => not_available(),
    }
}

/// The changes since the last release, and how many rows of organisations were left out.
fn changes_table(facts: &Facts<'_>, metric: &Metric, revisions: &[&Revision]) -> (Option<Table>, usize) {
    let since = || revisions.iter().copied().filter(|one| one.kind == RevisionKind::SinceLastRelease);
    let Some(release) = since().next().map(|one| one.earlier_release.clone()) else { return (None, 0) };
    let national: Vec<&Revision> = since().filter(|one| one.org_code.is_nation()).collect();
    let own: Vec<&Revision> = since().filter(|one| one.org_code.is_organisation()).collect();
    let shown = if own.len() > MOST_ROWS { &[] } else { own.as_slice() };
    let left_out = own.len() - shown.len();
    let row = |one: &&Revision| {
        let mut cells = vec![Cell::new(one.period.words_with_short_name())];
        cells.extend(change_cells(metric.unit, one));
        Row::new(if one.org_code.is_nation() { facts.everyone(metric) } else { facts.name(&one.org_code) }, cells)
    };
    let rows: Vec<Row> = national.iter().chain(shown).map(row).collect();
    let mut columns = vec![Column::words("Organisation"), Column::words("Period")];
    columns.extend(change_columns("Published then", "Now", metric.unit));
    let caption = format!("{}: figures that changed since {release}", metric.title);
    let table = Table::new(format!("tab-{}-changes", metric.id), caption, columns, rows);
    ((!table.rows.is_empty()).then_some(table), left_out)
}

fn known_table(metric: &Metric, revisions: &[&Revision]) -> Option<Table> {
    let known = |one: &&&Revision| one.kind == RevisionKind::AsKnown && one.org_code.is_nation();
    let row = |one: &&Revision| {
        let mut cells = vec![Cell::date(one.earlier.as_of), Cell::date(one.later.as_of)];
        cells.extend(change_cells(metric.unit, one));
        Row::new(words::month_words(one.period.first), cells)
    };
    let rows: Vec<Row> = revisions.iter().filter(known).map(row).collect();
    let mut columns = vec![Column::words("Month"), Column::dates("As known on"), Column::dates("And on")];
    columns.extend(change_columns("First figure", "Second figure", metric.unit));
    let caption = format!("{}, all forces: what was known of each month", metric.title);
    let table = Table::new(format!("tab-{}-known", metric.id), caption, columns, rows);
    (!table.rows.is_empty())
        .then(|| table.explained("By today's definitions, from the returns that were there on each day. Months that did not change are left out."))
}

/// The columns of a change between two figures of one period.
pub fn change_columns(then: &str, now: &str, unit: Unit) -> [Column; 4] {
    [
        Column::in_unit(then, unit),
        Column::in_unit(now, unit),
        Column::numbers(format!("Change ({})", words::change_unit(unit))),
        Column::words("Reason"),
    ]
}

/// The two figures, the change and its reason.
pub fn change_cells(unit: Unit, one: &Revision) -> [Cell; 4] {
    let side = |side: &RevisionSide| {
        let counts = side.numerator.zip(side.denominator);
        let value = side.value.map_or_else(not_available, |value| Cell::number(value, unit));
        value.with_detail(counts.map(|(x, n)| format!("{} of {}", count_text(x), count_text(n))))
    };
    let exact = one.difference().map(|difference| Change::of_ratios(difference, unit));
    let change = exact.or_else(|| one.change().map(|change| Change::of(change, unit)));
    let change = change.map_or_else(not_available, |change| Cell::change(&change));
    [side(&one.earlier), side(&one.later), change, Cell::new(reason_words(one.reason))]
}

/// Why a figure changed, in words.
pub fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::LateData => "More returns came in",
        Reason::Correction => "A return was replaced",
        Reason::LateDataAndCorrection => "More returns came in, and some were replaced",
        Reason::RefusedReturn => "A return was replaced by one that a check refused",
        Reason::RefusedReturnAndOthers => {
            "A return was replaced by one that a check refused; others came in or were replaced"
        }
        Reason::Definition => "New version of the definition",
        Reason::Settings => "Settings, reference data, program or data date",
    }
}

fn count_words(count: usize) -> String {
    i64::try_from(count).map_or_else(|_| String::new(), count_text)
}
