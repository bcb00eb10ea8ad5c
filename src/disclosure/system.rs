//! The cells that are or were published, the relations that hold between them, and what else is known of them.

use std::collections::BTreeMap;

/// Counts above this are refused; sums and products of smaller ones stay exact.
const MOST: i64 = 1_000_000_000_000_000;

/// Where a cell stands in its table. The order is the order in which cells are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellPosition {
    Interior,
    RowTotal,
    ColumnTotal,
    GrandTotal,
}

/// What readers have seen of a cell before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Nothing; it may be shown or hidden.
    New,
    /// It was shown in an earlier release and cannot be taken back.
    Published,
    /// It was hidden in an earlier release and stays hidden.
    Withheld,
    /// It would not be shown if it were 0 either, so readers do not know that it is at least 1.
    Unseen,
}

/// A published or withheld count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountCell {
    /// Unique in its system; decides between patterns that are otherwise equal.
    pub label: String,
    /// The true count.
    pub value: i64,
    pub kind: CellPosition,
    /// Counts from 1 to below this are withheld; 0 or 1 where the count is not of people.
    pub threshold: i64,
    pub history: History,
}

impl CountCell {
    /// Whether the rule withholds the count for itself. Zero is published.
    pub fn is_primary(&self) -> bool {
        (1..self.threshold).contains(&self.value)
    }

    /// The least value of the cell, once hidden, for readers who know that zeros are published. Of a hidden cell that is 0
    /// all the same it is 0.
    pub(super) fn least_when_hidden(&self) -> i64 {
        i64::from(self.value > 0 && self.history != History::Unseen)
    }
}

/// The parts and the offset add up to the total. A numerator with its complement and denominator is such a relation; so
/// is a cell with the same cell of another release, the published change being the offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub parts: Vec<String>,
    pub total: String,
    pub offset: i64,
}

/// What another published figure says of a cell, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRange {
    pub label: String,
    pub lower: i64,
    pub upper: Option<i64>,
}

/// Why a description is no system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SystemError {
    #[error("two cells are called {0}")]
    SameLabel(String),
    #[error("{0} has a count below 0 or above a thousand million million")]
    Value(String),
    #[error("a relation or range names {0}, which is no cell")]
    UnknownCell(String),
    #[error("a relation names {0} twice")]
    Repeated(String),
    #[error("the parts of {0} do not add up to it")]
    DoesNotHold(String),
    #[error("{0} lies outside a range that is said to be known")]
    OutsideRange(String),
}

/// Σ sign · value over the terms is `constant`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Equation {
    /// Position of the cell and +1 or −1, by position.
    pub(super) terms: Vec<(usize, i64)>,
    pub(super) constant: i64,
}

/// Cells by label, with every relation once. The order in which they were given leaves no trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    cells: Vec<CountCell>,
    equations: Vec<Equation>,
    /// Known range of each cell.
    known: Vec<(i64, Option<i64>)>,
}

impl System {
    /// Checks that the relations and ranges hold for the true counts.
    pub fn new(mut cells: Vec<CountCell>, relations: &[Relation], ranges: &[KnownRange]) -> Result<Self, SystemError> {
        cells.sort_by(|one, other| one.label.cmp(&other.label));
        for (one, next) in cells.iter().zip(cells.iter().skip(1)) {
            if one.label == next.label {
                return Err(SystemError::SameLabel(one.label.clone()));
            }
        }
        if let Some(cell) = cells.iter().find(|cell| !(0..=MOST).contains(&cell.value)) {
            return Err(SystemError::Value(cell.label.clone()));
        }
        let positions: BTreeMap<&str, usize> =
            cells.iter().enumerate().map(|(position, cell)| (cell.label.as_str(), position)).collect();
        let find = |label: &String| {
            positions.get(label.as_str()).copied().ok_or_else(|| SystemError::UnknownCell(label.clone()))
        };
        let mut equations =
            relations.iter().map(|relation| equation(relation, find, &cells)).collect::<Result<Vec<_>, _>>()?;
        equations.sort();
        equations.dedup();
        let mut known = vec![(0, None::<i64>); cells.len()];
        for range in ranges {
            let position = find(&range.label)?;
            let value = cells.get(position).map_or(0, |cell| cell.value);
            if value < range.lower || range.upper.is_some_and(|upper| upper < value) {
                return Err(SystemError::OutsideRange(range.label.clone()));
            }
            if let Some((lower, upper)) = known.get_mut(position) {
                *lower = range.lower.max(*lower);
                *upper = [*upper, range.upper].into_iter().flatten().min();
            }
        }
        Ok(Self { cells, equations, known })
    }

