//! Released statements never change: the lock, new versions, and the break that a new version makes in a series.

use std::fs;

use crate::support::{Bench, Exported, Finished, leds_metrics, text};

const V1: &str = "queries/metrics/CRE-01/v1.sql";
const ROLLUP: &str = "queries/rollups/arrest_summons_delay.sql";
const LOCK: &str = "queries/released.lock";

/// Sixteen reports in each of four months, four each on PNC after 2, 2, 30 and 100 hours: enough for a change to be stated.
fn bench() -> Bench {
    let bench = Bench::new();
    for (month, submitted) in
        [("2026-10", "2026-11-15"), ("2026-11", "2026-12-15"), ("2026-12", "2027-01-15"), ("2027-01", "2027-02-15")]
    {
        let report = |(n, created): (usize, &str)| {
            format!("r{n},arrest,{month}-05T10:00:00Z,{month}-{created}:00:00Z,true,true\n")
        };
        let rows: String = ["05T12", "05T12", "06T16", "09T14"].repeat(4).into_iter().enumerate().map(report).collect();
        bench.submit("arrest_summons", (submitted, "E1", month), rows.trim_end());
    }
    bench
}

fn lock(definitions: &Exported) -> Finished {
    leds_metrics(&["definitions", "lock", "--definitions", definitions.path()])
}

/// Version 2 counts what was on PNC within 48 hours. It takes effect in December, although it is dated within that month.
fn add_version(definitions: &Exported) {
    let sql = definitions.read(V1).replace("delay_hours <= 24", "delay_hours <= 48");
    definitions.write("queries/metrics/CRE-01/v2.sql", &sql);
    let toml = "queries/metrics/CRE-01/metric.toml";
    let entry = "\n[[versions]]\nversion = 2\ndate = \"2026-12-10\"\nreason = \"Two days are allowed\"\n";
    definitions.write(toml, &(definitions.read(toml) + entry));
}

#[test]
fn a_released_statement_that_was_changed_stops_everything() {
    let bench = bench();
    let definitions = bench.export();
    let locked = lock(&definitions);
    let released = definitions.read(LOCK);
    let statements = released.lines().filter(|line| line.contains(".sql")).count();
    assert_eq!((locked.code, locked.stdout), (0, format!("{statements} statements are locked\n")));

    definitions.edit(V1, "delay_hours <= 24", "delay_hours <= 48");
    definitions.edit(ROLLUP, "WHERE recordable", "WHERE recordable = true");
    let message = format!(
        "error: the definitions have 2 problems\n  \
         {V1}: is released and was changed; put it back and add the change as a new version, v<number>.sql with its \
         entry in metric.toml\n  \
         {ROLLUP}: is released and was changed; put it back and add the change as a new roll-up, read by a new version \
         of each metric\n"
    );
    let (source, work) = (bench.source(), bench.work());
    let arguments = ["--definitions", definitions.path(), "check", "--source", text(&source), "--work", text(&work)];
    for done in
        [leds_metrics(&arguments), bench.run_on("2027-12-01", "2027-01", &["--definitions", definitions.path()])]
    {
        assert_eq!((done.code, done.stdout.as_str()), (10, ""));
        assert_eq!(done.stderr, message);
    }
    assert!(!bench.out().exists() && !work.exists(), "nothing was read and nothing written");
    // The lock is no way around it.
    assert_eq!(lock(&definitions).code, 10);
    assert_eq!(definitions.read(LOCK), released);
}

#[test]
fn the_lock_takes_new_statements_and_lets_none_go() {
    let bench = bench();
    let definitions = bench.export();
    lock(&definitions);
    let before = definitions.read(LOCK).lines().count();
    add_version(&definitions);
    assert_eq!(lock(&definitions).code, 0);
    assert_eq!(definitions.read(LOCK).lines().count(), before + 1);
    fs::remove_dir_all(format!("{}/queries/metrics/CRE-01", definitions.path())).unwrap();
    let gone = leds_metrics(&["list", "metrics", "--definitions", definitions.path()]);
    assert_eq!(gone.code, 10);
    assert!(gone.stderr.contains(&format!("{V1} was released and is not there any more")), "{}", gone.stderr);
    let unnamed = leds_metrics(&["definitions", "lock"]);
    assert_eq!(unnamed.code, 2);
    assert_eq!(unnamed.stderr, "error: name the folder of the definitions with --definitions\n");
}

