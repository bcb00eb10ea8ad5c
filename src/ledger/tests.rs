//! The ledger in a folder, and what its attempts say of themselves.

use chrono::{DateTime, Utc};

use super::*;
use crate::vocabulary::period::Period;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn key(schedule: Option<&str>) -> RunKey {
    RunKey { schedule: schedule.map(|name| name.parse().unwrap()), period: "2025-26Q4".parse::<Period>().unwrap() }
}

fn begun(text: &str) -> Begun {
    Begun { at: at(text), due_at: None, public: true, program_version: "1.2.3".to_owned(), process: "7".to_owned() }
}

fn ended(text: &str, result: RunResult) -> Ended {
    Ended {
        at: at(text),
        result,
        exit_code: 50,
        release: None,
        message: Some("disk full".to_owned()),
        again_at: Some(at("2026-05-15T01:00:00Z")),
        refused: 2,
        outstanding: vec!["E23000001".to_owned()],
    }
}

#[tokio::test]
async fn what_is_written_is_read_and_an_event_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, other) = (Ledger::open(&folder.path().into()).unwrap(), Ledger::open(&folder.path().into()).unwrap());
    assert_eq!(ledger.read().await.unwrap().all().count(), 0);
    let quarter = key(Some("quarter"));
    assert!(ledger.begin(&quarter, 1, &begun("2026-05-15T00:30:00Z")).await.unwrap());
    assert!(!other.begin(&quarter, 1, &begun("2026-05-15T00:30:01Z")).await.unwrap(), "two programs began one attempt");
    ledger.give_sign_of_life(&quarter, 1, at("2026-05-15T00:30:20Z")).await.unwrap();
    ledger.give_sign_of_life(&quarter, 1, at("2026-05-15T00:30:40Z")).await.unwrap();
    assert!(ledger.end(&quarter, 1, &ended("2026-05-15T00:31:00Z", RunResult::Failed)).await.unwrap());
    assert!(!other.end(&quarter, 1, &ended("2026-05-15T00:32:00Z", RunResult::Published)).await.unwrap());
    assert!(other.begin(&quarter, 2, &begun("2026-05-15T01:00:00Z")).await.unwrap());
    assert!(other.begin(&key(None), 1, &begun("2026-05-16T09:00:00Z")).await.unwrap());

    let history = other.read().await.unwrap();
    assert!(history.unreadable.is_empty());
    let first = Attempt {
        number: 1,
        begun: Some(begun("2026-05-15T00:30:00Z")),
        alive_at: Some(at("2026-05-15T00:30:40Z")),
        ended: Some(ended("2026-05-15T00:31:00Z", RunResult::Failed)),
    };
    let second = Attempt { begun: Some(begun("2026-05-15T01:00:00Z")), ..Attempt::numbered(2) };
    assert_eq!(history.of(&quarter), [first, second]);
    assert_eq!((history.next_attempt(&quarter), history.next_attempt(&key(None))), (3, 2));
    assert_eq!(history.next_attempt(&key(Some("month"))), 1);
}

#[tokio::test]
async fn a_damaged_event_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().into()).unwrap();
    let quarter = key(Some("quarter"));
    assert!(ledger.begin(&quarter, 1, &begun("2026-05-15T00:30:00Z")).await.unwrap());
    let place = folder.path().join("ledger/quarter/2025-26Q4");
    std::fs::write(place.join("0001-ended.json"), "").unwrap();
    std::fs::write(place.join("notes.txt"), "?").unwrap();
    let history = ledger.read().await.unwrap();
    assert_eq!(history.of(&quarter).len(), 1);
    assert_eq!(history.of(&quarter)[0].result(), None);
    let [empty, foreign] = history.unreadable.as_slice() else { panic!("{:?}", history.unreadable) };
    assert!(empty.starts_with("ledger/quarter/2025-26Q4/0001-ended.json: EOF"), "{empty}");
    assert_eq!(foreign, "ledger/quarter/2025-26Q4/notes.txt: is no event of the ledger");
}

#[test]
fn a_run_lives_as_long_as_it_says_so() {
    let mut attempt = Attempt { begun: Some(begun("2026-05-15T00:30:00Z")), ..Attempt::numbered(1) };
    assert!(attempt.is_running(at("2026-05-15T00:32:59Z")));
    assert!(!attempt.is_running(at("2026-05-15T00:33:00Z")));
    attempt.alive_at = Some(at("2026-05-15T00:32:40Z"));
    assert!(attempt.is_running(at("2026-05-15T00:35:39Z")));
    assert!(!attempt.is_running(at("2026-05-15T00:35:40Z")));
    attempt.ended = Some(ended("2026-05-15T00:33:00Z", RunResult::Published));
    assert!(!attempt.is_running(at("2026-05-15T00:33:01Z")));
}

#[test]
fn a_result_has_one_word() {
    for result in RunResult::ALL {
        assert_eq!(serde_json::to_value(result).unwrap(), result.as_str());
    }
    let words: std::collections::BTreeSet<&str> = RunResult::ALL.map(RunResult::as_str).into();
    assert_eq!(words.len(), RunResult::ALL.len());
}
