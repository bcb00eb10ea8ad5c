//! One hand-worked case: input rows and expected figures as small CSV files, turned into tables and submissions.
//! Reads text only; running and comparing is in `verify`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Field as ArrowField;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::contract::{
    Admission, AdmittedFile, REQUIRED_RULE, days_since_epoch, engine_type, month_days, path_columns,
};
use crate::definitions::Definitions;
use crate::definitions::model::{Contract, FieldType};
use crate::engine::{QueryTable, schema_of};
use crate::sources::{MonthSpan, Submission, SubmissionScope, SubmittedTable};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::period::{Month, Period};
use crate::vocabulary::sender_code::SenderCode;

/// `case.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// One line: what the case shows.
    pub why: String,
    pub periods: Vec<Period>,
    pub as_of: Option<NaiveDate>,
    #[serde(default)]
    pub settings: BTreeMap<String, i64>,
}

/// One line of `expected.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedRow {
    pub period: String,
    pub org_code: BodyId,
    pub category: String,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    /// Decimal text on the scale of the unit; empty when there is no value.
    pub value: String,
    pub status: String,
}

/// A case with its tables by dataset.
pub struct Case {
    pub name: String,
    pub file: CaseFile,
    pub as_of: NaiveDate,
    pub tables: BTreeMap<String, QueryTable>,
    pub admissions: Vec<(String, Admission)>,
    pub expected: Vec<ExpectedRow>,
}

type CaseRow = BTreeMap<String, String>;

/// One line of `returned.csv`: `dataset`, `org` and `period`, and where they matter `submitted`, `records`, the number of
/// `required_empty` cells, and why it was `refused`.
fn returned_admission(row: &CaseRow, as_of: NaiveDate) -> Result<(String, Admission), String> {
    let cell = |column: &str| row.get(column).map(String::as_str).unwrap_or_default();
    let number = |column: &str| match cell(column) {
        "" => Ok(0),
        text => text.parse::<u64>().map_err(|_| format!("{column}: “{text}” is not a number")),
    };
    let month = cell("period").parse().map_err(|error| format!("{error}"))?;
    let submitted = match cell("submitted") {
        "" => as_of,
        text => text.parse().map_err(|error| format!("submitted: {error}"))?,
    };
    let sender = cell("org").parse().map_err(|error| format!("org: {error}"))?;
    let mut admission = admission(cell("dataset"), sender, month, submitted);
    let rows = number("records")?;
    admission.files.push(AdmittedFile { path: String::new(), size: 0, rows, sha256: String::new() });
    let finding =
        |rule: &str, message: &str| admission.submission.finding(FindingLevel::Blocking, rule, message.to_owned());
    let empty = number("required_empty")?;
    let empty = (empty > 0).then(|| Finding { rows: empty, ..finding(REQUIRED_RULE, "a required field is empty") });
    let refused = (!cell("refused").is_empty()).then(|| finding("case", cell("refused")));
    admission.findings = empty.into_iter().chain(refused).collect();
    Ok((cell("dataset").to_owned(), admission))
}

/// Reads a case from its files (name to text). The error says which file and what.
pub fn read_case(name: &str, files: &BTreeMap<String, String>, definitions: &Definitions) -> Result<Case, String> {
    let text = |file: &str| files.get(file).ok_or_else(|| format!("{name}: {file} is missing"));
    let file: CaseFile = toml::from_str(text("case.toml")?).map_err(|error| format!("{name}/case.toml: {error}"))?;
    let expected = read_csv::<ExpectedRow>(name, "expected.csv", text("expected.csv")?)?;
    let mut rows: BTreeMap<&str, Vec<CaseRow>> = BTreeMap::new();
    for (file, text) in files {
        match file.strip_suffix(".csv") {
            Some("expected") | None => {}
            Some(dataset) => {
                rows.insert(dataset, read_csv(name, file, text)?);
            }
        }
    }
    let returned = rows.remove("returned").unwrap_or_default();
    let latest = rows.values().flatten().filter_map(|row| row.get("submitted")?.parse::<NaiveDate>().ok()).max();
    let as_of = file.as_of.or(latest).unwrap_or_default();
    let mut case =
        Case { name: name.to_owned(), file, as_of, tables: BTreeMap::new(), admissions: Vec::new(), expected };
    for (dataset, rows) in rows {
        let contract = definitions.contract(dataset).ok_or_else(|| format!("{name}: {dataset} is not a dataset"))?;
        case.add_dataset(contract, rows).map_err(|problem| format!("{name}/{dataset}.csv: {problem}"))?;
    }
    for row in returned {
        let returned = returned_admission(&row, as_of).map_err(|problem| format!("{name}/returned.csv: {problem}"))?;
        case.admissions.push(returned);
    }
    Ok(case)
}

fn read_csv<T: serde::de::DeserializeOwned>(case: &str, file: &str, text: &str) -> Result<Vec<T>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(|error| format!("{case}/{file}: {error}"))
}

