//! Whether users are trained.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::calendar::{last_day, london_month, months_later};
use super::nation::Nation;
use super::records::Row;
use super::security::is_open;
use super::sums::{HEADLINE, REFRESHER_MONTHS, Sums};

pub fn count(nation: &Nation, sums: &mut Sums) {
    let mut in_date: BTreeSet<(&str, NaiveDate, &str)> = BTreeSet::new();
    for (entry, row) in nation.records("user_accounts") {
        let place = (entry.org.as_str(), entry.month);
        let end = last_day(entry.month);
        let judged_on = row.day("closed_on").map_or(end, |closed| closed.clamp(entry.month, end));
        if is_in_date(row, judged_on) {
            in_date.insert((place.0, place.1, row.text("user_ref")));
        }
        if !is_open(entry, row) {
            continue;
        }
        if let Some(first) = row.day("first_access_on") {
            let before = row.day("trained_on").is_some_and(|trained| trained <= first);
            sums.share(("TRN-01", HEADLINE), place, before);
        }
        sums.share(("TRN-02", HEADLINE), place, is_in_date(row, end));
        if row.day("trained_on").is_some_and(|trained| trained <= end) {
            sums.share(("TRN-03", HEADLINE), place, row.flag("national_course") == Some(true));
        }
    }
    for (entry, row) in nation.records("transactions") {
        let place = (entry.org.as_str(), london_month(row.instant("occurred_at").unwrap()));
        let known = in_date.contains(&(place.0, place.1, row.text("user_ref")));
        sums.share(("TRN-04", HEADLINE), place, !known);
    }
}

/// Whether a user was trained by a day and no refresher was overdue on it.
fn is_in_date(row: &Row, day: NaiveDate) -> bool {
    let Some(trained) = row.day("trained_on").filter(|trained| *trained <= day) else { return false };
    row.day("refresher_due_on").unwrap_or_else(|| months_later(trained, REFRESHER_MONTHS)) >= day
}
