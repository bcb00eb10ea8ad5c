//! Funnel test data of `PHEindicatormethods` 2.1.0: labels exactly, lines to the digits the package found or printed.

use std::path::Path;

use super::{Check, Compared, NotCompared, Row, Table, Within};
use leds_metrics::stats::Level;
use leds_metrics::stats::as_phe::{
    PheLabel, RateArea, RateKind, proportion_label, rate_centre, rate_labels, ratio_label,
};
use leds_metrics::stats::rate::count_interval;

/// Lines that the package found by bisection.
const BISECTED: Within = Within::Relative(1e-4);
const YEARS: f64 = 3.0;

pub(super) fn check_funnels(folder: &Path) -> Vec<Compared> {
    let mut checks =
        vec![proportion_labels(folder), ratio_labels(folder), ratio_lines(folder), labels_of_rates(folder)];
    for (file, change) in [
        ("testdata_funnel_rate_outputs.csv", Change::None),
        ("testdata_funnel_rate_outputs_2.csv", Change::LargestIsFive),
        ("testdata_funnel_rate_outputs_3.csv", Change::LargestIsZero),
    ] {
        checks.push(rate_lines(folder, file, change));
    }
    checks
}

/// Numerators, denominators and labels of the proportion funnel.
fn proportion_rows<'a>(table: &'a Table) -> Result<Vec<(f64, f64, &'a str)>, NotCompared> {
    let of = |row: Row<'a>| Ok((row.required("numerator")?, row.required("denominator")?, row.text("significance")?));
    table.rows().map(of).collect()
}

fn pooled(rows: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (x, n) = rows.fold((0.0, 0.0), |(x, n), (more_x, more_n)| (x + more_x, n + more_n));
    x / n
}

fn proportion_labels(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_funnel_prop_inputs.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    let rows = proportion_rows(&table)?;
    let centre = pooled(rows.iter().map(|&(x, n, _)| (x, n)));
    for (x, n, wanted) in rows {
        let found = proportion_label(x, n, centre).map(PheLabel::as_str);
        check.exact(&format!("{x}/{n}"), &found, &Some(wanted));
    }
    Ok(check)
}

fn ratio_labels(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_funnel_ratio_inputs.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let (observed, expected) = (row.required("obs")?, row.required("expected")?);
        let found = ratio_label(observed, expected).map(PheLabel::as_str);
        check.exact(&format!("{observed} for {expected}"), &found, &Some(row.text("significance")?));
    }
    Ok(check)
}

/// The two expected counts at which an observed count lies on a boundary: first the one that makes it the lower one.
fn expected_at(events: i64, level: Level) -> (Option<f64>, Option<f64>) {
    let interval = count_interval(events, level).ok();
    (interval.and_then(|interval| interval.upper), interval.and_then(|interval| interval.lower))
}

fn ratio_lines(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_funnel_ratio_outputs.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let events = row.whole("Observed_events")?;
        let observed = row.required("Observed_events")?;
        for (level, lower, upper) in [(Level::LOOK, "lower_2s", "upper_2s"), (Level::ACT, "lower_3s", "upper_3s")] {
            let (at_lower, at_upper) = expected_at(events, level);
            for (prefix, expected) in [(lower, at_lower), (upper, at_upper)] {
                let what = format!("{events} {prefix}");
                check.number(&what, expected, row.number(&format!("{prefix}_exp_events"))?, BISECTED);
                let ratio = expected.map(|expected| observed / expected);
                check.number(&what, ratio.map(|r| r - 1.0), row.number(&format!("{prefix}_count"))?, BISECTED);
                check.number(&what, ratio.map(|r| 100.0 * r), row.number(&format!("{prefix}_isr"))?, BISECTED);
            }
        }
    }
    Ok(check)
}

