//! Dataset `rights_requests`: requests of people about their data, and when each was answered.
//! Requests that were not yet answered on the submitted day stay open.

use chrono::{Datelike, Months, NaiveDate};

use super::SynthError;
use super::character::Character;
use super::draw::{Draw, whole};
use super::faults::RARE_DATES;
use super::moments::{Rhythm, each_instant, expected, london_day};
use super::row_file::{Columns, Kind, Need, RowFile};
use super::submission::Submission;

/// Columns of the dataset.
pub const COLUMNS: Columns = &[
    ("org_code", Kind::Text, Need::Required),
    ("request_ref", Kind::Text, Need::Required),
    ("kind", Kind::Text, Need::Required),
    ("received_on", Kind::Date, Need::Required),
    ("due_on", Kind::Date, Need::Required),
    ("closed_on", Kind::Date, Need::Optional),
    ("outcome", Kind::Text, Need::Optional),
];

/// Requests of all police bodies in a year, at any scale: a few hundred a month.
const PER_YEAR: f64 = 6_000.0;
/// Twenty working days, without holidays.
const FOI_DAYS: i32 = 28;

struct Request {
    kind: &'static str,
    /// Days since 1970-01-01, as the others.
    received: i32,
    due: i32,
    answered: i32,
    outcome: &'static str,
}

/// Writes the requests of a submission.
pub fn write(submission: &Submission<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (member, month) = (submission.member, submission.month);
    let mut draw = submission.draw();
    let mut number = 0;
    let mut write_request = |request: &Request| {
        number += 1;
        let closed = submission.known_day(Some(request.answered));
        rows.text(submission.code());
        rows.text(submission.reference("RR", number).as_str());
        rows.text(request.kind);
        rows.date(request.received);
        rows.date(request.due);
        rows.date(closed);
        rows.text(closed.map(|_| request.outcome));
        rows.end_row()
    };
    if let Some(day) = rare_date(submission) {
        write_request(&draw_request("subject_access", day, &member.character, &mut draw))?;
    }
    let mean = expected(PER_YEAR * submission.nation.police_share(member), Rhythm::Office, month);
    each_instant(month, Rhythm::Office, mean, &mut draw, |at, draw| {
        let kind = draw.choose(&[("foi", 0.20), ("erasure", 0.15), ("rectification", 0.10)], "subject_access");
        write_request(&draw_request(kind, london_day(at), &member.character, draw))
    })
}

fn draw_request(kind: &'static str, received: i32, character: &Character, draw: &mut Draw) -> Request {
    let due = if kind == "foi" { received + FOI_DAYS } else { one_month_after(received) };
    let answered = received + days_to_answer(character, draw);
    Request { kind, received, due, answered, outcome: outcome(kind, draw) }
}

fn days_to_answer(character: &Character, draw: &mut Draw) -> i32 {
    let days = draw.log_normal(character.request_median_days, character.request_sigma);
    i32::try_from(whole(days)).unwrap_or(i32::MAX / 4)
}

/// The same day of the next month, or its last day where it has no such day: 31 January leads to the end of February.
fn one_month_after(day: i32) -> i32 {
    let next = NaiveDate::from_epoch_days(day).and_then(|date| date.checked_add_months(Months::new(1)));
    next.map_or(day, |date| date.to_epoch_days())
}

fn outcome(kind: &str, draw: &mut Draw) -> &'static str {
    match kind {
        "subject_access" | "foi" => draw.choose(&[("refused", 0.08), ("withdrawn", 0.04)], "answered"),
        "rectification" => draw.choose(&[("refused", 0.33), ("withdrawn", 0.07)], "granted"),
        _ => draw.choose(&[("granted", 0.42), ("withdrawn", 0.06)], "refused"),
    }
}

/// A day on which one request is certain to come in: 31 January or 29 February.
fn rare_date(submission: &Submission<'_>) -> Option<i32> {
    let last = submission.month.last_day();
    let rare = matches!((last.month(), last.day()), (1, 31) | (2, 29)) && submission.code() == RARE_DATES;
    rare.then(|| last.to_epoch_days())
}
