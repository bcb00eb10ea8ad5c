//! Who has access, and whether people get what they ask for in time.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::calendar::{last_day, month_of, months_later};
use super::creation::open_cases_from;
use super::nation::{Nation, Return};
use super::sums::{HEADLINE, Sums};

pub fn count(nation: &Nation, months: &[NaiveDate], sums: &mut Sums) {
    for entry in nation.accepted("access_agreements") {
        agreements(entry, sums);
    }
    for (entry, row) in nation.records("rights_requests") {
        let (received, closed) = (row.day("received_on").unwrap(), row.day("closed_on"));
        let (metric, limit) = match row.text("kind") {
            "subject_access" => ("SHA-03", months_later(received, 1)),
            "foi" => ("SHA-05", row.day("due_on").unwrap()),
            _ => continue,
        };
        if limit < entry.submitted {
            let place = (entry.org.as_str(), month_of(limit));
            sums.share((metric, HEADLINE), place, closed.is_some_and(|closed| closed <= limit));
        }
        for month in months.iter().filter(|month| metric == "SHA-03" && **month < open_cases_from()) {
            if closed.is_none_or(|closed| closed > last_day(*month)) {
                open_request((&entry.org, *month), received, sums);
            }
        }
    }
    for (entry, row) in nation.records("open_cases").filter(|(_, row)| row.is("kind", &["subject_access"])) {
        if entry.month >= open_cases_from() {
            open_request((&entry.org, entry.month), row.day("received_on").unwrap(), sums);
        }
    }
}

/// A request that was open at the end of the month, if it had come in by then.
fn open_request(place: (&str, NaiveDate), received: NaiveDate, sums: &mut Sums) {
    let end = last_day(place.1);
    if received > end {
        return;
    }
    for category in [HEADLINE, "over_one_month"] {
        sums.share(("SHA-04", category), place, months_later(received, 1) < end);
    }
    sums.share(("SHA-04", "over_four_months"), place, months_later(received, 4) < end);
}

/// A body counts once, and once at each level; it is covered when each of its levels is.
fn agreements(entry: &Return, sums: &mut Sums) {
    let end = last_day(entry.month);
    let mut covered: BTreeMap<&str, bool> = BTreeMap::new();
    for row in &entry.rows {
        let signed = row.day("signed_on").is_some_and(|day| day <= end);
        let in_force = signed && row.day("expires_on").is_none_or(|day| day >= end);
        *covered.entry(row.text("access_level")).or_default() |= in_force;
    }
    let all = covered.values().all(|covered| *covered);
    let body: &[_] = if covered.is_empty() { &[] } else { &[(HEADLINE, all), ("any", all)] };
    for (level, is_covered) in body.iter().copied().chain(covered) {
        sums.add(("SHA-01", level), (&entry.org, entry.month), (1, 0));
        sums.share(("SHA-02", level), (&entry.org, entry.month), is_covered);
    }
}
