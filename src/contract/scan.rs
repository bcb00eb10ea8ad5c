//! Turns a contract into one grouped statement and its result into findings.
//! Builds SQL from the contract's names and conditions only, never from data.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};

use super::SUBMISSION_NUMBER;
use super::limits::{Allowed, ColumnLimits, LARGEST_NUMBER, MOST_IN_TOTAL_MILLIONS, YEARS, number_type};
use crate::definitions::model::{Contract, Field, FieldType, Severity};
use crate::sources::Submission;
use crate::vocabulary::finding::FindingLevel;
use crate::vocabulary::quantity::count_text;

/// Rule of a required field that is empty; its findings count the empty cells.
pub const REQUIRED_RULE: &str = "required";

/// Rule of a number that lies outside its limits.
const RANGE_RULE: &str = "range";

/// Rule of a date that belongs to another month than the submission.
pub(super) const PERIOD_RULE: &str = "period";

pub(super) const ORG_CODE: &str = "org_code";

/// Characters that leave a text blank.
const BLANKS: &str = " \t\r\n\u{a0}";

/// How a check shows in the grouped statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum CheckCount {
    /// Rows on which the condition is true.
    Failing,
    /// Rows without the value: all rows less the non-null ones.
    Nulls,
    /// Least and greatest value, held against limits.
    Bounds(ColumnLimits),
    /// The sum of all values without their signs, in millions.
    Total,
    /// Rows less distinct keys.
    Duplicates,
    /// Nothing: the column is read, so that damage in it shows.
    Read,
}

/// One rule of a contract, ready to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleCheck {
    pub rule: String,
    pub column: String,
    pub level: FindingLevel,
    pub message: String,
    /// SQL condition that is true on a failing row; the key's columns for [`CheckCount::Duplicates`]; empty where the
    /// column itself is measured.
    condition: String,
    measure: CheckCount,
}

impl RuleCheck {
    /// A condition that is true on each row that breaks it; `None` where no condition on single rows says so.
    fn screening_condition(&self, contract: &Contract, most_rows: u64) -> Option<String> {
        let column = quoted(&self.column);
        match self.measure {
            CheckCount::Failing | CheckCount::Nulls => Some(self.condition.clone()),
            // So many numbers of at most this size cannot add up to more.
            CheckCount::Total => {
                let most = MOST_IN_TOTAL_MILLIONS.saturating_mul(1_000_000);
                let size = most / i64::try_from(most_rows.max(1)).unwrap_or(i64::MAX);
                Some(format!("{column} NOT BETWEEN -{size} AND {size}"))
            }
            CheckCount::Bounds(limits) => limits.screening_condition(&column, field_type(contract, &self.column)),
            CheckCount::Duplicates | CheckCount::Read => None,
        }
    }

    /// Whether [`super::representatives`] break it if any row does: it holds one column's values against limits, or looks at
    /// each of them where all are there.
    pub(super) fn is_decided_by_values(&self, contract: &Contract) -> bool {
        match self.measure {
            CheckCount::Nulls | CheckCount::Bounds(_) | CheckCount::Total | CheckCount::Read => true,
            CheckCount::Duplicates => false,
            CheckCount::Failing if self.column.is_empty() => false,
            CheckCount::Failing => {
                let every_value_is_there =
                    matches!(field_type(contract, &self.column), FieldType::String | FieldType::Boolean);
                every_value_is_there || self.rule == RANGE_RULE
            }
        }
    }

    /// Whether it counts distinct keys, all of which must be held in memory.
    pub(super) fn counts_keys(&self) -> bool {
        self.measure == CheckCount::Duplicates
    }
}

/// A violated check in one submission; `rows` is `None` where only the bounds are known so far.
#[derive(Debug, Clone)]
pub(super) struct Violation {
    pub check: RuleCheck,
    pub rows: Option<u64>,
}

/// Result of the grouped scan for one submission.
#[derive(Debug, Clone, Default)]
pub(super) struct ScanResult {
    /// Rows that were decoded.
    pub rows: u64,
    pub violations: Vec<Violation>,
}

