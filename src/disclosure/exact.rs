//! The best pattern of a small part: every set of cells is tried, smaller and cheaper sets first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::moves::{Cost, Search};
use super::work::{Demand, Work};

/// With more candidates than this there are too many sets.
const MOST_CANDIDATES: usize = 20;
/// Steps of all searches of a part, after which the pattern found before is kept.
const MOST_VISITS: usize = 100_000;
/// Steps of one search. In a two-way table this small a search ends by itself.
const LIMIT: (Search, usize) = (Search::Soonest, 2_000);

/// A relation between hidden cells of the part.
struct Tie {
    candidates: u32,
    fixed: u32,
    /// Whether the one fixed cell in it must be protected.
    demanded: bool,
}

impl Tie {
    /// Whether a set leaves one hidden cell in the relation, which is then known although it must not be, or need not be
    /// hidden.
    fn gives_away(&self, set: u32) -> bool {
        let hidden = (set & self.candidates).count_ones();
        (hidden == 1 && self.fixed == 0) || (hidden == 0 && self.fixed == 1 && self.demanded)
    }
}

/// Replaces the pattern of the part by the best one. False where the part is too large for that to be certain.
pub(super) fn improve(work: &mut Work) -> bool {
    if work.extra.is_empty() {
        return true;
    }
    if work.candidates.len() > MOST_CANDIDATES {
        return false;
    }
    let candidates: Vec<usize> = work.candidates.iter().copied().collect();
    let ties = ties(work, &candidates);
    let mut tester =
        Tester { work, candidates: &candidates, supports: Vec::new(), until: work.visits() + MOST_VISITS, cut: false };
    for size in 0..=work.extra.len() {
        for (_, Reverse(reversed)) in ranked(work, &candidates, &ties, size) {
            let set = reversed.reverse_bits();
            match tester.protects(set) {
                None => return false,
                Some(false) => {}
                Some(true) => {
                    let exact = !tester.cut;
                    work.extra = members(&candidates, set);
                    return exact;
                }
            }
        }
    }
    // The pattern found before is one of the last size, so this is reached only where its search was cut short here.
    false
}

/// The sets of one size that no relation gives away, best first. Sets of equal cost go by their labels: the one that has
/// the first label in which they differ comes first.
fn ranked(work: &Work, candidates: &[usize], ties: &[Tie], size: usize) -> Vec<(Cost, Reverse<u32>)> {
    let mut found = Vec::new();
    let end = 1_u64 << candidates.len();
    let mut set = (1_u64 << size) - 1;
    while set < end {
        if let Some(set) = u32::try_from(set).ok().filter(|&set| !ties.iter().any(|tie| tie.gives_away(set))) {
            let cost =
                members(candidates, set).into_iter().map(|cell| work.price(cell)).fold(Cost::default(), Cost::plus);
            found.push((cost, Reverse(set.reverse_bits())));
        }
        if set == 0 {
            break;
        }
        // The next larger number with as many ones.
        let lowest = set & set.wrapping_neg();
        let carried = set + lowest;
        set = carried | (((set ^ carried) / lowest) >> 2);
    }
    found.sort_unstable();
    found
}

fn members(candidates: &[usize], set: u32) -> BTreeSet<usize> {
    candidates.iter().enumerate().filter(|&(bit, _)| set >> bit & 1 == 1).map(|(_, &cell)| cell).collect()
}

fn ties(work: &Work, candidates: &[usize]) -> Vec<Tie> {
    let tie = |terms: &[(usize, i64)]| {
        let mut tie = Tie { candidates: 0, fixed: 0, demanded: false };
        for &(cell, _) in terms {
            if let Ok(bit) = candidates.binary_search(&cell) {
                tie.candidates |= 1 << bit;
            } else if work.fixed.contains(&cell) {
                tie.fixed += 1;
                tie.demanded |= work.demands.contains_key(&cell);
            }
        }
        tie
    };
    let equations = work.relations().into_iter().filter_map(|position| work.system.equations().get(position));
    equations.map(|equation| tie(&equation.terms)).filter(|tie| tie.candidates != 0).collect()
}

/// Tells whether sets protect, remembering which cells did.
struct Tester<'a, 'b> {
    work: &'a Work<'b>,
    candidates: &'a [usize],
    /// A target and candidates that are enough to protect it.
    supports: Vec<(usize, u32)>,
    /// The count of steps at which the searches are used up.
    until: usize,
    /// Whether a search that found nothing may have been cut short.
    cut: bool,
}

impl Tester<'_, '_> {
    /// `None` when the searches are used up.
    fn protects(&mut self, set: u32) -> Option<bool> {
        let live = self.work.live(&members(self.candidates, set));
        for (&target, &demand) in &self.work.demands {
            if self.supports.iter().any(|&(known, enough)| known == target && enough & !set == 0) {
                continue;
            }
            if self.work.visits() >= self.until {
                return None;
            }
            let before = self.work.visits();
            let Some(enough) = self.bits(target, demand, &live) else {
                self.cut |= self.work.visits() - before > LIMIT.1;
                return Some(false);
            };
            self.supports.push((target, enough));
        }
        Some(true)
    }

    fn bits(&self, target: usize, demand: Demand, live: &[bool]) -> Option<u32> {
        let used = self.work.holds(target, demand, live, LIMIT)?;
        Some(
            self.candidates
                .iter()
                .enumerate()
                .filter(|(_, cell)| used.contains(cell))
                .fold(0, |set, (bit, _)| set | 1 << bit),
        )
    }
}
