//! Schedules by a clock that the test owns.

use chrono::{DateTime, Duration, TimeDelta, Utc};

use super::*;
use crate::ledger::{Attempt, Begun, Ended, RunHistory, RunKey, RunResult};
use crate::vocabulary::period::london_moment;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn section(first: &str, when: &str, days_after: u32) -> ScheduleSection {
    ScheduleSection {
        name: "report".parse().unwrap(),
        first: period(first),
        when: when.to_owned(),
        days_after,
        public: false,
        catch_up: CatchUp::default(),
        wait_for: None,
    }
}

fn schedule(first: &str, when: &str, days_after: u32) -> Schedule {
    Schedule::new(&section(first, when, days_after)).unwrap()
}

/// Quarters from the last of 2025/26, at half past one from the 45th day on.
fn quarters() -> Schedule {
    schedule("2025-26Q4", "30 1 * * *", 45)
}

fn begun(at: DateTime<Utc>) -> Begun {
    Begun { at, due_at: None, public: false, program_version: "0".to_owned(), process: "1".to_owned() }
}

fn ended(at: DateTime<Utc>, result: RunResult) -> Ended {
    Ended {
        at,
        result,
        exit_code: 0,
        release: None,
        message: None,
        again_at: None,
        refused: 0,
        outstanding: Vec::new(),
    }
}

/// An attempt that took a minute.
fn tried(number: u32, from: DateTime<Utc>, result: RunResult) -> Attempt {
    Attempt {
        begun: Some(begun(from)),
        ended: Some(ended(from + TimeDelta::minutes(1), result)),
        ..Attempt::numbered(number)
    }
}

/// The periods of runs and of those left out.
fn periods(todo: &[Todo]) -> (Vec<String>, Vec<String>) {
    let mut lists = (Vec::new(), Vec::new());
    for one in todo {
        match one {
            Todo::Run { run, .. } => lists.0.push(run.key.period.to_string()),
            Todo::LeaveOut(run) => lists.1.push(run.key.period.to_string()),
        }
    }
    lists
}

#[test]
fn a_release_is_due_at_the_first_time_from_its_day_on() {
    let due = |schedule: &Schedule, text: &str| london_moment(schedule.due_at(period(text)).unwrap());
    assert_eq!(due(&quarters(), "2025-26Q4"), "15 May 2026, 01:30 BST");
    assert_eq!(due(&quarters(), "2025-26Q3"), "14 February 2026, 01:30 GMT");
    // On weekdays only: 15 May 2026 is a Friday, 14 February a Saturday.
    let weekdays = schedule("2025-26Q3", "0 6 * * 1-5", 45);
    assert_eq!(due(&weekdays, "2025-26Q4"), "15 May 2026, 06:00 BST");
    assert_eq!(due(&weekdays, "2025-26Q3"), "16 February 2026, 06:00 GMT");
    // Not on the last day of the period itself unless nothing lies between.
    assert_eq!(due(&schedule("2024-02", "0 0 * * *", 0), "2024-02"), "29 February 2024, 00:00 GMT");
    assert_eq!(due(&schedule("2024-02", "0 0 * * *", 1), "2024-02"), "1 March 2024, 00:00 GMT");
}

/// The clocks go on at 01:00 on 29 March 2026, and back at 02:00 on 25 October 2026.
#[test]
fn a_time_that_the_clock_leaves_out_or_has_twice_comes_once() {
    let spring = schedule("2026-02", "30 1 29 3 *", 1);
    assert_eq!(london_moment(spring.due_at(period("2026-02")).unwrap()), "29 March 2026, 02:00 BST");
    let autumn = schedule("2026-09", "30 1 25 10 *", 1);
    let due = autumn.due_at(period("2026-09")).unwrap();
    assert_eq!(london_moment(due), "25 October 2026, 01:30 BST");
    // Half an hour past one comes again an hour later, and is not another time.
    let next = autumn.next_time(due, false).unwrap();
    assert_eq!(london_moment(next), "25 October 2027, 01:30 BST");
}

#[test]
fn times_that_cannot_be_read_or_never_come_are_refused() {
    let error = |when: &str| Schedule::new(&section("2026-02", when, 1)).unwrap_err().to_string();
    assert_eq!(
        error("at night"),
        "schedules: report: when = “at night” is no times; write minute, hour, day, month and weekday, such as “30 1 * * *”"
    );
    assert!(error("0 25 * * *").contains("is no times"));
    assert!(error("").contains("is no times"));
    assert_eq!(error("0 0 30 2 *"), "schedules: report: when = “0 0 30 2 *” names no time after 2026-02-28");
}

