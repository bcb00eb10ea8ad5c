//! Every submission of one organisation behind its figures: when it came, how many rows it has, whether it is used, its file
//! and the SHA-256 of its file.

use std::collections::{BTreeMap, BTreeSet};

use crate::definitions::model::Metric;
use crate::release::{FindingLine, SubmissionLine, SubmittedFile};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::cell::Cell;
use crate::report::page::table::{Column, Row, Table, Widths};
use crate::report::page::text::Text;
use crate::report::returns::coverage::{detail_words, state_words};
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::FindingLevel;
use crate::vocabulary::period::Month;
use crate::vocabulary::returns::{Return, ReturnState};

/// The submissions of one dataset behind a figure, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionsBehind<'a> {
    pub dataset: &'a str,
    pub used: usize,
    pub refused: usize,
}

/// The submissions behind the figure of a metric in the report's period, dataset by dataset.
pub fn behind<'a>(facts: &Facts<'a>, metric: &Metric, code: &BodyId) -> Vec<SubmissionsBehind<'a>> {
    let basis = facts.basis(metric);
    let of_dataset = |dataset: &'a str| {
        let concerned = |line: &&SubmissionLine| line.dataset == dataset && holds_any(line, &basis.months);
        let own = facts.body(code).submissions.iter().copied();
        let (used, refused): (Vec<&SubmissionLine>, _) = own.filter(concerned).partition(|line| line.used);
        SubmissionsBehind { dataset, used: used.len(), refused: refused.len() }
    };
    facts.datasets(metric).into_iter().map(of_dataset).collect()
}

fn holds_any(line: &SubmissionLine, months: &BTreeSet<Month>) -> bool {
    months.range(line.first..=line.last).next().is_some()
}

/// Where the submissions of a dataset stand on their page.
pub fn dataset_anchor(dataset: &str) -> String {
    format!("submissions-{}", dataset.replace('_', "-"))
}

/// Every submission behind the figures of the report's period, and every return that is not there.
pub fn submissions(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let facts = scope.facts();
    let lines = all_behind(facts, &body.code);
    let refused = lines.iter().filter(|line| !line.used).count();
    let mut blocks = vec![Block::Lead(lead(facts, body, lines.len(), refused).into())];
    blocks.extend(table(facts, body, &lines).into_block());
    blocks.extend(not_there(facts, &body.code));
    blocks
}

fn lead(facts: &Facts<'_>, body: &Organisation, all: usize, refused: usize) -> String {
    let period = facts.release.period.words();
    let refused = match refused {
        0 => "none of them was refused".to_owned(),
        1 => "one of them was refused".to_owned(),
        more => format!("{} of them were refused", words::number_words(more)),
    };
    match all {
        0 => format!("No submission of {} is behind the figures of {period}.", body.name),
        1 => format!("One submission of {} is behind the figures of {period}; {refused}.", body.name),
        more => format!(
            "{} submissions of {} are behind the figures of {period}; {refused}.",
            words::sentence_case(&words::number_words(more)),
            body.name
        ),
    }
}

/// The submissions behind any figure of the organisation, by dataset and month.
pub fn all_behind<'a>(facts: &Facts<'a>, code: &BodyId) -> Vec<&'a SubmissionLine> {
    let mut months: BTreeMap<&str, BTreeSet<Month>> = BTreeMap::new();
    for metric in &facts.release.metrics {
        let basis = facts.basis(metric);
        for dataset in basis.datasets {
            months.entry(dataset).or_default().extend(&basis.months);
        }
    }
    for one in &facts.body(code).returns {
        months.entry(&one.dataset).or_default().insert(one.month);
    }
    let is_behind =
        |line: &&SubmissionLine| months.get(line.dataset.as_str()).is_some_and(|months| holds_any(line, months));
    let mut lines: Vec<&SubmissionLine> = facts.body(code).submissions.iter().copied().filter(is_behind).collect();
    lines.sort_by_cached_key(|line| (facts.layouts.sources.title(&line.dataset), line.first, line.submitted));
    lines
}

