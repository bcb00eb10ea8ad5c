//! What the definitions of the metrics say, worked out again record by record: numerator and denominator of a month.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{DAY, HOUR, Records, Row, begins, last_of, london_day, month_of, months_later};

/// Settings of the parameters, as `leds-metrics.toml` has them.
const DORMANT_DAYS: i64 = 90;
const LEAVER_DAYS: i64 = 7;
const REFRESHER_MONTHS: u32 = 24;

/// Numerator and denominator of one month.
type Pair = (i64, i64);

/// One organisation's records, seen from one month.
pub struct View<'r> {
    pub records: &'r Records,
    pub month: i64,
}

/// The headline of a metric for a month; `None` for the metrics that are not worked out again.
pub fn headline(metric: &str, view: &View<'_>) -> Option<Pair> {
    let found = match metric.split_once('-')?.0 {
        "CRE" | "AMD" => creating_and_amending(metric, view),
        "VAL" | "RRD" => validating_and_retaining(metric, view),
        "ACC" | "TRN" | "SEC" => using(metric, view),
        _ => sharing_and_auditing(metric, view),
    };
    found.or_else(|| hearings(metric, view))
}

impl View<'_> {
    fn all(&self, dataset: &str) -> impl Iterator<Item = &Row> {
        self.records.get(dataset).into_iter().flatten()
    }

    /// Records of the month's own submission.
    fn own(&self, dataset: &str) -> impl Iterator<Item = &Row> {
        let month = self.month;
        self.all(dataset).filter(move |row| row.month == month)
    }

    fn end(&self) -> i64 {
        last_of(self.month)
    }

    fn open_accounts(&self) -> impl Iterator<Item = &Row> {
        let end = self.end();
        self.own("user_accounts").filter(move |row| row.number("closed_on").is_none_or(|closed| closed > end))
    }

    fn breaches(&self) -> impl Iterator<Item = &Row> {
        self.known_incidents().filter(|row| !row.is("category", &["other_misuse"]))
    }

    fn known_incidents(&self) -> impl Iterator<Item = &Row> {
        let month = self.month;
        self.own("incidents").filter(move |row| month_of(london_day(row.number("aware_at").unwrap())) == month)
    }
}

fn count(rows: impl Iterator<Item = impl Sized>) -> i64 {
    i64::try_from(rows.count()).unwrap()
}

/// How many rows of the whole are in the part.
#[expect(clippy::unnecessary_wraps, reason = "most arms of the metrics end with it")]
fn share<'r>(whole: impl Iterator<Item = &'r Row>, part: impl Fn(&Row) -> bool) -> Option<Pair> {
    let whole: Vec<&Row> = whole.collect();
    Some((count(whole.iter().filter(|row| part(row))), i64::try_from(whole.len()).unwrap()))
}

/// Closed within so many microseconds, of those closed and those that have been open for as long when submitted.
fn within<'r>(rows: impl Iterator<Item = &'r Row>, start: impl Fn(&Row) -> i64, end: &str, limit: i64) -> Option<Pair> {
    let counted = |row: &&Row| row.number(end).is_some() || begins(row.submitted) - start(row) >= limit;
    share(rows.filter(counted), |row| row.number(end).is_some_and(|closed| closed - start(row) <= limit))
}

