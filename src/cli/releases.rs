//! The command lines that ask a published release: whether it is whole, what has changed since another one, and what a
//! figure rests on. All of them read and publish nothing; a page about a comparison stands where somebody wants it.

use std::path::PathBuf;

use clap::Args;

use super::output::{print_json, print_line};
use super::values::place;
use crate::app::compare::{CompareOptions, FileToWrite, compare_releases};

use crate::app::trace::{TraceOptions, trace};
use crate::app::verify_release::{ReleaseReport, VerifyReleaseOptions, verify_release};
use crate::app::{AppError, Context};
use crate::exit;
use crate::place::Place;
use crate::release::comparison::{
    ComparedFigure, FigureChange, NO_REASON, OtherChanges, ReleaseComparison, WhatBecame, WholeOnes,
};
use crate::release::trace::{FigureTrace, TracedDefinition, TracedFigure, TracedSubmission};

/// Most lines that a list has as text.
const MOST_LINES: usize = 50;

/// A release, and what it is proven by.
#[derive(Debug, Args)]
pub(super) struct VerifyReleaseArguments {
    /// A release, or a period's folder of releases.
    #[arg(value_parser = place())]
    release: Place,
    /// Folder of the submissions that it was made from: compare each input file.
    #[arg(long, value_name = "DIR", value_parser = place())]
    source: Option<Place>,
    /// Run again in a temporary folder and compare every file.
    #[arg(long, requires = "source")]
    recompute: bool,
    #[arg(long)]
    json: bool,
}

impl VerifyReleaseArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        std::iter::once(&mut self.release).chain(&mut self.source).collect()
    }

    /// Whether definitions and engine are needed.
    pub(super) fn runs_again(&self) -> bool {
        self.recompute
    }
}

/// Checks a release and tells what was found. The context is for the run that is made again.
pub(super) async fn print_proof(
    arguments: VerifyReleaseArguments,
    again: Option<Context>,
    quiet: bool,
) -> Result<u8, AppError> {
    let VerifyReleaseArguments { release, source, recompute: _, json } = arguments;
    let report = verify_release(&VerifyReleaseOptions { release, source, quiet }, again).await?;
    let ReleaseReport { passed, failed, .. } = report;
    if json {
        print_json(&report)?;
    } else {
        for check in &report.checks {
            print_line(format_args!("{} {}", if check.has_passed() { "ok  " } else { "FAIL" }, check.check))?;
            print_some(&check.problems, "     ")?;
        }
        print_line(format_args!("{passed} passed, {failed} failed"))?;
    }
    if failed > 0 { Err(AppError::ReleaseDiffers { failed, checks: passed + failed }) } else { Ok(exit::OK) }
}

/// The first lines of a list, and how many more there are.
fn print_some(lines: &[String], indent: &str) -> Result<(), AppError> {
    for line in lines.iter().take(MOST_LINES) {
        print_line(format_args!("{indent}{line}"))?;
    }
    match lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        Some(more) => print_line(format_args!("{indent}and {more} more; --json lists all")),
        None => Ok(()),
    }
}

/// Two releases.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// The earlier release, or a period's folder of releases.
    #[arg(value_parser = place())]
    earlier: Place,
    /// The later release, or a period's folder of releases.
    #[arg(value_parser = place())]
    later: Place,
    /// Write the comparison as a page too: one file that needs no other.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Replace a page that is there.
    #[arg(long, requires = "page")]
    overwrite: bool,
    #[arg(long)]
    json: bool,
}

impl CompareArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.earlier, &mut self.later]
    }
}

