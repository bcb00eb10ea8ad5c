//! Dataset `open_cases`: arrests, summonses and reports that were not on PNC at a month's end, and subject access requests
//! that were open then. They are the cases of `arrest_summons` and `rights_requests`, of this month and earlier ones; what
//! those datasets never show the end of is ended here after some time.

use super::SynthError;
use super::arrest_summons::each_report;
use super::moments::DAY_US;
use super::rights_requests::each_request;
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("case_ref", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("event_at", ColumnType::Time, Need::Optional),
    ("received_on", ColumnType::Date, Need::Optional),
];

/// Days after which a report that was forgotten is found and created, and months in which such reports began.
const FOUND_AFTER_DAYS: i64 = 75;
const REPORT_MONTHS: i32 = 3;
/// Days after which the slowest request is answered, and months in which such requests began.
const ANSWERED_AFTER_DAYS: i32 = 300;
const REQUEST_MONTHS: i32 = 10;

/// Writes the open cases of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let end = submission.month.plus(1).start_utc().timestamp_micros();
    for month in (0..=REPORT_MONTHS).rev().map(|back| submission.month.plus(-back)) {
        each_report(submission, month, |number, report| {
            let found = report.event_at + FOUND_AFTER_DAYS * DAY_US;
            let created = report.created_at.unwrap_or(found).min(found);
            if !report.recordable || report.event_at >= end || created < end {
                return Ok(());
            }
            rows.text(submission.code().as_str());
            rows.text(submission.reference_of(month, "AS", number).as_str());
            rows.text("arrest_summons");
            rows.time(report.event_at);
            rows.date(None::<i32>);
            rows.end_row()
        })?;
    }
    let (_, last) = submission.days();
    for month in (0..=REQUEST_MONTHS).rev().map(|back| submission.month.plus(-back)) {
        each_request(submission, month, |number, request| {
            let answered = request.answered.min(request.received + ANSWERED_AFTER_DAYS);
            if request.kind != "subject_access" || answered <= last {
                return Ok(());
            }
            rows.text(submission.code().as_str());
            rows.text(submission.reference_of(month, "RR", number).as_str());
            rows.text("subject_access");
            rows.time(None::<i64>);
            rows.date(request.received);
            rows.end_row()
        })?;
    }
    Ok(())
}
