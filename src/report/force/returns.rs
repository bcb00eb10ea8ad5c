//! What one organisation submitted: its returns that were refused, late or missing with the rows that failed, and the
//! submissions behind each of its figures. No other organisation sees any of it.

use crate::contract::FailingFile;
use crate::definitions::model::Metric;
use crate::release::{RuleFailure, SubmissionLine};
use crate::report::facts::Facts;
use crate::report::page::block::{Block, Details};
use crate::report::page::download;
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::returns::coverage::{detail_words, state_words};
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::returns::{Return, ReturnState};

/// Digits of a hash that a page shows; the run record has all.
const HASH_SHOWN: usize = 12;

/// How a refused return becomes a figure.
const TO_DO: &str = "Mend the rows of a refused return and submit its month again. The figures follow in the next revision of this \
                     report.";

/// Returns of the organisation that were refused, late or missing, each with what to do; `None` where all came in time.
pub fn not_in_time(facts: &Facts<'_>, body: &Organisation) -> Option<Block> {
    let own = facts.body(&body.code).returns.iter().copied();
    let (mut refused, mut others): (Vec<&Return>, Vec<&Return>) = (Vec::new(), Vec::new());
    for one in own {
        match one.state {
            ReturnState::Refused { .. } => refused.push(one),
            ReturnState::Accepted { late: true, .. } | ReturnState::NotReturned => others.push(one),
            ReturnState::Accepted { late: false, .. } | ReturnState::NotYetDue => {}
        }
    }
    refused.sort_by_key(|one| (&one.dataset, one.month));
    others.sort_by_key(|one| (&one.dataset, one.month));
    let mut blocks: Vec<Block> = refused.iter().flat_map(|one| refused_blocks(facts, one)).collect();
    if !refused.is_empty() {
        blocks.push(Block::paragraph(TO_DO));
    }
    if !others.is_empty() {
        let lines = others.iter().map(|one| {
            format!(
                "{}, {}: {} ({}).",
                facts.layouts.sources.title(&one.dataset),
                words::month_words(one.month),
                state_words(&one.state).to_lowercase(),
                words::small_initial(&detail_words(&[&one.state]))
            )
            .into()
        });
        blocks.push(Block::List(lines.collect()));
    }
    (!blocks.is_empty()).then(|| Block::section("returns-not-in-time", "Returns refused, late or missing", blocks))
}

/// A refused return: why, which rows, which figures lack it, and what to do.
fn refused_blocks(facts: &Facts<'_>, one: &Return) -> Vec<Block> {
    let title = format!("{}, {}", facts.layouts.sources.title(&one.dataset), words::month_words(one.month));
    let detail = detail_words(&[&one.state]);
    let mut blocks = vec![Block::paragraph(format!("Refused. {detail}."))];
    let rests = |metric: &&Metric| facts.datasets(metric).contains(one.dataset.as_str());
    let metrics: Vec<String> = facts.release.metrics.iter().filter(rests).map(|metric| metric.id.to_string()).collect();
    if !metrics.is_empty() {
        let count = words::sentence_case(&words::number_words(metrics.len()));
        let noun = if metrics.len() == 1 { "metric rests" } else { "metrics rest" };
        let names = words::list_words(&metrics);
        blocks.push(Block::paragraph(format!("{count} {noun} on this return: {names}.")));
    }
    let of_return = |line: &&SubmissionLine| {
        line.dataset == one.dataset && !line.used && (line.first..=line.last).contains(&one.month)
    };
    let own = facts.body(&one.org_code).submissions.iter().copied();
    let failures = own.filter(of_return).flat_map(|line| &line.failures);
    for failure in failures {
        blocks.extend(
            failure.rows.as_ref().map_or_else(|| vec![without_rows(facts, failure)], |rows| rows_blocks(failure, rows)),
        );
    }
    let id = format!("refused-{}-{}", one.dataset.replace('_', "-"), one.month);
    vec![Block::section(id, title, blocks)]
}

