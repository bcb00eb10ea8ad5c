//! Dataset `retention_reviews`: reviews and disposals that fall due, those still to be done, and records deleted wrongly.
//! What had not yet happened on the submitted day is not known. All rates are inventions.

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, days};
use super::lives::{a_day_of, at_most, each_case};
use super::moments::{Rhythm, expected};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("review_ref", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("due_on", ColumnType::Date, Need::Required),
    ("reviewed_on", ColumnType::Date, Need::Optional),
    ("decision", ColumnType::Text, Need::Optional),
    ("rationale_recorded", ColumnType::Flag, Need::Optional),
    ("disposed_on", ColumnType::Date, Need::Optional),
    ("wrongly_deleted", ColumnType::Flag, Need::Required),
];

/// Reviews and disposals that fall due in the nation in a year at scale 1.
const PER_YEAR: f64 = 600_000.0;
/// Records that the nation deletes wrongly in a year, at any scale.
const WRONG_PER_YEAR: f64 = 90.0;
/// Everything is done after so many months, and before so many days.
const LONGEST_MONTHS: i32 = 24;
const LONGEST_DAYS: f64 = 700.0;

/// A review or disposal to its end. Days since 1970-01-01.
struct Review {
    kind: &'static str,
    due: i32,
    reviewed: Option<i32>,
    decision: Option<&'static str>,
    rationale: Option<bool>,
    disposed: Option<i32>,
    wrongly_deleted: bool,
}

impl Review {
    /// The day after which nothing is left to do.
    fn done(&self) -> i32 {
        self.disposed.or(self.reviewed).unwrap_or(i32::MAX)
    }
}

/// Writes the reviews and disposals of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (nation, member) = (submission.nation, submission.member);
    let (first, _) = submission.days();
    let per_year = PER_YEAR * nation.plan.record_scale() * nation.police_share(member);
    each_case(submission, LONGEST_MONTHS, per_year, |begun, draw| {
        let review = draw_review(begun.day, &member.character, draw);
        if begun.month < submission.month && review.done() < first {
            return Ok(());
        }
        write_row(submission, &submission.reference_of(begun.month, "RV", begun.number), &review, rows)
    })?;
    write_wrong_deletions(submission, rows)
}

fn write_row(submission: &Sending<'_>, reference: &str, review: &Review, rows: &mut RowFile) -> Result<(), SynthError> {
    let reviewed = submission.known_day(review.reviewed);
    rows.text(submission.code().as_str());
    rows.text(reference);
    rows.text(review.kind);
    rows.date(review.due);
    rows.date(reviewed);
    rows.text(review.decision.filter(|_| reviewed.is_some()));
    rows.flag(review.rationale.filter(|_| reviewed.is_some()));
    rows.date(submission.known_day(review.disposed));
    rows.flag(review.wrongly_deleted);
    rows.end_row()
}

fn draw_review(due: i32, character: &Character, draw: &mut Draw) -> Review {
    let done = due + days_from_due(character, draw);
    let disposal = Review {
        kind: "disposal",
        due,
        reviewed: None,
        decision: None,
        rationale: None,
        disposed: Some(done),
        wrongly_deleted: false,
    };
    if draw.chance(0.25) {
        return disposal;
    }
    let retain = draw.chance(0.72);
    let until_disposal = days(draw.exponential(9.0).min(60.0));
    Review {
        kind: "review",
        reviewed: Some(done),
        decision: Some(if retain { "retain" } else { "dispose" }),
        rationale: (!draw.chance(0.03)).then(|| draw.chance(character.rationale)),
        disposed: (!retain).then_some(done + until_disposal),
        ..disposal
    }
}

/// Before the day, on it, or long after it.
fn days_from_due(character: &Character, draw: &mut Draw) -> i32 {
    let early = draw.exponential(12.0).min(60.0);
    let late = 1.0 + draw.exponential(80.0);
    let late = at_most(LONGEST_DAYS - 60.0, late, draw);
    if draw.chance(character.reviewed_in_time) { -days(early) } else { days(late) }
}

/// Records that were deleted in the month long before their day; each is in this return alone.
fn write_wrong_deletions(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (nation, member, month) = (submission.nation, submission.member, submission.month);
    let mut draw = Draw::new(nation.plan.seed, &["wrong deletions", submission.code(), &month.to_string()]);
    let mean = expected(WRONG_PER_YEAR * nation.police_share(member), Rhythm::Office, month);
    for number in 1..=draw.poisson(mean) {
        let disposed = a_day_of(month, &mut draw);
        let review = Review {
            kind: "disposal",
            due: disposed + 90 + days(draw.exponential(700.0)),
            reviewed: None,
            decision: None,
            rationale: None,
            disposed: Some(disposed),
            wrongly_deleted: true,
        };
        write_row(submission, &submission.reference("WD", number), &review, rows)?;
    }
    Ok(())
}
