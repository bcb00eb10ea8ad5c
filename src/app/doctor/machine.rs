//! What the computer has: memory, and room on its disks. What a system does not tell is not known.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Room in a file system, for those who may not use what is kept for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FreeRoom {
    pub bytes: u64,
    /// Files that it can still name; `None` where it names as many as anybody likes.
    pub files: Option<u64>,
}

/// The room in the file system of a folder, which need not be there yet.
#[cfg(unix)]
pub(super) fn free_room(folder: &Path) -> io::Result<Option<FreeRoom>> {
    let system = rustix::fs::statvfs(nearest(folder))?;
    Ok(Some(FreeRoom {
        bytes: system.f_bavail.saturating_mul(system.f_frsize),
        files: (system.f_files > 0).then_some(system.f_favail),
    }))
}

#[cfg(not(unix))]
pub(super) fn free_room(_folder: &Path) -> io::Result<Option<FreeRoom>> {
    Ok(None)
}

/// The folder itself, or the nearest one above it that is there.
pub(super) fn nearest(folder: &Path) -> PathBuf {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    whole.ancestors().find(|one| one.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

/// Bytes of memory that a program may use: those of the computer, or fewer where its service or container may use fewer.
pub(super) fn memory_bytes() -> Option<u64> {
    let computer = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_of(&text));
    let group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = folders_of(&group)
        .into_iter()
        .filter_map(|folder| fs::read_to_string(folder.join("memory.max")).ok()?.trim().parse::<u64>().ok());
    computer.into_iter().chain(limits).min()
}

/// The memory of the computer, which stands in a line of its own in KiB.
fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    kib.checked_mul(1024)
}

/// The folders that say what a control group and those above it may use.
fn folders_of(cgroup: &str) -> Vec<PathBuf> {
    let own = cgroup.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let root = Path::new("/sys/fs/cgroup");
    Path::new(own).ancestors().map(|path| root.join(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_that_of_the_computer_or_of_the_group() {
        assert_eq!(total_of("MemTotal:         2048 kB\nMemFree: 1 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(total_of("MemFree: 1 kB\n"), None);
        let folders = folders_of("1:name=x:/other\n0::/system.slice/report.service\n");
        let paths =
            ["system.slice/report.service", "system.slice", ""].map(|path| Path::new("/sys/fs/cgroup").join(path));
        assert_eq!(folders, paths);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_room_of_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(nearest(&folder.path().join("a/b")), folder.path());
        assert!(free_room(&folder.path().join("a/b")).unwrap().is_none_or(|room| room.bytes > 0));
    }
}
