//! The part of a system that is worked on, and what must still be protected in it.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::{Cost, Moves, Search};
use super::system::{CellPosition, CountCell, History, System};
use crate::settings::Protection;

/// Steps of the search for the cheapest cover, and for any cover.
const CHEAPEST: (Search, usize) = (Search::Cheapest, 200);
const SOONEST: (Search, usize) = (Search::Soonest, 4_000);

/// Steps of the search for a cover among the cells that are hidden already.
const COVERED: (Search, usize) = (Search::Soonest, 200);

/// Steps of the search when a cell is to be shown again; it stays hidden when they do not do.
const REOPENING: (Search, usize) = (Search::Soonest, 200);

/// What a cell must be able to be, besides what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// Anything else.
    Another,
    /// Everything from 1 to this.
    UpTo(i64),
}

/// The choice within one part.
pub(super) struct Work<'a> {
    pub(super) system: &'a System,
    moves: &'a Moves<'a>,
    pub(super) fixed: BTreeSet<usize>,
    pub(super) candidates: BTreeSet<usize>,
    /// Cells to protect and how.
    pub(super) demands: BTreeMap<usize, Demand>,
    pub(super) given_up: Vec<usize>,
    /// Cells hidden besides the fixed ones.
    pub(super) extra: BTreeSet<usize>,
    /// Cells that each protected cell's other worlds differ in.
    supports: BTreeMap<usize, BTreeSet<usize>>,
}

impl<'a> Work<'a> {
    /// A cell that cannot have the full range gets what it can.
    pub(super) fn new(system: &'a System, moves: &'a Moves<'a>, part: CellCluster, protection: Protection) -> Self {
        let CellCluster { fixed, candidates } = part;
        let (demands, supports) = (BTreeMap::new(), BTreeMap::new());
        let mut work =
            Self { system, moves, fixed, candidates, demands, given_up: Vec::new(), extra: BTreeSet::new(), supports };
        let (nothing_else, everything) = (work.live(&BTreeSet::new()), work.live(&work.candidates));
        let targets: Vec<(usize, i64)> = work
            .fixed
            .iter()
            .filter_map(|&position| system.cells().get(position).map(|cell| (position, cell)))
            .filter(|(_, cell)| cell.is_primary())
            .map(|(position, cell)| (position, cell.threshold))
            .collect();
        for (target, threshold) in targets {
            let asked = [Demand::UpTo(threshold - 1), Demand::Another];
            let skipped = usize::from(protection == Protection::TwoValues);
            let attainable = asked.into_iter().skip(skipped).find(|&demand| {
                // Cells that must be hidden often protect each other.
                let covered = work.holds(target, demand, &nothing_else, COVERED);
                // Once one has no cover all is hidden, and a long search for another would be in vain.
                let limit = if work.given_up.is_empty() { SOONEST } else { COVERED };
                let attainable = covered.is_some() || work.holds(target, demand, &everything, limit).is_some();
                work.supports.extend(covered.map(|used| (target, used)));
                attainable
            });
            match attainable {
                Some(demand) => {
                    work.demands.insert(target, demand);
                }
                None => work.given_up.push(target),
            }
        }
        work
    }

    /// The cells that can differ between two worlds when the fixed and these are hidden, and some that cannot.
    pub(super) fn live(&self, extra: &BTreeSet<usize>) -> Vec<bool> {
        self.moves.live(|cell| self.fixed.contains(&cell) || extra.contains(&cell))
    }

    /// The cells that protect a target when these are hidden and no others.
    pub(super) fn holds(
        &self,
        target: usize,
        demand: Demand,
        live: &[bool],
        limit: (Search, usize),
    ) -> Option<BTreeSet<usize>> {
        let free = |cell: usize| live.get(cell).filter(|live| **live).map(|_| Cost::default());
        free(target).and_then(|_| self.support(target, demand, &free, limit))
    }

    fn support(
        &self,
        target: usize,
        demand: Demand,
        cost: &impl Fn(usize) -> Option<Cost>,
        limit: (Search, usize),
    ) -> Option<BTreeSet<usize>> {
        let truth = self.moves.truth();
        let Demand::UpTo(most) = demand else {
            let price =
                |way: &[(usize, i64)]| way.iter().filter_map(|&(cell, _)| cost(cell)).fold(Cost::default(), Cost::plus);
            let up = self.moves.find(truth, (target, 1), cost, limit).map(|way| (price(&way), way));
            let free = up.as_ref().is_some_and(|(price, _)| *price == Cost::default());
            let down = (!free).then(|| self.moves.find(truth, (target, -1), cost, limit)).flatten();
            let ways = [up, down.map(|way| (price(&way), way))].into_iter().flatten();
            return ways
                .min_by_key(|(price, _)| *price)
                .map(|(_, way)| way.into_iter().map(|(cell, _)| cell).collect());
        };
        let value = *truth.get(target)?;
        let mut used = BTreeSet::new();
        for (by, steps) in [(1, most - value), (-1, value - 1)] {
            let mut world = truth.to_vec();
            for _ in 0..steps {
                let price =
                    |cell: usize| cost(cell).map(|cost| if used.contains(&cell) { Cost::default() } else { cost });
                for (cell, by) in self.moves.find(&world, (target, by), &price, limit)? {
                    if let Some(value) = world.get_mut(cell) {
                        *value += by;
                    }
                    used.insert(cell);
                }
            }
        }
        Some(used)
    }

