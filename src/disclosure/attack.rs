//! What a reader can work out of hidden cells from everything that is shown: the least and greatest value each can have
//! under all relations. It knows nothing of how the cells were chosen.
//!
//! Ranges are first narrowed relation by relation. That gives the answer wherever the relations between hidden cells form
//! no ring; for the rest each end is found by linear programming.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::simplex::{Bound, End, SimplexError, Tableau};
use super::system::System;

/// Visits to a relation after which narrowing is broken off; it can creep where relations form a ring.
const MOST_VISITS: usize = 50;

/// What the reader takes for granted of hidden values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assumption {
    /// They are at least 0.
    NotNegative,
    /// They are at least 1, because zeros are published. It is not made of a cell that would be hidden as 0 too.
    AtLeastOne,
}

/// The whole numbers that a hidden value can lie between, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeRange {
    pub lower: i64,
    /// `None` where nothing limits it.
    pub upper: Option<i64>,
}

impl WholeRange {
    /// How many whole numbers there are; `None` where there is no end.
    pub fn whole_numbers(self) -> Option<i64> {
        self.upper.map(|upper| upper - self.lower + 1)
    }
}

/// Why the ranges are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttackError {
    #[error("the numbers of the linear programme grew too large")]
    TooLarge,
    #[error("the relations contradict each other")]
    Contradiction,
}

impl From<SimplexError> for AttackError {
    fn from(failure: SimplexError) -> Self {
        match failure {
            SimplexError::Overflow => Self::TooLarge,
            SimplexError::Contradiction => Self::Contradiction,
        }
    }
}

/// Σ sign · unknown = constant, the shown cells having been put in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ReducedEquation {
    terms: Vec<(usize, i128)>,
    constant: i128,
}

/// What the attack says of one hidden cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttackedCell {
    pub label: String,
    pub range: WholeRange,
    /// Whether two worlds in whole numbers are known that differ in it. Without it the second value of a range may be one
    /// that only worlds with fractions reach.
    pub certain: bool,
}

/// The range of every hidden cell, in the order of labels, with what is certain of it. Labels that are no cell are passed over.
pub fn attack_all(
    system: &System,
    hidden: &BTreeSet<&str>,
    assumption: Assumption,
) -> Result<Vec<AttackedCell>, AttackError> {
    let mut unknowns: BTreeMap<usize, usize> = BTreeMap::new();
    let (mut labels, mut truth, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
    for (position, (cell, &(lower, upper))) in system.cells().iter().zip(system.known()).enumerate() {
        if hidden.contains(cell.label.as_str()) {
            unknowns.insert(position, labels.len());
            labels.push(cell.label.clone());
            truth.push(i128::from(cell.value));
            let least = if assumption == Assumption::AtLeastOne { cell.least_when_hidden() } else { 0 };
            bounds.push(Bound { lower: lower.max(least).into(), upper: upper.map(i128::from) });
        }
    }
    let equations = equations(system, &unknowns);
    let settled = narrow(&mut bounds, &equations)?;
    let mut unproven = BTreeSet::new();
    for group in groups(&bounds, &equations) {
        if !(settled && group.is_tree()) {
            unproven.extend(solve(&mut bounds, &truth, &group)?);
        }
    }
    let found = |(unknown, (label, bound)): (usize, (String, Bound))| {
        let certain = bound.upper != Some(bound.lower) && !unproven.contains(&unknown);
        Ok(AttackedCell { label, range: range(bound)?, certain })
    };
    labels.into_iter().zip(bounds).enumerate().map(found).collect()
}

fn range(bound: Bound) -> Result<WholeRange, AttackError> {
    let whole = |number: i128| i64::try_from(number).map_err(|_| AttackError::TooLarge);
    Ok(WholeRange { lower: whole(bound.lower)?, upper: bound.upper.map(whole).transpose()? })
}

/// The relations that say something of an unknown, each once.
fn equations(system: &System, unknowns: &BTreeMap<usize, usize>) -> Vec<ReducedEquation> {
    let mut found = BTreeSet::new();
    for relation in system.equations() {
        let mut constant = i128::from(relation.constant);
        let mut terms = Vec::new();
        for &(position, sign) in &relation.terms {
            match (unknowns.get(&position), system.cells().get(position)) {
                (Some(&unknown), _) => terms.push((unknown, i128::from(sign))),
                (None, Some(cell)) => constant -= i128::from(sign) * i128::from(cell.value),
                (None, None) => {}
            }
        }
        if terms.first().is_some_and(|&(_, sign)| sign < 0) {
            constant = -constant;
            for (_, sign) in &mut terms {
                *sign = -*sign;
            }
        }
        if !terms.is_empty() {
            found.insert(ReducedEquation { terms, constant });
        }
    }
    found.into_iter().collect()
}

/// Narrows the bounds by one relation at a time until none narrows further; false when it was broken off before.
fn narrow(bounds: &mut [Bound], equations: &[ReducedEquation]) -> Result<bool, AttackError> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); bounds.len()];
    for (position, equation) in equations.iter().enumerate() {
        for &(unknown, _) in &equation.terms {
            if let Some(list) = users.get_mut(unknown) {
                list.push(position);
            }
        }
    }
    let mut waiting: VecDeque<usize> = (0..equations.len()).collect();
    let mut queued = vec![true; equations.len()];
    let mut visits = equations.len().saturating_mul(MOST_VISITS);
    while let Some(position) = waiting.pop_front() {
        if visits == 0 {
            return Ok(false);
        }
        visits -= 1;
        if let Some(mark) = queued.get_mut(position) {
            *mark = false;
        }
        let Some(equation) = equations.get(position) else { continue };
        for unknown in narrow_by(bounds, equation)? {
            for &other in users.get(unknown).into_iter().flatten() {
                if let Some(mark) = queued.get_mut(other).filter(|mark| !**mark && other != position) {
                    *mark = true;
                    waiting.push_back(other);
                }
            }
        }
    }
    Ok(true)
}

