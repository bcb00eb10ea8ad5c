//! How soon results are entered, how many cases wait, and how much goes by itself.

use super::calendar::{HOUR, days_later, last_day, london_day, london_month, midnight, month_of, months_later};
use super::creation::whole;
use super::nation::{Nation, Return};
use super::records::Row;
use super::sums::{HEADLINE, Sums};

const DAY: i64 = 24 * HOUR;

pub fn count(nation: &Nation, sums: &mut Sums) {
    for (entry, row) in nation.records("court_results") {
        from_receipt(entry, row, sums);
        from_court(entry, row, sums);
        half_life(entry, row, sums);
    }
    for (entry, row) in nation.records("impending_prosecutions") {
        prosecution(entry, row, sums);
    }
    for (entry, row) in nation.records("hearing_messages") {
        message(entry, row, sums);
    }
}

fn from_receipt(entry: &Return, row: &Row, sums: &mut Sums) {
    let (received, updated) = (row.instant("received_at").unwrap(), row.instant("updated_at"));
    let place = (entry.org.as_str(), london_month(received));
    let waited = midnight(entry.submitted) - received;
    let (delay, in_time) = match updated {
        Some(updated) => (updated - received, updated - received <= 7 * DAY),
        None => (waited, false),
    };
    if delay < 0 {
        return;
    }
    if updated.is_some() || waited >= 7 * DAY {
        sums.part(("AMD-01", row.text("court_type")), place, in_time);
        sums.part(("AMD-02", row.text("court_type")), place, in_time);
    }
    let days = if updated.is_some() { whole(delay, DAY) } else { delay / DAY };
    sums.delay("AMD-04", place, (days.min(730), updated.is_some()));
}

fn from_court(entry: &Return, row: &Row, sums: &mut Sums) {
    let court = row.day("court_date").unwrap();
    let tenth = days_later(court, 10);
    let figure = ("AMD-03", row.text("court_type"));
    let place = (entry.org.as_str(), month_of(court));
    match row.instant("updated_at").map(london_day) {
        Some(updated) if updated >= court => sums.part(figure, place, updated <= tenth),
        None if entry.submitted > tenth => sums.part(figure, place, false),
        _ => {}
    }
}

fn half_life(entry: &Return, row: &Row, sums: &mut Sums) {
    let Some(hours) = row.number("half_life_hours") else { return };
    let court = row.day("court_date").unwrap();
    let limit = midnight(days_later(court, 1)) + hours * HOUR;
    let figure = ("AMD-10", if hours == 24 { "hours_24" } else { "hours_72" });
    let place = (entry.org.as_str(), month_of(court));
    match row.instant("updated_at") {
        Some(updated) if london_day(updated) >= court => sums.part(figure, place, updated <= limit),
        None if limit <= midnight(entry.submitted) => sums.part(figure, place, false),
        _ => {}
    }
}

fn prosecution(entry: &Return, row: &Row, sums: &mut Sums) {
    let place = (entry.org.as_str(), entry.month);
    let end = last_day(entry.month);
    let (opened, closed) = (row.day("opened_on").unwrap(), row.day("closed_on"));
    let opened_now = month_of(opened) == entry.month;
    let closed_now = closed.is_some_and(|closed| month_of(closed) == entry.month);
    sums.add(("AMD-06", HEADLINE), place, (i64::from(closed_now), i64::from(opened_now)));
    if opened > end || closed.is_some_and(|closed| closed <= end) {
        return;
    }
    sums.add(("AMD-05", "open"), place, (1, 0));
    if months_later(opened, 12) < end {
        sums.add(("AMD-05", "over_12_months"), place, (1, 0));
        let investigated = row.day("last_investigated_on").is_some_and(|day| opened <= day && day <= end);
        for category in [HEADLINE, "over_12_months_not_investigated"].iter().filter(|_| !investigated) {
            sums.add(("AMD-05", category), place, (1, 0));
        }
    }
}

fn message(entry: &Return, row: &Row, sums: &mut Sums) {
    let place = (entry.org.as_str(), london_month(row.instant("received_at").unwrap()));
    let code = row.text("exception_code");
    let resolution = |text: &str| i64::from(row.is("resolution", &[text]));
    let (automated, resubmitted) = (resolution("automated"), resolution("resubmitted"));
    let all = automated + resubmitted + i64::from(!code.is_empty()) - resolution("manual");
    sums.add(("AMD-07", HEADLINE), place, (automated, all));
    sums.add(("AMD-08", HEADLINE), place, (automated + resubmitted, all));
    let named = ["HO100301", "HO100304", "HO100310", "HO100320", "HO100332"];
    sums.share(("AMD-09", HEADLINE), place, !code.is_empty());
    sums.share(("AMD-09", "any"), place, !code.is_empty());
    sums.share(("AMD-09", "other"), place, !code.is_empty() && !named.contains(&code));
    for name in named {
        sums.share(("AMD-09", name), place, code == name);
    }
}
