//! Dataset `impending_prosecutions`: cases without a result as they stood at the month's end, and those closed in it.
//! All rates are inventions.

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, days};
use super::lives::{at_most, each_case};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("case_ref", ColumnType::Text, Need::Required),
    ("opened_on", ColumnType::Date, Need::Required),
    ("closed_on", ColumnType::Date, Need::Optional),
    ("last_investigated_on", ColumnType::Date, Need::Optional),
];

/// New cases of the nation in a year at scale 1: fewer than arrests, because some end before there is a case.
const PER_YEAR: f64 = 600_000.0;
/// Every case is closed after so many months, and before so many days.
const LONGEST_MONTHS: i32 = 36;
const LONGEST_DAYS: f64 = 1_090.0;
/// Log standard deviation of the time to a result.
const SIGMA: f64 = 1.0;
/// Days in which no case is looked at a second time.
const LEFT_ALONE: i32 = 20;

/// Writes the cases of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (nation, member) = (submission.nation, submission.member);
    let character = &member.character;
    let per_year = PER_YEAR * nation.plan.record_scale() * nation.police_share(member) * character.volume;
    let (first, end) = submission.days();
    each_case(submission, LONGEST_MONTHS, per_year, |begun, draw| {
        let closed = begun.day + days_open(character, draw);
        if closed < first {
            return Ok(());
        }
        rows.text(submission.code().as_str());
        rows.text(submission.reference_of(begun.month, "IP", begun.number).as_str());
        rows.date(begun.day);
        rows.date((closed <= end).then_some(closed));
        rows.date(last_investigated(begun.day, closed.min(end), character, draw));
        rows.end_row()
    })
}

fn days_open(character: &Character, draw: &mut Draw) -> i32 {
    let drawn = draw.log_normal(character.case_median_days, SIGMA);
    days(at_most(LONGEST_DAYS, drawn, draw))
}

/// The last of a case's investigations by the day `until`.
fn last_investigated(opened: i32, until: i32, character: &Character, draw: &mut Draw) -> Option<i32> {
    let mut last = None;
    let mut next = opened;
    loop {
        next += LEFT_ALONE + days(draw.exponential(character.investigated_every));
        if next > until {
            return last;
        }
        last = Some(next);
    }
}
