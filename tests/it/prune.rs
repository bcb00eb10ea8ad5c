//! Old releases and caches: what goes by the rules of the settings, what stays whatever they say, and that a run finds
//! everything that it needs afterwards.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use crate::support::{Bench, Finished, arrests, files_below, leds_metrics, text};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const SLOW: (&str, &str) = ("2025-04-04T10:00:00Z", "2025-04-20T12:00:00Z");
const MIB: u64 = 1024 * 1024;

/// A force that has sent April and June 2025.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, FAST, SLOW]));
    let june = ("2025-06-03T10:00:00Z", "2025-06-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-07-15", "E1", "2025-06"), &arrests(&[june]));
    bench
}

/// `prune` with a `[retention]` of these lines.
fn prune(bench: &Bench, rules: &str, more: &[&str]) -> Finished {
    let settings = bench.settings(&format!("[retention]\n{rules}\n"));
    let out = bench.out();
    leds_metrics(&[&["prune", "--out", text(&out), "--settings", text(&settings)], more].concat())
}

/// The releases that are there, such as `2025-04/r1`.
fn releases(bench: &Bench) -> Vec<String> {
    let files = files_below(&bench.out());
    let records = files.iter().filter_map(|path| text(path).strip_suffix("/run-record.json"));
    records.map(str::to_owned).collect()
}

/// Every file below the folders of releases and of work.
fn everything(bench: &Bench) -> BTreeMap<PathBuf, Vec<u8>> {
    let folders = [bench.out(), bench.work()];
    let files = folders.iter().flat_map(|folder| files_below(folder).into_iter().map(|path| folder.join(path)));
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn assert_published(run: &Finished) {
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("submissions read"), "nothing was published: {}", run.stderr);
}

/// The line about a release or a part of the work folder.
fn line_about<'p>(pruned: &'p Finished, what: &str) -> &'p str {
    pruned.stdout.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {}", pruned.stdout))
}

