//! Reads `queries/rollups/<name>.toml` and the SQL beside it, strictly.
//! It plans and runs nothing: whether the SQL returns these columns is the engine's to say.

use super::contract_file::check_condition;
use super::model::{FieldType, Rollup, StatementColumn};
use super::problem::{DefinitionProblem, Problems, is_identifier};

/// The first two keys of every roll-up.
const FIRST_KEYS: [(&str, FieldType); 2] = [("org_code", FieldType::String), ("month", FieldType::Date)];
/// Tables that every metric sees beside its roll-ups, so that no roll-up may take their names.
const RESERVED_NAMES: [&str; 2] = ["months", "organisations"];
/// Columns that a submitted roll-up gets from its folder; `period` may be a key and is then checked against the folder.
const PATH_COLUMNS: [&str; 3] = ["submitted", "org", "folder_period"];

/// A roll-up from its two files. `file` is the path of the TOML inside the definitions; its stem must be the name.
///
/// Errors: every problem found. A text that is no roll-up at all is one problem, with line and column.
pub fn parse_rollup(file: &str, toml: &str, sql: &str) -> Result<Rollup, Vec<DefinitionProblem>> {
    let mut rollup: Rollup =
        toml::from_str(toml).map_err(|error| vec![DefinitionProblem::from_toml(file, toml, &error)])?;
    sql.clone_into(&mut rollup.sql);

    let mut problems = Problems::of(file);
    check_names(&rollup, file, &mut problems);
    check_first_keys(&rollup, &mut problems);
    check_columns(&rollup, &mut problems);
    check_rules(&rollup, &mut problems);
    if rollup.sql.trim().is_empty() {
        problems.add("", "the SQL file beside it is missing or empty");
    }
    problems.unless_any(rollup)
}

fn check_names(rollup: &Rollup, file: &str, problems: &mut Problems<'_>) {
    let stem = file.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).unwrap_or_default();
    if rollup.name != stem {
        problems.add("name", format!("is “{}”, but the file is named “{stem}”", rollup.name));
    }
    if !is_identifier(&rollup.name) {
        problems.add("name", "must be lower-case letters, digits and _, beginning with a letter");
    }
    if RESERVED_NAMES.contains(&rollup.name.as_str()) {
        problems.add("name", format!("“{}” is a table that every metric has already", rollup.name));
    }
    for (key, text) in [("title", &rollup.title), ("description", &rollup.description), ("dataset", &rollup.dataset)] {
        problems.check_text(key, text);
    }
}

fn check_first_keys(rollup: &Rollup, problems: &mut Problems<'_>) {
    for (at, (name, field_type)) in FIRST_KEYS.iter().enumerate() {
        let fits =
            rollup.keys.get(at).is_some_and(|key| key.name == *name && key.field_type == *field_type && !key.nullable);
        if !fits {
            let type_name = if *field_type == FieldType::Date { "date" } else { "string" };
            problems.add(format!("keys[{at}]"), format!("must be {name}, a {type_name} that is never null"));
        }
    }
}

fn check_columns(rollup: &Rollup, problems: &mut Problems<'_>) {
    check_descriptions("keys", &rollup.keys, problems);
    check_descriptions("measures", &rollup.measures, problems);
    problems.check_unique("columns", rollup.keys.iter().chain(&rollup.measures).map(|column| column.name.as_str()));
    if rollup.measures.is_empty() {
        problems.add("measures", "needs at least one");
    }
    for (at, measure) in rollup.measures.iter().enumerate() {
        if measure.field_type != FieldType::Integer || measure.nullable {
            problems.add(format!("measures[{at}]"), "must be an integer that is never null, so that it can be added");
        }
    }
}

fn check_rules(rollup: &Rollup, problems: &mut Problems<'_>) {
    let columns: Vec<&str> = rollup.keys.iter().chain(&rollup.measures).map(|column| column.name.as_str()).collect();
    problems.check_unique("rules", rollup.rules.iter().map(|rule| rule.name.as_str()));
    for (at, rule) in rollup.rules.iter().enumerate() {
        if !is_identifier(&rule.name) {
            problems
                .add(format!("rules[{at}].name"), "must be lower-case letters, digits and _, beginning with a letter");
        }
        problems.check_text(&format!("rules[{at}].description"), &rule.description);
        if rule.violation.trim().is_empty() {
            problems.add(format!("rules[{at}].violation"), "is empty");
        } else if let Err(message) = check_condition(&rule.violation, &columns) {
            problems.add(format!("rules[{at}].violation"), message);
        }
    }
}

