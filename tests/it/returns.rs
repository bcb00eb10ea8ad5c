//! What the pipeline measures of itself (REP-01 to REP-03), and grades (AUD-07), from submitted files to pages.

use std::collections::BTreeMap;

use leds_metrics::definitions::Definitions;
use leds_metrics::definitions::model::Contract;

use crate::support::{Bench, TWO_FORCES, arrests, table};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const MEETING: &str = "m1,steering_group_meeting,2025-04-08,,,,";

/// Returns that a territorial force has to make for April 2025; lists of open cases are due later.
fn expected_returns() -> String {
    let definitions = Definitions::built_in().unwrap();
    let expects = |kinds: &[String]| kinds.iter().any(|kind| kind == "territorial_force");
    let contracts = definitions.contracts.iter();
    let is_due = |contract: &&Contract| {
        let begun = contract.expected_since.is_none_or(|since| since <= "2025-04".parse().unwrap());
        !contract.reference && begun && expects(&contract.expected_from)
    };
    contracts.filter(is_due).count().to_string()
}

/// E1 returns one dataset in time, corrects it much later, is late with another, and states a total that is off by one.
/// E2 returns one in time that is refused, because a required field of one of two rows is empty, and nothing else.
fn faulty() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-21", "E1", "2025-04"), &arrests(&[FAST]));
    bench.submit("arrest_summons", ("2025-06-20", "E1", "2025-04"), &arrests(&[FAST, FAST]));
    bench.submit("governance", ("2025-07-01", "E1", "2025-04"), MEETING);
    bench.submit("stated_totals", ("2025-06-14", "E1", "2025-04"), "arrest_summons,2\ngovernance,2");
    let refused = arrests(&[FAST, FAST]).replacen("arrest", "", 1);
    bench.submit("arrest_summons", ("2025-05-10", "E2", "2025-04"), &refused);
    bench
}

/// Numerator, denominator, value and status of April; `category` is empty for the headline.
fn april(bench: &Bench, metric: &str, category: &str, org: &str) -> [String; 4] {
    let file = if category.is_empty() { "observations" } else { "breakdowns" };
    let rows = table(&bench.published("2025-04", &format!("results/{file}.csv")));
    let is = |row: &&BTreeMap<String, String>| {
        row["metric_id"] == metric
            && row["org_code"] == org
            && row["period"] == "2025-04"
            && (category.is_empty() || row["category"] == category)
    };
    let row = rows.iter().find(is).unwrap_or_else(|| panic!("no {metric} {category} {org}"));
    ["numerator", "denominator", "value", "status"].map(|column| row[column].clone())
}

fn parts(bench: &Bench, metric: &str, category: &str, org: &str) -> [String; 2] {
    let [numerator, denominator, ..] = april(bench, metric, category, org);
    [numerator, denominator]
}

#[test]
fn late_missing_refused_and_misstated_returns_are_measured() {
    let bench = faulty();
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let due = expected_returns();
    let both = (2 * due.parse::<u32>().unwrap()).to_string();
    // In time: E1's first reports, whatever came later, and its totals; E2's reports, although they were refused.
    assert_eq!(parts(&bench, "REP-01", "", "E1"), ["2", &due]);
    assert_eq!(parts(&bench, "REP-01", "", "E2"), ["1", &due]);
    assert_eq!(parts(&bench, "REP-01", "", "NATIONAL"), ["3", &both]);
    // Two reports of five required fields, one meeting of four, two totals of three; E2 left one of ten empty.
    assert_eq!(april(&bench, "REP-02", "", "E1"), ["20", "20", "100", "value"]);
    assert_eq!(april(&bench, "REP-02", "", "E2"), ["9", "10", "90", "value"]);
    assert_eq!(april(&bench, "REP-02", "mandatory_values", "NATIONAL"), ["29", "30", "96.666667", "value"]);
    assert_eq!(parts(&bench, "REP-02", "usable_returns", "E1"), ["3", &due]);
    assert_eq!(parts(&bench, "REP-02", "usable_returns", "E2"), ["0", &due]);
    // Two reports were stated and are there; of the meetings two were stated and one is there.
    assert_eq!(april(&bench, "REP-03", "", "E1"), ["1", "2", "50", "value"]);
    assert_eq!(april(&bench, "REP-03", "", "E2"), ["", "", "", "not_returned"]);
}

