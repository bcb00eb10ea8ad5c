//! Earlier days: what a run on each of them stood on, which rows its metrics had, what was known of each month, and so how
//! complete recent months are, what has moved and why. One mechanism gives the rows of a metric on any day; today is the
//! last one. It words nothing.

mod completeness;
mod day_rows;
mod earlier;
mod known;
mod lateness;
mod measures;
mod revisions;
mod snapshot;
#[cfg(test)]
mod tests;
mod triangle;
mod workload;

pub use completeness::{Completeness, Projected};
pub use day_rows::{DayBasis, DayLoader, Days};
pub use earlier::{AcceptedBefore, EarlierReturns, ReturnKey};
pub use lateness::{Lateness, Provisional};
pub use measures::{LateInput, LateMetric};
pub use revisions::{Changes, Reason, Revision, RevisionKind, RevisionSide, RevisionSummary, reason_of};
pub use snapshot::{Snapshot, SnapshotPart};
pub use triangle::KnownCount;
pub use workload::{FixedTables, Workload};
