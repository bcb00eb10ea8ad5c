//! Where a run writes: folders, locks, room on the disks, and memory.

use std::path::Path;

use super::machine::{FreeRoom, free_room, memory_bytes, nearest};
use super::{CheckUp, DoctorOptions};
use crate::app::folders::{WrittenPlace, check_is_folder, check_outside_source, check_work_folder};
use crate::exit;
use crate::files::try_to_write;
use crate::intake::{CacheReview, WorkFolder};
use crate::place::Place;
use crate::release::release_summaries;
use crate::release::store::is_being_written;
use crate::settings::Settings;
use crate::vocabulary::causes::with_causes;

const BYTES_IN_MIB: u64 = 1024 * 1024;

/// So many releases of the size of the last one should fit beside it.
const RELEASES_AHEAD: u64 = 3;

/// Folders inside those of releases and of work, in which every run writes.
const LEDGER: &str = "ledger";
const WORK_PARTS: [&str; 5] = ["admissions", "rollups", "monthly", "refused", "spill"];

/// Looks at the folders and at the computer.
pub(super) fn check_places(options: &DoctorOptions, settings: &Settings, checks: &mut Vec<CheckUp>) {
    checks.push(check_folders(options));
    checks.push(match &options.out {
        Place::Disk(out) => check_writing("out", "--out", out, &[LEDGER]),
        Place::Store(_) => check_store(&options.out),
    });
    checks.push(check_writing("work", "--work", &options.work, &WORK_PARTS));
    checks.push(check_locks(options));
    checks.extend(options.out.on_disk().map(check_room_for_releases));
    checks.push(check_room_for_work(&options.work, settings.retention.work_mib));
    checks.push(check_memory(settings.engine.memory_limit_mib));
}

/// What a run would refuse, and what it would let pass although somebody will be sorry.
fn check_folders(options: &DoctorOptions) -> CheckUp {
    let what = "folders";
    let DoctorOptions { source, out, work, .. } = options;
    let work_place = Place::from(work.as_path());
    let written = [WrittenPlace { option: "--out", place: out }, WrittenPlace { option: "--work", place: &work_place }];
    let refused = check_outside_source(source, &written)
        .and_then(|()| check_is_folder(&written))
        .and_then(|()| check_work_folder(work, Some(out), Some(source)));
    if let Err(error) = refused {
        return CheckUp::failed(what, &error, "name folders that lie beside each other");
    }
    let inner = [(source, "--source"), (out, "--out")];
    let outer = [(out, "--out"), (&work_place, "--work")];
    for (place, option) in inner {
        for (around, around_option) in outer.iter().filter(|(_, other)| *other != option) {
            if around.holds(place) {
                let found = format!("{option} lies in {around_option} {around}");
                return CheckUp::warning(
                    what,
                    found,
                    "move one of them: whoever removes or hands out the outer one means the inner one too",
                );
            }
        }
    }
    CheckUp::ok(what, "source, releases and work lie outside each other")
}

/// Makes a file in the folder and in those of its `parts` that are there, and removes it. In the place of a folder that is not
/// there yet stands the one in which it would be made.
fn check_writing(what: &'static str, option: &str, folder: &Path, parts: &[&str]) -> CheckUp {
    let parts = parts.iter().map(|part| folder.join(part)).filter(|part| part.is_dir());
    let mut there = nearest(folder);
    let mut tried = try_to_write(&there);
    // Another user may have run the program here.
    for part in parts {
        if tried.is_ok() {
            tried = try_to_write(&part);
            there = part;
        }
    }
    match tried {
        Ok(()) if folder.is_dir() => CheckUp::ok(what, format!("{} can be written", folder.display())),
        Ok(()) => CheckUp::ok(what, format!("{} is not there yet and can be made", folder.display())),
        Err(error) => {
            let found = format!("{}: no file can be written there: {error}", there.display());
            CheckUp::wrong(
                what,
                exit::PUBLISH,
                found,
                format!("correct the permissions, or name another folder with {option}"),
            )
        }
    }
}

/// Writes an object and removes it again.
fn check_store(out: &Place) -> CheckUp {
    let what = "out";
    match out.try_to_write() {
        Ok(()) => CheckUp::ok(what, format!("{out} can be written")),
        Err(error) => {
            let found = format!("{out}: no object can be written or removed there: {}", with_causes(&error));
            CheckUp::wrong(
                what,
                exit::PUBLISH,
                found,
                "give the credentials the right to put and to delete objects there",
            )
        }
    }
}

