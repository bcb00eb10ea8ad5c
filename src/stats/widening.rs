//! Cases that hang together, such as minutes of one outage or transactions of one user, tell less than as many independent
//! ones. How much less shows in a control chart: σz is how many times further figures vary than independent cases would.

use super::Level;

/// About how many times as wide intervals are as independent cases would have them: cases count as 1/σz² of as many, and
/// where few are left the intervals are wider still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Widening(f64);

impl Widening {
    /// Independent cases.
    pub const NONE: Self = Self(1.0);

    /// By the σz of a p′ or u′ chart; less than chance would give narrows nothing.
    pub fn of_sigma_z(sigma_z: f64) -> Self {
        Self(if sigma_z.is_finite() { sigma_z.max(1.0) } else { 1.0 })
    }

    /// 1 for independent cases, else above it.
    pub fn factor(self) -> f64 {
        self.0
    }

    /// How many independent cases a case is worth: a variance is this much larger the other way round.
    pub(super) fn worth(self) -> f64 {
        self.0.powi(-2)
    }

    /// The level whose score interval is as wide as that of so many independent cases at `level`: a score interval of
    /// x·w of n·w cases at a deviate z is that of x of n at z/√w.
    pub(super) fn level(self, level: Level) -> Level {
        if self == Self::NONE { level } else { Level::from_deviate(level.z() * self.0) }
    }
}