/// Sum of the ends of several unknowns; open ends are counted apart.
#[derive(Clone, Copy, Default)]
struct BoundSum {
    finite: i128,
    open: usize,
}

impl BoundSum {
    fn add(&mut self, end: Option<i128>) {
        match end {
            Some(end) => self.finite += end,
            None => self.open += 1,
        }
    }

    /// The sum of the others, if that has an end.
    fn without(self, end: Option<i128>) -> Option<i128> {
        match (end, self.open) {
            (Some(end), 0) => Some(self.finite - end),
            (None, 1) => Some(self.finite),
            _ => None,
        }
    }
}

/// Least and greatest value of sign · unknown.
fn ends(bound: Bound, sign: i128) -> (Option<i128>, Option<i128>) {
    if sign > 0 { (Some(bound.lower), bound.upper) } else { (bound.upper.map(|upper| -upper), Some(-bound.lower)) }
}

/// Each unknown lies between what is left when the others are at their ends. Gives the unknowns that were narrowed.
fn narrow_by(bounds: &mut [Bound], equation: &ReducedEquation) -> Result<Vec<usize>, AttackError> {
    let (mut least, mut greatest) = (BoundSum::default(), BoundSum::default());
    for &(unknown, sign) in &equation.terms {
        if let Some(&bound) = bounds.get(unknown) {
            let (low, high) = ends(bound, sign);
            least.add(low);
            greatest.add(high);
        }
    }
    let mut narrowed = Vec::new();
    for &(unknown, sign) in &equation.terms {
        let Some(bound) = bounds.get_mut(unknown) else { continue };
        let (low, high) = ends(*bound, sign);
        let at_most = least.without(low).map(|others| equation.constant - others);
        let at_least = greatest.without(high).map(|others| equation.constant - others);
        let (at_least, at_most) =
            if sign > 0 { (at_least, at_most) } else { (at_most.map(|end| -end), at_least.map(|end| -end)) };
        let lower = at_least.map_or(bound.lower, |end| end.max(bound.lower));
        let upper = [bound.upper, at_most].into_iter().flatten().min();
        if upper.is_some_and(|upper| upper < lower) {
            return Err(AttackError::Contradiction);
        }
        let now = Bound { lower, upper };
        if now != *bound {
            *bound = now;
            narrowed.push(unknown);
        }
    }
    Ok(narrowed)
}

/// Unknowns that hang together by relations, those already known having been put in.
struct LinkedUnknowns {
    unknowns: Vec<usize>,
    equations: Vec<ReducedEquation>,
}

impl LinkedUnknowns {
    /// Whether the relations form no ring, so that narrowing has found the ends.
    fn is_tree(&self) -> bool {
        let links: usize = self.equations.iter().map(|equation| equation.terms.len()).sum();
        links + 1 == self.unknowns.len() + self.equations.len()
    }
}