    /// Hides the cheapest cover of each target in turn; where none is found in time, everything in the part.
    pub(super) fn cover(&mut self) {
        let everything = self.live(&self.candidates);
        let mut live = self.live(&self.extra);
        for (target, demand) in self.demands.clone() {
            if self.supports.contains_key(&target) {
                continue;
            }
            let price = |cell: usize| {
                if self.fixed.contains(&cell) || self.extra.contains(&cell) {
                    return Some(Cost::default());
                }
                everything.get(cell).filter(|live| **live).map(|_| self.price(cell))
            };
            // What is hidden already costs nothing: most cells need no more.
            let found = self.holds(target, demand, &live, COVERED).or_else(|| {
                [CHEAPEST, SOONEST].into_iter().find_map(|limit| self.support(target, demand, &price, limit))
            });
            let found = found.or_else(|| self.holds(target, demand, &everything, SOONEST));
            let used = found.unwrap_or_else(|| self.candidates.clone());
            let before = self.extra.len();
            self.extra.extend(used.iter().filter(|cell| self.candidates.contains(cell)));
            self.supports.insert(target, used);
            if self.extra.len() > before {
                live = self.live(&self.extra);
            }
        }
    }

    /// Shows again every cell that is not needed, totals and large cells first.
    pub(super) fn reopen(&mut self) {
        let mut order: Vec<usize> = self.extra.iter().copied().collect();
        order.sort_by_key(|&position| {
            std::cmp::Reverse(self.system.cells().get(position).map(|cell| (cell.kind, cell.value, position)))
        });
        for cell in order {
            let mut fewer = self.extra.clone();
            fewer.remove(&cell);
            let live = self.live(&fewer);
            let affected: Vec<usize> =
                self.supports.iter().filter(|(_, used)| used.contains(&cell)).map(|(&target, _)| target).collect();
            let renewed: Option<Vec<(usize, BTreeSet<usize>)>> = affected
                .into_iter()
                .map(|target| {
                    let demand = *self.demands.get(&target)?;
                    Some((target, self.holds(target, demand, &live, REOPENING)?))
                })
                .collect();
            if let Some(renewed) = renewed {
                self.supports.extend(renewed);
                self.extra = fewer;
            }
        }
    }

    /// Relations of the part's cells.
    pub(super) fn relations(&self) -> BTreeSet<usize> {
        let cells = self.fixed.iter().chain(&self.candidates);
        cells.flat_map(|&cell| self.moves.relations_of(cell).iter().map(|known| known.0)).collect()
    }

    /// Steps of all searches so far.
    pub(super) fn visits(&self) -> usize {
        self.moves.visits()
    }

    /// What hiding one more cell costs.
    pub(super) fn price(&self, position: usize) -> Cost {
        self.system.cells().get(position).map_or_else(Cost::default, |cell| Cost {
            cells: 1,
            total: cell.value.into(),
            kinds: match cell.kind {
                CellPosition::Interior => 0,
                CellPosition::RowTotal => 1,
                CellPosition::ColumnTotal => 1 << 20,
                CellPosition::GrandTotal => 1 << 40,
            },
        })
    }
}

/// Cells that hang together by relations and hold one that must be hidden.
pub(super) struct CellCluster {
    fixed: BTreeSet<usize>,
    candidates: BTreeSet<usize>,
}

/// Splits the cells that are or may be hidden. Shown cells that stay shown connect nothing.
pub(super) fn parts(system: &System, moves: &Moves, fixed: &BTreeSet<usize>) -> Vec<CellCluster> {
    let may_be_hidden = |position: usize| {
        system.cells().get(position).is_some_and(|cell| cell.history == History::New && cell.value > 0)
    };
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for &start in fixed {
        let mut part = CellCluster { fixed: BTreeSet::new(), candidates: BTreeSet::new() };
        let mut waiting = vec![start];
        while let Some(position) = waiting.pop() {
            let hidden = fixed.contains(&position);
            if !(hidden || may_be_hidden(position)) || !seen.insert(position) {
                continue;
            }
            if hidden {
                part.fixed.insert(position)
            } else {
                part.candidates.insert(position)
            };
            for &(relation, _) in moves.relations_of(position) {
                let terms = system.equations().get(relation).map(|equation| equation.terms.as_slice());
                waiting.extend(terms.unwrap_or_default().iter().map(|term| term.0));
            }
        }
        let primary = |&position: &usize| system.cells().get(position).is_some_and(CountCell::is_primary);
        if part.fixed.iter().any(primary) {
            found.push(part);
        }
    }
    found
}
