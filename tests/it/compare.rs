//! `compare`: how two releases are told apart, and the reasons that it gives.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Bench, Finished, arrests, leds_metrics, table, text};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");
const MAY: (&str, &str) = ("2025-05-03T10:00:00Z", "2025-05-03T12:00:00Z");

fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, SLOW]));
    run(&bench, "2025-04", &[]);
    bench
}

fn run(bench: &Bench, period: &str, more: &[&str]) {
    let run = bench.run(period, more);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

fn compare(bench: &Bench, one: &str, other: &str, more: &[&str]) -> Finished {
    let (one, other) = (bench.out().join(one), bench.out().join(other));
    leds_metrics(&[&["compare", text(&one), text(&other)], more].concat())
}

fn lines(bench: &Bench, one: &str, other: &str) -> Vec<String> {
    let done = compare(bench, one, other, &[]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    done.stdout.lines().map(str::to_owned).collect()
}

fn json(bench: &Bench, one: &str, other: &str) -> Value {
    let done = compare(bench, one, other, &["--json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn changed_figures_are_told_with_the_reasons_that_the_release_itself_gives() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, FAST, SLOW]));
    bench.submit("arrest_summons", ("2025-06-02", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
    run(&bench, "2025-04", &[]);
    let told = lines(&bench, "2025-04/r1", "2025-04");
    assert_eq!(told[0], "minor: figures changed, or something is new");
    for line in [
        "2025-04 r1: data as at 2025-05-15, published on 2025-12-01, leds-metrics 0.1.0",
        "compared: the figures of one period: 2025-04",
        "input files that are new or changed: 2, such as arrest_summons/submitted=2025-06-01/org=E1/period=2025-04/rows.parquet",
        "CRE-01 E1 2025-04: was 75 (3 of 4), is 80 (4 of 5): correction",
        "CRE-01 NATIONAL 2025-04: was 75 (3 of 4), is 71.428571 (5 of 7): late data and correction",
        "CRE-01 E2 2025-04: was missing, is 50 (1 of 2): late data",
    ] {
        assert!(told.iter().any(|one| one == line), "{line}\n{told:#?}");
    }
    // The release lists its headline figures that are not those of the last release.
    let row = |metric: &str, org: &str, reason: &str| format!("{metric} {org} {reason}");
    let published = table(&bench.published("2025-04", "results/revisions.csv"));
    let published = published.iter().filter(|one| one["kind"] == "since_last_release");
    let published: BTreeSet<String> =
        published.map(|one| row(&one["metric_id"], &one["org_code"], &one["reason"])).collect();
    let told = json(&bench, "2025-04/r1", "2025-04/r2");
    let changes = told["changes"].as_array().unwrap().iter();
    let changes = changes.filter(|one| one["change"] == "changed" && one["category"].is_null());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let changes: BTreeSet<String> =
        changes.map(|one| row(&word(&one["metric_id"]), &word(&one["org_code"]), &word(&one["reason"]))).collect();
    assert!(published.len() > 3 && changes == published, "{changes:#?}\n{published:#?}");
}

#[test]
fn long_lists_end_and_json_is_whole() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-02", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
    let settings = bench.settings("[trend]\nmonth = 24\n");
    bench.submit(
        "arrest_summons",
        ("2024-02-15", "E1", "2024-01"),
        &arrests(&[("2024-01-03T10:00:00Z", "2024-01-03T12:00:00Z")]),
    );
    run(&bench, "2025-04", &["--settings", text(&settings)]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r2");
    let all = json(&bench, "2025-04/r1", "2025-04/r2");
    let changes = all["changes"].as_array().unwrap().len();
    assert!(changes > 50);
    assert_eq!(told.last().unwrap(), &format!("and {} more; --json lists all", changes - 50));
    assert_eq!(all["class"], "minor");
    let new = all["new"]["periods"].as_array().unwrap();
    assert!(new.contains(&"2024-01".into()) && told.iter().any(|line| line.starts_with("new: periods 2024-01")));
    assert!(told.contains(&"settings that differ: trend.month".to_owned()), "{told:#?}");
}

#[test]
fn a_release_made_again_is_no_change_and_words_are_a_patch() {
    let bench = bench();
    run(&bench, "2025-04", &["--again"]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r2");
    assert_eq!(told[0], "none: nothing that decides the figures changed");
    assert!(told[4].ends_with(" the same, 0 changed, 0 new, 0 gone") && told.len() == 5, "{told:#?}");
    let settings = bench.settings("[publication]\ncontact = \"figures@example.org\"\n");
    run(&bench, "2025-04", &["--settings", text(&settings)]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r3");
    assert_eq!(told[0], "patch: no figure changed; words, pages, settings, inputs or the program did");
    assert_eq!(told[5], "settings that differ: publication.contact");
}

#[test]
fn a_body_or_a_period_that_is_gone_is_major() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-15", "E1", "2025-05"), &arrests(&[MAY]));
    run(&bench, "2025-05", &[]);
    let settings = bench.settings("[trend]\nmonth = 1\nnational = 1\n");
    run(&bench, "2025-05", &["--settings", text(&settings)]);
    let told = lines(&bench, "2025-05/r1", "2025-05/r2");
    assert_eq!(told[0], "major: a metric, a body or a period is gone");
    assert!(told.contains(&"gone: periods 2025-04".to_owned()), "{told:#?}");
    let one = "E1,First Police,First,territorial_force,North,England,1000,2000-01-01,\n";
    bench.reference("organisations", "2025-06-16", one);
    run(&bench, "2025-05", &["--settings", text(&settings)]);
    let gone = json(&bench, "2025-05/r2", "2025-05/r3");
    assert_eq!(gone["class"], "major");
    assert!(gone["gone"]["bodies"].as_array().unwrap().contains(&"E2".into()), "{}", gone["gone"]);
}

#[test]
fn releases_of_other_periods_are_compared_where_both_hold_figures() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-15", "E1", "2025-05"), &arrests(&[MAY]));
    run(&bench, "2025-05", &[]);
    let told = lines(&bench, "2025-04", "2025-05");
    let line = "compared: the figures of one period that both releases hold, which are of different periods: 2025-04";
    assert!(told.contains(&line.to_owned()), "{told:#?}");
    assert_eq!(json(&bench, "2025-04", "2025-05")["same_period"], false);
    // The long series of a quarter hold months, of some metrics.
    run(&bench, "2025-26Q1", &[]);
    let done = compare(&bench, "2025-04", "2025-26Q1", &[]);
    assert_eq!(done.code, 2, "{}", done.stdout);
    assert!(done.stderr.contains("hold no period in common"), "{}", done.stderr);
}

#[test]
fn no_reason_is_made_up_where_the_definition_is_not_at_hand() {
    let bench = bench();
    let exported = bench.export();
    exported.edit("queries/rollups/arrest_summons_delay.sql", "SELECT", "-- The same.\nSELECT");
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST, FAST, FAST, FAST, SLOW]));
    run(&bench, "2025-04", &["--definitions", exported.path()]);
    let told = lines(&bench, "2025-04/r1", "2025-04/r2");
    let line = "CRE-01 E1 2025-04: was 75 (3 of 4), is 80 (4 of 5): no reason is known from the two releases";
    assert!(told.contains(&line.to_owned()), "{told:#?}");
    let known = compare(&bench, "2025-04/r1", "2025-04/r2", &["--definitions", exported.path()]);
    assert!(known.stdout.contains("is 80 (4 of 5): correction"), "{}", known.stdout);
}

#[test]
fn a_damaged_release_is_not_compared() {
    let bench = bench();
    run(&bench, "2025-04", &["--again"]);
    std::fs::write(bench.out().join("2025-04/r1/results/observations.parquet"), b"PAR1").unwrap();
    let done = compare(&bench, "2025-04/r1", "2025-04/r2", &[]);
    assert_eq!(done.code, 20);
    assert!(done.stderr.contains("observations.parquet: this file of a release is damaged"), "{}", done.stderr);
    assert_eq!(compare(&bench, "2025-04/r9", "2025-04/r2", &[]).code, 2);
}
