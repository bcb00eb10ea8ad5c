//! A share as a number of squares, as plain values.

/// So many squares, of which the first are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SquaresChart {
    pub filled: u32,
    /// 100, or 1,000 for a small share.
    pub of: u32,
}
