//! Returns and findings about the data: those of all, and those of one organisation.

use std::collections::BTreeMap;

use crate::release::FindingLine;
use crate::report::charts::{CellState, JudgedMark, MarkLevel, MarkMeaning, MarkSide};
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::page::text::Mark;
use crate::report::returns::coverage::{detail_words, exceptions_block, state_words};
use crate::report::words;
use crate::vocabulary::body::{Organisation, name_key};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::returns::{Return, ReturnState};

/// How many returns were accepted, refused and missing.
pub fn returns_summary(facts: &Facts<'_>) -> Block {
    Block::Lead(summary(&returns(facts)).into())
}

/// Returns of each dataset.
pub fn returns_by_dataset(facts: &Facts<'_>) -> Block {
    let table = datasets_table(facts, &returns(facts));
    Block::section("returns-by-dataset", "Returns by dataset", vec![Block::Table(table)])
}

/// Returns that were late, refused or missing.
pub fn returns_not_in_time(facts: &Facts<'_>) -> Block {
    let exceptions = exceptions_block(facts, "tab-exceptions", &returns(facts));
    Block::section("returns-not-in-time", "Returns not accepted in time", vec![exceptions])
}

/// Returns of each organisation.
pub fn returns_by_organisation(facts: &Facts<'_>) -> Block {
    let returns = returns(facts);
    let datasets = datasets_of(&returns);
    let titles = datasets.iter().enumerate();
    let titles =
        titles.map(|(at, dataset)| format!("{}: {}", letters(at), facts.layouts.sources.title(dataset)).into());
    let blocks = vec![
        Block::paragraph(
            "Read across for an organisation and down for a dataset. Each sign stands for the worst of the months.",
        ),
        Block::Key(ReturnSign::ALL.map(|sign| Mark::new(sign.look(), sign.words())).to_vec()),
        Block::Table(grid_table(facts, &returns, &datasets)),
        Block::section("dataset-columns", "The datasets in the columns", vec![Block::List(titles.collect())]),
    ];
    Block::section("returns-by-organisation", "Returns by organisation", blocks)
}

/// What the checks of the data found, at most `limit` findings.
pub fn findings(facts: &Facts<'_>, limit: usize) -> Block {
    let all: Vec<&FindingLine> = facts.release.findings.iter().collect();
    findings_section("Findings", facts, (&all, limit))
}

/// Every return of one organisation.
pub fn own_returns(facts: &Facts<'_>, body: &Organisation) -> Block {
    let none = || Block::paragraph("No return was expected.");
    let block = own_returns_table(facts, &body.code).map_or_else(none, Block::Table);
    Block::section("returns", "Returns", vec![block])
}

/// What the checks found in the data of one organisation, at most `limit` findings.
pub fn own_findings(facts: &Facts<'_>, body: &Organisation, limit: usize) -> Block {
    let own: Vec<&FindingLine> =
        facts.release.findings.iter().filter(|f| f.org_code.as_ref() == Some(&*body.code)).collect();
    findings_section("Findings about the data", facts, (&own, limit))
}

/// How many returns of one organisation were accepted, refused and missing; `None` where none was due.
pub fn own_returns_sentence(facts: &Facts<'_>, body: &Organisation) -> Option<String> {
    let own = facts.body(&body.code).returns.clone();
    let count = |wanted: fn(&ReturnState) -> bool| own.iter().filter(|one| wanted(&one.state)).count();
    let due = count(|state| *state != ReturnState::NotYetDue);
    let parts = [
        (count(|state| matches!(state, ReturnState::Accepted { late: false, .. })), "accepted in time"),
        (count(|state| matches!(state, ReturnState::Accepted { late: true, .. })), "accepted late"),
        (count(|state| matches!(state, ReturnState::Refused { .. })), "refused, because the data failed a check"),
        (count(|state| *state == ReturnState::NotReturned), "missing"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| {
            format!("{} {} {how}", words::number_words(*number), if *number == 1 { "was" } else { "were" })
        })
        .collect();
    match told.as_slice() {
        [] => None,
        [one] => Some(format!("Of the returns that were due, {one}.")),
        _ => Some(format!("Of {} returns that were due, {}.", words::number_words(due), words::list_words(&told))),
    }
}

fn findings_section(title: &str, facts: &Facts<'_>, (findings, limit): (&[&FindingLine], usize)) -> Block {
    let mut blocks = vec![Block::paragraph(findings_sentence(findings, limit))];
    blocks.extend(findings_table(facts, findings, limit).into_block());
    Block::section("findings", title, blocks)
}

fn returns<'f>(facts: &Facts<'f>) -> Vec<&'f Return> {
    facts.release.returns.iter().collect()
}

