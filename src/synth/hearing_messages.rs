//! Dataset `hearing_messages`: what courts sent for the automatic update of PNC, and what became of each message.
//! Exceptions that were not yet resolved on the submitted day stay unresolved. All rates are inventions.

use super::SynthError;
use super::character::Character;
use super::court_results;
use super::draw::{Draw, whole};
use super::moments::{Rhythm, each_instant, expected};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("message_ref", ColumnType::Text, Need::Required),
    ("received_at", ColumnType::Time, Need::Required),
    ("recordable", ColumnType::Flag, Need::Required),
    ("exception_code", ColumnType::Text, Need::Optional),
    ("resolution", ColumnType::Text, Need::Required),
];

/// Messages about recordable offences; the others have nothing to update.
const RECORDABLE: f64 = 0.87;
/// Exceptions that somebody takes up, by hand or by sending the message again.
const TAKEN_UP: f64 = 0.9;

/// What becomes of a message, and when it is settled.
struct MessageOutcome {
    exception_code: Option<&'static str>,
    resolution: &'static str,
    settled_at: i64,
}

/// Writes the messages of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (month, character) = (submission.month, &submission.member.character);
    let mut draw = submission.draw();
    let mut number = 0;
    let mean = expected(court_results::per_year(submission), Rhythm::Courts, month);
    each_instant(month, Rhythm::Courts, mean, &mut draw, |received_at, draw| {
        number += 1;
        let recordable = draw.chance(RECORDABLE);
        let outcome = draw_outcome(recordable, received_at, character, draw);
        let settled = submission.known_instant(Some(outcome.settled_at)).is_some();
        rows.text(submission.code().as_str());
        rows.text(submission.reference("HM", number).as_str());
        rows.time(received_at);
        rows.flag(recordable);
        rows.text(outcome.exception_code);
        rows.text(if settled { outcome.resolution } else { "unresolved" });
        rows.end_row()
    })
}

fn draw_outcome(recordable: bool, received_at: i64, character: &Character, draw: &mut Draw) -> MessageOutcome {
    let plain = |resolution| MessageOutcome { exception_code: None, resolution, settled_at: received_at };
    // A few messages wait for another system and do neither.
    if !recordable || draw.chance(0.01) {
        return plain("unresolved");
    }
    if draw.chance(character.automated) {
        return plain("automated");
    }
    let codes = [("HO100301", 0.24), ("HO100310", 0.27), ("HO100320", 0.09), ("HO100332", 0.12)];
    let exception_code = Some(draw.choose(&codes, "HO100304"));
    let by_hand = character.exception_by_hand * TAKEN_UP;
    let resolution = draw.choose(&[("manual", by_hand), ("resubmitted", TAKEN_UP - by_hand)], "unresolved");
    let days = draw.log_normal(2.5, 1.1);
    MessageOutcome { exception_code, resolution, settled_at: received_at + whole(days * 8.64e10) }
}
