//! Letters that the program posts to an address: taken, taken later, refused, and never the address itself in what it says.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{DUE, MONTHS, Scheduled};
use crate::support::{Finished, files_below, leds_metrics, text};

/// What nobody may see of the address.
const TOKEN: &str = "T0ken-5ecret";

/// What a receiver does with one letter.
#[derive(Debug, Clone, Copy)]
enum Receives {
    /// Answers with a status.
    With(&'static str),
    /// Takes the letter and never answers.
    InSilence,
}

/// A request as it came in.
#[derive(Debug)]
struct Request {
    head: String,
    letter: serde_json::Value,
}

/// Receives as many letters as there are answers, one after the other.
fn receiver(answers: &'static [Receives]) -> (String, JoinHandle<Vec<Request>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let receive = move || {
        let mut silent = Vec::new();
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            requests.push(read_request(&stream));
            match answer {
                Receives::With(status) => {
                    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
                }
                Receives::InSilence => silent.push(stream),
            }
        }
        // Nobody else comes: a letter is not sent more often than it has to be.
        listener.set_nonblocking(true).unwrap();
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(listener.accept().is_err(), "a letter was sent once more");
        requests
    };
    (address, std::thread::spawn(receive))
}

fn read_request(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "the request ends early: {head}");
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Request { head, letter: serde_json::from_slice(&body).unwrap() }
}

/// A run whose letter goes to an address, and what it left behind.
fn run_with(address: &str, timeout_seconds: u32) -> (Scheduled, Finished) {
    let webhook = format!("http://{address}/hooks/{TOKEN}?key={TOKEN}");
    let notify = format!("[notify]\nwebhook = \"{webhook}\"\ntimeout_seconds = {timeout_seconds}\n");
    let scheduled = Scheduled::new(&format!("{MONTHS}{notify}"));
    let done = scheduled.due(DUE);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(scheduled.releases(), ["2025-04/r1"]);
    assert_secret(&scheduled, &done);
    (scheduled, done)
}

/// The token stands nowhere: not in what is printed, not in ledger, release or work folder.
fn assert_secret(scheduled: &Scheduled, done: &Finished) {
    assert!(!format!("{done:?}").contains(TOKEN), "{done:?}");
    for folder in [scheduled.bench.out(), scheduled.bench.work()] {
        for file in files_below(&folder) {
            let bytes = fs::read(folder.join(&file)).unwrap();
            let holds = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!holds, "{} holds the token", file.display());
        }
    }
}

#[test]
fn a_letter_is_posted_once_where_it_is_taken() {
    let (address, receiver) = receiver(&[Receives::With("204 No Content")]);
    let (scheduled, done) = run_with(&address, 30);
    assert!(!done.stderr.contains("warning: "), "{}", done.stderr);
    let requests = receiver.join().unwrap();
    let [Request { head, letter }] = &requests[..] else { panic!("{requests:?}") };
    let path = format!("post /hooks/{TOKEN}?key={TOKEN} http/1.1\r\n").to_lowercase();
    assert!(head.starts_with(&path) && head.contains("content-type: application/json\r\n"), "{head}");
    assert_eq!(letter["subject"], "April 2025: published (2025-04/r1)");
    let kept = fs::read(scheduled.bench.out().join("ledger/monthly/2025-04/0001-letter.json")).unwrap();
    assert_eq!(letter, &serde_json::from_slice::<serde_json::Value>(&kept).unwrap());
}

#[test]
fn a_letter_is_sent_again_where_it_may_be_taken_later() {
    let (address, receiver) = receiver(&[
        Receives::With("500 Internal Server Error"),
        Receives::With("429 Slow Down"),
        Receives::With("200 OK"),
    ]);
    let (_, done) = run_with(&address, 30);
    assert!(!done.stderr.contains("warning: "), "{}", done.stderr);
    assert_eq!(receiver.join().unwrap().len(), 3);
}

