//! Error messages as an operator reads them: each cause once, at most one hint, and no names of the engine's parts.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Bench, Finished, leds_metrics, text};

/// The message of a command that failed, with the folder of the test left out.
fn message(bench: &Bench, failed: &Finished) -> String {
    let folder = bench.source().parent().unwrap().to_owned();
    failed.stderr.replace(&format!("{}/", folder.display()), "")
}

/// One line that begins with “error: ”, whose parts differ, and at most one line that begins with “hint: ”.
fn assert_each_cause_once(message: &str) {
    let lines: Vec<&str> = message.lines().collect();
    let (error, hints) = lines.split_first().unwrap();
    assert!(error.starts_with("error: "), "{message}");
    assert!(hints.len() <= 1 && hints.iter().all(|line| line.starts_with("hint: ")), "{message}");
    let parts: Vec<&str> = error.split(": ").collect();
    assert_eq!(parts.iter().collect::<BTreeSet<_>>().len(), parts.len(), "{message}");
}

#[test]
fn generate_and_demo_say_why_they_failed() {
    let bench = Bench::new();
    let file = bench.source().join("../file");
    fs::write(&file, "a file stands where a folder is to be").unwrap();
    let inside = bench.source().parent().unwrap().join("file/nation");
    let months = ["--from", "2025-04", "--to", "2025-04", "--scale", "0.0001", "--quiet"];
    let generate = |out: &str| leds_metrics(&[&["generate", "--out", out], &months[..]].concat());
    let hint = "hint: make room on the disk or name a folder that may be written with --out; empty the folder before the \
                next attempt\n";
    let failed = generate(text(&inside));
    assert_eq!(failed.code, 50);
    let why = "cannot be written: Not a directory (os error 20)";
    assert_eq!(message(&bench, &failed), format!("error: file/nation: {why}\n{hint}"));
    let failed = leds_metrics(&["demo", "--out", text(&inside), "--quiet"]);
    assert_eq!(failed.code, 50);
    assert_eq!(message(&bench, &failed), format!("error: file/nation/source: {why}\n{hint}"));
    let failed = generate(text(&bench.source()));
    assert_eq!(
        message(&bench, &failed),
        "error: source is not empty; synthetic data are never mixed with other files\n\
         hint: name a folder that does not exist yet, or empty this folder\n"
    );
}

#[test]
fn settings_say_what_is_wrong_with_them() {
    let bench = Bench::new();
    let none = bench.source().parent().unwrap().join("none.toml");
    let failed = bench.run("2025-04", &["--settings", text(&none)]);
    assert_eq!(
        (failed.code, message(&bench, &failed).as_str()),
        (2, "error: settings none.toml: No such file or directory (os error 2)\n")
    );
    let record = bench.source().parent().unwrap().join("record.json");
    fs::write(&record, "{").unwrap();
    let failed = bench.run("2025-04", &["--settings", text(&record)]);
    assert_eq!(
        (failed.code, message(&bench, &failed).as_str()),
        (
            2,
            "error: settings record.json: EOF while parsing an object at line 1 column 1\n\
             hint: a settings file that ends in .json is read as the run record of a release; name a .toml file\n"
        )
    );
    for (toml, told) in [
        (
            "[parameters]\ndormant_day = 9\n",
            "error: settings: parameters.dormant_day: no metric takes this parameter; ",
        ),
        ("[parity]\nas_phe = [\"XYZ-1\"]\n", "error: settings: parity.as_phe: XYZ-1 is not a metric; known are "),
    ] {
        let failed = bench.run("2025-04", &["--settings", text(&bench.settings(toml))]);
        let message = message(&bench, &failed);
        assert!(failed.code == 2 && message.starts_with(told), "{message}");
        assert_each_cause_once(&message);
    }
}

#[test]
fn folders_that_cannot_be_used_are_named_with_the_cause() {
    let bench = Bench::new();
    let folder = bench.source().parent().unwrap().to_owned();
    fs::write(folder.join("file"), "a file").unwrap();
    let (file, nowhere) = (folder.join("file"), folder.join("nowhere"));
    let work = folder.join("file/work");
    for (arguments, code, told) in [
        (
            ["check", "--source", text(&bench.source()), "--work", text(&work)],
            50,
            "error: work folder file/work: Not a directory (os error 20)\n",
        ),
        (
            ["check", "--source", text(&nowhere), "--work", text(&bench.work())],
            20,
            "error: source nowhere: there is no such folder\n",
        ),
        (
            ["list", "metrics", "--quiet", "--definitions", text(&nowhere)],
            10,
            "error: definitions nowhere: holds no folder named queries, schemas or reports\n",
        ),
        (
            ["sql", "SELECT 1", "--quiet", "--out", text(&file.join("rows.csv"))],
            50,
            "error: file/rows.csv: cannot be written: File exists (os error 17)\n",
        ),
    ] {
        let failed = leds_metrics(&arguments);
        assert_eq!((failed.code, message(&bench, &failed).as_str()), (code, told));
    }
}

#[test]
fn a_statement_is_refused_in_our_own_words() {
    let bench = Bench::new();
    let reads_only = "the statement does more than read; write one SELECT statement, which changes nothing";
    for (statement, told) in [
        ("CREATE TABLE t AS SELECT 1", reads_only),
        ("COPY (SELECT 1) TO 'rows.csv'", reads_only),
        ("SET datafusion.execution.batch_size = 1", reads_only),
        ("SELECT 1; SELECT 2", "there is more than one statement; write one SELECT statement"),
        ("SELECT 1 +", "the statement is not SQL that can be read: "),
        ("SELECT wilson_lower(3, 2, 0.95)", "wilson_lower("),
        ("SELECT * FROM observations", "there is no table observations; name --source, --release or both"),
        ("SELECT 1 / (SELECT 0)", "Divide by zero"),
    ] {
        let failed = leds_metrics(&["sql", statement]);
        let message = message(&bench, &failed);
        assert_eq!(failed.code, 2, "{statement}: {message}");
        assert!(message.starts_with(&format!("error: statement: {told}")), "{statement}: {message}");
        assert_each_cause_once(&message);
        for part in
            ["Execution error", "Error during planning", "Schema error", "Arrow error", "SQL error", "not supported"]
        {
            assert!(!message.contains(part), "{statement}: {message}");
        }
    }
}
