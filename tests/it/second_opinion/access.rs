//! How the systems are used.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::calendar::london_month;
use super::nation::Nation;
use super::sums::{HEADLINE, Sums};

pub fn count(nation: &Nation, sums: &mut Sums) {
    let mut users: BTreeSet<(&str, NaiveDate, &str)> = BTreeSet::new();
    for (entry, row) in nation.records("transactions") {
        let place = (entry.org.as_str(), london_month(row.instant("occurred_at").unwrap()));
        users.insert((place.0, place.1, row.text("user_ref")));
        for category in [HEADLINE, row.text("application")] {
            sums.add(("ACC-01", category), place, (1, 0));
        }
        for category in [HEADLINE, "user_month"] {
            sums.add(("ACC-02", category), place, (1, 0));
        }
        if nation.officers(&entry.org) > 0 {
            sums.add(("ACC-02", "officer_month"), place, (1, 0));
        }
        sums.share(("ACC-03", HEADLINE), place, row.is("application", &["vehicles"]));
        let reason = row.number("reason_code").is_some_and(|code| (0..=9).contains(&code));
        let justified = row.number("justification_length").is_some_and(|length| (3..=250).contains(&length));
        sums.part(("ACC-04", row.text("system")), place, reason && justified);
        sums.share(("ACC-05", HEADLINE), place, row.flag("on_behalf_of").unwrap());
        sums.share(("ACC-06", HEADLINE), place, row.is("system", &["LEDS"]));
    }
    for (org, month, _) in users {
        for category in [HEADLINE, "user_month"] {
            sums.add(("ACC-02", category), (org, month), (0, 1));
        }
    }
    for entry in nation.accepted("transactions") {
        sums.add(("ACC-02", "officer_month"), (&entry.org, entry.month), (0, nation.officers(&entry.org)));
    }
}
