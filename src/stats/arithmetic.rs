//! Sums and sizes, the same way everywhere.

use super::real;

/// A length as a real number.
pub(super) fn size(length: usize) -> f64 {
    real(length as u64)
}

/// Whether a value is a number that can be squared and summed without leaving the range of numbers.
pub(super) fn is_usable(value: f64) -> bool {
    /// No figure comes near it.
    const MOST: f64 = 1e100;
    value.abs() <= MOST
}

/// The sum with the rounding error carried along (Neumaier, ZAMM 54, 1974).
pub(super) fn total(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

/// The mean; none of no values.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| total(values.iter().copied()) / size(values.len()))
}

/// The middle value, or the mean of the two middle ones; none of no values.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = sorted.get(half).copied()?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(half - 1).map(|lower| f64::midpoint(*lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_middles() {
        assert!(is_usable(-3.0) && !is_usable(f64::NAN) && !is_usable(f64::INFINITY) && !is_usable(-1e101));
        assert!((total([1e16, 1.0, -1e16]) - 1.0).abs() < 1e-12);
        assert_eq!((mean(&[]), median(&[])), (None, None));
        assert_eq!((mean(&[1.0, 2.0, 6.0]), median(&[6.0, 1.0, 2.0])), (Some(3.0), Some(2.0)));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }
}
