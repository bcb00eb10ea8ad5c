//! Files and folders that are not what they look like: each is read, or refused alone under its own name.

use crate::support::{Bench, Finished, arrests, leds_metrics, parquet, submission_path, text};

const GOOD: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
const LATE: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-20T12:00:00Z");
const E1: (&str, &str, &str) = ("2025-05-12", "E1", "2025-04");
const E2: (&str, &str, &str) = ("2025-05-12", "E2", "2025-04");
const FOLDER: &str = "arrest_summons/submitted=2025-05-12/org=E1/period=2025-04";

/// A source in which E2 has sent one good case.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", E2, &arrests(&[GOOD]));
    bench
}

/// Arrests of E1 as a file.
fn file(cases: &[(&str, &str)]) -> Vec<u8> {
    let rows: Vec<String> = arrests(cases).lines().map(|line| format!("E1,{line}")).collect();
    parquet("arrest_summons", &rows.join("\n"))
}

/// Numerator and denominator of CRE-01 for an organisation, and its status.
fn figure(bench: &Bench, org: &str) -> String {
    let all = bench.observations("2025-04");
    let figure = &all[&("CRE-01".to_owned(), org.to_owned(), "2025-04".to_owned())];
    format!("{} {} {}", figure["status"], figure["numerator"], figure["denominator"])
}

/// The messages of findings that refuse something, each behind its organisation and path.
fn refusals(bench: &Bench) -> Vec<String> {
    let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
    let findings = record["findings"].as_array().unwrap();
    let blocking = findings.iter().filter(|finding| finding["level"] == "blocking");
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    blocking.map(|one| format!("{} {}: {}", word(one, "org_code"), word(one, "path"), word(one, "message"))).collect()
}

/// The run is published with the gap, E2's figure is there, and exactly one thing is refused.
fn assert_refused_alone(bench: &Bench, run: &Finished, refusal: &str) {
    assert_eq!(run.code, 31, "{}", run.stderr);
    assert_eq!(refusals(bench), [refusal]);
    assert_eq!(figure(bench, "E2"), "value 1 1");
}

#[test]
fn a_folder_value_in_another_spelling_is_not_read_beside_the_right_one() {
    for (spelling, why) in [
        ("2025-5-12", "is another spelling of a day; name the folder submitted=2025-05-12"),
        ("+2025-05-12", "is another spelling of a day; name the folder submitted=2025-05-12"),
        (" 2025-05-12", "is another spelling of a day; name the folder submitted=2025-05-12"),
        (
            "2925-05-12",
            "is no day on which anything can be submitted; name the folder after one, such as submitted=2025-05-15",
        ),
        (
            "9999-12-31",
            "is no day on which anything can be submitted; name the folder after one, such as submitted=2025-05-15",
        ),
    ] {
        let bench = bench();
        bench.write(&submission_path("arrest_summons", E1), &file(&[GOOD, GOOD, LATE]));
        let odd = format!("arrest_summons/submitted={spelling}");
        bench.write(&format!("{odd}/org=E1/period=2025-04/rows.parquet"), &file(&[LATE; 5]));
        let run = bench.run("2025-04", &[]);
        assert_refused_alone(&bench, &run, &format!("- {odd}: {why}"));
        assert_eq!(figure(&bench, "E1"), "value 2 3");
    }
}

#[test]
fn two_names_for_the_same_months_are_never_added() {
    let bench = Bench::new();
    let rows = "E1,2025-04-01,PNC,vehicles,5\nE1,2025-05-01,PNC,vehicles,5\nE1,2025-06-01,PNC,vehicles,5\n";
    for period in ["2025Q2", "2025-26Q1"] {
        let path = format!("rollup-transaction_volumes/submitted=2025-07-12/org=E1/period={period}/rows.parquet");
        bench.write(&path, &parquet("rollup-transaction_volumes", rows));
    }
    bench.submit("rollup-transaction_volumes", ("2025-07-12", "E2", "2025-06"), "2025-06-01,PNC,vehicles,7\n");
    let run = bench.run("2025-06", &["--allow-gaps"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let record = bench.published("2025-06", "run-record.json");
    assert!(record.contains("stands for the same months as another folder of the submission"), "{record}");
    let all = bench.observations("2025-06");
    let volume = |org: &str| all[&("ACC-01".to_owned(), org.to_owned(), "2025-06".to_owned())].clone();
    assert_eq!((volume("E1")["status"].as_str(), volume("E2")["numerator"].as_str()), ("missing", "7"));
}

#[test]
fn a_month_that_reads_like_a_year_is_the_month_and_the_year_is_named() {
    let bench = Bench::new();
    let path = "rollup-transaction_volumes/submitted=2025-05-12/org=E1/period=2002-03/rows.parquet";
    let rows = "E1,2002-04-01,PNC,vehicles,5\nE1,2003-03-01,PNC,vehicles,5\n";
    bench.write(path, &parquet("rollup-transaction_volumes", rows));
    let (source, work) = (bench.source(), bench.work());
    let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work)]);
    assert_eq!(check.code, 21, "{}", check.stderr);
    let expected = "2 rows: month lies outside the submission's month (Europe/London); \
                    2002-03 was read as March 2002; the financial year April 2002 to March 2003 is written FY2002-03";
    assert!(check.stdout.contains(expected), "{}", check.stdout);
}

