//! The command line of `doctor`: what it is asked and what it prints.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::ReleasePlaces;
use super::clock::clock_from;
use super::output::{print_json, print_line};
use super::values::{parse_moment, place};
use crate::app::AppError;
use crate::app::doctor::{CheckUp, DoctorOptions, Health, doctor};
use crate::place::Place;

/// What a run would read and write.
#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Folder of submissions.
    #[arg(long, value_name = "DIR", value_parser = place())]
    source: Place,
    #[command(flatten)]
    places: ReleasePlaces,
    /// Take this time for now, such as 2026-05-15T01:30:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    now: Option<DateTime<Utc>>,
    #[arg(long)]
    json: bool,
}

impl DoctorArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.source, &mut self.places.out]
    }
}

/// Prints one line for each thing that was looked at. The exit code is that of the first one that is wrong.
pub(super) async fn run_doctor(
    arguments: DoctorArguments,
    definitions: Option<PathBuf>,
    settings: Option<PathBuf>,
) -> Result<u8, AppError> {
    let DoctorArguments { source, places, now, json } = arguments;
    let options = DoctorOptions { source, work: places.work(), out: places.out, definitions, settings };
    let report = doctor(&options, clock_from(now).as_ref()).await;
    if json {
        print_json(&report)?;
    } else {
        report.checks.iter().try_for_each(print_check_up)?;
    }
    Ok(report.exit_code)
}

fn print_check_up(CheckUp { what, health, found, remedy, .. }: &CheckUp) -> Result<(), AppError> {
    let health = match health {
        Health::Ok => "ok",
        Health::Warning => "warning",
        Health::Wrong => "wrong",
    };
    let remedy = remedy.as_ref().map_or(String::new(), |remedy| format!("; {remedy}"));
    // One thing has one line, whatever the error says.
    let found = found.lines().map(str::trim).collect::<Vec<&str>>().join(" ");
    print_line(format_args!("{health:<8} {what:<12} {found}{remedy}"))
}