/// All checks of a contract, in a fixed order.
pub(super) fn checks_of(contract: &Contract) -> Vec<RuleCheck> {
    let mut checks = Vec::new();
    if !contract.reference {
        checks.push(org_code_check());
    }
    for field in &contract.fields {
        checks.extend(field_checks(field, contract));
    }
    if let Some(field) = &contract.period_field {
        checks.push(RuleCheck {
            rule: PERIOD_RULE.to_owned(),
            column: field.clone(),
            level: FindingLevel::Blocking,
            message: format!("{field} lies outside the submission's month (Europe/London)"),
            condition: String::new(),
            measure: CheckCount::Bounds(ColumnLimits::Period),
        });
    }
    let keys: Vec<String> = key_fields(contract).map(|field| quoted(&field.name)).collect();
    if !keys.is_empty() {
        checks.push(duplicates_check(contract, &keys.join(", ")));
    }
    checks.extend(contract.rules.iter().map(|rule| RuleCheck {
        rule: rule.name.clone(),
        column: String::new(),
        level: level_of(rule.severity),
        message: rule.description.clone(),
        condition: rule.violation.clone(),
        measure: CheckCount::Failing,
    }));
    checks
}

/// Key fields; `org_code` adds nothing inside one organisation's submission.
fn key_fields(contract: &Contract) -> impl Iterator<Item = &Field> {
    contract.fields.iter().filter(|field| field.key && (contract.reference || field.name != "org_code"))
}

fn org_code_check() -> RuleCheck {
    RuleCheck {
        rule: "org_code".to_owned(),
        column: "org_code".to_owned(),
        level: FindingLevel::Blocking,
        message: "org_code differs from the organisation in the path".to_owned(),
        condition: "org_code <> org".to_owned(),
        measure: CheckCount::Failing,
    }
}

fn duplicates_check(contract: &Contract, keys: &str) -> RuleCheck {
    let names: Vec<&str> = key_fields(contract).map(|field| field.name.as_str()).collect();
    let message = match names.as_slice() {
        [name] => format!("{name} has the same value as in another row of the submission"),
        _ => format!("{} have the same values as in another row of the submission", names.join(", ")),
    };
    RuleCheck {
        rule: "unique".to_owned(),
        column: names.join(", "),
        level: FindingLevel::Blocking,
        message,
        condition: keys.to_owned(),
        measure: CheckCount::Duplicates,
    }
}

fn field_checks(field: &Field, contract: &Contract) -> Vec<RuleCheck> {
    let mut checks = vec![if field.required { required_check(field) } else { reading_check(field) }];
    checks.extend(values_check(field));
    checks.extend(range_check(field));
    // The organisation's code is held against the path, which is checked.
    if contract.reference || field.name != ORG_CODE {
        checks.extend(pattern_check(field));
    }
    if contract.period_field.as_ref() != Some(&field.name) {
        checks.extend(date_check(field));
    }
    checks.extend(size_checks(field));
    checks
}

fn check_of(field: &Field, rule: &str, message: String) -> RuleCheck {
    RuleCheck {
        rule: rule.to_owned(),
        column: field.name.clone(),
        level: FindingLevel::Blocking,
        message,
        condition: String::new(),
        measure: CheckCount::Failing,
    }
}

/// A text that is empty or blank is no more there than a null.
fn required_check(field: &Field) -> RuleCheck {
    let name = quoted(&field.name);
    let check = check_of(field, REQUIRED_RULE, format!("{} is required but empty", field.name));
    // What is one of the valid values is not blank, and what is not is found by them.
    if field.field_type == FieldType::String && field.valid_values.is_empty() {
        return RuleCheck { condition: format!("({name} IS NULL OR {})", is_blank(&field.name)), ..check };
    }
    RuleCheck { condition: format!("{name} IS NULL"), measure: CheckCount::Nulls, ..check }
}

/// The condition that a text is there and says nothing. The first half holds for few texts but blank ones. Only where it
/// holds for any is the second half worked out, which makes a new text of each.
pub fn is_blank(field: &str) -> String {
    let name = quoted(field);
    format!("(({name} < '!' OR {name} BETWEEN '\u{a0}' AND '\u{a1}') AND btrim({name}, '{BLANKS}') = '')")
}

