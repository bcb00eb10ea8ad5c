//! Messages as lines for programs: what each says, and what none may say.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{DUE, MONTHS, Scheduled};
use crate::support::{Finished, files_below, leds_metrics_with, text};

/// What stands in the environment, in files or in submissions, and in no message.
const SECRETS: [(&str, &str); 4] = [
    ("AWS_SECRET_ACCESS_KEY", "aws-5ecret-access-key"),
    ("AWS_SESSION_TOKEN", "aws-5ession-token"),
    ("AZURE_STORAGE_KEY", "YXp1cmUtNWVjcmV0"),
    ("LEDS_TEST_KEY", "5alt-of-the-force-4f3c2b1a99887766554433221100ffee"),
];
const TOKEN: &str = "T0ken-of-the-address";
const PERSONAL: [&str; 3] = ["collar-7311-Whitfield", "1101ZD0100000410836V", "Okonkwo"];

fn run_with(scheduled: &Scheduled, arguments: &[&str]) -> Finished {
    let (source, out) = (scheduled.bench.source(), scheduled.bench.out());
    let places = ["--source", text(&source), "--out", text(&out), "--settings", text(&scheduled.settings)];
    leds_metrics_with(&[arguments, &places].concat(), &SECRETS)
}

/// The lines of the standard error, each of which is an object with all that a line must have.
fn lines(done: &Finished) -> Vec<Value> {
    let read = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let word = |key: &str| value[key].as_str().unwrap_or_else(|| panic!("{key}: {line}"));
        let time: DateTime<Utc> = word("time").parse().unwrap();
        assert!(word("time").ends_with('Z') && (Utc::now() - time).num_minutes() < 10, "{line}");
        assert!(["info", "warning", "error"].contains(&word("level")), "{line}");
        assert!(word("target").starts_with("leds_metrics") && !word("message").is_empty(), "{line}");
        value
    };
    done.stderr.lines().map(read).collect()
}

/// The only line with such a message.
fn line<'l>(lines: &'l [Value], message: &str) -> &'l Value {
    let found: Vec<&Value> =
        lines.iter().filter(|line| line["message"].as_str().unwrap().starts_with(message)).collect();
    let [line] = found[..] else { panic!("{message}: {lines:#?}") };
    line
}

