//! `prepare` as a force uses it: what comes out, what is refused, and what must be nowhere.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::support::{Bench, Finished, leds_metrics, leds_metrics_with, text};

const KEY: &str = "4f3c2b1a99887766554433221100ffee-of-the-force";
const HEADER: &str = "asn,event_type,event_at,created_at,recordable,surname\n";
/// One valid number, one with a wrong check letter, one that stands in for a number.
const ROWS: &str = "\
1101ZD0100000410836V,arrest,2025-04-03T10:00:00+01:00,2025-04-03T12:00:00+01:00,true,Whitfield
1101ZD0100000448754J,arrest,2025-04-03T10:00:00Z,2025-04-06T12:00:00Z,true,Okonkwo
1101NRPR00000000001V,summons,2025-04-04T10:00:00Z,,false,Marlowe
";
const SECRETS: [&str; 8] = [KEY, "1101ZD01", "410836V", "448754J", "NRPR", "Whitfield", "Okonkwo", "of-the-force"];

/// A force's desk: raw files and a key, with folders for the submission and for work.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(rows: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.write("arrests.csv", &format!("{HEADER}{rows}"));
        desk.write("key", &format!("{KEY}\n"));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// `prepare` of the arrests of April 2025, with the key from `key` and more arguments.
    fn prepare(&self, key: &[&str], more: &[&str]) -> Finished {
        self.prepare_as("E1", key, more, &[])
    }

    fn prepare_as(&self, org: &str, key: &[&str], more: &[&str], variables: &[(&str, &str)]) -> Finished {
        let (input, out, work) = (self.path("arrests.csv"), self.path("out"), self.path("work"));
        let mut arguments = vec!["prepare", "arrest_summons", "--input", text(&input), "--org", org];
        arguments.extend([
            "--period",
            "2025-04",
            "--submitted",
            "2025-05-15",
            "--out",
            text(&out),
            "--work",
            text(&work),
        ]);
        arguments.extend(key);
        arguments.extend(more);
        leds_metrics_with(&arguments, variables)
    }

    fn with_key_file(&self, more: &[&str]) -> Finished {
        let key = self.path("key");
        self.prepare(&["--key-file", text(&key)], more)
    }

    /// Files below `out` by their path inside it.
    fn submitted(&self) -> BTreeSet<String> {
        files_below(&self.path("out")).into_iter().collect()
    }

    /// Nothing of the raw extract and nothing of the key is in a file or message.
    fn assert_nothing_leaked(&self, done: &Finished) {
        for secret in SECRETS {
            assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret), "{secret}: {done:?}");
            for root in ["out", "work"] {
                for file in files_below(&self.path(root)) {
                    let bytes = fs::read(self.path(root).join(&file)).unwrap();
                    assert!(
                        !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                        "{secret} in {file}"
                    );
                    if file.ends_with(".parquet") {
                        let rows = format!("{:?}", rows_of(&self.path(root).join(&file)));
                        assert!(!rows.contains(secret), "{secret} in the rows of {file}");
                    }
                }
            }
        }
    }
}

fn files_below(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.exists() {
            found.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
    found
}

fn rows_of(path: &Path) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    reader.build().unwrap().map(Result::unwrap).collect()
}

const RECORDS: &str = "arrest_summons/submitted=2025-05-15/org=E1/period=2025-04";