/// Compares two releases and tells every figure that is not the same.
pub(super) fn print_comparison(context: &Context, arguments: CompareArguments) -> Result<(), AppError> {
    let CompareArguments { earlier, later, page, overwrite, json } = arguments;
    let page = page.map(|path| FileToWrite { option: "--page", path, overwrite });
    let compared = compare_releases(context, &CompareOptions { earlier, later, page })?;
    if json {
        return print_json(&compared);
    }
    print_line(format_args!("{}", compared.class.words()))?;
    for release in [&compared.earlier, &compared.later] {
        print_line(format_args!(
            "{}: data as at {}, published on {}, leds-metrics {}",
            release.name, release.as_of, release.published_on, release.program_version
        ))?;
    }
    print_line(format_args!("{}", periods_line(&compared)))?;
    let figures = compared.figures;
    print_line(format_args!(
        "figures: {} the same, {} changed, {} new, {} gone",
        figures.same, figures.changed, figures.new, figures.gone
    ))?;
    for (word, whole) in [("gone", &compared.gone), ("new", &compared.new)] {
        for line in whole_lines(whole) {
            print_line(format_args!("{word}: {line}"))?;
        }
    }
    for line in other_lines(&compared.other) {
        print_line(format_args!("{line}"))?;
    }
    let changes: Vec<String> = compared.changes.iter().map(change_line).collect();
    print_some(&changes, "")
}

/// Which periods were compared, and why not all.
fn periods_line(compared: &ReleaseComparison) -> String {
    let first = compared.periods.first().map(ToString::to_string).unwrap_or_default();
    let last = compared.periods.last().map(ToString::to_string).unwrap_or_default();
    let span = if first == last { first } else { format!("{first} to {last}") };
    let which = if compared.same_period { "" } else { " that both releases hold, which are of different periods" };
    match compared.periods.len() {
        1 => format!("compared: the figures of one period{which}: {span}"),
        more => format!("compared: the figures of {more} periods{which}: {span}"),
    }
}

/// Whole metrics, bodies and periods, a line for each kind.
fn whole_lines(whole: &WholeOnes) -> Vec<String> {
    let body_texts: Vec<String> = whole.bodies.iter().map(ToString::to_string).collect();
    let period_texts: Vec<String> = whole.periods.iter().map(ToString::to_string).collect();
    let kinds = [("metrics", &whole.metrics), ("bodies", &body_texts), ("periods", &period_texts)];
    let there = kinds.into_iter().filter(|(_, ones)| !ones.is_empty());
    there.map(|(kind, ones)| format!("{kind} {}", ones.join(", "))).collect()
}

/// What changed besides figures, a line for each kind of thing.
fn other_lines(other: &OtherChanges) -> Vec<String> {
    let mut lines = Vec::new();
    if other.program {
        lines.push("the program is another version".to_owned());
    }
    let kinds = [
        ("settings that differ", &other.settings),
        ("definitions that differ", &other.definitions),
        ("input files that are new or changed", &other.inputs),
        ("input files that are gone", &other.inputs_gone),
    ];
    for (what, ones) in kinds {
        match ones.as_slice() {
            [] => {}
            [one] => lines.push(format!("{what}: {one}")),
            [first, ..] => lines.push(format!("{what}: {}, such as {first}", ones.len())),
        }
    }
    lines
}

/// A figure with what it was, what it is, and why.
fn change_line(change: &FigureChange) -> String {
    let category = change.category.as_ref().map_or_else(String::new, |category| format!(" {category}"));
    let place = format!("{}{category} {} {}", change.metric_id, change.org_code, change.period);
    let words = |figure: Option<&ComparedFigure>| figure.map(figure_words).unwrap_or_default();
    let (earlier, later) = (words(change.earlier.as_ref()), words(change.later.as_ref()));
    match change.change {
        WhatBecame::Changed => {
            let reason =
                change.reason.map_or_else(|| NO_REASON.to_owned(), |reason| reason.0.as_str().replace('_', " "));
            format!("{place}: was {earlier}, is {later}: {reason}")
        }
        WhatBecame::New => format!("{place}: is new: {later}"),
        WhatBecame::Gone => format!("{place}: is gone: {earlier}"),
    }
}

/// "75 (3 of 4)", "12" or "not returned".
fn figure_words(figure: &ComparedFigure) -> String {
    let value = figure.value.map_or_else(|| figure.status.replace('_', " "), |value| value.to_string());
    match (figure.numerator, figure.denominator) {
        (Some(numerator), Some(denominator)) => format!("{value} ({numerator} of {denominator})"),
        _ => value,
    }
}

