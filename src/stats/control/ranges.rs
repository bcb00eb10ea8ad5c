//! The mean moving range, with great ranges left out once.

use super::Mode;
use crate::stats::arithmetic::mean;

/// Ranges from this multiple of their mean on are left out.
const SCREEN_FROM: f64 = 3.267;

/// What screening did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screening {
    Off,
    /// So many ranges were left out.
    Dropped(usize),
    /// Screening would have left nothing, or only ranges of 0; all ranges are used.
    Undone,
}

/// The mean of the moving ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MovingRange {
    pub mean: f64,
    pub screening: Screening,
}

/// A = mean of the ranges; with screening, the mean of those below 3.267·A, dropped once. None without ranges, and as
/// Making Data Count where screening leaves none (all ranges are 0).
pub fn moving_range(ranges: &[f64], screen: bool, mode: Mode) -> Option<MovingRange> {
    let all = mean(ranges)?;
    if !screen {
        return Some(MovingRange { mean: all, screening: Screening::Off });
    }
    let kept: Vec<f64> = ranges.iter().copied().filter(|&range| range < SCREEN_FROM * all).collect();
    let screened = mean(&kept);
    if mode == Mode::Native && all > 0.0 && screened.is_none_or(|screened| screened <= 0.0) {
        return Some(MovingRange { mean: all, screening: Screening::Undone });
    }
    match (screened, mode) {
        (Some(screened), _) => {
            Some(MovingRange { mean: screened, screening: Screening::Dropped(ranges.len() - kept.len()) })
        }
        (None, Mode::Native) => Some(MovingRange { mean: all, screening: Screening::Dropped(0) }),
        (None, Mode::MakingDataCount) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screening() {
        let of = |ranges: &[f64], mode| moving_range(ranges, true, mode);
        // 12 is beyond 3.267 times the mean of 2.1, and the rest has a mean of 1.
        let mut ranges = vec![1.0; 9];
        ranges.push(12.0);
        let screened = Some(MovingRange { mean: 1.0, screening: Screening::Dropped(1) });
        assert_eq!(of(&ranges, Mode::Native), screened);
        let off = Some(MovingRange { mean: 2.1, screening: Screening::Off });
        assert_eq!(moving_range(&ranges, false, Mode::Native), off);
        // A single step in a constant series.
        let step = [0.0, 0.0, 0.0, 5.0, 0.0];
        assert_eq!(of(&step, Mode::Native), Some(MovingRange { mean: 1.0, screening: Screening::Undone }));
        let zero = |dropped| Some(MovingRange { mean: 0.0, screening: Screening::Dropped(dropped) });
        assert_eq!(of(&step, Mode::MakingDataCount), zero(1));
        let still = [0.0; 5];
        assert_eq!(of(&still, Mode::Native), zero(0));
        assert_eq!(of(&still, Mode::MakingDataCount), None);
        assert_eq!(of(&[], Mode::Native), None);
    }
}
