//! Test data of `PHEindicatormethods` 2.1.0: proportions, rates, quantile groups and indirectly standardised figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Check, Compared, NotCompared, Row, Table, Within, phe_funnel};
use leds_metrics::stats::counts::Counts;
use leds_metrics::stats::proportion::{proportion, wilson_interval};
use leds_metrics::stats::quantile_groups::quantile_groups;
use leds_metrics::stats::rate::rate;
use leds_metrics::stats::standardise::{Standardised, indirect_ratio};
use leds_metrics::stats::{Level, as_phe};
use leds_metrics::vocabulary::quantity::Interval;

const NEAR: Within = Within::Relative(1e-9);

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
        // Ours put the highest first: turned round, the lowest are.
        let turned = |value: f64| if highest_first { value } else { -value };
        let values: Vec<Option<f64>> = values.into_iter().map(|value| value.map(turned)).collect();
        let found = quantile_groups(&values, count);
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

/// Indirectly standardised ratios and rates of the events that are expected as published. The limits of the package are
/// exact below ten events, as ours are everywhere, and Byar's from there on.
fn indirect(folder: &Path) -> Result<Check, NotCompared> {
    let file = "testdata_DSR_ISR__testresults_ISR.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let statistic = row.text("statistic")?;
        let multiplier: f64 = statistic.rsplit(' ').next().and_then(|last| last.parse().ok()).unwrap_or(1.0);
        let scale = row.number("ref_rate")?.unwrap_or(multiplier);
        let (observed, expected) = (row.whole("observed")?, row.required("expected")?);
        let found =
            [Level::LOOK, Level::ACT].map(|level| Some(indirect_ratio(observed, expected, level).ok()?.times(scale)));
        // Some rows have no limits at 99.8 %.
        let levels = match (observed < 10, row.number(ACT_COLUMNS.0)?) {
            (false, _) => 0,
            (true, None) => 1,
            (true, Some(_)) => 2,
        };
        compare_standardised(&mut check, row, found, levels)?;
    }
    Ok(check)
}
