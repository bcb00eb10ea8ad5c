//! Nations of which some force did not return: what is missing is never read as performance, and every page and table that
//! compares two periods compares the same organisations.

use std::collections::BTreeMap;

use crate::support::{Bench, TWO_FORCES, arrests, submission_path, text};

const FAST: (&str, &str) = ("01T10:00:00Z", "01T12:00:00Z");
const SLOW: (&str, &str) = ("02T10:00:00Z", "12T12:00:00Z");

/// Arrests of a month: so many on PNC in time, so many not.
fn month(month: &str, (fast, slow): (usize, usize)) -> String {
    let case = |(event, created): (&str, &str)| (format!("{month}-{event}"), format!("{month}-{created}"));
    let cases: Vec<(String, String)> =
        std::iter::repeat_n(case(FAST), fast).chain(std::iter::repeat_n(case(SLOW), slow)).collect();
    arrests(&cases.iter().map(|(event, created)| (event.as_str(), created.as_str())).collect::<Vec<_>>())
}

/// The tenth of the next month.
fn sent(month: &str) -> String {
    let month: leds_metrics::vocabulary::period::Month = month.parse().unwrap();
    format!("{}-10", month.plus(1))
}

fn send(bench: &Bench, org: &str, of: &str, counts: (usize, usize)) {
    bench.submit("arrest_summons", (&sent(of), org, of), &month(of, counts));
}

fn months(first: &str, number: i32) -> Vec<String> {
    let first: leds_metrics::vocabulary::period::Month = first.parse().unwrap();
    (0..number).map(|at| first.plus(at).to_string()).collect()
}

type Row = BTreeMap<String, String>;

fn one<'r>(rows: &'r [Row], org: &str, wanted: &[(&str, &str)]) -> &'r Row {
    let is = |row: &&Row| row["org_code"] == org && wanted.iter().all(|(column, cell)| row[*column] == *cell);
    rows.iter().find(is).unwrap_or_else(|| panic!("no row of {org} with {wanted:?} in {rows:?}"))
}

fn cells<'r>(row: &'r Row, columns: &str) -> Vec<&'r str> {
    columns.split(' ').map(|column| row[column].as_str()).collect()
}

/// E1 has about 100 cases a month, 60% of them in time; E2 about 1,000, 90% in time, and is silent in the last of 14 months.
fn silent_at_last() -> Bench {
    let bench = Bench::new();
    for (at, of) in months("2024-06", 14).iter().enumerate() {
        let swing = [0, 2, 1, 3][at % 4];
        let last = of == "2025-07";
        send(&bench, "E1", of, if last { (61, 40) } else { (58 + swing, 42 - swing) });
        if !last {
            send(&bench, "E2", of, (895 + 3 * swing, 105 - 3 * swing));
        }
    }
    bench
}

