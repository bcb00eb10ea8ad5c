//! Whether the folders of a command may stand where they were named: nothing that is written lies inside the source, where
//! a later run would read it, and no record-level rows lie where they would be handed on.

use std::path::{Path, PathBuf};

use super::{AppError, UsageError};
use crate::files::resolved;
use crate::release::manifest::MANIFEST;
use crate::release::store::{RECORD, latest_in};

/// A folder or file that a command writes to, by the name of its option.
#[derive(Debug, Clone, Copy)]
pub struct WrittenPlace<'a> {
    pub option: &'static str,
    pub path: &'a Path,
}

/// Nothing that is written lies inside the source.
pub fn check_outside_source(source: &str, written: &[WrittenPlace<'_>]) -> Result<(), AppError> {
    let source = resolved(Path::new(source));
    for WrittenPlace { option, path } in written {
        if resolved(path).starts_with(&source) {
            return Err(UsageError::InsideSource { option, path: (*path).to_owned() }.into());
        }
    }
    Ok(())
}

/// What is to be a folder is not a file already, nor lies below one.
pub fn check_is_folder(written: &[WrittenPlace<'_>]) -> Result<(), AppError> {
    for WrittenPlace { option, path } in written {
        if let Some(file) = path.ancestors().find(|one| one.is_file()) {
            let (path, file) = ((*path).to_owned(), file.to_owned());
            return Err(UsageError::File { option, path, file }.into());
        }
    }
    Ok(())
}

/// Refuses a work folder that is, or lies in, the folder of releases or of submissions: its record-level rows would be handed
/// on with a release, or taken for submissions.
pub fn check_work_folder(work: &Path, out: Option<&Path>, source: Option<&str>) -> Result<(), AppError> {
    let places = [(out, "--out"), (source.map(Path::new), "--source")];
    for (place, argument) in places.into_iter().filter_map(|(place, argument)| Some((place?, argument))) {
        if resolved(work).starts_with(resolved(place)) {
            let (work, place) = (work.to_owned(), place.to_owned());
            return Err(UsageError::WorkInside { work, option: argument, place }.into());
        }
    }
    Ok(())
}

/// The release itself, or the latest one of a period's folder.
pub fn release_folder(folder: &Path) -> Result<PathBuf, AppError> {
    if is_release(folder) {
        return Ok(folder.to_owned());
    }
    let latest = latest_in(folder).map(|latest| folder.join(latest.path)).filter(|release| is_release(release));
    latest.ok_or_else(|| UsageError::NoRelease(folder.to_owned()).into())
}

/// Whether a folder is a release, or what is left of one. Results may be copied without their record.
fn is_release(folder: &Path) -> bool {
    folder.join("results").is_dir() || folder.join(RECORD).is_file() || folder.join(MANIFEST).is_file()
}

/// The folders of a run lie apart, before anything is written into one of them.
pub(super) fn check_run_folders(source: &str, out: &Path, work: &Path) -> Result<(), AppError> {
    let written = WrittenPlace { option: "--out", path: out };
    check_outside_source(source, &[written])?;
    check_is_folder(&[written, WrittenPlace { option: "--work", path: work }])?;
    check_work_folder(work, Some(out), Some(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_inside_the_source_is_found_behind_dots_and_links() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        std::fs::create_dir_all(source.join("inner")).unwrap();
        let inside = |path: PathBuf| {
            check_outside_source(source.to_str().unwrap(), &[WrittenPlace { option: "--out", path: &path }]).is_err()
        };
        assert!(inside(source.clone()));
        assert!(inside(source.join("out/deep")));
        assert!(inside(folder.path().join("other/../source/out")));
        assert!(!inside(folder.path().join("source-out")));
        assert!(!inside(source.join("../out")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(source.join("inner"), folder.path().join("link")).unwrap();
            assert!(inside(folder.path().join("link/out")));
        }
    }
}
