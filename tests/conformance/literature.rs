//! Examples printed in papers: proportions and their differences (Newcombe 1998), the ratio of two rates (R help page),
//! false discoveries (Benjamini and Hochberg 1995) and a survival curve (Freireich 1963).

use std::path::Path;

use super::{Check, Compared, NotCompared, Table, Within};
use leds_metrics::stats::Level;
use leds_metrics::stats::counts::Counts;
use leds_metrics::stats::histogram::Histogram;
use leds_metrics::stats::multiplicity::adjusted;
use leds_metrics::stats::proportion::{exact_proportion_interval, proportion, wilson_interval};
use leds_metrics::stats::proportion_difference::proportion_difference;
use leds_metrics::stats::rate_ratio::{central_p_value, rate_ratio};
use leds_metrics::stats::survival::SurvivalCurve;
use leds_metrics::vocabulary::quantity::{Interval, Status};

const NEAR: Within = Within::Relative(1e-9);
/// Figures printed with four decimals.
const PRINTED: Within = Within::Absolute(0.000_050_1);

/// All literature files.
pub fn check_literature(folder: &Path) -> Vec<Compared> {
    let folder = &folder.join("literature");
    vec![wilson(folder), newcombe(folder), ratio(folder), false_discoveries(folder), survival(folder)]
}

/// Limits compared with a pair of columns, named by what stands before `lower` and `upper`.
fn compare_limits(check: &mut Check, what: &str, found: Interval, wanted: (Option<f64>, Option<f64>), within: Within) {
    check.number(&format!("{what} lower"), found.lower, wanted.0, within);
    check.number(&format!("{what} upper"), found.upper, wanted.1, within);
}

fn refused(table: &Table) -> impl Fn(Status) -> NotCompared + '_ {
    |status| table.fault(status.reason())
}

fn wilson(folder: &Path) -> Result<Check, NotCompared> {
    let file = "wilson_newcombe_1998.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let (x, n) = (row.whole("x")?, row.whole("n")?);
        let value = proportion(x, n).map_err(refused(&table))?;
        check.number(&format!("{x}/{n} value"), Some(value), row.number("value")?, NEAR);
        let look = wilson_interval(x, n, Level::LOOK).map_err(refused(&table))?;
        let act = wilson_interval(x, n, Level::ACT).map_err(refused(&table))?;
        let exact = exact_proportion_interval(x, n, Level::LOOK).map_err(refused(&table))?;
        for (prefix, found, within) in [
            ("wilson95", look, NEAR),
            ("wilson998", act, NEAR),
            ("clopper95", exact, NEAR),
            ("printed_wilson95", look, PRINTED),
        ] {
            let wanted = (row.number(&format!("{prefix}_lower"))?, row.number(&format!("{prefix}_upper"))?);
            compare_limits(&mut check, &format!("{x}/{n} {prefix}"), found, wanted, within);
        }
    }
    Ok(check)
}

fn newcombe(folder: &Path) -> Result<Check, NotCompared> {
    let file = "newcombe_difference_1998.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let (a, b) = (Counts::new(row.whole("x1")?, row.whole("n1")?), Counts::new(row.whole("x0")?, row.whole("n0")?));
        let what = format!("{a:?} {b:?}");
        let look = proportion_difference(a, b, Level::LOOK).map_err(refused(&table))?;
        let act = proportion_difference(a, b, Level::ACT).map_err(refused(&table))?;
        check.number(&what, Some(look.value), row.number("diff")?, NEAR);
        let wanted = (row.number("lower95")?, row.number("upper95")?);
        compare_limits(&mut check, &what, look.interval, wanted, NEAR);
        let wanted = (row.number("lower998")?, row.number("upper998")?);
        compare_limits(&mut check, &what, act.interval, wanted, NEAR);
        let wanted = (row.number("printed95_lower")?, row.number("printed95_upper")?);
        compare_limits(&mut check, &what, look.interval, wanted, PRINTED);
    }
    Ok(check)
}

fn ratio(folder: &Path) -> Result<Check, NotCompared> {
    let file = "rate_ratio_eba1977.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let (a, b) = (Counts::new(row.whole("x1")?, row.whole("t1")?), Counts::new(row.whole("x0")?, row.whole("t0")?));
        let found = rate_ratio(a, b, Level::LOOK).map_err(refused(&table))?;
        check.number("ratio", found.value, row.number("rate_ratio")?, NEAR);
        let wanted = (row.number("lower95")?, row.number("upper95")?);
        compare_limits(&mut check, "ratio", found.interval, wanted, NEAR);
        check.number("central p", central_p_value(a, b).ok(), row.number("p_central")?, NEAR);
    }
    Ok(check)
}

fn false_discoveries(folder: &Path) -> Result<Check, NotCompared> {
    let file = "benjamini_hochberg_1995.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    let p_values = table.numbers("p")?;
    let found = adjusted(&p_values).map_err(|error| table.fault(error.to_string()))?;
    for (row, (found, wanted)) in found.into_iter().zip(table.numbers("bh")?).enumerate() {
        check.number(&format!("bh {row}"), found, wanted, NEAR);
    }
    Ok(check)
}

fn survival(folder: &Path) -> Result<Check, NotCompared> {
    let file = "km_6mp_curve.csv";
    let (input, table, mut check) =
        (Table::read(folder, "km_6mp_input.csv")?, Table::read(folder, file)?, Check::new(file));
    let cases = input.rows().map(|row| Ok((row.whole("weeks")?, row.whole("event")? == 1, 1)));
    let curve = SurvivalCurve::new(&Histogram::new(cases.collect::<Result<Vec<_>, NotCompared>>()?, None));
    for row in table.rows() {
        let weeks = row.whole("weeks")?;
        let what = format!("week {weeks}");
        let Some(step) = curve.steps().iter().rev().find(|step| step.delay <= weeks) else {
            return Err(table.fault("a week before the first step"));
        };
        check.number(&what, Some(step.open_share), row.number("survival")?, NEAR);
        check.number(&what, Some(step.open_share * step.log_variance.sqrt()), row.number("se")?, NEAR);
        let limits = step.limits(Level::LOOK);
        let found = Interval { lower: limits.map(|l| l.0), upper: limits.map(|l| l.1) };
        let wanted = (row.number("loglog_lower95")?, row.number("loglog_upper95")?);
        compare_limits(&mut check, &what, found, wanted, NEAR);
    }
    Ok(check)
}
