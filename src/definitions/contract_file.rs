//! Reads `schemas/<dataset>.odcs.yaml`, an Open Data Contract Standard v3 file, strictly: what is not understood is refused.
//! It reads no data and runs no statement; that the conditions of its rules work is the engine's to say.

mod conditions;
mod fields;
mod odcs;
mod preparation;
#[cfg(test)]
mod tests;

use super::model::{Contract, CrossFieldRule, Field, FieldType};
use super::problem::is_identifier;
use super::problem::{DefinitionProblem, Problems};
use crate::vocabulary::period::Month;
pub(super) use conditions::check_condition;
use conditions::condition_of;
use fields::{MUST_BE_ZERO, read_fields, read_severity};
use odcs::{CustomProperty, Document, Quality, SchemaObject, Server, ServiceLevel};

/// A contract from its text. `file` is the path inside the definitions; its name must be that of the dataset.
///
/// Errors: every problem found. A text with an unknown key, a key given twice or a value of the wrong type is no
/// contract at all and is one problem, with line and column.
pub fn parse_contract(file: &str, text: &str) -> Result<Contract, Vec<DefinitionProblem>> {
    let document: Document = serde_saphyr::from_str(text).map_err(|error| vec![from_yaml(file, &error)])?;
    let mut problems = Problems::of(file);
    check_heading(&document, &mut problems);
    for (at, server) in document.servers.iter().enumerate() {
        check_server(server, &format!("servers[{at}]"), &mut problems);
    }
    let [dataset] = document.schema.as_slice() else {
        problems.add("schema", "must hold exactly one dataset");
        return Err(problems.into_found());
    };
    check_dataset(dataset, file, &mut problems);
    let fields = read_fields(dataset, &mut problems);
    let custom = read_custom(&document.custom_properties, &mut problems);
    let contract = Contract {
        dataset: dataset.name.clone(),
        version: document.version,
        title: document.name,
        description: dataset.description.trim().to_owned(),
        reference: custom.reference,
        rules: read_rules(dataset, &mut problems),
        fields,
        period_field: custom.period_field,
        deadline_days: read_deadline(&document.sla_properties, &mut problems),
        expected_from: custom.expected_from,
        expected_since: custom.expected_since,
    };
    check_whole(&contract, &mut problems);
    problems.unless_any(contract)
}

fn from_yaml(file: &str, error: &serde_saphyr::Error) -> DefinitionProblem {
    DefinitionProblem::new(file, "", error.without_snippet().to_string())
}

fn check_heading(document: &Document, problems: &mut Problems<'_>) {
    if !document.api_version.starts_with("v3.") {
        problems.add("apiVersion", "must be a version 3 of the standard, such as v3.1.0");
    }
    for (key, text, expected) in [("kind", &document.kind, "DataContract"), ("status", &document.status, "active")] {
        if text != expected {
            problems.add(key, format!("must be {expected}"));
        }
    }
    let numbers: Vec<&str> = document.version.split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        problems.add("version", "must be three numbers, such as 1.0.0");
    }
    for (key, text) in [
        ("id", &document.id),
        ("name", &document.name),
        ("domain", &document.domain),
        ("description.purpose", &document.description.purpose),
        ("description.limitations", &document.description.limitations),
        ("description.usage", &document.description.usage),
        ("team.name", &document.team.name),
        ("team.description", &document.team.description),
    ] {
        problems.check_text(key, text);
    }
    if document.servers.is_empty() {
        problems.add("servers", "needs at least one, so that suppliers can test their files");
    }
}

