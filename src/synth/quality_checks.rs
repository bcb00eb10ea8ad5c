//! Dataset `quality_checks`: resolved cases and samples, and what a supervisor or the court's record says of them.
//! Checks that were not yet made on the submitted day are not known. All rates are inventions.

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, days};
use super::moments::{Rhythm, each_instant, expected, london_day};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("check_ref", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("resolved_on", ColumnType::Date, Need::Required),
    ("checked_on", ColumnType::Date, Need::Optional),
    ("outcome", ColumnType::Text, Need::Optional),
    ("significant_error", ColumnType::Flag, Need::Optional),
];

/// Exceptions and triggers of court messages that persons resolve in the nation in a year at scale 1.
const PER_YEAR: f64 = 250_000.0;
/// Results drawn for comparison with the court's record, for each resolved case; and those of a month below which no
/// body goes, on average.
const SAMPLED: f64 = 0.02;
const FEWEST_SAMPLED: f64 = 5.0;
const COURT_RECORD: &str = "court_record";

struct QualityCheck {
    kind: &'static str,
    /// Days after the case was resolved or drawn; none when nobody checks it.
    after: Option<i32>,
    outcome: &'static str,
    significant_error: Option<bool>,
}

/// Writes the checks of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (nation, member, month) = (submission.nation, submission.member, submission.month);
    let character = &member.character;
    let per_year = PER_YEAR * nation.plan.record_scale() * nation.police_share(member) * character.volume;
    let cases = expected(per_year, Rhythm::Courts, month);
    let sampled = (cases * SAMPLED).max(FEWEST_SAMPLED);
    let mut draw = submission.draw();
    let mut number = 0;
    each_instant(month, Rhythm::Courts, cases + sampled, &mut draw, |at, draw| {
        number += 1;
        let check = if draw.chance(sampled / (cases + sampled)) {
            draw_sample(character, draw)
        } else {
            draw_check(character, draw)
        };
        let resolved = london_day(at);
        let checked = submission.known_day(check.after.map(|after| resolved + after));
        rows.text(submission.code().as_str());
        rows.text(submission.reference("QC", number).as_str());
        rows.text(check.kind);
        rows.date(resolved);
        rows.date(checked);
        rows.text(checked.map(|_| check.outcome));
        rows.flag(check.significant_error.filter(|_| checked.is_some()));
        rows.end_row()
    })
}

/// A resolved case: most are checked soon, a few after 35 days, when it is too late.
fn draw_check(character: &Character, draw: &mut Draw) -> QualityCheck {
    let kind = draw.choose(&[("remand", 0.15), ("trigger", 0.40)], "disposal");
    let late = draw.chance(0.02);
    let after = if late { draw.between(36.0, 44.0) } else { draw.exponential(8.0).min(35.0) };
    let passed = draw.chance(character.check_passed);
    let partial = kind == "trigger" && draw.chance(0.4);
    QualityCheck {
        kind,
        after: draw.chance(character.checked).then(|| days(after)),
        outcome: match (passed, partial) {
            (true, _) => "pass",
            (false, true) => "partial_pass",
            (false, false) => "fail",
        },
        significant_error: None,
    }
}

/// A result beside the court's record: one difference in five matters.
fn draw_sample(character: &Character, draw: &mut Draw) -> QualityCheck {
    let agrees = draw.chance(character.results_agree);
    let significant = !agrees && draw.chance(0.2);
    QualityCheck {
        kind: COURT_RECORD,
        after: (!draw.chance(0.03)).then(|| days(draw.between(0.0, 20.0))),
        outcome: if agrees { "pass" } else { "fail" },
        significant_error: (!draw.chance(0.02)).then_some(significant),
    }
}
