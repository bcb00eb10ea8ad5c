//! `prune`: what of old releases and caches the rules of the settings let go, and why; removes it where that is asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::folders::{WrittenPlace, check_is_folder, check_work_folder};
use super::release_index::list_releases;
use super::{AppError, Context, UsageError};
use crate::intake::{CachePart, CacheReview, CachedFile, IdleWorkFolder, WorkFolder};
use crate::place::Place;
use crate::release::retention::{Fate, KnownRelease, fates};
use crate::release::store::{WritingRight, is_being_written};
use crate::release::{bodies_of_newest, release_summaries};
use crate::vocabulary::period::Period;

/// What `prune` was asked to do.
#[derive(Debug, Clone)]
pub struct PruneOptions {
    pub out: Place,
    pub work: PathBuf,
    /// Without this it only says what it would do.
    pub remove: bool,
}

/// What `prune` found, and whether it has removed what goes.
#[derive(Debug, Clone, Serialize)]
pub struct PruneReport {
    /// Whether what goes is gone.
    pub removed: bool,
    pub releases: Vec<ReleaseLine>,
    pub work: Vec<CacheLine>,
    /// Bytes of everything in the work folder.
    pub work_bytes: u64,
    /// Bytes of all that goes.
    pub bytes_that_go: u64,
    /// Programs at work that would refuse a removal now.
    pub busy: Vec<String>,
}

/// What becomes of one release.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseLine {
    pub release: String,
    pub bytes: u64,
    pub goes: bool,
    pub why: String,
}

/// What becomes of files of one part of the work folder.
#[derive(Debug, Clone, Serialize)]
pub struct CacheLine {
    pub part: CachePart,
    pub files: usize,
    pub bytes: u64,
    pub goes: bool,
    /// When the first and the last of them were of use.
    pub used_first: DateTime<Utc>,
    pub used_last: DateTime<Utc>,
    pub why: String,
}

/// Says what goes and what stays, and removes what goes where that is asked for.
///
/// # Errors
/// Another program that is at work in one of the folders, or a folder that cannot be read or written. What was not removed
/// until then is whole.
pub fn prune(context: &Context, options: &PruneOptions) -> Result<PruneReport, AppError> {
    let PruneOptions { out, work, remove } = options;
    if !out.is_there().map_err(|source| AppError::Read { path: out.clone(), source })? {
        return Err(UsageError::NoFolderOfReleases(out.clone()).into());
    }
    check_is_folder(&[WrittenPlace { option: "--work", place: &work.as_path().into() }])?;
    check_work_folder(work, Some(out), None)?;
    // Both are held before anything goes, so that a refusal leaves everything as it was.
    let right = remove.then(|| WritingRight::take(out)).transpose()?;
    let idle = (*remove && work.is_dir()).then(|| IdleWorkFolder::hold(work)).transpose()?;
    let unopened = WorkFolder::unopened(work.clone());
    let rules = &context.settings.retention;
    let releases = KnownRelease::all(out)?;
    let fates = fates(&releases, rules);
    let review = CacheReview::of(&unopened, rules.work_mib)?;
    let report = report(options, (&releases, &fates), &review, rules.work_mib);
    if let Some(right) = right {
        remove_releases(&right, &releases, &fates)?;
        let summaries = release_summaries(out)?;
        list_releases(context, out, &bodies_of_newest(&summaries))?;
    }
    if idle.is_some() {
        review.forget()?;
    }
    Ok(report)
}

/// The oldest go first. Nothing points to a period of which nothing stays before its first release goes.
fn remove_releases(right: &WritingRight, releases: &[KnownRelease], fates: &[Fate]) -> Result<(), AppError> {
    let mut by_period: BTreeMap<Period, Vec<(&KnownRelease, &Fate)>> = BTreeMap::new();
    for (release, fate) in releases.iter().zip(fates) {
        by_period.entry(release.period).or_default().push((release, fate));
    }
    for (period, releases) in by_period {
        let last = releases.iter().map(|(release, _)| release.folder.revision).max().unwrap_or(0);
        if releases.iter().all(|(_, fate)| matches!(fate, Fate::Goes(_))) {
            right.close_period(period, last)?;
        }
        for (release, _) in releases.iter().filter(|(_, fate)| matches!(fate, Fate::Goes(_))) {
            right.remove(&release.folder)?;
        }
    }
    Ok(())
}

fn report(
    options: &PruneOptions,
    (releases, fates): (&[KnownRelease], &[Fate]),
    review: &CacheReview,
    work_mib: Option<u64>,
) -> PruneReport {
    let releases: Vec<ReleaseLine> = releases.iter().zip(fates).map(|(one, fate)| ReleaseLine::of(one, fate)).collect();
    let limit = work_mib.map(|most| format!("retention.work_mib = {most}"));
    let goes = format!("{}, and it was of no use for longest", limit.as_deref().unwrap_or_default());
    let stays = limit.map_or("no rule of [retention] is about the work folder".to_owned(), |limit| {
        format!("{limit}, and there is room for it")
    });
    let gone = CacheLine::all(&review.goes, true, &goes);
    let work: Vec<CacheLine> = gone.into_iter().chain(CacheLine::all(&review.stays, false, &stays)).collect();
    let of_releases: u64 = releases.iter().filter(|line| line.goes).map(|line| line.bytes).sum();
    let of_work: u64 = review.goes.iter().map(|file| file.bytes).sum();
    PruneReport {
        removed: options.remove,
        releases,
        work,
        work_bytes: review.bytes,
        bytes_that_go: of_releases + of_work,
        busy: if options.remove { Vec::new() } else { busy(options) },
    }
}

/// Who is at work now, for a removal that was not asked for yet.
fn busy(options: &PruneOptions) -> Vec<String> {
    let publishing = is_being_written(&options.out).then(|| format!("a run is publishing in {}", options.out));
    let at_work = WorkFolder::unopened(options.work.clone()).is_busy();
    let at_work = at_work.then(|| format!("a run or check is at work in {}", options.work.display()));
    publishing.into_iter().chain(at_work).collect()
}

impl ReleaseLine {
    fn of(release: &KnownRelease, fate: &Fate) -> Self {
        let (goes, why) = match fate {
            Fate::Stays(why) => (false, why.to_string()),
            Fate::Goes(why) => (true, why.to_string()),
        };
        let name = format!("{}/r{}", release.folder.period, release.folder.revision);
        Self { release: name, bytes: release.bytes, goes, why }
    }
}

impl CacheLine {
    /// One line for each part that has such files.
    fn all(files: &[CachedFile], goes: bool, why: &str) -> Vec<Self> {
        let mut by_part: BTreeMap<CachePart, Vec<&CachedFile>> = BTreeMap::new();
        for file in files {
            by_part.entry(file.part).or_default().push(file);
        }
        let line = |(part, files): (CachePart, Vec<&CachedFile>)| {
            let used = || files.iter().map(|file| file.used);
            Some(Self {
                part,
                files: files.len(),
                bytes: files.iter().map(|file| file.bytes).sum(),
                goes,
                used_first: moment(used().min()?),
                used_last: moment(used().max()?),
                why: why.to_owned(),
            })
        };
        by_part.into_iter().filter_map(line).collect()
    }
}

fn moment(time: SystemTime) -> DateTime<Utc> {
    time.into()
}
