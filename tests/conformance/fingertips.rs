//! Comparison with the lines that Fingertips lays through figures with limits: its trend marker test cases, with reference
//! results for them. The marker itself takes chance as the only source of variation and is not made here.

use std::path::Path;

use chrono::NaiveDate;

use super::{Check, Compared, NotCompared, Row, TOLERANCE, Table, Within, together};
use leds_metrics::stats::difference::Estimate;
use leds_metrics::stats::timeline::DaySpan;
use leds_metrics::stats::trend::{PeriodPoint, PeriodReading, value_trend};
use leds_metrics::vocabulary::quantity::Interval;

const SAME: Within = Within::Relative(TOLERANCE);

/// Compares slopes, their standard errors and the chi-square that the two make.
pub fn check_fingertips(folder: &Path) -> Vec<Compared> {
    together(compare(folder))
}

fn compare(folder: &Path) -> Result<Vec<Check>, NotCompared> {
    let cases = Table::read(folder, "fingertips/trend_marker_test_cases.csv")?;
    let reference = Table::read(folder, "fingertips/trend_marker_reference_results.csv")?;
    let rows: Vec<Row> = cases.rows().collect();
    let mut check = Check::new(reference.file());
    for case in rows.chunk_by(|a, b| a.optional_text("case") == b.optional_text("case")) {
        let name = case.first().map_or("", |row| row.optional_text("case"));
        let Some(row) = reference.rows().find(|row| row.optional_text("case") == name) else {
            return Err(reference.fault(format!("no row of {name}")));
        };
        let trend = value_trend(&years(&cases, case)?).ok();
        let number = |of: fn(&leds_metrics::stats::trend::Trend) -> f64| trend.as_ref().map(of);
        let chi_square = number(|trend| (trend.slope / trend.model_error).powi(2));
        for (column, found) in [
            ("wls_slope", number(|trend| trend.slope)),
            ("wls_se", number(|trend| trend.model_error)),
            ("chi2_ci_based", chi_square),
        ] {
            check.number(&format!("{name} {column}"), found, row.number(column)?, SAME);
        }
    }
    Ok(vec![check])
}

/// The figures of a case in years that follow each other, as Fingertips numbers them.
fn years(table: &Table, case: &[Row]) -> Result<Vec<PeriodPoint<Estimate>>, NotCompared> {
    let mut points = Vec::new();
    for (row, year) in case.iter().zip(2014..) {
        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let span = DaySpan::new(day(1, 1), day(12, 31)).map_err(|error| table.fault(error.to_string()))?;
        let interval = Interval { lower: row.optional_number("lower_ci95"), upper: row.optional_number("upper_ci95") };
        let reading = PeriodReading::Value(Estimate { value: row.required("value")?, interval });
        points.push(PeriodPoint { span, reading, provisional: false, break_before: false });
    }
    Ok(points)
}
