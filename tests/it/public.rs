//! The public edition: a small number of cases about persons is in none of its files and does not follow from them, now or
//! with earlier ones; and whether an organisation's work is shown never depends on how good it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use leds_metrics::disclosure::attack::{Assumption, attack_all};
use leds_metrics::disclosure::system::{CellPosition, CountCell, History, Relation, System};

use crate::reading::read_in;
use crate::support::{Bench, arrests, files_below, incidents, table, text};

const MONTH: &str = "2025-04";
const FORCES: &str = "\
E1,First Police,First,territorial_force,North,England,1000,2000-01-01,
E2,Second Police,Second,territorial_force,North,England,500,2000-01-01,
E3,Third Police,Third,territorial_force,South,England,800,2000-01-01,
E4,Fourth Police,Fourth,territorial_force,South,England,900,2000-01-01,
";
/// Breaches by unauthorised access, and others, of each force. The three others of E1 are a small count.
const BREACHES: [(&str, usize, usize); 4] = [("E1", 1234, 3), ("E2", 2318, 423), ("E3", 2963, 566), ("E4", 3187, 711)];

/// Breaches of a month: unauthorised access and errors.
fn submit_in(bench: &Bench, (org, accesses, errors): (&str, usize, usize), (month, submitted): (&str, &str)) {
    let day = format!("{month}-10");
    let cases = [("unauthorised_access", false, accesses), ("error", false, errors)];
    bench.submit("incidents", (submitted, org, month), &incidents(&day, &cases));
}

fn submit(bench: &Bench, force: (&str, usize, usize), submitted: &str) {
    submit_in(bench, force, (MONTH, submitted));
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    for force in BREACHES {
        submit(&bench, force, "2025-05-05");
    }
    bench
}

