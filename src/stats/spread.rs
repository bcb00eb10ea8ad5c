//! How far values of organisations lie apart, outliers drawn in.

use super::overdispersion::quantile;
use super::real;

/// Fewer values tell no spread.
pub const LEAST_VALUES: usize = 5;

/// Share of the values at each end that is drawn in.
const DRAWN_IN: f64 = 0.1;

/// The standard deviation (divisor n − 1) of values after those beyond the tenth and the ninetieth percentile (definition 7)
/// are drawn in to them. Where that leaves no spread, because nine tenths of the values are one, that of the values as they
/// are. `None` with fewer than [`LEAST_VALUES`] and where all values are one.
pub fn winsorised_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < LEAST_VALUES {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&sorted, DRAWN_IN)?, quantile(&sorted, 1.0 - DRAWN_IN)?);
    let drawn_in: Vec<f64> = sorted.iter().map(|value| value.max(low).min(high)).collect();
    [deviation(&drawn_in), deviation(&sorted)].into_iter().find(|found| found.is_finite() && *found > 0.0)
}

fn deviation(values: &[f64]) -> f64 {
    let n = real(values.len() as i128);
    let mean = values.iter().sum::<f64>() / n;
    // Equal values differ from their mean by rounding alone.
    if values.iter().all(|value| Some(value) == values.first()) {
        return 0.0;
    }
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 to 11: the tenth percentile is 2, the ninetieth 10. Drawn in: 2, 2, 3, 4, …, 9, 10, 10; mean 6; squares
    /// 2·16 + 9 + 4 + 1 + 0 + 1 + 4 + 9 + 2·16 = 92; √(92/10).
    #[test]
    fn the_ends_are_drawn_in() {
        let values: Vec<f64> = (1..=11).map(f64::from).collect();
        assert!((winsorised_deviation(&values).unwrap() - 9.2_f64.sqrt()).abs() < 1e-12);
        let mut wild = values.clone();
        wild[10] = 1e6;
        assert!((winsorised_deviation(&wild).unwrap() - 9.2_f64.sqrt()).abs() < 1e-9, "an outlier changes nothing");
    }

    #[test]
    fn values_that_are_nearly_all_one_keep_the_spread_of_the_others() {
        let mut values = vec![100.0; 19];
        assert_eq!(winsorised_deviation(&values), None);
        values.push(60.0);
        // 40²·(19/20)/19 = 80.
        assert!((winsorised_deviation(&values).unwrap() - 80.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(winsorised_deviation(&[1.0, 2.0, 3.0, 4.0]), None);
    }
}