#[test]
fn a_force_that_falls_silent_is_no_fall_of_the_nation() {
    let bench = silent_at_last();
    let run = bench.run("2025-07", &["--as-of", "2025-09-15"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let figures = bench.rows("2025-07", "observations", "CRE-01");
    for code in ["NATIONAL", "REGION:North"] {
        // The level stays, with its coverage; it is not judged.
        let now = one(&figures, code, &[("period", "2025-07")]);
        assert_eq!(
            cells(now, "numerator denominator value coverage variation trend"),
            ["61", "101", "60.39604", "0.5", "cannot_tell", ""]
        );
        // The months before are what they were: ordinary.
        let limits = bench.rows("2025-07", "control_limits", "CRE-01");
        let types: Vec<&str> =
            limits.iter().filter(|row| row["org_code"] == code).map(|row| row["point_type"].as_str()).collect();
        assert_eq!(types.len(), 13, "{types:?}");
        assert!(types[..12].iter().all(|label| *label == "common_cause") && types[12] == "cannot_tell", "{types:?}");
        let signals = bench.rows("2025-07", "signals", "CRE-01");
        assert!(!signals.iter().any(|row| row["org_code"] == code), "{signals:?}");
        let steps = bench.rows("2025-07", "change_points", "CRE-01");
        assert!(!steps.iter().any(|row| row["org_code"] == code), "{steps:?}");
        let rows = bench.rows("2025-07", "comparisons", "CRE-01");
        let compared = one(&rows, code, &[("against", "year_before")]);
        assert_eq!(
            cells(compared, "label estimate organisations_used organisations reason"),
            [
                "cannot_tell",
                "",
                "1",
                "2",
                "the organisations that returned both periods in full usually have 9.1% of the cases, and at least 90.0% are needed"
            ]
        );
    }
    let page = bench.published("2025-07", "national/metrics/CRE-01.html");
    let told = "We do not say how the figure moved since June 2025 and July 2024, because too few organisations returned both \
                periods.";
    assert!(page.contains(told), "{page}");
    assert!(
        page.contains("July 2025 is drawn and not judged, because too many of the usual cases have not been returned."),
        "{page}"
    );
    for path in ["national/metrics/CRE-01.html", "national/index.html"] {
        let page = bench.published("2025-07", path);
        assert!(!page.contains("fell by 2") && !page.contains("Fell by 2"), "{path}: {page}");
    }
    // The force that returned is judged as ever.
    let own = one(&figures, "E1", &[("period", "2025-07")]);
    assert_eq!(own["variation"], "common_cause");
}

#[test]
fn the_silent_month_has_no_influence_on_what_is_said_of_the_others() {
    let with = silent_at_last();
    assert_eq!(with.run("2025-07", &["--as-of", "2025-09-15"]).code, 0);
    assert_eq!(with.run("2025-06", &["--as-of", "2025-09-15"]).code, 0);
    let settings = with.settings("[trend]\nmonth = 14\n");
    assert_eq!(with.run("2025-07", &["--as-of", "2025-09-15", "--settings", text(&settings)]).code, 0);
    let limits = |period: &str| -> Vec<Vec<String>> {
        let rows = with.rows(period, "control_limits", "CRE-01").into_iter();
        let national = rows.filter(|row| row["org_code"] == "NATIONAL" && row["period"] != "2025-07");
        national
            .map(|row| ["period", "mean", "lower_limit", "upper_limit"].map(|name| row[name].clone()).to_vec())
            .collect()
    };
    // Limits up to June are those of a release that knows nothing of July.
    assert_eq!(limits("2025-07"), limits("2025-06"));
    assert_eq!(limits("2025-06").len(), 13);
}

/// E1 has 60 of 100 in both Aprils; E2 had 900 of 1,000 in the earlier one.
#[test]
fn comparisons_responsibilities_and_contributions_say_the_same() {
    let bench = Bench::new();
    send(&bench, "E1", "2024-04", (60, 40));
    send(&bench, "E1", "2025-04", (60, 40));
    send(&bench, "E2", "2024-04", (900, 100));
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-06-30"]).code, 0);
    let rows = bench.rows("2025-04", "comparisons", "CRE-01");
    let compared = one(&rows, "NATIONAL", &[("against", "year_before")]);
    assert_eq!(cells(compared, "label organisations_used organisations"), ["cannot_tell", "1", "2"]);
    let rows = bench.rows("2025-04", "responsibilities", "CRE-01");
    assert_eq!(one(&rows, "NATIONAL", &[])["against_year_before"], "cannot_tell");
    // Two organisations give no margin: E1 has a difference, and nothing says whether it is large.
    assert_eq!(one(&rows, "E1", &[])["against_year_before"], "cannot_tell");
    assert!(bench.rows("2025-04", "contributions", "CRE-01").is_empty());
}

/// E1 has 900 of 1,000 in both Aprils, and 20 in 21 of all usual cases; E2 had 10 of 50 in the earlier one.
#[test]
fn what_can_be_compared_is_compared_over_the_same_organisations_everywhere() {
    let bench = Bench::new();
    send(&bench, "E1", "2024-04", (900, 100));
    send(&bench, "E1", "2025-04", (900, 100));
    send(&bench, "E2", "2024-04", (10, 40));
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-06-30"]).code, 0);
    let rows = bench.rows("2025-04", "comparisons", "CRE-01");
    for code in ["NATIONAL", "REGION:North"] {
        let compared = one(&rows, code, &[("against", "year_before")]);
        assert_eq!(
            cells(
                compared,
                "label estimate other_numerator other_denominator other_value organisations_used organisations"
            ),
            ["no_clear_difference", "0", "900", "1000", "90", "1", "2"]
        );
    }
    let rows = bench.rows("2025-04", "responsibilities", "CRE-01");
    assert_eq!(one(&rows, "NATIONAL", &[])["against_year_before"], "cannot_tell", "two organisations give no margin");
    let parts = bench.rows("2025-04", "contributions", "CRE-01");
    let parts: Vec<Vec<&str>> = parts.iter().map(|row| cells(row, "org_code rate_effect mix_effect")).collect();
    assert_eq!(parts, [["E1", "0", "0"]]);
    // The figure of all rose from 86.7% to 90.0%; that is no change of anybody.
    let page = bench.published("2025-04", "national/metrics/CRE-01.html");
    let told = "The figure did not change from 90.0% in April 2024, over the 1 of 2 organisations that returned both. All \
                returns of April 2024 together gave 86.7%.";
    assert!(page.contains(told) && !page.contains("rose by 3.3"), "{page}");
    let overview = bench.published("2025-04", "national/all-metrics.html");
    let (_, row) = overview.split_once("<tr id=\"row-CRE-01\"").unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    // Two organisations give no margin, so nothing says which change is large.
    assert!(row.contains("Change in a year</b> 0</td>") && row.contains("cannot tell"), "{row}");
}

/// E1 makes 100 transactions each month. E2 makes 1,000 (or 10) and returned June only of the second quarter.
fn transactions(of_e2: usize) -> Bench {
    let bench = Bench::new();
    for of in months("2025-01", 6) {
        let row = |number: usize| format!("{of}-01,PNC,vehicles,{number}");
        bench.submit("rollup-transaction_volumes", (&sent(&of), "E1", &of), &row(100));
        if of.as_str() <= "2025-03" || of == "2025-06" {
            bench.submit("rollup-transaction_volumes", (&sent(&of), "E2", &of), &row(of_e2));
        }
    }
    bench
}

#[test]
fn a_quarter_of_which_one_month_came_is_not_compared_with_a_whole_one() {
    let bench = transactions(1000);
    let run = bench.run("2025-26Q1", &["--as-of", "2025-08-31"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = bench.rows("2025-26Q1", "observations", "ACC-01");
    let value = |org: &str, period: &str| one(&rows, org, &[("period", period)])["value"].clone();
    assert_eq!([value("NATIONAL", "2024-25Q4"), value("NATIONAL", "2025-26Q1")], ["3300", "1300"]);
    assert_eq!([value("E1", "2024-25Q4"), value("E1", "2025-26Q1")], ["300", "300"]);
    for path in ["national/metrics/ACC-01.html", "national/index.html"] {
        let page = bench.published("2025-26Q1", path);
        assert!(!page.contains("ell by 2,000") && !page.contains("\u{2212}2,000"), "{path}: {page}");
    }
    let page = bench.published("2025-26Q1", "national/metrics/ACC-01.html");
    let told = "We do not say how the figure moved since January to March 2025, because too few organisations returned both \
                periods.";
    assert!(page.contains(told), "{page}");
}

#[test]
fn a_quarter_that_lacks_little_is_compared_over_those_who_returned_both() {
    let bench = transactions(10);
    assert_eq!(bench.run("2025-26Q1", &["--as-of", "2025-08-31"]).code, 0);
    let page = bench.published("2025-26Q1", "national/metrics/ACC-01.html");
    let told = "The figure did not change from 300 transactions in January to March 2025, over the 1 of 2 organisations that \
                returned both. It now has 300 transactions. All returns of January to March 2025 together gave 330 transactions.";
    assert!(page.contains(told), "{page}");
    // By category too: E2's vehicles are no part of the change.
    assert!(!page.contains("ell by 20") && !page.contains("\u{2212}20<"), "{page}");
}

/// A good return, and weeks later a correction that a check refuses.
#[test]
fn a_refused_correction_names_the_good_return_that_it_replaced() {
    let bench = Bench::new();
    send(&bench, "E1", "2025-04", (3, 1));
    send(&bench, "E2", "2025-04", (4, 0));
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-07-15"]).code, 0);
    bench.write(&submission_path("arrest_summons", ("2025-07-20", "E1", "2025-04")), b"");
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-08-15"]).code, 31);
    let force = bench.pages("2025-04", "forces/E1");
    let told = "It replaced the return of 10 May 2025, which had met every check. Neither is used until a correct return is \
                submitted";
    assert!(force.contains(told), "{force}");
    let moved = bench.rows("2025-04", "revisions", "CRE-01");
    let columns = "later_numerator later_denominator later_value later_status reason";
    let known = one(&moved, "E1", &[("kind", "as_known")]);
    assert_eq!(cells(known, columns), ["", "", "", "missing", "refused_return"]);
    for kind in ["as_known", "since_last_release"] {
        let national = one(&moved, "NATIONAL", &[("kind", kind)]);
        assert_eq!(cells(national, columns), ["4", "4", "100", "value", "refused_return"]);
    }
    let page = bench.published("2025-04", "national/metrics/CRE-01.html");
    assert!(page.contains("A return was replaced by one that a check refused"), "{page}");
    assert!(!page.contains("A return was replaced<"), "{page}");
}

/// Of each month 97 results come with its own return, and 3 with that of the month after: a court's result is sent with the
/// month in which the police received it.
fn courts() -> Bench {
    let bench = Bench::new();
    for of in months("2024-08", 8) {
        let of: leds_metrics::vocabulary::period::Month = of.parse().unwrap();
        let mut rows = Vec::new();
        for n in 0..97 {
            rows.push(format!("a{n},magistrates,{of}-03,{of}-05T08:00:00Z,{of}-05T09:00:00Z,"));
        }
        for n in 0..3 {
            rows.push(format!("b{n},magistrates,{}-25,{of}-02T08:00:00Z,{of}-02T09:00:00Z,", of.plus(-1)));
        }
        bench.submit("court_results", (&sent(&of.to_string()), "E1", &of.to_string()), &rows.join("\n"));
    }
    bench
}

/// The source ends with March's returns. On 24 May March ended a month ago, but April's return, which brings the last 3
/// results of March, is not there: 97 of 100.
#[test]
fn completeness_counts_the_returns_that_are_there_and_not_the_months_that_passed() {
    let bench = courts();
    let settings = bench.settings("[late]\nmonths = 2\n");
    let run = bench.run("2025-03", &["--as-of", "2025-05-24", "--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = bench.rows("2025-03", "completeness", "AMD-03");
    let march = one(&rows, "NATIONAL", &[("period", "2025-03")]);
    assert_eq!(
        cells(march, "lag denominator denominator_expected completeness provisional"),
        ["1", "97", "100", "97", "yes"]
    );
    // With April's return nothing is to come.
    let april = "2025-04";
    let late = |n: usize| format!("b{n},magistrates,2025-03-25,{april}-02T08:00:00Z,{april}-02T09:00:00Z,");
    let rest: Vec<String> = (0..3).map(late).collect();
    bench.submit("court_results", (&sent(april), "E1", april), &rest.join("\n"));
    assert_eq!(bench.run("2025-03", &["--as-of", "2025-05-24", "--settings", text(&settings)]).code, 0);
    let rows = bench.rows("2025-03", "completeness", "AMD-03");
    let march = one(&rows, "NATIONAL", &[("period", "2025-03")]);
    assert_eq!(cells(march, "lag denominator completeness provisional"), ["1", "100", "100", "no"]);
}

/// Six months, and three lags that are looked at: the growth to the last lag was measured on three months only. It is still
/// to come for the newest month as for the one two months older, so all of them are provisional, or none.
#[test]
fn an_older_month_is_not_provisional_beside_a_newer_one_that_is_final() {
    let bench = Bench::new();
    for of in months("2024-12", 6) {
        send(&bench, "E1", &of, (9, 1));
        send(&bench, "E2", &of, (5, 5));
    }
    let settings = bench.settings("[late]\nmonths = 3\n");
    assert_eq!(bench.run("2025-05", &["--as-of", "2025-06-15", "--settings", text(&settings)]).code, 0);
    let rows = bench.rows("2025-05", "completeness", "CRE-01");
    // A region has rows where its charts leave a period out, although nothing of it ever came in late.
    for code in ["NATIONAL", "REGION:North"] {
        let of_code = rows.iter().filter(|row| row["org_code"] == code);
        let found: Vec<Vec<&str>> = of_code.map(|row| cells(row, "period lag earlier_months provisional")).collect();
        assert_eq!(found, [["2025-03", "2", "3", "yes"], ["2025-04", "1", "3", "yes"], ["2025-05", "0", "3", "yes"]]);
    }
}

/// On 17 April the transactions of March are due, and nothing else of March is.
#[test]
fn the_newest_month_of_returns_is_provisional_until_all_its_returns_are_due() {
    let bench = Bench::new();
    // Twelve forces, so that no figure of the nation has few cases.
    let forces: Vec<String> = (1..=12)
        .map(|n| format!("E{n},Police {n},Force {n},territorial_force,North,England,100,2000-01-01,"))
        .collect();
    bench.reference("organisations", "2020-01-02", &forces.join("\n"));
    for of in months("2024-03", 13) {
        send(&bench, "E1", &of, (9, 1));
    }
    let run = bench.run("2025-03", &["--as-of", "2025-04-17"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let figures = bench.rows("2025-03", "observations", "REP-01");
    for code in ["NATIONAL", "E1", "REGION:North"] {
        let now = one(&figures, code, &[("period", "2025-03")]);
        assert_eq!(
            [now["denominator"].as_str(), &now["variation"]],
            [if code == "E1" { "1" } else { "12" }, "cannot_tell"]
        );
        let rows = bench.rows("2025-03", "comparisons", "REP-01");
        let compared = one(&rows, code, &[("against", "year_before")]);
        assert_eq!(cells(compared, "label reason"), ["cannot_tell", "returns of the period are not all due yet"]);
    }
    let responsible = bench.rows("2025-03", "responsibilities", "REP-01");
    assert_eq!(one(&responsible, "E1", &[])["against_year_before"], "", "the verdict compares nothing that is not due");
    assert!(bench.rows("2025-03", "contributions", "REP-01").is_empty());
    let signals = bench.rows("2025-03", "signals", "REP-01");
    assert!(signals.iter().all(|row| row["period"] != "2025-03"), "{signals:?}");
    let page = bench.published("2025-03", "national/metrics/REP-01.html");
    assert!(page.contains("because the returns of the period are not all due yet"), "{page}");
    assert!(page.contains("The figure of March 2025 for all forces is provisional"), "{page}");
    // Once all are due it is a month like any other.
    assert_eq!(bench.run("2025-03", &["--as-of", "2025-06-17"]).code, 0);
    let rows = bench.rows("2025-03", "comparisons", "REP-01");
    assert_eq!(one(&rows, "NATIONAL", &[("against", "year_before")])["label"], "no_clear_difference");
}

/// The text of a page without its marks, each element on a line.
fn text_of(page: &str) -> Vec<String> {
    let mut text = String::new();
    for part in page.split('<') {
        let (tag, words) = part.split_once('>').unwrap_or(("", part));
        let within_line = ["a", "/a", "strong", "/strong", "span", "/span"].contains(&tag.split(' ').next().unwrap());
        text.push_str(if within_line { "" } else { "\n" });
        text.push_str(words);
    }
    let lines = text.replace("&nbsp;", " ").replace("&#x2f;", "/").replace("&#39;", "'");
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Wherever a page says from what a figure of the nation moved, it is the figure that its tables give for that period, or the
/// page says over whom it is and what all returns gave; and likewise of the figure that it moved to.
#[test]
fn a_page_gives_one_figure_for_a_period_or_says_why_there_are_two() {
    let bench = Bench::new();
    let third = "E3,Third Police,Third,territorial_force,North,England,300,2000-01-01,\n";
    bench.reference("organisations", "2020-01-02", &format!("{TWO_FORCES}{third}"));
    for of in months("2025-01", 6) {
        send(&bench, "E1", &of, (640, 360));
        // E2 is better than E1 and misses a month of the last quarter; E3 is worse and misses one of the quarter before.
        if of.as_str() != "2025-05" {
            send(&bench, "E2", &of, (45, 5));
        }
        if of.as_str() != "2025-02" {
            send(&bench, "E3", &of, (10, 40));
        }
    }
    assert_eq!(bench.run("2025-26Q1", &["--as-of", "2025-08-31"]).code, 0);
    let level = |metric: &str, period: &str| {
        let rows = bench.rows("2025-26Q1", "observations", metric);
        let value: f64 = one(&rows, "NATIONAL", &[("period", period)])["value"].parse().unwrap();
        format!("{value:.1}%")
    };
    // All returns: 1,920 + 135 + 20 of 3,000 + 150 + 100, then 1,920 + 90 + 30 of 3,000 + 100 + 150.
    assert_eq!(["2024-25Q4", "2025-26Q1"].map(|period| level("CRE-01", period)), ["63.8%", "62.8%"]);
    let mut moves = 0;
    for path in bench.released().into_keys().filter(|path| path.extension().is_some_and(|end| end == "html")) {
        let page = std::fs::read_to_string(bench.out().join(&path)).unwrap();
        let lines = text_of(&page);
        // Below a change in a table stands over whom it is, and below the table why that need not be its figures' difference.
        let is_matched = lines.iter().any(|line| line.contains(" organisations, which had "));
        assert_eq!(is_matched, page.contains("A change over some of the organisations leaves out"), "{path:?}");
        let Some(metric) = text(&path).split_once("national/metrics/").map(|(_, file)| file.trim_end_matches(".html"))
        else {
            continue;
        };
        for line in lines.iter().filter(|line| line.starts_with("The figure") && line.contains("returned both")) {
            let Some((from, basis)) = line.split_once(" in January to March 2025, over ") else { continue };
            let Some((_, from)) = from.rsplit_once(" from ").filter(|(_, from)| from.ends_with('%')) else { continue };
            let before = level(metric, "2024-25Q4");
            let all = format!("All returns of January to March 2025 together gave {before}");
            assert!(from == before || basis.contains(&all), "{path:?}: {line}");
            assert!(basis.contains("now has") || line.contains(&level(metric, "2025-26Q1")), "{path:?}: {line}");
            moves += 1;
        }
    }
    assert!(moves >= 2, "{moves}");
    // E1 alone returned both quarters: 64.0% in both.
    let page = bench.published("2025-26Q1", "national/metrics/CRE-01.html");
    let told = "The figure did not change from 64.0% in January to March 2025, over the 1 of 3 organisations that returned both. \
                It now has 64.0%. All returns of January to March 2025 together gave 63.8%.";
    assert!(page.contains(told), "{page}");
    let below = "over 1 of 3 organisations, which had 64.0% and now have 64.0%";
    assert!(page.contains(below), "{page}");
}
