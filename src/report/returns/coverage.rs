//! What a metric rests on: who returned, who did so in part, late, refused or not at all.

use chrono::NaiveDate;

use crate::assessment::Undecided;
use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::words;
use crate::vocabulary::body::name_key;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::{Status, Unit, count_text};
use crate::vocabulary::returns::{Return, ReturnState};

/// Organisations by how much of what they should have returned is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageCount {
    pub complete: usize,
    pub partial: usize,
    pub expected: usize,
    bodies: &'static str,
}

/// Counts the organisations of a metric in the period of the report.
pub fn count_coverage(facts: &Facts<'_>, metric: &Metric) -> CoverageCount {
    let mut count = CoverageCount { complete: 0, partial: 0, expected: 0, bodies: facts.bodies(metric) };
    for code in facts.codes(metric) {
        let Some(figure) = facts.current(metric, code) else { continue };
        let (returned, expected) = match figure.coverage {
            Some(coverage) => (coverage.returned, coverage.expected),
            None => (u32::from(!matches!(figure.status, Status::NotReturned | Status::Missing(_))), 1),
        };
        if expected > 0 {
            count.expected += 1;
            count.complete += usize::from(returned >= expected);
            count.partial += usize::from(0 < returned && returned < expected);
        }
    }
    count
}

/// Who returned what the metric rests on, and the returns that were late, refused or missing.
pub fn coverage(facts: &Facts<'_>, metric: &Metric) -> Block {
    let exceptions = exceptions_block(facts, &format!("tab-{}-returns", metric.id), &facts.returns(metric));
    Block::section(
        "data-coverage",
        "Data coverage",
        vec![Block::paragraph(coverage_sentence(facts, metric)), exceptions],
    )
}

/// The sentence about coverage.
fn coverage_sentence(facts: &Facts<'_>, metric: &Metric) -> String {
    let count = count_coverage(facts, metric);
    let in_part = match count.partial {
        0 => String::new(),
        n => format!(" and {} in part", words::number_words(n)),
    };
    let months = facts
        .current(metric, BodyId::nation())
        .and_then(|f| f.coverage)
        .map(|c| format!(", {} of {} monthly returns", c.returned, c.expected))
        .unwrap_or_default();
    let what = format!("{} of {} {} in full{in_part}", count.complete, count.expected, count.bodies);
    let undecided = facts.current(metric, BodyId::nation()).and_then(|figure| facts.labels(figure).undecided);
    let bounds = undecided.map_or_else(String::new, |undecided| bounds_sentence(undecided, metric.unit));
    format!("The figures rest on the returns of {what}{months}. Nothing is estimated for missing returns.{bounds}")
}

fn bounds_sentence(undecided: Undecided, unit: Unit) -> String {
    let say = |value: f64| words::with_unit(&words::limit_text(Some(value), unit), unit);
    format!(
        " Those missing usually have {} cases: with none of them counted the figure would be {}, with all of them {}.",
        count_text(undecided.cases),
        say(undecided.lowest),
        say(undecided.highest)
    )
}

/// The returns that were not accepted in time, or that there is none.
pub fn exceptions_block(facts: &Facts<'_>, id: &str, returns: &[&Return]) -> Block {
    let none = || Block::paragraph("Every return was accepted in time.");
    exceptions_table(facts, id, returns).map_or_else(none, Block::Table)
}

/// Returns of one organisation that share their state, its reason and their months.
struct ReturnGroup<'r> {
    state: &'r ReturnState,
    months: Vec<Month>,
    /// Of one dataset after the other.
    returns: Vec<&'r Return>,
}

/// One row per organisation and what became of its returns; `None` when every return was accepted in time.
fn exceptions_table(facts: &Facts<'_>, id: &str, returns: &[&Return]) -> Option<Table> {
    let mut sorted: Vec<&Return> = returns.iter().copied().filter(|r| !is_in_time(&r.state)).collect();
    sorted.sort_by_cached_key(|r| (name_key(&facts.name(&r.org_code)), r.org_code.clone(), r.dataset.clone(), r.month));
    let mut rows = Vec::new();
    for own in sorted.chunk_by(|a, b| a.org_code == b.org_code) {
        for group in groups_of(own) {
            let Some(first) = group.returns.first() else { continue };
            let states: Vec<&ReturnState> = group.returns.iter().map(|r| &r.state).collect();
            let cells = vec![
                Cell::new(datasets_words(facts, &group, returns)),
                Cell::new(words::months_words(&group.months)),
                Cell::new(state_words(group.state)),
                Cell::new(detail_words(&states)),
            ];
            rows.push(Row::new(facts.name(&first.org_code), cells));
        }
    }
    let columns = ["Organisation", "Datasets", "Months", "State", "Detail"].map(Column::words).to_vec();
    let caption = format!("Returns not accepted in time, {}", facts.release.period.words());
    (!rows.is_empty()).then(|| Table::new(id, caption, columns, rows))
}

