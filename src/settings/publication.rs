//! Who publishes a release, and what readers must be told beside its figures.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What only an installation knows. Nothing here has a default; a report says what is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublicationSection {
    /// The organisation that publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// An address that readers can write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The protective marking, such as OFFICIAL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
    /// The day of the next release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_release: Option<NaiveDate>,
    /// When and why published figures are revised, in one or two sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_policy: Option<String>,
    /// Who sees the release before it is published, by office. An empty list says that nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_release_access: Option<Vec<String>>,
    /// The day on which the accessibility of the pages was last tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessibility_tested_on: Option<NaiveDate>,
}

/// A setting of the publication that is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsetPublication {
    /// Its key in the settings file.
    pub key: &'static str,
    /// Where readers will look for it.
    pub place: &'static str,
}

impl PublicationSection {
    /// What a publisher should settle before anybody reads the release.
    pub fn unset(&self) -> Vec<UnsetPublication> {
        let Self {
            publisher,
            contact,
            marking,
            next_release,
            revision_policy,
            pre_release_access,
            accessibility_tested_on,
        } = self;
        let settings = [
            (publisher.is_none(), "publisher", "the foot of every page"),
            (contact.is_none(), "contact", "the foot of every page and the accessibility statement"),
            (marking.is_none(), "marking", "the head and the foot of every page"),
            (next_release.is_none(), "next_release", "the foot of every page"),
            (revision_policy.is_none(), "revision_policy", "the page about the report"),
            (pre_release_access.is_none(), "pre_release_access", "the page about the report"),
            (accessibility_tested_on.is_none(), "accessibility_tested_on", "the accessibility statement"),
        ];
        let unset = settings.into_iter().filter(|(is_unset, ..)| *is_unset);
        unset.map(|(_, key, place)| UnsetPublication { key, place }).collect()
    }
}