fn reading_check(field: &Field) -> RuleCheck {
    RuleCheck { measure: CheckCount::Read, ..check_of(field, "parquet", String::new()) }
}

fn values_check(field: &Field) -> Option<RuleCheck> {
    if field.valid_values.is_empty() {
        return None;
    }
    let values: Vec<String> = field.valid_values.iter().map(|value| literal(field.field_type, value)).collect();
    let message = format!("{} is not one of {}", field.name, field.valid_values.join(", "));
    let condition = format!("{} NOT IN ({})", quoted(&field.name), values.join(", "));
    Some(RuleCheck { level: level_of(field.severity), condition, ..check_of(field, "valid_values", message) })
}

fn range_check(field: &Field) -> Option<RuleCheck> {
    let condition = range_condition(&quoted(&field.name), field)?;
    let message = match (field.minimum, field.maximum) {
        (Some(low), Some(high)) => format!("{} lies outside {low} to {high}", field.name),
        (Some(low), None) => format!("{} lies below {low}", field.name),
        (_, high) => format!("{} lies above {}", field.name, high.unwrap_or_default()),
    };
    Some(RuleCheck { level: level_of(field.severity), condition, ..check_of(field, RANGE_RULE, message) })
}

fn pattern_check(field: &Field) -> Option<RuleCheck> {
    let pattern = field.pattern.as_ref()?.as_str();
    let message = format!("{} does not have the form {pattern}", field.name);
    let condition = format!("{} !~ '{pattern}'", quoted(&field.name));
    Some(RuleCheck { condition, ..check_of(field, "pattern", message) })
}

fn date_check(field: &Field) -> Option<RuleCheck> {
    if !matches!(field.field_type, FieldType::Date | FieldType::Timestamp) {
        return None;
    }
    let ([first, last], name) = (YEARS, &field.name);
    let (limits, message) = if field.may_lie_ahead {
        let message =
            format!("{name} lies outside the years {first} to {last}; where there is no date, leave it empty");
        (ColumnLimits::Calendar, message)
    } else {
        let message = format!(
            "{name} lies after the day of submission or before {first}; where there is no date yet, leave it empty"
        );
        (ColumnLimits::Past, message)
    };
    Some(RuleCheck { measure: CheckCount::Bounds(limits), ..check_of(field, "calendar", message) })
}