fn check_locks(options: &DoctorOptions) -> CheckUp {
    let what = "locks";
    let publishing = is_being_written(&options.out).then(|| format!("a run is publishing in {}", options.out));
    let at_work = WorkFolder::unopened(options.work.clone()).is_busy();
    let at_work = at_work.then(|| format!("a run or check is at work in {}", options.work.display()));
    let busy: Vec<String> = publishing.into_iter().chain(at_work).collect();
    if busy.is_empty() {
        return CheckUp::ok(what, "nobody else is at work");
    }
    CheckUp::warning(what, busy.join(", and "), "wait for it to end before you start another")
}

/// The last release is the measure of the next one.
fn check_room_for_releases(out: &Path) -> CheckUp {
    let what = "disk";
    let room = match free_room(out) {
        Ok(Some(room)) => room,
        Ok(None) => return CheckUp::ok(what, "this system does not tell how much room there is"),
        Err(error) => return unmeasured(what, out, &error),
    };
    let last = match size_of_last_release(out) {
        Ok(last) => last,
        Err(message) => return CheckUp::warning(what, message, "see whether the releases can be read"),
    };
    let free = format!("{} MiB are free for releases", mib(room.bytes));
    let Some(last) = last else { return CheckUp::ok(what, format!("{free}; there is no release yet to compare with")) };
    let found = format!("{free}; the last release has {} MiB in {} files", mib(last.bytes), last.files);
    let remedy = "make room: `leds-metrics prune` says which old releases may go";
    let fits = |times: u64| {
        room.bytes >= last.bytes.saturating_mul(times)
            && room.files.is_none_or(|files| files >= last.files.saturating_mul(times))
    };
    if !fits(1) {
        CheckUp::wrong(what, exit::PUBLISH, found, remedy)
    } else if fits(RELEASES_AHEAD) {
        CheckUp::ok(what, found)
    } else {
        CheckUp::warning(what, found, remedy)
    }
}

/// What a release takes.
struct ReleaseSize {
    bytes: u64,
    files: u64,
}

/// The size of the newest release; `None` where there is none.
fn size_of_last_release(out: &Path) -> Result<Option<ReleaseSize>, String> {
    let releases = release_summaries(&out.into()).map_err(|error| error.to_string())?;
    let day = |told: &crate::release::ToldByRecord| (told.published_on, told.as_of);
    let newest = releases.iter().filter(|one| one.told.is_some()).max_by_key(|one| one.told.as_ref().map(day));
    let Some(newest) = newest else { return Ok(None) };
    let folder = &newest.folder.folder;
    let files = folder.files_below().map_err(|error| format!("{folder}: {error}"))?;
    let bytes = files.iter().map(|file| file.bytes).sum();
    Ok(Some(ReleaseSize { bytes, files: files.len().try_into().unwrap_or(u64::MAX) }))
}

fn check_room_for_work(work: &Path, most_mib: Option<u64>) -> CheckUp {
    let what = "cache";
    let review = match CacheReview::of(&WorkFolder::unopened(work.to_owned()), most_mib) {
        Ok(review) => review,
        Err(error) => return unmeasured(what, work, &error.source),
    };
    let size = format!("the work folder has {} MiB", mib(review.bytes));
    if !review.goes.is_empty() {
        let limit = most_mib.unwrap_or_default();
        let found = format!("{size}, more than retention.work_mib = {limit}");
        return CheckUp::warning(what, found, "`leds-metrics prune --remove` forgets what was of no use for longest");
    }
    let room = match free_room(work) {
        Ok(Some(FreeRoom { bytes, .. })) => bytes,
        Ok(None) => return CheckUp::ok(what, size),
        Err(error) => return unmeasured(what, work, &error),
    };
    let found = format!("{size}, and {} MiB are free beside it", mib(room));
    if room < review.bytes {
        return CheckUp::warning(
            what,
            found,
            "make room, or set retention.work_mib and run `leds-metrics prune --remove`",
        );
    }
    CheckUp::ok(what, found)
}

fn unmeasured(what: &'static str, folder: &Path, error: &std::io::Error) -> CheckUp {
    let found = format!("{}: its size or room cannot be told: {error}", folder.display());
    CheckUp::warning(what, found, "see whether the folder can be read")
}

fn check_memory(limit_mib: usize) -> CheckUp {
    let what = "memory";
    let limit = u64::try_from(limit_mib).unwrap_or(u64::MAX);
    let Some(memory) = memory_bytes().map(mib) else {
        return CheckUp::ok(
            what,
            format!("engine.memory_limit_mib is {limit}; this system does not tell how much there is"),
        );
    };
    let found = format!("engine.memory_limit_mib is {limit}, and there are {memory} MiB");
    let remedy = format!("set engine.memory_limit_mib to at most {}: what statements give lies outside it", memory / 2);
    if limit >= memory {
        CheckUp::wrong(what, exit::USAGE, found, remedy)
    } else if limit > memory / 4 * 3 {
        CheckUp::warning(what, found, remedy)
    } else {
        CheckUp::ok(what, found)
    }
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(BYTES_IN_MIB)
}
