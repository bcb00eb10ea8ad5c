//! Sheets for those who inspect: the evidence about one organisation, its submissions with their hashes, and what each
//! organisation evidences.

use crate::release::{SubmissionLine, SubmittedFile};
use crate::report::inspection::evidence::{DutyEvidence, DutyStandard};
use crate::report::inspection::organisations::{InspectedLine, inspected_lines};
use crate::report::page::cell::Cell;
use crate::report::page::table::Column;
use crate::report::returns::submissions::{all_behind, behind, reasons, used_words};
use crate::report::sentences::{standard, standing};
use crate::report::sheets::SheetScope;
use crate::report::sheets::columns::{SheetColumns, SheetDraft};
use crate::report::sheets::figure_columns::{
    FigureColumns, FigureRow, SheetMeasure, note, nothing, of_metric, peers, value, words_or_nothing, year_before,
};
use crate::report::sheets::notes::SheetNote;
use crate::report::words;
use crate::verdict::responsibilities::ResponsibilityOutcome;
use crate::vocabulary::body::Organisation;

/// A metric as evidence, with its figure.
struct EvidenceRow<'a> {
    figure: FigureRow<'a>,
    duty: DutyEvidence<'a>,
}

type EvidenceColumns<'a> = SheetColumns<'a, EvidenceRow<'a>>;

/// Every metric of the organisation as evidence, by outcome.
pub(super) fn evidence<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let several = SheetMeasure::Several;
    let figures = |columns: FigureColumns<'a>| columns.seen_from(|row: &EvidenceRow<'a>| &row.figure);
    let own_series = FigureColumns::new()
        .with(Column::words("Own series"), |row| standing::own_past_cell(row.facts, row.metric, row.code))
        .noted(SheetNote::OwnSeries);
    let columns = figures(of_metric())
        .and(duty_columns())
        .and(figures(value(several)))
        .and(figures(peers(several)))
        .and_if(year_before(facts, several).map(figures))
        .and(figures(own_series))
        .and(figures(submission_counts()))
        .and(figures(note()));
    let rows = DutyEvidence::about(facts, body)
        .into_iter()
        .map(|duty| EvidenceRow { figure: FigureRow::current(facts, duty.metric, &body.code), duty });
    columns.of(rows)
}

/// Whether the duty is met, by which standard, and how well the metric is documented.
fn duty_columns<'a>() -> EvidenceColumns<'a> {
    EvidenceColumns::new()
        .with(Column::words("Outcome"), |row| Cell::new(words::sentence_case(row.duty.judged.outcome.words())))
        .noted(SheetNote::Outcome)
        .with(Column::words("Reason"), |row| {
            let reason = Some(&*row.duty.judged.reason).filter(|reason| !reason.is_empty());
            words_or_nothing(reason.map(words::sentence_case))
        })
        .with(Column::words("Standard"), |row| match row.duty.standard() {
            Some(DutyStandard { standard, .. }) => {
                Cell::new(words::sentence_case(&standard::level_words(standard, row.duty.metric.unit)))
            }
            None => Cell::new("No source sets a level"),
        })
        .with(Column::words("Kind of standard"), |row| {
            let kind = row.duty.standard().map(|duty| standard::kind_words(duty.standard.kind));
            words_or_nothing(kind.map(words::sentence_case))
        })
        .with(Column::words("In force"), |row| {
            let in_force = row.duty.standard().map(|duty| {
                if duty.in_force { "Yes".to_owned() } else { format!("No, {}", standard::dates_words(duty.standard)) }
            });
            words_or_nothing(in_force)
        })
        .with(Column::words("Source of the standard"), |row| {
            words_or_nothing(row.duty.standard().map(|duty| &*duty.standard.source))
        })
        .with(Column::words("Documentation of the metric"), |row| {
            Cell::new(words::sentence_case(standard::assurance_words(row.duty.metric.evidence)))
        })
        .noted(SheetNote::Documented)
}

