//! What tells one release from another and who answers for it, as files that leave a release carry it.

use chrono::NaiveDate;

use crate::release::Release;
use crate::vocabulary::period::Period;

/// The marks of a release on a file of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    pub period: Period,
    pub revision: u32,
    pub as_of: NaiveDate,
    pub published_on: NaiveDate,
    /// The program and the run, in words.
    pub source: String,
    /// True when the data are made up.
    pub synthetic: bool,
    /// Of a public edition, in which numbers are withheld.
    pub is_public: bool,
    pub publisher: Option<String>,
    pub contact: Option<String>,
    pub marking: Option<String>,
}

impl Imprint {
    /// The imprint of a release, or of the public edition of one.
    pub fn of(release: &Release) -> Self {
        let publication = &release.publication;
        Self {
            period: release.period,
            revision: release.revision,
            as_of: release.as_of,
            published_on: release.published_on,
            source: source_words(&release.version, &release.run_id),
            synthetic: release.synthetic,
            is_public: release.withheld.is_some(),
            publisher: publication.publisher.clone(),
            contact: publication.contact.clone(),
            marking: publication.marking.clone(),
        }
    }

    /// Period and revision, such as `2025-26Q1 r1`.
    pub fn release(&self) -> String {
        format!("{} r{}", self.period, self.revision)
    }

    /// What the files of the release are about, with its period.
    pub fn title(&self) -> String {
        let edition = if self.is_public { ", public edition" } else { "" };
        format!("Police use of the PNC and LEDS, {}{edition}", self.period.words())
    }

    /// What a reader must know before using any number; `None` where there is nothing.
    pub fn warning(&self) -> Option<&'static str> {
        self.synthetic.then_some("The data are made up.")
    }
}

/// The program and the run that made a release, in words.
pub(super) fn source_words(version: &str, run_id: &str) -> String {
    format!("leds-metrics {version}, run {run_id}")
}
