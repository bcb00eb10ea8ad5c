//! Tests of the contracts that are shipped, and of the message for each kind of mistake.

use std::collections::BTreeMap;

use super::super::model::{FieldType, Severity};
use super::*;

const ACCOUNTS: &str = include_str!("../../../schemas/user_accounts.odcs.yaml");
const TRANSACTIONS: &str = include_str!("../../../schemas/transactions.odcs.yaml");
const EVENTS: &str = include_str!("../../../schemas/events.odcs.yaml");

fn shipped() -> BTreeMap<&'static str, Contract> {
    let texts = [
        ("organisations", include_str!("../../../schemas/organisations.odcs.yaml")),
        ("peer_groups", include_str!("../../../schemas/peer_groups.odcs.yaml")),
        ("events", EVENTS),
        ("published_figures", include_str!("../../../schemas/published_figures.odcs.yaml")),
        ("transactions", TRANSACTIONS),
        ("arrest_summons", include_str!("../../../schemas/arrest_summons.odcs.yaml")),
        ("court_results", include_str!("../../../schemas/court_results.odcs.yaml")),
        ("user_accounts", ACCOUNTS),
        ("transaction_audits", include_str!("../../../schemas/transaction_audits.odcs.yaml")),
        ("rights_requests", include_str!("../../../schemas/rights_requests.odcs.yaml")),
    ];
    let parse = |(name, text)| (name, parse_contract(&format!("schemas/{name}.odcs.yaml"), text).unwrap());
    texts.into_iter().map(parse).collect()
}

/// Problems of a shipped contract in which one text is replaced by another.
fn problems_of((name, text): (&str, &str), from: &str, to: &str) -> Vec<String> {
    assert!(text.contains(from), "{from} is not in {name}");
    let found = parse_contract(&format!("schemas/{name}.odcs.yaml"), &text.replacen(from, to, 1)).unwrap_err();
    found.iter().map(|problem| problem.to_string().replace(&format!("schemas/{name}.odcs.yaml: "), "")).collect()
}

fn problems(from: &str, to: &str) -> Vec<String> {
    problems_of(("user_accounts", ACCOUNTS), from, to)
}

#[test]
fn shipped_contracts_have_their_keys_months_and_deadlines() {
    let contracts = shipped();
    let line = |contract: &Contract| {
        let keys: Vec<&str> = contract.fields.iter().filter(|f| f.key).map(|f| f.name.as_str()).collect();
        let period = contract.period_field.as_deref().unwrap_or("-");
        let days = contract.deadline_days.map_or("-".to_owned(), |days| days.to_string());
        let (reference, fields, kinds) = (contract.reference, contract.fields.len(), contract.expected_from.len());
        format!("{reference} {fields} [{}] {period} {days} {kinds}", keys.join(" "))
    };
    let lines: Vec<(&str, String)> = contracts.iter().map(|(name, contract)| (*name, line(contract))).collect();
    let expected = [
        ("arrest_summons", "false 7 [report_ref] event_at 21 3"),
        ("court_results", "false 7 [result_ref] received_at 21 3"),
        ("events", "true 4 [org_code happened_on kind] - - 0"),
        ("organisations", "true 10 [org_code valid_from] - - 0"),
        ("peer_groups", "true 5 [org_code peer_code valid_from] - - 0"),
        ("published_figures", "true 8 [org_code metric_id category period component] - - 0"),
        ("rights_requests", "false 9 [request_ref] received_on 45 3"),
        ("transaction_audits", "false 5 [audit_ref] audited_on 21 7"),
        ("transactions", "false 11 [] occurred_at 15 7"),
        ("user_accounts", "false 14 [user_ref] - 21 7"),
    ];
    assert_eq!(lines, expected.map(|(name, line)| (name, line.to_owned())));
}

