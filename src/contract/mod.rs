//! Admits or refuses submissions: footers first, then every rule of the contract in one grouped scan per dataset.
//! It computes no metric and never changes what was submitted.

mod admission;
mod admitted;
mod elsewhere;
mod failing;
mod file_bytes;
mod footer;
mod limits;
mod memory;
mod pages;
mod reading;
mod representatives;
mod rows;
mod scan;

use arrow::datatypes::{DataType, Field as ArrowField, FieldRef, SchemaRef, TimeUnit};

use crate::definitions::model::{Contract, CrossFieldRule, Field, FieldType, Rollup, RollupRule, Severity};
use crate::engine::{PathValue, PinnedFile, QueryTable, schema_of};
use crate::sources::{SourceFile, Submission};
use crate::vocabulary::period::Month;

pub use admission::{AdmissionError, Admitter, recall_unchanged};
pub use admitted::{Admission, AdmittedFile, CHANGED_RULE, OnProgress};
pub use elsewhere::{OtherReaders, ReadElsewhere, ReadOtherwise};
pub use failing::FailingFile;
pub use footer::type_words;
pub use memory::AdmissionMemory;
pub use reading::PartReader;
pub use rows::{RowColumns, RowReader, RowUser, SubmissionRows, parts, rows_schema};
pub use scan::{REQUIRED_RULE, is_blank};

/// The Arrow type of a field as files hold it.
pub fn file_type(field_type: FieldType) -> DataType {
    match field_type {
        FieldType::String => DataType::Utf8,
        other => engine_type(other),
    }
}

/// The Arrow type of a field inside the engine: text is read as views, which the engine groups faster.
pub fn engine_type(field_type: FieldType) -> DataType {
    match field_type {
        FieldType::String => DataType::Utf8View,
        FieldType::Integer => DataType::Int64,
        FieldType::Boolean => DataType::Boolean,
        FieldType::Date => DataType::Date32,
        FieldType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// The schema of a dataset's files inside the engine. Every field is nullable there: `required` is a rule, not a trap.
pub fn engine_schema(contract: &Contract) -> SchemaRef {
    let field = |field: &Field| ArrowField::new(&field.name, engine_type(field.field_type), true);
    schema_of(contract.fields.iter().map(field).collect())
}

/// The columns that come from a submission's path: `submitted`, and for all but reference datasets `org` and `period`.
pub fn path_columns(contract: &Contract) -> Vec<FieldRef> {
    let column = |name: &str, data_type| FieldRef::new(ArrowField::new(name, data_type, false));
    let mut columns = vec![column("submitted", DataType::Date32)];
    if !contract.reference {
        columns.push(column("org", DataType::Utf8View));
        columns.push(column(month_column(contract), DataType::Date32));
    }
    columns
}

/// Name of the path's month: `period`, unless the files have a column of that name, as roll-ups counted by another month do.
pub fn month_column(contract: &Contract) -> &'static str {
    if contract.fields.iter().any(|field| field.name == "period") { "folder_period" } else { "period" }
}

/// The engine's table over the files of `submissions`, all of one dataset.
pub fn pinned_table<'a>(contract: &Contract, submissions: impl Iterator<Item = &'a Submission>) -> QueryTable {
    let files = submissions.flat_map(|submission| pinned_files(submission, &path_values(submission))).collect();
    QueryTable::Files { schema: engine_schema(contract), path_columns: path_columns(contract), files }
}

/// Column of [`numbered_table`] that holds a submission's place in the list.
const SUBMISSION_NUMBER: &str = "submission_number";

/// The same with one more column from the path, the place of each submission in the list.
fn numbered_table(contract: &Contract, submissions: &[&Submission]) -> QueryTable {
    let mut files = Vec::new();
    for (number, submission) in (0..).zip(submissions) {
        let mut values = path_values(submission);
        values.push(PathValue::Number(number));
        files.extend(pinned_files(submission, &values));
    }
    QueryTable::Files { schema: engine_schema(contract), path_columns: numbered_columns(contract), files }
}

/// The columns from the path on which the statement of [`checking_sql`] runs: one more, the place of each submission.
pub fn numbered_columns(contract: &Contract) -> Vec<FieldRef> {
    let number = FieldRef::new(ArrowField::new(SUBMISSION_NUMBER, DataType::Int64, false));
    path_columns(contract).into_iter().chain([number]).collect()
}

fn pinned_files(submission: &Submission, path_values: &[PathValue]) -> Vec<PinnedFile> {
    let pinned =
        |file: &SourceFile| PinnedFile { path: file.path.clone(), size: file.size, path_values: path_values.to_vec() };
    submission.files.iter().map(pinned).collect()
}

fn path_values(submission: &Submission) -> Vec<PathValue> {
    let mut values = vec![PathValue::Date(days_since_epoch(submission.submitted))];
    if let Some(scope) = &submission.scope {
        values.push(PathValue::Text(scope.sender.to_string()));
        values.push(PathValue::Date(month_days(scope.span.first)));
    }
    values
}

/// Days from 1970-01-01 to a date, as Arrow's Date32 holds them.
pub fn days_since_epoch(date: chrono::NaiveDate) -> i32 {
    use chrono::Datelike as _;
    date.num_days_from_ce() - chrono::NaiveDate::from_ymd_opt(1970, 1, 1).map_or(0, |epoch| epoch.num_days_from_ce())
}

/// The first day of a month as Date32.
pub fn month_days(month: Month) -> i32 {
    days_since_epoch(month.first_day())
}

/// The contract of a roll-up that a force submits in place of records: its own keys and measures.
pub fn rollup_contract(rollup: &Rollup) -> Contract {
    let key = |column: &crate::definitions::model::StatementColumn| field_of(column, !column.nullable, true, None);
    let measure = |column: &crate::definitions::model::StatementColumn| field_of(column, true, false, Some(0));
    let rule = |rule: &RollupRule| CrossFieldRule {
        name: rule.name.clone(),
        description: rule.description.clone(),
        violation: rule.violation.clone(),
        severity: Severity::Blocking,
    };
    Contract {
        dataset: format!("{}{}", crate::sources::ROLLUP_PREFIX, rollup.name),
        version: "1.0.0".to_owned(),
        title: rollup.title.clone(),
        description: rollup.description.clone(),
        reference: false,
        fields: rollup.keys.iter().map(key).chain(rollup.measures.iter().map(measure)).collect(),
        rules: rollup.rules.iter().map(rule).collect(),
        period_field: Some(submission_month(rollup).to_owned()),
        deadline_days: None,
        expected_from: Vec::new(),
        expected_since: None,
    }
}

/// The key that holds the submission's month: `period` where `month` is another month, else `month`.
pub fn submission_month(rollup: &Rollup) -> &'static str {
    if rollup.keys.iter().any(|key| key.name == "period") { "period" } else { "month" }
}

fn field_of(
    column: &crate::definitions::model::StatementColumn,
    required: bool,
    key: bool,
    minimum: Option<i64>,
) -> Field {
    Field {
        name: column.name.clone(),
        field_type: column.field_type,
        description: column.description.clone(),
        required,
        key,
        valid_values: column.valid_values.clone(),
        minimum,
        maximum: None,
        pattern: column.pattern.clone(),
        may_lie_ahead: column.may_lie_ahead,
        severity: Severity::Blocking,
        preparation: None,
        may_be_absent: false,
    }
}

/// The statement that counts what breaks the checks of a contract, so that it can be proven before data are read.
pub fn checking_sql(contract: &Contract) -> String {
    scan::grouped_sql(contract, &scan::checks_of(contract))
}