#[test]
fn a_release_is_made_once_and_not_before_it_is_due() {
    let (schedule, mut history) = (quarters(), RunHistory::default());
    let due_at = at("2026-05-15T00:30:00Z");
    assert!(schedule.todo(&history, due_at - Duration::seconds(1)).is_empty());
    assert_eq!(schedule.wake_at(&history, at("2026-05-01T00:00:00Z")), Some(due_at));
    let key = schedule.key(period("2025-26Q4"));
    let run = DueRun { key: key.clone(), due_at, attempt: 1 };
    assert_eq!(schedule.todo(&history, due_at), [Todo::Run { run, wait: Wait::No }]);
    history.enter(key, tried(1, due_at, RunResult::Published));
    assert!(schedule.todo(&history, due_at + Duration::days(30)).is_empty());
    assert_eq!(schedule.wake_at(&history, due_at), Some(at("2026-08-14T00:30:00Z")));
}

#[test]
fn a_run_that_somebody_is_at_is_left_to_them_until_they_are_silent() {
    let (schedule, mut history) = (quarters(), RunHistory::default());
    let due_at = at("2026-05-15T00:30:00Z");
    let key = schedule.key(period("2025-26Q4"));
    history.enter(key, Attempt { begun: Some(begun(due_at)), ..Attempt::numbered(1) });
    assert!(schedule.todo(&history, due_at + Duration::seconds(179)).is_empty());
    assert_eq!(schedule.wake_at(&history, due_at), Some(due_at + Duration::minutes(3)));
    let todo = schedule.todo(&history, due_at + Duration::minutes(3));
    assert!(matches!(todo.as_slice(), [Todo::Run { run, .. }] if run.attempt == 2), "{todo:?}");
}