/// How many submissions the figure rests on, and how many were refused.
fn submission_counts<'a>() -> FigureColumns<'a> {
    let count = |used: bool| {
        move |row: &FigureRow<'a>| {
            let behind = behind(row.facts, row.metric, row.code);
            let number = behind.iter().map(|one| if used { one.used } else { one.refused }).sum::<usize>();
            if behind.is_empty() { nothing() } else { Cell::count(number) }
        }
    };
    FigureColumns::new()
        .with(Column::words("Datasets"), |row| {
            let titles: Vec<String> = behind(row.facts, row.metric, row.code)
                .iter()
                .map(|one| row.facts.layouts.sources.title(one.dataset))
                .collect();
            Cell::new(if titles.is_empty() { "Every return of the period".to_owned() } else { titles.join("; ") })
        })
        .with(Column::numbers("Submissions used"), count(true))
        .with(Column::numbers("Submissions refused"), count(false))
}

/// A file of a submission; `None` for a submission without one.
struct SubmittedRow<'a> {
    line: &'a SubmissionLine,
    file: Option<&'a SubmittedFile>,
}

/// Every file of every submission behind the figures of the organisation, with its SHA-256.
pub(super) fn submissions<'a>(scope: &SheetScope<'a>, body: &'a Organisation) -> SheetDraft {
    let facts = scope.facts();
    let rows = all_behind(facts, &body.code).into_iter().flat_map(|line| {
        let files = line.files.iter().map(move |file| SubmittedRow { line, file: Some(file) });
        let none = line.files.is_empty().then_some(SubmittedRow { line, file: None });
        files.chain(none).collect::<Vec<_>>()
    });
    let columns = SheetColumns::new()
        .with(Column::words("Dataset"), |row: &SubmittedRow<'_>| {
            Cell::new(facts.layouts.sources.title(&row.line.dataset))
        })
        .with(Column::words("From month"), |row| Cell::new(words::month_words(row.line.first)))
        .with(Column::words("To month"), |row| Cell::new(words::month_words(row.line.last)))
        .with(Column::dates("Received"), |row| Cell::date(row.line.submitted))
        .with(Column::numbers("Rows of the submission"), |row| {
            i64::try_from(row.line.rows).map_or_else(|_| nothing(), Cell::count)
        })
        .with(Column::words("State"), |row| Cell::new(used_words(facts, row.line)))
        .with(Column::words("Why it was refused"), |row| {
            let reasons = reasons(facts, row.line);
            words_or_nothing(Some(reasons.join("; ")).filter(|reasons| !reasons.is_empty()))
        })
        .with(Column::words("File"), |row| Cell::new(row.file.map_or("No file", |file| &*file.path)))
        .with(Column::words("SHA-256 of the file"), |row| match row.file {
            Some(file) if file.sha256.is_empty() => Cell::new("The file could not be read"),
            file => words_or_nothing(file.map(|file| &*file.sha256)),
        })
        .noted(SheetNote::Hash);
    columns.of(rows)
}

/// Each organisation with what it evidences, those with most standards not met first.
pub(super) fn inspected_organisations(scope: &SheetScope<'_>) -> SheetDraft {
    let mut columns = SheetColumns::new()
        .with(Column::words("Code"), |line: &InspectedLine<'_>| Cell::new(&**line.body.code))
        .with(Column::words("Organisation"), |line| Cell::new(&*line.body.name));
    for outcome in ResponsibilityOutcome::ALL {
        columns = columns
            .with(Column::numbers(words::sentence_case(outcome.words())), move |line| Cell::count(line.with(outcome)))
            .noted(SheetNote::Outcome);
    }
    let columns = columns
        .with(Column::numbers("Subjects clearly worse than peers"), |line| Cell::count(line.worse))
        .noted(SheetNote::AgainstPeers)
        .with(Column::numbers("Returns refused"), |line| Cell::count(line.refused))
        .with(Column::numbers("Returns missing"), |line| Cell::count(line.missing));
    columns.of(inspected_lines(&scope.edition))
}
