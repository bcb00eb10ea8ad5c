//! Checks which metrics are also to be judged by the rules of other packages.

use serde::{Deserialize, Serialize};

use crate::definitions::model::Metric;
use crate::vocabulary::quantity::Shape;

/// Metrics that are also judged by other rules, as the settings name them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParityWish {
    pub as_phe: Vec<String>,
    pub as_making_data_count: Vec<String>,
}

/// A wish that cannot be met.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParityError {
    #[error("parity.{mode}: {id} is not a metric; known are {known}")]
    Metric { mode: &'static str, id: String, known: String },
    #[error("parity.as_phe: {id} is neither a proportion nor a rate, and has no funnel in that package")]
    Funnel { id: String },
    #[error("parity.as_making_data_count: {id} is a grade, and has no chart in that package")]
    Chart { id: String },
}

/// The first metric that is unknown or has no such judgement.
pub fn check_parity(wish: &ParityWish, metrics: &[Metric]) -> Result<(), ParityError> {
    let metric = |mode, id: &String| {
        metrics.iter().find(|metric| metric.id == *id).ok_or_else(|| {
            let known = metrics.iter().map(|metric| metric.id.as_str()).collect::<Vec<_>>().join(", ");
            ParityError::Metric { mode, id: id.clone(), known }
        })
    };
    for id in &wish.as_phe {
        if !matches!(metric("as_phe", id)?.shape, Shape::Proportion | Shape::Rate) {
            return Err(ParityError::Funnel { id: id.clone() });
        }
    }
    for id in &wish.as_making_data_count {
        if metric("as_making_data_count", id)?.shape == Shape::Status {
            return Err(ParityError::Chart { id: id.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::Definitions;

    #[test]
    fn only_what_the_packages_judge_is_asked_of_them() {
        let metrics = Definitions::built_in().unwrap().metrics;
        let of_shape = |shape| metrics.iter().find(|metric| metric.shape == shape).unwrap().id.to_string();
        let phe = |id: String| check_parity(&ParityWish { as_phe: vec![id], ..ParityWish::default() }, &metrics);
        let count = |id: String| {
            check_parity(&ParityWish { as_making_data_count: vec![id], ..ParityWish::default() }, &metrics)
        };
        assert_eq!((phe(of_shape(Shape::Rate)), count(of_shape(Shape::Distribution))), (Ok(()), Ok(())));
        let (delay, grade) = (of_shape(Shape::Distribution), of_shape(Shape::Status));
        assert_eq!(phe(delay.clone()), Err(ParityError::Funnel { id: delay }));
        assert_eq!(count(grade.clone()), Err(ParityError::Chart { id: grade }));
        assert!(
            phe("CRE-99".to_owned()).unwrap_err().to_string().starts_with("parity.as_phe: CRE-99 is not a metric;")
        );
    }
}
