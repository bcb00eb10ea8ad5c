//! Late data and revisions: what was known of a month earlier, and what has moved since.

use std::collections::{BTreeMap, BTreeSet};

use crate::reading::read_in;
use crate::support::{Bench, arrests, files_below, submission_path, table, text};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");

fn in_month(month: &str, (event, created): (&'static str, &'static str)) -> (String, String) {
    (event.replacen("2025-04", month, 1), created.replacen("2025-04", month, 1))
}

/// Arrests of a month: so many in time, so many not.
fn month(month: &str, (fast, slow): (usize, usize)) -> String {
    let cases: Vec<(String, String)> = std::iter::repeat_n(in_month(month, FAST), fast)
        .chain(std::iter::repeat_n(in_month(month, SLOW), slow))
        .collect();
    arrests(&cases.iter().map(|(event, created)| (event.as_str(), created.as_str())).collect::<Vec<_>>())
}

/// Two forces and three months. E1 sends April again in July; E2 sends May a month late.
fn bench() -> Bench {
    let bench = Bench::new();
    let send = |submitted, org, period, counts| {
        bench.submit("arrest_summons", (submitted, org, period), &month(period, counts));
    };
    send("2025-05-10", "E1", "2025-04", (3, 1));
    send("2025-05-12", "E2", "2025-04", (4, 0));
    send("2025-06-10", "E1", "2025-05", (2, 2));
    send("2025-07-12", "E2", "2025-05", (1, 1));
    send("2025-07-10", "E1", "2025-06", (5, 0));
    send("2025-07-15", "E2", "2025-06", (1, 0));
    send("2025-07-14", "E1", "2025-04", (3, 5));
    bench
}

fn rows(bench: &Bench, period: &str, name: &str, metric: &str) -> Vec<BTreeMap<String, String>> {
    let rows = table(&bench.published(period, &format!("results/{name}.csv")));
    rows.into_iter().filter(|row| row["metric_id"] == metric).collect()
}

fn cells<'r>(row: &'r BTreeMap<String, String>, columns: &str) -> Vec<&'r str> {
    columns.split(' ').map(|column| row[column].as_str()).collect()
}

const MOVED: &str = "org_code period earlier_as_of earlier_lag earlier_numerator earlier_denominator earlier_value \
                     later_as_of later_lag later_numerator later_denominator later_value change reason";

