//! Comparison with the chi-square for trend of a textbook example.

use std::path::Path;

use super::{Check, Compared, NotCompared, Table, same, together};
use leds_metrics::stats::trend::fingertips::proportion_chi_square;

/// Compares chi-square and p-value to 1e-9.
pub fn check_trend(folder: &Path) -> Vec<Compared> {
    together(compare(folder))
}

fn compare(folder: &Path) -> Result<Vec<Check>, NotCompared> {
    let table = Table::read(folder, "trend/fleiss_smokers_chisq_trend.csv")?;
    let mut check = Check { file: table.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in table.rows() {
        let list =
            |column| row.optional_text(column).split_whitespace().map(str::parse::<i64>).collect::<Result<Vec<_>, _>>();
        let (Ok(x), Ok(n)) = (list("x"), list("n")) else { return Err(table.fault("a count cannot be read")) };
        let found = proportion_chi_square(&x.into_iter().zip(n).collect::<Vec<_>>());
        let wanted = (row.required("chi2")?, row.required("p")?);
        check.compared += 1;
        if !found.is_some_and(|found| same(found.value, wanted.0) && same(found.p_value, wanted.1)) {
            check.mismatches.push(format!("{found:?}, not {wanted:?}"));
        }
    }
    Ok(vec![check])
}
