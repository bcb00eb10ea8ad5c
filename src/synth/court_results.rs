//! Dataset `court_results`: results that courts sent and when the police entered them.
//! Results that were not yet entered on the submitted day stay open.

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, whole};
use super::faults::CLEARS_BACKLOG;
use super::moments::{DAY_US, HOUR_US, Rhythm, each_instant, expected, london_day};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::{RecordSelection, Sending};

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("result_ref", ColumnType::Text, Need::Required),
    ("court_type", ColumnType::Text, Need::Required),
    ("court_date", ColumnType::Date, Need::Required),
    ("received_at", ColumnType::Time, Need::Required),
    ("updated_at", ColumnType::Time, Need::Optional),
    ("half_life_hours", ColumnType::Int, Need::Optional),
];

/// Court results of the nation in a year at scale 1: 1.37 million magistrates' and 105,000 Crown Court cases in 2023.
const PER_YEAR: f64 = 1_475_000.0;
/// Median days to entry of the force with the planted backlog, before and after its clearance.
const BACKLOG_DAYS: (f64, f64) = (34.0, 5.0);

/// Court results of the submission's body in a year.
pub fn per_year(submission: &Sending<'_>) -> f64 {
    let (nation, member) = (submission.nation, submission.member);
    PER_YEAR * nation.plan.record_scale() * nation.police_share(member) * member.character.volume
}

/// Writes the results of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (month, character) = (submission.month, &submission.member.character);
    let median = median_days(submission);
    let mut selection = RecordSelection::new(submission);
    let mut draw = submission.draw();
    let mut number = 0;
    let mean = expected(per_year(submission), Rhythm::Courts, month);
    each_instant(month, Rhythm::Courts, mean, &mut draw, |received_at, draw| {
        number += 1;
        // Drawn for every result, written or not, so that a resubmission repeats the same results.
        let result = draw_result(received_at, median, character, draw);
        for _ in 0..selection.copies() {
            rows.text(submission.code().as_str());
            rows.text(submission.reference("CR", number).as_str());
            rows.text(result.court_type);
            rows.date(result.court_date);
            rows.time(received_at);
            rows.time(submission.known_instant(Some(result.updated_at)));
            rows.int(result.half_life_hours);
            rows.end_row()?;
        }
        Ok(())
    })
}

struct CourtResult {
    court_type: &'static str,
    /// Days since 1970-01-01.
    court_date: i32,
    updated_at: i64,
    half_life_hours: Option<i64>,
}

fn median_days(submission: &Sending<'_>) -> f64 {
    if submission.code().as_str() != CLEARS_BACKLOG {
        return submission.member.character.court_median_days;
    }
    if submission.after_turning() { BACKLOG_DAYS.1 } else { BACKLOG_DAYS.0 }
}

fn draw_result(received_at: i64, median: f64, character: &Character, draw: &mut Draw) -> CourtResult {
    let court_type = draw.choose(&[("crown", 0.07), ("youth", 0.07)], "magistrates");
    // Most results leave the court on the day; Crown Court results take longer.
    let mean_lag = if court_type == "crown" { 3.0 } else { 0.9 };
    let lag = whole(draw.exponential(mean_lag).floor()) * DAY_US;
    let half_life_hours = draw.choose(&[(Some(24), 0.08), (None, 0.22)], Some(72));
    let factor = if half_life_hours == Some(24) { 0.4 } else { 1.0 };
    let delay_days = draw.log_normal(median * factor, character.court_sigma);
    CourtResult {
        court_type,
        court_date: court_day(received_at - lag),
        updated_at: received_at + HOUR_US / 60 + whole(delay_days * 8.64e10),
        half_life_hours,
    }
}

/// The London day of an instant, moved from a Sunday to the Saturday before: courts do not sit on Sundays.
fn court_day(at: i64) -> i32 {
    let day = london_day(at);
    // 1970-01-01 was a Thursday, so Sundays are the days with remainder 3.
    if day.rem_euclid(7) == 3 { day - 1 } else { day }
}
