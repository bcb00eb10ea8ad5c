//! Other computers that read submissions for runs.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Workers, how they are spoken to, and how far they are trusted. On a worker the certificates alone say something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClusterSection {
    /// Addresses of workers. Without one, runs read everything themselves.
    pub workers: Vec<String>,
    /// The certificate of this computer, in PEM form, and its key.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Whoever signed the certificates of the others.
    pub authority: Option<PathBuf>,
    /// Whether runs read a sample themselves too, and publish only if it is the same.
    pub verify: bool,
    /// After so many seconds without an answer of any worker, runs do without them.
    pub patience_seconds: u32,
}

impl Default for ClusterSection {
    fn default() -> Self {
        Self {
            workers: Vec::new(),
            certificate: None,
            key: None,
            authority: None,
            verify: false,
            patience_seconds: 300,
        }
    }
}

impl ClusterSection {
    /// How long workers may be silent.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.into())
    }
}
