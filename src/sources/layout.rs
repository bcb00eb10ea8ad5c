//! Folder names of a source: `{table}/submitted=DATE/org=CODE/period=MONTH/file.parquet`.
//! Text in, keys or a worded problem out; nothing is listed here.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::{MonthSpan, SubmissionScope};
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::{Month, Period, PeriodType};
use crate::vocabulary::sender_code::{SenderCode, SenderCodeError};

/// What a folder that holds roll-ups instead of records begins with.
pub const ROLLUP_PREFIX: &str = "rollup-";

/// Rule of a finding about a path.
pub const LAYOUT_RULE: &str = "layout";

/// What a first-level folder of a source holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubmittedTable {
    /// A dataset without organisation and period.
    Reference(String),
    /// Records of a dataset.
    Records(String),
    /// Rows of a roll-up, computed at the force.
    Rollup(String),
}

impl SubmittedTable {
    /// The folder's name.
    pub fn folder(&self) -> String {
        match self {
            Self::Reference(name) | Self::Records(name) => name.clone(),
            Self::Rollup(name) => format!("{ROLLUP_PREFIX}{name}"),
        }
    }
}

/// The folder of one organisation's submission for a month, inside a source.
pub fn submission_folder(table: &SubmittedTable, submitted: NaiveDate, sender: &SenderCode, month: Month) -> String {
    format!("{}/submitted={submitted}/org={sender}/period={month}", table.folder())
}

/// A path that is not part of a submission; `subject` is what a reader is told once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathProblem {
    pub subject: String,
    pub message: String,
    pub level: FindingLevel,
}

impl PathProblem {
    fn ignored(subject: &str, message: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), message: message.into(), level: FindingLevel::Warning }
    }

    fn refused(subject: &str, message: impl Into<String>) -> Self {
        Self { level: FindingLevel::Blocking, ..Self::ignored(subject, message) }
    }

    pub(super) fn into_finding(self) -> Finding {
        Finding {
            level: self.level,
            rule: LAYOUT_RULE.to_owned(),
            dataset: self.subject.split('/').next().unwrap_or_default().to_owned(),
            path: self.subject,
            message: self.message,
            ..Finding::default()
        }
    }
}

/// What tells submissions apart: table, day, and for all but reference datasets organisation and months.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubmissionKey {
    pub table: SubmittedTable,
    pub submitted: NaiveDate,
    pub scope: Option<SubmissionScope>,
}

/// The submission that the file at `path` belongs to.
pub(super) fn parse_path(path: &str, tables: &BTreeSet<SubmittedTable>) -> Result<SubmissionKey, PathProblem> {
    let parts: Vec<&str> = path.split('/').collect();
    let [folder, rest @ ..] = parts.as_slice() else {
        return Err(PathProblem::ignored(path, "lies outside any dataset folder and was ignored"));
    };
    if rest.is_empty() {
        return Err(PathProblem::ignored(path, "lies outside any dataset folder and was ignored"));
    }
    let table = parse_table(folder, tables)?;
    let is_parquet =
        Some(parts.last()).flatten().is_some_and(|name| name.ends_with(".parquet") && !name.starts_with('.'));
    if !is_parquet {
        return Err(PathProblem::ignored(path, "is not a Parquet file and was ignored"));
    }
    match (table, rest) {
        (SubmittedTable::Reference(_), [submitted, _file]) => parse_folders(path, table, submitted, None),
        (SubmittedTable::Records(_) | SubmittedTable::Rollup(_), [submitted, org, period, _file]) => {
            parse_folders(path, table, submitted, Some((org, period)))
        }
        _ => Err(PathProblem::refused(path, expected_layout(table))),
    }
}

/// The submission that a file belonged to when a run recorded it, also of a dataset that is no longer defined.
pub fn key_of_recorded(path: &str) -> Option<SubmissionKey> {
    const PARTS_OF_REFERENCE_DATA: usize = 3;
    let folder = path.split('/').next()?;
    let table = match folder.strip_prefix(ROLLUP_PREFIX) {
        Some(rollup) => SubmittedTable::Rollup(rollup.to_owned()),
        None if path.split('/').count() == PARTS_OF_REFERENCE_DATA => SubmittedTable::Reference(folder.to_owned()),
        None => SubmittedTable::Records(folder.to_owned()),
    };
    parse_path(path, &BTreeSet::from([table])).ok()
}

