//! The command line of `prune`: what it is asked and what it prints.

use chrono::{DateTime, Utc};
use clap::Args;

use super::ReleasePlaces;
use super::output::{MessageKind, print_json, print_line, tell, tell_as};
use crate::app::prune::{CacheLine, PruneOptions, PruneReport, ReleaseLine, prune};
use crate::app::{AppError, Context};
use crate::place::Place;
use crate::vocabulary::period::london_moment;

/// What is looked through, and whether anything is removed.
#[derive(Debug, Args)]
pub(super) struct PruneArguments {
    #[command(flatten)]
    places: ReleasePlaces,
    /// Remove what goes; without this, only say what would go.
    #[arg(long)]
    remove: bool,
    #[arg(long)]
    json: bool,
}

impl PruneArguments {
    /// Every place that is named.
    pub(super) fn places(&mut self) -> Vec<&mut Place> {
        vec![&mut self.places.out]
    }
}

/// Says what goes and what stays.
pub(super) fn run_prune(context: &Context, arguments: &PruneArguments) -> Result<(), AppError> {
    let PruneArguments { places, remove, json } = arguments;
    let options = PruneOptions { out: places.out.clone(), work: places.work(), remove: *remove };
    let report = prune(context, &options)?;
    if *json {
        return print_json(&report);
    }
    let word = if report.removed { "removed" } else { "would go" };
    for ReleaseLine { release, bytes, goes, why } in &report.releases {
        print_line(format_args!("{:<9} {release:<20} {bytes:>13} bytes: {why}", if *goes { word } else { "stays" }))?;
    }
    for CacheLine { part, files, bytes, goes, used_first, used_last, why } in &report.work {
        print_line(format_args!(
            "{:<9} {:<20} {bytes:>13} bytes: {files} {}, of use {}: {why}",
            if *goes { word } else { "stays" },
            "work folder",
            part.words(),
            of_use(*used_first, *used_last),
        ))?;
    }
    summarise(&report);
    Ok(())
}

/// "at 2 May 2026, 01:31 BST", or from the first to the last.
fn of_use(first: DateTime<Utc>, last: DateTime<Utc>) -> String {
    let (first, last) = (london_moment(first), london_moment(last));
    if first == last { format!("at {last}") } else { format!("from {first} to {last}") }
}

fn summarise(report: &PruneReport) {
    let releases = report.releases.iter().filter(|line| line.goes).count();
    let files: usize = report.work.iter().filter(|line| line.goes).map(|line| line.files).sum();
    let what = format!("{releases} releases and {files} files of the work folder, {} bytes", report.bytes_that_go);
    if report.removed {
        tell(format_args!("{what}, were removed"));
        return;
    }
    let remedy = if releases + files > 0 { "; --remove removes them" } else { "" };
    tell(format_args!("{what}, would go{remedy}"));
    for who in &report.busy {
        tell_as(MessageKind::Note, format_args!("{who}; --remove would be refused now"));
    }
}