#[test]
fn without_remove_nothing_goes() {
    let bench = bench();
    for _ in 0..3 {
        assert_published(&bench.run("2025-04", &["--again"]));
    }
    let before = everything(&bench);
    let told = prune(&bench, "revisions = 2", &[]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let first = line_about(&told, "2025-04/r1");
    assert!(
        first.starts_with("would go ")
            && first.ends_with("bytes: retention.revisions = 2, and so many newer ones stay")
    );
    assert!(line_about(&told, "2025-04/r2").contains("it is among the newest that the rules keep"), "{}", told.stdout);
    assert!(
        line_about(&told, "roll-ups").contains("no rule of [retention] is about the work folder"),
        "{}",
        told.stdout
    );
    assert!(told.stderr.starts_with("1 releases and 0 files of the work folder, "), "{}", told.stderr);
    assert!(told.stderr.ends_with(" bytes, would go; --remove removes them\n"), "{}", told.stderr);
    let everything_stays = prune(&bench, "", &["--remove"]);
    assert_eq!(everything_stays.code, 0, "{}", everything_stays.stderr);
    assert!(line_about(&everything_stays, "2025-04/r1").contains("no rule of [retention] is about it"));
    assert!(everything(&bench) == before, "something has changed");
    let json: serde_json::Value = serde_json::from_str(&prune(&bench, "revisions = 1", &["--json"]).stdout).unwrap();
    let fates = json["releases"].as_array().unwrap().iter().map(|line| line["goes"].as_bool());
    assert_eq!(fates.collect::<Vec<_>>(), [Some(true), Some(true), Some(false)]);
    assert_eq!(json["removed"], false);
}

#[test]
fn old_revisions_go_and_the_list_of_releases_and_the_next_run_are_as_before() {
    let bench = bench();
    for _ in 0..3 {
        assert_published(&bench.run("2025-04", &["--again"]));
    }
    let kept = bench.published("2025-04", "run-record.json");
    assert!(fs::read_to_string(bench.out().join("index.html")).unwrap().contains("Revision 2"));
    let pruned = prune(&bench, "revisions = 1", &["--remove"]);
    assert_eq!(pruned.code, 0, "{}", pruned.stderr);
    assert!(line_about(&pruned, "2025-04/r1").starts_with("removed "), "{}", pruned.stdout);
    assert!(pruned.stderr.ends_with(" bytes, were removed\n"), "{}", pruned.stderr);
    assert_eq!(releases(&bench), ["2025-04/r3"]);
    let list = fs::read_to_string(bench.out().join("index.html")).unwrap();
    assert!(!list.contains("Revision 2") && list.contains("First Police"), "{list}");
    let next = bench.run("2025-04", &[]);
    assert!(next.code == 0 && next.stderr.contains("nothing changed since revision 3"), "{}", next.stderr);
    assert_eq!(bench.published("2025-04", "run-record.json"), kept);
    assert_eq!(fs::read_to_string(bench.out().join("index.html")).unwrap(), list, "a run lists the same releases");
    assert!(bench.run("2025-04", &["--again"]).stdout.contains("2025-04/r4/"));
}

#[test]
fn old_periods_go_whole_and_their_numbers_stay_taken() {
    let bench = bench();
    for period in ["2025-04", "2025-06", "2025-26Q1"] {
        assert_published(&bench.run(period, &[]));
    }
    let before = bench.observations("2025-04");
    let pruned = prune(&bench, "periods = { month = 1 }", &["--remove"]);
    assert_eq!(pruned.code, 0, "{}", pruned.stderr);
    assert_eq!(releases(&bench), ["2025-06/r1", "2025-26Q1/r1"]);
    let left = files_below(&bench.out().join("2025-04"));
    assert_eq!(left, [Path::new("removed.json")]);
    assert!(!fs::read_to_string(bench.out().join("index.html")).unwrap().contains("April 2025"));
    let again = bench.run("2025-04", &[]);
    assert_published(&again);
    assert!(again.stdout.contains("2025-04/r2/"), "no two releases have one name: {}", again.stdout);
    assert!(bench.observations("2025-04") == before, "the same run gives other figures");
}

#[test]
fn a_public_edition_stays_whatever_the_rules_say() {
    let bench = bench();
    assert_published(&bench.run("2025-04", &["--public"]));
    assert_published(&bench.run("2025-04", &["--again"]));
    assert_published(&bench.run("2025-04", &["--again"]));
    assert_published(&bench.run("2025-06", &[]));
    let pruned = prune(&bench, "revisions = 1\nperiods = { month = 1 }", &["--remove"]);
    assert_eq!(pruned.code, 0, "{}", pruned.stderr);
    assert!(line_about(&pruned, "2025-04/r1").contains("it has a public edition"), "{}", pruned.stdout);
    assert!(line_about(&pruned, "2025-04/r3").contains("it is the latest release of a period that stays"));
    assert_eq!(releases(&bench), ["2025-04/r1", "2025-04/r3", "2025-06/r1"]);
    // The next public edition is held against it.
    assert_published(&bench.run("2025-04", &["--public", "--again"]));
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    assert_eq!(record["disclosure"]["earlier_editions"], serde_json::json!(["2025-04 r1"]));
    // Nobody knows whether a damaged release has one.
    fs::write(bench.out().join("2025-04/r3/run-record.json"), "{").unwrap();
    let damaged = prune(&bench, "revisions = 1", &["--remove"]);
    assert!(line_about(&damaged, "2025-04/r3").contains("nobody knows what later releases owe to it: "));
    assert!(releases(&bench).contains(&"2025-04/r3".to_owned()));
}

#[test]
fn a_release_that_another_one_compares_itself_with_stays() {
    let bench = bench();
    assert_published(&bench.run("2025-04", &[]));
    bench.submit("arrest_summons", ("2025-06-01", "E1", "2025-04"), &arrests(&[FAST]));
    assert_published(&bench.run("2025-04", &[]));
    let compared = prune(&bench, "revisions = 1", &["--remove"]);
    let first = line_about(&compared, "2025-04/r1");
    assert!(first.contains("2025-04 r2 stays and says what has changed since this one"), "{first}");
    assert_eq!(releases(&bench), ["2025-04/r1", "2025-04/r2"]);
    assert_published(&bench.run("2025-04", &["--again"]));
    assert_eq!(prune(&bench, "revisions = 1", &["--remove"]).code, 0);
    assert_eq!(releases(&bench), ["2025-04/r3"], "nothing that stays names the others");
}

#[test]
fn nothing_goes_while_a_run_is_at_work() {
    let bench = bench();
    for _ in 0..2 {
        assert_published(&bench.run("2025-04", &["--again"]));
    }
    let publishing = File::open(bench.out().join(".lock")).unwrap();
    publishing.lock().unwrap();
    let before = everything(&bench);
    let rules = "revisions = 1\nwork_mib = 1";
    let refused = prune(&bench, rules, &["--remove"]);
    assert!(refused.code == 50 && refused.stderr.contains("another run is publishing there"), "{}", refused.stderr);
    let told = prune(&bench, rules, &[]);
    assert!(told.code == 0 && told.stderr.contains("; --remove would be refused now"), "{}", told.stderr);
    drop(publishing);
    let spill = bench.work().join("spill/run-x");
    fs::create_dir(&spill).unwrap();
    let at_work = File::create(spill.join(".lock")).unwrap();
    at_work.lock().unwrap();
    let refused = prune(&bench, rules, &["--remove"]);
    assert!(refused.code == 50 && refused.stderr.contains("a run or check is at work there"), "{}", refused.stderr);
    drop(at_work);
    fs::remove_dir_all(spill).unwrap();
    assert!(everything(&bench) == before, "something has changed");
    assert_eq!(prune(&bench, rules, &["--remove"]).code, 0);
    assert_eq!(releases(&bench), ["2025-04/r2"]);
}

#[test]
fn a_killed_removal_leaves_whole_releases() {
    let bench = bench();
    for _ in 0..3 {
        assert_published(&bench.run("2025-04", &["--again"]));
    }
    let before = bench.released();
    let settings = bench.settings("[retention]\nrevisions = 1\n");
    let mut child = bench
        .program()
        .args(["prune", "--remove", "--out", text(&bench.out()), "--settings", text(&settings)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hidden = || {
        let entries = fs::read_dir(bench.out()).unwrap().flatten();
        entries.into_iter().any(|entry| text(entry.file_name().as_ref()).starts_with(".staging"))
    };
    let since = Instant::now();
    while !hidden() && since.elapsed() < Duration::from_mins(1) && child.try_wait().unwrap().is_none() {}
    child.kill().unwrap();
    child.wait().unwrap();
    for release in releases(&bench).iter().filter(|path| !path.starts_with(".staging")) {
        let files = before.iter().filter(|(path, _)| path.starts_with(release));
        for (path, bytes) in files {
            assert_eq!(&fs::read(bench.out().join(path)).unwrap(), bytes, "{} is damaged", path.display());
        }
    }
    assert_published(&bench.run("2025-04", &["--again"]));
    assert!(!hidden(), "a folder that nobody sees is left");
}

/// Cached files of the work folder, by path below it.
fn cached(bench: &Bench) -> Vec<PathBuf> {
    let parts = ["admissions", "rollups", "monthly"];
    files_below(&bench.work()).into_iter().filter(|path| parts.iter().any(|part| path.starts_with(part))).collect()
}

fn set_used(path: &Path, at: SystemTime) {
    File::options().append(true).open(path).and_then(|file| file.set_modified(at)).unwrap();
}

#[test]
fn the_work_folder_loses_what_was_of_no_use_for_longest() {
    let bench = bench();
    assert_published(&bench.run("2025-04", &[]));
    let before = bench.observations("2025-04");
    let files = cached(&bench);
    assert!(files.len() > 10);
    let hours = |n: u64| SystemTime::UNIX_EPOCH + Duration::from_hours(n);
    for (n, file) in (1..).zip(&files) {
        set_used(&bench.work().join(file), hours(n));
    }
    // The folder is larger than a MiB by a byte: the file that was of use first makes room for it.
    let size = |path: &PathBuf| fs::metadata(bench.work().join(path)).unwrap().len();
    let now: u64 = files_below(&bench.work()).iter().map(size).sum();
    assert!(now < MIB);
    fs::write(bench.work().join("refused/rows.csv"), vec![b' '; usize::try_from(MIB + 1 - now).unwrap()]).unwrap();
    let told = prune(&bench, "work_mib = 1", &[]);
    assert!(told.stderr.starts_with("0 releases and 1 files of the work folder, "), "{}", told.stderr);
    assert_eq!(cached(&bench), files);
    assert_eq!(prune(&bench, "work_mib = 1", &["--remove"]).code, 0);
    assert_eq!(cached(&bench), files[1..]);
    // What was of use in the same run goes by how easily it is made again.
    let files = cached(&bench);
    for file in &files {
        set_used(&bench.work().join(file), hours(1));
    }
    let now: u64 = files_below(&bench.work()).iter().map(size).sum();
    let rows = size(&PathBuf::from("refused/rows.csv"));
    fs::write(bench.work().join("refused/rows.csv"), vec![b' '; usize::try_from(rows + MIB + 1 - now).unwrap()])
        .unwrap();
    let told = prune(&bench, "work_mib = 1", &[]);
    assert!(
        line_about(&told, "would go").contains("1 monthly rows, of use at 1 January 1970, 02:00 BST: "),
        "{}",
        told.stdout
    );
    // Failing rows are nobody's to forget, so that everything else goes.
    fs::write(bench.work().join("refused/rows.csv"), vec![b' '; usize::try_from(MIB).unwrap()]).unwrap();
    assert_eq!(prune(&bench, "work_mib = 1", &["--remove"]).code, 0);
    assert_eq!(cached(&bench), Vec::<PathBuf>::new());
    assert!(bench.work().join("refused/rows.csv").exists());
    let next = bench.run("2025-04", &[]);
    assert!(next.code == 0 && next.stderr.contains("nothing changed since revision 1"), "{}", next.stderr);
    assert_published(&bench.run("2025-04", &["--again"]));
    assert!(bench.observations("2025-04") == before, "a run without caches gives other figures");
}

#[test]
fn a_run_says_what_was_of_use_to_it() {
    let bench = bench();
    assert_published(&bench.run("2025-04", &[]));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
    let files = cached(&bench);
    for file in &files {
        set_used(&bench.work().join(file), long_ago);
    }
    let used = |file: &&PathBuf| fs::metadata(bench.work().join(file)).unwrap().modified().unwrap() > long_ago;
    let settings = bench.settings("");
    let (source, out) = (bench.source(), bench.out());
    let plan = ["plan", "--source", text(&source), "--out", text(&out), "--period", "2025-04"];
    assert_eq!(leds_metrics(&[&plan[..], &["--settings", text(&settings)]].concat()).code, 0);
    assert_eq!(files.iter().filter(used).count(), 0, "a plan only looks");
    assert_published(&bench.run("2025-04", &["--again"]));
    let unused: Vec<&PathBuf> = files.iter().filter(|file| !used(file)).collect();
    assert!(unused.iter().all(|file| file.starts_with("rollups")), "{unused:?}");
    assert!(files.iter().filter(used).any(|file| file.starts_with("admissions")));
    assert!(files.iter().filter(used).any(|file| file.starts_with("monthly")));
}

#[test]
fn folders_and_rules_that_cannot_be_are_refused() {
    let bench = bench();
    let nowhere = prune(&bench, "", &[]);
    assert!(nowhere.code == 2 && nowhere.stderr.contains("there is no such folder of releases"), "{}", nowhere.stderr);
    assert_published(&bench.run("2025-04", &[]));
    let (out, inside) = (bench.out(), bench.out().join("work"));
    let wrong = leds_metrics(&["prune", "--out", text(&out), "--work", text(&inside)]);
    assert!(wrong.code == 2 && wrong.stderr.contains("must lie outside it"), "{}", wrong.stderr);
    for (rules, message) in [
        ("revisions = 0", "retention.revisions is 0, but must be 1 to 10000"),
        ("periods = { fy_quarter = 0 }", "retention.periods.fy_quarter is 0, but must be 1 to 1000"),
        ("periods = { quarter = 1 }", "unknown variant `quarter`"),
        ("work_mib = 0", "retention.work_mib is 0, but must be 1 to 1073741824"),
    ] {
        let wrong = prune(&bench, rules, &[]);
        assert!(wrong.code == 2 && wrong.stderr.contains(message), "{rules}: {}", wrong.stderr);
    }
}
