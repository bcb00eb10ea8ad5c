//! Clocks, and what was done and is to be done by them.

use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc, Weekday};

use super::{CheckUp, DoctorOptions};
use crate::app::Context;
use crate::exit;
use crate::files::newest_file;
use crate::ledger::{Ledger, RunHistory};
use crate::place::Place;
use crate::schedule::{DueState, Schedule, Todo};
use crate::vocabulary::period::{clock_changes, london_date, london_moment};

/// Two clocks may differ so much.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// Looks at the clock, the time zone, the ledger, and what is due.
pub(super) async fn check_times(
    options: &DoctorOptions,
    context: Option<&Context>,
    now: DateTime<Utc>,
    checks: &mut Vec<CheckUp>,
) {
    checks.push(check_clock(&options.source, now));
    checks.push(check_zone(now));
    let history = read_ledger(&options.out, now, checks).await;
    if let (Some(context), Some(history)) = (context, history) {
        checks.push(check_next_run(context, &history, now));
    }
}

/// A file from the future: this clock is behind, or another one was ahead.
fn check_clock(source: &Place, now: DateTime<Utc>) -> CheckUp {
    let what = "clock";
    let told = format!("it is {}", london_moment(now));
    let newest = source.on_disk().and_then(|source| newest_file(source).ok().flatten());
    match newest.filter(|file| DateTime::<Utc>::from(file.changed) > now + CLOCKS_DIFFER) {
        Some(file) => {
            let at = london_moment(file.changed.into());
            let found = format!("{told}, but {} was changed at {at}", file.path.display());
            CheckUp::warning(what, found, "set the clock of this computer, or of the one that wrote the file")
        }
        None => CheckUp::ok(what, told),
    }
}

/// The clocks of London change twice a year, on Sundays at one o'clock of Greenwich.
fn check_zone(now: DateTime<Utc>) -> CheckUp {
    let what = "time zone";
    let year = london_date(now.naive_utc()).year();
    let changes = clock_changes(year);
    let days: Vec<String> = changes.iter().map(|at| at.format("%-d %B").to_string()).collect();
    let found = format!("the clocks of London change on {} {year}", days.join(" and "));
    let as_law_says = |at: &DateTime<Utc>| at.weekday() == Weekday::Sun && at.hour() == 1;
    if changes.len() == 2 && changes.iter().all(as_law_says) {
        return CheckUp::ok(what, found);
    }
    let remedy = "see whether the law has changed; if not, take a version of this program with whole time zone data";
    CheckUp::warning(what, if days.is_empty() { format!("no clock change of {year} is known") } else { found }, remedy)
}

async fn read_ledger(out: &Place, now: DateTime<Utc>, checks: &mut Vec<CheckUp>) -> Option<RunHistory> {
    let what = "ledger";
    // Nothing is made where nothing is yet.
    if out.on_disk().is_some_and(|out| !out.is_dir()) {
        checks.push(CheckUp::ok(what, "nothing was run yet"));
        return Some(RunHistory::default());
    }
    let read = match Ledger::open(out) {
        Ok(ledger) => ledger.read().await,
        Err(error) => Err(error),
    };
    let history = match read {
        Ok(history) => history,
        Err(error) => {
            checks.push(CheckUp::failed(what, &error.into(), "see whether the folder ledger can be read"));
            return None;
        }
    };
    checks.push(check_history(&history, now));
    Some(history)
}

fn check_history(history: &RunHistory, now: DateTime<Utc>) -> CheckUp {
    let what = "ledger";
    let attempts = || history.all().flat_map(|(_, attempts)| attempts);
    let begun = attempts().filter_map(|attempt| attempt.begun.as_ref()).map(|begun| begun.at).max();
    if let Some(first) = history.unreadable.first() {
        let found = format!("{} files are no events; the first is {first}", history.unreadable.len());
        return CheckUp::warning(
            what,
            found,
            "restore them from a copy; without its event a release may be made again",
        );
    }
    let Some(begun) = begun else { return CheckUp::ok(what, "nothing was run yet") };
    let found = format!("{} attempts, the last one begun at {}", attempts().count(), london_moment(begun));
    if begun > now + CLOCKS_DIFFER {
        return CheckUp::warning(what, format!("{found}, which is still to come"), "set the clock of this computer");
    }
    CheckUp::ok(what, found)
}

/// What a schedule would do now, or when it has something to do.
fn check_next_run(context: &Context, history: &RunHistory, now: DateTime<Utc>) -> CheckUp {
    let what = "next run";
    let understood = context.settings.schedules.iter().map(Schedule::new).collect::<Result<Vec<Schedule>, _>>();
    let Ok(schedules) = understood else { return CheckUp::ok(what, "none, until the schedules are understood") };
    if schedules.is_empty() {
        return CheckUp::ok(what, "whenever somebody starts it; there are no schedules");
    }
    let stuck: Vec<String> = schedules.iter().flat_map(|schedule| stuck(schedule, history, now)).collect();
    if !stuck.is_empty() {
        let found = format!("failed and not tried again: {}", stuck.join(", "));
        let remedy = "`leds-metrics status` says why; mend the cause and run the period by hand";
        return CheckUp::wrong(what, exit::NEEDS_A_PERSON, found, remedy);
    }
    let due: Vec<String> = schedules.iter().flat_map(|schedule| due(schedule, history, now)).collect();
    if !due.is_empty() {
        return CheckUp::ok(what, format!("due now: {}", due.join(", ")));
    }
    let next = schedules.iter().filter_map(|schedule| schedule.wake_at(history, now)).min();
    CheckUp::ok(
        what,
        next.map_or("never again".to_owned(), |at| format!("nothing is due before {}", london_moment(at))),
    )
}

fn stuck(schedule: &Schedule, history: &RunHistory, now: DateTime<Utc>) -> Vec<String> {
    let due = schedule.due_by(now).into_iter().map(|(period, _)| period);
    let stuck = due.filter(|period| schedule.state(history, *period, now) == DueState::NeedsAPerson);
    stuck.map(|period| format!("{} {period}", schedule.name)).collect()
}

fn due(schedule: &Schedule, history: &RunHistory, now: DateTime<Utc>) -> Vec<String> {
    let name = |todo: Todo| match todo {
        Todo::Run { run, .. } => Some(format!("{} {}", schedule.name, run.key.period)),
        Todo::LeaveOut(_) => None,
    };
    schedule.todo(history, now).into_iter().filter_map(name).collect()
}