fn summary(returns: &[&Return]) -> String {
    let count = |wanted: fn(&ReturnState) -> bool| returns.iter().filter(|r| wanted(&r.state)).count();
    let due = count(|s| *s != ReturnState::NotYetDue);
    let accepted = count(|s| matches!(s, ReturnState::Accepted { .. }));
    let late = count(|s| matches!(s, ReturnState::Accepted { late: true, .. }));
    let refused = count(|s| matches!(s, ReturnState::Refused { .. }));
    let absent = count(|s| *s == ReturnState::NotReturned);
    let n = |count: usize| if count == 0 { "none".to_owned() } else { words::number_words(count) };
    format!(
        "Of {} monthly returns that were due, {} were accepted ({} of them late), {} failed a check and {} did not come.",
        n(due),
        n(accepted),
        n(late),
        n(refused),
        n(absent)
    )
}

fn datasets_of<'r>(returns: &[&'r Return]) -> Vec<&'r str> {
    let mut names: Vec<&str> = returns.iter().map(|r| r.dataset.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn datasets_table(facts: &Facts<'_>, returns: &[&Return]) -> Table {
    type Test = fn(&ReturnState) -> bool;
    let tests: [(&str, Test); 6] = [
        ("Expected", |_| true),
        ("Accepted in time", |s| matches!(s, ReturnState::Accepted { late: false, .. })),
        ("Accepted late", |s| matches!(s, ReturnState::Accepted { late: true, .. })),
        ("Refused", |s| matches!(s, ReturnState::Refused { .. })),
        ("Not returned", |s| *s == ReturnState::NotReturned),
        ("Not yet due", |s| *s == ReturnState::NotYetDue),
    ];
    let row = |dataset: &&str| {
        let count = |test: Test| returns.iter().filter(|r| r.dataset == **dataset && test(&r.state)).count();
        let cells = tests.iter().map(|(_, test)| Cell::count(count(*test))).collect();
        Row::new(facts.layouts.sources.title(dataset), cells)
    };
    let mut columns = vec![Column::words("Dataset")];
    columns.extend(tests.iter().map(|(heading, _)| Column::numbers(*heading)));
    let caption = format!("Monthly returns by dataset, {}", facts.release.period.words_with_short_name());
    Table::new("tab-datasets", caption, columns, datasets_of(returns).iter().map(row).collect())
}

/// What became of the returns of one organisation and dataset, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ReturnSign {
    NotExpected,
    InTime,
    NotYetDue,
    Late,
    Refused,
    NotReturned,
}

impl ReturnSign {
    const ALL: [Self; 6] =
        [Self::InTime, Self::Late, Self::Refused, Self::NotReturned, Self::NotYetDue, Self::NotExpected];

    fn of(state: &ReturnState) -> Self {
        match state {
            ReturnState::Accepted { late: false, .. } => Self::InTime,
            ReturnState::Accepted { late: true, .. } => Self::Late,
            ReturnState::Refused { .. } => Self::Refused,
            ReturnState::NotReturned => Self::NotReturned,
            ReturnState::NotYetDue => Self::NotYetDue,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::NotExpected => "blank: no return due",
            Self::InTime => "accepted in time",
            Self::NotYetDue => "not yet due",
            Self::Late => "accepted late",
            Self::Refused => "refused",
            Self::NotReturned => "not returned",
        }
    }

    fn look(self) -> CellState {
        let worse = |level| CellState::Judged(JudgedMark { meaning: MarkMeaning::Worse, level, side: MarkSide::Above });
        match self {
            Self::NotExpected => CellState::NotApplicable,
            Self::InTime => CellState::Judged(JudgedMark::plain(MarkMeaning::NoDifference)),
            Self::NotYetDue => CellState::Judged(JudgedMark::plain(MarkMeaning::CannotTell)),
            Self::Late => worse(MarkLevel::Weak),
            Self::Refused => worse(MarkLevel::Strong),
            Self::NotReturned => CellState::Missing,
        }
    }
}

/// The name of a narrow column: A to Z, then AA, AB and so on.
fn letters(at: usize) -> String {
    let last = u8::try_from(at % 26).map_or('Z', |letter| char::from(b'A' + letter));
    let before = (at / 26).checked_sub(1).map_or_else(String::new, letters);
    format!("{before}{last}")
}

