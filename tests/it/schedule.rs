//! Releases that nobody asks for: what is due, by the clock and by what the ledger holds.

mod logs;
mod service;
#[cfg(feature = "webhook")]
mod webhook;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Bench, Finished, arrests, files_below, leds_metrics, text};

const FAST: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");

/// Months from April 2025, at half past one on the 45th day after their end.
const MONTHS: &str = "[[schedules]]\nname = \"monthly\"\nfirst = \"2025-04\"\nwhen = \"30 1 * * *\"\ndays_after = 45\n";

/// When the release of April 2025 is due.
const DUE: &str = "2025-06-14T00:30:00Z";

/// Two forces, of which one has sent April 2025.
struct Scheduled {
    bench: Bench,
    settings: PathBuf,
}

impl Scheduled {
    fn new(settings: &str) -> Self {
        let bench = Bench::new();
        bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[FAST, FAST]));
        let settings = bench.settings(settings);
        Self { bench, settings }
    }

    /// `run --due` at a time.
    fn due(&self, now: &str) -> Finished {
        let (source, out) = (self.bench.source(), self.bench.out());
        let places = ["--source", text(&source), "--out", text(&out)];
        let when = ["--settings", text(&self.settings), "--now", now];
        leds_metrics(&[&["run", "--due", "--allow-gaps"], &places[..], &when].concat())
    }

    fn status(&self, now: &str) -> Finished {
        let out = self.bench.out();
        leds_metrics(&["status", "--out", text(&out), "--settings", text(&self.settings), "--now", now])
    }

    /// A command that goes on by itself, at a time.
    fn start(&self, command: &[&str], now: &str) -> Child {
        self.bench
            .program()
            .args(command)
            .args(["--source", text(&self.bench.source()), "--out", text(&self.bench.out())])
            .args(["--settings", text(&self.settings), "--now", now, "--quiet"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The events of the ledger, without signs of life.
    fn events(&self) -> Vec<String> {
        let names = files_below(&self.bench.out().join("ledger")).into_iter().map(|path| text(&path).to_owned());
        names
            .filter(|name| !name.ends_with("alive.json") && !name.contains("-letter.") && !name.contains("-lineage."))
            .collect()
    }

    fn releases(&self) -> Vec<String> {
        let of_month = |month: fs::DirEntry| {
            let releases = fs::read_dir(month.path()).into_iter().flatten().flatten().map(|entry| entry.file_name());
            let month = text(month.path().file_name().unwrap().as_ref()).to_owned();
            releases.map(move |name| format!("{month}/{}", text(name.as_ref()))).filter(|path| path.contains("/r"))
        };
        let mut found: Vec<String> = fs::read_dir(self.bench.out()).unwrap().flatten().flat_map(of_month).collect();
        found.sort();
        found
    }
}

/// Asks a process to end, as a service manager does.
fn end(child: &Child) {
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
}

/// Waits until something holds; a test that waits for ever tells nothing.
fn wait_until(mut holds: impl FnMut() -> bool, what: &str) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_mins(2), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_release_is_published_when_it_is_due_and_once() {
    let scheduled = Scheduled::new(MONTHS);
    let early = scheduled.due("2025-06-14T00:29:59Z");
    assert_eq!((early.code, early.stdout.as_str()), (0, ""), "{}", early.stderr);
    let nothing = "nothing is due; the schedules have something to do not before 14 June 2025, 01:30 BST\n";
    assert!(early.stderr.ends_with(nothing), "{}", early.stderr);
    assert!(scheduled.status(DUE).stdout.contains("  2025-04          waits, again at 14 June 2025, 01:30 BST"));

    let due = scheduled.due(DUE);
    assert_eq!(due.code, 0, "{}", due.stderr);
    assert!(due.stdout.ends_with("2025-04/r1/national/index.html\n"), "{}", due.stdout);
    assert!(scheduled.bench.published("2025-04", "national/about.html").contains("14 June 2025"));
    let again = scheduled.due("2025-06-15T00:30:00Z");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{}", again.stderr);
    assert!(again.stderr.contains("not before 15 July 2025, 01:30 BST"), "{}", again.stderr);
    assert_eq!(scheduled.releases(), ["2025-04/r1"]);
    assert_eq!(scheduled.events(), ["monthly/2025-04/0001-begun.json", "monthly/2025-04/0001-ended.json"]);

    let status = scheduled.status("2025-06-15T00:30:00Z");
    assert_eq!(status.code, 0);
    let expected = [
        "monthly: “30 1 * * *” in London, from 45 days after the period",
        "  2025-05          due at 15 July 2025, 01:30 BST",
        "  2025-04          published, 2025-04/r1, 14 June 2025, 01:30 BST, version 0.1.0",
        "                     returns outstanding from E1, E2",
    ];
    assert_eq!(status.stdout.lines().collect::<Vec<&str>>(), expected);
}

#[test]
fn a_schedule_waits_for_returns_and_says_for_whose() {
    let waits = format!("{MONTHS}wait_for = {{ share = 95, at_most_days = 2 }}\n");
    let scheduled = Scheduled::new(&waits);
    let first = scheduled.due(DUE);
    assert_eq!((first.code, first.stdout.as_str()), (0, ""), "{}", first.stderr);
    let told = "monthly 2025-04: waits for 95% of the returns: 1 of ";
    assert!(first.stderr.contains(told) && first.stderr.contains("outstanding: E1 ("), "{}", first.stderr);
    assert!(first.stderr.contains("; tried again at 15 June 2025, 01:30 BST"), "{}", first.stderr);
    // Nothing more before that.
    assert!(scheduled.due("2025-06-14T12:00:00Z").stderr.contains("nothing is due"));
    assert_eq!(scheduled.due("2025-06-15T00:30:00Z").stdout, "");
    let last = scheduled.due("2025-06-16T00:30:00Z");
    assert!(last.stdout.ends_with("2025-04/r1/national/index.html\n"), "{}", last.stderr);
    let status = scheduled.status("2025-06-16T01:00:00Z").stdout;
    assert!(status.contains("published, 2025-04/r1, 16 June 2025, 01:30 BST, version 0.1.0, 3 attempts"), "{status}");

    // Where so many returns are enough, nobody waits.
    let content = Scheduled::new(&waits.replace("95", "1"));
    assert_ne!(content.due(DUE).stdout, "");
}

#[test]
fn what_will_not_pass_needs_a_person_and_what_may_pass_does_not() {
    let scheduled = Scheduled::new(MONTHS);
    scheduled.bench.reference(
        "organisations",
        "2025-05-01",
        "=E1,First,First,territorial_force,North,England,1,2000-01-01,",
    );
    let refused = scheduled.due(DUE);
    assert_eq!(refused.code, 21, "{}", refused.stderr);
    assert!(refused.stderr.contains("monthly 2025-04: not tried again; mend the cause"), "{}", refused.stderr);
    assert!(scheduled.due("2025-06-15T00:30:00Z").stderr.contains("nothing is due"));
    let status = scheduled.status("2025-06-15T00:30:00Z");
    assert_eq!(status.code, 60);
    assert!(status.stdout.contains("  2025-04          NEEDS A PERSON, 14 June 2025, 01:30 BST"), "{}", status.stdout);
    assert!(status.stdout.contains("reference data was refused"), "{}", status.stdout);
    // A person mends it, and runs the period; the schedule has nothing left to do.
    fs::remove_dir_all(scheduled.bench.source().join("organisations/submitted=2025-05-01")).unwrap();
    let by_hand = scheduled.bench.run("2025-04", &["--settings", text(&scheduled.settings)]);
    assert_eq!(by_hand.code, 0, "{}", by_hand.stderr);
    let status = scheduled.status("2025-06-15T00:30:00Z");
    assert_eq!(status.code, 0, "{}", status.stdout);

    // A source that is away may come back.
    let away = Scheduled::new(MONTHS);
    let elsewhere = away.bench.source().with_file_name("elsewhere");
    fs::rename(away.bench.source(), &elsewhere).unwrap();
    let failed = away.due(DUE);
    assert_eq!(failed.code, 20, "{}", failed.stderr);
    assert!(failed.stderr.contains("monthly 2025-04: tried again at 14 June 2025, 01:31 BST"), "{}", failed.stderr);
    fs::rename(&elsewhere, away.bench.source()).unwrap();
    assert!(away.due("2025-06-14T00:30:30Z").stderr.contains("nothing is due"));
    assert_eq!(away.due("2025-06-14T00:32:00Z").code, 0);
    assert_eq!(away.releases(), ["2025-04/r1"]);
}

#[test]
fn two_programs_at_once_publish_once() {
    let scheduled = Scheduled::new(MONTHS);
    let both = [0, 1].map(|_| scheduled.start(&["run", "--due", "--allow-gaps"], DUE));
    let done = both.map(|child| child.wait_with_output().unwrap());
    let pages: String = done.iter().map(|one| String::from_utf8_lossy(&one.stdout).into_owned()).collect();
    assert_eq!(pages.lines().count(), 1, "{done:?}");
    assert!(done.iter().all(|one| one.status.success()), "{done:?}");
    assert_eq!(scheduled.releases(), ["2025-04/r1"]);
    assert_eq!(scheduled.events(), ["monthly/2025-04/0001-begun.json", "monthly/2025-04/0001-ended.json"]);
}

#[test]
fn a_killed_run_is_taken_up_again_once_it_has_been_silent() {
    let scheduled = Scheduled::new(MONTHS);
    let mut killed = scheduled.start(&["run", "--due"], DUE);
    let begun = scheduled.bench.out().join("ledger/monthly/2025-04/0001-begun.json");
    wait_until(|| begun.exists(), "the beginning of the run");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(scheduled.due("2025-06-14T00:31:00Z").stderr.contains("nothing is due"));
    assert!(scheduled.status("2025-06-14T00:31:00Z").stdout.contains("  2025-04          running"));
    assert_eq!(scheduled.due("2025-06-14T00:34:00Z").code, 0);
    assert_eq!(scheduled.releases(), ["2025-04/r1"]);
    assert!(scheduled.events().contains(&"monthly/2025-04/0002-ended.json".to_owned()));
}

/// A letter stands beside the events of each run, and the command of the settings gets it. Names are harmless in all its forms.
#[test]
fn operators_get_a_letter_after_each_run_and_no_run_depends_on_it() {
    let got = tempfile::tempdir().unwrap();
    let file = got.path().join("letter.json");
    let notify = |command: &str| format!("{MONTHS}[notify]\ntimeout_seconds = 1\ncommand = {command}\n");
    let keeps = format!("[\"sh\", \"-c\", \"cat > '{}'\"]", text(&file));
    let scheduled = Scheduled::new(&notify(&keeps));
    let names = "E1,First Police,<b>First & Co</b>,territorial_force,North,England,1000,2000-01-01,\n\
                 E2,Second Police,Second,territorial_force,North,England,500,2000-01-01,\n";
    scheduled.bench.reference("organisations", "2025-05-01", names);
    // The last day for most returns lies before that of the last submission.
    scheduled.bench.submit("arrest_summons", ("2025-06-13", "E2", "2025-04"), &arrests(&[FAST]));
    assert_eq!(scheduled.due(DUE).code, 0);
    let letter: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(letter["subject"], "April 2025: published (2025-04/r1)");
    assert_eq!(letter["schedule"], "monthly");
    assert_eq!(letter["needs_a_person"], false);
    assert_eq!(letter["run"]["result"], "published");
    assert_eq!(letter["digest"]["returns"][0]["code"], "E1");
    let form = |form: &str| {
        let path = scheduled.bench.out().join("ledger/monthly/2025-04").join(format!("0001-letter.{form}"));
        fs::read_to_string(path).unwrap()
    };
    assert_eq!(fs::read_to_string(&file).unwrap(), form("json"));
    let (plain, html) = (form("txt"), form("html"));
    assert!(plain.starts_with("April 2025: published (2025-04/r1)\n\n"), "{plain}");
    assert!(plain.contains("\nReturns missing, late or refused\n- <b>First & Co</b>: "), "{plain}");
    assert!(html.contains("<li>&lt;b&gt;First &amp; Co&lt;/b&gt;: ") && !html.contains("<b>"), "{html}");

    // A letter that cannot be made takes nothing from a release.
    let other = Scheduled::new(MONTHS);
    let definitions = other.bench.export();
    fs::remove_file(std::path::Path::new(definitions.path()).join("reports/templates/letter.html")).unwrap();
    let done = other.bench.run("2025-04", &["--definitions", definitions.path()]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("warning: the letter to the operators: "), "{}", done.stderr);
    assert!(done.stdout.ends_with("2025-04/r1/national/index.html\n"), "{}", done.stderr);

    // A run that failed is told too.
    fs::remove_file(&file).unwrap();
    fs::remove_dir_all(scheduled.bench.source()).unwrap();
    assert_eq!(scheduled.bench.run("2025-05", &["--settings", text(&scheduled.settings)]).code, 20);
    let letter: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(letter["subject"], "May 2025: failed; somebody has to look");
    assert!(letter["schedule"].is_null() && letter["needs_a_person"] == true, "{letter}");

    for (command, trouble) in [
        ("[\"no-such-program\"]", "warning: notify.command: no-such-program could not be started: No such file"),
        ("[\"false\"]", "warning: notify.command: false ended with exit status: 1"),
        ("[\"sleep\", \"60\"]", "warning: notify.command: sleep took longer than 1 seconds and was ended"),
    ] {
        let scheduled = Scheduled::new(&notify(command));
        let done = scheduled.due(DUE);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stderr.contains(trouble), "{}", done.stderr);
    }
}

/// At any moment of a run: in the first files of the release, and before and after.
#[test]
fn a_stopped_run_leaves_no_trace_and_the_next_one_goes_on_at_once() {
    let scheduled = Scheduled::new(MONTHS);
    let staging = || fs::read_dir(scheduled.bench.out()).unwrap().flatten().any(|entry| is_staging(&entry));
    let mut attempts = 0;
    for moment in [0, 100, 300, 600] {
        attempts += 1;
        let mut run = scheduled.start(&["run", "--due"], &format!("2025-06-14T00:30:{attempts}0Z"));
        let begun = format!("monthly/2025-04/{attempts:04}-begun.json");
        wait_until(|| scheduled.bench.out().join("ledger").join(&begun).exists(), "the beginning of the run");
        if moment == 0 {
            wait_until(|| staging() || run.try_wait().unwrap().is_some(), "the first file of the release");
        } else {
            std::thread::sleep(Duration::from_millis(moment));
        }
        let since = Instant::now();
        end(&run);
        let done = run.wait_with_output().unwrap();
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
        if done.status.success() || done.status.code() == Some(31) {
            break;
        }
        assert_eq!(done.status.code(), Some(130), "{done:?}");
        assert!(!staging(), "a staging folder is left");
        let spill = fs::read_dir(scheduled.bench.work().join("spill")).into_iter().flatten().count();
        assert_eq!(spill, 0, "spilled rows are left");
        assert!(scheduled.events().contains(&format!("monthly/2025-04/{attempts:04}-ended.json")));
        assert!(scheduled.releases().is_empty());
        let letter = format!("ledger/monthly/2025-04/{attempts:04}-letter.txt");
        let letter = fs::read_to_string(scheduled.bench.out().join(letter)).unwrap();
        assert!(letter.starts_with("April 2025: stopped before it was done\n\n"), "{letter}");
        assert!(!letter.contains("Somebody has to"), "{letter}");
    }
    // In the same minute, without a wait for silence.
    let due = scheduled.due("2025-06-14T00:30:50Z");
    assert_eq!(due.code, 0, "{}", due.stderr);
    assert_eq!(scheduled.releases(), ["2025-04/r1"]);
}

fn is_staging(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with(".staging-")
}

#[test]
fn the_service_publishes_at_the_time_and_goes_on() {
    let scheduled = Scheduled::new(MONTHS);
    let mut service = scheduled.start(&["schedule"], "2025-06-14T00:29:58Z");
    let ended = scheduled.bench.out().join("ledger/monthly/2025-04/0001-ended.json");
    wait_until(|| ended.exists(), "the end of the run");
    assert!(service.try_wait().unwrap().is_none(), "the service has ended");
    end(&service);
    let said = service.wait_with_output().unwrap();
    assert_eq!(said.status.code(), Some(130));
    let messages = String::from_utf8_lossy(&said.stderr);
    assert!(messages.starts_with("the next thing to do is at 14 June 2025, 01:30 BST\n"), "{messages}");
    assert!(String::from_utf8_lossy(&said.stdout).ends_with("2025-04/r1/national/index.html\n"), "{messages}");
    assert_eq!(scheduled.releases(), ["2025-04/r1"]);
}

#[test]
fn schedules_that_cannot_be_followed_are_refused() {
    let message = |settings: &str| {
        let done = Scheduled::new(settings).due(DUE);
        assert_eq!(done.code, 2, "{}", done.stderr);
        done.stderr
    };
    let inside = Scheduled::new(MONTHS);
    let (source, out) = (inside.bench.source(), inside.bench.source().join("releases"));
    let places = ["--source", text(&source), "--out", text(&out), "--settings", text(&inside.settings)];
    let refused = leds_metrics(&[&["run", "--due", "--now", DUE], &places[..]].concat());
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(!out.exists(), "the ledger lies in the source");
    assert!(message("").contains("the settings have no [[schedules]]; docs/operations.md shows one"));
    assert!(message(&MONTHS.replace("30 1", "61 1")).contains("schedules: monthly: when = “61 1 * * *” is no times"));
    assert!(message(&MONTHS.repeat(2)).contains("schedules[1].name: monthly names another schedule too"));
    assert!(message(&MONTHS.replace("45", "400")).contains("schedules[0].days_after is 400, but must be 0 to 366"));
    let share = format!("{MONTHS}wait_for = {{ share = 0, at_most_days = 2 }}\n");
    assert!(message(&share).contains("schedules[0].wait_for.share is 0, but must be 1 to 100"));
    assert!(message(&MONTHS.replace("monthly", "../up")).contains("“../up” names no schedule"));
    assert!(message(&format!("{MONTHS}catch_up = \"some\"\n")).contains("unknown variant `some`"));
}
