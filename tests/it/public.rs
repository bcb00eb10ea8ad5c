//! The public edition: a small number is in none of its files and does not follow from them, now or with earlier ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use leds_metrics::disclosure::attack::{Assumption, attack};
use leds_metrics::disclosure::system::{Cell, History, Kind, Relation, System};

use crate::support::{Bench, arrests, files_below, table};

const MONTH: &str = "2025-04";
const FORCES: &str = "\
E1,First Police,First,territorial_force,North,England,1000,2000-01-01,
E2,Second Police,Second,territorial_force,North,England,500,2000-01-01,
E3,Third Police,Third,territorial_force,South,England,800,2000-01-01,
E4,Fourth Police,Fourth,territorial_force,South,England,900,2000-01-01,
";
/// Arrests on PNC within a day, and later, of each force. The three late ones of E1 are a small count.
const ARRESTS: [(&str, usize, usize); 4] = [("E1", 1234, 3), ("E2", 2318, 423), ("E3", 2963, 566), ("E4", 3187, 711)];

fn submit(bench: &Bench, (org, in_time, late): (&str, usize, usize), submitted: &str) {
    let mut cases = vec![("2025-04-10T10:00:00", "2025-04-10T15:00:00"); in_time];
    cases.extend(vec![("2025-04-10T10:00:00", "2025-04-12T15:00:00"); late]);
    bench.submit("arrest_summons", (submitted, org, MONTH), &arrests(&cases));
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    for force in ARRESTS {
        submit(&bench, force, "2025-05-05");
    }
    bench
}

fn publish(bench: &Bench) {
    let settings = bench.settings("[trend]\nmonth = 1\n");
    let run = bench.run(MONTH, &["--public", "--settings", settings.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// Headline figures of CRE-01 in a result file, by organisation.
fn figures(bench: &Bench, file: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    figures_of("CRE-01", bench, file)
}

fn figures_of(metric: &str, bench: &Bench, file: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let rows = table(&bench.published(MONTH, file)).into_iter().filter(|row| row["metric_id"] == metric);
    rows.map(|row| (row["org_code"].clone(), row)).collect()
}

fn withheld(bench: &Bench) -> Vec<String> {
    let figures = figures(bench, "public/results/observations.csv");
    figures.into_iter().filter(|(_, row)| row["status"] == "suppressed").map(|(code, _)| code).collect()
}

/// Whether a number stands in a text on its own, and not as part of another number or of a drawing's coordinates.
fn stands_in(text: &str, number: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == ',';
    text.match_indices(number).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + number.len()..]);
        let goes_on = after.starts_with(part) && after[1..].starts_with(|c: char| c.is_ascii_alphanumeric());
        !(before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
            || goes_on
            || after.starts_with(char::is_alphanumeric))
    }) || text.split(',').any(|cell| cell == number)
}

#[test]
fn a_withheld_number_is_in_no_public_file() {
    let bench = bench();
    publish(&bench);
    assert_eq!(withheld(&bench), ["E1", "E2"]);
    let full = figures(&bench, "results/observations.csv");
    assert_eq!((full["E1"]["numerator"].as_str(), full["E2"]["numerator"].as_str()), ("1234", "2318"));
    let public = figures(&bench, "public/results/observations.csv");
    for row in [&public["E1"], &public["E2"]] {
        for column in ["numerator", "denominator", "value", "lower_95", "upper_95", "lower_998", "upper_998", "method"]
        {
            assert_eq!(row[column], "", "{column} is given");
        }
    }
    // The public edition has no sums over peers to compare with.
    let mut shown = full["E3"].clone();
    shown.insert("comparison".to_owned(), String::new());
    assert_eq!(public["E3"], shown);
    let release = bench.out().join(MONTH).join("r1");
    let mut pages = 0;
    for path in files_below(&release.join("public")) {
        let text = String::from_utf8_lossy(&fs::read(release.join("public").join(&path)).unwrap()).into_owned();
        for number in ["1234", "1,234", "2318", "2,318", "99.757", "84.567", "84.6"] {
            assert!(!stands_in(&text, number), "{} holds {number}", path.display());
        }
        if text.contains("[c]") {
            assert!(text.contains("Figures from 1 to 4 are withheld, with some others that would reveal them."));
            pages += 1;
        }
    }
    assert!(pages > 0, "no page marks a withheld figure");
    // Those who need the numbers for their work have them.
    assert!(bench.published(MONTH, "national/metrics/CRE-01.html").contains("99.8"));
    assert!(bench.published(MONTH, "forces/E1/index.html").contains("1,234"));
    assert!(
        !release.join("public/data-quality.html").exists() && !release.join("public/disclosure-evidence.csv").exists()
    );
    let evidence = table(&bench.published(MONTH, "disclosure-evidence.csv"));
    assert!(
        evidence.iter().any(|row| row["org_code"] == "E1" && row["measure"] == "rest" && row["hidden"] == "primary")
    );
}

