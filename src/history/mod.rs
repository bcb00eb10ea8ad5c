//! Earlier days: what a run on each of them stood on, which rows its metrics had, and so how complete recent months are and
//! what has moved. One mechanism gives the rows of a metric on any day; today is the last one.

mod day_rows;
mod earlier;
mod measures;
mod snapshot;
mod workload;

pub use day_rows::{DayBasis, DayLoader, Days, RowsError};
pub use earlier::{AcceptedBefore, EarlierReturns, ReturnKey};
pub use measures::{LateInput, LateMetric};
pub use snapshot::{Part, Snapshot};
pub use workload::{FixedTables, Workload};
