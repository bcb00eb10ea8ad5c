//! Dataset `user_accounts`: every account as it stood at the month's end.
//! It only tells what was known then; the lives of the accounts are made in `accounts`.

use super::SynthError;
use super::row_file::{Columns, Kind, Need, RowFile};
use super::submission::Submission;

/// Columns of the dataset.
pub const COLUMNS: Columns = &[
    ("org_code", Kind::Text, Need::Required),
    ("user_ref", Kind::Text, Need::Required),
    ("role", Kind::Text, Need::Required),
    ("access_level", Kind::Text, Need::Required),
    ("entitled_level", Kind::Text, Need::Optional),
    ("created_on", Kind::Date, Need::Required),
    ("first_access_on", Kind::Date, Need::Optional),
    ("last_login_on", Kind::Date, Need::Optional),
    ("left_on", Kind::Date, Need::Optional),
    ("moved_on", Kind::Date, Need::Optional),
    ("closed_on", Kind::Date, Need::Optional),
    ("trained_on", Kind::Date, Need::Optional),
    ("refresher_due_on", Kind::Date, Need::Optional),
    ("national_course", Kind::Flag, Need::Optional),
];

/// Writes the accounts of a submission.
pub fn write(submission: &Submission<'_>, rows: &mut RowFile) -> Result<(), SynthError> {
    let (member, month) = (submission.member, submission.month);
    let end = month.last_day().to_epoch_days();
    let by_end = |day: Option<i32>| day.filter(|day| *day <= end);
    for account in member.roster.listed(month, &member.character) {
        let trained = by_end(account.trained);
        rows.text(submission.code());
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