fn creating_and_amending(metric: &str, view: &View<'_>) -> Option<Pair> {
    let recordable = || view.own("arrest_summons").filter(|row| row.flag("recordable") == Some(true));
    let event = |row: &Row| row.number("event_at").unwrap();
    let of_court_month =
        || view.all("court_results").filter(|row| month_of(row.number("court_date").unwrap()) == view.month);
    let received = |row: &Row| row.number("received_at").unwrap();
    match metric {
        "CRE-01" => within(recordable(), event, "created_at", 24 * HOUR),
        "CRE-02" => within(recordable(), event, "created_at", 72 * HOUR),
        "CRE-03" => share(recordable(), |row| row.number("created_at").is_some()),
        "CRE-04" => {
            let overdue = |row: &&Row| {
                let limit = event(row) + 72 * HOUR;
                row.flag("recordable") == Some(true)
                    && row.month <= view.month
                    && month_of(london_day(limit)) <= view.month
                    && row.number("created_at").is_none_or(|created| month_of(london_day(created)) > view.month)
            };
            Some((count(view.all("arrest_summons").filter(overdue)), 0))
        }
        "CRE-06" => {
            let created = |row: &&Row| {
                row.number("created_at").is_some_and(|created| month_of(london_day(created)) == view.month)
            };
            Some((count(view.all("arrest_summons").filter(created)), 0))
        }
        "AMD-01" | "AMD-02" => within(view.own("court_results"), received, "updated_at", 7 * DAY),
        "AMD-03" => {
            let limit = |row: &Row| row.number("court_date").unwrap() + 10;
            let counted = |row: &&Row| row.number("updated_at").is_some() || row.submitted > limit(row);
            let in_time = |row: &Row| row.number("updated_at").is_some_and(|updated| london_day(updated) <= limit(row));
            share(of_court_month().filter(counted), in_time)
        }
        "AMD-04" => share(view.own("court_results"), |row| row.number("updated_at").is_some()),
        "AMD-05" => {
            let old = |row: &&Row| {
                let open = row.number("closed_on").is_none_or(|closed| closed > view.end());
                let old = months_later(row.number("opened_on").unwrap(), 12) < view.end();
                open && old && row.number("last_investigated_on").is_none()
            };
            Some((count(view.own("impending_prosecutions").filter(old)), 0))
        }
        "AMD-06" => {
            let in_month = |row: &&Row, column: &str| row.number(column).is_some_and(|d| month_of(d) == view.month);
            let closed = count(view.own("impending_prosecutions").filter(|row| in_month(row, "closed_on")));
            Some((closed, count(view.own("impending_prosecutions").filter(|row| in_month(row, "opened_on")))))
        }
        "AMD-10" => {
            let ends = |row: &Row| begins(row.number("court_date").unwrap() + 1);
            let limit = |row: &Row| row.number("half_life_hours").map(|hours| hours * HOUR);
            let counted = |row: &&Row| {
                let open_long_enough = |limit| begins(row.submitted) - ends(row) >= limit;
                limit(row).is_some_and(|limit| row.number("updated_at").is_some() || open_long_enough(limit))
            };
            let in_time = |row: &Row| {
                row.number("updated_at").zip(limit(row)).is_some_and(|(updated, limit)| updated - ends(row) <= limit)
            };
            share(of_court_month().filter(counted), in_time)
        }
        _ => None,
    }
}

fn hearings(metric: &str, view: &View<'_>) -> Option<Pair> {
    let messages = || view.own("hearing_messages");
    let outcome = |name: &'static str| count(messages().filter(|row| row.is("resolution", &[name])));
    let code = |row: &Row| !row.text("exception_code").is_empty();
    let recordable = || messages().filter(|row| row.flag("recordable") == Some(true));
    let whole = || {
        let exceptions = count(messages().filter(|row| code(row)));
        outcome("automated") + outcome("resubmitted") + exceptions - outcome("manual")
    };
    match metric {
        "AMD-07" => Some((outcome("automated"), whole())),
        "AMD-08" => Some((outcome("automated") + outcome("resubmitted"), whole())),
        "AMD-09" => share(messages(), code),
        "CRE-05" => share(recordable(), |row| row.is("exception_code", &["HO100301"])),
        "VAL-03" => {
            share(recordable(), |row| row.is("exception_code", &["HO100304", "HO100310", "HO100320", "HO100332"]))
        }
        _ => None,
    }
}

