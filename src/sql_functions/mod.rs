//! The statistics as functions for ad hoc statements. Where a release has the figure, both come from the same code.

mod arguments;
mod comparisons;
mod counts;
mod funnels;
mod histograms;
mod proportions;
#[cfg(test)]
mod tests;

use crate::engine::functions::{Answer, Compute, FunctionGroup, Functions, ScalarFunction};

/// Every function, in the order of the help.
pub const FUNCTIONS: Functions = Functions {
    scalar: &[
        FunctionGroup {
            title: "Proportions, from 0 to 1 (level: such as 0.95 or 0.998)",
            functions: proportions::FUNCTIONS,
        },
        FunctionGroup { title: "Counts, rates and ratios", functions: counts::FUNCTIONS },
        FunctionGroup {
            title: "One against another (x of n cases, or x in exposure t)",
            functions: comparisons::FUNCTIONS,
        },
        FunctionGroup {
            title: "Funnel limits round a centre of x to n or t, exact (levels 0.95 and 0.998)",
            functions: funnels::FUNCTIONS,
        },
    ],
    aggregate: &[
        FunctionGroup {
            title: "Delays of a group, open cases counted (Kaplan-Meier). Each row is a delay with its count; rows\n\
                    that lack an argument or lie below 0 are left out. At the cap a delay may have lasted longer",
            functions: histograms::WITH_OPEN,
        },
        FunctionGroup {
            title: "Delays of a group's closed cases (quantile of type 7, limits by order statistics)",
            functions: histograms::OF_CLOSED,
        },
    ],
};

/// A function whose answer is a number.
const fn number(
    name: &'static str,
    arguments: &'static [&'static str],
    summary: &'static str,
    compute: fn(&[f64]) -> Answer<f64>,
) -> ScalarFunction {
    ScalarFunction { name, arguments, summary, compute: Compute::Number(compute) }
}

/// A function whose answer is a word, as in data files.
const fn text(
    name: &'static str,
    arguments: &'static [&'static str],
    summary: &'static str,
    compute: fn(&[f64]) -> Answer<&'static str>,
) -> ScalarFunction {
    ScalarFunction { name, arguments, summary, compute: Compute::Text(compute) }
}