/// Each count is large, yet 1,237 within three days and 1,234 within one say that three came in between.
#[test]
fn a_small_difference_between_two_metrics_does_not_follow_from_public_files() {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    for (org, day, three_days) in [("E1", 1234, 3), ("E2", 2318, 423), ("E3", 2963, 566), ("E4", 3187, 711)] {
        let created = [("10T15", day), ("12T15", three_days), ("20T15", 400)];
        let cases: Vec<String> = created.iter().flat_map(|(at, n)| vec![format!("2025-04-{at}:00:00"); *n]).collect();
        let cases: Vec<(&str, &str)> = cases.iter().map(|at| ("2025-04-10T10:00:00", at.as_str())).collect();
        bench.submit("arrest_summons", ("2025-06-05", org, MONTH), &arrests(&cases));
    }
    publish(&bench);
    let shown = |metric: &str, code: &str| {
        let row = &figures_of(metric, &bench, "public/results/observations.csv")[code];
        row["status"] == "value"
    };
    for code in ["E1", "E2", "E3", "E4", "NATIONAL"] {
        assert!(shown("CRE-02", code), "one of the two metrics is enough");
    }
    let hidden: Vec<&str> = ["E1", "E2", "E3", "E4", "NATIONAL"].into_iter().filter(|c| !shown("CRE-01", c)).collect();
    assert!(hidden.len() == 2 && hidden[0] == "E1", "{hidden:?}");
    let evidence = table(&bench.published(MONTH, "disclosure-evidence.csv"));
    let small: Vec<&BTreeMap<String, String>> = evidence.iter().filter(|row| row["hidden"] == "primary").collect();
    assert_eq!(small.len(), 1);
    let told = ["metric_id", "org_code", "measure", "verdict"].map(|column| small[0][column].as_str());
    assert_eq!(told, ["CRE-02", "E1", "numerator beyond CRE-01 numerator", "safe"]);
}

/// Builds the system from the published file alone: what is withheld is filled in with what fits, and the ranges do not
/// depend on it.
#[test]
fn published_figures_leave_several_values_possible() {
    let bench = bench();
    publish(&bench);
    let public = figures(&bench, "public/results/observations.csv");
    let shown = |code: &str, column: &str| public[code][column].parse::<i64>().ok();
    let codes = ["E1", "E2", "E3", "E4"];
    let mut cells = Vec::new();
    let mut relations = Vec::new();
    let mut hidden = BTreeSet::new();
    for column in ["numerator", "denominator"] {
        let mut values: BTreeMap<&str, i64> =
            codes.iter().filter_map(|code| Some((*code, shown(code, column)?))).collect();
        let unknown: Vec<&str> = codes.into_iter().filter(|code| !values.contains_key(code)).collect();
        let left = shown("NATIONAL", column).unwrap() - values.values().sum::<i64>();
        // One of each for the first, whatever it is; the rest for the last.
        let (last, others) = unknown.split_last().unwrap();
        let (first, rest) = if column == "numerator" { (1, 0) } else { (2, 0) };
        values.extend(others.iter().map(|code| (*code, first)));
        values.insert(last, left - rest - first * i64::try_from(others.len()).unwrap());
        hidden.extend(unknown.iter().map(|code| format!("{code} {column}")));
        let cell = |code: &str, value| Cell {
            label: format!("{code} {column}"),
            value,
            kind: Kind::Interior,
            threshold: 5,
            history: History::New,
        };
        cells.extend(values.iter().map(|(code, value)| cell(code, *value)));
        cells.push(cell("NATIONAL", shown("NATIONAL", column).unwrap()));
        let parts = codes.map(|code| format!("{code} {column}")).into();
        relations.push(Relation { parts, total: format!("NATIONAL {column}"), offset: 0 });
    }
    for code in codes {
        let value = |column: &str| cells.iter().find(|cell| cell.label == format!("{code} {column}")).unwrap().value;
        let rest = value("denominator") - value("numerator");
        hidden.insert(format!("{code} rest"));
        cells.push(Cell {
            label: format!("{code} rest"),
            value: rest,
            kind: Kind::Interior,
            threshold: 5,
            history: History::New,
        });
        let parts = ["numerator", "rest"].map(|part| format!("{code} {part}")).into();
        relations.push(Relation { parts, total: format!("{code} denominator"), offset: 0 });
    }
    let system = System::new(cells, &relations, &[]).unwrap();
    let ranges = attack(&system, &hidden.iter().map(String::as_str).collect(), Assumption::AtLeastOne).unwrap();
    for (label, range) in ranges.iter().filter(|(label, _)| label.starts_with("E1") || label.starts_with("E2")) {
        assert!(range.whole_numbers().is_none_or(|left| left > 1), "{label} follows from the published figures");
    }
}