fn size_checks(field: &Field) -> Vec<RuleCheck> {
    if field.field_type != FieldType::Integer {
        return Vec::new();
    }
    let (name, largest) = (&field.name, count_text(LARGEST_NUMBER));
    let size = check_of(field, RANGE_RULE, format!("{name} lies outside -{largest} to {largest}"));
    let most = count_text(MOST_IN_TOTAL_MILLIONS);
    let total = check_of(field, "total", format!("{name} adds up to more than {most} millions"));
    vec![
        RuleCheck { measure: CheckCount::Bounds(ColumnLimits::Number), ..size },
        RuleCheck { measure: CheckCount::Total, ..total },
    ]
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

/// The checks that hold values against the ends of their types: they cannot fail on any value, as the arithmetic of a rule may.
pub(super) fn bounds_of(checks: &[RuleCheck]) -> Vec<RuleCheck> {
    let bounds = checks.iter().filter(|check| matches!(check.measure, CheckCount::Bounds(_) | CheckCount::Total));
    bounds.cloned().collect()
}

/// The same checks with as many as can be joined into one condition on a row, which costs a third of counting them apart.
/// The condition is true on every row that breaks one of them, and may be true on others: a submission without a violation
/// here has none, and only the others need the checks one by one. `most_rows` is the number of rows of the largest submission.
pub(super) fn screening_of(checks: &[RuleCheck], contract: &Contract, most_rows: u64) -> Vec<RuleCheck> {
    let mut conditions = Vec::new();
    let mut screening = Vec::new();
    for check in checks {
        match check.screening_condition(contract, most_rows) {
            Some(condition) => conditions.push(format!("({condition})")),
            None => screening.push(check.clone()),
        }
    }
    if !conditions.is_empty() {
        screening.push(RuleCheck {
            rule: String::new(),
            column: String::new(),
            level: FindingLevel::Warning,
            message: String::new(),
            condition: conditions.join(" OR "),
            measure: CheckCount::Failing,
        });
    }
    screening
}

/// The name of the grouped statement in messages.
pub(super) fn query_name(contract: &Contract) -> String {
    format!("contract of {}", contract.dataset)
}

/// The grouped statement: one row per submission, one or two columns per check. The conditions are worked out in the
/// scan, where the values from a file's path are constants; the grouping is by a number, which costs less than by
/// organisation and month.
pub(super) fn grouped_sql(contract: &Contract, checks: &[RuleCheck]) -> String {
    let mut inner = vec![SUBMISSION_NUMBER.to_owned()];
    let mut columns = vec![SUBMISSION_NUMBER.to_owned(), "COUNT(*) AS row_count".to_owned()];
    for (i, check) in checks.iter().enumerate() {
        let (from_row, over_rows) = match check.measure {
            CheckCount::Failing => (check.condition.clone(), format!("COUNT(*) FILTER (WHERE v{i}) AS c{i}")),
            CheckCount::Nulls => (quoted(&check.column), format!("COUNT(*) - COUNT(v{i}) AS c{i}")),
            CheckCount::Bounds(_) => (quoted(&check.column), format!("MIN(v{i}) AS c{i}, MAX(v{i}) AS c{i}_max")),
            CheckCount::Total => (quoted(&check.column), total_of(i)),
            CheckCount::Read => (quoted(&check.column), format!("COUNT(v{i}) AS c{i}")),
            CheckCount::Duplicates => {
                (distinct_of(&check.condition), format!("COUNT(*) - COUNT(DISTINCT v{i}) AS c{i}"))
            }
        };
        inner.push(format!("{from_row} AS v{i}"));
        columns.push(over_rows);
    }
    let (columns, inner, dataset) = (columns.join(", "), inner.join(", "), quoted(&contract.dataset));
    let (from, by) = (format!("(SELECT {inner} FROM {dataset})"), SUBMISSION_NUMBER);
    format!("SELECT {columns} FROM {from} GROUP BY {by} ORDER BY {by}")
}

/// Added up as floating-point numbers, which do not overflow; how exact they are does not matter at such a size.
fn total_of(i: usize) -> String {
    format!("CAST(SUM(ABS(CAST(v{i} AS DOUBLE))) / 1000000 AS BIGINT) AS c{i}")
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
pub(super) fn duplicates_sql(contract: &Contract, check: &RuleCheck) -> String {
    let (dataset, keys) = (quoted(&contract.dataset), &check.condition);
    let copies = format!("SELECT COUNT(*) AS copies FROM {dataset} GROUP BY {keys}");
    format!("SELECT CAST(COALESCE(SUM(copies - 1), 0) AS BIGINT) AS row_count FROM ({copies})")
}

/// The only number of a statement that counts.
pub(super) fn read_count(batches: &[RecordBatch]) -> u64 {
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    let count = first.and_then(|batch| OutcomeRow { batch, row: 0 }.integer("row_count"));
    count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
}

/// The statement that returns a violation's rows inside one submission, at most `most` of them.
pub(super) fn failing_sql(contract: &Contract, check: &RuleCheck, submission: &Submission, most: usize) -> String {
    let columns = contract.fields.iter().map(|field| quoted(&field.name)).collect::<Vec<_>>().join(", ");
    let order = (1..=contract.fields.len()).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let source = failing_source(contract, check, submission);
    format!("SELECT {columns} FROM {source} ORDER BY {order} LIMIT {most}")
}

/// The statement that counts a violation's rows inside one submission.
pub(super) fn failing_count_sql(contract: &Contract, check: &RuleCheck, submission: &Submission) -> String {
    format!("SELECT COUNT(*) AS row_count FROM {}", failing_source(contract, check, submission))
}

fn failing_source(contract: &Contract, check: &RuleCheck, submission: &Submission) -> String {
    let dataset = quoted(&contract.dataset);
    match check.measure {
        CheckCount::Failing | CheckCount::Nulls => format!("{dataset} WHERE {}", check.condition),
        // Keys that stand twice are few; a window over all rows would hold them all in memory.
        CheckCount::Duplicates => {
            let keys = &check.condition;
            let twice = format!("SELECT {keys} FROM {dataset} GROUP BY {keys} HAVING COUNT(*) > 1");
            let same = |key: &str| format!("{dataset}.{key} = twice.{key}");
            let same = keys.split(", ").map(same).collect::<Vec<_>>().join(" AND ");
            format!("{dataset} LEFT SEMI JOIN ({twice}) AS twice ON {same}")
        }
        CheckCount::Bounds(limits) => {
            let column = quoted(&check.column);
            let field_type = field_type(contract, &check.column);
            let Allowed { first, last } = limits.allowed(submission, field_type);
            let number = number_type(field_type);
            format!("{dataset} WHERE CAST({column} AS {number}) NOT BETWEEN {first} AND {last}")
        }
        CheckCount::Total | CheckCount::Read => format!("{dataset} WHERE {} IS NOT NULL", quoted(&check.column)),
    }
}

/// The type of a field that is there.
fn field_type(contract: &Contract, name: &str) -> FieldType {
    let field = contract.fields.iter().find(|field| field.name == name);
    field.map_or(FieldType::Integer, |field| field.field_type)
}

/// Reads the grouped result: what was found in each of `submissions`, which stand in the order of their numbers.
pub(super) fn read_outcomes(
    contract: &Contract,
    checks: &[RuleCheck],
    batches: &[RecordBatch],
    submissions: &[&Submission],
) -> Vec<ScanResult> {
    let mut outcomes = vec![ScanResult::default(); submissions.len()];
    for batch in batches {
        for row in 0..batch.num_rows() {
            let number =
                OutcomeRow { batch, row }.integer(SUBMISSION_NUMBER).and_then(|number| usize::try_from(number).ok());
            let Some(number) = number else { continue };
            if let (Some(submission), Some(outcome)) = (submissions.get(number), outcomes.get_mut(number)) {
                *outcome = read_row(contract, checks, OutcomeRow { batch, row }, submission);
            }
        }
    }
    outcomes
}

fn read_row(contract: &Contract, checks: &[RuleCheck], at: OutcomeRow<'_>, submission: &Submission) -> ScanResult {
    let rows = at.integer("row_count").and_then(|rows| u64::try_from(rows).ok());
    let mut outcome = ScanResult { rows: rows.unwrap_or(0), violations: Vec::new() };
    for (i, check) in checks.iter().enumerate() {
        let value = |suffix: &str| at.integer(&format!("c{i}{suffix}"));
        let rows = match check.measure {
            CheckCount::Bounds(limits) => {
                let Allowed { first, last } = limits.allowed(submission, field_type(contract, &check.column));
                let outside =
                    value("").is_some_and(|least| least < first) || value("_max").is_some_and(|most| most > last);
                outside.then_some(None)
            }
            CheckCount::Total => value("").filter(|total| *total > MOST_IN_TOTAL_MILLIONS).map(|_| None),
            CheckCount::Read => None,
            CheckCount::Failing | CheckCount::Nulls | CheckCount::Duplicates => {
                value("").filter(|rows| *rows > 0).map(|rows| u64::try_from(rows).ok())
            }
        };
        if let Some(rows) = rows {
            outcome.violations.push(Violation { check: check.clone(), rows });
        }
    }
    outcome
}

/// One row of what the checks counted.
#[derive(Clone, Copy)]
struct OutcomeRow<'b> {
    batch: &'b RecordBatch,
    row: usize,
}

impl OutcomeRow<'_> {
    fn integer(self, name: &str) -> Option<i64> {
        let column = self.batch.column_by_name(name)?;
        if column.is_null(self.row) {
            return None;
        }
        match column.data_type() {
            DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(self.row)),
            DataType::Date32 => Some(i64::from(column.as_primitive::<Date32Type>().value(self.row))),
            DataType::Timestamp(..) => Some(column.as_primitive::<TimestampMicrosecondType>().value(self.row)),
            _ => None,
        }
    }
}