#[test]
fn a_new_version_holds_from_its_month_and_the_series_breaks_there() {
    let bench = bench();
    let definitions = bench.export();
    lock(&definitions);
    add_version(&definitions);
    let run = bench.run_on("2027-12-01", "2027-01", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2027-01");
    let cells = |period: &str| {
        let figure = &all[&("CRE-01".to_owned(), "E1".to_owned(), period.to_owned())];
        ["metric_version", "numerator", "denominator"].map(|column| figure[column].clone())
    };
    assert_eq!(cells("2026-10"), ["1", "8", "16"]);
    assert_eq!(cells("2026-11"), ["1", "8", "16"]);
    assert_eq!(cells("2026-12"), ["2", "12", "16"], "the month of the version's date, whole");
    assert_eq!(cells("2027-01"), ["2", "12", "16"]);

    let page = bench.published("2027-01", "national/metrics/CRE-01.html");
    assert!(page.contains(">December 2026 [b]</th>") && !page.contains(">January 2027 [b]</th>"));
    assert!(page.contains("[b] = break in time series, from here on by a new version of the definition"));
    let explanation = "reak in the series: version 2 of the definition holds from December 2026; earlier figures do not \
                       compare";
    assert_eq!(page.matches(explanation).count(), 2, "in the figure's description and in its table");
    assert!(page.contains(">New definition</text>"), "in the drawing");
    assert!(page.contains("<td>Two days are allowed</td>"));
    // Before and after the break changes are stated, and nothing spans it.
    assert!(page.contains("All forces: the figure stayed at 75.0%"));
    assert!(!page.contains("+25.0") && !page.contains("by 25.0 percentage points"));
    assert!(!page.contains("it was lowest at 50.0%"), "extremes of two definitions do not compare");
    let other = bench.published("2027-01", "national/metrics/CRE-02.html");
    assert!(!other.contains("[b]") && !other.contains("New definition"), "the break is that metric's alone");
}

#[test]
fn no_page_states_a_change_across_a_break() {
    let bench = bench();
    let definitions = bench.export();
    add_version(&definitions);
    let run = bench.run_on("2027-12-01", "2026-12", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let pages = ["national/all-metrics.html", "national/metrics/CRE-01.html", "forces/E1/index.html"];
    for page in pages.map(|path| bench.published("2026-12", path)) {
        assert!(page.contains("75.0%"));
        assert!(!page.contains("25.0 percentage points") && !page.contains("+25.0"), "{page}");
    }
    let force = bench.pages("2026-12", "forces/E1");
    assert!(force.contains("First: 75.0% (12 of 16) in December 2026. There is no earlier figure to compare it with."));
}

#[test]
fn a_correction_of_all_months_is_a_version_from_the_first_of_them() {
    let bench = bench();
    let definitions = bench.export();
    add_version(&definitions);
    let toml = "queries/metrics/CRE-01/metric.toml";
    definitions.edit(toml, "date = \"2026-12-10\"", "date = \"2020-01-01\"");
    let run = bench.run_on("2027-12-01", "2027-01", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 10);
    let message = format!(
        "error: the definitions have 1 problem\n  {toml}: versions[1].date: is before that of an earlier version\n"
    );
    assert_eq!(run.stderr, message, "and no invariant complains that the metric is gone");
    // The date of the first version decides nothing: it holds from the beginning.
    definitions.edit(toml, "date = \"2026-11-23\"", "date = \"2019-12-31\"");
    let run = bench.run_on("2027-12-01", "2027-01", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2027-01");
    let figure = &all[&("CRE-01".to_owned(), "E1".to_owned(), "2026-10".to_owned())];
    assert_eq!((figure["metric_version"].as_str(), figure["numerator"].as_str()), ("2", "12"));
    assert!(!bench.published("2027-01", "national/metrics/CRE-01.html").contains("[b]"));
}

#[test]
fn a_period_that_holds_two_versions_counts_each_month_by_its_own() {
    let bench = bench();
    let definitions = bench.export();
    add_version(&definitions);
    let run = bench.run_on("2027-12-01", "2026-27Q3", &["--definitions", definitions.path()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2026-27Q3");
    let figure = &all[&("CRE-01".to_owned(), "E1".to_owned(), "2026-27Q3".to_owned())];
    let cells = ["metric_version", "numerator", "denominator"].map(|column| figure[column].as_str());
    assert_eq!(cells, ["2", "28", "48"]);
    let page = bench.published("2026-27Q3", "national/metrics/CRE-01.html");
    assert!(page.contains(">October to December 2026 [b]</th>"), "{page}");
}
