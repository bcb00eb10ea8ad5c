//! Nations that change: forces that end, begin, merge and move, and reference data that contradict themselves.

use std::collections::BTreeMap;

use leds_metrics::definitions::Definitions;

use crate::support::{Bench, arrests, parquet_of, table};

const COLUMNS: &str =
    "org_code:S name:S short_name:S kind:S region:S country:S officers:I valid_from:D valid_to:D succeeded_by:S";

/// One description of a force: code, region, first day, last day, successor.
fn force((code, region): (&str, &str), (from, to): (&str, &str), successor: &str) -> String {
    format!("{code},{code} Police,{code},territorial_force,{region},England,100,{from},{to},{successor}")
}

fn nation(rows: &[String]) -> Bench {
    let bench = Bench::new();
    describe(&bench, rows);
    bench
}

fn describe(bench: &Bench, rows: &[String]) {
    bench.write("organisations/submitted=2020-01-02/rows.parquet", &parquet_of(COLUMNS, &rows.join("\n")));
}

/// E1 and E2 end on 31 March and E5 begins on 1 April.
fn merger() -> Vec<String> {
    vec![
        force(("E1", "North"), ("2000-01-01", "2025-03-31"), "E5"),
        force(("E2", "North"), ("2000-01-01", "2025-03-31"), "E5"),
        force(("E5", "North"), ("2025-04-01", ""), ""),
    ]
}

/// Arrests of a month: so many on PNC in time, so many not.
fn month(month: &str, (fast, slow): (usize, usize)) -> String {
    let case =
        |event: &str, created: &str| (format!("{month}-{event}T10:00:00Z"), format!("{month}-{created}T12:00:00Z"));
    let cases: Vec<(String, String)> =
        std::iter::repeat_n(case("03", "03"), fast).chain(std::iter::repeat_n(case("03", "20"), slow)).collect();
    arrests(&cases.iter().map(|(event, created)| (event.as_str(), created.as_str())).collect::<Vec<_>>())
}

fn send(bench: &Bench, (org, of): (&str, &str), counts: (usize, usize)) {
    let next: leds_metrics::vocabulary::period::Month = of.parse().unwrap();
    bench.submit("arrest_summons", (&format!("{}-10", next.plus(1)), org, of), &month(of, counts));
}

/// Returns that a territorial force has to make for April 2025.
fn expected_returns() -> usize {
    let definitions = Definitions::built_in().unwrap();
    let expects = |kinds: &[String]| kinds.iter().any(|kind| kind == "territorial_force");
    let april: leds_metrics::vocabulary::period::Month = "2025-04".parse().unwrap();
    let contracts =
        definitions.contracts.iter().filter(|contract| !contract.reference && expects(&contract.expected_from));
    contracts.filter(|contract| contract.expected_since.is_none_or(|since| since <= april)).count()
}

type Row = BTreeMap<String, String>;

fn one<'r>(rows: &'r [Row], org: &str, period: &str) -> &'r Row {
    let is = |row: &&Row| row["org_code"] == org && row["period"] == period;
    rows.iter().find(is).unwrap_or_else(|| panic!("no row of {org} for {period} in {rows:?}"))
}

fn cells<'r>(row: &'r Row, columns: &str) -> Vec<&'r str> {
    columns.split(' ').map(|column| row[column].as_str()).collect()
}