#[test]
fn shipped_checks_keep_their_values_ranges_and_severities() {
    let contracts = shipped();
    let field = |dataset: &str, name: &str| contracts[dataset].fields.iter().find(|f| f.name == name).unwrap().clone();
    let reason = field("transactions", "reason_code");
    assert_eq!((reason.minimum, reason.maximum, reason.severity), (Some(0), Some(9), Severity::Warning));
    let response = field("transactions", "response_ms");
    assert_eq!((response.minimum, response.maximum, response.severity), (Some(0), None, Severity::Warning));
    let officers = field("organisations", "officers");
    assert_eq!((officers.minimum, officers.severity), (Some(0), Severity::Blocking));
    let half_life = field("court_results", "half_life_hours");
    assert_eq!((half_life.valid_values.join(" "), half_life.field_type), ("24 72".to_owned(), FieldType::Integer));
    let rules: Vec<String> = contracts
        .values()
        .flat_map(|contract| &contract.rules)
        .map(|rule| format!("{:?} {}: {}", rule.severity, rule.name, rule.violation))
        .collect();
    let expected = [
        "Warning created_before_event: created_at < event_at",
        "Warning updated_before_received: updated_at < received_at",
        "Blocking closed_before_received: closed_on < received_on",
        "Blocking information_received_before_asked: information_received_on < information_asked_on",
        "Blocking incomplete_without_asking: outcome = 'incomplete' AND information_asked_on IS NULL",
        "Warning subject_access_due_date: kind = 'subject_access' AND due_on <> received_on + INTERVAL '1 month'",
        "Blocking closed_before_created: closed_on < created_on",
        "Warning first_access_before_created: first_access_on < created_on",
    ];
    assert_eq!(rules, expected);
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    // The last number is the line of the mistake within the text that is put in.
    for (from, to, message, line_in_text) in [
        ("        required: true", "        requierd: true", "unknown field `requierd`", 1),
        (
            "        required: true",
            "        required: true\n        required: true",
            "duplicate mapping key: required",
            2,
        ),
        ("        required: true", "        required: maybe", "invalid boolean", 1),
        ("property: expectedFrom", "property: expectedForm", "unknown variant `expectedForm`", 1),
        ("schema:\n", "schema:\n\t- name: x\n", "tab", 2),
    ] {
        let line = ACCOUNTS.split(from).next().unwrap().matches('\n').count() + line_in_text;
        let found = problems(from, to);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(message) && found[0].contains(&format!("line {line},")), "line {line}: {found:?}");
    }
}

/// Text of the contract of accounts, what a slip makes of it, and the message.
const MISTAKES: [(&str, &str, &str); 20] = [
    (
        "name: user_accounts",
        "name: user_acounts",
        "schema[0].name: is “user_acounts”, but the file is named “user_accounts”",
    ),
    ("apiVersion: v3.1.0", "apiVersion: v2.2.2", "apiVersion: must be a version 3 of the standard, such as v3.1.0"),
    ("version: 1.1.0", "version: '1.0'", "version: must be three numbers, such as 1.0.0"),
    (
        "logicalType: boolean",
        "logicalType: bool",
        "properties.national_course.logicalType: unknown variant `bool`, expected one of `string`, `integer`, `boolean`, `date`, `timestamp`",
    ),
    ("name: left_on", "name: user_ref", "schema[0].properties[8]: “user_ref” is there twice"),
    ("name: left_on", "name: period", "properties.period.name: is the name of a column that comes from the folder"),
    ("name: org_code", "name: force_code", "schema[0].properties: needs org_code, a required string"),
    (
        "[officer, staff, partner]",
        "[]",
        "properties.role.quality[0].arguments.validValues: is empty, so that no value would be valid",
    ),
    (
        "[officer, staff, partner]",
        "[officer, 7]",
        "properties.role.quality[0].arguments.validValues[1]: “7” does not fit the type; only string and integer fields have valid values",
    ),
    ("severity: error", "severity: fatal", "properties.role.quality[0].severity: must be error or warning"),
    ("mustBe: 0", "mustBe: 1", "properties.role.quality[0].mustBe: must be 0: the check counts the rows that break it"),
    (
        "metric: invalidValues",
        "metric: nullValues",
        "properties.role.quality[0]: must be type: library with metric: invalidValues and arguments.validValues, or type: sql with a query",
    ),
    (
        "primaryKeyPosition: 1",
        "primaryKeyPosition: 2",
        "properties.user_ref.primaryKeyPosition: must be 1: key fields are numbered in the order of the file",
    ),
    (
        "SELECT COUNT(*) FROM user_accounts",
        "SELECT SUM(1) FROM user_accounts",
        "quality.closed_before_created.query: must be “SELECT COUNT(*) FROM user_accounts WHERE <condition that is true on a row that breaks the rule>”",
    ),
    (
        "closed_on < created_on",
        "closd_on < created_on",
        "quality.closed_before_created.query: “closd_on” is not a field; keywords are in upper case",
    ),
    (
        "name: closed_before_created",
        "name: first_access_before_created",
        "schema[0].quality[1]: “first_access_before_created” is there twice",
    ),
    ("format: parquet", "format: csv", "servers[0].format: must be parquet"),
    (
        "unit: d",
        "unit: h",
        "slaProperties[1]: must be latency in d (days after the month's end), or frequency of 1 month",
    ),
    (
        "referenceDataset\n    value: false",
        "referenceDataset\n    value: true",
        "customProperties: a reference dataset is not monthly: no periodField, expectedFrom, expectedSince or latency",
    ),
    (
        "property: expectedFrom\n    value:",
        "property: expectedFrom\n    value: []\n#",
        "slaProperties: latency and customProperties.expectedFrom go together: who must submit, and by when",
    ),
];

