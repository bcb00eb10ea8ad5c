//! `verify-release`: what it finds in a release or a source that was changed, and whether a run gives a release again.

use std::fs;
use std::path::PathBuf;

use leds_metrics::digest::sha256;
use serde_json::Value;

use crate::support::{Bench, Finished, arrests, files_below, leds_metrics, submission_path, text};

const APRIL: (&str, &str, &str) = ("2025-05-15", "E1", "2025-04");
const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");

/// Settings that are not the defaults: what is made again must take them from the run record.
const SETTINGS: &str = "[publication]\ncontact = \"figures@example.org\"\n[disclosure]\nthreshold = 7\n";

/// A release of two forces with its public edition.
struct Published {
    bench: Bench,
}

impl Published {
    fn new() -> Self {
        let bench = Bench::new();
        bench.submit("arrest_summons", APRIL, &arrests(&[FAST, FAST, FAST, SLOW]));
        bench.submit("arrest_summons", ("2025-05-16", "E2", "2025-04"), &arrests(&[FAST, SLOW]));
        let published = Self { bench };
        published.run();
        published
    }

    fn run(&self) {
        let settings = self.bench.settings(SETTINGS);
        let run = self.bench.run("2025-04", &["--public", "--settings", text(&settings)]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }

    fn release(&self) -> PathBuf {
        self.bench.out().join("2025-04/r1")
    }

    fn verify(&self, release: &str, more: &[&str]) -> Finished {
        let folder = self.bench.out().join(release);
        leds_metrics(&[&["verify-release", text(&folder)], more].concat())
    }

    /// The same with the source.
    fn verify_with_source(&self, release: &str, more: &[&str]) -> Finished {
        let source = self.bench.source();
        self.verify(release, &[&["--source", text(&source)], more].concat())
    }
}

/// The checks that failed, each with its problems.
fn failures(done: &Finished) -> Vec<String> {
    let lines = done.stdout.lines();
    lines
        .filter(|line| line.starts_with("FAIL") || line.starts_with("     "))
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn a_release_as_it_was_published_passes_and_nothing_is_written_beside_it() {
    let published = Published::new();
    let before = published.bench.released();
    let done = published.verify_with_source("2025-04", &["--recompute"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.ends_with("13 passed, 0 failed\n"), "{}", done.stdout);
    assert!(done.stdout.contains("ok   the source holds each of the 3 input files of the run\n"), "{}", done.stdout);
    assert!(published.bench.released() == before);
    let alone = published.verify("2025-04/r1", &[]);
    assert!(alone.stdout.ends_with("7 passed, 0 failed\n"), "{}", alone.stdout);
}

#[test]
fn altered_missing_and_added_files_are_named() {
    let published = Published::new();
    let release = published.release();
    fs::write(release.join("results/observations.csv"), "metric_id\n").unwrap();
    fs::remove_file(release.join("national/index.html")).unwrap();
    fs::write(release.join("forces/E1/more.html"), "<p>more</p>").unwrap();
    let done = published.verify("2025-04", &[]);
    assert_eq!(done.code, 20, "{}", done.stderr);
    let found = failures(&done);
    for line in ["national/index.html", "results/observations.csv", "forces/E1/more.html"] {
        assert_eq!(found.iter().filter(|found| *found == line).count(), 1, "{found:#?}");
    }
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(done.stderr.contains("error: 3 of 7 checks of the release failed"), "{}", done.stderr);
}

#[test]
fn a_manifest_that_was_made_to_fit_is_found_by_the_record() {
    let published = Published::new();
    let (page, manifest) = (published.release().join("national/index.html"), published.release().join("SHA256SUMS"));
    let before = sha256(&fs::read(&page).unwrap());
    fs::write(&page, "<p>other</p>").unwrap();
    let fitted = fs::read_to_string(&manifest).unwrap().replace(&before, &sha256(b"<p>other</p>"));
    fs::write(&manifest, fitted).unwrap();
    let done = published.verify("2025-04", &[]);
    assert_eq!(done.code, 20);
    assert_eq!(
        failures(&done),
        ["FAIL run-record.json and SHA256SUMS name the same files with the same SHA-256", "national/index.html"]
    );
}

#[test]
fn a_release_without_manifest_is_held_against_its_record_and_counts_are_made_again() {
    let published = Published::new();
    let (record, manifest) = (published.release().join("run-record.json"), published.release().join("SHA256SUMS"));
    let mut told: Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    told["counts"]["observations"] = 1.into();
    fs::write(&record, told.to_string()).unwrap();
    fs::remove_file(manifest).unwrap();
    let found = failures(&published.verify("2025-04", &[]));
    assert!(found[0] == "FAIL SHA256SUMS can be read" && found[1].contains("cannot be read"), "{found:#?}");
    assert!(found[2].starts_with("FAIL run-record.json counts"), "{found:#?}");
    assert!(found[3].starts_with("counts.observations is 1, and not ") && found.len() == 4, "{found:#?}");
    fs::write(&record, "{}").unwrap();
    let done = published.verify_with_source("2025-04", &["--recompute"]);
    assert_eq!(done.code, 20, "{}", done.stdout);
    assert!(done.stdout.ends_with("0 passed, 2 failed\n"), "{}", done.stdout);
}

#[test]
fn files_of_the_source_that_are_missing_or_changed_are_named() {
    let published = Published::new();
    let (first, second) =
        (submission_path("arrest_summons", APRIL), submission_path("arrest_summons", ("2025-05-16", "E2", "2025-04")));
    let path = published.bench.source().join(&first);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    fs::remove_file(published.bench.source().join(&second)).unwrap();
    let done = published.verify_with_source("2025-04", &[]);
    assert_eq!(done.code, 20, "{}", done.stdout);
    assert_eq!(
        failures(&done),
        [
            "FAIL the source holds each of the 3 input files of the run",
            second.as_str(),
            "FAIL each of them has the size and the SHA-256 that the run found",
            &format!("{first} has another SHA-256"),
        ]
    );
    bytes.push(0);
    fs::write(&path, &bytes).unwrap();
    let longer = failures(&published.verify_with_source("2025-04", &[]));
    assert_eq!(longer[3], format!("{first} has {} bytes, and not {}", bytes.len(), bytes.len() - 1));
}

#[test]
fn a_revision_is_made_again_beside_those_that_it_stood_beside() {
    let published = Published::new();
    published.bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST, SLOW]));
    published.run();
    for release in ["2025-04/r1", "2025-04/r2"] {
        let done = published.verify_with_source(release, &["--recompute"]);
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    }
    fs::remove_dir_all(published.bench.out().join("2025-04/r1")).unwrap();
    let alone = published.verify_with_source("2025-04/r2", &["--recompute"]);
    assert_eq!(alone.code, 20);
    assert!(failures(&alone).iter().any(|line| line.starts_with("2025-04 r1 is not beside the release")), "{alone:?}");
}

