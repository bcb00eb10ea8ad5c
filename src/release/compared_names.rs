//! What two compared releases call their metrics and bodies, and what every page about them has to bear.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::published::{PublishedBodies, PublishedRecord, RereadError};
use super::store::PublishedRelease;
use super::tables::{METRICS, PublishedRows, parquet_path};
use crate::settings::PublicationSection;
use crate::vocabulary::body_id::BodyId;

/// The names in two releases; those of the later one where both have them.
#[derive(Debug, Default)]
pub struct ComparedNames {
    titles: BTreeMap<String, String>,
    bodies: BTreeMap<BodyId, String>,
    /// Whether one of the two was made from synthetic data.
    pub synthetic: bool,
    /// The protective markings of the two, each once, that of the earlier one first.
    pub markings: Vec<String>,
    /// As the later one was published.
    pub publication: PublicationSection,
}

impl ComparedNames {
    /// Takes the names of a further release, later than those before it.
    pub(super) fn add(
        &mut self,
        record: &PublishedRecord,
        bodies: &PublishedBodies,
        titles: &BTreeMap<String, String>,
    ) {
        self.titles.extend(titles.iter().map(|(id, title)| (id.clone(), title.clone())));
        self.bodies.extend(bodies.all().iter().map(|(code, body)| (code.clone(), body.name.clone())));
        self.synthetic |= record.synthetic;
        self.publication = publication_of(&record.settings);
        let marking = self.publication.marking.clone();
        self.markings.extend(marking.filter(|marking| !self.markings.contains(marking)));
    }

    /// The id of a metric with its title, where that is known.
    pub fn heading(&self, id: &str) -> String {
        self.titles.get(id).map_or_else(|| id.to_owned(), |title| format!("{id} {title}"))
    }

    /// The name of a body, or its code.
    pub fn body<'n>(&'n self, code: &'n BodyId) -> &'n str {
        self.bodies.get(code).map_or(code.as_str(), String::as_str)
    }
}

/// What the settings of a release say of its publication; nothing where they are those of another version of the program.
fn publication_of(settings: &Value) -> PublicationSection {
    settings.get("publication").and_then(|section| PublicationSection::deserialize(section).ok()).unwrap_or_default()
}

/// The titles of the metrics of a release, by id; none of a release without that table.
pub(super) fn titles_of(release: &PublishedRelease) -> Result<BTreeMap<String, String>, RereadError> {
    let path = parquet_path(METRICS);
    let mut found = BTreeMap::new();
    if !release.files_below("results").any(|file| file == path) {
        return Ok(found);
    }
    let rows = PublishedRows::read(METRICS, release.folder().join(&path), release.read(&path)?)?;
    for part in rows.parts() {
        let (ids, titles) = (part.texts("metric_id")?, part.texts("metric_name")?);
        found.extend((0..part.count()).map(|row| (ids.get(row).to_owned(), titles.get(row).to_owned())));
    }
    Ok(found)
}
