//! The edition of national trends: who moved when, long series, seasons, what a change is made of, and what was known when.

use std::collections::BTreeMap;

use crate::support::{Bench, arrests, leds_metrics, table, text};

/// Three forces in two regions.
const FORCES: &str = "\
E1,First Police,First,territorial_force,North,England,1000,2000-01-01,
E2,Second Police,Second,territorial_force,South,England,500,2000-01-01,
E3,Third Police,Third,territorial_force,South,England,500,2000-01-01,
";

/// A source with three forces.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    bench
}

/// Transactions of a force in a month: on LEDS, and in all.
fn send(bench: &Bench, org: &str, month: &str, (leds, all): (i64, i64)) {
    let rows = format!("{month}-01,PNC,vehicles,{}\n{month}-01,LEDS,vehicles,{leds}", all - leds);
    bench.submit("rollup-transaction_volumes", ("2025-11-20", org, month), &rows);
}

fn run(bench: &Bench, period: &str, settings: &str) {
    let settings = bench.settings(settings);
    let run = bench.run(period, &["--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// What is read on a page, with a bar between cells and blocks.
fn words(bench: &Bench, period: &str, page: &str) -> String {
    let html = bench.published(period, &format!("trends/{page}"));
    let body = html.split_once("<main").unwrap().1.split_once('>').unwrap().1;
    let mut words = String::new();
    for part in body.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        // Words of one line may be parted by marks and links.
        let is_inline =
            ["span", "/span", "a ", "/a", "svg", "/svg", "use", "/use"].iter().any(|name| tag.starts_with(name));
        if !is_inline && !words.ends_with('|') {
            words.push('|');
        }
        words.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    words
}

/// The rows of the table with a caption, each from its heading to its last cell.
fn table_of(words: &str, caption: &str) -> String {
    let (_, rest) =
        words.split_once(&format!("|{caption}|")).unwrap_or_else(|| panic!("no table “{caption}” in {words}"));
    rest.to_owned()
}

fn cells<'r>(row: &'r BTreeMap<String, String>, columns: &str) -> Vec<&'r str> {
    columns.split(' ').map(|column| row[column].as_str()).collect()
}

fn long_series(bench: &Bench, period: &str, org: &str, kind: &str) -> Vec<String> {
    let rows = bench.rows(period, "long_series", "ACC-06");
    let of = rows.iter().filter(|row| row["org_code"] == org && row["period_type"] == kind);
    of.map(|row| cells(row, "period numerator denominator value status").join(" ")).collect()
}

/// E1 had moved before the first month. E2 passes 90% in May (89.9% in April) and falls below again. E3 does not.
fn moves() -> Bench {
    let bench = bench();
    for (org, months) in [
        ("E1", [(950, 1_000), (990, 1_000), (1_000, 1_000)]),
        ("E2", [(899, 1_000), (900, 1_000), (880, 1_000)]),
        ("E3", [(0, 2_000), (200, 2_000), (1_000, 2_000)]),
    ] {
        for (month, counts) in ["2025-04", "2025-05", "2025-06"].into_iter().zip(months) {
            send(&bench, org, month, counts);
        }
    }
    bench
}

#[test]
fn organisations_stand_in_the_order_of_the_months_in_which_they_moved() {
    let bench = moves();
    run(&bench, "2025-26Q1", "");
    let page = words(&bench, "2025-26Q1", "migration.html");
    // June: 1,000 + 880 + 1,000 of 4,000.
    assert!(
        page.contains("|LEDS carried 72.0% of transactions in June 2025. Two of three forces have passed 90%.|"),
        "{page}"
    );
    let moved = words(&bench, "2025-26Q1", "moved.html");
    let list = table_of(&moved, "Organisations by the month in which they passed 90%");
    let in_order = [
        "First",
        "by April 2025",
        "100.0%",
        "North",
        "Second",
        "May 2025",
        "88.0%",
        "South",
        "Third",
        "not yet",
        "50.0%",
    ];
    let mut rest = list.as_str();
    for cell in in_order {
        rest = rest.split_once(cell).unwrap_or_else(|| panic!("{cell} is not where it should be: {list}")).1;
    }
    assert!(moved.contains("One of three forces had moved by April 2025; Second moved last"), "{moved}");
    assert!(moved.contains("Not moved yet: Third."), "{moved}");
    assert!(page.contains("These regions have not passed 90%: South."), "{page}");
    // The months of each force stand in the results of the quarter.
    let months = ["2025-04 899 1000 89.9 value", "2025-05 900 1000 90 value", "2025-06 880 1000 88 value"];
    assert_eq!(long_series(&bench, "2025-26Q1", "E2", "month"), months);
    assert_eq!(long_series(&bench, "2025-26Q1", "E2", "fy_quarter"), Vec::<String>::new());
    assert_eq!(long_series(&bench, "2025-26Q1", "REGION:South", "fy_quarter"), ["2025-26Q1 3879 9000 43.1 value"]);
    assert_eq!(long_series(&bench, "2025-26Q1", "NATIONAL", "month")[2], "2025-06 2880 4000 72 value");
}

#[test]
fn a_nation_in_which_nobody_has_moved_says_so() {
    let bench = bench();
    for month in ["2025-04", "2025-05"] {
        send(&bench, "E1", month, (0, 1_000));
        send(&bench, "E2", month, (100, 1_000));
    }
    run(&bench, "2025-05", "");
    let page = words(&bench, "2025-05", "migration.html");
    assert!(page.contains("|LEDS carried 5.0% of transactions in May 2025. No force has passed 90% yet.|"), "{page}");
    let moved = words(&bench, "2025-05", "moved.html");
    assert!(moved.contains("No force has moved yet"), "{moved}");
    assert_eq!(moved.matches("not yet|").count(), 2, "{moved}");
}

#[test]
fn without_any_transaction_there_is_no_move_to_tell_of() {
    let bench = Bench::new();
    bench.submit(
        "arrest_summons",
        ("2025-05-10", "E1", "2025-04"),
        &arrests(&[("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z")]),
    );
    run(&bench, "2025-04", "");
    let page = words(&bench, "2025-04", "migration.html");
    assert!(page.contains("|This release holds no figure of the move from the PNC to LEDS.|"), "{page}");
    // One period has no series, no season and no change to take apart.
    let says = |page: &str, sentence: &str| {
        let words = words(&bench, "2025-04", page);
        assert!(words.contains(sentence), "{page}: {words}");
    };
    says("series.html", "|There is one period, April 2025, and no series yet.|");
    says("seasons.html", "|There are no figures of the same months of a year before April 2025.|");
    says(
        "changes.html",
        "|No change of a national figure can be taken apart: there is no earlier period to compare with.|",
    );
    says("revisions.html", "|No figure of an earlier release has changed.|");
    says("metrics/CRE-01.html", "on PNC within 24 hours: 100.0% in April 2025|");
}

/// Nine quarters from April 2023 on: the share of LEDS in the first quarter of a financial year is 10%, 40% and 80%.
fn years() -> Bench {
    let bench = bench();
    let quarters = [10, 20, 25, 30, 40, 50, 55, 60, 80];
    for (quarter, share) in quarters.into_iter().enumerate() {
        for month in 0..3 {
            let months = 3 + 3 * quarter + month;
            let month = format!("{}-{:02}", 2023 + months / 12, months % 12 + 1);
            send(&bench, "E1", &month, (10 * share, 1_000));
            send(&bench, "E2", &month, (20 * share, 2_000));
        }
    }
    bench
}

#[test]
fn the_nation_is_followed_as_far_back_as_the_returns_go() {
    let bench = years();
    run(&bench, "2025-26Q1", "[trend]\nquarter = 2\n");
    let quarters: Vec<String> = long_series(&bench, "2025-26Q1", "NATIONAL", "fy_quarter");
    let values = [10, 20, 25, 30, 40, 50, 55, 60, 80];
    let names = [
        "2023-24Q1",
        "2023-24Q2",
        "2023-24Q3",
        "2023-24Q4",
        "2024-25Q1",
        "2024-25Q2",
        "2024-25Q3",
        "2024-25Q4",
        "2025-26Q1",
    ];
    let expected = names.iter().zip(values).map(|(name, share)| format!("{name} {} 9000 {share} value", 90 * share));
    assert_eq!(quarters, expected.collect::<Vec<_>>());
    // Judged, compared and shown elsewhere are the two of the trend.
    let observations = bench.observations("2025-26Q1");
    let own: Vec<&str> = observations
        .keys()
        .filter(|(metric, org, _)| metric == "ACC-06" && org == "NATIONAL")
        .map(|key| key.2.as_str())
        .collect();
    assert_eq!(own, ["2024-25Q4", "2025-26Q1"]);
    let page = words(&bench, "2025-26Q1", "metrics/ACC-06.html");
    assert!(page.contains("LEDS adoption: 10.0% in April to June 2023, 80.0% in April to June 2025"), "{page}");
    // The same quarter of three years, and no verdict on what is not judged.
    let seasons = words(&bench, "2025-26Q1", "seasons.html");
    assert!(seasons.contains("|The same months of two earlier years stand side by side. None of them lies in the periods that are judged.|"), "{seasons}");
    let row = table_of(&seasons, "National figures of the same quarter of each year");
    let row = row.split_once("ACC-06 LEDS adoption").unwrap().1;
    let shares: Vec<&str> = row.split('|').filter(|cell| cell.ends_with('%')).take(3).collect();
    assert!(shares.iter().zip(["10.0%", "40.0%", "80.0%"]).all(|(cell, share)| cell.ends_with(share)), "{row}");
}

#[test]
fn a_number_of_periods_is_kept_and_never_less_than_the_trend() {
    let bench = years();
    run(&bench, "2025-26Q1", "[trend]\nquarter = 2\nnational = 4\n");
    let quarters = || long_series(&bench, "2025-26Q1", "NATIONAL", "fy_quarter").len();
    assert_eq!(quarters(), 4);
    run(&bench, "2025-26Q1", "[trend]\nquarter = 3\nnational = 1\n");
    assert_eq!(quarters(), 3);
    let settings = bench.settings("[trend]\nnational = \"some\"\n");
    let refused = bench.run("2025-26Q1", &["--settings", text(&settings)]);
    assert!(refused.code != 0 && refused.stderr.contains("\"all\", or a number of periods"), "{}", refused.stderr);
}

#[test]
fn both_tables_of_figures_agree() {
    let bench = years();
    run(&bench, "2025-26Q1", "");
    let observations = bench.observations("2025-26Q1");
    let rows = table(&bench.published("2025-26Q1", "results/long_series.csv"));
    let mut held = 0;
    for row in &rows {
        let key = (row["metric_id"].clone(), row["org_code"].clone(), row["period"].clone());
        let Some(figure) = observations.get(&key) else { continue };
        held += 1;
        for (column, value) in row {
            assert_eq!(&figure[column], value, "{key:?}, {column}");
        }
    }
    assert!(held > 9, "{held}");
}

/// Two quarters. Cases and share on LEDS: E1 100 at 80%, then 120 at 85%; E2 100 at 40%, then 280 at 45%. Shares of cases
/// are 0.5 and 0.5, then 0.3 and 0.7; the nation goes from 60% to 57%, its middle is 58.5%.
/// Rates: E1 0.4 · 5 = 2.0; E2 0.6 · 5 = 3.0. Mix: E1 (82.5 − 58.5) · −0.2 = −4.8; E2 (42.5 − 58.5) · 0.2 = −3.2.
#[test]
fn a_change_is_taken_apart_into_rates_and_shares_by_region() {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES.split_once("E3").unwrap().0);
    for (month, e1, e2) in [("2025-04", (80, 100), (40, 100)), ("2025-05", (102, 120), (126, 280))] {
        send(&bench, "E1", month, e1);
        send(&bench, "E2", month, e2);
    }
    run(&bench, "2025-05", "");
    let changes = words(&bench, "2025-05", "changes.html");
    let row = changes.split_once("ACC-06 LEDS adoption").unwrap_or_else(|| panic!("{changes}")).1;
    for cell in ["60.0%", "57.0%", "\u{2212}3.0", "+5.0", "\u{2212}8.0", "First"] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
    let page = words(&bench, "2025-05", "metrics/ACC-06.html");
    let rows = table_of(&page, "LEDS adoption, parts of the change by region, percentage points");
    let parts =
        "|North|+2.0|\u{2212}4.8|\u{2212}2.8|South|+3.0|\u{2212}3.2|\u{2212}0.2|In all|+5.0|\u{2212}8.0|\u{2212}3.0|";
    assert!(rows.contains(parts), "{rows}");
    let results = bench.rows("2025-05", "contributions", "ACC-06");
    let told: Vec<Vec<&str>> = results.iter().map(|row| cells(row, "org_code rate_effect mix_effect")).collect();
    assert_eq!(told, [["E1", "2", "-4.8"], ["E2", "3", "-3.2"]]);
}

