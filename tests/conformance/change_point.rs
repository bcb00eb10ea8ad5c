//! Comparison with the change points that `strucchange` 1.5.4 finds in the flow of the Nile.

use std::path::Path;

use super::{Check, Compared, NotCompared, Table, same, same_or_none, together};
use leds_metrics::stats::change_point::{MOST_BREAKS, change_points};

/// The least segment of the published example.
const LEAST: usize = 15;

/// Compares breaks and interval exactly, sums of squares and BIC to 1e-9.
pub fn check_change_point(folder: &Path) -> Vec<Compared> {
    together(compare(folder))
}

fn compare(folder: &Path) -> Result<Vec<Check>, NotCompared> {
    let input = Table::read(folder, "change_point/nile_input.csv")?;
    let flow = input.rows().map(|row| row.required("flow")).collect::<Result<Vec<f64>, _>>()?;
    let found = change_points(&flow, LEAST, MOST_BREAKS).map_err(|error| input.fault(error.to_string()))?;
    let by_number = Table::read(folder, "change_point/nile_rss_bic.csv")?;
    let mut of_numbers = Check { file: by_number.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for (index, row) in by_number.rows().enumerate() {
        let segmentation = found.segmentations.get(index);
        of_numbers.compared += 1;
        let matches = segmentation.is_some_and(|one| {
            row.optional_text("m") == one.breaks.len().to_string()
                && row.optional_number("RSS").is_some_and(|rss| same(one.rss, rss))
                && same_or_none(one.bic, row.optional_number("BIC"))
        });
        if !matches {
            of_numbers.mismatches.push(format!("{segmentation:?}"));
        }
    }
    let result = Table::read(folder, "change_point/nile_changepoint_result.csv")?;
    let mut of_result = Check { file: result.file().to_owned(), compared: 0, mismatches: Vec::new() };
    for row in result.rows() {
        of_result.compared += 1;
        let breaks: Vec<String> = found.changes.iter().map(|change| change.after.to_string()).collect();
        let whole = |limit: Option<usize>| limit.map_or("open".to_owned(), |limit| limit.to_string());
        let intervals: Vec<String> = found
            .changes
            .iter()
            .filter_map(|change| {
                change.interval.map(|(low, high)| format!("{} {} {}", whole(low), change.after, whole(high)))
            })
            .collect();
        let matches = row.optional_text("chosen_m") == found.chosen.to_string()
            && row.optional_text("breakpoints") == breaks.join(" ")
            && row.optional_text("ci") == intervals.join(" ");
        if !matches {
            of_result.mismatches.push(format!("{:?}", found.changes));
        }
    }
    Ok(vec![of_numbers, of_result])
}
