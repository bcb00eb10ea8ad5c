//! Changes that half of the forces have in common: their cause is national, and they count against nobody.

use super::FigureVerdict;
use super::aspects::{Aspect, Standing};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;

/// Fewer forces share nothing.
const LEAST_FORCES: usize = 5;

/// A change of a metric that at least half of the forces made in the same direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCause {
    pub metric_id: MetricId,
    /// [`Aspect::OwnPast`] or [`Aspect::YearBefore`].
    pub aspect: Aspect,
    pub standing: Standing,
    /// Forces that stand out on this side.
    pub forces: usize,
    /// Forces of which something can be said.
    pub of: usize,
}

/// Finds the shared causes among the verdicts of one metric, and marks every organisation and region that stands out by one.
/// The nation is not marked: there the cause stands.
pub(super) fn mark_shared(verdicts: &mut [FigureVerdict], is_force: impl Fn(&BodyId) -> bool) -> Vec<SharedCause> {
    let mut causes = Vec::new();
    for aspect in [Aspect::OwnPast, Aspect::YearBefore] {
        let forces = verdicts.iter().filter(|verdict| is_force(&verdict.org_code));
        let told: Vec<Option<Standing>> = forces
            .filter_map(|verdict| verdict.aspects.get(aspect))
            .filter(|found| found.label.is_told())
            .map(|found| found.label.standing())
            .collect();
        for standing in [Standing::Better, Standing::Worse, Standing::Higher, Standing::Lower] {
            let forces = told.iter().filter(|one| **one == Some(standing)).count();
            if told.len() < LEAST_FORCES || 2 * forces < told.len() {
                continue;
            }
            for verdict in verdicts.iter_mut().filter(|verdict| !verdict.is_national()) {
                verdict.aspects.mark_shared(aspect, standing);
            }
            if let Some(first) = verdicts.first() {
                let metric_id = first.metric_id.clone();
                causes.push(SharedCause { metric_id, aspect, standing, forces, of: told.len() });
            }
        }
    }
    causes
}