/// April of E1 has 3 of 4 in time, and 3 of 8 after a correction in July; E2 has 4 of 4. A later month is there so that the
/// data date is known.
#[test]
fn what_was_known_of_a_month_is_told_at_each_lag() {
    let bench = Bench::new();
    let cases = |month: &str, fast: usize, slow: usize| {
        let (event, late) = (format!("{month}-03T10:00:00Z"), format!("{month}-20T12:00:00Z"));
        let soon = format!("{month}-03T12:00:00Z");
        let fast = std::iter::repeat_n((event.as_str(), soon.as_str()), fast);
        arrests(&fast.chain(std::iter::repeat_n((event.as_str(), late.as_str()), slow)).collect::<Vec<_>>())
    };
    let send = |submitted, org, month, (fast, slow)| {
        bench.submit("arrest_summons", (submitted, org, month), &cases(month, fast, slow));
    };
    send("2025-05-10", "E1", "2025-04", (3, 1));
    send("2025-05-12", "E2", "2025-04", (4, 0));
    send("2025-06-10", "E1", "2025-05", (2, 2));
    send("2025-06-12", "E2", "2025-05", (1, 1));
    send("2025-07-10", "E1", "2025-06", (5, 0));
    send("2025-07-15", "E2", "2025-06", (1, 0));
    send("2025-07-14", "E1", "2025-04", (3, 5));
    run(&bench, "2025-06", "");
    let rows = bench.rows("2025-06", "known_counts", "CRE-01");
    let april = rows.iter().filter(|row| row["period"] == "2025-04");
    let april: Vec<String> = april.map(|row| cells(row, "lag returns numerator denominator").join(" ")).collect();
    assert_eq!(april, ["0 2 7 8", "1 2 7 8", "2 2 7 12"]);
    let page = words(&bench, "2025-06", "metrics/CRE-01.html");
    let heading = "|Month|In the month after|After 1 month|After 2 months|Now|";
    assert!(page.contains(&format!("{heading}April 2025|87.5|87.5|58.3|58.3|May 2025|50.0|50.0|[z]|50.0|")), "{page}");
}

