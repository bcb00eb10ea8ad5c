//! How soon records are created.

use chrono::NaiveDate;

use super::calendar::{HOUR, last_day, london_month, midnight};
use super::nation::{Nation, Return};
use super::recipes::OPEN_CASES_FROM;
use super::records::Row;
use super::sums::{HEADLINE, Sums};

pub fn count(nation: &Nation, months: &[NaiveDate], sums: &mut Sums) {
    for (entry, row) in nation.records("arrest_summons") {
        timeliness(entry, row, sums);
        backlog(&entry.org, row, months, sums);
        if let Some(created) = row.instant("created_at") {
            let place = (entry.org.as_str(), london_month(created));
            for category in [HEADLINE, "records"] {
                sums.add(("CRE-06", category), place, (1, 0));
            }
            if nation.officers(&entry.org) > 0 {
                sums.add(("CRE-06", "per_1000_officers"), place, (1, 0));
            }
        }
    }
    for (entry, row) in nation.records("open_cases").filter(|(_, row)| row.is("kind", &["arrest_summons"])) {
        let (event, end) = (row.instant("event_at").unwrap(), midnight(last_day(entry.month).succ_opt().unwrap()));
        if end - event > 72 * HOUR && entry.month >= open_cases_from() {
            sums.add(("CRE-04", HEADLINE), (&entry.org, entry.month), (1, 0));
        }
    }
    for entry in nation.accepted("arrest_summons") {
        let officers = nation.officers(&entry.org);
        sums.add(("CRE-06", "per_1000_officers"), (&entry.org, entry.month), (0, officers));
    }
    for (entry, row) in nation.records("hearing_messages").filter(|(_, row)| row.flag("recordable").unwrap()) {
        let place = (entry.org.as_str(), london_month(row.instant("received_at").unwrap()));
        sums.share(("CRE-05", HEADLINE), place, row.is("exception_code", &["HO100301"]));
    }
}

/// The shares within one and three days, and the delay itself.
fn timeliness(entry: &Return, row: &Row, sums: &mut Sums) {
    let (event, created) = (row.instant("event_at").unwrap(), row.instant("created_at"));
    if !row.flag("recordable").unwrap() || created.is_some_and(|created| created < event) {
        return;
    }
    let place = (entry.org.as_str(), london_month(event));
    let waited = midnight(entry.submitted) - event;
    for (metric, hours) in [("CRE-01", 24), ("CRE-02", 72)] {
        match created {
            Some(created) => sums.share((metric, HEADLINE), place, created - event <= hours * HOUR),
            None if waited >= hours * HOUR => sums.share((metric, HEADLINE), place, false),
            None => {}
        }
    }
    match created {
        Some(created) => sums.delay("CRE-03", place, (whole(created - event, HOUR).min(2160), true)),
        None if waited >= 0 => sums.delay("CRE-03", place, ((waited / HOUR).min(2160), false)),
        None => {}
    }
}

/// From here on backlogs are those of the list of open cases.
pub fn open_cases_from() -> NaiveDate {
    OPEN_CASES_FROM.parse().unwrap()
}

/// Parts of a unit count as a whole one.
pub fn whole(length: i64, unit: i64) -> i64 {
    length / unit + i64::from(length % unit > 0)
}

fn backlog(org: &str, row: &Row, months: &[NaiveDate], sums: &mut Sums) {
    let event = row.instant("event_at").unwrap();
    for month in months.iter().filter(|month| **month < open_cases_from() && row.flag("recordable").unwrap()) {
        let end = midnight(last_day(*month).succ_opt().unwrap());
        let missing = row.instant("created_at").is_none_or(|created| created >= end);
        if missing && end - event > 72 * HOUR {
            sums.add(("CRE-04", HEADLINE), (org, *month), (1, 0));
        }
    }
}