#[test]
fn a_run_with_other_submissions_or_definitions_is_told_apart() {
    let published = Published::new();
    let exported = published.bench.export();
    exported.edit("queries/rollups/arrest_summons_delay.sql", "SELECT", "-- The same.\nSELECT");
    let definitions = exported.path().to_owned();
    let done = published.verify_with_source("2025-04", &["--recompute", "--definitions", &definitions]);
    let found = failures(&done);
    assert!(found.iter().any(|line| line == "the definition queries/rollups/arrest_summons_delay.sql is another one"));
    assert!(found.iter().any(|line| line == "identity is another value"), "{found:#?}");
    published.bench.submit("arrest_summons", APRIL, &arrests(&[SLOW]));
    let done = published.verify_with_source("2025-04", &["--recompute", "--json"]);
    assert_eq!(done.code, 20);
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    let checks = told["checks"].as_array().unwrap();
    let files = checks.iter().find(|check| check["check"].as_str().unwrap().contains("byte for byte")).unwrap();
    let problems: Vec<&str> = files["problems"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(problems.contains(&"results/observations.csv is another file"), "{problems:?}");
    let failed = checks.iter().filter(|check| !check["problems"].as_array().unwrap().is_empty()).count();
    assert_eq!((told["failed"].clone(), checks.len()), (failed.into(), 13));
}

#[test]
fn what_is_no_release_or_no_source_is_refused() {
    let published = Published::new();
    assert_eq!(published.verify("2025-04/r9", &[]).code, 2);
    assert_eq!(published.verify("2025-04", &["--recompute"]).code, 2, "there is nothing to run again");
    assert_eq!(published.verify("2025-04", &["--source", "/nowhere/at/all"]).code, 20);
    assert!(files_below(&published.release()).len() > 20);
}
