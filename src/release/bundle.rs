//! One edition of a published release as an archive that can be handed on: its files as they were published, the hash of
//! each, and a text that says what they are.

use std::fmt::Write as _;
use std::io::Cursor;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::imprint::{Imprint, source_words};
use super::manifest::{MANIFEST, Manifest};
use super::store::{DamagedFile, PUBLIC_FOLDER, PublishedRelease, RECORD, record_of};
use crate::archive::{Archive, ArchiveError};
use crate::digest::sha256;
use crate::place::Place;
use crate::settings::PublicationSection;
use crate::vocabulary::period::Period;

/// The page that a reader opens first.
const FIRST_PAGE: &str = "index.html";

/// The file that says to people what the archive holds.
const README: &str = "README.txt";

/// The file that says the same to programs.
const DESCRIPTION: &str = "bundle.json";

/// An edition that cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    Damaged(#[from] DamagedFile),
    #[error("{path}: the run record does not say what a bundle must say")]
    Record {
        path: Place,
        #[source]
        source: serde_json::Error,
    },
    #[error("{DESCRIPTION}")]
    Description(#[source] serde_json::Error),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// One edition of a published release.
#[derive(Debug)]
pub struct PublishedEdition<'r> {
    release: &'r PublishedRelease,
    /// Its folder inside the release, such as `forces/E23000013`.
    folder: &'r str,
    imprint: Imprint,
}

/// What a run record tells of the release, of that which a bundle says.
#[derive(Deserialize)]
struct BundledRecord {
    period: Period,
    revision: u32,
    as_of: NaiveDate,
    published_on: NaiveDate,
    run_id: String,
    program_version: String,
    synthetic: bool,
    settings: BundledSettings,
}

#[derive(Deserialize)]
struct BundledSettings {
    #[serde(default)]
    publication: PublicationSection,
}

/// What programs are told of a bundle.
#[derive(Serialize)]
struct BundleDescription<'a> {
    title: &'a str,
    edition: &'a str,
    period: Period,
    revision: u32,
    data_date: NaiveDate,
    published_on: NaiveDate,
    publisher: Option<&'a str>,
    contact: Option<&'a str>,
    marking: Option<&'a str>,
    synthetic: bool,
    source: &'a str,
    first_page: &'static str,
    hashes: &'static str,
}

impl<'r> PublishedEdition<'r> {
    /// The edition in a folder of the release, which is one of [`PublishedRelease::editions`].
    ///
    /// # Errors
    /// A run record that does not say what a bundle must say.
    pub fn open(release: &'r PublishedRelease, folder: &'r str) -> Result<Self, BundleError> {
        let path = release.folder();
        let record: BundledRecord = serde_json::from_slice(&record_of(path)?)
            .map_err(|source| BundleError::Record { path: path.join(RECORD), source })?;
        let publication = record.settings.publication;
        let imprint = Imprint {
            period: record.period,
            revision: record.revision,
            as_of: record.as_of,
            published_on: record.published_on,
            source: source_words(&record.program_version, &record.run_id),
            synthetic: record.synthetic,
            is_public: folder == PUBLIC_FOLDER,
            publisher: publication.publisher,
            contact: publication.contact,
            marking: publication.marking,
        };
        Ok(Self { release, folder, imprint })
    }

    /// Name of the archive without its ending, and of the one folder in it: `forces-E23000013-2025-26Q4-r1`.
    pub fn stem(&self) -> String {
        format!("{}-{}-r{}", self.folder.replace('/', "-"), self.imprint.period, self.imprint.revision)
    }

    /// The archive. It depends on the release alone.
    ///
    /// # Errors
    /// A file that is not as it was published, and whatever hinders packing.
    pub fn archive(&self) -> Result<Vec<u8>, BundleError> {
        let mut packed = PackedFiles {
            stem: self.stem(),
            archive: Archive::new(Cursor::new(Vec::new()), self.imprint.published_on),
            manifest: Manifest::default(),
        };
        packed.add(README, self.readme().as_bytes())?;
        packed.add(DESCRIPTION, &self.description()?)?;
        for path in self.release.files_below(self.folder) {
            packed.add(path.get(self.folder.len() + 1..).unwrap_or_default(), &self.release.read(path)?)?;
        }
        packed.finish()
    }

    // Writing into a String cannot fail.
    fn readme(&self) -> String {
        let imprint = &self.imprint;
        let given = |value: &Option<String>| value.clone().unwrap_or_else(|| "not given".to_owned());
        let mut text = format!(
            "{}\n\nEdition: {}\nRelease: {}\nData as at: {}\nPublished on: {}\nPublisher: {}\nContact: {}\nMarking: {}\n\
             Made by: {}\n",
            imprint.title(),
            self.folder,
            imprint.release(),
            imprint.as_of,
            imprint.published_on,
            given(&imprint.publisher),
            given(&imprint.contact),
            given(&imprint.marking),
            imprint.source,
        );
        if let Some(warning) = imprint.warning() {
            let _ = writeln!(text, "\n{warning}");
        }
        let _ = writeln!(
            text,
            "\nOpen {FIRST_PAGE} in a browser. The pages need no network.\n{MANIFEST} has the SHA-256 of each file. To check the \
             files, call this command in their folder:\n\n    sha256sum -c {MANIFEST}"
        );
        text
    }

    fn description(&self) -> Result<Vec<u8>, BundleError> {
        let imprint = &self.imprint;
        let description = BundleDescription {
            title: &imprint.title(),
            edition: self.folder,
            period: imprint.period,
            revision: imprint.revision,
            data_date: imprint.as_of,
            published_on: imprint.published_on,
            publisher: imprint.publisher.as_deref(),
            contact: imprint.contact.as_deref(),
            marking: imprint.marking.as_deref(),
            synthetic: imprint.synthetic,
            source: &imprint.source,
            first_page: FIRST_PAGE,
            hashes: MANIFEST,
        };
        let mut text = serde_json::to_vec_pretty(&description).map_err(BundleError::Description)?;
        text.push(b'\n');
        Ok(text)
    }
}

/// An archive under construction with the hashes of its files.
struct PackedFiles {
    /// The folder in which all files of the archive lie.
    stem: String,
    archive: Archive<Cursor<Vec<u8>>>,
    manifest: Manifest,
}

impl PackedFiles {
    fn add(&mut self, path: &str, content: &[u8]) -> Result<(), BundleError> {
        self.archive.add(&format!("{}/{path}", self.stem), content)?;
        self.manifest.add(path, sha256(content));
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>, BundleError> {
        self.archive.add(&format!("{}/{MANIFEST}", self.stem), self.manifest.text().as_bytes())?;
        Ok(self.archive.finish()?.into_inner())
    }
}