fn publish_of(bench: &Bench, period: &str) {
    let settings = bench.settings("[trend]\nmonth = 1\nquarter = 1\n");
    let run = bench.run(period, &["--public", "--settings", text(&settings)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

fn publish(bench: &Bench) {
    publish_of(bench, MONTH);
}

/// Headline figures of AUD-05 in a result file, by organisation.
fn figures(bench: &Bench, file: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    figures_of("AUD-05", bench, (MONTH, file))
}

fn figures_of(metric: &str, bench: &Bench, (period, file): (&str, &str)) -> BTreeMap<String, BTreeMap<String, String>> {
    let rows = table(&bench.published(period, file)).into_iter();
    let rows = rows.filter(|row| row["metric_id"] == metric && row["period"] == period);
    rows.map(|row| (row["org_code"].clone(), row)).collect()
}

/// Codes whose figure of a period is withheld.
fn withheld_in(bench: &Bench, metric: &str, period: &str) -> Vec<String> {
    let figures = figures_of(metric, bench, (period, "public/results/observations.csv"));
    figures.into_iter().filter(|(_, row)| row["status"] == "suppressed").map(|(code, _)| code).collect()
}

fn withheld(bench: &Bench) -> Vec<String> {
    withheld_in(bench, "AUD-05", MONTH)
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
    assert_eq!(withheld(&bench), ["E1", "E2", "E3", "E4"]);
    let full = figures(&bench, "results/observations.csv");
    assert_eq!((full["E1"]["numerator"].as_str(), full["E2"]["numerator"].as_str()), ("1234", "2318"));
    let public = figures(&bench, "public/results/observations.csv");
    for row in [&public["E1"], &public["E2"]] {
        for column in ["numerator", "denominator", "value", "lower_95", "upper_95", "lower_998", "upper_998", "method"]
        {
            assert_eq!(row[column], "", "{column} is given");
        }
    }
    // Sums of many are what they are for those who see every figure.
    assert_eq!((&public["NATIONAL"], &public["REGION:North"]), (&full["NATIONAL"], &full["REGION:North"]));
    let release = bench.out().join(MONTH).join("r1");
    let mut pages = 0;
    for path in files_below(&release.join("public")) {
        let text = read_in(&release.join("public").join(&path));
        for number in ["1234", "1,234", "2318", "2,318", "2963", "2,963", "99.757", "84.567", "84.6"] {
            assert!(!stands_in(&text, number), "{} holds {number}", path.display());
        }
        if text.contains("[c]") {
            let told = "because few cases lie behind them: 4 or fewer cases about persons, or fewer than 10 cases";
            assert!(text.contains(told) && text.contains("Good results and bad results are treated alike."));
            pages += 1;
        }
    }
    assert!(pages > 0, "no page marks a withheld figure");
    // Those who need the numbers for their work have them.
    assert!(bench.published(MONTH, "national/metrics/AUD-05.html").contains("99.8"));
    assert!(bench.pages(MONTH, "forces/E1").contains("1,234"));
    assert!(
        !release.join("public/data-quality.html").exists() && !release.join("public/disclosure-evidence.csv").exists()
    );
    let evidence = table(&bench.published(MONTH, "disclosure-evidence.csv"));
    assert!(
        evidence.iter().any(|row| row["org_code"] == "E1" && row["measure"] == "rest" && row["hidden"] == "primary")
    );
}

/// Each count is large, yet 1,237 breaches of which 1,234 had to be told to the ICO say that three had not.
#[test]
fn a_small_difference_between_two_metrics_does_not_follow_from_public_files() {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    for (org, notifiable, others) in BREACHES {
        let half = notifiable / 2;
        let cases = [("unauthorised_access", true, half), ("error", true, notifiable - half), ("error", false, others)];
        bench.submit("incidents", ("2025-05-05", org, MONTH), &incidents("2025-04-10", &cases));
    }
    publish(&bench);
    let hidden = ["AUD-05", "SEC-06"].map(|metric| withheld_in(&bench, metric, MONTH));
    let forces = ["E1", "E2", "E3", "E4"];
    assert!(hidden.iter().any(|codes| *codes == forces) && hidden.iter().any(Vec::is_empty), "{hidden:?}");
    let evidence = table(&bench.published(MONTH, "disclosure-evidence.csv"));
    let small: Vec<&BTreeMap<String, String>> = evidence.iter().filter(|row| row["hidden"] == "primary").collect();
    assert_eq!(small.len(), 1);
    let told = ["metric_id", "org_code", "measure", "verdict"].map(|column| small[0][column].as_str());
    assert_eq!(told, ["AUD-05", "E1", "denominator beyond SEC-06 denominator", "safe"]);
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
        let cell = |code: &str, value| CountCell {
            label: format!("{code} {column}"),
            value,
            kind: CellPosition::Interior,
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
        cells.push(CountCell {
            label: format!("{code} rest"),
            value: rest,
            kind: CellPosition::Interior,
            threshold: 5,
            history: History::New,
        });
        let parts = ["numerator", "rest"].map(|part| format!("{code} {part}")).into();
        relations.push(Relation { parts, total: format!("{code} denominator"), offset: 0 });
    }
    let system = System::new(cells, &relations, &[]).unwrap();
    let found = attack_all(&system, &hidden.iter().map(String::as_str).collect(), Assumption::AtLeastOne).unwrap();
    for one in found.iter().filter(|one| one.label.starts_with("E1") || one.label.starts_with("E2")) {
        let left = one.range.whole_numbers();
        assert!(left.is_none_or(|left| left > 1), "{} follows from the published figures", one.label);
    }
}

/// One force had nine arrests, all in time, and one had ten, none of them in time: the number of cases decides.
#[test]
fn work_is_shown_by_the_number_of_cases_alone() {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", FORCES);
    for (org, in_time, late) in [("E1", 1234, 3), ("E2", 9, 0), ("E3", 0, 10), ("E4", 300, 0)] {
        let mut cases = vec![("2025-04-10T10:00:00", "2025-04-10T15:00:00"); in_time];
        cases.extend(vec![("2025-04-10T10:00:00", "2025-04-12T15:00:00"); late]);
        bench.submit("arrest_summons", ("2025-05-05", org, MONTH), &arrests(&cases));
    }
    publish(&bench);
    for metric in ["CRE-01", "CRE-02", "CRE-03"] {
        assert_eq!(withheld_in(&bench, metric, MONTH), ["E2"], "{metric}");
    }
    let [full, public] = ["results/observations.csv", "public/results/observations.csv"]
        .map(|file| figures_of("CRE-01", &bench, (MONTH, file)));
    for code in ["E1", "E3", "E4", "NATIONAL"] {
        let mut shown = full[code].clone();
        // The public edition has no sums over peers to compare with.
        shown.insert("comparison".to_owned(), public[code]["comparison"].clone());
        assert_eq!(public[code], shown);
    }
    let page = bench.published(MONTH, "public/metrics/CRE-01.html");
    let told =
        "One of 4 forces is not shown, because fewer than 10 cases lie behind the figure. The result plays no part in";
    assert!(page.contains(told));
    assert!(page.contains("The forces that are shown have 99.4% of all cases."));
    assert!(page.contains("Taken together they stand at 99.2%, as do all forces."));
    let settings = bench.settings("[trend]\nmonth = 1\n[disclosure]\nminimum_denominator = 9\n");
    let run = bench.run(MONTH, &["--public", "--settings", text(&settings)]);
    assert_eq!((run.code, withheld_in(&bench, "CRE-01", MONTH).len()), (0, 0), "{}", run.stderr);
}

/// 42 of a quarter, 20 of April and 20 of May: the two of June, which nobody published, would be there for everybody.
#[test]
fn a_month_that_nobody_published_does_not_follow_from_its_quarter() {
    let bench = || {
        let bench = Bench::new();
        for (month, late) in [("2025-04", 20), ("2025-05", 20), ("2025-06", 2)] {
            submit_in(&bench, ("E1", 100, late), (month, "2025-07-05"));
            submit_in(&bench, ("E2", 100, 20), (month, "2025-07-05"));
        }
        bench
    };
    let one = bench();
    for period in ["2025-04", "2025-05", "2025-26Q1"] {
        publish_of(&one, period);
    }
    assert_eq!(withheld_in(&one, "AUD-05", "2025-05"), [""; 0]);
    assert_eq!(withheld_in(&one, "AUD-05", "2025-26Q1"), ["E1", "E2"]);
    let other = bench();
    for period in ["2025-26Q1", "2025-04", "2025-05"] {
        publish_of(&other, period);
    }
    assert_eq!(withheld_in(&other, "AUD-05", "2025-04"), [""; 0]);
    assert_eq!(withheld_in(&other, "AUD-05", "2025-05"), ["E1", "E2"]);
    let evidence = table(&other.published("2025-05", "disclosure-evidence.csv"));
    assert!(evidence.iter().any(|row| row["hidden"] == "primary" && row["org_code"] == "E1"), "{evidence:?}");
}

/// 200 of 211 and then 200 of 210: one breach was withdrawn.
#[test]
fn a_case_that_was_withdrawn_does_not_follow_from_two_revisions() {
    let bench = Bench::new();
    submit(&bench, ("E1", 200, 11), "2025-05-05");
    submit(&bench, ("E2", 100, 20), "2025-05-05");
    publish(&bench);
    assert_eq!(withheld(&bench), [""; 0]);
    submit(&bench, ("E1", 200, 10), "2025-06-05");
    publish(&bench);
    let public = figures(&bench, "public/results/observations.csv");
    for code in ["E1", "E2", "REGION:North", "NATIONAL"] {
        assert_eq!((public[code]["status"].as_str(), public[code]["numerator"].as_str()), ("suppressed", ""), "{code}");
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
    // E4 has three more, and so have its region and the nation: a small change gives as much away as a small count.
    let all = ["E1", "E2", "E3", "E4", "NATIONAL", "REGION:North", "REGION:South"];
    assert_eq!(withheld(&bench), all);
    let record: serde_json::Value = serde_json::from_str(&bench.published(MONTH, "run-record.json")).unwrap();
    let disclosure = &record["disclosure"];
    assert_eq!(disclosure["earlier_editions"], serde_json::json!(["2025-04 r1"]));
    assert_eq!((&disclosure["threshold"], &disclosure["protection"]), (&5.into(), &"two_values".into()));
    assert_eq!(disclosure["minimum_denominator"], 10);
    assert_eq!(disclosure["metrics"]["AUD-05"]["figures_withheld"], 7);
}

#[test]
fn nothing_is_published_beside_an_edition_that_cannot_be_read() {
    let bench = bench();
    publish(&bench);
    fs::remove_file(bench.out().join(MONTH).join("r1/results/observations.parquet")).unwrap();
    let run = bench.run(MONTH, &["--public", "--again"]);
    assert_eq!(run.code, 50, "{}", run.stderr);
    assert!(run.stderr.contains("nothing was published") && !bench.out().join(MONTH).join("r2").exists());
}

/// Arrests of forces in April, of which some were on PNC within a day.
fn send_arrests(bench: &Bench, forces: &[(&str, usize, usize)]) {
    for (org, in_time, late) in forces {
        let mut cases = vec![("2025-04-10T10:00:00", "2025-04-10T15:00:00"); *in_time];
        cases.extend(vec![("2025-04-10T10:00:00", "2025-04-12T15:00:00"); *late]);
        bench.submit("arrest_summons", ("2025-05-05", org, MONTH), &arrests(&cases));
    }
}

fn assert_nowhere(bench: &Bench, folder: &str, numbers: &[&str]) {
    let folder = bench.out().join(MONTH).join("r1").join(folder);
    for path in files_below(&folder) {
        let text = read_in(&folder.join(&path));
        for number in numbers {
            assert!(!stands_in(&text, number), "{} holds {number}", path.display());
        }
    }
}

/// Two forces make up a region, and are each other's only peer.
#[test]
fn no_force_sees_the_figure_of_a_single_other() {
    let forces = [("E1", 100, 20), ("E2", 211, 131), ("E3", 419, 79), ("E4", 523, 61)];
    let make = |settings: &str| {
        let bench = Bench::new();
        bench.reference("organisations", "2020-01-02", FORCES);
        send_arrests(&bench, &forces);
        let settings = bench.settings(settings);
        let run = bench.run(MONTH, &["--settings", text(&settings)]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        bench
    };
    let status = |bench: &Bench| figures_of("CRE-01", bench, (MONTH, "results/observations.csv"))["PEERS:E1"].clone();
    let bench = make("");
    let peers = status(&bench);
    assert_eq!((peers["status"].as_str(), peers["numerator"].as_str()), ("cannot_tell", ""));
    // 211 of 342 is 61.7%.
    assert_nowhere(&bench, "forces/E1", &["211", "342", "131", "61.7"]);
    assert!(bench.pages(MONTH, "forces/E1").contains("81.2"), "all forces together are four");
    // Where all forces are peers, the other three have 1,153 of 1,424.
    let bench = make("[peers]\nfallback = \"all_forces\"\n");
    assert_eq!((status(&bench)["numerator"].as_str(), status(&bench)["denominator"].as_str()), ("1153", "1424"));
}

/// The nation less the region's five forces is a single force: each of the five could work out its figure.
#[test]
fn a_sum_over_peers_that_leaves_one_other_force_is_told_nowhere() {
    let bench = Bench::new();
    let force = |n: u32, region: &str| {
        format!("E{n},Police {n},Force {n},territorial_force,{region},England,1000,2000-01-01,\n")
    };
    let forces: String = (1..=5).map(|n| force(n, "North")).chain([force(6, "South")]).collect();
    bench.reference("organisations", "2020-01-02", &forces);
    let sent = [("E1", 100, 20), ("E2", 211, 131), ("E3", 419, 79), ("E4", 523, 61), ("E5", 307, 44), ("E6", 202, 97)];
    send_arrests(&bench, &sent);
    assert_eq!(bench.run(MONTH, &[]).code, 0);
    let sum = figures_of("CRE-01", &bench, (MONTH, "results/observations.csv"))["PEERS:E1"].clone();
    assert_eq!((sum["status"].as_str(), sum["numerator"].as_str()), ("cannot_tell", ""));
    // The four peers of E1 have 1,460 of 1,775, which is 82.3%: its 83.3% is 1.1 points above.
    assert_nowhere(&bench, "forces/E1", &["1460", "1,460", "1775", "1,775", "82.3"]);
    let comparisons = table(&bench.published(MONTH, "results/comparisons.csv"));
    let with_peers = comparisons.iter().filter(|row| row["metric_id"] == "CRE-01" && row["against"] == "peers");
    let columns = ["org_code", "label", "other_numerator", "other_value", "estimate", "weighted_including_self"];
    let told: Vec<[&str; 6]> = with_peers.map(|row| columns.map(|column| row[column].as_str())).collect();
    assert_eq!(told, ["E1", "E2", "E3", "E4", "E5"].map(|code| [code, "cannot_tell", "", "", "", ""]));
    let verdict = figures_of("CRE-01", &bench, (MONTH, "results/verdicts.csv"))["E1"].clone();
    assert_eq!(
        ["peers", "peers_size", "cases_to_peers"].map(|column| verdict[column].as_str()),
        ["cannot_tell", "", ""]
    );
}

/// With two forces in all, the national figure less the own one is that of the other.
#[test]
fn no_force_sees_a_nation_of_two() {
    let bench = Bench::new();
    send_arrests(&bench, &[("E1", 100, 20), ("E2", 211, 131)]);
    assert_eq!(bench.run(MONTH, &[]).code, 0);
    // 311 of 462 is 67.3%.
    assert_nowhere(&bench, "forces/E1", &["211", "342", "61.7", "311", "462", "67.3"]);
    assert!(bench.published(MONTH, "national/metrics/CRE-01.html").contains("67.3"));
}

/// What earlier public editions show is read from files that must be those that were published.
#[test]
fn a_damaged_earlier_release_is_named_and_never_believed() {
    let bench = bench();
    publish(&bench);
    let release = bench.out().join(MONTH).join("r1");
    let settings = bench.settings("[trend]\nmonth = 1\nquarter = 1\n");
    let again = || bench.run(MONTH, &["--public", "--again", "--settings", text(&settings)]);
    for (file, damage) in [
        ("public/results/observations.parquet", "is damaged: its SHA-256 is not the one in run-record.json"),
        ("public/results/breakdowns.parquet", "is damaged: its SHA-256 is not the one in run-record.json"),
        ("results/observations.parquet", "is damaged: its SHA-256 is not the one in run-record.json"),
        ("run-record.json", "is no run record"),
    ] {
        let path = release.join(file);
        let whole = fs::read(&path).unwrap();
        // One byte of a table is another one; the record is cut short.
        let mut damaged = whole.clone();
        if file == "run-record.json" {
            damaged = b"{".to_vec();
        } else {
            let middle = damaged.len() / 2;
            damaged[middle] ^= 0x10;
        }
        fs::write(&path, damaged).unwrap();
        let run = again();
        assert_eq!(run.code, 50, "{file}: {}", run.stderr);
        let told = format!("{}: this file of a release {damage}", path.display());
        assert!(run.stderr.contains(&told) && run.stderr.contains("restore the release from a copy"), "{}", run.stderr);
        assert!(!bench.out().join(MONTH).join("r2").exists(), "{file}");
        fs::write(&path, whole).unwrap();
    }
    // A public edition that is gone was published all the same.
    let gone = bench.out().with_file_name("gone");
    fs::rename(release.join("public"), &gone).unwrap();
    let run = again();
    assert_eq!(run.code, 50, "{}", run.stderr);
    assert!(
        run.stderr.contains("public/results/observations.parquet: this file of a release cannot be read"),
        "{}",
        run.stderr
    );
    fs::rename(&gone, release.join("public")).unwrap();
    assert_eq!(again().code, 0);
}
