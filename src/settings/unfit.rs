//! Settings beside the definitions: what they name must be there, and must be able to do what they ask for.

use std::collections::BTreeSet;

use super::{DecisionError, FigureSettings, ParityError, TargetError, check_decisions, check_parity, check_targets};
use crate::definitions::model::Metric;
use crate::vocabulary::metric_id::MetricId;

/// Settings that contradict the definitions or themselves.
#[derive(Debug, thiserror::Error)]
pub enum UnfitError {
    #[error("parameters.{name}: no metric takes this parameter; known are {known}")]
    UnknownParameter { name: String, known: String },
    #[error("parameters.{name} is {value}, but metric {metric} takes {most} at most")]
    LargeParameter { name: String, value: i64, metric: MetricId, most: i64 },
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Decision(#[from] DecisionError),
    #[error(transparent)]
    Parity(#[from] ParityError),
}

impl FigureSettings {
    /// Compares the settings with the metrics and with the `kinds` of organisation that the contracts know.
    ///
    /// # Errors
    /// The first parameter, target, decision or rule of another package that names nothing known or cannot hold.
    pub fn check_against(&self, metrics: &[Metric], kinds: &[String]) -> Result<(), UnfitError> {
        self.check_parameters(metrics)?;
        check_targets(&self.targets, metrics, kinds)?;
        check_decisions(&self.decisions, metrics)?;
        check_parity(&self.parity, metrics)?;
        Ok(())
    }

    /// A parameter that no metric takes is a mistake, not a wish. A parameter cannot ask for more than roll-ups count.
    fn check_parameters(&self, metrics: &[Metric]) -> Result<(), UnfitError> {
        for metric in metrics {
            for (name, most) in &metric.parameters_at_most {
                if let Some(value) = self.parameters.get(name).filter(|value| *value > most) {
                    let (name, metric) = (name.clone(), metric.id.clone());
                    return Err(UnfitError::LargeParameter { name, value: *value, metric, most: *most });
                }
            }
        }
        let known: BTreeSet<&String> = metrics.iter().flat_map(|metric| &metric.parameters).collect();
        let Some(unknown) = self.parameters.keys().find(|name| !known.contains(name)) else {
            return Ok(());
        };
        let known = known.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(UnfitError::UnknownParameter { name: unknown.clone(), known })
    }
}
