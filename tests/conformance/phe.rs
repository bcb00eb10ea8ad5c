//! Test data of `PHEindicatormethods` 2.1.0: proportions, rates, quantile groups and standardised figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Check, Compared, NotCompared, Row, Table, Within, phe_funnel};
use leds_metrics::stats::counts::Counts;
use leds_metrics::stats::proportion::{proportion, wilson_interval};
use leds_metrics::stats::quantile_groups::{First, quantile_groups};
use leds_metrics::stats::rate::rate;
use leds_metrics::stats::standardise::{
    CountLimits, ReferenceStratum, Standardised, WeightedStratum, direct_rate, expected_events, indirect_ratio,
    reference_rate,
};
use leds_metrics::stats::{Level, as_phe};
use leds_metrics::vocabulary::quantity::Interval;

const NEAR: Within = Within::Relative(1e-9);

/// The European Standard Population 2013 of Eurostat by bands of five years, from 0 to 4 up to 90 and over.
const STANDARD_2013: [f64; 19] = [
    5000.0, 5500.0, 5500.0, 5500.0, 6000.0, 6000.0, 6500.0, 7000.0, 7000.0, 7000.0, 7000.0, 6500.0, 6000.0, 5500.0,
    5000.0, 4000.0, 2500.0, 1500.0, 1000.0,
];

/// All files of that package but those of optional methods and of means.
pub fn check_phe(folder: &Path) -> Vec<Compared> {
    let folder: &PathBuf = &folder.join("phe").join("package_tests");
    let mut checks = vec![
        plain_limits(folder),
        proportions(folder),
        grouped_proportions(folder),
        rates(folder),
        grouped_rates(folder),
        quantiles(folder),
        indirect(folder),
        direct(folder),
    ];
    checks.extend(phe_funnel::check_funnels(folder));
    checks
}

fn level_of(row: Row, table: &Table) -> Result<Level, NotCompared> {
    match row.text("confidence")? {
        "95%" => Ok(Level::LOOK),
        "99.8%" => Ok(Level::ACT),
        other => Err(table.fault(format!("unknown level {other}"))),
    }
}

fn compare_limits(
    check: &mut Check,
    what: &str,
    found: Option<Interval>,
    row: Row,
    columns: (&str, &str),
) -> Result<(), NotCompared> {
    check.number(&format!("{what} {}", columns.0), found.and_then(|i| i.lower), row.number(columns.0)?, NEAR);
    check.number(&format!("{what} {}", columns.1), found.and_then(|i| i.upper), row.number(columns.1)?, NEAR);
    Ok(())
}

fn scaled(interval: Interval, factor: f64) -> Interval {
    Interval { lower: interval.lower.map(|l| l * factor), upper: interval.upper.map(|l| l * factor) }
}

const LOOK_COLUMNS: (&str, &str) = ("lower95_0cl", "upper95_0cl");
const ACT_COLUMNS: (&str, &str) = ("lower99_8cl", "upper99_8cl");

fn plain_limits(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_Byars_Wilson__testdata_B_W.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let (x, level) = (row.required("x")?, level_of(row, &table)?);
        let found = match row.number("n")? {
            Some(n) => as_phe::wilson_interval(x, n, level),
            None => as_phe::byar_interval(x, level),
        };
        compare_limits(&mut check, &x.to_string(), found, row, ("lowercl", "uppercl"))?;
    }
    Ok(check)
}

/// x and n of a row of rates or proportions; `None` where one is blank.
fn counts_of(row: Row) -> Result<Option<Counts>, NotCompared> {
    if row.number("Numerator")?.is_none() || row.number("Denominator")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Counts::new(row.whole("Numerator")?, row.whole("Denominator")?)))
}

fn proportion_row(check: &mut Check, row: Row, limits: &[(Level, (&str, &str))]) -> Result<(), NotCompared> {
    let (what, counts, multiplier) = (row.text("Area")?, counts_of(row)?, row.required("multiplier")?);
    let value = counts.and_then(|c| proportion(c.numerator, c.denominator).ok());
    check.number(what, value.map(|value| value * multiplier), row.number("value")?, NEAR);
    for &(level, columns) in limits {
        let found = counts.and_then(|c| wilson_interval(c.numerator, c.denominator, level).ok());
        compare_limits(check, what, found.map(|found| scaled(found, multiplier)), row, columns)?;
    }
    Ok(())
}

