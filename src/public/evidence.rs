//! What the attacker found, cell by cell, and summed up for each metric.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::PublicInput;
use super::book::is_protected;
use super::cells::Draft;
use super::units::Unit;
use crate::disclosure::attack::Range;
use crate::disclosure::choice::Reason;
use crate::disclosure::{Protected, Verdict};

/// The header of a file of evidence.
pub const EVIDENCE_HEADER: [&str; 13] = [
    "metric_id",
    "category",
    "org_code",
    "period",
    "measure",
    "edition",
    "hidden",
    "lower_not_negative",
    "upper_not_negative",
    "lower_at_least_one",
    "upper_at_least_one",
    "verdict",
    "search",
];

/// The evidence for one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub metric_id: String,
    pub category: String,
    pub org_code: String,
    pub period: String,
    pub measure: &'static str,
    /// The earlier edition that alone has these counts; empty for the present one.
    pub edition: String,
    /// `primary`, `secondary`, `earlier`, or why hiding is of no use.
    pub hidden: &'static str,
    /// Ranges when values are at least 0 and when hidden values are at least 1; `None` for a cell that readers know.
    pub ranges: Option<(Range, Range)>,
    pub verdict: Option<Verdict>,
    pub exact: bool,
}

impl Line {
    /// The cells of the line in the order of [`EVIDENCE_HEADER`]; an open end is empty.
    pub fn record(&self) -> [String; 13] {
        let end = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let ranges = |pick: fn((Range, Range)) -> Range| {
            let range = self.ranges.map(pick);
            [end(range.map(|range| range.lower)), end(range.and_then(|range| range.upper))]
        };
        let ([lower_0, upper_0], [lower_1, upper_1]) = (ranges(|both| both.0), ranges(|both| both.1));
        [
            self.metric_id.clone(),
            self.category.clone(),
            self.org_code.clone(),
            self.period.clone(),
            self.measure.to_owned(),
            self.edition.clone(),
            self.hidden.to_owned(),
            lower_0,
            upper_0,
            lower_1,
            upper_1,
            self.verdict.map_or("", Verdict::as_str).to_owned(),
            if self.exact { "exact" } else { "greedy" }.to_owned(),
        ]
    }
}

/// The evidence for one metric. A count that several metrics have in common is counted with the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MetricEvidence {
    /// Figures that are withheld.
    pub figures_withheld: usize,
    /// Counts hidden for their own size.
    pub primary: usize,
    /// Counts hidden to protect others.
    pub secondary: usize,
    /// Counts hidden because an earlier edition hid them, or with the count that they complete.
    pub held_back: usize,
    /// Small counts of which at least as many values are possible as the rule withholds.
    pub safe: usize,
    /// Small counts of which at least two values are possible, but fewer than that.
    pub narrow: usize,
    /// Small counts that readers know already.
    pub known: usize,
    /// The fewest values that are possible for a small count that readers do not know already.
    pub smallest_range: Option<i64>,
    /// Whether no better pattern exists wherever one was searched for.
    pub exact: bool,
}

/// The lines of a unit, in the order of labels.
pub(super) fn lines(unit: &Unit, found: &Protected) -> Vec<Line> {
    let set = |labels: &'_ [String]| labels.iter().cloned().collect::<BTreeSet<String>>();
    let (primary, secondary) = (set(&found.choice.primary), set(&found.choice.secondary));
    let known: BTreeMap<&str, Reason> =
        found.choice.unprotected.iter().map(|known| (known.label.as_str(), known.reason)).collect();
    let place = |label: &str| unit.cells.0.get(label);
    let mut lines: Vec<Line> = Vec::new();
    for evidence in &found.evidence {
        let hidden = match known.get(evidence.label.as_str()) {
            Some(reason) => reason.as_str(),
            None if primary.contains(&evidence.label) => "primary",
            None if secondary.contains(&evidence.label) => "secondary",
            None => "held_back",
        };
        let ranges = Some((evidence.not_negative, evidence.at_least_one));
        let line = place(&evidence.label).and_then(|cell| line(cell, hidden, ranges));
        lines.extend(line.map(|line| Line { verdict: evidence.verdict, exact: found.choice.exact, ..line }));
    }
    for (label, reason) in known.iter().filter(|(_, reason)| **reason == Reason::AlreadyPublished) {
        lines.extend(place(label).and_then(|cell| line(cell, reason.as_str(), None)));
    }
    lines
}

/// `None` for a remainder, which is no figure.
fn line(cell: &Draft, hidden: &'static str, ranges: Option<(Range, Range)>) -> Option<Line> {
    let place = cell.place.as_ref()?;
    Some(Line {
        metric_id: place.metric.clone(),
        category: place.category.clone(),
        org_code: place.code.clone(),
        period: place.period.to_string(),
        measure: place.measure,
        edition: place.edition.clone(),
        hidden,
        ranges,
        verdict: None,
        exact: true,
    })
}

/// The evidence summed up for each metric that withholds small counts.
pub(super) fn by_metric(
    input: &PublicInput<'_>,
    withheld: &BTreeSet<usize>,
    lines: &[Line],
) -> Vec<(String, MetricEvidence)> {
    let none = MetricEvidence { exact: true, ..MetricEvidence::default() };
    let mut found: BTreeMap<&str, MetricEvidence> =
        input.metrics.iter().filter(|metric| is_protected(metric)).map(|m| (m.id.as_str(), none.clone())).collect();
    for observation in withheld.iter().filter_map(|&at| input.observations.get(at)) {
        if let Some(metric) = found.get_mut(&*observation.metric_id) {
            metric.figures_withheld += 1;
        }
    }
    for line in lines {
        if let Some(metric) = found.get_mut(line.metric_id.as_str()) {
            metric.count(line);
        }
    }
    found.into_iter().map(|(id, metric)| (id.to_owned(), metric)).collect()
}

impl MetricEvidence {
    fn count(&mut self, line: &Line) {
        self.exact &= line.exact;
        match line.hidden {
            "primary" => self.primary += 1,
            "secondary" => self.secondary += 1,
            "held_back" => self.held_back += 1,
            _ => {
                self.known += 1;
                return;
            }
        }
        match line.verdict {
            Some(Verdict::Safe) => self.safe += 1,
            Some(_) => self.narrow += 1,
            None => return,
        }
        let left = line.ranges.and_then(|(_, at_least_one)| at_least_one.whole_numbers());
        self.smallest_range = [self.smallest_range, left].into_iter().flatten().min();
    }
}
