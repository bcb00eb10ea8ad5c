//! Which of the listed submissions a run uses: the latest of each organisation and month not after the data date.
//! Pure selection; the choice is reproducible for any past date.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Submission, SubmittedTable};
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::ambiguity;

/// Rule of a finding about two submissions for the same months.
pub const CONFLICT_RULE: &str = "conflict";

/// Rule of a finding about a folder's period that could be meant otherwise.
const AMBIGUOUS_RULE: &str = "period";

/// The chosen submissions, and what was set aside with a reason.
#[derive(Debug, Default)]
pub struct Pinned {
    pub submissions: Vec<Submission>,
    /// Not later than the data date and not chosen: replaced by a later one, or by records where it is a roll-up. What was
    /// known on an earlier day may rest on them.
    pub replaced: Vec<Submission>,
    pub findings: Vec<Finding>,
}

/// Takes, for each table, organisation and span, the latest submission not after `as_of`, whole. Months after the asked
/// period are taken too: a court result of June may arrive with the submission of July.
///
/// Where records and a roll-up of the same dataset are both there, the records are used (`dataset_of` names a roll-up's dataset).
/// A roll-up whose span overlaps an earlier-starting one of the same organisation is refused: months would count twice.
pub fn pin(submissions: &[Submission], as_of: NaiveDate, dataset_of: &dyn Fn(&str) -> Option<String>) -> Pinned {
    let mut latest: BTreeMap<(SubmittedTable, Option<&super::SubmissionScope>), &Submission> = BTreeMap::new();
    let mut firsts: BTreeMap<(&SubmittedTable, Option<&super::SubmissionScope>), NaiveDate> = BTreeMap::new();
    let mut pinned = Pinned::default();
    for submission in submissions {
        if submission.submitted <= as_of {
            let first = firsts.entry((&submission.table, submission.scope.as_ref())).or_insert(submission.submitted);
            *first = submission.submitted.min(*first);
            let slot = latest.entry((submission.table.clone(), submission.scope.as_ref())).or_insert(submission);
            if submission.submitted > slot.submitted {
                pinned.replaced.push((*slot).clone());
                *slot = submission;
            } else if submission.submitted < slot.submitted {
                pinned.replaced.push(submission.clone());
            }
        }
    }
    let chosen: Vec<&Submission> = latest.into_values().collect();
    for submission in &chosen {
        if let Some((level, message)) = conflict(submission, &chosen, dataset_of) {
            pinned.findings.push(submission.finding(level, CONFLICT_RULE, message));
            pinned.replaced.push((*submission).clone());
            continue;
        }
        // Records are of months only; a roll-up may be of a year, and its folder may mean one.
        let misread =
            matches!(submission.table, SubmittedTable::Rollup(_)).then(|| ambiguity(&submission.period_text()));
        if let Some(words) = misread.flatten() {
            pinned.findings.push(submission.finding(FindingLevel::Warning, AMBIGUOUS_RULE, words));
        }
        let first = firsts.get(&(&submission.table, submission.scope.as_ref()));
        let first_submitted = first.copied().unwrap_or(submission.submitted);
        pinned.submissions.push(Submission { first_submitted, ..(*submission).clone() });
    }
    pinned
}

fn conflict(
    submission: &Submission,
    chosen: &[&Submission],
    dataset_of: &dyn Fn(&str) -> Option<String>,
) -> Option<(FindingLevel, String)> {
    let SubmittedTable::Rollup(name) = &submission.table else { return None };
    let scope = submission.scope.as_ref()?;
    let dataset = dataset_of(name)?;
    let overlapping = |other: &&&Submission| {
        other.scope.as_ref().is_some_and(|o| o.sender == scope.sender && o.span.overlaps(scope.span))
    };
    let records =
        chosen.iter().filter(|other| other.table == SubmittedTable::Records(dataset.clone())).find(overlapping);
    if records.is_some() {
        let message =
            format!("records of {dataset} were sent for the same months; the records are used, not the roll-up");
        return Some((FindingLevel::Warning, message));
    }
    let earlier = chosen
        .iter()
        .filter(|other| other.table == submission.table && other.scope != submission.scope)
        .filter(|other| other.scope.as_ref() < Some(scope))
        .find(overlapping)?;
    let message = format!("overlaps the roll-up of {}; its months would be counted twice", earlier.period_text());
    Some((FindingLevel::Blocking, message))
}