fn proportions(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_Proportion__testdata_Prop.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        proportion_row(&mut check, row, &[(Level::LOOK, LOOK_COLUMNS), (Level::ACT, ACT_COLUMNS)])?;
    }
    Ok(check)
}

fn grouped_proportions(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_Proportion__testdata_Prop_g.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        proportion_row(&mut check, row, &[(level_of(row, &table)?, ("lowercl", "uppercl"))])?;
    }
    Ok(check)
}

fn rate_row(check: &mut Check, row: Row, limits: &[(Level, (&str, &str))]) -> Result<(), NotCompared> {
    let (what, counts, multiplier) = (row.text("Area")?, counts_of(row)?, row.required("multiplier")?);
    let value = counts.and_then(|c| rate(c.numerator, c.denominator, 1).ok());
    check.number(what, value.map(|value| value * multiplier), row.number("value")?, NEAR);
    let counts = row.number("Numerator")?.zip(row.number("Denominator")?);
    for &(level, columns) in limits {
        let found = counts.and_then(|(x, t)| Some(scaled(as_phe::count_interval(x, level)?, multiplier / t)));
        compare_limits(check, what, found, row, columns)?;
    }
    Ok(())
}

fn rates(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_Rate__testdata_Rate.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        rate_row(&mut check, row, &[(Level::LOOK, LOOK_COLUMNS), (Level::ACT, ACT_COLUMNS)])?;
    }
    Ok(check)
}

fn grouped_rates(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_Rate__testdata_Rate_g.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        rate_row(&mut check, row, &[(level_of(row, &table)?, ("lowercl", "uppercl"))])?;
    }
    Ok(check)
}

/// A grouping with its values and the groups they should have.
type Grouping = (Vec<Option<f64>>, Vec<Option<f64>>);

fn quantiles(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_Quantiles__testdata_Quantiles.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    let mut groupings: BTreeMap<(String, u32, bool), Grouping> = BTreeMap::new();
    for row in table.rows().filter(|row| row.text("Test").is_ok_and(|test| test != "BadPolarity")) {
        let reference = row.text("IndSexRef")?;
        let highest_first = match row.text("Polarity")? {
            "RAG - Low is good" | "TRUE" => true,
            "RAG - High is good" | "FALSE" => false,
            other => return Err(table.fault(format!("unknown polarity {other}"))),
        };
        let key = match row.text("GroupSet")? {
            "IndSexReg" => (format!("{reference} {}", row.text("ParentCode")?), 10, highest_first),
            "IndSex" => (reference.to_owned(), 7, highest_first),
            _ => (String::new(), 4, true),
        };
        let grouping = groupings.entry(key).or_default();
        grouping.0.push(row.number("Value")?);
        grouping.1.push(row.number("QuantileInGrp")?);
    }
    for ((name, count, highest_first), (values, wanted)) in groupings {
        let first = if highest_first { First::Highest } else { First::Lowest };
        let found = quantile_groups(&values, count, first);
        let found = found.map_or_else(|| vec![None; values.len()], |found| found.groups);
        for (row, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
            check.exact(&format!("{name} {row}"), &found.map(f64::from), &wanted);
        }
    }
    Ok(check)
}

fn compare_standardised(
    check: &mut Check,
    row: Row,
    found: [Option<Standardised>; 2],
    levels: usize,
) -> Result<(), NotCompared> {
    let what = format!("{} {}", row.text("area")?, row.text("statistic")?);
    let [look, act] = found;
    check.number(&what, look.map(|found| found.value), row.number("value")?, NEAR);
    let limits = [(look, LOOK_COLUMNS), (act, ACT_COLUMNS)];
    for (found, columns) in limits.into_iter().take(levels) {
        compare_limits(check, &what, found.map(|found| found.interval), row, columns)?;
    }
    Ok(())
}

