//! Checks of the figures of a run: those that must agree with each other, and those that were printed elsewhere.

pub mod invariants;
pub mod reconcile;
