//! Reads the SQL checks of a contract, which stand in one fixed form so that any tool and this program execute the same.
//! It runs nothing: it only takes the condition out of the statement and refuses what could mean something else.

use super::odcs::AllowedRange;

/// Clauses and statements that have no place in a condition.
const REFUSED_WORDS: [&str; 12] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "WINDOW",
];
/// What may stand between words, besides spaces and texts in single quotes.
const PUNCTUATION: &str = "(),.<>=+-*/";

/// The condition of `SELECT COUNT(*) FROM <dataset> WHERE <condition>`, with every run of white space as one space.
///
/// It holds names of `fields` in lower case, keywords in upper case, numbers, and texts in single quotes.
///
/// Errors: what is wrong with the statement, in words.
pub(super) fn condition_of(query: &str, dataset: &str, fields: &[&str]) -> Result<String, String> {
    let form = format!("SELECT COUNT(*) FROM {dataset} WHERE ");
    let statement = query.split_whitespace().collect::<Vec<_>>().join(" ");
    let condition = statement
        .strip_prefix(&form)
        .filter(|condition| !condition.is_empty())
        .ok_or_else(|| format!("must be “{form}<condition that is true on a row that breaks the rule>”"))?;
    check_condition(condition, fields)?;
    Ok(condition.to_owned())
}

/// Whether a condition holds names of `fields`, keywords, numbers and texts only.
///
/// Errors: what is wrong with it, in words.
pub(in crate::definitions) fn check_condition(condition: &str, fields: &[&str]) -> Result<(), String> {
    let pieces: Vec<&str> = condition.split('\'').collect();
    if pieces.len().is_multiple_of(2) {
        return Err("a text is not closed by a single quote".to_owned());
    }
    // Outside and inside of quotes take turns, beginning outside.
    let code = pieces.into_iter().step_by(2).collect::<Vec<_>>().join(" '' ");
    if code.contains("--") || code.contains("/*") {
        return Err("holds a comment".to_owned());
    }
    let foreign =
        |c: &char| !(c.is_ascii_alphanumeric() || *c == '_' || *c == ' ' || *c == '\'' || PUNCTUATION.contains(*c));
    if let Some(character) = code.chars().find(foreign) {
        return Err(format!("holds “{character}”, which is not allowed in a condition"));
    }
    check_parentheses(&code)?;
    check_words(&code, fields)
}

fn check_parentheses(code: &str) -> Result<(), String> {
    let mut open = 0_usize;
    for character in code.chars() {
        match character {
            '(' => open += 1,
            ')' => open = open.checked_sub(1).ok_or("closes a bracket that was not opened")?,
            _ => {}
        }
    }
    if open == 0 { Ok(()) } else { Err("does not close every bracket".to_owned()) }
}

fn check_words(code: &str, fields: &[&str]) -> Result<(), String> {
    let words = code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    for word in words {
        if REFUSED_WORDS.contains(&word) {
            return Err(format!("holds {word}; only a condition over the fields of one row is allowed"));
        }
        if word.contains(|c: char| c.is_ascii_lowercase()) && !fields.contains(&word) {
            return Err(format!("“{word}” is not a field; keywords are in upper case"));
        }
    }
    Ok(())
}

/// The range that a condition over one field stands for: `x < 0`, `x > 9` or `x < 0 OR x > 9`.
/// `None` when it is of no such form or no value would be left.
pub(super) fn range_of(condition: &str, field: &str) -> Option<AllowedRange> {
    let limit = |part: &str, sign: &str| part.strip_prefix(field)?.strip_prefix(sign)?.parse().ok();
    let range = match condition.split_once(" OR ") {
        Some((low, high)) => AllowedRange { minimum: Some(limit(low, " < ")?), maximum: Some(limit(high, " > ")?) },
        None => AllowedRange { minimum: limit(condition, " < "), maximum: limit(condition, " > ") },
    };
    is_range(range).then_some(range)
}

/// Whether some limit is set and a value is left between two of them.
pub(super) fn is_range(range: AllowedRange) -> bool {
    match (range.minimum, range.maximum) {
        (None, None) => false,
        (Some(minimum), Some(maximum)) => minimum <= maximum,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 3] = ["kind", "opened_on", "closed_on"];

    fn read(condition: &str) -> Result<String, String> {
        condition_of(&format!("SELECT COUNT(*) FROM visits WHERE {condition}"), "visits", &FIELDS)
    }

    #[test]
    fn the_condition_is_what_follows_the_fixed_form() {
        let folded = "SELECT COUNT(*)\n FROM visits  WHERE kind = 'a; b'\n AND opened_on > closed_on";
        assert_eq!(condition_of(folded, "visits", &FIELDS).unwrap(), "kind = 'a; b' AND opened_on > closed_on");
        assert_eq!(
            read("closed_on <> opened_on + INTERVAL '1 month'").unwrap(),
            "closed_on <> opened_on + INTERVAL '1 month'"
        );
        for other in ["SELECT COUNT(*) FROM visit WHERE kind = 'a'", "select count(*) from visits where kind = 'a'", ""]
        {
            let message = condition_of(other, "visits", &FIELDS).unwrap_err();
            assert!(message.starts_with("must be “SELECT COUNT(*) FROM visits WHERE <"), "{message}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for (condition, message) in [
            ("kind = 'a", "a text is not closed by a single quote"),
            ("kind = 'a' -- OR 1 = 1", "holds a comment"),
            ("kind = 'a'; DROP TABLE visits", "holds “;”, which is not allowed in a condition"),
            ("kind = ${kind}", "holds “$”, which is not allowed in a condition"),
            ("TRUE) OR (TRUE", "closes a bracket that was not opened"),
            ("(kind = 'a'", "does not close every bracket"),
            ("closd_on < opened_on", "“closd_on” is not a field; keywords are in upper case"),
            ("kind = 'a' GROUP BY kind", "holds GROUP; only a condition over the fields of one row is allowed"),
        ] {
            assert_eq!(read(condition).unwrap_err(), message, "{condition}");
        }
    }

    #[test]
    fn ranges_are_read_from_their_three_forms_only() {
        let range = |minimum, maximum| Some(AllowedRange { minimum, maximum });
        assert_eq!(range_of("x < 0", "x"), range(Some(0), None));
        assert_eq!(range_of("x > 9", "x"), range(None, Some(9)));
        assert_eq!(range_of("x < -1 OR x > 9", "x"), range(Some(-1), Some(9)));
        for other in [
            "x <= 0",
            "y < 0",
            "x < 0.5",
            "x > 9 OR x < 0",
            "x < 0 OR x < 1",
            "x < 9 OR x > 0",
            "x < 0 OR x > 9 OR x > 10",
        ] {
            assert_eq!(range_of(other, "x"), None, "{other}");
        }
    }
}