/// Every area's expected events, the reference rate and the standardised figures. `Area1` and `Area2` are the big and the
/// small area, the former without the population of its second band.
fn indirect(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_DSR_ISR__testresults_ISR.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    let areas = Table::read(folder, "testdata_DSR_ISR__testdata_multiarea.csv")?;
    let bands = Table::read(folder, "testdata_DSR_ISR__refdata.csv")?;
    for row in table.rows() {
        let area = row.text("area")?;
        let (name, left_out) = match area {
            "Area1" => ("testdata_big", Some("5-9")),
            "Area2" => ("testdata_small", None),
            other => (other, None),
        };
        let mut strata = Vec::new();
        let own = areas.rows().filter(|stratum| stratum.text("area").is_ok_and(|found| found == name));
        for (stratum, band) in own.zip(bands.rows()) {
            let name = band.text("Age Band")?;
            let size = if left_out == Some(name) { 0 } else { stratum.whole("pop")? };
            let reference = Counts::new(band.whole("refcount")?, band.whole("refpop")?);
            strata.push(ReferenceStratum { name, size, reference });
        }
        let expected = expected_events(&strata).ok();
        check.number(&format!("{area} expected"), expected, row.number("expected")?, NEAR);
        let statistic = row.text("statistic")?;
        let multiplier: f64 = statistic.rsplit(' ').next().and_then(|last| last.parse().ok()).unwrap_or(1.0);
        let reference = reference_rate(&strata).filter(|_| !statistic.contains("ratio")).map(|rate| rate * multiplier);
        check.number(&format!("{area} reference"), reference, row.number("ref_rate")?, NEAR);
        let observed = row.whole("observed")?;
        let found = [Level::LOOK, Level::ACT].map(|level| {
            let ratio = indirect_ratio(observed, expected?, CountLimits::AsPhe, level).ok()?;
            Some(ratio.times(reference.unwrap_or(multiplier)))
        });
        // The rows of Area1 and Area2 have no limits at 99.8 %.
        let levels = if row.number(ACT_COLUMNS.0)?.is_some() { 2 } else { 1 };
        compare_standardised(&mut check, row, found, levels)?;
    }
    Ok(check)
}

/// Directly standardised rates but for those with repeated events. In the rows of `testdata_1976` the 99.8 % columns are
/// on another scale than the rest of the row and are passed over.
fn direct(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_DSR_ISR__testresults_DSR.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    let areas = Table::read(folder, "testdata_DSR_ISR__testdata_multiarea.csv")?;
    let with_weights = Table::read(folder, "testdata_DSR_ISR__testdata_1976.csv")?;
    for row in table.rows().filter(|row| row.text("area").is_ok_and(|area| !area.contains("nonind"))) {
        let area = row.text("area")?;
        let mut strata = Vec::new();
        if area == "testdata_1976" {
            for stratum in with_weights.rows() {
                let counts = Counts::new(stratum.whole("count")?, stratum.whole("pop")?);
                let weight = stratum.required("esp1976")?;
                strata.push(WeightedStratum { name: stratum.text("Age Band")?, counts, weight });
            }
        } else {
            let own = areas.rows().filter(|stratum| stratum.text("area").is_ok_and(|name| name == area));
            for (stratum, weight) in own.zip(STANDARD_2013) {
                // A blank count is no event.
                let events = if stratum.text("count")?.is_empty() { 0 } else { stratum.whole("count")? };
                let counts = Counts::new(events, stratum.whole("pop")?);
                strata.push(WeightedStratum { name: stratum.text("ageband")?, counts, weight });
            }
        }
        let multiplier = if row.text("statistic")?.ends_with("100000") { 100_000.0 } else { 10_000.0 };
        let found = [Level::LOOK, Level::ACT]
            .map(|level| Some(direct_rate(&strata, CountLimits::AsPhe, level).ok()?.times(multiplier)));
        compare_standardised(&mut check, row, found, if area == "testdata_1976" { 1 } else { 2 })?;
    }
    Ok(check)
}