fn check_server(server: &Server, place: &str, problems: &mut Problems<'_>) {
    problems.check_text(&format!("{place}.server"), &server.name);
    problems.check_text(&format!("{place}.description"), &server.description);
    for (key, text, expected) in [
        ("type", &server.r#type, "local"),
        ("format", &server.format, "parquet"),
        ("path", &server.path, "./**/*.parquet"),
    ] {
        if text != expected {
            problems.add(format!("{place}.{key}"), format!("must be {expected}"));
        }
    }
}

fn check_dataset(dataset: &SchemaObject, file: &str, problems: &mut Problems<'_>) {
    let stem = file.rsplit('/').next().and_then(|name| name.strip_suffix(".odcs.yaml")).unwrap_or_default();
    if dataset.name != stem {
        problems.add("schema[0].name", format!("is “{}”, but the file is named “{stem}”", dataset.name));
    }
    if !is_identifier(&dataset.name) {
        problems.add("schema[0].name", "must be lower-case letters, digits and _, beginning with a letter");
    }
    problems.check_text("schema[0].description", &dataset.description);
    problems.check_text("schema[0].dataGranularityDescription", &dataset.data_granularity_description);
}

fn read_rules(dataset: &SchemaObject, problems: &mut Problems<'_>) -> Vec<CrossFieldRule> {
    let fields: Vec<&str> = dataset.properties.iter().map(|property| property.name.as_str()).collect();
    problems.check_unique("schema[0].quality", dataset.quality.iter().filter_map(|rule| rule.name.as_deref()));
    let rules = dataset.quality.iter().enumerate();
    rules.filter_map(|(at, rule)| read_rule(rule, &dataset.name, &fields, at, problems)).collect()
}

fn read_rule(
    rule: &Quality,
    dataset: &str,
    fields: &[&str],
    at: usize,
    problems: &mut Problems<'_>,
) -> Option<CrossFieldRule> {
    let name = rule.name.as_deref().unwrap_or_default();
    let place = if name.is_empty() { format!("schema[0].quality[{at}]") } else { format!("quality.{name}") };
    let description = rule.description.as_deref().unwrap_or_default().trim();
    if !is_identifier(name) {
        problems.add(format!("{place}.name"), "must be lower-case letters, digits and _, beginning with a letter");
    }
    problems.check_text(&format!("{place}.description"), description);
    if rule.must_be != Some(0) {
        problems.add(format!("{place}.mustBe"), MUST_BE_ZERO);
    }
    let severity = read_severity(&rule.severity).map_err(|message| problems.add(format!("{place}.severity"), message));
    let ("sql", None, None, Some(query)) = (rule.r#type.as_str(), &rule.metric, &rule.arguments, &rule.query) else {
        problems.add(place, "must be type: sql with a query; a key is declared by primaryKey, not by a rule");
        return None;
    };
    let violation =
        condition_of(query, dataset, fields).map_err(|message| problems.add(format!("{place}.query"), message));
    Some(CrossFieldRule {
        name: name.to_owned(),
        description: description.to_owned(),
        violation: violation.ok()?,
        severity: severity.ok()?,
    })
}

/// Days from the month's end to the deadline. The rhythm itself is fixed: one submission a month.
fn read_deadline(promises: &[ServiceLevel], problems: &mut Problems<'_>) -> Option<u32> {
    problems.check_unique("slaProperties", promises.iter().map(|promise| promise.property.as_str()));
    let mut deadline = None;
    for (at, promise) in promises.iter().enumerate() {
        let place = format!("slaProperties[{at}]");
        problems.check_text(&format!("{place}.description"), &promise.description);
        match (promise.property.as_str(), promise.value, promise.unit.as_str()) {
            ("latency", days, "d") => deadline = Some(days),
            ("frequency", 1, "month") => {}
            _ => problems.add(place, "must be latency in d (days after the month's end), or frequency of 1 month"),
        }
    }
    deadline
}

/// What the standard has no key for.
#[derive(Default)]
struct Custom {
    reference: bool,
    period_field: Option<String>,
    expected_from: Vec<String>,
    expected_since: Option<Month>,
}

fn read_custom(properties: &[CustomProperty], problems: &mut Problems<'_>) -> Custom {
    let mut custom = Custom::default();
    let mut names = Vec::with_capacity(properties.len());
    for property in properties {
        names.push(match property {
            CustomProperty::ReferenceDataset(reference) => {
                custom.reference = *reference;
                "referenceDataset"
            }
            CustomProperty::PeriodField(field) => {
                custom.period_field = Some(field.clone());
                "periodField"
            }
            CustomProperty::ExpectedFrom(kinds) => {
                custom.expected_from.clone_from(kinds);
                problems.check_unique("customProperties.expectedFrom", kinds.iter().map(String::as_str));
                if kinds.iter().any(|kind| !is_identifier(kind)) {
                    problems.add("customProperties.expectedFrom", "holds a text that is no kind of organisation");
                }
                "expectedFrom"
            }
            CustomProperty::ExpectedSince(month) => {
                custom.expected_since = month.parse().ok();
                if custom.expected_since.is_none() {
                    problems.add("customProperties.expectedSince", "must be a month, such as 2027-04");
                }
                "expectedSince"
            }
        });
    }
    if !names.contains(&"referenceDataset") {
        problems.add("customProperties", "needs referenceDataset, true or false");
    }
    problems.check_unique("customProperties", names);
    custom
}

/// What the parts of a contract must be to each other.
fn check_whole(contract: &Contract, problems: &mut Problems<'_>) {
    let field = |name: &str| contract.fields.iter().find(|field| field.name == name);
    if !field("org_code").is_some_and(|field| field.required && field.field_type == FieldType::String) {
        problems.add("schema[0].properties", "needs org_code, a required string");
    }
    let path_columns: &[&str] = if contract.reference { &["submitted"] } else { &["submitted", "org", "period"] };
    for name in path_columns.iter().filter(|name| field(name).is_some()) {
        problems.add(format!("properties.{name}.name"), "is the name of a column that comes from the folder");
    }
    if let Some(name) = &contract.period_field {
        check_period_field(name, field(name), problems);
    }
    let dated = contract.period_field.is_some() || contract.deadline_days.is_some();
    let expected = !contract.expected_from.is_empty() || contract.expected_since.is_some();
    if contract.reference && (dated || expected) {
        let message = "a reference dataset is not monthly: no periodField, expectedFrom, expectedSince or latency";
        problems.add("customProperties", message);
    }
    if contract.deadline_days.is_some() == contract.expected_from.is_empty() {
        let message = "latency and customProperties.expectedFrom go together: who must submit, and by when";
        problems.add("slaProperties", message);
    }
}

fn check_period_field(name: &str, field: Option<&Field>, problems: &mut Problems<'_>) {
    let message = match field {
        None => format!("“{name}” is not a field"),
        Some(field) if !matches!(field.field_type, FieldType::Date | FieldType::Timestamp) => {
            format!("“{name}” is neither a date nor a timestamp")
        }
        Some(field) if !field.required => format!("“{name}” is not required, so a row could belong to no month"),
        Some(_) => return,
    };
    problems.add("customProperties.periodField", message);
}