#[test]
fn what_changed_since_the_release_before_is_listed_with_its_reason() {
    let bench = bench();
    send(&bench, "E1", "2025-04", (500, 1_000));
    send(&bench, "E2", "2025-04", (500, 1_000));
    run(&bench, "2025-04", "[publication]\nrevision_policy = \"Figures are revised once a month.\"\n");
    let first = words(&bench, "2025-04", "revisions.html");
    assert!(first.contains("|Figures are revised once a month.|"), "{first}");
    // E3 comes in: the nation goes from 1,000 of 2,000 to 1,000 of 4,000.
    send(&bench, "E3", "2025-04", (0, 2_000));
    run(&bench, "2025-04", "[publication]\nrevision_policy = \"Figures are revised once a month.\"\n");
    let page = words(&bench, "2025-04", "revisions.html");
    let row = page.split_once("ACC-06 LEDS adoption").unwrap_or_else(|| panic!("{page}")).1;
    for cell in ["April 2025", "50.0%", "25.0%", "\u{2212}25.0", "More returns came in"] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
    let results = bench.rows("2025-04", "revisions", "ACC-06");
    let national =
        results.iter().find(|row| row["org_code"] == "NATIONAL" && row["kind"] == "since_last_release").unwrap();
    assert_eq!(cells(national, "earlier_value later_value reason"), ["50", "25", "late_data"]);
}