#[test]
fn each_mistake_has_its_message() {
    for (from, to, message) in MISTAKES {
        let found = if to.ends_with('#') {
            let cut = ACCOUNTS.split(from).next().unwrap();
            problems_of(("user_accounts", ACCOUNTS), ACCOUNTS, &format!("{cut}{}", to.trim_end_matches('#')))
        } else {
            problems(from, to)
        };
        assert!(found.iter().any(|problem| problem == message), "{message}\n{found:#?}");
    }
}

#[test]
fn a_month_needs_a_required_date_that_is_there() {
    let of = |from: &str, to: &str| problems_of(("transactions", TRANSACTIONS), from, to);
    let place = "customProperties.periodField: ";
    assert_eq!(of("value: occurred_at", "value: occured_at"), [format!("{place}“occured_at” is not a field")]);
    assert_eq!(
        of("value: occurred_at", "value: channel"),
        [format!("{place}“channel” is neither a date nor a timestamp")]
    );
    let optional = of("        required: true\n      - name: user_ref", "      - name: user_ref");
    assert_eq!(optional, [format!("{place}“occurred_at” is not required, so a row could belong to no month")]);
}

#[test]
fn a_field_check_in_sql_is_a_range_of_one_severity() {
    let of = |from: &str, to: &str| problems_of(("transactions", TRANSACTIONS), from, to);
    let found = of("reason_code < 0 OR reason_code > 9", "reason_code = 7");
    assert!(
        found[0].starts_with("properties.reason_code.quality[0].query: a check of one field is its range"),
        "{found:?}"
    );
    let options = "logicalTypeOptions:\n          maximum: 9\n        quality:\n          - type: sql\n            query: SELECT COUNT(*) FROM transactions WHERE reason_code < 0\n";
    let query = "quality:\n          - type: sql\n            query: SELECT COUNT(*) FROM transactions WHERE reason_code < 0 OR reason_code > 9\n";
    let found = of(query, options);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].ends_with("must have one severity; logicalTypeOptions count as error"), "{found:?}");
}

#[test]
fn key_fields_are_required_and_all_problems_come_together() {
    let text = EVENTS
        .replacen("        required: true\n        primaryKey: true", "        primaryKey: true", 1)
        .replace(
            "dataGranularityDescription: One kind of event at one organisation on one day.",
            "dataGranularityDescription: ' '",
        )
        .replace("          One plain sentence for readers of the report.\n", "\n");
    let found = parse_contract("schemas/events.odcs.yaml", &text).unwrap_err();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    let expected = [
        "schemas/events.odcs.yaml: schema[0].dataGranularityDescription: is empty",
        "schemas/events.odcs.yaml: properties.org_code.required: a key field must be required",
        "schemas/events.odcs.yaml: properties.description.description: is missing; say what the field means, its unit, and what null means",
        "schemas/events.odcs.yaml: schema[0].properties: needs org_code, a required string",
    ];
    assert_eq!(found, expected);
}
