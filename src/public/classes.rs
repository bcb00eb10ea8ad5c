//! Counts put together step by step into those that are one cell.

use std::collections::{BTreeMap, HashMap};

use super::counts::RowCount;

/// Classes of counts that are one cell, and pairs that are equal and stay two.
#[derive(Debug, Default)]
pub(super) struct Classes {
    of: HashMap<RowCount, RowCount>,
    members: BTreeMap<RowCount, Vec<RowCount>>,
    equals: Vec<(RowCount, RowCount)>,
}

impl Classes {
    /// Makes two counts one cell; where a relation may hold both, they stay two that are equal.
    pub(super) fn unite(
        &mut self,
        one: RowCount,
        other: RowCount,
        count: i64,
        exclude: impl Fn(RowCount, RowCount) -> bool,
    ) {
        let key = |classes: &Self, count: RowCount| classes.of.get(&count).copied().unwrap_or(count);
        let (kept, left) = (key(self, one), key(self, other));
        if kept == left {
            return;
        }
        let of = |classes: &Self, key: RowCount| classes.members.get(&key).cloned().unwrap_or_else(|| vec![key]);
        let (mut stay, come) = (of(self, kept), of(self, left));
        if stay.iter().any(|&stay| come.iter().any(|&come| exclude(stay, come))) {
            if count > 0 {
                self.equals.push((one, other));
            }
            return;
        }
        self.of.extend(come.iter().map(|&count| (count, kept)));
        stay.extend(come);
        self.members.remove(&left);
        self.members.insert(kept, stay);
    }

    /// Counts that are one cell, in each class of more than one.
    pub(super) fn of_several(&self) -> impl Iterator<Item = &[RowCount]> {
        self.members.values().map(Vec::as_slice).filter(|members| members.len() > 1)
    }

    /// Pairs of counts that are equal and two cells.
    pub(super) fn into_equals(self) -> Vec<(RowCount, RowCount)> {
        self.equals
    }
}
