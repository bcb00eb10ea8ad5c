//! The sums of monthly rows that one figure is made of.

use std::collections::BTreeMap;

use super::monthly::Amounts;
use crate::vocabulary::quantity::Shape;

/// Added-up integers of any shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    pub numerator: i64,
    pub denominator: i64,
    /// Delay bins: (value, observed) to count.
    pub delays: BTreeMap<(i64, bool), i64>,
    /// Organisations by grade.
    pub grades: BTreeMap<i64, i64>,
}

/// The two integers that a figure shows of its totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TotalCounts {
    pub numerator: i64,
    /// 0 for a count.
    pub denominator: i64,
}

impl Totals {
    pub(super) fn add(&mut self, amounts: Amounts) {
        match amounts {
            Amounts::Counts { numerator, denominator } => {
                self.numerator += numerator;
                self.denominator += denominator.unwrap_or(0);
            }
            Amounts::Delay { value, observed, count } => *self.delays.entry((value, observed)).or_default() += count,
            Amounts::Grade(grade) => *self.grades.entry(grade).or_default() += 1,
        }
    }

    /// Numerator and denominator as a figure of this shape shows them: for a distribution closed and all cases.
    pub fn counts(&self, shape: Shape) -> TotalCounts {
        if shape != Shape::Distribution {
            return TotalCounts { numerator: self.numerator, denominator: self.denominator };
        }
        let closed = self.delays.iter().filter(|((_, observed), _)| *observed).map(|(_, count)| count).sum();
        TotalCounts { numerator: closed, denominator: self.delays.values().sum() }
    }

    pub fn merge(&mut self, other: &Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        for (bin, count) in &other.delays {
            *self.delays.entry(*bin).or_default() += count;
        }
        for (grade, count) in &other.grades {
            *self.grades.entry(*grade).or_default() += count;
        }
    }
}