#[test]
fn equal_sources_give_equal_bytes_and_a_public_edition_has_no_long_series() {
    let made = [moves(), moves()].map(|bench| {
        let run = bench.run("2025-06", &["--public"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let mut files = bench.released();
        files.retain(|path, _| {
            path.components().any(|part| part.as_os_str() == "trends") || text(path).contains("long_series")
        });
        files
    });
    assert_eq!(made[0], made[1]);
    assert!(made[0].len() > 60 && made[0].keys().any(|path| text(path).ends_with("results/long_series.csv")));
    assert!(!made[0].keys().any(|path| text(path).contains("public")), "{:?}", made[0].keys());
}

#[test]
fn the_record_gives_the_word_for_all_periods_back() {
    // The record of a release gives its settings back, the word for all periods too.
    let bench = moves();
    run(&bench, "2025-06", "[trend]\nnational = \"all\"\n");
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-06", "run-record.json")).unwrap();
    assert_eq!(record["settings"]["trend"]["national"], "all");
    let path = bench.out().join("2025-06/r1/run-record.json");
    let (source, out) = (bench.source(), bench.out());
    let again = leds_metrics(&[
        "plan",
        "--source",
        text(&source),
        "--out",
        text(&out),
        "--period",
        "2025-06",
        "--settings",
        text(&path),
    ]);
    assert_eq!(again.code, 0, "{}", again.stderr);
}
