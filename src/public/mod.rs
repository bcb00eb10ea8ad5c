//! What the public edition of a release withholds: small counts of cases about persons, and what would reveal them; and
//! figures of an organisation's work with a small denominator.
//!
//! Pure: the figures of a run, the groups they add up to and the earlier public editions go in; the figures to be shown
//! come out, with the evidence that no withheld count follows from them. Rows of figures become cells and relations here;
//! what to hide and whether it holds is decided by `disclosure`.
//!
//! Whether a figure is shown never depends on how well a body did. A figure of work is withheld for its denominator alone.
//! A figure of cases about persons is withheld as a whole as soon as one of its counts is hidden, and with it that of every
//! body of its level.

mod book;
mod cells;
mod classes;
mod columns;
mod counts;
mod edition;
mod evidence;
mod few;
mod levels;
mod promises;
mod relations;
mod shared;
#[cfg(test)]
mod tests;
mod units;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::definitions::invariant_file::Invariant;
use crate::definitions::model::Metric;
use crate::disclosure::system::SystemError;
use crate::disclosure::{ProtectError, protect};
use crate::metrics::Group;
use crate::settings::Protection;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::Status;

pub use edition::withhold_figure;
pub use evidence::{EVIDENCE_HEADER, EvidenceLine, MetricEvidence, Searched};

use book::Book;
use columns::CountNames;
use units::{ProtectionUnit, units};

/// What is withheld and how well it must be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithholdingRule {
    /// Counts of cases about persons from 1 to below this are withheld.
    pub threshold: i64,
    /// Figures of work with a smaller denominator are withheld.
    pub minimum_denominator: i64,
    pub protection: Protection,
}

/// A figure of an earlier public edition: shown there, or withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Period and revision of the release, such as `2025-26Q1 r2`.
    pub release: Arc<str>,
    pub metric_id: MetricId,
    pub category: Option<Arc<str>>,
    pub org_code: BodyId,
    pub period: Period,
    /// The true counts, also where they were withheld.
    pub numerator: i64,
    pub denominator: Option<i64>,
    pub shown: bool,
}

/// All that decides a public edition.
#[derive(Debug, Clone, Copy)]
pub struct PublicInput<'a> {
    pub metrics: &'a [Metric],
    /// What holds between figures by definition.
    pub invariants: &'a [Invariant],
    /// Which organisations add up to which aggregate.
    pub groups: &'a [Group],
    pub observations: &'a [Observation],
    /// Figures of the months and quarters that the periods of the run are made of; of metrics of persons.
    pub pieces: &'a [Observation],
    pub earlier: &'a [Earlier],
    pub rule: WithholdingRule,
}

/// The figures of a public edition, with the evidence. The evidence tells what was withheld for its own size: it is not
/// to be published.
#[derive(Debug)]
pub struct PublicFigures {
    /// In the order of those given; a withheld one holds no number.
    pub observations: Vec<Observation>,
    /// Positions of those withheld because of counts of cases about persons.
    pub withheld: BTreeSet<usize>,
    /// Positions of figures of work that are withheld for their denominator.
    pub few_cases: BTreeSet<usize>,
    pub evidence: Vec<EvidenceLine>,
    /// By metric id, only those that withhold small counts.
    pub metrics: Vec<(String, MetricEvidence)>,
    /// Sums that do not hold in the figures, so that nothing follows from them.
    pub unused: Vec<String>,
    /// Metric and period of the units in which some small count had no cover, so that all beside it is withheld.
    pub whole: Vec<String>,
}

/// Why there is no public edition.
#[derive(Debug, thiserror::Error)]
pub enum PublicError {
    #[error("the public edition would reveal a withheld count: {0}; nothing was published")]
    Revealed(String),
    #[error("no way was found to protect a withheld count: {0}; nothing was published")]
    NoCover(String),
    #[error("the protection of withheld counts could not be checked: {place}: {message}; nothing was published")]
    Unchecked { place: String, message: String },
}

/// Withholds small counts of cases about persons and whatever would reveal them, now or together with the earlier public
/// editions, and figures of work with few cases.
pub fn withhold(input: &PublicInput<'_>) -> Result<PublicFigures, PublicError> {
    let book = Book::of(input);
    let columns = CountNames::of(input, &book);
    let (units, unused) = units(input, &book, &columns);
    let solved: Vec<Solved> =
        units.into_par_iter().map(|unit| solve(unit, &book, input.rule)).collect::<Result<_, _>>()?;
    let rows = solved.iter().flat_map(|solved| &solved.withheld);
    let withheld: BTreeSet<usize> = rows.filter_map(|&row| book.rows.get(row)?.present).collect();
    let few_cases = few::few_cases(input);
    let observations = input
        .observations
        .iter()
        .enumerate()
        .map(|(at, observation)| match &observation.status {
            Status::Missing(_) if observation.numerator.is_some() => edition::without_contradiction(observation),
            _ if withheld.contains(&at) || few_cases.contains(&at) => withhold_figure(observation),
            _ => observation.clone(),
        })
        .collect();
    let whole = solved.iter().filter(|solved| solved.whole).map(|solved| solved.name.clone()).collect();
    let evidence: Vec<EvidenceLine> = solved.into_iter().flat_map(|solved| solved.lines).collect();
    let metrics = evidence::by_metric(input, &withheld, &evidence);
    Ok(PublicFigures { observations, withheld, few_cases, evidence, metrics, unused, whole })
}

/// What one unit hides, with the evidence.
struct Solved {
    /// Metric and period, for messages.
    name: String,
    /// Rows by position.
    withheld: BTreeSet<usize>,
    lines: Vec<EvidenceLine>,
    /// Whether some small count had no cover.
    whole: bool,
}

fn solve(mut unit: ProtectionUnit, book: &Book<'_>, rule: WithholdingRule) -> Result<Solved, PublicError> {
    let unchecked = |name: &str, message: String| PublicError::Unchecked { place: name.to_owned(), message };
    let of_system = |name: &str, error: &SystemError| unchecked(name, error.to_string());
    let withheld = levels::close(&mut unit, book, rule).map_err(|error| of_system(&unit.name, &error))?;
    let system = unit.system().map_err(|error| of_system(&unit.name, &error))?;
    let found = protect(&system, rule.protection).map_err(|error| match error {
        ProtectError::Breach(labels) => PublicError::Revealed(unit.places(&labels)),
        ProtectError::NoCover(labels) => PublicError::NoCover(unit.places(&labels)),
        ProtectError::Attack(error) => unchecked(&unit.name, error.to_string()),
    })?;
    let lines = evidence::lines(&unit, &found);
    let whole = !found.choice.without_cover.is_empty();
    Ok(Solved { name: unit.name, withheld, lines, whole })
}
