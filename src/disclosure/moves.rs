//! Other worlds that look the same: whole-number changes of hidden cells that keep every relation. A hidden cell that
//! differs between two such worlds cannot be known.
//!
//! A change of one cell by 1 upsets its relations; each upset relation is put right by changing another of its cells by
//! 1, and so on until nothing is upset. In tables with totals, where every cell is in at most two relations that matter,
//! the search is complete; elsewhere it may miss a world, which hides more than is needed and never less.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::system::System;

/// What using a cell that is still shown costs: cells, their sum, their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Cost {
    pub(super) cells: u32,
    pub(super) total: i128,
    pub(super) kinds: u64,
}

impl Cost {
    pub(super) fn plus(self, other: Self) -> Self {
        Self { cells: self.cells + other.cells, total: self.total + other.total, kinds: self.kinds + other.kinds }
    }
}

/// Which partial changes are looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// The cheapest, so that the first answer is the cheapest.
    Cheapest,
    /// Those with little left to put right, so that an answer comes soon.
    Soonest,
}

/// A change of one cell by +1 or −1 on top of others.
struct Node {
    parent: Option<usize>,
    cell: usize,
    by: i64,
    cost: Cost,
    steps: u32,
}

/// Relations that are upset and by how much, by position.
type Upset = Vec<(usize, i64)>;

/// The relations of a system, seen from its cells.
pub(super) struct Moves<'a> {
    system: &'a System,
    /// Relations of each cell with its sign in them.
    of_cell: Vec<Vec<(usize, i64)>>,
    truth: Vec<i64>,
    lower: Vec<i64>,
    upper: Vec<Option<i64>>,
    /// Partial changes looked at so far.
    visits: Cell<usize>,
}

impl<'a> Moves<'a> {
    pub(super) fn new(system: &'a System) -> Self {
        let mut of_cell = vec![Vec::new(); system.cells().len()];
        for (position, equation) in system.equations().iter().enumerate() {
            for &(cell, sign) in &equation.terms {
                if let Some(list) = of_cell.get_mut(cell) {
                    list.push((position, sign));
                }
            }
        }
        // Hidden cells are known to be at least 1, unless one is 0 all the same.
        let lower =
            system.cells().iter().zip(system.known()).map(|(cell, known)| known.0.max(cell.value.min(1))).collect();
        Self {
            system,
            of_cell,
            truth: system.cells().iter().map(|cell| cell.value).collect(),
            lower,
            upper: system.known().iter().map(|known| known.1).collect(),
            visits: Cell::new(0),
        }
    }

    /// Relations that a cell is in.
    pub(super) fn relations_of(&self, cell: usize) -> &[(usize, i64)] {
        self.of_cell.get(cell).map_or(&[], Vec::as_slice)
    }

    /// Partial changes looked at by all searches so far: a measure of work that is the same on every computer.
    pub(super) fn visits(&self) -> usize {
        self.visits.get()
    }

    /// The truth as a world to start from.
    pub(super) fn truth(&self) -> &[i64] {
        &self.truth
    }