/// A figure of a release.
#[derive(Debug, Args)]
pub(super) struct TraceArguments {
    /// Such as CRE-01.
    metric: String,
    /// Code or name of an organisation or of a sum, such as E23000013 or NATIONAL.
    body: String,
    /// Such as 2025-04 or 2025-26Q1.
    period: String,
    /// A release, or a period's folder of releases.
    #[arg(long, value_name = "DIR", value_parser = place())]
    release: Place,
    #[arg(long)]
    json: bool,
}

impl TraceArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.release]
    }
}

/// Tells what is behind a figure.
pub(super) fn print_trace(context: &Context, arguments: TraceArguments) -> Result<(), AppError> {
    let TraceArguments { metric, body, period, release, json } = arguments;
    let traced = trace(context, &TraceOptions { metric, body, period, release })?;
    if json {
        return print_json(&traced);
    }
    print_line(format_args!("{}  {}", traced.metric_id, traced.metric_name))?;
    print_line(format_args!("{}  {}", traced.org_code, traced.org_name))?;
    print_line(format_args!("{} in release {}, data as at {}", traced.period, traced.release, traced.as_of))?;
    print_line(format_args!("{}", traced_words(&traced.figure)))?;
    print_line(format_args!("definition, version {}", traced.figure.metric_version))?;
    print_definition(&traced.definition)?;
    for rollup in &traced.rollups {
        print_line(format_args!("roll-up {} of {}", rollup.name, rollup.dataset))?;
        print_definition(&rollup.definition)?;
    }
    print_line(format_args!("{}", basis_line(&traced)))?;
    traced.submissions.iter().try_for_each(print_submission)
}

fn print_definition(files: &[TracedDefinition]) -> Result<(), AppError> {
    files.iter().try_for_each(|file| print_line(format_args!("    {}  {}", file.sha256, file.path)))
}

/// The figure as it was published.
fn traced_words(figure: &TracedFigure) -> String {
    let number = |number: Option<i64>| number.map_or_else(|| "none".to_owned(), |number| number.to_string());
    let value = figure.value.map_or_else(|| "no value".to_owned(), |value| format!("value {value} {}", figure.unit));
    let coverage = figure.coverage.map_or_else(|| "none".to_owned(), |coverage| coverage.to_string());
    format!(
        "{value}, numerator {}, denominator {}, status {}, coverage {coverage}",
        number(figure.numerator),
        number(figure.denominator),
        figure.status
    )
}

/// How many submissions are behind the figure, and of which months.
fn basis_line(traced: &FigureTrace) -> String {
    let first = traced.months.first().map(ToString::to_string).unwrap_or_default();
    let last = traced.months.last().map(ToString::to_string).unwrap_or_default();
    let span = if first == last { first } else { format!("{first} to {last}") };
    let refused = traced.submissions.iter().filter(|one| !one.used).count();
    let all = counted(traced.submissions.len(), "submission");
    let senders = counted(traced.senders().len(), "organisation");
    format!("behind it: {all} of {senders} for {span}; refused: {refused}")
}

/// "1 submission", "2 submissions".
fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn print_submission(submission: &TracedSubmission) -> Result<(), AppError> {
    let months = if submission.first_month == submission.last_month {
        submission.first_month.to_string()
    } else {
        format!("{} to {}", submission.first_month, submission.last_month)
    };
    let state = match (submission.used, submission.counted_by_sender) {
        (false, _) => "refused",
        (true, true) => "used; counts made by the sender",
        (true, false) => "used",
    };
    print_line(format_args!(
        "{}, {}, {months}, submitted {}: {state}",
        submission.dataset, submission.org_code, submission.submitted
    ))?;
    for file in &submission.files {
        print_line(format_args!("    {}  {} bytes  {}", file.sha256, file.size, file.path))?;
    }
    Ok(())
}