/// E4 has six reports that are open between the limits of 24 and of 72 hours: the shares within a day and within three days
/// are of the same reports for the other forces only. What one of them shows is known in the other.
#[test]
fn what_metrics_share_gives_nothing_away() {
    let bench = bench();
    let mut cases = vec![("2025-04-10T10:00:00", "2025-04-10T15:00:00"); 3187];
    cases.extend(vec![("2025-04-10T10:00:00", "2025-04-12T15:00:00"); 711]);
    cases.extend(vec![("2025-04-30T10:00:00", ""); 6]);
    fs::remove_dir_all(bench.source().join("arrest_summons/submitted=2025-05-05/org=E4")).unwrap();
    bench.submit("arrest_summons", ("2025-05-02", "E4", MONTH), &arrests(&cases));
    publish(&bench);
    let metrics = ["CRE-01", "CRE-02", "CRE-03"];
    let read = |file: &str| metrics.map(|metric| figures_of(metric, &bench, file));
    let (full, public) = (read("results/observations.csv"), read("public/results/observations.csv"));
    let differ: Vec<&String> =
        full[0].keys().filter(|code| full[0][*code]["denominator"] != full[1][*code]["denominator"]).collect();
    assert_eq!(differ.iter().filter(|code| code.starts_with('E')).count(), 1, "{differ:?}");
    let codes = ["E1", "E2", "E3", "E4"];
    let (mut cells, mut relations, mut hidden) = (Vec::new(), Vec::new(), BTreeSet::new());
    for code in codes.into_iter().chain(["NATIONAL"]) {
        let truth = |metric: usize, column: &str| full[metric][code][column].parse::<i64>().unwrap();
        let shown = |metric: usize, column: &str| !public[metric][code][column].is_empty();
        let denominator = truth(0, "denominator");
        let known = (0..3).any(|metric| truth(metric, "denominator") == denominator && shown(metric, "denominator"));
        let numerator = truth(0, "numerator");
        for (column, value, known) in [
            ("numerator", numerator, shown(0, "numerator")),
            ("denominator", denominator, known),
            ("rest", denominator - numerator, known && shown(0, "numerator")),
        ] {
            let label = format!("{code} {column}");
            cells.push(Cell { label: label.clone(), value, kind: Kind::Interior, threshold: 5, history: History::New });
            if !known {
                hidden.insert(label);
            }
        }
        let parts = ["numerator", "rest"].map(|part| format!("{code} {part}")).into();
        relations.push(Relation { parts, total: format!("{code} denominator"), offset: 0 });
    }
    for column in ["numerator", "denominator", "rest"] {
        let parts = codes.map(|code| format!("{code} {column}")).into();
        relations.push(Relation { parts, total: format!("NATIONAL {column}"), offset: 0 });
    }
    let system = System::new(cells, &relations, &[]).unwrap();
    let ranges = attack(&system, &hidden.iter().map(String::as_str).collect(), Assumption::AtLeastOne).unwrap();
    let small = ranges.iter().find(|(label, _)| label == "E1 rest").expect("the small count is withheld");
    assert!(small.1.whole_numbers().is_none_or(|left| left > 1), "{ranges:?}");
    // A denominator that is the same in both and had to be hidden is hidden in both.
    let evidence = table(&bench.published(MONTH, "disclosure-evidence.csv"));
    for row in evidence.iter().filter(|row| row["measure"] == "denominator" && row["metric_id"].starts_with("CRE-0")) {
        let code = row["org_code"].as_str();
        assert!(!public.iter().any(|figures| figures[code]["denominator"] == full[0][code]["denominator"]), "{code}");
    }
}

/// Only editions whose periods may add up with those of the run are read.
#[test]
fn an_edition_of_long_ago_is_not_read() {
    let bench = bench();
    fs::create_dir_all(bench.out().join("2001-01/r1/public")).unwrap();
    publish(&bench);
    fs::create_dir_all(bench.out().join("2025-03/r1/public")).unwrap();
    let run = bench.run(MONTH, &["--public", "--again"]);
    assert_eq!(run.code, 50, "{}", run.stderr);
}

#[test]
fn a_later_revision_keeps_closed_what_the_first_withheld() {
    let bench = bench();
    publish(&bench);
    // Late returns: E1 is no longer small, and E4 has changed.
    submit(&bench, ("E1", 1234, 40), "2025-06-05");
    submit(&bench, ("E4", 3190, 711), "2025-06-05");
    publish(&bench);
    assert_eq!(withheld(&bench), ["E1", "E2"]);
    let record: serde_json::Value = serde_json::from_str(&bench.published(MONTH, "run-record.json")).unwrap();
    let disclosure = &record["disclosure"];
    assert_eq!(disclosure["earlier_editions"], serde_json::json!(["2025-04 r1"]));
    assert_eq!((&disclosure["threshold"], &disclosure["protection"]), (&5.into(), &"two_values".into()));
    assert!(disclosure["metrics"]["CRE-01"]["figures_withheld"].as_u64().unwrap() >= 2);
}

#[test]
fn nothing_is_published_beside_an_edition_that_cannot_be_read() {
    let bench = bench();
    publish(&bench);
    fs::remove_file(bench.out().join(MONTH).join("r1/results/observations.csv")).unwrap();
    let run = bench.run(MONTH, &["--public", "--again"]);
    assert_eq!(run.code, 50, "{}", run.stderr);
    assert!(run.stderr.contains("nothing was published") && !bench.out().join(MONTH).join("r2").exists());
}
