//! Sheets about returns and about what the checks of the data found.

use crate::release::FindingLine;
use crate::report::facts::Facts;
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::returns::coverage::{detail_words, is_in_time, state_words, submitted};
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::{SheetColumns, SheetDraft};
use crate::report::sheets::figure_columns::nothing;
use crate::report::words;
use crate::vocabulary::body::{Organisation, name_key};
use crate::vocabulary::returns::Return;

type ReturnColumns<'a> = SheetColumns<'a, &'a Return>;
type FindingColumns<'a> = SheetColumns<'a, &'a FindingLine>;

/// Returns that were late, refused or missing, by organisation.
pub(super) fn not_in_time(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let mut returns: Vec<&Return> = facts.release.returns.iter().filter(|one| !is_in_time(&one.state)).collect();
    returns.sort_by_cached_key(|one| {
        (name_key(&facts.name(&one.org_code)), one.org_code.clone(), one.dataset.clone(), one.month)
    });
    let whose = ReturnColumns::new()
        .with(Column::words("Code"), |one| Cell::new(&*one.org_code))
        .with(Column::words("Organisation"), |one| Cell::new(facts.name(&one.org_code)));
    whose.and(return_columns(facts)).of(returns)
}

/// Every return of one organisation.
pub(super) fn own_returns<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let mut own = facts.body(&body.code).returns.clone();
    own.sort_by_key(|one| (one.dataset.as_str(), one.month));
    return_columns(facts).of(own)
}

fn return_columns<'a>(facts: &'a Facts<'a>) -> ReturnColumns<'a> {
    ReturnColumns::new()
        .with(Column::words("Dataset"), |one| Cell::new(facts.layouts.sources.title(&one.dataset)))
        .with(Column::words("Month"), |one| Cell::new(words::month_words(one.month)))
        .with(Column::words("Month code"), |one| Cell::new(one.month.to_string()))
        .with(Column::words("State"), |one| Cell::new(state_words(&one.state)))
        .with(Column::dates("Submitted"), |one| submitted(&one.state).map_or_else(nothing, Cell::date))
        .with(Column::words("Detail"), |one| Cell::new(detail_words(&[&one.state])))
}

/// What the checks of the data found.
pub(super) fn findings(scope: &SheetScope<'_>) -> SheetDraft {
    let facts = scope.facts();
    let name = |one: &FindingLine| {
        one.org_code.as_ref().map_or_else(|| "All organisations".to_owned(), |code| facts.name(code))
    };
    let whose = FindingColumns::new()
        .with(Column::words("Code"), |one| one.org_code.as_ref().map_or_else(nothing, |code| Cell::new(&**code)))
        .with(Column::words("Organisation"), move |one| Cell::new(name(one)));
    whose.and(finding_columns(facts)).of(&facts.release.findings)
}

/// What the checks found in the data of one organisation.
pub(super) fn own_findings<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let own = facts.release.findings.iter().filter(|finding| finding.org_code.as_ref() == Some(&*body.code));
    finding_columns(facts).of(own)
}

fn finding_columns<'a>(facts: &'a Facts<'a>) -> FindingColumns<'a> {
    let month = |one: &FindingLine| one.month.parse().map_or_else(|_| one.month.clone(), words::month_words);
    FindingColumns::new()
        .with(Column::words("Dataset"), |one| Cell::new(facts.layouts.sources.title(&one.dataset)))
        .with(Column::words("Month"), move |one| {
            let month = month(one);
            Cell::new(if month.is_empty() { "All months".to_owned() } else { month })
        })
        .with(Column::words("Severity"), |one| Cell::new(words::sentence_case(one.severity)))
        .with(Column::words("Finding"), |one| Cell::new(words::sentence_case(&words::with_plain_names(&one.message))))
}
