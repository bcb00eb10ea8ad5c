//! Findings: what is wrong with data that was submitted, as values that travel beside the figures.
//! A finding never stops a run by itself; failures of the run are errors of the module that failed.

use serde::{Deserialize, Serialize};

use crate::vocabulary::body_id::BodyId;

/// What a finding does to the submission it is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// The submission is refused.
    #[default]
    Blocking,
    /// The submission is used; the finding is shown.
    Warning,
    /// A published figure and ours, compared.
    Reconciliation,
}

impl FindingLevel {
    /// The name in data files and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Warning => "warning",
            Self::Reconciliation => "reconciliation",
        }
    }
}

/// One finding about one file, submission or field.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    pub level: FindingLevel,
    /// Machine-readable name of the rule, such as `required` or `footer`.
    pub rule: String,
    pub dataset: String,
    /// Whose submission it is about; `None` for reference data, and for what belongs to no submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_code: Option<BodyId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// File or folder inside the source; empty when the finding is about the whole submission.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Column the rule is about; empty for a rule over the whole row or file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub column: String,
    /// Rows that break the rule; 0 when rows do not apply.
    #[serde(default)]
    pub rows: u64,
    pub message: String,
    /// File inside the work folder that holds failing rows; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub failing_rows: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.level.as_str(), self.dataset)?;
        let org_code = self.org_code.as_deref().unwrap_or_default();
        for part in [org_code, &self.period, &self.path].into_iter().filter(|part| !part.is_empty()) {
            write!(f, " {part}")?;
        }
        write!(f, ": {}", self.message)?;
        if self.failing_rows.is_empty() { Ok(()) } else { write!(f, "; failing rows: {}", self.failing_rows) }
    }
}