#[test]
fn a_file_is_read_whatever_its_name() {
    for name in
        ["a~b", "a[1]", "100%", "a%20b", "#1", "what?", "a*", "{a}", "a|b", "a^b", "a\\b", "Röhre", "a b", "a&b", "a'b"]
    {
        let bench = bench();
        bench.write(&format!("{FOLDER}/{name}.parquet"), &file(&[GOOD, LATE]));
        let run = bench.run("2025-04", &[]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert_eq!(figure(&bench, "E1"), "value 1 2", "{name}");
        let record: serde_json::Value = serde_json::from_str(&bench.published("2025-04", "run-record.json")).unwrap();
        let path = format!("{FOLDER}/{name}.parquet");
        assert!(record["inputs"].as_array().unwrap().iter().any(|file| file["path"] == path.as_str()), "{name}");
    }
}

#[test]
fn a_code_that_is_none_is_named() {
    let bench = bench();
    bench.write("arrest_summons/submitted=2025-05-12/org=LM#1/period=2025-04/rows.parquet", &file(&[GOOD]));
    let run = bench.run("2025-04", &[]);
    let refusal = "- arrest_summons/submitted=2025-05-12/org=LM#1: does not hold the code of an organisation: a code has \
                   at most 32 letters (A to Z, a to z), digits, - and _, and begins with a letter or digit";
    assert_refused_alone(&bench, &run, refusal);
}

#[test]
fn the_future_is_named_and_not_used() {
    let bench = bench();
    bench.write(&submission_path("arrest_summons", E1), &file(&[GOOD, LATE]));
    // The day of publication is 2025-12-01.
    bench.write(&submission_path("arrest_summons", ("2026-01-15", "E1", "2025-04")), &file(&[LATE; 5]));
    let run = bench.run("2025-04", &[]);
    let refusal = "E1 -: the folder says submitted=2026-01-15, which lies after 2025-12-01, the day of the run; \
                   it was not used";
    assert_refused_alone(&bench, &run, refusal);
    assert_eq!(figure(&bench, "E1"), "value 1 2");
    assert!(bench.published("2025-04", "run-record.json").contains("\"as_of\": \"2025-05-12\""));
    // On a day that was asked for, what came later is no fault.
    assert_eq!(bench.run("2025-04", &["--as-of", "2025-06-30"]).code, 0);
    let contradiction = bench.run("2025-04", &["--as-of", "2026-06-30"]);
    assert_eq!(contradiction.code, 2, "{}", contradiction.stderr);
    assert!(contradiction.stderr.contains("--as-of 2026-06-30 lies after 2025-12-01, the day of publication"));
    let before = bench.run("2026-01", &[]);
    assert_eq!(before.code, 2, "{}", before.stderr);
    assert!(before.stderr.contains("--period 2026-01 begins on 2026-01-01, after 2025-12-01"), "{}", before.stderr);
}

#[test]
fn a_month_that_was_not_over_is_refused() {
    for (day, refused) in [("2025-04-29", true), ("2025-04-30", true), ("2025-05-01", false)] {
        let bench = bench();
        bench.write(&submission_path("arrest_summons", (day, "E1", "2025-04")), &file(&[GOOD]));
        let run = bench.run("2025-04", &[]);
        if refused {
            let why = "before its last day, 2025-04-30, was over; hand it in from the day after";
            assert_refused_alone(&bench, &run, &format!("E1 -: was handed in on {day}, {why}"));
            assert_eq!(figure(&bench, "E1"), "missing  ");
        } else {
            assert_eq!(run.code, 0, "{}", run.stderr);
        }
    }
}

#[test]
fn a_release_of_a_period_that_is_not_over_says_so() {
    let bench = bench();
    let (source, out) = (bench.source(), bench.out());
    let run = |day: &str| {
        let arguments = ["run", "--source", text(&source), "--out", text(&out), "--period", "2025-26Q1"];
        leds_metrics(&[&arguments[..], &["--published-on", day, "--again"]].concat())
    };
    assert_eq!(run("2025-06-30").code, 0);
    let warning = "published on 2025-06-30, before the period was over on 2025-06-30; its figures are not final";
    assert!(bench.published("2025-26Q1", "run-record.json").contains(warning));
    assert_eq!(run("2025-07-01").code, 0);
    assert!(!bench.published("2025-26Q1", "run-record.json").contains("its figures are not final"));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::{Bench, FOLDER, GOOD, LATE, assert_refused_alone, bench, figure, file};
    use std::fs;

    /// A source in which E1's folder holds what `make` puts there.
    fn bench_with(make: impl Fn(&std::path::Path)) -> Bench {
        let bench = bench();
        let folder = bench.source().join(FOLDER);
        fs::create_dir_all(&folder).unwrap();
        make(&folder);
        bench
    }

    #[test]
    fn what_cannot_be_read_is_a_refused_return_and_not_a_missing_one() {
        let pipe = |folder: &std::path::Path| {
            assert!(Command::new("mkfifo").arg(folder.join("rows.parquet")).status().unwrap().success());
        };
        let broken = |folder: &std::path::Path| symlink("nowhere", folder.join("rows.parquet")).unwrap();
        let to_itself = |folder: &std::path::Path| symlink("rows.parquet", folder.join("rows.parquet")).unwrap();
        let rows = format!("{FOLDER}/rows.parquet");
        for (bench, why) in [
            (bench_with(pipe), "is neither a file nor a folder"),
            (bench_with(broken), "is a symbolic link that leads nowhere"),
            (bench_with(to_itself), "is a symbolic link that leads nowhere"),
        ] {
            let run = bench.run("2025-04", &[]);
            assert_refused_alone(&bench, &run, &format!("E1 {rows}: {why}"));
            assert_eq!(figure(&bench, "E1"), "missing  ");
            // A good file beside it does not make the submission whole.
            bench.write(&format!("{FOLDER}/more.parquet"), &file(&[GOOD]));
            let run = bench.run("2025-04", &[]);
            assert_refused_alone(&bench, &run, &format!("E1 {rows}: {why}"));
            // Nothing is remembered of it.
            fs::remove_file(bench.source().join(&rows)).unwrap();
            let run = bench.run("2025-04", &[]);
            assert_eq!((run.code, figure(&bench, "E1").as_str()), (0, "value 1 1"), "{}", run.stderr);
        }
    }

    #[test]
    fn a_name_that_cannot_be_shown_is_shown_in_another_way() {
        let with_name = |name: &[u8]| {
            let name = name.to_owned();
            bench_with(move |folder| fs::write(folder.join(OsStr::from_bytes(&name)), file(&[GOOD])).unwrap())
        };
        for (name, shown, why) in [
            (&b"r\xf6hre.parquet"[..], "r\\xf6hre.parquet", "has a name that is not UTF-8; rename it"),
            (b"a\nb.parquet", "a\\nb.parquet", "has a control character in its name, such as a line break; rename it"),
            (
                b"a\x1b[31m.parquet",
                "a\\u{1b}[31m.parquet",
                "has a control character in its name, such as a line break; rename it",
            ),
        ] {
            let bench = with_name(name);
            let run = bench.run("2025-04", &[]);
            assert_refused_alone(&bench, &run, &format!("E1 {FOLDER}/{shown}: {why}"));
        }
        let bench = with_name(b"notes\n.txt");
        bench.write(&format!("{FOLDER}/rows.parquet"), &file(&[GOOD, LATE]));
        assert_eq!(bench.run("2025-04", &[]).code, 0, "a name that nobody needs is no fault of the submission");
        assert_eq!(figure(&bench, "E1"), "value 1 2");
    }

    #[test]
    fn links_are_followed_unless_they_lead_in_a_circle() {
        let bench = bench();
        let elsewhere = bench.source().join("../elsewhere");
        fs::create_dir_all(&elsewhere).unwrap();
        fs::write(elsewhere.join("rows.parquet"), file(&[GOOD, LATE])).unwrap();
        let month = bench.source().join(FOLDER);
        fs::create_dir_all(month.parent().unwrap()).unwrap();
        symlink(&elsewhere, &month).unwrap();
        let run = bench.run("2025-04", &[]);
        assert_eq!((run.code, figure(&bench, "E1").as_str()), (0, "value 1 2"), "{}", run.stderr);
        for (link, target) in [("loop", "."), ("arrest_summons/submitted=2025-05-12/org=E3", "..")] {
            symlink(target, bench.source().join(link)).unwrap();
            let run = bench.run("2025-04", &[]);
            let refusal = format!("- {link}: is a symbolic link to a folder that it lies in");
            assert_refused_alone(&bench, &run, &refusal);
            assert_eq!(figure(&bench, "E1"), "value 1 2");
            fs::remove_file(bench.source().join(link)).unwrap();
        }
    }
}