#[test]
fn a_return_counts_once_its_last_day_has_passed() {
    let bench = faulty();
    // On 21 May most returns may still come on the same day. That of the transactions has 15 days, so it is late.
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-05-21"]).code, 31);
    assert_eq!(parts(&bench, "REP-01", "", "E1"), ["0", "1"]);
    bench.reference("events", "2025-05-22", "E1,2025-04-01,outage,Nothing");
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-05-22"]).code, 31);
    let [on_time, due] = parts(&bench, "REP-01", "", "E1");
    assert_eq!(on_time, "1", "the reports; the totals have until 14 June");
    assert!(due.parse::<u32>().unwrap() < expected_returns().parse::<u32>().unwrap());
}

#[test]
fn a_file_that_cannot_be_opened_has_no_values_and_is_not_usable() {
    let bench = faulty();
    bench.write("arrest_summons/submitted=2025-06-21/org=E1/period=2025-04/rows.parquet", b"not Parquet");
    assert_eq!(bench.run("2025-04", &[]).code, 31);
    assert_eq!(parts(&bench, "REP-01", "", "E1")[0], "2", "something came in time");
    assert_eq!(parts(&bench, "REP-02", "mandatory_values", "E1"), ["10", "10"], "the meeting and the totals");
    assert_eq!(parts(&bench, "REP-02", "usable_returns", "E1")[0], "2");
    assert_eq!(parts(&bench, "REP-03", "", "E1"), ["0", "2"]);
}

/// E1 was graded good in March and meets in April; E2 was graded poor in April; E3 was never inspected.
fn graded() -> Bench {
    let bench = Bench::new();
    let third = "E3,Third Police,Third,territorial_force,North,England,300,2000-01-01,\n";
    bench.reference("organisations", "2020-01-02", &format!("{TWO_FORCES}{third}"));
    bench.submit("governance", ("2025-04-10", "E1", "2025-03"), "i1,inspection,2025-03-05,good,,,");
    bench.submit("governance", ("2025-05-10", "E1", "2025-04"), MEETING);
    bench.submit("governance", ("2025-05-10", "E2", "2025-04"), "i2,inspection,2025-04-29,poor,,,");
    bench.submit("governance", ("2025-05-10", "E3", "2025-04"), MEETING);
    bench
}

#[test]
fn grades_are_results_of_one_organisation_and_counts_of_several() {
    let bench = graded();
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(april(&bench, "AUD-07", "", "E1"), ["3", "", "3", "value"]);
    assert_eq!(april(&bench, "AUD-07", "", "E2"), ["1", "", "1", "value"]);
    assert_eq!(april(&bench, "AUD-07", "", "E3"), ["", "", "", "not_applicable"]);
    assert_eq!(april(&bench, "AUD-07", "", "NATIONAL"), ["", "", "", "not_applicable"]);
    let bodies = |grade: &str| april(&bench, "AUD-07", grade, "NATIONAL")[0].clone();
    assert_eq!(["excellent", "good", "fair", "poor"].map(bodies), ["0", "1", "0", "1"]);
    let rows = table(&bench.published("2025-04", "results/breakdowns.csv"));
    let single = |row: &&BTreeMap<String, String>| row["metric_id"] == "AUD-07" && row["org_code"] == "E1";
    assert!(!rows.iter().any(|row| single(&row)), "one organisation is not counted");
}

#[test]
fn grades_are_words_on_the_pages() {
    let bench = graded();
    bench.run("2025-04", &[]);
    let row = |page: &str, heading: &str| {
        let start = page.find(heading).unwrap_or_else(|| panic!("no {heading} in {page}"));
        page[start..].split_once("</tr>").unwrap().0.to_owned()
    };
    let force = bench.pages("2025-04", "forces/E1");
    let graded = row(&force, "<a href=\"principles/9.html#metric-AUD-07\">AUD-07 Inspection grade</a>");
    assert!(graded.contains("<b>First</b> Good</td>"), "{graded}");
    assert!(force.contains("First: Good in April 2025."), "{force}");
    assert!(!force.contains("fig-AUD-07"), "a grade has no scale to draw");
    let ungraded = bench.pages("2025-04", "forces/E3");
    assert!(ungraded.contains("Third: there is no figure for April 2025 (no grade is on record)."));
    let page = bench.published("2025-04", "national/metrics/AUD-07.html");
    let (_, breakdown) = page.split_once("<caption id=\"tab-AUD-07-breakdown\">").unwrap();
    for (grade, bodies) in [
        ("Excellent", "0 organisations"),
        ("Good", "1 organisation"),
        ("Fair", "0 organisations"),
        ("Poor", "1 organisation"),
    ] {
        let line = row(breakdown, &format!("<th scope=\"row\">{grade}</th>"));
        assert!(line.contains(&format!(">{bodies}</td>")), "{line}");
    }
    let (_, table) = page.split_once("<caption id=\"tab-AUD-07-by-period\">").unwrap();
    assert!(row(table, "<th scope=\"row\">First</th>").ends_with(">Good</td>"));
    assert!(
        page.contains("<p>Grades have an order but no scale, so there is nothing to draw. The tables show them.</p>")
    );
    assert!(
        page.contains("Each line says how many organisations have that grade.")
            && !page.contains("is the figure of the metric")
    );
    assert!(!page.contains("fig-AUD-07"));
}

