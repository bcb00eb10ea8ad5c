//! The engine's errors in our own words: what is wrong with the statement or the rows, without the names of the engine's parts.

use datafusion::error::DataFusionError;

/// Parts of the engine that its messages begin with. They tell an operator nothing.
const PARTS: [&str; 5] =
    ["Execution error: ", "Error during planning: ", "Schema error: ", "Arrow error: ", "External error: "];

/// What the engine calls statements that do more than read.
const NOT_READING: [&str; 3] = ["DDL not supported", "DML not supported", "Statement not supported"];

/// What is wrong, on one line. Engine messages add back traces and hints on further lines; the first says what is wrong.
pub(super) fn in_own_words(error: &DataFusionError) -> String {
    match error {
        DataFusionError::Diagnostic(_, inner) => return in_own_words(inner),
        DataFusionError::SQL(error, _) => {
            let text = error.to_string();
            let reason = text.strip_prefix("sql parser error: ").unwrap_or(&text);
            return format!("the statement is not SQL that can be read: {}", first_line(reason));
        }
        _ => {}
    }
    let text = error.strip_backtrace();
    let mut words = first_line(&text);
    while let Some(rest) = PARTS.iter().find_map(|part| words.strip_prefix(part)) {
        words = rest;
    }
    if NOT_READING.iter().any(|start| words.starts_with(start)) {
        return "the statement does more than read; write one SELECT statement, which changes nothing".to_owned();
    }
    if words.contains("only supports a single SQL statement") {
        return "there is more than one statement; write one SELECT statement".to_owned();
    }
    match words.strip_prefix("This feature is not implemented: ") {
        Some(what) => format!("the engine cannot run this: {what}"),
        None => words.to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
