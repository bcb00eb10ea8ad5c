//! Trends and run charts of series at the ends of the scale: what is told of figures that are nearly always nothing or all.

use std::collections::BTreeMap;

use crate::support::{Bench, table, text};

/// Months from April 2023 on.
const MONTHS: i32 = 36;
const SETTINGS: &str = "[trend]\nmonth = 36\n";

fn month(n: i32) -> String {
    let months = 3 + n;
    format!("{}-{:02}", 2023 + months / 12, months % 12 + 1)
}

fn row(bench: &Bench, name: &str, metric: &str) -> BTreeMap<String, String> {
    let rows = table(&bench.published("2026-03", &format!("results/{name}.csv")));
    let mut of_series = rows.into_iter().filter(|row| row["metric_id"] == metric && row["org_code"] == "E1");
    of_series.find(|row| row["period"] == "2026-03").unwrap()
}

fn run(bench: &Bench) {
    let settings = bench.settings(SETTINGS);
    let run = bench.run_on("2026-12-01", "2026-03", &["--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// Transactions of E1 on PNC and on LEDS, which it uses from a month on: 8 % more of 1,450 each month.
fn moves_to_leds(from: i32) -> Bench {
    let bench = Bench::new();
    for n in 0..MONTHS {
        let leds = ((n - from + 1) * 116).clamp(0, 1_423);
        let rows = format!("{0}-01,PNC,vehicles,{1}\n{0}-01,LEDS,vehicles,{leds}", month(n), 1_450 - leds);
        bench.submit("rollup-transaction_volumes", ("2026-04-10", "E1", &month(n)), &rows);
    }
    bench
}

#[test]
fn a_rise_from_nothing_to_nearly_all_is_a_trend() {
    // From December 2024: April 2025 is the only April with any, so that without it April has no season.
    let bench = moves_to_leds(20);
    run(&bench);
    let trend = row(&bench, "trends", "ACC-06");
    assert_eq!((trend["outcome"].as_str(), trend["seasons"].as_str()), ("up", "fitted"));
    assert!(trend["change"].parse::<f64>().unwrap() > 90.0, "{trend:?}");
    assert!(trend["p_value"].parse::<f64>().unwrap() < 1e-6, "{trend:?}");
    assert_eq!(row(&bench, "observations", "ACC-06")["trend"], "better");
}

#[test]
fn a_season_without_any_event_is_left_out_and_the_page_says_so() {
    // From May 2025: no April has any.
    let bench = moves_to_leds(25);
    run(&bench);
    let trend = row(&bench, "trends", "ACC-06");
    assert_eq!((trend["outcome"].as_str(), trend["seasons"].as_str()), ("up", "left_out"));
    let page = bench.pages("2026-03", "forces/E1");
    assert!(page.contains("over 36 periods (seasons are left out: these figures cannot show them)"));
}

/// Reports of each month, so many of 20 of them late.
fn reports(late: impl Fn(i32) -> usize) -> Bench {
    let bench = Bench::new();
    for n in 0..MONTHS {
        let month = month(n);
        let line = |case: usize| {
            let created = if case < late(n) { "20T12" } else { "03T12" };
            format!("r{case},arrest,{month}-03T10:00:00Z,{month}-{created}:00:00Z,true,true\n")
        };
        let rows: String = (0..20).map(line).collect();
        bench.submit("arrest_summons", ("2026-04-10", "E1", &month), rows.trim_end());
    }
    bench
}

/// Thirteen months of 36 have one late report: no month can be better than the others, so nothing has shifted.
#[test]
fn months_that_were_not_perfect_are_no_shift() {
    let bench = reports(|n| usize::from(n % 3 == 1 || n == 35));
    run(&bench);
    let chart = row(&bench, "run_charts", "CRE-01");
    let columns = ["points", "median", "points_on_median", "useful_points", "longest_run", "crossings", "signal"];
    let cells = columns.map(|column| chart[column].as_str());
    assert_eq!(cells, ["36", "100", "23", "13", "13", "0", "end_of_scale"]);
    assert_eq!(row(&bench, "observations", "CRE-01")["variation"], "cannot_tell");
    let signals = table(&bench.published("2026-03", "results/signals.csv"));
    assert!(signals.iter().all(|signal| signal["kind"] != "run_chart"), "{signals:?}");
    let told =
        "he figure was 100.0% in 23 of 36 months, and it cannot be higher; so the chart is not tested for a shift";
    assert!(bench.pages("2026-03", "forces/E1").contains(told));
    for edition in ["national", "forces/E1"] {
        assert!(!bench.pages("2026-03", edition).contains("seem to have shifted"), "{edition}");
    }
}
