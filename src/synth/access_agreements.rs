//! Dataset `access_agreements`: what access each body outside the police has at the month's end, and under which agreement.
//! Agreements run for two years; some are renewed late, so that a body is without one for a while.

use chrono::{Days, NaiveDate};

use super::SynthError;
use super::draw::Draw;
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("agreement_ref", ColumnType::Text, Need::Required),
    ("access_level", ColumnType::Text, Need::Required),
    ("signed_on", ColumnType::Date, Need::Optional),
    ("expires_on", ColumnType::Date, Need::Optional),
];

/// Months for which an agreement runs.
const TERM_MONTHS: i32 = 24;
/// Latest renewal, in days after the last term ended.
const LATEST_RENEWAL: u64 = 150;

/// One term of an agreement.
struct Term {
    begins: Month,
    signed_on: NaiveDate,
}

impl Term {
    fn expires_on(&self) -> NaiveDate {
        self.begins.plus(TERM_MONTHS - 1).last_day()
    }
}

/// Writes the agreements of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    for (number, level) in (1..).zip(levels_of(submission)) {
        let term = last_signed(submission, level);
        let (year, month) = (term.begins.year() % 100, term.begins.number());
        let reference = format!("SYN-AA-{:02}-{number}-{year:02}{month:02}", submission.member.number);
        rows.text(submission.code().as_str());
        rows.text(reference.as_str());
        rows.text(level);
        rows.date(term.signed_on.to_epoch_days());
        rows.date(term.expires_on().to_epoch_days());
        rows.end_row()?;
    }
    Ok(())
}

/// The levels of access of a body, the same in every month.
fn levels_of(submission: &Sending<'_>) -> Vec<&'static str> {
    let mut draw = Draw::new(submission.nation.plan.seed, &["access", submission.code()]);
    let level = draw.choose(&[("full", 0.2), ("names_index", 0.3)], "partial");
    let more = level != "names_index" && draw.chance(0.5);
    std::iter::once(level).chain(more.then_some("names_index")).collect()
}

/// The latest term that was signed by the month's end; it may have run out.
fn last_signed(submission: &Sending<'_>, level: &str) -> Term {
    let (seed, code, month) = (submission.nation.plan.seed, submission.code(), submission.month);
    let offset = Draw::new(seed, &["term", code, level]).below(TERM_MONTHS.unsigned_abs().into());
    let since = month.months_since(Month::of(NaiveDate::default())) - i32::try_from(offset).unwrap_or(0);
    let current = month.plus(-since.rem_euclid(TERM_MONTHS));
    let term = |begins: Month| Term { begins, signed_on: signed_on(seed, &[code, level, &begins.to_string()], begins) };
    let newest = term(current);
    if newest.signed_on <= month.last_day() { newest } else { term(current.plus(-TERM_MONTHS)) }
}

/// Most agreements are signed in the month before they begin, the rest late.
fn signed_on(seed: u64, words: &[&str], begins: Month) -> NaiveDate {
    let mut draw = Draw::new(seed, &[&["signed"], words].concat());
    let first = begins.first_day();
    if draw.chance(0.6) { first - Days::new(1 + draw.below(28)) } else { first + Days::new(draw.below(LATEST_RENEWAL)) }
}
