//! Units of work that other computers do, over `datafusion-distributed`. It knows what travels, and not what a unit is: whoever
//! hands units out and whoever works on them agree on that.

mod access;
mod answers;
mod channels;
mod codec;
mod coordinator;
mod lanes;
mod unit;
mod units;
mod worker;

pub use access::{Access, AccessError, WorkerAddress, WorkerAddressError};
pub use answers::{AnswerPart, UnitAnswer, UnitWorker};
pub use coordinator::{Cluster, ClusterError, FoundWorker};
pub use unit::WorkUnit;
pub use worker::{WorkerServer, WorkerServerError};
