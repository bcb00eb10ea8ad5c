//! What audits find, what becomes of misuse, and how the use is steered.

use chrono::{Datelike, NaiveDate};

use super::calendar::{last_day, london_month, month_of, months_earlier};
use super::nation::Nation;
use super::security::is_open;
use super::sums::{HEADLINE, Sums};

const MISUSE: [&str; 3] = ["unauthorised_access", "unauthorised_disclosure", "other_misuse"];
const POLICE: [&str; 3] = ["territorial_force", "territorial_force_other", "special_force"];

pub fn count(nation: &Nation, months: &[NaiveDate], sums: &mut Sums) {
    audits(nation, sums);
    incidents(nation, sums);
    for (entry, _) in nation.records("user_accounts").filter(|(entry, row)| is_open(entry, row)) {
        sums.add(("AUD-03", HEADLINE), (&entry.org, entry.month), (0, 1));
    }
    meetings(nation, months, sums);
    grades(nation, months, sums);
}

fn audits(nation: &Nation, sums: &mut Sums) {
    for (entry, row) in nation.records("transaction_audits") {
        let place = (entry.org.as_str(), month_of(row.day("audited_on").unwrap()));
        let selection = row.text("selection");
        for category in [HEADLINE, selection].iter().skip(usize::from(selection != "random")) {
            sums.add(("AUD-01", category), place, (1, 0));
            if !row.is("outcome", &["unknown"]) {
                sums.share(("AUD-02", category), place, row.is("outcome", &["justified"]));
            }
        }
    }
    for (entry, row) in nation.records("transactions") {
        let place = (entry.org.as_str(), london_month(row.instant("occurred_at").unwrap()));
        for category in [HEADLINE, "random", "targeted"] {
            sums.add(("AUD-01", category), place, (0, 1));
        }
    }
}

fn incidents(nation: &Nation, sums: &mut Sums) {
    for (entry, row) in nation.records("incidents") {
        let place = (entry.org.as_str(), entry.month);
        let is_misuse = row.is("category", &MISUSE);
        if london_month(row.instant("aware_at").unwrap()) == entry.month {
            sums.add(("AUD-03", HEADLINE), place, (i64::from(is_misuse), 0));
            if !row.is("category", &["other_misuse"]) {
                sums.share(("AUD-05", HEADLINE), place, row.is("category", &["unauthorised_access"]));
            }
        }
        let closed_now = row.day("closed_on").is_some_and(|closed| month_of(closed) == entry.month);
        let outcome = row.text("outcome");
        if is_misuse && closed_now && !outcome.is_empty() {
            for category in [HEADLINE, "any_action"] {
                sums.share(("AUD-04", category), place, outcome != "no_action");
            }
            for category in ["no_action", "warning", "resigned_or_dismissed", "criminal"] {
                sums.share(("AUD-04", category), place, outcome == category);
            }
        }
    }
}

/// A force and a quarter count once, in the quarter's last month.
fn meetings(nation: &Nation, months: &[NaiveDate], sums: &mut Sums) {
    let kind = ["steering_group_meeting"];
    let held: Vec<(&str, NaiveDate)> = nation
        .records("governance")
        .filter(|(_, row)| row.is("kind", &kind))
        .map(|(entry, row)| (entry.org.as_str(), row.day("held_on").unwrap()))
        .collect();
    for force in nation.organisations.iter().filter(|organisation| POLICE.contains(&organisation.kind.as_str())) {
        for month in months.iter().filter(|month| month.month() % 3 == 0) {
            let quarter = months_earlier(*month, 2)..=last_day(*month);
            let met = held.iter().any(|(org, day)| *org == force.code && quarter.contains(day));
            sums.share(("AUD-06", HEADLINE), (&force.code, *month), met);
        }
    }
}

/// The grade of the last inspection so far; the lower one where two were held on one day.
fn grades(nation: &Nation, months: &[NaiveDate], sums: &mut Sums) {
    for month in months {
        for org in nation.bodies() {
            let inspections = nation.records("governance").filter(|(entry, row)| {
                entry.org == org && row.is("kind", &["inspection"]) && row.day("held_on").unwrap() <= last_day(*month)
            });
            let level =
                |grade: &str| 4 - ["excellent", "good", "fair", "poor"].iter().position(|g| *g == grade).unwrap();
            let last = inspections
                .map(|(_, row)| (row.day("held_on").unwrap(), std::cmp::Reverse(level(row.text("grade")))))
                .max();
            if let Some((_, std::cmp::Reverse(level))) = last {
                sums.grades.insert((org, *month), i64::try_from(level).unwrap());
            }
        }
    }
}
