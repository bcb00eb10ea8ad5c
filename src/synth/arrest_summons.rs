//! Dataset `arrest_summons`: arrests, summonses and reports and when each came onto PNC.
//! Cases that were not yet created on the submitted day stay open.

use super::character::Character;
use super::draw::{Draw, whole};
use super::faults::{RARE_DATES, STEPS_UP};
use super::moments::{HOUR_US, Rhythm, clock_change, each_instant, expected};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::{RecordSelection, Sending};
use super::{Dataset, SynthError};
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("report_ref", ColumnType::Text, Need::Required),
    ("event_type", ColumnType::Text, Need::Required),
    ("event_at", ColumnType::Time, Need::Required),
    ("created_at", ColumnType::Time, Need::Optional),
    ("recordable", ColumnType::Flag, Need::Required),
    ("identifier_valid", ColumnType::Flag, Need::Optional),
];

/// Arrests, summonses and reports of the nation in a year at scale 1: between the 1.1 million arrests of 2012/13 and the
/// 640,000 of 2019/20.
const PER_YEAR: f64 = 850_000.0;

/// A report as it came about, whatever is known of it on a day.
pub(super) struct Report {
    pub(super) event_type: &'static str,
    pub(super) event_at: i64,
    pub(super) created_at: Option<i64>,
    pub(super) recordable: bool,
    pub(super) identifier_valid: Option<bool>,
}

/// Writes the reports of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let mut selection = RecordSelection::new(submission);
    each_report(submission, submission.month, |number, mut report| {
        let copies = selection.copies();
        if selection.is_implausible() {
            report.created_at = Some(report.event_at - 5 * HOUR_US);
        }
        (0..copies).try_for_each(|_| write_row(submission, number, &report, rows))
    })
}

/// Visits every report of the submission's body in a month with its number, from 1, without planted faults of the return.
pub(super) fn each_report(
    submission: &Sending<'_>,
    month: Month,
    mut visit: impl FnMut(u64, Report) -> Result<(), SynthError>,
) -> Result<(), SynthError> {
    let (nation, member) = (submission.nation, submission.member);
    let volume = if member.is_unattributed() { 2.0 } else { member.character.volume };
    let per_year = PER_YEAR * nation.plan.record_scale() * nation.police_share(member) * volume;
    let within_day = within_day(submission, month);
    let mut number = 0;
    let mut visit = |report: Report| {
        number += 1;
        visit(number, report)
    };
    for report in around_clock_change(submission, month) {
        visit(report)?;
    }
    let mut draw = submission.draw_for(Dataset::ArrestSummons, month);
    let mean = expected(per_year, Rhythm::Arrests, month);
    each_instant(month, Rhythm::Arrests, mean, &mut draw, |at, draw| {
        visit(draw_report(at, within_day, &member.character, draw))
    })
}

fn write_row(submission: &Sending<'_>, number: u64, report: &Report, rows: &mut RowFile) -> Result<(), SynthError> {
    rows.text(submission.code().as_str());
    rows.text(submission.reference("AS", number).as_str());
    rows.text(report.event_type);
    rows.time(report.event_at);
    rows.time(submission.known_instant(report.created_at));
    rows.flag(report.recordable);
    rows.flag(report.identifier_valid);
    rows.end_row()
}

/// Share created within 24 hours: the body's own level, or the planted step with its dip in the month of the change.
fn within_day(submission: &Sending<'_>, month: Month) -> f64 {
    let usual = submission.member.character.within_day_in(month);
    let since = month.months_since(submission.nation.faults.turning);
    match (submission.code().as_str(), since) {
        (STEPS_UP, ..0) => 0.66,
        (STEPS_UP, 0) => 0.60,
        (STEPS_UP, _) => 0.89,
        _ => usual,
    }
}

fn draw_report(event_at: i64, within_day: f64, character: &Character, draw: &mut Draw) -> Report {
    let event_type = draw.choose(&[("report", 0.20), ("summons", 0.18)], "arrest");
    let recordable = draw.chance(0.94);
    let delay_hours = draw_delay_hours(within_day, character, draw);
    // A report that is not recordable needs no entry; some are entered all the same.
    let entered = recordable || draw.chance(0.3);
    let identifier_valid = (!draw.chance(0.01)).then(|| draw.chance(character.identifier_valid));
    let created_at = delay_hours.filter(|_| entered).map(|hours| event_at + whole(hours * 3.6e9));
    Report { event_type, event_at, created_at, recordable, identifier_valid }
}

/// Hours to creation: most inside a day, the rest inside three days or in a long tail; none for the few never created.
fn draw_delay_hours(within_day: f64, character: &Character, draw: &mut Draw) -> Option<f64> {
    if draw.chance(within_day) {
        return Some(0.05 + 23.95 * draw.unit().powf(1.6));
    }
    if draw.chance(character.never_created / (1.0 - within_day)) {
        return None;
    }
    let soon = draw.chance(character.within_three_days);
    Some(if soon { draw.between(24.0, 72.0) } else { 72.0 * draw.exponential(0.85).exp() })
}

/// Arrests in the hours before and after a clock change, created at and next to the 24-hour limit.
fn around_clock_change(submission: &Sending<'_>, month: Month) -> Vec<Report> {
    let change = clock_change(month).filter(|_| submission.code().as_str() == RARE_DATES);
    let Some(change) = change else { return Vec::new() };
    let arrest = |(event_at, delay): (i64, i64)| Report {
        event_type: "arrest",
        event_at,
        created_at: Some(event_at + delay),
        recordable: true,
        identifier_valid: Some(true),
    };
    let day = 24 * HOUR_US;
    [
        (change - 20 * HOUR_US, day),
        (change - HOUR_US / 2, day),
        (change - HOUR_US / 2, day + 1),
        (change, day),
        (change + HOUR_US / 2, day),
        (change + HOUR_US / 2, day - 1),
    ]
    .map(arrest)
    .into()
}
