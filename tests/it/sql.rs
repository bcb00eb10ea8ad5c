//! `sql`: ad hoc statements over submissions, roll-ups and a release.

use std::fs;

use crate::support::{Bench, Finished, arrests, leds_metrics, text};

/// Three reports of E1, two of them within a day, published; another of E2 in a file that is refused.
fn bench() -> Bench {
    let bench = Bench::new();
    let (fast, slow) =
        (("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z"), ("2025-04-05T10:00:00Z", "2025-04-09T10:00:00Z"));
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[fast, fast, slow]));
    bench.write("arrest_summons/submitted=2025-05-15/org=E2/period=2025-04/rows.parquet", b"no Parquet");
    let run = bench.run("2025-04", &["--allow-gaps"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    bench
}

fn ask(bench: &Bench, more: &[&str]) -> Finished {
    let (source, work, release) = (bench.source(), bench.work(), bench.out().join("2025-04"));
    let arguments = ["sql", "--source", text(&source), "--work", text(&work), "--release", text(&release), "--quiet"];
    leds_metrics(&[&arguments[..], more].concat())
}

#[test]
fn datasets_roll_ups_and_results_are_tables() {
    let bench = bench();
    let rows = ask(&bench, &["SELECT org, count(*) AS n FROM arrest_summons GROUP BY org", "--format", "csv"]);
    assert_eq!((rows.code, rows.stdout.as_str()), (0, "org,n\nE1,3\n"), "{}", rows.stderr);
    let published = ask(
        &bench,
        &[
            "SELECT metric_id, numerator, denominator, abs(lower_95 / 100 - wilson_lower(numerator, denominator, 0.95)) < 1e-6 \
             AS same FROM observations WHERE metric_id = 'CRE-01' AND org_code = 'E1' AND status = 'value'",
            "--format",
            "json",
        ],
    );
    let rows: serde_json::Value = serde_json::from_str(&published.stdout).unwrap();
    let expected = serde_json::json!([{"metric_id": "CRE-01", "numerator": 2, "denominator": 3, "same": true}]);
    assert_eq!(rows, expected, "{}", published.stderr);
    let rolled = ask(&bench, &["SELECT sum(reports) AS reports FROM arrest_summons_created"]);
    assert!(rolled.stdout.contains("| 3 "), "{}{}", rolled.stdout, rolled.stderr);
}

#[test]
fn tables_are_listed_and_rows_go_into_a_file() {
    let bench = bench();
    let tables = ask(&bench, &["--tables"]);
    for table in ["arrest_summons ", "arrest_summons_created ", "observations ", "breakdowns ", "responsibilities "] {
        assert!(tables.stdout.lines().any(|line| line.starts_with(table)), "{table}: {}", tables.stdout);
    }
    let file = bench.work().join("rows.parquet");
    let statement = "SELECT org_code, value FROM observations WHERE metric_id = 'CRE-01'";
    assert_eq!(ask(&bench, &[statement, "--format", "parquet", "--out", text(&file)]).code, 0);
    assert_eq!(&fs::read(&file).unwrap()[..4], b"PAR1");
    let help = leds_metrics(&["sql", "--help"]);
    assert!(help.stdout.contains("wilson_lower(numerator, denominator, level)"), "{}", help.stdout);
}

#[test]
fn a_statement_that_writes_or_is_wrong_ends_with_exit_2_and_leaves_the_file() {
    let bench = bench();
    let file = bench.work().join("rows.csv");
    fs::write(&file, "kept").unwrap();
    for (statement, words) in [
        ("DROP TABLE observations", "DDL not supported"),
        ("SELECT colour FROM observations", "statement: Schema error: No field named colour"),
        ("SELECT wilson_lower(3, 2, 0.95)", "the numerator is not from 0 to the denominator"),
        ("SELECT poisson_upper(3, 95)", "a confidence level lies from 0.9 to below 1, and 95 does not"),
    ] {
        let done = ask(&bench, &[statement, "--format", "csv", "--out", text(&file)]);
        assert_eq!(done.code, 2, "{statement}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{statement}: {}", done.stderr);
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    }
    let nowhere = leds_metrics(&["sql", "SELECT 1", "--release", "no-such-folder"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.stderr.contains("no-such-folder: neither a release nor the folder of a period's releases"));
}
