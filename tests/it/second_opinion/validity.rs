//! Whether records are right.

use super::calendar::{days_later, london_month, month_of, months_later};
use super::nation::Nation;
use super::sums::{HEADLINE, Sums};

pub fn count(nation: &Nation, sums: &mut Sums) {
    for (entry, row) in nation.records("quality_checks") {
        let resolved = row.day("resolved_on").unwrap();
        let place = (entry.org.as_str(), month_of(resolved));
        let (outcome, kind) = (row.text("outcome"), row.text("kind"));
        if kind == "court_record" {
            if !outcome.is_empty() {
                sums.share(("VAL-01", HEADLINE), place, outcome == "pass");
                let matters = row.flag("significant_error");
                if outcome == "pass" || matters.is_some() {
                    sums.share(("VAL-02", HEADLINE), place, matters == Some(true));
                }
            }
            continue;
        }
        if !outcome.is_empty() {
            sums.part(("VAL-05", kind), place, outcome == "pass");
        }
        let limit = days_later(resolved, 35);
        if limit < entry.submitted {
            sums.part(("VAL-06", kind), place, row.day("checked_on").is_some_and(|checked| checked <= limit));
        }
    }
    for (entry, row) in nation.records("hearing_messages").filter(|(_, row)| row.flag("recordable").unwrap()) {
        let place = (entry.org.as_str(), london_month(row.instant("received_at").unwrap()));
        let codes = ["HO100304", "HO100310", "HO100320", "HO100332"];
        for category in [HEADLINE, "any"] {
            sums.share(("VAL-03", category), place, row.is("exception_code", &codes));
        }
        for code in codes {
            sums.share(("VAL-03", code), place, row.is("exception_code", &[code]));
        }
    }
    for (entry, row) in nation.records("arrest_summons") {
        if let Some(valid) = row.flag("identifier_valid") {
            let place = (entry.org.as_str(), london_month(row.instant("event_at").unwrap()));
            sums.share(("VAL-04", HEADLINE), place, valid);
        }
    }
    for (entry, row) in nation.records("rights_requests").filter(|(_, row)| row.is("kind", &["rectification"])) {
        let limit = months_later(row.day("received_on").unwrap(), 1);
        if limit < entry.submitted {
            let place = (entry.org.as_str(), month_of(limit));
            sums.share(("VAL-07", HEADLINE), place, row.day("closed_on").is_some_and(|closed| closed <= limit));
        }
    }
}