#[test]
fn each_line_says_when_how_bad_and_of_which_run_and_each_stage_how_long() {
    let scheduled = Scheduled::new(MONTHS);
    let done = run_with(&scheduled, &["run", "--log", "json", "--period", "2025-04", "--published-on", "2025-12-01"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.ends_with("2025-04/r1/national/index.html\n"), "{}", done.stdout);
    let lines = lines(&done);
    for one in &lines {
        assert_eq!(one["run"], "by_hand/2025-04/0001", "{one}");
        assert_eq!(
            (&one["schedule"], &one["period"], &one["attempt"]),
            (&"by_hand".into(), &"2025-04".into(), &1.into())
        );
    }
    let stages = lines.iter().filter(|line| line["message"] == "the stage is over");
    let stages: Vec<&str> = stages
        .map(|line| {
            assert!(line["milliseconds"].is_u64() && line["pass"] == 1, "{line}");
            line["stage"].as_str().unwrap()
        })
        .collect();
    assert_eq!(stages, ["list", "check", "compute", "render", "publish"]);
    let ended = line(&lines, "the run has ended");
    assert_eq!((&ended["result"], &ended["release"]), (&"published".into(), &"2025-04/r1".into()));
    assert!(line(&lines, "the run is over")["milliseconds"].as_u64().unwrap() > 0);
    line(&lines, "these settings of [publication] are not given");
    line(&lines, "2 submissions read");
}

#[test]
fn errors_are_told_in_the_line_of_their_run_without_words_for_people() {
    let scheduled = Scheduled::new(MONTHS);
    fs::remove_dir_all(scheduled.bench.source()).unwrap();
    let done = run_with(&scheduled, &["run", "--due", "--log", "json", "--now", DUE]);
    assert_eq!(done.code, 20);
    let lines = lines(&done);
    let error = line(&lines, "source ");
    assert_eq!((&error["level"], &error["run"]), (&"error".into(), &"monthly/2025-04/0001".into()), "{error}");
    assert_eq!(line(&lines, "tried again at 14 June 2025, 01:31 BST")["schedule"], "monthly");

    // What belongs to no run says so by saying nothing of one.
    let done = run_with(&scheduled, &["run", "--due", "--log", "json", "--now", DUE]);
    let nothing = &self::lines(&done)[0];
    assert!(nothing["message"].as_str().unwrap().starts_with("nothing is due; "), "{nothing}");
    assert!(
        nothing.get("run").is_none() && nothing.get("about").is_none() && nothing.get("kind").is_none(),
        "{nothing}"
    );

    // A person sees what a person saw.
    let done = run_with(&scheduled, &["run", "--period", "2025-05", "--published-on", "2025-12-01"]);
    let told: Vec<&str> = done.stderr.lines().collect();
    assert!(matches!(told[..], [only] if only.starts_with("error: source ")), "{told:?}");
}

/// Whether a file or a message holds a text.
fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn assert_harmless(done: &Finished) {
    for secret in SECRETS.iter().map(|(_, secret)| *secret).chain(PERSONAL).chain([TOKEN]) {
        assert!(!holds(done.stdout.as_bytes(), secret) && !holds(done.stderr.as_bytes(), secret), "{secret}: {done:?}");
    }
}

/// Neither in messages, of whichever form and however the run ends, nor in what operators are sent.
#[test]
fn no_message_holds_a_secret_or_a_person() {
    let address =
        if cfg!(feature = "webhook") { format!("webhook = \"https://127.0.0.1:1/{TOKEN}\"\n") } else { String::new() };
    let notify = format!("{MONTHS}[notify]\ncommand = [\"false\"]\n{address}timeout_seconds = 1\n");
    for form in ["text", "json"] {
        let scheduled = Scheduled::new(&notify);
        // Refused for a value, with the reference of a person in the same row.
        let [collar, number, _] = PERSONAL;
        let rows = format!("{number},{collar},2025-04-03T10:00:00Z,2025-04-03T12:00:00Z,true,true");
        scheduled.bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), &rows);
        let users = format!("2025-04-01,{collar},-5\n2025-04-01,{collar},-5");
        scheduled.bench.submit("rollup-active_users", ("2025-05-15", "E1", "2025-04"), &users);
        let published = run_with(&scheduled, &["run", "--due", "--log", form, "--now", DUE]);
        assert_eq!(published.code, 31, "{}", published.stderr);
        assert!(published.stderr.contains("2 submissions were refused"), "{}", published.stderr);
        assert!(published.stderr.contains("notify.command: false ended"), "{}", published.stderr);
        assert_eq!(published.stderr.contains("notify.webhook: "), cfg!(feature = "webhook"), "{}", published.stderr);
        assert_harmless(&published);
        let refused = scheduled.bench.work().join("refused");
        let rows: Vec<u8> =
            files_below(&refused).iter().flat_map(|file| fs::read(refused.join(file)).unwrap()).collect();
        assert!(holds(&rows, collar), "the sender finds the row, so the test would find it too");

        let (source, work) = (scheduled.bench.source(), scheduled.bench.work());
        let check = ["check", "--log", form, "--source", text(&source)];
        let checked = leds_metrics_with(&[&check[..], &["--work", text(&work)]].concat(), &SECRETS);
        assert_eq!(checked.code, 21, "{}", checked.stderr);
        assert_harmless(&checked);

        // Reference data are refused: nothing is published.
        let row = format!("={collar},{number},Okonkwo,territorial_force,North,England,1,2000-01-01,");
        scheduled.bench.reference("organisations", "2025-05-02", &row);
        let failed = run_with(&scheduled, &["run", "--period", "2025-04", "--log", form]);
        assert_eq!(failed.code, 21, "{}", failed.stderr);
        let reference_aside = failed.stderr.replace(&format!("={collar}"), "the code");
        assert_harmless(&Finished { stderr: reference_aside, ..failed });
        let ledger = scheduled.bench.out().join("ledger");
        for file in files_below(&ledger) {
            assert!(!holds(&fs::read(ledger.join(&file)).unwrap(), TOKEN), "{}", file.display());
        }
    }
}

/// At the force: the key from a file or a variable, names and numbers of a raw extract.
#[test]
fn preparing_tells_nothing_of_key_or_extract() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let [_, number, name] = PERSONAL;
    let header = "asn,event_type,event_at,created_at,recordable,surname\n";
    let row = |event: &str| {
        format!("{header}{number},{event},2025-04-03T10:00:00+01:00,2025-04-03T12:00:00+01:00,true,{name}\n")
    };
    fs::write(path("key"), format!("{}\n", SECRETS[3].1)).unwrap();
    for (form, event, code) in [("text", "arrest", 0), ("json", "arrest", 0), ("text", name, 21), ("json", name, 21)] {
        fs::write(path("raw.csv"), row(event)).unwrap();
        for key in [["--key-file", text(&path("key"))], ["--key-variable", "LEDS_TEST_KEY"]] {
            let (raw, out, work) = (path("raw.csv"), path("out"), path("work"));
            clear(&out);
            let places = ["--input", text(&raw), "--out", text(&out), "--work", text(&work), "--log", form];
            let what = ["prepare", "arrest_summons", "--org", "E1", "--period", "2025-04", "--submitted", "2025-05-15"];
            let done = leds_metrics_with(&[&what[..], &places, &key].concat(), &SECRETS);
            assert_eq!(done.code, code, "{}", done.stderr);
            assert_harmless(&done);
        }
    }
}

fn clear(folder: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
}
