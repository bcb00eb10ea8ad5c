//! The returns themselves: whether they came in time, were filled in, and hold what was stated.

use chrono::NaiveDate;

use super::nation::Nation;
use super::sums::{HEADLINE, Sums};

pub fn count(nation: &Nation, months: &[NaiveDate], sums: &mut Sums) {
    for contract in &nation.contracts {
        for organisation in nation.expected(contract) {
            let is_due = |month: &&NaiveDate| {
                contract.due(**month) < nation.as_of && contract.since.is_none_or(|since| since <= **month)
            };
            for month in months.iter().filter(is_due) {
                let place = (organisation.code.as_str(), *month);
                let entry = nation.returned(&contract.dataset, place.0, place.1);
                let in_time = entry.is_some_and(|entry| entry.first_submitted <= contract.due(*month));
                sums.share(("REP-01", HEADLINE), place, in_time);
                sums.share(("REP-02", "usable_returns"), place, entry.is_some_and(|entry| entry.accepted));
            }
        }
    }
    for entry in nation.all().filter(|entry| entry.org != "UNATTRIBUTED") {
        for category in [HEADLINE, "mandatory_values"] {
            sums.add(("REP-02", category), (&entry.org, entry.month), (entry.filled, entry.mandatory));
        }
    }
    for (entry, row) in nation.records("stated_totals") {
        let received = nation.returned(row.text("dataset"), &entry.org, entry.month);
        let found = received.map(|received| i64::try_from(received.rows.len()).unwrap());
        sums.share(("REP-03", HEADLINE), (&entry.org, entry.month), found == row.number("records"));
    }
}
