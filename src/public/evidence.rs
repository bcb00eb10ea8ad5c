//! What the attacker found, cell by cell, and summed up for each metric.

use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::PublicInput;
use super::book::is_protected;
use super::cells::Draft;
use super::units::ProtectionUnit;
use crate::disclosure::attack::WholeRange;
use crate::disclosure::{CellProtection, Protected};

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
pub struct EvidenceLine {
    pub metric_id: MetricId,
    pub category: String,
    pub org_code: BodyId,
    pub period: String,
    /// `numerator`, `rest` or `denominator`, or what it is beyond which other count.
    pub measure: String,
    /// The earlier edition that alone has these counts; empty for the present one.
    pub edition: String,
    /// `primary`, `secondary`, `held_back`, or `already_published`.
    pub hidden: &'static str,
    /// Ranges when values are at least 0 and when hidden values are at least 1; `None` for a cell that readers know.
    pub ranges: Option<(WholeRange, WholeRange)>,
    pub verdict: Option<CellProtection>,
    pub search: Searched,
}

/// How the pattern of a cell's unit was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// No pattern is better.
    Exact,
    /// The cover is small, and a better one may exist.
    Greedy,
    /// No cover was found for some of its small counts: all beside them is withheld.
    Whole,
}

impl Searched {
    /// The word in data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Greedy => "greedy",
            Self::Whole => "whole",
        }
    }
}

impl EvidenceLine {
    /// The cells of the line in the order of [`EVIDENCE_HEADER`]; an open end is empty.
    pub fn record(&self) -> [String; 13] {
        let end = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let ranges = |pick: fn((WholeRange, WholeRange)) -> WholeRange| {
            let range = self.ranges.map(pick);
            [end(range.map(|range| range.lower)), end(range.and_then(|range| range.upper))]
        };
        let ([lower_0, upper_0], [lower_1, upper_1]) = (ranges(|both| both.0), ranges(|both| both.1));
        [
            self.metric_id.to_string(),
            self.category.clone(),
            self.org_code.to_string(),
            self.period.clone(),
            self.measure.clone(),
            self.edition.clone(),
            self.hidden.to_owned(),
            lower_0,
            upper_0,
            lower_1,
            upper_1,
            self.verdict.map_or("", CellProtection::as_str).to_owned(),
            self.search.as_str().to_owned(),
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
pub(super) fn lines(unit: &ProtectionUnit, found: &Protected) -> Vec<EvidenceLine> {
    let set = |labels: &'_ [String]| labels.iter().cloned().collect::<BTreeSet<String>>();
    let (primary, secondary) = (set(&found.choice.primary), set(&found.choice.secondary));
    let search = match (found.choice.without_cover.is_empty(), found.choice.exact) {
        (false, _) => Searched::Whole,
        (true, true) => Searched::Exact,
        (true, false) => Searched::Greedy,
    };
    let line = |label: &String| line(unit.cells.0.get(label)?, search);
    let mut lines: Vec<EvidenceLine> = Vec::new();
    for evidence in &found.evidence {
        let hidden = match &evidence.label {
            label if primary.contains(label) => "primary",
            label if secondary.contains(label) => "secondary",
            _ => "held_back",
        };
        let ranges = Some((evidence.not_negative, evidence.at_least_one));
        lines.extend(line(&evidence.label).map(|line| EvidenceLine {
            hidden,
            ranges,
            verdict: evidence.verdict,
            ..line
        }));
    }
    lines.extend(found.choice.published.iter().filter_map(line));
    lines
}

/// `None` for a sum or difference of figures that nothing need be said of.
fn line(cell: &Draft, search: Searched) -> Option<EvidenceLine> {
    let place = cell.place.as_ref()?;
    Some(EvidenceLine {
        metric_id: place.metric.clone(),
        category: place.category.clone(),
        org_code: place.code.clone(),
        period: place.period.to_string(),
        measure: place.measure.clone(),
        edition: place.edition.clone(),
        hidden: "already_published",
        ranges: None,
        verdict: None,
        search,
    })
}

/// The evidence summed up for each metric that withholds small counts.
pub(super) fn by_metric(
    input: &PublicInput<'_>,
    withheld: &BTreeSet<usize>,
    lines: &[EvidenceLine],
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
    fn count(&mut self, line: &EvidenceLine) {
        self.exact &= line.search == Searched::Exact;
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
            Some(CellProtection::Safe) => self.safe += 1,
            Some(_) => self.narrow += 1,
            None => return,
        }
        let left = line.ranges.and_then(|(_, at_least_one)| at_least_one.whole_numbers());
        self.smallest_range = [self.smallest_range, left].into_iter().flatten().min();
    }
}