#[test]
fn a_resubmission_and_a_late_submission_are_listed_with_what_was_known_before() {
    let bench = bench();
    let run = bench.run("2025-06", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = rows(&bench, "2025-06", "revisions", "CRE-01");
    let found: Vec<Vec<&str>> = found.iter().map(|row| cells(row, MOVED)).collect();
    let expected = [
        "E1 2025-04 2025-06-15 1 3 4 75 2025-07-15 2 3 8 37.5 -37.5 correction",
        "NATIONAL 2025-04 2025-06-15 1 7 8 87.5 2025-07-15 2 7 12 58.333333 -29.166667 correction",
        "NATIONAL 2025-05 2025-06-15 0 2 4 50 2025-07-15 1 3 6 50 0 late_data",
    ];
    let expected: Vec<Vec<&str>> = expected.iter().map(|row| row.split(' ').collect()).collect();
    assert_eq!(found, expected);
}

const MEASURED: &str = "org_code period lag earlier_months numerator numerator_expected denominator denominator_expected \
                        denominator_expected_lower_95 denominator_expected_upper_95 completeness completeness_lower_95 \
                        completeness_upper_95 value_all_failing value_all_passing provisional";

/// Known at lags 0 and 1, all cases and those in time: April 8 and 8 (7 and 7), May 4 and 6 (2 and 3), June 6 (6).
/// All cases: f = 14/12, so June comes to 7; s² = 8(1 - 7/6)² + 4(3/2 - 7/6)² = 2/3, error √(49 · (2/3)/(49/36) · (1/6 + 1/12))
/// = √6; limits 7·exp(±1.96·√ln(1 + 6/49) - ln(1 + 6/49)/2). In time: f = 10/9, 6 come to 6.67.
#[test]
fn completeness_is_measured_on_earlier_months() {
    let bench = bench();
    let settings = bench.settings("[late]\nmonths = 1\n");
    let run = bench.run("2025-06", &["--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = rows(&bench, "2025-06", "completeness", "CRE-01");
    let national: Vec<Vec<&str>> =
        found.iter().filter(|row| row["org_code"] == "NATIONAL").map(|row| cells(row, MEASURED)).collect();
    let june = "NATIONAL 2025-06 0 2 6 6.666667 6 7 3.394027 12.862168 85.714286 46.648433 100 85.714286 \
                100 yes";
    assert_eq!(national, [june.split_whitespace().collect::<Vec<_>>()]);
    let page = bench.published("2025-06", "national/metrics/CRE-01.html");
    assert!(page.contains("[p] = provisional"), "{page}");
    let told = "About 85.7% of the cases of June 2025 are there so far (95% interval 46.6% to 100.0%), measured on two \
                earlier months. If all cases still expected fail, the figure comes to 85.7%; if all pass, to 100.0%.";
    assert!(page.contains(told), "{page}");
    let moved = "Arrest/summons on PNC within 24 hours, all forces: what was known of each month</span></caption>";
    assert!(page.contains(moved) && page.contains("A return was replaced"), "{page}");
    assert!(
        page.contains("Download completeness of CRE-01 (CSV") && page.contains("Download all revisions of CRE-01 (CSV"),
        "{page}"
    );
}

#[test]
fn figures_that_changed_since_the_last_release_are_listed_with_a_reason() {
    let bench = bench();
    assert_eq!(bench.run("2025-06", &["--as-of", "2025-07-12"]).code, 0);
    assert_eq!(
        rows(&bench, "2025-06", "revisions", "CRE-01").iter().filter(|row| row["kind"] == "since_last_release").count(),
        0
    );
    assert_eq!(bench.run("2025-06", &[]).code, 0);
    let found = rows(&bench, "2025-06", "revisions", "CRE-01");
    let since: Vec<Vec<&str>> =
        found.iter().filter(|row| row["kind"] == "since_last_release").map(|row| cells(row, SINCE)).collect();
    // The only peer of either force is the other one, so there are no sums over peers.
    let expected = [
        "2025-06_r1 E1 2025-04 3 4 value 3 8 value -37.5 correction",
        "2025-06_r1 E2 2025-06   missing 1 1 value  late_data",
        "2025-06_r1 NATIONAL 2025-04 7 8 value 7 12 value -29.166667 correction",
        "2025-06_r1 NATIONAL 2025-06 5 5 value 6 6 value 0 late_data",
        "2025-06_r1 REGION:North 2025-04 7 8 value 7 12 value -29.166667 correction",
        "2025-06_r1 REGION:North 2025-06 5 5 value 6 6 value 0 late_data",
    ];
    let expected: Vec<Vec<String>> =
        expected.iter().map(|row| row.split(' ').map(|cell| cell.replace('_', " ")).collect()).collect();
    let since: Vec<Vec<String>> =
        since.iter().map(|row| row.iter().map(|cell| cell.replace('_', " ")).collect()).collect();
    assert_eq!(since, expected);

    // Nothing has moved since; the release of the next month is held against this one.
    assert_eq!(bench.run("2025-06", &["--again"]).code, 0);
    let since = |period| {
        rows(&bench, period, "revisions", "CRE-01")
            .into_iter()
            .filter(|row| row["kind"] == "since_last_release")
            .count()
    };
    assert_eq!(since("2025-06"), 0);
    bench.submit("arrest_summons", ("2025-08-10", "E1", "2025-07"), &month("2025-07", (1, 0)));
    assert_eq!(bench.run("2025-07", &[]).code, 0);
    assert_eq!(since("2025-07"), 0, "a month that is new is no change");
}

const SINCE: &str = "earlier_release org_code period earlier_numerator earlier_denominator earlier_status later_numerator \
                     later_denominator later_status change reason";

#[test]
fn another_version_of_a_metric_is_the_reason_for_a_change() {
    let bench = bench();
    assert_eq!(bench.run("2025-06", &[]).code, 0);
    let definitions = bench.export();
    let sql = definitions.read("queries/metrics/CRE-01/v1.sql").replace("delay_hours <= 24", "delay_hours <= 1");
    definitions.write("queries/metrics/CRE-01/v2.sql", &sql);
    let toml = "queries/metrics/CRE-01/metric.toml";
    let entry = "\n[[versions]]\nversion = 2\ndate = \"2020-01-01\"\nreason = \"Shorter\"\n";
    definitions.write(toml, &(definitions.read(toml) + entry));
    definitions.edit(toml, "date = \"2026-11-23\"", "date = \"2019-12-31\"");
    let run = bench.run("2025-06", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let since =
        rows(&bench, "2025-06", "revisions", "CRE-01").into_iter().filter(|row| row["kind"] == "since_last_release");
    let reasons: BTreeSet<String> = since.map(|row| row["reason"].clone()).collect();
    assert_eq!(reasons, BTreeSet::from(["definition".to_owned()]));
}

#[test]
fn a_last_release_that_cannot_be_read_is_a_warning() {
    let bench = bench();
    assert_eq!(bench.run("2025-06", &[]).code, 0);
    std::fs::write(bench.out().join("2025-06/r1/run-record.json"), "{").unwrap();
    let run = bench.run("2025-06", &["--again"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-06", "run-record.json")).unwrap();
    let warned =
        record["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "last_release").count();
    assert_eq!((record["revision"].as_u64(), warned), (Some(2), 1));
}

/// A figure of the last release that somebody changed is no figure that was published.
#[test]
fn a_last_release_that_was_changed_is_not_believed() {
    let bench = bench();
    assert_eq!(bench.run("2025-06", &[]).code, 0);
    let path = bench.out().join("2025-06/r1/results/observations.parquet");
    let mut changed = std::fs::read(&path).unwrap();
    let middle = changed.len() / 2;
    changed[middle] ^= 0x10;
    std::fs::write(&path, changed).unwrap();
    let run = bench.run("2025-06", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-06", "run-record.json")).unwrap();
    let findings = record["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "last_release").unwrap();
    let told = "r1/results/observations.parquet: this file of a release is damaged: its SHA-256 is not the one in run-record.json";
    assert!(finding["message"].as_str().unwrap().contains(told), "{finding}");
    let since = rows(&bench, "2025-06", "revisions", "CRE-01");
    assert!(!since.iter().any(|row| row["kind"] == "since_last_release"));
}

#[test]
fn a_replaced_submission_that_was_refused_was_never_known() {
    let bench = Bench::new();
    let send = |submitted, org, period, counts| {
        bench.submit("arrest_summons", (submitted, org, period), &month(period, counts));
    };
    bench.write(&submission_path("arrest_summons", ("2025-05-10", "E1", "2025-04")), b"");
    // Alone it leaves nothing that any figure of those days could rest on.
    send("2025-07-14", "E1", "2025-04", (3, 5));
    send("2025-07-15", "E1", "2025-06", (1, 0));
    let run = bench.run("2025-06", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(rows(&bench, "2025-06", "revisions", "CRE-01").is_empty());

    send("2025-05-12", "E2", "2025-04", (4, 0));
    let run = bench.run("2025-06", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let known: Vec<_> = rows(&bench, "2025-06", "revisions", "CRE-01");
    let known: Vec<Vec<&str>> =
        known.iter().filter(|row| row["kind"] == "as_known").map(|row| cells(row, MOVED)).collect();
    let only = "NATIONAL 2025-04 2025-06-15 1 4 4 100 2025-07-15 2 7 12 58.333333 -41.666667 late_data";
    assert_eq!(known, [only.split(' ').collect::<Vec<_>>()]);
}

/// Reasons of the changes of one organisation's month since the last release.
fn reasons(bench: &Bench, period: &str, (metric, org, month): (&str, &str, &str)) -> Vec<String> {
    let found = rows(bench, period, "revisions", metric).into_iter();
    let found = found.filter(|row| row["kind"] == "since_last_release" && row["org_code"] == org);
    found.filter(|row| row["period"] == month).map(|row| row["reason"].clone()).collect()
}

#[test]
fn a_figure_lost_to_a_refused_return_says_so() {
    let bench = bench();
    assert_eq!(bench.run("2025-06", &["--as-of", "2025-07-15"]).code, 0);
    bench.write(&submission_path("arrest_summons", ("2025-07-20", "E1", "2025-05")), b"");
    assert_eq!(bench.run("2025-06", &[]).code, 31);
    assert_eq!(reasons(&bench, "2025-06", ("CRE-01", "E1", "2025-05")), ["refused_return"]);
    // What is sent in place of the refused one comes in anew.
    bench.submit("arrest_summons", ("2025-07-25", "E1", "2025-05"), &month("2025-05", (2, 2)));
    assert_eq!(bench.run("2025-06", &[]).code, 0);
    assert_eq!(reasons(&bench, "2025-06", ("CRE-01", "E1", "2025-05")), ["late_data"]);
}

#[test]
fn a_return_of_another_month_is_no_reason() {
    let bench = bench();
    assert_eq!(bench.run("2025-06", &[]).code, 0);
    let definitions = bench.export();
    // The statement changes under the same version, and July comes in.
    definitions.edit("queries/metrics/CRE-01/v1.sql", "delay_hours <= 24", "delay_hours <= 1");
    bench.submit("arrest_summons", ("2025-08-10", "E1", "2025-07"), &month("2025-07", (1, 0)));
    let run = bench.run("2025-07", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(reasons(&bench, "2025-07", ("CRE-01", "E1", "2025-04")), ["settings"]);
}

#[test]
fn the_public_edition_says_what_is_provisional_and_nothing_of_what_moved() {
    let bench = Bench::new();
    let send = |submitted, org, period, counts| {
        bench.submit("arrest_summons", (submitted, org, period), &month(period, counts));
    };
    send("2025-05-10", "E1", "2025-04", (30, 10));
    send("2025-05-12", "E2", "2025-04", (40, 20));
    send("2025-06-10", "E1", "2025-05", (20, 20));
    send("2025-06-12", "E2", "2025-05", (30, 10));
    send("2025-07-14", "E1", "2025-04", (31, 10));
    let settings = bench.settings("[late]\nmonths = 3\n[trend]\nmonth = 2\n");
    assert_eq!(bench.run("2025-05", &["--as-of", "2025-06-15", "--settings", text(&settings)]).code, 0);
    let run = bench.run("2025-05", &["--public", "--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let moved = rows(&bench, "2025-05", "revisions", "CRE-01");
    let kinds: BTreeSet<&str> = moved.iter().map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["as_known", "since_last_release"]));
    let release = bench.out().join("2025-05/r2/public");
    for path in files_below(&release) {
        let name = path.to_string_lossy().into_owned();
        assert!(!name.contains("revision") && !name.contains("completeness"), "{name}");
        let page = read_in(&release.join(&path));
        for told in
            ["what was known of each month", "how complete recent figures are", "changed since", "Expected in all"]
        {
            assert!(!page.contains(told), "{name} holds {told}");
        }
    }
    let page = |path: &str| bench.published("2025-05", path);
    let told = "The figures of April 2025 and May 2025 for all forces are provisional: more returns may come in, or some be \
                replaced.";
    let withheld = "How figures have changed from one day to another is not published";
    assert!(page("public/metrics/CRE-01.html").contains(told));
    assert!(page("public/metrics/CRE-01.html").contains(withheld) && page("public/about.html").contains(withheld));
    assert!(
        !page("national/metrics/CRE-01.html").contains(withheld) && !page("national/about.html").contains(withheld)
    );
}

#[test]
fn a_day_by_which_a_return_was_due_changes_no_figure_that_was_not_there() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-10", "E1", "2025-04"), &month("2025-04", (3, 1)));
    let status = || bench.observations("2025-04")[&("CRE-01".into(), "E2".into(), "2025-04".into())]["status"].clone();
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-05-12"]).code, 0);
    assert_eq!(status(), "missing");
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-06-30"]).code, 0);
    assert_eq!(status(), "not_returned");
    assert!(rows(&bench, "2025-04", "revisions", "CRE-01").is_empty());
}

/// Court results: the court date, days until they were received and entered, and how many.
fn results(cases: &[(&str, u64, usize)]) -> String {
    let mut rows = Vec::new();
    for (court_date, days, results) in cases {
        let day = court_date.parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(*days);
        for _ in 0..*results {
            rows.push(format!("c{},magistrates,{court_date},{day}T08:00:00Z,{day}T09:00:00Z,", rows.len()));
        }
    }
    rows.join("\n")
}

/// A result is sent with the month in which the police received it, so cases of a month go on coming in with later returns.
fn courts() -> Bench {
    let bench = Bench::new();
    send_results(&bench, ("2025-05-10", "2025-04"), &[("2025-04-03", 3, 3), ("2025-04-03", 20, 1)]);
    send_results(&bench, ("2025-06-10", "2025-05"), &[("2025-04-03", 30, 2), ("2025-05-06", 3, 4)]);
    send_results(&bench, ("2025-07-10", "2025-06"), &[("2025-05-06", 30, 1), ("2025-06-05", 3, 6)]);
    bench
}

fn send_results(bench: &Bench, (submitted, month): (&str, &str), cases: &[(&str, u64, usize)]) {
    bench.submit("court_results", (submitted, "E1", month), &results(cases));
}

/// What was known of the months of AMD-03.
fn known_results(bench: &Bench, org: &str) -> Vec<String> {
    let found = rows(bench, "2025-06", "revisions", "AMD-03").into_iter();
    let found = found.filter(|row| row["kind"] == "as_known" && row["org_code"] == org);
    found.map(|row| cells(&row, MOVED).join(" ")).collect()
}

/// Known at lags 0 and 1, all cases: April 4 and 6, May 4 and 5, June 6. f = 11/8, so June comes to 8.25;
/// s² = 4(3/2 - 11/8)² + 4(5/4 - 11/8)² = 1/8, mse = 8.25² · (1/8)/(121/64) · (1/6 + 1/8) = 1.3125. Those in time are
/// there at once.
#[test]
fn months_whose_cases_come_in_with_later_returns_are_measured() {
    let bench = courts();
    let settings = bench.settings("[late]\nmonths = 1\n");
    let run = || bench.run("2025-06", &["--as-of", "2025-07-15", "--settings", text(&settings)]);
    let first = run();
    assert_eq!(first.code, 0, "{}", first.stderr);
    let national = || -> Vec<String> {
        let found = rows(&bench, "2025-06", "completeness", "AMD-03").into_iter();
        found.filter(|row| row["org_code"] == "NATIONAL").map(|row| cells(&row, MEASURED).join(" ")).collect()
    };
    let june = "NATIONAL 2025-06 0 2 6 6 6 8.25 6.232574 10.713844 72.727273 56.002309 96.268404 72.727273 \
                100 yes";
    assert_eq!(national(), [june]);
    let april = "2025-04 2025-05-15 0 3 4 75 2025-06-15 1 3 6 50 -25 late_data";
    let may = "2025-05 2025-06-15 0 4 4 100 2025-07-15 1 4 5 80 -20 late_data";
    // June's return was in time: it brought a case of May, and nobody is called late.
    let page = bench.published("2025-06", "national/metrics/AMD-03.html");
    assert!(page.contains("More returns came in") && !page.contains("came in late"), "{page}");
    for org in ["E1", "NATIONAL"] {
        assert_eq!(known_results(&bench, org), [format!("{org} {april}"), format!("{org} {may}")]);
    }

    // May is sent again, with one case of April more. On the day before, what it replaces was in use.
    send_results(&bench, ("2025-07-12", "2025-05"), &[("2025-04-03", 30, 3), ("2025-05-06", 3, 4)]);
    let second = run();
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(national(), [june]);
    let since = "2025-04 2025-06-15 1 3 6 50 2025-07-15 2 3 7 42.857143 -7.142857 late_data_and_correction";
    let may = may.replace("late_data", "late_data_and_correction");
    assert_eq!(known_results(&bench, "E1"), [april, since, &may].map(|step| format!("E1 {step}")));

    // A run on that day says the same.
    assert_eq!(bench.run("2025-05", &["--as-of", "2025-06-15"]).code, 0);
    let published = bench.observations("2025-05");
    let counts = |month: &str| {
        let row = &published[&("AMD-03".into(), "E1".into(), month.into())];
        format!("{} {}", row["numerator"], row["denominator"])
    };
    assert_eq!([counts("2025-04"), counts("2025-05")], ["3 6", "4 4"]);
}

/// April came as a roll-up and then as records, which say the same: the roll-up was in use on the days before.
#[test]
fn a_roll_up_that_records_replaced_was_in_use_before() {
    let bench = Bench::new();
    let april = "2025-04-01,2025-04-01,magistrates,true,3,3\n2025-04-01,2025-04-01,magistrates,true,20,1";
    bench.submit("rollup-court_result_court_delay", ("2025-05-10", "E1", "2025-04"), april);
    send_results(&bench, ("2025-06-10", "2025-05"), &[("2025-04-03", 30, 2), ("2025-05-06", 3, 4)]);
    send_results(&bench, ("2025-07-10", "2025-06"), &[("2025-05-06", 30, 1), ("2025-06-05", 3, 6)]);
    send_results(&bench, ("2025-07-12", "2025-04"), &[("2025-04-03", 3, 3), ("2025-04-03", 20, 1)]);
    let run = bench.run("2025-06", &["--as-of", "2025-07-15"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let april = "E1 2025-04 2025-05-15 0 3 4 75 2025-06-15 1 3 6 50 -25 late_data";
    let may = "E1 2025-05 2025-06-15 0 4 4 100 2025-07-15 1 4 5 80 -20 late_data_and_correction";
    assert_eq!(known_results(&bench, "E1"), [april, may]);
}
