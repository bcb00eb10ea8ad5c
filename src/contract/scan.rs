//! Turns a contract into one grouped statement and its result into findings.
//! Builds SQL from the contract's names and conditions only, never from data.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};

use super::{SUBMISSION_NUMBER, days_since_epoch, month_days};
use crate::definitions::model::{Contract, Field, FieldType, Severity};
use crate::diagnostics::FindingLevel;
use crate::sources::Submission;

/// Rule of a required field that is empty; its findings count the empty cells.
pub const REQUIRED_RULE: &str = "required";

/// How a check shows in the grouped statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Measure {
    /// Rows on which the condition is true.
    Failing,
    /// Rows without the value: all rows less the non-null ones.
    Nulls,
    /// Least and greatest value, held against the submission's month.
    PeriodBounds,
    /// Rows less distinct keys.
    Duplicates,
}

/// One rule of a contract, ready to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub rule: String,
    pub column: String,
    pub level: FindingLevel,
    pub message: String,
    /// SQL condition that is true on a failing row; the key's columns for [`Measure::Duplicates`]; empty for [`Measure::PeriodBounds`].
    condition: String,
    measure: Measure,
}

impl Check {
    /// Whether it counts distinct keys, all of which must be held in memory.
    pub(super) fn counts_keys(&self) -> bool {
        self.measure == Measure::Duplicates
    }
}

/// A violated check in one submission; `rows` is `None` where only the bounds are known so far.
#[derive(Debug, Clone)]
pub(super) struct Violation {
    pub check: Check,
    pub rows: Option<u64>,
}

/// Result of the grouped scan for one submission.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// Rows that were decoded.
    pub rows: u64,
    pub violations: Vec<Violation>,
}

/// All checks of a contract, in a fixed order.
pub(super) fn checks_of(contract: &Contract) -> Vec<Check> {
    let mut checks = Vec::new();
    if !contract.reference {
        checks.push(org_code_check());
    }
    for field in &contract.fields {
        checks.extend(field_checks(field));
    }
    if let Some(field) = &contract.period_field {
        checks.push(Check {
            rule: "period".to_owned(),
            column: field.clone(),
            level: FindingLevel::Blocking,
            message: format!("{field} lies outside the submission's month (Europe/London)"),
            condition: String::new(),
            measure: Measure::PeriodBounds,
        });
    }
    let keys: Vec<String> = key_fields(contract).map(|field| quoted(&field.name)).collect();
    if !keys.is_empty() {
        checks.push(duplicates_check(contract, &keys.join(", ")));
    }
    checks.extend(contract.rules.iter().map(|rule| Check {
        rule: rule.name.clone(),
        column: String::new(),
        level: level_of(rule.severity),
        message: rule.description.clone(),
        condition: rule.violation.clone(),
        measure: Measure::Failing,
    }));
    checks
}

/// Key fields; `org_code` adds nothing inside one organisation's submission.
fn key_fields(contract: &Contract) -> impl Iterator<Item = &Field> {
    contract.fields.iter().filter(|field| field.key && (contract.reference || field.name != "org_code"))
}

fn org_code_check() -> Check {
    Check {
        rule: "org_code".to_owned(),
        column: "org_code".to_owned(),
        level: FindingLevel::Blocking,
        message: "org_code differs from the organisation in the path".to_owned(),
        condition: "org_code <> org".to_owned(),
        measure: Measure::Failing,
    }
}

fn duplicates_check(contract: &Contract, keys: &str) -> Check {
    let names: Vec<&str> = key_fields(contract).map(|field| field.name.as_str()).collect();
    Check {
        rule: "unique".to_owned(),
        column: names.join(", "),
        level: FindingLevel::Blocking,
        message: format!("{} is not unique within the submission", names.join(", ")),
        condition: keys.to_owned(),
        measure: Measure::Duplicates,
    }
}

fn field_checks(field: &Field) -> Vec<Check> {
    let name = quoted(&field.name);
    let mut checks = Vec::new();
    let mut add = |rule: &str, level, message: String, condition: String, measure| {
        checks.push(Check { rule: rule.to_owned(), column: field.name.clone(), level, message, condition, measure });
    };
    if field.required {
        let message = format!("{} is required but empty", field.name);
        add(REQUIRED_RULE, FindingLevel::Blocking, message, format!("{name} IS NULL"), Measure::Nulls);
    }
    if !field.valid_values.is_empty() {
        let values: Vec<String> = field.valid_values.iter().map(|value| literal(field.field_type, value)).collect();
        let message = format!("{} is not one of {}", field.name, field.valid_values.join(", "));
        let condition = format!("{name} NOT IN ({})", values.join(", "));
        add("valid_values", level_of(field.severity), message, condition, Measure::Failing);
    }
    if let Some(condition) = range_condition(&name, field) {
        let message = match (field.minimum, field.maximum) {
            (Some(low), Some(high)) => format!("{} lies outside {low} to {high}", field.name),
            (Some(low), None) => format!("{} lies below {low}", field.name),
            (_, high) => format!("{} lies above {}", field.name, high.unwrap_or_default()),
        };
        add("range", level_of(field.severity), message, condition, Measure::Failing);
    }
    checks
}