fn validating_and_retaining(metric: &str, view: &View<'_>) -> Option<Pair> {
    let checks =
        |sample: bool| view.own("quality_checks").filter(move |row| row.is("kind", &["court_record"]) == sample);
    let checked = |row: &&Row| !row.text("outcome").is_empty();
    let passed = |row: &Row| row.is("outcome", &["pass"]);
    match metric {
        "VAL-01" => share(checks(true).filter(checked), passed),
        "VAL-02" => {
            let known = |row: &&Row| passed(row) || row.flag("significant_error").is_some();
            share(checks(true).filter(checked).filter(known), |row| row.flag("significant_error") == Some(true))
        }
        "VAL-04" => {
            let tested = view.own("arrest_summons").filter(|row| row.flag("identifier_valid").is_some());
            share(tested, |row| row.flag("identifier_valid") == Some(true))
        }
        "VAL-05" => share(checks(false).filter(checked), passed),
        "VAL-06" => {
            let limit = |row: &Row| row.number("resolved_on").unwrap() + 35;
            let over = checks(false).filter(|row| limit(row) < row.submitted);
            share(over, |row| row.number("checked_on").is_some_and(|checked| checked <= limit(row)))
        }
        "VAL-07" => requests_due(view, "rectification", |row| months_later(row.number("received_on").unwrap(), 1)),
        "RRD-02" => {
            let due = |row: &&Row| row.is("kind", &["review"]) && month_of(row.number("due_on").unwrap()) == view.month;
            let done = |row: &Row| {
                let in_time = row.number("reviewed_on").is_some_and(|on| on <= row.number("due_on").unwrap());
                in_time && (!row.is("decision", &["retain"]) || row.flag("rationale_recorded") == Some(true))
            };
            share(view.own("retention_reviews").filter(due), done)
        }
        "RRD-03" => {
            let decided = view.all("rights_requests").filter(|row| {
                row.is("kind", &["erasure"])
                    && row.is("outcome", &["granted", "refused"])
                    && row.number("closed_on").is_some_and(|closed| month_of(closed) == view.month)
            });
            share(decided, |row| row.is("outcome", &["granted"]))
        }
        "RRD-05" => {
            let wrong = view.own("retention_reviews").filter(|row| {
                let on = row.number("disposed_on");
                row.flag("wrongly_deleted") == Some(true) && on.is_some_and(|on| month_of(on) == view.month)
            });
            Some((count(wrong), view.own("holdings").filter_map(|row| row.number("records")).sum()))
        }
        _ => None,
    }
}

/// Requests whose limit falls in the month and had passed when they were submitted, and those closed by then.
fn requests_due(view: &View<'_>, kind: &str, limit: impl Fn(&Row) -> i64) -> Option<Pair> {
    let due = view
        .all("rights_requests")
        .filter(|row| row.is("kind", &[kind]) && month_of(limit(row)) == view.month && limit(row) < row.submitted);
    share(due, |row| row.number("closed_on").is_some_and(|closed| closed <= limit(row)))
}

fn using(metric: &str, view: &View<'_>) -> Option<Pair> {
    let transactions = || view.own("transactions");
    let users = || count(view.open_accounts());
    match metric {
        "ACC-01" => Some((count(transactions()), 0)),
        "ACC-02" => {
            let refs: BTreeSet<&str> = transactions().map(|row| row.text("user_ref")).collect();
            Some((count(transactions()), i64::try_from(refs.len()).unwrap()))
        }
        "ACC-03" => share(transactions(), |row| row.is("application", &["vehicles"])),
        "ACC-04" => share(transactions(), |row| {
            let in_range = |column, low, high| row.number(column).is_some_and(|n| (low..=high).contains(&n));
            in_range("reason_code", 0, 9) && in_range("justification_length", 3, 250)
        }),
        "ACC-05" => share(transactions(), |row| row.flag("on_behalf_of") == Some(true)),
        "ACC-06" => share(transactions(), |row| row.is("system", &["LEDS"])),
        "SEC-01" => share(view.open_accounts(), |row| {
            let used = row.number("last_login_on").or(row.number("created_on")).unwrap();
            view.end() - used > DORMANT_DAYS
        }),
        "SEC-02" => {
            let left = |row: &&Row| {
                let left = row.number("left_on");
                let was_open = |left: i64| row.number("closed_on").is_none_or(|closed| closed >= left);
                left.is_some_and(|left| month_of(left + LEAVER_DAYS) == view.month && was_open(left))
            };
            share(view.own("user_accounts").filter(left), |row| {
                row.number("closed_on").is_some_and(|on| on <= row.number("left_on").unwrap() + LEAVER_DAYS)
            })
        }
        "SEC-03" => {
            let rank = |row: &Row, column: &str| ["view", "update", "full"].iter().position(|l| row.is(column, &[l]));
            let known = view.open_accounts().filter(|row| rank(row, "entitled_level").is_some());
            share(known, |row| rank(row, "access_level") <= rank(row, "entitled_level"))
        }
        "SEC-04" => {
            let sum = |column: &str| view.own("governance").filter_map(|row| row.number(column)).sum::<i64>();
            Some((sum("controls_met"), sum("controls_tested")))
        }
        "SEC-05" => Some((count(view.breaches()), users())),
        "SEC-06" => within(
            view.breaches().filter(|row| row.flag("notifiable") == Some(true)),
            |row| row.number("aware_at").unwrap(),
            "ico_notified_at",
            72 * HOUR,
        ),
        "TRN-01" => {
            let used = view.open_accounts().filter(|row| row.number("first_access_on").is_some());
            share(used, |row| row.number("trained_on").is_some_and(|on| on <= row.number("first_access_on").unwrap()))
        }
        "TRN-02" => share(view.open_accounts(), |row| is_in_date(row, view.end())),
        "TRN-03" => {
            let trained =
                view.open_accounts().filter(|row| row.number("trained_on").is_some_and(|on| on <= view.end()));
            share(trained, |row| row.flag("national_course") == Some(true))
        }
        "TRN-04" => {
            let day = |row: &Row| row.number("closed_on").filter(|on| *on <= view.end()).unwrap_or(view.end());
            let accounts: BTreeMap<&str, bool> =
                view.own("user_accounts").map(|row| (row.text("user_ref"), is_in_date(row, day(row)))).collect();
            share(transactions(), |row| accounts.get(row.text("user_ref")) != Some(&true))
        }
        _ => None,
    }
}

