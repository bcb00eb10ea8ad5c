//! Dataset `stated_totals`: how many records each body says its other returns of the month hold.
//! It is written last, from what was written before; a few totals are planted that do not agree.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;
use super::{Dataset, SynthError};
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("dataset", ColumnType::Text, Need::Required),
    ("records", ColumnType::Int, Need::Required),
];

/// Rows of the latest return of each body, month and dataset, by the day on which it was sent.
#[derive(Debug, Default)]
pub struct StatedRows(BTreeMap<(SenderCode, Month), BTreeMap<Dataset, (NaiveDate, u64)>>);

impl StatedRows {
    /// Takes note of a written return.
    pub fn add(&mut self, submission: &Sending<'_>, rows: u64) {
        let returns = self.0.entry((submission.code().clone(), submission.month)).or_default();
        let latest = returns.entry(submission.dataset).or_insert((submission.submitted, rows));
        if latest.0 <= submission.submitted {
            *latest = (submission.submitted, rows);
        }
    }
}

/// Writes the totals of a submission. A body states what it meant to send: a first return that lacked rows is not
/// stated, the whole one after it is.
pub fn write(submission: &Sending<'_>, totals: &StatedRows, rows: &mut RowFile) -> Result<(), SynthError> {
    let key = (submission.code().clone(), submission.month);
    for (dataset, (_, records)) in totals.0.get(&key).into_iter().flatten() {
        let off = submission.nation.faults.stated_too_many(*dataset, submission.code(), submission.month);
        rows.text(submission.code().as_str());
        rows.text(dataset.as_str());
        rows.int(i64::try_from(*records).unwrap_or(i64::MAX).saturating_add(off).max(0));
        rows.end_row()?;
    }
    Ok(())
}