fn range_condition(name: &str, field: &Field) -> Option<String> {
    let low = field.minimum.map(|low| format!("{name} < {low}"));
    let high = field.maximum.map(|high| format!("{name} > {high}"));
    match (low, high) {
        (None, None) => None,
        (low, high) => Some([low, high].into_iter().flatten().collect::<Vec<_>>().join(" OR ")),
    }
}

fn literal(field_type: FieldType, value: &str) -> String {
    if field_type == FieldType::Integer { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

fn level_of(severity: Severity) -> FindingLevel {
    match severity {
        Severity::Blocking => FindingLevel::Blocking,
        Severity::Warning => FindingLevel::Warning,
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The same checks with all row conditions joined into one, which costs a third of counting them apart. A submission
/// without a violation here has none; only the others need the checks one by one.
pub(super) fn screening_of(checks: &[Check]) -> Vec<Check> {
    let by_row = |check: &&Check| matches!(check.measure, Measure::Failing | Measure::Nulls);
    let conditions: Vec<String> = checks.iter().filter(by_row).map(|check| format!("({})", check.condition)).collect();
    let mut screening: Vec<Check> = checks.iter().filter(|check| !by_row(check)).cloned().collect();
    if !conditions.is_empty() {
        screening.push(Check {
            rule: String::new(),
            column: String::new(),
            level: FindingLevel::Warning,
            message: String::new(),
            condition: conditions.join(" OR "),
            measure: Measure::Failing,
        });
    }
    screening
}

/// The grouped statement: one row per submission, one or two columns per check. The conditions are worked out in the
/// scan, where the values from a file's path are constants; the grouping is by a number, which costs less than by
/// organisation and month.
pub(super) fn grouped_sql(contract: &Contract, checks: &[Check]) -> String {
    let mut inner = vec![SUBMISSION_NUMBER.to_owned()];
    let mut columns = vec![SUBMISSION_NUMBER.to_owned(), "COUNT(*) AS row_count".to_owned()];
    for (i, check) in checks.iter().enumerate() {
        let (from_row, over_rows) = match check.measure {
            Measure::Failing => (check.condition.clone(), format!("COUNT(*) FILTER (WHERE v{i}) AS c{i}")),
            Measure::Nulls => (quoted(&check.column), format!("COUNT(*) - COUNT(v{i}) AS c{i}")),
            Measure::PeriodBounds => (quoted(&check.column), format!("MIN(v{i}) AS c{i}, MAX(v{i}) AS c{i}_max")),
            Measure::Duplicates => (distinct_of(&check.condition), format!("COUNT(*) - COUNT(DISTINCT v{i}) AS c{i}")),
        };
        inner.push(format!("{from_row} AS v{i}"));
        columns.push(over_rows);
    }
    let (columns, inner, dataset) = (columns.join(", "), inner.join(", "), quoted(&contract.dataset));
    let (from, by) = (format!("(SELECT {inner} FROM {dataset})"), SUBMISSION_NUMBER);
    format!("SELECT {columns} FROM {from} GROUP BY {by} ORDER BY {by}")
}

/// Several keys are counted as one text: the engine holds each struct with the whole batch that it came from, so that a
/// few thousand would exhaust its memory. The parts end in a control character, and a null differs from every text.
fn distinct_of(keys: &str) -> String {
    if !keys.contains(", ") {
        return keys.to_owned();
    }
    let part = |key: &str| format!("CASE WHEN {key} IS NULL THEN '-' ELSE '+' || CAST({key} AS VARCHAR) END");
    keys.split(", ").map(part).collect::<Vec<_>>().join(" || '\u{1f}' || ")
}

/// The statement that counts the rows whose key another row has, one row of each key left out. It groups, and so can spill.
pub(super) fn duplicates_sql(contract: &Contract, check: &Check) -> String {
    let (dataset, keys) = (quoted(&contract.dataset), &check.condition);
    let copies = format!("SELECT COUNT(*) AS copies FROM {dataset} GROUP BY {keys}");
    format!("SELECT CAST(COALESCE(SUM(copies - 1), 0) AS BIGINT) AS row_count FROM ({copies})")
}

/// The only number of a statement that counts.
pub(super) fn read_count(batches: &[RecordBatch]) -> u64 {
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    let count = first.and_then(|batch| integer((batch, 0), "row_count"));
    count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
}

/// The statement that returns a violation's rows inside one submission, at most `most` of them.
pub(super) fn failing_sql(contract: &Contract, check: &Check, submission: &Submission, most: usize) -> String {
    let columns = contract.fields.iter().map(|field| quoted(&field.name)).collect::<Vec<_>>().join(", ");
    let order = (1..=contract.fields.len()).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let source = failing_source(contract, check, submission);
    format!("SELECT {columns} FROM {source} ORDER BY {order} LIMIT {most}")
}

/// The statement that counts a violation's rows inside one submission.
pub(super) fn failing_count_sql(contract: &Contract, check: &Check, submission: &Submission) -> String {
    format!("SELECT COUNT(*) AS row_count FROM {}", failing_source(contract, check, submission))
}

fn failing_source(contract: &Contract, check: &Check, submission: &Submission) -> String {
    let dataset = quoted(&contract.dataset);
    match check.measure {
        Measure::Failing | Measure::Nulls => format!("{dataset} WHERE {}", check.condition),
        // Keys that stand twice are few; a window over all rows would hold them all in memory.
        Measure::Duplicates => {
            let keys = &check.condition;
            let twice = format!("SELECT {keys} FROM {dataset} GROUP BY {keys} HAVING COUNT(*) > 1");
            let same = |key: &str| format!("{dataset}.{key} = twice.{key}");
            let same = keys.split(", ").map(same).collect::<Vec<_>>().join(" AND ");
            format!("{dataset} LEFT SEMI JOIN ({twice}) AS twice ON {same}")
        }
        Measure::PeriodBounds => {
            let column = quoted(&check.column);
            let (first, last) = period_limits(contract, check, submission);
            let number = if field_type(contract, &check.column) == Some(FieldType::Date) { "INT" } else { "BIGINT" };
            format!("{dataset} WHERE CAST({column} AS {number}) NOT BETWEEN {first} AND {last}")
        }
    }
}

fn field_type(contract: &Contract, name: &str) -> Option<FieldType> {
    contract.fields.iter().find(|field| field.name == name).map(|field| field.field_type)
}

/// First and last value inside the submission's months: days for dates, microseconds for timestamps.
fn period_limits(contract: &Contract, check: &Check, submission: &Submission) -> (i64, i64) {
    let Some(scope) = &submission.scope else { return (i64::MIN, i64::MAX) };
    if field_type(contract, &check.column) == Some(FieldType::Date) {
        (i64::from(month_days(scope.span.first)), i64::from(days_since_epoch(scope.span.last.last_day())))
    } else {
        let next = scope.span.last.plus(1).start_utc().timestamp_micros();
        (scope.span.first.start_utc().timestamp_micros(), next - 1)
    }
}

/// Reads the grouped result: violations by submission. `submissions` stand in the order of their numbers.
pub(super) fn read_outcomes(
    contract: &Contract,
    checks: &[Check],
    batches: &[RecordBatch],
    submissions: &[&Submission],
) -> BTreeMap<GroupKey, Outcome> {
    let mut outcomes = BTreeMap::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let number = integer((batch, row), SUBMISSION_NUMBER).and_then(|number| usize::try_from(number).ok());
            if let Some(submission) = number.and_then(|number| submissions.get(number)) {
                outcomes.insert(key_of(submission), read_row(contract, checks, (batch, row), submission));
            }
        }
    }
    outcomes
}

/// Organisation and first day of the span as days since 1970, or nothing for a reference dataset.
pub(super) type GroupKey = Option<(String, i32)>;

/// What tells the submissions of one table apart.
pub(super) fn key_of(submission: &Submission) -> GroupKey {
    submission.scope.as_ref().map(|scope| (scope.org_code.clone(), month_days(scope.span.first)))
}

fn read_row(contract: &Contract, checks: &[Check], at: (&RecordBatch, usize), submission: &Submission) -> Outcome {
    let rows = integer(at, "row_count").and_then(|rows| u64::try_from(rows).ok());
    let mut outcome = Outcome { rows: rows.unwrap_or(0), violations: Vec::new() };
    for (i, check) in checks.iter().enumerate() {
        let value = |suffix: &str| integer(at, &format!("c{i}{suffix}"));
        let rows = match check.measure {
            Measure::PeriodBounds => {
                let (first, last) = period_limits(contract, check, submission);
                let outside =
                    value("").is_some_and(|least| least < first) || value("_max").is_some_and(|most| most > last);
                outside.then_some(None)
            }
            _ => value("").filter(|rows| *rows > 0).map(|rows| u64::try_from(rows).ok()),
        };
        if let Some(rows) = rows {
            outcome.violations.push(Violation { check: check.clone(), rows });
        }
    }
    outcome
}

fn integer((batch, row): (&RecordBatch, usize), name: &str) -> Option<i64> {
    let column = batch.column_by_name(name)?;
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row)),
        DataType::Date32 => Some(i64::from(column.as_primitive::<Date32Type>().value(row))),
        DataType::Timestamp(..) => Some(column.as_primitive::<TimestampMicrosecondType>().value(row)),
        _ => None,
    }
}
