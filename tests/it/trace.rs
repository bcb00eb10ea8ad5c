//! `trace`: what is told of a figure, and what of a name that nothing has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use leds_metrics::digest::sha256;
use serde_json::Value;

use crate::support::{Bench, Finished, arrests, leds_metrics, submission_path, text};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");
const FIRST: (&str, &str, &str) = ("2025-06-01", "E1", "2025-04");
const SECOND: (&str, &str, &str) = ("2025-05-16", "E2", "2025-04");

/// A release of two forces, one of which has sent its return twice.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[SLOW]));
    bench.submit("arrest_summons", FIRST, &arrests(&[FAST, FAST, FAST, SLOW]));
    bench.submit("arrest_summons", SECOND, &arrests(&[FAST, SLOW]));
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    bench
}

fn trace(bench: &Bench, words: &[&str]) -> Finished {
    let release = bench.out().join("2025-04");
    leds_metrics(&[&["trace"], words, &["--release", text(&release)]].concat())
}

fn traced(bench: &Bench, words: &[&str]) -> Value {
    let done = trace(bench, &[words, &["--json"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

/// The paths of all files behind a figure.
fn files(traced: &Value) -> Vec<String> {
    let submissions = traced["submissions"].as_array().unwrap().iter();
    let files = submissions.flat_map(|one| one["files"].as_array().unwrap());
    files.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_figure_is_followed_to_its_definition_and_its_submission() {
    let bench = bench();
    let told = traced(&bench, &["cre-01", "E1", "2025-04"]);
    let figure = &told["figure"];
    assert_eq!(
        [&figure["value"], &figure["numerator"], &figure["denominator"], &figure["coverage"]],
        [&Value::from(75.0), &Value::from(3), &Value::from(4), &Value::from(1.0)]
    );
    assert_eq!([&figure["status"], &figure["metric_version"]], [&Value::from("value"), &Value::from(1)]);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let definition = told["definition"].as_array().unwrap();
    let rollups = told["rollups"].as_array().unwrap().iter().flat_map(|one| one["definition"].as_array().unwrap());
    let all: Vec<&Value> = definition.iter().chain(rollups).collect();
    assert!(definition.len() == 2 && all.len() > 3, "{told}");
    for file in all {
        let content = fs::read(repository.join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], sha256(&content));
    }
    // The return that was replaced is behind nothing.
    let submissions = told["submissions"].as_array().unwrap();
    assert_eq!(submissions.len(), 1);
    assert_eq!(
        [&submissions[0]["submitted"], &submissions[0]["used"]],
        [&Value::from("2025-06-01"), &Value::from(true)]
    );
    let path = submission_path("arrest_summons", FIRST);
    let content = fs::read(bench.source().join(&path)).unwrap();
    let file = &submissions[0]["files"][0];
    assert_eq!([&file["path"], &file["sha256"]], [&Value::from(path), &Value::from(sha256(&content))]);
    assert_eq!([&file["size"], &file["rows"]], [&Value::from(content.len()), &Value::from(4)]);
}

#[test]
fn the_text_says_the_same() {
    let bench = bench();
    let done = trace(&bench, &["CRE-01", "First Police", "2025-04"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    for line in [
        "CRE-01  Arrest/summons on PNC within 24 hours",
        "E1  First",
        "2025-04 in release 2025-04 r1, data as at 2025-06-01",
        "value 75 percent, numerator 3, denominator 4, status value, coverage 1",
        "definition, version 1",
        "roll-up arrest_summons_delay of arrest_summons",
        "behind it: 1 submission of 1 organisation for 2025-04; refused: 0",
        "arrest_summons, E1, 2025-04, submitted 2025-06-01: used",
    ] {
        assert!(done.stdout.lines().any(|one| one == line), "{line}\n{}", done.stdout);
    }
}

#[test]
fn behind_a_sum_are_the_submissions_of_all_its_bodies() {
    let bench = bench();
    let both = [submission_path("arrest_summons", FIRST), submission_path("arrest_summons", SECOND)];
    for body in ["NATIONAL", "national", "REGION:North", "north"] {
        assert_eq!(files(&traced(&bench, &["CRE-01", body, "2025-04"])), both, "{body}");
    }
    assert_eq!(files(&traced(&bench, &["CRE-01", "second", "2025-04"])), both[1..]);
    assert_eq!(files(&traced(&bench, &["CRE-01", "PEERS:E1", "2025-04"])), both[1..]);
}

#[test]
fn a_refused_submission_is_told_as_refused() {
    let bench = bench();
    let rows = "twice,arrest,2025-04-01T10:00:00Z,,true,true\ntwice,arrest,2025-04-02T10:00:00Z,,true,true";
    bench.submit("arrest_summons", ("2025-07-01", "E1", "2025-04"), rows);
    assert_eq!(bench.run("2025-04", &[]).code, 31);
    let told = traced(&bench, &["CRE-01", "E1", "2025-04"]);
    let submissions = told["submissions"].as_array().unwrap();
    assert_eq!(submissions.len(), 1);
    assert_eq!(
        [&submissions[0]["submitted"], &submissions[0]["used"]],
        [&Value::from("2025-07-01"), &Value::from(false)]
    );
    assert_eq!(told["figure"]["value"], Value::Null);
}

#[test]
fn the_inspection_edition_shows_the_same_submissions() {
    let bench = bench();
    let pages = bench.pages("2025-04", "inspection/E1");
    let is_hash = |word: &&str| word.len() == 64 && word.bytes().all(|digit| digit.is_ascii_hexdigit());
    let words = pages.split(|c: char| !c.is_ascii_alphanumeric());
    let shown: BTreeSet<String> = words.filter(is_hash).map(str::to_owned).collect();
    let mut traced_hashes = BTreeSet::new();
    // A share, a delay, one of another dataset, and one that counts every return.
    for metric in ["CRE-01", "CRE-03", "ACC-01", "REP-01"] {
        let told = traced(&bench, &[metric, "E1", "2025-04"]);
        for submission in told["submissions"].as_array().unwrap() {
            let files = submission["files"].as_array().unwrap().iter();
            traced_hashes.extend(files.map(|file| file["sha256"].as_str().unwrap().to_owned()));
        }
    }
    assert!(!shown.is_empty() && shown == traced_hashes, "{shown:?}\n{traced_hashes:?}");
}

#[test]
fn names_that_nothing_has_are_told_with_the_nearest() {
    let bench = bench();
    let refused = |words: &[&str]| {
        let done = trace(&bench, words);
        assert_eq!(done.code, 2, "{}", done.stdout);
        done.stderr
    };
    assert!(refused(&["CRE-1", "E1", "2025-04"]).contains("CRE-1 is not a metric; did you mean CRE-01"));
    assert!(refused(&["CRE-01", "Frist", "2025-04"]).contains("did you mean First"));
    let period = refused(&["CRE-01", "E1", "2025-4"]);
    assert!(
        period.contains("no figure of CRE-01 for E1 in 2025-4; did you mean 2025-04?; it has one for 2025-04"),
        "{period}"
    );
    let exported = bench.export();
    exported.edit("queries/rollups/arrest_summons_delay.sql", "SELECT", "-- The same.\nSELECT");
    let other = refused(&["CRE-01", "E1", "2025-04", "--definitions", exported.path()]);
    assert!(
        other.contains("another definition of CRE-01, or of roll-ups") && other.contains("--definitions"),
        "{other}"
    );
}
