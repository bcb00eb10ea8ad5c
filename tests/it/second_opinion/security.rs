//! Accounts, controls, breaches, and whether the systems could be used.

use chrono::NaiveDate;

use super::calendar::{HOUR, days_later, last_day, london_month, midnight, month_of, months_later};
use super::creation::whole;
use super::nation::{Nation, Return};
use super::records::Row;
use super::sums::{DORMANT_DAYS, HEADLINE, LEAVER_DAYS, Sums};

const MINUTE: i64 = HOUR / 60;

pub fn count(nation: &Nation, sums: &mut Sums) {
    for (entry, row) in nation.records("user_accounts") {
        let place = (entry.org.as_str(), entry.month);
        change("left", row.day("left_on"), (entry, row), sums);
        change("moved", row.day("moved_on"), (entry, row), sums);
        if !is_open(entry, row) {
            continue;
        }
        let used = row.day("last_login_on").or(row.day("created_on")).unwrap();
        let idle = (last_day(entry.month) - used).num_days();
        sums.share(("SEC-01", HEADLINE), place, idle > DORMANT_DAYS);
        if let Some(within) = within_entitlement(row) {
            sums.share(("SEC-03", HEADLINE), place, within);
        }
        for category in [HEADLINE, "user_month"] {
            sums.add(("SEC-05", category), place, (0, 1));
        }
    }
    for (entry, row) in nation.records("transactions") {
        let month = london_month(row.instant("occurred_at").unwrap());
        sums.add(("SEC-05", "transaction"), (&entry.org, month), (0, 1));
    }
    for (entry, row) in nation.records("incidents") {
        breach(entry, row, sums);
    }
    for (entry, row) in nation.records("governance").filter(|(_, row)| row.is("kind", &["control_test"])) {
        let place = (entry.org.as_str(), month_of(row.day("held_on").unwrap()));
        let controls = (row.number("controls_met").unwrap(), row.number("controls_tested").unwrap());
        for category in [HEADLINE, row.text("control_area")] {
            sums.add(("SEC-04", category), place, controls);
        }
    }
    for entry in nation.accepted("outages") {
        availability(entry, sums);
    }
}

/// Whether an account is open on the last day of the month.
pub fn is_open(entry: &Return, row: &Row) -> bool {
    row.day("closed_on").is_none_or(|closed| closed > last_day(entry.month))
}

/// Whether access is not above what the post entitles to, where that is known.
fn within_entitlement(row: &Row) -> Option<bool> {
    let height = |text: &str| ["view", "update", "full"].iter().position(|level| *level == text);
    Some(height(row.text("access_level")) <= Some(height(row.text("entitled_level"))?))
}

/// Leavers and movers whose days ran out in the month.
fn change(kind: &str, changed: Option<NaiveDate>, (entry, row): (&Return, &Row), sums: &mut Sums) {
    let Some(changed) = changed else { return };
    let limit = days_later(changed, LEAVER_DAYS);
    let closed = row.day("closed_on").filter(|_| !is_open(entry, row));
    if month_of(limit) != entry.month || closed.is_some_and(|closed| closed < changed) {
        return;
    }
    let fits = within_entitlement(row);
    if kind == "moved" && closed.is_none() && fits.is_none() {
        return;
    }
    let in_time = closed.is_some_and(|closed| closed <= limit) || (kind == "moved" && fits == Some(true));
    let place = (entry.org.as_str(), entry.month);
    sums.share(("SEC-02", kind), place, in_time);
    if kind == "left" {
        sums.share(("SEC-02", HEADLINE), place, in_time);
    }
}

fn breach(entry: &Return, row: &Row, sums: &mut Sums) {
    let aware = row.instant("aware_at").unwrap();
    if row.is("category", &["other_misuse"]) || london_month(aware) != entry.month {
        return;
    }
    let place = (entry.org.as_str(), entry.month);
    for category in [HEADLINE, "user_month", "transaction"] {
        sums.add(("SEC-05", category), place, (1, 0));
    }
    if row.flag("notifiable").unwrap() {
        match row.instant("ico_notified_at") {
            Some(told) => sums.share(("SEC-06", HEADLINE), place, told - aware <= 72 * HOUR),
            None if midnight(entry.submitted) - aware >= 72 * HOUR => sums.share(("SEC-06", HEADLINE), place, false),
            None => {}
        }
    }
}

/// Minutes of the month, less those of outages; overlapping outages count once.
fn availability(entry: &Return, sums: &mut Sums) {
    let (from, to) = (midnight(entry.month), midnight(months_later(entry.month, 1)));
    let all = (to - from) / MINUTE;
    let leds_since = NaiveDate::from_ymd_opt(2022, 3, 1).unwrap();
    for system in ["PNC", "LEDS"].iter().filter(|system| **system == "PNC" || entry.month >= leds_since) {
        let of_system = entry.rows.iter().filter(|row| row.is("system", &[system]));
        let span =
            |row: &Row| (row.instant("started_at").unwrap().max(from), row.instant("ended_at").unwrap_or(to).min(to));
        let mut spans: Vec<(i64, i64)> = of_system.map(span).filter(|(start, end)| start < end).collect();
        spans.sort_unstable();
        let (mut out, mut until) = (0, from);
        for (start, end) in spans {
            out += (end - start.max(until)).max(0);
            until = until.max(end);
        }
        for category in [HEADLINE, system] {
            sums.add(("SEC-07", category), (&entry.org, entry.month), (all - whole(out, MINUTE), all));
        }
    }
}
