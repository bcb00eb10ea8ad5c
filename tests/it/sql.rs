//! `sql`: ad hoc statements over submissions, roll-ups and a release.

use std::fs;

use crate::support::{Bench, Finished, arrests, leds_metrics, text};

/// 43 reports of E1 in April, published: 40 created after 3, 6, … 120 hours, 3 still open. One in March, and another of
/// E2 in a file that is refused.
fn bench() -> Bench {
    let bench = Bench::new();
    let created: Vec<String> =
        (1..=40).map(|i| format!("2025-04-{:02}T{:02}:00:00Z", 3 + i * 3 / 24, i * 3 % 24)).collect();
    let open = ["", "", ""];
    let cases: Vec<(&str, &str)> =
        created.iter().map(String::as_str).chain(open).map(|created| ("2025-04-03T00:00:00Z", created)).collect();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&cases));
    let before = ("2025-03-03T00:00:00Z", "2025-03-03T01:00:00Z");
    bench.submit("arrest_summons", ("2025-04-15", "E1", "2025-03"), &arrests(&[before]));
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

/// For each published figure whether the engine gives the same value or limits from what the release or roll-up holds.
const PUBLISHED: &str = "
WITH delays AS (
    SELECT
        org_code,
        km_percentile(delay_hours, observed, reports, 90, 2160) AS p90,
        km_percentile_lower(delay_hours, observed, reports, 90, 0.95, 2160) AS p90_lower,
        km_percentile_upper(delay_hours, observed, reports, 90, 0.95, 2160) AS p90_upper,
        km_percentile(delay_hours, observed, reports, 50, 2160) AS p50,
        km_percentile_lower(delay_hours, observed, reports, 50, 0.998, 2160) AS p50_lower,
        km_percentile_upper(delay_hours, observed, reports, 50, 0.998, 2160) AS p50_upper,
        percentile_of(delay_hours, reports, 90, 2160) FILTER (WHERE observed) AS closed,
        percentile_of_lower(delay_hours, reports, 90, 0.95, 2160) FILTER (WHERE observed) AS closed_lower,
        percentile_of_upper(delay_hours, reports, 90, 0.95, 2160) FILTER (WHERE observed) AS closed_upper
    FROM arrest_summons_delay
    WHERE month = DATE '2025-04-01'
    GROUP BY org_code
),

april AS (SELECT * FROM observations WHERE period = '2025-04' AND org_code = 'E1' AND status = 'value'),

april_parts AS (SELECT * FROM breakdowns WHERE period = '2025-04' AND org_code = 'E1' AND status = 'value'),

pairs AS (
    SELECT metric_id, 'share' AS what, value / 100 AS value, lower_95 / 100 AS lower, upper_95 / 100 AS upper,
        newcombe_difference(numerator, denominator, 0, 1) AS own,
        wilson_lower(numerator, denominator, 0.95) AS own_lower,
        wilson_upper(numerator, denominator, 0.95) AS own_upper
    FROM april WHERE metric_id = 'CRE-01'
    UNION ALL
    SELECT metric_id, 'count', value, lower_998, upper_998, numerator, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
    FROM april WHERE metric_id = 'CRE-06'
    UNION ALL
    SELECT metric_id, 'rate', value, lower_95, upper_95, rate_ratio(numerator, denominator, 1, 1000),
        rate_lower(numerator, denominator, 1000, 0.95), rate_upper(numerator, denominator, 1000, 0.95)
    FROM april_parts WHERE category = 'per_1000_officers'
    UNION ALL
    SELECT metric_id, 'delay', value, lower_95, upper_95, p90, p90_lower, p90_upper
    FROM april INNER JOIN delays USING (org_code) WHERE metric_id = 'CRE-03'
    UNION ALL
    SELECT metric_id, 'median', value, lower_998, upper_998, p50, p50_lower, p50_upper
    FROM april_parts INNER JOIN delays USING (org_code) WHERE metric_id = 'CRE-03' AND category = 'median'
    UNION ALL
    SELECT metric_id, 'closed', value, lower_95, upper_95, closed, closed_lower, closed_upper
    FROM april_parts INNER JOIN delays USING (org_code)
    WHERE metric_id = 'CRE-03' AND category = 'percentile_of_closed_cases'
)

SELECT metric_id, what, abs(value - own) < 1e-6 AS same,
    coalesce(abs(lower - own_lower) < 1e-6, lower IS NULL AND own_lower IS NULL) AS same_lower,
    coalesce(abs(upper - own_upper) < 1e-6, upper IS NULL AND own_upper IS NULL) AS same_upper
FROM pairs ORDER BY 1, 2";

