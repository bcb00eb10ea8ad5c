//! What `doctor` finds: a line for each thing, what to do about it, and the exit code of what is wrong.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::{Bench, Finished, arrests, files_below, leds_metrics, text};

const NOW: &str = "2025-12-01T12:00:00Z";

const PUBLICATION: &str = "[publication]\npublisher = \"P\"\ncontact = \"C\"\nmarking = \"OFFICIAL\"\nnext_release = \"2026-08-20\"\n\
     revision_policy = \"R\"\npre_release_access = []\naccessibility_tested_on = \"2025-06-01\"\n";

const MONTHS: &str = "[[schedules]]\nname = \"monthly\"\nfirst = \"2025-04\"\nwhen = \"30 1 * * *\"\ndays_after = 45\ncatch_up = \"all\"\n";

/// A force that has sent April 2025, long ago.
fn bench() -> Bench {
    let bench = Bench::new();
    let case = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[case]));
    for file in files_below(&bench.source()) {
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
        let file = File::options().append(true).open(bench.source().join(file)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    bench
}

fn doctor(bench: &Bench, settings: &str, more: &[&str]) -> Finished {
    doctor_at(bench, (&bench.out(), &bench.work()), settings, more)
}

fn doctor_at(bench: &Bench, (out, work): (&Path, &Path), settings: &str, more: &[&str]) -> Finished {
    let (source, settings) = (bench.source(), bench.settings(settings));
    let places = ["--source", text(&source), "--out", text(out), "--work", text(work)];
    leds_metrics(&[&["doctor", "--now", NOW, "--settings", text(&settings)], &places[..], more].concat())
}

/// The line about one thing.
fn line<'d>(done: &'d Finished, what: &str) -> &'d str {
    let is_about = |line: &&str| line.get(9..).is_some_and(|rest| rest.starts_with(&format!("{what} ")));
    done.stdout.lines().find(is_about).unwrap_or_else(|| panic!("{what}: {}{}", done.stdout, done.stderr))
}

fn assert_line(done: &Finished, what: &str, health: &str, part: &str) {
    let line = line(done, what);
    assert!(line.starts_with(&format!("{health:<9}{what}")) && line.contains(part), "{line}\nnot {health}: {part}");
}

#[test]
fn nothing_is_wrong_before_a_first_run_and_after_it() {
    let bench = bench();
    let first = doctor(&bench, PUBLICATION, &[]);
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    assert_line(&first, "settings", "ok", "settings.toml is understood");
    assert_line(&first, "definitions", "ok", "60 metrics, ");
    assert_line(&first, "publication", "ok", "everything that readers are told is given");
    assert_line(&first, "schedules", "ok", "there are none; runs are started by hand");
    assert_line(&first, "source", "ok", "2 submissions are in use, the latest of 2025-05-15");
    assert_line(&first, "folders", "ok", "lie outside each other");
    assert_line(&first, "out", "ok", "is not there yet and can be made");
    assert_line(&first, "locks", "ok", "nobody else is at work");
    assert_line(&first, "disk", "ok", "there is no release yet to compare with");
    assert_line(&first, "clock", "ok", "it is 1 December 2025, 12:00 GMT");
    assert_line(&first, "time zone", "ok", "the clocks of London change on 30 March and 26 October 2025");
    assert_line(&first, "ledger", "ok", "nothing was run yet");
    assert_line(&first, "next run", "ok", "whenever somebody starts it");
    assert!(!bench.out().exists() && !bench.work().exists(), "a folder was made");
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let before = files_below(&bench.out());
    let second = doctor(&bench, PUBLICATION, &["--json"]);
    assert_eq!(second.code, 0, "{}{}", second.stdout, second.stderr);
    let json: serde_json::Value = serde_json::from_str(&second.stdout).unwrap();
    let checks = json["checks"].as_array().unwrap();
    let disk = checks.iter().find(|check| check["what"] == "disk").unwrap();
    assert!(disk["health"] == "ok" && disk["found"].as_str().unwrap().contains("the last release has "), "{disk}");
    assert_eq!(json["exit_code"], 0);
    assert_eq!(files_below(&bench.out()), before, "a file was left behind");
}

#[test]
fn what_is_not_given_or_odd_is_a_warning_with_its_remedy() {
    let bench = bench();
    bench.write("notes/of somebody.txt", b"?");
    let ahead = bench.source().join("notes/of somebody.txt");
    let file = File::options().append(true).open(&ahead).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_hours(490_165)).unwrap();
    fs::create_dir_all(bench.out().join("ledger/by_hand/2025-04")).unwrap();
    fs::write(bench.out().join("ledger/by_hand/2025-04/0001-begun.json"), "{").unwrap();
    let spill = bench.work().join("spill/run-x");
    fs::create_dir_all(&spill).unwrap();
    let at_work = File::create(spill.join(".lock")).unwrap();
    at_work.lock().unwrap();
    fs::create_dir_all(bench.work().join("monthly")).unwrap();
    fs::write(bench.work().join("monthly/rows.rows"), vec![0; 3 * 1024 * 1024]).unwrap();
    let done = doctor(&bench, "[retention]\nwork_mib = 1\n[publication]\ncontact = \"C\"\n", &[]);
    assert_eq!(done.code, 0, "warnings are no failure: {}{}", done.stdout, done.stderr);
    let unset = "not given: publisher, marking, next_release, revision_policy, pre_release_access, accessibility_tested_on; \
                 set them in [publication] of the settings";
    assert_line(&done, "publication", "warning", unset);
    assert_line(&done, "source", "warning", "`leds-metrics check` lists all findings");
    assert_line(&done, "locks", "warning", "a run or check is at work in ");
    assert_line(&done, "cache", "warning", "more than retention.work_mib = 1; `leds-metrics prune --remove` forgets");
    assert_line(&done, "clock", "warning", "of somebody.txt was changed at 1 December 2025, 13:00 GMT; set the clock");
    assert_line(
        &done,
        "ledger",
        "warning",
        "1 files are no events; the first is ledger/by_hand/2025-04/0001-begun.json",
    );
    let past = doctor(&bench, &PUBLICATION.replace("2026-08-20", "2025-12-01"), &[]);
    assert_line(&past, "publication", "warning", "set publication.next_release to the next one");
}