#[test]
fn nothing_is_expected_of_a_force_outside_its_life() {
    let bench = nation(&merger());
    send(&bench, ("E5", "2025-04"), (9, 1));
    let run = bench.run("2025-04", &["--as-of", "2025-07-31"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = bench.rows("2025-04", "observations", "CRE-01");
    let april: Vec<&str> = rows.iter().filter(|row| row["period"] == "2025-04").map(|row| &*row["org_code"]).collect();
    // Nobody is said not to have returned, and nobody is E5's peer.
    assert_eq!(april, ["E5", "NATIONAL", "REGION:North"]);
    assert_eq!(cells(one(&rows, "NATIONAL", "2025-04"), "numerator denominator coverage"), ["9", "10", "1"]);
    let returns = bench.rows("2025-04", "observations", "REP-01");
    let due = expected_returns().to_string();
    for code in ["E5", "NATIONAL"] {
        assert_eq!(cells(one(&returns, code, "2025-04"), "numerator denominator"), ["1", &due], "{code}");
    }
    assert!(!returns.iter().any(|row| ["E1", "E2"].contains(&&*row["org_code"]) && row["period"] == "2025-04"));
    let quality = bench.published("2025-04", "national/data-quality.html");
    assert!(!quality.contains("E1") && !quality.contains("E2"), "{quality}");
}

#[test]
fn a_merger_in_the_middle_of_a_quarter_counts_by_month() {
    let bench = nation(&[
        force(("E1", "North"), ("2000-01-01", "2025-05-15"), "E5"),
        force(("E5", "North"), ("2025-05-16", ""), ""),
    ]);
    send(&bench, ("E1", "2025-04"), (9, 1));
    send(&bench, ("E1", "2025-05"), (4, 1));
    send(&bench, ("E5", "2025-05"), (5, 0));
    send(&bench, ("E5", "2025-06"), (8, 2));
    let run = bench.run("2025-26Q1", &["--as-of", "2025-09-30"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = bench.rows("2025-26Q1", "observations", "CRE-01");
    let of = |code: &str| cells(one(&rows, code, "2025-26Q1"), "numerator denominator status coverage").join(" ");
    assert_eq!(of("E1"), "13 15 value 1");
    assert_eq!(of("E5"), "13 15 value 1");
    assert_eq!(of("NATIONAL"), "26 30 value 1");
}

/// 150 of 200 in time in both Aprils: E1 60 of 100 and E2 90 of 100, then E5, which came after both.
#[test]
fn a_successor_is_compared_with_the_sum_of_those_before_it() {
    let bench = nation(&merger());
    send(&bench, ("E1", "2024-04"), (60, 40));
    send(&bench, ("E2", "2024-04"), (90, 10));
    send(&bench, ("E5", "2025-04"), (150, 50));
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-07-31"]).code, 0);
    let compared = |bench: &Bench| {
        let rows = bench.rows("2025-04", "comparisons", "CRE-01");
        let row = rows.iter().find(|row| row["org_code"] == "NATIONAL" && row["against"] == "year_before").unwrap();
        cells(row, "label estimate organisations_used organisations").join(" ")
    };
    assert_eq!(compared(&bench), "no_clear_difference 0 1 1");
    let parts = bench.rows("2025-04", "contributions", "CRE-01");
    let parts: Vec<Vec<&str>> =
        parts.iter().map(|row| cells(row, "org_code numerator_before numerator_after rate_effect")).collect();
    assert_eq!(parts, [["E5", "150", "150", "0"]]);
    // Without a successor nobody is in both Aprils.
    describe(
        &bench,
        &[
            force(("E1", "North"), ("2000-01-01", "2025-03-31"), ""),
            force(("E2", "North"), ("2000-01-01", "2025-03-31"), ""),
            force(("E5", "North"), ("2025-04-01", ""), ""),
        ],
    );
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-07-31"]).code, 0);
    assert_eq!(compared(&bench), "cannot_tell  0 3");
}

/// E1 belongs to the South from May on.
#[test]
fn a_region_holds_its_forces_as_they_were_then() {
    let bench = nation(&[
        force(("E1", "North"), ("2000-01-01", "2025-04-30"), ""),
        force(("E1", "South"), ("2025-05-01", ""), ""),
        force(("E2", "North"), ("2000-01-01", ""), ""),
    ]);
    for (org, of, counts) in
        [("E1", "2025-04", (3, 1)), ("E1", "2025-05", (4, 0)), ("E2", "2025-04", (1, 1)), ("E2", "2025-05", (2, 0))]
    {
        send(&bench, (org, of), counts);
    }
    let run = bench.run("2025-05", &["--as-of", "2025-07-31"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = bench.rows("2025-05", "observations", "CRE-01");
    let of = |code: &str, period: &str| cells(one(&rows, code, period), "numerator denominator").join(" of ");
    assert_eq!([of("REGION:North", "2025-04"), of("REGION:North", "2025-05")], ["4 of 6", "2 of 2"]);
    assert_eq!(of("REGION:South", "2025-05"), "4 of 4");
    assert!(!rows.iter().any(|row| row["org_code"] == "REGION:South" && row["period"] == "2025-04"));
}

#[test]
fn a_return_from_outside_a_life_is_used_and_named() {
    let bench = nation(&merger());
    send(&bench, ("E5", "2025-04"), (9, 1));
    send(&bench, ("E1", "2025-04"), (1, 0));
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-07-31"]).code, 0);
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    let findings = record["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "outside_life");
    let found: Vec<&str> = findings.map(|finding| finding["org_code"].as_str().unwrap()).collect();
    assert_eq!(found, ["E1"]);
    let rows = bench.rows("2025-04", "observations", "CRE-01");
    assert_eq!(cells(one(&rows, "NATIONAL", "2025-04"), "numerator denominator"), ["10", "11"]);
}

/// A file of before the field has no column for it.
#[test]
fn a_file_without_the_column_of_successors_is_as_good() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-10", "E1", "2025-04"), &month("2025-04", (1, 0)));
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn organisations_that_contradict_themselves_are_refused_with_both_rows() {
    let refused = |rows: &[String], told: &str| {
        let bench = nation(rows);
        send(&bench, ("E1", "2025-04"), (1, 0));
        let run = bench.run("2025-04", &[]);
        assert_eq!(run.code, 21, "{}", run.stderr);
        assert!(run.stderr.contains(told), "{}", run.stderr);
        assert!(!bench.out().join("2025-04/latest.json").exists());
    };
    refused(
        &[force(("E1", "North"), ("2000-01-01", ""), ""), force(("E1", "North"), ("2020-01-01", ""), "")],
        "the row of E1 from 2000-01-01 on and the row of E1 from 2020-01-01 on both hold on 2020-01-01, so that the organisation \
         would count twice; end the first before the second begins",
    );
    refused(
        &[force(("E1", "North"), ("2020-01-01", "2019-12-31"), "")],
        "the row of E1 from 2020-01-01 to 2019-12-31 ends before it begins",
    );
    refused(
        &[force(("E1", "North"), ("2020-01-01", "2024-12-31"), "E9")],
        "is succeeded by E9, which the dataset does not hold; correct succeeded_by",
    );
    refused(
        &[force(("E1", "North"), ("2020-01-01", ""), "E2"), force(("E2", "North"), ("2020-01-01", ""), "")],
        "is succeeded by E2 but has no last day; give valid_to, or empty succeeded_by",
    );
    refused(
        &[
            force(("E1", "North"), ("2020-01-01", "2024-12-31"), "E2"),
            force(("E2", "North"), ("2020-01-01", "2024-12-31"), "E1"),
        ],
        "which in the end is succeeded by itself",
    );
}

/// Eight transactions of E1's peers E2 to E5. E2 is listed twice, from two sources, E1 is its own peer, E9 is unknown.
#[test]
fn a_peer_counts_once_and_a_doubtful_one_is_named() {
    let bench = nation(&["E1", "E2", "E3", "E4", "E5"].map(|code| force((code, "North"), ("2000-01-01", ""), "")));
    let rows = [
        "E1,E2,first list,2020-01-01,",
        "E1,E2,second list,2021-01-01,",
        "E1,E3,first list,2020-01-01,",
        "E1,E4,first list,2020-01-01,",
        "E1,E5,first list,2020-01-01,",
        "E1,E1,first list,2020-01-01,",
        "E1,E9,first list,2020-01-01,",
    ];
    bench.reference("peer_groups", "2020-01-02", &rows.join("\n"));
    for code in ["E1", "E2", "E3", "E4", "E5"] {
        send(&bench, (code, "2025-04"), (1, 1));
    }
    let run = bench.run("2025-04", &["--as-of", "2025-07-31"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = table(&bench.published("2025-04", "results/comparisons.csv"));
    let is = |row: &&Row| row["metric_id"] == "CRE-01" && row["org_code"] == "E1" && row["against"] == "peers";
    let row = rows.iter().find(is).unwrap();
    assert_eq!(
        cells(row, "other_numerator other_denominator organisations_used organisations basis"),
        ["4", "8", "4", "4", "first list; second list"]
    );
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    let findings = record["findings"].as_array().unwrap().iter().filter(|finding| finding["dataset"] == "peer_groups");
    let found: Vec<(&str, &str)> =
        findings.map(|one| (one["rule"].as_str().unwrap(), one["message"].as_str().unwrap())).collect();
    let told = |rule: &str| found.iter().find(|(found, _)| *found == rule).unwrap().1;
    assert_eq!(
        told("overlapping_rows"),
        "the peer E2 of E1 (first list) from 2020-01-01 on and the peer E2 of E1 (second list) from 2021-01-01 on both hold on \
         2021-01-01; the peer counts once"
    );
    assert!(told("own_peer").contains("makes the organisation its own peer"), "{found:?}");
    assert!(told("unknown_peer").contains("names E9, which the organisations dataset does not hold"), "{found:?}");
}