impl Case {
    /// Keeps the latest submission of each organisation and month, and makes the dataset's table from its rows.
    fn add_dataset(&mut self, contract: &Contract, mut rows: Vec<CaseRow>) -> Result<(), String> {
        if !contract.reference {
            rows = self.latest_rows(rows)?;
            let scopes: BTreeSet<(SenderCode, Month, NaiveDate)> =
                rows.iter().map(scope_of).collect::<Result<_, _>>()?;
            for (sender, month, submitted) in scopes {
                let admission = admission(&contract.dataset, sender, month, submitted);
                self.admissions.push((contract.dataset.clone(), admission));
            }
        }
        self.tables.insert(contract.dataset.clone(), table(contract, &rows)?);
        Ok(())
    }

    fn latest_rows(&self, rows: Vec<CaseRow>) -> Result<Vec<CaseRow>, String> {
        let mut latest: BTreeMap<(SenderCode, Month), NaiveDate> = BTreeMap::new();
        for row in &rows {
            let (sender, month, submitted) = scope_of(row)?;
            if submitted <= self.as_of {
                let slot = latest.entry((sender, month)).or_insert(submitted);
                *slot = submitted.max(*slot);
            }
        }
        let chosen = |row: &CaseRow| {
            scope_of(row).is_ok_and(|(sender, month, submitted)| latest.get(&(sender, month)) == Some(&submitted))
        };
        Ok(rows.into_iter().filter(chosen).collect())
    }
}

fn scope_of(row: &CaseRow) -> Result<(SenderCode, Month, NaiveDate), String> {
    let cell = |column: &str| row.get(column).map(String::as_str).ok_or_else(|| format!("column {column} is missing"));
    let month = cell("period")?.parse().map_err(|error| format!("{error}"))?;
    let submitted = cell("submitted")?.parse().map_err(|error| format!("submitted: {error}"))?;
    let sender = cell("org")?.parse().map_err(|error| format!("org: {error}"))?;
    Ok((sender, month, submitted))
}

fn admission(dataset: &str, sender: SenderCode, month: Month, submitted: NaiveDate) -> Admission {
    let span = MonthSpan { first: month, last: month };
    let submission = Submission {
        table: SubmittedTable::Records(dataset.to_owned()),
        submitted,
        first_submitted: submitted,
        scope: Some(SubmissionScope { sender, span }),
        files: Vec::new(),
        unusable: Vec::new(),
    };
    Admission { submission, fingerprint: String::new(), files: Vec::new(), findings: Vec::new(), recalled: false }
}

fn table(contract: &Contract, rows: &[CaseRow]) -> Result<QueryTable, String> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for field in &contract.fields {
        let from = if field.name == "org_code" && !contract.reference { "org" } else { field.name.as_str() };
        fields.push(ArrowField::new(&field.name, engine_type(field.field_type), true));
        columns.push(column(rows, from, field.field_type)?);
    }
    for path_column in path_columns(contract) {
        fields.push(path_column.as_ref().clone());
        columns.push(path_values(rows, path_column.name())?);
    }
    let schema = schema_of(fields);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|error| error.to_string())?;
    Ok(QueryTable::Rows { schema, batches: vec![batch] })
}

fn path_values(rows: &[CaseRow], name: &str) -> Result<ArrayRef, String> {
    match name {
        "org" => column(rows, "org", FieldType::String),
        "period" => {
            let days =
                rows.iter().map(|row| Ok(Some(month_days(scope_of(row)?.1)))).collect::<Result<Vec<_>, String>>();
            Ok(Arc::new(Date32Array::from(days?)))
        }
        // Reference rows have no submission date in a case; any day will do.
        _ if rows.iter().any(|row| !row.contains_key(name)) => Ok(Arc::new(Date32Array::from(vec![0; rows.len()]))),
        _ => column(rows, name, FieldType::Date),
    }
}

fn column(rows: &[CaseRow], name: &str, field_type: FieldType) -> Result<ArrayRef, String> {
    let cells = || rows.iter().map(|row| row.get(name).map(String::as_str).filter(|cell| !cell.is_empty()));
    let wrong = |cell: &str| format!("column {name}: “{cell}” is not a {field_type:?}");
    Ok(match field_type {
        FieldType::String => Arc::new(StringViewArray::from(cells().collect::<Vec<_>>())),
        FieldType::Integer => {
            let parse = |cell: &str| cell.parse::<i64>().map_err(|_| wrong(cell));
            Arc::new(Int64Array::from(all(cells().map(|cell| cell.map(parse)))?))
        }
        FieldType::Boolean => {
            let parse = |cell: &str| cell.parse::<bool>().map_err(|_| wrong(cell));
            Arc::new(BooleanArray::from(all(cells().map(|cell| cell.map(parse)))?))
        }
        FieldType::Date => {
            let parse = |cell: &str| cell.parse().map(days_since_epoch).map_err(|_| wrong(cell));
            Arc::new(Date32Array::from(all(cells().map(|cell| cell.map(parse)))?))
        }
        FieldType::Timestamp => {
            let parse = |cell: &str| {
                cell.parse::<DateTime<Utc>>().map(|instant| instant.timestamp_micros()).map_err(|_| wrong(cell))
            };
            let micros = TimestampMicrosecondArray::from(all(cells().map(|cell| cell.map(parse)))?);
            Arc::new(micros.with_timezone("UTC"))
        }
    })
}

/// All cells parsed, or the first problem.
fn all<T>(cells: impl Iterator<Item = Option<Result<T, String>>>) -> Result<Vec<Option<T>>, String> {
    cells.map(Option::transpose).collect()
}
