//! What a figure says of itself: chance, few cases, full counts, levels, and how large a change was.

use crate::support::{Bench, parquet_of, table};

const CASES: &str = "org_code:S month:D opened:I closed:I open_cases:I over_12_months:I not_investigated:I";

/// Reports of a month of which so many came onto PNC after 2 hours and the rest after 30.
fn reports(month: &str, fast: usize, all: usize) -> String {
    let line = |n: usize| {
        let created = if n < fast { "10T12" } else { "11T16" };
        format!("r{n},arrest,{month}-10T10:00:00Z,{month}-{created}:00:00Z,true,true")
    };
    (0..all).map(line).collect::<Vec<_>>().join("\n")
}

/// E1 goes from 10 of 20 to 1,003 of 2,000, E2 from 1 of 2 to 2 of 3.
fn bench() -> Bench {
    let bench = Bench::new();
    for (month, submitted, first, second) in
        [("2025-03", "2025-04-15", (10, 20), (1, 2)), ("2025-04", "2025-05-15", (1_003, 2_000), (2, 3))]
    {
        bench.submit("arrest_summons", (submitted, "E1", month), &reports(month, first.0, first.1));
        bench.submit("arrest_summons", (submitted, "E2", month), &reports(month, second.0, second.1));
    }
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    bench
}

#[test]
fn a_change_is_rounded_from_the_exact_ratios_and_few_cases_are_named_and_not_judged() {
    let bench = bench();
    let first = bench.pages("2025-04", "forces/E1");
    assert!(first.contains("The figure rose by 0.2 percentage points from 50.0% in March 2025."));
    assert!(first.contains("50.2% (1,003 of 2,000)"));
    let second = bench.pages("2025-04", "forces/E2");
    assert!(
        second.contains("66.7% (2 of 3, few cases) in April 2025, too few to say how the figure moves.")
            && second.contains("2 of 3, few cases [u]")
    );
    assert!(!second.contains("rose by 16.7 percentage points from 50.0%"));
    let found = bench.observations("2025-04");
    let cell =
        |org: &str, column: &str| found[&("CRE-01".to_owned(), org.to_owned(), "2025-04".to_owned())][column].clone();
    assert_eq!([cell("E1", "reliability"), cell("E2", "reliability")], ["", "low"]);
    for page in [&first, &second, &bench.published("2025-04", "national/metrics/CRE-01.html")] {
        assert!(!page.contains("true level"), "every figure is a full count");
    }
    assert!(first.contains("If the same conditions went on, chance alone would move this figure between"));
    assert!(first.contains("Figures count all cases and are no samples, unless their text says so."));
}

#[test]
fn a_full_count_has_no_limits_and_an_open_backlog_is_a_level_only() {
    let bench = bench();
    let found = bench.observations("2025-04");
    for metric in ["CRE-04", "CRE-06"] {
        let row = &found[&(metric.to_owned(), "E1".to_owned(), "2025-04".to_owned())];
        let cells =
            ["status", "method", "lower_95", "upper_95", "upper_998", "reliability"].map(|name| row[name].as_str());
        assert_eq!(cells, ["value", "no_limits", "", "", "", ""], "{metric}");
    }
    let page = bench.published("2025-04", "national/metrics/CRE-04.html");
    assert!(page.contains("a level only") && page.contains("It counts cases open when their month was returned."));
    assert!(!page.contains("The figure did not change") && !page.contains("id=\"fig-CRE-04-trend\""));
    for results in ["comparisons", "control_limits", "run_charts", "trends", "signals", "funnels", "ranks"] {
        let rows = table(&bench.published("2025-04", &format!("results/{results}.csv")));
        assert!(rows.iter().all(|row| row["metric_id"] != "CRE-04"), "{results}");
    }
    let duty = table(&bench.published("2025-04", "results/responsibilities.csv"));
    let own = duty.iter().find(|row| row["metric_id"] == "CRE-04" && row["org_code"] == "E1").unwrap();
    assert_eq!([&*own["outcome"], &*own["against_year_before"], &*own["against_peers"]], ["no_standard", "", ""]);
}

/// 81 results entered for 64 new cases: the ratio is 1.27, from 0.90 to 1.79. As if the 64 were known it would be from 1.01.
#[test]
fn both_counts_of_a_ratio_vary() {
    let bench = Bench::new();
    let path = |org: &str| {
        format!("rollup-impending_prosecutions_state/submitted=2025-05-10/org={org}/period=2025-04/rows.parquet")
    };
    bench.write(&path("E1"), &parquet_of(CASES, "E1,2025-04-01,64,81,500,0,0"));
    bench.write(&path("E2"), &parquet_of(CASES, "E2,2025-04-01,40,4,500,0,0"));
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = bench.observations("2025-04");
    let row = |org: &str| &found[&("AMD-06".to_owned(), org.to_owned(), "2025-04".to_owned())];
    let number = |name: &str| row("E1")[name].parse::<f64>().unwrap();
    assert_eq!(row("E1")["method"], "exact_count_ratio");
    assert!((number("value") - 1.265_625).abs() < 1e-6);
    assert!((number("lower_95") - 0.90).abs() < 0.005 && (number("upper_95") - 1.79).abs() < 0.005);
    assert_eq!([&*row("E1")["reliability"], &*row("E2")["reliability"]], ["", "low"], "four results are few");
}

#[test]
fn nobody_is_charged_with_returns_that_were_not_due_yet() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2015-07-10", "E1", "2015-06"), &reports("2015-06", 10, 20));
    let run = bench.run("2015-06", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = bench.observations("2015-06");
    let charged = |(metric, _, _): &&(String, String, String)| metric == "REP-01";
    let charged: Vec<_> = found.keys().filter(charged).filter(|key| found[*key]["status"] == "value").collect();
    assert!(charged.is_empty(), "{charged:?}");
    assert_eq!(found[&("CRE-01".to_owned(), "E1".to_owned(), "2015-06".to_owned())]["numerator"], "10");
}

#[test]
fn a_period_that_may_mean_a_financial_year_is_said_to_be_read_as_a_month() {
    let run = Bench::new().run("2002-03", &[]);
    let note = "note: 2002-03 was read as March 2002; the financial year April 2002 to March 2003 is written FY2002-03";
    assert!(run.stderr.contains(note), "{}", run.stderr);
    assert!(!Bench::new().run("2025-26", &[]).stderr.contains("was read as"));
}

/// Each message raises an exception or does not: 1 of 2 cannot be more than 100 of 100.
#[test]
fn exceptions_are_a_share_of_the_messages() {
    let bench = Bench::new();
    let path = "rollup-hearing_exceptions/submitted=2025-05-10/org=E1/period=2025-04/rows.parquet";
    let rows = "E1,2025-04-01,true,HO100301,1\nE1,2025-04-01,true,,1";
    bench.write(path, &parquet_of("org_code:S month:D recordable:B exception:S messages:I", rows));
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let found = bench.observations("2025-04");
    let row = &found[&("AMD-09".to_owned(), "E1".to_owned(), "2025-04".to_owned())];
    let cells = ["value", "unit", "method", "reliability"].map(|name| row[name].as_str());
    assert_eq!(cells, ["50", "per_100_results", "wilson", "low"]);
    assert!(row["upper_95"].parse::<f64>().unwrap() < 100.0, "{}", row["upper_95"]);
    assert!(bench.pages("2025-04", "forces/E1").contains("(1 of 2, few cases)"));
}
