//! The least and greatest value of a variable under linear equations with bounds, in whole numbers throughout: a simplex
//! method whose rows keep a common denominator each, so that no tolerance decides what is disclosed.

use std::cmp::Ordering;

/// The numbers grew beyond 128 bits, or the equations contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SimplexError {
    Overflow,
    Contradiction,
}

/// A variable's bounds; the upper one may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) lower: i128,
    pub(super) upper: Option<i128>,
}

/// Which end is sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Least,
    Greatest,
}

/// numerator / denominator with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) numerator: i128,
    pub(super) denominator: i128,
}

impl Fraction {
    /// The least whole number that is not below.
    pub(super) fn ceiling(self) -> i128 {
        -(-self.numerator).div_euclid(self.denominator)
    }

    /// The greatest whole number that is not above.
    pub(super) fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator)
    }

    fn compare(self, other: Self) -> Result<Ordering, SimplexError> {
        Ok(product(self.numerator, other.denominator)?.cmp(&product(other.numerator, self.denominator)?))
    }
}

/// scale · (basic variable) + Σ coefficient · (variable of the column) = right side, scale > 0.
#[derive(Debug, Clone)]
struct TableauRow {
    basic: usize,
    scale: i128,
    coefficients: Vec<i128>,
    right: i128,
}

/// Where a variable stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Variable {
    bound: Bound,
    /// Measured down from its upper bound instead of up from its lower one.
    turned: bool,
}

impl Variable {
    /// Where it stands, given its row if it has one.
    fn value(self, row: Option<&TableauRow>) -> Result<Fraction, SimplexError> {
        let (numerator, denominator) = row.map_or((0, 1), |row| (row.right, row.scale));
        let from = if self.turned { self.bound.upper.unwrap_or(0) } else { self.bound.lower };
        let moved = if self.turned { -numerator } else { numerator };
        let numerator = product(from, denominator)?.checked_add(moved).ok_or(SimplexError::Overflow)?;
        Ok(Fraction { numerator, denominator })
    }
}

/// A feasible corner of the equations. Variables outside the rows are 0, measured from the bound they stand at.
#[derive(Debug, Clone)]
pub(super) struct Tableau {
    variables: Vec<Variable>,
    rows: Vec<TableauRow>,
    /// Variable of each column.
    columns: Vec<usize>,
}

fn product(one: i128, other: i128) -> Result<i128, SimplexError> {
    one.checked_mul(other).ok_or(SimplexError::Overflow)
}

fn difference(one: i128, other: i128) -> Result<i128, SimplexError> {
    one.checked_sub(other).ok_or(SimplexError::Overflow)
}

