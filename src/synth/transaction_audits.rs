//! Dataset `transaction_audits`: transactions that were checked, at random or for a reason.
//! It draws its own sample sizes; no audit points at a transaction.

use super::SynthError;
use super::draw::Draw;
use super::moments::{Rhythm, each_instant, expected, london_day};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use super::transactions;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("audit_ref", ColumnType::Text, Need::Required),
    ("audited_on", ColumnType::Date, Need::Required),
    ("selection", ColumnType::Text, Need::Required),
    ("outcome", ColumnType::Text, Need::Required),
];

/// Audits a month below which no body goes, on average.
const FEWEST: f64 = 4.0;

/// Writes the audits of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let character = &submission.member.character;
    let per_year = transactions::per_year(submission) * character.audit_rate;
    let mean = expected(per_year, Rhythm::Office, submission.month).max(FEWEST);
    let mut draw = submission.draw();
    let mut number = 0;
    each_instant(submission.month, Rhythm::Office, mean, &mut draw, |at, draw| {
        number += 1;
        let random = draw.chance(0.7);
        // A suspicion is behind a targeted audit, so it finds more.
        let justified = if random { character.justified } else { character.justified - 0.08 };
        rows.text(submission.code().as_str());
        rows.text(submission.reference("TA", number).as_str());
        rows.date(london_day(at));
        rows.text(if random { "random" } else { "targeted" });
        rows.text(outcome(justified, draw));
        rows.end_row()
    })
}

fn outcome(justified: f64, draw: &mut Draw) -> &'static str {
    if draw.chance(0.025) {
        "unknown"
    } else if draw.chance(justified) {
        "justified"
    } else {
        "not_justified"
    }
}
