//! Dataset `rights_requests`: requests of people about their data, and when each was answered.
//! Requests that were not yet answered on the submitted day stay open.

use chrono::{Datelike, Months, NaiveDate};

use super::character::Character;
use super::draw::{Draw, days};
use super::faults::RARE_DATES;
use super::moments::{Rhythm, each_instant, expected, london_day};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use super::{Dataset, SynthError};
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("request_ref", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("received_on", ColumnType::Date, Need::Required),
    ("due_on", ColumnType::Date, Need::Required),
    ("information_asked_on", ColumnType::Date, Need::Optional),
    ("information_received_on", ColumnType::Date, Need::Optional),
    ("closed_on", ColumnType::Date, Need::Optional),
    ("outcome", ColumnType::Text, Need::Optional),
];

/// Requests of all police bodies in a year, at any scale: a few hundred a month.
const PER_YEAR: f64 = 6_000.0;
/// Twenty working days, without holidays.
const FOI_DAYS: i32 = 28;
/// Deletion requests that lack information, those of them for which it comes, and days after which the rest are closed.
const LACKS_INFORMATION: f64 = 0.30;
const INFORMATION_COMES: f64 = 0.65;
const INFORMATION_DAYS: i32 = 28;

/// A request as it came about, whatever is known of it on a day.
pub(super) struct Request {
    pub(super) kind: &'static str,
    /// Days since 1970-01-01, as the others.
    pub(super) received: i32,
    due: i32,
    pub(super) answered: i32,
    outcome: &'static str,
    information_asked: Option<i32>,
    information_received: Option<i32>,
}

/// Writes the requests of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    each_request(submission, submission.month, |number, request| {
        let closed = submission.known_day(Some(request.answered));
        rows.text(submission.code().as_str());
        rows.text(submission.reference("RR", number).as_str());
        rows.text(request.kind);
        rows.date(request.received);
        rows.date(request.due);
        rows.date(submission.known_day(request.information_asked));
        rows.date(submission.known_day(request.information_received));
        rows.date(closed);
        rows.text(closed.map(|_| request.outcome));
        rows.end_row()
    })
}

/// Visits every request that the submission's body received in a month with its number, from 1.
pub(super) fn each_request(
    submission: &Sending<'_>,
    month: Month,
    mut visit: impl FnMut(u64, &Request) -> Result<(), SynthError>,
) -> Result<(), SynthError> {
    let member = submission.member;
    let mut draw = submission.draw_for(Dataset::RightsRequests, month);
    let mut number = 0;
    let mut visit = |request: &Request| {
        number += 1;
        visit(number, request)
    };
    if let Some(day) = rare_date(submission, month) {
        visit(&draw_request("subject_access", day, &member.character, &mut draw))?;
    }
    let mean = expected(PER_YEAR * submission.nation.police_share(member), Rhythm::Office, month);
    each_instant(month, Rhythm::Office, mean, &mut draw, |at, draw| {
        let kind = draw.choose(&[("foi", 0.20), ("erasure", 0.15), ("rectification", 0.10)], "subject_access");
        visit(&draw_request(kind, london_day(at), &member.character, draw))
    })
}

fn draw_request(kind: &'static str, received: i32, character: &Character, draw: &mut Draw) -> Request {
    let due = if kind == "foi" { received + FOI_DAYS } else { one_month_after(received) };
    let answered = received + days(draw.log_normal(character.request_median_days, character.request_sigma));
    let outcome = outcome(kind, draw);
    let (information_asked, information_received) = (None, None);
    let mut request = Request { kind, received, due, answered, outcome, information_asked, information_received };
    if kind == "erasure" && draw.chance(LACKS_INFORMATION) {
        ask_for_information(&mut request, character, draw);
    }
    request
}

/// The request when something is missing: it waits for that, and is closed where it never comes.
fn ask_for_information(request: &mut Request, character: &Character, draw: &mut Draw) {
    let asked = request.received + 1 + days(draw.exponential(3.0).min(10.0));
    request.information_asked = Some(asked);
    if draw.chance(INFORMATION_COMES) {
        let waited = days(draw.exponential(9.0).min(27.0));
        request.information_received = Some(asked + waited);
        request.answered = request.answered.max(asked) + waited;
        return;
    }
    let on_the_day = draw.chance(character.closes_incomplete);
    let later = if on_the_day { 0 } else { 1 + days(draw.exponential(12.0)) };
    request.answered = asked + INFORMATION_DAYS + later;
    request.outcome = "incomplete";
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
fn rare_date(submission: &Sending<'_>, month: Month) -> Option<i32> {
    let last = month.last_day();
    let rare = matches!((last.month(), last.day()), (1, 31) | (2, 29)) && submission.code().as_str() == RARE_DATES;
    rare.then(|| last.to_epoch_days())
}
