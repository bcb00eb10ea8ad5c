//! A backup of the folder of releases is enough: what docs/operations.md says of backup and restore, step by step.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Bench, Finished, arrests, leds_metrics, text};

const CASE: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const MAY_CASE: (&str, &str) = ("2025-05-03T10:00:00Z", "2025-05-03T12:00:00Z");

/// Months from April 2025, at half past one on the 45th day after their end.
const MONTHS: &str = "[[schedules]]\nname = \"monthly\"\nfirst = \"2025-04\"\nwhen = \"30 1 * * *\"\ndays_after = 45\n\
     [editions]\ncopies = []\n";

/// When April 2025, and when May 2025 is due.
const APRIL_DUE: &str = "2025-06-14T00:30:00Z";
const MAY_DUE: &str = "2025-07-15T00:30:00Z";

fn due(bench: &Bench, now: &str) -> Finished {
    let (source, out, settings) = (bench.source(), bench.out(), bench.settings(MONTHS));
    let places = ["--source", text(&source), "--out", text(&out), "--settings", text(&settings)];
    leds_metrics(&[&["run", "--due", "--allow-gaps", "--now", now], &places[..]].concat())
}

fn status(bench: &Bench, now: &str) -> Finished {
    let (out, settings) = (bench.out(), bench.settings(MONTHS));
    leds_metrics(&["status", "--out", text(&out), "--settings", text(&settings), "--now", now])
}

/// The command of the document that begins so, in a folder, with another place for the archive.
fn as_documented(begins: &str, folder: &Path) {
    let document = include_str!("../../docs/operations.md");
    let command = document.lines().find(|line| line.starts_with(begins)).unwrap();
    assert!(command.contains(" /backup/"), "{command}");
    let command = command.replace(" /backup/", " backup-").replace("releases/.lock", "out/.lock");
    let command = command.strip_suffix(" releases").map_or(command.clone(), |rest| format!("{rest} out"));
    let done = Command::new("sh").args(["-c", &command]).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn releases_with_their_ledger_are_all_that_a_backup_needs() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[CASE]));
    bench.submit("arrest_summons", ("2025-06-15", "E1", "2025-05"), &arrests(&[MAY_CASE]));
    let folder = bench.out().parent().unwrap().to_owned();
    assert!(due(&bench, APRIL_DUE).stdout.ends_with("2025-04/r1/national/index.html\n"));
    let (released, told) = (bench.released(), status(&bench, APRIL_DUE).stdout);
    as_documented("flock ", &folder);

    // After the backup one more release is made; then everything but source and backup is lost.
    assert!(due(&bench, MAY_DUE).stdout.ends_with("2025-05/r1/national/index.html\n"));
    fs::remove_dir_all(bench.out()).unwrap();
    fs::remove_dir_all(bench.work()).unwrap();
    as_documented("tar --extract", &folder);
    assert_eq!(bench.released(), released);
    assert_eq!(status(&bench, APRIL_DUE).stdout, told);
    let (april, source) = (bench.out().join("2025-04"), bench.source());
    let proof = leds_metrics(&["verify-release", text(&april), "--source", text(&source)]);
    assert!(proof.code == 0 && proof.stdout.ends_with(" passed, 0 failed\n"), "{}{}", proof.stdout, proof.stderr);

    // What the backup holds is done. What it has lost is made again, under the same number, and counts as done then.
    let nothing = due(&bench, "2025-06-15T00:30:00Z");
    assert_eq!((nothing.code, nothing.stdout.as_str()), (0, ""), "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing is due"), "{}", nothing.stderr);
    assert!(due(&bench, MAY_DUE).stdout.ends_with("2025-05/r1/national/index.html\n"));
    assert_eq!(due(&bench, MAY_DUE).stdout, "");
}