#[cfg(test)]
mod tests {
    use super::super::{MonthSpan, SubmissionScope};
    use super::*;

    fn submission(table: SubmittedTable, submitted: &str, first: &str, last: &str) -> Submission {
        let span = MonthSpan { first: first.parse().unwrap(), last: last.parse().unwrap() };
        let scope = Some(SubmissionScope { sender: "A".parse().unwrap(), span });
        let submitted = submitted.parse().unwrap();
        Submission { table, submitted, first_submitted: submitted, scope, files: Vec::new(), unusable: Vec::new() }
    }

    fn dates(pinned: &Pinned) -> Vec<String> {
        pinned.submissions.iter().map(|s| s.submitted.to_string()).collect()
    }

    #[test]
    fn the_latest_submission_not_after_the_data_date_is_taken_whole() {
        let records = SubmittedTable::Records("x".into());
        let all = [
            submission(records.clone(), "2025-05-10", "2025-04", "2025-04"),
            submission(records.clone(), "2025-06-10", "2025-04", "2025-04"),
            submission(records, "2025-06-11", "2025-05", "2025-05"),
        ];
        let at = |date: &str| dates(&pin(&all, date.parse().unwrap(), &|_| None));
        assert_eq!(at("2025-05-09"), Vec::<String>::new());
        assert_eq!(at("2025-06-09"), ["2025-05-10"]);
        assert_eq!(at("2025-07-01"), ["2025-06-10", "2025-06-11"]);
        let pinned = pin(&all, "2025-07-01".parse().unwrap(), &|_| None);
        assert_eq!(pinned.replaced, all[..1]);
        assert_eq!(
            pinned.submissions[0].first_submitted.to_string(),
            "2025-05-10",
            "a correction is not a late return"
        );
    }

    #[test]
    fn a_folder_that_may_mean_a_financial_year_is_said_to_be_read_as_a_month() {
        let rollup = |first, last| submission(SubmittedTable::Rollup("r".into()), "2026-01-10", first, last);
        let month = submission(SubmittedTable::Records("x".into()), "2026-01-10", "2002-03", "2002-03");
        let all = [rollup("2002-03", "2002-03"), rollup("2025-04", "2025-04"), month];
        let pinned = pin(&all, "2026-02-01".parse().unwrap(), &|_| None);
        let found: Vec<_> = pinned.findings.iter().map(|f| (f.level, f.message.as_str())).collect();
        let said = "2002-03 was read as March 2002; the financial year April 2002 to March 2003 is written FY2002-03";
        assert_eq!((found, pinned.submissions.len()), (vec![(FindingLevel::Warning, said)], 3));
    }

    #[test]
    fn records_win_over_roll_ups_and_overlapping_roll_ups_are_refused() {
        let rollup = || SubmittedTable::Rollup("r".into());
        let all = [
            submission(SubmittedTable::Records("x".into()), "2025-05-10", "2025-04", "2025-04"),
            submission(rollup(), "2025-05-10", "2025-04", "2025-04"),
            submission(rollup(), "2024-05-10", "2023-04", "2024-03"),
            submission(rollup(), "2024-05-10", "2024-01", "2024-03"),
        ];
        let pinned = pin(&all, "2026-01-01".parse().unwrap(), &|_| Some("x".into()));
        let messages: Vec<_> = pinned.findings.iter().map(|f| (f.level, f.message.as_str())).collect();
        assert_eq!((pinned.submissions.len(), pinned.replaced.len()), (2, 2));
        assert_eq!(
            messages,
            [
                (
                    FindingLevel::Blocking,
                    "overlaps the roll-up of 2023-04 to 2024-03; its months would be counted twice"
                ),
                (
                    FindingLevel::Warning,
                    "records of x were sent for the same months; the records are used, not the roll-up"
                ),
            ]
        );
    }
}
