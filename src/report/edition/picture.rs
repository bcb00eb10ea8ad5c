//! What stands below a chart that leaves its page: where it comes from, of which day it is, and how it is marked.

use crate::report::edition::Scope;
use crate::report::words;

/// The words below a chart in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureSource {
    /// The protective marking.
    pub marking: Option<String>,
    pub sentences: Vec<String>,
}

impl PictureSource {
    /// The words for every chart of a page.
    pub fn of(scope: &Scope<'_>) -> Self {
        let release = scope.facts().release;
        let publisher = release.publication.publisher.as_deref();
        let by = publisher.map(|name| format!(" by {name}")).unwrap_or_default();
        let source = format!(
            "Source: {}, {}, revision {}. Published{by} on {}, with data as at {}.",
            scope.edition.layout.title,
            release.period.words_with_short_name(),
            release.revision,
            words::date_words(release.published_on),
            words::date_words(release.as_of),
        );
        let synthetic = release
            .synthetic
            .then(|| "Synthetic data: a program made up every figure. None describes a real organisation.".to_owned());
        Self {
            marking: release.publication.marking.clone(),
            sentences: std::iter::once(source).chain(synthetic).collect(),
        }
    }
}
