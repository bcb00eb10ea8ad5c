//! What the service answers over HTTP: that it lives, that it is ready, and its numbers.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::process::Child;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{DUE, MONTHS, Scheduled, end, wait_until};

/// A service that answers.
struct Service {
    child: Child,
    address: String,
}

/// An answer over HTTP.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Service {
    /// Starts the service at a time, and waits until it says where it answers.
    fn start(scheduled: &Scheduled, now: &str) -> Self {
        let mut child = scheduled.start(&["schedule", "--listen", "127.0.0.1:0"], now);
        let mut messages = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        messages.read_line(&mut first).unwrap();
        let told = first.strip_prefix("answering at http://").and_then(|rest| rest.split_once(": "));
        let (address, _) = told.unwrap_or_else(|| panic!("no address is told: {first}"));
        let address = address.to_owned();
        // A service that nobody listens to any more must not be held up.
        std::thread::spawn(move || messages.read_to_end(&mut Vec::new()));
        Self { child, address }
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn metrics(&self) -> String {
        let answer = self.ask("GET /metrics");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{answer:?}");
        answer.body
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A service that has ended needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of a line, by its name and labels.
fn value(metrics: &str, name: &str) -> Option<f64> {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

fn seconds(time: &str) -> f64 {
    f64::from(i32::try_from(time.parse::<DateTime<Utc>>().unwrap().timestamp()).unwrap())
}

/// Every line is what the format has: a description of a family, or a sample of the family that was described last.
fn assert_is_open_metrics(metrics: &str) {
    let body = metrics.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("the end is missing: {metrics}"));
    let (mut family, mut samples) = (String::new(), 0);
    for line in body.lines() {
        if let Some(described) = line.strip_prefix("# ") {
            let words: Vec<&str> = described.splitn(3, ' ').collect();
            assert!(words.len() == 3 && ["HELP", "TYPE", "UNIT"].contains(&words[0]), "{line}");
            words[1].clone_into(&mut family);
            assert!(words[0] != "UNIT" || family.ends_with(words[2]), "{line}");
            continue;
        }
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
        let bare = name.split('{').next().unwrap();
        assert!(["", "_total", "_info"].iter().any(|end| bare == format!("{family}{end}")), "{line} of {family}");
        assert!(!name.contains('{') || name.ends_with("\"}"), "{line}");
        samples += 1;
    }
    assert!(samples > 20, "{metrics}");
}

#[test]
fn the_numbers_are_those_of_the_ledger_and_a_restart_loses_none() {
    let scheduled = Scheduled::new(MONTHS);
    let service = Service::start(&scheduled, "2025-06-14T00:29:58Z");
    let before = service.metrics();
    assert_is_open_metrics(&before);
    assert_eq!(value(&before, "leds_metrics_build_info{version=\"0.1.0\"}"), Some(1.0), "{before}");
    assert_eq!(value(&before, "leds_metrics_next_due_timestamp_seconds{schedule=\"monthly\"}"), Some(seconds(DUE)));
    let published = "leds_metrics_runs_total{schedule=\"monthly\",result=\"published\"}";
    assert_eq!(value(&before, published), Some(0.0), "{before}");
    assert!(!before.contains("leds_metrics_last_success_timestamp_seconds{"), "{before}");
    let ended = scheduled.bench.out().join("ledger/monthly/2025-04/0001-ended.json");
    wait_until(
        || {
            let live = service.ask("GET /live");
            assert_eq!(live.status, 200, "{live:?}");
            ended.exists()
        },
        "the end of the run",
    );
    wait_until(|| value(&service.metrics(), published) == Some(1.0), "the number of the run");
    drop(service);

    // Another process, of which nobody has asked for a run.
    let service = Service::start(&scheduled, "2025-06-14T12:00:00Z");
    let after = service.metrics();
    assert_is_open_metrics(&after);
    for (name, expected) in [
        (published, 1.0),
        ("leds_metrics_runs_total{schedule=\"monthly\",result=\"failed\"}", 0.0),
        ("leds_metrics_runs_total{schedule=\"by_hand\",result=\"published\"}", 0.0),
        ("leds_metrics_attempts_in_progress{schedule=\"monthly\"}", 0.0),
        ("leds_metrics_releases_needing_a_person{schedule=\"monthly\"}", 0.0),
        ("leds_metrics_outstanding_organisations{schedule=\"monthly\"}", 2.0),
        ("leds_metrics_next_due_timestamp_seconds{schedule=\"monthly\"}", seconds("2025-07-15T00:30:00Z")),
        ("leds_metrics_ledger_readable", 1.0),
        ("leds_metrics_ledger_unreadable_files", 0.0),
    ] {
        assert_eq!(value(&after, name), Some(expected), "{name}: {after}");
    }
    let success = value(&after, "leds_metrics_last_success_timestamp_seconds{schedule=\"monthly\"}").unwrap();
    assert!((0.0..600.0).contains(&(success - seconds(DUE))), "{after}");
}

#[test]
fn what_needs_a_person_and_what_was_broken_off_is_counted() {
    let scheduled = Scheduled::new(MONTHS);
    let row = "=E1,First,First,territorial_force,North,England,1,2000-01-01,";
    scheduled.bench.reference("organisations", "2025-05-01", row);
    assert_eq!(scheduled.due(DUE).code, 21);
    let by_hand = scheduled.bench.out().join("ledger/by_hand/2025-04");
    fs::create_dir_all(&by_hand).unwrap();
    let begun = r#"{"at": "2025-06-14T00:40:00Z", "public": false, "program_version": "0.1.0", "process": "1"}"#;
    fs::write(by_hand.join("0001-begun.json"), begun).unwrap();
    fs::write(by_hand.join("0002-begun.json"), begun.replace(":40:", ":59:")).unwrap();
    fs::write(by_hand.join("notes.txt"), "none of the program's").unwrap();
    let metrics = Service::start(&scheduled, "2025-06-14T01:00:00Z").metrics();
    for (name, expected) in [
        ("leds_metrics_releases_needing_a_person{schedule=\"monthly\"}", 1.0),
        ("leds_metrics_runs_total{schedule=\"monthly\",result=\"failed\"}", 1.0),
        ("leds_metrics_runs_total{schedule=\"by_hand\",result=\"broken_off\"}", 1.0),
        ("leds_metrics_attempts_in_progress{schedule=\"by_hand\"}", 1.0),
        ("leds_metrics_ledger_unreadable_files", 1.0),
    ] {
        assert_eq!(value(&metrics, name), Some(expected), "{name}: {metrics}");
    }
}

#[test]
fn the_service_is_ready_while_its_ledger_can_be_read() {
    let scheduled = Scheduled::new(MONTHS);
    let service = Service::start(&scheduled, "2025-06-13T00:00:00Z");
    let ready = service.ask("GET /ready");
    assert_eq!((ready.status, ready.body.as_str()), (200, "the ledger can be read\n"));
    let ledger = scheduled.bench.out().join("ledger");
    fs::create_dir_all(&ledger).unwrap();
    // A folder without an end: nobody can list it.
    let round = ledger.join("round");
    symlink(&ledger, &round).unwrap();
    wait_until(|| service.ask("GET /ready").status == 503, "the end of readiness");
    let unready = service.ask("GET /ready").body;
    assert!(unready.starts_with("ledger of ") && unready.ends_with('\n'), "{unready}");
    let unreadable = || value(&service.metrics(), "leds_metrics_ledger_readable") == Some(0.0);
    wait_until(unreadable, "a look into the ledger that fails");
    let metrics = service.metrics();
    assert!(!metrics.contains("leds_metrics_runs_total"), "numbers of a ledger that was not read: {metrics}");
    assert_eq!(service.ask("GET /live").status, 200, "the loop turns all the same");
    fs::remove_file(&round).unwrap();
    wait_until(|| service.ask("GET /ready").status == 200, "readiness");
    for (request, status) in [("GET /", 404), ("GET /ledger", 404), ("POST /live", 405), ("HEAD /ready", 200)] {
        assert_eq!(service.ask(request).status, status, "{request}");
    }
}

#[test]
fn the_service_stops_at_once_though_somebody_keeps_a_connection() {
    let scheduled = Scheduled::new(MONTHS);
    let mut service = Service::start(&scheduled, "2025-06-13T00:00:00Z");
    let mut kept = TcpStream::connect(&service.address).unwrap();
    kept.write_all(b"GET /ready HTTP/1.1\r\n").unwrap();
    let since = Instant::now();
    end(&service.child);
    assert_eq!(service.child.wait().unwrap().code(), Some(130));
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
}

#[test]
fn an_address_that_cannot_be_used_is_refused_with_the_reason() {
    let scheduled = Scheduled::new(MONTHS);
    let refused = |address: &str| {
        let done = scheduled.start(&["schedule", "--listen", address], DUE).wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{done:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    let reason = "other computers can reach 0.0.0.0, and the service asks nobody who they are";
    assert!(refused("0.0.0.0:0").contains(reason));
    assert!(!scheduled.bench.out().exists(), "something was begun");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let message = refused(&address);
    let told =
        format!("error: --listen {address}: nothing can be answered at this address; name a port that is free: ");
    assert!(message.starts_with(&told) && message.contains("in use"), "{message}");
    assert!(scheduled.releases().is_empty(), "a run was made");
}
