//! Prints documents with Typst: a template, data and drawings go in, a tagged PDF document for everybody (PDF/UA-1) comes
//! out. It reads nothing but what it is given, and gives the same bytes for the same document.

use std::collections::HashMap;
use std::fmt;
use std::panic::resume_unwind;
use std::thread;

use chrono::{Datelike as _, NaiveDate};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// Path of the template among the files of a document.
const TEMPLATE: &str = "pack.typ";

/// Why a document cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    #[error("{0:?} is no path of a file")]
    Path(String),
    #[error("the template cannot be set: {0}")]
    Template(String),
    #[error("the document cannot be written as PDF/UA-1: {0}")]
    Document(String),
    #[error("there is no thread to print it")]
    Thread(#[from] ThreadPoolBuildError),
}

/// What is the same for every document: the fonts, what templates can do, and the template.
pub struct Press {
    library: LazyHash<Library>,
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
    template: Source,
}

/// A document to print: files by the paths that the template reads them from.
pub struct PressFiles {
    files: HashMap<FileId, Bytes>,
}

impl Press {
    /// A press with these fonts and this template.
    ///
    /// # Errors
    /// [`PressError::Path`] where [`TEMPLATE`] is no path of a file.
    pub fn new(template: &str, fonts: &[&'static [u8]]) -> Result<Self, PressError> {
        let fonts: Vec<Font> = fonts.iter().flat_map(|font| Font::iter(Bytes::new(*font))).collect();
        // Headings of rows: without them, a reader of a table by ear meets numbers alone.
        let features = std::iter::once(Feature::A11yExtras).collect();
        Ok(Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::new(file_id(TEMPLATE)?, template.to_owned()),
        })
    }

    /// The document as PDF. The day stands in the document as the day on which it was made.
    ///
    /// Typst shares its work out among threads. A thread that waits for a share takes other work of its pool, here the next
    /// document, in the middle of this one, and the next again: memory would hold many at once. So each document has a thread
    /// with a pool of its own, and the thread that asks for it waits.
    ///
    /// # Errors
    /// The first thing that the template cannot do with the files, or that a document for everybody must not have, and
    /// [`PressError::Thread`] where the computer has no thread left.
    pub fn print(&self, files: &PressFiles, day: NaiveDate) -> Result<Vec<u8>, PressError> {
        let pool = ThreadPoolBuilder::new().num_threads(1).build()?;
        thread::scope(|scope| {
            let printed = scope.spawn(|| pool.install(|| self.set(files, day))).join();
            printed.unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    fn set(&self, files: &PressFiles, day: NaiveDate) -> Result<Vec<u8>, PressError> {
        let sheet = PressSheet { press: self, files };
        let document: PagedDocument =
            typst::compile(&sheet).output.map_err(|problems| PressError::Template(first_of(&problems)))?;
        let standards = PdfStandards::new(&[PdfStandard::Ua_1])
            .map_err(|problem| PressError::Document(problem.message().to_string()))?;
        let day = u8::try_from(day.month())
            .ok()
            .zip(u8::try_from(day.day()).ok())
            .and_then(|(month, number)| Datetime::from_ymd_hms(day.year(), month, number, 0, 0, 0));
        let options = PdfOptions {
            creator: Smart::Custom(Some(format!("leds-metrics {}", env!("CARGO_PKG_VERSION")))),
            timestamp: day.map(Timestamp::new_utc),
            standards,
            ..PdfOptions::default()
        };
        let printed = typst_pdf::pdf(&document, &options);
        // Documents have little in common; what was remembered of one would stay in memory for all.
        typst::comemo::evict(0);
        printed.map_err(|problems| PressError::Document(first_of(&problems)))
    }
}

impl fmt::Debug for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Press").field("template", &self.template.id()).finish_non_exhaustive()
    }
}

impl PressFiles {
    /// Files by their paths.
    ///
    /// # Errors
    /// [`PressError::Path`] for a path that leaves the document.
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, PressError> {
        let files = files.into_iter().map(|(path, bytes)| Ok((file_id(&path)?, Bytes::new(bytes))));
        Ok(Self { files: files.collect::<Result<_, PressError>>()? })
    }
}

fn file_id(path: &str) -> Result<FileId, PressError> {
    let inside = VirtualPath::new(path).map_err(|_| PressError::Path(path.to_owned()))?;
    Ok(RootedPath::new(VirtualRoot::Project, inside).intern())
}

fn first_of(problems: &[SourceDiagnostic]) -> String {
    let Some(first) = problems.first() else { return "no reason is given".to_owned() };
    let hints = first.hints.iter().map(|hint| hint.v.to_string());
    std::iter::once(first.message.to_string()).chain(hints).collect::<Vec<_>>().join("; ")
}

/// A press at work on one document.
struct PressSheet<'p> {
    press: &'p Press,
    files: &'p PressFiles,
}

impl World for PressSheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() { Ok(self.press.template.clone()) } else { Err(not_found(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    /// A document that depends on the day of printing would not be the same twice.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
