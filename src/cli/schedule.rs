//! The command line of `run --due`, `schedule` and `status`: what they are asked and what they print.

use std::fmt::Arguments;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use super::clock::clock_from;
use super::output::{MessageKind, print_json, print_line, tell, tell_about, tell_as};
use super::service::{answer_at, parse_own_address};
use super::values::{parse_moment, place};
use super::{ReleasePlaces, print_outcome};
use crate::app::due::{Done, DueRuns, RunPlaces, WhatWasDone};
use crate::app::recorded::AfterRunError;
use crate::app::status::{ReleaseState, ReleaseStatus, ScheduleStatus, StatusReport, status};
use crate::app::stop::unless_stopped;
use crate::app::{AppError, Context};
use crate::exit;
use crate::place::Place;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::clock::Clock;
use crate::vocabulary::period::london_moment;

/// The service looks at the clock at least so often: it may have been set, or the computer may have slept.
const LOOK_AT_LEAST_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Pause of the service after a ledger that could not be read.
const PAUSE_AFTER_TROUBLE: TimeDelta = TimeDelta::minutes(1);

/// Where the service reads and writes.
#[derive(Debug, Args)]
pub(super) struct ServiceArguments {
    /// Folder of submissions.
    #[arg(long, value_name = "DIR", value_parser = place())]
    source: Place,
    #[command(flatten)]
    places: ReleasePlaces,
    /// Answer at this address of this computer, such as 127.0.0.1:9464: /live, /ready and /metrics.
    #[arg(long, value_name = "ADDRESS", value_parser = parse_own_address)]
    listen: Option<SocketAddr>,
    /// Take this time for now, such as 2026-05-15T01:29:50Z, and go on from there, to try a schedule out.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    now: Option<DateTime<Utc>>,
}

impl ServiceArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.source, &mut self.places.out]
    }
}

/// Whose status.
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// Folder of releases.
    #[arg(long, value_name = "DIR", value_parser = place())]
    out: Place,
    /// Take this time for now, such as 2026-05-15T01:30:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    now: Option<DateTime<Utc>>,
    #[arg(long)]
    json: bool,
}

impl StatusArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.out]
    }
}

/// How due runs are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct DueManner {
    pub(super) allow_gaps: bool,
    pub(super) quiet: bool,
}

/// Does what is due, once, and exits with the code of the first release that failed.
pub(super) async fn run_due(
    context: &Context,
    places: &RunPlaces,
    clock: Arc<dyn Clock>,
    manner: DueManner,
) -> Result<u8, AppError> {
    let runs = DueRuns::new(context, places, Arc::clone(&clock), manner.quiet)?;
    let (mut codes, mut unprinted) = (Vec::new(), None);
    runs.run(&mut |done| {
        unprinted = unprinted.take().or(print_done(done).err());
        codes.push(exit_code(done, manner.allow_gaps));
    })
    .await?;
    if let Some(error) = unprinted {
        return Err(error);
    }
    if codes.is_empty() {
        let next =
            runs.wake_at().await?.map_or("never again".to_owned(), |at| format!("not before {}", london_moment(at)));
        tell(format_args!("nothing is due; the schedules have something to do {next}"));
    }
    Ok(codes.into_iter().find(|code| *code != exit::OK).unwrap_or(exit::OK))
}

/// Does what is due, whenever it is due.
pub(super) async fn serve(context: &Context, arguments: &ServiceArguments, quiet: bool) -> Result<u8, AppError> {
    let places = arguments.places.with_source(arguments.source.clone());
    let clock = clock_from(arguments.now);
    let runs = DueRuns::new(context, &places, Arc::clone(&clock), quiet)?;
    if let Some(address) = arguments.listen {
        let address = answer_at(address, &runs).await?;
        tell(format_args!("answering at http://{address}: /live, /ready and /metrics"));
    }
    loop {
        runs.pulse().beat();
        let wake_at = match look(&runs).await {
            Ok(wake_at) => {
                runs.pulse().looked(None);
                wake_at
            }
            Err(AppError::Stopped) => return Err(AppError::Stopped),
            Err(error) => {
                let trouble = with_causes(&error);
                tell_as(MessageKind::Error, format_args!("{trouble}"));
                runs.pulse().looked(Some(trouble));
                Some(clock.now() + PAUSE_AFTER_TROUBLE)
            }
        };
        let Some(wake_at) = wake_at else {
            tell(format_args!("no schedule has a time that is still to come"));
            return Ok(exit::OK);
        };
        tell(format_args!("the next thing to do is at {}", london_moment(wake_at)));
        while clock.now() < wake_at {
            runs.pulse().beat();
            let pause = (wake_at - clock.now()).min(LOOK_AT_LEAST_EVERY).to_std();
            let sleep = async {
                tokio::time::sleep(pause.unwrap_or(Duration::ZERO)).await;
                Ok(())
            };
            unless_stopped(&context.stop, sleep).await?;
        }
    }
}

async fn look(runs: &DueRuns<'_>) -> Result<Option<DateTime<Utc>>, AppError> {
    // The service goes on where nobody reads what it prints.
    runs.run(&mut |done| drop(print_done(done))).await?;
    runs.wake_at().await
}