/// Volumes of transactions: E1 sends the twelve months to June 2024 as a whole, in time, and E2 each month, the first one late.
fn year_and_months() -> Bench {
    let bench = Bench::new();
    let row = |month: &str| format!("{month}-01,PNC,vehicles,5");
    let year = ("2024-07-10", "E1", "12m-to-2024-06");
    bench.submit("rollup-transaction_volumes", year, &[row("2023-07"), row("2024-06")].join("\n"));
    for month in (7..=12).map(|n| format!("2023-{n:02}")).chain((1..=6).map(|n| format!("2024-{n:02}"))) {
        let next = month.parse::<leds_metrics::vocabulary::period::Month>().unwrap().plus(1);
        let submitted = if month == "2023-07" { "2023-12-01".to_owned() } else { format!("{next}-05") };
        bench.submit("rollup-transaction_volumes", (&submitted, "E2", &month), &row(&month));
    }
    bench
}

/// Numerator and denominator of a figure of one period; `category` is empty for the headline.
fn counted(bench: &Bench, period: &str, (metric, category): (&str, &str), org: &str) -> [String; 2] {
    let file = if category.is_empty() { "observations" } else { "breakdowns" };
    let rows = bench.rows(period, file, metric);
    let is = |row: &&BTreeMap<String, String>| {
        row["org_code"] == org && row["period"] == period && (category.is_empty() || row["category"] == category)
    };
    let row = rows.iter().find(is).unwrap_or_else(|| panic!("no {metric} {category} {org} {period}"));
    ["numerator", "denominator"].map(|column| row[column].clone())
}

#[test]
fn a_return_for_a_year_counts_in_the_periods_that_cover_the_year_and_in_no_other() {
    let bench = year_and_months();
    let due = expected_returns().parse::<usize>().unwrap();
    let cells = |count: usize| count.to_string();
    let filled = ("REP-02", "");
    // Each row has five required cells: organisation, month, system, application and transactions.
    // Of E1 nothing counts but the whole year; of E2 the months of the period that it sent.
    for (period, months, covers) in [
        ("2023-07", 1, false),
        ("2023-24Q2", 3, false),
        ("12m-to-2023-09", 3, false),
        ("2023-24", 9, false),
        ("12m-to-2024-06", 12, true),
        ("12m-to-2024-07", 11, false),
    ] {
        let run = bench.run(period, &["--as-of", "2025-06-30"]);
        assert_eq!(run.code, 0, "{period}: {}", run.stderr);
        let of_e2 = 5 * months;
        let of_e1 = if covers { 10 } else { 0 };
        assert_eq!(counted(&bench, period, filled, "E1"), [cells(of_e1), cells(of_e1)], "{period}");
        assert_eq!(counted(&bench, period, filled, "E2"), [cells(of_e2), cells(of_e2)], "{period}");
        assert_eq!(
            counted(&bench, period, filled, "NATIONAL"),
            [cells(of_e1 + of_e2), cells(of_e1 + of_e2)],
            "{period}"
        );
        // E1's year is twelve returns of the twelve that were due; in other periods nothing says how many of them came.
        let all: usize = period.parse::<leds_metrics::vocabulary::period::Period>().unwrap().months().count();
        let usable = if covers { all } else { 0 };
        let expected = if covers { all * due } else { all * due - months };
        for metric in [("REP-01", ""), ("REP-02", "usable_returns")] {
            assert_eq!(counted(&bench, period, metric, "E1"), [cells(usable), cells(expected)], "{period} {metric:?}");
        }
        let late = usize::from(period != "12m-to-2024-07");
        assert_eq!(counted(&bench, period, ("REP-01", ""), "E2"), [cells(months - late), cells(all * due)], "{period}");
        assert_eq!(counted(&bench, period, ("REP-02", "usable_returns"), "E2"), [cells(months), cells(all * due)]);
    }
}