fn common_divisor(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

impl TableauRow {
    fn coefficient(&self, column: usize) -> i128 {
        self.coefficients.get(column).copied().unwrap_or(0)
    }

    /// Divides by what all numbers have in common.
    fn reduce(&mut self) {
        let mut divisor = self.scale.unsigned_abs();
        for number in self.coefficients.iter().chain([&self.right]) {
            if divisor == 1 {
                return;
            }
            divisor = common_divisor(divisor, number.unsigned_abs());
        }
        if let Some(divisor) = i128::try_from(divisor).ok().filter(|&divisor| divisor > 1) {
            self.scale /= divisor;
            self.right /= divisor;
            for number in &mut self.coefficients {
                *number /= divisor;
            }
        }
    }
}

impl Tableau {
    /// A corner of Σ sign · variable = constant for each equation, with the bounds given.
    pub(super) fn new(bounds: &[Bound], equations: &[(Vec<(usize, i128)>, i128)]) -> Result<Self, SimplexError> {
        let mut variables: Vec<Variable> = bounds.iter().map(|&bound| Variable { bound, turned: false }).collect();
        let free = Bound { lower: 0, upper: None };
        let mut rows = Vec::new();
        for (terms, constant) in equations {
            let mut coefficients = vec![0; bounds.len()];
            let mut right = *constant;
            for &(variable, sign) in terms {
                if let (Some(place), Some(bound)) = (coefficients.get_mut(variable), bounds.get(variable)) {
                    *place = sign;
                    right = difference(right, product(sign, bound.lower)?)?;
                }
            }
            if right < 0 {
                right = -right;
                for number in &mut coefficients {
                    *number = -*number;
                }
            }
            rows.push(TableauRow { basic: variables.len(), scale: 1, coefficients, right });
            variables.push(Variable { bound: free, turned: false });
        }
        let mut tableau = Self { variables, rows, columns: (0..bounds.len()).collect() };
        for slack in bounds.len()..tableau.variables.len() {
            tableau.drive_out(slack, bounds.len())?;
        }
        tableau.variables.truncate(bounds.len());
        Ok(tableau)
    }

    /// Brings the slack of an equation to 0 and takes it out of the tableau.
    fn drive_out(&mut self, slack: usize, own: usize) -> Result<(), SimplexError> {
        if self.optimise(slack, End::Least)?.is_none_or(|least| least.numerator != 0) {
            return Err(SimplexError::Contradiction);
        }
        if let Some(row) = self.row_of(slack) {
            let used = |&(column, variable): &(usize, usize)| {
                variable < own && self.rows.get(row).is_some_and(|row| row.coefficient(column) != 0)
            };
            match self.columns.iter().copied().enumerate().find(used) {
                Some((column, _)) => self.pivot(row, column)?,
                // The equation follows from the others.
                None => {
                    self.rows.remove(row);
                }
            }
        }
        if let Some(column) = self.columns.iter().position(|&variable| variable == slack) {
            self.columns.swap_remove(column);
            for row in &mut self.rows {
                row.coefficients.swap_remove(column);
            }
        }
        Ok(())
    }

    /// Moves to a corner where the variable is least or greatest, and gives its value there; `None` if it has no end.
    ///
    /// The column with the largest coefficient enters; after a step of length 0 the lowest variable enters and leaves
    /// until a step has length (Bland, Mathematics of Operations Research 2, 1977), so that the method comes to an end.
    pub(super) fn optimise(&mut self, variable: usize, end: End) -> Result<Option<Fraction>, SimplexError> {
        let mut careful = false;
        loop {
            let turned = self.variables.get(variable).is_some_and(|place| place.turned);
            let upward = (end == End::Greatest) != turned;
            let Some(column) = self.entering(variable, upward, careful) else {
                return self.value(variable).map(Some);
            };
            match self.leaving(column)? {
                None => return Ok(None),
                Some(Limit { row: None, .. }) => {
                    self.turn_column(column)?;
                    careful = false;
                }
                Some(Limit { row: Some(row), at_upper, length }) => {
                    if at_upper {
                        self.turn_row(row)?;
                    }
                    self.pivot(row, column)?;
                    careful = length.numerator == 0;
                }
            }
        }
    }

    /// Value of a variable at the present corner.
    pub(super) fn value(&self, variable: usize) -> Result<Fraction, SimplexError> {
        let place = self.variables.get(variable).copied().ok_or(SimplexError::Contradiction)?;
        place.value(self.row_of(variable).and_then(|row| self.rows.get(row)))
    }

    /// Values of all variables at the present corner.
    pub(super) fn corner(&self) -> Result<Vec<Fraction>, SimplexError> {
        let mut row_of = vec![None; self.variables.len()];
        for row in &self.rows {
            if let Some(place) = row_of.get_mut(row.basic) {
                *place = Some(row);
            }
        }
        self.variables.iter().zip(row_of).map(|(place, row)| place.value(row)).collect()
    }

    fn row_of(&self, variable: usize) -> Option<usize> {
        self.rows.iter().position(|row| row.basic == variable)
    }

    /// Distance between a variable's bounds; `None` without an upper one.
    fn span(&self, variable: usize) -> Option<i128> {
        let bound = self.variables.get(variable)?.bound;
        bound.upper.map(|upper| upper - bound.lower)
    }

    /// A column whose increase moves the variable the way that is wanted.
    fn entering(&self, variable: usize, upward: bool, careful: bool) -> Option<usize> {
        let Some(row) = self.row_of(variable).and_then(|row| self.rows.get(row)) else {
            let own = self.columns.iter().position(|&column| column == variable)?;
            return Some(own).filter(|_| upward && self.span(variable) != Some(0));
        };
        let helps = |coefficient: i128| if upward { coefficient < 0 } else { coefficient > 0 };
        let candidates = row
            .coefficients
            .iter()
            .zip(&self.columns)
            .enumerate()
            .filter(|&(_, (&coefficient, &column))| helps(coefficient) && self.span(column) != Some(0));
        let size = |coefficient: i128| if careful { 0 } else { coefficient.unsigned_abs() };
        candidates
            .min_by_key(|&(_, (&coefficient, &column))| (std::cmp::Reverse(size(coefficient)), column))
            .map(|(column, _)| column)
    }

    /// How far the variable of a column can increase, and what stops it first.
    fn leaving(&self, column: usize) -> Result<Option<Limit>, SimplexError> {
        let own = self.columns.get(column).and_then(|&variable| self.span(variable));
        let mut first =
            own.map(|span| Limit { row: None, at_upper: false, length: Fraction { numerator: span, denominator: 1 } });
        let mut first_basic = None;
        for (position, row) in self.rows.iter().enumerate() {
            let coefficient = row.coefficient(column);
            let room = match coefficient.cmp(&0) {
                Ordering::Equal => continue,
                Ordering::Greater => row.right,
                Ordering::Less => match self.span(row.basic) {
                    Some(span) => difference(product(row.scale, span)?, row.right)?,
                    None => continue,
                },
            };
            let denominator = coefficient.checked_abs().ok_or(SimplexError::Overflow)?;
            let length = Fraction { numerator: room, denominator };
            let order = match &first {
                Some(limit) => length.compare(limit.length)?,
                None => Ordering::Less,
            };
            let lower_variable = first_basic.is_some_and(|basic| row.basic < basic);
            if order == Ordering::Less || (order == Ordering::Equal && lower_variable) {
                first = Some(Limit { row: Some(position), at_upper: coefficient < 0, length });
                first_basic = Some(row.basic);
            }
        }
        Ok(first)
    }

    /// Measures the variable of a column from its other bound.
    fn turn_column(&mut self, column: usize) -> Result<(), SimplexError> {
        let Some(&variable) = self.columns.get(column) else { return Ok(()) };
        let span = self.span(variable).unwrap_or(0);
        for row in &mut self.rows {
            if let Some(coefficient) = row.coefficients.get_mut(column).filter(|coefficient| **coefficient != 0) {
                row.right = difference(row.right, product(*coefficient, span)?)?;
                *coefficient = -*coefficient;
            }
        }
        self.turn(variable);
        Ok(())
    }

    /// Measures the basic variable of a row from its other bound.
    fn turn_row(&mut self, row: usize) -> Result<(), SimplexError> {
        let Some(basic) = self.rows.get(row).map(|row| row.basic) else { return Ok(()) };
        let span = self.span(basic).unwrap_or(0);
        if let Some(row) = self.rows.get_mut(row) {
            row.right = difference(product(row.scale, span)?, row.right)?;
            for number in &mut row.coefficients {
                *number = -*number;
            }
        }
        self.turn(basic);
        Ok(())
    }

    fn turn(&mut self, variable: usize) {
        if let Some(place) = self.variables.get_mut(variable) {
            place.turned = !place.turned;
        }
    }

    /// Exchanges the basic variable of a row with the variable of a column.
    fn pivot(&mut self, position: usize, column: usize) -> Result<(), SimplexError> {
        let Some(mut pivot) = self.rows.get(position).cloned() else { return Ok(()) };
        let Some(entering) = self.columns.get_mut(column) else { return Ok(()) };
        let sign = pivot.coefficient(column).signum();
        let scale = pivot.coefficient(column).checked_abs().ok_or(SimplexError::Overflow)?;
        for number in &mut pivot.coefficients {
            *number = product(*number, sign)?;
        }
        if let Some(number) = pivot.coefficients.get_mut(column) {
            *number = sign * pivot.scale;
        }
        pivot.right *= sign;
        pivot.scale = scale;
        std::mem::swap(&mut pivot.basic, entering);
        for (other, row) in self.rows.iter_mut().enumerate() {
            let weight = row.coefficient(column);
            if other == position || weight == 0 {
                continue;
            }
            if let Some(number) = row.coefficients.get_mut(column) {
                *number = 0;
            }
            for (number, &by) in row.coefficients.iter_mut().zip(&pivot.coefficients) {
                let kept = if scale == 1 { *number } else { product(*number, scale)? };
                *number = if by == 0 { kept } else { difference(kept, product(weight, by)?)? };
            }
            row.right = difference(product(row.right, scale)?, product(weight, pivot.right)?)?;
            row.scale = product(row.scale, scale)?;
            row.reduce();
        }
        pivot.reduce();
        if let Some(row) = self.rows.get_mut(position) {
            *row = pivot;
        }
        Ok(())
    }
}

/// What stops an increase.
#[derive(Debug, Clone, Copy)]
struct Limit {
    /// The row whose basic variable reaches a bound; `None` where the variable reaches its own.
    row: Option<usize>,
    /// Whether that variable reaches its upper bound.
    at_upper: bool,
    length: Fraction,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(pairs: &[(i128, Option<i128>)]) -> Vec<Bound> {
        pairs.iter().map(|&(lower, upper)| Bound { lower, upper }).collect()
    }

    #[test]
    fn half_numbers_are_found_exactly() {
        // x + y = 3, y + z = 3, x + z = 3 has the one solution 3/2.
        let equations: Vec<_> =
            [(0, 1), (1, 2), (0, 2)].iter().map(|&(one, other)| (vec![(one, 1), (other, 1)], 3)).collect();
        let mut tableau = Tableau::new(&bounds(&[(0, None); 3]), &equations).unwrap();
        for variable in 0..3 {
            for end in [End::Least, End::Greatest] {
                let found = tableau.optimise(variable, end).unwrap().unwrap();
                assert_eq!((found.numerator * 2, found.ceiling(), found.floor()), (found.denominator * 3, 2, 1));
            }
        }
    }

    #[test]
    fn open_ends_and_contradictions_are_told() {
        let mut open = Tableau::new(&bounds(&[(1, None), (0, None)]), &[(vec![(0, 1), (1, -1)], 0)]).unwrap();
        assert_eq!(open.optimise(0, End::Greatest), Ok(None));
        assert_eq!(open.optimise(1, End::Least).unwrap().unwrap().ceiling(), 1);
        let contradictory = Tableau::new(&bounds(&[(0, Some(1)), (0, Some(1))]), &[(vec![(0, 1), (1, 1)], 3)]);
        assert_eq!(contradictory.unwrap_err(), SimplexError::Contradiction);
        // The same equation twice is one equation.
        let twice = vec![(vec![(0, 1), (1, 1)], 3); 2];
        let mut tableau = Tableau::new(&bounds(&[(0, Some(2)), (0, Some(2))]), &twice).unwrap();
        assert_eq!(tableau.optimise(0, End::Least).unwrap().unwrap().ceiling(), 1);
        assert_eq!(tableau.optimise(0, End::Greatest).unwrap().unwrap().floor(), 2);
    }
}
