//! Submissions that other computers read: workers check them and make the roll-ups of them, and this computer does everything else.
//! What a worker does not answer for, this computer reads itself, so that a run needs no worker to succeed.

mod build;
mod order;
mod parcel;
mod readers;
mod session;
mod worker;

pub use build::Build;
pub use readers::TableReaders;
pub use session::{ClusterOptions, ClusterSession};
pub use worker::SubmissionReader;
