//! Dataset `user_accounts`: every account as it stood at the month's end.
//! It only tells what was known then; the lives of the accounts are made in `accounts`.

use super::SynthError;
use super::row_file::{ColumnType, FileColumns, Need, RowFile};
use super::submission::Sending;

/// Columns of the dataset.
pub const COLUMNS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("user_ref", ColumnType::Text, Need::Required),
    ("role", ColumnType::Text, Need::Required),
    ("access_level", ColumnType::Text, Need::Required),
    ("entitled_level", ColumnType::Text, Need::Optional),
    ("created_on", ColumnType::Date, Need::Required),
    ("first_access_on", ColumnType::Date, Need::Optional),
    ("last_login_on", ColumnType::Date, Need::Optional),
    ("left_on", ColumnType::Date, Need::Optional),
    ("moved_on", ColumnType::Date, Need::Optional),
    ("closed_on", ColumnType::Date, Need::Optional),
    ("trained_on", ColumnType::Date, Need::Optional),
    ("refresher_due_on", ColumnType::Date, Need::Optional),
    ("national_course", ColumnType::Flag, Need::Optional),
];

/// Writes the accounts of a submission.
pub fn write(submission: &Sending<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (member, month) = (submission.member, submission.month);
    let end = month.last_day().to_epoch_days();
    let by_end = |day: Option<i32>| day.filter(|day| *day <= end);
    for account in member.roster.listed(month, &member.character) {
        let trained = by_end(account.trained);
        rows.text(submission.code().as_str());
        rows.text(account.reference().as_str());
        rows.text(account.role);
        rows.text(account.access_level);
        rows.text(account.entitled_level);
        rows.date(account.created);
        rows.date(by_end(account.first_access));
        rows.date(account.last_login(month));
        rows.date(by_end(Some(account.left)));
        rows.date(by_end(account.moved));
        rows.date(by_end(Some(account.closed)));
        rows.date(trained);
        rows.date(account.refresher_due(month));
        rows.flag(account.national_course.filter(|_| trained.is_some()));
        rows.end_row()?;
    }
    Ok(())
}
