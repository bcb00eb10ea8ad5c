//! Figures of an organisation's work of which so few cases are counted that they say little. Only denominators decide, so
//! whether a figure is shown never depends on how good it is.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::PublicInput;
use crate::definitions::invariant_file::{Component, Operand, OperandPart};
use crate::definitions::model::Disclosure;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;

/// Positions of the figures of work that are withheld. Metrics whose denominators are counts of one set of cases go
/// together: a percentile is the delay of one case, whose rank follows from their number.
pub(super) fn few_cases(input: &PublicInput<'_>) -> BTreeSet<usize> {
    let sets = sets(input);
    let few = 1..input.rule.minimum_denominator;
    let has_few = |one: &Observation| one.denominator.is_some_and(|denominator| few.contains(&denominator));
    let of_work = || {
        let figures = input.observations.iter().enumerate();
        figures.filter_map(|(at, one)| Some((at, one, *sets.get(&*one.metric_id)?)))
    };
    let closed: HashSet<(usize, &BodyId, Period)> = of_work()
        .filter(|(_, one, _)| one.category.is_none() && has_few(one))
        .map(|(_, one, set)| (set, &one.org_code, one.period))
        .collect();
    of_work()
        .filter(|(_, one, set)| {
            one.denominator.is_some() && (has_few(one) || closed.contains(&(*set, &one.org_code, one.period)))
        })
        .map(|(at, _, _)| at)
        .collect()
}

/// A number for each metric of work, the same for those whose denominators an invariant ties to each other.
fn sets<'a>(input: &PublicInput<'a>) -> HashMap<&'a str, usize> {
    let work = input.metrics.iter().filter(|metric| metric.disclosure == Disclosure::Work);
    let mut sets: HashMap<&str, usize> = work.zip(0..).map(|(metric, number)| (metric.id.as_str(), number)).collect();
    for invariant in input.invariants.iter().filter(|invariant| invariant.each.is_none()) {
        let [right] = invariant.right.as_slice() else { continue };
        let is_denominator =
            |one: &Operand| one.component == Component::Denominator && matches!(one.part, OperandPart::Headline);
        if !is_denominator(&invariant.left) || !is_denominator(right) {
            continue;
        }
        let of = |one: &Operand| sets.get(one.metric.as_str()).copied();
        if let (Some(kept), Some(joined)) = (of(&invariant.left), of(right)) {
            sets.values_mut().filter(|set| **set == joined).for_each(|set| *set = kept);
        }
    }
    sets
}
