//! Checks the decisions about series in the settings, before anything is read.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::definitions::model::Metric;
use crate::stats::control::LEAST_BASELINE;
use crate::vocabulary::body_id::BodyId;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// Limits begin anew with the first period that begins on `from` or after: a proposed change is accepted.
    Rebase,
    /// Limits go on through the recorded event of the day `from`, and a step proposed there is no longer one.
    Keep,
    /// The periods that begin from `from` to `to` are drawn, but are not in the limits and are not judged.
    Exclude,
    /// Limits come from the first `points` periods of each stretch.
    Baseline,
}

/// One entry of `[[decisions]]` in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Id of the metric.
    pub metric: String,
    /// Code of the organisation, region or nation whose series it is; without one, every series of the metric.
    pub organisation: Option<BodyId>,
    pub kind: DecisionKind,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub points: Option<usize>,
    pub reason: String,
    pub decided_by: String,
}

/// A decision that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecisionError {
    #[error("decisions[{at}].metric: {id} is not a metric; known are {known}")]
    Metric { at: usize, id: String, known: String },
    #[error("decisions[{at}].{key}: is missing")]
    Missing { at: usize, key: &'static str },
    #[error("decisions[{at}].{key}: does not belong to this kind of decision")]
    Unfit { at: usize, key: &'static str },
    #[error("decisions[{at}].to: is before the first day")]
    Dates { at: usize },
    #[error("decisions[{at}].points: a baseline has at least {LEAST_BASELINE} periods")]
    Baseline { at: usize },
    #[error("decisions[{at}].{key}: is empty; say why, and who decided")]
    Unsigned { at: usize, key: &'static str },
}

/// The first decision that names no metric, lacks a date, a reason or an author, or holds what does not belong to its kind.
pub fn check_decisions(decisions: &[Decision], metrics: &[Metric]) -> Result<(), DecisionError> {
    decisions.iter().enumerate().try_for_each(|(at, decision)| check(at, decision, metrics))
}

fn check(at: usize, decision: &Decision, metrics: &[Metric]) -> Result<(), DecisionError> {
    if !metrics.iter().any(|metric| metric.id == decision.metric) {
        let known = metrics.iter().map(|metric| metric.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(DecisionError::Metric { at, id: decision.metric.clone(), known });
    }
    let kind = decision.kind;
    let keys = [
        ("from", decision.from.is_some(), kind != DecisionKind::Baseline),
        ("to", decision.to.is_some(), kind == DecisionKind::Exclude),
        ("points", decision.points.is_some(), kind == DecisionKind::Baseline),
    ];
    for (key, given, wanted) in keys {
        match (given, wanted) {
            (false, true) => return Err(DecisionError::Missing { at, key }),
            (true, false) => return Err(DecisionError::Unfit { at, key }),
            _ => {}
        }
    }
    if decision.from.zip(decision.to).is_some_and(|(from, to)| to < from) {
        return Err(DecisionError::Dates { at });
    }
    if decision.points.is_some_and(|points| points < LEAST_BASELINE) {
        return Err(DecisionError::Baseline { at });
    }
    let texts = [("reason", &decision.reason), ("decided_by", &decision.decided_by)];
    match texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
        Some((key, _)) => Err(DecisionError::Unsigned { at, key }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::definitions::Definitions;
    use crate::settings::Settings;

    fn checked(entry: &str) -> String {
        let text = format!("[[decisions]]\n{entry}\nreason = \"a new queue\"\ndecided_by = \"A. Analyst, NPCC\"");
        let settings = Settings::parse(Path::new("settings.toml"), &text).unwrap();
        let metrics = Definitions::built_in().unwrap().metrics;
        check_decisions(&settings.figures.decisions, &metrics)
            .map_or_else(|error| error.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn a_decision_has_what_its_kind_needs_and_nothing_else() {
        let good = [
            "metric = \"CRE-01\"\nkind = \"rebase\"\nfrom = \"2024-05-01\"",
            "metric = \"CRE-01\"\norganisation = \"NATIONAL\"\nkind = \"keep\"\nfrom = \"2024-05-01\"",
            "metric = \"CRE-01\"\nkind = \"exclude\"\nfrom = \"2024-05-01\"\nto = \"2024-06-01\"",
            "metric = \"CRE-01\"\nkind = \"baseline\"\npoints = 12",
        ];
        for entry in good {
            assert_eq!(checked(entry), "good", "{entry}");
        }
        assert!(
            checked("metric = \"CRE-99\"\nkind = \"baseline\"\npoints = 12")
                .starts_with("decisions[0].metric: CRE-99 is not a metric; known are ")
        );
        let bad = [
            ("kind = \"rebase\"", "decisions[0].from: is missing"),
            ("kind = \"exclude\"\nfrom = \"2024-05-01\"", "decisions[0].to: is missing"),
            (
                "kind = \"exclude\"\nfrom = \"2024-05-01\"\nto = \"2024-04-01\"",
                "decisions[0].to: is before the first day",
            ),
            ("kind = \"baseline\"\npoints = 11", "decisions[0].points: a baseline has at least 12 periods"),
            (
                "kind = \"baseline\"\npoints = 12\nfrom = \"2024-05-01\"",
                "decisions[0].from: does not belong to this kind of decision",
            ),
        ];
        for (entry, message) in bad {
            assert_eq!(checked(&format!("metric = \"CRE-01\"\n{entry}")), message);
        }
    }

    #[test]
    fn nobody_decides_in_silence() {
        let metrics = Definitions::built_in().unwrap().metrics;
        let decision = Decision {
            metric: "CRE-01".into(),
            organisation: None,
            kind: DecisionKind::Rebase,
            from: Some("2024-05-01".parse().unwrap()),
            to: None,
            points: None,
            reason: " ".into(),
            decided_by: "A. Analyst".into(),
        };
        let error = check_decisions(&[decision], &metrics).unwrap_err();
        assert_eq!(error.to_string(), "decisions[0].reason: is empty; say why, and who decided");
    }
}
