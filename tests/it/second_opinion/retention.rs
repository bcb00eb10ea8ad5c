//! Whether records go when they must, and the requests to delete them.

use super::calendar::{days_later, last_day, month_of};
use super::nation::{Nation, Return};
use super::records::Row;
use super::sums::{DECISION_DAYS, HEADLINE, Sums};

pub fn count(nation: &Nation, sums: &mut Sums) {
    for (entry, row) in nation.records("retention_reviews") {
        disposal(entry, row, sums);
        review(entry, row, sums);
        let deleted = row.day("disposed_on").filter(|_| row.flag("wrongly_deleted").unwrap());
        if deleted.is_some_and(|day| month_of(day) == entry.month) {
            sums.add(("RRD-05", HEADLINE), (&entry.org, entry.month), (1, 0));
        }
    }
    for (entry, row) in nation.records("holdings") {
        sums.add(("RRD-05", HEADLINE), (&entry.org, entry.month), (0, row.number("records").unwrap()));
    }
    for (entry, row) in nation.records("rights_requests").filter(|(_, row)| row.is("kind", &["erasure"])) {
        if row.is("outcome", &["granted", "refused"]) {
            let place = (entry.org.as_str(), month_of(row.day("closed_on").unwrap()));
            sums.share(("RRD-03", HEADLINE), place, row.is("outcome", &["granted"]));
        }
        decided(entry, row, sums);
        incomplete(entry, row, sums);
    }
}

fn disposal(entry: &Return, row: &Row, sums: &mut Sums) {
    let (start, end) = (entry.month, last_day(entry.month));
    let (decision, reviewed) = (row.text("decision"), row.day("reviewed_on"));
    let due = match (row.text("kind"), decision) {
        ("disposal", _) => row.day("due_on"),
        (_, "dispose") => reviewed,
        _ => None,
    };
    let kept = decision == "retain" && reviewed.is_some_and(|day| day <= end);
    let Some(due) = due.filter(|due| *due <= end && !kept && !row.flag("wrongly_deleted").unwrap()) else { return };
    let gone = row.day("disposed_on");
    if due >= start || gone.is_none_or(|day| day >= start) {
        sums.share(("RRD-01", HEADLINE), (&entry.org, entry.month), gone.is_none_or(|day| day > end));
    }
}

fn review(entry: &Return, row: &Row, sums: &mut Sums) {
    let due = row.day("due_on").unwrap();
    if row.is("kind", &["review"]) && month_of(due) == entry.month {
        let in_time = row.day("reviewed_on").is_some_and(|day| day <= due);
        let reason = row.flag("rationale_recorded") == Some(true);
        let well = row.is("decision", &["dispose"]) || (row.is("decision", &["retain"]) && reason);
        sums.share(("RRD-02", HEADLINE), (&entry.org, entry.month), in_time && well);
    }
}

/// Requests decided within the set number of days, from receipt or from the day when all information had come.
fn decided(entry: &Return, row: &Row, sums: &mut Sums) {
    let (received, closed) = (row.day("received_on").unwrap(), row.day("closed_on"));
    let was_decided = row.is("outcome", &["answered", "granted", "refused"]);
    let came = row.day("information_received_on").filter(|came| closed.is_none_or(|closed| *came <= closed));
    let started = match row.day("information_asked_on") {
        None => Some(received),
        Some(_) => came.or(was_decided.then_some(received)),
    };
    let Some(started) = started else { return };
    let days = |until: chrono::NaiveDate| (until - started).num_days();
    let in_time = closed.is_some_and(|closed| days(closed) <= DECISION_DAYS);
    if days(entry.submitted) > DECISION_DAYS && !(in_time && row.is("outcome", &["withdrawn"])) {
        let place = (entry.org.as_str(), month_of(received));
        for category in [HEADLINE, "decided"] {
            sums.share(("RRD-04", category), place, was_decided && in_time);
        }
    }
}

/// Requests still incomplete 28 days after information was asked for.
fn incomplete(entry: &Return, row: &Row, sums: &mut Sums) {
    let Some(asked) = row.day("information_asked_on") else { return };
    let limit = days_later(asked, 28);
    let closed = row.day("closed_on");
    let until = closed.map_or(limit, |closed| closed.min(limit));
    let came = row.day("information_received_on").is_some_and(|day| day <= until);
    let closed_as_incomplete = row.is("outcome", &["incomplete"]);
    let closed_by_limit = closed.is_some_and(|closed| closed <= limit);
    if limit < entry.submitted && !came && (!closed_by_limit || closed_as_incomplete) {
        let place = (entry.org.as_str(), month_of(row.day("received_on").unwrap()));
        sums.share(("RRD-04", "incomplete_closed"), place, closed_as_incomplete && closed_by_limit);
    }
}