/// Splits what is not yet known into groups that have no relation in common. Unknowns without a relation are in none.
fn groups(bounds: &[Bound], equations: &[ReducedEquation]) -> Vec<LinkedUnknowns> {
    let known =
        |unknown: usize| bounds.get(unknown).and_then(|bound| bound.upper.filter(|&upper| upper == bound.lower));
    let mut rest = BTreeSet::new();
    for equation in equations {
        let mut constant = equation.constant;
        let mut terms = Vec::new();
        for &(unknown, sign) in &equation.terms {
            match known(unknown) {
                Some(value) => constant -= sign * value,
                None => terms.push((unknown, sign)),
            }
        }
        if !terms.is_empty() {
            rest.insert(ReducedEquation { terms, constant });
        }
    }
    let mut of_unknown: BTreeMap<usize, Vec<&ReducedEquation>> = BTreeMap::new();
    for equation in &rest {
        for &(unknown, _) in &equation.terms {
            of_unknown.entry(unknown).or_default().push(equation);
        }
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for &start in of_unknown.keys() {
        let mut waiting = vec![start];
        let (mut unknowns, mut members) = (BTreeSet::new(), BTreeSet::new());
        while let Some(unknown) = waiting.pop() {
            if seen.insert(unknown) {
                unknowns.insert(unknown);
                for &equation in of_unknown.get(&unknown).into_iter().flatten() {
                    if members.insert(equation) {
                        waiting.extend(equation.terms.iter().map(|&(other, _)| other));
                    }
                }
            }
        }
        if !unknowns.is_empty() {
            found.push(LinkedUnknowns {
                unknowns: unknowns.into_iter().collect(),
                equations: members.into_iter().cloned().collect(),
            });
        }
    }
    found
}

/// Finds both ends of every unknown of a group. An end that some corner has already reached needs no search. Gives the
/// unknowns of which no other whole number was met.
fn solve(bounds: &mut [Bound], truth: &[i128], group: &LinkedUnknowns) -> Result<Vec<usize>, AttackError> {
    let places: BTreeMap<usize, usize> =
        group.unknowns.iter().enumerate().map(|(place, &unknown)| (unknown, place)).collect();
    let of = |unknown: usize| bounds.get(unknown).copied().ok_or(AttackError::Contradiction);
    let start = group.unknowns.iter().map(|&unknown| of(unknown)).collect::<Result<Vec<_>, _>>()?;
    let equations: Vec<(Vec<(usize, i128)>, i128)> = group
        .equations
        .iter()
        .map(|equation| {
            let place = |&(unknown, sign): &(usize, i128)| places.get(&unknown).map(|&place| (place, sign));
            (equation.terms.iter().filter_map(place).collect(), equation.constant)
        })
        .collect();
    let mut tableau = Tableau::new(&start, &equations)?;
    let own = group.unknowns.iter().map(|&unknown| truth.get(unknown).copied().unwrap_or_default());
    let mut reached = Reached::new(&tableau, own)?;
    for (place, (bound, &unknown)) in start.iter().zip(&group.unknowns).enumerate() {
        let mut found = *bound;
        if reached.of(place).0 > bound.lower {
            let least = tableau.optimise(place, End::Least)?.ok_or(AttackError::Contradiction)?;
            found.lower = least.ceiling();
            reached.note(&tableau)?;
        }
        if bound.upper.is_none_or(|upper| reached.of(place).1 < upper) {
            found.upper = tableau.optimise(place, End::Greatest)?.map(super::simplex::Fraction::floor);
            reached.note(&tableau)?;
        }
        if let Some(bound) = bounds.get_mut(unknown) {
            *bound = found;
        }
    }
    // Where nothing limits an unknown, some multiple of the way up leads from the truth to a world in whole numbers.
    let limited = |unknown: usize| bounds.get(unknown).is_some_and(|bound| bound.upper.is_some());
    let met = group.unknowns.iter().zip(reached.differs);
    Ok(met.filter(|&(&unknown, differs)| !differs && limited(unknown)).map(|(&unknown, _)| unknown).collect())
}

/// What the corners seen so far say of each unknown of a group.
struct Reached {
    truth: Vec<i128>,
    ends: Vec<(i128, i128)>,
    /// Whether a corner in whole numbers differs from the truth.
    differs: Vec<bool>,
}

impl Reached {
    fn new(tableau: &Tableau, truth: impl Iterator<Item = i128>) -> Result<Self, AttackError> {
        let truth: Vec<i128> = truth.collect();
        let ends = vec![(i128::MAX, i128::MIN); truth.len()];
        let mut reached = Self { differs: vec![false; truth.len()], truth, ends };
        reached.note(tableau)?;
        Ok(reached)
    }

    fn of(&self, place: usize) -> (i128, i128) {
        self.ends.get(place).copied().unwrap_or((i128::MAX, i128::MIN))
    }

    /// Takes in the present corner.
    fn note(&mut self, tableau: &Tableau) -> Result<(), AttackError> {
        let corner = tableau.corner()?;
        let whole = corner.iter().all(|value| value.numerator % value.denominator == 0);
        for (((least, greatest), value), (differs, truth)) in
            self.ends.iter_mut().zip(&corner).zip(self.differs.iter_mut().zip(&self.truth))
        {
            *least = value.ceiling().min(*least);
            *greatest = value.floor().max(*greatest);
            *differs |= whole && value.floor() != *truth;
        }
        Ok(())
    }
}