/// The keys of the rows that a check concerns, and the file with them.
fn rows_blocks(failure: &RuleFailure, file: &FailingFile) -> Vec<Block> {
    let shown = file.first_rows.len();
    let caption = match file.rows {
        rows if rows > shown => format!("The first {} rows that the check concerns", words::number_words(shown)),
        1 => "The row that the check concerns".to_owned(),
        _ => "The rows that the check concerns".to_owned(),
    };
    let columns: Vec<Column> = std::iter::once(Column::words("Row"))
        .chain(file.keys.iter().map(|key| Column::words(words::sentence_case(&words::plain_name(key)))))
        .collect();
    let row = |(index, cells): (usize, &Vec<String>)| {
        let cells = cells.iter().map(|cell| Cell::new(if cell.is_empty() { "Empty" } else { cell.as_str() }));
        Row::new((index + 1).to_string(), cells.collect())
    };
    let rows = file.first_rows.iter().enumerate().map(row).collect();
    let table = Table::new(format!("tab-failing-{}", failure.stem), caption, columns, rows);
    let mut blocks = Vec::new();
    let folded = || Details { summary: "Keys of these rows".into(), blocks: vec![Block::Table(table)] };
    blocks.extend((!file.keys.is_empty()).then(|| Block::Details(folded())));
    blocks.push(Block::Download(download::failing_rows(&failure.stem, file)));
    blocks
}

/// Where a rule is not about rows, or their file is gone.
fn without_rows(facts: &Facts<'_>, failure: &RuleFailure) -> Block {
    let message = words::sentence_case(&words::with_plain_names(&failure.message));
    let whom = facts.release.publication.contact.as_deref().unwrap_or("the publisher of this report");
    Block::paragraph(format!("{message}. There is no file of rows for this. {whom} can say more."))
}

/// The submissions that the figures of some metrics rest on in the report's period, each once with the metrics that rest on it.
pub fn behind(facts: &Facts<'_>, metrics: &[&Metric], body: &Organisation) -> Block {
    let period = facts.release.period;
    let own = facts.body(&body.code).submissions.iter().copied();
    let rests = |line: &SubmissionLine, metric: &Metric| {
        let earlier = metric.earlier_months_at(period.last());
        facts.datasets(metric).contains(line.dataset.as_str()) && line.concerns(period, u32::from(earlier))
    };
    let with_metrics = own.filter_map(|line| {
        let ids: Vec<&str> = metrics.iter().filter(|m| rests(line, m)).map(|metric| metric.id.as_str()).collect();
        (!ids.is_empty()).then(|| submission_row(facts, line, &ids))
    });
    let rows: Vec<Row> = with_metrics.collect();
    let block = if rows.is_empty() {
        Block::paragraph("The figures of this page rest on no submission of this organisation.")
    } else {
        let columns = vec![
            Column::words("Dataset"),
            Column::words("Months"),
            Column::dates("Submitted"),
            Column::numbers("Rows"),
            Column::words("State"),
            Column::words("Fingerprint begins"),
            Column::words("Metrics"),
        ];
        let caption = format!("Submissions behind the figures of {}", period.words());
        Block::Table(Table::new("tab-submissions", caption, columns, rows))
    };
    Block::section("submissions", "Submissions", vec![block])
}

fn submission_row(facts: &Facts<'_>, line: &SubmissionLine, metrics: &[&str]) -> Row {
    let months = if line.first == line.last {
        words::month_words(line.first)
    } else {
        format!("{} to {}", words::month_words(line.first), words::month_words(line.last))
    };
    let used = match (line.used, line.counted_by_sender) {
        (false, _) => "Refused",
        (true, true) => "Used; counts made by the sender",
        (true, false) => "Used",
    };
    let hashes: Vec<String> =
        line.files.iter().map(|file| file.sha256.chars().take(HASH_SHOWN).collect::<String>()).collect();
    let hash = if hashes.is_empty() { "No file".to_owned() } else { hashes.join(", ") };
    let cells = vec![
        Cell::new(months),
        Cell::date(line.submitted),
        Cell::count(i64::try_from(line.rows).unwrap_or(i64::MAX)),
        Cell::new(used),
        Cell::new(hash),
        Cell::new(metrics.join(", ")),
    ];
    Row::new(facts.layouts.sources.title(&line.dataset), cells)
}
