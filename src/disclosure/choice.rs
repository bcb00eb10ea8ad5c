//! Which cells to hide besides those that must be: the fewest, among those the smallest total, then interior cells before
//! row totals before column totals before grand totals, then the order of labels. Zeros hide nothing and are never used.

use std::collections::BTreeSet;

use super::exact::improve;
use super::moves::Moves;
use super::system::{History, System};
use super::work::{Work, parts};
use crate::settings::Protection;

/// A pattern. All lists are in the order of labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Hidden for their own size.
    pub primary: Vec<String>,
    /// Hidden to protect others.
    pub secondary: Vec<String>,
    /// Hidden because an earlier release hid them.
    pub earlier: Vec<String>,
    /// Small, and shown by an earlier release: readers have it, and hiding protects nothing.
    pub published: Vec<String>,
    /// Small ones for which no cover was found. All that hangs together with them is hidden.
    pub without_cover: Vec<String>,
    /// Whether every independent part was searched exactly, so that no pattern is better.
    pub exact: bool,
}

impl Choice {
    /// Labels of all hidden cells.
    pub fn hidden(&self) -> impl Iterator<Item = &str> {
        self.primary.iter().chain(&self.secondary).chain(&self.earlier).map(String::as_str)
    }
}

/// Chooses the cells to hide. The same cells in another order, or run again, give the same choice.
pub fn choose(system: &System, protection: Protection) -> Choice {
    let moves = Moves::new(system);
    let mut chosen = Choice { exact: true, ..Choice::default() };
    let mut fixed = BTreeSet::new();
    for (position, cell) in system.cells().iter().enumerate() {
        let label = || cell.label.clone();
        match (cell.is_primary(), cell.history) {
            (true, History::Published) => chosen.published.push(label()),
            (true, _) => chosen.primary.push(label()),
            (false, History::Withheld | History::Unseen) => chosen.earlier.push(label()),
            _ => continue,
        }
        if cell.history != History::Published {
            fixed.insert(position);
        }
    }
    let label = |position: usize| system.cells().get(position).map(|cell| cell.label.clone()).unwrap_or_default();
    let mut secondary = BTreeSet::new();
    for part in parts(system, &moves, &fixed) {
        let mut work = Work::new(system, &moves, part, protection);
        if work.given_up.is_empty() {
            work.cover();
            work.reopen();
            chosen.exact &= improve(&mut work);
            secondary.extend(work.extra);
        } else {
            // The search may have missed a world. Hiding all there is needs none: where nothing is known, twice every
            // count is another world.
            chosen.without_cover.extend(work.given_up.iter().map(|&cell| label(cell)));
            chosen.exact = false;
            secondary.extend(work.candidates);
        }
    }
    chosen.secondary = secondary.into_iter().map(label).collect();
    chosen.without_cover.sort();
    chosen
}