    /// A set of changes to `world` that moves `target` by `by` (+1 or −1), using cells with a cost only; `None` where
    /// there is none, or none was found in `most` steps of the search.
    pub(super) fn find(
        &self,
        world: &[i64],
        target: (usize, i64),
        cost: &impl Fn(usize) -> Option<Cost>,
        (search, most): (Search, usize),
    ) -> Option<Vec<(usize, i64)>> {
        let (cell, by) = target;
        if !self.allows(world, cell, by) {
            return None;
        }
        let mut nodes = vec![Node { parent: None, cell, by, cost: Cost::default(), steps: 0 }];
        let mut heap = BinaryHeap::from([Reverse((0_u32, Cost::default(), 0_u32, 0_usize))]);
        let mut upsets: Vec<Upset> = vec![self.upset_by(&Vec::new(), cell, by)];
        let mut seen: HashSet<Upset> = HashSet::new();
        let mut visits = 0;
        while let Some(Reverse((_, _, _, at))) = heap.pop() {
            let upset = upsets.get_mut(at).map(std::mem::take)?;
            if upset.is_empty() {
                return Some(changes(&nodes, at));
            }
            if !seen.insert(upset.clone()) {
                continue;
            }
            visits += 1;
            self.visits.set(self.visits.get() + 1);
            if visits > most {
                return None;
            }
            for (next, by) in self.remedies(&upset, cell) {
                let (Some(extra), Some(node)) = (cost(next), nodes.get(at)) else { continue };
                let moved = net(&nodes, at, next);
                if !self.allows(world, next, moved.0 + by) {
                    continue;
                }
                let extra = if moved.1 { Cost::default() } else { extra };
                let (spent, steps) = (node.cost.plus(extra), node.steps + 1);
                let left = self.upset_by(&upset, next, by);
                let urgency = match search {
                    Search::Cheapest => 0,
                    Search::Soonest => u32::try_from(left.len()).unwrap_or(u32::MAX).saturating_add(spent.cells),
                };
                heap.push(Reverse((urgency, spent, steps, nodes.len())));
                nodes.push(Node { parent: Some(at), cell: next, by, cost: spent, steps });
                upsets.push(left);
            }
        }
        None
    }

    fn allows(&self, world: &[i64], cell: usize, by: i64) -> bool {
        let Some(value) = world.get(cell).map(|value| value + by) else { return false };
        let above = self.lower.get(cell).is_some_and(|&lower| lower <= value);
        above && self.upper.get(cell).is_some_and(|upper| upper.is_none_or(|upper| value <= upper))
    }

    /// Changes of one cell that put the first upset relation right by one. Relations of the target come last, so that in a
    /// table the search goes from one end of a ring to the other.
    fn remedies(&self, upset: &Upset, target: usize) -> impl Iterator<Item = (usize, i64)> {
        let own = |relation: usize| self.relations_of(target).iter().any(|&(known, _)| known == relation);
        let length = |relation: usize| self.system.equations().get(relation).map_or(0, |found| found.terms.len());
        let first = upset.iter().min_by_key(|&&(relation, _)| (own(relation), length(relation), relation));
        let terms = first.and_then(|&(relation, by)| Some((self.system.equations().get(relation)?, by)));
        terms.into_iter().flat_map(move |(equation, by)| {
            equation
                .terms
                .iter()
                .filter(move |term| term.0 != target)
                .map(move |&(cell, sign)| (cell, -by.signum() * sign))
        })
    }

    /// What is upset after one more change.
    fn upset_by(&self, upset: &Upset, cell: usize, by: i64) -> Upset {
        let mut left = upset.clone();
        for &(relation, sign) in self.relations_of(cell) {
            match left.binary_search_by_key(&relation, |known| known.0) {
                Ok(place) => {
                    if let Some(known) = left.get_mut(place) {
                        known.1 += sign * by;
                        if known.1 == 0 {
                            left.remove(place);
                        }
                    }
                }
                Err(place) => left.insert(place, (relation, sign * by)),
            }
        }
        left
    }
}

/// The changes that lead to a node, with their number if any touched the cell.
fn net(nodes: &[Node], at: usize, cell: usize) -> (i64, bool) {
    let (mut sum, mut touched) = (0, false);
    for node in path(nodes, at) {
        if node.cell == cell {
            sum += node.by;
            touched = true;
        }
    }
    (sum, touched)
}

/// All changes that lead to a node, those that undo each other left out.
fn changes(nodes: &[Node], at: usize) -> Vec<(usize, i64)> {
    let mut found: Vec<(usize, i64)> = path(nodes, at).map(|node| (node.cell, node.by)).collect();
    found.sort_unstable();
    let mut merged: Vec<(usize, i64)> = Vec::new();
    for (cell, by) in found {
        match merged.last_mut().filter(|last| last.0 == cell) {
            Some(last) => last.1 += by,
            None => merged.push((cell, by)),
        }
    }
    merged.retain(|change| change.1 != 0);
    merged
}

fn path(nodes: &[Node], at: usize) -> impl Iterator<Item = &Node> {
    std::iter::successors(nodes.get(at), |node| node.parent.and_then(|parent| nodes.get(parent)))
}
