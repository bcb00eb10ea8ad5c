//! Local targets: named so wherever they show, for those they are for, and never in the place of a law.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Bench, Finished, TWO_FORCES, arrests, leds_metrics, table, text};

const RAILWAYS: &str = "E3,Railway Police,Railways,special_force,,England,300,2000-01-01,\n";
const TARGETS: &str = r#"
[[targets]]
metric = "CRE-01"
level = 75
comparator = ">="
from = "2025-04-01"
source = "Board of the railway police, minute 7"
kinds = ["special_force"]

[[targets]]
metric = "SHA-03"
level = 50
comparator = ">="
from = "2025-04-01"
source = "Board of the railway police, minute 8"
kinds = ["special_force"]
"#;

/// Two forces and a special force. Each has eight of twelve reports on PNC within a day; the special force answered one of
/// two subject access requests in time.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.reference("organisations", "2020-01-02", &format!("{TWO_FORCES}{RAILWAYS}"));
    for month in ["2025-03", "2025-04"] {
        let (event, fast) = (format!("{month}-03T10:00:00Z"), format!("{month}-03T12:00:00Z"));
        let cases = [(event.as_str(), fast.as_str()), (&event, &fast), (&event, "2025-05-01T10:00:00Z")].repeat(4);
        for org in ["E1", "E2", "E3"] {
            bench.submit("arrest_summons", ("2025-05-15", org, month), &arrests(&cases));
        }
    }
    let requests = "q1,subject_access,2025-03-10,2025-04-10,,,2025-03-20,answered\n\
                    q2,subject_access,2025-03-11,2025-04-11,,,2025-05-20,answered\n";
    bench.submit("rights_requests", ("2025-06-10", "E3", "2025-03"), requests);
    bench.submit("rights_requests", ("2025-06-10", "E3", "2025-04"), "");
    bench
}

fn run(bench: &Bench, settings: &str) -> Finished {
    let settings = bench.settings(settings);
    bench.run("2025-04", &["--settings", text(&settings)])
}

/// Level, kind and outcome of the standard of a figure.
fn standard(row: &BTreeMap<String, String>) -> [&str; 3] {
    ["standard_level", "standard_kind", "standard_met"].map(|column| row[column].as_str())
}

#[test]
fn a_target_stands_at_the_figures_of_its_organisations_alone() {
    let bench = bench();
    let done = run(&bench, TARGETS);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let rows = table(&bench.published("2025-04", "results/observations.csv"));
    let local: Vec<[&str; 6]> = rows
        .iter()
        .filter(|row| row["standard_kind"] == "local")
        .map(|row| {
            let [level, kind, met] = standard(row);
            [row["metric_id"].as_str(), &row["org_code"], &row["period"], level, kind, met]
        })
        .collect();
    // Not in March, before it was set; not for the law of SHA-03; not for the nation, which holds others too.
    assert_eq!(local, [["CRE-01", "E3", "2025-04", "75", "local", "not_met"]]);
    let all = bench.observations("2025-04");
    let law = &all[&("SHA-03".to_owned(), "E3".to_owned(), "2025-04".to_owned())];
    assert_eq!((law["numerator"].as_str(), law["denominator"].as_str()), ("1", "2"));
    assert_eq!(standard(law), ["100", "current_law", "not_met"]);
}

#[test]
fn a_target_is_drawn_and_named_as_a_local_one() {
    let bench = bench();
    run(&bench, TARGETS);
    let own = bench.pages("2025-04", "forces/E3");
    assert!(own.contains(">Local target 75%</text>"), "in the drawing: {own}");
    assert!(own.contains("The local target of 75% or more, in place since 1 April 2025, was not met."));
    assert!(own.contains("Not met</span> <small>Local target: 75% or more</small>"));
    // One of two is no verdict.
    let law =
        "For the limit set by law of 100% or more, in place since 25 May 2018, there are too few cases (1 of 2) to say";
    assert!(own.contains(law) && own.contains("1 of 2</span> <small>Limit set by law: 100% or more</small>"));
    let other = bench.pages("2025-04", "forces/E1");
    assert!(!other.to_lowercase().contains("local target"));
    let national = bench.published("2025-04", "national/metrics/CRE-01.html");
    assert!(!national.contains("Local target 75%"), "not drawn at the national figures");
    let row = "<th scope=\"row\">75% or more</th><td>Local target</td><td>Since 1 April 2025</td>\
               <td>Board of the railway police, minute 7</td><td>For special force only</td>";
    assert!(national.contains(row), "{national}");
}

