//! Local targets: levels that an installation sets for a metric and for some or all organisations, with dates.
//! They are standards of the kind `local`: always named so, and never stand where a law does.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::definitions::model::{Comparator, Metric, Standard, StandardKind};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::quantity::{Better, Shape};

/// One entry of `[[targets]]` in the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalTarget {
    /// Id of the metric.
    pub metric: String,
    pub level: f64,
    pub comparator: Comparator,
    /// First and last day, both included; no last day means until further notice.
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    /// Who set it, and where it is written down.
    pub source: String,
    /// Codes it is for. Without codes and kinds it is for everybody, aggregates included.
    #[serde(default)]
    pub organisations: Vec<BodyId>,
    /// Kinds of organisation it is for, such as `territorial_force`.
    #[serde(default)]
    pub kinds: Vec<String>,
}

/// A target that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    #[error("targets[{at}].metric: {id} is not a metric; known are {known}")]
    Metric { at: usize, id: String, known: String },
    #[error("targets[{at}].level: {level} cannot be reached by {id}")]
    Level { at: usize, level: String, id: String },
    #[error("targets[{at}].comparator: goes against what {id} calls better")]
    Direction { at: usize, id: String },
    #[error("targets[{at}].from: {from} is after the last day, {to}")]
    Dates { at: usize, from: NaiveDate, to: NaiveDate },
    #[error("targets[{at}].kinds: {kind} is not a kind of organisation; known are {known}")]
    Kind { at: usize, kind: String, known: String },
    #[error("targets[{at}].organisations: the organisations dataset holds no {code} on the data date")]
    Organisation { at: usize, code: BodyId },
    #[error("targets[{at}].source: is empty; say who set the target")]
    Source { at: usize },
}

/// The first target that names no metric or none of the `kinds` of organisation, or contradicts its metric or itself.
pub fn check_targets(targets: &[LocalTarget], metrics: &[Metric], kinds: &[String]) -> Result<(), TargetError> {
    targets.iter().enumerate().try_for_each(|(at, target)| {
        check_target(at, target, metrics)?;
        check_kinds(at, target, kinds)
    })
}

/// The first target for an organisation that the organisations dataset does not hold.
pub fn check_target_organisations(targets: &[LocalTarget], organisations: &[Organisation]) -> Result<(), TargetError> {
    let unknown = |code: &&BodyId| !organisations.iter().any(|organisation| organisation.code == **code);
    targets.iter().enumerate().try_for_each(|(at, target)| match target.organisations.iter().find(unknown) {
        Some(code) => Err(TargetError::Organisation { at, code: code.clone() }),
        None => Ok(()),
    })
}

/// Without known kinds any will do.
fn check_kinds(at: usize, target: &LocalTarget, known: &[String]) -> Result<(), TargetError> {
    match target.kinds.iter().find(|kind| !known.is_empty() && !known.contains(kind)) {
        Some(kind) => Err(TargetError::Kind { at, kind: kind.clone(), known: known.join(", ") }),
        None => Ok(()),
    }
}