#[test]
fn what_is_wrong_has_its_exit_code_and_the_rest_is_looked_at_all_the_same() {
    let bench = bench();
    let settings = doctor(&bench, "[engine]\nthread = 2\n", &[]);
    assert_eq!(settings.code, 2, "{}", settings.stdout);
    assert_line(&settings, "settings", "wrong", "unknown field `thread`");
    assert_line(&settings, "out", "ok", "");
    assert!(settings.stdout.lines().all(|line| line.len() > 20), "one line for each thing: {}", settings.stdout);
    let unfit = doctor(&bench, "[parameters]\ndormant_day = 9\n", &[]);
    assert_eq!(unfit.code, 2);
    assert_line(&unfit, "settings", "wrong", "no metric takes this parameter");
    let times = doctor(&bench, &MONTHS.replace("30 1", "61 1"), &[]);
    assert_eq!(times.code, 2);
    assert_line(&times, "schedules", "wrong", "is no times");
    let definitions = bench.source().join("../nowhere");
    let definitions = doctor(&bench, "", &["--definitions", text(&definitions)]);
    assert_eq!(definitions.code, 10);
    assert_line(&definitions, "definitions", "wrong", "correct the definitions, or leave --definitions out");
    let memory = doctor(&bench, "[engine]\nmemory_limit_mib = 16777216\n", &[]);
    assert_eq!(memory.code, 2);
    assert_line(&memory, "memory", "wrong", "set engine.memory_limit_mib to at most ");
    let inside = doctor_at(&bench, (&bench.out(), &bench.out().join("work")), "", &[]);
    assert_eq!(inside.code, 2);
    assert_line(&inside, "folders", "wrong", "must lie outside it");
    let around = doctor_at(&bench, (&bench.work().join("out"), &bench.work()), "", &[]);
    assert_eq!(around.code, 0);
    assert_line(&around, "folders", "warning", "--out lies in --work ");
    fs::remove_dir_all(bench.source().join("organisations")).unwrap();
    let nobody = doctor(&bench, "", &[]);
    assert_eq!(nobody.code, 20);
    assert_line(&nobody, "source", "wrong", "the dataset organisations is missing; every source needs one");
    fs::remove_dir_all(bench.source()).unwrap();
    let nothing = doctor(&bench, "", &[]);
    assert_eq!(nothing.code, 20);
    assert_line(&nothing, "source", "wrong", "there is no such folder; see whether the folder is there");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let bench = bench();
    fs::write(bench.source().join("../file"), "").unwrap();
    let below_a_file = bench.source().join("../file/out");
    let file = doctor_at(&bench, (&below_a_file, &bench.work()), "", &[]);
    assert_eq!(file.code, 2);
    assert_line(&file, "folders", "wrong", "is a file; name a folder");
    // In /proc nobody makes a file, whoever asks.
    if Path::new("/proc/self").is_dir() {
        let done = doctor_at(&bench, (Path::new("/proc/leds-metrics"), &bench.work()), "", &[]);
        assert_eq!(done.code, 50, "{}", done.stdout);
        assert_line(&done, "out", "wrong", "or name another folder with --out");
    }
}

#[test]
fn the_next_run_is_foretold() {
    let bench = bench();
    let due = doctor(&bench, &format!("{PUBLICATION}{MONTHS}"), &[]);
    assert_eq!(due.code, 0, "{}", due.stdout);
    assert_line(&due, "next run", "ok", "due now: monthly 2025-04, monthly 2025-05");
    let later = MONTHS.replace("first = \"2025-04\"", "first = \"2026-04\"");
    assert_line(&doctor(&bench, &later, &[]), "next run", "ok", "nothing is due before 14 June 2026, 01:30 BST");
    // A run that failed for good.
    let place = bench.out().join("ledger/monthly/2025-04");
    fs::create_dir_all(&place).unwrap();
    let ended = r#"{"at":"2025-06-14T00:31:00Z","result":"failed","exit_code":21,"message":"refused"}"#;
    fs::write(place.join("0001-ended.json"), ended).unwrap();
    let stuck = doctor(&bench, MONTHS, &[]);
    assert_eq!(stuck.code, 60, "{}", stuck.stdout);
    assert_line(
        &stuck,
        "next run",
        "wrong",
        "failed and not tried again: monthly 2025-04; `leds-metrics status` says why",
    );
}
