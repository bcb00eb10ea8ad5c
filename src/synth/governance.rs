//! Dataset `governance`: meetings of the steering group, inspections and tests of security controls held in the month.
//! Many months hold none. Bodies outside the police have no steering group. All rates are inventions.

use chrono::NaiveDate;

use super::SynthError;
use super::draw::Draw;
use super::lives::a_day_of;
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("entry_ref", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("held_on", ColumnType::Date, Need::Required),
    ("grade", ColumnType::Text, Need::Optional),
    ("control_area", ColumnType::Text, Need::Optional),
    ("controls_met", ColumnType::Int, Need::Optional),
    ("controls_tested", ColumnType::Int, Need::Optional),
];

/// Months from one inspection to the next, and from one test of a control area to the next.
const INSPECTED_EVERY: i32 = 24;
const TESTED_EVERY: i32 = 4;
const AREAS: [&str; 3] = ["training", "physical_security", "internal_audit"];

/// What was held. A meeting has nothing but its day.
#[derive(Debug, Clone, Copy, Default)]
struct GovernanceEvent {
    kind: &'static str,
    grade: Option<&'static str>,
    area: Option<&'static str>,
    /// Controls met, and controls tested.
    controls: Option<(i64, i64)>,
}

/// Writes what was held in the month of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let mut draw = submission.draw();
    for (number, entry) in (1..).zip(entries(submission, &mut draw)) {
        rows.text(submission.code().as_str());
        rows.text(submission.reference("GV", number).as_str());
        rows.text(entry.kind);
        rows.date(a_day_of(submission.month, &mut draw));
        rows.text(entry.grade);
        rows.text(entry.area);
        rows.int(entry.controls.map(|(met, _)| met));
        rows.int(entry.controls.map(|(_, tested)| tested));
        rows.end_row()?;
    }
    Ok(())
}

fn entries(submission: &Sending<'_>, draw: &mut Draw) -> Vec<GovernanceEvent> {
    let character = &submission.member.character;
    let mut entries = Vec::new();
    let meets = submission.member.body.is_police() && is_turn(submission, "meeting", character.meets_every);
    if meets && draw.chance(character.meets) {
        entries.push(GovernanceEvent { kind: "steering_group_meeting", ..GovernanceEvent::default() });
    }
    if is_turn(submission, "inspection", INSPECTED_EVERY) {
        entries.push(GovernanceEvent {
            kind: "inspection",
            grade: Some(grade(character.standing, draw)),
            ..GovernanceEvent::default()
        });
    }
    for area in AREAS.into_iter().filter(|area| is_turn(submission, area, TESTED_EVERY)) {
        let tested = 8 + i64::try_from(draw.below(25)).unwrap_or(0);
        let met = (0..tested).map(|_| i64::from(draw.chance(character.controls_met))).sum();
        let controls = Some((met, tested));
        entries.push(GovernanceEvent {
            kind: "control_test",
            area: Some(area),
            controls,
            ..GovernanceEvent::default()
        });
    }
    entries
}

/// Whether something that is held every so many months falls into this one; each body began in a month of its own.
fn is_turn(submission: &Sending<'_>, what: &str, every: i32) -> bool {
    let mut draw = Draw::new(submission.nation.plan.seed, &["turn", what, submission.code()]);
    let offset = i32::try_from(draw.below(u64::from(every.unsigned_abs()))).unwrap_or(0);
    let since = submission.month.months_since(Month::of(NaiveDate::default()));
    (since + offset).rem_euclid(every) == 0
}

/// Most bodies keep their grade from one inspection to the next.
fn grade(standing: f64, draw: &mut Draw) -> &'static str {
    match standing + 0.5 * draw.normal() {
        1.3.. => "excellent",
        0.1.. => "good",
        -1.3.. => "fair",
        _ => "poor",
    }
}
