//! A release: the figures in it, what a second run does, and what is left when a run is killed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use leds_metrics::digest::sha256;

use crate::reading::read_in;
use crate::support::{Bench, arrests, files_below, submission_path, text};

const APRIL: (&str, &str, &str) = ("2025-05-15", "E1", "2025-04");

fn bench() -> Bench {
    let bench = Bench::new();
    let fast = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    let slow = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");
    bench.submit("arrest_summons", APRIL, &arrests(&[fast, fast, fast, slow]));
    bench.submit("arrest_summons", ("2025-05-16", "E2", "2025-04"), &arrests(&[fast, slow]));
    bench
}

#[test]
fn figures_of_a_month_are_published_with_their_parts_and_limits() {
    let bench = bench();
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.trim().ends_with("2025-04/r1/national/index.html"), "{}", run.stdout);
    let all = bench.observations("2025-04");
    let figure = |org: &str| &all[&("CRE-01".to_owned(), org.to_owned(), "2025-04".to_owned())];
    let cells = |org: &str| ["numerator", "denominator", "value", "status"].map(|column| figure(org)[column].clone());
    assert_eq!(cells("E1"), ["3", "4", "75", "value"]);
    assert_eq!(cells("E2"), ["1", "2", "50", "value"]);
    assert_eq!(cells("NATIONAL"), ["4", "6", "66.666667", "value"]);
    assert_eq!(cells("REGION:North"), ["4", "6", "66.666667", "value"]);
    // Wilson, 3 of 4 at 95 %, worked by hand: (2·3 + 3.8415 ∓ 1.96·√(3.8415 + 4·3·0.25)) / (2·(4 + 3.8415)).
    assert_eq!(figure("E1")["lower_95"], "30.064184");
    assert_eq!(figure("E1")["upper_95"], "95.441274");
    assert_eq!(all[&("SHA-03".to_owned(), "E1".to_owned(), "2025-04".to_owned())]["status"], "missing");
    let months: BTreeSet<&str> = all.keys().map(|(_, _, period)| period.as_str()).collect();
    assert_eq!(months, BTreeSet::from(["2025-04"]), "no month before the first return");
}

#[test]
fn a_second_run_reads_nothing_and_publishes_nothing_until_something_changes() {
    let bench = bench();
    bench.run("2025-04", &[]);
    let again = bench.run("2025-04", &[]);
    assert_eq!(again.code, 0);
    assert!(again.stderr.contains("nothing changed since revision 1"), "{}", again.stderr);
    let fast = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[fast]));
    let third = bench.run("2025-04", &[]);
    assert!(third.stderr.contains("1 submissions read, 2 unchanged"), "{}", third.stderr);
    assert!(third.stdout.contains("/r2/"), "{}", third.stdout);
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    let delay = record["rollups"].as_array().unwrap().iter().find(|r| r["name"] == "arrest_summons_delay").unwrap();
    assert_eq!((delay["scans"].as_u64(), delay["submissions_scanned"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn as_of_reproduces_what_was_known_on_a_past_day() {
    let bench = bench();
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), "x,arrest,2025-04-01T00:00:00Z,,true,true");
    bench.run("2025-04", &["--as-of", "2025-05-31"]);
    let then = bench.published("2025-04", "results/observations.csv");
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    assert_ne!(bench.published("2025-04", "results/observations.csv"), then);
    bench.run("2025-04", &["--as-of", "2025-05-31"]);
    assert_eq!(bench.published("2025-04", "results/observations.csv"), then);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let (first, second) = (bench(), bench());
    first.run("2025-04", &[]);
    second.run("2025-04", &[]);
    let files = |bench: &Bench| {
        let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
        record["files"].clone()
    };
    assert!(files(&first).as_object().unwrap().len() > 20);
    assert_eq!(files(&first), files(&second));
}

#[test]
fn a_killed_run_leaves_the_last_release_whole_and_the_next_one_clears_up() {
    let bench = bench();
    bench.run("2025-04", &[]);
    let before = bench.published("2025-04", "run-record.json");
    let (source, out) = (bench.source(), bench.out());
    let arguments =
        ["run", "--source", text(&source), "--out", text(&out), "--period", "2025-04", "--again", "--quiet"];
    let mut child = bench.program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Kill it while it writes: as soon as its staging folder is there.
    let started = Instant::now();
    let staged = || {
        fs::read_dir(bench.out()).unwrap().flatten().any(|e| e.file_name().to_string_lossy().starts_with(".staging"))
    };
    while !staged() && started.elapsed() < Duration::from_mins(1) && child.try_wait().unwrap().is_none() {}
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bench.published("2025-04", "run-record.json"), before);
    let next = bench.run("2025-04", &["--again"]);
    assert_eq!(next.code, 0, "{}", next.stderr);
    assert!(!staged(), "a staging folder is left");
}