#[test]
fn a_target_for_everybody_or_for_one_organisation() {
    let bench = bench();
    let all = TARGETS.replace("kinds = [\"special_force\"]\n", "");
    run(&bench, &all.replacen("level = 75", "level = 60", 1));
    let figure = |org: &str| bench.observations("2025-04")[&("CRE-01".into(), org.into(), "2025-04".into())].clone();
    for org in ["E1", "E3", "NATIONAL", "REGION:North"] {
        assert_eq!(standard(&figure(org)), ["60", "local", "met"], "{org}");
    }
    // A sum over fewer than three others has no figure that could meet it.
    assert_eq!(standard(&figure("PEERS:E1")), ["60", "local", ""]);
    assert!(bench.published("2025-04", "national/metrics/CRE-01.html").contains(">Local target 60%</text>"));
    // A changed target is a change: the run is not taken for the one before.
    let one = TARGETS.replace("kinds = [\"special_force\"]", "organisations = [\"E2\"]");
    let done = run(&bench, &one);
    assert!(done.stdout.contains("/r2/"), "{}{}", done.stdout, done.stderr);
    assert_eq!(standard(&figure("E2")), ["75", "local", "not_met"]);
    assert_eq!(standard(&figure("E1")), ["", "", ""]);
}

#[test]
fn a_wrong_target_is_refused_with_its_place() {
    let bench = bench();
    let cases = [
        ("level = 75", "level = 101", "targets[0].level: 101 cannot be reached by CRE-01"),
        ("\">=\"", "\"<=\"", "targets[0].comparator: goes against what CRE-01 calls better"),
        ("kinds", "to = \"2025-03-31\"\nkinds", "targets[0].from: 2025-04-01 is after the last day, 2025-03-31"),
        ("Board of the railway police, minute 7", " ", "targets[0].source: is empty; say who set the target"),
        (
            "special_force",
            "special_forces",
            "targets[0].kinds: special_forces is not a kind of organisation; known are territorial_force, \
             territorial_force_other, special_force, crown_dependency_force, law_enforcement_agency, police_support, \
             non_police, system_operator",
        ),
    ];
    let nobody = (
        "kinds = [\"special_force\"]",
        "organisations = [\"E9\"]",
        "targets[0].organisations: the organisations dataset holds no E9 on the data date",
    );
    for (from, to, message) in cases.into_iter().chain([nobody]) {
        let done = run(&bench, &TARGETS.replacen(from, to, 1));
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{message}");
        assert_eq!(done.stderr, format!("error: settings: {message}\n"));
    }
    let done = run(&bench, &TARGETS.replacen("CRE-01", "CRE-99", 1));
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error: settings: targets[0].metric: CRE-99 is not a metric; known are "));
    let done = run(&bench, &TARGETS.replacen("kinds", "kind", 1));
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("unknown field `kind`"), "{}", done.stderr);
    assert!(!bench.out().join("2025-04").exists(), "the ledger alone says that somebody tried");
}

/// The files of a release by path, each with its hash, as its record lists them.
fn recorded_files(record: &Path) -> serde_json::Value {
    let record: serde_json::Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    record["files"].clone()
}

#[test]
fn a_release_is_made_again_from_its_own_record() {
    let bench = bench();
    let more =
        "[trend]\nmonth = 2\n[late]\nmonths = 3\n[peers]\nfallback = \"all_forces\"\n[parity]\nas_phe = [\"CRE-01\"]\n";
    let first = run(&bench, &format!("{TARGETS}{more}"));
    assert_eq!(first.code, 0, "{}", first.stderr);
    let record = bench.out().join("2025-04/r1/run-record.json");
    let (out, work) = (bench.out().with_file_name("again"), bench.work().with_file_name("work again"));
    let [source, settings] = [bench.source(), record.clone()];
    let again = leds_metrics(&[
        "run",
        "--quiet",
        "--allow-gaps",
        "--source",
        text(&source),
        "--out",
        text(&out),
        "--work",
        text(&work),
        "--period",
        "2025-04",
        "--settings",
        text(&settings),
        "--published-on",
        "2025-12-01",
    ]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let made = out.join("2025-04/r1/run-record.json");
    assert_eq!(recorded_files(&made), recorded_files(&record));
    assert!(recorded_files(&made).as_object().unwrap().len() > 50);
}