fn check_descriptions(list: &str, columns: &[StatementColumn], problems: &mut Problems<'_>) {
    for (at, column) in columns.iter().enumerate() {
        if !is_identifier(&column.name) {
            problems.add(format!("{list}[{at}].name"), format!("“{}” is not a plain column name", column.name));
        }
        if PATH_COLUMNS.contains(&column.name.as_str()) {
            problems.add(format!("{list}[{at}].name"), "is the name of a column that comes from the folder");
        }
        problems.check_text(&format!("{list}[{at}].description"), &column.description);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "queries/rollups/visits.toml";
    const GOOD: &str = r#"
        name = "visits"
        title = "Visits"
        description = "Visits by kind."
        dataset = "visits"
        keys = [
            { name = "org_code", type = "string", description = "Organisation" },
            { name = "month", type = "date", description = "Month" },
            { name = "closed_month", type = "date", nullable = true, description = "Month of closing" },
        ]
        measures = [{ name = "visits", type = "integer", description = "Visits" }]
    "#;

    fn problems(toml: &str, sql: &str) -> Vec<String> {
        parse_rollup(FILE, toml, sql).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_a_rollup_with_its_sql() {
        let rollup = parse_rollup(FILE, GOOD, "SELECT 1").unwrap();
        assert_eq!((rollup.keys.len(), rollup.sql.as_str()), (3, "SELECT 1"));
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let bad = GOOD
            .replace("name = \"visits\"\n", "name = \"months\"\n")
            .replace("\"month\", type = \"date\"", "\"month\", type = \"timestamp\"")
            .replace("{ name = \"visits\", type = \"integer\"", "{ name = \"org_code\", type = \"string\"");
        let expected = [
            "queries/rollups/visits.toml: name: is “months”, but the file is named “visits”",
            "queries/rollups/visits.toml: name: “months” is a table that every metric has already",
            "queries/rollups/visits.toml: keys[1]: must be month, a date that is never null",
            "queries/rollups/visits.toml: columns[3]: “org_code” is there twice",
            "queries/rollups/visits.toml: measures[0]: must be an integer that is never null, so that it can be added",
            "queries/rollups/visits.toml: the SQL file beside it is missing or empty",
        ];
        assert_eq!(problems(&bad, " \n"), expected);
    }

    #[test]
    fn rules_are_conditions_over_the_columns() {
        let rule = |name: &str, description: &str, violation: &str| {
            format!(
                "{GOOD}[[rules]]\nname = \"{name}\"\ndescription = \"{description}\"\nviolation = \"{violation}\"\n"
            )
        };
        let rollup = parse_rollup(FILE, &rule("closed_early", "Closed before.", "closed_month < month"), "SELECT 1");
        assert_eq!(rollup.unwrap().rules[0].violation, "closed_month < month");
        let found = problems(&rule("Closed", " ", "closd_month < month"), "SELECT 1");
        let expected = [
            "queries/rollups/visits.toml: rules[0].name: must be lower-case letters, digits and _, beginning with a letter",
            "queries/rollups/visits.toml: rules[0].description: is empty",
            "queries/rollups/visits.toml: rules[0].violation: “closd_month” is not a field; keywords are in upper case",
        ];
        assert_eq!(found, expected);
        let select = rule("other", "Other.", "visits > (SELECT 1)");
        assert!(problems(&select, "SELECT 1")[0].contains("rules[0].violation: holds SELECT"));
    }

    #[test]
    fn unknown_keys_are_refused_with_their_place() {
        let found = problems(&GOOD.replace("title =", "titel ="), "SELECT 1");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("queries/rollups/visits.toml: line 3, column 9: unknown field `titel`"),
            "{}",
            found[0]
        );
    }
}