/// The returns of one organisation, those of several datasets together where the same became of them in the same months.
fn groups_of<'r>(own: &[&'r Return]) -> Vec<ReturnGroup<'r>> {
    let mut groups: Vec<ReturnGroup<'r>> = Vec::new();
    for of_dataset in own.chunk_by(|a, b| a.dataset == b.dataset && is_same_case(&a.state, &b.state)) {
        let Some(first) = of_dataset.first() else { continue };
        let months: Vec<Month> = of_dataset.iter().map(|r| r.month).collect();
        match groups.iter_mut().find(|group| group.months == months && is_same_case(group.state, &first.state)) {
            Some(group) => group.returns.extend(of_dataset),
            None => groups.push(ReturnGroup { state: &first.state, months, returns: of_dataset.to_vec() }),
        }
    }
    groups
}

/// The datasets of a group by name, or that they are all that the organisation owed of `returns` in these months, where those
/// are too many to name.
fn datasets_words(facts: &Facts<'_>, group: &ReturnGroup<'_>, returns: &[&Return]) -> String {
    let mut titles: Vec<String> = group.returns.iter().map(|r| facts.layouts.sources.title(&r.dataset)).collect();
    titles.dedup();
    let owed = |r: &&&Return| {
        group.months.contains(&r.month) && group.returns.first().is_some_and(|first| first.org_code == r.org_code)
    };
    let is_all = returns.iter().filter(owed).count() == group.returns.len();
    if is_all {
        words::sentence_case(&words::names_or_number(&titles, "datasets, all that were due"))
    } else {
        words::list_words(&titles)
    }
}

/// Whether two returns differ in nothing but the day they came.
fn is_same_case(a: &ReturnState, b: &ReturnState) -> bool {
    let reason = |state: &ReturnState| match state {
        ReturnState::Refused { reason, replaced, .. } => (reason.clone(), *replaced),
        _ => (String::new(), None),
    };
    state_words(a) == state_words(b) && reason(a) == reason(b)
}

/// Whether a return was accepted in time.
pub fn is_in_time(state: &ReturnState) -> bool {
    matches!(state, ReturnState::Accepted { late: false, .. })
}

/// What became of a return.
pub fn state_words(state: &ReturnState) -> &'static str {
    match state {
        ReturnState::Accepted { late: false, .. } => "Accepted",
        ReturnState::Accepted { late: true, .. } => "Accepted late",
        ReturnState::Refused { .. } => "Refused",
        ReturnState::NotReturned => "Not returned",
        ReturnState::NotYetDue => "Not yet due",
    }
}

/// When returns of one state were submitted, and why they were refused.
pub fn detail_words(states: &[&ReturnState]) -> String {
    let mut days: Vec<NaiveDate> = states.iter().filter_map(|state| submitted(state)).collect();
    days.sort_unstable();
    days.dedup();
    let days: Vec<String> = days.into_iter().map(words::date_words).collect();
    let days = words::list_words(&days);
    match states.first() {
        Some(ReturnState::Accepted { late: true, .. }) => format!("Submitted on {days}, used in the figures"),
        Some(ReturnState::Accepted { late: false, .. }) => format!("Submitted on {days}"),
        Some(ReturnState::Refused { reason, replaced: None, .. }) => {
            format!("Submitted on {days}: {}", words::with_plain_names(reason))
        }
        Some(ReturnState::Refused { reason, replaced: Some(before), .. }) => format!(
            "Submitted on {days}: {}. It replaced the return of {}, which had met every check. Neither is used until a \
             correct return is submitted",
            words::with_plain_names(reason),
            words::date_words(*before)
        ),
        Some(ReturnState::NotReturned) => "Past the due date".to_owned(),
        Some(ReturnState::NotYetDue) => "The due date is after the data date".to_owned(),
        None => "No return".to_owned(),
    }
}

/// When a return came; `None` of one that did not.
pub fn submitted(state: &ReturnState) -> Option<NaiveDate> {
    match state {
        ReturnState::Accepted { submitted, .. } | ReturnState::Refused { submitted, .. } => Some(*submitted),
        ReturnState::NotReturned | ReturnState::NotYetDue => None,
    }
}