    /// All cells in the order of labels.
    pub fn cells(&self) -> &[CountCell] {
        &self.cells
    }

    /// The cell with this label.
    pub fn cell(&self, label: &str) -> Option<&CountCell> {
        let position = self.cells.binary_search_by(|cell| cell.label.as_str().cmp(label)).ok()?;
        self.cells.get(position)
    }

    pub(super) fn equations(&self) -> &[Equation] {
        &self.equations
    }

    /// What is known of each cell, in the order of labels; at least that it is not negative.
    pub(super) fn known(&self) -> &[(i64, Option<i64>)] {
        &self.known
    }
}

fn equation(
    relation: &Relation,
    find: impl Fn(&String) -> Result<usize, SystemError>,
    cells: &[CountCell],
) -> Result<Equation, SystemError> {
    let mut terms = relation.parts.iter().map(|part| Ok((find(part)?, 1))).collect::<Result<Vec<_>, _>>()?;
    terms.push((find(&relation.total)?, -1));
    terms.sort_unstable();
    let label = |position: usize| cells.get(position).map(|cell| cell.label.clone()).unwrap_or_default();
    if let Some(((twice, _), _)) = terms.iter().zip(terms.iter().skip(1)).find(|(one, next)| one.0 == next.0) {
        return Err(SystemError::Repeated(label(*twice)));
    }
    let sum: i128 = terms
        .iter()
        .filter_map(|&(position, sign)| cells.get(position).map(|cell| i128::from(sign) * i128::from(cell.value)))
        .sum();
    if sum + i128::from(relation.offset) != 0 {
        return Err(SystemError::DoesNotHold(relation.total.clone()));
    }
    // One way of writing each equation: its first sign is positive.
    let turn = terms.first().map_or(1, |&(_, sign)| sign);
    for (_, sign) in &mut terms {
        *sign *= turn;
    }
    Ok(Equation { terms, constant: -relation.offset * turn })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(label: &str, value: i64) -> CountCell {
        CountCell { label: label.to_owned(), value, kind: CellPosition::Interior, threshold: 5, history: History::New }
    }

    fn relation(parts: &[&str], total: &str, offset: i64) -> Relation {
        Relation { parts: parts.iter().map(ToString::to_string).collect(), total: total.to_owned(), offset }
    }

    #[test]
    fn primary_is_from_one_to_below_the_threshold() {
        let primary: Vec<i64> = (0..8).filter(|&value| cell("a", value).is_primary()).collect();
        assert_eq!(primary, [1, 2, 3, 4]);
        assert!(!CountCell { threshold: 0, ..cell("a", 1) }.is_primary());
    }

    #[test]
    fn the_order_given_leaves_no_trace() {
        let cells = [cell("a", 1), cell("b", 2), cell("c", 3), cell("d", 5)];
        let relations = [relation(&["a", "b"], "c", 0), relation(&["c"], "d", 2)];
        let one = System::new(cells.to_vec(), &relations, &[]).unwrap();
        let turned = [relation(&["c"], "d", 2), relation(&["b", "a"], "c", 0), relation(&["d"], "c", -2)];
        assert_eq!(System::new(cells.iter().rev().cloned().collect(), &turned, &[]).unwrap(), one);
    }

    #[test]
    fn what_does_not_hold_is_refused() {
        let cells = || vec![cell("a", 1), cell("b", 2), cell("c", 3)];
        let with = |relation: Relation| System::new(cells(), &[relation], &[]).unwrap_err();
        assert_eq!(with(relation(&["a", "b"], "c", 1)), SystemError::DoesNotHold("c".to_owned()));
        assert_eq!(with(relation(&["a", "x"], "c", 0)), SystemError::UnknownCell("x".to_owned()));
        assert_eq!(with(relation(&["a", "a"], "b", 0)), SystemError::Repeated("a".to_owned()));
        let ranges = [KnownRange { label: "a".to_owned(), lower: 2, upper: None }];
        assert_eq!(System::new(cells(), &[], &ranges), Err(SystemError::OutsideRange("a".to_owned())));
        assert_eq!(
            System::new(vec![cell("a", 1), cell("a", 1)], &[], &[]),
            Err(SystemError::SameLabel("a".to_owned()))
        );
        assert_eq!(System::new(vec![cell("a", -1)], &[], &[]), Err(SystemError::Value("a".to_owned())));
    }
}