fn exit_code(done: &Done, allow_gaps: bool) -> u8 {
    match &done.what {
        WhatWasDone::Ran(outcome) if outcome.has_gaps() && !allow_gaps => exit::GAPS,
        WhatWasDone::Failed { error: AppError::ReturnsOutstanding { .. }, .. }
        | WhatWasDone::Ran(_)
        | WhatWasDone::BegunElsewhere
        | WhatWasDone::LeftOut => exit::OK,
        WhatWasDone::Failed { error, .. } => error.exit_code(),
    }
}

fn print_done(Done { key, what, troubles }: &Done) -> Result<(), AppError> {
    let run = key.to_string();
    let tell_of = |kind: MessageKind, message: Arguments<'_>| tell_about(Some(&run), kind, message);
    warn_of(troubles);
    match what {
        WhatWasDone::Ran(outcome) => {
            tell_of(MessageKind::Report, format_args!(""));
            print_outcome(outcome)?;
        }
        WhatWasDone::Failed { error: AppError::ReturnsOutstanding { outstanding, percent, .. }, again_at } => {
            let again = again_at.map_or(String::new(), |at| format!("; tried again at {}", london_moment(at)));
            let message = format_args!("waits for {percent}% of the returns: {outstanding}{again}");
            tell_of(MessageKind::Report, message);
        }
        WhatWasDone::Failed { error, again_at } => {
            tell_of(MessageKind::Error, format_args!("{}", with_causes(error)));
            match again_at {
                Some(at) => tell_of(MessageKind::Report, format_args!("tried again at {}", london_moment(*at))),
                None => tell_of(
                    MessageKind::Report,
                    format_args!("not tried again; mend the cause and run this period by hand, with --period"),
                ),
            }
        }
        WhatWasDone::BegunElsewhere => tell_of(MessageKind::Report, format_args!("another program is at work on it")),
        WhatWasDone::LeftOut => {
            tell_of(MessageKind::Report, format_args!("left out, because its time has gone by (catch_up)"));
        }
    }
    Ok(())
}

/// What went wrong when a run was over takes nothing from the run.
pub(super) fn warn_of(troubles: &[AfterRunError]) {
    for error in troubles {
        tell_as(MessageKind::Warning, format_args!("{}", with_causes(error)));
    }
}

/// Prints what stands in the ledger. The exit code is not 0 where a person has to look.
pub(super) async fn print_status(context: &Context, arguments: &StatusArguments) -> Result<u8, AppError> {
    let report = status(context, &arguments.out, clock_from(arguments.now).as_ref()).await?;
    if arguments.json {
        print_json(&report)?;
    } else {
        print_report(&report)?;
    }
    Ok(if report.needs_a_person { exit::NEEDS_A_PERSON } else { exit::OK })
}

fn print_report(report: &StatusReport) -> Result<(), AppError> {
    for schedule in &report.schedules {
        print_schedule(schedule)?;
    }
    if !report.by_hand.is_empty() {
        print_line(format_args!("by hand"))?;
        report.by_hand.iter().try_for_each(print_release)?;
    }
    if report.schedules.is_empty() && report.by_hand.is_empty() {
        print_line(format_args!("the settings have no schedules, and nothing was run yet"))?;
    }
    report.unreadable.iter().try_for_each(|file| print_line(format_args!("unreadable: {file}")))
}

fn print_schedule(schedule: &ScheduleStatus) -> Result<(), AppError> {
    let ScheduleStatus { name, when, days_after, public, releases, next } = schedule;
    let editions = if *public { ", with the public edition" } else { "" };
    print_line(format_args!("{name}: “{when}” in London, from {days_after} days after the period{editions}"))?;
    if let Some(next) = next {
        print_line(format_args!("  {:<16} due at {}", next.period.to_string(), london_moment(next.due_at)))?;
    }
    releases.iter().try_for_each(print_release)
}

fn print_release(release: &ReleaseStatus) -> Result<(), AppError> {
    let state = match release.state {
        ReleaseState::Published => "published",
        ReleaseState::LeftOut => "left out",
        ReleaseState::Running => "running",
        ReleaseState::Waiting => "waits",
        ReleaseState::NeedsAPerson => "NEEDS A PERSON",
        ReleaseState::Failed => "failed",
    };
    let mut words = vec![state.to_owned()];
    words.extend(release.release.clone());
    words.extend(release.last_at.map(london_moment));
    words.extend(release.program_version.as_ref().map(|version| format!("version {version}")));
    words.extend(release.again_at.map(|at| format!("again at {}", london_moment(at))));
    words.extend((release.attempts > 1).then(|| format!("{} attempts", release.attempts)));
    words.extend((release.refused > 0).then(|| format!("{} submissions refused", release.refused)));
    print_line(format_args!("  {:<16} {}", release.period.to_string(), words.join(", ")))?;
    if !release.outstanding.is_empty() {
        print_line(format_args!("  {:<16}   returns outstanding from {}", "", release.outstanding.join(", ")))?;
    }
    match &release.message {
        Some(message) => print_line(format_args!("  {:<16}   {message}", "")),
        None => Ok(()),
    }
}
