//! Folder names of a source: `{table}/submitted=DATE/org=CODE/period=MONTH/file.parquet`.
//! Text in, keys or a worded problem out; nothing is listed here.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Scope, Span};
use crate::diagnostics::{Finding, FindingLevel};
use crate::period::{Month, Period};

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
pub fn submission_folder(table: &SubmittedTable, submitted: NaiveDate, org_code: &str, month: Month) -> String {
    format!("{}/submitted={submitted}/org={org_code}/period={month}", table.folder())
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
            org_code: String::new(),
            period: String::new(),
            path: self.subject,
            column: String::new(),
            rows: 0,
            message: self.message,
            failing_rows: String::new(),
        }
    }
}

pub(super) fn parse_path(
    path: &str,
    tables: &BTreeSet<SubmittedTable>,
) -> Result<(SubmittedTable, NaiveDate, Option<Scope>), PathProblem> {
    let parts: Vec<&str> = path.split('/').collect();
    let [folder, rest @ ..] = parts.as_slice() else {
        return Err(PathProblem::ignored(path, "lies outside any dataset folder and was ignored"));
    };
    if rest.is_empty() {
        return Err(PathProblem::ignored(path, "lies outside any dataset folder and was ignored"));
    }
    if folder.starts_with('.') {
        // Such as a submission that is being prepared.
        return Err(PathProblem::ignored(folder, "is a hidden folder and was ignored"));
    }
    let Some(table) = tables.iter().find(|table| table.folder() == *folder) else {
        let known = tables.iter().map(SubmittedTable::folder).collect::<Vec<_>>().join(", ");
        return Err(PathProblem::refused(folder, format!("is not a dataset or roll-up; known are {known}")));
    };
    let is_parquet =
        Some(parts.last()).flatten().is_some_and(|name| name.ends_with(".parquet") && !name.starts_with('.'));
    if !is_parquet {
        return Err(PathProblem::ignored(path, "is not a Parquet file and was ignored"));
    }
    parse_folders(path, table, rest)
}

fn parse_folders(
    path: &str,
    table: &SubmittedTable,
    rest: &[&str],
) -> Result<(SubmittedTable, NaiveDate, Option<Scope>), PathProblem> {
    let reference = matches!(table, SubmittedTable::Reference(_));
    let (submitted, scope) = match (reference, rest) {
        (true, [submitted, _file]) => (submitted, None),
        (false, [submitted, org, period, _file]) => (submitted, Some((org, period))),
        _ => return Err(PathProblem::refused(path, expected_layout(reference))),
    };
    let submitted = submitted
        .strip_prefix("submitted=")
        .and_then(|date| date.parse::<NaiveDate>().ok())
        .ok_or_else(|| PathProblem::refused(path, expected_layout(reference)))?;
    let scope = match scope {
        None => None,
        Some((org, period)) => {
            let org = org.strip_prefix("org=").filter(|code| !code.is_empty());
            let span = period.strip_prefix("period=").and_then(|text| parse_span(table, text));
            let (Some(org_code), Some(span)) = (org, span) else {
                return Err(PathProblem::refused(path, expected_layout(reference)));
            };
            Some(Scope { org_code: org_code.to_owned(), span })
        }
    };
    Ok((table.clone(), submitted, scope))
}

/// Records stand for one month; a roll-up may stand for any review period, as old published figures do.
fn parse_span(table: &SubmittedTable, text: &str) -> Option<Span> {
    if let Ok(month) = text.parse::<Month>() {
        return Some(Span { first: month, last: month });
    }
    let period: Period = text.parse().ok()?;
    matches!(table, SubmittedTable::Rollup(_)).then(|| Span { first: period.first, last: period.last() })
}

fn expected_layout(reference: bool) -> &'static str {
    if reference {
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
        let folder =
            submission_folder(&SubmittedTable::Records("x".to_owned()), submitted, "E1", "2025-04".parse().unwrap());
        let path = format!("{folder}/records.parquet");
        assert!(parse_path(&path, &tables).is_ok());
        let level = |path: &str| parse_path(path, &tables).unwrap_err().level;
        assert_eq!(level(&format!(".prepare-1/{path}")), FindingLevel::Warning);
        assert_eq!(level(&format!("y/{path}")), FindingLevel::Blocking);
    }
}