/// Organisations by dataset: the worst that became of the months, as a sign.
fn grid_table(facts: &Facts<'_>, returns: &[&Return], datasets: &[&str]) -> Table {
    let mut signs: BTreeMap<(&BodyId, &str), ReturnSign> = BTreeMap::new();
    let mut accepted: BTreeMap<&BodyId, usize> = BTreeMap::new();
    for one in returns {
        let sign = ReturnSign::of(&one.state);
        let worst = signs.entry((&one.org_code, &*one.dataset)).or_insert(sign);
        *worst = sign.max(*worst);
        *accepted.entry(&one.org_code).or_default() += usize::from(matches!(one.state, ReturnState::Accepted { .. }));
    }
    let mut codes: Vec<&BodyId> = accepted.keys().copied().collect();
    codes.sort_by_cached_key(|code| (name_key(&facts.name(code)), *code));
    let row = |code: &&BodyId| {
        let expected = returns.iter().filter(|one| one.org_code == **code).count();
        let used = accepted.get(code).copied().unwrap_or_default();
        let mut cells = vec![Cell::new(format!("{used} of {expected}"))];
        cells.extend(datasets.iter().map(|dataset| {
            let sign = signs.get(&(*code, *dataset)).copied().unwrap_or(ReturnSign::NotExpected);
            Cell::marks(vec![Mark::alone(sign.look(), sign.words())])
        }));
        Row::new(facts.name(code), cells)
    };
    let mut columns = vec![Column::words("Organisation"), Column::numbers("Accepted")];
    columns.extend(datasets.iter().enumerate().map(|(at, dataset)| Column {
        spoken: Some(format!("{},", facts.layouts.sources.title(dataset))),
        ..Column::words(letters(at)).unsorted()
    }));
    let caption = format!("Monthly returns of each organisation, {}", facts.release.period.words());
    Table::new("tab-grid", caption, columns, codes.iter().map(row).collect()).with_widths(Widths::Matrix)
}

/// How many findings there are and how many of them stand in the table.
fn findings_sentence(findings: &[&FindingLine], limit: usize) -> String {
    let n = words::number_words;
    let blocking = findings.iter().filter(|f| f.severity == "blocking").count();
    match findings.len() {
        0 => "The checks of the data found nothing to report.".to_owned(),
        all => {
            let shown = if all > limit {
                format!(" The table shows the first {}; the run record lists all.", n(limit))
            } else {
                String::new()
            };
            let noun = if all == 1 { "finding" } else { "findings" };
            format!(
                "The checks of the data made {} {noun}, {} of them blocking. A blocking finding refuses a return; \
                 any other is shown and the return is used.{shown}",
                n(all),
                n(blocking)
            )
        }
    }
}

/// The first findings.
fn findings_table(facts: &Facts<'_>, findings: &[&FindingLine], limit: usize) -> Table {
    let name = |code: Option<&BodyId>| code.map_or_else(|| "All organisations".to_owned(), |code| facts.name(code));
    let row = |finding: &&FindingLine| {
        let month = finding.month.parse().map_or_else(|_| finding.month.clone(), words::month_words);
        let cells = vec![
            Cell::new(facts.layouts.sources.title(&finding.dataset)),
            Cell::new(if month.is_empty() { "All months".to_owned() } else { month }),
            Cell::new(words::sentence_case(finding.severity)),
            Cell::new(words::sentence_case(&words::with_plain_names(&finding.message))),
        ];
        Row::new(name(finding.org_code.as_ref()), cells)
    };
    let columns = ["Organisation", "Dataset", "Month", "Severity", "Finding"].map(Column::words).to_vec();
    let rows: Vec<Row> = findings.iter().take(limit).map(row).collect();
    Table::new("tab-findings", "Findings about the data", columns, rows)
}

/// Every return of one organisation; `None` when none is expected of it.
fn own_returns_table(facts: &Facts<'_>, code: &BodyId) -> Option<Table> {
    let mut own = facts.body(code).returns.clone();
    own.sort_by_key(|r| (r.dataset.as_str(), r.month));
    let row = |r: &&Return| {
        let cells = vec![
            Cell::new(words::month_words(r.month)),
            Cell::new(state_words(&r.state)),
            Cell::new(detail_words(&[&r.state])),
        ];
        Row::new(facts.layouts.sources.title(&r.dataset), cells)
    };
    let columns = ["Dataset", "Month", "State", "Detail"].map(Column::words).to_vec();
    let caption = format!("Monthly returns of {}, {}", facts.name(code), facts.release.period.words());
    (!own.is_empty()).then(|| Table::new("tab-own-returns", caption, columns, own.iter().map(row).collect()))
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn narrow_columns_are_named_like_those_of_a_spreadsheet() {
        assert_eq!([0, 15, 25, 26, 51, 52, 701, 702].map(letters), ["A", "P", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
