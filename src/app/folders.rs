//! Whether the folders of a command may stand where they were named: nothing that is written lies inside the source, where
//! a later run would read it, and no record-level rows lie where they would be handed on.

use std::path::{Path, PathBuf};

use super::{AppError, UsageError};
use crate::place::Place;
use crate::release::manifest::MANIFEST;
use crate::release::store::{RECORD, latest_in};

/// A folder or file that a command writes to, by the name of its option.
#[derive(Debug, Clone, Copy)]
pub struct WrittenPlace<'a> {
    pub option: &'static str,
    pub place: &'a Place,
}

/// Nothing that is written lies inside the source.
pub fn check_outside_source(source: &Place, written: &[WrittenPlace<'_>]) -> Result<(), AppError> {
    for WrittenPlace { option, place } in written {
        if source.holds(place) {
            return Err(UsageError::InsideSource { option, place: (*place).clone() }.into());
        }
    }
    Ok(())
}

/// What is to be a folder is not a file already, nor lies below one.
pub fn check_is_folder(written: &[WrittenPlace<'_>]) -> Result<(), AppError> {
    for WrittenPlace { option, place } in written {
        let above = place.on_disk().into_iter().flat_map(Path::ancestors);
        if let Some(file) = above.into_iter().find(|one| one.is_file()) {
            let (place, file) = ((*place).clone(), file.to_owned());
            return Err(UsageError::File { option, place, file }.into());
        }
    }
    Ok(())
}

/// Refuses a work folder that is, or lies in, the folder of releases or of submissions: its record-level rows would be handed
/// on with a release, or taken for submissions.
pub fn check_work_folder(work: &Path, out: Option<&Place>, source: Option<&Place>) -> Result<(), AppError> {
    let places = [(out, "--out"), (source, "--source")];
    for (place, argument) in places.into_iter().filter_map(|(place, argument)| Some((place?, argument))) {
        if place.holds(&work.into()) {
            let (work, place) = (work.to_owned(), place.clone());
            return Err(UsageError::WorkInside { work, option: argument, place }.into());
        }
    }
    Ok(())
}

/// A file that a command is to write beside releases.
#[derive(Debug, Clone)]
pub struct FileToWrite {
    pub option: &'static str,
    pub path: PathBuf,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
}

/// Nothing that is there is replaced unasked, and nothing is written into a release, which never changes.
pub(super) fn check_free(file: &FileToWrite, releases: &[&Place]) -> Result<(), UsageError> {
    let FileToWrite { option, path, overwrite } = file;
    if releases.iter().any(|release| release.holds(&path.as_path().into())) {
        return Err(UsageError::InsideRelease { option, path: path.clone() });
    }
    if path.is_dir() {
        return Err(UsageError::Exists(path.clone()));
    }
    if path.exists() && !overwrite {
        return Err(UsageError::ExistsUnlessOverwritten(path.clone()));
    }
    Ok(())
}

/// The release itself, or the latest one of a period's folder.
pub fn release_folder(folder: &Place) -> Result<Place, AppError> {
    if is_release(folder)? {
        return Ok(folder.clone());
    }
    if let Some(latest) = latest_in(folder)? {
        let release = folder.join(&latest.path);
        if is_release(&release)? {
            return Ok(release);
        }
    }
    Err(UsageError::NoRelease(folder.clone()).into())
}

/// Whether a folder is a release, or what is left of one. Results may be copied without their record.
fn is_release(folder: &Place) -> Result<bool, AppError> {
    let wrong = |source| AppError::Read { path: folder.clone(), source };
    Ok(folder.has_file(RECORD).map_err(wrong)?
        || folder.has_file(MANIFEST).map_err(wrong)?
        || folder.join("results").is_there().map_err(wrong)?)
}

/// The folders of a run lie apart, before anything is written into one of them.
pub(super) fn check_run_folders(source: &Place, out: &Place, work: &Path) -> Result<(), AppError> {
    let written = WrittenPlace { option: "--out", place: out };
    check_outside_source(source, &[written])?;
    check_is_folder(&[written, WrittenPlace { option: "--work", place: &work.into() }])?;
    check_work_folder(work, Some(out), Some(source))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_folder_inside_the_source_is_found_behind_dots_and_links() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        std::fs::create_dir_all(source.join("inner")).unwrap();
        let inside = |path: PathBuf| {
            let written = WrittenPlace { option: "--out", place: &path.as_path().into() };
            check_outside_source(&source.as_path().into(), &[written]).is_err()
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