/// Trained by the day, and no refresher overdue on it.
fn is_in_date(row: &Row, day: i64) -> bool {
    let Some(trained) = row.number("trained_on").filter(|on| *on <= day) else { return false };
    row.number("refresher_due_on").unwrap_or_else(|| months_later(trained, REFRESHER_MONTHS)) >= day
}

fn sharing_and_auditing(metric: &str, view: &View<'_>) -> Option<Pair> {
    let audits = || view.own("transaction_audits").filter(|row| row.is("selection", &["random"]));
    let misuse = |row: &&Row| row.is("category", &["unauthorised_access", "unauthorised_disclosure", "other_misuse"]);
    let grade = |row: &Row| ["", "poor", "fair", "good", "excellent"].iter().position(|g| row.is("grade", &[g]));
    match metric {
        "SHA-03" => requests_due(view, "subject_access", |row| months_later(row.number("received_on").unwrap(), 1)),
        "SHA-04" => {
            let open = view.all("rights_requests").filter(|row| {
                row.is("kind", &["subject_access"])
                    && row.month <= view.month
                    && row.number("closed_on").is_none_or(|closed| closed > view.end())
            });
            share(open, |row| months_later(row.number("received_on").unwrap(), 1) < view.end())
        }
        "SHA-05" => requests_due(view, "foi", |row| row.number("due_on").unwrap()),
        "AUD-01" => Some((count(audits()), count(view.own("transactions")))),
        "AUD-02" => {
            share(audits().filter(|row| !row.is("outcome", &["unknown"])), |row| row.is("outcome", &["justified"]))
        }
        "AUD-03" => Some((count(view.known_incidents().filter(misuse)), count(view.open_accounts()))),
        "AUD-04" => {
            let closed = view.own("incidents").filter(misuse).filter(|row| {
                let on = row.number("closed_on");
                on.is_some_and(|on| month_of(on) == view.month) && !row.text("outcome").is_empty()
            });
            share(closed, |row| !row.is("outcome", &["no_action"]))
        }
        "AUD-05" => share(view.breaches(), |row| row.is("category", &["unauthorised_access"])),
        "AUD-06" => {
            let quarter = view.month - 2..=view.month;
            let met = |row: &Row| row.is("kind", &["steering_group_meeting"]) && quarter.contains(&row.month);
            let ends = (view.month + 1) % 3 == 0;
            Some(if ends { (i64::from(view.all("governance").any(met)), 1) } else { (0, 0) })
        }
        "AUD-07" => {
            let known = view.all("governance").filter(|row| row.is("kind", &["inspection"]) && row.month <= view.month);
            let last = known.max_by_key(|row| (row.number("held_on"), std::cmp::Reverse(grade(row))));
            Some((last.and_then(grade).map_or(0, |grade| i64::try_from(grade).unwrap()), 0))
        }
        _ => None,
    }
}

/// Whether the month's last day stands for the period.
pub fn is_state(metric: &str) -> bool {
    ["CRE-04", "AMD-05", "SEC-01", "SEC-03", "TRN-01", "TRN-02", "TRN-03", "SHA-04", "AUD-07"].contains(&metric)
}
