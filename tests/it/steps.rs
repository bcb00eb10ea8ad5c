//! Steps that a series seems to have taken: proposed with date and size, shown where somebody decides, and decided.

use std::collections::BTreeMap;

use crate::support::{Bench, table, text};

/// January 2024 to April 2025; E1 has about 10 of 20 reports on PNC within 24 hours, from September 2024 on about 17.
fn bench() -> Bench {
    let bench = Bench::new();
    for n in 0..16 {
        let month = format!("{}-{:02}", 2024 + n / 12, n % 12 + 1);
        let scatter = [0, 1, 0, -1][n % 4];
        let fast = if n < 8 { 10 } else { 17 } + scatter;
        let line = |case: i64| {
            let created = if case < fast { "03T12" } else { "20T12" };
            format!("r{case},arrest,{month}-03T10:00:00Z,{month}-{created}:00:00Z,true,true\n")
        };
        let rows: String = (0..20).map(line).collect();
        bench.submit("arrest_summons", ("2025-06-01", "E1", &month), rows.trim_end());
    }
    bench.reference("events", "2025-06-01", "E1,2024-08-19,outage,The terminals of two stations were replaced");
    bench
}

fn steps(bench: &Bench) -> Vec<BTreeMap<String, String>> {
    let rows = table(&bench.published("2025-04", "results/change_points.csv"));
    rows.into_iter().filter(|row| row["metric_id"] == "CRE-01" && row["org_code"] == "E1").collect()
}

fn cells<'r>(row: &'r BTreeMap<String, String>, columns: &str) -> Vec<&'r str> {
    columns.split_whitespace().map(|column| row[column].as_str()).collect()
}

#[test]
fn a_step_is_proposed_with_its_event_and_a_named_person_decides() {
    let bench = bench();
    let trend = "[trend]\nmonth = 16\n";
    let settings = bench.settings(trend);
    let run = bench.run("2025-04", &["--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = steps(&bench);
    assert_eq!(found.len(), 1, "{found:?}");
    let columns = "period earliest_period latest_period date_interval periods_before periods_after mean_before mean_after \
                   seasonally_adjusted measure estimate lower_95 upper_95 shared_by event_on event_kind decision";
    // 136 of 160 against 80 of 160: 35 points; Newcombe from Wilson's 78.7 to 89.7 and 42.3 to 57.7.
    let expected = "2024-09 2024-08 2024-10 closed 8 8 50 85 no difference 35 25.053633 43.987892 0 \
                    2024-08-19 outage open";
    assert_eq!(cells(&found[0], columns), expected.split_whitespace().collect::<Vec<_>>());
    for page in ["national/metrics/CRE-01.html", "forces/E1/principles/2.html"] {
        let page = bench.published("2025-04", page);
        assert!(page.contains("Steps that the series of CRE-01 seem to have taken") && page.contains("Not decided"));
        assert!(page.contains("95% interval: August 2024 to October 2024") && page.contains("Outage, 19 August 2024"));
    }

    let decision = "\n[[decisions]]\nmetric = \"CRE-01\"\norganisation = \"E1\"\nkind = \"keep\"\nfrom = \"2024-09-01\"\n\
                    reason = \"Nothing else was new\"\ndecided_by = \"A. Nalyst\"\n";
    let settings = bench.settings(&(trend.to_owned() + decision));
    assert_eq!(bench.run("2025-04", &["--settings", text(&settings)]).code, 0);
    assert_eq!(steps(&bench)[0]["decision"], "refused");
    let force = bench.pages("2025-04", "forces/E1");
    assert!(force.contains("Limits go on</td>") && force.contains("A. Nalyst"), "the force reads who decided");
    let signals = table(&bench.published("2025-04", "results/signals.csv"));
    let own = |row: &&BTreeMap<String, String>| row["kind"] == "change_point" && row["org_code"] == "E1";
    assert_eq!(signals.iter().filter(own).filter(|row| row["metric_id"] == "CRE-01").count(), 0);

    let settings = bench.settings(&(trend.to_owned() + &decision.replace("keep", "rebase")));
    assert_eq!(bench.run("2025-04", &["--settings", text(&settings)]).code, 0);
    assert_eq!(steps(&bench)[0]["decision"], "accepted");
    assert!(bench.pages("2025-04", "forces/E1").contains("Limits begin anew</td>"));
}

#[test]
fn a_report_says_where_no_step_was_looked_for() {
    let bench = bench();
    let settings = bench.settings("[trend]\nmonth = 11\n");
    assert_eq!(bench.run("2025-04", &["--settings", text(&settings)]).code, 0);
    assert_eq!(steps(&bench), []);
    let trends = table(&bench.published("2025-04", "results/trends.csv"));
    let own = trends.iter().find(|row| row["metric_id"] == "CRE-01" && row["org_code"] == "E1").unwrap();
    assert_eq!(own["step_search"], "too_few_points");
    let told = "We did not look for lasting changes of level: that takes 12 final figures under one definition, with few gaps \
                between them.";
    for page in ["national/metrics/CRE-01.html", "forces/E1/index.html"] {
        assert!(bench.published("2025-04", page).contains(told), "{page}");
    }
}

/// Eleven months with all of 20 reports in time, then seven with one late and six with two in turn: too rare for limits, so
/// the median is drawn.
#[test]
fn a_series_with_rare_failures_has_a_run_chart() {
    let bench = Bench::new();
    for n in 0..24 {
        let month = format!("{}-{:02}", 2023 + n / 12, n % 12 + 1);
        let line = |case: usize| {
            let late = if n >= 11 { 1 + (n + 1) % 2 } else { 0 };
            let created = if case < late { "20T12" } else { "03T12" };
            format!("r{case},arrest,{month}-03T10:00:00Z,{month}-{created}:00:00Z,true,true\n")
        };
        let rows: String = (0..20).map(line).collect();
        bench.submit("arrest_summons", ("2025-03-01", "E1", &month), rows.trim_end());
    }
    let settings = bench.settings("[trend]\nmonth = 24\n");
    let run = bench.run("2024-12", &["--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let of = |name: &str| -> Vec<BTreeMap<String, String>> {
        let rows = table(&bench.published("2024-12", &format!("results/{name}.csv")));
        rows.into_iter().filter(|row| row["metric_id"] == "CRE-01" && row["org_code"] == "E1").collect()
    };
    assert_eq!(of("control_limits"), []);
    let charts = of("run_charts");
    let columns = "period first_period points median useful_points longest_run longest_run_limit crossings signal";
    assert_eq!(cells(&charts[0], columns).join(" "), "2024-12 2023-01 24 95 17 11 7 1 shift");
    let signals = of("signals");
    let run = signals.iter().find(|row| row["kind"] == "run_chart").unwrap();
    assert_eq!(cells(run, "period rule points"), ["2024-12", "long_run_and_few_crossings", "11"]);
    // One step, though the trend's seasons would take it for one and leave another behind.
    let steps = of("change_points");
    assert_eq!(steps.len(), 1, "{steps:?}");
    let columns = "period mean_before mean_after seasonally_adjusted estimate";
    assert_eq!(cells(&steps[0], columns), ["2023-12", "100", "92.692308", "no", "-7.307692"]);
    let page = bench.pages("2024-12", "forces/E1");
    assert!(page.contains("About the median of 95.0% the figures seem to have shifted"));
}