fn table(facts: &Facts<'_>, body: &Organisation, lines: &[&SubmissionLine]) -> Table {
    let mut before: Option<&SubmissionLine> = None;
    let mut rows = Vec::new();
    for line in lines {
        rows.push(row(facts, line, before.is_none_or(|before| before.dataset != line.dataset)));
        before = Some(line);
    }
    let columns = vec![
        Column::words("Month"),
        Column::dates("Received"),
        Column::numbers("Rows"),
        Column::words("State"),
        Column::words("File, and its SHA-256"),
    ];
    let caption = format!("Submissions behind the figures of {}, {}", body.short_name, facts.release.period.words());
    Table::new("tab-submissions", caption, columns, rows).with_widths(Widths::DenseOfWords)
}

/// A submission; the first of its dataset opens a group, and links lead to it.
fn row(facts: &Facts<'_>, line: &SubmissionLine, is_first: bool) -> Row {
    let months = if line.first == line.last {
        words::month_words(line.first)
    } else {
        format!("{} to {}", words::month_words(line.first), words::month_words(line.last))
    };
    let state = Cell::new(used_words(facts, line)).with_lines(reasons(facts, line).into_iter().map(Text::from));
    let files: Vec<Text> = line.files.iter().flat_map(file_lines).collect();
    let files = if files.is_empty() { Cell::new("No file") } else { Cell::default().with_lines(files) };
    let cells =
        vec![Cell::date(line.submitted), Cell::count(i64::try_from(line.rows).unwrap_or(i64::MAX)), state, files];
    let row = Row::new(months, cells).opens(is_first.then(|| facts.layouts.sources.title(&line.dataset)));
    if is_first { row.with_id(dataset_anchor(&line.dataset)) } else { row }
}

/// The place of a file in the source, and its hash.
fn file_lines(file: &SubmittedFile) -> [Text; 2] {
    let hash = if file.sha256.is_empty() {
        Text::from("The file could not be read")
    } else {
        Text::default().code(&*file.sha256)
    };
    [Text::default().code(&*file.path), hash]
}

/// What became of a submission.
pub fn used_words(facts: &Facts<'_>, line: &SubmissionLine) -> &'static str {
    let is_late = |one: &&Return| {
        one.dataset == line.dataset
            && (line.first..=line.last).contains(&one.month)
            && matches!(one.state, ReturnState::Accepted { late: true, submitted } if submitted == line.submitted)
    };
    let late = facts.body(&line.org_code).returns.iter().any(is_late);
    match (line.used, line.counted_by_sender, late) {
        (false, _, _) => "Refused",
        (true, true, true) => "Used; received late; counts made by the sender",
        (true, true, false) => "Used; counts made by the sender",
        (true, false, true) => "Used; received late",
        (true, false, false) => "Used",
    }
}

/// Why a submission was refused.
pub fn reasons(facts: &Facts<'_>, line: &SubmissionLine) -> Vec<String> {
    if line.used {
        return Vec::new();
    }
    if !line.failures.is_empty() {
        return line
            .failures
            .iter()
            .map(|failure| words::sentence_case(&words::with_plain_names(&failure.message)))
            .collect();
    }
    // Of months before the report's period the findings alone say why.
    let is_of = |finding: &&FindingLine| {
        finding.severity == FindingLevel::Blocking.as_str()
            && finding.org_code.as_ref() == Some(&line.org_code)
            && finding.dataset == line.dataset
            && finding.month == line.first.to_string()
    };
    facts
        .release
        .findings
        .iter()
        .filter(is_of)
        .map(|finding| words::sentence_case(&words::with_plain_names(&finding.message)))
        .collect()
}

/// Returns of the period without a submission; `None` where there are none.
fn not_there(facts: &Facts<'_>, code: &BodyId) -> Option<Block> {
    let is_absent =
        |one: &&Return| one.org_code == *code && matches!(one.state, ReturnState::NotReturned | ReturnState::NotYetDue);
    let mut absent: Vec<&Return> = facts.release.returns.iter().filter(is_absent).collect();
    absent.sort_by_key(|one| (&one.dataset, one.month));
    let row = |one: &&Return| {
        let cells = [state_words(&one.state).to_owned(), detail_words(&[&one.state])].map(Cell::new);
        let title = facts.layouts.sources.title(&one.dataset);
        Row::new(format!("{title}, {}", words::month_words(one.month)), cells.into())
    };
    let columns = ["Dataset and month", "State", "Detail"].map(Column::words).to_vec();
    let caption = format!("Returns without a submission, {}", facts.release.period.words());
    Table::new("tab-not-returned", caption, columns, absent.iter().map(row).collect()).into_block()
}
