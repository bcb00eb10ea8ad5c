//! How much forces differ: beyond chance only where chance seldom gives as much, and no limits where they say nothing.

use std::collections::BTreeMap;

use crate::support::{Bench, table};

/// Twelve forces with so many reports each in April 2025, of which some were on PNC within 24 hours.
fn published(in_time: [usize; 12], of: usize) -> Bench {
    let bench = Bench::new();
    let code = |n: usize| format!("F{:02}", n + 1);
    let row = |n: usize| format!("{0},{0} Police,{0},territorial_force,North,England,1000,2000-01-01,\n", code(n));
    bench.reference("organisations", "2021-01-01", &(0..12).map(row).collect::<String>());
    for (n, in_time) in in_time.into_iter().enumerate() {
        let line = |case: usize| {
            let created = if case < in_time { "03T12" } else { "20T12" };
            format!("r{case},arrest,2025-04-03T10:00:00Z,2025-04-{created}:00:00Z,true,true\n")
        };
        let rows: String = (0..of).map(line).collect();
        bench.submit("arrest_summons", ("2025-05-10", &code(n), "2025-04"), rows.trim_end());
    }
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    bench
}

fn funnel(bench: &Bench) -> Vec<BTreeMap<String, String>> {
    let rows = table(&bench.published("2025-04", "results/funnels.csv"));
    rows.into_iter().filter(|row| row["metric_id"] == "CRE-01").collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// Two reports each: at a centre of 50%, 0 of 2 and 2 of 2 lie 2.2 standard deviations from it, and chance alone makes half of
/// the forces one or the other. φ is (4 + 4)/12 of 4.93.
#[test]
fn forces_with_two_cases_each_do_not_differ_beyond_chance() {
    let bench = published([2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1], 2);
    let rows = funnel(&bench);
    assert_eq!(rows.len(), 12);
    for row in &rows {
        assert!((number(row, "phi") - 3.289_868).abs() < 1e-6, "{row:?}");
        assert!((3.3..4.8).contains(&number(row, "phi_by_chance")), "{row:?}");
        assert_eq!(row["adjusted_label"], "");
    }
    let page = bench.published("2025-04", "national/metrics/CRE-01.html");
    assert!(
        page.contains("There is no sign that forces differ by more than chance: the limits are those of chance alone.")
    );
    assert!(!page.contains("forces typically differ by about"));
}

/// The same shares of 50 reports each, but nearer to each other: more than chance, and limits allow for it.
#[test]
fn forces_with_many_cases_differ_beyond_chance() {
    let bench = published([31, 30, 32, 19, 20, 18, 25, 26, 24, 25, 33, 17], 50);
    for row in funnel(&bench) {
        assert!(number(&row, "phi") > number(&row, "phi_by_chance"), "{row:?}");
        assert!(!row["adjusted_label"].is_empty(), "{row:?}");
        assert!(number(&row, "adjusted_upper_998") > number(&row, "upper_998"), "{row:?}");
    }
    let page = bench.published("2025-04", "national/metrics/CRE-01.html");
    assert!(page.contains("Forces typically differ by about") && page.contains("The limits allow for that."));
}

/// From none to all of 50: no force is said to lie inside or outside of limits, and the ends are named.
#[test]
fn where_forces_differ_too_much_for_limits_the_range_is_said() {
    let bench = published([0, 0, 0, 5, 10, 20, 30, 40, 45, 50, 50, 50], 50);
    for row in funnel(&bench) {
        assert_eq!((row["label"].as_str(), row["adjusted_label"].as_str()), ("spread_too_wide", ""));
        for limit in ["lower_95", "upper_95", "lower_998", "upper_998", "adjusted_lower_95", "adjusted_upper_998"] {
            assert_eq!(row[limit], "", "{limit}");
        }
        assert!(number(&row, "phi") > 10.0);
    }
    let signals = table(&bench.published("2025-04", "results/signals.csv"));
    assert!(signals.iter().all(|signal| signal["kind"] != "funnel"), "{signals:?}");
    let page = bench.published("2025-04", "national/metrics/CRE-01.html");
    assert!(page.contains("Forces differ too much for limits: from 0.0% to 100.0%"));
    assert!(page.contains("Forces differ so much that limits would say nothing, so the chart has none."));
    // Linear between the ranks: 0 and 10 at 2.75, 90 and 100 at 8.25.
    assert!(page.contains("The middle half of the forces lies between 7.5% and 92.5%."));
    assert!(page.contains("The lowest value is that of F01 (0.0%), the highest that of F10 (100.0%)."));
    for words in ["Within the limits", "beyond the 99.8% limits", "Among all forces it is unusually"] {
        assert!(!page.contains(words), "{words}");
    }
}