/// What an entry that can be neither read nor entered keeps from being read: a submission, or else the problem to tell.
/// `why` follows “the file” in a message.
pub(super) fn parse_unusable(
    path: &str,
    why: &str,
    tables: &BTreeSet<SubmittedTable>,
) -> Result<SubmissionKey, PathProblem> {
    // A folder that would hold a submission's files stands for them.
    for file in [path.to_owned(), format!("{path}/any.parquet")] {
        if let Ok(key) = parse_path(&file, tables) {
            return Ok(key);
        }
    }
    let parts: Vec<&str> = path.split('/').collect();
    let (first, last) = (parts.first().copied().unwrap_or_default(), parts.last().copied().unwrap_or_default());
    if first.starts_with('.') || last.starts_with('.') {
        return Err(PathProblem::ignored(path, format!("{why}; it is hidden and was ignored")));
    }
    if parts.len() == 1 || last.contains('=') || last.ends_with(".parquet") {
        return Err(PathProblem::refused(path, why));
    }
    Err(PathProblem::ignored(path, format!("{why}; it is not a Parquet file and was ignored")))
}

fn parse_table<'t>(folder: &str, tables: &'t BTreeSet<SubmittedTable>) -> Result<&'t SubmittedTable, PathProblem> {
    if folder.starts_with('.') {
        // Such as a submission that is being prepared.
        return Err(PathProblem::ignored(folder, "is a hidden folder and was ignored"));
    }
    tables.iter().find(|table| table.folder() == folder).ok_or_else(|| {
        let known = tables.iter().map(SubmittedTable::folder).collect::<Vec<_>>().join(", ");
        PathProblem::refused(folder, format!("is not a dataset or roll-up; known are {known}"))
    })
}

fn parse_folders(
    path: &str,
    table: &SubmittedTable,
    submitted: &str,
    scope: Option<(&str, &str)>,
) -> Result<SubmissionKey, PathProblem> {
    let expected = || PathProblem::refused(path, expected_layout(table));
    let value = |folder: &str, key: &str| folder.strip_prefix(key).map(str::to_owned).ok_or_else(expected);
    let day = parse_day(&value(submitted, "submitted=")?);
    let day = day.map_err(|why| PathProblem::refused(&folder_of(path, submitted), why))?;
    let Some((org, period)) = scope else {
        return Ok(SubmissionKey { table: table.clone(), submitted: day, scope: None });
    };
    let sender = value(org, "org=")?.parse().map_err(|error: SenderCodeError| {
        PathProblem::refused(&folder_of(path, org), format!("does not hold the code of an organisation: {error}"))
    })?;
    let span = parse_span(table, &value(period, "period=")?);
    let span = span.map_err(|why| PathProblem::refused(&folder_of(path, period), why))?;
    let scope = SubmissionScope { sender, span };
    Ok(SubmissionKey { table: table.clone(), submitted: day, scope: Some(scope) })
}

/// The path up to and with the folder `part`.
fn folder_of(path: &str, part: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let end = parts.iter().position(|one| *one == part).map_or(parts.len(), |at| at + 1);
    parts.get(..end).unwrap_or_default().join("/")
}

/// A day in its one written form. Another spelling of the same day would be a second folder for one submission.
fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.trim().parse::<NaiveDate>().ok();
    let day = day.filter(|day| Month::new(day.year(), day.month()).is_some());
    match day {
        Some(day) if day.to_string() == text => Ok(day),
        Some(day) => Err(format!("is another spelling of a day; name the folder submitted={day}")),
        None => {
            Err("is no day on which anything can be submitted; name the folder after one, such as submitted=2025-05-15"
                .to_owned())
        }
    }
}

/// Records stand for one month; a roll-up may stand for any review period, as old published figures do. Either is named
/// in its one written form.
fn parse_span(table: &SubmittedTable, text: &str) -> Result<MonthSpan, String> {
    let is_rollup = matches!(table, SubmittedTable::Rollup(_));
    let examples = if is_rollup {
        "a month such as period=2025-04, or another review period"
    } else {
        "a month, such as period=2025-04"
    };
    match text.trim().parse::<Period>() {
        Ok(period) if period.to_string() != text => {
            Err(format!("is another spelling of a period; name the folder period={period}"))
        }
        Ok(period) if is_rollup || period.kind == PeriodType::Month => {
            Ok(MonthSpan { first: period.first, last: period.last() })
        }
        _ => Err(format!("is no period that this can be submitted for; name the folder after {examples}")),
    }
}

