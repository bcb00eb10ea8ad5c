//! The metrics of a set of definitions as other files name them.

use crate::definitions::model::Metric;

/// The metrics that were read, and those whose own files have problems. Nothing is said of the latter where another file
/// names them: their own problems come first.
#[derive(Debug, Clone, Copy)]
pub struct ReadMetrics<'m> {
    pub all: &'m [Metric],
    /// Ids by the names of folders.
    pub broken: &'m [&'m str],
}

impl<'m> ReadMetrics<'m> {
    /// The metric of an id.
    pub fn get(self, id: &str) -> Option<&'m Metric> {
        self.all.iter().find(|metric| metric.id == *id)
    }

    /// Whether nothing can be said of an id.
    pub fn is_broken(self, id: &str) -> bool {
        self.broken.contains(&id)
    }

    /// Whether an id names a metric, a broken one too.
    pub fn is_named(self, id: &str) -> bool {
        self.is_broken(id) || self.get(id).is_some()
    }
}
