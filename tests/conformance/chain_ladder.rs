//! The chain ladder against Taylor and Ashe (1983) as used by Mack (ASTIN Bulletin 23, 1993).

use std::path::Path;

use super::{Check, Compared, NotCompared, TOLERANCE, Table, Within, together};
use leds_metrics::stats::late::{ChainLadder, Tail, Triangle};

const SAME: Within = Within::Relative(TOLERANCE);
const TRIANGLE: &str = "literature/taylor_ashe_triangle.csv";
const FACTORS: &str = "literature/taylor_ashe_factors.csv";
const ERRORS: &str = "literature/taylor_ashe_mack.csv";

/// Factors, variances, ultimate counts and standard errors with both tails.
pub fn check_chain_ladder(folder: &Path) -> Vec<Compared> {
    together(compare(folder))
}

fn compare(folder: &Path) -> Result<Vec<Check>, NotCompared> {
    let mut triangle = Check::new(TRIANGLE);
    let mut rows: Vec<Vec<i64>> = Vec::new();
    for row in Table::read(folder, TRIANGLE)?.rows() {
        let count = row.whole("cumulative")?;
        match rows.last_mut() {
            Some(last) if row.whole("lag")? > 0 => last.push(count),
            _ => rows.push(vec![count]),
        }
    }
    triangle.exact("rows", &rows.len(), &10);
    let Ok(read) = Triangle::new(rows) else {
        triangle.mismatches.push("the published rows are no triangle".to_owned());
        return Ok(vec![triangle]);
    };
    let ladders = [
        ("sigma2_mack_tail", "se_mack_tail", read.chain_ladder(Tail::Mack)),
        ("sigma2_log_linear_tail", "se_log_linear_tail", read.chain_ladder(Tail::LogLinear)),
    ];
    let (mut factors, mut errors) = (Check::new(FACTORS), Check::new(ERRORS));
    for (variance, error, ladder) in &ladders {
        compare_factors(&Table::read(folder, FACTORS)?, ladder, variance, &mut factors)?;
        compare_errors(&Table::read(folder, ERRORS)?, ladder, error, &mut errors)?;
    }
    Ok(vec![triangle, factors, errors])
}

fn compare_factors(table: &Table, ladder: &ChainLadder, variance: &str, check: &mut Check) -> Result<(), NotCompared> {
    check.exact("factors", &ladder.factors.len(), &table.rows().count());
    for (place, (factor, row)) in ladder.factors.iter().zip(table.rows()).enumerate() {
        check.number(&format!("factor {place}"), factor.factor, row.number("factor")?, SAME);
        check.number(&format!("{variance} {place}"), factor.variance, row.number(variance)?, SAME);
    }
    Ok(())
}

fn compare_errors(table: &Table, ladder: &ChainLadder, error: &str, check: &mut Check) -> Result<(), NotCompared> {
    check.exact("rows and the total", &(ladder.rows.len() + 1), &table.rows().count());
    for (place, (projection, row)) in ladder.rows.iter().chain([&ladder.total]).zip(table.rows()).enumerate() {
        check.exact(&format!("latest {place}"), &projection.latest, &i128::from(row.whole("latest")?));
        let numbers = [("ultimate", projection.ultimate), (error, projection.standard_error)];
        for (column, found) in numbers {
            check.number(&format!("{column} {place}"), found, row.number(column)?, SAME);
        }
    }
    Ok(())
}
