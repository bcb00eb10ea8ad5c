//! What a release brings, in a few lines for a message to those who run the program. Its words are those of the national
//! summary.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::national::summary::{concerned, gaps, message};
use super::{Facts, words};
use crate::release::{FigureToActOn, LastRelease};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Period;

/// Forces that a message names.
const FORCES_NAMED: usize = 10;

/// What a release brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    pub period: Period,
    /// The period in full words.
    pub period_words: String,
    /// Whether all data were made up.
    pub synthetic: bool,
    /// The protective marking, where the publisher has given one.
    pub marking: Option<String>,
    pub published_on: NaiveDate,
    pub data_date: NaiveDate,
    /// How the nation is doing, in a sentence.
    pub message: String,
    /// Headline figures that the release before had otherwise; `None` of the first release of a period.
    pub figures_changed: Option<usize>,
    /// Who returned late, was refused or did not return, by name.
    pub returns: Vec<BodyLine>,
    /// Forces that are clearly worse than their peers, the one with most subjects first.
    pub forces: Vec<BodyLine>,
    /// What asks for action and did not in the release before; `None` where there is none, or it does not say.
    pub new_to_act_on: Option<NewToActOn>,
}

/// Organisations with figures that ask for action and did not before, by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewToActOn {
    /// The release before, such as `2025-26Q1 r1`.
    pub since: String,
    pub organisations: Vec<BodyLine>,
}

/// What a release is held against.
#[derive(Debug, Clone, Copy)]
pub struct SinceLast<'l> {
    /// Headline figures that the release before had otherwise.
    pub figures_changed: usize,
    /// The release before.
    pub last: Option<&'l LastRelease>,
}

/// What is said of one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyLine {
    pub code: BodyId,
    pub name: String,
    pub words: String,
}

/// Gathers what a release brings.
pub fn build_digest(facts: &Facts<'_>, since: &SinceLast<'_>) -> Digest {
    let release = facts.release;
    let line = |code: &BodyId, words: String| BodyLine { code: code.clone(), name: facts.name(code), words };
    let worse = concerned(facts).into_iter().filter(|force| !force.worse.is_empty()).take(FORCES_NAMED);
    let forces = worse.map(|force| {
        let metrics: Vec<String> = force.worse.iter().map(|one| one.metric.id.to_string()).collect();
        line(force.code, format!("clearly worse than its peers on {}", words::list_words(&metrics)))
    });
    Digest {
        period: release.period,
        period_words: release.period.words_with_short_name(),
        synthetic: release.synthetic,
        marking: release.publication.marking.clone(),
        published_on: release.published_on,
        data_date: release.as_of,
        message: message(facts),
        figures_changed: (release.revision > 1).then_some(since.figures_changed),
        returns: gaps(facts).iter().map(|gap| line(gap.code, gap.words(facts))).collect(),
        forces: forces.collect(),
        new_to_act_on: since.last.and_then(|last| new_to_act_on(facts, last)),
    }
}

fn new_to_act_on(facts: &Facts<'_>, last: &LastRelease) -> Option<NewToActOn> {
    let mut by_organisation: BTreeMap<BodyId, Vec<String>> = BTreeMap::new();
    for FigureToActOn { org_code, metric_id } in last.new_to_act_on(facts.release)? {
        by_organisation.entry(org_code).or_default().push(metric_id);
    }
    let line = |(code, metrics): (BodyId, Vec<String>)| BodyLine {
        name: facts.name(&code),
        words: words::list_words(&metrics),
        code,
    };
    Some(NewToActOn { since: last.name().to_owned(), organisations: by_organisation.into_iter().map(line).collect() })
}