fn check_target(at: usize, target: &LocalTarget, metrics: &[Metric]) -> Result<(), TargetError> {
    let id = || target.metric.clone();
    let Some(metric) = metrics.iter().find(|metric| metric.id == target.metric) else {
        let known = metrics.iter().map(|metric| metric.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(TargetError::Metric { at, id: id(), known });
    };
    let highest = if metric.shape == Shape::Proportion { 100.0 } else { f64::MAX };
    if !(0.0..=highest).contains(&target.level) {
        return Err(TargetError::Level { at, level: target.level.to_string(), id: id() });
    }
    let against = match metric.better {
        Better::Higher => target.comparator != Comparator::AtLeast,
        Better::Lower => target.comparator == Comparator::AtLeast,
        Better::Neutral => false,
    };
    if against {
        return Err(TargetError::Direction { at, id: id() });
    }
    if let Some(to) = target.to.filter(|to| *to < target.from) {
        return Err(TargetError::Dates { at, from: target.from, to });
    }
    if target.source.trim().is_empty() { Err(TargetError::Source { at }) } else { Ok(()) }
}

/// The metrics with the targets added to their standards.
pub fn with_targets(metrics: &[Metric], targets: &[LocalTarget], organisations: &[Organisation]) -> Vec<Metric> {
    let mut metrics = metrics.to_vec();
    for target in targets {
        if let Some(metric) = metrics.iter_mut().find(|metric| metric.id == target.metric) {
            metric.standards.extend(standard(target, organisations));
        }
    }
    metrics
}

/// `None` when the target is for kinds that no organisation has: an empty list would mean everybody.
fn standard(target: &LocalTarget, organisations: &[Organisation]) -> Option<Standard> {
    let of_kind = organisations.iter().filter(|organisation| target.kinds.contains(&organisation.kind));
    let codes = of_kind.map(|organisation| BodyId::clone(&organisation.code));
    let codes: Vec<BodyId> = target.organisations.iter().cloned().chain(codes).collect();
    let for_everybody = target.organisations.is_empty() && target.kinds.is_empty();
    (for_everybody || !codes.is_empty()).then(|| Standard {
        level: target.level,
        comparator: target.comparator,
        from: target.from,
        to: target.to,
        kind: StandardKind::Local,
        source: target.source.clone(),
        address: String::new(),
        note: scope_words(target),
        organisations: codes,
    })
}

fn scope_words(target: &LocalTarget) -> String {
    let kinds = target.kinds.iter().map(|kind| kind.replace('_', " "));
    let codes = target.organisations.iter().map(ToString::to_string);
    let names: Vec<String> = codes.chain(kinds).collect();
    if names.is_empty() { String::new() } else { format!("For {} only", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::Definitions;

    fn target(metric: &str) -> LocalTarget {
        LocalTarget {
            metric: metric.to_owned(),
            level: 85.0,
            comparator: Comparator::AtLeast,
            from: "2025-04-01".parse().unwrap(),
            to: None,
            source: "Force management board".to_owned(),
            organisations: Vec::new(),
            kinds: Vec::new(),
        }
    }

    #[test]
    fn targets_that_contradict_their_metric_are_refused() {
        let metrics = Definitions::built_in().unwrap().metrics;
        let kinds = ["special_force".to_owned()];
        let message = |target: LocalTarget| check_targets(&[target], &metrics, &kinds).unwrap_err().to_string();
        assert_eq!(check_targets(&[target("CRE-01")], &metrics, &kinds), Ok(()));
        let unknown = LocalTarget { kinds: vec!["navy".to_owned()], ..target("CRE-01") };
        assert_eq!(message(unknown), "targets[0].kinds: navy is not a kind of organisation; known are special_force");
        assert!(message(target("CRE-99")).starts_with("targets[0].metric: CRE-99 is not a metric; known are "));
        let too_high = LocalTarget { level: 101.0, ..target("CRE-01") };
        assert_eq!(message(too_high), "targets[0].level: 101 cannot be reached by CRE-01");
        assert_eq!(message(target("SEC-01")), "targets[0].comparator: goes against what SEC-01 calls better");
        let ended = LocalTarget { to: "2025-03-31".parse().ok(), ..target("CRE-01") };
        assert_eq!(message(ended), "targets[0].from: 2025-04-01 is after the last day, 2025-03-31");
        let nobody = LocalTarget { source: " ".to_owned(), ..target("CRE-01") };
        assert_eq!(message(nobody), "targets[0].source: is empty; say who set the target");
    }

    #[test]
    fn a_target_for_a_kind_is_for_its_organisations_alone() {
        let metrics = Definitions::built_in().unwrap().metrics;
        let body = |code: &str, kind: &str| Organisation {
            code: code.parse().unwrap(),
            name: code.to_owned(),
            short_name: code.to_owned(),
            kind: kind.to_owned(),
            region: None,
            country: String::new(),
            officers: None,
            succeeded_by: None,
        };
        let bodies = [body("A", "special_force"), body("B", "non_police")];
        let one = LocalTarget { kinds: vec!["special_force".to_owned()], ..target("CRE-01") };
        let none = LocalTarget { kinds: vec!["police_support".to_owned()], ..target("CRE-01") };
        let added = with_targets(&metrics, &[one, none], &bodies);
        let cre = added.iter().find(|metric| metric.id == "CRE-01").unwrap();
        let local: Vec<&Standard> = cre.standards.iter().filter(|s| s.kind == StandardKind::Local).collect();
        assert_eq!(local.len(), 1);
        assert_eq!(["A", "B", "NATIONAL"].map(|code| local[0].applies_to(&code.into())), [true, false, false]);
    }
}
