//! The edition of one force: what to look at first, its metrics, and its own returns.

pub mod metrics;
pub mod returns;
pub mod summary;
