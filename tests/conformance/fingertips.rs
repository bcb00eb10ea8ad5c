//! Comparison with the trend marker test cases of Fingertips and with reference chi-squares for them.

use std::path::Path;

use super::{Check, Compared, NotCompared, Row, Table, same, same_or_none, together};
use leds_metrics::stats::trend::Estimate;
use leds_metrics::stats::trend::fingertips::{Marker, MarkerTest, limits_marker, proportion_marker};
use leds_metrics::vocabulary::quantity::Interval;

/// Its published answer is "no change" because limits are missing; ours is that it cannot be calculated.
const DEFECT: &str = "GpRegisteredPopulationOver65";
/// Slopes without one point are printed with so many significant digits, give or take one in the last.
const PRINTED: f64 = 1e-7;

/// Compares chi-squares and slopes to 1e-9 and outcomes exactly.
pub fn check_fingertips(folder: &Path) -> Vec<Compared> {
    together(compare(folder))
}

fn compare(folder: &Path) -> Result<Vec<Check>, NotCompared> {
    let cases = Table::read(folder, "fingertips/trend_marker_test_cases.csv")?;
    let reference = Table::read(folder, "fingertips/trend_marker_reference_results.csv")?;
    let rows: Vec<Row> = cases.rows().collect();
    let mut of_cases = Check { file: cases.file().to_owned(), compared: 0, mismatches: Vec::new() };
    let mut of_reference = Check { file: reference.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for case in rows.chunk_by(|a, b| a.optional_text("case") == b.optional_text("case")) {
        let Some(first) = case.first() else { continue };
        let name = first.optional_text("case");
        let (counts, estimates) = inputs(case)?;
        let (by_counts, by_limits) = (proportion_marker(&counts), limits_marker(&estimates));
        of_cases.compared += case.len();
        if !outcome_matches(name, first.optional_text("expected_trend"), &by_counts, &by_limits) {
            of_cases.mismatches.push(format!("{name}: {:?} {:?}", by_counts.marker, by_limits.marker));
        }
        let Some(row) = reference.rows().find(|row| row.optional_text("case") == name) else {
            return Err(reference.fault(format!("no row of {name}")));
        };
        of_reference.compared += 1;
        if !reference_matches(&row, &by_counts, &by_limits) {
            of_reference.mismatches.push(format!("{name}: {by_counts:?} {by_limits:?}"));
        }
    }
    Ok(vec![of_cases, of_reference])
}

type Inputs = (Vec<(i64, i64)>, Vec<Estimate>);

fn inputs(case: &[Row]) -> Result<Inputs, NotCompared> {
    let (mut counts, mut estimates) = (Vec::new(), Vec::new());
    for row in case {
        counts.push((row.whole("count")?, row.whole("denominator")?));
        let interval = Interval { lower: row.optional_number("lower_ci95"), upper: row.optional_number("upper_ci95") };
        estimates.push(Estimate { value: row.required("value")?, interval });
    }
    Ok((counts, estimates))
}

fn outcome_matches(name: &str, expected: &str, by_counts: &MarkerTest, by_limits: &MarkerTest) -> bool {
    if name == DEFECT {
        return by_limits.marker == Marker::CannotBeCalculated && by_counts.marker == Marker::Increasing;
    }
    let found = if name.starts_with("open_prop") { by_counts } else { by_limits }.marker;
    let wanted = match expected {
        text if text.starts_with("Increasing") || text.starts_with("significant") => Marker::Increasing,
        text if text.starts_with("Decreasing") => Marker::Decreasing,
        text if text.starts_with("not significant") => Marker::NoChange,
        _ => Marker::CannotBeCalculated,
    };
    found == wanted
}

fn reference_matches(row: &Row, by_counts: &MarkerTest, by_limits: &MarkerTest) -> bool {
    let printed: Vec<f64> =
        row.optional_text("loo_slopes").split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let close = |(found, wanted): (&f64, &f64)| (found - wanted).abs() <= PRINTED * wanted.abs();
    // A probability too small for a relative comparison is compared with 0.
    let p_matches =
        |found: f64| row.optional_number("p_proportions").is_some_and(|p| same(found, p) || (found - p).abs() < 1e-300);
    by_counts.chi_square.is_some_and(|found| p_matches(found.p_value))
        && same_or_none(by_counts.chi_square.map(|found| found.value), row.optional_number("chi2_proportions"))
        && same_or_none(by_limits.chi_square.map(|found| found.value), row.optional_number("chi2_ci_based"))
        && same_or_none(by_limits.slope, row.optional_number("wls_slope"))
        && same_or_none(by_limits.error, row.optional_number("wls_se"))
        && printed.len() == by_limits.without_one.len()
        && by_limits.without_one.iter().zip(&printed).all(close)
}
