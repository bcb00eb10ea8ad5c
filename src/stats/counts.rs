//! A numerator with its denominator, as the comparisons between forces take them.

use super::real;
use crate::vocabulary::quantity::Ratio;

/// Cases or events with what they are counted in. The meaning of the denominator is the caller's: cases looked at for a
/// proportion, exposure for a rate, the other count for a ratio of two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub numerator: i64,
    pub denominator: i64,
}

impl From<Counts> for Ratio {
    fn from(Counts { numerator, denominator }: Counts) -> Self {
        Self { numerator, denominator }
    }
}

impl Counts {
    /// A numerator and its denominator.
    pub fn new(numerator: i64, denominator: i64) -> Self {
        Self { numerator, denominator }
    }

    /// Numerator per denominator; 0 for a denominator of 0, which the caller leaves out before.
    pub fn rate(self) -> f64 {
        if self.denominator == 0 { 0.0 } else { real(self.numerator) / real(self.denominator) }
    }
}
