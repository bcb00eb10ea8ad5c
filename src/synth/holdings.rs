//! Dataset `holdings`: how many records each body holds at the month's end.
//! Persons follow the published 13 million of January 2021; the other kinds and the growth are inventions.

use super::SynthError;
use super::draw::{Draw, whole};
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use crate::vocabulary::period::Month;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("records", ColumnType::Int, Need::Required),
];

/// Records of the nation in January 2021, at any scale, and their growth in a year.
const KINDS: [(&str, f64, f64); 4] = [
    ("persons", 13_000_000.0, 0.025),
    ("vehicles", 1_600_000.0, 0.010),
    ("property", 220_000.0, 0.0),
    ("other", 700_000.0, 0.015),
];

/// Writes the holdings of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (nation, member) = (submission.nation, submission.member);
    let years = f64::from(submission.month.months_since(Month::of(chrono::NaiveDate::default())) - 51 * 12) / 12.0;
    for (kind, records, growth) in KINDS {
        // How much a body holds is its own; a month weeds out a little more or less than the last.
        let own = Draw::new(nation.plan.seed, &["holdings", submission.code(), kind]).between(0.85, 1.15);
        let weeded = submission.draw().between(0.998, 1.0);
        let records = records * nation.police_share(member) * own * weeded * (1.0 + growth).powf(years);
        rows.text(submission.code().as_str());
        rows.text(kind);
        rows.int(whole(records));
        rows.end_row()?;
    }
    Ok(())
}