/// Eight columns of labels: directly standardised and crude rates, on two scales, with and without the area that has no
/// event. In the columns without it that area is no part of the data and its row is passed over.
fn labels_of_rates(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_funnel_rate_dsr_inputs.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for (prefix, kind, column) in [
        ("dsr_per_100000", RateKind::Standardised, "rate_dsr"),
        ("dsr_per_100", RateKind::Standardised, "rate_dsr"),
        ("crude_per_100000", RateKind::Crude, "rate_crude_per_100000"),
        ("crude_per_100", RateKind::Crude, "rate_crude_per_100"),
    ] {
        let multiplier = if prefix.ends_with("100000") { 100_000.0 } else { 100.0 };
        let scale = if prefix == "dsr_per_100" { 0.001 } else { 1.0 };
        for suffix in ["with_0", "without_0"] {
            let (mut areas, mut wanted) = (Vec::new(), Vec::new());
            for row in table.rows() {
                let events = row.required("count")?;
                if events > 0.0 || suffix == "with_0" {
                    let rate = row.number(column)?.unwrap_or(0.0) * scale;
                    areas.push(RateArea { events, rate, exposure: row.number("pop")? });
                    wanted.push(row.text(&format!("{prefix}_{suffix}"))?);
                }
            }
            for ((area, found), wanted) in areas.iter().zip(rate_labels(&areas, kind, multiplier)).zip(wanted) {
                let what = format!("{prefix}_{suffix} {}", area.events);
                check.exact(&what, &found.map(PheLabel::as_str), &Some(wanted));
            }
        }
    }
    Ok(check)
}

/// What was done to the input of a file of rate lines.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    None,
    LargestIsFive,
    /// The largest count is 0 and only areas with more than half of the largest exposure stay.
    LargestIsZero,
}

fn changed_areas(table: &Table, change: Change) -> Result<Vec<RateArea>, NotCompared> {
    let mut areas = Vec::new();
    for row in table.rows() {
        let (events, rate) = (row.required("ev")?, row.required("rate")?);
        let exposure = row.number("denominator_derived_crude")?.map(|one_year| YEARS * one_year);
        areas.push(RateArea { events, rate, exposure });
    }
    let largest = |of: fn(&RateArea) -> f64| areas.iter().map(of).fold(0.0, f64::max);
    let (most, widest) = (largest(|area| area.events), largest(|area| area.exposure.unwrap_or(0.0)));
    let replacement = match change {
        Change::None => return Ok(areas),
        Change::LargestIsFive => 5.0,
        Change::LargestIsZero => 0.0,
    };
    for area in &mut areas {
        if area.events >= most {
            area.events = replacement;
        }
    }
    if change == Change::LargestIsZero {
        areas.retain(|area| area.exposure.is_some_and(|exposure| exposure > widest / 2.0));
    }
    Ok(areas)
}

fn rate_lines(folder: &Path, file: &str, change: Change) -> Result<Check, NotCompared> {
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    let input = Table::read(folder, "testdata_funnel_rate_input_funnels.csv")?;
    let multiplier = 100_000.0;
    let areas = changed_areas(&input, change)?;
    let centre = rate_centre(&areas, RateKind::Crude, multiplier).ok_or_else(|| input.fault("no exposure"))?;
    for row in table.rows() {
        let events = row.whole("Events")?;
        let observed = row.required("Events")?;
        let printed = Within::Absolute(1e-7);
        check.number("baseline", Some(multiplier * centre), row.number("baseline")?, printed);
        for (level, lower, upper) in [(Level::LOOK, "lower_2s", "upper_2s"), (Level::ACT, "lower_3s", "upper_3s")] {
            let (at_lower, at_upper) = expected_at(events, level);
            for (prefix, expected) in [(lower, at_lower), (upper, at_upper)] {
                let what = format!("{events} {prefix}");
                let size = expected.map(|expected| expected / centre / YEARS);
                check.number(&what, size, row.number(&format!("{prefix}_population_1_year"))?, BISECTED);
                let limit = size.map(|size| multiplier * observed / (size * YEARS));
                check.number(&what, limit, row.number(&format!("{prefix}_limit"))?, BISECTED);
            }
        }
    }
    Ok(check)
}
