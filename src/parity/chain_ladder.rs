//! The chain ladder against Taylor and Ashe (1983) as used by Mack (ASTIN Bulletin 23, 1993).

use std::path::Path;

use super::{Check, ParityError, Rows};
use crate::stats::late::{ChainLadder, Tail, Triangle};

const TRIANGLE: &str = "literature/taylor_ashe_triangle.csv";
const FACTORS: &str = "literature/taylor_ashe_factors.csv";
const ERRORS: &str = "literature/taylor_ashe_mack.csv";

/// Factors, variances, ultimate counts, completeness and standard errors with both tails.
pub fn check_chain_ladder(folder: &Path) -> Result<Vec<Check>, ParityError> {
    let mut triangle = Check::new(TRIANGLE);
    let mut rows: Vec<Vec<i64>> = Vec::new();
    let published = Rows::read(folder, TRIANGLE)?;
    for row in 0..published.len() {
        let count = published.number(row, "cumulative")?;
        match rows.last_mut() {
            Some(last) if published.number::<usize>(row, "lag")? > 0 => last.push(count),
            _ => rows.push(vec![count]),
        }
    }
    triangle.equal("rows", &rows.len(), &10);
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
        compare_factors(&Rows::read(folder, FACTORS)?, ladder, variance, &mut factors)?;
        compare_errors(&Rows::read(folder, ERRORS)?, ladder, error, &mut errors)?;
    }
    Ok(vec![triangle, factors, errors])
}

fn compare_factors(rows: &Rows, ladder: &ChainLadder, variance: &str, check: &mut Check) -> Result<(), ParityError> {
    check.equal("factors", &ladder.factors.len(), &rows.len());
    for (row, factor) in ladder.factors.iter().enumerate() {
        check.close(&format!("factor {row}"), factor.factor, rows.number(row, "factor")?);
        check.close(&format!("{variance} {row}"), factor.variance, rows.number(row, variance)?);
    }
    Ok(())
}

fn compare_errors(rows: &Rows, ladder: &ChainLadder, error: &str, check: &mut Check) -> Result<(), ParityError> {
    check.equal("rows and the total", &(ladder.rows.len() + 1), &rows.len());
    for (row, projection) in ladder.rows.iter().chain([&ladder.total]).enumerate() {
        check.equal(&format!("latest {row}"), &projection.latest, &rows.number(row, "latest")?);
        let numbers = [
            ("ultimate", projection.ultimate),
            ("outstanding", projection.outstanding()),
            ("completeness", projection.completeness()),
            (error, projection.standard_error),
        ];
        for (column, found) in numbers {
            check.close(&format!("{column} {row}"), found, rows.number(row, column)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn published_chain_ladder() {
        super::super::run_check(super::check_chain_ladder);
    }
}
