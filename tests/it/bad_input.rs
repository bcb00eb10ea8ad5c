//! Every kind of broken submission: the exact message, the exit code, and the rest of the run unharmed.

use crate::support::{Bench, Finished, arrests, parquet, parquet_of, submission_path};

const BAD: (&str, &str, &str) = ("2025-05-15", "E1", "2025-04");
const COLUMNS: &str = "org_code:S report_ref:S event_type:S event_at:T created_at:T recordable:B identifier_valid:B";
const ROW: &str = "E1,r1,arrest,2025-04-03T10:00:00Z,2025-04-03T12:00:00Z,true,true\n";

/// Submits `bytes` for E1 beside a good submission of E2, runs, and returns E1's finding.
fn finding_of(bytes: &[u8]) -> (Finished, serde_json::Value) {
    let bench = Bench::new();
    let good = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[good]));
    bench.write(&submission_path("arrest_summons", BAD), bytes);
    let run = bench.run("2025-04", &[]);
    let all = bench.observations("2025-04");
    let status = |org: &str| all[&("CRE-01".to_owned(), org.to_owned(), "2025-04".to_owned())]["status"].clone();
    assert_eq!((status("E1").as_str(), status("E2").as_str()), ("missing", "value"), "the other submission goes on");
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    let finding = record["findings"].as_array().unwrap().iter().find(|f| f["level"] == "blocking").unwrap().clone();
    if let Some(rows) = finding["failing_rows"].as_str() {
        let file = std::fs::read_to_string(bench.work().join(rows)).unwrap();
        assert!(file.lines().count() > 1, "failing rows are written for the force");
    }
    (run, finding)
}

fn assert_refused(bytes: &[u8], rule: &str, message: &str) {
    let (run, finding) = finding_of(bytes);
    assert_eq!(run.code, 31, "published with gaps: {}", run.stderr);
    assert!(run.stderr.contains("1 submissions were refused"), "{}", run.stderr);
    assert_eq!(finding["message"], message);
    assert_eq!(finding["rule"], rule);
    assert_eq!((finding["dataset"].as_str(), finding["org_code"].as_str()), (Some("arrest_summons"), Some("E1")));
}

#[test]
fn an_empty_file() {
    assert_refused(b"", "parquet", "the file is empty (0 bytes)");
}

#[test]
fn a_file_that_is_not_parquet() {
    assert_refused(b"org_code,report_ref\nE1,r1\n", "parquet", "the file is not Parquet");
}

#[test]
fn a_truncated_file() {
    let whole = parquet("arrest_summons", ROW);
    let message = "the file is truncated or damaged: it begins as Parquet but its footer cannot be read (100 bytes)";
    assert_refused(&whole[..100], "parquet", message);
}

#[test]
fn a_column_of_another_type() {
    let bytes = parquet_of(&COLUMNS.replace("recordable:B", "recordable:F"), &ROW.replace("true,true", "1.5,true"));
    let message = "column recordable has type floating-point number (double) but the contract says true or false";
    assert_refused(&bytes, "column_type", message);
}

#[test]
fn a_missing_column() {
    let bytes = parquet_of(&COLUMNS.replace(" identifier_valid:B", ""), &ROW.replace(",true\n", "\n"));
    assert_refused(&bytes, "missing_column", "column identifier_valid is missing");
}

#[test]
fn an_extra_column() {
    let bytes = parquet_of(&format!("{COLUMNS} surname:S"), &ROW.replace('\n', ",Smith\n"));
    let message =
        "column surname is not in the contract; extra columns are refused because they might identify a person";
    assert_refused(&bytes, "extra_column", message);
}

#[test]
fn a_duplicate_key() {
    let bytes = parquet("arrest_summons", &format!("{ROW}{ROW}"));
    assert_refused(&bytes, "unique", "1 row: report_ref has the same value as in another row of the submission");
}

#[test]
fn a_required_field_without_a_value() {
    let bytes = parquet("arrest_summons", &ROW.replace("r1", ""));
    assert_refused(&bytes, "required", "1 row: report_ref is required but empty");
}

#[test]
fn a_value_that_is_not_allowed() {
    let bytes = parquet("arrest_summons", &ROW.replace("arrest", "arested"));
    assert_refused(&bytes, "valid_values", "1 row: event_type is not one of arrest, report, summons");
}

#[test]
fn a_record_outside_the_month() {
    // 23:00 UTC on 31 March is already April in London; one second less is not.
    let bytes = parquet("arrest_summons", &ROW.replace("2025-04-03T10:00:00Z", "2025-03-31T22:59:59Z"));
    assert_refused(&bytes, "period", "1 row: event_at lies outside the submission's month (Europe/London)");
}

#[test]
fn another_organisation_in_the_file_than_in_the_path() {
    let bytes = parquet("arrest_summons", &ROW.replace("E1", "E2"));
    assert_refused(&bytes, "org_code", "1 row: org_code differs from the organisation in the path");
}

#[test]
fn an_unknown_organisation() {
    let bench = Bench::new();
    let good = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &arrests(&[good]));
    bench.submit("arrest_summons", ("2025-05-15", "E9", "2025-04"), &arrests(&[good]));
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let record = bench.published("2025-04", "run-record.json");
    assert!(record.contains("organisation E9 is not in the organisations dataset"), "{record}");
    assert!(!bench.observations("2025-04").keys().any(|(_, org, _)| org == "E9"));
}

#[test]
fn a_warning_is_shown_and_refuses_nothing() {
    let bench = Bench::new();
    let before_the_event = ("2025-04-03T10:00:00Z", "2025-04-03T09:00:00Z");
    bench.submit("arrest_summons", BAD, &arrests(&[before_the_event]));
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    assert_eq!(record["findings"][0]["rule"], "created_before_event");
    assert_eq!(record["findings"][0]["rows"], 1);
}

#[test]
fn a_roll_up_row_of_another_month_than_its_folder() {
    let bench = Bench::new();
    let rows = "2025-04-01,PNC,vehicles,5\n2025-03-01,PNC,vehicles,7\n";
    bench.submit("rollup-transaction_volumes", BAD, rows);
    bench.submit("rollup-transaction_volumes", ("2025-05-15", "E2", "2025-04"), "2025-04-01,PNC,vehicles,5\n");
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let record = bench.published("2025-04", "run-record.json");
    assert!(record.contains("1 row: month lies outside the submission's month (Europe/London)"), "{record}");
    let all = bench.observations("2025-04");
    let volume = |org: &str| all[&("ACC-01".to_owned(), org.to_owned(), "2025-04".to_owned())].clone();
    assert_eq!((volume("E1")["status"].as_str(), volume("E2")["numerator"].as_str()), ("missing", "5"));
}

#[test]
fn an_organisation_with_a_reserved_code() {
    let bench = Bench::new();
    bench.reference("organisations", "2025-01-01", "NATIONAL,A,A,territorial_force,,England,1,2000-01-01,\n");
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 21);
    assert!(run.stderr.contains("organisation NATIONAL has a code that is reserved for aggregates"), "{}", run.stderr);
}

#[test]
fn a_category_that_a_submitted_roll_up_does_not_have() {
    let bench = Bench::new();
    bench.submit("rollup-transaction_volumes", BAD, "2025-04-01,PNC,vehicle,5\n");
    bench.submit("rollup-transaction_volumes", ("2025-05-15", "E2", "2025-04"), "2025-04-01,PNC,vehicles,5\n");
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let record = bench.published("2025-04", "run-record.json");
    assert!(record.contains("1 row: application is not one of vehicles, names, property"), "{record}");
}