fn expected_layout(table: &SubmittedTable) -> &'static str {
    if matches!(table, SubmittedTable::Reference(_)) {
        "does not lie in submitted=YYYY-MM-DD/file.parquet as a reference dataset must"
    } else {
        "does not lie in submitted=YYYY-MM-DD/org=CODE/period=YYYY-MM/file.parquet"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_under_construction_is_ignored_and_a_wrong_folder_is_refused() {
        let tables = BTreeSet::from([SubmittedTable::Records("x".to_owned())]);
        let submitted = "2025-05-15".parse().unwrap();
        let (sender, month) = ("E1".parse().unwrap(), "2025-04".parse().unwrap());
        let folder = submission_folder(&SubmittedTable::Records("x".to_owned()), submitted, &sender, month);
        let path = format!("{folder}/records.parquet");
        assert!(parse_path(&path, &tables).is_ok());
        let level = |path: &str| parse_path(path, &tables).unwrap_err().level;
        assert_eq!(level(&format!(".prepare-1/{path}")), FindingLevel::Warning);
        assert_eq!(level(&format!("y/{path}")), FindingLevel::Blocking);
    }

    fn problem(path: &str) -> String {
        let tables = BTreeSet::from([SubmittedTable::Records("x".to_owned()), SubmittedTable::Rollup("r".to_owned())]);
        let problem = parse_path(path, &tables).unwrap_err();
        assert_eq!(problem.level, FindingLevel::Blocking);
        format!("{} {}", problem.subject, problem.message)
    }

    #[test]
    fn a_value_in_another_spelling_is_refused_with_the_right_one() {
        for day in ["2025-5-12", "+2025-05-12", " 2025-05-12", "2025-05-12 "] {
            let found = problem(&format!("x/submitted={day}/org=E1/period=2025-04/a.parquet"));
            let expected =
                format!("x/submitted={day} is another spelling of a day; name the folder submitted=2025-05-12");
            assert_eq!(found, expected);
        }
        let found = problem("rollup-r/submitted=2025-05-12/org=E1/period=FY2025-26/a.parquet");
        assert!(found.ends_with("is another spelling of a period; name the folder period=2025-26"), "{found}");
        for day in ["2025-02-30", "12.5.2025", "9999-12-31", "0001-01-01", "२०२५-05-12", ""] {
            let found = problem(&format!("x/submitted={day}/org=E1/period=2025-04/a.parquet"));
            assert!(found.contains("is no day on which anything can be submitted"), "{found}");
        }
        for org in ["", "..", "LM#1", "E1 ", "=1", "E%31"] {
            let found = problem(&format!("x/submitted=2025-05-12/org={org}/period=2025-04/a.parquet"));
            assert!(found.contains(&format!("org={org} does not hold the code of an organisation")), "{found}");
        }
        for period in ["2025-26", "2025-4", "2025-13", "2025-04-01", "April"] {
            let found = problem(&format!("x/submitted=2025-05-12/org=E1/period={period}/a.parquet"));
            assert!(found.contains("is no period that this can be submitted for"), "{found}");
        }
    }

    #[test]
    fn what_cannot_be_used_belongs_to_its_submission_or_is_told() {
        let tables = BTreeSet::from([SubmittedTable::Records("x".to_owned())]);
        let of = |path: &str| parse_unusable(path, "leads nowhere", &tables);
        let folder = "x/submitted=2025-05-12/org=E1/period=2025-04";
        assert_eq!(of(&format!("{folder}/a.parquet")), of(folder));
        assert_eq!(of(folder).unwrap().scope.unwrap().sender.as_str(), "E1");
        let level = |path: &str| of(path).unwrap_err().level;
        assert_eq!(level("x/submitted=2025-05-12/org=E1"), FindingLevel::Blocking);
        assert_eq!(level("x"), FindingLevel::Blocking);
        assert_eq!(level(&format!("{folder}/readme.txt")), FindingLevel::Warning);
        assert_eq!(level(".prepare-1/x"), FindingLevel::Warning);
    }
}
