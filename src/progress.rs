//! Progress on stderr: a bar on a terminal, nothing otherwise.
//! Says what is being done; it measures and decides nothing.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar of the step under way.
pub struct StepBar {
    bar: ProgressBar,
}

impl StepBar {
    /// A bar that is drawn only when stderr is a terminal and `quiet` is not asked for.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template("{msg:28} {bar:32} {pos}/{len} [{elapsed}]") {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Begins a step of `length` units.
    pub fn start(&self, message: &'static str, length: usize) {
        self.bar.reset();
        self.bar.set_length(u64::try_from(length).unwrap_or(u64::MAX));
        self.bar.set_message(message);
    }

    /// Counts units as done; bytes are not shown yet but come from the same places.
    pub fn advance(&self, units: usize, _bytes: u64) {
        self.bar.inc(u64::try_from(units).unwrap_or(0));
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
