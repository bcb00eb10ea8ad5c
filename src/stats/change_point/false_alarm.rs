//! How often a series that does not change is taken to have changed, by its length.
//!
//! From a simulation that ships with the product (the tests of this module regenerate the table): normal independent
//! points, segments and breaks as a report asks for them. Real series that hang together from period to period are taken
//! so more often.

use super::{LEAST_SEGMENT, real};

#[cfg(test)]
mod tests;

/// Simulated series of each length.
const SERIES: u32 = 40_000;

/// Of [`SERIES`] series of 12, 13, 14, … points: those with a break.
const BROKEN: [u32; 49] = [
    1821, 2586, 2925, 3247, 3547, 3579, 3798, 3771, 3850, 3887, 3846, 3960, 3969, 3910, 3992, 3986, 4028, 3972, 3947,
    3900, 3855, 3910, 3794, 3781, 3779, 3701, 3685, 3672, 3574, 3580, 3609, 3647, 3395, 3471, 3484, 3487, 3412, 3331,
    3295, 3318, 3308, 3250, 3282, 3192, 3227, 3036, 3078, 3130, 3025,
];

/// The share of unchanging series of a length from 12 to 60 points for which a step is proposed; none for others. Its
/// standard error is at most 0.0025.
pub fn false_alarm(points: usize) -> Option<f64> {
    let count = BROKEN.get(points.checked_sub(2 * LEAST_SEGMENT)?)?;
    Some(real(*count) / real(SERIES))
}