#[test]
fn what_may_pass_is_tried_again_with_growing_pauses_and_not_for_ever() {
    let (schedule, mut history) = (quarters(), RunHistory::default());
    let key = schedule.key(period("2025-26Q4"));
    let mut now = at("2026-05-15T00:30:00Z");
    let mut pauses = Vec::new();
    for attempt in 1.. {
        let todo = schedule.todo(&history, now);
        let [Todo::Run { run, .. }] = todo.as_slice() else { panic!("attempt {attempt}: {todo:?}") };
        assert_eq!(run.attempt, attempt);
        let again_at = schedule.again_after_failure(&history, run, now);
        let ended = Ended { again_at, ..ended(now, RunResult::Failed) };
        history
            .enter(key.clone(), Attempt { begun: Some(begun(now)), ended: Some(ended), ..Attempt::numbered(attempt) });
        let Some(again_at) = again_at else { break };
        assert!(schedule.todo(&history, again_at - Duration::seconds(1)).is_empty());
        assert_eq!(schedule.wake_at(&history, now), Some(again_at));
        pauses.push((again_at - now).num_minutes());
        now = again_at;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert_eq!(schedule.state(&history, period("2025-26Q4"), now), DueState::NeedsAPerson);
    assert!(schedule.todo(&history, now + Duration::days(20)).is_empty());
    // A person mends the cause and runs the period by hand.
    let by_hand = RunKey { schedule: None, period: period("2025-26Q4") };
    history.enter(by_hand, tried(1, now, RunResult::Published));
    assert_eq!(schedule.state(&history, period("2025-26Q4"), now), DueState::Settled);
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    let (schedule, mut history) = (quarters(), RunHistory::default());
    let due_at = at("2026-05-15T00:30:00Z");
    history.enter(schedule.key(period("2025-26Q4")), tried(1, due_at, RunResult::Failed));
    assert!(schedule.todo(&history, due_at + Duration::days(1)).is_empty());
    assert_eq!(schedule.state(&history, period("2025-26Q4"), due_at), DueState::NeedsAPerson);
}

#[test]
fn a_run_by_hand_settles_a_period_with_the_same_editions_once_it_is_due() {
    let schedule = Schedule { public: true, ..quarters() };
    let due_at = at("2026-05-15T00:30:00Z");
    let settled = |from: DateTime<Utc>, public: bool| {
        let mut history = RunHistory::default();
        let begun = Begun { public, ..begun(from) };
        let attempt =
            Attempt { begun: Some(begun), ended: Some(ended(from, RunResult::Unchanged)), ..Attempt::numbered(1) };
        history.enter(RunKey { schedule: None, period: period("2025-26Q4") }, attempt);
        schedule.todo(&history, due_at + Duration::days(1)).is_empty()
    };
    assert!(settled(due_at, true));
    assert!(!settled(due_at, false), "the public edition is missing");
    assert!(!settled(due_at - Duration::seconds(1), true), "returns were still to come");
}

#[test]
fn what_went_by_unseen_is_caught_up_as_the_schedule_says() {
    // Four quarters are due on the first look.
    let now = at("2027-03-01T12:00:00Z");
    let todo = |catch_up: CatchUp, now: DateTime<Utc>| {
        periods(&Schedule { catch_up, ..quarters() }.todo(&RunHistory::default(), now))
    };
    let list = |periods: &[&str]| periods.iter().map(ToString::to_string).collect::<Vec<String>>();
    let (before, newest) = (list(&["2025-26Q4", "2026-27Q1", "2026-27Q2"]), list(&["2026-27Q3"]));
    assert_eq!(todo(CatchUp::All, now), ([before.clone(), newest.clone()].concat(), Vec::new()));
    assert_eq!(todo(CatchUp::Latest, now), (newest.clone(), before.clone()));
    assert_eq!(todo(CatchUp::None, now), (Vec::new(), [before.clone(), newest.clone()].concat()));
    // Within the day after its own time, a release is not late.
    assert_eq!(todo(CatchUp::None, at("2027-02-14T23:00:00Z")), (newest, before));
}

#[test]
fn a_schedule_waits_for_returns_and_then_takes_what_is_there() {
    let wait_for = Some(WaitFor { share: 95, at_most_days: 10 });
    let (schedule, mut history) = (Schedule { wait_for, catch_up: CatchUp::None, ..quarters() }, RunHistory::default());
    let key = schedule.key(period("2025-26Q4"));
    let mut now = at("2026-05-15T00:30:00Z");
    let mut waits = Vec::new();
    for attempt in 1.. {
        let todo = schedule.todo(&history, now);
        let [Todo::Run { wait, .. }] = todo.as_slice() else { panic!("attempt {attempt}: {todo:?}") };
        waits.push(*wait);
        if *wait == Wait::No {
            break;
        }
        let again_at = schedule.again_after_waiting(now);
        let ended = Ended { again_at, ..ended(now, RunResult::Waiting) };
        history
            .enter(key.clone(), Attempt { begun: Some(begun(now)), ended: Some(ended), ..Attempt::numbered(attempt) });
        now = again_at.unwrap();
    }
    assert_eq!(waits, [vec![Wait::ForPercent(95); 10], vec![Wait::No]].concat());
    assert_eq!(london_moment(now), "25 May 2026, 01:30 BST");
}

/// A service that sleeps as long as it is told, over ten years with both changes of the clock in each: every period is
/// published once, at its time in London, whatever the times of the schedule are. It is started anew each year, and another one
/// looks in at random.
#[test]
fn ten_years_of_clock_changes_neither_double_nor_skip_a_release() {
    for (when, hour) in
        [("30 1 * * *", "01:30"), ("0 1 * * *", "01:00"), ("15 2 * * *", "02:15"), ("0 0 * * *", "00:00")]
    {
        // The releases of February and September are due in the nights in which the clocks may change, from 25 on.
        for days_after in [25, 28, 30] {
            let schedule = schedule("2025-12", when, days_after);
            let mut history = RunHistory::default();
            let (mut now, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
            let mut published = Vec::new();
            while let Some(wake_at) = schedule.wake_at(&history, now).filter(|wake_at| *wake_at < end) {
                assert!(wake_at > now, "{when}: the service turns in circles at {now}");
                // Somebody looks in before and after.
                assert!(schedule.todo(&history, wake_at - Duration::seconds(1)).is_empty());
                now = wake_at;
                for todo in schedule.todo(&history, now) {
                    let Todo::Run { run, .. } = todo else { panic!("{when}: {todo:?}") };
                    published.push((run.key.period, now));
                    history.enter(run.key, tried(run.attempt, now, RunResult::Published));
                }
                assert!(schedule.todo(&history, now + Duration::seconds(1)).is_empty());
            }
            let months: Vec<Period> = published.iter().map(|(period, _)| *period).collect();
            let expected: Vec<Period> = (0..120).map(|n| period("2025-12").step(n)).take(months.len()).collect();
            assert_eq!(months, expected);
            assert!((118..=120).contains(&months.len()), "{when}: {} releases in ten years", months.len());
            for (period, at) in published {
                let day = period.end() + Days::new(days_after.into());
                let told = london_moment(at);
                let skipped = told.ends_with("02:00 BST") && hour.starts_with("01:");
                assert!(told.starts_with(&day.format("%-d %B %Y").to_string()), "{period}: {told}");
                assert!(told.contains(hour) || skipped, "{period}: {told} in place of {hour}");
            }
        }
    }
}
