//! Zip archives whose bytes depend on nothing but the files in them and one date: the same on every machine and on every
//! day. It knows no release and no spreadsheet.

use std::io::{Cursor, Read as _, Seek, Write};

use chrono::{Datelike as _, NaiveDate};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::files::is_inner_path;

/// Whoever unpacks an archive may write the files, everybody may read them, and nobody runs them.
const PERMISSIONS: u32 = 0o644;

/// An archive that cannot be written. What is there of it is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{0:?} is no path inside an archive")]
    NoInnerPath(String),
    #[error("the archive cannot take {path}")]
    Entry {
        path: String,
        #[source]
        source: zip::result::ZipError,
    },
    #[error("the list of files at the end of the archive cannot be written")]
    End(#[source] zip::result::ZipError),
    #[error("the archive cannot be read")]
    Unreadable(#[source] zip::result::ZipError),
}

/// A zip archive under construction. Files stand in it in the order in which they are added.
pub struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
    options: SimpleFileOptions,
}

impl<W: Write + Seek> Archive<W> {
    /// An archive without files. Every file in it will bear midnight of `date`; the form has no years before 1980 or after
    /// 2107, and 1 January 1980 stands for those.
    pub fn new(out: W, date: NaiveDate) -> Self {
        let options = SimpleFileOptions::default()
            .system(System::Unix)
            .unix_permissions(PERMISSIONS)
            .last_modified_time(midnight(date));
        Self { zip: ZipWriter::new(out), options }
    }

    /// Adds a file and compresses it. `path` has `/` between its parts.
    ///
    /// # Errors
    /// A path that leads out of the archive or is in it already, and whatever hinders writing.
    pub fn add(&mut self, path: &str, content: &[u8]) -> Result<(), ArchiveError> {
        self.write(path, content, CompressionMethod::Deflated)
    }

    /// Adds a file as it is, for readers that look for its bytes in the archive.
    ///
    /// # Errors
    /// As for [`Archive::add`].
    pub fn add_stored(&mut self, path: &str, content: &[u8]) -> Result<(), ArchiveError> {
        self.write(path, content, CompressionMethod::Stored)
    }

    /// Writes the list of the files, and gives back what the archive was written to.
    ///
    /// # Errors
    /// Whatever hinders writing.
    pub fn finish(self) -> Result<W, ArchiveError> {
        self.zip.finish().map_err(ArchiveError::End)
    }

    fn write(&mut self, path: &str, content: &[u8], method: CompressionMethod) -> Result<(), ArchiveError> {
        if !is_inner_path(path) {
            return Err(ArchiveError::NoInnerPath(path.to_owned()));
        }
        let is_large = u32::try_from(content.len()).is_err();
        let options = self.options.compression_method(method).large_file(is_large);
        let started = self.zip.start_file(path, options);
        let written = started.and_then(|()| Ok(self.zip.write_all(content)?));
        written.map_err(|source| ArchiveError::Entry { path: path.to_owned(), source })
    }
}

/// The same archive with one of its texts changed. The other files stay as they are packed.
///
/// # Errors
/// Bytes that are no archive, an archive without the text, and whatever hinders writing.
pub fn with_text_changed(
    archive: &[u8],
    path: &str,
    change: impl FnOnce(&str) -> String,
) -> Result<Vec<u8>, ArchiveError> {
    let of_text = |source| ArchiveError::Entry { path: path.to_owned(), source };
    let mut read = ZipArchive::new(Cursor::new(archive)).map_err(ArchiveError::Unreadable)?;
    let mut file = read.by_name(path).map_err(of_text)?;
    let options = SimpleFileOptions::default().last_modified_time(file.last_modified().unwrap_or_default());
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| of_text(error.into()))?;
    drop(file);
    let mut changed = ZipWriter::new(Cursor::new(Vec::with_capacity(archive.len())));
    for at in 0..read.len() {
        let file = read.by_index_raw(at).map_err(ArchiveError::Unreadable)?;
        if file.name() == path {
            drop(file);
            continue;
        }
        changed.raw_copy_file(file).map_err(of_text)?;
    }
    let written = changed.start_file(path, options).and_then(|()| Ok(changed.write_all(change(&text).as_bytes())?));
    written.map_err(of_text)?;
    Ok(changed.finish().map_err(ArchiveError::End)?.into_inner())
}

