//! What readers of the public edition get in place of a figure.

use crate::vocabulary::observation::{Observation, StandardResult};
use crate::vocabulary::quantity::Status;

/// A figure without any number of its own: counts, value, limits and label are gone, and whether it meets a standard. The
/// level of the standard stays, which is the same for everybody.
pub fn withhold_figure(observation: &Observation) -> Observation {
    Observation {
        numerator: None,
        denominator: None,
        value: None,
        label: None,
        status: Status::Suppressed,
        interval_95: None,
        interval_998: None,
        method: "no_limits",
        standard: observation.standard.as_ref().map(|standard| StandardResult { met: None, ..standard.clone() }),
        ..observation.clone()
    }
}

/// A figure that contradicts another. The reason given to those who can correct it names the counts; readers need none.
pub(super) fn without_contradiction(observation: &Observation) -> Observation {
    Observation {
        status: Status::Missing("it contradicts another figure of the same returns".to_owned()),
        ..withhold_figure(observation)
    }
}
