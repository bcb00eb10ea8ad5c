//! What editions hold beside their pages.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::vocabulary::copy_format::{CopyFormat, SpreadsheetFormat};

/// What editions hold beside their pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EditionsSection {
    /// The kinds of files that they are copied into.
    pub copies: BTreeSet<CopyFormat>,
}

impl Default for EditionsSection {
    fn default() -> Self {
        let spreadsheets = [SpreadsheetFormat::Ods, SpreadsheetFormat::Xlsx].map(CopyFormat::Spreadsheet);
        Self { copies: BTreeSet::from(spreadsheets) }
    }
}