fn midnight(date: NaiveDate) -> DateTime {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(date.year()).unwrap_or_default();
    DateTime::from_date_and_time(year, part(date.month()), part(date.day()), 0, 0, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// An archive of these files.
    fn packed(date: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Archive::new(Cursor::new(Vec::new()), day(date));
        for (path, content) in files {
            archive.add(path, content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn files_come_out_as_they_went_in_with_their_date_and_permissions() {
        let long = "figure ".repeat(10_000);
        let files: [(&str, &[u8]); 3] =
            [("b/später.txt", long.as_bytes()), ("a.txt", b""), ("b/c/d.bin", &[0, 255, 13, 10])];
        let bytes = packed("2026-04-30", &files);
        assert!(bytes.len() < long.len() / 10, "{} bytes", bytes.len());
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
        assert_eq!(names, ["b/später.txt", "a.txt", "b/c/d.bin"], "in the order in which they were added");
        for (path, content) in files {
            let mut file = archive.by_name(path).unwrap();
            let mut read = Vec::new();
            file.read_to_end(&mut read).unwrap();
            assert!(read == content, "{path}");
            assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o644));
            assert_eq!(file.last_modified().unwrap().to_string(), "2026-04-30 00:00:00");
        }
    }

    #[test]
    fn a_stored_file_stands_in_the_archive_as_it_is() {
        let mut archive = Archive::new(Cursor::new(Vec::new()), day("2026-04-30"));
        archive.add_stored("mimetype", b"application/vnd.example.example.example").unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        // A local header is 30 bytes long; then come the name and, without anything between them, the content.
        assert!(bytes[30..].starts_with(b"mimetypeapplication/vnd.example.example.example"));
    }

    #[test]
    fn the_same_files_and_date_give_the_same_bytes() {
        let files: [(&str, &[u8]); 2] = [("a.txt", b"a a a a"), ("b.txt", b"b")];
        assert_eq!(packed("2026-04-30", &files), packed("2026-04-30", &files));
        assert_ne!(packed("2026-04-30", &files), packed("2026-05-01", &files));
        assert_eq!(packed("1979-12-31", &files), packed("1980-01-01", &files), "the first date that the form has");
    }

    #[test]
    fn a_text_is_changed_and_the_other_files_stay() {
        let files: [(&str, &[u8]); 3] = [("a.txt", b"a a a a"), ("b.txt", b"one"), ("c.bin", &[0, 255])];
        let before = packed("2026-04-30", &files);
        let after = with_text_changed(&before, "b.txt", |text| format!("{text}, two")).unwrap();
        assert!(after == with_text_changed(&before, "b.txt", |text| format!("{text}, two")).unwrap());
        let mut archive = ZipArchive::new(Cursor::new(after)).unwrap();
        assert_eq!(archive.len(), 3);
        for (path, content) in [("a.txt", &b"a a a a"[..]), ("b.txt", b"one, two"), ("c.bin", &[0, 255])] {
            let mut file = archive.by_name(path).unwrap();
            let mut read = Vec::new();
            file.read_to_end(&mut read).unwrap();
            assert_eq!(read, content, "{path}");
            assert_eq!(file.last_modified().unwrap().to_string(), "2026-04-30 00:00:00");
        }
        let error = with_text_changed(&before, "d.txt", str::to_owned).unwrap_err();
        assert_eq!(error.to_string(), "the archive cannot take d.txt");
        assert_eq!(
            with_text_changed(b"no archive", "a", str::to_owned).unwrap_err().to_string(),
            "the archive cannot be read"
        );
    }

    #[test]
    fn no_path_leads_out_of_an_archive_or_stands_in_it_twice() {
        let mut archive = Archive::new(Cursor::new(Vec::new()), day("2026-04-30"));
        for path in ["", "/etc/passwd", "../a", "a/../../b", "a//b", "a/", "a\\..\\b", "./a", "C:a", "a\0b"] {
            let error = archive.add(path, b"x").unwrap_err();
            assert_eq!(error.to_string(), format!("{path:?} is no path inside an archive"));
        }
        archive.add("a", b"x").unwrap();
        assert_eq!(archive.add("a", b"y").unwrap_err().to_string(), "the archive cannot take a");
        let mut archive = ZipArchive::new(archive.finish().unwrap()).unwrap();
        let mut content = String::new();
        archive.by_index(0).unwrap().read_to_string(&mut content).unwrap();
        assert_eq!((archive.len(), content.as_str()), (1, "x"));
    }
}
