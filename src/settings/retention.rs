//! How many releases stay, and how large the work folder may become. Nothing is removed by these rules alone: somebody has to
//! ask for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::vocabulary::period::PeriodType;

/// A number of revisions beyond this is as good as all.
pub(super) const MOST_REVISIONS: u32 = 10_000;

/// Forty years of months and more.
pub(super) const MOST_KEPT_PERIODS: u32 = 1_000;

/// A pebibyte: a limit above this is none.
pub(super) const MOST_WORK_MIB: u64 = 1 << 30;

/// What `prune` may remove.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSection {
    /// So many of the newest revisions of each period stay; without a number, all.
    pub revisions: Option<u32>,
    /// So many of the newest periods of a kind stay; of a kind without a number, all.
    pub periods: BTreeMap<PeriodType, u32>,
    /// The work folder may take so many MiB; without a number, any.
    pub work_mib: Option<u64>,
}
