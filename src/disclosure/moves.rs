//! Other worlds that look the same: whole-number changes of hidden cells that keep every relation. A hidden cell that
//! differs between two such worlds cannot be known.
//!
//! A change of one cell by 1 upsets its relations; each upset relation is put right by changing another of its cells by
//! 1, and so on until nothing is upset. In tables with totals, where every cell is in at most two relations that matter,
//! the search is complete; elsewhere it may miss a world, which hides more than is needed and never less.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

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
        let lower = system
            .cells()
            .iter()
            .zip(system.known())
            .map(|(cell, known)| known.0.max(cell.least_when_hidden()))
            .collect();
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

    /// Of the cells that may change, those that are not the only such one in any relation. The others cannot change, so
    /// that no search need try them.
    pub(super) fn live(&self, may_change: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut live: Vec<bool> = (0..self.truth.len()).map(may_change).collect();
        let is = |live: &[bool], cell: usize| live.get(cell).copied().unwrap_or(false);
        let equations = self.system.equations();
        let of = |live: &[bool], relation: usize| -> Vec<usize> {
            let terms = equations.get(relation).map(|equation| equation.terms.as_slice()).unwrap_or_default();
            terms.iter().map(|term| term.0).filter(|&cell| is(live, cell)).collect()
        };
        let mut left: Vec<usize> = (0..equations.len()).map(|relation| of(&live, relation).len()).collect();
        let mut waiting: Vec<usize> =
            left.iter().enumerate().filter(|(_, count)| **count == 1).map(|one| one.0).collect();
        while let Some(relation) = waiting.pop() {
            let Some(&cell) = of(&live, relation).first() else { continue };
            if let Some(mark) = live.get_mut(cell) {
                *mark = false;
            }
            for &(other, _) in self.relations_of(cell) {
                if let Some(count) = left.get_mut(other) {
                    *count = count.saturating_sub(1);
                    if *count == 1 {
                        waiting.push(other);
                    }
                }
            }
        }
        live
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
        // What is upset at the nodes that were looked at; for the others it is worked out when they are.
        let mut upsets: HashMap<usize, Upset> = HashMap::new();
        let mut seen: HashSet<Upset> = HashSet::new();
        let mut visits = 0;
        while let Some(Reverse((_, _, _, at))) = heap.pop() {
            let node = nodes.get(at)?;
            let before = node.parent.and_then(|parent| upsets.get(&parent));
            let upset = self.upset_by(before.map_or(&[], Vec::as_slice), node.cell, node.by);
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
            let (spent_before, steps) = (node.cost, node.steps + 1);
            let moved = net(&nodes, at);
            for (next, by) in self.remedies(&upset, cell) {
                let Some(extra) = cost(next) else { continue };
                let already = moved.iter().find(|change| change.0 == next).map(|change| change.1);
                if !self.allows(world, next, already.unwrap_or(0) + by) {
                    continue;
                }
                let spent = if already.is_some() { spent_before } else { spent_before.plus(extra) };
                let urgency = match search {
                    Search::Cheapest => 0,
                    Search::Soonest => self.upset_count(&upset, next, by).saturating_add(spent.cells),
                };
                heap.push(Reverse((urgency, spent, steps, nodes.len())));
                nodes.push(Node { parent: Some(at), cell: next, by, cost: spent, steps });
            }
            upsets.insert(at, upset);
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
    fn upset_by(&self, upset: &[(usize, i64)], cell: usize, by: i64) -> Upset {
        let mut left = upset.to_vec();
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

    /// How many relations are upset after one more change.
    fn upset_count(&self, upset: &[(usize, i64)], cell: usize, by: i64) -> u32 {
        let mut count = upset.len();
        for &(relation, sign) in self.relations_of(cell) {
            match upset.binary_search_by_key(&relation, |known| known.0) {
                Ok(place) if upset.get(place).is_some_and(|known| known.1 + sign * by == 0) => count -= 1,
                Ok(_) => {}
                Err(_) => count += 1,
            }
        }
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The cells that were changed on the way to a node, each with its whole change.
fn net(nodes: &[Node], at: usize) -> Vec<(usize, i64)> {
    let mut found: Vec<(usize, i64)> = Vec::new();
    for node in path(nodes, at) {
        match found.iter_mut().find(|known| known.0 == node.cell) {
            Some(known) => known.1 += node.by,
            None => found.push((node.cell, node.by)),
        }
    }
    found
}

/// All changes that lead to a node, those that undo each other left out.
fn changes(nodes: &[Node], at: usize) -> Vec<(usize, i64)> {
    let mut found = net(nodes, at);
    found.retain(|change| change.1 != 0);
    found.sort_unstable();
    found
}

fn path(nodes: &[Node], at: usize) -> impl Iterator<Item = &Node> {
    std::iter::successors(nodes.get(at), |node| node.parent.and_then(|parent| nodes.get(parent)))
}
