//! Whether somebody has asked the program to end, shared by everything that works for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish to end. All copies are one.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks everybody to end.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