#[test]
fn what_went_wrong_is_a_warning_that_names_the_host_alone() {
    // An answer that stays the same is not asked for twice, and one that leads elsewhere is not followed.
    for (answers, told) in [
        (&[Receives::With("404 Not Found")], "404 Not Found"),
        (&[Receives::With("302 Found\r\nLocation: http://127.0.0.1:1/")], "302 Found"),
    ] {
        let (address, receiver) = receiver(answers);
        let (_, done) = run_with(&address, 30);
        assert!(
            done.stderr.contains(&format!("warning: notify.webhook: {address} answered {told}\n")),
            "{}",
            done.stderr
        );
        assert_eq!(receiver.join().unwrap().len(), 1);
    }

    let (address, receiver) = receiver(&[Receives::InSilence]);
    let (_, done) = run_with(&address, 1);
    let told = format!("warning: notify.webhook: {address} did not answer within 1 seconds\n");
    assert!(done.stderr.contains(&told), "{}", done.stderr);
    assert_eq!(receiver.join().unwrap().len(), 1);

    // Nobody listens at a port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let since = Instant::now();
    let (_, done) = run_with(&free, 2);
    let told = format!("warning: notify.webhook: the letter could not be sent to {free}: ");
    assert!(done.stderr.contains(&told) && done.stderr.contains("onnection refused"), "{}", done.stderr);
    assert!(since.elapsed() < Duration::from_mins(1), "{:?}", since.elapsed());
}

#[test]
fn a_command_and_an_address_do_not_wait_for_each_other_to_work() {
    let (address, receiver) = receiver(&[Receives::With("200 OK")]);
    let notify = format!("[notify]\nwebhook = \"http://{address}/{TOKEN}\"\ncommand = [\"false\"]\n");
    let done = Scheduled::new(&format!("{MONTHS}{notify}")).due(DUE);
    assert!(done.stderr.contains("warning: notify.command: false ended with"), "{}", done.stderr);
    assert_eq!((done.code, receiver.join().unwrap().len()), (0, 1));
}

#[test]
fn settings_show_no_more_than_the_host_and_refuse_what_others_could_read() {
    let scheduled = Scheduled::new("");
    let asked = |command: &[&str], webhook: &str| {
        let settings = scheduled.bench.settings(&format!("[notify]\n{webhook}\n"));
        let done = leds_metrics(&[command, &["--settings", text(&settings)]].concat());
        assert!(!format!("{done:?}").contains(TOKEN), "{done:?}");
        done
    };
    let taken = format!("webhook = \"https://hooks.example.org/{TOKEN}\"");
    for command in [&["settings", "show"][..], &["settings", "show", "--json"]] {
        let shown = asked(command, &taken);
        assert_eq!(shown.code, 0, "{}", shown.stderr);
        assert!(shown.stdout.contains("\"https://hooks.example.org/…\""), "{}", shown.stdout);
    }
    let (source, out) = (scheduled.bench.source(), scheduled.bench.out());
    let doctor = ["doctor", "--source", text(&source), "--out", text(&out)];
    let run = ["run", "--source", text(&source), "--out", text(&out), "--period", "2025-04"];
    for (webhook, told) in [
        (
            format!("webhook = \"http://hooks.example.org/{TOKEN}\""),
            "notify.webhook: http is for addresses of this computer",
        ),
        (format!("webhook = \"hooks.example.org/{TOKEN}\""), "notify.webhook: this is no address"),
        (format!("webhook = \"https://user:{TOKEN}@hooks.example.org/\""), "notify.webhook: this is no address"),
        (format!("webhok = \"https://hooks.example.org/{TOKEN}\""), "unknown field `webhok`"),
        (format!("webhook = \"https://hooks.example.org/{TOKEN}"), "TOML parse error at line 2"),
        (format!("webhook = [\"https://hooks.example.org/{TOKEN}\"]"), "TOML parse error at line 2"),
        (format!("command = \"curl https://hooks.example.org/{TOKEN}\""), "TOML parse error at line 2"),
    ] {
        for command in [&["settings", "show"][..], &doctor, &run] {
            let refused = asked(command, &webhook);
            assert_eq!(refused.code, 2, "{webhook}: {}", refused.stderr);
            let messages = format!("{}{}", refused.stdout, refused.stderr);
            assert!(messages.contains(told), "{webhook}: {messages}");
        }
    }
}
