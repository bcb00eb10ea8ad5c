//! Series and groups that statistics cannot say much about: each has a status or a label, and nothing is left out.

use std::collections::BTreeSet;

use crate::support::{Bench, files_below, table, text};

/// Two in one region, one alone in its own, one in none.
const FORCES: &str = "\
E1,First Police,First,territorial_force,North,England,1000,2000-01-01,
E2,Second Police,Second,territorial_force,North,England,500,2000-01-01,
E3,Third Police,Third,territorial_force,South,England,500,2000-01-01,
E4,Fourth Police,Fourth,territorial_force,,England,500,2000-01-01,
";

const ORGANISATIONS: [&str; 5] = ["E1", "E2", "E3", "E4", "NATIONAL"];

/// January 2024 to February 2025.
fn months() -> Vec<String> {
    (0..14).map(|n| format!("{}-{:02}", 2024 + n / 12, n % 12 + 1)).collect()
}

/// Reports of a month: so many on PNC within 24 hours, so many later, so many that need not be there.
fn reports(month: &str, (fast, slow, other): (usize, usize, usize)) -> String {
    let line = |n: usize| {
        let created = if n < fast { "03T12" } else { "20T12" };
        format!("r{n},arrest,{month}-03T10:00:00Z,{month}-{created}:00:00Z,{},true\n", n < fast + slow)
    };
    (0..fast + slow + other).map(line).collect::<String>().trim_end().to_owned()
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    let send = |org, month: &str, counts| {
        bench.submit("arrest_summons", ("2025-06-01", org, month), &reports(month, counts));
    };
    for (n, month) in months().iter().enumerate() {
        // E1 is always in time; E2 returns the last month alone.
        send("E1", month, (4, 0, 0));
        if month == "2025-02" {
            send("E2", month, (1, 1, 0));
        }
        // E3 leaves one month out; E4 has a month in which nothing counts.
        if month != "2024-06" {
            send("E3", month, (n % 4, 2, 0));
        }
        send("E4", month, if month == "2024-09" { (0, 0, 3) } else { (3, 1, 0) });
    }
    let more_than_all = "2025-02-01,2025-02-01,3,5";
    bench.submit("rollup-subject_access_due", ("2025-06-01", "E1", "2025-02"), more_than_all);
    bench
}

#[test]
fn what_cannot_be_told_says_so_and_is_never_left_out() {
    let bench = bench();
    let settings = bench.settings("[trend]\nmonth = 14\n");
    let run = bench.run("2025-02", &["--settings", text(&settings), "--allow-gaps"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2025-02");
    let cells = |org: &str, period: &str, columns: &str| -> Vec<String> {
        let figure = &all[&("CRE-01".to_owned(), org.to_owned(), period.to_owned())];
        columns.split(' ').map(|column| figure[column].clone()).collect()
    };
    let judged = "status value variation trend comparison standard_level standard_met";
    // All equal: said to be so, and the last figure has no standard to meet.
    assert_eq!(cells("E1", "2025-02", judged), ["value", "100", "no_variation", "cannot_tell", "cannot_tell", "", ""]);
    // One point.
    assert_eq!(cells("E2", "2025-02", judged), ["value", "50", "cannot_tell", "cannot_tell", "cannot_tell", "", ""]);
    assert_eq!(cells("E2", "2025-01", "status value numerator denominator"), ["not_returned", "", "", ""]);
    // A group of one, with a missing month inside.
    assert_eq!(cells("E3", "2025-02", "status comparison"), ["value", ""]);
    assert_eq!(cells("E3", "2024-06", "status value"), ["not_returned", ""]);
    // Nobody to compare with, and a month with nothing to divide by.
    assert_eq!(cells("E4", "2025-02", "status comparison"), ["value", ""]);
    assert_eq!(cells("E4", "2024-09", "status value numerator denominator"), ["not_applicable", "", "0", "0"]);
    // More in time than there were.
    let refused = &all[&("SHA-03".to_owned(), "E1".to_owned(), "2025-02".to_owned())];
    assert_eq!((refused["status"].as_str(), refused["value"].as_str()), ("missing", ""));

    let metrics: BTreeSet<&str> = all.keys().map(|(metric, _, _)| metric.as_str()).collect();
    for metric in &metrics {
        for org in ORGANISATIONS {
            let missing =
                |month: &&String| !all.contains_key(&((*metric).to_owned(), org.to_owned(), (*month).clone()));
            assert_eq!(months().iter().find(missing), None, "{metric} {org}");
        }
    }
}

#[test]
fn no_file_holds_a_number_that_is_none() {
    let bench = bench();
    bench.run("2025-02", &["--allow-gaps"]);
    let release = bench.out().join("2025-02/r1");
    let mut cells = 0;
    for file in files_below(&release).iter().filter(|file| file.extension().is_some_and(|end| end == "csv")) {
        for row in table(&std::fs::read_to_string(release.join(file)).unwrap()) {
            let odd = |(_, cell): &(&String, &String)| {
                matches!(cell.to_lowercase().as_str(), "nan" | "inf" | "-inf" | "-nan")
            };
            assert_eq!(row.iter().find(odd), None, "{}: {row:?}", file.display());
            cells += row.len();
        }
    }
    assert!(cells > 10_000, "{cells}");
}

/// 1,003 of 2,000 in time, and 1,000 of 2,000 a year before: exactly 0.15 percentage points more, which is 0.2 on a page.
/// The binary numbers nearest to 50.15 and 50 differ by less.
#[test]
fn a_change_of_shares_is_rounded_once_from_the_counts() {
    let bench = Bench::new();
    for (month, sent, fast) in [("2024-04", "2024-05-10", 1000), ("2025-04", "2025-05-10", 1003)] {
        bench.submit("arrest_summons", (sent, "E1", month), &reports(month, (fast, 2000 - fast, 0)));
    }
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-07-31"]).code, 0);
    let rows = bench.rows("2025-04", "comparisons", "CRE-01");
    let compared = rows.iter().find(|row| row["org_code"] == "E1" && row["against"] == "year_before").unwrap();
    assert_eq!(compared["estimate"], "0.15");
    let page = bench.pages("2025-04", "forces/E1");
    assert!(page.contains("rose by 0.2 percentage points from 50.0% in April 2024"), "{page}");
    assert!(page.contains("0.2 percentage points higher (95% interval from"), "{page}");
    assert!(!page.contains("0.1 percentage points higher"), "{page}");
}