#[test]
fn an_extract_becomes_a_submission_that_a_run_can_use() {
    let desk = Desk::new(ROWS);
    let done = desk.with_key_file(&[]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.stdout.trim_end(), text(&desk.path("out").join(RECORDS)));
    assert!(done.stderr.contains("left out, because nothing is made from them: surname"), "{}", done.stderr);
    assert!(done.stderr.contains("3 rows prepared"), "{}", done.stderr);
    assert_eq!(desk.submitted(), BTreeSet::from([format!("{RECORDS}/records.parquet")]));
    desk.assert_nothing_leaked(&done);
    let records = desk.path("out").join(RECORDS).join("records.parquet");
    let rows = rows_of(&records);
    let valid: Vec<_> = rows[0].column_by_name("identifier_valid").unwrap().as_boolean().iter().collect();
    assert_eq!(valid, [Some(true), Some(false), Some(false)], "a wrong number is a verdict, not an error");

    let bench = Bench::new();
    bench.write(&format!("{RECORDS}/records.parquet"), &fs::read(records).unwrap());
    let run = bench.run("2025-04", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = bench.observations("2025-04");
    let figure = &all[&("CRE-01".to_owned(), "E1".to_owned(), "2025-04".to_owned())];
    assert_eq!((figure["numerator"].as_str(), figure["denominator"].as_str()), ("1", "2"));
}

#[test]
fn with_rollups_no_record_leaves_the_force() {
    let desk = Desk::new(ROWS);
    let done = desk.with_key_file(&["--rollups"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let of =
        |name: &str| format!("rollup-arrest_summons_{name}/submitted=2025-05-15/org=E1/period=2025-04/rows.parquet");
    let submitted = desk.submitted();
    assert!([of("delay"), of("backlog"), of("created")].iter().all(|path| submitted.contains(path)), "{submitted:?}");
    assert!(submitted.iter().all(|path| path.starts_with("rollup-arrest_summons_")), "{submitted:?}");
    assert_eq!(done.stdout.lines().count(), submitted.len());
    assert_eq!(files_below(&desk.path("work")), Vec::<String>::new(), "the records are gone from the work folder");
    desk.assert_nothing_leaked(&done);
    let delays = rows_of(&desk.path("out").join(of("delay")));
    assert_eq!(delays.iter().map(RecordBatch::num_rows).sum::<usize>(), 2, "two delays, each of one recordable report");
}

#[test]
fn the_key_comes_from_a_variable_too_and_decides_the_references() {
    let references = |desk: &Desk| {
        let rows = rows_of(&desk.path("out").join(RECORDS).join("records.parquet"));
        rows[0]
            .column_by_name("report_ref")
            .unwrap()
            .as_string::<i32>()
            .iter()
            .map(|r| r.unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let of = |key: &str| {
        let desk = Desk::new(ROWS);
        let done = desk.prepare_as("E1", &["--key-variable", "FORCE_KEY"], &[], &[("FORCE_KEY", key)]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        desk.assert_nothing_leaked(&done);
        references(&desk)
    };
    let file = Desk::new(ROWS);
    file.with_key_file(&[]);
    assert_eq!(references(&file), of(KEY));
    let other = of(&KEY.replace('4', "5"));
    assert!(references(&file).iter().zip(&other).all(|(one, two)| one != two && two.len() == 32));
}

#[test]
fn without_a_usable_key_nothing_is_read() {
    let desk = Desk::new("a row that cannot be read\n");
    let none = desk.prepare(&[], &[]);
    assert!(none.code == 2 && none.stderr.contains("--key-file"), "{}", none.stderr);
    let both = desk.prepare_as("E1", &["--key-file", "k", "--key-variable", "FORCE_KEY"], &[], &[]);
    assert!(both.code == 2 && both.stderr.contains("cannot be used with"), "{}", both.stderr);
    let unset = desk.prepare(&["--key-variable", KEY], &[]);
    assert!(unset.code == 2 && unset.stderr.contains("the environment variable named by --key-variable is not set"));
    assert!(!unset.stderr.contains(KEY), "a key given by mistake is not repeated");
    let nowhere = desk.path(KEY);
    let missing = desk.prepare(&["--key-file", text(&nowhere)], &[]);
    assert!(missing.code == 2 && missing.stderr.contains("the key file cannot be read"), "{}", missing.stderr);
    assert!(!missing.stderr.contains(KEY));
    desk.write("key", "short-secret\n");
    let short = desk.with_key_file(&[]);
    assert!(short.code == 2 && short.stderr.contains("the key has 12 bytes; it needs at least 32"), "{}", short.stderr);
    assert!(!short.stderr.contains("short-secret"));
    assert!(!desk.path("out").exists());
}

#[test]
fn a_broken_extract_is_named_by_line_and_column() {
    let desk = Desk::new(&ROWS.replace("2025-04-06T12:00:00Z", "6 April at noon"));
    let done = desk.with_key_file(&[]);
    assert_eq!(done.code, 20);
    assert!(
        done.stderr.contains("arrests.csv, line 3, column created_at: is not a timestamp with its offset such as"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains("noon"), "{}", done.stderr);
    desk.assert_nothing_leaked(&done);
    assert_eq!(desk.submitted(), BTreeSet::new());
    desk.write("arrests.csv", &format!("{HEADER}{}", ROWS.replace(",Okonkwo", "")));
    let ragged = desk.with_key_file(&[]);
    assert_eq!(ragged.code, 20);
    assert!(ragged.stderr.contains("line 3: the row has 5 cells, but the first line has 6"), "{}", ragged.stderr);
    desk.assert_nothing_leaked(&ragged);
}

#[test]
fn a_broken_contract_is_told_as_in_a_check_and_nothing_is_written() {
    for more in [&[][..], &["--rollups"]] {
        let desk = Desk::new(&ROWS.replace("04-04T10:00:00Z", "05-04T10:00:00Z").replace("1101NRPR00000000001V", ""));
        let done = desk.with_key_file(more);
        assert_eq!(done.code, 21);
        for finding in [
            "blocking: arrest_summons E1 2025-04: 1 row: report_ref is required but empty; failing rows: refused/",
            "blocking: arrest_summons E1 2025-04: 1 row: event_at lies outside the submission's month (Europe/London)",
        ] {
            assert!(done.stderr.contains(finding), "{}", done.stderr);
        }
        assert_eq!(done.stdout, "");
        assert_eq!(desk.submitted(), BTreeSet::new());
        let kept = files_below(&desk.path("work"));
        let rule = |name: &str| kept.iter().any(|file| file.starts_with("refused/") && file.ends_with(name));
        assert!(rule("required-report_ref.csv") && rule("period-event_at.csv"), "{kept:?}");
        assert!(kept.iter().all(|file| file.starts_with("refused/")), "{kept:?}");
        desk.assert_nothing_leaked(&done);
    }
}

#[test]
fn a_submission_is_never_overwritten() {
    let desk = Desk::new(ROWS);
    desk.with_key_file(&[]);
    let path = desk.path("out").join(RECORDS).join("records.parquet");
    let before = fs::read(&path).unwrap();
    desk.write("arrests.csv", HEADER);
    let again = desk.with_key_file(&[]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("is there already; a submission is never overwritten"), "{}", again.stderr);
    assert_eq!(fs::read(&path).unwrap(), before);
    // Another organisation's of the same day is another submission; and no row is a submission too.
    let key = desk.path("key");
    assert_eq!(desk.prepare_as("E2", &["--key-file", text(&key)], &[], &[]).code, 0);
    assert_eq!(desk.submitted().len(), 2);
    assert_eq!(desk.with_key_file(&["--rollups"]).code, 0);
    assert_eq!(desk.with_key_file(&["--rollups"]).code, 2);
}

#[test]
fn what_a_killed_run_left_is_cleared_and_what_a_running_one_needs_is_not() {
    let desk = Desk::new(ROWS);
    let left = desk.path("out/.prepare-left");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join(".lock"), "").unwrap();
    let running = desk.path("out/.prepare-running");
    fs::create_dir_all(&running).unwrap();
    let lock = File::create(running.join(".lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(desk.with_key_file(&[]).code, 0);
    assert!(!left.exists() && running.exists());
}

#[test]
fn wrong_arguments_are_usage() {
    let desk = Desk::new(ROWS);
    let key = desk.path("key");
    for org in ["", "../E1", "E1/..", "NATIONAL"] {
        let done = desk.prepare_as(org, &["--key-file", text(&key)], &[], &[]);
        assert!(done.code == 2 && done.stderr.contains("--org must be a code"), "{org}: {}", done.stderr);
    }
    for dataset in ["organisations", "arrests"] {
        let arguments = ["prepare", dataset, "--input", "x.csv", "--org", "E1", "--period", "2025-04", "--out", "o"];
        let done = leds_metrics(&[&arguments[..], &["--key-file", text(&key)]].concat());
        assert!(done.code == 2 && done.stderr.contains("is not a dataset that a force submits"), "{}", done.stderr);
    }
}

#[test]
fn a_submitted_roll_up_that_contradicts_itself_is_refused() {
    let bench = Bench::new();
    bench.submit("rollup-subject_access_due", ("2025-06-10", "E1", "2025-04"), "2025-05-01,2025-04-01,5,6\n");
    bench.submit("rollup-subject_access_due", ("2025-06-10", "E2", "2025-04"), "2025-05-01,2025-04-01,5,5\n");
    let (source, work) = (bench.source(), bench.work());
    let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work)]);
    assert_eq!(check.code, 21, "{}", check.stderr);
    let expected =
        "blocking: rollup-subject_access_due E1 2025-04: 1 row: More requests were closed on time than were due.";
    assert!(check.stdout.contains(expected), "{}", check.stdout);
    assert!(!check.stdout.contains("E2"), "{}", check.stdout);
}

#[test]
fn a_rule_of_a_roll_up_is_proven_before_data_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let definitions = folder.path().join("definitions");
    leds_metrics(&["definitions", "export", text(&definitions)]);
    let path = definitions.join("queries/rollups/user_training.toml");
    let toml = fs::read_to_string(&path).unwrap();
    let wrong = toml.replace("trained_before_access > users_with_access", "NO_SUCH(month) > users_with_access");
    assert_ne!(toml, wrong);
    fs::write(path, wrong).unwrap();
    let list = leds_metrics(&["list", "metrics", "--definitions", text(&definitions)]);
    assert_eq!(list.code, 10, "{}", list.stderr);
    assert!(list.stderr.contains("queries/rollups/user_training.toml: rules: "), "{}", list.stderr);
}

#[test]
fn a_contract_whose_reference_would_be_copied_is_refused() {
    let desk = Desk::new(ROWS);
    let (definitions, key) = (desk.path("definitions"), desk.path("key"));
    leds_metrics(&["definitions", "export", text(&definitions)]);
    let path = definitions.join("schemas/arrest_summons.odcs.yaml");
    let contract = fs::read_to_string(&path).unwrap();
    let start = contract.find("        customProperties:\n          - property: preparedFrom\n").unwrap();
    let end = start + contract[start..].find("      - name: event_type").unwrap();
    fs::write(path, format!("{}{}", &contract[..start], &contract[end..])).unwrap();
    let done = desk.prepare(&["--key-file", text(&key)], &["--definitions", text(&definitions)]);
    assert_eq!(done.code, 10);
    assert!(
        done.stderr.contains("contract arrest_summons: field report_ref is a reference without"),
        "{}",
        done.stderr
    );
    assert_eq!(desk.submitted(), BTreeSet::new());
}

#[test]
fn rows_of_a_submitted_roll_up_are_told_apart_by_all_keys_also_by_empty_ones() {
    let bench = Bench::new();
    let open = |org: &str, rows: &str| bench.submit("rollup-subject_access_open", ("2025-06-10", org, "2025-04"), rows);
    let row = |closed: &str| format!("2025-04-01,{closed},2025-05-01,2025-08-01,1\n");
    open("E1", &[row(""), row("2025-04-01"), row("2025-05-01")].concat());
    open("E2", &[row(""), row("2025-05-01"), row("")].concat());
    // Many keys fit into the engine's memory.
    let user = |user: u32| format!("2025-04-01,user-of-a-large-force-{user:032},1");
    let users: Vec<String> = (0..20_000).map(user).collect();
    bench.submit("rollup-active_users", ("2025-06-10", "E1", "2025-04"), &users.join("\n"));
    let (source, work) = (bench.source(), bench.work());
    let check = leds_metrics(&["check", "--source", text(&source), "--work", text(&work), "--json"]);
    let report: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0]["org_code"].as_str(), findings[0]["rule"].as_str()), (Some("E2"), Some("unique")));
}

#[test]
fn a_name_in_a_coded_column_is_not_copied_into_the_failing_rows() {
    let rows = "1101ZD0100000410836V,Whitfield,2025-04-03T10:00:00+01:00,2025-04-03T12:00:00+01:00,true,x\n";
    let desk = Desk::new(rows);
    let done = desk.with_key_file(&[]);
    assert_eq!(done.code, 21, "{}", done.stderr);
    assert!(done.stderr.contains("1 row: event_type is not one of arrest, report, summons"), "{}", done.stderr);
    desk.assert_nothing_leaked(&done);
    let failing =
        files_below(&desk.path("work")).into_iter().find(|file| file.ends_with("valid_values-event_type.csv"));
    let failing = fs::read_to_string(desk.path("work").join(failing.unwrap())).unwrap();
    let row = failing.lines().nth(1).unwrap();
    assert!(row.contains(",[9 characters],2025-04-03T09:00:00Z,2025-04-03T11:00:00Z,true,true"), "{failing}");
}