#[test]
fn a_force_edition_holds_no_figure_of_another_force() {
    let bench = bench();
    bench.run("2025-04", &[]);
    let page = bench.pages("2025-04", "forces/E1");
    assert!(page.contains("First Police"));
    assert!(!page.contains("Second Police"));
}

#[test]
fn a_refused_return_has_its_failing_rows_in_the_edition_of_its_sender_alone() {
    let bench = bench();
    let rows = "twice-1,arrest,2025-04-01T10:00:00Z,,true,true\ntwice-1,arrest,2025-04-02T10:00:00Z,,true,true";
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), rows);
    let run = bench.run("2025-04", &["--public"]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let page = bench.published("2025-04", "forces/E1/index.html");
    let (_, link) = page.split_once("href=\"data/failing-rows-").expect("the summary offers the rows");
    let file = format!("data/failing-rows-{}", link.split_once('"').unwrap().0);
    let rows = bench.published("2025-04", &format!("forces/E1/{file}"));
    assert_eq!(rows.lines().filter(|line| line.starts_with("E1,twice-1,arrest,")).count(), 2, "{rows}");
    assert!(page.contains("<td>twice-1</td>"), "the keys stand on the page: {page}");
    let release = bench.out().join("2025-04").join("r1");
    let with_rows: Vec<PathBuf> =
        files_below(&release).into_iter().filter(|path| read_in(&release.join(path)).contains("twice-1")).collect();
    assert_eq!(with_rows, [Path::new("forces/E1").join(&file), PathBuf::from("forces/E1/index.html")]);
}

#[test]
fn a_submission_of_an_unknown_path_shape_is_named() {
    let bench = bench();
    bench.write("arrest_summons/E1/rows.parquet", b"x");
    bench.write(&submission_path("arrests", APRIL), b"x");
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 31, "{}", run.stderr);
    let record = bench.published("2025-04", "run-record.json");
    assert!(record.contains("does not lie in submitted=YYYY-MM-DD/org=CODE/period=YYYY-MM/file.parquet"));
    assert!(record.contains("is not a dataset or roll-up; known are"));
}

#[test]
fn a_damaged_cache_file_is_scanned_again() {
    let bench = bench();
    bench.run("2025-04", &[]);
    let before = bench.published("2025-04", "results/observations.csv");
    let mut folders = vec![bench.work().join("rollups")];
    let mut damaged = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                fs::write(entry.path(), b"PAR1 and then nothing").unwrap();
                damaged += 1;
            }
        }
    }
    assert!(damaged > 0);
    let again = bench.run("2025-04", &["--again"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(bench.published("2025-04", "results/observations.csv"), before);
}

#[test]
fn a_release_says_the_hash_of_each_of_its_files() {
    let bench = bench();
    let run = bench.run("2025-04", &["--public"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let release = bench.out().join("2025-04/r1");
    let others = files_below(&release).into_iter().filter(|path| path != Path::new("SHA256SUMS"));
    let lines = others.map(|path| format!("{}  {}\n", sha256(&fs::read(release.join(&path)).unwrap()), text(&path)));
    let mut lines: Vec<String> = lines.collect();
    lines.sort_by(|a, b| a.split_at(64).1.cmp(b.split_at(64).1));
    assert!(lines.iter().any(|line| line.ends_with("  run-record.json\n")), "{lines:?}");
    assert_eq!(fs::read_to_string(release.join("SHA256SUMS")).unwrap(), lines.concat());
}

#[test]
fn a_release_without_its_manifest_is_published_again() {
    let bench = bench();
    bench.run("2025-04", &[]);
    let manifest = bench.out().join("2025-04/r1/SHA256SUMS");
    let whole = fs::read_to_string(&manifest).unwrap();
    assert!(bench.run("2025-04", &[]).stdout.contains("/r1/"));
    let (_, all_but_the_first) = whole.split_once('\n').unwrap();
    fs::write(&manifest, all_but_the_first).unwrap();
    assert!(bench.run("2025-04", &[]).stdout.contains("/r2/"));
    fs::remove_file(bench.out().join("2025-04/r2/SHA256SUMS")).unwrap();
    assert!(bench.run("2025-04", &[]).stdout.contains("/r3/"));
}
