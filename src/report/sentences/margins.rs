//! How a metric without a margin is judged, in words: nothing says then which difference between organisations is large.

use crate::definitions::model::Metric;
use crate::report::facts::Facts;
use crate::report::words;
use crate::stats::spread::LEAST_VALUES;
use crate::vocabulary::body::NATIONAL;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::quantity::{Shape, Status};

/// Why the metric has no margin in the report's period; `None` of one that has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    Grades,
    /// So many organisations have a figure of enough cases.
    Few(usize),
    /// All have the same figure.
    NoSpread,
}

/// How the figures are judged; `None` where the metric has a margin.
pub fn without_margin(facts: &Facts<'_>, metric: &Metric) -> Option<String> {
    let least = words::number_words(LEAST_VALUES);
    let why = match lack(facts, metric)? {
        Lack::Grades => return None,
        Lack::Few(0) => format!("no organisation has enough cases, and a margin takes {least} that have"),
        Lack::Few(1) => format!("one organisation has enough cases, and a margin takes {least}"),
        Lack::Few(count) => {
            format!("{} organisations have enough cases, and a margin takes {least}", words::number_words(count))
        }
        Lack::NoSpread => "all organisations have the same figure".to_owned(),
    };
    let standard = if metric.standards.is_empty() { "" } else { " A standard that is in force is judged as always." };
    Some(format!(
        "This metric has no margin in {}: {why}. Differences are therefore given and not judged.{standard}",
        facts.release.period.words()
    ))
}

/// A sentence behind a difference that is given and not judged.
pub fn without_margin_in_short(facts: &Facts<'_>, metric: &Metric) -> String {
    match lack(facts, metric) {
        Some(Lack::NoSpread) => {
            format!("All organisations have the same figure of {}, so nothing says whether that is much.", metric.id)
        }
        _ => format!("Too few organisations have a figure of {} to say whether that is much.", metric.id),
    }
}

fn lack(facts: &Facts<'_>, metric: &Metric) -> Option<Lack> {
    let codes = facts.codes(metric);
    let mut verdicts = codes.iter().copied().chain([NATIONAL]).filter_map(|code| facts.verdict(metric, code));
    if verdicts.next().is_none_or(|verdict| verdict.margin.is_some()) {
        return None;
    }
    if metric.shape == Shape::Status {
        return Some(Lack::Grades);
    }
    let is_enough = |figure: &&Observation| figure.status == Status::Value && !figure.has_few_cases();
    let enough = codes.iter().filter_map(|code| facts.current(metric, code)).filter(is_enough).count();
    Some(if enough < LEAST_VALUES { Lack::Few(enough) } else { Lack::NoSpread })
}