#[test]
fn datasets_roll_ups_and_results_are_tables() {
    let bench = bench();
    let rows = ask(&bench, &["SELECT org, count(*) AS n FROM arrest_summons GROUP BY org", "--format", "csv"]);
    assert_eq!((rows.code, rows.stdout.as_str()), (0, "org,n\nE1,44\n"), "{}", rows.stderr);
    let published = ask(&bench, &[PUBLISHED, "--format", "csv"]);
    let expected = "metric_id,what,same,same_lower,same_upper\n\
                    CRE-01,share,true,true,true\nCRE-03,closed,true,true,true\nCRE-03,delay,true,true,true\n\
                    CRE-03,median,true,true,true\nCRE-06,count,true,true,true\nCRE-06,rate,true,true,true\n";
    assert_eq!(published.stdout, expected, "{}", published.stderr);
    let rolled = ask(&bench, &["SELECT sum(reports) AS reports FROM arrest_summons_created"]);
    assert!(rolled.stdout.contains("| 41 "), "{}{}", rolled.stdout, rolled.stderr);
}

/// Functions of one row and of a group in the engine, against figures whose sources stand in the unit tests.
#[test]
fn functions_give_published_figures() {
    let statement = "
WITH remission (weeks, ended, patients) AS (
    VALUES (6, TRUE, 3), (6, FALSE, 1), (7, TRUE, 1), (9, FALSE, 1), (10, TRUE, 1), (10, FALSE, 1), (11, FALSE, 1),
        (13, TRUE, 1), (16, TRUE, 1), (17, FALSE, 1), (19, FALSE, 1), (20, FALSE, 1), (22, TRUE, 1), (23, TRUE, 1),
        (25, FALSE, 1), (32, FALSE, 2), (34, FALSE, 1), (35, FALSE, 1), (NULL, TRUE, 9)
)

SELECT percent, km_percentile(weeks, ended, patients, percent) AS p,
    km_percentile_lower(weeks, ended, patients, percent, 0.95) AS lower,
    km_percentile_upper(weeks, ended, patients, percent, 0.95) AS upper,
    round(exact_lower(81, 263, 0.95), 4) AS exact,
    round(newcombe_p(720, 900, 5100, 6000), 5) AS p_value,
    round(rate_ratio_upper(11, 800, 21, 3011, 0.95), 6) AS ratio,
    funnel_label(9, 10, 30 - sum(patients) / 3, 30) AS label,
    funnel_upper(9, 10, 30, 0.95) AS no_limit,
    proportion_benchmark(sum(patients), NULL, 1, 2, 0) AS no_answer
FROM remission CROSS JOIN (VALUES (25), (50), (90)) AS asked (percent)
GROUP BY percent ORDER BY percent";
    let done = leds_metrics(&["sql", statement, "--format", "csv"]);
    let shared = "0.2527,0.00011,4.277266,below_99_8,,";
    let expected = format!(
        "percent,p,lower,upper,exact,p_value,ratio,label,no_limit,no_answer\n\
         25,13.0,6.0,22.0,{shared}\n50,23.0,13.0,,{shared}\n90,,,,{shared}\n"
    );
    assert_eq!(done.stdout, expected, "{}", done.stderr);
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
    for call in
        ["wilson_lower(numerator, denominator, level)", "km_percentile(value, observed, count, percent [, cap])"]
    {
        assert!(help.stdout.contains(call), "{}", help.stdout);
    }
}

#[test]
fn a_statement_that_writes_or_is_wrong_ends_with_exit_2_and_leaves_the_file() {
    let bench = bench();
    let file = bench.work().join("rows.csv");
    fs::write(&file, "kept").unwrap();
    for (statement, words) in [
        (
            "DROP TABLE observations",
            "the statement does more than read; write one SELECT statement, which changes nothing",
        ),
        ("SELECT colour FROM observations", "statement: there is no column colour; the columns here are metric_id, "),
        ("SELECT wilson_lower(3, 2, 0.95)", "the numerator is not from 0 to the denominator"),
        ("SELECT poisson_upper(3, 95)", "a confidence level lies from 0.9 to below 1, and 95 does not"),
        (
            "SELECT km_percentile(reports, true, reports, 100) FROM arrest_summons_delay",
            "km_percentile(value, observed, count, percent [, cap]): percent 100 is not a whole number from 1 to 99",
        ),
        (
            "SELECT percentile_of(DISTINCT reports, 1, 50) FROM arrest_summons_delay",
            "percentile_of(value, count, percent [, cap]): rows that are alike count apart, so DISTINCT is not for it",
        ),
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

#[test]
fn a_damaged_release_is_named() {
    let bench = bench();
    let path = bench.out().join("2025-04/r1/results/observations.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, bytes).unwrap();
    let damaged = ask(&bench, &["SELECT count(*) FROM observations"]);
    let told =
        format!("{}: this file of a release is damaged: its SHA-256 is not the one in run-record.json", path.display());
    assert_eq!(damaged.code, 20, "{}", damaged.stderr);
    assert!(damaged.stderr.contains(&told) && damaged.stdout.is_empty(), "{}", damaged.stderr);
    assert_eq!(ask(&bench, &["SELECT count(*) FROM signals"]).code, 0, "the other tables are whole");
    fs::remove_file(&path).unwrap();
    let gone = ask(&bench, &["SELECT count(*) FROM observations"]);
    assert!(gone.code == 20 && gone.stderr.contains("this file of a release cannot be read"), "{}", gone.stderr);
}
